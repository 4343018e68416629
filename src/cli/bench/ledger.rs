//! `techmart bench ledger`: durable transactions beside a bare SQL transfer of the same shape.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::{LedgerBench, store};
use crate::app::{World, open_db};
use crate::config::Config;
use crate::db::conn::Mode;
use crate::db::{Conn, Db, migrate};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::ledger::model::{AccountKey, AccountKind, NewTransaction};
use crate::ledger::service;

pub(super) type Outcome = Result<(), Box<dyn std::error::Error>>;

pub(super) const ACTOR: Actor = Actor::System("bench");
pub(super) const CAUSE: &str = "urn:tm:bench:transfer:01980000-0000-7000-8000-000000000001";
const YEAR: i32 = 2026;
/// More than any run promises.
pub(super) const BUDGET: Fen = Fen(1_000_000_000);
const WRITER: &str = "bench.transfer";

fn budget(number: usize, kind: AccountKind) -> AccountKey {
    AccountKey::budget(kind, YEAR, &format!("BENCH-{number}"))
}

fn promise(key: String, number: usize) -> NewTransaction {
    NewTransaction::new("bench.promised", key, CAUSE.to_owned()).transfer(
        budget(number, AccountKind::Available),
        budget(number, AccountKind::Reserved),
        Fen(1),
    )
}

/// A name that no earlier run on this database used.
pub(super) fn nonce(world: &World) -> String {
    let mut bytes = [0; 8];
    world.random.fill(&mut bytes);
    hex::encode(bytes)
}

pub fn run(config: &Config, bench: &LedgerBench) -> Outcome {
    migrate::run(&config.database)?;
    let world = World::real();
    let db = open_db(config, &world)?;
    let (budgets, run) = (bench.budgets.max(1), nonce(&world));
    prepare(&db, budgets, &run)?;
    println!("{}, {} clients, {} s each", config.database, bench.clients, bench.seconds);
    println!("{:<44} {:>9} {:>9} {:>9}", "transfer", "per s", "p50 ms", "p99 ms");
    for (place, count) in [(format!("{budgets} budgets"), budgets), ("one hot budget".to_owned(), 1)] {
        let own = Mutex::new(Vec::new());
        for _ in 0..bench.clients {
            own.lock().map_err(|_| "poisoned")?.push(Conn::open(&config.database, Mode::Write)?);
        }
        measure(bench, &format!("bare SQL, own connections, {place}"), || {
            let mut conn = own.lock().ok().and_then(|mut own| own.pop());
            let run = run.clone();
            move |client, at| match conn.as_mut() {
                Some(conn) => bare(conn, &format!("own/{count}/{run}/{client}/{at}"), (client + at) % count),
                None => Err(Refusal::internal("no connection left")),
            }
        })?;
        measure(bench, &format!("bare SQL, group commit, {place}"), || {
            let (db, run) = (db.clone(), run.clone());
            move |client, at| {
                let key = format!("group/{count}/{run}/{client}/{at}");
                let (from, to) = pair((client + at) % count);
                db.write_blocking(WRITER, move |tx| store::transfer(tx, &key, from, to)).map(drop)
            }
        })?;
        measure(bench, &format!("ledger, {place}"), || {
            let (db, run) = (db.clone(), run.clone());
            move |client, at| {
                let new = promise(format!("bench/{count}/{run}/{client}/{at}"), (client + at) % count);
                db.write_blocking(WRITER, move |tx| service::post(tx, &ACTOR, new.clone())).map(drop)
            }
        })?;
    }
    let begun = Instant::now();
    let outcome = db.read_blocking(|snapshot| service::verify(snapshot))?;
    match outcome {
        service::Outcome::Proved(proved) => {
            println!(
                "verified {} transactions in {:.1} s: sound",
                proved.transactions,
                begun.elapsed().as_secs_f64()
            );
            Ok(())
        }
        service::Outcome::Faulty(fault) => {
            Err(format!("transaction {}: {}", fault.number, fault.what).into())
        }
    }
}

fn prepare(db: &Db, budgets: usize, run: &str) -> Outcome {
    let count = i64::try_from(budgets)?;
    db.write_blocking("bench.tables", move |tx| store::create_accounts(tx, count))?;
    for number in 0..budgets {
        let new =
            NewTransaction::new("bench.appropriated", format!("bench/{run}/{number}"), CAUSE.to_owned())
                .transfer(
                    budget(number, AccountKind::Appropriation),
                    budget(number, AccountKind::Available),
                    BUDGET,
                );
        db.write_blocking(WRITER, move |tx| service::post(tx, &ACTOR, new.clone()))?;
    }
    Ok(())
}

fn pair(number: usize) -> (i64, i64) {
    let number = i64::try_from(number).unwrap_or(0);
    (number * 2, number * 2 + 1)
}

fn bare(conn: &mut Conn, key: &str, number: usize) -> Result<(), Refusal> {
    conn.begin(if conn.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" })?;
    let (from, to) = pair(number);
    store::transfer(conn, key, from, to)?;
    Ok(conn.commit()?)
}

/// Lets every client do one thing after the other until the time is over.
fn measure<F>(bench: &LedgerBench, name: &str, client: impl Fn() -> F) -> Outcome
where
    F: FnMut(usize, usize) -> Result<(), Refusal> + Send,
{
    let end = Duration::from_secs(bench.seconds);
    let begun = Instant::now();
    let mut took: Vec<u128> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..bench.clients)
            .map(|number| {
                let mut act = client();
                scope.spawn(move || {
                    let mut took = vec![];
                    while begun.elapsed() < end {
                        let from = Instant::now();
                        act(number, took.len())?;
                        took.push(from.elapsed().as_micros());
                    }
                    Ok::<_, Refusal>(took)
                })
            })
            .collect();
        let mut all = vec![];
        for thread in threads {
            all.extend(thread.join().map_err(|_| Refusal::internal("a client panicked"))??);
        }
        Ok::<_, Refusal>(all)
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    println!("{name:<44} {:>9.0} {}", per_second(took.len(), seconds), percentiles(&mut took));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a rate that is printed")]
fn per_second(count: usize, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// p50 and p99 in milliseconds.
#[expect(clippy::cast_precision_loss, reason = "times that are printed")]
pub(super) fn percentiles(micros: &mut [u128]) -> String {
    micros.sort_unstable();
    let at =
        |percent: usize| micros.get(micros.len().saturating_sub(1) * percent / 100).copied().unwrap_or(0);
    format!("{:>9.2} {:>9.2}", at(50) as f64 / 1000.0, at(99) as f64 / 1000.0)
}
