//! Tables of a scratch database, made on the spot: they are no part of the product's schema.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text, Timestamp};

use crate::db::Conn;
use crate::db::schema::listing::listing;
use crate::db::schema::organisation;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::time::{Day, UtcTime};
use crate::ledger::model::At;

diesel::table! {
    bench_seen (follower, seq) {
        follower -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    bench_note (seq) {
        seq -> BigInt,
        writer -> Text,
        number -> BigInt,
    }
}

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS bench_seen (follower TEXT NOT NULL, seq BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS bench_note (seq BIGINT NOT NULL PRIMARY KEY, writer TEXT NOT NULL, number BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS bench_cursor (follower TEXT NOT NULL PRIMARY KEY, seq BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS bench_sequence (id INTEGER NOT NULL PRIMARY KEY, seq BIGINT NOT NULL);
INSERT INTO bench_sequence (id, seq) VALUES (1, 0) ON CONFLICT DO NOTHING;";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

pub fn create_tables(conn: &mut Conn) -> Result<(), Refusal> {
    Ok(conn.batch(TABLES)?)
}

/// Commits at once, like `nextval`: a later number may become visible before an earlier one.
pub fn next_of_sequence(conn: &mut Conn) -> Result<i64, Refusal> {
    let sql = "UPDATE bench_sequence SET seq = seq + 1 WHERE id = 1 RETURNING seq";
    Ok(diesel::sql_query(sql).get_result::<Number>(conn)?.seq)
}

pub fn insert_note(conn: &mut Conn, seq: i64, writer: &str, number: i64) -> Result<(), Refusal> {
    let row = (bench_note::seq.eq(seq), bench_note::writer.eq(writer), bench_note::number.eq(number));
    diesel::insert_into(bench_note::table).values(row).execute(conn)?;
    Ok(())
}

pub fn notes(conn: &mut Conn) -> Result<Vec<(i64, String, i64)>, Refusal> {
    Ok(bench_note::table.order(bench_note::seq).load(conn)?)
}

/// A follower of the plain sequence: goes on from the greatest number that it saw.
pub fn follow_sequence(conn: &mut Conn, follower: &str) -> Result<(), Refusal> {
    diesel::sql_query("INSERT INTO bench_cursor (follower, seq) VALUES ($1, 0) ON CONFLICT DO NOTHING")
        .bind::<Text, _>(follower)
        .execute(conn)?;
    let cursor: Number = diesel::sql_query("SELECT seq FROM bench_cursor WHERE follower = $1")
        .bind::<Text, _>(follower)
        .get_result(conn)?;
    let fresh: Vec<i64> = bench_note::table
        .filter(bench_note::seq.gt(cursor.seq))
        .order(bench_note::seq)
        .select(bench_note::seq)
        .load(conn)?;
    for seq in &fresh {
        insert_seen(conn, follower, *seq)?;
    }
    if let Some(last) = fresh.last() {
        diesel::sql_query("UPDATE bench_cursor SET seq = $1 WHERE follower = $2")
            .bind::<BigInt, _>(last)
            .bind::<Text, _>(follower)
            .execute(conn)?;
    }
    Ok(())
}

pub fn insert_seen(conn: &mut Conn, follower: &str, seq: i64) -> Result<(), Refusal> {
    let row = (bench_seen::follower.eq(follower), bench_seen::seq.eq(seq));
    diesel::insert_into(bench_seen::table).values(row).execute(conn)?;
    Ok(())
}

pub fn count_seen(conn: &mut Conn, follower: &str) -> Result<i64, Refusal> {
    Ok(bench_seen::table.filter(bench_seen::follower.eq(follower)).count().get_result(conn)?)
}

pub fn seen(conn: &mut Conn) -> Result<Vec<(String, i64)>, Refusal> {
    Ok(bench_seen::table
        .select((bench_seen::follower, bench_seen::seq))
        .order((bench_seen::follower, bench_seen::seq))
        .load(conn)?)
}

const TRANSFER_TABLES: &str = "
CREATE TABLE IF NOT EXISTS bench_account (id BIGINT NOT NULL PRIMARY KEY, balance_fen BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS bench_transfer (external_key TEXT NOT NULL PRIMARY KEY, from_account BIGINT NOT NULL,
    to_account BIGINT NOT NULL, amount_fen BIGINT NOT NULL);";

/// Pairs of accounts for bare transfers: budget 2n, and 2n + 1 that it is promised to.
pub fn create_accounts(conn: &mut Conn, budgets: i64) -> Result<(), Refusal> {
    conn.batch(TRANSFER_TABLES)?;
    for id in 0..budgets * 2 {
        diesel::sql_query(
            "INSERT INTO bench_account (id, balance_fen) VALUES ($1, 1000000000) ON CONFLICT DO NOTHING",
        )
        .bind::<BigInt, _>(id)
        .execute(conn)?;
    }
    Ok(())
}

/// The shape of a ledger transaction without the ledger: two balances, one never below zero, and a row.
pub fn transfer(conn: &mut Conn, key: &str, from: i64, to: i64) -> Result<(), Refusal> {
    let taken = diesel::sql_query(
        "UPDATE bench_account SET balance_fen = balance_fen - 1 WHERE id = $1 AND balance_fen >= 1",
    )
    .bind::<BigInt, _>(from)
    .execute(conn)?;
    if taken != 1 {
        return Err(Refusal::internal("the scratch account is empty"));
    }
    diesel::sql_query("UPDATE bench_account SET balance_fen = balance_fen + 1 WHERE id = $1")
        .bind::<BigInt, _>(to)
        .execute(conn)?;
    diesel::sql_query(
        "INSERT INTO bench_transfer (external_key, from_account, to_account, amount_fen) VALUES ($1, $2, $3, 1)",
    )
    .bind::<Text, _>(key)
    .bind::<BigInt, _>(from)
    .bind::<BigInt, _>(to)
    .execute(conn)?;
    Ok(())
}

/// A table for bare durable inserts, to compare bids with.
pub fn create_plain_bids(conn: &mut Conn) -> Result<(), Refusal> {
    let number = if conn.is_postgres() { "BIGSERIAL PRIMARY KEY" } else { "INTEGER PRIMARY KEY" };
    let sql = format!("CREATE TABLE IF NOT EXISTS bench_bid (number {number}, bidder BIGINT NOT NULL)");
    Ok(conn.batch(&sql)?)
}

pub fn insert_plain_bid(conn: &mut Conn, bidder: i64) -> Result<(), Refusal> {
    diesel::sql_query("INSERT INTO bench_bid (bidder) VALUES ($1)")
        .bind::<BigInt, _>(bidder)
        .execute(conn)?;
    Ok(())
}

/// Some published achievement.
pub fn any_achievement(conn: &mut Conn) -> Result<String, Refusal> {
    let published =
        listing::table.filter(listing::entity.eq("achievement").and(listing::state.eq("published")));
    Ok(published.select(listing::id).first(conn)?)
}

/// One SELECT by primary key.
pub fn version_of(conn: &mut Conn, organisation: OrganisationId) -> Result<i64, Refusal> {
    Ok(organisation::table.find(organisation).select(organisation::version).first(conn)?)
}

const COPIED: &str = "version, applicant, created_by, state, title, class, sub_type, technical_field, seller_urn, \
    seller_name, seller_code, seller_division, buyer_urn, buyer_name, buyer_code, buyer_division, total_fen, \
    deal_key, profile, accepted_on, due_on, engagement, created_at, updated_at";

/// Fills an office's register of a year with copies of one of its contracts, with amounts of their own.
pub fn copy_contracts(conn: &mut Conn, office: OrganisationId, year: i32, count: i64) -> Result<(), Refusal> {
    use crate::db::schema::contract::contract;
    let (id, number): (String, Option<String>) = contract::table
        .filter(contract::office.eq(office))
        .filter(contract::state.eq("registered"))
        .select((contract::id, contract::number))
        .first(conn)?;
    let number = number.unwrap_or_default();
    let serial = "substr(CAST(1000000 + n.i AS TEXT), 2)";
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         INSERT INTO contract (id, office, number, registered_on, technical_fen, form, casework, {COPIED}) \
         SELECT '01990000-{year}-7000-8000-000000' || {serial}, office, '{year}450799' || {serial}, \
         '{year}-06-01', technical_fen - n.i % 1000, form, \
         replace(casework, '{number}', '{year}450799' || {serial}), {COPIED} \
         FROM contract, n WHERE contract.id = '{id}'"
    );
    Ok(conn.batch(&sql)?)
}

/// What was effective by a day as far as it was booked by an instant, straight from the postings.
const BOOKED_BY: &str = "FROM ledger_posting p JOIN ledger_transaction t ON t.number = p.number \
    JOIN ledger_account a ON a.id = p.account WHERE p.effective <= $1 AND t.booked <= $2";

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = BigInt)]
    inflow: i64,
    #[diesel(sql_type = BigInt)]
    outflow: i64,
}

fn dates(at: At) -> (Day, UtcTime) {
    (at.effective.unwrap_or(Day::LAST), at.booked.unwrap_or(UtcTime::from_micros(i64::MAX)))
}

pub fn balance_by_sum(conn: &mut Conn, path: &str, at: At) -> Result<i64, Refusal> {
    let (day, booked) = dates(at);
    let sql =
        format!("SELECT CAST(COALESCE(SUM(p.amount_fen), 0) AS BIGINT) AS seq {BOOKED_BY} AND a.path = $3");
    let sum = diesel::sql_query(sql).bind::<Date, _>(day).bind::<Timestamp, _>(booked).bind::<Text, _>(path);
    Ok(sum.get_result::<Number>(conn)?.seq)
}

/// Lines, inflow and outflow of the trial balance.
pub fn trial_by_sum(conn: &mut Conn, at: At) -> Result<(usize, i64, i64), Refusal> {
    let (day, booked) = dates(at);
    let side = |sign: &str| {
        format!("CAST(SUM(CASE WHEN p.amount_fen {sign} 0 THEN p.amount_fen ELSE 0 END) AS BIGINT)")
    };
    let sql = format!(
        "SELECT {} AS inflow, {} AS outflow {BOOKED_BY} GROUP BY a.kind, a.year, a.scheme",
        side(">"),
        side("<")
    );
    let lines: Vec<Sums> =
        diesel::sql_query(sql).bind::<Date, _>(day).bind::<Timestamp, _>(booked).load(conn)?;
    let add = |sum: (i64, i64), line: &Sums| {
        (sum.0.saturating_add(line.inflow), sum.1.saturating_add(line.outflow))
    };
    let (inflow, outflow) = lines.iter().fold((0, 0), add);
    Ok((lines.len(), inflow, outflow))
}
