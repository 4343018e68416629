//! Sheets and their lines.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::db::schema::{subsidy_batch, subsidy_line, subsidy_sheet};
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{
    BatchId, BatchState, LineCause, LineKind, LineRecord, LineShare, SheetId, SheetRecord,
};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_sheet)]
pub(super) struct SheetRow {
    id: SheetId,
    batch: Option<BatchId>,
    as_of_seq: i64,
    contracts: i32,
    corrections: i32,
    base_fen: Fen,
    total_fen: Fen,
    written_at: UtcTime,
}

impl From<SheetRow> for SheetRecord {
    fn from(row: SheetRow) -> Self {
        Self {
            id: row.id,
            as_of_seq: row.as_of_seq,
            contracts: row.contracts,
            corrections: row.corrections,
            base: row.base_fen,
            total: row.total_fen,
        }
    }
}

/// A sheet that no batch points to yet: nobody sees it.
pub fn insert(conn: &mut Conn, sheet: &SheetRecord, now: UtcTime) -> Result<(), Refusal> {
    let row = SheetRow {
        id: sheet.id,
        batch: None,
        as_of_seq: sheet.as_of_seq,
        contracts: sheet.contracts,
        corrections: sheet.corrections,
        base_fen: sheet.base,
        total_fen: sheet.total,
        written_at: now,
    };
    diesel::insert_into(subsidy_sheet::table).values(row).execute(conn)?;
    Ok(())
}

pub fn assign(conn: &mut Conn, sheet: SheetId, batch: BatchId) -> Result<(), Refusal> {
    diesel::update(subsidy_sheet::table.find(sheet)).set(subsidy_sheet::batch.eq(batch)).execute(conn)?;
    Ok(())
}

/// All sheets that a batch had, the oldest first.
pub fn of_batch(conn: &mut Conn, batch: BatchId) -> Result<Vec<SheetRecord>, Refusal> {
    let rows: Vec<SheetRow> = subsidy_sheet::table
        .filter(subsidy_sheet::batch.eq(batch))
        .order((subsidy_sheet::written_at.asc(), subsidy_sheet::id.asc()))
        .load(conn)?;
    Ok(rows.into_iter().map(SheetRecord::from).collect())
}

/// Sheets that were begun before and never used.
pub fn abandoned(conn: &mut Conn, before: UtcTime) -> Result<Option<SheetId>, Refusal> {
    let id = subsidy_sheet::table
        .filter(subsidy_sheet::batch.is_null())
        .filter(subsidy_sheet::written_at.lt(before))
        .order(subsidy_sheet::written_at.asc())
        .select(subsidy_sheet::id)
        .first(conn)
        .optional()?;
    Ok(id)
}

/// Removes a slice of an abandoned sheet's lines, and the sheet itself with the last of them.
pub fn sweep(conn: &mut Conn, sheet: SheetId, limit: i32) -> Result<usize, Refusal> {
    let last: Option<i32> = subsidy_line::table
        .filter(subsidy_line::sheet.eq(sheet))
        .select(diesel::dsl::max(subsidy_line::position))
        .first(conn)?;
    let Some(last) = last else {
        super::payee::sweep(conn, sheet)?;
        return Ok(diesel::delete(subsidy_sheet::table.find(sheet)).execute(conn)?);
    };
    let slice = subsidy_line::table
        .filter(subsidy_line::sheet.eq(sheet))
        .filter(subsidy_line::position.gt(last - limit));
    Ok(diesel::delete(slice).execute(conn)?)
}

#[derive(Queryable, Insertable, Clone)]
#[diesel(table_name = subsidy_line)]
struct LineRow {
    sheet: SheetId,
    position: i32,
    kind: LineKind,
    period: i32,
    scheme_version: i32,
    contract: String,
    contract_version: i64,
    number: String,
    registered_on: Day,
    total_fen: Fen,
    technical_fen: Fen,
    base_fen: Fen,
    amount_fen: Fen,
    cause_seq: Option<i64>,
    cause_kind: Option<String>,
    beneficiary: String,
    cap_group: String,
    ended: bool,
}

impl LineRow {
    fn new(sheet: SheetId, line: &LineRecord) -> Self {
        Self {
            sheet,
            position: line.position,
            kind: line.kind,
            period: line.period,
            scheme_version: line.scheme_version,
            contract: line.contract.clone(),
            contract_version: line.contract_version,
            number: line.number.clone(),
            registered_on: line.registered_on,
            total_fen: line.total,
            technical_fen: line.technical,
            base_fen: line.base,
            amount_fen: line.amount,
            cause_seq: line.cause.as_ref().map(|cause| cause.seq),
            cause_kind: line.cause.as_ref().map(|cause| cause.kind.clone()),
            beneficiary: line.beneficiary.clone(),
            cap_group: line.cap_group.clone(),
            ended: line.ended,
        }
    }
}

