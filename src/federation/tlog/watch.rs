//! What a neighbour's log shows when it is asked at its own address, compared with what was seen of it before; and
//! what of ours is offered to it for cosigning.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::codes::{CHECKPOINT_INVALID, CHECKPOINT_UNSIGNED, LOG_UNKNOWN};
use super::note::{Checkpoint, Kind, Note, VerifierKey};
use super::service::{consistency, keep_cosignature, last_seen, note_fault, parse_origin, signed_by_any};
use super::settle;
use super::store::{self, Neighbour, Watch};
use crate::db::{Conn, Tx};
use crate::federation::model::LogFault;
use crate::kernel::error::Refusal;
use crate::kernel::page::PageQuery;
use crate::kernel::time::UtcTime;
use crate::proof::merkle::{self, Hash};

/// The sizes of the two trees of which the smaller is to begin the larger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    pub old: u64,
    pub new: u64,
}

impl Sizes {
    fn between(known: &Neighbour, shown: &Checkpoint) -> Result<Self, Refusal> {
        let seen = u64::try_from(known.size).map_err(Refusal::internal)?;
        Ok(Self { old: seen.min(shown.size), new: seen.max(shown.size) })
    }

    /// An empty tree begins every other, and a tree itself: there is nothing to ask for.
    pub const fn need_proof(self) -> bool {
        self.old > 0 && self.old < self.new
    }
}

/// The proof that is needed to compare a checkpoint of a node's log with what was seen of it. None where it is what was
/// seen, where the log has shown two histories already, and where the node is in a newer epoch by now.
pub fn proof_needed(conn: &mut Conn, node: &str, note: &str) -> Result<Option<Sizes>, Refusal> {
    let (signed, shown) = read(note)?;
    let unknown = || Refusal::new(&LOG_UNKNOWN);
    // Nobody is accused with what somebody else shows under its name.
    if parse_origin(&shown.origin).is_none_or(|(of, _)| of != node) {
        return Err(unknown());
    }
    let logs = store::logs_of(conn, node)?;
    let known = logs.iter().find(|log| log.origin == shown.origin).ok_or_else(unknown)?;
    if !signed_by_any(&signed, &known.keys) {
        return Err(Refusal::new(&CHECKPOINT_UNSIGNED));
    }
    let same = Note::parse(&known.note).is_some_and(|seen| seen.body == signed.body);
    if same || known.fault.is_some() || logs.iter().any(|log| log.epoch > known.epoch) {
        return Ok(None);
    }
    Sizes::between(known, &shown).map(Some)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Nothing new, or an older answer that some cache kept, or another was faster.
    Same,
    Advanced,
    /// It has shown two histories, and is named from now on.
    Named(LogFault),
}

/// Takes what a log showed. The proof must come from the log itself: then one that does not hold says that its
/// history was rewritten, because a log that kept its history has a proof. It is judged only between the two trees
/// that it was asked for: meanwhile the neighbour may have sent a newer checkpoint.
pub fn observe(tx: &mut Tx, note: &str, asked: Sizes, proof: &[Hash]) -> Result<Observed, Refusal> {
    let (signed, shown) = read(note)?;
    let mut known = store::neighbour(tx, &shown.origin)?.ok_or_else(|| Refusal::new(&LOG_UNKNOWN))?;
    if !signed_by_any(&signed, &known.keys) {
        return Err(Refusal::new(&CHECKPOINT_UNSIGNED));
    }
    if Sizes::between(&known, &shown)? != asked {
        return Ok(Observed::Same);
    }
    let seen = last_seen(&known)?;
    let (size, root) = seen.map_or_else(|| (0, merkle::empty_root()), |seen| (seen.size, seen.root));
    if shown.size == size {
        if shown.root == root {
            return Ok(Observed::Same);
        }
        note_fault(tx, known, LogFault::SplitView, note)?;
        return Ok(Observed::Named(LogFault::SplitView));
    }
    let continues = if shown.size > size {
        merkle::verify_consistency(size, &root, shown.size, &shown.root, proof)
    } else {
        merkle::verify_consistency(shown.size, &shown.root, size, &root, proof)
    };
    if !continues {
        note_fault(tx, known, LogFault::Rewritten, note)?;
        return Ok(Observed::Named(LogFault::Rewritten));
    }
    if shown.size < size {
        return Ok(Observed::Same);
    }
    known.size = i64::try_from(shown.size).map_err(Refusal::internal)?;
    known.note = signed.text();
    known.seen_at = tx.now();
    store::put_neighbour(tx, &known)?;
    Ok(Observed::Advanced)
}

fn read(note: &str) -> Result<(Note, Checkpoint), Refusal> {
    let signed = Note::parse(note).ok_or_else(|| Refusal::new(&CHECKPOINT_INVALID))?;
    let shown = Checkpoint::parse(&signed.body).ok_or_else(|| Refusal::new(&CHECKPOINT_INVALID))?;
    Ok((signed, shown))
}

/// Of the checkpoints that a neighbour has seen of others, and when, those that this node knows another one of: which
/// node's, and the note. Only what the log itself signed is worth a question, whoever tells of it.
pub fn worth_comparing(
    conn: &mut Conn,
    teller: &str,
    told: &[(String, Option<UtcTime>)],
    at_most: usize,
) -> Result<Vec<(String, String)>, Refusal> {
    let mut worth = Vec::new();
    for (note, seen_at) in told {
        let Ok((signed, shown)) = read(note) else { continue };
        let Some(known) = store::neighbour(conn, &shown.origin)? else { continue };
        let same = Note::parse(&known.note).is_some_and(|seen| seen.body == signed.body);
        if same || known.node == teller || known.fault.is_some() || !signed_by_any(&signed, &known.keys) {
            continue;
        }
        // What it saw of a history that is gone is no new case.
        let is_over = match seen_at {
            Some(at) => settle::settled_since(conn, &known.origin, *at)?,
            None => false,
        };
        if is_over || settle::is_settled(conn, &known.origin, &signed.body)? {
            continue;
        }
        worth.push((known.node, note.clone()));
        if worth.len() == at_most {
            break;
        }
    }
    Ok(worth)
}

