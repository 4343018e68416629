//! Checkpoints, proofs, and cosigning for neighbours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::codes::{
    CHECKPOINT_INVALID, CHECKPOINT_UNSIGNED, LOG_UNKNOWN, NOT_YET_PROVED, SIZE_INVALID, TREE_EMPTY,
};
use super::note::{Checkpoint, Kind, Line, Note, VerifierKey, cosign};
use super::settle;
use super::store::{self, Neighbour};
use super::tree::{self, Tiles};
use crate::changes::{self, leaves};
use crate::db::{Conn, Snapshot, Tx};
use crate::federation::model::LogFault;
use crate::federation::wire::EPOCH_MAX;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::leaf;
use crate::proof::KeyRing;
use crate::proof::merkle::{self, Hash, PROOF_HASHES_MAX};
use crate::proof::model::Purpose;

/// Checkpoints that nobody cosigned are kept so far back.
const CHECKPOINTS_KEPT: i64 = 10_000;
const DROPPED_AT_ONCE: i64 = 200;
/// Editions of a record that are looked through for the one that is asked for.
const EDITIONS_MAX: i64 = 500;
pub const NEIGHBOURS_MAX: i64 = 1000;

/// The name of a node's log in one epoch: a restore from a backup begins another log over the same first leaves.
pub fn origin(node: &str, epoch: i64) -> String {
    format!("urn:tm:{node}:tlog:{epoch}")
}

pub fn witness_name(node: &str) -> String {
    format!("urn:tm:{node}:witness")
}

/// Whose log this is.
pub fn parse_origin(origin: &str) -> Option<(&str, i64)> {
    let (node, epoch) = origin.strip_prefix("urn:tm:")?.split_once(":tlog:")?;
    Some((node, epoch.parse().ok().filter(|epoch| (1..=EPOCH_MAX).contains(epoch))?))
}

/// Takes new leaves into the tree; true while there may be more.
pub fn grow(tx: &mut Tx) -> Result<bool, Refusal> {
    Ok(tree::grow(tx)? > 0)
}

/// Signs the tree as it stands, if it has grown since.
pub fn checkpoint(tx: &mut Tx, ring: &KeyRing) -> Result<(), Refusal> {
    let edge = store::edge(tx)?;
    let signed = store::latest(tx)?.map_or(0, |signed| signed.size);
    if i64::try_from(edge.size()).map_err(Refusal::internal)? <= signed {
        return Ok(());
    }
    let epoch = changes::head(tx)?.epoch;
    let made = Checkpoint { origin: origin(tx.node(), epoch), size: edge.size(), root: edge.root() };
    let note = made.sign(ring.signer(Purpose::Checkpoint)?);
    let now = tx.now();
    store::put_checkpoint(tx, made.size, &made.root, &note.text(), now)?;
    store::drop_old(tx, CHECKPOINTS_KEPT, DROPPED_AT_ONCE)
}

/// The newest checkpoint with what neighbours have signed below it. Once the feed has begun, the first is signed within
/// seconds.
pub fn newest(conn: &mut Conn) -> Result<String, Refusal> {
    match store::latest(conn)? {
        Some(signed) => with_cosignatures(conn, &signed),
        None if changes::head(conn)?.feed_seq > 0 => Err(Refusal::new(&TREE_EMPTY).retry_after_seconds(5)),
        None => Err(Refusal::new(&TREE_EMPTY)),
    }
}

fn with_cosignatures(conn: &mut Conn, signed: &store::Signed) -> Result<String, Refusal> {
    Ok(format!("{}{}", signed.note, store::cosignatures(conn, signed.size)?.concat()))
}

/// That one event is in the tree, with everything a verifier needs.
#[derive(Clone, Debug)]
pub struct Inclusion {
    pub index: u64,
    pub size: u64,
    pub leaf: Hash,
    pub path: Vec<Hash>,
    /// The signed checkpoint with cosignatures.
    pub checkpoint: String,
    /// What the leaf was made of; none where the event is not for everybody, or erased.
    pub event: Option<serde_json::Value>,
}

