//! The money that a year has for a scheme: appropriated, carried out, closed.

use serde_json::json;

use super::super::codes::{
    APPROPRIATION_AMOUNT_INVALID, APPROPRIATION_EXCEEDED, BUDGET_YEAR_CLOSED, BUDGET_YEAR_RUNNING,
    SCHEME_NOT_YOURS,
};
use super::super::model::{AppropriationRecord, ClosedYear, Fund};
use super::super::{rules, store};
use super::scheme::{TEXT_CHARS_MAX, YEAR_MAX, YEAR_MIN, scheme_urn, versions};
use super::step::expire;
use crate::audit;
use crate::db::{Conn, Tx};
use crate::identity::service::require_verified;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::OUT_OF_RANGE;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::ledger::model::{AccountKey, AccountKind, At, NewTransaction};
use crate::ledger::service as ledger;

const APPROPRIATIONS_LISTED_MAX: i64 = 1000;

#[derive(Clone, Debug)]
pub struct NewAppropriation {
    pub year: i32,
    pub scheme: String,
    /// Negative: a cut, as far as the money is still available.
    pub amount: Fen,
    pub document: String,
    pub note: String,
}

/// Gives a year's budget for a scheme, or cuts it.
pub fn appropriate(
    tx: &mut Tx,
    actor: &Actor,
    new: &NewAppropriation,
) -> Result<AppropriationRecord, Refusal> {
    actor.permit(Permission::SubsidyApprove)?;
    require_verified(tx, actor)?;
    let mut errors = Errors::new();
    if !(YEAR_MIN..=YEAR_MAX).contains(&new.year) {
        let bounds = [("min", YEAR_MIN.to_string()), ("max", YEAR_MAX.to_string())];
        errors.add_with("/year", &OUT_OF_RANGE, &bounds);
    }
    if new.amount.is_zero() {
        errors.add("/amount_fen", &APPROPRIATION_AMOUNT_INVALID);
    }
    text::required(&mut errors, "/document", &new.document, TEXT_CHARS_MAX);
    text::optional(&mut errors, "/note", &new.note, TEXT_CHARS_MAX);
    errors.check()?;
    let fund = fund_of(tx, actor, &new.scheme)?;
    check_open(tx, &fund, new.year)?;
    let id = tx.new_id();
    let urn = tx.urn("subsidy_appropriation", id);
    let account = |kind| AccountKey::budget(kind, new.year, &fund);
    let available = account(AccountKind::Available);
    let key = format!("subsidy.appropriation/{id}");
    let transaction = NewTransaction::new("subsidy.appropriated", key, urn.clone())
        .note(new.document.clone())
        .transfer(account(AccountKind::Appropriation), available.clone(), new.amount)
        .never_below_zero(available, &APPROPRIATION_EXCEEDED);
    let booked = ledger::post(tx, actor, transaction)?;
    let record = AppropriationRecord {
        id,
        year: new.year,
        scheme: fund.clone(),
        amount: new.amount,
        document: new.document.clone(),
        note: new.note.clone(),
        actor: actor.label(),
        at: tx.now(),
        ledger_number: booked.number,
    };
    store::scheme::insert_appropriation(tx, &record)?;
    let facts = json!({
        "year": new.year, "scheme": fund, "amount_fen": new.amount, "ledger_number": booked.number,
    });
    audit::service::record(tx, actor, "subsidy.appropriated", &urn, &facts)?;
    tx.record(actor, NewChange::local("subsidy.appropriated", urn, 1, facts));
    Ok(record)
}

/// The budget that the actor's authority may fill: the scheme's own, or its county's share of the cost.
fn fund_of(conn: &mut Conn, actor: &Actor, code: &str) -> Result<String, Refusal> {
    let scheme = versions(conn, code)?.swap_remove(0);
    let division = &actor.person()?.division;
    if rules::in_scope(division, &scheme.division).is_ok() {
        return Ok(scheme.code);
    }
    let shared = scheme.shares.iter().any(|share| share.fund == Fund::County);
    let fund = rules::fund_code(&scheme.code, &scheme.division, Fund::County, division);
    if shared && fund != scheme.code {
        return Ok(fund);
    }
    Err(Refusal::new(&SCHEME_NOT_YOURS).with("division", scheme.division))
}

