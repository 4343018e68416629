//! Rows of sealed tenders.

mod opened;
mod secret;
mod tender;

pub use opened::*;
pub use secret::*;
pub use tender::*;
