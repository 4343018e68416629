//! The ledger on a live database: what its triggers refuse to every program, that books always balance, and
//! that the proof finds whatever was changed behind its back.

mod balances;
mod behind;
mod books;
mod journal;
mod mutation;
mod pages;
mod reports;
mod runtime_role;
mod triggers;

use techmart::kernel::actor::Actor;
use techmart::kernel::error::Refusal;
use techmart::kernel::money::Fen;
use techmart::ledger::codes;
use techmart::ledger::model::{AccountFilter, AccountKey, AccountKind, At, NewTransaction, Transaction};
use techmart::ledger::service::{self, Outcome};

use super::support::City;

const YEAR: i32 = 2026;

fn budget(kind: AccountKind) -> AccountKey {
    AccountKey::budget(kind, YEAR, "TEST")
}

fn post(city: &City, new: &NewTransaction) -> Result<Transaction, Refusal> {
    let new = new.clone();
    let written = city
        .app
        .db
        .write_blocking("test.post", move |tx| service::post(tx, &Actor::System("test"), new.clone()))?;
    Ok(written.value)
}

fn transfer(key: &str, from: AccountKind, to: AccountKind, fen: i64) -> NewTransaction {
    NewTransaction::new("test.moved", key.into(), "urn:tm:test:thing:1".into()).transfer(
        budget(from),
        budget(to),
        Fen(fen),
    )
}

fn balance(city: &City, kind: AccountKind, at: At) -> i64 {
    city.app.db.read_blocking(move |snapshot| service::balance(snapshot, &budget(kind), at)).unwrap().0
}

fn verify(city: &City) -> Outcome {
    city.app.db.read_blocking(|snapshot| service::verify(snapshot)).unwrap()
}

fn proved(city: &City) -> i64 {
    match verify(city) {
        Outcome::Proved(proved) => proved.transactions,
        Outcome::Faulty(fault) => panic!("{fault:?}"),
    }
}

/// Runs raw SQL in a command of its own and tells why the database refused it.
fn raw(city: &City, sql: &str) -> Result<(), String> {
    let sql = sql.to_owned();
    let outcome = city.app.db.write_blocking("test.raw", move |tx| Ok(tx.batch(&sql)?));
    outcome.map(|_| ()).map_err(|refusal| refusal.context().unwrap_or_default().to_owned())
}

#[track_caller]
fn refused(city: &City, sql: &str, why: &str) {
    let message = raw(city, sql).expect_err(sql);
    assert!(message.contains(why), "{sql}\nwas refused with: {message}");
}

/// An appropriation of 1000 fen, of which 400 are committed.
fn books() -> City {
    let city = City::new();
    post(&city, &transfer("k1", AccountKind::Appropriation, AccountKind::Available, 1000)).unwrap();
    post(&city, &transfer("k2", AccountKind::Available, AccountKind::Committed, 400)).unwrap();
    city
}

use AccountKind::{Appropriation, Available, Committed};
