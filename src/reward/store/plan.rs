//! Rules and plans.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::contract::model::ContractId;
use crate::db::schema::{reward_plan, reward_rule};
use crate::db::types::{from_json, stored_words, to_json};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::{Day, UtcTime};
use crate::reward::form::{ContentForm, RuleForm};
use crate::reward::model::{Computed, ObjectionState, OfContract, Plan, PlanId, PlanState, RewardForm, Rule};

stored_words!(RewardForm, PlanState, ObjectionState);

/// The rules, the oldest first.
pub fn rules(conn: &mut Conn) -> Result<Vec<Rule>, Refusal> {
    let rows: Vec<(i64, Day, String)> = reward_rule::table
        .order(reward_rule::version.asc())
        .select((reward_rule::version, reward_rule::valid_from, reward_rule::document))
        .load(conn)?;
    rows.into_iter()
        .map(
            |(version, valid_from, document)| Ok(from_json::<RuleForm>(&document)?.read(version, valid_from)),
        )
        .collect()
}

pub fn insert_rule(conn: &mut Conn, rule: &Rule, by: &str, at: UtcTime) -> Result<(), Refusal> {
    diesel::insert_into(reward_rule::table)
        .values((
            reward_rule::version.eq(rule.version),
            reward_rule::valid_from.eq(rule.valid_from),
            reward_rule::document.eq(to_json(&RuleForm::of(rule))?),
            reward_rule::published_by.eq(by),
            reward_rule::published_at.eq(at),
        ))
        .execute(conn)?;
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Document {
    content: ContentForm,
    parts: Vec<Fen>,
    #[serde(default)]
    edited_by: Vec<UserId>,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = reward_plan, treat_none_as_null = true)]
