//! `techmart verify`: recomputes what the database says of itself, beside a running server.

use clap::ValueEnum;

use crate::app::node_of;
use crate::changes;
use crate::config::Config;
use crate::db::conn::{Conn, Mode};
use crate::federation::tlog;
use crate::ledger::service as ledger;
use crate::subsidy::service as subsidy;

/// What to verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The change log: numbers, hashes, leaves; the tree over it and its checkpoints
    Changes,
    /// The books: every sum, balance and hash, and their hashes in the change log
    Ledger,
    /// The subsidies: lines, totals, payments and clawbacks beside the change log and the books
    Subsidy,
}

pub fn verify(config: &Config, parts: &[Part]) -> Result<(), Box<dyn std::error::Error>> {
    let node = node_of(config)?;
    let mut conn = Conn::open(&config.database, Mode::Read)?;
    conn.batch(if conn.is_postgres() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" })?;
    let all = parts.is_empty();
    if all || parts.contains(&Part::Changes) {
        let verified = changes::verify(&mut conn, &node)?;
        if let Some(fault) = verified.fault {
            return Err(format!("change log: change {}: {}", fault.seq, fault.what).into());
        }
        println!("change log: {} changes, {} events: sound", verified.changes, verified.events);
        let tree = tlog::verify(&mut conn)?;
        if let Some(fault) = tree.fault {
            return Err(format!("tree: {fault}").into());
        }
        println!("tree: {} leaves, {} checkpoints: sound", tree.leaves, tree.checkpoints);
    }
    if all || parts.contains(&Part::Ledger) {
        match ledger::verify(&mut conn)? {
            ledger::Outcome::Faulty(fault) => {
                return Err(format!("ledger: transaction {}: {}", fault.number, fault.what).into());
            }
            ledger::Outcome::Proved(proved) => {
                let (transactions, accounts) = (proved.transactions, proved.accounts);
                println!("ledger: {transactions} transactions, {accounts} accounts: sound");
            }
        }
    }
    if all || parts.contains(&Part::Subsidy) {
        match subsidy::verify(&mut conn, &node)? {
            subsidy::BookOutcome::Faulty(fault) => {
                return Err(format!("subsidy: {}: {}", fault.row, fault.what).into());
            }
            subsidy::BookOutcome::Proved(proved) => {
                let subsidy::BooksProved { batches, lines, payments, clawbacks } = proved;
                println!(
                    "subsidy: {batches} batches, {lines} lines, {payments} payments, {clawbacks} clawbacks: sound"
                );
            }
        }
    }
    Ok(())
}
