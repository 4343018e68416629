use proptest::prelude::*;

use super::*;
use crate::kernel::rate::Rate;
use crate::subsidy::model::{Base, BeneficiaryKind, Procedure};

fn scheme(formula: Formula, cap: impl IntoIterator<Item = Cap>) -> Scheme {
    Scheme {
        code: "REG-AGENCY".into(),
        version: 1,
        title_zh: "技术合同认定登记补助".into(),
        title_en: "Registration subsidy".into(),
        source: "附件5 二（四）".into(),
        valid_from: "2019-01-01".parse().unwrap(),
        valid_to: None,
        beneficiary: BeneficiaryKind::RegistrationOffice,
        base: Base::TechnicalAmount,
        formula,
        caps: cap.into_iter().collect(),
        shares: vec![],
        evidence: vec![],
        procedure: Procedure::default(),
        division: "450700".into(),
        note: String::new(),
    }
}

fn half_per_mille() -> Scheme {
    scheme(Formula::Rate(Rate(500)), None)
}

fn facts(bases: &[i64]) -> Vec<Fact> {
    let fact = |(at, base): (usize, &i64)| Fact {
        number: format!("{at:016}"),
        beneficiary: "urn:a".into(),
        base: Fen(*base),
    };
    bases.iter().enumerate().map(fact).collect()
}

fn yuan(text: &str) -> Fen {
    text.parse().unwrap()
}

#[test]
fn domain_5_half_per_mille_of_the_two_examples() {
    for (base, amount) in [("100000000.00", "50000.00"), ("12345678.90", "6172.84")] {
        let e = evaluate(&half_per_mille(), &facts(&[yuan(base).0])).unwrap();
        assert_eq!((e.total, e.lines[0].amount), (yuan(amount), yuan(amount)));
    }
}

#[test]
fn domain_5_the_total_is_rounded_once_and_ties_go_by_registration_number() {
    // Three contracts of 10.00 yuan: 0.5 fen each. One by one they would round to 3 fen; the total is 1.5 → 2.
    let mut list = facts(&[1000, 1000, 1000]);
    list.reverse();
    let e = evaluate(&half_per_mille(), &list).unwrap();
    assert_eq!(e.total, Fen(2));
    let lines: Vec<_> = e.lines.iter().map(|l| (l.number.as_str(), l.amount.0)).collect();
    assert_eq!(lines, [("0000000000000000", 1), ("0000000000000001", 1), ("0000000000000002", 0)]);
    let steps: Vec<_> = e.working.iter().map(|w| (w.step, w.exact_micro_fen)).collect();
    assert_eq!(
        steps,
        [
            (WorkingStep::SumOfBases, 3_000 * MICRO),
            (WorkingStep::FormulaApplied, 1_500_000),
            (WorkingStep::RoundedHalfUp, 2 * MICRO)
        ]
    );
}

#[test]
fn domain_5_tiered_rates_with_a_yearly_cap() {
    let tier = |up_to: Option<&str>, ppm| Tier { up_to: up_to.map(yuan), rate: Rate(ppm) };
    let formula =
        Formula::Tiers(vec![tier(Some("100000"), 10_000), tier(Some("1000000"), 5_000), tier(None, 1_000)]);
    let cap = Some(Cap { amount: yuan("50000"), scope: CapScope::BeneficiaryYear });
    assert!(check_formula(&formula, cap.as_slice(), &[]).is_ok());
    let tiered = scheme(formula, cap);
    let total = |base: &str| evaluate(&tiered, &facts(&[yuan(base).0])).unwrap().total;
    assert_eq!(total("1500000"), yuan("6000"));
    assert_eq!(total("100000"), yuan("1000"));
    assert_eq!(total("0"), Fen(0));
    assert_eq!(total("1000000000"), yuan("50000"));
}

#[test]
fn domain_5_thresholds_with_steps() {
    let m = |millions: i64| Fen(millions * 100_000_000);
    let formula = Formula::Steps { from: m(100), first: yuan("30000"), every: m(50), each: yuan("10000") };
    let cap = Some(Cap { amount: yuan("100000"), scope: CapScope::BeneficiaryYear });
    assert!(check_formula(&formula, cap.as_slice(), &[]).is_ok());
    let stepped = scheme(formula, cap);
    for (millions, expected) in [(99, "0"), (100, "30000"), (149, "30000"), (150, "40000"), (2000, "100000")]
    {
        let e = evaluate(&stepped, &facts(&[m(millions).0])).unwrap();
        assert_eq!(e.total, yuan(expected), "{millions} million");
    }
}

