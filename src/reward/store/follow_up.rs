//! Objections, what is due, what was paid.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::schema::{reward_due, reward_objection, reward_payout, reward_plan};
use crate::db::{Conn, on_each, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::{Day, UtcTime};
use crate::reward::model::{Due, Objection, ObjectionId, ObjectionState, Payout, PayoutId, PlanId};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = reward_objection, treat_none_as_null = true)]
struct ObjectionRow {
    id: ObjectionId,
    version: i64,
    plan: PlanId,
    plan_version: i64,
    state: ObjectionState,
    by_user: UserId,
    by_name: String,
    text: String,
    at: UtcTime,
    answer: String,
    answered_by: Option<UserId>,
    answered_at: Option<UtcTime>,
}

impl From<&Objection> for ObjectionRow {
    fn from(it: &Objection) -> Self {
        Self {
            id: it.id,
            version: it.version,
            plan: it.plan,
            plan_version: it.plan_version,
            state: it.state,
            by_user: it.by_user,
            by_name: it.by_name.clone(),
            text: it.text.clone(),
            at: it.at,
            answer: it.answer.clone(),
            answered_by: it.answered_by,
            answered_at: it.answered_at,
        }
    }
}

impl From<ObjectionRow> for Objection {
    fn from(row: ObjectionRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            plan: row.plan,
            plan_version: row.plan_version,
            state: row.state,
            by_user: row.by_user,
            by_name: row.by_name,
            text: row.text,
            at: row.at,
            answer: row.answer,
            answered_by: row.answered_by,
            answered_at: row.answered_at,
        }
    }
}

pub fn insert_objection(conn: &mut Conn, it: &Objection) -> Result<(), Refusal> {
    diesel::insert_into(reward_objection::table).values(ObjectionRow::from(it)).execute(conn)?;
    Ok(())
}

pub fn save_objection(conn: &mut Conn, it: &Objection) -> Result<(), Refusal> {
    let old = reward_objection::table
        .filter(reward_objection::id.eq(it.id))
        .filter(reward_objection::version.eq(it.version - 1));
    saved(diesel::update(old).set(ObjectionRow::from(it)).execute(conn)?)
}

pub fn objection(conn: &mut Conn, plan: PlanId, id: ObjectionId) -> Result<Option<Objection>, Refusal> {
    let row: Option<ObjectionRow> = reward_objection::table
        .find(id)
        .filter(reward_objection::plan.eq(plan))
        .select(reward_objection::all_columns)
        .first(conn)
        .optional()?;
    Ok(row.map(Objection::from))
}

pub fn objections(conn: &mut Conn, plan: PlanId, page: &PageQuery) -> Result<Page<Objection>, Refusal> {
    let mut query = reward_objection::table.into_boxed().filter(reward_objection::plan.eq(plan));
    if let Some(after) = page.after::<ObjectionId>()? {
        query = query.filter(reward_objection::id.gt(after));
    }
    let rows: Vec<ObjectionRow> = query
        .order(reward_objection::id.asc())
        .limit(page.limit + 1)
        .select(reward_objection::all_columns)
        .load(conn)?;
    Ok(Page::cut(rows.into_iter().map(Objection::from).collect(), page.limit, |it| it.id))
}

/// How many objections there are, and how many of them are open.
pub fn count_objections(
    conn: &mut Conn,
    plan: PlanId,
    state: Option<ObjectionState>,
) -> Result<i64, Refusal> {
    let mut query = reward_objection::table.into_boxed().filter(reward_objection::plan.eq(plan));
    if let Some(state) = state {
        query = query.filter(reward_objection::state.eq(state));
    }
    Ok(query.count().get_result(conn)?)
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = reward_due)]
struct DueRow {
    plan: PlanId,
    year: i32,
    contributor_rank: i32,
    profit_fen: Fen,
    due: Fen,
    paid: Fen,
}

impl From<DueRow> for Due {
    fn from(row: DueRow) -> Self {
        Self {
            plan: row.plan,
            year: row.year,
            rank: row.contributor_rank,
            profit: row.profit_fen,
            due: row.due,
            paid: row.paid,
        }
    }
}

