//! The books as texts that other people's accounting programs read.
//!
//! hledger: one entry for each transaction, dated by its effective day, its number as the code. Accounts are
//! the paths with `:` between the parts; a URN's own colons become `.`, because a colon there means a part.

use super::model::{Booked, Transaction};
use crate::kernel::money::Fen;

pub const HLEDGER_HEAD: &str = "; techmart ledger: money in yuan, one entry for each sealed transaction\n\
                                commodity CNY 1000.00\n\n";

pub const CSV_HEAD: [&str; 11] = [
    "number",
    "effective",
    "booked",
    "kind",
    "cause",
    "note",
    "account",
    "amount_fen",
    "balance_fen",
    "external_key",
    "hash",
];

fn account_name(posting: &Booked) -> String {
    posting.account.path().replace(':', ".").replace('/', ":")
}

/// One line without what would end a description.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().replace([';', '|'], ",")
}

pub fn hledger(transaction: &Transaction) -> String {
    let t = transaction;
    let mut text = format!("{} * ({}) {} {}\n", t.effective, t.number, t.kind, plain(&t.note));
    text.push_str(&format!("    ; booked {}, cause {}\n", t.booked, plain(&t.cause)));
    text.push_str(&format!("    ; sha256 {}\n", hex::encode(t.hash)));
    for posting in &t.postings {
        text.push_str(&format!("    {}  CNY {}\n", account_name(posting), posting.amount.yuan()));
    }
    text.push('\n');
    text
}

/// A cell that a spreadsheet would take for a formula is quoted.
fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// One row for each posting.
pub fn csv_rows(transaction: &Transaction) -> Vec<[String; 11]> {
    let t = transaction;
    let fen = |fen: Fen| fen.0.to_string();
    let row = |posting: &Booked| {
        [
            t.number.to_string(),
            t.effective.to_string(),
            t.booked.to_string(),
            t.kind.clone(),
            cell(&t.cause),
            cell(&t.note),
            posting.account.path(),
            fen(posting.amount),
            fen(posting.balance),
            cell(&t.external_key),
            hex::encode(t.hash),
        ]
    };
    t.postings.iter().map(row).collect()
}
