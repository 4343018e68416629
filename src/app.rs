//! The composition root: opens what the configuration names, mounts the rooms, registers sources and
//! followers, starts the jobs. The only file that names every room.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};
use utoipa_swagger_ui::{Config as SwaggerConfig, SwaggerUi};

use crate::achievement::{self, model::Achievement};
use crate::audit;
use crate::brokerage;
use crate::changes::{Follower, Followers, InstanceFollower, Job, Jobs};
use crate::config::Config;
use crate::contract;
use crate::credit;
use crate::db::{Db, Settings, WriterLimits, migrate};
use crate::demand::{self, model::Demand};
use crate::engagement::{self, AnswerDays};
use crate::federation::commands::{self, Desk};
use crate::federation::transport::{self, Transport};
use crate::federation::{self, Elsewhere, Pullers, oai, tlog};
use crate::files::{self, Vault};
use crate::http::fallback::{KnownPaths, fallback};
use crate::http::health::{self, AllCodes};
use crate::http::outbound::{self, Outbound};
use crate::http::{Authenticator, EdgeSettings, EdgeState, Sweep, layer, openapi};
use crate::identity::{self, Gate};
use crate::kernel::codes_common;
use crate::kernel::error::{Code, Refusal};
use crate::kernel::random::{Random, SystemRandom};
use crate::kernel::time::{Clock, SystemClock};
use crate::kv::Kv;
use crate::ledger;
use crate::listing::{self, jobs::Expiry};
use crate::matching::{self, Alerts, Learning, Marks, Matching};
use crate::notice::{self, Digest, Due, Notices, SweepNotices};
use crate::papers;
use crate::project;
use crate::proof::{self, MasterKey};
use crate::reference;
use crate::reward;
use crate::search::service::{Search, SearchSettings};
use crate::search::{self, Source, Sources};
use crate::statistics;
use crate::subsidy;
use crate::trading::live::{self, Hub, StreamLimits};
use crate::trading::{self, challenge, watch};

/// The API's address prefix.
const API: &str = "/api/v1";
const DOCUMENT: &str = "/api/v1/openapi.json";
/// The document as committed; a test compares it with the routes, so that no start has to build it.
const DOCUMENT_TEXT: &str = include_str!("../openapi/techmart-v1.json");
const SHUTDOWN_SECONDS: u64 = 20;

/// Every room's routes; the router tries them in this order, so what is read most goes first.
fn api_routes(config: &mut ServiceConfig) {
    search::routes(config);
    achievement::routes(config);
    demand::routes(config);
    engagement::routes(config);
    contract::routes(config);
    identity::routes(config);
    files::routes(config);
    project::routes(config);
    subsidy::routes(config);
    ledger::routes(config);
    audit::routes(config);
    reference::routes(config);
    reward::routes(config);
    brokerage::routes(config);
    challenge::routes(config);
    credit::routes(config);
    health::routes(config);
    statistics::routes(config);
    matching::routes(config);
    // `/sales/watched` before `/sales/{id}`.
    watch::routes(config);
    live::routes(config);
    trading::sealed::routes(config);
    trading::protocol::routes(config);
    trading::routes(config);
    federation::api_routes(config);
    notice::routes(config);
}

/// Every room's codes.
fn all_codes() -> Vec<&'static Code> {
    let rooms: &[&[&Code]] = &[
        codes_common::ALL,
        outbound::ALL,
        migrate::ALL,
        papers::codes::ALL,
        ledger::codes::ALL,
        subsidy::codes::ALL,
        reference::codes::ALL,
        proof::codes::ALL,
        identity::codes::ALL,
        files::codes::ALL,
        search::codes::ALL,
        listing::codes::ALL,
        achievement::codes::ALL,
        contract::codes::ALL,
        credit::codes::ALL,
        engagement::codes::ALL,
        matching::codes::ALL,
        notice::codes::ALL,
        project::codes::ALL,
        reward::codes::ALL,
        brokerage::codes::ALL,
        challenge::codes::ALL,
        statistics::codes::ALL,
        transport::codes::ALL,
        trading::codes::ALL,
        live::codes::ALL,
        watch::codes::ALL,
        tlog::codes::ALL,
        federation::codes::ALL,
        trading::sealed::codes::ALL,
        trading::protocol::codes::ALL,
        commands::codes::ALL,
    ];
    rooms.concat()
}

/// What follows the change log with a cursor in the database.
fn all_followers(config: &Config, sources: &Sources, away: &Desk) -> Vec<Arc<dyn Follower>> {
    vec![
        Arc::new(contract::Awards),
        Arc::new(project::Contracts),
        Arc::new(subsidy::Causes),
        Arc::new(brokerage::Commissions),
        Arc::new(statistics::Contracts),
        Arc::new(engagement::Contracts),
        Arc::new(Marks),
        Arc::new(oai::Outlet),
        Arc::new(Alerts::new(sources.clone())),
        Arc::new(Notices { mail_on: config.smtp.is_some() }),
        Arc::new(commands::Tell(away.clone())),
        Arc::new(commands::Take(away.clone())),
    ]
}

