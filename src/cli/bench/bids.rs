//! `techmart bench bids`: how many bids of one sale are decided, durably, beside a bare durable insert in the same run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use super::load::{self, Pace, Request, Rhythm};
use super::sale::{self, INCREMENT_FEN, Running, START_FEN};
use super::server_process::Server;
use super::{BidsBench, store};
use crate::config::Config;
use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::trading::rules::book::Ask;
use crate::trading::service;

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What one run came to.
struct Measured {
    accepted: usize,
    refused: usize,
    seconds: f64,
    micros: Vec<u128>,
}

impl Measured {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn per_second(&self) -> f64 {
        (self.accepted + self.refused) as f64 / self.seconds
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn percentile_ms(&self, percent: usize) -> f64 {
        let at = self.micros.len().saturating_sub(1) * percent / 100;
        self.micros.get(at).copied().unwrap_or(0) as f64 / 1000.0
    }

    fn print(&self, name: &str) {
        println!(
            "{name:<34} {:>9.0} {:>9} {:>9} {:>9.2} {:>9.2}",
            self.per_second(),
            self.accepted,
            self.refused,
            self.percentile_ms(50),
            self.percentile_ms(99)
        );
    }
}

pub fn run(config: &Config, bench: &BidsBench) -> Outcome {
    let time = Duration::from_secs(bench.seconds);
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "32 bidders on one sale".replace("32", &bench.bidders.to_string()),
        "decided/s",
        "accepted",
        "refused",
        "p50 ms",
        "p99 ms"
    );
    let here = Config { data_dir: config.data_dir.join("service"), ..config.clone() };
    let here = Config { database: moved(config, &here), ..here };
    let running = actix_web::rt::System::new().block_on(sale::running(&here, bench.bidders))?;
    running.app.db.write_blocking("bench.tables", |tx| store::create_plain_bids(tx))?;
    let next = Arc::new(AtomicI64::new(0));
    let insert = clients(bench.bidders, time, None, plain(&running.app.db));
    insert.print("bare durable insert");
    let full = clients(bench.bidders, time, None, bids(&running, &next));
    full.print("bids, service layer, full load");
    let pause = half(bench.bidders, full.per_second());
    clients(bench.bidders, time, Some(pause), bids(&running, &next)).print("bids, service layer, half load");
    println!("bids to bare inserts: {:.2}", full.per_second() / insert.per_second());
    drop(running);
    http(config, bench, time)
}

/// The embedded database lies in the data directory; a server's is where it is.
fn moved(config: &Config, here: &Config) -> crate::db::DatabaseUrl {
    match config.database.file() {
        Some(_) => crate::db::DatabaseUrl::Sqlite(crate::db::Settings::sqlite_in(&here.data_dir)),
        None => config.database.clone(),
    }
}

/// The mean pause of each of `clients` from bid to bid, so that together they bid half as often.
fn half(clients: usize, per_second: f64) -> Duration {
    let clients = u32::try_from(clients).unwrap_or(1);
    Duration::from_secs_f64(f64::from(clients) * 2.0 / per_second.max(1.0))
}

fn plain(db: &Db) -> impl Fn(usize) -> Result<bool, Refusal> + Clone + Send + use<> {
    let db = db.clone();
    move |client| {
        let bidder = i64::try_from(client).unwrap_or(0);
        db.write_blocking("bench.insert", move |tx| store::insert_plain_bid(tx, bidder)).map(|_| true)
    }
}

