//! What beneficiaries owe back, and closed budget years.

use diesel::prelude::*;

use crate::db::conn::MultiBackend;
use crate::db::schema::{subsidy_clawback, subsidy_closed_year, subsidy_settlement};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{
    BatchId, ClawbackId, ClawbackRecord, ClosedYear, SettlementId, SettlementKind, SettlementRecord,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_clawback)]
struct ClawbackRow {
    id: ClawbackId,
    version: i64,
    batch: BatchId,
    beneficiary: String,
    name: String,
    scheme: String,
    fund: String,
    budget_year: i32,
    amount_fen: Fen,
    settled_fen: Fen,
    due_on: Day,
    created_at: UtcTime,
    ledger_number: i64,
}

impl From<ClawbackRow> for ClawbackRecord {
    fn from(row: ClawbackRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            batch: row.batch,
            beneficiary: row.beneficiary,
            name: row.name,
            scheme: row.scheme,
            fund: row.fund,
            budget_year: row.budget_year,
            amount: row.amount_fen,
            settled: row.settled_fen,
            due_on: row.due_on,
            created_at: row.created_at,
            ledger_number: row.ledger_number,
        }
    }
}

pub fn insert(conn: &mut Conn, it: &ClawbackRecord) -> Result<(), Refusal> {
    let row = ClawbackRow {
        id: it.id,
        version: it.version,
        batch: it.batch,
        beneficiary: it.beneficiary.clone(),
        name: it.name.clone(),
        scheme: it.scheme.clone(),
        fund: it.fund.clone(),
        budget_year: it.budget_year,
        amount_fen: it.amount,
        settled_fen: it.settled,
        due_on: it.due_on,
        created_at: it.created_at,
        ledger_number: it.ledger_number,
    };
    diesel::insert_into(subsidy_clawback::table).values(row).execute(conn)?;
    Ok(())
}

/// Saves what is settled; `version` is the new one.
pub fn save(conn: &mut Conn, it: &ClawbackRecord) -> Result<(), Refusal> {
    let old = subsidy_clawback::table.find(it.id).filter(subsidy_clawback::version.eq(it.version - 1));
    let rows = diesel::update(old)
        .set((subsidy_clawback::version.eq(it.version), subsidy_clawback::settled_fen.eq(it.settled)))
        .execute(conn)?;
    saved(rows)
}

pub fn find(conn: &mut Conn, id: ClawbackId) -> Result<Option<ClawbackRecord>, Refusal> {
    let row: Option<ClawbackRow> = subsidy_clawback::table.find(id).first(conn).optional()?;
    Ok(row.map(ClawbackRecord::from))
}

/// What a beneficiary still owes, the earliest due first.
pub fn open_of(conn: &mut Conn, beneficiary: &str) -> Result<Vec<ClawbackRecord>, Refusal> {
    let rows: Vec<ClawbackRow> = subsidy_clawback::table
        .filter(subsidy_clawback::beneficiary.eq(beneficiary))
        .filter(subsidy_clawback::settled_fen.lt(subsidy_clawback::amount_fen))
        .order((subsidy_clawback::due_on.asc(), subsidy_clawback::id.asc()))
        .load(conn)?;
    Ok(rows.into_iter().map(ClawbackRecord::from).collect())
}

pub fn of_batch(conn: &mut Conn, batch: BatchId) -> Result<Vec<ClawbackRecord>, Refusal> {
    let rows: Vec<ClawbackRow> = subsidy_clawback::table
        .filter(subsidy_clawback::batch.eq(batch))
        .order(subsidy_clawback::id.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(ClawbackRecord::from).collect())
}

