//! Following one neighbour: handshake, snapshot, feed, comparison. One step at a time, each of them safe to repeat.

use std::sync::Arc;

use super::asking::{self, Told};
use super::codes::{EPOCH_CHANGED, FEED_GAP, PEER_EPOCH_WENT_BACK, PEER_LOST_NUMBERS};
use super::courier::Courier;
use super::model::{Alarm, FeedPage, Peer, Stage, State, Sync};
use super::nodes;
use super::service::digest::{self, Bucket, Differences};
use super::service::take;
use super::service::{peers, take::Lines};
use super::store;
use crate::db::{Db, Snapshot, Tx};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::replica::service::SLICE_EVENTS_MAX;

/// The nightly comparison.
const COMPARE_EVERY_SECONDS: i64 = 24 * 3600;
/// Buckets in which something is mended in one comparison; beyond that a snapshot is cheaper.
const REPAIRED_BUCKETS_MAX: usize = 200;

/// What somebody has to be told of a refusal, beside that it came.
fn alarm_of(refusal: &Refusal) -> Option<Alarm> {
    let lost = refusal.is(&PEER_LOST_NUMBERS) || refusal.is(&PEER_EPOCH_WENT_BACK);
    if lost { Some(Alarm::LostNumbers) } else { refusal.is(&FEED_GAP).then_some(Alarm::Gap) }
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing to do: the other side has nothing new, or does not know this node yet.
    Idle,
    Moved,
    /// Another instance follows this neighbour.
    Overtaken,
}

#[derive(Clone)]
pub struct Follow {
    pub db: Db,
    pub courier: Courier,
    pub node: Arc<str>,
    /// Where the outside reaches this node.
    pub base_url: Arc<str>,
}

impl Follow {
    /// One step, and what came of it noted. `wait_ms`: how long the other side may wait for news.
    pub async fn step(&self, node: &str, wait_ms: u64) -> Result<Step, Refusal> {
        let outcome = self.try_step(node, wait_ms).await;
        if let Err(refusal) = &outcome {
            take::failed(&self.db, node, refusal, alarm_of(refusal)).await?;
        }
        outcome
    }

    async fn try_step(&self, node: &str, wait_ms: u64) -> Result<Step, Refusal> {
        let name = node.to_owned();
        let found = self.db.read(move |s| Ok((store::find(s, &name)?, store::sync(s, &name)?))).await?;
        let (Some(peer), Some(sync)) = found else { return Ok(Step::Idle) };
        match (peer.state, sync.stage) {
            (State::Invited, _) => self.confirm(&peer).await,
            (State::Suspended | State::Removed, _) => Ok(Step::Idle),
            (State::Confirmed, Stage::Feed) => self.feed(&peer, &sync, wait_ms).await,
            (State::Confirmed, Stage::Stopped) => self.stopped(&peer, &sync).await,
            (State::Confirmed, Stage::Snapshot) => self.snapshot(&peer, sync).await,
            (State::Confirmed, Stage::Sweep) => {
                take::sweep(&self.db, sync).await?;
                Ok(Step::Moved)
            }
        }
    }

    async fn confirm(&self, peer: &Peer) -> Result<Step, Refusal> {
        asking::confirm(&self.courier, &self.node, peer).await?;
        let (node, role) = (peer.node.clone(), peer.role.other());
        self.db.write_background("federation.confirm", move |tx| peers::confirm(tx, &node, role)).await?;
        Ok(Step::Moved)
    }

    async fn feed(&self, peer: &Peer, sync: &Sync, wait_ms: u64) -> Result<Step, Refusal> {
        match asking::feed(&self.courier, &self.node, peer, &sync.cursor, wait_ms).await {
            Ok(Told::Lost(code)) => self.lost(peer, &code).await,
            Ok(Told::Page(page)) => self.page(peer, sync, page).await,
            Err(refusal) => {
                if refusal.is(&PEER_LOST_NUMBERS) {
                    let node = peer.node.clone();
                    self.db.write_background("federation.stop", move |tx| store::stop(tx, &node)).await?;
                }
                Err(refusal)
            }
        }
    }

