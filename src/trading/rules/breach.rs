//! After the award: until when the winner signs, whose deposits wait for it, and when it defaults (DOMAIN §4).

use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::trading::codes::{SALE_DEFAULT_DEPOSIT_PAID, SALE_DEFAULT_EARLY, SALE_SIGNED};
use crate::trading::model::{DefaultGround, ModeTerms, Sale, Standing};

use super::lifecycle::conflict;

/// The end of the last day on which the winner of an awarded sale signs (by profile: 30 days after the award, and as long
/// as objections stopped the process).
pub fn sign_by(sale: &Sale) -> Option<UtcTime> {
    let (Standing::Awarded { at, blocked_s, .. }, Some(rules)) = (&sale.standing, &sale.rules) else {
        return None;
    };
    Some(at.plus_seconds(*blocked_s).day().plus_days(i64::from(rules.contract_days)).end())
}

/// Seconds between two times in which at least one objection was open. Each is open from its making to its answer.
pub fn blocked_seconds(from: UtcTime, to: UtcTime, objections: &[(UtcTime, Option<UtcTime>)]) -> i64 {
    let within = |at: UtcTime| at.max(from).min(to);
    let mut open: Vec<_> =
        objections.iter().map(|(made, answered)| (within(*made), within(answered.unwrap_or(to)))).collect();
    open.sort_unstable();
    let (mut blocked, mut counted_to) = (0_i64, from);
    for (begin, end) in open {
        let begin = begin.max(counted_to);
        blocked = blocked.saturating_add(end.micros().saturating_sub(begin.micros()).max(0));
        counted_to = counted_to.max(end);
    }
    // A part of a second counts as one: the time that is given back is never less than was taken.
    blocked.saturating_add(999_999) / 1_000_000
}

/// The same award with the time that objections have stopped it until now; none where its last day stays as it was.
pub fn given_back(sale: &Sale, blocked_s: i64, now: UtcTime) -> Option<Standing> {
    let Standing::Awarded { at, outcome, overdue_at, signed, .. } = &sale.standing else { return None };
    let mut standing = Standing::Awarded {
        at: *at,
        outcome: outcome.clone(),
        overdue_at: *overdue_at,
        blocked_s,
        signed: *signed,
    };
    let after = sign_by(&Sale { standing: standing.clone(), ..sale.clone() })?;
    if Some(after) == sign_by(sale) {
        return None;
    }
    if let Standing::Awarded { overdue_at, .. } = &mut standing
        && now < after
    {
        *overdue_at = None;
    }
    Some(standing)
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
        // Whoever has signed has kept its word.
        (Standing::Awarded { signed: Some(_), .. }, _) => Err(Refusal::new(&SALE_SIGNED)),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// DOMAIN §4: an objection stops the process. Overlapping ones stop it once; before the award they stop nothing.
    #[test]
    fn domain_4_time_in_which_objections_are_open_is_counted_once() {
        let at = UtcTime::from_seconds;
        let blocked = |list: &[(i64, Option<i64>)]| {
            let list: Vec<_> = list.iter().map(|(made, answered)| (at(*made), answered.map(at))).collect();
            blocked_seconds(at(100), at(1_000), &list)
        };
        assert_eq!(blocked(&[]), 0);
        assert_eq!(blocked(&[(10, Some(90))]), 0);
        assert_eq!(blocked(&[(10, Some(150))]), 50);
        assert_eq!(blocked(&[(200, Some(300)), (250, Some(400)), (260, Some(270))]), 200);
        assert_eq!(blocked(&[(600, None), (200, Some(300))]), 500);
    }
}