/// The newest first; of one beneficiary if given, of these schemes if given.
pub fn page(
    conn: &mut Conn,
    beneficiary: Option<&str>,
    schemes: Option<&[String]>,
    open: Option<bool>,
    before: Option<ClawbackId>,
    limit: i64,
) -> Result<Vec<ClawbackRecord>, Refusal> {
    let mut query = subsidy_clawback::table.into_boxed::<MultiBackend>();
    if let Some(beneficiary) = beneficiary {
        query = query.filter(subsidy_clawback::beneficiary.eq(beneficiary.to_owned()));
    }
    if let Some(schemes) = schemes {
        query = query.filter(subsidy_clawback::scheme.eq_any(schemes.to_vec()));
    }
    if let Some(open) = open {
        query = if open {
            query.filter(subsidy_clawback::settled_fen.lt(subsidy_clawback::amount_fen))
        } else {
            query.filter(subsidy_clawback::settled_fen.ge(subsidy_clawback::amount_fen))
        };
    }
    if let Some(id) = before {
        query = query.filter(subsidy_clawback::id.lt(id));
    }
    let rows: Vec<ClawbackRow> = query.order(subsidy_clawback::id.desc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(ClawbackRecord::from).collect())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_settlement)]
struct SettlementRow {
    id: SettlementId,
    clawback: ClawbackId,
    kind: SettlementKind,
    amount_fen: Fen,
    effective: Day,
    reference: String,
    actor: String,
    at: UtcTime,
    ledger_number: i64,
}

pub fn insert_settlement(conn: &mut Conn, it: &SettlementRecord) -> Result<(), Refusal> {
    let row = SettlementRow {
        id: it.id,
        clawback: it.clawback,
        kind: it.kind,
        amount_fen: it.amount,
        effective: it.effective,
        reference: it.reference.clone(),
        actor: it.actor.clone(),
        at: it.at,
        ledger_number: it.ledger_number,
    };
    diesel::insert_into(subsidy_settlement::table).values(row).execute(conn)?;
    Ok(())
}

pub fn settlements(conn: &mut Conn, clawback: ClawbackId) -> Result<Vec<SettlementRecord>, Refusal> {
    let rows: Vec<SettlementRow> = subsidy_settlement::table
        .filter(subsidy_settlement::clawback.eq(clawback))
        .order((subsidy_settlement::at.asc(), subsidy_settlement::id.asc()))
        .load(conn)?;
    let read = |row: SettlementRow| SettlementRecord {
        id: row.id,
        clawback: row.clawback,
        kind: row.kind,
        amount: row.amount_fen,
        effective: row.effective,
        reference: row.reference,
        actor: row.actor,
        at: row.at,
        ledger_number: row.ledger_number,
    };
    Ok(rows.into_iter().map(read).collect())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_closed_year)]
struct ClosedRow {
    fund: String,
    year: i32,
    lapsed_fen: Fen,
    actor: String,
    at: UtcTime,
}

pub fn insert_closed(conn: &mut Conn, closed: &ClosedYear) -> Result<(), Refusal> {
    let row = ClosedRow {
        fund: closed.fund.clone(),
        year: closed.year,
        lapsed_fen: closed.lapsed,
        actor: closed.actor.clone(),
        at: closed.at,
    };
    diesel::insert_into(subsidy_closed_year::table).values(row).execute(conn)?;
    Ok(())
}

impl From<ClosedRow> for ClosedYear {
    fn from(row: ClosedRow) -> Self {
        Self { fund: row.fund, year: row.year, lapsed: row.lapsed_fen, actor: row.actor, at: row.at }
    }
}

pub fn closed(conn: &mut Conn, fund: &str, year: i32) -> Result<Option<ClosedYear>, Refusal> {
    let row: Option<ClosedRow> = subsidy_closed_year::table.find((fund, year)).first(conn).optional()?;
    Ok(row.map(ClosedYear::from))
}

/// All of them: one for each budget and year.
pub fn closed_years(conn: &mut Conn) -> Result<Vec<ClosedYear>, Refusal> {
    let rows: Vec<ClosedRow> = subsidy_closed_year::table
        .order((subsidy_closed_year::fund.asc(), subsidy_closed_year::year.asc()))
        .load(conn)?;
    Ok(rows.into_iter().map(ClosedYear::from).collect())
}
