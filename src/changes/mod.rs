//! The change log as its readers see it, and the followers that everything else is made of.
//!
//! A *database follower* moves its cursor in the command that writes its effects:
//! `UPDATE follower SET seq = :new WHERE name = :name AND seq = :old`. No row means that another instance was
//! faster. That guard is the safety; nothing else is needed for "exactly once inside the platform".
//! An *instance follower* (the search index) keeps its own cursor beside its own data.

pub mod codes;
pub mod feed;
mod job;
pub mod leaves;
mod runner;
pub mod store;
mod verify;

pub use job::{Job, Jobs};
pub use runner::Followers;
pub use store::{Head, head, read_after};
pub use verify::{Fault, Verified, verify};

use crate::db::{Db, Tx};
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;

/// Where a follower that has never run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    Zero,
    Head,
}

/// What happens to a change that a follower could not take five times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// Passed over, kept in a list, with an alarm: for what can be rebuilt.
    Park,
    /// The follower stops with an alarm: for money and legal acts, which must not lose one.
    Stop,
}

pub trait Follower: Send + Sync {
    fn name(&self) -> &'static str;
    fn start(&self) -> Start;
    fn wants(&self, kind: &str) -> bool;
    /// Work on the next changes that belongs outside of the command: reading much, computing long. Returns how many
    /// of them one command may take, at least one; `apply` then comes for those, unless another instance is faster.
    fn prepare(&self, _db: &Db, changes: &[Change]) -> Result<usize, Refusal> {
        Ok(changes.len())
    }
    /// The effects of one change. Either the change only marks its subject as dirty and the present state is
    /// read, or nothing but the change's `facts` and `public` is used.
    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal>;
    fn on_failure(&self) -> OnFailure {
        OnFailure::Stop
    }
}

/// A follower whose effects are outside the database; idempotent by subject.
pub trait InstanceFollower: Send + Sync {
    fn name(&self) -> &'static str;
    /// Takes what is new, up to the head at the time of the call; runs on a thread of its own.
    fn catch_up(&self, db: &Db) -> Result<(), Refusal>;
    /// The server stops: long work ends as soon as it can.
    fn stop(&self) {}
}
