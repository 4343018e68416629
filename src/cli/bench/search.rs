//! `techmart bench search`: the search on a corpus of any size, in this process and on one thread.
//!
//! The index is made by a process of its own through the same path as a server's, so that what the asking process
//! holds in memory is what a server would.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::corpus::{self, Corpus, mixed};
use super::load::{self, f64_of};
use super::{SearchBench, questions};
use crate::app::{SEARCH_PACE, World, open_db};
use crate::changes::{Followers, InstanceFollower};
use crate::config::Config;
use crate::db::{Conn, Db, migrate};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::Refusal;
use crate::search::model::{Document, SearchQuery};
use crate::search::service::{Search, SearchSettings};
use crate::search::{Source, Sources};

type Failure = Box<dyn std::error::Error>;

const KIND: &str = "bench.noted";
/// Changes whose way into the index is timed.
const CHANGES: u64 = 20;
const LOOK_AGAIN: Duration = Duration::from_millis(5);
const APPEARS_WITHIN: Duration = Duration::from_secs(30);

/// The corpus as a room of records.
struct Room {
    corpus: Corpus,
    records: u64,
    /// Records that were changed, with their new titles.
    changed: Mutex<Vec<(u64, String)>>,
}

impl Room {
    fn document(&self, n: u64) -> Document {
        let mut document = self.corpus.document(n);
        let changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, title)) = changed.iter().rfind(|(number, _)| *number == n) {
            document.title.clone_from(title);
        }
        document
    }
}

impl Source for Room {
    fn kinds(&self) -> &[&'static str] {
        &["bench"]
    }

    fn load(&self, _: &mut Conn, subjects: &[String]) -> Result<Vec<Document>, Refusal> {
        Ok(subjects.iter().filter_map(|subject| corpus::number(subject)).map(|n| self.document(n)).collect())
    }

    fn scan(&self, _: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Document>, Refusal> {
        let from = after.and_then(corpus::number).map_or(0, |n| n + 1);
        let to = self.records.min(from + u64::try_from(limit).unwrap_or(0));
        Ok((from..to).map(|n| self.document(n)).collect())
    }
}

struct Scene {
    db: Db,
    room: Arc<Room>,
    search: Search,
}

impl Scene {
    fn open(config: &Config, bench: &SearchBench) -> Result<Scene, Failure> {
        migrate::run(&config.database)?;
        let db = open_db(config, &World::real())?;
        let corpus = Corpus::read(&bench.corpus)?;
        let room = Arc::new(Room { corpus, records: bench.records, changed: Mutex::default() });
        let directory = Some(index_of(config, bench.records));
        let settings = SearchSettings { directory, pace: SEARCH_PACE };
        let search = Search::new(settings, Sources::new(vec![Arc::clone(&room) as Arc<dyn Source>]))?;
        Ok(Scene { db, room, search })
    }
}

fn index_of(config: &Config, records: u64) -> std::path::PathBuf {
    config.data_dir.join(format!("index-{records}"))
}

/// Makes the index; what it cost is printed. Run by [`run`] as a process of its own.
pub fn build(config: &Config, bench: &SearchBench) -> Result<(), Failure> {
    let scene = Scene::open(config, bench)?;
    let own = std::process::id();
    // What it costs to make up the texts is not the index's.
    let sample = bench.records.min(2_000);
    let before = load::cpu_micros(own)?;
    let made: usize = (0..sample).map(|n| scene.room.document(n).body.len()).sum();
    let of_texts = (load::cpu_micros(own)? - before) as f64 * f64_of(bench.records) / f64_of(sample.max(1));
    let (started, before) = (Instant::now(), load::cpu_micros(own)?);
    let records = scene.search.rebuild(&scene.db)?;
    let seconds = (f64_of(load::cpu_micros(own)? - before) - of_texts) / 1e6;
    println!(
        "{records} records of {} bytes indexed in {:.1} s; {:.1} CPU s; {:.0} records per CPU second",
        made as u64 / sample.max(1),
        started.elapsed().as_secs_f64(),
        seconds,
        f64_of(records) / seconds
    );
    Ok(())
}

pub fn run(config: &Config, bench: &SearchBench) -> Result<(), Failure> {
    let directory = index_of(config, bench.records);
    if directory.join("current").exists() {
        println!("{} is there and is used again", directory.display());
    } else {
        let status = Command::new(std::env::current_exe()?)
            .args(["bench", "search-build", "--data-dir"])
            .arg(&config.data_dir)
            .arg("--corpus")
            .arg(&bench.corpus)
            .args(["--records", &bench.records.to_string()])
            .status()?;
        if !status.success() {
            return Err("the index was not made".into());
        }
    }
    println!("index on disk: {} MB", bytes(&directory)? / 1_000_000);
    let scene = Scene::open(config, bench)?;
    scene.search.catch_up(&scene.db)?;
    questions::measure(&directory, &scene.room.corpus, bench.questions)?;
    println!("\nRssAnon after the questions: {} MiB", load::rss_anon_kib(std::process::id())? / 1024);
    freshness(&scene, bench.records)?;
    println!("RssAnon after the changes: {} MiB", load::rss_anon_kib(std::process::id())? / 1024);
    Ok(())
}

fn bytes(directory: &Path) -> std::io::Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        sum += if metadata.is_dir() { bytes(&entry.path())? } else { metadata.len() };
    }
    Ok(sum)
}

/// How long a change takes until it is found, with followers as a server runs them.
fn freshness(scene: &Scene, records: u64) -> Result<(), Failure> {
    static MARK: AtomicU64 = AtomicU64::new(1);
    let followers = Followers::new(scene.db.clone(), vec![], vec![Arc::new(scene.search.clone())]);
    let threads = followers.spawn()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let mut waited = Vec::new();
    for change in 0..CHANGES {
        let n = mixed(change, 99) % records.max(1);
        let word = format!("change{}x{}", std::process::id(), MARK.fetch_add(1, Ordering::Relaxed));
        scene.room.changed.lock().unwrap_or_else(PoisonError::into_inner).push((n, word.clone()));
        let started = Instant::now();
        scene.db.write_blocking("bench.change", move |tx| {
            tx.record(
                &Actor::System("bench"),
                NewChange::local(KIND, corpus::subject(n), 1, serde_json::json!({})),
            );
            Ok(())
        })?;
        let query = SearchQuery { text: word, limit: 1, ..SearchQuery::default() };
        while runtime.block_on(scene.search.answer(query.clone()))?.hits.is_empty() {
            if started.elapsed() > APPEARS_WITHIN {
                return Err("a change never became searchable".into());
            }
            std::thread::park_timeout(LOOK_AGAIN);
        }
        waited.push(started.elapsed());
    }
    followers.stop();
    for thread in threads {
        thread.join().map_err(|_| "a follower panicked")?;
    }
    waited.sort_unstable();
    let at =
        |share: usize| waited.get(waited.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
    println!(
        "\nfrom a change to its being found: p50 {} ms, longest {} ms",
        at(50).as_millis(),
        at(100).as_millis()
    );
    Ok(())
}
