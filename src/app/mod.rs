//! The composition root: opens what the configuration names, puts the rooms together (`rooms.rs`), starts followers
//! and jobs, and serves (`server.rs`), the first page among it (`start.rs`).

mod rooms;
mod server;
mod start;

use std::sync::Arc;
use std::time::Duration;

use crate::changes::{self, Followers, InstanceFollower, Jobs};
use crate::config::Config;
use crate::db::conn::Mode;
use crate::db::{Conn, DatabaseUrl, Db, Settings, WriterLimits, migrate};
use crate::engagement::AnswerDays;
use crate::federation::commands::Desk;
use crate::federation::{self, Pullers};
use crate::files::Vault;
use crate::http::health::AllCodes;
use crate::http::outbound::Outbound;
use crate::http::{Authenticator, BodyKey, EdgeSettings, EdgeState};
use crate::identity::{self, Gate};
use crate::kernel::error::Refusal;
use crate::kernel::random::{Random, SystemRandom};
use crate::kernel::time::{Clock, SystemClock};
use crate::kv::Kv;
use crate::matching::Matching;
use crate::notice;
use crate::project;
use crate::proof::MasterKey;
use crate::reference;
use crate::reward;
use crate::search::Sources;
use crate::search::service::{Search, SearchSettings};
use crate::trading;
use crate::trading::live::{Hub, StreamLimits};

use rooms::{all_codes, all_followers, all_jobs, sources};
use server::{Parts, known_paths};

/// Time and randomness of an application.
#[derive(Clone)]
pub struct World {
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
}

impl World {
    pub fn real() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }
}

#[derive(Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub db: Db,
    pub gate: Gate,
    pub search: Search,
    /// For addresses that others named.
    pub outbound: Outbound,
    pullers: Pullers,
    followers: Followers,
    jobs: Jobs,
    parts: Parts,
}

impl App {
    /// Migrates and opens the database and puts the rooms together; nothing runs yet.
    pub async fn open(config: Config, world: World) -> Result<Self, Refusal> {
        std::fs::create_dir_all(&config.data_dir).map_err(Refusal::internal)?;
        let (url, node) = (config.database.clone(), config.node.clone());
        tokio::task::spawn_blocking(move || prepare(&url, &node)).await.map_err(Refusal::internal)??;
        let db = open_db(&config, &world)?;
        let gate = open_gate(&config, &world, &db).await?;
        db.write("reference.ensure_shipped", reference::service::ensure_shipped).await?;
        db.write("project.ensure_shipped", project::service::ensure_shipped).await?;
        db.write("reward.ensure_shipped", reward::service::ensure_shipped).await?;
        db.write("trading.ensure_shipped", trading::service::ensure_shipped).await?;
        let kv = match &config.redis {
            Some(url) => Kv::redis(url).await.map_err(|e| Refusal::internal(format!("REDIS_URL: {e}")))?,
            None => Kv::in_process(),
        };
        let edge = EdgeState {
            db: db.clone(),
            authenticator: Arc::new(gate.clone()) as Arc<dyn Authenticator>,
            kv,
            settings: Arc::new(EdgeSettings {
                base_url: config.base_url.clone(),
                requests_per_minute: config.requests_per_minute,
                trust_forwarded_for: config.trust_forwarded_for,
            }),
            body_key: BodyKey::new(gate.secrets().derive("idempotency")),
        };
        let sources = Sources::new(sources(&config.node.as_str().into()));
        let away = Desk::of(&gate, AnswerDays(config.enquiry_days));
        let database = all_followers(&config, &sources, &away);
        let search = open_search(&config, &sources)?;
        let matching = Matching::new(search.clone(), sources.clone());
        let limits = StreamLimits { total: config.streams, of_address: config.streams_per_address };
        let live = Hub::new(limits);
        let outbound = Outbound::new(config.outbound_allow.clone());
        let desk = notice::Desk {
            mail_on: config.smtp.is_some(),
            secrets: gate.secrets().clone(),
            outbound: outbound.clone(),
        };
        let mut instance: Vec<Arc<dyn InstanceFollower>> =
            vec![Arc::new(search.clone()), Arc::new(matching.clone()), Arc::new(live.clone())];
        instance.extend(notice::senders(&desk, config.smtp.as_ref(), &config.base_url, config.for_tests));
        let vault = Vault::new(&config.data_dir, config.bucket.as_ref())?;
        let (transport, pullers) =
            federation::open(&db, gate.keys(), &outbound, &config.base_url, config.for_tests);
        let jobs = [federation::jobs(&away, &pullers), all_jobs(&config, &vault, &sources, &gate)].concat();
        let followers = Followers::new(db.clone(), database, instance);
        let jobs = Jobs::new(db.clone(), jobs, world.random.as_ref());
        let known = known_paths();
        let codes = AllCodes(all_codes());
        let parts = Parts {
            edge,
            gate: gate.clone(),
            known,
            codes,
            search: search.clone(),
            matching,
            live,
            vault,
            answer_days: AnswerDays(config.enquiry_days),
            transport,
            pullers: pullers.clone(),
            outbound: outbound.clone(),
            desk,
        };
        Ok(Self { config: Arc::new(config), db, gate, search, outbound, pullers, followers, jobs, parts })
    }

