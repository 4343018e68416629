//! Computes lists outside of any command: reads what it needs, judges, writes the list with its guard.

mod aim;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use aim::profile;

use super::engine::{Model, Ready};
use super::meaning::agreement;
use super::model::{Answering, PartKind, Side, Suggestion, Verdict, Weights};
use super::rules::pick::{self, Candidate, LIST_MAX};
use super::service::{self, learnt};
use super::store::{self, Dirty, Profile};
use crate::changes::InstanceFollower;
use crate::db::{Conn, Db, Tx};
use crate::engagement;
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::kernel::time::UtcTime;
use crate::search::model::Document;
use crate::search::service::Search;
use crate::search::{Analyzer, Sources};

/// Candidates by shared words, by direction, by field or industry.
const BY_WORDS_MAX: usize = 120;
const BY_DIRECTION_MAX: usize = 80;
const BY_FIELD_MAX: usize = 50;
/// Characters of a record that candidates are asked for with.
const ASKED_CHARS_MAX: usize = 300;
/// Records taken at once.
const BATCH: i64 = 20;
/// Lists of others that one record marks.
const SPREAD_MAX: usize = 50;
/// Profiles read at once, and held at most: about 200 bytes each.
const PROFILES_SLICE: i64 = 2_000;
const PROFILES_MAX: usize = 200_000;
/// What two texts must have in common to be suggested at all.
const TEXT_MIN: f64 = 0.05;
const MEANING_MIN: f64 = 0.35;

/// Matchmaking of this instance.
#[derive(Clone)]
pub struct Matching(Arc<Inner>);

struct Inner {
    search: Search,
    sources: Sources,
    desk: Mutex<Desk>,
    stopping: AtomicBool,
}

/// What is kept between two lists.
struct Desk {
    model: Option<(i64, Arc<Model>)>,
    /// The model that all profiles have their directions from.
    aimed: Option<i64>,
    weights: Weights,
    profiles: HashMap<String, Profile>,
    /// The last profile that was read.
    read: (i64, String),
}

/// Everything about a record and its candidates, from one snapshot.
struct Material {
    candidates: Vec<(Document, Answering)>,
    own: Answering,
    exposures: HashMap<String, (u32, f64)>,
    lengths: HashMap<String, (i64, f64)>,
    now: UtcTime,
}

impl Matching {
    pub fn new(search: Search, sources: Sources) -> Matching {
        let desk = Desk {
            model: None,
            aimed: None,
            weights: Weights::SHIPPED,
            profiles: HashMap::new(),
            read: (i64::MIN, String::new()),
        };
        let stopping = AtomicBool::new(false);
        Matching(Arc::new(Inner { search, sources, desk: Mutex::new(desk), stopping }))
    }

    pub fn sources(&self) -> &Sources {
        &self.0.sources
    }
}

/// The side of a record by its URN.
pub fn side_of(urn: &str) -> Option<Side> {
    parse_urn(urn).and_then(|(_, entity, _)| Side::parse(entity))
}

/// Published records of these subjects, as they are now.
pub fn load(conn: &mut Conn, sources: &Sources, subjects: &[String]) -> Result<Vec<Document>, Refusal> {
    let mut found = Vec::new();
    for source in sources.iter() {
        let own: Vec<String> = subjects
            .iter()
            .filter(|urn| side_of(urn).is_some_and(|side| source.kinds().contains(&side.as_str())))
            .cloned()
            .collect();
        if !own.is_empty() {
            found.extend(source.load(conn, &own)?);
        }
    }
    Ok(found)
}

impl InstanceFollower for Matching {
    fn name(&self) -> &'static str {
        "matching"
    }

    fn catch_up(&self, db: &Db) -> Result<(), Refusal> {
        let mut desk = self.0.desk.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let batch = db.read_blocking(|snapshot| store::dirty(snapshot, BATCH))?;
            if batch.is_empty() || self.0.stopping.load(Ordering::Acquire) {
                return Ok(());
            }
            desk.refresh(db)?;
            self.0.aim(db, &mut desk)?;
            for dirty in batch {
                match self.0.renew(db, &mut desk, &dirty) {
                    // The index is not ready: the marks stay.
                    Err(refusal) if refusal.status() == 503 => return Ok(()),
                    outcome => outcome?,
                }
            }
        }
    }

    fn stop(&self) {
        self.0.stopping.store(true, Ordering::Release);
    }
}

