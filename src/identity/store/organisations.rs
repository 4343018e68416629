//! Organisations.

use diesel::prelude::*;

use crate::db::schema::organisation;
use crate::db::{Conn, saved};
use crate::identity::model::{Contact, Organisation, OrganisationState, Profile, Standing};
use crate::kernel::actor::OrganisationKind;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::time::UtcTime;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organisation, treat_none_as_null = true)]
struct Row {
    id: OrganisationId,
    version: i64,
    kind: OrganisationKind,
    name: String,
    credit_code: String,
    division: String,
    introduction: String,
    contact_person: String,
    contact_phone: String,
    contact_email: String,
    contact_address: String,
    state: OrganisationState,
    state_reason: String,
    state_at: UtcTime,
    verified_at: Option<UtcTime>,
    office_number: Option<String>,
    registered_at: UtcTime,
}

impl From<&Organisation> for Row {
    fn from(it: &Organisation) -> Self {
        let Profile { name, credit_code, division, introduction, contact } = it.profile.clone();
        Self {
            id: it.id,
            version: it.version,
            kind: it.kind,
            name,
            credit_code,
            division,
            introduction,
            contact_person: contact.person,
            contact_phone: contact.phone,
            contact_email: contact.email,
            contact_address: contact.address,
            state: it.standing.state(),
            state_reason: it.standing.reason().to_owned(),
            state_at: it.standing_at,
            verified_at: it.verified_at,
            office_number: it.office_number.clone(),
            registered_at: it.registered_at,
        }
    }
}

impl From<Row> for Organisation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            version: row.version,
            kind: row.kind,
            profile: Profile {
                name: row.name,
                credit_code: row.credit_code,
                division: row.division,
                introduction: row.introduction,
                contact: Contact {
                    person: row.contact_person,
                    phone: row.contact_phone,
                    email: row.contact_email,
                    address: row.contact_address,
                },
            },
            standing: Standing::from_parts(row.state, row.state_reason),
            standing_at: row.state_at,
            verified_at: row.verified_at,
            office_number: row.office_number,
            registered_at: row.registered_at,
        }
    }
}

pub fn insert_organisation(conn: &mut Conn, it: &Organisation) -> Result<(), Refusal> {
    diesel::insert_into(organisation::table).values(Row::from(it)).execute(conn)?;
    Ok(())
}

/// Saves the next version over the one that was loaded.
pub fn save_organisation(conn: &mut Conn, it: &Organisation) -> Result<(), Refusal> {
    let old = organisation::table.find(it.id).filter(organisation::version.eq(it.version.saturating_sub(1)));
    saved(diesel::update(old).set(Row::from(it)).execute(conn)?)
}

pub fn organisation(conn: &mut Conn, id: OrganisationId) -> Result<Option<Organisation>, Refusal> {
    let row = organisation::table.find(id).select(Row::as_select()).first(conn).optional()?;
    Ok(row.map(Organisation::from))
}

/// The organisation that holds a credit code; a refused registration holds none.
pub fn organisation_by_code(conn: &mut Conn, code: &str) -> Result<Option<Organisation>, Refusal> {
    let row = organisation::table
        .filter(organisation::credit_code.eq(code))
        .filter(organisation::state.ne(OrganisationState::Refused))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Organisation::from))
}

/// The office of a city (the first four digits of a division) with this number.
pub fn office_by_number(
    conn: &mut Conn,
    city: &str,
    number: &str,
) -> Result<Option<OrganisationId>, Refusal> {
    let found = organisation::table
        .filter(organisation::division.like(format!("{city}%")))
        .filter(organisation::office_number.eq(number))
        .select(organisation::id)
        .first(conn)
        .optional()?;
    Ok(found)
}

/// What a list of organisations may be narrowed by.
#[derive(Clone, Debug, Default)]
pub struct OrganisationFilter {
    pub states: Vec<OrganisationState>,
    pub kind: Option<OrganisationKind>,
    /// A division and all below it: a prefix of the code without its trailing zeros.
    pub division_prefix: Option<String>,
    pub credit_code: Option<String>,
    /// Part of the name.
    pub name: Option<String>,
}

/// In the order of registration (ids are made in time order), after `after`.
pub fn organisations(
    conn: &mut Conn,
    filter: &OrganisationFilter,
    after: Option<OrganisationId>,
    limit: i64,
) -> Result<Vec<Organisation>, Refusal> {
    let mut query = organisation::table
        .filter(organisation::state.eq_any(filter.states.clone()))
        .select(Row::as_select())
        .order(organisation::id)
        .limit(limit)
        .into_boxed();
    if let Some(kind) = filter.kind {
        query = query.filter(organisation::kind.eq(kind));
    }
    if let Some(prefix) = &filter.division_prefix {
        query = query.filter(organisation::division.like(format!("{prefix}%")));
    }
    if let Some(code) = &filter.credit_code {
        query = query.filter(organisation::credit_code.eq(code.clone()));
    }
    if let Some(name) = &filter.name {
        query = query.filter(organisation::name.like(contains(name)).escape('!'));
    }
    if let Some(after) = after {
        query = query.filter(organisation::id.gt(after));
    }
    Ok(query.load::<Row>(conn)?.into_iter().map(Organisation::from).collect())
}

fn contains(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}
