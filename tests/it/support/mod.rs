//! A fresh city for each test: its own database, its own server on 127.0.0.1, a clock that stands still.

pub mod city;
pub mod claims;
pub mod client;
pub mod contracts;
pub mod database;
pub mod post;
pub mod process;
pub mod records;
pub mod tools;

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use techmart::app::{App, World};
use techmart::config::{Config, Flags};
use techmart::kernel::actor::Actor;
use techmart::kernel::id::OrganisationId;
use techmart::kernel::permission::{Permission, allows};
use techmart::kernel::random::SystemRandom;
use techmart::kernel::time::{FixedClock, UtcTime};

pub use client::{Client, Response};
use database::TestDatabase;

/// The day on which every test begins, 10:00 in Qinzhou.
pub const TODAY: &str = "2026-03-02T02:00:00Z";

pub struct City {
    pub app: App,
    pub clock: Arc<FixedClock>,
    pub base: String,
    server: actix_web::dev::ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
    // Dropped last: the directory and the database go when nothing uses them.
    pub dir: Arc<tempfile::TempDir>,
    pub database: TestDatabase,
}

impl City {
    /// A city from the template.
    pub fn new() -> Self {
        Self::on(TestDatabase::from_template())
    }

    /// A city on this database.
    pub fn on(database: TestDatabase) -> Self {
        Self::with_settings(database, &[])
    }

    /// A city on this database, with settings beside those of every test.
    pub fn with_settings(database: TestDatabase, settings: &[(&str, &str)]) -> Self {
        let config = config_with(&database, database.dir().path().to_owned(), settings);
        Self::open(database, Arc::new(FixedClock::at(TODAY.parse().unwrap())), config)
    }

    /// A city on this database, with a clock and settings of its own.
    pub fn with(database: TestDatabase, clock: Arc<FixedClock>, adjust: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(&database, database.dir().path().to_owned());
        adjust(&mut config);
        Self::open(database, clock, config)
    }

    fn open(database: TestDatabase, clock: Arc<FixedClock>, config: Config) -> Self {
        let dir = database.dir();
        let world = World { clock: clock.clone(), random: Arc::new(SystemRandom) };
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let app = App::open(config, world).await.expect("the application opens");
                let server = app.server(listener, 1, false).unwrap();
                tell.send((app, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (app, server) = told.recv().expect("the server starts");
        Self { app, clock, base, server, thread: Some(thread), dir, database }
    }

    /// A caller without a login.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.base, None)
    }

    /// Lets every follower take every change.
    pub fn settle(&self) {
        self.app.settle().expect("the followers settle");
    }

    pub fn now(&self) -> UtcTime {
        use techmart::kernel::time::Clock;
        self.clock.now()
    }
}

impl Drop for City {
    fn drop(&mut self) {
        // Not graceful: tests have read their answers.
        drop(self.server.stop(false));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Live streams that one address may have in a test's city.
pub const STREAMS_OF_ADDRESS: usize = 6;

/// The configuration of a test's node.
pub fn config(database: &TestDatabase, dir: PathBuf) -> Config {
    config_with(database, dir, &[])
}

fn config_with(database: &TestDatabase, dir: PathBuf, settings: &[(&str, &str)]) -> Config {
    let mut pairs = vec![
        ("DATABASE_URL".to_owned(), database.url()),
        ("TECHMART_SECRET".to_owned(), "42".repeat(32)),
        ("TECHMART_REQUESTS_PER_MINUTE".to_owned(), "0".to_owned()),
        // Two read at once, as where it matters; on PostgreSQL each one more is a process for each test.
        ("TECHMART_READERS".to_owned(), "2".to_owned()),
        ("TECHMART_STREAMS_PER_ADDRESS".to_owned(), STREAMS_OF_ADDRESS.to_string()),
        ("TECHMART_BASE_URL".to_owned(), "https://techmart.example".to_owned()),
        // Nobody listens there: mail is set up and never arrives.
        ("TECHMART_SMTP_URL".to_owned(), "smtp://127.0.0.1:1".to_owned()),
        ("TECHMART_SMTP_FROM".to_owned(), "技术市场 <notice@techmart.example>".to_owned()),
    ];
    pairs.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    if let Some(redis) = database::redis_url() {
        pairs.push(("REDIS_URL".to_owned(), redis));
    }
    let flags = Flags { data_dir: Some(dir), ..Flags::default() };
    let mut config = Config::from_pairs(&flags, pairs.into_iter()).expect("the test's settings are good");
    config.for_tests = true;
    config
}

impl City {
    /// A caller signed in as this persona (`institute.member`, `government.payer`, `enterprise2.admin`);
    /// the empty name is anonymous.
    pub fn as_(&self, persona: &str) -> Client {
        if persona.is_empty() {
            return self.anonymous();
        }
        let admitted = self.app.gate.sign_in_as(persona);
        let admitted = admitted.unwrap_or_else(|refusal| panic!("the persona {persona}: {refusal}"));
        Client::new(&self.base, Some(admitted.access_token))
    }

    /// A persona as the services see it.
    pub fn actor(&self, persona: &str) -> Actor {
        Actor::Person(Box::new(self.app.gate.sign_in_as(persona).unwrap().grant.person))
    }

    /// The organisation of a persona or of a kind (`enterprise2`).
    pub fn organisation(&self, name: &str) -> OrganisationId {
        let login = if name.contains('.') { name.to_owned() } else { format!("{name}.admin") };
        self.app.gate.sign_in_as(&login).unwrap().grant.person.organisation
    }

    /// Every persona of the prepared city and whether its roles carry the permission.
    pub fn personas(&self, permission: Permission) -> Vec<(String, bool)> {
        city::personas().map(|(name, kind, role)| (name, allows(kind, role, permission))).collect()
    }
}
