//! Rows of the trail.

use diesel::prelude::*;

use super::model::{AuditEntryId, Entry, EntryFilter, Revision, Who};
use crate::db::conn::MultiBackend;
use crate::db::schema::{audit_entry, revision};
use crate::db::{Conn, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

/// Versions of one record that are shown.
const REVISIONS_MAX: i64 = 500;

#[derive(Insertable, Queryable)]
#[diesel(table_name = audit_entry)]
struct EntryRow {
    id: AuditEntryId,
    at: UtcTime,
    actor: String,
    user_id: Option<UserId>,
    organisation_id: Option<OrganisationId>,
    organisation_name: String,
    act: String,
    subject: String,
    detail: String,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = revision)]
struct RevisionRow {
    subject: String,
    version: i64,
    at: UtcTime,
    actor: String,
    user_id: Option<UserId>,
    organisation_id: Option<OrganisationId>,
    organisation_name: String,
    reason: String,
    fields: String,
}

pub fn insert_entry(conn: &mut Conn, entry: &Entry) -> Result<(), Refusal> {
    let entry = entry.clone();
    let row = EntryRow {
        id: entry.id,
        at: entry.at,
        actor: entry.who.label,
        user_id: entry.who.user,
        organisation_id: entry.who.organisation,
        organisation_name: entry.who.organisation_name,
        act: entry.act,
        subject: entry.subject,
        detail: entry.detail,
    };
    diesel::insert_into(audit_entry::table).values(row).execute(conn)?;
    Ok(())
}

pub fn insert_revision(conn: &mut Conn, new: &Revision) -> Result<(), Refusal> {
    let who = new.who.clone();
    let row = RevisionRow {
        subject: new.subject.clone(),
        version: new.version,
        at: new.at,
        actor: who.label,
        user_id: who.user,
        organisation_id: who.organisation,
        organisation_name: who.organisation_name,
        reason: new.reason.clone(),
        fields: to_json(&new.fields)?,
    };
    diesel::insert_into(revision::table).values(row).execute(conn)?;
    Ok(())
}

pub fn revisions(conn: &mut Conn, subject: &str) -> Result<Vec<Revision>, Refusal> {
    let rows: Vec<RevisionRow> = revision::table
        .filter(revision::subject.eq(subject))
        .order(revision::version.desc())
        .limit(REVISIONS_MAX)
        .load(conn)?;
    rows.into_iter().rev().map(Revision::try_from).collect()
}

/// Each person once, however many versions there are.
pub fn people_of(conn: &mut Conn, subject: &str) -> Result<Vec<UserId>, Refusal> {
    let found: Vec<Option<UserId>> = revision::table
        .filter(revision::subject.eq(subject))
        .select(revision::user_id)
        .distinct()
        .load(conn)?;
    Ok(found.into_iter().flatten().collect())
}

pub fn entries(conn: &mut Conn, filter: &EntryFilter, page: &PageQuery) -> Result<Page<Entry>, Refusal> {
    let mut query = audit_entry::table.into_boxed::<MultiBackend>();
    if let Some(subject) = &filter.subject {
        query = query.filter(audit_entry::subject.eq(subject));
    }
    if let Some(act) = &filter.act {
        query = query.filter(audit_entry::act.eq(act));
    }
    if let Some(user) = filter.user {
        query = query.filter(audit_entry::user_id.eq(user));
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(audit_entry::organisation_id.eq(organisation));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_entry::at.ge(from.start()));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit_entry::at.lt(to.end()));
    }
    if let Some((at, id)) = page.after::<(UtcTime, AuditEntryId)>()? {
        query = query.filter(audit_entry::at.lt(at).or(audit_entry::at.eq(at).and(audit_entry::id.lt(id))));
    }
    let rows: Vec<EntryRow> =
        query.order((audit_entry::at.desc(), audit_entry::id.desc())).limit(page.limit + 1).load(conn)?;
    let entries = rows.into_iter().map(Entry::from).collect();
    Ok(Page::cut(entries, page.limit, |entry: &Entry| (entry.at, entry.id)))
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Entry {
            id: row.id,
            at: row.at,
            who: Who {
                label: row.actor,
                user: row.user_id,
                organisation: row.organisation_id,
                organisation_name: row.organisation_name,
            },
            act: row.act,
            subject: row.subject,
            detail: row.detail,
        }
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = Refusal;

    fn try_from(row: RevisionRow) -> Result<Self, Refusal> {
        Ok(Revision {
            subject: row.subject,
            version: row.version,
            at: row.at,
            who: Who {
                label: row.actor,
                user: row.user_id,
                organisation: row.organisation_id,
                organisation_name: row.organisation_name,
            },
            reason: row.reason,
            fields: from_json(&row.fields)?,
        })
    }
}
