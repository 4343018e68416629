//! What this room shows.

use serde::Serialize;
use utoipa::ToSchema;

use crate::brokerage::form::TermsForm;
use crate::brokerage::model::{
    Claim, Commission, CommissionId, Figures, Manager, ManagerId, ManagerLevel, ManagerState, Mandate,
    MandateId, MandateState, Side,
};
use crate::brokerage::service::Seen;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

/// A mandate in a list.
#[derive(Serialize, ToSchema)]
pub struct MandateLine {
    pub id: MandateId,
    version: i64,
    state: MandateState,
    title: String,
    client: PartyRef,
    broker: PartyRef,
    proposed_by: Side,
    about: Option<String>,
    terms: TermsForm,
    valid_from: Day,
    valid_to: Day,
    /// The broker's technology manager.
    manager: Option<ManagerId>,
    /// Registration number of the broker's own intermediary contract.
    intermediary: Option<String>,
    reason: String,
    accepted_at: Option<UtcTime>,
    ended_on: Option<Day>,
    updated_at: UtcTime,
}

impl From<Mandate> for MandateLine {
    fn from(it: Mandate) -> Self {
        Self {
            terms: TermsForm::of(&it.terms),
            id: it.id,
            version: it.version,
            state: it.state,
            title: it.title,
            client: it.client,
            broker: it.broker,
            proposed_by: it.proposed_by,
            about: it.about,
            valid_from: it.valid_from,
            valid_to: it.valid_to,
            manager: it.manager,
            intermediary: it.intermediary,
            reason: it.reason,
            accepted_at: it.accepted_at,
            ended_on: it.ended_on,
            updated_at: it.updated_at,
        }
    }
}

/// A mandate as one of its sides sees it.
#[derive(Serialize, ToSchema)]
pub struct MandateView {
    #[serde(flatten)]
    line: MandateLine,
    /// On which side the reader stands.
    side: Side,
    claims: Vec<ClaimView>,
}

/// A contract that the broker claims.
#[derive(Serialize, ToSchema)]
#[schema(as = MandateClaim)]
struct ClaimView {
    number: String,
    agreed: bool,
    claimed_at: UtcTime,
    agreed_at: Option<UtcTime>,
}

impl From<Seen> for MandateView {
    fn from(seen: Seen) -> Self {
        let claim = |it: Claim| ClaimView {
            number: it.number,
            agreed: it.agreed,
            claimed_at: it.claimed_at,
            agreed_at: it.agreed_at,
        };
        Self {
            line: seen.mandate.into(),
            side: seen.side,
            claims: seen.claims.into_iter().map(claim).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct CommissionView {
    pub id: CommissionId,
    mandate: MandateId,
    /// Registration number of the contract.
    number: String,
    cause_kind: String,
    base_fen: Fen,
    /// The fee after the cause, less what was booked before.
    amount_fen: Fen,
    /// What the client pays of it; the other side of the contract pays the rest.
    client_fen: Fen,
    day: Day,
    at: UtcTime,
}

impl From<Commission> for CommissionView {
    fn from(it: Commission) -> Self {
        Self {
            id: it.id,
            mandate: it.mandate,
            number: it.number,
            cause_kind: it.cause_kind,
            base_fen: it.base,
            amount_fen: it.amount,
            client_fen: it.client_part,
            day: it.day,
            at: it.at,
        }
    }
}

/// A year of an agency.
#[derive(Serialize, ToSchema)]
#[schema(as = AgencyFigures)]
pub struct FiguresView {
    /// URN of the broker.
    broker: String,
    name: String,
    /// Technology managers at work.
    staff: i64,
    /// Contracts that earned a commission in the year.
    deals: i64,
    total_fen: Fen,
    technical_fen: Fen,
    firms: i64,
    commission_fen: Fen,
}

impl From<&Figures> for FiguresView {
    fn from(it: &Figures) -> Self {
        Self {
            broker: it.broker.clone(),
            name: it.name.clone(),
            staff: it.staff,
            deals: it.deals,
            total_fen: it.total,
            technical_fen: it.technical,
            firms: it.firms,
            commission_fen: it.commission,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = TechnologyManager)]
pub struct ManagerView {
    pub id: ManagerId,
    version: i64,
    state: ManagerState,
    agency: OrganisationId,
    agency_name: String,
    name: String,
    certificate: String,
    level: ManagerLevel,
    fields: Vec<String>,
    certified_on: Day,
}

impl From<Manager> for ManagerView {
    fn from(it: Manager) -> Self {
        Self {
            id: it.id,
            version: it.version,
            state: it.state,
            agency: it.agency,
            agency_name: it.agency_name,
            name: it.name,
            certificate: it.certificate,
            level: it.level,
            fields: it.fields,
            certified_on: it.certified_on,
        }
    }
}

/// A technology manager in the directory.
#[derive(Serialize, ToSchema)]
#[schema(as = TechnologyManagerLine)]
pub struct ManagerLine {
    #[serde(flatten)]
    manager: ManagerView,
    /// Contracts that earned a commission under mandates that name the manager.
    deals: i64,
}

impl From<(Manager, i64)> for ManagerLine {
    fn from((manager, deals): (Manager, i64)) -> Self {
        Self { manager: manager.into(), deals }
    }
}
