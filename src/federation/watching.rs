//! Watching a neighbour's log, and letting it watch ours (TMF-1 rule 13), one look at a time.
//!
//! 1. Its keys are believed as it states them, signed with a key that is pinned.
//! 2. Its newest checkpoint is compared with the last that was seen. It signs these answers, bound to the question:
//!    nobody between makes a node guilty.
//! 3. It is asked to cosign our newest checkpoint.
//! 4. What it has seen of others is compared with what this node has seen of them, so that a node which shows each
//!    of its neighbours another history is found. The proof is asked of that node itself.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde::Deserialize;

use super::courier::invalid;
use super::follow::Follow;
use super::model::{Alarm, Peer, State};
use super::service::peers;
use super::store;
use super::tlog::codes::{LOG_UNKNOWN, TREE_EMPTY};
use super::tlog::note::{NOTE_BYTES_MAX, VerifierKey};
use super::tlog::service::{is_trusted, trust, witness_name};
use super::tlog::watch::{self, Observed, Offer, Sizes};
use super::transport::STATEMENT_KIND;
use super::wire::EPOCH_MAX;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::proof::merkle::{Hash, PROOF_HASHES_MAX};
use crate::proof::{JwkSet, PublicKey, verify_with};

/// Other logs of which a neighbour tells that are compared in one look; each may cost a question.
const TOLD_MAX: usize = 16;
const ERROR_CHARS_MAX: usize = 500;

#[derive(Deserialize)]
struct WellKnown {
    statement: String,
}

/// What a node says of its log.
#[derive(Deserialize)]
struct Statement {
    node: String,
    epoch: i64,
    log_keys: Vec<String>,
    witness_keys: Vec<String>,
}

#[derive(Deserialize)]
struct Proof {
    path: Vec<String>,
}

/// What a neighbour has seen of another log.
#[derive(Deserialize)]
struct Told {
    node: String,
    checkpoint: String,
    #[serde(default)]
    seen_at: Option<UtcTime>,
    fault: Option<String>,
}

impl Follow {
    /// One look at a neighbour's log, and what came of it noted. False where nothing is exchanged with it.
    pub async fn watch(&self, node: &str) -> Result<bool, Refusal> {
        let name = node.to_owned();
        let found = self.db.read(move |snapshot| store::find(snapshot, &name)).await?;
        let Some(peer) = found.filter(|peer| peer.state == State::Confirmed) else { return Ok(false) };
        let outcome = self.look(&peer).await;
        let error = outcome.as_ref().err();
        let error = error.map(|refusal| refusal.to_string().chars().take(ERROR_CHARS_MAX).collect());
        self.note(peer.node, error).await?;
        outcome.map(|()| true)
    }

    async fn note(&self, node: String, error: Option<String>) -> Result<(), Refusal> {
        let (name, failed) = (node.clone(), error.is_some());
        let is_news = move |snapshot: &mut crate::db::Snapshot| {
            let now = snapshot.now();
            watch::is_news(snapshot, &name, failed, now)
        };
        if self.db.read(is_news).await? {
            let note = move |tx: &mut crate::db::Tx| watch::looked(tx, &node, error.clone());
            self.db.write_background("tlog.looked", note).await?;
        }
        Ok(())
    }

    async fn look(&self, peer: &Peer) -> Result<(), Refusal> {
        let stated = self.believe(peer).await?;
        // A neighbour that shows nothing sound of itself may still have seen something of others.
        let outcomes =
            [self.see(peer).await, self.be_cosigned(peer, &stated).await, self.hear_of_others(peer).await];
        outcomes.into_iter().collect()
    }

    async fn believe(&self, peer: &Peer) -> Result<Statement, Refusal> {
        let heard = self.courier.get(peer, "/.well-known/tmf", 0).await?.success()?;
        let known: WellKnown = heard.json()?;
        let pinned = peer.keys.iter().filter(|key| key.revoked_at.is_none()).filter_map(|key| key.bytes());
        let pinned = JwkSet::of(pinned.map(PublicKey::from_bytes).collect());
        let (_, stated) = verify_with(&pinned, STATEMENT_KIND, &known.statement)
            .map_err(|error| invalid(&format!("the statement of keys: {error}")))?;
        let stated: Statement = serde_json::from_slice(&stated).map_err(|e| invalid(&e.to_string()))?;
        if stated.node != peer.node {
            return Err(invalid("the statement of keys is another node's"));
        }
        self.is_in(peer, stated.epoch).await?;
        let (node, epoch, keys) = (stated.node.clone(), stated.epoch, parsed(&stated.log_keys)?);
        let (name, stated_keys) = (node.clone(), keys.clone());
        let known = self.db.read(move |snapshot| is_trusted(snapshot, &name, epoch, &stated_keys)).await?;
        if !known {
            self.db.write_background("tlog.trust", move |tx| trust(tx, &node, epoch, &keys)).await?;
        }
        Ok(stated)
    }

    /// A log of a newer epoch ends the watch of the older one. So an epoch is believed only as the feed has it, whose
    /// change is told to whoever looks after this node and replaces what is here.
    async fn is_in(&self, peer: &Peer, epoch: i64) -> Result<(), Refusal> {
        let name = peer.node.clone();
        let sync = self.db.read(move |snapshot| store::sync(snapshot, &name)).await?;
        let followed = sync.is_some_and(|sync| [sync.cursor.epoch, sync.as_of.epoch].contains(&epoch));
        if (1..=EPOCH_MAX).contains(&epoch) && followed {
            return Ok(());
        }
        Err(invalid("the epoch of the statement of keys is not that of its feed"))
    }

