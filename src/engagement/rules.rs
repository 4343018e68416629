//! What may happen in an engagement, and what results. Pure.

use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::Refusal;
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;

use super::codes::{
    CONFIDENTIALITY_NOT_ACCEPTED, DECLINE_REASON_REQUIRED, DECLINE_REASON_UNEXPECTED, MEETING_IN_THE_PAST,
    NOT_YOUR_TURN, OUTCOME_REASON_REQUIRED, UNDERTAKING_CHANGED,
};
use super::model::{
    AboutKind, Answer, DeclineReason, Engagement, Meeting, MeetingState, Outcome, PartyRole, Standing,
    Undertaking,
};

/// The owner's answer to an enquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Accept,
    Decline(DeclineReason),
}

/// Rule 2: accepting needs no reason, declining exactly one of the eight.
pub fn decision(accepted: bool, reason: Option<DeclineReason>) -> Result<Decision, Refusal> {
    match (accepted, reason) {
        (true, None) => Ok(Decision::Accept),
        (true, Some(_)) => Err(Refusal::new(&DECLINE_REASON_UNEXPECTED)),
        (false, Some(reason)) => Ok(Decision::Decline(reason)),
        (false, None) => Err(Refusal::new(&DECLINE_REASON_REQUIRED)),
    }
}

/// Rules 1 and 2: the owner answers an open enquiry, once.
pub fn answered(
    standing: &Standing,
    role: PartyRole,
    decision: Decision,
    answer: Answer,
) -> Result<Standing, Refusal> {
    only(role, PartyRole::Owner)?;
    match (standing, decision) {
        (Standing::Enquired, Decision::Accept) => Ok(Standing::Accepted { answer, undertaking: None }),
        (Standing::Enquired, Decision::Decline(reason)) => Ok(Standing::Declined { answer, reason }),
        _ => Err(wrong_state(standing)),
    }
}

/// Rule 1: the enquirer may take its enquiry back while nothing has come of it.
pub fn withdrawn(
    standing: &Standing,
    role: PartyRole,
    reason: String,
    at: UtcTime,
) -> Result<Standing, Refusal> {
    only(role, PartyRole::Enquirer)?;
    let (answer, undertaking) = (standing.answer().cloned(), standing.undertaking().cloned());
    match standing {
        Standing::Enquired | Standing::Accepted { .. } => {
            Ok(Standing::Withdrawn { answer, undertaking, reason, at })
        }
        _ => Err(wrong_state(standing)),
    }
}

/// Rule 3: the enquirer accepts exactly the text that it was shown. Accepting again changes nothing.
pub fn confidentiality_accepted(
    standing: &Standing,
    role: PartyRole,
    shown: &str,
    undertaking: Undertaking,
) -> Result<Standing, Refusal> {
    only(role, PartyRole::Enquirer)?;
    let Standing::Accepted { answer, undertaking: earlier } = standing else {
        return Err(wrong_state(standing));
    };
    if undertaking.sha256 != shown {
        return Err(Refusal::new(&UNDERTAKING_CHANGED));
    }
    let undertaking = earlier.clone().or(Some(undertaking));
    Ok(Standing::Accepted { answer: answer.clone(), undertaking })
}

/// Rule 3: confidential parts open to the enquirer once it has accepted, as long as the engagement is open.
pub fn may_read_confidential(standing: &Standing, role: PartyRole) -> Result<(), Refusal> {
    only(role, PartyRole::Enquirer)?;
    match standing {
        Standing::Accepted { undertaking: Some(_), .. } => Ok(()),
        Standing::Accepted { undertaking: None, .. } => Err(Refusal::new(&CONFIDENTIALITY_NOT_ACCEPTED)),
        _ => Err(wrong_state(standing)),
    }
}

/// Rule 4: the parties talk while the engagement is accepted.
pub fn may_talk(standing: &Standing) -> Result<(), Refusal> {
    match standing {
        Standing::Accepted { .. } => Ok(()),
        _ => Err(wrong_state(standing)),
    }
}

/// Rule 5: an accepted engagement ends with a contract, or without one and the reason.
pub fn concluded(
    standing: &Standing,
    role: PartyRole,
    outcome: Outcome,
    note: String,
    at: UtcTime,
) -> Result<Standing, Refusal> {
    if role == PartyRole::Broker {
        return Err(Refusal::new(&NOT_YOUR_TURN));
    }
    let Standing::Accepted { answer, undertaking } = standing else {
        return Err(wrong_state(standing));
    };
    if outcome == Outcome::None && note.trim().is_empty() {
        return Err(Refusal::new(&OUTCOME_REASON_REQUIRED));
    }
    Ok(Standing::Concluded { answer: answer.clone(), undertaking: undertaking.clone(), outcome, note, at })
}

