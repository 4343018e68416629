//! Paying a batch: what is owed back becomes a receivable, what a payee owes is set against what it is due,
//! the rest is transferred, in one piece or in parts.

use serde_json::json;

use super::super::codes::{CLAWBACK_BEFORE_PAYMENT, DAY_IN_FUTURE, DAY_TOO_EARLY};
use super::super::model::{
    BatchRecord, ClawbackRecord, PayeeRecord, PaymentKind, PaymentRecord, Scheme, SettlementKind,
    SettlementRecord,
};
use super::super::store;
use super::money::{account, back_to, paid_of, parts, scheme_of};
use super::plan::too_large;
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::ledger::model::{AccountFilter, AccountKind, At, NewTransaction};
use crate::ledger::service as ledger;

/// Accounts of one beneficiary that are looked at for a clawback: schemes and budget years together.
const ACCOUNTS_MAX: i64 = 1000;
/// Closed years between a movement and its booking.
const YEARS_BACK_MAX: usize = 20;

/// Settles what can be settled without the treasury: books what the batch claims back, once, and sets what
/// its payees owe against what they are due. Returns the last transaction, if there was one.
pub fn settle(
    tx: &mut Tx,
    actor: &Actor,
    batch: &BatchRecord,
    payees: &[PayeeRecord],
) -> Result<Option<i64>, Refusal> {
    let scheme = scheme_of(tx, batch)?;
    let mut last = None;
    if store::clawback::of_batch(tx, batch.id)?.is_empty() {
        last = claw_back(tx, actor, batch, &scheme, payees)?.or(last);
    }
    let payments = store::payee::payments(tx, batch.id)?;
    for payee in payees {
        let open = open_amount(payee, &payments)?;
        last = offset(tx, actor, batch, &scheme, payee, open)?.or(last);
    }
    Ok(last)
}

/// What a payee is still to get.
pub fn open_amount(payee: &PayeeRecord, payments: &[PaymentRecord]) -> Result<Fen, Refusal> {
    payee.due.checked_sub(paid_of(payments, payee)?).ok_or_else(too_large)
}

/// What was paid and is no longer due becomes a receivable of the budgets that paid it, the newest first.
fn claw_back(
    tx: &mut Tx,
    actor: &Actor,
    batch: &BatchRecord,
    scheme: &Scheme,
    payees: &[PayeeRecord],
) -> Result<Option<i64>, Refusal> {
    let cause = tx.urn("subsidy_batch", batch.id);
    let key = format!("subsidy.clawback/{}", batch.id);
    let mut transaction = NewTransaction::new("subsidy.clawed_back", key, cause)
        .note(format!("{} {}", batch.scheme, batch.period));
    let mut owed = vec![];
    for payee in payees.iter().filter(|payee| payee.back.is_positive()) {
        for (year, fund, amount) in sources(tx, &batch.scheme, payee)? {
            let urn = payee.party.urn.as_str();
            let from = account(AccountKind::Paid, year, &fund, urn);
            let to = account(AccountKind::ClawbackReceivable, year, &fund, urn);
            transaction = transaction.transfer(from, to, amount);
            owed.push((payee, year, fund, amount));
        }
    }
    if owed.is_empty() {
        return Ok(None);
    }
    let number = ledger::post(tx, actor, transaction)?.number;
    let (now, due_on) = (tx.now(), tx.now().day().plus_days(scheme.procedure.clawback_days.into()));
    for (payee, budget_year, fund, amount) in owed {
        let clawback = ClawbackRecord {
            id: tx.new_id(),
            version: 1,
            batch: batch.id,
            beneficiary: payee.party.urn.clone(),
            name: payee.party.name.clone(),
            scheme: batch.scheme.clone(),
            fund,
            budget_year,
            amount,
            settled: Fen::ZERO,
            due_on,
            created_at: now,
            ledger_number: number,
        };
        store::clawback::insert(tx, &clawback)?;
        let subject = tx.urn("subsidy_clawback", clawback.id);
        let facts = json!({
            "batch": clawback.batch, "beneficiary": clawback.beneficiary, "amount_fen": clawback.amount,
            "due_on": clawback.due_on,
        });
        tx.record(actor, NewChange::local("subsidy.clawback_made", subject, clawback.version, facts));
    }
    Ok(Some(number))
}

