//! What happened to registered contracts: written by the follower, read when a batch is prepared.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::conn::MultiBackend;
use crate::db::schema::{subsidy_batch, subsidy_cause, subsidy_line, subsidy_sheet};
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{BatchState, CauseRecord, SheetRecord};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_cause)]
struct CauseRow {
    seq: i64,
    kind: String,
    contract: String,
    contract_version: i64,
    office: OrganisationId,
    period: i32,
    number: String,
    registered_on: Day,
    counts: bool,
    total_fen: Fen,
    technical_fen: Fen,
    at: UtcTime,
}

impl From<CauseRow> for CauseRecord {
    fn from(row: CauseRow) -> Self {
        Self {
            seq: row.seq,
            kind: row.kind,
            contract: row.contract,
            contract_version: row.contract_version,
            office: row.office,
            period: row.period,
            number: row.number,
            registered_on: row.registered_on,
            counts: row.counts,
            total: row.total_fen,
            technical: row.technical_fen,
            at: row.at,
        }
    }
}

/// Once per change and fact, whatever the retries.
pub fn insert(conn: &mut Conn, cause: &CauseRecord) -> Result<(), Refusal> {
    let row = CauseRow {
        seq: cause.seq,
        kind: cause.kind.clone(),
        contract: cause.contract.clone(),
        contract_version: cause.contract_version,
        office: cause.office,
        period: cause.period,
        number: cause.number.clone(),
        registered_on: cause.registered_on,
        counts: cause.counts,
        total_fen: cause.total,
        technical_fen: cause.technical,
        at: cause.at,
    };
    on_each!(conn, c => diesel::insert_into(subsidy_cause::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// The causes of an office's period after a change number that no live batch has booked, in change order.
pub fn unbooked(
    conn: &mut Conn,
    scheme: &str,
    office: OrganisationId,
    period: i32,
    after: i64,
) -> Result<Vec<CauseRecord>, Refusal> {
    let idle = [BatchState::Returned, BatchState::Void];
    let booked = subsidy_line::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_line::sheet)))
        .filter(subsidy_line::cause_seq.eq(subsidy_cause::seq.nullable()))
        .filter(subsidy_line::contract.eq(subsidy_cause::contract))
        .filter(subsidy_batch::scheme.eq(scheme.to_owned()))
        .filter(subsidy_batch::state.ne_all(idle));
    let rows: Vec<CauseRow> = subsidy_cause::table
        .filter(subsidy_cause::office.eq(office))
        .filter(subsidy_cause::period.eq(period))
        .filter(subsidy_cause::seq.gt(after))
        .filter(diesel::dsl::not(exists(booked)))
        .order(subsidy_cause::seq.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(CauseRecord::from).collect())
}

/// The causes of paid claims of a scheme that no live batch has booked, in change order.
pub fn unbooked_of_claims(conn: &mut Conn, scheme: &str, limit: i64) -> Result<Vec<CauseRecord>, Refusal> {
    let idle = [BatchState::Returned, BatchState::Void];
    let paid = subsidy_line::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_line::sheet)))
        .inner_join(subsidy_sheet::table.on(subsidy_sheet::id.eq(subsidy_line::sheet)))
        .filter(subsidy_line::contract.eq(subsidy_cause::contract))
        .filter(subsidy_batch::scheme.eq(scheme.to_owned()))
        .filter(subsidy_batch::beneficiary.eq(""))
        .filter(subsidy_batch::state.eq(BatchState::Paid))
        .filter(subsidy_sheet::as_of_seq.lt(subsidy_cause::seq));
    let (line, batch) = diesel::alias!(subsidy_line as booked_line, subsidy_batch as booked_batch);
    let booked = line
        .inner_join(batch.on(batch.field(subsidy_batch::sheet).eq(line.field(subsidy_line::sheet))))
        .filter(line.field(subsidy_line::cause_seq).eq(subsidy_cause::seq.nullable()))
        .filter(line.field(subsidy_line::contract).eq(subsidy_cause::contract))
        .filter(batch.field(subsidy_batch::scheme).eq(scheme.to_owned()))
        .filter(batch.field(subsidy_batch::state).ne_all(idle));
    let rows: Vec<CauseRow> = subsidy_cause::table
        .filter(exists(paid))
        .filter(diesel::dsl::not(exists(booked)))
        .order(subsidy_cause::seq.asc())
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(CauseRecord::from).collect())
}

/// All causes in order, after a change and fact.
pub fn after(conn: &mut Conn, after: Option<(i64, String)>, limit: i64) -> Result<Vec<CauseRecord>, Refusal> {
    let mut query = subsidy_cause::table.into_boxed::<MultiBackend>();
    if let Some((seq, contract)) = after {
        let same = subsidy_cause::seq.eq(seq).and(subsidy_cause::contract.gt(contract));
        query = query.filter(subsidy_cause::seq.gt(seq).or(same));
    }
    let order = (subsidy_cause::seq.asc(), subsidy_cause::contract.asc());
    let rows: Vec<CauseRow> = query.order(order).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(CauseRecord::from).collect())
}

/// The registration number of a contract of this sheet that has changed since the sheet was computed.
pub fn outdated(conn: &mut Conn, sheet: &SheetRecord) -> Result<Option<String>, Refusal> {
    let number = subsidy_cause::table
        .inner_join(subsidy_line::table.on(subsidy_line::contract.eq(subsidy_cause::contract)))
        .filter(subsidy_line::sheet.eq(sheet.id))
        .filter(subsidy_cause::seq.gt(sheet.as_of_seq))
        .order(subsidy_cause::seq.asc())
        .select(subsidy_cause::number)
        .first(conn)
        .optional()?;
    Ok(number)
}
