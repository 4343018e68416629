//! Closing months, quarters and years (rule 8).

use serde_json::json;

use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::statistics::model::{Dimension, Filter, Period, Report, Scope, Table};
use crate::statistics::{rules, store};

use super::LINES_MAX;

const TABLES: [Dimension; 3] = [Dimension::Class, Dimension::TechnicalField, Dimension::Flow];
const ACTOR: Actor = Actor::System("statistics.close_months");

/// Closes the next month that is over, with the quarter and the year that end with it. False when there is none.
pub fn close_next(tx: &mut Tx) -> Result<bool, Refusal> {
    let next = match store::last_report(tx)? {
        Some(last) => Some(last.plus_days(1)),
        None => store::first_day(tx)?,
    };
    let Some(month) = next else { return Ok(false) };
    let over = rules::next_month(month).is_some_and(|after| after <= tx.now().day());
    if !over {
        return Ok(false);
    }
    for period in rules::closed_with(month) {
        close(tx, period)?;
    }
    Ok(true)
}

fn close(tx: &mut Tx, period: Period) -> Result<(), Refusal> {
    let tables = TABLES.iter().map(|by| table(tx, *by, &period)).collect::<Result<Vec<_>, _>>()?;
    let id = tx.new_id();
    let (urn, closed_at) = (tx.urn("statistics_report", id), tx.now());
    let document = rules::report(&urn, &period, &tables, closed_at);
    let facts = json!({ "period": period.name, "contracts": document["contracts"] });
    store::add_report(tx, &Report { id, period, closed_at, document: document.clone() })?;
    let change = NewChange::published("statistics.closed", urn, 1, Audience::Parent, facts, document);
    tx.record(&ACTOR, change);
    Ok(())
}

fn table(conn: &mut Conn, by: Dimension, period: &Period) -> Result<Table, Refusal> {
    let filter = Filter {
        from: period.from,
        to: period.to,
        with_ended: false,
        office: None,
        class: String::new(),
        technical_field: String::new(),
        ip_kind: String::new(),
        seller_kind: String::new(),
        buyer_kind: String::new(),
        plan_source: String::new(),
        month: String::new(),
        seller_division: String::new(),
        buyer_division: String::new(),
    };
    let lines = store::lines(conn, by, &filter, &Scope::All, LINES_MAX)?;
    rules::table(by, lines).ok_or_else(|| Refusal::internal("a sum of amounts does not fit"))
}

/// What was reported, the latest first: for those who supervise the register.
pub fn reports(snapshot: &mut Snapshot, actor: &Actor, page: &PageQuery) -> Result<Page<Report>, Refusal> {
    actor.permit(Permission::ContractSupervise)?;
    store::reports(snapshot, None, page)
}

/// The report of one period, if it is closed.
pub fn report_of(conn: &mut Conn, period: &str) -> Result<Option<Report>, Refusal> {
    let page = PageQuery { limit: 1, cursor: None };
    Ok(store::reports(conn, Some(period), &page)?.items.into_iter().next())
}

/// The month before the one of this day: what is closed by now.
pub fn last_closed_month(day: Day) -> String {
    rules::month(day.first_of_month().plus_days(-1))
}