impl Inclusion {
    /// C2SP tlog-proof.
    pub fn text(&self) -> String {
        let path: String = self.path.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
        format!("c2sp.org/tlog-proof@v1\nindex {}\n{path}\n{}", self.index, self.checkpoint)
    }
}

/// Proves an event of the feed, in the newest tree that neighbours cosigned, else in the first that holds it.
/// `opened`: who asks may see the event's data.
pub fn prove(snapshot: &mut Snapshot, event: &leaves::Event, opened: bool) -> Result<Inclusion, Refusal> {
    let signed = match store::cosigned(snapshot, event.feed_seq)? {
        Some(signed) => Some(signed),
        None => store::covering(snapshot, event.feed_seq)?,
    };
    let signed = signed.ok_or_else(|| Refusal::new(&NOT_YET_PROVED).retry_after_seconds(5))?;
    let (index, size) = (event.feed_seq - 1, signed.size);
    let index = u64::try_from(index).map_err(Refusal::internal)?;
    let size = u64::try_from(size).map_err(Refusal::internal)?;
    let path = Tiles::default().ranges(snapshot, &merkle::inclusion_ranges(index, size))?;
    let checkpoint = with_cosignatures(snapshot, &signed)?;
    let leaf = event.leaf_hash.as_slice().try_into().map_err(Refusal::internal)?;
    let shown = if opened { opening(snapshot, event)? } else { None };
    Ok(Inclusion { index, size, leaf, path, checkpoint, event: shown })
}

/// The event as its leaf commits to it, with the salt and the data. Of an event that this node passes on the leaf says
/// whose it is, and of when.
fn opening(snapshot: &mut Snapshot, event: &leaves::Event) -> Result<Option<serde_json::Value>, Refusal> {
    let commitment = match (&event.salt, &event.data_hash) {
        (Some(salt), Some(hash)) => Some(leaf::commitment(salt, hash)),
        (None, None) => None,
        _ => return Ok(None),
    };
    let node = snapshot.node().to_owned();
    let (origin, event_type, time) = leaves::names(event.relay.as_ref(), &node, event.at);
    let leaf = leaf::Leaf {
        epoch: event.epoch,
        feed_seq: event.feed_seq,
        origin,
        event_type,
        subject: &event.subject,
        version: event.version,
        method: event.method.as_str(),
        time,
        commitment,
    };
    if leaf.hash().map_err(Refusal::internal)?.as_slice() != event.leaf_hash {
        return Ok(None);
    }
    let data: Option<serde_json::Value> = event.public.as_deref().map(crate::db::from_json).transpose()?;
    let salt = event.salt.as_ref().map(hex::encode);
    Ok(Some(json!({ "entry": leaf.entry(), "salt": salt, "data": data })))
}

/// An event by its number; its content is shown where it is public.
pub fn prove_event(snapshot: &mut Snapshot, feed_seq: i64) -> Result<Inclusion, Refusal> {
    let event = leaves::event(snapshot, feed_seq)?.ok_or_else(|| Refusal::new(&NOT_YET_PROVED))?;
    let opened = event.audience == Audience::Public;
    prove(snapshot, &event, opened)
}

/// The newest event of a record whose projection fits.
pub fn event_of(
    snapshot: &mut Snapshot,
    subject: &str,
    fits: impl Fn(&serde_json::Value) -> bool,
) -> Result<leaves::Event, Refusal> {
    for event in leaves::events_of(snapshot, subject, EDITIONS_MAX)? {
        let data: Option<serde_json::Value> =
            event.public.as_deref().map(crate::db::from_json).transpose()?;
        if data.is_some_and(|data| fits(&data)) {
            return Ok(event);
        }
    }
    Err(Refusal::new(&NOT_YET_PROVED))
}

/// That a newer tree begins with an older one.
pub fn consistency(conn: &mut Conn, old: u64, new: u64) -> Result<Vec<Hash>, Refusal> {
    let size = store::edge(conn)?.size();
    if old > new || new > size {
        return Err(Refusal::new(&SIZE_INVALID).with("min", old).with("max", size));
    }
    Tiles::default().ranges(conn, &merkle::consistency_ranges(old, new))
}

