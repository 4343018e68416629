//! What the rooms and the command line may ask of federation.

pub mod digest;
pub mod feed;
pub mod peers;
pub mod snapshot;
pub mod status;
pub mod take;

pub use peers::{by_key, find, record_erasure};