#[test]
fn annex_5_2_2_a_conversion_is_awarded_at_most_80000_yuan() {
    let convert = scheme(Formula::Award, Some(Cap { amount: yuan("80000"), scope: CapScope::Claim }));
    let e = evaluate(&convert, &facts(&[yuan("95000").0, yuan("12000").0])).unwrap();
    assert_eq!(e.lines.iter().map(|l| l.amount).collect::<Vec<_>>(), [yuan("80000"), yuan("12000")]);
}

#[test]
fn annex_4_2_3_events_have_fixed_amounts() {
    let e = evaluate(&scheme(Formula::Fixed(yuan("50000")), None), &facts(&[0, 0])).unwrap();
    assert_eq!((e.total, e.lines[1].amount), (yuan("100000"), yuan("50000")));
}

#[test]
fn formulas_that_cannot_be_computed_are_refused() {
    let tier = |up_to, ppm| Tier { up_to, rate: Rate(ppm) };
    for formula in [
        Formula::Tiers(vec![]),
        Formula::Tiers(vec![tier(Some(Fen(5)), 1)]),
        Formula::Tiers(vec![tier(None, 1), tier(Some(Fen(5)), 1)]),
        Formula::Tiers(vec![tier(Some(Fen(5)), 1), tier(Some(Fen(5)), 1), tier(None, 1)]),
        Formula::Steps { from: Fen(0), first: Fen(0), every: Fen(0), each: Fen(0) },
        Formula::Fixed(Fen(-1)),
    ] {
        assert_eq!(check_formula(&formula, &[], &[]).unwrap_err().code(), "scheme_formula_invalid");
    }
}

#[test]
fn domain_5_a_correction_is_one_line_per_cause_and_may_be_zero() {
    let counted = facts(&[yuan("100000000").0, 1000]);
    let booked = evaluate(&half_per_mille(), &counted).unwrap().total;
    assert_eq!(booked, yuan("50000.01"));
    let cause =
        |seq, at: usize, base| Cause { seq, number: format!("{at:016}"), beneficiary: "urn:a".into(), base };
    let causes =
        [cause(7, 1, Some(Fen(1500))), cause(8, 0, None), cause(9, 1, None), cause(12, 3, Some(Fen(2000)))];
    let lines = corrections(&half_per_mille(), &counted, booked, &causes).unwrap();
    assert_eq!(lines, [Fen(0), yuan("-50000"), Fen(-1), Fen(1)]);
}

#[test]
fn domain_5_under_a_cap_a_revocation_may_change_nothing() {
    let capped =
        scheme(Formula::Rate(Rate(500)), Some(Cap { amount: yuan("10"), scope: CapScope::BeneficiaryYear }));
    let counted = facts(&[yuan("100000").0, yuan("50000").0]);
    let booked = evaluate(&capped, &counted).unwrap().total;
    let gone = Cause { seq: 1, number: counted[1].number.clone(), beneficiary: "urn:a".into(), base: None };
    assert_eq!(corrections(&capped, &counted, booked, &[gone]).unwrap(), [Fen(0)]);
}

#[test]
fn domain_5_caps_of_claim_beneficiary_and_linked_group_hold_together() {
    let caps =
        [(CapScope::Claim, "80000"), (CapScope::BeneficiaryYear, "100000"), (CapScope::GroupYear, "150000")];
    let caps = caps.map(|(scope, amount)| Cap { amount: yuan(amount), scope });
    let award = scheme(Formula::Award, caps);
    let fact = |number: &str, who: &str, base: &str| Fact {
        number: number.into(),
        beneficiary: who.into(),
        base: yuan(base),
    };
    let facts = [fact("1", "urn:a", "95000"), fact("2", "urn:a", "40000"), fact("3", "urn:b", "100000")];
    let e = evaluate(&award, &facts).unwrap();
    let exact: Vec<_> = e.working.iter().map(|w| (w.step, w.exact_micro_fen / MICRO / 100)).collect();
    use WorkingStep as W;
    let expected = [
        (W::SumOfBases, 235_000),
        (W::ClaimCaps, 200_000),
        (W::FormulaApplied, 200_000),
        (W::YearCap, 180_000),
        (W::GroupCap, 150_000),
        (W::RoundedHalfUp, 150_000),
    ];
    assert_eq!(exact, expected);
    // 100 : 80 between the members, then 80 : 40 between the first one's claims.
    let amounts: Vec<_> = e.lines.iter().map(|line| line.amount.yuan()).collect();
    assert_eq!(amounts, ["55555.55", "27777.78", "66666.67"]);
}

