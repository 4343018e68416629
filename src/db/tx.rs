//! What a command works with: the connection inside the group's transaction, the group's time, and the
//! changes and after-commit hooks that it leaves in memory.

use std::ops::{Deref, DerefMut};
use std::time::{Duration, Instant};

use super::Settings;
use super::conn::Conn;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::id::{self, Id};
use crate::kernel::time::UtcTime;

pub type Hook = Box<dyn FnOnce() + Send>;

/// A change waiting for its number.
pub(super) struct Pending {
    pub change: NewChange,
    pub actor: String,
    pub cause: Option<i64>,
}

/// What the commands of one group leave behind until the commit.
#[derive(Default)]
pub(super) struct Kept {
    pub changes: Vec<Pending>,
    pub hooks: Vec<Hook>,
}

impl Kept {
    pub fn mark(&self) -> (usize, usize) {
        (self.changes.len(), self.hooks.len())
    }

    pub fn back_to(&mut self, mark: (usize, usize)) {
        self.changes.truncate(mark.0);
        self.hooks.truncate(mark.1);
    }
}

/// Work of one background slice. Other writes wait for it, for its commit, and for their own: less than 10 ms in all.
const SLICE_WORK_MAX: Duration = Duration::from_millis(3);

pub struct Tx<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) settings: &'a Settings,
    pub(super) now: UtcTime,
    pub(super) begun: Instant,
    pub(super) seq_before: i64,
    pub(super) kept: &'a mut Kept,
    pub(super) cause: Option<i64>,
}

impl Tx<'_> {
    /// The time of this transaction: never before that of an earlier one, whichever instance wrote it.
    pub const fn now(&self) -> UtcTime {
        self.now
    }

    /// Whether this slice has worked as long as one may: what is left is for the next one.
    pub fn is_spent(&self) -> bool {
        self.begun.elapsed() >= SLICE_WORK_MAX
    }

    pub fn new_id<T>(&self) -> Id<T> {
        let millis = u64::try_from(self.now.micros() / 1000).unwrap_or(0);
        let random = self.random::<10>();
        Id::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.settings.random.fill(&mut bytes);
        bytes
    }

    /// This node's id on the network.
    pub fn node(&self) -> &str {
        &self.settings.node
    }

    pub fn urn<T>(&self, entity: &str, id: Id<T>) -> String {
        id::urn(self.node(), entity, id)
    }

    /// Records a change: it gets its number and is inserted when the group commits.
    pub fn record(&mut self, actor: &Actor, change: NewChange) {
        debug_assert!(
            change.relay.is_some()
                || change.public.is_some()
                    == (change.audience.is_outside() && change.method.as_str() == "PUT"),
            "a change carries its projection exactly when somebody outside may see it"
        );
        self.kept.changes.push(Pending { change, actor: actor.label(), cause: self.cause });
    }

    /// Runs after the commit, on the writer's thread: must be quick and must not fail.
    pub fn after_commit(&mut self, hook: Hook) {
        self.kept.hooks.push(hook);
    }

    /// Marks the changes of this command as caused by another change (a follower's effects).
    pub fn set_cause(&mut self, seq: i64) {
        self.cause = Some(seq);
    }

    /// The number that the last change of this command will have: exact, because numbers are given in the
    /// order of the commands and only to what is kept.
    pub fn seq(&self) -> i64 {
        self.seq_before.saturating_add(i64::try_from(self.kept.changes.len()).unwrap_or(i64::MAX))
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}
