//! Where a batch's money goes, payee by payee and budget by budget.

use super::super::codes::APPROPRIATION_EXCEEDED;
use super::super::model::{BatchRecord, BatchState, PayeeRecord, PaymentRecord, Scheme, StepKind};
use super::super::{rules, store};
use super::plan::too_large;
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::ledger::model::{AccountKey, AccountKind, NewTransaction};
use crate::ledger::service as ledger;

/// A step of a batch, whose money follows it.
pub struct Moved<'a> {
    pub batch: &'a BatchRecord,
    pub payees: &'a [PayeeRecord],
    pub before: Option<BatchState>,
    pub step: StepKind,
}

/// The scheme version that a batch stands on.
pub fn scheme_of(conn: &mut Conn, batch: &BatchRecord) -> Result<Scheme, Refusal> {
    let found = store::scheme::version(conn, &batch.scheme, batch.scheme_version)?;
    found.ok_or_else(|| Refusal::internal("a batch without its scheme version"))
}

/// An amount for a payee, by the budgets that bear it.
pub fn parts(scheme: &Scheme, payee: &PayeeRecord, amount: Fen) -> Result<Vec<(String, Fen)>, Refusal> {
    let mut parts: Vec<(String, Fen)> = vec![];
    for (fund, part) in rules::shared(scheme, amount)? {
        let code = rules::fund_code(&scheme.code, &scheme.division, fund, &payee.division);
        match parts.iter_mut().find(|(known, _)| *known == code) {
            Some((_, sum)) => *sum = sum.checked_add(part).ok_or_else(too_large)?,
            None => parts.push((code, part)),
        }
    }
    parts.retain(|(_, part)| !part.is_zero());
    Ok(parts)
}

/// Where money goes that a budget gets back: into what is available, or, once its year is closed, to the
/// treasury.
pub fn back_to(conn: &mut Conn, fund: &str, year: i32) -> Result<AccountKind, Refusal> {
    let closed = store::clawback::closed(conn, fund, year)?;
    Ok(if closed.is_some() { AccountKind::Returned } else { AccountKind::Available })
}

pub fn account(kind: AccountKind, year: i32, fund: &str, beneficiary: &str) -> AccountKey {
    let key = AccountKey::budget(kind, year, fund);
    if matches!(kind, AccountKind::Available | AccountKind::Returned) { key } else { key.of(beneficiary) }
}

/// Moves what the payees are due to where a step puts it: reserved, committed, approved, or back.
pub fn hold(tx: &mut Tx, actor: &Actor, moved: &Moved) -> Result<Option<i64>, Refusal> {
    let Moved { batch, payees, before, step } = moved;
    let Some((from, to)) = rules::movement(*before, batch.state) else { return Ok(None) };
    let scheme = scheme_of(tx, batch)?;
    // The version makes the key: a batch may be returned, prepared again and returned again.
    let key = format!("subsidy.batch/{}/{}/{step}", batch.id, batch.version);
    let cause = tx.urn("subsidy_batch", batch.id);
    let note = format!("{} {}", batch.scheme, batch.period);
    let mut transaction = NewTransaction::new(change_kind(*step), key, cause).note(note);
    let year = batch.budget_year;
    for payee in *payees {
        let urn = payee.party.urn.as_str();
        for (fund, amount) in parts(&scheme, payee, payee.due)? {
            let to = if to == AccountKind::Available { back_to(tx, &fund, year)? } else { to };
            let from = account(from, year, &fund, urn);
            transaction = transaction.transfer(from.clone(), account(to, year, &fund, urn), amount);
            if from.kind == AccountKind::Available {
                transaction = transaction.never_below_zero(from, &APPROPRIATION_EXCEEDED);
            }
        }
    }
    if transaction.postings.is_empty() {
        return Ok(None);
    }
    Ok(Some(ledger::post(tx, actor, transaction)?.number))
}

pub const fn change_kind(step: StepKind) -> &'static str {
    match step {
        StepKind::Prepare => "subsidy.batch_prepared",
        StepKind::Verify => "subsidy.batch_verified",
        StepKind::Approve => "subsidy.batch_approved",
        StepKind::Pay => "subsidy.batch_paid",
        StepKind::Return => "subsidy.batch_returned",
        StepKind::Void => "subsidy.batch_voided",
        StepKind::Expire => "subsidy.batch_expired",
    }
}

/// What a payee has got of a batch so far.
pub fn paid_of(payments: &[PaymentRecord], payee: &PayeeRecord) -> Result<Fen, Refusal> {
    let own = payments.iter().filter(|payment| payment.payee == payee.position);
    Fen::sum(own.map(|payment| payment.amount)).ok_or_else(too_large)
}
