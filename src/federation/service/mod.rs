//! What the rooms and the command line may ask of federation.

pub mod digest;
pub mod erasing;
pub mod feed;
pub mod peers;
pub mod snapshot;
pub mod status;
pub mod take;

pub use erasing::record_erasure;
pub use peers::{by_key, find};
