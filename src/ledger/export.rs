//! The books as texts that other people's accounting programs read.
//!
//! One entry for each transaction, dated by its effective day, its number as the code or as metadata. After the
//! last entry every account is asserted to hold what our books say: the other program proves it.
//!
//! hledger: accounts are the paths with `:` between the parts; a URN's own colons become `.`, because a colon
//! there means a part. beancount: the same below `Equity` (sources) and `Assets`; what its names cannot hold
//! becomes `-`, and the path itself stands beside the opening of the account.

use std::collections::{BTreeMap, HashMap};

use super::model::{AccountKey, Transaction};
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::papers::{Cell, Column};

pub const HLEDGER_HEAD: &str = "; techmart ledger: money in yuan, one entry for each sealed transaction\n\
                                commodity CNY 1000.00\n\n";

pub const BEANCOUNT_HEAD: &str = "; techmart ledger: money in yuan, one entry for each sealed transaction\n\
                                  option \"title\" \"Techmart\"\n\
                                  option \"operating_currency\" \"CNY\"\n\n";

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

/// What an account holds by its effective days, and the last of these: what the assertions at the end say.
#[derive(Debug, Default)]
pub struct Closing {
    balances: BTreeMap<String, (AccountKey, Fen)>,
    last: Option<Day>,
}

impl Closing {
    pub fn note(&mut self, transaction: &Transaction) {
        self.last = self.last.max(Some(transaction.effective));
        for posting in &transaction.postings {
            let entry = (posting.account.clone(), posting.balance);
            self.balances.insert(posting.account.path(), entry);
        }
    }
}

fn hledger_name(account: &AccountKey) -> String {
    account.path().replace(':', ".").replace('/', ":")
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// One line without what would end a description.
fn plain(text: &str) -> String {
    one_line(text).replace([';', '|'], ",")
}

pub fn hledger_account(account: &AccountKey) -> String {
    format!("account {}\n", hledger_name(account))
}

pub fn hledger(transaction: &Transaction) -> String {
    let t = transaction;
    let mut text = format!("{} * ({}) {} {}\n", t.effective, t.number, t.kind, plain(&t.note));
    text.push_str(&format!("    ; booked {}, cause {}\n", t.booked, plain(&t.cause)));
    text.push_str(&format!("    ; sha256 {}\n", hex::encode(t.hash)));
    for posting in &t.postings {
        text.push_str(&format!("    {}  CNY {}\n", hledger_name(&posting.account), posting.amount.yuan()));
    }
    text.push('\n');
    text
}

/// An entry that moves nothing and asserts every balance.
pub fn hledger_closing(closing: &Closing) -> String {
    let Some(last) = closing.last else { return String::new() };
    let mut text = format!("{last} * balances as the books have them\n");
    for (account, balance) in closing.balances.values() {
        text.push_str(&format!("    {}  CNY 0.00 = CNY {}\n", hledger_name(account), balance.yuan()));
    }
    text.push('\n');
    text
}

/// The names that beancount knows the accounts by: each path keeps its own, whatever had to be replaced.
#[derive(Debug, Default)]
pub struct BeancountNames {
    by_path: HashMap<String, String>,
    taken: HashMap<String, usize>,
}

impl BeancountNames {
    fn of(&mut self, account: &AccountKey) -> String {
        let path = account.path();
        if let Some(name) = self.by_path.get(&path) {
            return name.clone();
        }
        let root = if account.kind.is_source() { "Equity" } else { "Assets" };
        let parts = path.split('/').map(component);
        let plain = std::iter::once(root.to_owned()).chain(parts).collect::<Vec<_>>().join(":");
        let count = self.taken.entry(plain.clone()).or_insert(0);
        *count += 1;
        let name = if *count == 1 { plain } else { format!("{plain}-N{count}") };
        self.by_path.insert(path, name.clone());
        name
    }

    /// `open` for an account, with the path that it stands for.
    pub fn open(&mut self, account: &AccountKey, first: Day) -> String {
        format!("{first} open {} CNY\n  path: {}\n", self.of(account), quoted(&account.path()))
    }

    pub fn entry(&mut self, transaction: &Transaction) -> String {
        let t = transaction;
        let mut text = format!("{} * {} {}\n", t.effective, quoted(&t.kind), quoted(&t.note));
        text.push_str(&format!("  number: \"{}\"\n  booked: \"{}\"\n", t.number, t.booked));
        text.push_str(&format!("  cause: {}\n  sha256: \"{}\"\n", quoted(&t.cause), hex::encode(t.hash)));
        for posting in &t.postings {
            text.push_str(&format!("  {}  {} CNY\n", self.of(&posting.account), posting.amount.yuan()));
        }
        text.push('\n');
        text
    }

    /// A balance asserted there holds at the beginning of its day, so it is dated the day after the last.
    pub fn closing(&mut self, closing: &Closing) -> String {
        let Some(last) = closing.last else { return String::new() };
        let day = last.plus_days(1);
        let mut text = String::new();
        for (account, balance) in closing.balances.values() {
            text.push_str(&format!("{day} balance {}  {} CNY\n", self.of(account), balance.yuan()));
        }
        text
    }
}

/// A part of a name: a capital or a digit first, then letters, digits and `-`.
fn component(part: &str) -> String {
    let mut name: String = part.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    match name.chars().next() {
        Some(first) if first.is_ascii_lowercase() => name[..1].make_ascii_uppercase(),
        Some(first) if first.is_ascii_alphanumeric() => {}
        _ => name.insert(0, 'X'),
    }
    name
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
}

pub fn csv_columns() -> Vec<Column> {
    CSV_TITLES.map(Column::new).to_vec()
}

/// One row for each posting.
pub fn csv_rows(transaction: &Transaction) -> impl Iterator<Item = Vec<Cell>> + '_ {
    let t = transaction;
    t.postings.iter().map(|posting| {
        vec![
            Cell::Whole(t.number),
            Cell::Day(t.effective),
            Cell::text(t.booked.to_string()),
            Cell::text(&t.kind),
            Cell::text(&t.cause),
            Cell::text(&t.note),
            Cell::text(posting.account.path()),
            Cell::Whole(posting.amount.0),
            Cell::Whole(posting.balance.0),
            Cell::text(&t.external_key),
            Cell::text(hex::encode(t.hash)),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::model::AccountKind;

    #[test]
    fn two_paths_never_share_a_beancount_name() {
        let mut names = BeancountNames::default();
        let account = |who: &str| AccountKey::budget(AccountKind::Paid, 2026, "REG_x").of(who);
        let first = names.of(&account("urn:tm:a.b"));
        assert_eq!(first, "Assets:Paid:2026:REG-x:Urn-tm-a-b");
        assert_eq!(names.of(&account("urn:tm:a-b")), format!("{first}-N2"));
        assert_eq!(names.of(&account("urn:tm:a.b")), first);
        assert_eq!(names.of(&AccountKey::new(AccountKind::Appropriation)), "Equity:Appropriation");
        assert_eq!(component("-"), "X-");
        assert_eq!(quoted("a\"b\\c\n"), "\"a\\\"b\\\\c \"");
    }
}
