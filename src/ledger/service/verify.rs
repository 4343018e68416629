//! Proving the books: every hash, sum and balance from the first transaction on, and the change log beside
//! them, which holds the hash of every transaction too and so shows a cut at the end or a chain that was
//! computed anew.

use super::super::model::{Hash, Proved, Transaction};
use super::super::rules::{Fault, Proof};
use super::super::store;
use crate::changes;
use crate::db::Conn;
use crate::kernel::codes_common::DATABASE_UNAVAILABLE;
use crate::kernel::error::Refusal;

/// The change that every sealed transaction leaves in the log.
pub const SEALED: &str = "ledger.sealed";

const SLICE_ROWS: i64 = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Proved(Proved),
    /// The first bad row.
    Faulty(Fault),
}

/// Recomputes everything. Run it on one snapshot.
pub fn verify(conn: &mut Conn) -> Result<Outcome, Refusal> {
    let mut proof = Proof::default();
    let mut hashes: Vec<Hash> = vec![];
    loop {
        let slice = match slice(conn, proof.last)? {
            Ok(slice) => slice,
            Err(fault) => return Ok(Outcome::Faulty(fault)),
        };
        if slice.is_empty() {
            break;
        }
        for (transaction, sealed) in &slice {
            if let Err(fault) = proof.check(transaction, *sealed) {
                return Ok(Outcome::Faulty(fault));
            }
            hashes.push(transaction.hash);
        }
    }
    if let Some(fault) = beside_the_chain(conn)? {
        return Ok(Outcome::Faulty(fault));
    }
    if let Some(fault) = against_log(conn, &hashes)? {
        return Ok(Outcome::Faulty(fault));
    }
    let accounts = proof.accounts();
    Ok(Outcome::Proved(Proved { transactions: proof.last, accounts, hash: proof.hash }))
}

/// Rows and columns that no hash covers.
fn beside_the_chain(conn: &mut Conn) -> Result<Option<Fault>, Refusal> {
    type Check = (fn(&mut Conn) -> Result<Option<i64>, Refusal>, &'static str);
    let checks: [Check; 6] = [
        (store::proof::misshapen, "a value is not in the form in which it is written"),
        (store::proof::strays, "a posting outside its transaction"),
        (store::proof::displaced, "the postings are not in their places"),
        (store::proof::period_totals, "a total of a day or a month does not follow from the postings"),
        (store::pages::wrong_page, "a page does not end where the postings say"),
        (store::pages::wrong_total, "a total at the end of a page does not follow from the postings"),
    ];
    for (check, what) in checks {
        if let Some(number) = check(conn)? {
            return Ok(Some(Fault { number, what }));
        }
    }
    let accounts = match store::proof::accounts(conn) {
        Ok(accounts) => accounts,
        Err(refusal) if refusal.is(&DATABASE_UNAVAILABLE) => return Err(refusal),
        Err(_) => return Ok(Some(Fault { number: 0, what: "an account cannot be read" })),
    };
    for account in accounts {
        let Some((number, booked)) = account.first else {
            return Ok(Some(Fault { number: 0, what: "an account on which nothing was booked" }));
        };
        let same = account.key.path() == account.path
            && account.key.kind.is_source() == account.source
            && account.opened_at == booked;
        if !same {
            return Ok(Some(Fault { number, what: "an account was changed" }));
        }
    }
    Ok(None)
}

type Slice = Vec<(Transaction, bool)>;

/// The next transactions; a row that cannot even be read is found by reading one at a time.
fn slice(conn: &mut Conn, after: i64) -> Result<Result<Slice, Fault>, Refusal> {
    let unreadable = match store::read::after(conn, after, SLICE_ROWS) {
        Ok(slice) => return Ok(Ok(slice)),
        Err(refusal) if refusal.is(&DATABASE_UNAVAILABLE) => return Err(refusal),
        Err(refusal) => refusal,
    };
    let mut readable = vec![];
    for number in after + 1..=after + SLICE_ROWS {
        match store::read::after(conn, number - 1, 1) {
            Ok(mut one) => readable.append(&mut one),
            Err(_) if readable.is_empty() => {
                return Ok(Err(Fault { number, what: "the row cannot be read" }));
            }
            Err(_) => return Ok(Ok(readable)),
        }
    }
    Err(unreadable)
}

/// Every transaction has its change, in the same order and with the same hash, and no change more.
fn against_log(conn: &mut Conn, hashes: &[Hash]) -> Result<Option<Fault>, Refusal> {
    let mut number = 0;
    let mut known = hashes.iter();
    let mut seq = 0;
    loop {
        let slice = changes::read_after(conn, seq, SLICE_ROWS)?;
        let Some(last) = slice.last() else { break };
        seq = last.seq;
        for change in slice.iter().filter(|change| change.kind == SEALED) {
            number += 1;
            let Some(hash) = known.next() else {
                return Ok(Some(Fault { number, what: "the change log has a transaction that is missing" }));
            };
            let logged = change.facts.get("hash").and_then(|hash| hash.as_str());
            if logged != Some(hex::encode(hash).as_str()) {
                return Ok(Some(Fault { number, what: "the change log has another hash" }));
            }
        }
    }
    let unlogged =
        known.next().map(|_| Fault { number: number + 1, what: "the change log does not have it" });
    Ok(unlogged)
}