#[test]
fn domain_5_cost_is_shared_by_largest_remainder_city_first() {
    let mut shared_scheme = half_per_mille();
    let share = |fund, ppm| CostShare { fund, rate: Rate(ppm) };
    shared_scheme.shares = vec![share(Fund::Owner, 500_000), share(Fund::County, 500_000)];
    let parts = shared(&shared_scheme, Fen(101)).unwrap();
    assert_eq!(parts, [(Fund::Owner, Fen(51)), (Fund::County, Fen(50))]);
    assert_eq!(shared(&half_per_mille(), Fen(7)).unwrap(), [(Fund::Owner, Fen(7))]);
    let uneven = [share(Fund::Owner, 500_000)];
    assert_eq!(check_formula(&Formula::Award, &[], &uneven).unwrap_err().code(), "scheme_formula_invalid");
}

proptest! {
    #[test]
    fn lines_add_up_to_the_total_and_inputs_decide_it(
        bases in prop::collection::vec(0_i64..1_000_000_000_000, 0..60),
        ppm in 0_u32..100_000,
    ) {
        let rated = scheme(Formula::Rate(Rate(ppm)), None);
        let list = facts(&bases);
        let e = evaluate(&rated, &list).unwrap();
        prop_assert_eq!(Fen::sum(e.lines.iter().map(|l| l.amount)), Some(e.total));
        prop_assert_eq!(Some(e.total), Rate(ppm).of(e.base));
        let mut shuffled = list;
        shuffled.reverse();
        prop_assert_eq!(evaluate(&rated, &shuffled).unwrap(), e);
    }

    #[test]
    fn whatever_the_scheme_lines_add_up_and_causes_lead_to_what_a_fresh_evaluation_gives(
        which in 0_usize..5,
        caps in prop::collection::vec(prop::option::of(0_i64..50_000_000), 3),
        bases in prop::collection::vec((0_usize..3, 0_i64..30_000_000_000), 0..12),
        causes in prop::collection::vec((0_usize..14, 0_usize..3, prop::option::of(0_i64..30_000_000_000)), 0..12),
    ) {
        let tier = |up_to: Option<i64>, ppm| Tier { up_to: up_to.map(Fen), rate: Rate(ppm) };
        let formula = match which {
            0 => Formula::Rate(Rate(500)),
            1 => Formula::Fixed(Fen(5_000_000)),
            2 => Formula::Award,
            3 => Formula::Tiers(vec![tier(Some(10_000_000), 10_000), tier(Some(100_000_000), 5_000), tier(None, 1_000)]),
            _ => Formula::Steps { from: Fen(10_000_000_000), first: Fen(3_000_000), every: Fen(5_000_000_000), each: Fen(1_000_000) },
        };
        let caps = CapScope::ALL.iter().zip(&caps).filter(|(scope, _)| which < 3 || **scope != CapScope::Claim);
        let caps = caps.filter_map(|(scope, amount)| amount.map(|fen| Cap { amount: Fen(fen), scope: *scope }));
        let any = scheme(formula, caps.collect::<Vec<_>>());
        prop_assert!(check_formula(&any.formula, &any.caps, &any.shares).is_ok());
        let who = |n: usize| format!("urn:{n}");
        let counted: Vec<Fact> = bases.iter().enumerate()
            .map(|(at, (n, base))| Fact { number: format!("{at:016}"), beneficiary: who(*n), base: Fen(*base) })
            .collect();
        let e = evaluate(&any, &counted).unwrap();
        prop_assert_eq!(Fen::sum(e.lines.iter().map(|l| l.amount)), Some(e.total));
        let mut state: BTreeMap<String, Fact> = counted.iter().map(|f| (f.number.clone(), f.clone())).collect();
        let causes: Vec<Cause> = causes.iter().enumerate().map(|(seq, (at, n, base))| Cause {
            seq: i64::try_from(seq).unwrap(), number: format!("{at:016}"), beneficiary: who(*n), base: base.map(Fen),
        }).collect();
        let lines = corrections(&any, &counted, e.total, &causes).unwrap();
        let mut booked = e.total;
        for (cause, line) in causes.into_iter().zip(lines) {
            let Cause { number, beneficiary, base, .. } = cause;
            match base {
                Some(base) => state.insert(number.clone(), Fact { number, beneficiary, base }),
                None => state.remove(&number),
            };
            booked = Fen(booked.0 + line.0);
            let fresh: Vec<Fact> = state.values().cloned().collect();
            prop_assert_eq!(booked, evaluate(&any, &fresh).unwrap().total);
        }
    }

    #[test]
    fn after_any_causes_the_booked_sum_is_what_a_fresh_evaluation_gives(
        bases in prop::collection::vec(0_i64..1_000_000_000, 1..20),
        causes in prop::collection::vec((0_usize..25, prop::option::of(0_i64..1_000_000_000)), 0..30),
    ) {
        let rated = half_per_mille();
        let counted = facts(&bases);
        let booked = evaluate(&rated, &counted).unwrap().total;
        let causes: Vec<Cause> = causes
            .iter()
            .enumerate()
            .map(|(seq, (at, base))| Cause {
                seq: i64::try_from(seq).unwrap(),
                number: format!("{at:016}"),
                beneficiary: "urn:a".into(),
                base: base.map(Fen),
            })
            .collect();
        let lines = corrections(&rated, &counted, booked, &causes).unwrap();
        let mut after: BTreeMap<String, Fen> = counted.into_iter().map(|f| (f.number, f.base)).collect();
        for cause in &causes {
            match cause.base {
                Some(base) => after.insert(cause.number.clone(), base),
                None => after.remove(&cause.number),
            };
        }
        let fresh: Vec<Fact> = after.into_iter().map(|(number, base)| Fact { number, beneficiary: "urn:a".into(), base }).collect();
        let sum = lines.iter().fold(booked, |sum, line| Fen(sum.0 + line.0));
        prop_assert_eq!(sum, evaluate(&rated, &fresh).unwrap().total);
    }
}

