use proptest::prelude::*;

use super::*;
use crate::reward::model::CostKind;
use crate::reward::service::shipped_rule;

fn rule() -> Rule {
    shipped_rule()
}

fn person(rank: i32, role: ContributorRole, ppm: u32) -> Contributor {
    Contributor { rank, name: format!("示例{rank}"), unit: String::new(), role, share: Rate(ppm) }
}

fn team(main_ppm: u32) -> Vec<Contributor> {
    vec![person(1, ContributorRole::Main, main_ppm), person(2, ContributorRole::Other, 1_000_000 - main_ppm)]
}

fn yuan(yuan: i64) -> Fen {
    Fen::from_yuan(yuan).unwrap()
}

fn cash(reward: Fen) -> Content {
    let cost = |kind, amount| Cost { kind, amount: yuan(amount), note: String::new() };
    Content::Cash {
        receipts: vec![Receipt {
            on: "2026-01-05".parse().unwrap(),
            amount: yuan(1_000_000),
            voucher: "1".into(),
        }],
        costs: vec![
            cost(CostKind::Tax, 3_000),
            cost(CostKind::Upkeep, 7_000),
            cost(CostKind::DealCost, 20_000),
        ],
        reward,
    }
}

/// DOMAIN §3: 1 000 000 − 3 000 − 7 000 − 20 000 = 970 000; 70% = 679 000; main contributors at least 339 500.
#[test]
fn domain_3_the_worked_example_of_the_net_income() {
    let (computed, warnings) = compute(&rule(), true, &cash(yuan(679_000)), &team(500_000)).unwrap();
    assert_eq!(
        (computed.base, computed.reward, computed.main),
        (yuan(970_000), yuan(679_000), yuan(339_500))
    );
    assert!(warnings.is_empty());
    assert_eq!(least(rule().plan_floor, computed.base), yuan(679_000));
}

/// DOMAIN §3: units under the plan are refused below 70%, to the fen (10 × reward ≥ 7 × net), the rule cited.
#[test]
fn domain_3_a_unit_under_the_plan_is_refused_below_seventy_percent() {
    let refused = compute(&rule(), true, &cash(Fen(67_899_999)), &team(500_000)).unwrap_err();
    assert_eq!(refused.code(), "reward_below_plan_floor");
    let words = refused.to_string();
    assert!(words.contains("70%") && words.contains("679000.00") && words.contains("69.99%"), "{words}");
}

/// Art. 44 and 45: elsewhere less than 50% is lawful by agreement; it is told, not refused.
#[test]
fn art_44_a_lower_agreement_elsewhere_gets_a_warning() {
    let (computed, warnings) = compute(&rule(), false, &cash(yuan(400_000)), &team(500_000)).unwrap();
    assert_eq!(computed.reward, yuan(400_000));
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].code.id, "reward_below_law_floor");
    let (_, none) = compute(&rule(), false, &cash(yuan(485_000)), &team(500_000)).unwrap();
    assert!(none.is_empty(), "485 000 of 970 000 is the half that the law asks for");
}

/// DOMAIN §3: main contributors get at least half of the whole reward.
#[test]
fn domain_3_main_contributors_get_at_least_half() {
    let refused = compute(&rule(), true, &cash(yuan(679_000)), &team(499_999)).unwrap_err();
    assert_eq!(refused.code(), "reward_main_below_half");
    assert!(refused.to_string().contains("339500.00"), "{refused}");
    let own_use = Content::OwnUse { rate: Rate(50_000), first_year: 2026, years: 3 };
    assert_eq!(
        compute(&rule(), true, &own_use, &team(499_999)).unwrap_err().code(),
        "reward_main_below_half"
    );
}

/// Art. 45: the same floors of the shares that the achievement was contributed for.
#[test]
fn art_45_equity_is_counted_in_shares() {
    let equity =
        |reward_shares| Content::Equity { company: "示例公司".into(), shares: 1001, reward_shares };
    assert_eq!(
        compute(&rule(), true, &equity(700), &team(500_000)).unwrap_err().code(),
        "reward_below_plan_floor"
    );
    let (computed, _) = compute(&rule(), true, &equity(701), &team(500_000)).unwrap();
    assert_eq!(computed.parts, [Fen(351), Fen(350)]);
    let (_, warnings) = compute(&rule(), false, &equity(500), &team(500_000)).unwrap();
    assert_eq!(warnings.len(), 1, "500 of 1001 shares is under half");
}

