//! Targets and what stands behind them.

use serde_json::json;

use crate::audit;
use crate::audit::model::Revision;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes::DivisionCode;
use crate::kernel::codes_common::{NOT_FOUND, OUT_OF_RANGE};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::project::model::{Count, Indicator, Measure, Table, Target};
use crate::project::{rules, shipped, store};
use crate::reference;

pub(super) const REASON_CHARS_MAX: usize = 500;
/// No target of a city is larger.
pub(super) const TARGET_MAX: i64 = 1_000_000;

/// A target and what stands behind it.
#[derive(Clone, Debug)]
pub struct TargetStatus {
    pub target: Target,
    pub actual: i64,
    pub reached: bool,
}

/// Brings in the targets that ship and are not there yet. Run at every start.
pub fn ensure_shipped(tx: &mut Tx) -> Result<(), Refusal> {
    store::add_targets(tx, &shipped::targets()?)
}

/// Targets with their actual numbers, in the order of the plan.
pub fn targets(conn: &mut Conn, indicator: Option<Indicator>) -> Result<Vec<TargetStatus>, Refusal> {
    let targets = store::targets(conn, indicator)?;
    let (amounts, counts) = (store::amounts(conn)?, store::counts(conn)?);
    Ok(targets.into_iter().map(|target| status(target, &amounts, &counts)).collect())
}

fn status(target: Target, amounts: &[(String, i64)], counts: &[Count]) -> TargetStatus {
    let actual = actual(&target, amounts, counts);
    TargetStatus { reached: target.is_reached_by(actual), actual, target }
}

fn actual(target: &Target, amounts: &[(String, i64)], counts: &[Count]) -> i64 {
    if target.indicator == Indicator::ConversionProjects {
        let years = target.from_year..=target.to_year;
        let mine = counts.iter().filter(|c| c.unit == target.unit.as_str() && years.contains(&c.year));
        return mine.map(|count| count.projects).sum();
    }
    let mut mine = amounts.iter().filter(|(id, _)| *id == target.id).map(|(_, amount)| *amount);
    match target.measure {
        Measure::Sum => mine.fold(0, i64::saturating_add),
        Measure::Latest => mine.next_back().unwrap_or(0),
    }
}

/// The table of Annex 5.
pub fn table(conn: &mut Conn, from: Option<i32>, to: Option<i32>) -> Result<Table, Refusal> {
    let units = reference::service::plan_units(conn)?;
    let targets = store::targets(conn, Some(Indicator::ConversionProjects))?;
    let counts = store::counts(conn)?;
    let years = rules::years(&targets, &counts, from, to);
    Ok(rules::table(&units, &targets, &counts, years))
}

/// Sets another number for a target (rule 7).
pub fn change_target(
    tx: &mut Tx,
    actor: &Actor,
    id: &str,
    expected: Option<i64>,
    number: i64,
    reason: &str,
) -> Result<TargetStatus, Refusal> {
    actor.permit(Permission::TargetManage)?;
    let old = target(tx, id)?;
    rules::may_manage(&division_of(actor)?, &old.unit)?;
    check_version(old.version, expected)?;
    let mut errors = Errors::new();
    if !(0..=TARGET_MAX).contains(&number) {
        let range = [("min", "0".to_owned()), ("max", TARGET_MAX.to_string())];
        errors.add_with("/target", &OUT_OF_RANGE, &range);
    }
    text::required(&mut errors, "/reason", reason, REASON_CHARS_MAX);
    errors.check()?;
    let new = Target { version: old.version + 1, target: number, ..old.clone() };
    store::save_target(tx, &new)?;
    let subject = target_urn(tx.node(), id);
    let (before, after) = (json!({"target": old.target}), json!({"target": new.target}));
    audit::service::record_revision(tx, actor, &subject, new.version, reason, &before, &after)?;
    let facts = json!({"target": id, "number": number});
    tx.record(actor, NewChange::local("target.changed", subject, new.version, facts));
    let (amounts, counts) = (store::amounts(tx)?, store::counts(tx)?);
    Ok(status(new, &amounts, &counts))
}

/// The changes of a target's number.
pub fn target_history(snapshot: &mut Snapshot, id: &str) -> Result<Vec<Revision>, Refusal> {
    target(snapshot, id)?;
    let subject = target_urn(snapshot.node(), id);
    audit::service::revisions(snapshot, &subject)
}

pub(super) fn target(conn: &mut Conn, id: &str) -> Result<Target, Refusal> {
    store::target(conn, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

pub(super) fn division_of(actor: &Actor) -> Result<DivisionCode, Refusal> {
    DivisionCode::parse(&actor.person()?.division).map_err(Refusal::internal)
}

fn target_urn(node: &str, id: &str) -> String {
    format!("urn:tm:{node}:target:{id}")
}
