//! Recomputes the log: numbers without holes, hashes that fit, a head that stands where the log ends.

use super::{leaves, store};
use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::leaf::{self, Leaf};

const SLICE_ROWS: i64 = 1000;

/// What was found wrong first, in words for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub seq: i64,
    pub what: String,
}

/// How far the log was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub changes: i64,
    pub events: i64,
    pub fault: Option<Fault>,
}

/// Reads the whole log; stops at the first fault.
pub fn verify(conn: &mut Conn, node: &str) -> Result<Verified, Refusal> {
    let head = store::head(conn)?;
    let mut done = Verified { changes: 0, events: 0, fault: None };
    let mut epochs = Epochs { now: 1, last: head.epoch };
    loop {
        let rows = store::read_hashed(conn, done.changes, SLICE_ROWS)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            if let Some(what) = fault_of(&row, done.changes, done.events, &mut epochs, node)? {
                done.fault = Some(Fault { seq: row.seq, what });
                return Ok(done);
            }
            done.changes = row.seq;
            done.events = row.feed_seq.unwrap_or(done.events);
        }
    }
    if (done.changes, done.events) != (head.seq, head.feed_seq) {
        let what = format!("the head says {} changes and {} events", head.seq, head.feed_seq);
        done.fault = Some(Fault { seq: done.changes, what });
    }
    Ok(done)
}

fn fault_of(
    row: &store::Hashed,
    last_seq: i64,
    last_feed_seq: i64,
    epochs: &mut Epochs,
    node: &str,
) -> Result<Option<String>, Refusal> {
    if row.seq != last_seq + 1 {
        return Ok(Some(format!("follows {last_seq}: numbers are missing")));
    }
    let Some(feed_seq) = row.feed_seq else {
        return Ok(None);
    };
    if feed_seq != last_feed_seq + 1 {
        return Ok(Some(format!("its feed number {feed_seq} follows {last_feed_seq}")));
    }
    if !epochs.go_on(row.epoch) {
        return Ok(Some(format!("its epoch {} does not follow {}", row.epoch, epochs.now)));
    }
    let erased = row.public.is_none() && row.salt.is_none();
    if let (Some(public), Some(hash)) = (&row.public, &row.data_hash) {
        if leaf::data_hash(public.as_bytes()).as_slice() != hash.as_slice() {
            return Ok(Some("its projection does not fit its hash".into()));
        }
    } else if row.public.is_some() {
        return Ok(Some("its projection has no hash".into()));
    }
    // Erasure takes the salt: then the leaf can no longer be recomputed and stands as it is.
    if erased && row.data_hash.is_some() {
        return Ok(None);
    }
    let commitment = match (&row.salt, &row.data_hash) {
        (Some(salt), Some(hash)) => Some(leaf::commitment(salt, hash)),
        _ => None,
    };
    let (origin, event_type, time) = leaves::names(row.relay.as_ref(), node, row.at);
    let event = Leaf {
        epoch: row.epoch,
        feed_seq,
        origin,
        event_type,
        subject: &row.subject,
        version: row.version,
        method: row.method.as_str(),
        time,
        commitment,
    };
    let fits = event.hash().is_ok_and(|hash| row.leaf_hash.as_deref() == Some(hash.as_slice()));
    Ok((!fits).then(|| "its leaf does not fit what it says".to_owned()))
}

/// A restore from a backup begins a new epoch; the events before it keep theirs.
struct Epochs {
    now: i64,
    last: i64,
}

impl Epochs {
    /// Whether the epoch of the next event is the present one or a later one, which then is the present one.
    fn go_on(&mut self, epoch: i64) -> bool {
        let goes_on = (self.now..=self.last).contains(&epoch);
        self.now = if goes_on { epoch } else { self.now };
        goes_on
    }
}
