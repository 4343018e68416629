//! The yearly report of an institute (rule 10): figures, no names of persons.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::model::RegisteredContract;
use crate::contract::service as register;
use crate::db::Snapshot;
use crate::identity::service as identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes_common::{NOT_FOUND, OUT_OF_RANGE, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::reward::model::{
    ClassFigures, Content, Contributor, ContributorRole, Due, Plan, PlanFigures, PlanId, Report,
};
use crate::reward::store;

const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;
/// Plans of one institute and year.
const PLANS_MAX: i64 = 10_000;
/// What is due of one year's profits, to all contributors.
const DUES_MAX: i64 = 10_000;
const PLANS_READ_AT_ONCE: usize = 500;

/// An institute reads its own; a government those of institutes in its division, an auditor all.
pub fn report(
    snapshot: &mut Snapshot,
    actor: &Actor,
    institute: Option<OrganisationId>,
    year: i32,
) -> Result<Report, Refusal> {
    actor.permit(Permission::RewardReport)?;
    let mut errors = Errors::new();
    if !YEARS.contains(&year) {
        let range = [("min", YEARS.start().to_string()), ("max", YEARS.end().to_string())];
        errors.add_with("/year", &OUT_OF_RANGE, &range);
    }
    errors.check()?;
    let person = actor.person()?;
    let id = institute.unwrap_or(person.organisation);
    let found = identity::organisation(snapshot, id)?;
    let sees = match person.kind {
        OrganisationKind::Institute => id == person.organisation,
        OrganisationKind::Government => inside(&person.division, &found.profile.division),
        _ => true,
    };
    if !sees || found.kind != OrganisationKind::Institute {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let (Some(from), Some(to)) = (Day::new(year, 1, 1), Day::new(year, 12, 31)) else {
        return Err(Refusal::internal("a year without days"));
    };
    let contracts = register::sold_in(snapshot, &found.profile.credit_code, from, to)?;
    let plans = store::confirmed_between(snapshot, id, from, to, PLANS_MAX + 1)?;
    if i64::try_from(plans.len()).unwrap_or(i64::MAX) > PLANS_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", PLANS_MAX));
    }
    let paid: BTreeMap<PlanId, Fen> = store::paid_between(snapshot, id, from, to)?.into_iter().collect();
    let mut of_profit: BTreeMap<PlanId, Vec<Due>> = BTreeMap::new();
    let dues = store::dues_of_year(snapshot, id, year, DUES_MAX + 1)?;
    if i64::try_from(dues.len()).unwrap_or(i64::MAX) > DUES_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", DUES_MAX));
    }
    for due in dues {
        of_profit.entry(due.plan).or_default().push(due);
    }
    let known: BTreeSet<PlanId> = plans.iter().map(|plan| plan.id).collect();
    let others: BTreeSet<PlanId> = paid.keys().chain(of_profit.keys()).copied().collect();
    let earlier: Vec<PlanId> = others.difference(&known).copied().collect();
    let mut all = plans;
    for slice in earlier.chunks(PLANS_READ_AT_ONCE) {
        all.extend(store::plans(snapshot, slice)?);
    }
    Ok(Report {
        institute: id,
        institute_name: found.profile.name,
        year,
        contracts: by_class(&contracts)?,
        plans: all
            .iter()
            .map(|plan| {
                let dues = of_profit.get(&plan.id).map(Vec::as_slice).unwrap_or_default();
                figures(plan, dues, paid.get(&plan.id).copied())
            })
            .collect::<Result<_, _>>()?,
    })
}

/// A division code inside another: the digits that count, without the zeros at the end.
fn inside(outer: &str, inner: &str) -> bool {
    let kept = outer.strip_suffix("0000").or_else(|| outer.strip_suffix("00")).unwrap_or(outer);
    inner.starts_with(kept)
}

fn by_class(contracts: &[RegisteredContract]) -> Result<Vec<ClassFigures>, Refusal> {
    let mut table: BTreeMap<&str, ClassFigures> = BTreeMap::new();
    for contract in contracts.iter().filter(|contract| contract.stands()) {
        let row = table.entry(&contract.class).or_default();
        row.class.clone_from(&contract.class);
        row.contracts += 1;
        row.total = sum(row.total, contract.total)?;
        row.technical = sum(row.technical, contract.technical)?;
    }
    Ok(table.into_values().collect())
}

fn sum(a: Fen, b: Fen) -> Result<Fen, Refusal> {
    a.checked_add(b).ok_or_else(|| Refusal::internal("a report beyond 64 bits"))
}

/// Of own use the figures are the year's: its profit, what of it is due, and to main contributors (rule 6).
fn figures(plan: &Plan, dues: &[Due], paid: Option<Fen>) -> Result<PlanFigures, Refusal> {
    let overflow = || Refusal::internal("a plan beyond 64 bits");
    let main = |rank: i32| {
        let of = |it: &Contributor| it.rank == rank && it.role == ContributorRole::Main;
        plan.contributors.iter().any(of)
    };
    let (base, reward, of_main) = match dues.first() {
        None => (plan.computed.base, plan.computed.reward, plan.computed.main),
        Some(first) => (
            first.profit,
            Fen::sum(dues.iter().map(|due| due.due)).ok_or_else(overflow)?,
            Fen::sum(dues.iter().filter(|due| main(due.rank)).map(|due| due.due)).ok_or_else(overflow)?,
        ),
    };
    let (income, costs) = match &plan.content {
        Content::Cash { receipts, costs, .. } => (
            Fen::sum(receipts.iter().map(|it| it.amount)).ok_or_else(overflow)?,
            Fen::sum(costs.iter().map(|it| it.amount)).ok_or_else(overflow)?,
        ),
        _ => (Fen::ZERO, Fen::ZERO),
    };
    Ok(PlanFigures {
        number: plan.contract.number.clone(),
        title: plan.contract.title.clone(),
        form: plan.content.form(),
        confirmed_on: plan.confirmed_on,
        income,
        costs,
        base,
        reward,
        main: of_main,
        people: i64::try_from(plan.contributors.len()).unwrap_or(i64::MAX),
        paid: paid.unwrap_or_default(),
    })
}
