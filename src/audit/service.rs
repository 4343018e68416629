//! Writing the trail, and reading it.

use serde_json::Value;

use super::model::{Entry, EntryFilter, Revision, Who};
use super::revision::{diff, hide};
use super::store;
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;

/// Writes one act into the trail, in the command that acts. `detail` is a small object without names of
/// persons or confidential content.
pub fn record(tx: &mut Tx, actor: &Actor, act: &str, subject: &str, detail: &Value) -> Result<(), Refusal> {
    let entry = Entry {
        id: tx.new_id(),
        at: tx.now(),
        who: who(actor),
        act: act.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_string(),
    };
    store::insert_entry(tx, &entry)
}

/// Keeps what a version changed: `old` and `new` are the record before and after as JSON objects (`old` is
/// null for the first version). Called once for each version, in the command that makes it.
pub fn record_revision(
    tx: &mut Tx,
    actor: &Actor,
    subject: &str,
    version: i64,
    reason: &str,
    old: &Value,
    new: &Value,
) -> Result<(), Refusal> {
    let revision = Revision {
        subject: subject.to_owned(),
        version,
        at: tx.now(),
        who: who(actor),
        reason: reason.trim().to_owned(),
        fields: diff(old, new),
    };
    store::insert_revision(tx, &revision)
}

/// A version whose history shows the same facts that followers get: one description, written to both.
pub struct Trace<'a> {
    pub event: &'static str,
    pub subject: String,
    pub version: i64,
    pub reason: &'a str,
    /// Null for the first version.
    pub before: Value,
    pub after: Value,
}

/// Keeps what the version changed, and records it as a change for this node alone.
pub fn leave_trace(tx: &mut Tx, actor: &Actor, trace: Trace<'_>) -> Result<(), Refusal> {
    let Trace { event, subject, version, reason, before, after } = trace;
    record_revision(tx, actor, &subject, version, reason, &before, &after)?;
    tx.record(actor, NewChange::local(event, subject, version, after));
    Ok(())
}

/// The versions of a record, oldest first; of a record with more than `REVISIONS_MAX` the newest ones. The
/// caller has checked that the reader may see the record.
pub fn revisions(conn: &mut Conn, subject: &str) -> Result<Vec<Revision>, Refusal> {
    store::revisions(conn, subject)
}

/// As `revisions`, for a reader who may not see what is under these pointers (confidential parts).
pub fn revisions_without(conn: &mut Conn, subject: &str, hidden: &[&str]) -> Result<Vec<Revision>, Refusal> {
    let mut revisions = revisions(conn, subject)?;
    for revision in &mut revisions {
        hide(&mut revision.fields, hidden);
    }
    Ok(revisions)
}

/// Who made versions of a record, as persons of this node.
pub fn people_of(conn: &mut Conn, subject: &str) -> Result<Vec<UserId>, Refusal> {
    store::people_of(conn, subject)
}

/// The trail, newest first, for auditors.
pub fn entries(
    snapshot: &mut Snapshot,
    actor: &Actor,
    filter: &EntryFilter,
    page: &PageQuery,
) -> Result<Page<Entry>, Refusal> {
    actor.permit(Permission::AuditRead)?;
    store::entries(snapshot, filter, page)
}

fn who(actor: &Actor) -> Who {
    let label = actor.label();
    match actor {
        Actor::Person(person) => Who {
            label,
            user: Some(person.user),
            organisation: Some(person.organisation),
            organisation_name: person.organisation_name.clone(),
        },
        // No account here: the label names the person and the organisation with their node.
        Actor::Remote(remote) => {
            Who { label, user: None, organisation: None, organisation_name: remote.party.name.clone() }
        }
        Actor::Anonymous | Actor::Peer(_) | Actor::System(_) => {
            Who { label, user: None, organisation: None, organisation_name: String::new() }
        }
    }
}
