use proptest::prelude::*;

use super::*;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;

fn yuan(yuan: i64) -> Fen {
    Fen::from_yuan(yuan).unwrap()
}

fn tier(up_to: Option<i64>, ppm: u32) -> Tier {
    Tier { up_to: up_to.map(yuan), rate: Rate(ppm) }
}

/// The tiers of DOMAIN §5: up to 100 000 1%, up to 1 000 000 0.5%, above 0.1%.
fn tiered() -> Fee {
    let tiers = vec![tier(Some(100_000), 10_000), tier(Some(1_000_000), 5_000), tier(None, 1_000)];
    Fee::Tiered { base: CommissionBase::Total, tiers }
}

/// DOMAIN §5: 1.5m → 1 000 + 4 500 + 500 = 6 000.
#[test]
fn domain_5_the_worked_example_of_tiers() {
    assert_eq!(fee(&tiered(), yuan(1_500_000), Fen::ZERO), Some(yuan(6_000)));
    assert_eq!(fee(&tiered(), yuan(100_000), Fen::ZERO), Some(yuan(1_000)));
    assert_eq!(fee(&tiered(), yuan(1), Fen::ZERO), Some(Fen(1)));
}

#[test]
fn a_rate_is_of_the_named_amount_and_ends_at_the_cap() {
    let two_percent = |base, cap| Fee::Rate { base, rate: Rate(20_000), cap };
    let (total, technical) = (yuan(1_000_000), yuan(800_000));
    assert_eq!(fee(&two_percent(CommissionBase::Total, None), total, technical), Some(yuan(20_000)));
    assert_eq!(fee(&two_percent(CommissionBase::Technical, None), total, technical), Some(yuan(16_000)));
    assert_eq!(
        fee(&two_percent(CommissionBase::Total, Some(yuan(5_000))), total, technical),
        Some(yuan(5_000))
    );
    assert_eq!(fee(&Fee::Fixed { amount: yuan(300) }, total, technical), Some(yuan(300)));
    // 0.5 fen is rounded up once.
    let half = Fee::Rate { base: CommissionBase::Total, rate: Rate(500_000), cap: None };
    assert_eq!(fee(&half, Fen(1), Fen::ZERO), Some(Fen(1)));
}

#[test]
fn who_pays_is_stated_and_nothing_is_lost() {
    assert_eq!(client_part(Payer::Client, Fen(7)), Some(Fen(7)));
    assert_eq!(client_part(Payer::Counterparty, Fen(7)), Some(Fen::ZERO));
    assert_eq!(
        client_part(Payer::Shared { client: Rate(500_000) }, Fen(7)),
        Some(Fen(4)),
        "the client first"
    );
}

#[test]
fn terms_are_checked() {
    let codes = |fee: Fee, payer: Payer| {
        let mut errors = Errors::new();
        check_terms(&mut errors, &Terms { fee, payer });
        errors.list().iter().map(|error| error.code.id).collect::<Vec<_>>()
    };
    assert!(codes(tiered(), Payer::Client).is_empty());
    let rate = |ppm| Fee::Rate { base: CommissionBase::Total, rate: Rate(ppm), cap: None };
    assert_eq!(codes(rate(0), Payer::Client), ["mandate_fee_rate"]);
    assert_eq!(codes(rate(1_000_001), Payer::Client), ["mandate_fee_rate"]);
    assert_eq!(codes(rate(1), Payer::Shared { client: Rate::ONE }), ["mandate_payer_share"]);
    assert_eq!(codes(Fee::Fixed { amount: Fen::ZERO }, Payer::Client), ["out_of_range"]);
    for tiers in [
        vec![],
        vec![tier(Some(1), 1)],
        vec![tier(None, 1), tier(None, 1)],
        vec![tier(Some(2), 1), tier(Some(2), 1), tier(None, 1)],
    ] {
        let fee = Fee::Tiered { base: CommissionBase::Total, tiers };
        assert_eq!(codes(fee, Payer::Client), ["mandate_fee_tiers"]);
    }
}

fn party(name: &str) -> PartyRef {
    PartyRef { urn: format!("urn:{name}"), name: name.into(), credit_code: format!("code-{name}") }
}

fn mandate(state: MandateState) -> Mandate {
    let day = |text: &str| text.parse().unwrap();
    Mandate {
        id: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
        version: 1,
        state,
        title: "委托".into(),
        client: party("client"),
        broker: party("broker"),
        proposed_by: Side::Broker,
        about: None,
        terms: Terms { fee: tiered(), payer: Payer::Client },
        valid_from: day("2026-01-01"),
        valid_to: day("2026-12-31"),
        manager: None,
        intermediary: None,
        reason: String::new(),
        accepted_at: None,
        ended_on: None,
        created_at: UtcTime::from_seconds(0),
        updated_at: UtcTime::from_seconds(0),
    }
}

