//! What may be booked, and how the books are proved.

use std::collections::HashMap;

use super::codes::{LEDGER_ACCOUNT_INVALID, LEDGER_AMOUNT_TOO_LARGE, LEDGER_OVERDRAWN, LEDGER_UNBALANCED};
use super::encoding;
use super::model::{AccountKey, Booked, Floor, GENESIS, Hash, Posting, Transaction};
use crate::kernel::error::Refusal;
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::time::{Day, UtcTime};

const ACCOUNT_PATH_BYTES_MAX: usize = 300;

/// A page of the books ends with the transaction that takes the count of all postings past a multiple of this: what
/// a table over all accounts reads beside the totals of the pages, and what one command adds up at most beside its
/// own postings.
pub const PAGE_POSTINGS: i64 = 256;

/// Whether the transaction ends a page, by the count of all postings before it and after it.
pub const fn ends_page(before: i64, after: i64) -> bool {
    after / PAGE_POSTINGS > before / PAGE_POSTINGS
}

/// The postings as they will be booked: one per account, none of zero, in the order of first mention.
/// Refused unless at least two remain and they sum to zero (rule 1).
pub fn balanced(postings: &[Posting]) -> Result<Vec<Posting>, Refusal> {
    let mut merged: Vec<Posting> = Vec::with_capacity(postings.len());
    let mut places: HashMap<&AccountKey, usize> = HashMap::with_capacity(postings.len());
    for posting in postings {
        let place = *places.entry(&posting.account).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(known) => known.amount = add(known.amount, posting.amount)?,
            None => {
                check_account(&posting.account)?;
                merged.push(posting.clone());
            }
        }
    }
    merged.retain(|posting| !posting.amount.is_zero());
    if merged.iter().any(|posting| posting.amount.0.unsigned_abs() > MAX_JSON_FEN.unsigned_abs()) {
        return Err(Refusal::new(&LEDGER_AMOUNT_TOO_LARGE));
    }
    let sum: i128 = merged.iter().map(|posting| i128::from(posting.amount.0)).sum();
    if merged.len() < 2 || sum != 0 {
        return Err(Refusal::new(&LEDGER_UNBALANCED));
    }
    Ok(merged)
}

fn add(a: Fen, b: Fen) -> Result<Fen, Refusal> {
    a.checked_add(b).ok_or_else(|| Refusal::new(&LEDGER_AMOUNT_TOO_LARGE))
}

/// A path must read back as the parts that made it.
fn check_account(account: &AccountKey) -> Result<(), Refusal> {
    let part = |text: &Option<String>| {
        text.as_deref().is_none_or(|t| {
            !t.is_empty()
                && t != "-"
                && !t.contains('/')
                && !t.chars().any(|c| c.is_control() || c.is_whitespace())
        })
    };
    let path = account.path();
    if path.len() <= ACCOUNT_PATH_BYTES_MAX && part(&account.scheme) && part(&account.beneficiary) {
        return Ok(());
    }
    Err(Refusal::new(&LEDGER_ACCOUNT_INVALID).with("account", path))
}

/// The balances after the postings. No account leaves its side of zero (rule 5); an account that the caller
/// named is refused in the caller's words.
pub fn apply(
    postings: Vec<Posting>,
    before: impl Fn(&AccountKey) -> Fen,
    floors: &[Floor],
) -> Result<Vec<Booked>, Refusal> {
    let mut booked = Vec::with_capacity(postings.len());
    let mut overdrawn = None;
    for Posting { account, amount } in postings {
        let held = before(&account);
        let balance = add(held, amount)?;
        if balance.0.unsigned_abs() > MAX_JSON_FEN.unsigned_abs() {
            return Err(Refusal::new(&LEDGER_AMOUNT_TOO_LARGE));
        }
        let over = if account.kind.is_source() { balance } else { Fen(balance.0.saturating_neg()) };
        if over.is_positive() {
            let named = floors.iter().find(|floor| floor.account == account);
            let refusal = Refusal::new(named.map_or(&LEDGER_OVERDRAWN, |floor| floor.code))
                .with("account", account.path())
                .with("balance", held.yuan())
                .with("missing", over.yuan());
            if named.is_some() {
                return Err(refusal);
            }
            overdrawn.get_or_insert(refusal);
        }
        booked.push(Booked { account, amount, balance });
    }
    overdrawn.map_or(Ok(booked), Err)
}

