//! The timeline.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::contract::model::{ContractId, Step, StepKind};
use crate::db::schema::contract_step;
use crate::db::{Conn, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::UtcTime;

#[derive(Queryable, Insertable)]
#[diesel(table_name = contract_step)]
struct Row {
    contract: ContractId,
    position: i32,
    at: UtcTime,
    kind: StepKind,
    version: i64,
    actor: Option<UserId>,
    actor_name: String,
    organisation: Option<OrganisationId>,
    organisation_name: String,
    opinion: String,
    detail: String,
}

/// Appends a step; its position is given here.
pub fn add_step(conn: &mut Conn, contract: ContractId, step: Step) -> Result<(), Refusal> {
    let last: Option<i32> = contract_step::table
        .filter(contract_step::contract.eq(contract))
        .select(max(contract_step::position))
        .first(conn)?;
    let row = Row {
        contract,
        position: last.map_or(1, |last| last + 1),
        at: step.at,
        kind: step.kind,
        version: step.version,
        actor: step.user,
        actor_name: step.actor_name,
        organisation: step.organisation,
        organisation_name: step.organisation_name,
        opinion: step.opinion,
        detail: to_json(&step.detail)?,
    };
    diesel::insert_into(contract_step::table).values(&row).execute(conn)?;
    Ok(())
}

/// Oldest first.
pub fn steps(conn: &mut Conn, contract: ContractId) -> Result<Vec<Step>, Refusal> {
    let rows: Vec<Row> = contract_step::table
        .filter(contract_step::contract.eq(contract))
        .order(contract_step::position)
        .load(conn)?;
    rows.into_iter().map(build).collect()
}

fn build(row: Row) -> Result<Step, Refusal> {
    Ok(Step {
        position: row.position,
        at: row.at,
        kind: row.kind,
        version: row.version,
        user: row.actor,
        actor_name: row.actor_name,
        organisation: row.organisation,
        organisation_name: row.organisation_name,
        opinion: row.opinion,
        detail: from_json(&row.detail)?,
    })
}
