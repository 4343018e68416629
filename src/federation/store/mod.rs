//! Rows of the neighbours and of how far each was followed.

mod peers;
mod sync;

pub use peers::{all, find, insert, save};
pub use sync::{
    Progress, ack, advance, alarm_due, begin_snapshot, compared, end_snapshot, ensure, failed, generations,
    heard, hint, move_snapshot, resync, stop, sweep_begins, sweep_moves, sync,
};
