//! Rows of credit records.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::model::{Content, CreditRecordId, Kind, Level, Record, Stage, State, Word};
use crate::db::conn::MultiBackend;
use crate::db::schema::credit_record;
use crate::db::types::stored_words;
use crate::db::{Conn, from_json, saved, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::{Day, UtcTime};

stored_words!(Kind, Level, Stage);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = credit_record, treat_none_as_null = true)]
struct Row {
    id: CreditRecordId,
    version: i64,
    state: Stage,
    kind: Kind,
    level: Level,
    credit_code: String,
    unit_name: String,
    title: String,
    source: String,
    source_number: String,
    effective_on: Day,
    expires_on: Option<Day>,
    process: String,
    recorded_by: UserId,
    recorded_by_organisation: OrganisationId,
    recorded_at: UtcTime,
    updated_at: UtcTime,
    published: bool,
}

/// What was said, as the document that is stored.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Process {
    appeal: Option<WordDoc>,
    answer: Option<WordDoc>,
}

#[derive(Serialize, Deserialize)]
struct WordDoc {
    by: UserId,
    at: UtcTime,
    text: String,
}

fn doc(word: &Word) -> WordDoc {
    WordDoc { by: word.by, at: word.at, text: word.text.clone() }
}

fn word(doc: WordDoc) -> Word {
    Word { by: doc.by, at: doc.at, text: doc.text }
}

impl Row {
    fn of(record: &Record) -> Result<Self, Refusal> {
        let (appeal, answer) = match &record.state {
            State::Standing(None) => (None, None),
            State::Standing(Some((appeal, answer))) => (Some(appeal), Some(answer)),
            State::Appealed(appeal) => (Some(appeal), None),
            State::Lifted { appeal, lifted } => (appeal.as_ref(), Some(lifted)),
        };
        let content = &record.content;
        Ok(Self {
            id: record.id,
            version: record.version,
            state: record.state.stage(),
            kind: content.kind,
            level: content.level,
            credit_code: content.credit_code.clone(),
            unit_name: content.unit_name.clone(),
            title: content.title.clone(),
            source: content.source.clone(),
            source_number: content.source_number.clone(),
            effective_on: content.effective_on,
            expires_on: content.expires_on,
            process: to_json(&Process { appeal: appeal.map(doc), answer: answer.map(doc) })?,
            recorded_by: record.recorded_by,
            recorded_by_organisation: record.recorded_by_organisation,
            recorded_at: record.recorded_at,
            updated_at: record.updated_at,
            published: record.published,
        })
    }

    fn build(self) -> Result<Record, Refusal> {
        let said: Process = from_json(&self.process)?;
        let (appeal, answer) = (said.appeal.map(word), said.answer.map(word));
        let state = match (self.state, appeal, answer) {
            (Stage::Standing, appeal, answer) => State::Standing(appeal.zip(answer)),
            (Stage::Appealed, Some(appeal), _) => State::Appealed(appeal),
            (Stage::Lifted, appeal, Some(lifted)) => State::Lifted { appeal, lifted },
            (stage, ..) => {
                return Err(Refusal::internal(format!("a credit record contradicts its state {stage}")));
            }
        };
        Ok(Record {
            id: self.id,
            version: self.version,
            state,
            content: Content {
                credit_code: self.credit_code,
                unit_name: self.unit_name,
                kind: self.kind,
                level: self.level,
                title: self.title,
                source: self.source,
                source_number: self.source_number,
                effective_on: self.effective_on,
                expires_on: self.expires_on,
            },
            recorded_by: self.recorded_by,
            recorded_by_organisation: self.recorded_by_organisation,
            recorded_at: self.recorded_at,
            updated_at: self.updated_at,
            published: self.published,
        })
    }
}

pub fn insert(conn: &mut Conn, record: &Record) -> Result<(), Refusal> {
    diesel::insert_into(credit_record::table).values(Row::of(record)?).execute(conn)?;
    Ok(())
}

/// Saves a record whose version was raised by one.
pub fn save(conn: &mut Conn, record: &Record) -> Result<(), Refusal> {
    let old = credit_record::table.find(record.id).filter(credit_record::version.eq(record.version - 1));
    saved(diesel::update(old).set(Row::of(record)?).execute(conn)?)
}

pub fn find(conn: &mut Conn, id: CreditRecordId) -> Result<Option<Record>, Refusal> {
    let row: Option<Row> = credit_record::table.find(id).first(conn).optional()?;
    row.map(Row::build).transpose()
}

/// Newest first; of one unit, or of all.
pub fn list(conn: &mut Conn, credit_code: Option<&str>, page: &PageQuery) -> Result<Page<Record>, Refusal> {
    let mut query = credit_record::table.into_boxed::<MultiBackend>();
    if let Some(code) = credit_code {
        query = query.filter(credit_record::credit_code.eq(code.to_owned()));
    }
    if let Some(after) = page.after::<CreditRecordId>()? {
        query = query.filter(credit_record::id.lt(after));
    }
    let rows: Vec<Row> = query.order(credit_record::id.desc()).limit(page.limit + 1).load(conn)?;
    let found = rows.into_iter().map(Row::build).collect::<Result<_, _>>()?;
    Ok(Page::cut(found, page.limit, |record: &Record| record.id))
}

/// Records of a level that stand on a day; of one unit, or a page of all.
pub fn in_force(
    conn: &mut Conn,
    level: Level,
    day: Day,
    credit_code: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Record>, Refusal> {
    let mut query = credit_record::table
        .filter(credit_record::level.eq(level))
        .filter(credit_record::state.ne(Stage::Lifted))
        .filter(credit_record::effective_on.le(day))
        .filter(credit_record::expires_on.is_null().or(credit_record::expires_on.ge(day)))
        .into_boxed::<MultiBackend>();
    if let Some(code) = credit_code {
        query = query.filter(credit_record::credit_code.eq(code.to_owned()));
    }
    if let Some(after) = page.after::<CreditRecordId>()? {
        query = query.filter(credit_record::id.gt(after));
    }
    let rows: Vec<Row> = query.order(credit_record::id.asc()).limit(page.limit + 1).load(conn)?;
    let found = rows.into_iter().map(Row::build).collect::<Result<_, _>>()?;
    Ok(Page::cut(found, page.limit, |record: &Record| record.id))
}

/// Records of a level that began or ended since others were told: those that stand on a day and were not published, and
/// published ones whose last day is over.
pub fn to_tell(conn: &mut Conn, level: Level, day: Day, limit: i64) -> Result<Vec<Record>, Refusal> {
    let begun = credit_record::table
        .filter(credit_record::published.eq(false).and(credit_record::level.eq(level)))
        .filter(credit_record::state.ne(Stage::Lifted))
        .filter(credit_record::effective_on.le(day))
        .filter(credit_record::expires_on.is_null().or(credit_record::expires_on.ge(day)));
    let mut rows: Vec<Row> = begun.order(credit_record::id).limit(limit).load(conn)?;
    let over = credit_record::table
        .filter(credit_record::published.eq(true))
        .filter(credit_record::expires_on.lt(day));
    rows.extend(over.order(credit_record::id).limit(limit).load::<Row>(conn)?);
    rows.into_iter().map(Row::build).collect()
}