fn outcome(on: &str) -> Outcome {
    Outcome {
        contract: "urn:contract".into(),
        number: "2026450701000001".into(),
        sub_type: "patent_licence".into(),
        seller: "urn:client".into(),
        seller_code: "code-client".into(),
        buyer: "urn:other".into(),
        buyer_code: "code-other".into(),
        engagement: Some("urn:engagement".into()),
        total: yuan(1_500_000),
        technical: yuan(1_500_000),
        registered_on: on.parse().unwrap(),
        counts: true,
        seq: 1,
    }
}

#[test]
fn a_contract_counts_on_the_days_of_a_mandate_that_was_accepted() {
    let active = mandate(MandateState::Active);
    assert!(may_count(&active, &outcome("2026-01-01")) && may_count(&active, &outcome("2026-12-31")));
    assert!(!may_count(&active, &outcome("2025-12-31")) && !may_count(&active, &outcome("2027-01-01")));
    assert!(!may_count(&mandate(MandateState::Proposed), &outcome("2026-06-01")));
    let ended = Mandate { ended_on: Some("2026-06-01".parse().unwrap()), ..mandate(MandateState::Ended) };
    assert!(may_count(&ended, &outcome("2026-06-01")) && !may_count(&ended, &outcome("2026-06-02")));
    let stranger = Outcome { seller: "urn:x".into(), seller_code: "x".into(), ..outcome("2026-06-01") };
    assert!(!may_count(&active, &stranger));
}

#[test]
fn a_contract_that_no_longer_counts_owes_nothing() {
    let terms = Terms { fee: tiered(), payer: Payer::Shared { client: Rate(600_000) } };
    assert_eq!(owed(&terms, &outcome("2026-06-01")), Some((yuan(6_000), yuan(3_600))));
    let ended = Outcome { counts: false, ..outcome("2026-06-01") };
    assert_eq!(owed(&terms, &ended), Some((Fen::ZERO, Fen::ZERO)));
}

#[test]
fn a_mandate_about_something_else_does_not_fit() {
    let of =
        |about: Option<&str>| Mandate { about: about.map(str::to_owned), ..mandate(MandateState::Active) };
    let introduction =
        Introduction { engagement: "urn:e".into(), about: "urn:a".into(), broker: "urn:broker".into() };
    let closeness = |about| closeness(&of(about), &introduction);
    assert_eq!(closeness(None), Some(1));
    assert_eq!(closeness(Some("urn:a")), Some(2));
    assert_eq!(closeness(Some("urn:e")), Some(3));
    assert_eq!(closeness(Some("urn:b")), None);
    let other = Introduction { broker: "urn:other".into(), ..introduction.clone() };
    assert_eq!(super::closeness(&of(None), &other), None);
}

#[test]
fn one_side_proposes_and_the_other_accepts() {
    let proposed = mandate(MandateState::Proposed);
    assert_eq!(next(&proposed, Side::Broker, Act::Accept).unwrap_err().code(), "mandate_not_your_turn");
    assert_eq!(next(&proposed, Side::Client, Act::Accept).unwrap(), MandateState::Active);
    assert_eq!(next(&proposed, Side::Client, Act::Withdraw).unwrap_err().code(), "mandate_not_your_turn");
    assert_eq!(next(&proposed, Side::Client, Act::End).unwrap_err().code(), "state_conflict");
    assert_eq!(next(&mandate(MandateState::Active), Side::Broker, Act::End).unwrap(), MandateState::Ended);
}

proptest! {
    /// DOMAIN §5: rounded once; tiers of one rate are that rate; parts add up.
    #[test]
    fn domain_5_tiers_of_one_rate_are_that_rate(
        base in 0_i64..10_i64.pow(14),
        ppm in 1_u32..1_000_000,
        ends in prop::collection::btree_set(1_i64..10_i64.pow(14), 0..6),
        client in 1_u32..1_000_000,
    ) {
        let mut tiers: Vec<Tier> = ends.iter().map(|end| Tier { up_to: Some(Fen(*end)), rate: Rate(ppm) }).collect();
        tiers.push(Tier { up_to: None, rate: Rate(ppm) });
        prop_assert!(rising(&tiers));
        let sliced = fee(&Fee::Tiered { base: CommissionBase::Total, tiers }, Fen(base), Fen::ZERO).unwrap();
        prop_assert_eq!(Some(sliced), Rate(ppm).of(Fen(base)));
        let part = client_part(Payer::Shared { client: Rate(client) }, sliced).unwrap();
        prop_assert!(part.0 >= 0 && part <= sliced);
    }
}
