//! Booking and reading. The ledger has no policy of its own: the room that calls has authorised the act.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::json;

use super::codes::{LEDGER_ALREADY_REVERSED, LEDGER_KEY_REUSED};
use super::model::{
    AccountFilter, AccountId, AccountKey, At, Balance, GENESIS, Held, NewTransaction, Posting, StatementLine,
    Transaction, TransactionEntity,
};
use super::{rules, store};
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

mod report;
mod verify;

pub use report::{Statement, beneficiary_statement, execution, first_days, trial_balance, whole_statement};
pub use verify::{Outcome, verify};

/// Books a transaction: accounts that are new are opened, the postings follow, it is sealed. A key that comes
/// again for the same act gives the transaction that stands (rule 4).
pub fn post(tx: &mut Tx, actor: &Actor, new: NewTransaction) -> Result<Transaction, Refusal> {
    let postings = rules::balanced(&new.postings)?;
    if let Some(known) = store::read::by_key(tx, &new.external_key)? {
        if rules::same_act(&known, new.kind, &new.cause, new.reverses, &postings) {
            return Ok(known);
        }
        return Err(Refusal::new(&LEDGER_KEY_REUSED).with("key", new.external_key));
    }
    let booked = tx.now();
    let effective = new.effective.unwrap_or_else(|| booked.day());
    let held = held(tx, &postings, effective)?;
    let before =
        |account: &AccountKey| held.get(&account.path()).map(|held| held.balance).unwrap_or_default();
    let postings = rules::apply(postings, before, &new.floors)?;
    let (last, prev_hash, count) =
        store::last(tx)?.map_or((0, GENESIS, 0), |last| (last.number, last.hash, last.postings));
    let mut transaction = Transaction {
        number: last + 1,
        id: tx.new_id::<TransactionEntity>(),
        external_key: new.external_key,
        kind: new.kind.to_owned(),
        cause: new.cause,
        note: new.note,
        effective,
        booked,
        actor: actor.label(),
        reverses: new.reverses,
        postings,
        prev_hash,
        hash: GENESIS,
    };
    transaction.hash = rules::hash(&transaction);
    store::insert(tx, &transaction, &held)?;
    let after = count.saturating_add(i64::try_from(transaction.postings.len()).unwrap_or(i64::MAX));
    if rules::ends_page(count, after) {
        store::pages::close(tx, transaction.number, after)?;
    }
    record(tx, actor, &transaction);
    Ok(transaction)
}

/// The change log holds every hash too: books that were cut off at the end no longer fit it.
fn record(tx: &mut Tx, actor: &Actor, transaction: &Transaction) {
    let facts = json!({
        "number": transaction.number,
        "kind": transaction.kind,
        "cause": transaction.cause,
        "hash": hex::encode(transaction.hash),
    });
    let subject = tx.urn("ledger_transaction", transaction.id);
    tx.record(actor, NewChange::local(verify::SEALED, subject, 1, facts));
}

/// What the accounts hold; those that are new are opened.
fn held(tx: &mut Tx, postings: &[Posting], day: Day) -> Result<HashMap<String, Held>, Refusal> {
    let paths: Vec<String> = postings.iter().map(|posting| posting.account.path()).collect();
    let mut held = store::held(tx, &paths, day)?;
    for (posting, path) in postings.iter().zip(paths) {
        if let Entry::Vacant(place) = held.entry(path) {
            let (id, now) = (tx.new_id(), tx.now());
            store::open_account(tx, id, &posting.account, now)?;
            place.insert(Held { id, balance: Fen::ZERO, day: Fen::ZERO, month: Fen::ZERO });
        }
    }
    Ok(held)
}

/// Takes a transaction back by its mirror image, once (rule 2).
pub fn reverse(
    tx: &mut Tx,
    actor: &Actor,
    number: i64,
    kind: &'static str,
    external_key: String,
    note: String,
) -> Result<Transaction, Refusal> {
    let known = store::read::by_number(tx, number)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let taken_back = store::read::reversal_of(tx, number)?;
    if taken_back.is_some_and(|key| key != external_key) {
        return Err(Refusal::new(&LEDGER_ALREADY_REVERSED).with("number", number));
    }
    let mut new = NewTransaction::new(kind, external_key, known.cause).note(note);
    new.reverses = Some(number);
    for posting in known.postings {
        let back = posting.amount.checked_neg().unwrap_or(posting.amount);
        new = new.posting(posting.account, back);
    }
    post(tx, actor, new)
}

/// The balance of one account, at a moment of each of the two dates. An account that was never opened is
/// empty.
pub fn balance(conn: &mut Conn, account: &AccountKey, at: At) -> Result<Fen, Refusal> {
    match store::account_id(conn, &account.path())? {
        Some(id) => balance_of(conn, id, at),
        None => Ok(Fen::ZERO),
    }
}

fn balance_of(conn: &mut Conn, id: AccountId, at: At) -> Result<Fen, Refusal> {
    let number = last_number(conn, at.booked)?;
    match at.effective {
        Some(day) => store::read::balance_by_day(conn, id, day, number),
        None => store::read::balance(conn, id, number),
    }
}

/// The number of the last transaction that was booked by then.
fn last_number(conn: &mut Conn, booked: Option<UtcTime>) -> Result<i64, Refusal> {
    booked.map_or(Ok(i64::MAX), |booked| store::read::last_number_by(conn, booked))
}

/// Accounts with their balances, in the order of their paths.
pub fn balances(
    conn: &mut Conn,
    filter: &AccountFilter,
    at: At,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<Balance>, Refusal> {
    let mut page = store::read::account_page(conn, filter, after, limit)?;
    for entry in &mut page {
        entry.balance = balance_of(conn, entry.id, at)?;
    }
    Ok(page)
}

/// The postings of one account, the newest first.
pub fn statement(
    conn: &mut Conn,
    account: AccountId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<StatementLine>, Refusal> {
    if store::read::account(conn, account)?.is_none() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    store::read::statement(conn, account, before, limit)
}

pub fn transaction(conn: &mut Conn, number: i64) -> Result<Transaction, Refusal> {
    store::read::by_number(conn, number)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// The newest first; of one record if a cause is given.
pub fn transactions(
    conn: &mut Conn,
    cause: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Transaction>, Refusal> {
    store::read::newest(conn, cause, before, limit)
}

/// Transactions in the order of the books, for exports.
pub fn journal(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Transaction>, Refusal> {
    let rows = store::read::after(conn, after, limit)?;
    Ok(rows.into_iter().map(|(transaction, _)| transaction).collect())
}