    async fn see(&self, peer: &Peer) -> Result<(), Refusal> {
        let heard = self.courier.get(peer, "/tlog/checkpoint", 0).await?;
        if heard.status == 404 && heard.problem() == TREE_EMPTY.id {
            return Ok(());
        }
        self.hold_against(peer, text(&heard.success()?.body)?).await
    }

    /// Compares a checkpoint of this neighbour's log, wherever it was seen, with the last that this node saw.
    async fn hold_against(&self, log: &Peer, note: String) -> Result<(), Refusal> {
        let (node, shown) = (log.node.clone(), note.clone());
        let asked = self.db.read(move |snapshot| watch::proof_needed(snapshot, &node, &shown)).await?;
        let Some(asked) = asked else { return Ok(()) };
        let proof = if asked.need_proof() { self.proof(log, asked).await? } else { Vec::new() };
        let take = move |tx: &mut crate::db::Tx| watch::observe(tx, &note, asked, &proof);
        if let Observed::Named(fault) = self.db.write_background("tlog.observe", take).await?.value {
            tracing::error!(node = log.node, %fault, "a neighbour has shown two histories");
        }
        Ok(())
    }

    async fn proof(&self, log: &Peer, Sizes { old, new }: Sizes) -> Result<Vec<Hash>, Refusal> {
        let path = format!("/api/v1/proofs/consistency?old={old}&new={new}");
        let proof: Proof = self.courier.get(log, &path, 0).await?.success()?.json()?;
        let hashes: Option<Vec<Hash>> =
            proof.path.iter().map(|hash| STANDARD.decode(hash).ok()?.try_into().ok()).collect();
        let hashes = hashes.filter(|hashes| hashes.len() <= PROOF_HASHES_MAX);
        hashes.ok_or_else(|| invalid("not a proof"))
    }

    async fn be_cosigned(&self, peer: &Peer, stated: &Statement) -> Result<(), Refusal> {
        let mut seen = None;
        // Where the witness has seen another size than we think, it says so: once more from there.
        for _ in 0..2 {
            let name = peer.node.clone();
            let offer = self.db.read(move |snapshot| watch::offer(snapshot, &name, seen)).await?;
            let Some(Offer { size, body }) = offer else { return Ok(()) };
            let content = Some(("text/plain", body));
            let (status, answer) =
                self.courier.plain(peer, Method::POST, "/tlog/add-checkpoint", content).await?;
            match status {
                200 => return self.keep(peer, size, &text(&answer)?, &stated.witness_keys).await,
                409 => seen = Some(text(&answer)?.trim().parse().map_err(|_| invalid("not a size"))?),
                // It has not looked at our log yet.
                404 if problem(&answer) == LOG_UNKNOWN.id => return Ok(()),
                _ => return Err(invalid(&format!("status {status} for a checkpoint"))),
            }
        }
        Err(invalid("it has seen another tree of ours"))
    }

    async fn keep(&self, peer: &Peer, size: u64, line: &str, keys: &[String]) -> Result<(), Refusal> {
        let name = witness_name(&peer.node);
        let keys: Vec<_> = parsed(keys)?.into_iter().filter(|key| key.name == name).collect();
        let (node, line) = (peer.node.clone(), line.to_owned());
        let keep = move |tx: &mut crate::db::Tx| watch::cosigned(tx, &node, size, &keys, &line);
        let kept = self.db.write_background("tlog.cosigned", keep).await?.value;
        if kept { Ok(()) } else { Err(invalid("not its cosignature")) }
    }

    async fn hear_of_others(&self, peer: &Peer) -> Result<(), Refusal> {
        // Signed: nobody between raises the alarm that this node is accused.
        let told: Vec<Told> = self.courier.get(peer, "/tlog/neighbours", 0).await?.success()?.json()?;
        let accused = told.iter().find(|log| log.node == *self.node && log.fault.is_some());
        if let Some(fault) = accused.and_then(|log| log.fault.clone()) {
            let node = peer.node.clone();
            let alarm = move |tx: &mut crate::db::Tx| {
                let fault: String = fault.chars().take(ERROR_CHARS_MAX).collect();
                peers::alarm(tx, &node, Alarm::Accused, &fault)
            };
            self.db.write_background("tlog.accused", alarm).await?;
        }
        let (teller, notes) = (peer.node.clone(), notes(told));
        let worth = move |snapshot: &mut crate::db::Snapshot| {
            watch::worth_comparing(snapshot, &teller, &notes, TOLD_MAX)
        };
        for (node, note) in self.db.read(worth).await? {
            let found = self.db.read(move |snapshot| peers::confirmed(snapshot, &node)).await;
            let Ok(log) = found else { continue };
            if let Err(refusal) = self.hold_against(&log, note).await {
                // That one's own watch tells of what is wrong with it.
                tracing::debug!(node = log.node, error = %refusal, "what was heard of a log is not compared");
            }
        }
        Ok(())
    }
}

fn notes(told: Vec<Told>) -> Vec<(String, Option<UtcTime>)> {
    let notes = told.into_iter().map(|log| (log.checkpoint, log.seen_at));
    notes.filter(|(note, _)| !note.is_empty() && note.len() <= NOTE_BYTES_MAX).collect()
}

fn parsed(keys: &[String]) -> Result<Vec<VerifierKey>, Refusal> {
    let parsed: Option<Vec<_>> = keys.iter().map(|key| VerifierKey::parse(key)).collect();
    parsed.ok_or_else(|| invalid("a key of its log is none"))
}

fn text(body: &[u8]) -> Result<String, Refusal> {
    String::from_utf8(body.to_vec()).map_err(|_| invalid("not UTF-8"))
}

fn problem(body: &[u8]) -> String {
    let document: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    document["code"].as_str().unwrap_or_default().to_owned()
}
