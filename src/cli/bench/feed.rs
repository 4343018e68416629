//! `techmart bench feed`: how fast a neighbour's changes are taken, how much memory catching up needs, and how long
//! a change takes from the county to the region when nothing else happens.

use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{FeedBench, load};
use crate::app::{App, World};
use crate::config::Config;
use crate::db::{DatabaseUrl, Settings, Tx};
use crate::federation::model::Role;
use crate::federation::service::peers::{self, NewPeer};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::proof::model::Purpose;
use crate::replica;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const ACTOR: Actor = Actor::System("bench");
/// Changes of one command when the origin's log is filled.
const FILL_CHANGES: u64 = 250;
const DELAY_WAIT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(5);

struct Node {
    app: App,
    base: String,
    id: &'static str,
}

pub fn run(config: &Config, bench: &FeedBench) -> Outcome {
    let (config, changes, delays) = (config.clone(), bench.changes, bench.delays);
    actix_web::rt::System::new().block_on(async move {
        let region = start(&config, "cn-450000", "region").await?;
        let city = start(&config, "cn-450700", "city").await?;
        let county = start(&config, "cn-450721", "county").await?;
        tokio::task::spawn_blocking(move || measure(&region, &city, &county, changes, delays))
            .await?
            .map_err(|refusal| -> Box<dyn std::error::Error> { Box::new(refusal) })
    })
}

async fn start(
    common: &Config,
    id: &'static str,
    directory: &str,
) -> Result<Node, Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let base = format!("http://{}", listener.local_addr()?);
    let mut config = common.clone();
    config.data_dir = common.data_dir.join(directory);
    config.database = database(common, &config.data_dir)?;
    config.node = id.to_owned();
    config.base_url.clone_from(&base);
    config.outbound_allow = "127.0.0.1".parse()?;
    config.requests_per_minute = 0;
    let app = App::open(config, World::real()).await?;
    actix_web::rt::spawn(app.server(listener, 1, false)?);
    Ok(Node { app, base, id })
}

/// Three nodes need three databases: the embedded one has a file for each.
fn database(common: &Config, dir: &Path) -> Result<DatabaseUrl, String> {
    match &common.database {
        DatabaseUrl::Sqlite(_) => Ok(DatabaseUrl::Sqlite(Settings::sqlite_in(dir))),
        DatabaseUrl::Postgres(_) => Err("bench feed measures the embedded database".into()),
    }
}

fn measure(region: &Node, city: &Node, county: &Node, changes: u64, delays: usize) -> Result<(), Refusal> {
    fill(county, changes)?;
    join(city, county)?;
    catch_up(city, county, changes)?;
    join(region, city)?;
    delay(region, city, county, delays)
}

/// A projection as large as an achievement's.
fn change(node: &str, number: u64, version: i64) -> NewChange {
    let subject = format!("urn:tm:{node}:achievement:01980000-0000-7000-8000-{number:012x}");
    let public = json!({
        "schema": "achievement.v1", "id": subject, "title": format!("低成本高电压镍锰酸锂电池 {number}（示例）"),
        "abstract": "采用固相法制备镍锰酸锂正极材料，循环一千次容量保持率百分之九十以上。".repeat(4),
        "keywords": ["锂电池", "正极材料", "储能"], "contributors": [{"rank": 1, "name": "示例"}],
        "holder": {"urn": format!("urn:tm:{node}:organisation:x"), "name": "示例大学", "kind": "institute"},
        "technical_field": "new_energy", "industry": "38", "division": "450721", "trl": 6,
        "price": {"mode": "fixed", "amount_fen": 50_000_000 + number}, "published_at": "2026-03-02T02:00:00Z",
    });
    NewChange::published("bench.published", subject, version, Audience::Public, json!({}), public)
}

