//! Schemes and appropriations.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::conn::MultiBackend;
use crate::db::schema::{subsidy_appropriation, subsidy_scheme};
use crate::db::types::{from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::form::{CapForm, FormulaForm, ProcedureForm, SchemeBody, ShareForm};
use crate::subsidy::model::{AppropriationId, AppropriationRecord, Base, BeneficiaryKind, Scheme};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_scheme)]
struct SchemeRow {
    code: String,
    version: i32,
    valid_from: Day,
    valid_to: Option<Day>,
    beneficiary: BeneficiaryKind,
    base: Base,
    body: String,
    division: String,
}

impl SchemeRow {
    fn read(self) -> Result<Scheme, Refusal> {
        let body: SchemeBody = from_json(&self.body)?;
        Ok(Scheme {
            code: self.code,
            version: self.version,
            title_zh: body.title_zh,
            title_en: body.title_en,
            source: body.source,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            beneficiary: self.beneficiary,
            base: self.base,
            formula: body.formula.into(),
            caps: body.caps.into_iter().map(Into::into).collect(),
            shares: body.shares.into_iter().map(Into::into).collect(),
            evidence: body.evidence,
            procedure: body.procedure.into(),
            division: self.division,
            note: body.note,
        })
    }
}

/// All versions of all schemes.
pub fn all(conn: &mut Conn) -> Result<Vec<Scheme>, Refusal> {
    let rows: Vec<SchemeRow> = subsidy_scheme::table
        .order((subsidy_scheme::code.asc(), subsidy_scheme::version.asc()))
        .load(conn)?;
    rows.into_iter().map(SchemeRow::read).collect()
}

/// The versions of one scheme, the newest first.
pub fn versions(conn: &mut Conn, code: &str) -> Result<Vec<Scheme>, Refusal> {
    let rows: Vec<SchemeRow> = subsidy_scheme::table
        .filter(subsidy_scheme::code.eq(code))
        .order(subsidy_scheme::version.desc())
        .load(conn)?;
    rows.into_iter().map(SchemeRow::read).collect()
}

pub fn version(conn: &mut Conn, code: &str, version: i32) -> Result<Option<Scheme>, Refusal> {
    let row: Option<SchemeRow> = subsidy_scheme::table.find((code, version)).first(conn).optional()?;
    row.map(SchemeRow::read).transpose()
}

pub fn insert(conn: &mut Conn, scheme: &Scheme) -> Result<(), Refusal> {
    let body = SchemeBody {
        title_zh: scheme.title_zh.clone(),
        title_en: scheme.title_en.clone(),
        source: scheme.source.clone(),
        formula: FormulaForm::from(&scheme.formula),
        caps: scheme.caps.iter().copied().map(CapForm::from).collect(),
        shares: scheme.shares.iter().copied().map(ShareForm::from).collect(),
        evidence: scheme.evidence.clone(),
        procedure: ProcedureForm::from(&scheme.procedure),
        note: scheme.note.clone(),
    };
    let row = SchemeRow {
        code: scheme.code.clone(),
        version: scheme.version,
        valid_from: scheme.valid_from,
        valid_to: scheme.valid_to,
        beneficiary: scheme.beneficiary,
        base: scheme.base,
        body: to_json(&body)?,
        division: scheme.division.clone(),
    };
    diesel::insert_into(subsidy_scheme::table).values(row).execute(conn)?;
    Ok(())
}

/// The last day of a version that a later one follows.
pub fn end(conn: &mut Conn, code: &str, version: i32, last_day: Day) -> Result<(), Refusal> {
    diesel::update(subsidy_scheme::table.find((code, version)))
        .set(subsidy_scheme::valid_to.eq(last_day))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_appropriation)]
struct AppropriationRow {
    id: AppropriationId,
    year: i32,
    scheme: String,
    amount_fen: Fen,
    document: String,
    note: String,
    actor: String,
    at: UtcTime,
    ledger_number: i64,
}

pub fn insert_appropriation(conn: &mut Conn, record: &AppropriationRecord) -> Result<(), Refusal> {
    let row = AppropriationRow {
        id: record.id,
        year: record.year,
        scheme: record.scheme.clone(),
        amount_fen: record.amount,
        document: record.document.clone(),
        note: record.note.clone(),
        actor: record.actor.clone(),
        at: record.at,
        ledger_number: record.ledger_number,
    };
    diesel::insert_into(subsidy_appropriation::table).values(row).execute(conn)?;
    Ok(())
}

impl From<AppropriationRow> for AppropriationRecord {
    fn from(row: AppropriationRow) -> Self {
        Self {
            id: row.id,
            year: row.year,
            scheme: row.scheme,
            amount: row.amount_fen,
            document: row.document,
            note: row.note,
            actor: row.actor,
            at: row.at,
            ledger_number: row.ledger_number,
        }
    }
}

pub fn appropriations(conn: &mut Conn, year: i32, limit: i64) -> Result<Vec<AppropriationRecord>, Refusal> {
    let rows: Vec<AppropriationRow> = subsidy_appropriation::table
        .filter(subsidy_appropriation::year.eq(year))
        .order((subsidy_appropriation::at.asc(), subsidy_appropriation::id.asc()))
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(AppropriationRecord::from).collect())
}

/// Of all years, in the order of their ids.
pub fn appropriations_after(
    conn: &mut Conn,
    after: Option<AppropriationId>,
    limit: i64,
) -> Result<Vec<AppropriationRecord>, Refusal> {
    let mut query = subsidy_appropriation::table.into_boxed::<MultiBackend>();
    if let Some(id) = after {
        query = query.filter(subsidy_appropriation::id.gt(id));
    }
    let rows: Vec<AppropriationRow> = query.order(subsidy_appropriation::id.asc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(AppropriationRecord::from).collect())
}
