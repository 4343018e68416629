//! `techmart bench subsidy`: a yearly batch over many registered contracts, and what other writes notice of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{SubsidyBench, store};
use crate::app::{App, World};
use crate::config::Config;
use crate::db::conn::Mode;
use crate::db::{Conn, Db};
use crate::demo;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::subsidy::service::{NewAppropriation, Question, Target, appropriate, prepare, stage};

/// The year whose register is filled; the demo city has nothing in it.
const PERIOD: i32 = 2024;
const SCHEME: &str = "REG-AGENCY";
const QUIET: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(2);

pub fn run(config: &Config, bench: &SubsidyBench) -> Result<(), Box<dyn std::error::Error>> {
    actix_web::rt::System::new().block_on(async {
        demo::load(config).await?;
        let app = App::open(config.clone(), World::real()).await?;
        println!("filling {} with {} contracts of {PERIOD} …", config.data_dir.display(), bench.contracts);
        let (seeded, contracts) = (app.clone(), bench.contracts);
        let (preparer, target) = tokio::task::spawn_blocking(move || seed(&seeded, contracts))
            .await
            .map_err(Refusal::internal)??;
        settle(config)?;
        let other = Others::start(&app.db);
        tokio::time::sleep(QUIET).await;
        let quiet = other.take();
        let begun = Instant::now();
        let staged = stage(&app.db, &preparer, &target).await?;
        let written = begun.elapsed();
        let (actor, asked) = (preparer.clone(), target.clone());
        let decided = app
            .db
            .write("bench.prepare", move |tx| prepare::prepare(tx, &actor, &asked, &staged, None))
            .await?;
        let whole = begun.elapsed();
        let busy = other.stop();
        let batch = decided.value;
        println!(
            "{} contracts, {} yuan: computed and written in {:.2} s, decided in {:.1} ms",
            batch.sheet.contracts,
            batch.sheet.total.yuan(),
            written.as_secs_f64(),
            (whole - written).as_secs_f64() * 1e3
        );
        print("other writes before", quiet);
        print("other writes meanwhile", busy);
        Ok(())
    })
}

/// Moves what the filling left in SQLite's log, so that the batch is not measured with it.
fn settle(config: &Config) -> Result<(), Refusal> {
    let mut conn = Conn::open(&config.database, Mode::Write)?;
    if !conn.is_postgres() {
        conn.batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    }
    Ok(())
}

fn seed(app: &App, contracts: i64) -> Result<(Actor, Target), Refusal> {
    let actor = |login: &str| -> Result<Actor, Refusal> {
        Ok(Actor::Person(Box::new(app.gate.sign_in_as(login)?.grant.person)))
    };
    let office = actor("registrar")?.person()?.organisation;
    app.db.write_blocking("bench.contracts", move |tx| {
        store::create_tables(tx)?;
        store::copy_contracts(tx, office, PERIOD, contracts)
    })?;
    let approver = actor("approver")?;
    app.db.write_blocking("bench.budget", move |tx| {
        let new = NewAppropriation {
            year: tx.now().day().year(),
            scheme: SCHEME.to_owned(),
            amount: Fen(1_000_000_000_000),
            document: "示例预算".to_owned(),
            note: String::new(),
        };
        appropriate(tx, &approver, &new)
    })?;
    let (scheme, beneficiary) = (SCHEME.to_owned(), Some(office));
    let question = Question { scheme, beneficiary, period: PERIOD, budget_year: None };
    Ok((actor("preparer")?, Target::New(question)))
}

/// Small writes of other people, one after the other, each measured.
struct Others {
    ended: Arc<AtomicBool>,
    taken: crossbeam_channel::Receiver<Duration>,
}

impl Others {
    fn start(db: &Db) -> Self {
        let (give, taken) = crossbeam_channel::unbounded();
        let (db, ended) = (db.clone(), Arc::new(AtomicBool::new(false)));
        let end = Arc::clone(&ended);
        std::thread::spawn(move || {
            for number in 1.. {
                let begun = Instant::now();
                let written =
                    db.write_blocking("bench.note", move |tx| store::insert_note(tx, number, "o", number));
                if written.is_err() || give.send(begun.elapsed()).is_err() || end.load(Ordering::Relaxed) {
                    break;
                }
                std::thread::park_timeout(PAUSE);
            }
        });
        Self { ended, taken }
    }

    fn take(&self) -> Vec<Duration> {
        self.taken.try_iter().collect()
    }

    fn stop(self) -> Vec<Duration> {
        self.ended.store(true, Ordering::Relaxed);
        self.take()
    }
}

fn print(name: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at =
        |share: usize| took.get(took.len().saturating_sub(1) * share / 1000).copied().unwrap_or_default();
    let millis = |share: usize| at(share).as_secs_f64() * 1e3;
    println!(
        "{name:<24} {:>6} writes, ms: p50 {:.2}, p99 {:.2}, p99.9 {:.2}, most {:.2}",
        took.len(),
        millis(500),
        millis(990),
        millis(999),
        millis(1000)
    );
}
