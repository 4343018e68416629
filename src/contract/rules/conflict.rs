//! Rule 13: nobody acts officially on their own organisation's case, nor on a deal they worked on before.

use crate::contract::codes::{CONFLICT_EARLIER_ACT, CONFLICT_OWN_ORGANISATION};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;

/// What ties the official to the case.
#[derive(Clone, Debug)]
pub struct Ties<'a> {
    pub official: UserId,
    /// Credit codes of every organisation that the official belongs to, the office's own included.
    pub own: &'a [String],
    /// Credit codes of seller, buyer and applicant.
    pub parties: &'a [String],
    /// Credit codes of the brokers of the deal.
    pub brokers: &'a [String],
    /// Who wrote, filed or brokered this contract as a person.
    pub workers: &'a [UserId],
}

pub fn check(ties: &Ties<'_>) -> Result<(), Refusal> {
    let belongs = |codes: &[String]| codes.iter().any(|code| !code.is_empty() && ties.own.contains(code));
    if belongs(ties.parties) {
        return Err(Refusal::new(&CONFLICT_OWN_ORGANISATION));
    }
    if belongs(ties.brokers) || ties.workers.contains(&ties.official) {
        return Err(Refusal::new(&CONFLICT_EARLIER_ACT));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DOMAIN §2 and DESIGN, who may do what: own organisation, earlier act as broker.
    #[test]
    fn design_nobody_acts_officially_on_their_own_case() {
        let user = |n: u8| format!("01980000-0000-7000-8000-0000000000{n:02}").parse::<UserId>().unwrap();
        let code = |text: &str| vec![text.to_owned()];
        let (own, parties, brokers) = (code("OFFICE"), code("SELLER"), code("BROKER"));
        let workers = [user(2)];
        let free =
            Ties { official: user(1), own: &own, parties: &parties, brokers: &brokers, workers: &workers };
        assert!(check(&free).is_ok());
        let refused = |ties: &Ties<'_>| check(ties).unwrap_err().code();
        assert_eq!(refused(&Ties { parties: &own, ..free.clone() }), "contract_conflict_own_organisation");
        assert_eq!(refused(&Ties { brokers: &own, ..free.clone() }), "contract_conflict_earlier_act");
        assert_eq!(refused(&Ties { official: user(2), ..free.clone() }), "contract_conflict_earlier_act");
        let nameless = code("");
        assert!(check(&Ties { own: &nameless, parties: &nameless, ..free }).is_ok(), "a person has no code");
    }
}
