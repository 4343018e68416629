//! What the subsidy room takes from the rooms below: registered contracts, offices, and what happens to
//! contracts later.

use serde::Deserialize;

use super::super::model::{CauseRecord, ClaimRecord, ClaimState};
use super::super::{rules, store};
use crate::changes;
use crate::contract::model::Standing;
use crate::contract::service as register;
use crate::db::{Conn, Tx};
use crate::identity::model::Profile;
use crate::identity::service as identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;
use crate::kernel::id::{self, Id, OrganisationId, parse_urn};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::Day;

/// An award that was taken back is a cause like a revoked contract.
const CLAIM_REVOKED: &str = "subsidy.claim_revoked";
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
    let read = |c: Standing| Registered {
        contract: id::urn(node, "contract", c.id),
        version: c.version,
        number: c.number.as_str().to_owned(),
        registered_on: c.registered_on,
        total: c.total,
        technical: c.technical,
    };
    Ok(register::standing_in(conn, office, from, to)?.into_iter().map(read).collect())
}

/// Who is to be supported.
pub struct Beneficiary {
    pub kind: OrganisationKind,
    pub party: PartyRef,
    pub division: String,
}

pub fn beneficiary(conn: &mut Conn, node: &str, id: OrganisationId) -> Result<Beneficiary, Refusal> {
    let found = identity::organisation(conn, id)?;
    let Profile { name, credit_code, division, .. } = found.profile;
    Ok(Beneficiary { kind: found.kind, party: PartyRef { urn: urn(node, id), name, credit_code }, division })
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
    kind == CLAIM_REVOKED || counts(kind).is_some()
}

/// Keeps what happened to a contract, from the change's facts alone, and what that means for claims on it.
pub fn note(tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
    if change.kind == CLAIM_REVOKED {
        return note_revoked(tx, change);
    }
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
    store::cause::insert(tx, &cause)?;
    for claim in store::claim::of_contract(tx, &change.subject)? {
        note_claim(tx, change, counts, claim)?;
    }
    Ok(())
}

/// The contract behind a claim changed: an award that no batch holds lapses with it, a booked one gets its
/// correction.
fn note_claim(tx: &mut Tx, change: &Change, counts: bool, mut claim: ClaimRecord) -> Result<(), Refusal> {
    let urn = tx.urn("subsidy_claim", claim.id);
    let held = store::claim::in_batch(tx, &urn)?.is_some();
    if claim.state == ClaimState::Awarded && held {
        return store::cause::insert(tx, &claim_cause(change, urn, &claim, counts));
    }
    if counts {
        return Ok(());
    }
    if let Ok(lapsed) = rules::next_claim(claim.state, rules::ClaimAct::Lapse) {
        claim.state = lapsed;
        claim.opinion.clone_from(&change.kind);
        let actor = Actor::System("subsidy.causes");
        super::claim::keep(tx, &mut claim)?;
        super::claim::note(tx, &actor, &claim, "subsidy.claim_lapsed")?;
    }
    Ok(())
}

/// An award was taken back; its claim says what it was about.
fn note_revoked(tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
    let (_, _, uuid) = parse_urn(&change.subject).ok_or_else(|| Refusal::internal("not a claim's urn"))?;
    let claim = store::claim::find(tx, Id::from_uuid(uuid))?;
    let claim = claim.ok_or_else(|| Refusal::internal("a change without its claim"))?;
    store::cause::insert(tx, &claim_cause(change, change.subject.clone(), &claim, false))
}

fn claim_cause(change: &Change, urn: String, claim: &ClaimRecord, counts: bool) -> CauseRecord {
    let base = claim.awarded.unwrap_or_default();
    CauseRecord {
        seq: change.seq,
        kind: change.kind.clone(),
        contract: urn,
        contract_version: claim.version,
        office: claim.organisation,
        period: claim.event_on.year(),
        number: claim.number.clone(),
        registered_on: claim.event_on,
        counts,
        total: base,
        technical: base,
        at: change.at,
    }
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
