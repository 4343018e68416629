//! Words of the ledger.

use crate::kernel::actor::words;
use crate::kernel::error::Code;
use crate::kernel::id::ids;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

ids! {
    AccountId of Account;
    TransactionId of TransactionEntity;
}

words! {
    /// What the money in an account is. A new use of the ledger adds its kinds here.
    AccountKind {
        // 预算安排: the source of a year's money for one scheme.
        Appropriation = "appropriation",
        // 可用: appropriated and promised to nobody.
        Available = "available",
        // 预留: set aside for a batch that is prepared.
        Reserved = "reserved",
        // 已承诺: verified, awaiting approval.
        Committed = "committed",
        // 已批准: owed to the beneficiary.
        Approved = "approved",
        // 已拨付: paid to the beneficiary.
        Paid = "paid",
        // 应追回: paid once, no longer due, to be paid back.
        ClawbackReceivable = "clawback_receivable",
        // 缴回财政: unused at the end of its year, or paid back after it.
        Returned = "returned",
        // 保证金收入: the source of what bidders of a sale deposit.
        DepositReceived = "deposit_received",
        // 在管保证金: a bidder's, until its sale has come to its end.
        DepositHeld = "deposit_held",
        // 退还, 抵作价款, 没收: where it went.
        DepositReleased = "deposit_released",
        DepositApplied = "deposit_applied",
        DepositForfeited = "deposit_forfeited",
    }
}

impl AccountKind {
    /// Money enters the books here, so the balance is zero or below.
    pub const fn is_source(self) -> bool {
        matches!(self, Self::Appropriation | Self::DepositReceived)
    }
}

/// What makes an account: its kind, and as far as the kind needs them a budget year, a scheme, a beneficiary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountKey {
    pub kind: AccountKind,
    pub year: Option<i32>,
    pub scheme: Option<String>,
    /// URN of the party, who may live at another node.
    pub beneficiary: Option<String>,
}

impl AccountKey {
    pub const fn new(kind: AccountKind) -> Self {
        Self { kind, year: None, scheme: None, beneficiary: None }
    }

    /// An account of one scheme's budget in one year.
    pub fn budget(kind: AccountKind, year: i32, scheme: &str) -> Self {
        Self { year: Some(year), scheme: Some(scheme.to_owned()), ..Self::new(kind) }
    }

    #[must_use]
    pub fn of(mut self, beneficiary: &str) -> Self {
        self.beneficiary = Some(beneficiary.to_owned());
        self
    }

    /// The account's one name: `committed/2026/REG-AGENCY/urn:tm:…`, an absent part is `-`, absent parts at
    /// the end are left away.
    pub fn path(&self) -> String {
        let year = self.year.map(|year| year.to_string());
        let parts = [year.as_deref(), self.scheme.as_deref(), self.beneficiary.as_deref()];
        let used = parts.iter().rposition(Option::is_some).map_or(0, |at| at + 1);
        let mut path = self.kind.as_str().to_owned();
        for part in &parts[..used] {
            path.push('/');
            path.push_str(part.unwrap_or("-"));
        }
        path
    }

    /// Reads a name without a beneficiary: that of a line of the trial balance.
    pub fn line(path: &str) -> Option<Self> {
        let mut parts = path.split('/').map(|part| (part != "-").then_some(part));
        let kind = AccountKind::parse(parts.next()??)?;
        let year = parts.next().flatten().map(str::parse).transpose().ok()?;
        let scheme = parts.next().flatten().map(str::to_owned);
        parts.next().is_none().then_some(Self { kind, year, scheme, beneficiary: None })
    }
}

/// One amount on one account: positive comes in, negative goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    pub account: AccountKey,
    pub amount: Fen,
}

/// An account that must not go below zero by this transaction, and what to tell the user if it would.
#[derive(Clone, Debug)]
pub struct Floor {
    pub account: AccountKey,
    pub code: &'static Code,
}

/// A transaction to be booked.
#[derive(Clone, Debug)]
pub struct NewTransaction {
    /// The caller's name of the act, kept for good: `subsidy.batch/{id}/2/approve`.
    pub external_key: String,
    /// `subsidy.approved`: the room's noun and what happened.
    pub kind: &'static str,
    /// URN of the record that the money moves for.
    pub cause: String,
    pub note: String,
    /// None: the day on which it is booked.
    pub effective: Option<Day>,
    /// The number of the transaction that this one takes back.
    pub reverses: Option<i64>,
    pub postings: Vec<Posting>,
    pub floors: Vec<Floor>,
}

