//! A contract as the platform holds it, and what hangs on it.

use super::{AttachmentKind, ContractId, Number, Stage, State, StepKind};
use crate::contract::form::Form;
use crate::files::model::{FileId, StoredFile};
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

#[derive(Clone, Debug)]
pub struct Record {
    pub id: ContractId,
    pub version: i64,
    /// The organisation that drew the form up and files it.
    pub applicant: OrganisationId,
    pub created_by: UserId,
    pub state: State,
    pub form: Form,
    pub seller: PartyRef,
    pub buyer: PartyRef,
    /// Computed from the form, never typed.
    pub technical: Fen,
    /// URN of the engagement that the contract came from.
    pub engagement: Option<String>,
    /// The registrar who has claimed the case, or was handed it.
    pub handler: Option<UserId>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

impl Record {
    pub fn total(&self) -> Fen {
        Fen(self.form.total_fen)
    }

    /// As higher rooms see it; `None` before registration.
    pub fn registered(&self) -> Option<RegisteredContract> {
        let file = self.state.file()?;
        let registration = self.state.registration()?;
        Some(RegisteredContract {
            id: self.id,
            version: self.version,
            edition: registration.edition,
            stage: self.state.stage(),
            number: registration.number.clone(),
            office: file.submission.office,
            title: self.form.title.clone(),
            class: self.form.class.clone(),
            sub_type: self.form.sub_type.clone(),
            technical_field: self.form.technical_field.clone(),
            registered_on: registration.on,
            total: self.total(),
            technical: self.technical,
            estimated: self.form.estimated,
            seller: self.seller.clone(),
            seller_division: self.form.seller.division.clone(),
            buyer: self.buyer.clone(),
            buyer_division: self.form.buyer.division.clone(),
            counted: Counted {
                ip_kind: self.form.ip.first().map(|asset| asset.kind.clone()).unwrap_or_default(),
                plan_source: self.form.plan_source.clone(),
                industry: self.form.industry.clone(),
                objective: self.form.objective.clone(),
                seller_kind: self.form.seller.kind.clone(),
                buyer_kind: self.form.buyer.kind.clone(),
            },
        })
    }

    /// Where a case of this contract belongs: the applicant's division.
    pub fn home_division(&self) -> &str {
        if self.form.import { &self.form.buyer.division } else { &self.form.seller.division }
    }
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct Summary {
    pub id: ContractId,
    pub version: i64,
    pub applicant: OrganisationId,
    pub stage: Stage,
    pub office: Option<OrganisationId>,
    pub title: String,
    pub class: String,
    pub sub_type: String,
    pub seller: PartyRef,
    pub buyer: PartyRef,
    pub total: Fen,
    pub technical: Fen,
    pub profile: String,
    pub accepted_on: Option<Day>,
    pub due_on: Option<Day>,
    pub number: Option<Number>,
    pub registered_on: Option<Day>,
    pub handler: Option<UserId>,
    /// The profile's values are not confirmed: marked on every case under it.
    pub unverified: bool,
    pub updated_at: UtcTime,
}

/// A step on the timeline.
#[derive(Clone, Debug)]
pub struct Step {
    pub position: i32,
    pub at: UtcTime,
    pub kind: StepKind,
    pub version: i64,
    /// Nobody for a job of this node.
    pub user: Option<UserId>,
    pub actor_name: String,
    pub organisation: Option<OrganisationId>,
    pub organisation_name: String,
    pub opinion: String,
    pub detail: serde_json::Value,
}

/// A file attached to a contract.
#[derive(Clone, Debug)]
pub struct Attached {
    pub file: FileId,
    pub kind: AttachmentKind,
    pub name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: String,
    /// Of the words alone where the format gives them, else of the bytes: what duplicates are found by.
    pub text_sha256: String,
}

impl Attached {
    pub fn of(file: StoredFile, kind: AttachmentKind) -> Self {
        Self {
            file: file.id,
            kind,
            name: file.name,
            media_type: file.media_type,
            size_bytes: file.size_bytes,
            sha256: file.sha256,
            text_sha256: file.text_sha256,
        }
    }
}

/// What was registered at one time: the certificate says this.
#[derive(Clone, Debug)]
pub struct Edition {
    pub contract: ContractId,
    pub edition: u32,
    pub number: Number,
    pub code: String,
    pub at: UtcTime,
    pub office: OrganisationId,
    pub office_name: String,
    pub registrar: String,
    pub total: Fen,
    pub technical: Fen,
    pub reason: String,
    pub form: Form,
}

/// A registered contract as higher rooms use it (subsidy, projects, statistics).
#[derive(Clone, Debug)]
pub struct RegisteredContract {
    pub id: ContractId,
    pub version: i64,
    pub edition: u32,
    pub stage: Stage,
    pub number: Number,
    pub office: OrganisationId,
    pub title: String,
    pub class: String,
    pub sub_type: String,
    pub technical_field: String,
    pub registered_on: Day,
    pub total: Fen,
    pub technical: Fen,
    /// The total is an estimate, to be corrected before any benefit is paid.
    pub estimated: bool,
    pub seller: PartyRef,
    pub seller_division: String,
    pub buyer: PartyRef,
    pub buyer_division: String,
    pub counted: Counted,
}

/// What statistics count a contract by, besides what others use.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// The first right that the form names.
    pub ip_kind: String,
    pub plan_source: String,
    pub industry: String,
    pub objective: String,
    pub seller_kind: String,
    pub buyer_kind: String,
}

/// A contract that counts: it stands, and its price is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub id: ContractId,
    pub version: i64,
    pub number: Number,
    pub registered_on: Day,
    pub total: Fen,
    pub technical: Fen,
}

impl RegisteredContract {
    /// Neither cancelled nor revoked.
    pub fn stands(&self) -> bool {
        matches!(self.stage, Stage::Registered | Stage::Amended)
    }
}