impl Desk {
    /// Takes the newest model and weights, and the profiles written since.
    fn refresh(&mut self, db: &Db) -> Result<(), Refusal> {
        let (head, weights) =
            db.read_blocking(|snapshot| Ok((store::newest_model(snapshot)?, store::weights(snapshot)?)))?;
        self.weights = weights.map_or(Weights::SHIPPED, |set| set.weights);
        let number = head.map_or(0, |head| head.number);
        if self.model.as_ref().is_none_or(|(have, _)| *have != number) {
            let analyzer = Analyzer::shared();
            let bytes = db.read_blocking(move |snapshot| store::model_bytes(snapshot, number))?;
            let model = learnt::from_bytes(&bytes, &analyzer).unwrap_or_else(|| Model::blank(analyzer));
            self.model = Some((number, Arc::new(model)));
        }
        loop {
            let (stamp, after) = self.read.clone();
            let news = db.read_blocking(move |snapshot| {
                store::profiles_since(snapshot, stamp, &after, PROFILES_SLICE)
            })?;
            let Some(last) = news.last() else { return Ok(()) };
            self.read = (last.stamp, last.subject.clone());
            news.into_iter().for_each(|profile| self.know(profile));
        }
    }

    fn know(&mut self, profile: Profile) {
        if !profile.live {
            self.profiles.remove(&profile.subject);
        } else if self.profiles.len() < PROFILES_MAX || self.profiles.contains_key(&profile.subject) {
            self.profiles.insert(profile.subject.clone(), profile);
        }
    }

    /// Candidates that need not share a word: the nearest by direction, the newest of the same field or industry.
    fn related(&self, ready: &Ready, model: i64) -> Vec<String> {
        let other = ready.side.other();
        let others = self.profiles.values().filter(|profile| profile.side == other);
        let mut near: Vec<(f64, &String)> = Vec::new();
        let mut same: Vec<(i64, &String)> = Vec::new();
        let (field, industry) = (ready.document.field.first(), ready.document.industry.last());
        for profile in others {
            let direction: Vec<i8> =
                profile.direction.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
            let agrees = agreement(&direction, &ready.direction).filter(|_| profile.model == model);
            near.extend(agrees.map(|agrees| (agrees, &profile.subject)));
            if field == Some(&profile.field) || industry == Some(&profile.industry) {
                same.push((profile.published_at, &profile.subject));
            }
        }
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        same.sort_by(|a, b| b.cmp(a));
        let near = near.into_iter().take(BY_DIRECTION_MAX).map(|(_, subject)| subject);
        near.chain(same.into_iter().take(BY_FIELD_MAX).map(|(_, subject)| subject)).cloned().collect()
    }
}

impl Inner {
    /// Makes the list of one record anew.
    fn renew(&self, db: &Db, desk: &mut Desk, dirty: &Dirty) -> Result<(), Refusal> {
        let (sources, subject) = (self.sources.clone(), dirty.subject.clone());
        let found = db.read_blocking(move |snapshot| load(snapshot, &sources, &[subject]))?;
        let side = side_of(&dirty.subject);
        let (Some(document), Some(side), Some((number, model))) =
            (found.into_iter().next(), side, desk.model.clone())
        else {
            desk.profiles.remove(&dirty.subject);
            let dirty = dirty.clone();
            return db.write_background_blocking("matching.retire", move |tx| retire(tx, &dirty)).map(drop);
        };
        let ready = model.ready(side, document, Answering::default());
        let profile = profile(&ready, number);
        desk.know(profile.clone());
        let (material, ready) = self.material(db, desk, ready, number)?;
        let judge = |(document, answering): &(Document, Answering)| {
            let other = model.ready(side.other(), document.clone(), *answering);
            let verdict = model.judge(&ready, &other, &desk.weights, material.now.micros());
            let related = is_related(&verdict, agreement(&ready.direction, &other.direction));
            Judged { document: other.document, verdict, related }
        };
        let judged: Vec<Judged> = material.candidates.iter().map(judge).collect();
        let written = Written::of(dirty, profile, &judged, &material, desk.weights.version);
        db.write_background_blocking("matching.renew", move |tx| written.write(tx))?;
        Ok(())
    }

