//! What was set aside, for somebody to look at.

use serde_json::json;

use super::model::{Aside, Event, QuarantineId, SetAside, State};
use super::store;
use crate::db::{Conn, Tx};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};

/// Characters of an event that are kept for somebody to look at.
const ASIDE_CHARS_MAX: usize = 16 * 1024;
/// Open entries for one neighbour; what comes beyond is counted by its alarm alone.
const ASIDES_OPEN_MAX: i64 = 1000;

pub fn set_aside(tx: &mut Tx, peer: &str, event: &Event, reason: Aside) -> Result<(), Refusal> {
    let shown = json!({
        "origin": event.origin, "originepoch": event.epoch, "originseq": event.seq,
        "version": event.version, "method": event.method, "type": event.event_type,
        "time": event.time, "data": event.data.as_ref().map(|data| data.canonical.clone()),
    });
    keep_aside(tx, peer, &event.subject, reason, &shown.to_string())
}

/// Sets something aside that is not even an event.
pub fn keep_aside(tx: &mut Tx, peer: &str, subject: &str, reason: Aside, event: &str) -> Result<(), Refusal> {
    if store::open_asides(tx, peer)? >= ASIDES_OPEN_MAX {
        return Ok(());
    }
    let erased = store::find(tx, subject)?.is_some_and(|known| known.state == State::Erased);
    let event = if erased { "" } else { event };
    let one = SetAside {
        id: tx.new_id(),
        peer: peer.to_owned(),
        subject: subject.to_owned(),
        reason,
        event: event.chars().take(ASIDE_CHARS_MAX).collect(),
        at: tx.now(),
        resolved_at: None,
    };
    store::set_aside(tx, &one)
}

pub fn asides(conn: &mut Conn, page: &PageQuery) -> Result<Page<SetAside>, Refusal> {
    store::asides(conn, page)
}

/// Somebody has looked at it.
pub fn resolve(tx: &mut Tx, id: QuarantineId) -> Result<(), Refusal> {
    let now = tx.now();
    if store::resolve(tx, id, now)? { Ok(()) } else { Err(Refusal::new(&NOT_FOUND)) }
}
