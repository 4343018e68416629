//! The books as texts that other people's accounting programs read.
//!
//! hledger: one entry for each transaction, dated by its effective day, its number as the code. Accounts are
//! the paths with `:` between the parts; a URN's own colons become `.`, because a colon there means a part.

use super::model::{Booked, Transaction};
use crate::kernel::money::Fen;
use crate::papers::{Cell, Column};

pub const HLEDGER_HEAD: &str = "; techmart ledger: money in yuan, one entry for each sealed transaction\n\
                                commodity CNY 1000.00\n\n";

const CSV_TITLES: [&str; 11] = [
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

pub fn csv_columns() -> Vec<Column> {
    CSV_TITLES.map(Column::new).to_vec()
}

/// One row for each posting.
pub fn csv_rows(transaction: &Transaction) -> Vec<Vec<Cell>> {
    let t = transaction;
    let fen = |fen: Fen| Cell::Whole(fen.0);
    let row = |posting: &Booked| {
        vec![
            Cell::Whole(t.number),
            Cell::Day(t.effective),
            Cell::text(t.booked.to_string()),
            Cell::text(&t.kind),
            Cell::text(&t.cause),
            Cell::text(&t.note),
            Cell::text(posting.account.path()),
            fen(posting.amount),
            fen(posting.balance),
            Cell::text(&t.external_key),
            Cell::text(hex::encode(t.hash)),
        ]
    };
    t.postings.iter().map(row).collect()
}