/// Rule 4: a meeting lies ahead when it is arranged.
pub fn meeting_ahead(starts_at: UtcTime, now: UtcTime) -> Result<(), Refusal> {
    if starts_at < now { Err(Refusal::new(&MEETING_IN_THE_PAST)) } else { Ok(()) }
}

/// Rule 4: what was arranged is held, with minutes, or cancelled; then it stands.
pub fn meeting_ended(meeting: &Meeting, held: bool, minutes: String) -> Result<Meeting, Refusal> {
    if meeting.state != MeetingState::Arranged {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", meeting.state));
    }
    let state = if held { MeetingState::Held } else { MeetingState::Cancelled };
    Ok(Meeting { state, minutes, ..meeting.clone() })
}

/// Rule 6: a contract is drafted between parties who agreed to talk, and who did not part without one.
pub fn may_contract(engagement: &Engagement) -> Result<(PartyRef, PartyRef), Refusal> {
    match engagement.standing {
        Standing::Accepted { .. } | Standing::Concluded { outcome: Outcome::Contract, .. } => {}
        _ => return Err(wrong_state(&engagement.standing)),
    }
    let (owner, enquirer) = (engagement.owner.clone(), engagement.enquirer.clone());
    Ok(match engagement.about.kind {
        AboutKind::Achievement => (owner, enquirer),
        AboutKind::Demand => (enquirer, owner),
    })
}

fn only(role: PartyRole, expected: PartyRole) -> Result<(), Refusal> {
    if role == expected { Ok(()) } else { Err(Refusal::new(&NOT_YOUR_TURN)) }
}

