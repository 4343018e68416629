//! What supervision counts, over a period.

use diesel::prelude::*;

use super::casework::Casework;
use super::nothing_due;
use crate::contract::model::{CountedStep, DueCase, StepKind};
use crate::db::schema::contract::{contract, contract_step};
use crate::db::{Conn, from_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

/// What is counted; everything else on a timeline is not.
const COUNTED: [StepKind; 6] = [
    StepKind::Submitted,
    StepKind::Accepted,
    StepKind::CorrectionRequested,
    StepKind::Registered,
    StepKind::Refused,
    StepKind::Withdrawn,
];

type StepRow = (Option<OrganisationId>, StepKind, UtcTime, Option<Day>, Fen, Fen, String, String);

/// The steps of all offices from one day to another, both included.
pub fn counted(conn: &mut Conn, from: Day, to: Day) -> Result<Vec<CountedStep>, Refusal> {
    let mut found = vec![];
    for kind in COUNTED {
        // A kind at a time: each is one range of the index.
        let rows: Vec<StepRow> = contract_step::table
            .inner_join(contract::table)
            .filter(contract_step::kind.eq(kind))
            .filter(contract_step::at.between(from.start(), to.end()))
            .select((
                contract::office,
                contract_step::kind,
                contract_step::at,
                contract::accepted_on,
                contract::total_fen,
                contract::technical_fen,
                contract::casework,
                contract_step::detail,
            ))
            .load(conn)?;
        for (office, kind, at, accepted_on, total, technical, casework, detail) in rows {
            let Some(office) = office else { continue };
            let casework: Casework = from_json(&casework)?;
            let detail: serde_json::Value = from_json(&detail)?;
            let grounds = detail["grounds"].as_array().into_iter().flatten();
            found.push(CountedStep {
                office,
                kind,
                on: at.day(),
                accepted_on,
                due_on: casework.due_on(),
                grounds: grounds.filter_map(|ground| ground.as_str().map(str::to_owned)).collect(),
                total,
                technical,
            });
        }
    }
    Ok(found)
}

/// An office's open cases, and those of them whose last day lies before `today`: waiting for acceptance or for a
/// correction, a case has none.
pub fn open_now(conn: &mut Conn, office: OrganisationId, today: Day) -> Result<(i64, i64), Refusal> {
    let open = contract::table.filter(contract::office.eq(office)).filter(contract::due_on.lt(nothing_due()));
    let all: i64 = open.count().get_result(conn)?;
    let overdue: i64 = contract::table
        .filter(contract::office.eq(office))
        .filter(contract::due_on.lt(today))
        .count()
        .get_result(conn)?;
    Ok((all, overdue))
}

/// Open cases of an office whose last day lies between two days, both included.
pub fn due_between(
    conn: &mut Conn,
    office: OrganisationId,
    from: Day,
    to: Day,
    limit: i64,
) -> Result<Vec<DueCase>, Refusal> {
    let rows: Vec<(_, String, Day)> = contract::table
        .filter(contract::office.eq(office))
        .filter(contract::due_on.between(from, to))
        .order((contract::due_on, contract::id))
        .limit(limit)
        .select((contract::id, contract::title, contract::due_on))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, title, due_on)| DueCase { id, office, title, due_on }).collect())
}
