//! Words of the subsidy room.

mod batch;
mod claim;
mod money;
mod remittance;
mod scheme;

pub use batch::*;
pub use claim::*;
pub use money::*;
pub use remittance::*;
pub use scheme::*;
