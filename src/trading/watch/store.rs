//! Who watches what, and which reminders went out.

use diesel::prelude::*;

use super::model::{Moment, Reminded, Watcher};
use crate::db::schema::watch::{sale_reminder, sale_watch};
use crate::db::schema::{sale, sale_bidder, sale_run};
use crate::db::types::stored_words;
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, OrganisationId, UserId, parse_urn};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;
use crate::trading::model::{Mode, SaleId, State};

stored_words!(Moment);

/// Watching twice is watching once.
pub fn watch(conn: &mut Conn, of: SaleId, who: Watcher, since: UtcTime) -> Result<(), Refusal> {
    let row = (
        sale_watch::sale.eq(of),
        sale_watch::user_id.eq(who.user),
        sale_watch::organisation.eq(who.organisation),
        sale_watch::since.eq(since),
    );
    on_each!(conn, c => diesel::insert_into(sale_watch::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

pub fn unwatch(conn: &mut Conn, of: SaleId, user: UserId) -> Result<(), Refusal> {
    diesel::delete(sale_watch::table.find((of, user))).execute(conn)?;
    Ok(())
}

pub fn watches(conn: &mut Conn, of: SaleId, user: UserId) -> Result<bool, Refusal> {
    let found: Option<UtcTime> =
        sale_watch::table.find((of, user)).select(sale_watch::since).first(conn).optional()?;
    Ok(found.is_some())
}

pub fn count(conn: &mut Conn, of: SaleId) -> Result<i64, Refusal> {
    Ok(sale_watch::table.filter(sale_watch::sale.eq(of)).count().get_result(conn)?)
}

pub fn count_of(conn: &mut Conn, user: UserId) -> Result<i64, Refusal> {
    Ok(sale_watch::table.filter(sale_watch::user_id.eq(user)).count().get_result(conn)?)
}

/// The sales that a person watches, the newest first.
pub fn watched(conn: &mut Conn, user: UserId, page: &PageQuery) -> Result<Page<SaleId>, Refusal> {
    let mut query = sale_watch::table.into_boxed().filter(sale_watch::user_id.eq(user));
    if let Some(after) = page.after::<SaleId>()? {
        query = query.filter(sale_watch::sale.lt(after));
    }
    let ids: Vec<SaleId> =
        query.order(sale_watch::sale.desc()).limit(page.limit + 1).select(sale_watch::sale).load(conn)?;
    Ok(Page::cut(ids, page.limit, |id| *id))
}

/// Published sales that begin or end between these times, by id; with the run's times where they bid.
pub fn ahead(
    conn: &mut Conn,
    from: UtcTime,
    to: UtcTime,
    after: Option<SaleId>,
    limit: i64,
) -> Result<Vec<SaleId>, Refusal> {
    let start = sale::starts_at.gt(from).and(sale::starts_at.le(to));
    let end = sale::ends_at.gt(from).and(sale::ends_at.le(to));
    let moved_start = sale_run::starts_at.nullable().gt(from).and(sale_run::starts_at.nullable().le(to));
    let moved_end = sale_run::ends_at.nullable().gt(from).and(sale_run::ends_at.nullable().le(to));
    let mut query = sale::table
        .left_join(sale_run::table.on(sale_run::sale.eq(sale::id)))
        .into_boxed()
        .filter(sale::state.eq(State::Published))
        .filter(start.or(end).or(moved_start).or(moved_end));
    if let Some(after) = after {
        query = query.filter(sale::id.gt(after));
    }
    Ok(query.order(sale::id).limit(limit).select(sale::id).load(conn)?)
}

/// In the order of ids.
pub fn watchers(conn: &mut Conn, of: SaleId) -> Result<Vec<Watcher>, Refusal> {
    let rows: Vec<(UserId, OrganisationId)> = sale_watch::table
        .filter(sale_watch::sale.eq(of))
        .order(sale_watch::user_id.asc())
        .select((sale_watch::user_id, sale_watch::organisation))
        .load(conn)?;
    Ok(rows.into_iter().map(|(user, organisation)| Watcher { user, organisation }).collect())
}

/// Watchers, and of an ascending bidding who enrolled: one list, in the order of ids.
pub fn recipients(conn: &mut Conn, of: SaleId, mode: Mode) -> Result<Vec<Watcher>, Refusal> {
    let mut list = watchers(conn, of)?;
    if mode.is_bidding() {
        let rows: Vec<(UserId, String)> = sale_bidder::table
            .filter(sale_bidder::sale.eq(of))
            .select((sale_bidder::enrolled_by, sale_bidder::party_urn))
            .load(conn)?;
        let local = |(user, urn): (UserId, String)| {
            let (_, _, uuid) = parse_urn(&urn)?;
            Some(Watcher { user, organisation: Id::from_uuid(uuid) })
        };
        list.extend(rows.into_iter().filter_map(local));
    }
    list.sort_unstable();
    list.dedup_by_key(|who| who.user);
    Ok(list)
}

pub fn reminded(conn: &mut Conn, of: SaleId) -> Result<Vec<Reminded>, Refusal> {
    let rows: Vec<(SaleId, Moment, i32, UtcTime)> = sale_reminder::table
        .filter(sale_reminder::sale.eq(of))
        .select((sale_reminder::sale, sale_reminder::moment, sale_reminder::hours, sale_reminder::fired_at))
        .load(conn)?;
    let build = |(sale, moment, hours, fired_at)| Reminded { sale, moment, hours, fired_at };
    Ok(rows.into_iter().map(build).collect())
}

pub fn note(conn: &mut Conn, it: &Reminded) -> Result<(), Refusal> {
    diesel::delete(sale_reminder::table.find((it.sale, it.moment, it.hours))).execute(conn)?;
    let row = (
        sale_reminder::sale.eq(it.sale),
        sale_reminder::moment.eq(it.moment),
        sale_reminder::hours.eq(it.hours),
        sale_reminder::fired_at.eq(it.fired_at),
    );
    diesel::insert_into(sale_reminder::table).values(row).execute(conn)?;
    Ok(())
}