fn wrong_state(standing: &Standing) -> Refusal {
    Refusal::new(&STATE_CONFLICT).with("state", standing.state())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engagement::model::{About, EnquirerContact, State};
    use crate::kernel::vocabulary;

    fn at(second: i64) -> UtcTime {
        UtcTime::from_seconds(second)
    }

    fn answer() -> Answer {
        Answer { by: id(), at: at(1), text: String::new() }
    }

    fn id<T>() -> crate::kernel::id::Id<T> {
        crate::kernel::id::Id::from_uuid(uuid::Uuid::from_u128(7))
    }

    fn undertaking(sha256: &str) -> Undertaking {
        Undertaking { sha256: sha256.into(), by: id(), at: at(2) }
    }

    fn accepted() -> Standing {
        Standing::Accepted { answer: answer(), undertaking: None }
    }

    fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
        result.unwrap_err().code()
    }

    /// DOMAIN §6: an answer accepts, or declines with one of eight reasons.
    #[test]
    fn domain_6_an_enquiry_is_accepted_or_declined_with_one_of_eight_reasons() {
        assert_eq!(DeclineReason::ALL.len(), 8);
        assert_eq!(code(decision(false, None)), "decline_reason_required");
        assert_eq!(code(decision(true, Some(DeclineReason::Price))), "decline_reason_unexpected");
        let declined = decision(false, Some(DeclineReason::TooEarly)).unwrap();
        let next = answered(&Standing::Enquired, PartyRole::Owner, declined, answer()).unwrap();
        assert_eq!(next.state(), State::Declined);
        assert_eq!(code(answered(&next, PartyRole::Owner, Decision::Accept, answer())), "state_conflict");
        for other in [PartyRole::Enquirer, PartyRole::Broker] {
            assert_eq!(code(answered(&Standing::Enquired, other, declined, answer())), "not_this_party");
        }
    }

    /// DOMAIN §6: the codes stored are those of the vocabulary.
    #[test]
    fn codes_agree_with_the_vocabulary() {
        let reasons: Vec<_> = DeclineReason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(vocabulary::codes_of("decline_reason"), reasons);
        let states: Vec<_> = State::ALL.iter().map(|state| state.as_str()).collect();
        assert_eq!(vocabulary::codes_of("engagement_state"), states);
        let outcomes: Vec<_> = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect();
        assert_eq!(vocabulary::codes_of("engagement_outcome"), outcomes);
    }

    /// DOMAIN §6: confidentiality accepted before confidential parts open.
    #[test]
    fn domain_6_confidential_parts_open_after_the_undertaking_only() {
        let enquirer = PartyRole::Enquirer;
        assert_eq!(code(may_read_confidential(&Standing::Enquired, enquirer)), "state_conflict");
        assert_eq!(code(may_read_confidential(&accepted(), enquirer)), "confidentiality_not_accepted");
        let other = confidentiality_accepted(&accepted(), enquirer, "shown", undertaking("other"));
        assert_eq!(code(other), "undertaking_not_as_shown");
        let owner = confidentiality_accepted(&accepted(), PartyRole::Owner, "shown", undertaking("shown"));
        assert_eq!(code(owner), "not_this_party");
        let open = confidentiality_accepted(&accepted(), enquirer, "shown", undertaking("shown")).unwrap();
        assert!(may_read_confidential(&open, enquirer).is_ok());
        assert_eq!(code(may_read_confidential(&open, PartyRole::Broker)), "not_this_party");
        let again = Undertaking { at: at(9), ..undertaking("shown") };
        let twice = confidentiality_accepted(&open, enquirer, "shown", again).unwrap();
        assert_eq!(twice, open, "the first acceptance stands");
        let over = concluded(&open, enquirer, Outcome::Contract, String::new(), at(3)).unwrap();
        assert_eq!(code(may_read_confidential(&over, enquirer)), "state_conflict");
    }

    /// DOMAIN §6: outcome; the issue: contract, or none with reason.
    #[test]
    fn domain_6_an_engagement_ends_with_a_contract_or_a_reason() {
        let end = |standing: &Standing, role, outcome, note: &str| {
            concluded(standing, role, outcome, note.to_owned(), at(3))
        };
        assert_eq!(code(end(&accepted(), PartyRole::Owner, Outcome::None, " ")), "outcome_reason_required");
        assert_eq!(code(end(&accepted(), PartyRole::Broker, Outcome::Contract, "")), "not_this_party");
        assert_eq!(code(end(&Standing::Enquired, PartyRole::Owner, Outcome::Contract, "")), "state_conflict");
        assert_eq!(
            end(&accepted(), PartyRole::Enquirer, Outcome::None, "预算取消").unwrap().state(),
            State::Concluded
        );
    }

    #[test]
    fn the_enquirer_withdraws_while_nothing_has_come_of_it() {
        let take_back = |standing: &Standing, role| withdrawn(standing, role, "改变计划".into(), at(4));
        assert!(take_back(&Standing::Enquired, PartyRole::Enquirer).is_ok());
        assert!(take_back(&accepted(), PartyRole::Enquirer).is_ok());
        assert_eq!(code(take_back(&accepted(), PartyRole::Owner)), "not_this_party");
        let gone = take_back(&accepted(), PartyRole::Enquirer).unwrap();
        assert_eq!(code(take_back(&gone, PartyRole::Enquirer)), "state_conflict");
    }

    fn engagement(kind: AboutKind, standing: Standing) -> Engagement {
        let party = |name: &str| PartyRef { urn: name.into(), name: name.into(), credit_code: String::new() };
        Engagement {
            id: id(),
            urn: "urn:tm:cn-450700:engagement:x".into(),
            version: 1,
            about: About { kind, urn: "urn:x".into(), title: "示例".into() },
            owner: party("owner"),
            enquirer: party("enquirer"),
            broker: None,
            standing,
            enquiry: String::new(),
            contact: EnquirerContact::default(),
            asked_by: id(),
            asked_at: at(0),
            answer_due_at: at(10),
            updated_at: at(0),
        }
    }

    #[test]
    fn the_owner_of_an_achievement_sells_and_the_owner_of_a_demand_buys() {
        let (seller, buyer) = may_contract(&engagement(AboutKind::Achievement, accepted())).unwrap();
        assert_eq!((seller.name.as_str(), buyer.name.as_str()), ("owner", "enquirer"));
        let (seller, buyer) = may_contract(&engagement(AboutKind::Demand, accepted())).unwrap();
        assert_eq!((seller.name.as_str(), buyer.name.as_str()), ("enquirer", "owner"));
        assert_eq!(code(may_contract(&engagement(AboutKind::Demand, Standing::Enquired))), "state_conflict");
    }

    /// Issue: an unanswered enquiry shows as overdue.
    #[test]
    fn an_unanswered_enquiry_is_overdue_after_its_last_moment() {
        let open = engagement(AboutKind::Demand, Standing::Enquired);
        assert!(!open.is_overdue(at(10)) && open.is_overdue(at(11)));
        assert!(!engagement(AboutKind::Demand, accepted()).is_overdue(at(11)));
    }
}