    /// What the candidates are, and what is known of them.
    fn material(
        &self,
        db: &Db,
        desk: &Desk,
        mut ready: Ready,
        model: i64,
    ) -> Result<(Material, Ready), Refusal> {
        let document = &ready.document;
        let asked: String =
            [&document.title, " ", &document.keywords.join(" "), " ", &document.body].concat();
        let asked: String = asked.chars().take(ASKED_CHARS_MAX).collect();
        // Of this node: other nodes' records cannot be judged, and would only take the places.
        let kind = ready.side.other().as_str();
        let mut subjects: BTreeSet<String> =
            self.search.similar(kind, &db.settings().node, &asked, BY_WORDS_MAX)?.into_iter().collect();
        subjects.extend(desk.related(&ready, model));
        let subjects: Vec<String> = subjects.into_iter().collect();
        let (sources, own, holder) =
            (self.sources.clone(), document.subject.clone(), document.holder.urn.clone());
        let material = db.read_blocking(move |snapshot| {
            let now = snapshot.now();
            let found = load(snapshot, &sources, &subjects)?;
            // Nobody needs a match with themselves.
            let found: Vec<Document> = found.into_iter().filter(|found| found.holder.urn != holder).collect();
            let mut owners: Vec<String> = found.iter().map(|found| found.holder.urn.clone()).collect();
            owners.push(holder.clone());
            owners.sort_unstable();
            owners.dedup();
            let records = engagement::service::answering(snapshot, &owners, now)?;
            let answering =
                |owner: &str| records.get(owner).copied().map(Answering::from).unwrap_or_default();
            let subjects: Vec<String> = found.iter().map(|found| found.subject.clone()).collect();
            Ok(Material {
                own: answering(&holder),
                candidates: found
                    .into_iter()
                    .map(|found| {
                        let record = answering(&found.holder.urn);
                        (found, record)
                    })
                    .collect(),
                exposures: store::exposures(snapshot, &own, &subjects)?,
                lengths: store::lengths(snapshot, &subjects)?,
                now,
            })
        })?;
        ready.answering = material.own;
        Ok((material, ready))
    }
}

impl From<engagement::model::AnsweringRecord> for Answering {
    fn from(record: engagement::model::AnsweringRecord) -> Answering {
        let mean_hours = record.hours / f64::from(record.answers.max(1));
        Answering { asked: record.asked, answered: record.answered, mean_hours }
    }
}

/// A candidate with what was found.
struct Judged {
    document: Document,
    verdict: Verdict,
    related: bool,
}

/// What one command writes: a list, a profile, marks.
struct Written {
    dirty: Dirty,
    profile: Profile,
    list: Vec<Suggestion>,
    displaced: Vec<String>,
    spread: Vec<String>,
    /// The suggested records whose pairing with this one is news.
    news: HashSet<String>,
}