impl From<LineRow> for LineRecord {
    fn from(row: LineRow) -> Self {
        Self {
            position: row.position,
            kind: row.kind,
            period: row.period,
            scheme_version: row.scheme_version,
            contract: row.contract,
            contract_version: row.contract_version,
            number: row.number,
            registered_on: row.registered_on,
            beneficiary: row.beneficiary,
            cap_group: row.cap_group,
            total: row.total_fen,
            technical: row.technical_fen,
            base: row.base_fen,
            amount: row.amount_fen,
            ended: row.ended,
            cause: row.cause_seq.map(|seq| LineCause { seq, kind: row.cause_kind.unwrap_or_default() }),
            shares: vec![],
        }
    }
}

/// Lines with who bears them; only corrections that take back are ever shared.
fn read(conn: &mut Conn, rows: Vec<LineRow>) -> Result<Vec<LineRecord>, Refusal> {
    let takes_back = |row: &&LineRow| row.kind == LineKind::Correction && row.amount_fen.is_negative();
    let mut sheets: Vec<SheetId> = rows.iter().filter(takes_back).map(|row| row.sheet).collect();
    sheets.sort();
    sheets.dedup();
    let mut shares: BTreeMap<(SheetId, i32), Vec<LineShare>> = BTreeMap::new();
    if !sheets.is_empty() {
        for (sheet, position, share) in super::circle::shares(conn, &sheets)? {
            shares.entry((sheet, position)).or_default().push(share);
        }
    }
    let line = |row: LineRow| {
        let shares = shares.remove(&(row.sheet, row.position)).unwrap_or_default();
        LineRecord { shares, ..LineRecord::from(row) }
    };
    Ok(rows.into_iter().map(line).collect())
}

pub fn insert_lines(conn: &mut Conn, sheet: SheetId, lines: &[LineRecord]) -> Result<(), Refusal> {
    let rows: Vec<LineRow> = lines.iter().map(|line| LineRow::new(sheet, line)).collect();
    on_each!(conn, c => diesel::insert_into(subsidy_line::table).values(rows).execute(c))?;
    super::circle::insert_shares(conn, sheet, lines)
}

pub fn lines(
    conn: &mut Conn,
    sheet: SheetId,
    after: Option<i32>,
    limit: i64,
) -> Result<Vec<LineRecord>, Refusal> {
    let rows: Vec<LineRow> = subsidy_line::table
        .filter(subsidy_line::sheet.eq(sheet))
        .filter(subsidy_line::position.gt(after.unwrap_or(-1)))
        .order(subsidy_line::position.asc())
        .limit(limit)
        .load(conn)?;
    read(conn, rows)
}

/// What is booked with cap groups in a period: the facts first, then the corrections as they came.
/// A returned batch books nothing.
pub fn booked(
    conn: &mut Conn,
    scheme: &str,
    cap_groups: &[String],
    period: i32,
) -> Result<Vec<LineRecord>, Refusal> {
    let idle = [BatchState::Returned, BatchState::Void];
    let rows: Vec<LineRow> = subsidy_line::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_line::sheet)))
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::state.ne_all(idle))
        .filter(subsidy_line::cap_group.eq_any(cap_groups.to_vec()))
        .filter(subsidy_line::period.eq(period))
        .select(subsidy_line::all_columns)
        .load(conn)?;
    let mut lines = read(conn, rows)?;
    lines.sort_by_key(|line| (line.cause.as_ref().map_or(0, |cause| cause.seq), line.position));
    Ok(lines)
}

/// Whether a correction of this sheet, which waits for its batch, was booked by another batch.
pub fn overtaken(conn: &mut Conn, scheme: &str, sheet: SheetId) -> Result<bool, Refusal> {
    let idle = [BatchState::Returned, BatchState::Void];
    let other = diesel::alias!(subsidy_line as other_line);
    let found: Option<i32> = subsidy_line::table
        .inner_join(
            other.on(other
                .field(subsidy_line::cause_seq)
                .eq(subsidy_line::cause_seq)
                .and(other.field(subsidy_line::contract).eq(subsidy_line::contract))),
        )
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(other.field(subsidy_line::sheet))))
        .filter(subsidy_line::sheet.eq(sheet))
        .filter(subsidy_line::cause_seq.is_not_null())
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::state.ne_all(idle))
        .select(subsidy_line::position)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// With whom a fact was counted when it was booked.
pub fn cap_group_of(conn: &mut Conn, scheme: &str, contract: &str) -> Result<Option<String>, Refusal> {
    let idle = [BatchState::Returned, BatchState::Void];
    Ok(subsidy_line::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_line::sheet)))
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::state.ne_all(idle))
        .filter(subsidy_line::contract.eq(contract))
        .select(subsidy_line::cap_group)
        .first(conn)
        .optional()?)
}
