//! Batches and their steps.

use diesel::prelude::*;

use super::sheet::SheetRow;
use crate::db::conn::MultiBackend;
use crate::db::schema::{subsidy_batch, subsidy_sheet, subsidy_step};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{BatchFilter, BatchId, BatchRecord, BatchState, SheetId, StepKind, StepRecord};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_batch)]
pub(super) struct BatchRow {
    id: BatchId,
    version: i64,
    state: BatchState,
    round: i32,
    scheme: String,
    scheme_version: i32,
    period: i32,
    budget_year: i32,
    beneficiary: String,
    beneficiary_name: String,
    beneficiary_code: String,
    sheet: SheetId,
    created_at: UtcTime,
    updated_at: UtcTime,
    publicised_on: Option<Day>,
    publicity_until: Option<Day>,
}

pub(super) fn read((row, sheet): (BatchRow, SheetRow)) -> BatchRecord {
    BatchRecord {
        id: row.id,
        version: row.version,
        state: row.state,
        round: row.round,
        scheme: row.scheme,
        scheme_version: row.scheme_version,
        period: row.period,
        budget_year: row.budget_year,
        beneficiary: (!row.beneficiary.is_empty()).then_some(PartyRef {
            urn: row.beneficiary,
            name: row.beneficiary_name,
            credit_code: row.beneficiary_code,
        }),
        sheet: sheet.into(),
        publicised_on: row.publicised_on,
        publicity_until: row.publicity_until,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

pub fn insert(conn: &mut Conn, batch: &BatchRecord) -> Result<(), Refusal> {
    let nobody = || PartyRef { urn: String::new(), name: String::new(), credit_code: String::new() };
    let beneficiary = batch.beneficiary.clone().unwrap_or_else(nobody);
    let row = BatchRow {
        id: batch.id,
        version: batch.version,
        state: batch.state,
        round: batch.round,
        scheme: batch.scheme.clone(),
        scheme_version: batch.scheme_version,
        period: batch.period,
        budget_year: batch.budget_year,
        beneficiary: beneficiary.urn,
        beneficiary_name: beneficiary.name,
        beneficiary_code: beneficiary.credit_code,
        sheet: batch.sheet.id,
        created_at: batch.created_at,
        updated_at: batch.updated_at,
        publicised_on: batch.publicised_on,
        publicity_until: batch.publicity_until,
    };
    diesel::insert_into(subsidy_batch::table).values(row).execute(conn)?;
    Ok(())
}

/// Saves what a step changes; `batch.version` is the new one.
pub fn save(conn: &mut Conn, batch: &BatchRecord) -> Result<(), Refusal> {
    let old = subsidy_batch::table.find(batch.id).filter(subsidy_batch::version.eq(batch.version - 1));
    let rows = diesel::update(old)
        .set((
            subsidy_batch::version.eq(batch.version),
            subsidy_batch::state.eq(batch.state),
            subsidy_batch::round.eq(batch.round),
            subsidy_batch::scheme_version.eq(batch.scheme_version),
            subsidy_batch::budget_year.eq(batch.budget_year),
            subsidy_batch::sheet.eq(batch.sheet.id),
            subsidy_batch::updated_at.eq(batch.updated_at),
            subsidy_batch::publicised_on.eq(batch.publicised_on),
            subsidy_batch::publicity_until.eq(batch.publicity_until),
        ))
        .execute(conn)?;
    saved(rows)
}

pub fn find(conn: &mut Conn, id: BatchId) -> Result<Option<BatchRecord>, Refusal> {
    let row = subsidy_batch::table.inner_join(subsidy_sheet::table).filter(subsidy_batch::id.eq(id));
    Ok(row.first(conn).optional()?.map(read))
}

/// The one batch of a beneficiary and period that is not void.
pub fn live(
    conn: &mut Conn,
    scheme: &str,
    beneficiary: &str,
    period: i32,
) -> Result<Option<BatchRecord>, Refusal> {
    let row = subsidy_batch::table
        .inner_join(subsidy_sheet::table)
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::beneficiary.eq(beneficiary))
        .filter(subsidy_batch::period.eq(period))
        .filter(subsidy_batch::state.ne(BatchState::Void));
    Ok(row.first(conn).optional()?.map(read))
}

/// The batch of claims that is neither paid nor void.
pub fn claims_under_way(conn: &mut Conn, scheme: &str) -> Result<Option<BatchRecord>, Refusal> {
    let row = subsidy_batch::table
        .inner_join(subsidy_sheet::table)
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::beneficiary.eq(""))
        .filter(subsidy_batch::state.ne_all([BatchState::Void, BatchState::Paid]));
    Ok(row.first(conn).optional()?.map(read))
}

/// The paid batches of a beneficiary for periods before one, the oldest first.
pub fn paid_before(
    conn: &mut Conn,
    scheme: &str,
    beneficiary: &str,
    period: i32,
) -> Result<Vec<BatchRecord>, Refusal> {
    let rows: Vec<(BatchRow, SheetRow)> = subsidy_batch::table
        .inner_join(subsidy_sheet::table)
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::beneficiary.eq(beneficiary))
        .filter(subsidy_batch::period.lt(period))
        .filter(subsidy_batch::state.eq(BatchState::Paid))
        .order(subsidy_batch::period.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// A batch of this scheme and beneficiary that is under way and corrects something.
pub fn open_with_corrections(
    conn: &mut Conn,
    scheme: &str,
    beneficiary: &str,
    but: Option<BatchId>,
) -> Result<Option<BatchId>, Refusal> {
    let under_way = [BatchState::Prepared, BatchState::Verified, BatchState::Approved];
    let open: Vec<BatchId> = subsidy_batch::table
        .inner_join(subsidy_sheet::table)
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::beneficiary.eq(beneficiary))
        .filter(subsidy_batch::state.eq_any(under_way))
        .filter(subsidy_sheet::corrections.gt(0))
        .select(subsidy_batch::id)
        .load(conn)?;
    Ok(open.into_iter().find(|id| Some(*id) != but))
}