fn bids(
    running: &Running,
    next: &Arc<AtomicI64>,
) -> impl Fn(usize) -> Result<bool, Refusal> + Clone + Send + use<> {
    let (db, sale, secrets) = (running.app.db.clone(), running.sale, running.app.gate.secrets().clone());
    let (bidders, next) = (Arc::new(running.bidders.clone()), Arc::clone(next));
    move |client| {
        let amount = Fen(START_FEN + INCREMENT_FEN * next.fetch_add(1, Ordering::Relaxed));
        let actor = bidders.get(client).cloned().ok_or_else(|| Refusal::internal("no such bidder"))?;
        let secrets = secrets.clone();
        let bid = db
            .write_blocking("sale.bid", move |tx| service::bid(tx, &actor, &secrets, sale, Ask::Bid(amount)));
        match bid {
            Ok(_) => Ok(true),
            // Somebody was faster with a higher one, or the bidder leads already: decided as well.
            Err(refusal) if matches!(refusal.status(), 409 | 422) => Ok(false),
            Err(refusal) => Err(refusal),
        }
    }
}

/// Lets every client act until the time is over, this far apart on the average if it is said.
fn clients<F>(count: usize, time: Duration, pause: Option<Duration>, act: F) -> Measured
where
    F: Fn(usize) -> Result<bool, Refusal> + Clone + Send,
{
    let (begun, failed) = (Instant::now(), AtomicBool::new(false));
    let mut measured = Measured { accepted: 0, refused: 0, seconds: 0.0, micros: vec![] };
    let one = |client: usize, act: F| {
        let (mut micros, mut accepted) = (vec![], 0);
        let mut rhythm = pause.map(|pause| Rhythm::new(client, pause));
        while begun.elapsed() < time && !failed.load(Ordering::Relaxed) {
            if let Some(rhythm) = &mut rhythm {
                rhythm.wait();
            }
            let from = Instant::now();
            match act(client) {
                Ok(good) => accepted += usize::from(good),
                Err(refusal) => {
                    eprintln!("bench: {refusal}");
                    failed.store(true, Ordering::Relaxed);
                }
            }
            micros.push(from.elapsed().as_micros());
        }
        (micros, accepted)
    };
    let one = &one;
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|client| {
                let act = act.clone();
                scope.spawn(move || one(client, act))
            })
            .collect();
        for thread in threads {
            if let Ok((micros, accepted)) = thread.join() {
                measured.accepted += accepted;
                measured.refused += micros.len() - accepted;
                measured.micros.extend(micros);
            }
        }
    });
    measured.seconds = begun.elapsed().as_secs_f64();
    measured.micros.sort_unstable();
    measured
}

/// The same through the whole edge: a server of its own, a connection for each bidder.
fn http(config: &Config, bench: &BidsBench, time: Duration) -> Outcome {
    let server = Server::start(&config.data_dir.join("http"), config, bench.bidders)?;
    let request = |token: &String| Request {
        method: "POST",
        path: format!("/api/v1/sales/{}/bids", server.ready.sale),
        token: Some(token.clone()),
        // The numbers begin where the start price lies on the grid.
        body: Some(format!("{{\"price_fen\": {{n}}{:02}}}", 0)),
        ..Request::default()
    };
    let requests: Vec<Request> = server.ready.tokens.iter().map(request).collect();
    let address = server.ready.address.parse()?;
    let first = u64::try_from(START_FEN / INCREMENT_FEN)?;
    let full = load::run_all(address, &requests, Pace { first, pause: None }, time, server.id())?;
    print_http("bids, HTTP, full load", &full);
    let pause = Some(half(bench.bidders, full.per_second()));
    let first = first + full.requests + u64::try_from(bench.bidders)?;
    let halved = load::run_all(address, &requests, Pace { first, pause }, time, server.id())?;
    print_http("bids, HTTP, half load", &halved);
    println!("CPU of the server for each bid over HTTP: {:.0} µs", full.cpu_micros());
    Ok(())
}

fn print_http(name: &str, outcome: &load::Outcome) {
    let ms = |percent| f64::from(outcome.percentile_micros(percent)) / 1000.0;
    println!(
        "{name:<34} {:>9.0} {:>9} {:>9} {:>9.2} {:>9.2}",
        outcome.per_second(),
        outcome.requests - outcome.failures,
        outcome.failures,
        ms(50),
        ms(99)
    );
}
