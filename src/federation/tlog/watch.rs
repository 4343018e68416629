//! What a neighbour's log shows when it is asked at its own address, compared with what was seen of it before.

use super::codes::{CHECKPOINT_INVALID, CHECKPOINT_UNSIGNED, LOG_UNKNOWN};
use super::note::{Checkpoint, Note};
use super::service::{last_seen, note_fault, signed_by_any};
use super::store;
use crate::db::{Conn, Tx};
use crate::kernel::error::Refusal;
use crate::proof::merkle::{self, Hash};

/// The proof that is needed to compare a checkpoint with what was seen: that a tree of the first size begins the
/// tree of the second.
pub fn proof_needed(conn: &mut Conn, note: &str) -> Result<(u64, u64), Refusal> {
    let shown = read(note)?.1;
    let known = store::neighbour(conn, &shown.origin)?.ok_or_else(|| Refusal::new(&LOG_UNKNOWN))?;
    let seen = u64::try_from(known.size).map_err(Refusal::internal)?;
    Ok((seen.min(shown.size), seen.max(shown.size)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Nothing new, or an older answer that some cache kept.
    Same,
    Advanced,
    /// It has shown two histories, and is named from now on.
    Named(&'static str),
}

/// Takes what a log showed. Note and proof must come from the log itself: then a proof that does not hold says that
/// its history was rewritten, because a log that kept its history has a proof.
pub fn observe(tx: &mut Tx, note: &str, proof: &[Hash]) -> Result<Observed, Refusal> {
    let (signed, shown) = read(note)?;
    let mut known = store::neighbour(tx, &shown.origin)?.ok_or_else(|| Refusal::new(&LOG_UNKNOWN))?;
    if !signed_by_any(&signed, &known.keys) {
        return Err(Refusal::new(&CHECKPOINT_UNSIGNED));
    }
    let seen = last_seen(&known)?;
    let (size, root) = seen.map_or_else(|| (0, merkle::empty_root()), |seen| (seen.size, seen.root));
    if shown.size == size {
        if shown.root == root {
            return Ok(Observed::Same);
        }
        note_fault(tx, known, "split_view", note)?;
        return Ok(Observed::Named("split_view"));
    }
    let continues = if shown.size > size {
        merkle::verify_consistency(size, &root, shown.size, &shown.root, proof)
    } else {
        merkle::verify_consistency(shown.size, &shown.root, size, &root, proof)
    };
    if !continues {
        note_fault(tx, known, "rewritten", note)?;
        return Ok(Observed::Named("rewritten"));
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