/// A version of a scheme, and the instant before which what it prepared should have been approved.
pub struct Overdue {
    pub scheme_version: i32,
    pub prepared_before: UtcTime,
    pub limit: i64,
}

/// Batches that hold money and are not approved: of one budget year, or prepared too long ago, the oldest first.
pub fn unapproved(
    conn: &mut Conn,
    scheme: &str,
    budget_year: Option<i32>,
    overdue: Option<&Overdue>,
) -> Result<Vec<BatchRecord>, Refusal> {
    let mut query = subsidy_batch::table.inner_join(subsidy_sheet::table).into_boxed::<MultiBackend>();
    query = query
        .filter(subsidy_batch::scheme.eq(scheme.to_owned()))
        .filter(subsidy_batch::state.eq_any([BatchState::Prepared, BatchState::Verified]));
    if let Some(year) = budget_year {
        query = query.filter(subsidy_batch::budget_year.eq(year));
    }
    if let Some(overdue) = overdue {
        // Its sheet was written when it was prepared, in whichever round; what was verified since gains no time.
        query = query
            .filter(subsidy_batch::scheme_version.eq(overdue.scheme_version))
            .filter(subsidy_sheet::written_at.lt(overdue.prepared_before))
            .limit(overdue.limit);
    }
    let rows: Vec<(BatchRow, SheetRow)> = query.order(subsidy_batch::id.asc()).load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// Whether any batch that is not void is for this year or a later one.
pub fn any_from(conn: &mut Conn, scheme: &str, period: i32) -> Result<bool, Refusal> {
    let found: Option<BatchId> = subsidy_batch::table
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::period.ge(period))
        .filter(subsidy_batch::state.ne(BatchState::Void))
        .select(subsidy_batch::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// In the order of their ids.
pub fn after(conn: &mut Conn, after: Option<BatchId>, limit: i64) -> Result<Vec<BatchRecord>, Refusal> {
    let mut query = subsidy_batch::table.inner_join(subsidy_sheet::table).into_boxed::<MultiBackend>();
    if let Some(id) = after {
        query = query.filter(subsidy_batch::id.gt(id));
    }
    let rows: Vec<(BatchRow, SheetRow)> = query.order(subsidy_batch::id.asc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

/// The newest first.
pub fn page(
    conn: &mut Conn,
    filter: &BatchFilter,
    schemes: Option<&[String]>,
    before: Option<BatchId>,
    limit: i64,
) -> Result<Vec<BatchRecord>, Refusal> {
    let mut query = subsidy_batch::table.inner_join(subsidy_sheet::table).into_boxed::<MultiBackend>();
    if let Some(scheme) = &filter.scheme {
        query = query.filter(subsidy_batch::scheme.eq(scheme.clone()));
    }
    if let Some(period) = filter.period {
        query = query.filter(subsidy_batch::period.eq(period));
    }
    if let Some(state) = filter.state {
        query = query.filter(subsidy_batch::state.eq(state));
    }
    if let Some(beneficiary) = &filter.beneficiary {
        query = query.filter(subsidy_batch::beneficiary.eq(beneficiary.clone()));
    }
    if let Some(schemes) = schemes {
        query = query.filter(subsidy_batch::scheme.eq_any(schemes.to_vec()));
    }
    if let Some(id) = before {
        query = query.filter(subsidy_batch::id.lt(id));
    }
    let rows: Vec<(BatchRow, SheetRow)> = query.order(subsidy_batch::id.desc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(read).collect())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_step)]
struct StepRow {
    batch: BatchId,
    position: i32,
    round: i32,
    step: StepKind,
    person: UserId,
    person_name: String,
    organisation: OrganisationId,
    at: UtcTime,
    opinion: String,
    sheet: SheetId,
    ledger_number: Option<i64>,
}

pub fn insert_step(
    conn: &mut Conn,
    batch: BatchId,
    position: usize,
    step: &StepRecord,
) -> Result<(), Refusal> {
    let row = StepRow {
        batch,
        position: i32::try_from(position).map_err(Refusal::internal)?,
        round: step.round,
        step: step.step,
        person: step.person,
        person_name: step.person_name.clone(),
        organisation: step.organisation,
        at: step.at,
        opinion: step.opinion.clone(),
        sheet: step.sheet,
        ledger_number: step.ledger_number,
    };
    diesel::insert_into(subsidy_step::table).values(row).execute(conn)?;
    Ok(())
}

pub fn steps(conn: &mut Conn, batch: BatchId) -> Result<Vec<StepRecord>, Refusal> {
    let rows: Vec<StepRow> = subsidy_step::table
        .filter(subsidy_step::batch.eq(batch))
        .order(subsidy_step::position.asc())
        .load(conn)?;
    let read = |row: StepRow| StepRecord {
        round: row.round,
        step: row.step,
        person: row.person,
        person_name: row.person_name,
        organisation: row.organisation,
        at: row.at,
        opinion: row.opinion,
        sheet: row.sheet,
        ledger_number: row.ledger_number,
    };
    Ok(rows.into_iter().map(read).collect())
}