/// The budgets that paid this beneficiary under the scheme, as far as they are needed.
fn sources(conn: &mut Conn, scheme: &str, payee: &PayeeRecord) -> Result<Vec<(i32, String, Fen)>, Refusal> {
    let filter = AccountFilter {
        kind: Some(AccountKind::Paid),
        beneficiary: Some(payee.party.urn.clone()),
        ..AccountFilter::default()
    };
    let mut paid = vec![];
    for balance in ledger::balances(conn, &filter, At::default(), None, ACCOUNTS_MAX)? {
        let (Some(fund), Some(year)) = (balance.account.scheme, balance.account.year) else { continue };
        let of_scheme = fund.split('@').next() == Some(scheme);
        if of_scheme && balance.balance.is_positive() {
            paid.push((year, fund, balance.balance));
        }
    }
    paid.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut missing = payee.back;
    let mut sources = vec![];
    for (year, fund, held) in paid {
        let amount = held.min(missing);
        if amount.is_positive() {
            missing = missing.checked_sub(amount).ok_or_else(too_large)?;
            sources.push((year, fund, amount));
        }
    }
    if missing.is_positive() {
        return Err(Refusal::new(&CLAWBACK_BEFORE_PAYMENT).with("missing", missing.yuan()));
    }
    Ok(sources)
}

/// Sets what the payee owes to the same authority against what it is due, the earliest due first.
fn offset(
    tx: &mut Tx,
    actor: &Actor,
    batch: &BatchRecord,
    scheme: &Scheme,
    payee: &PayeeRecord,
    mut open: Fen,
) -> Result<Option<i64>, Refusal> {
    let mut last = None;
    for clawback in store::clawback::open_of(tx, &payee.party.urn)? {
        let amount = clawback.open().min(open);
        if !amount.is_positive() || !same_owner(tx, scheme, &clawback)? {
            continue;
        }
        open = open.checked_sub(amount).ok_or_else(too_large)?;
        let paid =
            Paid { payee, kind: PaymentKind::Offset, amount, on: tx.now().day(), reference: String::new() };
        last = Some(book(tx, actor, batch, scheme, &paid, Some(&clawback))?);
    }
    Ok(last)
}

fn same_owner(conn: &mut Conn, scheme: &Scheme, clawback: &ClawbackRecord) -> Result<bool, Refusal> {
    let other = store::scheme::versions(conn, &clawback.scheme)?;
    Ok(other.first().is_some_and(|other| other.division == scheme.division))
}

/// One movement of money to a payee.
pub struct Paid<'a> {
    pub payee: &'a PayeeRecord,
    pub kind: PaymentKind,
    pub amount: Fen,
    pub on: Day,
    pub reference: String,
}

/// The day may be past, but no money moves before it was decided upon.
pub fn check_day(day: Day, decided: Day, today: Day) -> Result<(), Refusal> {
    if day > today {
        return Err(Refusal::new(&DAY_IN_FUTURE));
    }
    if day < decided {
        return Err(Refusal::new(&DAY_TOO_EARLY).with("day", decided));
    }
    Ok(())
}

/// The day on which the books take a movement: its own, or, where that year is closed, the first day after it
/// that is open for all these budgets (DOMAIN §5: two dates on everything). A year is closed once it is over, so
/// that today is open at the latest.
pub fn open_day(conn: &mut Conn, day: Day, today: Day, funds: &[String]) -> Result<Day, Refusal> {
    let mut on = day;
    for fund in funds.iter().cycle().take(funds.len().saturating_mul(YEARS_BACK_MAX)) {
        if store::clawback::closed(conn, fund, on.year())?.is_some() {
            on = on.first_of_year().plus_years(1).min(today);
        }
    }
    Ok(on)
}

