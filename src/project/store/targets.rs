//! Targets and attainments.

use diesel::prelude::*;

use crate::db::conn::MultiBackend;
use crate::db::schema::{attainment, plan_target};
use crate::db::types::stored_words;
use crate::db::{Conn, on_each, saved};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::{Day, UtcTime};
use crate::project::model::{
    AttainmentId, AttainmentRecord, AttainmentStage, Comparison, Indicator, Measure, Target,
};

stored_words!(Indicator, Comparison, Measure, AttainmentStage);

#[derive(Insertable, Queryable)]
#[diesel(table_name = plan_target)]
struct TargetRow {
    id: String,
    version: i64,
    annex: i32,
    indicator: Indicator,
    unit: String,
    from_year: i32,
    to_year: i32,
    target: i64,
    comparison: Comparison,
    measure: Measure,
    title: String,
    content: String,
    lead_body: String,
    support: String,
    position: i32,
}

#[derive(Insertable, Queryable)]
#[diesel(table_name = attainment)]
struct AttainmentRow {
    id: AttainmentId,
    version: i64,
    target_id: String,
    state: AttainmentStage,
    on_day: Day,
    name: String,
    amount: i64,
    evidence: String,
    reason: String,
    recorded_by: String,
    recorded_at: UtcTime,
}

/// Adds targets that are not there yet.
pub fn add_targets(conn: &mut Conn, targets: &[Target]) -> Result<(), Refusal> {
    let known: Vec<String> = plan_target::table.select(plan_target::id).load(conn)?;
    let rows: Vec<TargetRow> = targets
        .iter()
        .zip(1..)
        .filter(|(target, _)| !known.contains(&target.id))
        .map(|(target, position)| target_row(target.clone(), position))
        .collect();
    on_each!(conn, c => diesel::insert_into(plan_target::table).values(&rows).execute(c))?;
    Ok(())
}

pub fn targets(conn: &mut Conn, indicator: Option<Indicator>) -> Result<Vec<Target>, Refusal> {
    let mut query = plan_target::table.into_boxed::<MultiBackend>();
    if let Some(indicator) = indicator {
        query = query.filter(plan_target::indicator.eq(indicator));
    }
    let rows: Vec<TargetRow> = query.order((plan_target::position, plan_target::id)).load(conn)?;
    rows.into_iter().map(Target::try_from).collect()
}

pub fn target(conn: &mut Conn, id: &str) -> Result<Option<Target>, Refusal> {
    let row: Option<TargetRow> = plan_target::table.find(id).first(conn).optional()?;
    row.map(Target::try_from).transpose()
}

/// Saves the number of a target whose version was raised by one.
pub fn save_target(conn: &mut Conn, changed: &Target) -> Result<(), Refusal> {
    let old = plan_target::table
        .filter(plan_target::id.eq(&changed.id))
        .filter(plan_target::version.eq(changed.version - 1));
    let set = (plan_target::version.eq(changed.version), plan_target::target.eq(changed.target));
    saved(diesel::update(old).set(set).execute(conn)?)
}

pub fn insert_attainment(conn: &mut Conn, new: &AttainmentRecord) -> Result<(), Refusal> {
    let new = new.clone();
    let row = AttainmentRow {
        id: new.id,
        version: new.version,
        target_id: new.target,
        state: new.stage,
        on_day: new.on,
        name: new.name,
        amount: new.amount,
        evidence: new.evidence,
        reason: new.reason,
        recorded_by: new.recorded_by,
        recorded_at: new.recorded_at,
    };
    diesel::insert_into(attainment::table).values(row).execute(conn)?;
    Ok(())
}

pub fn attainment(conn: &mut Conn, id: AttainmentId) -> Result<Option<AttainmentRecord>, Refusal> {
    let row: Option<AttainmentRow> = attainment::table.find(id).first(conn).optional()?;
    Ok(row.map(AttainmentRecord::from))
}