    async fn lost(&self, peer: &Peer, code: &str) -> Result<Step, Refusal> {
        tracing::info!(peer = peer.node, code, "the cursor is lost: taking the snapshot");
        let node = peer.node.clone();
        self.db.write_background("federation.lost", move |tx| store::resync(tx, &node)).await?;
        Ok(Step::Moved)
    }

    /// It had lost numbers. Once it has as many as before nobody could tell the new ones from the old: so its feed is
    /// read on only in a new epoch, or when somebody orders it.
    async fn stopped(&self, peer: &Peer, sync: &Sync) -> Result<Step, Refusal> {
        match asking::feed(&self.courier, &self.node, peer, &sync.cursor, 0).await? {
            Told::Lost(code) if code == EPOCH_CHANGED.id => self.lost(peer, &code).await,
            Told::Lost(_) | Told::Page(_) => {
                Err(Refusal::new(&PEER_LOST_NUMBERS).with("seq", sync.cursor.seq))
            }
        }
    }

    async fn page(&self, peer: &Peer, sync: &Sync, page: FeedPage) -> Result<Step, Refusal> {
        if page.events.is_empty() {
            take::heard(&self.db, &peer.node, page.head).await?;
            return self.compare_if_due(peer, sync).await;
        }
        let done = take::feed_page(&self.db, &peer.node, &sync.cursor, page).await?;
        Ok(if done.overtaken { Step::Overtaken } else { Step::Moved })
    }

    async fn snapshot(&self, peer: &Peer, mut sync: Sync) -> Result<Step, Refusal> {
        let fresh = sync.as_of.epoch == 0;
        if fresh {
            self.introduce().await?;
        }
        let after = if fresh { "" } else { sync.after_subject.as_str() };
        let (as_of, lines, next) = asking::snapshot(&self.courier, &self.node, peer, after, None).await?;
        if as_of.epoch < sync.cursor.epoch {
            let (found, known) = (as_of.epoch, sync.cursor.epoch);
            return Err(Refusal::new(&PEER_EPOCH_WENT_BACK).with("found", found).with("known", known));
        }
        let other = (as_of.epoch, &as_of.view) != (sync.as_of.epoch, &sync.as_of.view);
        if !fresh && other {
            // It became another one in the middle: from the beginning.
            let node = peer.node.clone();
            self.db.write_background("federation.lost", move |tx| store::resync(tx, &node)).await?;
            return Ok(Step::Moved);
        }
        if fresh {
            sync.after_subject.clear();
        }
        take::snapshot_part(&self.db, sync, &as_of, lines, next).await?;
        Ok(Step::Moved)
    }

    /// Says who this node is, to whoever follows it.
    pub async fn introduce(&self) -> Result<(), Refusal> {
        let base_url = Arc::clone(&self.base_url);
        self.db.write_background("federation.introduce", move |tx| nodes::ensure(tx, &base_url)).await?;
        Ok(())
    }

    async fn compare_if_due(&self, peer: &Peer, sync: &Sync) -> Result<Step, Refusal> {
        let now = self.db.settings().clock.now();
        let due = |at: UtcTime| now >= at.plus_seconds(COMPARE_EVERY_SECONDS);
        if sync.compared_at.is_none_or(due) {
            self.compare(peer).await?;
        }
        Ok(Step::Idle)
    }