/// Whether a key that comes again names the same act: same kind, cause, reversal and postings (rule 4).
/// The day is not compared: a retry after midnight is still the same act.
pub fn same_act(
    known: &Transaction,
    kind: &str,
    cause: &str,
    reverses: Option<i64>,
    new: &[Posting],
) -> bool {
    known.kind == kind
        && known.cause == cause
        && known.reverses == reverses
        && known.postings.len() == new.len()
        && known.postings.iter().zip(new).all(|(a, b)| a.account == b.account && a.amount == b.amount)
}

/// The month of an effective day, counted from the year 0: what the running totals of a month go by.
pub fn month_of(day: Day) -> i32 {
    let month = i32::try_from(day.month()).unwrap_or(1);
    day.year() * 12 + month - 1
}

/// The place of a new transaction in the chain.
pub fn hash(transaction: &Transaction) -> Hash {
    encoding::hash(transaction)
}

/// What a check of the books found: the first bad row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub number: i64,
    pub what: &'static str,
}

/// Proves the books from the first transaction on. Feed it every transaction in the order of their numbers.
#[derive(Debug)]
pub struct Proof {
    pub last: i64,
    pub hash: Hash,
    booked: UtcTime,
    balances: HashMap<String, Fen>,
}

impl Default for Proof {
    fn default() -> Self {
        Self { last: 0, hash: GENESIS, booked: UtcTime::from_micros(i64::MIN), balances: HashMap::new() }
    }
}

impl Proof {
    pub fn check(&mut self, transaction: &Transaction, sealed: bool) -> Result<(), Fault> {
        let fault = |what| Err(Fault { number: transaction.number, what });
        if transaction.number != self.last + 1 {
            return Err(Fault { number: self.last + 1, what: "the transaction is missing" });
        }
        if !sealed {
            return fault("the transaction is not sealed");
        }
        if transaction.prev_hash != self.hash {
            return fault("the chain does not lead to the transaction before");
        }
        if hash(transaction) != transaction.hash {
            return fault("the content does not have the hash that was sealed");
        }
        if transaction.booked < self.booked {
            return fault("booked before the transaction before it");
        }
        let sum: i128 = transaction.postings.iter().map(|p| i128::from(p.amount.0)).sum();
        if transaction.postings.len() < 2 || sum != 0 {
            return fault("the postings do not balance");
        }
        for posting in &transaction.postings {
            let balance = self.balances.entry(posting.account.path()).or_default();
            match balance.checked_add(posting.amount) {
                Some(after) if after == posting.balance => *balance = after,
                _ => return fault("a balance does not follow from the postings"),
            }
        }
        self.last = transaction.number;
        self.hash = transaction.hash;
        self.booked = transaction.booked;
        Ok(())
    }

