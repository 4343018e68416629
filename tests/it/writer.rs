//! The writer and the change log (DESIGN, Database; TMF-1 rule 2).

use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use techmart::db::{Db, Tx};
use techmart::kernel::actor::Actor;
use techmart::kernel::change::NewChange;
use techmart::kernel::codes_common::CONFLICT;
use techmart::kernel::error::Refusal;

use super::support::City;
use super::support::process::eventually;

fn note(number: i64) -> NewChange {
    let subject = "urn:tm:cn-450700:test:01980000-0000-7000-8000-000000000001".to_owned();
    NewChange::local("test.noted", subject, number, serde_json::json!({ "number": number }))
}

#[test]
fn a_refused_command_leaves_nothing_and_takes_no_number() {
    let city = City::new();
    let db = &city.app.db;
    let before = db.write_blocking("test", |_| Ok(())).unwrap().seq;
    let refused = db.write_blocking("test", |tx| -> Result<(), Refusal> {
        tx.record(&Actor::System("test"), note(1));
        Err(Refusal::new(&CONFLICT))
    });
    assert_eq!(refused.unwrap_err().code(), "conflict");
    let panicked = db.write_blocking("test", |tx| -> Result<(), Refusal> {
        tx.record(&Actor::System("test"), note(1));
        panic!("on purpose")
    });
    assert_eq!(panicked.unwrap_err().code(), "internal");
    let kept = db
        .write_blocking("test", |tx| {
            tx.record(&Actor::System("test"), note(2));
            Ok(tx.seq())
        })
        .unwrap();
    assert_eq!((kept.value, kept.seq), (before + 1, before + 1));
    let log = db.read_blocking(move |s| techmart::changes::read_after(s, before, 10)).unwrap();
    let versions: Vec<_> = log.iter().map(|change| (change.seq, change.version)).collect();
    assert_eq!(versions, [(before + 1, 2)]);
}

#[test]
fn time_never_goes_back() {
    let city = City::new();
    let first = city.app.db.write_blocking("test", |tx| Ok(tx.now())).unwrap().value;
    city.clock.advance_seconds(-3600);
    let second = city.app.db.write_blocking("test", |tx| Ok(tx.now())).unwrap().value;
    assert_eq!(second, first);
    city.clock.advance_seconds(7200);
    assert!(city.app.db.write_blocking("test", |tx| Ok(tx.now())).unwrap().value > first);
}

/// What ran and what was committed, in order: a hook marks the end of its group.
type Story = Arc<Mutex<Vec<String>>>;

fn told(story: &Story, what: String) {
    story.lock().unwrap().push(what);
}

/// Longer than a group works.
const LONG: Duration = Duration::from_millis(30);

/// Runs a command that says that it ran and that it was committed; it waits for the gate, if it has one.
fn narrated(
    db: &Db,
    story: &Story,
    name: &'static str,
    background: bool,
    gate: Option<Receiver<()>>,
) -> JoinHandle<()> {
    let (db, story) = (db.clone(), story.clone());
    let gate = gate.map(Mutex::new);
    std::thread::spawn(move || {
        let command = move |tx: &mut Tx| {
            told(&story, name.to_owned());
            if let Some(gate) = &gate {
                gate.lock().unwrap().recv().unwrap();
                std::thread::sleep(LONG);
            }
            let story = story.clone();
            tx.after_commit(Box::new(move || told(&story, format!("{name} stands"))));
            Ok(())
        };
        let done = if background {
            db.write_background_blocking(name, command)
        } else {
            db.write_blocking(name, command)
        };
        done.unwrap();
    })
}

/// DESIGN, Writing: other writes wait less than 10 ms. Who waited for one background slice does not wait for the next
/// one too, and slices go on all the same.
#[test]
fn a_persons_command_is_committed_before_the_next_slice() {
    let city = City::new();
    let (db, story) = (&city.app.db, Story::default());
    let (open, gate) = channel();
    let slice = narrated(db, &story, "slice 1", true, Some(gate));
    while story.lock().unwrap().is_empty() {
        std::thread::yield_now();
    }
    let next = narrated(db, &story, "slice 2", true, None);
    let person = narrated(db, &story, "person", false, None);
    std::thread::sleep(LONG);
    open.send(()).unwrap();
    for thread in [slice, next, person] {
        thread.join().unwrap();
    }
    let told = story.lock().unwrap().clone();
    let order = ["slice 1", "slice 1 stands", "person", "person stands", "slice 2", "slice 2 stands"];
    assert_eq!(told, order);
}

