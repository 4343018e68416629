//! A record as its row holds it.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::listing::listing;
use crate::db::types::{from_json, stored_words, to_json};
use crate::kernel::actor::OrganisationKind;
use crate::kernel::error::Refusal;
use crate::kernel::id::{self, Id, OrganisationId, UserId};
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::listing::kind::Kind;
use crate::listing::model::{
    Holder, Index, Listing, PriceBounds, Remarks, Revision, Standing, State, Submission, Summary,
    industry_key,
};

stored_words!(State, Revision);

/// The id of a row whose kind is not settled yet.
pub enum Any {}

/// Before the first time: what is sorted on is never null.
fn never() -> UtcTime {
    UtcTime::from_micros(0)
}

fn no_end() -> Day {
    Day::new(9999, 12, 31).unwrap_or_else(|| never().day())
}

#[derive(Serialize, Deserialize)]
struct RemarksDoc {
    opinion: Option<String>,
    reason: Option<String>,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = listing, treat_none_as_null = true)]
pub struct Row {
    id: Id<Any>,
    entity: String,
    version: i64,
    holder: OrganisationId,
    holder_name: String,
    holder_credit_code: String,
    holder_kind: OrganisationKind,
    state: State,
    revision: Revision,
    waiting: bool,
    reserved_for: Option<String>,
    title: String,
    brief: String,
    technical_field: String,
    industry: String,
    division: String,
    kind: String,
    trl: i32,
    year: i32,
    low_fen: i64,
    high_fen: i64,
    submitted_by: Option<UserId>,
    submitted_at: UtcTime,
    published_at: UtcTime,
    ends_on: Day,
    created_by: UserId,
    created_at: UtcTime,
    updated_at: UtcTime,
    content: String,
    published: Option<String>,
    remarks: String,
}

impl Row {
    pub fn of<K: Kind>(record: &Listing<K>) -> Result<Self, Refusal> {
        // Lists show what was approved; only a record that never was shows its working copy, to its holder.
        let index = K::index(record.published.as_ref().unwrap_or(&record.content));
        let remarks =
            RemarksDoc { opinion: record.remarks.opinion.clone(), reason: record.remarks.reason.clone() };
        Ok(Self {
            id: Id::from_uuid(record.id.uuid()),
            entity: K::TYPE.to_owned(),
            version: record.version,
            holder: record.holder.organisation,
            holder_name: record.holder.party.name.clone(),
            holder_credit_code: record.holder.party.credit_code.clone(),
            holder_kind: record.holder.kind,
            state: record.standing.state(),
            revision: record.standing.revision(),
            waiting: record.standing.is_waiting(),
            reserved_for: record.reserved_for.clone(),
            title: index.title,
            brief: index.brief,
            technical_field: index.technical_field,
            industry: industry_key(&index.industry),
            division: index.division,
            kind: index.kind,
            trl: index.trl,
            year: index.year,
            low_fen: index.price.low_fen,
            high_fen: index.price.high_fen,
            submitted_by: record.submission.map(|submission| submission.by),
            submitted_at: record.submission.map_or(never(), |submission| submission.at),
            published_at: record.published_at.unwrap_or(never()),
            ends_on: record.ends_on.unwrap_or_else(no_end),
            created_by: record.created_by,
            created_at: record.created_at,
            updated_at: record.updated_at,
            content: to_json(&record.content)?,
            published: record.published.as_ref().map(to_json).transpose()?,
            remarks: to_json(&remarks)?,
        })
    }

    pub fn build<K: Kind>(self, node: &str) -> Result<Listing<K>, Refusal> {
        let remarks: RemarksDoc = from_json(&self.remarks)?;
        let record_id = Id::from_uuid(self.id.uuid());
        Ok(Listing {
            id: record_id,
            urn: id::urn(node, K::TYPE, record_id),
            version: self.version,
            holder: holder(node, self.holder, self.holder_name, self.holder_credit_code, self.holder_kind),
            standing: Standing::from_parts(self.state, self.revision),
            reserved_for: self.reserved_for,
            content: from_json(&self.content)?,
            published: self.published.as_deref().map(from_json).transpose()?,
            remarks: Remarks { opinion: remarks.opinion, reason: remarks.reason },
            submission: self.submitted_by.map(|by| Submission { by, at: self.submitted_at }),
            published_at: some_time(self.published_at),
            ends_on: some_day(self.ends_on),
            created_at: self.created_at,
            created_by: self.created_by,
            updated_at: self.updated_at,
        })
    }
}

fn holder(
    node: &str,
    organisation: OrganisationId,
    name: String,
    credit_code: String,
    kind: OrganisationKind,
) -> Holder {
    let urn = id::urn(node, "organisation", organisation);
    Holder { organisation, party: PartyRef { urn, name, credit_code }, kind }
}

fn some_time(time: UtcTime) -> Option<UtcTime> {
    (time != never()).then_some(time)
}

fn some_day(day: Day) -> Option<Day> {
    (day != no_end()).then_some(day)
}

/// The columns of a list.
#[derive(Queryable, Selectable)]
#[diesel(table_name = listing)]
pub struct SummaryRow {
    id: Id<Any>,
    version: i64,
    holder: OrganisationId,
    holder_name: String,
    holder_credit_code: String,
    holder_kind: OrganisationKind,
    state: State,
    revision: Revision,
    title: String,
    brief: String,
    technical_field: String,
    industry: String,
    division: String,
    kind: String,
    trl: i32,
    year: i32,
    low_fen: i64,
    high_fen: i64,
    submitted_at: UtcTime,
    published_at: UtcTime,
    ends_on: Day,
    updated_at: UtcTime,
}

impl SummaryRow {
    pub fn build<K: Kind>(self, node: &str) -> Summary<K> {
        Summary {
            id: Id::from_uuid(self.id.uuid()),
            version: self.version,
            holder: holder(node, self.holder, self.holder_name, self.holder_credit_code, self.holder_kind),
            standing: Standing::from_parts(self.state, self.revision),
            index: Index {
                title: self.title,
                brief: self.brief,
                technical_field: self.technical_field,
                industry: self.industry,
                division: self.division,
                kind: self.kind,
                trl: self.trl,
                year: self.year,
                price: PriceBounds { low_fen: self.low_fen, high_fen: self.high_fen },
            },
            submitted_at: some_time(self.submitted_at),
            published_at: some_time(self.published_at),
            ends_on: some_day(self.ends_on),
            updated_at: self.updated_at,
        }
    }
}
