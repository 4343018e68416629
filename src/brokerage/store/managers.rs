//! Technology managers.

use diesel::prelude::*;

use crate::brokerage::model::{Manager, ManagerId, ManagerLevel, ManagerState};
use crate::db::schema::technology_manager;
use crate::db::types::{from_json, stored_words, to_json};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::{Day, UtcTime};

stored_words!(ManagerLevel, ManagerState);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = technology_manager, treat_none_as_null = true)]
struct Row {
    id: ManagerId,
    version: i64,
    state: ManagerState,
    agency: OrganisationId,
    agency_name: String,
    name: String,
    certificate: String,
    level: ManagerLevel,
    fields: String,
    certified_on: Day,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl Row {
    fn of(it: &Manager) -> Result<Self, Refusal> {
        Ok(Self {
            id: it.id,
            version: it.version,
            state: it.state,
            agency: it.agency,
            agency_name: it.agency_name.clone(),
            name: it.name.clone(),
            certificate: it.certificate.clone(),
            level: it.level,
            fields: to_json(&it.fields)?,
            certified_on: it.certified_on,
            created_at: it.created_at,
            updated_at: it.updated_at,
        })
    }

    fn build(self) -> Result<Manager, Refusal> {
        Ok(Manager {
            fields: from_json(&self.fields)?,
            id: self.id,
            version: self.version,
            state: self.state,
            agency: self.agency,
            agency_name: self.agency_name,
            name: self.name,
            certificate: self.certificate,
            level: self.level,
            certified_on: self.certified_on,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

pub fn insert_manager(conn: &mut Conn, it: &Manager) -> Result<(), Refusal> {
    diesel::insert_into(technology_manager::table).values(Row::of(it)?).execute(conn)?;
    Ok(())
}

pub fn save_manager(conn: &mut Conn, it: &Manager) -> Result<(), Refusal> {
    let old = technology_manager::table
        .filter(technology_manager::id.eq(it.id))
        .filter(technology_manager::version.eq(it.version - 1));
    saved(diesel::update(old).set(Row::of(it)?).execute(conn)?)
}

pub fn manager(conn: &mut Conn, id: ManagerId) -> Result<Option<Manager>, Refusal> {
    let row: Option<Row> =
        technology_manager::table.find(id).select(technology_manager::all_columns).first(conn).optional()?;
    row.map(Row::build).transpose()
}

/// The active manager of a certificate.
pub fn certified(conn: &mut Conn, certificate: &str) -> Result<Option<ManagerId>, Refusal> {
    Ok(technology_manager::table
        .filter(technology_manager::certificate.eq(certificate))
        .filter(technology_manager::state.eq(ManagerState::Active))
        .select(technology_manager::id)
        .first(conn)
        .optional()?)
}

/// Active managers in the order in which they were entered.
pub fn managers(
    conn: &mut Conn,
    agency: Option<OrganisationId>,
    level: Option<ManagerLevel>,
    page: &PageQuery,
) -> Result<Page<Manager>, Refusal> {
    let mut query =
        technology_manager::table.into_boxed().filter(technology_manager::state.eq(ManagerState::Active));
    if let Some(agency) = agency {
        query = query.filter(technology_manager::agency.eq(agency));
    }
    if let Some(level) = level {
        query = query.filter(technology_manager::level.eq(level));
    }
    if let Some(after) = page.after::<ManagerId>()? {
        query = query.filter(technology_manager::id.gt(after));
    }
    let rows: Vec<Row> = query
        .order(technology_manager::id.asc())
        .limit(page.limit + 1)
        .select(technology_manager::all_columns)
        .load(conn)?;
    let items = rows.into_iter().map(Row::build).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.limit, |it| it.id))
}

/// Active managers by agency.
pub fn staff(conn: &mut Conn) -> Result<Vec<(OrganisationId, String, i64)>, Refusal> {
    Ok(technology_manager::table
        .filter(technology_manager::state.eq(ManagerState::Active))
        .group_by((technology_manager::agency, technology_manager::agency_name))
        .select((technology_manager::agency, technology_manager::agency_name, diesel::dsl::count_star()))
        .load(conn)?)
}
