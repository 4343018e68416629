//! A database for each test: a copied file on SQLite, a template database on PostgreSQL.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

static NUMBER: AtomicU32 = AtomicU32::new(0);
/// By name, each made once for the whole run by whoever asks first; the others wait for it.
static TEMPLATES: Mutex<BTreeMap<String, Arc<OnceLock<Template>>>> = Mutex::new(BTreeMap::new());

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
pub fn postgres_url() -> Option<String> {
    std::env::var("TECHMART_TEST_DATABASE").ok().filter(|url| !url.is_empty())
}

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
pub fn redis_url() -> Option<String> {
    std::env::var("TECHMART_TEST_REDIS").ok().filter(|url| !url.is_empty())
}

#[derive(Clone)]
pub struct TestDatabase {
    dir: Arc<tempfile::TempDir>,
    postgres: Option<Arc<OwnDatabase>>,
}

/// What databases are copied from. No directory of it outlives the run.
enum Template {
    File(Vec<u8>),
    Database(Arc<OwnDatabase>),
}

/// A database on the server, dropped with its last user.
struct OwnDatabase {
    server: String,
    name: String,
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        if let Ok(mut conn) = PgConnection::establish(&self.server) {
            drop(conn.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)));
        }
    }
}

impl TestDatabase {
    /// An empty database.
    pub fn empty() -> Self {
        Self::create(None)
    }

    /// A database with the schema and the prepared city.
    pub fn from_template() -> Self {
        Self::prepared("city", super::city::prepare)
    }

    /// A copy of the database of this name, which is prepared once for the whole run.
    pub fn prepared(name: &str, prepare: impl FnOnce(&Self)) -> Self {
        let template = Arc::clone(TEMPLATES.lock().unwrap().entry(name.to_owned()).or_default());
        Self::create(Some(template.get_or_init(|| {
            let database = Self::empty();
            prepare(&database);
            checkpoint(&database);
            match &database.postgres {
                Some(own) => Template::Database(Arc::clone(own)),
                None => Template::File(std::fs::read(database.file()).unwrap()),
            }
        })))
    }

    fn create(template: Option<&Template>) -> Self {
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let Some(server) = postgres_url() else {
            if let Some(Template::File(bytes)) = template {
                std::fs::write(dir.path().join("techmart.db"), bytes).unwrap();
            }
            return Self { dir, postgres: None };
        };
        let name = format!("techmart_{}_{number}", std::process::id());
        let mut conn = PgConnection::establish(&server).expect("TECHMART_TEST_DATABASE answers");
        let from = match template {
            Some(Template::Database(own)) => own.name.as_str(),
            _ => "template0",
        };
        let sql = format!("CREATE DATABASE {name} TEMPLATE {from} ENCODING 'UTF8' STRATEGY FILE_COPY");
        conn.batch_execute(&sql).unwrap();
        Self { dir, postgres: Some(Arc::new(OwnDatabase { server, name })) }
    }

    pub fn dir(&self) -> Arc<tempfile::TempDir> {
        Arc::clone(&self.dir)
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("techmart.db")
    }

    pub fn url(&self) -> String {
        match &self.postgres {
            Some(own) => {
                let (head, _) = own.server.rsplit_once('/').expect("…/database");
                format!("{head}/{}", own.name)
            }
            None => format!("sqlite://{}", self.file().display()),
        }
    }

    pub const fn is_postgres(&self) -> bool {
        self.postgres.is_some()
    }
}

/// Brings everything into the one file that is copied, and closes it.
fn checkpoint(database: &TestDatabase) {
    if database.is_postgres() {
        // CREATE DATABASE … TEMPLATE needs the template to be free of other connections.
        let (server, name) =
            database.postgres.as_ref().map(|own| (own.server.clone(), own.name.clone())).unwrap();
        let mut conn = PgConnection::establish(&server).unwrap();
        let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
        conn.batch_execute(&sql).unwrap();
        return;
    }
    let path = database.file();
    let mut conn = diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout=5000; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    let left = std::fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len());
    assert_eq!(left, 0, "somebody still reads the template");
}