#[test]
fn domain_5_a_correction_is_borne_by_its_own_beneficiary_first_and_then_by_its_group() {
    let mut held = BTreeMap::from([("urn:a".to_owned(), Fen(50)), ("urn:b".to_owned(), Fen(50))]);
    assert_eq!(borne(Fen(-20), "urn:a", &mut held).unwrap(), []);
    let shares = borne(Fen(-80), "urn:b", &mut held).unwrap();
    let share = |name: &str, fen: i64| LineShare { beneficiary: name.to_owned(), amount: Fen(fen) };
    assert_eq!(shares, [share("urn:a", -30), share("urn:b", -50)]);
    assert!(held.values().all(|fen| fen.is_zero()));
    assert_eq!(borne(Fen(7), "urn:b", &mut held).unwrap(), []);
    assert_eq!(held["urn:b"], Fen(7));
    // What nobody has stays with its own.
    assert_eq!(borne(Fen(-9), "urn:b", &mut held).unwrap(), []);
}

#[test]
fn domain_5_what_was_booked_before_a_link_is_not_taken_back_for_another_cause() {
    let cap = Cap { amount: Fen(100), scope: CapScope::GroupYear };
    let scheme = scheme(Formula::Award, [cap]);
    let fact = |number: &str, base: i64| Fact {
        number: number.into(),
        beneficiary: "urn:a".into(),
        base: Fen(base),
    };
    let cause = |number: &str, base: Option<i64>| Cause {
        seq: 1,
        number: number.into(),
        beneficiary: "urn:a".into(),
        base: base.map(Fen),
    };
    let counted = [fact("1", 80), fact("2", 10), fact("3", 80)];
    let causes = [cause("4", Some(50)), cause("2", None), cause("1", None), cause("3", None)];
    let lines = corrections(&scheme, &counted, Fen(170), &causes).unwrap();
    assert_eq!(lines, [0, -10, -60, -50].map(Fen));
}
