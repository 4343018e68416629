//! Rows of what the outlet shows.

use diesel::prelude::*;

use super::args::{Dimension, Selection, Set};
use crate::db::Conn;
use crate::db::schema::oai_record;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = oai_record, treat_none_as_null = true)]
pub struct Record {
    /// Its URN, which is the identifier.
    pub subject: String,
    /// Whole seconds.
    pub stamp: UtcTime,
    pub seq: i64,
    pub version: i64,
    pub kind: String,
    pub field: String,
    pub division: String,
    pub deleted: bool,
    /// Canonical text; none once deleted.
    pub public: Option<String>,
}

pub fn find(conn: &mut Conn, subject: &str) -> Result<Option<Record>, Refusal> {
    Ok(oai_record::table.find(subject).select(Record::as_select()).first(conn).optional()?)
}

pub fn put(conn: &mut Conn, record: &Record) -> Result<(), Refusal> {
    let updated = diesel::update(oai_record::table.find(&record.subject)).set(record).execute(conn)?;
    if updated == 0 {
        diesel::insert_into(oai_record::table).values(record).execute(conn)?;
    }
    Ok(())
}

pub fn earliest(conn: &mut Conn) -> Result<Option<UtcTime>, Refusal> {
    Ok(oai_record::table.order(oai_record::stamp).select(oai_record::stamp).first(conn).optional()?)
}

/// The next records of a selection, in the order of their datestamps.
pub fn list(
    conn: &mut Conn,
    selection: &Selection,
    set: Option<&Set>,
    limit: i64,
) -> Result<Vec<Record>, Refusal> {
    let mut query = oai_record::table.into_boxed();
    if let Some(from) = selection.from {
        query = query.filter(oai_record::stamp.ge(from));
    }
    if let Some(until) = selection.until {
        query = query.filter(oai_record::stamp.le(until));
    }
    if let Some(place) = &selection.after {
        let later = oai_record::stamp.gt(place.stamp);
        let beside = oai_record::stamp.eq(place.stamp).and(oai_record::subject.gt(place.subject.clone()));
        query = query.filter(later.or(beside));
    }
    if let Some(Set { dimension, value }) = set {
        let value = value.clone();
        query = match (dimension, value) {
            (Dimension::Type, Some(value)) => query.filter(oai_record::kind.eq(value)),
            (Dimension::Type, None) => query,
            (Dimension::Field, Some(value)) => query.filter(oai_record::field.eq(value)),
            (Dimension::Field, None) => query.filter(oai_record::field.ne("")),
            (Dimension::Division, Some(value)) => query.filter(oai_record::division.eq(value)),
            (Dimension::Division, None) => query.filter(oai_record::division.ne("")),
        };
    }
    let ordered = query.order((oai_record::stamp, oai_record::subject)).limit(limit);
    Ok(ordered.select(Record::as_select()).load(conn)?)
}

/// The values that a dimension has among the records.
pub fn values(conn: &mut Conn, dimension: Dimension, limit: i64) -> Result<Vec<String>, Refusal> {
    let all = oai_record::table;
    let values: Vec<String> = match dimension {
        Dimension::Type => {
            all.select(oai_record::kind).distinct().order(oai_record::kind).limit(limit).load(conn)?
        }
        Dimension::Field => {
            all.select(oai_record::field).distinct().order(oai_record::field).limit(limit).load(conn)?
        }
        Dimension::Division => {
            all.select(oai_record::division).distinct().order(oai_record::division).limit(limit).load(conn)?
        }
    };
    Ok(values.into_iter().filter(|value| !value.is_empty()).collect())
}