/// DESIGN, followers: what follows the log stays behind people's commands, but not for as long as they keep coming.
#[test]
fn a_slice_gets_its_turn_while_peoples_commands_keep_coming() {
    let city = City::new();
    let (db, story) = (&city.app.db, Story::default());
    let (open, gate) = channel();
    let first = narrated(db, &story, "first", false, Some(gate));
    while story.lock().unwrap().is_empty() {
        std::thread::yield_now();
    }
    let slice = narrated(db, &story, "slice", true, None);
    // Each of them fills a group.
    let people: Vec<_> = (0..40)
        .map(|_| {
            let (db, story) = (db.clone(), story.clone());
            std::thread::spawn(move || {
                let command = move |_: &mut Tx| {
                    told(&story, "person".to_owned());
                    std::thread::sleep(Duration::from_millis(6));
                    Ok(())
                };
                db.write_blocking("person", command).unwrap();
            })
        })
        .collect();
    std::thread::sleep(LONG);
    open.send(()).unwrap();
    for thread in people.into_iter().chain([first, slice]) {
        thread.join().unwrap();
    }
    let told = story.lock().unwrap().clone();
    let at = told.iter().position(|what| what == "slice").unwrap();
    assert!(told[at..].iter().any(|what| what == "person"), "not after everybody: {told:?}");
}

/// DESIGN, Writing: bigger work is written in slices that end when their time is spent, and nothing is left out.
#[test]
fn slices_end_with_their_time_and_take_everything_once() {
    const COUNT: usize = 60;
    let city = City::new();
    let taken = Arc::new(Mutex::new(vec![]));
    let (db, by) = (city.app.db.clone(), taken.clone());
    let slice = move |tx: &mut Tx, from: usize| {
        let mut to = from;
        while to < COUNT && !tx.is_spent() {
            std::thread::sleep(Duration::from_millis(1));
            to += 1;
        }
        by.lock().unwrap().push((from, to));
        Ok(to - from)
    };
    let runtime = actix_web::rt::System::new();
    runtime.block_on(db.write_slices("test.slices", COUNT, slice)).unwrap();
    let taken = taken.lock().unwrap().clone();
    assert!(taken.len() >= COUNT / 4, "a few milliseconds at most: {taken:?}");
    assert!(taken.windows(2).all(|pair| pair[0].1 == pair[1].0));
    assert_eq!((taken[0].0, taken[taken.len() - 1].1), (0, COUNT));
    let idle = runtime.block_on(db.write_slices("test.idle", 1, |_, _| Ok(0)));
    assert_eq!(idle.unwrap_err().code(), "internal", "it would never end");
}

/// The log of SQLite is moved into the database by a thread of its own, long before a COMMIT would have to do it.
#[test]
fn what_was_written_reaches_the_database_file_beside_the_writer() {
    let city = City::new();
    let path = match techmart::db::DatabaseUrl::parse(&city.database.url()).unwrap() {
        techmart::db::DatabaseUrl::Sqlite(path) => path,
        techmart::db::DatabaseUrl::Postgres(_) => return,
    };
    const BYTES: u64 = 12 * 1024 * 1024;
    let sql = format!(
        "CREATE TABLE test_log (bytes BLOB NOT NULL); \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12) \
         INSERT INTO test_log SELECT randomblob({}) FROM n",
        BYTES / 12
    );
    city.app.db.write_blocking("test.fill", move |tx| Ok(tx.batch(&sql)?)).unwrap();
    eventually("the log is moved", || (std::fs::metadata(&path).unwrap().len() > BYTES).then_some(()));
}

/// A job that takes long has a thread of its own: the others don't wait for it.
#[test]
fn no_job_waits_for_one_that_takes_long() {
    use techmart::changes::{Job, Jobs};
    use techmart::kernel::random::SystemRandom;

    struct Slow(Mutex<Receiver<()>>);
    impl Job for Slow {
        fn name(&self) -> &'static str {
            "test.slow"
        }
        fn every_seconds(&self) -> i64 {
            600
        }
        fn run(&self, _: &Db) -> Result<(), Refusal> {
            let waited = self.0.lock().unwrap().recv_timeout(Duration::from_secs(4));
            waited.map_err(Refusal::internal)
        }
        fn takes_long(&self) -> bool {
            true
        }
    }
    struct Quick(Mutex<std::sync::mpsc::Sender<()>>, Mutex<std::sync::mpsc::Sender<()>>);
    impl Job for Quick {
        fn name(&self) -> &'static str {
            "test.quick"
        }
        fn every_seconds(&self) -> i64 {
            600
        }
        fn run(&self, _: &Db) -> Result<(), Refusal> {
            let ended = self.0.lock().unwrap().send(()).and(self.1.lock().unwrap().send(()));
            ended.map_err(Refusal::internal)
        }
    }

    let city = City::new();
    let ((end, ended), (ran, runs)) = (channel(), channel());
    let jobs: Vec<Arc<dyn Job>> =
        vec![Arc::new(Slow(Mutex::new(ended))), Arc::new(Quick(Mutex::new(end), Mutex::new(ran)))];
    let jobs = Jobs::new(city.app.db.clone(), jobs, &SystemRandom);
    let threads = jobs.spawn().unwrap();
    assert!(runs.recv_timeout(Duration::from_secs(3)).is_ok(), "while the other was at work");
    jobs.stop();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}
