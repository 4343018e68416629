use proptest::prelude::*;

use super::*;
use crate::contract::model::{RefusalGround, RevocationGround};
use crate::kernel::id::UserId;
use crate::kernel::time::UtcTime;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn due(text: &str) -> Due {
    Due { on: day(text), provisional: false }
}

fn user(n: u8) -> UserId {
    format!("01980000-0000-7000-8000-0000000000{n:02}").parse().unwrap()
}

fn opinion(n: u8, agrees: bool) -> Opinion {
    let at = UtcTime::from_seconds(0);
    Opinion { reviewer: user(n), name: "示例".into(), agrees, text: "同意".into(), at }
}

fn submission() -> Submission {
    let office = "01980000-0000-7000-8000-000000000099".parse().unwrap();
    Submission { office, at: UtcTime::from_seconds(0) }
}

fn submit() -> Act {
    Act::Submit(submission())
}

fn accept() -> Act {
    let (on, due) = (day("2026-03-02"), due("2026-04-01"));
    Act::Accept { profile: "2021".into(), profile_version: 3, on, due }
}

fn want() -> Act {
    Act::RequestCorrection(vec![Correction { pointer: "/title".into(), note: "名称不符".into() }])
}

fn resubmit() -> Act {
    Act::Resubmit { on: day("2026-03-20"), due: due("2026-04-19") }
}

fn register(by: u8, large: bool) -> Act {
    let number = Number::parse("2026450701000001").unwrap();
    Act::Register { number, on: day("2026-03-25"), opinion: opinion(by, true), large }
}

fn refuse() -> Act {
    let grounds = vec![RefusalGround::NotTechnical];
    Act::Refuse(Refused { grounds, text: "不属于技术合同".into(), on: day("2026-03-25") })
}

fn cancel() -> Act {
    Act::Cancel(Cancellation { reason: "合同解除".into(), on: day("2026-05-01") })
}

fn revoke() -> Act {
    let decision = "示例字〔2026〕1号".into();
    Act::Revoke(Revocation { ground: RevocationGround::Fraud, decision, on: day("2026-05-01") })
}

fn walk(acts: Vec<Act>) -> Result<State, Refusal> {
    acts.into_iter().try_fold(State::Draft, |state, act| next(&state, act))
}

fn stage(acts: Vec<Act>) -> Stage {
    walk(acts).unwrap().stage()
}

/// DOMAIN §2, states: every arrow of the diagram, and nothing else.
#[test]
fn domain_2_every_arrow_and_no_other() {
    let reach: Vec<(Stage, Vec<Act>)> = vec![
        (Stage::Draft, vec![]),
        (Stage::Submitted, vec![submit()]),
        (Stage::Accepted, vec![submit(), accept()]),
        (Stage::CorrectionRequested, vec![submit(), accept(), want()]),
        (Stage::Resubmitted, vec![submit(), accept(), want(), resubmit()]),
        (Stage::Registered, vec![submit(), accept(), register(1, false)]),
        (Stage::Amended, vec![submit(), accept(), register(1, false), Act::Amend]),
        (Stage::Refused, vec![submit(), accept(), refuse()]),
        (Stage::Withdrawn, vec![submit(), Act::Withdraw]),
        (Stage::Cancelled, vec![submit(), accept(), register(1, false), cancel()]),
        (Stage::Revoked, vec![submit(), accept(), register(1, false), revoke()]),
    ];
    use Stage as S;
    let arrows: Vec<(Act, Vec<(Stage, Stage)>)> = vec![
        (submit(), vec![(S::Draft, S::Submitted)]),
        (accept(), vec![(S::Submitted, S::Accepted)]),
        (want(), vec![(S::Accepted, S::CorrectionRequested), (S::Resubmitted, S::CorrectionRequested)]),
        (resubmit(), vec![(S::CorrectionRequested, S::Resubmitted)]),
        (register(1, false), vec![(S::Accepted, S::Registered), (S::Resubmitted, S::Registered)]),
        (refuse(), vec![(S::Accepted, S::Refused), (S::Resubmitted, S::Refused)]),
        (
            Act::FirstReview(opinion(1, true)),
            vec![(S::Accepted, S::Accepted), (S::Resubmitted, S::Resubmitted)],
        ),
        (
            Act::Withdraw,
            [S::Draft, S::Submitted, S::Accepted, S::CorrectionRequested, S::Resubmitted]
                .map(|from| (from, S::Withdrawn))
                .to_vec(),
        ),
        (Act::Amend, vec![(S::Registered, S::Amended), (S::Amended, S::Amended)]),
        (cancel(), vec![(S::Registered, S::Cancelled), (S::Amended, S::Cancelled)]),
        (revoke(), vec![(S::Registered, S::Revoked), (S::Amended, S::Revoked)]),
    ];
    for (from, acts) in &reach {
        let state = walk(acts.clone()).unwrap();
        assert_eq!(state.stage(), *from);
        for (act, allowed) in &arrows {
            let expected = allowed.iter().find(|(start, _)| start == from).map(|(_, end)| *end);
            let found = next(&state, act.clone());
            match expected {
                Some(end) => assert_eq!(found.unwrap().stage(), end, "{from} {act:?}"),
                None => assert_eq!(found.unwrap_err().code(), "state_conflict", "{from} {act:?}"),
            }
        }
    }
}

/// DOMAIN §2: the acceptance date moves to the day the corrected file arrives; the profile stays.
#[test]
fn domain_2_the_acceptance_date_moves_on_resubmission() {
    let state = walk(vec![submit(), accept(), want(), resubmit()]).unwrap();
    let acceptance = &state.file().unwrap().acceptance;
    assert_eq!((acceptance.on, acceptance.due), (day("2026-03-20"), due("2026-04-19")));
    let profile = (acceptance.profile.as_str(), acceptance.profile_version);
    assert_eq!((profile, acceptance.round), (("2021", Some(3)), 1));
    assert_eq!(stage(vec![submit(), accept(), want(), resubmit(), want(), resubmit()]), Stage::Resubmitted);
}

