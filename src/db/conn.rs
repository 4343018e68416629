//! One connection to either back end.

use std::fmt;
use std::path::{Path, PathBuf};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::kernel::codes_common::DATABASE_UNAVAILABLE;
use crate::kernel::error::Refusal;

/// Milliseconds that a statement waits for another process's write lock on SQLite.
const BUSY_TIMEOUT_MS: u32 = 10_000;

/// Pages of SQLite's log at which a COMMIT moves them itself (40 MB); before that a thread does it (`writer/checkpoint`).
const LOG_PAGES_MAX: u32 = 10_000;

#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Where the data is. The scheme alone decides the back end; nothing is tried.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl DatabaseUrl {
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            refuse_plain_text_over_a_network(text)?;
            return Ok(Self::Postgres(text.to_owned()));
        }
        match text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:")) {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => Err("expected postgres://… or sqlite://PATH".into()),
        }
    }

    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// The path of the SQLite file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

/// Libpq goes to plain text without a word: so a remote server is refused without TLS, and unless the URL says
/// what it wants with it.
fn refuse_plain_text_over_a_network(url: &str) -> Result<(), String> {
    let with_tls = cfg!(feature = "pg-tls");
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or("");
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let query_host = url.split(['?', '&']).filter_map(|pair| pair.strip_prefix("host=")).next();
    for host in query_host.unwrap_or(hosts).split(',') {
        let name = if host.starts_with('[') {
            host.split(']').next().unwrap_or("").trim_start_matches('[')
        } else {
            host.split(':').next().unwrap_or("")
        };
        let decoded = name.replace("%2F", "/").replace("%2f", "/");
        let local = decoded.is_empty()
            || decoded.starts_with('/')
            || matches!(decoded.as_str(), "localhost" | "127.0.0.1" | "::1");
        // Unstated means "prefer": libpq would fall back to plain text.
        if !local && with_tls && !url.contains("sslmode=") {
            return Err(format!("say sslmode=verify-full (or another) for the PostgreSQL server {name}"));
        }
        if !local && !with_tls {
            return Err(format!(
                "the PostgreSQL server {name} is not on this machine, and this build has no TLS: build with --features pg-tls"
            ));
        }
    }
    if !with_tls && (url.contains("sslmode=require") || url.contains("sslmode=verify")) {
        return Err("this build has no TLS: build with --features pg-tls".into());
    }
    Ok(())
}

impl fmt::Debug for DatabaseUrl {
    /// Never shows a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let tail = url.rsplit_once('@').map_or(url.as_str(), |(_, tail)| tail);
                write!(f, "postgres://{}", tail.trim_start_matches("postgres://"))
            }
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Write,
    Read,
}

impl Conn {
    pub fn open(url: &DatabaseUrl, mode: Mode) -> Result<Self, Refusal> {
        match url {
            DatabaseUrl::Sqlite(path) => open_sqlite(path, mode).map(Self::Sqlite),
            DatabaseUrl::Postgres(url) => open_postgres(url).map(Self::Postgres),
        }
        .map_err(|error| Refusal::new(&DATABASE_UNAVAILABLE).because(error))
    }

    /// Begins a transaction with this statement. Diesel's own account of it matters: its batch inserts open a
    /// nested one.
    pub fn begin(&mut self, sql: &str) -> Result<(), DieselError> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction_sql(conn, sql),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, sql),
        }
    }

    /// A savepoint inside a transaction.
    pub fn savepoint(&mut self) -> Result<(), DieselError> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction(conn),
        }
    }

    /// Ends the innermost savepoint or the transaction, keeping what was written.
    pub fn commit(&mut self) -> Result<(), DieselError> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
        }
    }

    /// Ends the innermost savepoint or the transaction, leaving nothing of it.
    pub fn rollback(&mut self) -> Result<(), DieselError> {
        match self {
            Self::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
        }
    }

    pub fn batch(&mut self, sql: &str) -> Result<(), DieselError> {
        match self {
            Self::Postgres(conn) => conn.batch_execute(sql),
            Self::Sqlite(conn) => conn.batch_execute(sql),
        }
    }

    pub const fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

fn open_sqlite(path: &Path, mode: Mode) -> Result<SqliteConnection, String> {
    let name = path.to_str().ok_or("the database path is not UTF-8")?;
    let mut conn = SqliteConnection::establish(name).map_err(|e| e.to_string())?;
    // recursive_triggers: without it INSERT OR REPLACE walks around the ledger's delete trigger.
    let common = format!(
        "PRAGMA busy_timeout={BUSY_TIMEOUT_MS}; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON; \
         PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8192; PRAGMA mmap_size=268435456;"
    );
    conn.batch_execute(&common).map_err(|e| e.to_string())?;
    let own = match mode {
        Mode::Write => format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint={LOG_PAGES_MAX};"
        ),
        Mode::Read => "PRAGMA query_only=ON;".to_owned(),
    };
    conn.batch_execute(&own).map_err(|e| e.to_string())?;
    Ok(conn)
}

fn open_postgres(url: &str) -> Result<PgConnection, String> {
    let mut conn = PgConnection::establish(url).map_err(|e| e.to_string())?;
    conn.batch_execute(
        "SET TIME ZONE 'UTC'; SET client_min_messages = warning; SET lock_timeout = '20s'; \
         SET idle_in_transaction_session_timeout = '60s';",
    )
    .map_err(|e| e.to_string())?;
    Ok(conn)
}

/// A database error as a refusal: an unreachable server is 503, anything else is our fault.
pub fn classify(error: DieselError) -> Refusal {
    match &error {
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, info) => {
            Refusal::new(&DATABASE_UNAVAILABLE).because(info.message())
        }
        _ if lost_connection(&error.to_string()) => Refusal::new(&DATABASE_UNAVAILABLE).because(error),
        _ => Refusal::internal(error),
    }
}

pub fn lost_connection(message: &str) -> bool {
    [
        "server closed the connection",
        "connection to server",
        "terminating connection",
        "no connection to the server",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_decides() {
        assert!(matches!(DatabaseUrl::parse("sqlite:///tmp/x.db"), Ok(DatabaseUrl::Sqlite(_))));
        assert!(DatabaseUrl::parse("postgres://u:p@127.0.0.1:5432/db").unwrap().is_postgres());
        assert!(DatabaseUrl::parse("postgres:///db?host=/run/pg").is_ok());
        for wrong in ["mysql://x", "/tmp/x.db", "", "sqlite://"] {
            assert!(DatabaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[cfg(not(feature = "pg-tls"))]
    #[test]
    fn a_remote_server_without_tls_is_refused() {
        for remote in [
            "postgres://u:p@db.example/x",
            "postgres://10.0.0.1/x?sslmode=disable",
            "postgres:///x?host=db.example",
        ] {
            assert!(DatabaseUrl::parse(remote).is_err(), "{remote}");
        }
        assert!(DatabaseUrl::parse("postgres://127.0.0.1/x?sslmode=require").is_err());
    }

    #[test]
    fn a_password_is_never_shown() {
        let url = DatabaseUrl::parse("postgres://u:secret@127.0.0.1:5432/db").unwrap();
        assert_eq!(format!("{url}"), "postgres://127.0.0.1:5432/db");
    }
}
