//! Declaring a registered contract as a conversion project, and what ends it.

use serde_json::{Value, json};

use super::targets::division_of;
use crate::audit;
use crate::audit::model::Revision;
use crate::contract;
use crate::contract::model::ContractId;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::project::codes::{CONTRACT_COUNTED, CONTRACT_UNKNOWN, PROJECT_ENDED, UNIT_UNKNOWN};
use crate::project::model::{
    Contract, ConversionMode, ConversionProject, ProjectFilter, ProjectId, ProjectState,
};
use crate::project::{rules, store};
use crate::reference;
use crate::reference::model::Division;

const SUMMARY_CHARS_MAX: usize = 1000;
const REASON_CHARS_MAX: usize = 500;

/// A declaration as the officer makes it.
#[derive(Clone, Debug)]
pub struct Declare {
    pub contract: ContractId,
    /// A unit of the plan; the officer's own division when absent.
    pub unit: Option<String>,
    pub mode: ConversionMode,
    /// What is converted, and how it is put to use.
    pub summary: String,
}

pub fn declare(tx: &mut Tx, actor: &Actor, new: &Declare) -> Result<ConversionProject, Refusal> {
    actor.permit(Permission::ProjectDeclare)?;
    let officer = division_of(actor)?;
    let unit = plan_unit(tx, new.unit.as_deref().unwrap_or(officer.as_str()))?;
    let contract = registered(tx, new.contract)?.ok_or_else(|| Refusal::new(&CONTRACT_UNKNOWN))?;
    rules::may_declare(&officer, &unit, &contract)?;
    if let Some(other) = store::declared_of(tx, &contract.urn)? {
        return Err(Refusal::new(&CONTRACT_COUNTED).with("project", other.id));
    }
    text::stated("/summary", &new.summary, SUMMARY_CHARS_MAX)?;
    let project = ConversionProject {
        id: tx.new_id(),
        version: 1,
        state: ProjectState::Declared,
        unit: unit.code,
        year: contract.registered_on.year(),
        mode: new.mode,
        summary: new.summary.trim().to_owned(),
        contract,
        declared_by: actor.label(),
        declared_at: tx.now(),
    };
    store::insert_project(tx, &project)?;
    note(tx, actor, "project.declared", "", &Value::Null, &project)?;
    Ok(project)
}

/// The officer takes a declaration back.
pub fn withdraw(
    tx: &mut Tx,
    actor: &Actor,
    id: ProjectId,
    expected: Option<i64>,
    reason: &str,
) -> Result<ConversionProject, Refusal> {
    actor.permit(Permission::ProjectDeclare)?;
    let old = project(tx, id)?;
    rules::may_act_for(&division_of(actor)?, &old.unit)?;
    check_version(old.version, expected)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    if old.state != ProjectState::Declared {
        return Err(Refusal::new(&PROJECT_ENDED));
    }
    let state = ProjectState::Withdrawn { at: tx.now(), reason: reason.trim().to_owned() };
    end(tx, actor, "project.withdrawn", reason, &old, state)
}

/// What a change of a contract means for the project that counts it (rule 6).
pub fn follow(tx: &mut Tx, actor: &Actor, kind: &str, contract_urn: &str) -> Result<(), Refusal> {
    let Some(old) = store::declared_of(tx, contract_urn)? else { return Ok(()) };
    if kind == "contract.amended" {
        return amend(tx, actor, &old);
    }
    let state = ProjectState::Lapsed { at: tx.now(), reason: kind.to_owned() };
    end(tx, actor, "project.lapsed", kind, &old, state)?;
    Ok(())
}

/// The project shows its contract as it is registered now. Unit and year stay: they are those of the
/// registration day.
fn amend(tx: &mut Tx, actor: &Actor, old: &ConversionProject) -> Result<(), Refusal> {
    let Some(contract) = registered(tx, old.contract.id)? else { return Ok(()) };
    if contract == old.contract {
        return Ok(());
    }
    let mut new = old.clone();
    new.version += 1;
    new.contract = contract;
    store::save_project(tx, &new)?;
    note(tx, actor, "project.amended", "contract.amended", &document(old), &new)
}

fn end(
    tx: &mut Tx,
    actor: &Actor,
    kind: &'static str,
    reason: &str,
    old: &ConversionProject,
    state: ProjectState,
) -> Result<ConversionProject, Refusal> {
    let mut new = old.clone();
    new.version += 1;
    new.state = state;
    store::save_project(tx, &new)?;
    note(tx, actor, kind, reason, &document(old), &new)?;
    Ok(new)
}

pub fn project(conn: &mut Conn, id: ProjectId) -> Result<ConversionProject, Refusal> {
    store::project(conn, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

pub fn projects(
    snapshot: &mut Snapshot,
    actor: &Actor,
    filter: &ProjectFilter,
    page: &PageQuery,
) -> Result<Page<ConversionProject>, Refusal> {
    actor.permit(Permission::ContractSupervise)?;
    store::projects(snapshot, filter, page)
}

pub fn history(snapshot: &mut Snapshot, id: ProjectId) -> Result<Vec<Revision>, Refusal> {
    project(snapshot, id)?;
    let subject = snapshot.urn("project", id);
    audit::service::revisions(snapshot, &subject)
}

fn plan_unit(tx: &mut Tx, code: &str) -> Result<Division, Refusal> {
    let unit = reference::service::division(tx, code)?.filter(|division| division.plan_unit);
    unit.ok_or_else(|| Refusal::new(&UNIT_UNKNOWN).with("unit", code.chars().take(20).collect::<String>()))
}

fn registered(tx: &mut Tx, id: ContractId) -> Result<Option<Contract>, Refusal> {
    let urn = tx.urn("contract", id);
    Ok(contract::service::registered(tx, id)?.map(|registered| Contract::of(registered, urn)))
}

fn note(
    tx: &mut Tx,
    actor: &Actor,
    kind: &'static str,
    reason: &str,
    old: &Value,
    new: &ConversionProject,
) -> Result<(), Refusal> {
    let subject = tx.urn("project", new.id);
    audit::service::record_revision(tx, actor, &subject, new.version, reason, old, &document(new))?;
    let facts = json!({
        "state": new.state.stage(),
        "unit": new.unit,
        "year": new.year,
        "contract": new.contract.urn,
    });
    tx.record(actor, NewChange::local(kind, subject, new.version, facts));
    Ok(())
}

/// A project as its revisions show it.
fn document(project: &ConversionProject) -> Value {
    json!({
        "state": project.state.stage(),
        "unit": project.unit,
        "year": project.year,
        "mode": project.mode,
        "summary": project.summary,
        "contract": {
            "number": project.contract.number,
            "title": project.contract.title,
            "technical_fen": project.contract.technical,
            "total_fen": project.contract.total,
            "seller": project.contract.seller,
            "buyer": project.contract.buyer,
        },
    })
}
