//! The versioned rule of distribution (rule 2).

use serde_json::json;

use crate::audit;
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::OUT_OF_RANGE;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::kernel::rate::Rate;
use crate::kernel::text;
use crate::kernel::time::{Day, UtcTime};
use crate::reward::codes::REWARD_RULE_DATE;
use crate::reward::form::RuleForm;
use crate::reward::model::{CostKind, Rule};
use crate::reward::store;

const SOURCE_CHARS_MAX: usize = 500;
const PLAN_DIVISION_DIGITS_MAX: usize = 6;
const YEARS_MAX: i32 = 20;

/// The law of 2015 and the city's plan of 2019 (Annex 5).
pub fn shipped_rule() -> Rule {
    Rule {
        version: 1,
        valid_from: Day::new(2015, 10, 1).unwrap_or_else(|| UtcTime::from_micros(0).day()),
        source: "《促进科技成果转化法》（2015年修正）第四十三至四十五条；钦州市科技成果转化行动方案附件5"
            .into(),
        law_floor: Rate(500_000),
        plan_floor: Rate(700_000),
        plan_divisions: "4507".into(),
        main_floor: Rate(500_000),
        profit_floor: Rate(50_000),
        profit_years_min: 3,
        profit_years_max: 5,
        deducts: CostKind::ALL.to_vec(),
    }
}

/// Brings in the rule that ships, if there is none yet. Run at every start.
pub fn ensure_shipped(tx: &mut Tx) -> Result<(), Refusal> {
    if store::rules(tx)?.is_empty() {
        let now = tx.now();
        store::insert_rule(tx, &shipped_rule(), "system:shipped", now)?;
    }
    Ok(())
}

/// Every version, the oldest first.
pub fn rules(conn: &mut Conn) -> Result<Vec<Rule>, Refusal> {
    store::rules(conn)
}

pub fn rule(conn: &mut Conn, version: i64) -> Result<Rule, Refusal> {
    let found = store::rules(conn)?.into_iter().find(|rule| rule.version == version);
    found.ok_or_else(|| Refusal::internal(format!("there is no reward rule {version}")))
}

/// Publishes a later rule; plans that were drawn up before keep theirs.
pub fn publish_rule(tx: &mut Tx, actor: &Actor, valid_from: Day, form: &RuleForm) -> Result<Rule, Refusal> {
    actor.permit(Permission::ReferenceManage)?;
    let known = store::rules(tx)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/source", &form.source, SOURCE_CHARS_MAX);
    let whole = [("min", "0".to_owned()), ("max", Rate::ONE.ppm().to_string())];
    for (pointer, rate) in [
        ("/law_floor_ppm", form.law_floor_ppm),
        ("/plan_floor_ppm", form.plan_floor_ppm),
        ("/main_floor_ppm", form.main_floor_ppm),
        ("/profit_floor_ppm", form.profit_floor_ppm),
    ] {
        if rate > Rate::ONE {
            errors.add_with(pointer, &OUT_OF_RANGE, &whole);
        }
    }
    text::optional(&mut errors, "/plan_divisions", &form.plan_divisions, PLAN_DIVISION_DIGITS_MAX);
    let years = [("min", "1".to_owned()), ("max", YEARS_MAX.to_string())];
    if !(1..=YEARS_MAX).contains(&form.profit_years_min) {
        errors.add_with("/profit_years_min", &OUT_OF_RANGE, &years);
    }
    if !(form.profit_years_min..=YEARS_MAX).contains(&form.profit_years_max) {
        errors.add_with("/profit_years_max", &OUT_OF_RANGE, &years);
    }
    let latest = known.iter().map(|rule| rule.valid_from).max();
    if let Some(latest) = latest.filter(|latest| valid_from <= *latest) {
        errors.add_with("/valid_from", &REWARD_RULE_DATE, &[("day", latest.to_string())]);
    }
    errors.check()?;
    let version = known.iter().map(|rule| rule.version).max().unwrap_or(0) + 1;
    let rule = form.read(version, valid_from);
    let now = tx.now();
    store::insert_rule(tx, &rule, &actor.label(), now)?;
    let subject = format!("urn:tm:{}:reward_rule:{version}", tx.node());
    let facts = json!({"version": version, "valid_from": valid_from});
    audit::service::record(tx, actor, "reward_rule.published", &subject, &facts)?;
    tx.record(actor, NewChange::local("reward_rule.published", subject, version, facts));
    Ok(rule)
}
