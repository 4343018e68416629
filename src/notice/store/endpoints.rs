//! Addresses of organisations.

use diesel::prelude::*;

use crate::db::schema::webhook_endpoint;
use crate::db::{Conn, from_json, saved, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::time::UtcTime;
use crate::notice::model::{Endpoint, EndpointId, EndpointState};

#[derive(Insertable, Queryable, AsChangeset)]
#[diesel(table_name = webhook_endpoint, treat_none_as_null = true)]
struct Row {
    id: EndpointId,
    version: i64,
    organisation_id: OrganisationId,
    url: String,
    description: String,
    topics: String,
    state: EndpointState,
    state_reason: String,
    secret: Vec<u8>,
    former_secret: Option<Vec<u8>>,
    former_until: Option<UtcTime>,
    succeeded_at: Option<UtcTime>,
    created_at: UtcTime,
    changed_at: UtcTime,
}

impl Row {
    fn of(it: &Endpoint) -> Result<Row, Refusal> {
        Ok(Row {
            id: it.id,
            version: it.version,
            organisation_id: it.organisation,
            url: it.url.clone(),
            description: it.description.clone(),
            topics: to_json(&it.topics)?,
            state: it.state,
            state_reason: it.state_reason.clone(),
            secret: it.secret.clone(),
            former_secret: it.former_secret.clone(),
            former_until: it.former_until,
            succeeded_at: it.succeeded_at,
            created_at: it.created_at,
            changed_at: it.changed_at,
        })
    }

    fn build(self) -> Result<Endpoint, Refusal> {
        Ok(Endpoint {
            id: self.id,
            version: self.version,
            organisation: self.organisation_id,
            url: self.url,
            description: self.description,
            topics: from_json(&self.topics)?,
            state: self.state,
            state_reason: self.state_reason,
            secret: self.secret,
            former_secret: self.former_secret,
            former_until: self.former_until,
            succeeded_at: self.succeeded_at,
            created_at: self.created_at,
            changed_at: self.changed_at,
        })
    }
}

pub fn insert_endpoint(conn: &mut Conn, new: &Endpoint) -> Result<(), Refusal> {
    diesel::insert_into(webhook_endpoint::table).values(Row::of(new)?).execute(conn)?;
    Ok(())
}

/// Saves an address whose version was raised by one.
pub fn save_endpoint(conn: &mut Conn, changed: &Endpoint) -> Result<(), Refusal> {
    let old = webhook_endpoint::table
        .filter(webhook_endpoint::id.eq(changed.id))
        .filter(webhook_endpoint::version.eq(changed.version - 1));
    saved(diesel::update(old).set(Row::of(changed)?).execute(conn)?)
}

/// Notes a success; no version, because nobody decides by it but the sender.
pub fn note_success(conn: &mut Conn, id: EndpointId, now: UtcTime) -> Result<(), Refusal> {
    let row = webhook_endpoint::table.find(id);
    diesel::update(row).set(webhook_endpoint::succeeded_at.eq(now)).execute(conn)?;
    Ok(())
}

pub fn delete_endpoint(conn: &mut Conn, id: EndpointId) -> Result<(), Refusal> {
    diesel::delete(webhook_endpoint::table.find(id)).execute(conn)?;
    Ok(())
}

pub fn endpoint(conn: &mut Conn, id: EndpointId) -> Result<Option<Endpoint>, Refusal> {
    let row: Option<Row> = webhook_endpoint::table.find(id).first(conn).optional()?;
    row.map(Row::build).transpose()
}

pub fn endpoints_of(conn: &mut Conn, organisation: OrganisationId) -> Result<Vec<Endpoint>, Refusal> {
    let rows: Vec<Row> = webhook_endpoint::table
        .filter(webhook_endpoint::organisation_id.eq(organisation))
        .order(webhook_endpoint::id)
        .load(conn)?;
    rows.into_iter().map(Row::build).collect()
}
