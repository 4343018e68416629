//! Reports of closed periods.

use diesel::prelude::*;

use crate::db::schema::{statistics_record, statistics_report};
use crate::db::{Conn, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::{Day, UtcTime};
use crate::statistics::model::{Period, Report, ReportId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = statistics_report)]
struct Row {
    period: String,
    id: ReportId,
    from_day: Day,
    to_day: Day,
    document: String,
    closed_at: UtcTime,
}

pub fn add_report(conn: &mut Conn, report: &Report) -> Result<(), Refusal> {
    let period = report.period.clone();
    let row = Row {
        period: period.name,
        id: report.id,
        from_day: period.from,
        to_day: period.to,
        document: to_json(&report.document)?,
        closed_at: report.closed_at,
    };
    diesel::insert_into(statistics_report::table).values(row).execute(conn)?;
    Ok(())
}

/// The day on which the register begins, if there is anything in it.
pub fn first_day(conn: &mut Conn) -> Result<Option<Day>, Refusal> {
    let first = statistics_record::table.order(statistics_record::registered_on);
    Ok(first.select(statistics_record::registered_on).first(conn).optional()?)
}

/// The last day of what was closed last.
pub fn last_report(conn: &mut Conn) -> Result<Option<Day>, Refusal> {
    let last = statistics_report::table.order(statistics_report::to_day.desc());
    Ok(last.select(statistics_report::to_day).first(conn).optional()?)
}

/// The latest period first.
pub fn reports(conn: &mut Conn, period: Option<&str>, page: &PageQuery) -> Result<Page<Report>, Refusal> {
    let mut query = statistics_report::table.into_boxed::<crate::db::conn::MultiBackend>();
    if let Some(period) = period {
        query = query.filter(statistics_report::period.eq(period.to_owned()));
    }
    if let Some((to, period)) = page.after::<(Day, String)>()? {
        let same = statistics_report::to_day.eq(to).and(statistics_report::period.lt(period));
        query = query.filter(statistics_report::to_day.lt(to).or(same));
    }
    let rows: Vec<Row> = query
        .order((statistics_report::to_day.desc(), statistics_report::period.desc()))
        .limit(page.limit + 1)
        .select(statistics_report::all_columns)
        .load(conn)?;
    let found = rows.into_iter().map(build).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(found, page.limit, |it: &Report| (it.period.to, it.period.name.clone())))
}

fn build(row: Row) -> Result<Report, Refusal> {
    let period = Period { name: row.period, from: row.from_day, to: row.to_day };
    Ok(Report { id: row.id, period, closed_at: row.closed_at, document: from_json(&row.document)? })
}
