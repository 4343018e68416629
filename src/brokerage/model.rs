//! Mandates, commissions, technology managers. Pure.

use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, ids};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::rate::Rate;
use crate::kernel::time::{Day, UtcTime};

ids! {
    MandateId of MandateKind;
    ManagerId of ManagerKind;
    CommissionId of CommissionKind;
}

words! {
    MandateState {
        Proposed = "proposed",
        Active = "active",
        Declined = "declined",
        Withdrawn = "withdrawn",
        Ended = "ended",
    }
}

words! {
    #[schema(as = MandateSide)]
    Side { Client = "client", Broker = "broker" }
}

words! {
    #[schema(as = MandateFeeKind)]
    FeeKind { Rate = "rate", Tiered = "tiered", Fixed = "fixed" }
}

words! {
    #[schema(as = MandatePayerKind)]
    PayerKind { Client = "client", Counterparty = "counterparty", Shared = "shared" }
}

words! {
    /// On what a fee is computed.
    CommissionBase { Total = "total", Technical = "technical" }
}

words! {
    #[schema(as = TechnologyManagerLevel)]
    ManagerLevel { Junior = "junior", Intermediate = "intermediate", Senior = "senior" }
}

words! {
    #[schema(as = TechnologyManagerState)]
    ManagerState { Active = "active", Left = "left" }
}

/// A slice of the base: up to an amount, or without an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    pub up_to: Option<Fen>,
    pub rate: Rate,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fee {
    Rate { base: CommissionBase, rate: Rate, cap: Option<Fen> },
    Tiered { base: CommissionBase, tiers: Vec<Tier> },
    Fixed { amount: Fen },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    Client,
    Counterparty,
    /// The client's share; the other side pays the rest.
    Shared {
        client: Rate,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    pub fee: Fee,
    pub payer: Payer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    pub id: MandateId,
    pub version: i64,
    pub state: MandateState,
    pub title: String,
    pub client: PartyRef,
    pub broker: PartyRef,
    pub proposed_by: Side,
    /// URN of the achievement, demand or engagement; none: whatever the broker brings about for the client.
    pub about: Option<String>,
    pub terms: Terms,
    pub valid_from: Day,
    pub valid_to: Day,
    pub manager: Option<ManagerId>,
    pub intermediary: Option<String>,
    pub reason: String,
    pub accepted_at: Option<UtcTime>,
    pub ended_on: Option<Day>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

impl Mandate {
    pub fn side_of(&self, organisation: &str) -> Option<Side> {
        if self.client.urn == organisation {
            Some(Side::Client)
        } else if self.broker.urn == organisation {
            Some(Side::Broker)
        } else {
            None
        }
    }
}

/// A registered contract as its changes tell of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub contract: String,
    pub number: String,
    pub sub_type: String,
    pub seller: String,
    pub seller_code: String,
    pub buyer: String,
    pub buyer_code: String,
    pub engagement: Option<String>,
    pub total: Fen,
    pub technical: Fen,
    pub registered_on: Day,
    pub counts: bool,
    /// The change that told it.
    pub seq: i64,
}

/// An engagement that names a broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    pub engagement: String,
    pub about: String,
    pub broker: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub mandate: MandateId,
    pub contract: String,
    pub number: String,
    pub agreed: bool,
    pub claimed_at: UtcTime,
    pub agreed_at: Option<UtcTime>,
}

/// What one cause did to the commission of a contract under a mandate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commission {
    pub id: CommissionId,
    pub mandate: MandateId,
    pub broker: String,
    pub client: String,
    pub contract: String,
    pub number: String,
    pub cause_seq: i64,
    pub cause_kind: String,
    pub base: Fen,
    pub amount: Fen,
    /// What the client pays of it; the other side pays the rest.
    pub client_part: Fen,
    pub day: Day,
    pub at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    pub id: ManagerId,
    pub version: i64,
    pub state: ManagerState,
    pub agency: OrganisationId,
    pub agency_name: String,
    pub name: String,
    pub certificate: String,
    pub level: ManagerLevel,
    pub fields: Vec<String>,
    pub certified_on: Day,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// A year of an agency (DOMAIN §6, assessment of agencies).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// URN of the broker.
    pub broker: String,
    pub name: String,
    /// Technology managers at work.
    pub staff: i64,
    /// Contracts that earned a commission in the year.
    pub deals: i64,
    pub total: Fen,
    pub technical: Fen,
    /// Clients of these contracts.
    pub firms: i64,
    pub commission: Fen,
}
