//! Migrations: one set of SQL for both back ends, with a few tokens.
//!
//! `{KEY}` is text compared byte by byte, `{BINARY}` bytes. Lines between `-- @sqlite`, `-- @postgres` and
//! `-- @all` are for one back end only. Each migration runs in a transaction of its own; on PostgreSQL the
//! whole run is under an advisory lock, so that instances that start together don't collide.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use sha2::{Digest, Sha256};

use super::conn::{Conn, DatabaseUrl, Mode};
use crate::kernel::codes_common::INTERNAL;
use crate::kernel::error::{Refusal, codes};

codes! {
    SCHEMA_NEWER = ("schema_newer", 503, "数据库版本（{found}）比本程序新，请升级程序", "The database schema ({found}) is newer than this program; upgrade the program");
    SCHEMA_CHANGED = ("schema_changed", 503, "迁移 {name} 的内容与已执行的不同", "Migration {name} differs from the one that was applied");
    RUNTIME_ROLE_INVALID = ("runtime_role_invalid", 422, "运行角色只用于 PostgreSQL，名称应为小写字母、数字和下划线：{role}", "A run-time role is for PostgreSQL, and its name is of lower-case letters, digits and _: {role}");
    SCHEMA_OLDER = ("schema_older", 503, "数据库尚未升级，请先运行 techmart migrate", "The database is not migrated; run `techmart migrate` first");
}

struct Migration {
    number: i64,
    name: &'static str,
    source: &'static str,
}

macro_rules! migrations {
    ($($number:literal $name:literal),+ $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            source: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $name, ".sql")),
        }),+]
    };
}

static MIGRATIONS: &[Migration] = migrations![
    1 "0001_core",
    2 "0002_audit_reference",
    3 "0003_identity",
    4 "0004_files",
    5 "0005_ledger",
    6 "0006_listing",
    8 "0008_engagement",
    9 "0009_contract",
    10 "0010_project",
    11 "0011_subsidy",
    12 "0012_demo",
    13 "0013_search",
    15 "0015_matching",
    17 "0017_credit",
    18 "0018_contract_casework",
    19 "0019_tax",
    20 "0020_statistics",
    21 "0021_contract_import",
    22 "0022_subsidy_payees",
    23 "0023_subsidy_claims",
    24 "0024_subsidy_remittances",
    25 "0025_ledger_periods",
    26 "0026_reward",
    27 "0027_brokerage",
    28 "0028_trading",
    29 "0029_trading_steps",
    30 "0030_sealed_tender",
    32 "0032_challenge",
    33 "0033_watch",
    34 "0034_tlog",
    35 "0035_oai",
    36 "0036_replica",
    37 "0037_peer",
    40 "0040_remote_acts",
    41 "0041_published",
    42 "0042_statistics_report",
    43 "0043_saved_search",
    44 "0044_notice",
    45 "0045_webhook",
    46 "0046_command_part",
    47 "0047_watch_and_erasure",
    48 "0048_sale_after",
    49 "0049_money",
    50 "0050_run_told",
    51 "0051_part_question",
    52 "0052_settled_and_erased",
    53 "0053_ledger_pages",
    59 "0059_node",
    60 "0060_replica_way",
    61 "0061_credit_published",
    62 "0062_contract_work",
    63 "0063_subsidy_orders",
    64 "0064_subsidy_circles",
    67 "0067_turns",
    68 "0068_model_records",
    69 "0069_catalogue",
    70 "0070_sale_objection_due",
    74 "0074_untold",
    75 "0075_told_epoch",
];

const ADVISORY_LOCK: i64 = 0x7465_6368_6d61_7274;

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Text)]
    checksum: String,
}

/// Brings the schema up to this program's; returns how many migrations ran.
pub fn run(url: &DatabaseUrl) -> Result<usize, Refusal> {
    let mut conn = Conn::open(url, Mode::Write)?;
    if conn.is_postgres() {
        // Another instance may be at a long migration: wait for it as long as it takes.
        conn.batch(&format!("SET lock_timeout = 0; SELECT pg_advisory_lock({ADVISORY_LOCK})"))?;
    }
    let outcome = run_on(&mut conn);
    if conn.is_postgres() {
        conn.batch(&format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})"))?;
    }
    outcome
}

