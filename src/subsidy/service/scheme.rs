//! Schemes and the money that a year has for them.

use serde_json::json;

use super::super::codes::{
    APPROPRIATION_AMOUNT_INVALID, APPROPRIATION_EXCEEDED, SCHEME_PERIOD_BOOKED, SCHEME_UNKNOWN,
    SCHEME_VERSION_DATE,
};
use super::super::model::{AppropriationRecord, Base, Cap, Formula, Scheme};
use super::super::{rules, store};
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
use crate::kernel::time::Day;
use crate::ledger::model::{AccountKey, AccountKind, NewTransaction};
use crate::ledger::service as ledger;

const APPROPRIATIONS_LISTED_MAX: i64 = 1000;
const TEXT_CHARS_MAX: usize = 500;
pub const YEAR_MIN: i32 = 2000;
pub const YEAR_MAX: i32 = 2100;

/// All versions of all schemes.
pub fn schemes(conn: &mut Conn) -> Result<Vec<Scheme>, Refusal> {
    store::scheme::all(conn)
}

/// The versions of one scheme, the newest first.
pub fn versions(conn: &mut Conn, code: &str) -> Result<Vec<Scheme>, Refusal> {
    let versions = store::scheme::versions(conn, code)?;
    if versions.is_empty() {
        return Err(Refusal::new(&SCHEME_UNKNOWN).with("scheme", code));
    }
    Ok(versions)
}

/// A later rule of a scheme. Its beneficiary stays; what it pays on, and how, may change.
#[derive(Clone, Debug)]
pub struct NewVersion {
    pub valid_from: Day,
    pub base: Base,
    pub title_zh: String,
    pub title_en: String,
    pub source: String,
    pub formula: Formula,
    pub cap: Option<Cap>,
    pub evidence: Vec<String>,
    pub note: String,
}

/// Publishes a new version from a day on, which ends the one before. Periods with a batch are closed to it.
pub fn publish(tx: &mut Tx, actor: &Actor, code: &str, new: &NewVersion) -> Result<Scheme, Refusal> {
    actor.permit(Permission::SubsidyApprove)?;
    require_verified(tx, actor)?;
    let known = versions(tx, code)?;
    let latest = &known[0];
    let mut errors = Errors::new();
    for (pointer, value) in
        [("/title_zh", &new.title_zh), ("/title_en", &new.title_en), ("/source", &new.source)]
    {
        text::required(&mut errors, pointer, value, TEXT_CHARS_MAX);
    }
    text::optional(&mut errors, "/note", &new.note, TEXT_CHARS_MAX);
    for (at, evidence) in new.evidence.iter().enumerate() {
        text::required(&mut errors, &format!("/evidence/{at}"), evidence, TEXT_CHARS_MAX);
    }
    if new.valid_from <= latest.valid_from {
        errors.add_with("/valid_from", &SCHEME_VERSION_DATE, &[("day", latest.valid_from.to_string())]);
    }
    errors.check()?;
    rules::check_formula(&new.formula, new.cap)?;
    if store::batch::any_from(tx, code, new.valid_from.year())? {
        return Err(Refusal::new(&SCHEME_PERIOD_BOOKED).with("year", new.valid_from.year()));
    }
    let scheme = Scheme {
        code: code.to_owned(),
        version: latest.version + 1,
        title_zh: new.title_zh.clone(),
        title_en: new.title_en.clone(),
        source: new.source.clone(),
        valid_from: new.valid_from,
        valid_to: None,
        beneficiary: latest.beneficiary,
        base: new.base,
        formula: new.formula.clone(),
        cap: new.cap,
        evidence: new.evidence.clone(),
        note: new.note.clone(),
    };
    store::scheme::end(tx, code, latest.version, new.valid_from.plus_days(-1))?;
    store::scheme::insert(tx, &scheme)?;
    let urn = scheme_urn(tx.node(), code);
    let facts = json!({"scheme": code, "version": scheme.version, "valid_from": scheme.valid_from});
    audit::service::record(tx, actor, "subsidy.scheme_published", &urn, &facts)?;
    tx.record(actor, NewChange::local("subsidy.scheme_published", urn, scheme.version.into(), facts));
    Ok(scheme)
}

fn scheme_urn(node: &str, code: &str) -> String {
    format!("urn:tm:{node}:subsidy_scheme:{code}")
}

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
    versions(tx, &new.scheme)?;
    let id = tx.new_id();
    let urn = tx.urn("subsidy_appropriation", id);
    let account = |kind| AccountKey::budget(kind, new.year, &new.scheme);
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
        scheme: new.scheme.clone(),
        amount: new.amount,
        document: new.document.clone(),
        note: new.note.clone(),
        actor: actor.label(),
        at: tx.now(),
        ledger_number: booked.number,
    };
    store::scheme::insert_appropriation(tx, &record)?;
    let facts = json!({
        "year": new.year, "scheme": new.scheme, "amount_fen": new.amount, "ledger_number": booked.number,
    });
    audit::service::record(tx, actor, "subsidy.appropriated", &urn, &facts)?;
    tx.record(actor, NewChange::local("subsidy.appropriated", urn, 1, facts));
    Ok(record)
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
}

/// The execution of a year's budgets, from the ledger alone.
pub fn budgets(conn: &mut Conn, year: i32) -> Result<Vec<Budget>, Refusal> {
    let mut table: std::collections::BTreeMap<String, Budget> = std::collections::BTreeMap::new();
    for (scheme, kind, balance) in ledger::totals(conn, year)? {
        let Some(scheme) = scheme else { continue };
        let row = table.entry(scheme.clone()).or_insert_with(|| Budget { scheme, ..Budget::default() });
        match kind {
            AccountKind::Appropriation => {
                row.appropriated = balance.checked_neg().ok_or_else(|| Refusal::internal("appropriation"))?;
            }
            AccountKind::Available => row.available = balance,
            AccountKind::Reserved => row.reserved = balance,
            AccountKind::Committed => row.committed = balance,
            AccountKind::Approved => row.approved = balance,
            AccountKind::Paid => row.paid = balance,
            AccountKind::ClawbackReceivable => row.clawback_receivable = balance,
        }
    }
    Ok(table.into_values().collect())
}