/// Whether a thing of this name counts under the target now.
pub fn is_recorded(conn: &mut Conn, target: &str, name: &str) -> Result<bool, Refusal> {
    let found: Option<AttainmentId> = attainment::table
        .filter(attainment::target_id.eq(target))
        .filter(attainment::name.eq(name))
        .filter(attainment::state.eq(AttainmentStage::Recorded))
        .select(attainment::id)
        .first(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Saves state and reason of an attainment whose version was raised by one.
pub fn save_attainment(conn: &mut Conn, changed: &AttainmentRecord) -> Result<(), Refusal> {
    let old = attainment::table
        .filter(attainment::id.eq(changed.id))
        .filter(attainment::version.eq(changed.version - 1));
    let set = (
        attainment::version.eq(changed.version),
        attainment::state.eq(changed.stage),
        attainment::reason.eq(&changed.reason),
    );
    saved(diesel::update(old).set(set).execute(conn)?)
}

/// What counts under one target, latest day first.
pub fn attainments(
    conn: &mut Conn,
    target: &str,
    page: &PageQuery,
) -> Result<Page<AttainmentRecord>, Refusal> {
    let mut query = attainment::table
        .filter(attainment::target_id.eq(target.to_owned()))
        .filter(attainment::state.eq(AttainmentStage::Recorded))
        .into_boxed::<MultiBackend>();
    if let Some((on, id)) = page.after::<(Day, AttainmentId)>()? {
        let same = attainment::on_day.eq(on).and(attainment::id.lt(id));
        query = query.filter(attainment::on_day.lt(on).or(same));
    }
    let rows: Vec<AttainmentRow> =
        query.order((attainment::on_day.desc(), attainment::id.desc())).limit(page.limit + 1).load(conn)?;
    let found = rows.into_iter().map(AttainmentRecord::from).collect();
    Ok(Page::cut(found, page.limit, |found: &AttainmentRecord| (found.on, found.id)))
}

/// Amounts of everything recorded, oldest first: target, amount. Of two records of one day the later one
/// tells the level.
pub fn amounts(conn: &mut Conn) -> Result<Vec<(String, i64)>, Refusal> {
    Ok(attainment::table
        .filter(attainment::state.eq(AttainmentStage::Recorded))
        .order((attainment::on_day, attainment::recorded_at, attainment::id))
        .select((attainment::target_id, attainment::amount))
        .load(conn)?)
}

fn target_row(target: Target, position: i32) -> TargetRow {
    TargetRow {
        id: target.id,
        version: target.version,
        annex: target.annex,
        indicator: target.indicator,
        unit: target.unit.to_string(),
        from_year: target.from_year,
        to_year: target.to_year,
        target: target.target,
        comparison: target.comparison,
        measure: target.measure,
        title: target.title,
        content: target.content,
        lead_body: target.lead,
        support: target.support,
        position,
    }
}

impl TryFrom<TargetRow> for Target {
    type Error = Refusal;

    fn try_from(row: TargetRow) -> Result<Self, Refusal> {
        Ok(Target {
            id: row.id,
            version: row.version,
            annex: row.annex,
            indicator: row.indicator,
            unit: DivisionCode::parse(&row.unit).map_err(Refusal::internal)?,
            from_year: row.from_year,
            to_year: row.to_year,
            target: row.target,
            comparison: row.comparison,
            measure: row.measure,
            title: row.title,
            content: row.content,
            lead: row.lead_body,
            support: row.support,
        })
    }
}

impl From<AttainmentRow> for AttainmentRecord {
    fn from(row: AttainmentRow) -> Self {
        AttainmentRecord {
            id: row.id,
            version: row.version,
            target: row.target_id,
            stage: row.state,
            on: row.on_day,
            name: row.name,
            amount: row.amount,
            evidence: row.evidence,
            reason: row.reason,
            recorded_by: row.recorded_by,
            recorded_at: row.recorded_at,
        }
    }
}