/// Books a payment; with a clawback, what the payee owed comes back in the same transaction.
pub fn book(
    tx: &mut Tx,
    actor: &Actor,
    batch: &BatchRecord,
    scheme: &Scheme,
    paid: &Paid,
    clawback: Option<&ClawbackRecord>,
) -> Result<i64, Refusal> {
    let id = tx.new_id();
    let urn = paid.payee.party.urn.as_str();
    let cause = tx.urn("subsidy_batch", batch.id);
    let today = tx.now().day();
    let before = paid_of(&store::payee::payments(tx, batch.id)?, paid.payee)?;
    let after = before.checked_add(paid.amount).ok_or_else(too_large)?;
    let mut transaction = NewTransaction::new("subsidy.paid", format!("subsidy.payment/{id}"), cause)
        .note(format!("{} {}", batch.scheme, batch.period));
    // Each budget bears its share of all that is paid so far, so that parts add up to the whole.
    let known = parts(scheme, paid.payee, before)?;
    let sums = parts(scheme, paid.payee, after)?;
    let funds: Vec<String> = sums.iter().map(|(fund, _)| fund.clone()).collect();
    transaction = transaction.effective(open_day(tx, paid.on, today, &funds)?);
    for (fund, sum) in sums {
        let earlier = known.iter().find(|(code, _)| *code == fund).map_or(Fen::ZERO, |(_, sum)| *sum);
        let amount = sum.checked_sub(earlier).ok_or_else(too_large)?;
        let from = account(AccountKind::Approved, batch.budget_year, &fund, urn);
        let to = account(AccountKind::Paid, batch.budget_year, &fund, urn);
        transaction = transaction.transfer(from, to, amount);
    }
    if let Some(clawback) = clawback {
        transaction = given_back(tx, transaction, clawback, paid.amount)?;
    }
    let number = ledger::post(tx, actor, transaction)?.number;
    let payment = PaymentRecord {
        id,
        batch: batch.id,
        payee: paid.payee.position,
        beneficiary: urn.to_owned(),
        kind: paid.kind,
        amount: paid.amount,
        paid_on: paid.on,
        reference: paid.reference.clone(),
        actor: actor.label(),
        at: tx.now(),
        ledger_number: number,
    };
    store::payee::insert_payment(tx, &payment)?;
    if let Some(clawback) = clawback {
        let reference = payment.id.to_string();
        note_settlement(
            tx,
            actor,
            clawback,
            SettlementKind::Offset,
            paid.amount,
            (paid.on, reference),
            number,
        )?;
    }
    Ok(number)
}

/// The receivable goes down; the budget that had paid has the money again, or the treasury has it.
pub fn given_back(
    tx: &mut Tx,
    transaction: NewTransaction,
    clawback: &ClawbackRecord,
    amount: Fen,
) -> Result<NewTransaction, Refusal> {
    let (fund, year, urn) = (clawback.fund.as_str(), clawback.budget_year, clawback.beneficiary.as_str());
    let to = back_to(tx, fund, year)?;
    let from = account(AccountKind::ClawbackReceivable, year, fund, urn);
    Ok(transaction.transfer(from, account(to, year, fund, urn), amount))
}

pub fn note_settlement(
    tx: &mut Tx,
    actor: &Actor,
    clawback: &ClawbackRecord,
    kind: SettlementKind,
    amount: Fen,
    (effective, reference): (Day, String),
    ledger_number: i64,
) -> Result<ClawbackRecord, Refusal> {
    let mut after = clawback.clone();
    after.version += 1;
    after.settled = after.settled.checked_add(amount).ok_or_else(too_large)?;
    store::clawback::save(tx, &after)?;
    let settlement = SettlementRecord {
        id: tx.new_id(),
        clawback: clawback.id,
        kind,
        amount,
        effective,
        reference,
        actor: actor.label(),
        at: tx.now(),
        ledger_number,
    };
    store::clawback::insert_settlement(tx, &settlement)?;
    Ok(after)
}

/// Transfers all that is open, after what is owed was set against it, which an order has done already; the last
/// transaction, if money moved.
pub fn pay_all(
    tx: &mut Tx,
    actor: &Actor,
    batch: &BatchRecord,
    payees: &[PayeeRecord],
) -> Result<Option<i64>, Refusal> {
    let ordered = !store::order::of_batch(tx, batch.id)?.is_empty();
    let mut last = if ordered { None } else { settle(tx, actor, batch, payees)? };
    let scheme = scheme_of(tx, batch)?;
    let payments = store::payee::payments(tx, batch.id)?;
    for payee in payees {
        let amount = open_amount(payee, &payments)?;
        if amount.is_positive() {
            let on = tx.now().day();
            let paid = Paid { payee, kind: PaymentKind::Transfer, amount, on, reference: String::new() };
            last = Some(book(tx, actor, batch, &scheme, &paid, None)?);
        }
    }
    Ok(last)
}
