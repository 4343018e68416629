//! What beneficiaries owe back, and paying it back.

use serde_json::json;

use super::super::codes::{REPAYMENT_REPEATED, REPAYMENT_TOO_LARGE};
use super::super::model::{ClawbackId, ClawbackRecord, SettlementKind, SettlementRecord};
use super::super::store;
use super::pay::{check_day, given_back, note_settlement, open_day};
use super::read::sight;
use super::scheme::{TEXT_CHARS_MAX, in_scope};
use crate::audit;
use crate::db::{Snapshot, Tx, check_version};
use crate::identity::service::require_verified;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::ledger::model::NewTransaction;
use crate::ledger::service as ledger;

/// Which clawbacks to list; everything given must hold.
#[derive(Clone, Debug, Default)]
pub struct ClawbackFilter {
    pub beneficiary: Option<String>,
    /// Whether something is still open.
    pub open: Option<bool>,
}

/// The newest first. An authority sees those of its schemes, a beneficiary its own.
pub fn clawbacks(
    snapshot: &mut Snapshot,
    actor: &Actor,
    filter: &ClawbackFilter,
    before: Option<ClawbackId>,
    limit: i64,
) -> Result<Vec<ClawbackRecord>, Refusal> {
    let sight = sight(snapshot, actor)?;
    let beneficiary = match (&sight.own, &filter.beneficiary) {
        (Some(own), Some(asked)) if own != asked => return Ok(vec![]),
        (Some(own), _) => Some(own.clone()),
        (None, asked) => asked.clone(),
    };
    let schemes = sight.schemes.as_deref();
    store::clawback::page(snapshot, beneficiary.as_deref(), schemes, filter.open, before, limit)
}

pub fn clawback(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ClawbackId,
) -> Result<(ClawbackRecord, Vec<SettlementRecord>), Refusal> {
    let sight = sight(snapshot, actor)?;
    let found = store::clawback::find(snapshot, id)?;
    let seen = |it: &ClawbackRecord| sight.sees(&it.scheme, Some(&it.beneficiary));
    let found = found.filter(seen).ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let settlements = store::clawback::settlements(snapshot, id)?;
    Ok((found, settlements))
}

/// Money that came back.
#[derive(Clone, Debug)]
pub struct Repayment {
    pub clawback: ClawbackId,
    pub amount: Fen,
    /// The day on which the treasury had it.
    pub paid_on: Day,
    pub reference: String,
    pub expected_version: Option<i64>,
}

/// Books money that a beneficiary paid back: its budget has it again, or, once its year is closed, the
/// treasury.
pub fn repay(tx: &mut Tx, actor: &Actor, repayment: &Repayment) -> Result<ClawbackRecord, Refusal> {
    actor.permit(Permission::SubsidyPay)?;
    require_verified(tx, actor)?;
    let found = store::clawback::find(tx, repayment.clawback)?;
    let clawback = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    in_scope(tx, actor, &clawback.scheme)?;
    check_version(clawback.version, repayment.expected_version)?;
    // A voucher is money once: typed in again it is no second payment.
    let reference = repayment.reference.trim();
    let mut known = store::clawback::settlements(tx, clawback.id)?.into_iter();
    if known.any(|it| it.kind == SettlementKind::Repaid && it.reference.trim() == reference) {
        return Err(Refusal::new(&REPAYMENT_REPEATED).with("reference", reference));
    }
    let mut errors = Errors::new();
    if !repayment.amount.is_positive() || repayment.amount > clawback.open() {
        errors.add_with("/amount_fen", &REPAYMENT_TOO_LARGE, &[("open", clawback.open().yuan())]);
    }
    text::required(&mut errors, "/reference", &repayment.reference, TEXT_CHARS_MAX);
    errors.check()?;
    let today = tx.now().day();
    check_day(repayment.paid_on, clawback.created_at.day(), today)?;
    let effective = open_day(tx, repayment.paid_on, today, std::slice::from_ref(&clawback.fund))?;
    let cause = tx.urn("subsidy_clawback", clawback.id);
    let key = format!("subsidy.repaid/{}/{}", clawback.id, clawback.version);
    let transaction = NewTransaction::new("subsidy.repaid", key, cause.clone())
        .note(repayment.reference.clone())
        .effective(effective);
    let transaction = given_back(tx, transaction, &clawback, repayment.amount)?;
    let number = ledger::post(tx, actor, transaction)?.number;
    let when = (repayment.paid_on, repayment.reference.clone());
    let after =
        note_settlement(tx, actor, &clawback, SettlementKind::Repaid, repayment.amount, when, number)?;
    let facts = json!({
        "beneficiary": after.beneficiary, "amount_fen": repayment.amount, "open_fen": after.open(),
        "ledger_number": number,
    });
    audit::service::record(tx, actor, "subsidy.clawback_repaid", &cause, &facts)?;
    tx.record(actor, NewChange::local("subsidy.clawback_repaid", cause, after.version, facts));
    Ok(after)
}