    pub fn accounts(&self) -> usize {
        self.balances.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::AccountKind;
    use super::*;

    fn account(kind: AccountKind) -> AccountKey {
        AccountKey::budget(kind, 2026, "REG-AGENCY")
    }

    fn posting(kind: AccountKind, fen: i64) -> Posting {
        Posting { account: account(kind), amount: Fen(fen) }
    }

    #[test]
    fn domain_5_every_transaction_sums_to_zero_over_two_postings() {
        use AccountKind::{Appropriation, Available, Committed};
        for wrong in [
            vec![],
            vec![posting(Available, 0), posting(Committed, 0)],
            vec![posting(Available, -1), posting(Available, 1)],
            vec![posting(Available, -1), posting(Committed, 2)],
        ] {
            assert_eq!(balanced(&wrong).unwrap_err().code(), "ledger_unbalanced", "{wrong:?}");
        }
        let merged = balanced(&[
            posting(Appropriation, -3),
            posting(Available, 1),
            posting(Committed, 0),
            posting(Available, 2),
        ]);
        assert_eq!(merged.unwrap(), [posting(Appropriation, -3), posting(Available, 3)]);
    }

    /// A batch of many payees is one transaction: its postings are merged by look-up and not by search.
    #[test]
    fn domain_5_a_transaction_of_many_accounts_is_merged_in_one_pass() {
        const ACCOUNTS: i64 = 100_000;
        let to = |at: i64| account(AccountKind::Approved).of(&format!("urn:tm:test:organisation:{at}"));
        let mut all = vec![posting(AccountKind::Reserved, -3 * ACCOUNTS)];
        all.extend((0..ACCOUNTS).map(|at| Posting { account: to(at), amount: Fen(1) }));
        all.extend((0..ACCOUNTS).rev().map(|at| Posting { account: to(at), amount: Fen(2) }));
        let begun = std::time::Instant::now();
        let merged = balanced(&all).unwrap();
        // By search it would be ten thousand million comparisons.
        assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
        assert_eq!(merged.len() as i64, ACCOUNTS + 1);
        assert!(merged[1..].iter().zip(0..).all(|(p, at)| p.amount == Fen(3) && p.account == to(at)));
    }

    #[test]
    fn a_page_ends_where_the_count_passes_a_multiple() {
        let ends = |before, after| ends_page(before, after);
        assert_eq!(
            [ends(0, 2), ends(254, 255), ends(254, 256), ends(255, 257), ends(256, 511), ends(300, 900)],
            [false, false, true, true, false, true]
        );
    }

    #[test]
    fn domain_5_available_is_never_negative() {
        use AccountKind::{Available, Committed};
        let move_all = |fen: i64| vec![posting(Available, -fen), posting(Committed, fen)];
        let held = |a: &AccountKey| if a.kind == Available { Fen(100) } else { Fen(0) };
        assert!(apply(move_all(100), held, &[]).is_ok());
        let refused = apply(move_all(101), held, &[]).unwrap_err();
        assert_eq!(refused.code(), "ledger_overdrawn");
        assert!(refused.to_string().contains("0.01"));
        let floor = Floor { account: account(Available), code: &LEDGER_UNBALANCED };
        assert_eq!(apply(move_all(101), held, &[floor]).unwrap_err().code(), "ledger_unbalanced");
    }

    #[test]
    fn a_source_is_never_above_zero() {
        use AccountKind::{Appropriation, Available};
        let back = vec![posting(Available, -5), posting(Appropriation, 5)];
        let held = |a: &AccountKey| if a.kind == Available { Fen(9) } else { Fen(-4) };
        assert_eq!(apply(back, held, &[]).unwrap_err().code(), "ledger_overdrawn");
    }

    #[test]
    fn a_path_names_one_account() {
        let full = account(AccountKind::Paid).of("urn:tm:cn-450700:organisation:x");
        assert_eq!(full.path(), "paid/2026/REG-AGENCY/urn:tm:cn-450700:organisation:x");
        assert_eq!(AccountKey::new(AccountKind::Available).path(), "available");
        assert_eq!(AccountKey::new(AccountKind::Available).of("a").path(), "available/-/-/a");
        let mut unscheduled = AccountKey::new(AccountKind::Paid);
        unscheduled.scheme = Some("A".into());
        for line in [account(AccountKind::Paid), AccountKey::new(AccountKind::Available), unscheduled] {
            assert_eq!(AccountKey::line(&line.path()), Some(line));
        }
        assert_eq!(
            (AccountKey::line("x/2026"), AccountKey::line("paid/x"), AccountKey::line("paid/1/a/b")),
            (None, None, None)
        );
        let mut slash = account(AccountKind::Paid);
        slash.scheme = Some("A/B".into());
        let sides = [Posting { account: slash, amount: Fen(-1) }, posting(AccountKind::Available, 1)];
        assert_eq!(balanced(&sides).unwrap_err().code(), "ledger_account_invalid");
    }

    #[test]
    fn extreme_amounts_are_refused() {
        let key = account;
        let draft = |amount| {
            super::super::model::NewTransaction::new("t", "k".into(), "c".into())
                .transfer(key(AccountKind::Available), key(AccountKind::Committed), amount)
                .postings
        };
        for amount in [Fen(i64::MIN), Fen(i64::MAX), Fen(MAX_JSON_FEN + 1)] {
            assert!(balanced(&draft(amount)).is_err(), "{amount}");
        }
    }

    /// A book of transfers between random accounts, as the service would write it.
    fn book(moves: &[(usize, usize, i64)]) -> Vec<Transaction> {
        let mut balances: HashMap<AccountKey, Fen> = HashMap::new();
        let (mut out, mut prev) = (vec![], GENESIS);
        for (from, to, fen) in moves {
            let kinds = AccountKind::ALL;
            let sides = [
                Posting { account: account(kinds[from % kinds.len()]), amount: Fen(-fen) },
                Posting { account: account(kinds[to % kinds.len()]), amount: Fen(*fen) },
            ];
            let Ok(sides) = balanced(&sides) else { continue };
            let before = |a: &AccountKey| balances.get(a).copied().unwrap_or_default();
            let Ok(postings) = apply(sides, before, &[]) else { continue };
            for p in &postings {
                balances.insert(p.account.clone(), p.balance);
            }
            let number = i64::try_from(out.len()).unwrap() + 1;
            let id = "01980000-0000-7000-8000-000000000001".parse().unwrap();
            let mut transaction = Transaction {
                number,
                id,
                external_key: format!("k{number}"),
                kind: "t".into(),
                cause: "c".into(),
                note: String::new(),
                effective: "2026-01-01".parse().unwrap(),
                booked: UtcTime::from_seconds(number),
                actor: "a".into(),
                reverses: None,
                postings,
                prev_hash: prev,
                hash: GENESIS,
            };
            transaction.hash = hash(&transaction);
            prev = transaction.hash;
            out.push(transaction);
        }
        out
    }

    fn prove(book: &[Transaction]) -> Result<(), Fault> {
        let mut proof = Proof::default();
        book.iter().try_for_each(|t| proof.check(t, true))
    }

    type Tamper = fn(&mut Transaction);

    const TAMPER: &[Tamper] = &[
        |t| t.postings[0].amount.0 += 1,
        |t| t.postings[0].balance.0 += 1,
        |t| t.postings.swap(0, 1),
        |t| t.note.push('x'),
        |t| t.actor = "b".into(),
        |t| t.effective = t.effective.plus_days(1),
        |t| t.booked = t.booked.plus_micros(1),
        |t| t.kind = "tc".into(),
        |t| t.cause = String::new(),
        |t| t.reverses = Some(1),
        |t| t.hash[3] ^= 1,
        |t| t.prev_hash[31] ^= 128,
        |t| t.postings[1].account.year = Some(2027),
    ];

    proptest! {
        #[test]
        fn domain_5_books_always_balance_and_any_change_is_found(
            first in 1_i64..1_000_000,
            moves in prop::collection::vec((0_usize..9, 0_usize..9, 1_i64..1_000_000), 1..40),
            at in any::<prop::sample::Index>(),
            how in 0_usize..TAMPER.len() + 2,
        ) {
            let mut all = vec![(0, 1, first)];
            all.extend(moves);
            let mut book = book(&all);
            prop_assert_eq!(prove(&book), Ok(()));
            let total: i128 = book.iter().flat_map(|t| &t.postings).map(|p| i128::from(p.amount.0)).sum();
            prop_assert_eq!(total, 0);
            let bad = at.index(book.len());
            match TAMPER.get(how) {
                Some(tamper) => tamper(&mut book[bad]),
                // A removed or swapped row; at the very end a removal shows only against the change log.
                None if bad + 1 == book.len() => return Ok(()),
                None if how == TAMPER.len() => drop(book.remove(bad)),
                None => book.swap(bad, bad + 1),
            }
            let fault = prove(&book).unwrap_err();
            prop_assert_eq!(fault.number, i64::try_from(bad).unwrap() + 1);
        }
    }
}