fn check_open(conn: &mut Conn, fund: &str, year: i32) -> Result<(), Refusal> {
    match store::clawback::closed(conn, fund, year)? {
        Some(_) => Err(Refusal::new(&BUDGET_YEAR_CLOSED).with("year", year)),
        None => Ok(()),
    }
}

/// Closes a budget year that is over: what was not approved is released, what is left goes back to the
/// treasury; nothing is carried over unless it is appropriated anew (DOMAIN §5).
pub fn close_year(tx: &mut Tx, actor: &Actor, code: &str, year: i32) -> Result<ClosedYear, Refusal> {
    actor.permit(Permission::SubsidyApprove)?;
    require_verified(tx, actor)?;
    let fund = fund_of(tx, actor, code)?;
    if let Some(closed) = store::clawback::closed(tx, &fund, year)? {
        return Ok(closed);
    }
    if year >= tx.now().day().year() {
        return Err(Refusal::new(&BUDGET_YEAR_RUNNING).with("year", year));
    }
    if fund == code {
        for batch in store::batch::unapproved(tx, code, Some(year), None)? {
            expire(tx, actor, batch, "预算年度已结束，未批准的承诺予以释放")?;
        }
    }
    let available = AccountKey::budget(AccountKind::Available, year, &fund);
    let lapsed = ledger::balance(tx, &available, At::default())?;
    if lapsed.is_positive() {
        let (key, urn) = (format!("subsidy.year_closed/{fund}/{year}"), scheme_urn(tx.node(), code));
        let returned = AccountKey::budget(AccountKind::Returned, year, &fund);
        let note = format!("{fund} {year}");
        let transaction = NewTransaction::new("subsidy.year_closed", key, urn)
            .note(note)
            .transfer(available, returned, lapsed);
        ledger::post(tx, actor, transaction)?;
    }
    let closed = ClosedYear { fund, year, lapsed, actor: actor.label(), at: tx.now() };
    store::clawback::insert_closed(tx, &closed)?;
    let urn = scheme_urn(tx.node(), code);
    let facts = json!({"scheme": closed.fund, "year": year, "lapsed_fen": lapsed});
    audit::service::record(tx, actor, "subsidy.year_closed", &urn, &facts)?;
    tx.record(actor, NewChange::local("subsidy.year_closed", urn, year.into(), facts));
    Ok(closed)
}

pub fn appropriations(conn: &mut Conn, year: i32) -> Result<Vec<AppropriationRecord>, Refusal> {
    store::scheme::appropriations(conn, year, APPROPRIATIONS_LISTED_MAX)
}

/// How far a scheme's budget of a year has been carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    pub scheme: String,
    pub appropriated: Fen,
    pub available: Fen,
    pub reserved: Fen,
    pub committed: Fen,
    pub approved: Fen,
    pub paid: Fen,
    pub clawback_receivable: Fen,
    pub returned: Fen,
}

/// The execution of a year's budgets, from the ledger alone.
pub fn budgets(conn: &mut Conn, year: i32) -> Result<Vec<Budget>, Refusal> {
    let mut table: std::collections::BTreeMap<String, Budget> = std::collections::BTreeMap::new();
    let lines = ledger::trial_balance(conn, At::default())?;
    for line in lines.into_iter().filter(|line| line.year == Some(year)) {
        let (Some(scheme), balance) = (line.scheme, line.balance) else { continue };
        let row = table.entry(scheme.clone()).or_insert_with(|| Budget { scheme, ..Budget::default() });
        match line.kind {
            AccountKind::Appropriation => {
                row.appropriated = balance.checked_neg().ok_or_else(|| Refusal::internal("appropriation"))?;
            }
            AccountKind::Available => row.available = balance,
            AccountKind::Reserved => row.reserved = balance,
            AccountKind::Committed => row.committed = balance,
            AccountKind::Approved => row.approved = balance,
            AccountKind::Paid => row.paid = balance,
            AccountKind::ClawbackReceivable => row.clawback_receivable = balance,
            AccountKind::Returned => row.returned = balance,
            // Deposits of sales are nobody's budget.
            AccountKind::DepositReceived
            | AccountKind::DepositHeld
            | AccountKind::DepositReleased
            | AccountKind::DepositApplied
            | AccountKind::DepositForfeited => {}
        }
    }
    Ok(table.into_values().collect())
}