pub fn insert_dues(conn: &mut Conn, dues: &[Due]) -> Result<(), Refusal> {
    let row = |due: &Due| DueRow {
        plan: due.plan,
        year: due.year,
        contributor_rank: due.rank,
        profit_fen: due.profit,
        due: due.due,
        paid: due.paid,
    };
    let rows: Vec<DueRow> = dues.iter().map(row).collect();
    on_each!(&mut *conn, c => diesel::insert_into(reward_due::table).values(rows).execute(c))?;
    Ok(())
}

/// By year and rank.
pub fn dues(conn: &mut Conn, plan: PlanId) -> Result<Vec<Due>, Refusal> {
    let rows: Vec<DueRow> = reward_due::table
        .filter(reward_due::plan.eq(plan))
        .order((reward_due::year.asc(), reward_due::contributor_rank.asc()))
        .load(conn)?;
    Ok(rows.into_iter().map(Due::from).collect())
}

/// What an institute owes of one year's profits, by plan and rank.
pub fn dues_of_year(
    conn: &mut Conn,
    institute: OrganisationId,
    year: i32,
    limit: i64,
) -> Result<Vec<Due>, Refusal> {
    let rows: Vec<DueRow> = reward_due::table
        .inner_join(reward_plan::table)
        .filter(reward_plan::institute.eq(institute))
        .filter(reward_due::year.eq(year))
        .order((reward_due::plan.asc(), reward_due::contributor_rank.asc()))
        .limit(limit)
        .select(reward_due::all_columns)
        .load(conn)?;
    Ok(rows.into_iter().map(Due::from).collect())
}

/// Sets what was paid, over what was known to be paid.
pub fn save_paid(conn: &mut Conn, before: &Due, after: &Due) -> Result<(), Refusal> {
    let old = reward_due::table
        .find((before.plan, before.year, before.rank))
        .filter(reward_due::paid.eq(before.paid));
    saved(diesel::update(old).set(reward_due::paid.eq(after.paid)).execute(conn)?)
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = reward_payout)]
struct PayoutRow {
    id: PayoutId,
    plan: PlanId,
    year: i32,
    contributor_rank: i32,
    amount: Fen,
    paid_on: Day,
    voucher: String,
    recorded_by: UserId,
    recorded_at: UtcTime,
}

pub fn insert_payout(conn: &mut Conn, it: &Payout) -> Result<(), Refusal> {
    let row = PayoutRow {
        id: it.id,
        plan: it.plan,
        year: it.year,
        contributor_rank: it.rank,
        amount: it.amount,
        paid_on: it.paid_on,
        voucher: it.voucher.clone(),
        recorded_by: it.recorded_by,
        recorded_at: it.recorded_at,
    };
    diesel::insert_into(reward_payout::table).values(row).execute(conn)?;
    Ok(())
}

pub fn payouts(conn: &mut Conn, plan: PlanId, page: &PageQuery) -> Result<Page<Payout>, Refusal> {
    let mut query = reward_payout::table.into_boxed().filter(reward_payout::plan.eq(plan));
    if let Some(after) = page.after::<PayoutId>()? {
        query = query.filter(reward_payout::id.gt(after));
    }
    let rows: Vec<PayoutRow> = query
        .order(reward_payout::id.asc())
        .limit(page.limit + 1)
        .select(reward_payout::all_columns)
        .load(conn)?;
    let build = |row: PayoutRow| Payout {
        id: row.id,
        plan: row.plan,
        year: row.year,
        rank: row.contributor_rank,
        amount: row.amount,
        paid_on: row.paid_on,
        voucher: row.voucher,
        recorded_by: row.recorded_by,
        recorded_at: row.recorded_at,
    };
    Ok(Page::cut(rows.into_iter().map(build).collect(), page.limit, |it| it.id))
}

/// What an institute paid between two days, by plan.
pub fn paid_between(
    conn: &mut Conn,
    institute: OrganisationId,
    from: Day,
    to: Day,
) -> Result<Vec<(PlanId, Fen)>, Refusal> {
    let rows: Vec<(PlanId, i64)> = reward_payout::table
        .inner_join(reward_plan::table)
        .filter(reward_plan::institute.eq(institute))
        .filter(reward_payout::paid_on.between(from, to))
        .group_by(reward_payout::plan)
        .select((reward_payout::plan, sql::<BigInt>("CAST(SUM(reward_payout.amount) AS BIGINT)")))
        .load(conn)?;
    Ok(rows.into_iter().map(|(plan, fen)| (plan, Fen(fen))).collect())
}
