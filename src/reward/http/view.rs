//! What this room shows. Quantities are fen, but shares of an equity reward.

use serde::Serialize;
use utoipa::ToSchema;

use crate::contract::model::ContractId;
use crate::kernel::error::fill;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;
use crate::kernel::time::{Day, UtcTime};
use crate::reward::form::{ContentForm, RuleForm};
use crate::reward::model::{
    ClassFigures, ContributorRole, Due, Objection, ObjectionId, ObjectionState, Payout, PayoutId, Plan,
    PlanFigures, PlanId, PlanState, Report, RewardForm, Rule, Warning,
};
use crate::reward::service::Seen;

#[derive(Serialize, ToSchema)]
#[schema(as = RewardRule)]
pub struct RuleView {
    version: i64,
    valid_from: Day,
    #[serde(flatten)]
    rule: RuleForm,
}

impl From<Rule> for RuleView {
    fn from(rule: Rule) -> Self {
        Self { version: rule.version, valid_from: rule.valid_from, rule: RuleForm::of(&rule) }
    }
}

/// A plan in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = RewardPlanLine)]
pub struct PlanLine {
    pub id: PlanId,
    version: i64,
    state: PlanState,
    contract_id: ContractId,
    /// Registration number.
    contract_number: String,
    contract_edition: i32,
    title: String,
    tranche: i32,
    form: RewardForm,
    /// Net income in fen, or shares; 0 of own use.
    base: Fen,
    reward: Fen,
    /// What main contributors get of it.
    main: Fen,
    /// Version of the rule that it was held against.
    rule: i64,
    /// The unit is under the city's plan (70%).
    under_plan: bool,
    publicised_on: Option<Day>,
    publicity_ends: Option<Day>,
    confirmed_on: Option<Day>,
    reason: String,
    updated_at: UtcTime,
}

impl From<&Plan> for PlanLine {
    fn from(plan: &Plan) -> Self {
        Self {
            id: plan.id,
            version: plan.version,
            state: plan.state,
            contract_id: plan.contract.id,
            contract_number: plan.contract.number.clone(),
            contract_edition: plan.contract.edition,
            title: plan.contract.title.clone(),
            tranche: plan.tranche,
            form: plan.content.form(),
            base: plan.computed.base,
            reward: plan.computed.reward,
            main: plan.computed.main,
            rule: plan.rule,
            under_plan: plan.under_plan,
            publicised_on: plan.publicised_on,
            publicity_ends: plan.publicity_ends,
            confirmed_on: plan.confirmed_on,
            reason: plan.reason.clone(),
            updated_at: plan.updated_at,
        }
    }
}

/// A plan as its institute sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = RewardPlan)]
pub struct PlanView {
    #[serde(flatten)]
    line: PlanLine,
    content: ContentForm,
    /// In the order of the contributors.
    parts: Vec<Fen>,
    warnings: Vec<WarningView>,
    open_objections: i64,
    /// The contract still stands in the register at this edition.
    contract_unchanged: bool,
}

/// Lawful, but worth knowing; the clause is in its words.
#[derive(Serialize, ToSchema)]
#[schema(as = RewardWarning)]
struct WarningView {
    code: String,
    zh: String,
    en: String,
}

impl From<&Warning> for WarningView {
    fn from(warning: &Warning) -> Self {
        Self {
            code: warning.code.id.to_owned(),
            zh: fill(warning.code.zh, &warning.params),
            en: fill(warning.code.en, &warning.params),
        }
    }
}

impl From<&Seen> for PlanView {
    fn from(seen: &Seen) -> Self {
        Self {
            line: PlanLine::from(&seen.plan),
            content: ContentForm::of(&seen.plan.content, &seen.plan.contributors),
            parts: seen.plan.computed.parts.clone(),
            warnings: seen.warnings.iter().map(WarningView::from).collect(),
            open_objections: seen.open_objections,
            contract_unchanged: seen.contract_unchanged,
        }
    }
}

/// What the public sees while a decision is publicised: names, parts, the registration number.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicisedReward)]
pub struct PublicPlan {
    id: PlanId,
    institute: String,
    contract_number: String,
    title: String,
    form: RewardForm,
    /// Net income in fen, or shares; 0 of own use.
    base: Fen,
    reward: Fen,
    rate_ppm: Option<Rate>,
    publicised_on: Option<Day>,
    publicity_ends: Option<Day>,
    contributors: Vec<PublicContributor>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PublicisedContributor)]
