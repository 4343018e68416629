//! The ledger's rows.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{AccountId, AccountKey, AccountKind, Balance, Booked, Hash, Transaction, TransactionId};
use crate::db::schema::{ledger_account, ledger_posting, ledger_transaction};
use crate::db::types::stored_words;
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

pub mod read;

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
}

impl From<AccountRow> for Balance {
    fn from(row: AccountRow) -> Self {
        let AccountRow { id, kind, year, scheme, beneficiary, .. } = row;
        Self { id, account: AccountKey { kind, year, scheme, beneficiary }, balance: Fen::ZERO }
    }
}

/// The accounts that exist among these, by path.
pub fn accounts(conn: &mut Conn, paths: &[String]) -> Result<HashMap<String, AccountId>, Refusal> {
    let rows: Vec<(String, AccountId)> = ledger_account::table
        .filter(ledger_account::path.eq_any(paths))
        .select((ledger_account::path, ledger_account::id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
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

/// Number and hash of the last transaction.
pub fn last(conn: &mut Conn) -> Result<Option<(i64, Hash)>, Refusal> {
    let row: Option<(i64, Vec<u8>)> = ledger_transaction::table
        .select((ledger_transaction::number, ledger_transaction::hash))
        .order(ledger_transaction::number.desc())
        .first(conn)
        .optional()?;
    row.map(|(number, hash)| Ok((number, to_hash(hash)?))).transpose()
}

fn to_hash(bytes: Vec<u8>) -> Result<Hash, Refusal> {
    bytes.try_into().map_err(|_| Refusal::internal("a ledger hash is not 32 bytes"))
}

/// Open, postings, seal: the triggers check each step.
pub fn insert(
    conn: &mut Conn,
    transaction: &Transaction,
    ids: &HashMap<String, AccountId>,
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
        let account = ids.get(&booked.account.path()).copied();
        account.map(|account| PostingRow {
            number: t.number,
            position,
            account,
            amount_fen: booked.amount,
            balance_fen: booked.balance,
            effective: t.effective,
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
