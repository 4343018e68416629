//! The ledger's rows.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer};

use super::model::{
    AccountId, AccountKey, AccountKind, Balance, Booked, Hash, Held, Transaction, TransactionId,
};
use super::rules::month_of;
use crate::db::schema::{ledger_account, ledger_posting, ledger_transaction};
use crate::db::types::stored_words;
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

pub mod pages;
pub mod proof;
pub mod read;
pub mod report;

stored_words!(AccountKind);

#[derive(Queryable, Insertable)]
#[diesel(table_name = ledger_account)]
struct AccountRow {
    id: AccountId,
    path: String,
    kind: AccountKind,
    year: Option<i32>,
    scheme: Option<String>,
    beneficiary: Option<String>,
    source: bool,
    opened_at: UtcTime,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = ledger_transaction)]
struct TransactionRow {
    number: i64,
    id: TransactionId,
    external_key: String,
    kind: String,
    cause: String,
    note: String,
    effective: Day,
    booked: UtcTime,
    actor: String,
    reverses: Option<i64>,
    sealed: bool,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = ledger_posting)]
struct PostingRow {
    number: i64,
    position: i32,
    account: AccountId,
    amount_fen: Fen,
    balance_fen: Fen,
    effective: Day,
    month: i32,
    day_fen: Fen,
    month_fen: Fen,
}

impl From<AccountRow> for Balance {
    fn from(row: AccountRow) -> Self {
        let AccountRow { id, kind, year, scheme, beneficiary, .. } = row;
        Self { id, account: AccountKey { kind, year, scheme, beneficiary }, balance: Fen::ZERO }
    }
}

/// The account of this path, if it was ever opened.
pub fn account_id(conn: &mut Conn, path: &str) -> Result<Option<AccountId>, Refusal> {
    let found = ledger_account::table.filter(ledger_account::path.eq(path)).select(ledger_account::id);
    Ok(found.first(conn).optional()?)
}

/// What is held on those of these accounts that exist, by path: in all, on the day and in its month.
pub fn held(conn: &mut Conn, paths: &[String], day: Day) -> Result<HashMap<String, Held>, Refusal> {
    type Row = (String, AccountId, Fen, Fen, Fen);
    let last = |column: &str, within: &str| {
        format!(
            "COALESCE((SELECT p.{column} FROM ledger_posting p WHERE p.account = ledger_account.id {within}"
        )
    };
    const NEWEST: &str = " ORDER BY p.number DESC LIMIT 1), 0)";
    let rows: Vec<Row> = ledger_account::table
        .filter(ledger_account::path.eq_any(paths))
        .select((
            ledger_account::path,
            ledger_account::id,
            sql::<BigInt>(&format!("{}{NEWEST}", last("balance_fen", ""))),
            sql::<BigInt>(&last("day_fen", "AND p.effective = ")).bind::<Date, _>(day).sql(NEWEST),
            sql::<BigInt>(&last("month_fen", "AND p.month = ")).bind::<Integer, _>(month_of(day)).sql(NEWEST),
        ))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(path, id, balance, day, month)| (path, Held { id, balance, day, month }))
        .collect())
}

pub fn open_account(conn: &mut Conn, id: AccountId, key: &AccountKey, now: UtcTime) -> Result<(), Refusal> {
    let row = AccountRow {
        id,
        path: key.path(),
        kind: key.kind,
        year: key.year,
        scheme: key.scheme.clone(),
        beneficiary: key.beneficiary.clone(),
        source: key.kind.is_source(),
        opened_at: now,
    };
    diesel::insert_into(ledger_account::table).values(row).execute(conn)?;
    Ok(())
}

/// The end of the books as they stand.
pub struct Last {
    pub number: i64,
    pub hash: Hash,
    /// All postings up to it.
    pub postings: i64,
}

/// The last transaction, and how many postings there are: those of the pages, and what follows the last page.
pub fn last(conn: &mut Conn) -> Result<Option<Last>, Refusal> {
    let row: Option<(i64, Vec<u8>, i64)> = ledger_transaction::table
        .select((ledger_transaction::number, ledger_transaction::hash, sql::<BigInt>(pages::POSTINGS)))
        .order(ledger_transaction::number.desc())
        .first(conn)
        .optional()?;
    row.map(|(number, hash, postings)| Ok(Last { number, hash: to_hash(hash)?, postings })).transpose()
}

fn to_hash(bytes: Vec<u8>) -> Result<Hash, Refusal> {
    bytes.try_into().map_err(|_| Refusal::internal("a ledger hash is not 32 bytes"))
}

/// Open, postings, seal: the triggers check each step.
pub fn insert(
    conn: &mut Conn,
    transaction: &Transaction,
    held: &HashMap<String, Held>,
) -> Result<(), Refusal> {
    let t = transaction;
    let row = TransactionRow {
        number: t.number,
        id: t.id,
        external_key: t.external_key.clone(),
        kind: t.kind.clone(),
        cause: t.cause.clone(),
        note: t.note.clone(),
        effective: t.effective,
        booked: t.booked,
        actor: t.actor.clone(),
        reverses: t.reverses,
        sealed: false,
        prev_hash: t.prev_hash.to_vec(),
        hash: t.hash.to_vec(),
    };
    diesel::insert_into(ledger_transaction::table).values(row).execute(conn)?;
    let posting = |(position, booked): (i32, &Booked)| {
        let before = held.get(&booked.account.path())?;
        Some(PostingRow {
            number: t.number,
            position,
            account: before.id,
            amount_fen: booked.amount,
            balance_fen: booked.balance,
            effective: t.effective,
            month: month_of(t.effective),
            day_fen: before.day.checked_add(booked.amount)?,
            month_fen: before.month.checked_add(booked.amount)?,
        })
    };
    let rows: Option<Vec<PostingRow>> = (0..).zip(&t.postings).map(posting).collect();
    let rows = rows.ok_or_else(|| Refusal::internal("a posting without an account"))?;
    on_each!(&mut *conn, c => diesel::insert_into(ledger_posting::table).values(rows).execute(c))?;
    diesel::update(ledger_transaction::table.find(t.number))
        .set(ledger_transaction::sealed.eq(true))
        .execute(conn)?;
    Ok(())
}