struct PublicContributor {
    rank: i32,
    name: String,
    unit: String,
    role: ContributorRole,
    share_ppm: Rate,
    /// None of own use, where it follows from each year's profit.
    part: Option<Fen>,
}

impl From<Plan> for PublicPlan {
    fn from(plan: Plan) -> Self {
        let parts = plan.computed.parts.clone();
        let contributor = |(at, it): (usize, crate::reward::model::Contributor)| PublicContributor {
            rank: it.rank,
            name: it.name,
            unit: it.unit,
            role: it.role,
            share_ppm: it.share,
            part: parts.get(at).copied(),
        };
        let rate_ppm = match plan.content {
            crate::reward::model::Content::OwnUse { rate, .. } => Some(rate),
            _ => None,
        };
        Self {
            id: plan.id,
            form: plan.content.form(),
            rate_ppm,
            institute: plan.institute_name,
            contract_number: plan.contract.number,
            title: plan.contract.title,
            base: plan.computed.base,
            reward: plan.computed.reward,
            publicised_on: plan.publicised_on,
            publicity_ends: plan.publicity_ends,
            contributors: plan.contributors.into_iter().enumerate().map(contributor).collect(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RewardObjection)]
pub struct ObjectionView {
    pub id: ObjectionId,
    version: i64,
    plan_version: i64,
    state: ObjectionState,
    by_name: String,
    text: String,
    at: UtcTime,
    answer: String,
    answered_at: Option<UtcTime>,
}

impl From<Objection> for ObjectionView {
    fn from(it: Objection) -> Self {
        Self {
            id: it.id,
            version: it.version,
            plan_version: it.plan_version,
            state: it.state,
            by_name: it.by_name,
            text: it.text,
            at: it.at,
            answer: it.answer,
            answered_at: it.answered_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RewardDue)]
pub struct DueView {
    /// 0 unless the plan is of own use.
    year: i32,
    rank: i32,
    name: String,
    profit_fen: Fen,
    due: Fen,
    paid: Fen,
}

impl DueView {
    pub fn of(plan: &Plan, due: Due) -> Self {
        let name = plan.contributors.iter().find(|it| it.rank == due.rank);
        Self {
            year: due.year,
            rank: due.rank,
            name: name.map(|it| it.name.clone()).unwrap_or_default(),
            profit_fen: due.profit,
            due: due.due,
            paid: due.paid,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RewardPayout)]
pub struct PayoutView {
    pub id: PayoutId,
    year: i32,
    rank: i32,
    amount: Fen,
    paid_on: Day,
    voucher: String,
    recorded_at: UtcTime,
}

impl From<Payout> for PayoutView {
    fn from(it: Payout) -> Self {
        Self {
            id: it.id,
            year: it.year,
            rank: it.rank,
            amount: it.amount,
            paid_on: it.paid_on,
            voucher: it.voucher,
            recorded_at: it.recorded_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = RewardReport)]
pub struct ReportView {
    institute: OrganisationId,
    institute_name: String,
    year: i32,
    contracts: Vec<ClassView>,
    plans: Vec<FiguresView>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RewardReportClass)]
struct ClassView {
    class: String,
    contracts: i64,
    total_fen: Fen,
    technical_fen: Fen,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RewardReportPlan)]
struct FiguresView {
    contract_number: String,
    title: String,
    form: RewardForm,
    confirmed_on: Option<Day>,
    income_fen: Fen,
    costs_fen: Fen,
    base: Fen,
    reward: Fen,
    main: Fen,
    people: i64,
    /// Within the year, whenever the plan was confirmed.
    paid: Fen,
}

impl From<&Report> for ReportView {
    fn from(report: &Report) -> Self {
        let class = |it: &ClassFigures| ClassView {
            class: it.class.clone(),
            contracts: it.contracts,
            total_fen: it.total,
            technical_fen: it.technical,
        };
        let figures = |it: &PlanFigures| FiguresView {
            contract_number: it.number.clone(),
            title: it.title.clone(),
            form: it.form,
            confirmed_on: it.confirmed_on,
            income_fen: it.income,
            costs_fen: it.costs,
            base: it.base,
            reward: it.reward,
            main: it.main,
            people: it.people,
            paid: it.paid,
        };
        Self {
            institute: report.institute,
            institute_name: report.institute_name.clone(),
            year: report.year,
            contracts: report.contracts.iter().map(class).collect(),
            plans: report.plans.iter().map(figures).collect(),
        }
    }
}
