//! Drawing a plan up, and changing it before it is publicised.

use super::Seen;
use super::{check_contract, for_act, leave_trace, rules_kept, save, seen};
use crate::contract::model::ContractId;
use crate::contract::model::RegisteredContract;
use crate::contract::service as register;
use crate::db::{Conn, Tx};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{OUT_OF_RANGE, STATE_CONFLICT, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::OrganisationId;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::reward::codes::{REWARD_CONTRACT_ENDED, REWARD_CONTRACT_UNKNOWN, REWARD_VOUCHER_USED};
use crate::reward::model::{Content, Contributor, OfContract, Plan, PlanId, PlanState};
use crate::reward::{rules, store};

const NAME_CHARS_MAX: usize = 100;
const NOTE_CHARS_MAX: usize = 500;
const VOUCHER_CHARS_MAX: usize = 100;
const ENTRIES_MAX: usize = 100;
const RANK_MAX: i32 = 1000;
const TRANCHES_MAX: usize = 200;
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// A plan as its institute draws it up.
#[derive(Clone, Debug)]
pub struct Draft {
    pub content: Content,
    pub contributors: Vec<Contributor>,
}

pub fn create(tx: &mut Tx, actor: &Actor, contract: ContractId, draft: &Draft) -> Result<Seen, Refusal> {
    actor.permit(Permission::RewardWrite)?;
    identity::require_verified(tx, actor)?;
    let person = actor.person()?;
    let institute = identity::organisation(tx, person.organisation)?;
    let registered = sold_by(tx, contract, person.organisation)?;
    check(draft)?;
    let others = store::of_contract(tx, contract)?;
    rules::check_once(&others, None, &draft.content)?;
    let known = rules_kept::rules(tx)?;
    let rule = rules::rule_on(&known, tx.now().day()).cloned();
    let rule = rule.ok_or_else(|| Refusal::internal("there is no reward rule"))?;
    let under_plan = rules::is_under_plan(&rule, &institute.profile.division);
    let (computed, _) = rules::compute(&rule, under_plan, &draft.content, &draft.contributors)?;
    let tranche = i32::try_from(others.len()).unwrap_or(i32::MAX).saturating_add(1);
    let plan = Plan {
        id: tx.new_id(),
        version: 1,
        state: PlanState::Draft,
        institute: person.organisation,
        institute_name: institute.profile.name,
        contract: of_contract(&registered),
        tranche,
        rule: rule.version,
        under_plan,
        content: draft.content.clone(),
        contributors: draft.contributors.clone(),
        computed,
        publicised_on: None,
        publicity_ends: None,
        confirmed_on: None,
        reason: String::new(),
        created_by: person.user,
        edited_by: vec![],
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    if others.len() >= TRANCHES_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", TRANCHES_MAX));
    }
    store::insert(tx, &plan)?;
    leave_trace(tx, actor, None, &plan, "reward_plan.drafted")?;
    seen(tx, plan)
}

/// Changes a draft; it takes the contract's present edition.
pub fn edit(
    tx: &mut Tx,
    actor: &Actor,
    id: PlanId,
    expected: Option<i64>,
    draft: &Draft,
) -> Result<Seen, Refusal> {
    let before = for_act(tx, actor, Permission::RewardWrite, id, expected)?;
    if before.state != PlanState::Draft {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", before.state));
    }
    check(draft)?;
    let registered = sold_by(tx, before.contract.id, before.institute)?;
    rules::check_once(&store::of_contract(tx, before.contract.id)?, Some(id), &draft.content)?;
    let rule = rules_kept::rule(tx, before.rule)?;
    let (computed, _) = rules::compute(&rule, before.under_plan, &draft.content, &draft.contributors)?;
    let mut edited_by = before.edited_by.clone();
    let editor = actor.person()?.user;
    if !edited_by.contains(&editor) {
        edited_by.push(editor);
    }
    let after = Plan {
        contract: of_contract(&registered),
        edited_by,
        content: draft.content.clone(),
        contributors: draft.contributors.clone(),
        computed,
        ..before.clone()
    };
    let after = save(tx, actor, &before, after, "reward_plan.edited")?;
    check_contract(tx, &after)?;
    seen(tx, after)
}

fn of_contract(registered: &RegisteredContract) -> OfContract {
    OfContract {
        id: registered.id,
        edition: i32::try_from(registered.edition).unwrap_or(i32::MAX),
        number: registered.number.as_str().to_owned(),
        title: registered.title.clone(),
    }
}

/// Rule 1: a registered contract that stands, of which the institute is the seller.
fn sold_by(
    conn: &mut Conn,
    contract: ContractId,
    institute: OrganisationId,
) -> Result<RegisteredContract, Refusal> {
    let code = identity::organisation(conn, institute)?.profile.credit_code;
    let found = register::registered(conn, contract)?.filter(|found| found.seller.credit_code == code);
    let found = found.ok_or_else(|| Refusal::new(&REWARD_CONTRACT_UNKNOWN))?;
    if found.stands() { Ok(found) } else { Err(Refusal::new(&REWARD_CONTRACT_ENDED)) }
}

/// What every form needs: bounded lists and texts.
fn check(draft: &Draft) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    bounded(&mut errors, "/contributors", draft.contributors.len());
    for (at, it) in draft.contributors.iter().enumerate() {
        text::required(&mut errors, &format!("/contributors/{at}/name"), &it.name, NAME_CHARS_MAX);
        text::optional(&mut errors, &format!("/contributors/{at}/unit"), &it.unit, NAME_CHARS_MAX);
        if !(1..=RANK_MAX).contains(&it.rank) {
            let range = [("min", "1".to_owned()), ("max", RANK_MAX.to_string())];
            errors.add_with(format!("/contributors/{at}/rank"), &OUT_OF_RANGE, &range);
        }
    }
    match &draft.content {
        Content::Cash { receipts, costs, .. } => {
            bounded(&mut errors, "/receipts", receipts.len());
            bounded(&mut errors, "/costs", costs.len());
            for (at, it) in receipts.iter().enumerate() {
                let pointer = format!("/receipts/{at}/voucher");
                text::required(&mut errors, &pointer, &it.voucher, VOUCHER_CHARS_MAX);
                if receipts[..at].iter().any(|other| other.voucher == it.voucher) {
                    let params = [("voucher", it.voucher.clone()), ("tranche", "-".to_owned())];
                    errors.add_with(pointer, &REWARD_VOUCHER_USED, &params);
                }
            }
            for (at, it) in costs.iter().enumerate() {
                text::optional(&mut errors, &format!("/costs/{at}/note"), &it.note, NOTE_CHARS_MAX);
            }
        }
        Content::Equity { company, .. } => text::required(&mut errors, "/company", company, NAME_CHARS_MAX),
        Content::OwnUse { first_year, .. } => {
            if !YEARS.contains(first_year) {
                let range = [("min", YEARS.start().to_string()), ("max", YEARS.end().to_string())];
                errors.add_with("/first_year", &OUT_OF_RANGE, &range);
            }
        }
    }
    errors.check()
}

fn bounded(errors: &mut Errors, pointer: &str, entries: usize) {
    if entries > ENTRIES_MAX {
        errors.add_with(pointer, &TOO_MANY, &[("max", ENTRIES_MAX.to_string())]);
    }
}