/// A checkpoint of ours, ready to be sent to a witness (C2SP tlog-witness).
#[derive(Clone, Debug)]
pub struct Offer {
    pub size: u64,
    pub body: String,
}

/// Our newest checkpoint for a neighbour that has seen a tree of this size, or, where that is not known, has last
/// cosigned one; none where there is nothing new for it.
pub fn offer(conn: &mut Conn, node: &str, seen: Option<u64>) -> Result<Option<Offer>, Refusal> {
    let Some(newest) = store::latest(conn)? else { return Ok(None) };
    let size = u64::try_from(newest.size).map_err(Refusal::internal)?;
    let old = match seen {
        Some(seen) => seen,
        None => {
            let cosigned = store::watch(conn, node)?.map_or(0, |watch| watch.cosigned_size);
            if cosigned == newest.size {
                return Ok(None);
            }
            // After a restore ours may be smaller; the witness says what it has seen.
            u64::try_from(cosigned).map_err(Refusal::internal)?.min(size)
        }
    };
    if old > size {
        return Ok(None);
    }
    let proof = consistency(conn, old, size)?;
    let proof: String = proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
    Ok(Some(Offer { size, body: format!("old {old}\n{proof}\n{}", newest.note) }))
}

/// Keeps the line that a neighbour gave for the checkpoint of this size; false when none of its keys made it.
pub fn cosigned(
    tx: &mut Tx,
    node: &str,
    size: u64,
    keys: &[VerifierKey],
    line: &str,
) -> Result<bool, Refusal> {
    let size = i64::try_from(size).map_err(Refusal::internal)?;
    let mut kept = false;
    for key in keys.iter().filter(|key| key.kind == Kind::Cosignature) {
        kept = kept || keep_cosignature(tx, size, key, line)?;
    }
    if kept {
        let now = tx.now();
        let watch = watch_of(tx, node)?;
        store::put_watch(tx, &Watch { cosigned_size: size, cosigned_at: Some(now), ..watch })?;
    }
    Ok(kept)
}

fn watch_of(tx: &mut Tx, node: &str) -> Result<Watch, Refusal> {
    let looked_at = tx.now();
    let fresh = || Watch {
        node: node.to_owned(),
        looked_at,
        failures: 0,
        last_error: None,
        cosigned_size: 0,
        cosigned_at: None,
    };
    Ok(store::watch(tx, node)?.unwrap_or_else(fresh))
}

/// How often it is noted that a look found nothing wrong and nothing new.
const NOTED_SECONDS: i64 = 60;

/// Whether the end of a look has to be noted: a quiet network writes little.
pub fn is_news(conn: &mut Conn, node: &str, failed: bool, now: UtcTime) -> Result<bool, Refusal> {
    let before = store::watch(conn, node)?;
    let quiet = before.is_some_and(|it| it.failures == 0 && now < it.looked_at.plus_seconds(NOTED_SECONDS));
    Ok(failed || !quiet)
}

/// Notes how a look at a neighbour's log ended.
pub fn looked(tx: &mut Tx, node: &str, error: Option<String>) -> Result<(), Refusal> {
    let before = watch_of(tx, node)?;
    let failures = if error.is_some() { before.failures.saturating_add(1) } else { 0 };
    let looked_at = tx.now();
    store::put_watch(tx, &Watch { looked_at, failures, last_error: error, ..before })
}

/// What is known of a neighbour's log: for those who look after this node, and the page of its status.
#[derive(Clone, Debug)]
pub struct Seen {
    pub epoch: i64,
    /// Of the newest checkpoint that was seen; 0 before the first.
    pub size: i64,
    pub seen_at: UtcTime,
    /// In this epoch or an earlier one: it has shown two histories.
    pub fault: Option<String>,
    pub fault_at: Option<UtcTime>,
    /// When a case of it was settled last.
    pub settled_at: Option<UtcTime>,
    pub looked_at: Option<UtcTime>,
    pub failures: i32,
    pub last_error: Option<String>,
    /// The newest tree of ours that it cosigned.
    pub cosigned_size: i64,
    pub cosigned_at: Option<UtcTime>,
}

pub fn seen(conn: &mut Conn, node: &str) -> Result<Option<Seen>, Refusal> {
    let logs = store::logs_of(conn, node)?;
    let Some(newest) = logs.first() else { return Ok(None) };
    let named = logs.iter().find(|log| log.fault.is_some());
    let watch = store::watch(conn, node)?;
    let last = settle::settlements(conn, Some(node), &PageQuery::new(Some(1), None)?)?;
    Ok(Some(Seen {
        settled_at: last.items.first().map(|case| case.settled_at),
        epoch: newest.epoch,
        size: newest.size,
        seen_at: newest.seen_at,
        fault: named.and_then(|log| log.fault.clone()),
        fault_at: named.and_then(|log| log.fault_at),
        looked_at: watch.as_ref().map(|watch| watch.looked_at),
        failures: watch.as_ref().map_or(0, |watch| watch.failures),
        cosigned_size: watch.as_ref().map_or(0, |watch| watch.cosigned_size),
        cosigned_at: watch.as_ref().and_then(|watch| watch.cosigned_at),
        last_error: watch.and_then(|watch| watch.last_error),
    }))
}