/// What a neighbour asks to be cosigned (C2SP tlog-witness).
pub struct Submission {
    old: u64,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

impl Submission {
    pub fn parse(body: &str) -> Result<Self, Refusal> {
        Self::read(body).ok_or_else(|| Refusal::new(&CHECKPOINT_INVALID))
    }

    fn read(body: &str) -> Option<Self> {
        let (head, note) = body.split_once("\n\n")?;
        let mut lines = head.split('\n');
        let old = lines.next()?.strip_prefix("old ")?;
        let canonical = old == "0" || !old.starts_with('0');
        let old: u64 = old.parse().ok().filter(|_| canonical && old.bytes().all(|b| b.is_ascii_digit()))?;
        let proof: Option<Vec<Hash>> =
            lines.map(|line| STANDARD.decode(line).ok()?.try_into().ok()).collect();
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(&note.body)?;
        let proof = proof.filter(|proof| proof.len() < PROOF_HASHES_MAX)?;
        (old <= checkpoint.size).then_some(Self { old, proof, note, checkpoint })
    }
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cosigned {
    /// The witness's line.
    Line(String),
    /// The newest size that was seen is another one.
    Conflict(u64),
    /// Two trees of one size: proven to be two histories.
    Split(u64),
    /// The proof does not hold. It proves nothing against the log: anybody may have sent it.
    Inconsistent,
}

/// Cosigns a neighbour's checkpoint if it continues what was seen of it.
pub fn cosign_for(tx: &mut Tx, ring: &KeyRing, asked: &Submission) -> Result<Cosigned, Refusal> {
    let known = store::neighbour(tx, &asked.checkpoint.origin)?;
    let mut known = known.ok_or_else(|| Refusal::new(&LOG_UNKNOWN))?;
    if !signed_by_any(&asked.note, &known.keys) {
        return Err(Refusal::new(&CHECKPOINT_UNSIGNED));
    }
    let seen = u64::try_from(known.size).map_err(Refusal::internal)?;
    let seen_root = last_seen(&known)?.map_or_else(merkle::empty_root, |seen| seen.root);
    let size = asked.checkpoint.size;
    if size == seen && asked.checkpoint.root != seen_root {
        // Anybody may send an old note again.
        if settle::is_settled(tx, &known.origin, &asked.note.body)? {
            return Ok(Cosigned::Conflict(seen));
        }
        note_fault(tx, known, LogFault::SplitView, &asked.note.text())?;
        return Ok(Cosigned::Split(seen));
    }
    if asked.old != seen {
        return Ok(Cosigned::Conflict(seen));
    }
    if !merkle::verify_consistency(seen, &seen_root, size, &asked.checkpoint.root, &asked.proof) {
        return Ok(Cosigned::Inconsistent);
    }
    let now = tx.now();
    known.size = i64::try_from(size).map_err(Refusal::internal)?;
    known.note = asked.note.text();
    known.seen_at = now;
    store::put_neighbour(tx, &known)?;
    let time = u64::try_from(now.seconds()).map_err(Refusal::internal)?;
    let signer = ring.signer(Purpose::Witness)?;
    Ok(Cosigned::Line(cosign(&witness_name(tx.node()), signer, &asked.note.body, time).text()))
}

pub(super) fn signed_by_any(note: &Note, keys: &str) -> bool {
    keys.lines().filter_map(VerifierKey::parse).any(|key| note.is_signed_by(&key))
}

pub(super) fn last_seen(known: &Neighbour) -> Result<Option<Checkpoint>, Refusal> {
    if known.note.is_empty() {
        return Ok(None);
    }
    let note = Note::parse(&known.note).and_then(|note| Checkpoint::parse(&note.body));
    note.map(Some)
        .ok_or_else(|| Refusal::internal(format!("the kept checkpoint of {} is damaged", known.origin)))
}

/// Names a neighbour that has shown two histories: kept with the notes that prove it, and told once.
pub(super) fn note_fault(
    tx: &mut Tx,
    mut known: Neighbour,
    fault: LogFault,
    evidence: &str,
) -> Result<(), Refusal> {
    if known.fault.is_some() {
        return Ok(());
    }
    let now = tx.now();
    known.fault = Some(fault.as_str().to_owned());
    known.fault_at = Some(now);
    known.evidence = Some(format!("{}\n{evidence}", known.note));
    store::put_neighbour(tx, &known)?;
    let facts = json!({"node": known.node, "origin": known.origin, "title": known.node, "fault": fault});
    let subject = format!("urn:tm:{}:tlog:{}", known.node, known.epoch);
    let version = settle::version(tx, &known.origin)?;
    tx.record(&Actor::System("tlog"), NewChange::local("federation.equivocation", subject, version, facts));
    Ok(())
}

/// Believes a neighbour's log from now on with these keys: they came from the neighbour itself, signed with a key
/// that is pinned.
pub fn trust(tx: &mut Tx, node: &str, epoch: i64, keys: &[VerifierKey]) -> Result<(), Refusal> {
    let origin = origin(node, epoch);
    let keys = log_keys(keys);
    let now = tx.now();
    let row = match store::neighbour(tx, &origin)? {
        Some(known) if known.keys == keys => return Ok(()),
        Some(known) => Neighbour { keys, ..known },
        None => Neighbour {
            origin,
            node: node.to_owned(),
            epoch,
            keys,
            size: 0,
            note: String::new(),
            seen_at: now,
            fault: None,
            fault_at: None,
            evidence: None,
        },
    };
    store::put_neighbour(tx, &row)
}

/// Whether a neighbour's log is believed with these keys already.
pub fn is_trusted(conn: &mut Conn, node: &str, epoch: i64, keys: &[VerifierKey]) -> Result<bool, Refusal> {
    let known = store::neighbour(conn, &origin(node, epoch))?;
    Ok(known.is_some_and(|known| known.keys == log_keys(keys)))
}

/// Verifier keys as they are kept, one a line.
fn log_keys(keys: &[VerifierKey]) -> String {
    let lines: Vec<String> = keys.iter().filter(|key| key.kind == Kind::Log).map(VerifierKey::text).collect();
    lines.join("\n")
}

pub fn neighbours(conn: &mut Conn) -> Result<Vec<Neighbour>, Refusal> {
    store::neighbours(conn, NEIGHBOURS_MAX)
}

/// The size of this node's newest checkpoint, that of the newest one that neighbours have cosigned, and how many did.
pub fn standing(conn: &mut Conn) -> Result<(i64, i64, usize), Refusal> {
    let newest = store::latest(conn)?.map_or(0, |signed| signed.size);
    let cosigned = store::cosigned(conn, 0)?.map_or(0, |signed| signed.size);
    Ok((newest, cosigned, store::cosignatures(conn, cosigned)?.len()))
}

/// Keeps what a neighbour signed below one of our checkpoints; false when it is no cosignature of it.
pub fn keep_cosignature(tx: &mut Tx, size: i64, key: &VerifierKey, line: &str) -> Result<bool, Refusal> {
    let own = store::checkpoints_after(tx, size - 1, 1)?.into_iter().find(|signed| signed.size == size);
    let note = own.and_then(|signed| Note::parse(&signed.note));
    let line = Line::read(line);
    let (Some(note), Some(line)) = (note, line) else { return Ok(false) };
    if line.cosigned_at(&note.body, key).is_none() {
        return Ok(false);
    }
    let now = tx.now();
    store::put_cosignature(tx, size, &key.name, &line.text(), now)?;
    Ok(true)
}

/// What this node's log is believed with: for the well-known document.
pub fn own_keys(node: &str, epoch: i64, ring: &KeyRing) -> (Vec<String>, Vec<String>) {
    let text = |purpose: Purpose, name: &str, kind: Kind| {
        let keys = ring.published(&[purpose]).into_iter();
        keys.map(|(_, key, _)| VerifierKey::new(name, kind, key.clone()).text()).collect::<Vec<_>>()
    };
    (
        text(Purpose::Checkpoint, &origin(node, epoch), Kind::Log),
        text(Purpose::Witness, &witness_name(node), Kind::Cosignature),
    )
}
