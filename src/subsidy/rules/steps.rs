//! Who may do what with a batch, what becomes of it, and where its money goes.

use super::super::codes::{OWN_CASE, SAME_PERSON};
use super::super::model::{BatchState as State, StepKind as Step, StepRecord};
use crate::kernel::codes_common::{NOT_FOUND, STATE_CONFLICT};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::ledger::model::AccountKind;

/// The state after a step; a batch that does not exist yet has none.
pub fn next(state: Option<State>, step: Step) -> Result<State, Refusal> {
    let Some(state) = state else {
        return if step == Step::Prepare { Ok(State::Prepared) } else { Err(Refusal::new(&NOT_FOUND)) };
    };
    let after = match (state, step) {
        (State::Returned, Step::Prepare) => State::Prepared,
        (State::Prepared, Step::Verify) => State::Verified,
        (State::Verified, Step::Approve) => State::Approved,
        (State::Approved, Step::Pay) => State::Paid,
        (State::Prepared | State::Verified | State::Approved, Step::Return) => State::Returned,
        (State::Prepared | State::Verified | State::Approved | State::Returned, Step::Void) => State::Void,
        _ => return Err(Refusal::new(&STATE_CONFLICT).with("state", state)),
    };
    Ok(after)
}

/// Where a batch's money is while it is in this state. None: it is not held for the batch.
const fn holds(state: State) -> Option<AccountKind> {
    match state {
        State::Prepared => Some(AccountKind::Reserved),
        State::Verified => Some(AccountKind::Committed),
        State::Approved => Some(AccountKind::Approved),
        State::Paid => Some(AccountKind::Paid),
        State::Returned | State::Void => None,
    }
}

/// The accounts between which a step moves the batch's money; none when there is nothing to move.
pub fn movement(before: Option<State>, after: State) -> Option<(AccountKind, AccountKind)> {
    let from = before.and_then(holds).unwrap_or(AccountKind::Available);
    let to = holds(after).unwrap_or(AccountKind::Available);
    (from != to).then_some((from, to))
}

/// Four eyes, twice: preparing, verifying, approving and paying one round of a batch need four people, and
/// nobody acts on a case of their own organisation. Returning and voiding only need the second.
pub fn may_act(
    person: UserId,
    organisation: OrganisationId,
    beneficiary: Option<OrganisationId>,
    step: Step,
    round: i32,
    done: &[StepRecord],
) -> Result<(), Refusal> {
    if beneficiary == Some(organisation) {
        return Err(Refusal::new(&OWN_CASE));
    }
    let of_the_chain = |step| matches!(step, Step::Prepare | Step::Verify | Step::Approve | Step::Pay);
    let took_part = done.iter().any(|d| d.round == round && d.person == person && of_the_chain(d.step));
    if of_the_chain(step) && took_part {
        return Err(Refusal::new(&SAME_PERSON));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id<T>(n: u32) -> crate::kernel::id::Id<T> {
        format!("01980000-0000-7000-8000-{n:012}").parse().unwrap()
    }

    fn done(step: Step, person: u32) -> StepRecord {
        StepRecord {
            round: 1,
            step,
            person: id(person),
            person_name: "示例".into(),
            organisation: id(100),
            at: crate::kernel::time::UtcTime::from_seconds(0),
            opinion: String::new(),
            sheet: id(300),
            ledger_number: None,
        }
    }

    #[test]
    fn domain_5_preparer_verifier_approver_and_payer_are_four_people() {
        let chain = [Step::Prepare, Step::Verify, Step::Approve, Step::Pay];
        let so_far: Vec<_> = chain.iter().zip(1..).map(|(step, n)| done(*step, n)).collect();
        for step in chain {
            for n in 1..=4 {
                let act = may_act(id(n), id(100), Some(id(200)), step, 1, &so_far);
                assert_eq!(act.unwrap_err().code(), "same_person", "{step} by {n}");
            }
            assert!(may_act(id(5), id(100), Some(id(200)), step, 1, &so_far).is_ok());
            assert!(may_act(id(1), id(100), Some(id(200)), step, 2, &so_far).is_ok(), "a new round");
            let own = may_act(id(5), id(200), Some(id(200)), step, 1, &so_far);
            assert_eq!(own.unwrap_err().code(), "own_case");
        }
        assert!(may_act(id(3), id(100), Some(id(200)), Step::Return, 1, &so_far).is_ok());
    }

    #[test]
    fn domain_5_money_goes_from_available_over_committed_and_approved_to_paid() {
        use AccountKind as A;
        let mut state = None;
        let mut path = vec![];
        for step in [Step::Prepare, Step::Verify, Step::Approve, Step::Pay] {
            let after = next(state, step).unwrap();
            path.push(movement(state, after).unwrap());
            state = Some(after);
        }
        let expected = [
            (A::Available, A::Reserved),
            (A::Reserved, A::Committed),
            (A::Committed, A::Approved),
            (A::Approved, A::Paid),
        ];
        assert_eq!(path, expected);
    }

    #[test]
    fn a_return_or_void_releases_the_money_and_a_paid_batch_is_final() {
        for state in [State::Prepared, State::Verified, State::Approved] {
            for step in [Step::Return, Step::Void] {
                let after = next(Some(state), step).unwrap();
                assert_eq!(movement(Some(state), after).unwrap().1, AccountKind::Available);
            }
        }
        let after = next(Some(State::Returned), Step::Void).unwrap();
        assert_eq!(movement(Some(State::Returned), after), None);
        for step in Step::ALL {
            assert_eq!(next(Some(State::Paid), *step).unwrap_err().code(), "state_conflict");
            assert_eq!(next(Some(State::Void), *step).unwrap_err().code(), "state_conflict");
        }
    }
}
