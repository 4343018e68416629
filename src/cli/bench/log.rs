//! Writers and followers of the change log as processes of their own, to be killed.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Append, Follow, Numbers, store};
use crate::app::{World, open_db};
use crate::changes::{self, Follower, Followers, Start};
use crate::config::Config;
use crate::db::{Db, Tx, migrate};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Change, NewChange};
use crate::kernel::error::Refusal;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const KIND: &str = "bench.noted";
const SUBJECT: &str = "urn:tm:bench:note:01980000-0000-7000-8000-000000000001";

fn open(config: &Config) -> Result<Db, Refusal> {
    migrate::run(&config.database)?;
    let db = open_db(config, &World::real())?;
    db.write_blocking("bench.tables", |tx| store::create_tables(tx))?;
    Ok(db)
}

/// Prints `ack NAME NUMBER` for each change that is durable.
pub fn append(config: &Config, append: &Append) -> Outcome {
    let db = open(config)?;
    let mut out = std::io::stdout();
    let started = Instant::now();
    for number in 1..=append.count {
        match append.numbers {
            Numbers::Head => append_to_log(&db, append.name.clone(), number)?,
            Numbers::Sequence => append_by_sequence(config, &append.name, number)?,
        }
        writeln!(out, "ack {} {number}", append.name)?;
        out.flush()?;
    }
    let seconds = started.elapsed().as_secs_f64();
    eprintln!("{} changes in {seconds:.2} s", append.count);
    Ok(())
}

fn append_to_log(db: &Db, name: String, number: i64) -> Result<(), Refusal> {
    db.write_blocking("bench.append", move |tx| {
        let facts = serde_json::json!({ "writer": name, "number": number });
        tx.record(&Actor::System("bench"), NewChange::local(KIND, SUBJECT.to_owned(), number, facts));
        Ok(())
    })?;
    Ok(())
}

/// As with a database sequence: the number is given at once, the row becomes visible later.
fn append_by_sequence(config: &Config, name: &str, number: i64) -> Result<(), Refusal> {
    let mut conn = crate::db::Conn::open(&config.database, crate::db::conn::Mode::Write)?;
    let seq = store::next_of_sequence(&mut conn)?;
    std::thread::yield_now();
    store::insert_note(&mut conn, seq, name, number)
}

/// Follows until nothing new came for a while; what was seen is in the database.
pub fn follow(config: &Config, follow: &Follow) -> Outcome {
    let db = open(config)?;
    // The machinery wants a name for the life of the process.
    let name: &'static str = Box::leak(follow.name.clone().into_boxed_str());
    let followers = match follow.numbers {
        Numbers::Head => Some(Followers::new(db.clone(), vec![Arc::new(Seen { name })], vec![])),
        Numbers::Sequence => None,
    };
    let (mut last, mut since) = (-1, Instant::now());
    while since.elapsed() < Duration::from_millis(follow.quiet_ms) {
        match &followers {
            Some(followers) => followers.settle()?,
            None => db.write_blocking("bench.follow", move |tx| store::follow_sequence(tx, name))?.value,
        }
        let seen = db.read_blocking(move |snapshot| store::count_seen(snapshot, name))?;
        if seen != last {
            (last, since) = (seen, Instant::now());
        }
        std::thread::park_timeout(Duration::from_millis(2));
    }
    println!("seen {name} {last}");
    Ok(())
}

/// Keeps what it was given, without any guard against seeing a change twice: a repetition would show.
struct Seen {
    name: &'static str,
}

impl Follower for Seen {
    fn name(&self) -> &'static str {
        self.name
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        kind == KIND
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        store::insert_seen(tx, self.name, change.seq)
    }
}

/// What stands in the log and what each follower saw, for a test to compare.
pub struct Tally {
    pub notes: Vec<(i64, String, i64)>,
    pub seen: Vec<(String, i64)>,
}

/// Reads the tally of a scratch database.
pub fn tally(config: &Config, numbers: Numbers) -> Result<Tally, Refusal> {
    let db = open(config)?;
    db.read_blocking(move |snapshot| {
        let notes = match numbers {
            Numbers::Sequence => store::notes(snapshot)?,
            Numbers::Head => {
                let log = changes::read_after(snapshot, 0, i64::MAX)?;
                let own = log.into_iter().filter(|change| change.kind == KIND);
                own.map(|c| (c.seq, c.facts["writer"].as_str().unwrap_or("").to_owned(), c.version)).collect()
            }
        };
        Ok(Tally { notes, seen: store::seen(snapshot)? })
    })
}
