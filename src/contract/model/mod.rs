//! What a technical contract and its registration case are. Pure: no serde, no diesel.

mod after;
mod case;
mod import;
mod lists;
mod record;
mod review;

pub use after::*;
pub use case::*;
pub use import::*;
pub use lists::*;
pub use record::*;
pub use review::*;

use crate::kernel::id::ids;

ids! {
    /// Marker of a technical contract.
    ContractId of Contract;
}
