//! Which cap groups count together, and who bears a correction that one of them cannot bear alone.

use diesel::prelude::*;

use crate::db::schema::{
    subsidy_batch, subsidy_claim, subsidy_counted_with, subsidy_group_member, subsidy_line,
    subsidy_line_share,
};
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::subsidy::model::{BatchState, Circle, LineRecord, LineShare, SheetId};

const IDLE: [BatchState; 2] = [BatchState::Returned, BatchState::Void];

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_line_share)]
struct ShareRow {
    sheet: SheetId,
    position: i32,
    beneficiary: String,
    amount_fen: Fen,
}

/// Who bears the lines of a sheet that have shares.
pub fn insert_shares(conn: &mut Conn, sheet: SheetId, lines: &[LineRecord]) -> Result<(), Refusal> {
    let row = |line: &LineRecord, share: &LineShare| ShareRow {
        sheet,
        position: line.position,
        beneficiary: share.beneficiary.clone(),
        amount_fen: share.amount,
    };
    let rows: Vec<ShareRow> =
        lines.iter().flat_map(|line| line.shares.iter().map(move |share| row(line, share))).collect();
    if !rows.is_empty() {
        on_each!(conn, c => diesel::insert_into(subsidy_line_share::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// Sheet, place of the line, share; in the order of the beneficiaries.
pub fn shares(conn: &mut Conn, sheets: &[SheetId]) -> Result<Vec<(SheetId, i32, LineShare)>, Refusal> {
    let rows: Vec<ShareRow> = subsidy_line_share::table
        .filter(subsidy_line_share::sheet.eq_any(sheets.to_vec()))
        .order((
            subsidy_line_share::sheet.asc(),
            subsidy_line_share::position.asc(),
            subsidy_line_share::beneficiary.asc(),
        ))
        .load(conn)?;
    let read = |row: ShareRow| {
        (row.sheet, row.position, LineShare { beneficiary: row.beneficiary, amount: row.amount_fen })
    };
    Ok(rows.into_iter().map(read).collect())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_counted_with)]
struct CircleRow {
    sheet: SheetId,
    period: i32,
    cap_group: String,
    also: String,
}

/// Keeps what a sheet counted together.
pub fn insert(conn: &mut Conn, sheet: SheetId, circles: &[Circle]) -> Result<(), Refusal> {
    let mut rows: Vec<CircleRow> = vec![];
    for circle in circles {
        let Some((first, others)) = circle.cap_groups.split_first() else { continue };
        rows.extend(others.iter().map(|also| CircleRow {
            sheet,
            period: circle.period,
            cap_group: first.clone(),
            also: also.clone(),
        }));
    }
    if !rows.is_empty() {
        on_each!(conn, c => diesel::insert_into(subsidy_counted_with::table).values(rows).execute(c))?;
    }
    Ok(())
}

/// What a sheet counted together.
pub fn of_sheet(conn: &mut Conn, sheet: SheetId) -> Result<Vec<Circle>, Refusal> {
    let rows: Vec<CircleRow> = subsidy_counted_with::table
        .filter(subsidy_counted_with::sheet.eq(sheet))
        .order((
            subsidy_counted_with::period.asc(),
            subsidy_counted_with::cap_group.asc(),
            subsidy_counted_with::also.asc(),
        ))
        .load(conn)?;
    let mut circles: Vec<Circle> = vec![];
    for row in rows {
        let known = |it: &&mut Circle| it.period == row.period && it.cap_groups[0] == row.cap_group;
        match circles.last_mut().filter(known) {
            Some(circle) => circle.cap_groups.push(row.also),
            None => circles.push(Circle { period: row.period, cap_groups: vec![row.cap_group, row.also] }),
        }
    }
    Ok(circles)
}

/// Pairs of names that belong together by what is booked in a period, as far as one of each pair is known:
/// beneficiaries and the cap groups that they were counted with, cap groups that were counted together.
pub fn booked_pairs(
    conn: &mut Conn,
    scheme: &str,
    period: i32,
    known: &[String],
) -> Result<Vec<(String, String)>, Refusal> {
    let mut pairs: Vec<(String, String)> = subsidy_line::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_line::sheet)))
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::state.ne_all(IDLE))
        .filter(subsidy_line::period.eq(period))
        .filter(
            subsidy_line::cap_group
                .eq_any(known.to_vec())
                .or(subsidy_line::beneficiary.eq_any(known.to_vec())),
        )
        .select((subsidy_line::beneficiary, subsidy_line::cap_group))
        .distinct()
        .load(conn)?;
    let together: Vec<(String, String)> = subsidy_counted_with::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_counted_with::sheet)))
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::state.ne_all(IDLE))
        .filter(subsidy_counted_with::period.eq(period))
        .filter(
            subsidy_counted_with::cap_group
                .eq_any(known.to_vec())
                .or(subsidy_counted_with::also.eq_any(known.to_vec())),
        )
        .select((subsidy_counted_with::cap_group, subsidy_counted_with::also))
        .distinct()
        .load(conn)?;
    pairs.extend(together);
    Ok(pairs)
}

/// The members of these linked groups that ever claimed under the scheme: URN and group.
pub fn members(conn: &mut Conn, scheme: &str, groups: &[String]) -> Result<Vec<(String, String)>, Refusal> {
    Ok(subsidy_group_member::table
        .inner_join(
            subsidy_claim::table.on(subsidy_claim::beneficiary_code.eq(subsidy_group_member::credit_code)),
        )
        .filter(subsidy_claim::scheme.eq(scheme))
        .filter(subsidy_group_member::name.eq_any(groups.to_vec()))
        .select((subsidy_claim::beneficiary, subsidy_group_member::name))
        .distinct()
        .load(conn)?)
}

/// Of these cap groups those with whom anything is booked in the period.
pub fn with_bookings(
    conn: &mut Conn,
    scheme: &str,
    period: i32,
    groups: &[String],
) -> Result<Vec<String>, Refusal> {
    Ok(subsidy_line::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_line::sheet)))
        .filter(subsidy_batch::scheme.eq(scheme))
        .filter(subsidy_batch::state.ne_all(IDLE))
        .filter(subsidy_line::period.eq(period))
        .filter(subsidy_line::cap_group.eq_any(groups.to_vec()))
        .select(subsidy_line::cap_group)
        .distinct()
        .load(conn)?)
}