impl NewTransaction {
    pub fn new(kind: &'static str, external_key: String, cause: String) -> Self {
        Self {
            external_key,
            kind,
            cause,
            note: String::new(),
            effective: None,
            reverses: None,
            postings: vec![],
            floors: vec![],
        }
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    #[must_use]
    pub const fn effective(mut self, day: Day) -> Self {
        self.effective = Some(day);
        self
    }

    #[must_use]
    pub fn posting(mut self, account: AccountKey, amount: Fen) -> Self {
        self.postings.push(Posting { account, amount });
        self
    }

    /// Money goes from one account to another. The amount must not be the smallest i64 (see `rules`).
    #[must_use]
    pub fn transfer(self, from: AccountKey, to: AccountKey, amount: Fen) -> Self {
        let out = amount.checked_neg().unwrap_or(amount);
        self.posting(from, out).posting(to, amount)
    }

    #[must_use]
    pub fn never_below_zero(mut self, account: AccountKey, code: &'static Code) -> Self {
        self.floors.push(Floor { account, code });
        self
    }
}

/// A posting as it stands in the books, with the balance of its account after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    pub account: AccountKey,
    pub amount: Fen,
    pub balance: Fen,
}

pub type Hash = [u8; 32];

/// The hash before the first transaction.
pub const GENESIS: Hash = [0; 32];

/// A transaction as it stands in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The place in the chain: 1, 2, 3 … without gaps.
    pub number: i64,
    pub id: TransactionId,
    pub external_key: String,
    pub kind: String,
    pub cause: String,
    pub note: String,
    pub effective: Day,
    pub booked: UtcTime,
    pub actor: String,
    pub reverses: Option<i64>,
    pub postings: Vec<Booked>,
    pub prev_hash: Hash,
    pub hash: Hash,
}

/// A moment to look at the books from: what was effective by a day, as far as it was booked by an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct At {
    pub effective: Option<Day>,
    pub booked: Option<UtcTime>,
}

/// An account with its balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    pub id: AccountId,
    pub account: AccountKey,
    pub balance: Fen,
}

/// An account's totals at the moment of booking, as far as they are kept beside each posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub id: AccountId,
    pub balance: Fen,
    /// Of what is effective on the same day, and in the same month.
    pub day: Fen,
    pub month: Fen,
}

/// What moved on an account between two effective days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    pub account: AccountKey,
    pub opening: Fen,
    pub inflow: Fen,
    /// Zero or below.
    pub outflow: Fen,
    pub closing: Fen,
}

/// A line of the trial balance (试算平衡表): all accounts of one kind, year and scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialLine {
    pub kind: AccountKind,
    pub year: Option<i32>,
    pub scheme: Option<String>,
    pub accounts: i64,
    pub inflow: Fen,
    /// Zero or below.
    pub outflow: Fen,
    pub balance: Fen,
}

impl TrialLine {
    /// The line over two parts of the books; none if it is beyond 64 bits.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        Some(Self {
            accounts: self.accounts.checked_add(other.accounts)?,
            inflow: self.inflow.checked_add(other.inflow)?,
            outflow: self.outflow.checked_add(other.outflow)?,
            balance: self.balance.checked_add(other.balance)?,
            ..self.clone()
        })
    }
}

/// How far a scheme's budget of a year has been carried out: balance by kind of account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Execution {
    pub scheme: String,
    pub balances: Vec<(AccountKind, Fen)>,
}

impl Execution {
    pub fn of(&self, kind: AccountKind) -> Fen {
        self.balances.iter().find(|(known, _)| *known == kind).map_or(Fen::ZERO, |(_, fen)| *fen)
    }
}

/// From one effective day to another, both included, as far as booked by an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub booked: Option<UtcTime>,
}

/// One posting on an account of a beneficiary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeneficiaryLine {
    pub position: i32,
    pub account: AccountKey,
    pub line: StatementLine,
}

/// One line of an account's statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLine {
    pub number: i64,
    pub amount: Fen,
    /// The account's balance after it.
    pub balance: Fen,
    pub effective: Day,
    pub booked: UtcTime,
    pub kind: String,
    pub cause: String,
    pub note: String,
}

/// What a proof of the books covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proved {
    pub transactions: i64,
    pub accounts: usize,
    /// The hash of the last transaction stands for all of them.
    pub hash: Hash,
}

/// Which accounts to list; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct AccountFilter {
    pub kind: Option<AccountKind>,
    pub year: Option<i32>,
    pub scheme: Option<String>,
    pub beneficiary: Option<String>,
}