/// Every room's clock-driven work.
fn all_jobs(config: &Config, vault: &Vault, sources: &Sources, gate: &Gate) -> Vec<Arc<dyn Job>> {
    let mail_on = config.smtp.is_some();
    vec![
        Arc::new(tlog::Grow::new(gate.keys().clone())),
        Arc::new(Sweep),
        Arc::new(subsidy::SweepSheets),
        Arc::new(subsidy::ExpireCommitments),
        Arc::new(contract::SweepImports),
        Arc::new(challenge::Deadlines),
        Arc::new(statistics::CloseMonths),
        Arc::new(identity::SweepLogins),
        Arc::new(files::jobs::SweepFiles::new(vault.clone())),
        Arc::new(Expiry::<Achievement>::default()),
        Arc::new(Expiry::<Demand>::default()),
        Arc::new(Learning::new(sources.clone())),
        Arc::new(watch::Reminders),
        Arc::new(trading::TendSales::new(gate.secrets().clone())),
        Arc::new(Due { mail_on }),
        Arc::new(Digest { hour: config.digest_hour }),
        Arc::new(SweepNotices),
        Arc::new(trading::sealed::service::Closing::new(gate.secrets().clone())),
    ]
}

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

/// What handlers find in the application's data.
#[derive(Clone)]
struct Parts {
    edge: EdgeState,
    gate: Gate,
    known: KnownPaths,
    codes: AllCodes,
    search: Search,
    matching: Matching,
    live: Hub,
    vault: Vault,
    answer_days: AnswerDays,
    transport: Transport,
    pullers: Pullers,
    outbound: Outbound,
    desk: notice::Desk,
}

impl App {
    /// Migrates and opens the database and puts the rooms together; nothing runs yet.
    pub async fn open(config: Config, world: World) -> Result<Self, Refusal> {
        std::fs::create_dir_all(&config.data_dir).map_err(Refusal::internal)?;
        let url = config.database.clone();
        tokio::task::spawn_blocking(move || migrate::run(&url)).await.map_err(Refusal::internal)??;
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
        };
        let sources = Sources::new(sources(&config.node.as_str().into()));
        let away = Desk { keys: gate.keys().clone(), answer_days: config.enquiry_days };
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
        let (transport, pullers) = federation::open(&db, gate.keys(), &outbound, &config.base_url);
        let jobs = [federation::jobs(&away, &pullers), all_jobs(&config, &vault, &sources, &gate)].concat();
        let followers = Followers::new(db.clone(), database, instance);
        let jobs = Jobs::new(db.clone(), jobs, world.random.as_ref());
        let known = KnownPaths::of(DOCUMENT_TEXT);
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

    /// The OpenAPI document of the whole API.
    pub fn api() -> OpenApi {
        let app = ActixApp::new().into_utoipa_app().openapi(openapi::head());
        let app = app.service(scope(API).configure(api_routes)).configure(federation::routes);
        let (_, mut api) = app.split_for_parts();
        openapi::name_operations(&mut api);
        api
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

    /// An HTTP server on this listener; it runs when awaited and ends on SIGTERM or through its handle.
    pub fn server(&self, listener: TcpListener, workers: usize, signals: bool) -> std::io::Result<Server> {
        let parts = self.parts.clone();
        let server = HttpServer::new(move || {
            let parts = parts.clone();
            let app = ActixApp::new()
                .app_data(web::Data::new(parts.edge))
                .app_data(web::Data::new(parts.gate.keys().clone()))
                .app_data(web::Data::new(parts.gate))
                .app_data(web::Data::new(parts.known))
                .app_data(web::Data::new(parts.codes))
                .app_data(web::Data::new(parts.search))
                .app_data(web::Data::new(parts.matching))
                .app_data(web::Data::new(parts.live))
                .app_data(web::Data::new(parts.vault))
                .app_data(web::Data::new(parts.answer_days))
                .app_data(web::Data::new(parts.transport))
                .app_data(web::Data::new(parts.pullers))
                .app_data(web::Data::new(parts.outbound))
                .app_data(web::Data::new(parts.desk))
                .wrap(Compress::default())
                .wrap(from_fn(layer::around))
                .into_utoipa_app()
                .openapi(openapi::head())
                // Before the scope, which would answer for every address below it.
                .map(|app| app.service(web::resource(DOCUMENT).get(document)).service(swagger_ui()))
                .service(scope(API).configure(api_routes))
                .configure(federation::routes);
            let (app, _) = app.split_for_parts();
            app.service(health::healthz)
                .service(health::readyz)
                .service(identity::jwks)
                .service(contract::verify_desk)
                .service(contract::verify_file)
                .service(contract::verify_page)
                .service(live::script)
                .service(live::style)
                .service(live::live_page)
                .service(trading::sealed::script)
                .default_service(web::route().to(fallback))
        });
        let server =
            server.workers(workers).worker_max_blocking_threads(1).shutdown_timeout(SHUTDOWN_SECONDS);
        let server = if signals { server } else { server.disable_signals() };
        Ok(server.listen(listener)?.run())
    }
}

async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json; charset=utf-8").body(DOCUMENT_TEXT)
}

fn swagger_ui() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").config(SwaggerConfig::from(DOCUMENT))
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

/// What can be found, one source for each room that has something.
fn sources(node: &Arc<str>) -> Vec<Arc<dyn Source>> {
    vec![
        Arc::new(achievement::Found::new(Arc::clone(node))),
        Arc::new(demand::Found::new(Arc::clone(node))),
        Arc::new(Elsewhere),
    ]
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