fn run_on(conn: &mut Conn) -> Result<usize, Refusal> {
    let key = if conn.is_postgres() { "TEXT COLLATE \"C\"" } else { "TEXT" };
    // A run-time role may not create tables, not even one that exists: so look first.
    let known = pending(conn);
    let pending = match known {
        Err(refusal) if refusal.is(&INTERNAL) => {
            conn.batch(&format!(
                "CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT NOT NULL PRIMARY KEY, name {key} NOT NULL, checksum {key} NOT NULL)"
            ))?;
            pending(conn)?
        }
        known => known?,
    };
    let mut ran = 0;
    for migration in pending {
        let sql = render(migration.source, conn.is_postgres());
        let record = format!(
            "INSERT INTO schema_migration (number, name, checksum) VALUES ({}, '{}', '{}')",
            migration.number,
            migration.name,
            checksum(migration.source)
        );
        let begin = if conn.is_postgres() { "BEGIN" } else { "BEGIN IMMEDIATE" };
        let done = conn.batch(&format!("{begin};\n{sql}\n;{record};\nCOMMIT;"));
        if let Err(error) = done {
            drop(conn.batch("ROLLBACK"));
            return Err(Refusal::internal(format!("migration {}: {error}", migration.name)));
        }
        ran += 1;
    }
    Ok(ran)
}

/// What a role needs to run the server, and nothing that could change the books: postings and accounts can only be
/// added, a transaction only be sealed (DOMAIN §5). Run it as the owner, again after each upgrade.
const GRANT_RUNTIME: &str = "BEGIN;
GRANT USAGE ON SCHEMA public TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
REVOKE UPDATE, DELETE ON ledger_account, ledger_transaction, ledger_posting, ledger_page, ledger_total, sale_protocol FROM {role};
GRANT UPDATE (sealed) ON ledger_transaction TO {role};
REVOKE INSERT, UPDATE, DELETE ON schema_migration FROM {role};
COMMIT;";

const ROLE_BYTES_MAX: usize = 63;

/// Grants a role of PostgreSQL what it needs to run the server, and takes from it what it must not have.
pub fn grant_runtime(url: &DatabaseUrl, role: &str) -> Result<(), Refusal> {
    let good = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let named = !role.is_empty() && role.len() <= ROLE_BYTES_MAX && role.bytes().all(good);
    if !url.is_postgres() || !named {
        return Err(Refusal::new(&RUNTIME_ROLE_INVALID).with("role", role));
    }
    let mut conn = Conn::open(url, Mode::Write)?;
    Ok(conn.batch(&GRANT_RUNTIME.replace("{role}", &format!("\"{role}\"")))?)
}

/// Whether a server may start on this database as it is.
pub fn check(conn: &mut Conn) -> Result<(), Refusal> {
    if pending(conn)?.is_empty() { Ok(()) } else { Err(Refusal::new(&SCHEMA_OLDER)) }
}

fn pending(conn: &mut Conn) -> Result<Vec<&'static Migration>, Refusal> {
    let applied: Vec<Applied> =
        diesel::sql_query("SELECT number, checksum FROM schema_migration ORDER BY number").load(conn)?;
    for row in &applied {
        match MIGRATIONS.iter().find(|m| m.number == row.number) {
            None => return Err(Refusal::new(&SCHEMA_NEWER).with("found", row.number)),
            Some(known) if checksum(known.source) != row.checksum => {
                return Err(Refusal::new(&SCHEMA_CHANGED).with("name", known.name));
            }
            Some(_) => {}
        }
    }
    Ok(MIGRATIONS.iter().filter(|m| applied.iter().all(|row| row.number != m.number)).collect())
}

fn checksum(source: &str) -> String {
    hex::encode(Sha256::digest(source.as_bytes()))
}

fn render(source: &str, postgres: bool) -> String {
    let (key, binary) = if postgres { ("TEXT COLLATE \"C\"", "BYTEA") } else { ("TEXT", "BLOB") };
    let mut wanted = true;
    let mut sql = String::with_capacity(source.len());
    for line in source.lines() {
        match line.trim() {
            "-- @all" => wanted = true,
            "-- @sqlite" => wanted = !postgres,
            "-- @postgres" => wanted = postgres,
            _ if wanted => {
                sql.push_str(&line.replace("{KEY}", key).replace("{BINARY}", binary));
                sql.push('\n');
            }
            _ => {}
        }
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_for_its_back_end_only() {
        let source = "a {KEY}\n-- @sqlite\nb\n-- @postgres\nc {BINARY}\n-- @all\nd";
        assert_eq!(render(source, false), "a TEXT\nb\nd\n");
        assert_eq!(render(source, true), "a TEXT COLLATE \"C\"\nc BYTEA\nd\n");
    }

    #[test]
    fn numbers_ascend_and_name_their_file() {
        for pair in MIGRATIONS.windows(2) {
            assert!(pair[0].number < pair[1].number);
        }
        for migration in MIGRATIONS {
            assert!(migration.name.starts_with(&format!("{:04}_", migration.number)));
        }
    }
}