/// DOMAIN §2: a large contract needs a second reviewer other than the first.
#[test]
fn domain_2_a_large_contract_needs_a_second_reviewer_other_than_the_first() {
    let first = || Act::FirstReview(opinion(1, true));
    let second = |n, agrees| Act::SecondReview { opinion: opinion(n, agrees), large: true };
    let start = || vec![submit(), accept()];
    let with = |more: Vec<Act>| walk(start().into_iter().chain(more).collect());
    let code = |more: Vec<Act>| with(more).unwrap_err().code();
    assert_eq!(code(vec![register(1, true)]), "contract_first_review_required");
    assert_eq!(code(vec![second(2, true)]), "contract_first_review_required");
    assert_eq!(code(vec![first(), register(1, true)]), "contract_second_review_required");
    assert_eq!(code(vec![first(), register(2, true)]), "contract_second_review_required");
    assert_eq!(code(vec![first(), second(1, true)]), "contract_second_reviewer_same");
    assert_eq!(code(vec![first(), second(2, false), register(1, true)]), "contract_review_disagrees");
    assert!(with(vec![first(), second(2, true), register(1, true)]).is_ok());
    // A new first review, or a resubmission, asks for the second again.
    assert_eq!(
        code(vec![first(), second(2, true), first(), register(1, true)]),
        "contract_second_review_required"
    );
    assert_eq!(
        code(vec![first(), second(2, true), want(), resubmit(), register(1, true)]),
        "contract_first_review_required"
    );
    let small = Act::SecondReview { opinion: opinion(2, true), large: false };
    assert_eq!(code(vec![first(), small]), "contract_not_large");
}

/// A registration against the first reviewer's stated opinion is refused.
#[test]
fn a_negative_opinion_stops_the_registration() {
    let against = vec![submit(), accept(), Act::FirstReview(opinion(1, false)), register(2, false)];
    assert_eq!(walk(against).unwrap_err().code(), "contract_review_disagrees");
}

/// DOMAIN §2, refusal grounds: a refusal names at least one and says why.
#[test]
fn domain_2_a_refusal_names_a_ground_and_says_why() {
    let on = day("2026-03-25");
    let bare = Act::Refuse(Refused { grounds: vec![], text: " ".into(), on });
    let refused = walk(vec![submit(), accept(), bare]).unwrap_err();
    let pointers: Vec<_> = refused.errors().iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/grounds", "/opinion"]);
    let other = Act::Refuse(Refused { grounds: vec![RefusalGround::Other], text: String::new(), on });
    assert_eq!(walk(vec![submit(), accept(), other]).unwrap_err().errors().len(), 1);
    assert_eq!(RefusalGround::ALL.len(), 9);
}

/// DOMAIN §2: correction, cancellation and revocation say what and why.
#[test]
fn domain_2_every_step_has_its_opinion() {
    let empty = Act::RequestCorrection(vec![]);
    assert!(walk(vec![submit(), accept(), empty]).is_err());
    let mute = Act::RequestCorrection(vec![Correction { pointer: "/title".into(), note: " ".into() }]);
    assert!(walk(vec![submit(), accept(), mute]).is_err());
    let mute = Act::Cancel(Cancellation { reason: String::new(), on: day("2026-05-01") });
    assert!(walk(vec![submit(), accept(), register(1, false), mute]).is_err());
}

fn any_act() -> impl Strategy<Value = Act> {
    (0..12_u8, 1..4_u8, any::<bool>(), any::<bool>()).prop_map(|(kind, by, flag, agrees)| match kind {
        0 => submit(),
        1 => accept(),
        2 => want(),
        3 => resubmit(),
        4 => Act::FirstReview(opinion(by, agrees)),
        5 => Act::SecondReview { opinion: opinion(by, agrees), large: true },
        6 => register(by, true),
        7 => refuse(),
        8 if flag => Act::Withdraw,
        9 => Act::Amend,
        10 if flag => cancel(),
        11 if flag => revoke(),
        _ => accept(),
    })
}

proptest! {
    /// Random acts: a number once given never changes, an end is an end, a large contract never passes without
    /// two agreeing people on the file as it lies, and the clock never runs backwards.
    #[test]
    fn domain_2_random_acts_never_break_the_case(acts in proptest::collection::vec(any_act(), 0..40)) {
        let mut state = State::Draft;
        for act in acts {
            let registering = matches!(act, Act::Register { .. });
            let Ok(after) = next(&state, act) else { continue };
            prop_assert!(!matches!(
                state.stage(),
                Stage::Refused | Stage::Withdrawn | Stage::Cancelled | Stage::Revoked
            ));
            if let Some(before) = state.registration() {
                let now = after.registration().unwrap();
                prop_assert_eq!(&before.number, &now.number);
                prop_assert!(now.edition >= before.edition);
            }
            if registering {
                let review = state.review().unwrap();
                let (first, second) = (review.first.as_ref().unwrap(), review.second.as_ref().unwrap());
                prop_assert!(first.agrees && second.agrees && first.reviewer != second.reviewer);
            }
            if let (Some(before), Some(now)) = (state.file(), after.file()) {
                prop_assert!(now.acceptance.on >= before.acceptance.on);
                prop_assert_eq!(&now.acceptance.profile, &before.acceptance.profile);
                prop_assert_eq!(now.acceptance.profile_version, before.acceptance.profile_version);
            }
            state = after;
        }
    }
}
