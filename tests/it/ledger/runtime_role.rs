//! On PostgreSQL the server may run as a role that cannot change what is booked (DOMAIN §5).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use techmart::app::{App, World};
use techmart::db::conn::{Conn, DatabaseUrl, Mode};
use techmart::db::migrate;
use techmart::kernel::random::SystemRandom;

use super::super::support::config;
use super::*;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The same database as another role: trust authentication asks for no password.
fn url_as(url: &str, role: &str) -> String {
    let (_, tail) = url.rsplit_once('@').unwrap();
    format!("postgres://{role}@{tail}")
}

#[test]
fn domain_5_the_runtime_role_books_but_never_changes_what_is_booked() {
    let city = books();
    if !city.database.is_postgres() {
        eprintln!("skipped: only PostgreSQL has roles");
        let sqlite = DatabaseUrl::parse(&city.database.url()).unwrap();
        assert_eq!(migrate::grant_runtime(&sqlite, "x").unwrap_err().code(), "runtime_role_invalid");
        return;
    }
    let owner = DatabaseUrl::parse(&city.database.url()).unwrap();
    for wrong in ["", "Role", "a\"b", "a b"] {
        assert_eq!(migrate::grant_runtime(&owner, wrong).unwrap_err().code(), "runtime_role_invalid");
    }
    let role = format!("techmart_run_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
    let mut conn = Conn::open(&owner, Mode::Write).unwrap();
    conn.batch(&format!("CREATE ROLE {role} LOGIN")).unwrap();
    migrate::grant_runtime(&owner, &role).unwrap();
    let url = url_as(&city.database.url(), &role);
    let mut limited = Conn::open(&DatabaseUrl::parse(&url).unwrap(), Mode::Write).unwrap();
    for sql in [
        "UPDATE ledger_posting SET amount_fen = 1",
        "DELETE FROM ledger_posting",
        "TRUNCATE ledger_posting CASCADE",
        "UPDATE ledger_account SET source = TRUE",
        "DELETE FROM ledger_account",
        "UPDATE ledger_transaction SET note = 'x'",
        "DELETE FROM ledger_transaction",
        "UPDATE ledger_total SET accounts = 1",
        "DELETE FROM ledger_page",
        "ALTER TABLE ledger_posting DISABLE TRIGGER USER",
        "DROP TRIGGER ledger_posting_frozen ON ledger_posting",
        "SET session_replication_role = replica",
        "UPDATE schema_migration SET checksum = ''",
        "CREATE TABLE elsewhere (id BIGINT)",
    ] {
        let refusal = limited.batch(sql).expect_err(sql).to_string();
        assert!(
            refusal.contains("permission denied") || refusal.contains("must be owner"),
            "{sql}: {refusal}"
        );
    }
    drop(limited);
    serve_as(&city, &url);
    drop(conn);
    let mut conn = Conn::open(&owner, Mode::Write).unwrap();
    conn.batch(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).unwrap();
}

/// The application opens and books as that role.
fn serve_as(city: &City, url: &str) {
    let mut config = config(&city.database, city.dir.path().to_owned());
    config.database = DatabaseUrl::parse(url).unwrap();
    let world = World { clock: Arc::clone(&city.clock) as _, random: Arc::new(SystemRandom) };
    let runtime = actix_web::rt::System::new();
    let app = runtime.block_on(App::open(config, world)).unwrap();
    let new = transfer("as-role", Available, Committed, 5);
    let post = move |tx: &mut techmart::db::Tx| service::post(tx, &Actor::System("test"), new.clone());
    let booked = app.db.write_blocking("test.post", post).unwrap();
    assert_eq!(booked.value.number, 3);
    assert!(matches!(app.db.read_blocking(|s| service::verify(s)).unwrap(), Outcome::Proved(_)));
}
