//! After the award: until when the winner signs, whose deposits wait for it, and when it defaults (DOMAIN §4).

use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::trading::codes::{SALE_DEFAULT_DEPOSIT_PAID, SALE_DEFAULT_EARLY};
use crate::trading::model::{DefaultGround, ModeTerms, Sale, Standing};

use super::lifecycle::conflict;

/// The end of the last day on which the winner of an awarded sale signs (by profile: 30 days after the award).
pub fn sign_by(sale: &Sale) -> Option<UtcTime> {
    let (Standing::Awarded { at, .. }, Some(rules)) = (&sale.standing, &sale.rules) else { return None };
    Some(at.day().plus_days(i64::from(rules.contract_days)).end())
}

/// Whether rank two follows a defaulter: of a bidding where it was announced; the candidates of a tender follow each
/// other in their order.
pub const fn follows(terms: &ModeTerms) -> bool {
    match terms {
        ModeTerms::Bidding(terms) => terms.rank_two_follows,
        ModeTerms::Sealed(_) => true,
        ModeTerms::Listing(_) | ModeTerms::Negotiated(_) => false,
    }
}

/// Bidders whose deposits are kept: of an awarded sale the winner's, and of all who could still follow it until it has
/// signed. Who cannot win any more has lost (its deposit is released within 24 hours).
pub fn kept(sale: &Sale) -> Vec<i32> {
    let Standing::Awarded { outcome, .. } = &sale.standing else { return vec![] };
    let place = usize::try_from(outcome.place).unwrap_or(usize::MAX);
    let still = outcome.ranking.iter().skip(place).map(|ranked| ranked.bidder);
    if follows(&sale.terms.mode) { still.collect() } else { still.take(1).collect() }
}

/// Whether a default may be stated on this ground, and confirmed on it later. `unpaid`: the tender's deposit that comes
/// before the award.
pub fn may_state(sale: &Sale, ground: DefaultGround, unpaid: bool, now: UtcTime) -> Result<(), Refusal> {
    let early = |until: UtcTime| Err(Refusal::new(&SALE_DEFAULT_EARLY).with("until", until));
    match (&sale.standing, ground) {
        (Standing::Awarded { .. } | Standing::Ended { .. }, DefaultGround::Renounced) => Ok(()),
        (Standing::Awarded { .. }, DefaultGround::Overdue) => match sign_by(sale) {
            Some(until) if now < until => early(until),
            _ => Ok(()),
        },
        (Standing::Ended { award_from, .. }, DefaultGround::DepositUnpaid) => match unpaid {
            true if now < *award_from => early(*award_from),
            true => Ok(()),
            false => Err(Refusal::new(&SALE_DEFAULT_DEPOSIT_PAID)),
        },
        _ => Err(conflict(sale.state())),
    }
}
