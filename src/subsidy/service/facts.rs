//! What the subsidy room takes from the rooms below: registered contracts, offices, and what happens to
//! contracts later.

use serde::Deserialize;

use super::super::model::CauseRecord;
use super::super::store;
use crate::changes;
use crate::contract::model::{RegisteredContract, Stage};
use crate::contract::service as register;
use crate::db::{Conn, Tx};
use crate::identity::model::Profile;
use crate::identity::service as identity;
use crate::kernel::actor::OrganisationKind;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;
use crate::kernel::id::{self, Id, OrganisationId, parse_urn};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::Day;

/// Changes looked through at once.
const CHANGES_READ: i64 = 500;

/// A contract as it stands in the register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    pub contract: String,
    pub version: i64,
    pub number: String,
    pub registered_on: Day,
    pub total: Fen,
    pub technical: Fen,
}

/// The contracts that the office registered in these days, that still stand and whose amount is final: an
/// estimate is corrected before any benefit is paid (DOMAIN §2), and then comes as a cause.
pub fn registered_in(
    conn: &mut Conn,
    node: &str,
    office: OrganisationId,
    from: Day,
    to: Day,
) -> Result<Vec<Registered>, Refusal> {
    let all = register::registered_in(conn, office, from, to)?;
    let counts =
        |c: &RegisteredContract| matches!(c.stage, Stage::Registered | Stage::Amended) && !c.estimated;
    let read = |c: RegisteredContract| Registered {
        contract: id::urn(node, "contract", c.id),
        version: c.version,
        number: c.number.as_str().to_owned(),
        registered_on: c.registered_on,
        total: c.total,
        technical: c.technical,
    };
    Ok(all.into_iter().filter(counts).map(read).collect())
}

/// Who is to be supported.
pub struct Beneficiary {
    pub kind: OrganisationKind,
    pub party: PartyRef,
}

pub fn beneficiary(conn: &mut Conn, node: &str, id: OrganisationId) -> Result<Beneficiary, Refusal> {
    let found = identity::organisation(conn, id)?;
    let Profile { name, credit_code, .. } = found.profile;
    Ok(Beneficiary { kind: found.kind, party: PartyRef { urn: urn(node, id), name, credit_code } })
}

pub fn urn(node: &str, organisation: OrganisationId) -> String {
    id::urn(node, "organisation", organisation)
}

pub fn organisation_of(urn: &str) -> Result<OrganisationId, Refusal> {
    let (_, _, uuid) = parse_urn(urn).ok_or_else(|| Refusal::internal(format!("not an urn: {urn}")))?;
    Ok(Id::from_uuid(uuid))
}

/// The kinds of change that can move a subsidy, and whether the contract counts after it.
fn counts(kind: &str) -> Option<bool> {
    match kind {
        "contract.registered" | "contract.amended" => Some(true),
        "contract.cancelled" | "contract.revoked" => Some(false),
        _ => None,
    }
}

/// What a change of a registered contract says; other facts of it are not asked for.
#[derive(Deserialize)]
struct ContractFacts {
    number: String,
    office: OrganisationId,
    registered_on: Day,
    total_fen: Fen,
    technical_fen: Fen,
    estimated: bool,
}

/// Whether the follower wants a change of this kind.
pub fn wants(kind: &str) -> bool {
    counts(kind).is_some()
}

/// Keeps what happened to a contract, from the change's facts alone.
pub fn note(tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
    let Some(counts) = counts(&change.kind) else { return Ok(()) };
    let facts: ContractFacts = serde_json::from_value(change.facts.clone())
        .map_err(|error| Refusal::internal(format!("facts of {}: {error}", change.kind)))?;
    let cause = CauseRecord {
        seq: change.seq,
        kind: change.kind.clone(),
        contract: change.subject.clone(),
        contract_version: change.version,
        office: facts.office,
        period: facts.registered_on.year(),
        number: facts.number,
        registered_on: facts.registered_on,
        counts: counts && !facts.estimated,
        total: facts.total_fen,
        technical: facts.technical_fen,
        at: change.at,
    };
    store::cause::insert(tx, &cause)
}

/// Whether something happened to a contract of the office after a change number.
pub fn changed_since(conn: &mut Conn, office: OrganisationId, seq: i64) -> Result<bool, Refusal> {
    let mut after = seq;
    loop {
        let slice = changes::read_after(conn, after, CHANGES_READ)?;
        let Some(last) = slice.last() else { return Ok(false) };
        after = last.seq;
        let of_office = |change: &&Change| {
            wants(&change.kind)
                && change.facts.get("office").and_then(|o| o.as_str()) == Some(&office.to_string())
        };
        if slice.iter().any(|change| of_office(&change)) {
            return Ok(true);
        }
    }
}
