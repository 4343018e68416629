//! What was attained under the targets of Annexes 2 to 4.

use serde_json::{Value, json};

use super::targets::{REASON_CHARS_MAX, TARGET_MAX, division_of, target};
use crate::audit;
use crate::db::{Snapshot, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{NOT_FOUND, OUT_OF_RANGE};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::project::codes::{ATTAINMENT_COUNTED, ATTAINMENT_WITHDRAWN, ATTAINMENT_YEAR, TARGET_BY_PROJECTS};
use crate::project::model::{AttainmentId, AttainmentRecord, AttainmentStage, Indicator, Target};
use crate::project::{rules, store};

const NAME_CHARS_MAX: usize = 200;
const EVIDENCE_CHARS_MAX: usize = 1000;

/// Something attained: a platform founded, an enterprise certified.
#[derive(Clone, Debug)]
pub struct NewAttainment {
    pub on: Day,
    pub name: String,
    /// How many it counts for; for a level, the level on that day.
    pub amount: i64,
    /// The decision or list that shows it.
    pub evidence: String,
}

pub fn record_attainment(
    tx: &mut Tx,
    actor: &Actor,
    id: &str,
    new: &NewAttainment,
) -> Result<AttainmentRecord, Refusal> {
    actor.permit(Permission::TargetManage)?;
    let target = target(tx, id)?;
    rules::may_manage(&division_of(actor)?, &target.unit)?;
    if target.indicator == Indicator::ConversionProjects {
        return Err(Refusal::new(&TARGET_BY_PROJECTS));
    }
    check(&target, new)?;
    let name = new.name.trim();
    if store::is_recorded(tx, id, name)? {
        return Err(Refusal::new(&ATTAINMENT_COUNTED).with("name", name));
    }
    let record = AttainmentRecord {
        id: tx.new_id(),
        version: 1,
        target: target.id,
        stage: AttainmentStage::Recorded,
        on: new.on,
        name: name.to_owned(),
        amount: new.amount,
        evidence: new.evidence.trim().to_owned(),
        reason: String::new(),
        recorded_by: actor.label(),
        recorded_at: tx.now(),
    };
    store::insert_attainment(tx, &record)?;
    note(tx, actor, "attainment.recorded", &Value::Null, &record)?;
    Ok(record)
}

fn check(target: &Target, new: &NewAttainment) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    text::required(&mut errors, "/name", &new.name, NAME_CHARS_MAX);
    text::required(&mut errors, "/evidence", &new.evidence, EVIDENCE_CHARS_MAX);
    if !(target.from_year..=target.to_year).contains(&new.on.year()) {
        let years = [("from", target.from_year.to_string()), ("to", target.to_year.to_string())];
        errors.add_with("/on", &ATTAINMENT_YEAR, &years);
    }
    if !(1..=TARGET_MAX).contains(&new.amount) {
        let range = [("min", "1".to_owned()), ("max", TARGET_MAX.to_string())];
        errors.add_with("/amount", &OUT_OF_RANGE, &range);
    }
    errors.check()
}

pub fn withdraw_attainment(
    tx: &mut Tx,
    actor: &Actor,
    id: AttainmentId,
    expected: Option<i64>,
    reason: &str,
) -> Result<AttainmentRecord, Refusal> {
    actor.permit(Permission::TargetManage)?;
    let old = store::attainment(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    rules::may_manage(&division_of(actor)?, &target(tx, &old.target)?.unit)?;
    check_version(old.version, expected)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    if old.stage == AttainmentStage::Withdrawn {
        return Err(Refusal::new(&ATTAINMENT_WITHDRAWN));
    }
    let mut new = old.clone();
    new.version += 1;
    new.stage = AttainmentStage::Withdrawn;
    new.reason = reason.trim().to_owned();
    store::save_attainment(tx, &new)?;
    note(tx, actor, "attainment.withdrawn", &document(&old), &new)?;
    Ok(new)
}

/// The records behind a target's number.
pub fn attainments(
    snapshot: &mut Snapshot,
    id: &str,
    page: &PageQuery,
) -> Result<Page<AttainmentRecord>, Refusal> {
    target(snapshot, id)?;
    store::attainments(snapshot, id, page)
}

fn note(
    tx: &mut Tx,
    actor: &Actor,
    kind: &'static str,
    old: &Value,
    new: &AttainmentRecord,
) -> Result<(), Refusal> {
    let subject = tx.urn("attainment", new.id);
    audit::service::record_revision(tx, actor, &subject, new.version, &new.reason, old, &document(new))?;
    let facts = json!({"target": new.target, "state": new.stage, "amount": new.amount});
    tx.record(actor, NewChange::local(kind, subject, new.version, facts));
    Ok(())
}

fn document(record: &AttainmentRecord) -> Value {
    json!({
        "target": record.target,
        "state": record.stage,
        "on": record.on,
        "name": record.name,
        "amount": record.amount,
        "evidence": record.evidence,
    })
}