struct Row {
    id: PlanId,
    version: i64,
    state: PlanState,
    institute: OrganisationId,
    institute_name: String,
    contract: ContractId,
    contract_edition: i32,
    contract_number: String,
    title: String,
    tranche: i32,
    form: RewardForm,
    rule: i64,
    under_plan: bool,
    base: Fen,
    reward: Fen,
    main: Fen,
    publicised_on: Option<Day>,
    publicity_ends: Option<Day>,
    confirmed_on: Option<Day>,
    reason: String,
    document: String,
    created_by: UserId,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl Row {
    fn of(plan: &Plan) -> Result<Self, Refusal> {
        let content = ContentForm::of(&plan.content, &plan.contributors);
        Ok(Self {
            id: plan.id,
            version: plan.version,
            state: plan.state,
            institute: plan.institute,
            institute_name: plan.institute_name.clone(),
            contract: plan.contract.id,
            contract_edition: plan.contract.edition,
            contract_number: plan.contract.number.clone(),
            title: plan.contract.title.clone(),
            tranche: plan.tranche,
            form: plan.content.form(),
            rule: plan.rule,
            under_plan: plan.under_plan,
            base: plan.computed.base,
            reward: plan.computed.reward,
            main: plan.computed.main,
            publicised_on: plan.publicised_on,
            publicity_ends: plan.publicity_ends,
            confirmed_on: plan.confirmed_on,
            reason: plan.reason.clone(),
            document: to_json(&Document {
                content,
                parts: plan.computed.parts.clone(),
                edited_by: plan.edited_by.clone(),
            })?,
            created_by: plan.created_by,
            created_at: plan.created_at,
            updated_at: plan.updated_at,
        })
    }

    fn build(self) -> Result<Plan, Refusal> {
        let Document { content, parts, edited_by } = from_json(&self.document)?;
        let (content, contributors) = content.read()?;
        Ok(Plan {
            id: self.id,
            version: self.version,
            state: self.state,
            institute: self.institute,
            institute_name: self.institute_name,
            contract: OfContract {
                id: self.contract,
                edition: self.contract_edition,
                number: self.contract_number,
                title: self.title,
            },
            tranche: self.tranche,
            rule: self.rule,
            under_plan: self.under_plan,
            content,
            contributors,
            computed: Computed { base: self.base, reward: self.reward, main: self.main, parts },
            publicised_on: self.publicised_on,
            publicity_ends: self.publicity_ends,
            confirmed_on: self.confirmed_on,
            reason: self.reason,
            created_by: self.created_by,
            edited_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn build_all(rows: Vec<Row>) -> Result<Vec<Plan>, Refusal> {
    rows.into_iter().map(Row::build).collect()
}

pub fn insert(conn: &mut Conn, plan: &Plan) -> Result<(), Refusal> {
    diesel::insert_into(reward_plan::table).values(Row::of(plan)?).execute(conn)?;
    Ok(())
}

/// Writes a plan back over the version before its own.
pub fn save(conn: &mut Conn, plan: &Plan) -> Result<(), Refusal> {
    let old = reward_plan::table
        .filter(reward_plan::id.eq(plan.id))
        .filter(reward_plan::version.eq(plan.version - 1));
    saved(diesel::update(old).set(Row::of(plan)?).execute(conn)?)
}

pub fn find(conn: &mut Conn, id: PlanId) -> Result<Option<Plan>, Refusal> {
    let row: Option<Row> =
        reward_plan::table.find(id).select(reward_plan::all_columns).first(conn).optional()?;
    row.map(Row::build).transpose()
}

/// All plans over a contract, by tranche.
pub fn of_contract(conn: &mut Conn, contract: ContractId) -> Result<Vec<Plan>, Refusal> {
    let rows = reward_plan::table
        .filter(reward_plan::contract.eq(contract))
        .order(reward_plan::tranche.asc())
        .select(reward_plan::all_columns)
        .load(conn)?;
    build_all(rows)
}

/// An institute's plans, the newest first.
pub fn list(
    conn: &mut Conn,
    institute: OrganisationId,
    state: Option<PlanState>,
    page: &PageQuery,
) -> Result<Page<Plan>, Refusal> {
    let mut query = reward_plan::table.into_boxed().filter(reward_plan::institute.eq(institute));
    if let Some(state) = state {
        query = query.filter(reward_plan::state.eq(state));
    }
    if let Some(after) = page.after::<PlanId>()? {
        query = query.filter(reward_plan::id.lt(after));
    }
    let rows: Vec<Row> = query
        .order(reward_plan::id.desc())
        .limit(page.limit + 1)
        .select(reward_plan::all_columns)
        .load(conn)?;
    Ok(Page::cut(build_all(rows)?, page.limit, |plan| plan.id))
}

/// What is publicised on a day, the newest first.
pub fn publicised(conn: &mut Conn, today: Day, page: &PageQuery) -> Result<Page<Plan>, Refusal> {
    let mut query = reward_plan::table
        .into_boxed()
        .filter(reward_plan::state.eq(PlanState::Publicised))
        .filter(reward_plan::publicity_ends.ge(today));
    if let Some(after) = page.after::<PlanId>()? {
        query = query.filter(reward_plan::id.lt(after));
    }
    let rows: Vec<Row> = query
        .order(reward_plan::id.desc())
        .limit(page.limit + 1)
        .select(reward_plan::all_columns)
        .load(conn)?;
    Ok(Page::cut(build_all(rows)?, page.limit, |plan| plan.id))
}

/// The plans that an institute confirmed between two days.
pub fn confirmed_between(
    conn: &mut Conn,
    institute: OrganisationId,
    from: Day,
    to: Day,
    limit: i64,
) -> Result<Vec<Plan>, Refusal> {
    let rows = reward_plan::table
        .filter(reward_plan::institute.eq(institute))
        .filter(reward_plan::confirmed_on.between(from, to))
        .order((reward_plan::contract_number.asc(), reward_plan::tranche.asc()))
        .limit(limit)
        .select(reward_plan::all_columns)
        .load(conn)?;
    build_all(rows)
}

/// The plans of these ids.
pub fn plans(conn: &mut Conn, ids: &[PlanId]) -> Result<Vec<Plan>, Refusal> {
    let rows = reward_plan::table
        .filter(reward_plan::id.eq_any(ids))
        .order((reward_plan::contract_number.asc(), reward_plan::tranche.asc()))
        .select(reward_plan::all_columns)
        .load(conn)?;
    build_all(rows)
}