fn fill(node: &Node, changes: u64) -> Result<(), Refusal> {
    let started = Instant::now();
    for first in (0..changes).step_by(usize::try_from(FILL_CHANGES).unwrap_or(1)) {
        let (id, last) = (node.id, (first + FILL_CHANGES).min(changes));
        node.app.db.write_blocking("bench.fill", move |tx| {
            (first..last).for_each(|number| tx.record(&ACTOR, change(id, number, 1)));
            Ok(())
        })?;
    }
    println!(
        "{changes} changes of about 1 kB in the county's log ({:.1} s)",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

fn join(above: &Node, below: &Node) -> Result<(), Refusal> {
    enter(above, below, Role::Child)?;
    enter(below, above, Role::Parent)
}

fn enter(here: &Node, there: &Node, role: Role) -> Result<(), Refusal> {
    let ring = there.app.gate.keys().ring();
    let new = NewPeer {
        node: there.id.to_owned(),
        name: there.id.to_owned(),
        base_url: there.base.clone(),
        role,
        keys: vec![hex::encode(ring.signer(Purpose::Node)?.public().bytes())],
    };
    let outbound = here.app.outbound.clone();
    here.app.db.write_blocking("bench.join", move |tx: &mut Tx| peers::add(tx, &ACTOR, &outbound, &new))?;
    Ok(())
}

/// By the snapshot first, as a new neighbour does; then the same number of newer versions by the feed.
fn catch_up(city: &Node, county: &Node, changes: u64) -> Result<(), Refusal> {
    timed("snapshot", city, county, changes)?;
    for first in (0..changes).step_by(usize::try_from(FILL_CHANGES).unwrap_or(1)) {
        let (id, last) = (county.id, (first + FILL_CHANGES).min(changes));
        county.app.db.write_blocking("bench.fill", move |tx| {
            (first..last).for_each(|number| tx.record(&ACTOR, change(id, number, 2)));
            Ok(())
        })?;
    }
    timed("feed", city, county, changes)
}

fn timed(what: &str, city: &Node, county: &Node, changes: u64) -> Result<(), Refusal> {
    let watch = Watch::start();
    let started = Instant::now();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Refusal::internal)?;
    let (follow, id) = (city.app.pullers().follow().clone(), county.id);
    runtime.block_on(async move { follow.settle(id).await })?;
    let seconds = started.elapsed().as_secs_f64();
    let highest = watch.stop();
    let rate = f64::from(u32::try_from(changes).unwrap_or(u32::MAX)) / seconds;
    println!(
        "{what}: {changes} changes taken in {seconds:.1} s: {rate:.0} changes/s; RssAnon of all three nodes at most {} MiB",
        highest / 1024
    );
    Ok(())
}

/// Looks how much memory the process has, all the while.
struct Watch {
    stop: Arc<AtomicBool>,
    highest: Arc<AtomicU64>,
    thread: std::thread::JoinHandle<()>,
}

impl Watch {
    fn start() -> Self {
        let (stop, highest) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopped, most) = (Arc::clone(&stop), Arc::clone(&highest));
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Acquire) {
                if let Ok(kib) = load::rss_anon_kib(std::process::id()) {
                    most.fetch_max(kib, Ordering::AcqRel);
                }
                std::thread::park_timeout(Duration::from_millis(50));
            }
        });
        Self { stop, highest, thread }
    }

    fn stop(self) -> u64 {
        self.stop.store(true, Ordering::Release);
        drop(self.thread.join());
        self.highest.load(Ordering::Acquire)
    }
}

/// Two links, with everything running as it does in production.
fn delay(region: &Node, city: &Node, county: &Node, delays: usize) -> Result<(), Refusal> {
    let background = [region, city, county]
        .map(|node| node.app.spawn_background())
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    arrives(region, county, u64::MAX >> 20)?;
    let mut took = Vec::with_capacity(delays);
    for number in 0..delays {
        std::thread::park_timeout(Duration::from_millis(300));
        took.push(arrives(region, county, (u64::MAX >> 20) - 1 - u64::try_from(number).unwrap_or(0))?);
    }
    took.sort_unstable();
    let at = |part: usize| took.get(part).copied().unwrap_or_default().as_secs_f64() * 1e3;
    println!(
        "county → region, idle, {delays} changes: median {:.0} ms, longest {:.0} ms",
        at(took.len() / 2),
        at(took.len().saturating_sub(1))
    );
    background.into_iter().for_each(crate::app::Background::stop);
    Ok(())
}

fn arrives(region: &Node, county: &Node, number: u64) -> Result<Duration, Refusal> {
    let new = change(county.id, number, 1);
    let urn = new.subject.clone();
    let started = Instant::now();
    county.app.db.write_blocking("bench.change", move |tx| {
        tx.record(&ACTOR, new.clone());
        Ok(())
    })?;
    // The first one waits for both links to have caught up.
    let patience = DELAY_WAIT * 30;
    while started.elapsed() < patience {
        let wanted = urn.clone();
        if region.app.db.read_blocking(move |snapshot| replica::service::find(snapshot, &wanted))?.is_some() {
            return Ok(started.elapsed());
        }
        std::thread::park_timeout(POLL);
    }
    Err(Refusal::internal(format!("{urn} did not arrive at the region")))
}