    /// Compares all that came from a neighbour with what it has, and repairs by subject (TMF-1 rule 12). How many
    /// buckets differed.
    pub async fn compare(&self, peer: &Peer) -> Result<usize, Refusal> {
        let (mut after, mut different) = (String::new(), Vec::<Bucket>::new());
        loop {
            let part = asking::digest(&self.courier, peer, &after).await?;
            let (node, next) = (peer.node.clone(), part.next.clone());
            let found = self
                .db
                .read_slow(move |snapshot| {
                    let sync = store::sync(snapshot, &node)?;
                    // While events are under way, differences mean nothing.
                    match sync.filter(|sync| digest::comparable(&part, &sync.cursor)) {
                        Some(_) => digest::differing(snapshot, &node, &part.buckets).map(Some),
                        None => Ok(None),
                    }
                })
                .await?;
            let Some(found) = found else { return Ok(0) };
            different.extend(found);
            match next {
                Some(next) if next > after => after = next,
                Some(_) => return Err(super::courier::invalid("the digest does not go on")),
                None => break,
            }
        }
        self.repair(peer, &different).await
    }

    /// Mends what differs, subject by subject. How many buckets it was in.
    async fn repair(&self, peer: &Peer, different: &[Bucket]) -> Result<usize, Refusal> {
        let sync = take::reread(&self.db, &peer.node).await?;
        let mut count = 0;
        for bucket in different {
            match self.repair_bucket(peer, &sync, bucket).await? {
                Some(differs) => count += usize::from(differs),
                // Something came meanwhile: another time.
                None => return Ok(count),
            }
            if count > REPAIRED_BUCKETS_MAX {
                break;
            }
        }
        let node = peer.node.clone();
        self.db
            .write_background("federation.compared", move |tx| {
                let now = tx.now();
                if count > 0 {
                    peers::alarm(tx, &node, Alarm::Divergence, &format!("{count} buckets"))?;
                }
                if count > REPAIRED_BUCKETS_MAX {
                    store::resync(tx, &node)?;
                }
                store::compared(tx, &node, now)
            })
            .await?;
        Ok(count)
    }

    /// Whether something in it differs, which then is mended; none where the neighbour has something new.
    async fn repair_bucket(
        &self,
        peer: &Peer,
        sync: &Sync,
        bucket: &Bucket,
    ) -> Result<Option<bool>, Refusal> {
        let through = Some(bucket.through.clone()).filter(|through| !through.is_empty());
        let (mut after, mut differs) = (bucket.after.clone(), false);
        loop {
            let asked = asking::snapshot(&self.courier, &self.node, peer, &after, through.as_deref()).await?;
            let (as_of, lines, next): (_, Lines, _) = asked;
            if as_of != sync.cursor {
                return Ok(None);
            }
            let next = next.filter(|next| *next > after);
            let (node, from, to) = (peer.node.clone(), after, next.clone().or_else(|| through.clone()));
            let compare = move |snapshot: &mut Snapshot| {
                digest::differences(snapshot, &node, (&from, to.as_deref()), &lines)
            };
            let found = self.db.read_slow(compare).await?;
            differs = differs || !found.lines.is_empty() || !found.surplus.is_empty();
            self.mend(sync, found).await?;
            match next {
                Some(next) => after = next,
                None => return Ok(Some(differs)),
            }
        }
    }

    async fn mend(&self, sync: &Sync, found: Differences) -> Result<(), Refusal> {
        for slice in found.lines.chunks(SLICE_EVENTS_MAX) {
            let (sync, slice) = (sync.clone(), slice.to_vec());
            let repair = move |tx: &mut Tx| take::repair(tx, &sync, &slice);
            self.db.write_background("federation.repair", repair).await?;
        }
        for slice in found.surplus.chunks(SLICE_EVENTS_MAX) {
            let (sync, slice) = (sync.clone(), slice.to_vec());
            let withdraw = move |tx: &mut Tx| take::surplus(tx, &sync, &slice);
            self.db.write_background("federation.surplus", withdraw).await?;
        }
        Ok(())
    }

    /// Steps until there is nothing to do: for tests, the command line and the demo.
    pub async fn settle(&self, node: &str) -> Result<usize, Refusal> {
        let mut moved = 0;
        loop {
            match self.step(node, 0).await {
                Ok(Step::Moved) => moved += 1,
                Ok(Step::Idle | Step::Overtaken) => return Ok(moved),
                Err(refusal) => return Err(refusal),
            }
        }
    }
}
