//! The authority's act: revocation.

use serde_json::json;

use super::acts::{Note, advance, official_trail};
use super::office::check_ties;
use super::reading;
use crate::contract::model::{ContractId, Record, Revocation, RevocationGround, StepKind};
use crate::contract::rules::case::Act;
use crate::contract::rules::parties;
use crate::db::{Tx, check_version};
use crate::identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes_common::{FORBIDDEN, NOT_FOUND};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::text;

const DECISION_CHARS_MAX: usize = 200;

/// 撤销: by the authority that the registering office belongs to, on a listed ground and a decision.
pub fn revoke(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    ground: RevocationGround,
    decision: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractSupervise)?;
    let person = actor.person()?;
    let record = reading::visible(tx, actor, id)?;
    let office = record.state.submission().map(|submission| submission.office);
    let office = office.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let office_division = identity::service::organisation(tx, office)?.profile.division;
    // An auditor sees and reports; only the authority over the office decides.
    let authority =
        person.kind == OrganisationKind::Government && parties::serves(&person.division, &office_division);
    if !authority {
        return Err(Refusal::new(&FORBIDDEN));
    }
    check_version(record.version, expected)?;
    check_ties(tx, &record, person)?;
    text::stated("/decision", decision, DECISION_CHARS_MAX)?;
    let revocation = Revocation { ground, decision: decision.trim().to_owned(), on: tx.now().day() };
    let detail = json!({"ground": ground});
    let note = Note::with(StepKind::Revoked, decision, detail);
    let record = advance(tx, actor, record, Act::Revoke(revocation), note)?;
    official_trail(tx, actor, &record, StepKind::Revoked)?;
    Ok(record)
}