    /// Runs all followers until there is nothing left to follow.
    pub fn settle(&self) -> Result<(), Refusal> {
        self.followers.settle()
    }

    /// Who follows the neighbours.
    pub const fn pullers(&self) -> &Pullers {
        &self.pullers
    }

    /// Runs all clock-driven work once.
    pub fn run_jobs(&self) -> Result<(), Refusal> {
        self.jobs.run_all()
    }

    /// Starts followers and jobs; they end after [`Background::stop`].
    pub fn spawn_background(&self) -> Result<Background, Refusal> {
        self.gate.follow()?;
        let mut threads = self.followers.spawn()?;
        threads.extend(self.jobs.spawn()?);
        threads.extend(self.parts.live.spawn_wake(&self.db, &self.parts.edge.kv)?);
        threads.push(self.pullers.spawn()?);
        let (followers, jobs, pullers) = (self.followers.clone(), self.jobs.clone(), self.pullers.clone());
        Ok(Background { followers, jobs, pullers, threads })
    }

    /// Ends every live stream with a word, so that the server has nothing to wait for.
    pub fn close_streams(&self) {
        self.parts.live.close();
    }

    /// The same as soon as the process is told to stop. To be called on the server's runtime.
    pub fn close_streams_on_signal(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let live = self.parts.live.clone();
        actix_web::rt::spawn(async move {
            tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
            live.close();
        });
        Ok(())
    }
}

/// The threads behind a running application.
pub struct Background {
    followers: Followers,
    jobs: Jobs,
    pullers: Pullers,
    threads: Vec<std::thread::JoinHandle<()>>,
}

impl Background {
    pub fn stop(self) {
        self.followers.stop();
        self.jobs.stop();
        self.pullers.stop();
        for thread in self.threads {
            if thread.join().is_err() {
                tracing::error!("a background thread panicked");
            }
        }
    }
}

/// Gathering changes for a moment costs a reader that much patience and spares the disk.
pub const SEARCH_PACE: Duration = Duration::from_millis(250);

fn open_search(config: &Config, sources: &Sources) -> Result<Search, Refusal> {
    let settings = if config.for_tests {
        SearchSettings { directory: None, pace: Duration::ZERO }
    } else {
        SearchSettings { directory: Some(config.data_dir.join("index")), pace: SEARCH_PACE }
    };
    Search::new(settings, sources.clone())
}

/// Brings the schema up, and sees to it that the database is this node's and no other's.
pub fn prepare(url: &DatabaseUrl, node: &str) -> Result<(), Refusal> {
    migrate::run(url)?;
    changes::store::claim(&mut Conn::open(url, Mode::Write)?, node)
}

/// Whose database this is; what the settings say where it was never started.
pub fn node_of(config: &Config) -> Result<String, Refusal> {
    let mut conn = Conn::open(&config.database, Mode::Read)?;
    migrate::check(&mut conn)?;
    let owner = changes::store::node(&mut conn)?;
    if owner.is_empty() || (config.node_named && owner != config.node) {
        return changes::store::same_node(&owner, &config.node).map(|()| config.node.clone());
    }
    Ok(owner)
}

/// Opens the database alone, without the rooms: for the command line.
pub fn open_db(config: &Config, world: &World) -> Result<Db, Refusal> {
    Db::open(Settings {
        url: config.database.clone(),
        node: config.node.as_str().into(),
        clock: Arc::clone(&world.clock),
        random: Arc::clone(&world.random),
        fast_readers: config.readers,
        limits: WriterLimits::default(),
    })
}

/// The keys and the hashing thread, and the first operator if the settings name one.
pub async fn open_gate(config: &Config, world: &World, db: &Db) -> Result<Gate, Refusal> {
    let master = match config.secret {
        Some(bytes) => MasterKey::from_bytes(bytes),
        None => {
            let path = config.data_dir.join("secret.key");
            MasterKey::load_or_create(&path, world.random.as_ref())
                .map_err(|error| Refusal::internal(format!("{}: {error}", path.display())))?
        }
    };
    let cost = if config.for_tests { identity::Cost::CHEAP } else { identity::Cost::STANDARD };
    let (db, first, node) = (db.clone(), config.first_operator.clone(), config.node.clone());
    let opened = tokio::task::spawn_blocking(move || {
        let gate = Gate::open(&db, &master, cost)?;
        if let Some(first) = first {
            gate.ensure_operator(&first.login, first.password, &node)?;
        }
        Ok(gate)
    });
    opened.await.map_err(Refusal::internal)?
}