/// Art. 45: own or joint use pays at least 5% of the yearly operating profit, for 3 to 5 years.
#[test]
fn art_45_own_use_pays_five_percent_for_three_to_five_years() {
    let own_use = |ppm, years| Content::OwnUse { rate: Rate(ppm), first_year: 2026, years };
    let team = team(600_000);
    assert!(compute(&rule(), true, &own_use(50_000, 3), &team).is_ok());
    for wrong in [own_use(49_999, 3), own_use(50_000, 2), own_use(50_000, 6), own_use(1_000_001, 4)] {
        assert_eq!(
            compute(&rule(), true, &wrong, &team).unwrap_err().code(),
            "validation_failed",
            "{wrong:?}"
        );
    }
    let parts = due_of_profit(&own_use(50_000, 3), &team, 2028, Fen(1_000_001)).unwrap();
    assert_eq!(parts.iter().map(|part| part.0).sum::<i64>(), 50_001, "never a fen under the floor");
    for year in [2025, 2029] {
        assert_eq!(
            due_of_profit(&own_use(50_000, 3), &team, year, Fen(1)).unwrap_err().code(),
            "reward_year_outside"
        );
    }
}

/// DOMAIN §3: the formula is a versioned rule: a kind that it does not deduct is refused.
#[test]
fn domain_3_only_the_costs_of_the_formula_are_deducted() {
    let mut narrow = rule();
    narrow.deducts = vec![CostKind::Tax];
    let refused = compute(&narrow, true, &cash(yuan(900_000)), &team(500_000)).unwrap_err();
    let pointers: Vec<&str> = refused.errors().iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/costs/1/kind", "/costs/2/kind"]);
}

#[test]
fn nothing_is_distributed_that_is_not_there() {
    let mut content = cash(yuan(1));
    if let Content::Cash { costs, .. } = &mut content {
        costs[2].amount = yuan(990_000);
    }
    assert_eq!(
        compute(&rule(), true, &content, &team(500_000)).unwrap_err().code(),
        "reward_net_not_positive"
    );
    assert_eq!(
        compute(&rule(), true, &cash(yuan(970_001)), &team(500_000)).unwrap_err().code(),
        "reward_above_base"
    );
}

#[test]
fn shares_are_of_one_person_each_and_make_the_whole() {
    let twice = [person(1, ContributorRole::Main, 500_000), person(1, ContributorRole::Main, 500_000)];
    let none_main = [person(1, ContributorRole::Other, 1_000_000)];
    let short = [person(1, ContributorRole::Main, 999_999)];
    for (team, code) in [
        (&twice[..], "reward_rank_taken"),
        (&none_main[..], "reward_no_main"),
        (&short[..], "reward_shares_not_whole"),
    ] {
        let refused = compute(&rule(), true, &cash(yuan(679_000)), team).unwrap_err();
        assert!(refused.errors().iter().any(|error| error.code.id == code), "{code}: {refused}");
    }
}

#[test]
fn the_plan_covers_the_city() {
    assert!(is_under_plan(&rule(), "450702") && is_under_plan(&rule(), "4507Z1"));
    assert!(!is_under_plan(&rule(), "450100"));
}

#[test]
fn a_due_is_never_overpaid() {
    let due = Due { plan: plan_id(), year: 0, rank: 1, profit: Fen::ZERO, due: Fen(10), paid: Fen(4) };
    assert_eq!(paid(&due, RewardForm::Cash, Fen(6)).unwrap().paid, Fen(10));
    for wrong in [0, -1, 7] {
        assert_eq!(paid(&due, RewardForm::Cash, Fen(wrong)).unwrap_err().code(), "reward_overpaid");
    }
}

fn plan_id() -> crate::reward::model::PlanId {
    "01980000-0000-7000-8000-000000000001".parse().unwrap()
}

proptest! {
    /// DOMAIN §5: nothing is lost in a split, and what passes holds the floors exactly.
    #[test]
    fn domain_5_what_passes_holds_the_floors_to_the_fen(
        income in 1_i64..10_i64.pow(13),
        cost_ppm in 0_u32..1_000_000,
        reward_ppm in 1_u32..1_000_000,
        main in 1_u32..1_000_000,
        under_plan: bool,
    ) {
        let cost = Rate(cost_ppm).of(Fen(income)).unwrap();
        let net = income - cost.0;
        let reward = Rate(reward_ppm).of(Fen(net)).unwrap();
        let costs = if cost.is_positive() { vec![Cost { kind: CostKind::Tax, amount: cost, note: String::new() }] } else { vec![] };
        let receipts = vec![Receipt { on: "2026-01-05".parse().unwrap(), amount: Fen(income), voucher: "1".into() }];
        let content = Content::Cash { receipts, costs, reward };
        if let Ok((computed, warnings)) = compute(&rule(), under_plan, &content, &team(main)) {
            prop_assert_eq!(computed.parts.iter().map(|part| part.0).sum::<i64>(), reward.0);
            prop_assert!(i128::from(computed.main.0) * 2 >= i128::from(reward.0));
            if under_plan {
                prop_assert!(i128::from(reward.0) * 10 >= i128::from(net) * 7);
            }
            prop_assert_eq!(warnings.is_empty(), i128::from(reward.0) * 2 >= i128::from(net));
        }
    }
}