impl Written {
    fn of(dirty: &Dirty, profile: Profile, judged: &[Judged], material: &Material, version: i64) -> Written {
        let picked = pick::pick(judged.iter().map(|one| candidate(one, material)).collect());
        let verdicts: HashMap<&str, &Verdict> =
            judged.iter().map(|one| (one.document.subject.as_str(), &one.verdict)).collect();
        let suggestion = |(picked, place): (&pick::Picked, i32)| {
            verdicts.get(picked.other.as_str()).map(|verdict| Suggestion {
                subject: dirty.subject.clone(),
                other: picked.other.clone(),
                place,
                verdict: (*verdict).clone(),
                introduced: picked.introduced,
                weights_version: version,
                computed_at: material.now,
            })
        };
        let list = picked.iter().zip(1..).filter_map(suggestion).collect();
        let displaced = picked.iter().filter(|picked| picked.displaces).map(|picked| picked.other.clone());
        let spread = if dirty.spread { gaining(judged, material) } else { vec![] };
        let since = material.now.plus_days(-service::NEWS_DAYS).micros();
        let is_news = |one: &&Judged| profile.published_at.max(one.document.published_at) >= since;
        let news = judged.iter().filter(is_news).map(|one| one.document.subject.clone()).collect();
        Written { dirty: dirty.clone(), profile, list, displaced: displaced.collect(), spread, news }
    }

    /// At most 20 rows of the list before, 20 new ones, 130 marks.
    fn write(&self, tx: &mut Tx) -> Result<(), Refusal> {
        if !store::unmark(tx, &self.dirty)? {
            return Ok(());
        }
        let stamp = tx.now().micros();
        store::save_profile(tx, &Profile { stamp, ..self.profile.clone() })?;
        service::note_new(tx, &self.dirty.subject, &self.profile.holder, &self.list, &self.news)?;
        store::replace(tx, &self.dirty.subject, &self.list)?;
        let mut marked = self.spread.clone();
        for other in &self.displaced {
            marked.extend(store::displace(tx, other, &self.dirty.subject)?);
        }
        if self.dirty.spread {
            // Where it stands already it may fit no more, or better.
            let readers = i64::from(pick::EXPOSURE_MAX);
            marked.extend(store::standing_in(tx, &self.dirty.subject, readers)?);
        }
        marked.sort_unstable();
        marked.dedup();
        store::mark(tx, &marked, stamp, false)
    }
}

/// A record that is published no more: its list goes, and who had it in theirs gets a new one.
fn retire(tx: &mut Tx, dirty: &Dirty) -> Result<(), Refusal> {
    if !store::unmark(tx, dirty)? {
        return Ok(());
    }
    let stamp = tx.now().micros();
    store::retire(tx, &dirty.subject, stamp)?;
    store::replace(tx, &dirty.subject, &[])?;
    let readers = store::standing_in(tx, &dirty.subject, i64::from(pick::EXPOSURE_MAX))?;
    store::mark(tx, &readers, stamp, false)
}

fn candidate(one: &Judged, material: &Material) -> Candidate {
    let document = &one.document;
    let (exposure, weakest) = material.exposures.get(&document.subject).copied().unwrap_or_default();
    let is_new = document.published_at >= material.now.plus_days(-pick::NEW_DAYS).micros();
    let (other, score, related) = (document.subject.clone(), one.verdict.score, one.related);
    Candidate { other, score, related, exposure, weakest, is_new }
}

/// Whose lists this record would stand in, or may stand in already.
fn gaining(judged: &[Judged], material: &Material) -> Vec<String> {
    let gains = |one: &&Judged| {
        let (length, least) = material.lengths.get(&one.document.subject).copied().unwrap_or_default();
        let full = usize::try_from(length).is_ok_and(|length| length >= LIST_MAX);
        one.related && (!full || one.verdict.score >= least)
    };
    let mut found: Vec<&Judged> = judged.iter().filter(gains).collect();
    found.sort_by(|a, b| {
        b.verdict.score.total_cmp(&a.verdict.score).then(a.document.subject.cmp(&b.document.subject))
    });
    found.into_iter().take(SPREAD_MAX).map(|one| one.document.subject.clone()).collect()
}

/// Whether what both say has enough in common; `near` as far as directions are known.
fn is_related(verdict: &Verdict, near: Option<f64>) -> bool {
    let shares_words = verdict.demand.get(PartKind::Text) >= TEXT_MIN && !verdict.words.is_empty();
    shares_words || near.is_some_and(|near| near >= MEANING_MIN)
}
