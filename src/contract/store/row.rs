//! A contract as its row holds it.

use diesel::prelude::*;

use super::casework::{self, StateColumns};
use super::nothing_due;
use crate::contract::form::Form;
use crate::contract::model::{AttachmentKind, ContractId, Record, Stage, StepKind};
use crate::contract::rules::{amounts, duplicates};
use crate::db::schema::contract::contract;
use crate::db::types::stored_words;
use crate::db::{from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

stored_words!(Stage, StepKind, AttachmentKind);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = contract, treat_none_as_null = true)]
pub struct Row {
    id: ContractId,
    version: i64,
    applicant: OrganisationId,
    created_by: UserId,
    state: Stage,
    office: Option<OrganisationId>,
    title: String,
    class: String,
    sub_type: String,
    technical_field: String,
    seller_urn: String,
    seller_name: String,
    seller_code: String,
    seller_division: String,
    buyer_urn: String,
    buyer_name: String,
    buyer_code: String,
    buyer_division: String,
    total_fen: Fen,
    technical_fen: Fen,
    deal_key: Option<String>,
    profile: String,
    accepted_on: Option<Day>,
    due_on: Day,
    number: Option<String>,
    registered_on: Option<Day>,
    engagement: Option<String>,
    form: String,
    casework: String,
    created_at: UtcTime,
    updated_at: UtcTime,
    handler: Option<UserId>,
}

impl Row {
    pub fn of(record: &Record) -> Result<Self, Refusal> {
        let (columns, doc) = casework::taken_apart(&record.state);
        let form = &record.form;
        Ok(Self {
            id: record.id,
            version: record.version,
            applicant: record.applicant,
            created_by: record.created_by,
            state: columns.stage,
            office: columns.office,
            title: form.title.clone(),
            class: form.class.clone(),
            sub_type: form.sub_type.clone(),
            technical_field: form.technical_field.clone(),
            seller_urn: record.seller.urn.clone(),
            seller_name: record.seller.name.clone(),
            seller_code: record.seller.credit_code.clone(),
            seller_division: form.seller.division.clone(),
            buyer_urn: record.buyer.urn.clone(),
            buyer_name: record.buyer.name.clone(),
            buyer_code: record.buyer.credit_code.clone(),
            buyer_division: form.buyer.division.clone(),
            total_fen: record.total(),
            technical_fen: record.technical,
            deal_key: duplicates::deal_key(form),
            profile: columns.profile,
            accepted_on: columns.accepted_on,
            due_on: columns.order_on.unwrap_or_else(nothing_due),
            number: columns.number,
            registered_on: columns.registered_on,
            engagement: record.engagement.clone(),
            form: to_json(form)?,
            casework: to_json(&doc)?,
            created_at: record.created_at,
            updated_at: record.updated_at,
            handler: record.handler,
        })
    }

    pub fn build(self) -> Result<Record, Refusal> {
        let doc: casework::Casework = from_json(&self.casework)?;
        let form: Form = from_json(&self.form)?;
        let columns = StateColumns {
            stage: self.state,
            office: self.office,
            profile: self.profile,
            accepted_on: self.accepted_on,
            order_on: Some(self.due_on),
            number: self.number,
            registered_on: self.registered_on,
        };
        let technical = amounts::technical(Fen(form.total_fen), &form.deductions).unwrap_or_default();
        Ok(Record {
            id: self.id,
            version: self.version,
            applicant: self.applicant,
            created_by: self.created_by,
            state: casework::put_together(columns, doc)?,
            seller: PartyRef { urn: self.seller_urn, name: self.seller_name, credit_code: self.seller_code },
            buyer: PartyRef { urn: self.buyer_urn, name: self.buyer_name, credit_code: self.buyer_code },
            technical,
            engagement: self.engagement,
            form,
            handler: self.handler,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}
