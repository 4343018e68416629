//! Who may do what with a batch, what becomes of it, and where its money goes.

use std::collections::BTreeMap;

use super::super::codes::{OWN_CASE, SAME_PERSON, SCHEME_NOT_YOURS, SUBSIDY_AMOUNT_TOO_LARGE};
use super::super::model::{BatchState as State, Fund, LineRecord, StepKind as Step, StepRecord};
use crate::kernel::codes::DivisionCode;
use crate::kernel::codes_common::{NOT_FOUND, STATE_CONFLICT};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
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
        (State::Prepared | State::Verified, Step::Expire) => State::Returned,
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

/// An authority acts on what belongs to its own division or lies inside it (DESIGN: "scope: its division").
pub fn in_scope(division: &str, owner: &str) -> Result<(), Refusal> {
    let inside = match (DivisionCode::parse(division), DivisionCode::parse(owner)) {
        (Ok(division), Ok(owner)) => owner.is_within(&division),
        _ => false,
    };
    if inside { Ok(()) } else { Err(Refusal::new(&SCHEME_NOT_YOURS).with("division", owner)) }
}

/// The budget that bears a share: the county's, if the beneficiary sits in one of the owner's counties;
/// else the owner's.
pub fn fund_code(scheme: &str, owner: &str, fund: Fund, division: &str) -> String {
    let county = match (DivisionCode::parse(division), DivisionCode::parse(owner)) {
        (Ok(division), Ok(owner)) if division != owner && division.is_within(&owner) => Some(division),
        _ => None,
    };
    match (fund, county) {
        (Fund::County, Some(county)) => format!("{scheme}@{county}"),
        _ => scheme.to_owned(),
    }
}

/// What each beneficiary is to get and to give back, in the order of their URNs: the balance of each period by
/// itself, so that nothing that is owed back hides in what is due.
pub fn balances(lines: &[LineRecord]) -> Result<Vec<(String, Fen, Fen)>, Refusal> {
    let mut periods: BTreeMap<(&str, i32), Fen> = BTreeMap::new();
    let borne =
        lines.iter().flat_map(|line| line.borne().into_iter().map(|(who, fen)| (who, line.period, fen)));
    for (beneficiary, period, amount) in borne {
        let sum = periods.entry((beneficiary, period)).or_default();
        *sum = sum.checked_add(amount).ok_or_else(|| Refusal::new(&SUBSIDY_AMOUNT_TOO_LARGE))?;
    }
    let mut found: Vec<(String, Fen, Fen)> = vec![];
    for ((beneficiary, _), balance) in periods {
        if found.last().is_none_or(|(last, ..)| last != beneficiary) {
            found.push((beneficiary.to_owned(), Fen::ZERO, Fen::ZERO));
        }
        let Some((_, due, back)) = found.last_mut() else { continue };
        let sum = if balance.is_negative() { back } else { due };
        let after = if balance.is_negative() { sum.checked_sub(balance) } else { sum.checked_add(balance) };
        *sum = after.ok_or_else(|| Refusal::new(&SUBSIDY_AMOUNT_TOO_LARGE))?;
    }
    Ok(found)
}

/// Four eyes, twice: preparing, verifying, approving and paying one round of a batch need four people, and
/// nobody acts on a case of their own organisation. Returning and voiding only need the second.
pub fn may_act(
    person: UserId,
    organisation: OrganisationId,
    beneficiaries: &[OrganisationId],
    step: Step,
    round: i32,
    done: &[StepRecord],
) -> Result<(), Refusal> {
    if beneficiaries.contains(&organisation) {
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
                let act = may_act(id(n), id(100), &[id(200)], step, 1, &so_far);
                assert_eq!(act.unwrap_err().code(), "same_person", "{step} by {n}");
            }
            assert!(may_act(id(5), id(100), &[id(200)], step, 1, &so_far).is_ok());
            assert!(may_act(id(1), id(100), &[id(200)], step, 2, &so_far).is_ok(), "a new round");
            let own = may_act(id(5), id(200), &[id(200)], step, 1, &so_far);
            assert_eq!(own.unwrap_err().code(), "own_case");
        }
        assert!(may_act(id(3), id(100), &[id(200)], Step::Return, 1, &so_far).is_ok());
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
    fn domain_5_a_commitment_that_expires_is_released_and_an_approved_one_does_not_expire() {
        for state in [State::Prepared, State::Verified] {
            let after = next(Some(state), Step::Expire).unwrap();
            assert_eq!(movement(Some(state), after).unwrap().1, AccountKind::Available);
        }
        assert_eq!(next(Some(State::Approved), Step::Expire).unwrap_err().code(), "state_conflict");
    }

    #[test]
    fn design_a_county_does_not_act_on_what_the_city_owns() {
        for (division, owner, may) in [
            ("450700", "450700", true),
            ("450700", "450721", true),
            ("450000", "450700", true),
            ("450721", "450700", false),
            ("450721", "450722", false),
            ("", "450700", false),
        ] {
            assert_eq!(in_scope(division, owner).is_ok(), may, "{division} on {owner}");
        }
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
