//! What a mandate may say, and what it earns. Pure.

use super::codes::{
    MANDATE_DAYS, MANDATE_FEE_RATE, MANDATE_FEE_TIERS, MANDATE_NOT_YOUR_TURN, MANDATE_PAYER_SHARE,
};
use super::model::{
    CommissionBase, Fee, Introduction, Mandate, MandateState, Outcome, Payer, Side, Terms, Tier,
};
use crate::kernel::codes_common::{OUT_OF_RANGE, STATE_CONFLICT};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::rate::Rate;
use crate::kernel::split::largest_remainder;
use crate::kernel::time::Day;

pub const YEARS_MAX: i32 = 10;
const TIERS_MAX: usize = 20;
const MILLION: i128 = 1_000_000;

pub fn check_terms(errors: &mut Errors, terms: &Terms) {
    let rate = |errors: &mut Errors, pointer: &str, rate: Rate| {
        if rate == Rate::ZERO || rate > Rate::ONE {
            errors.add_with(pointer, &MANDATE_FEE_RATE, &[("max", Rate::ONE.to_string())]);
        }
    };
    match &terms.fee {
        Fee::Rate { rate: share, cap, .. } => {
            rate(errors, "/fee/rate_ppm", *share);
            if let Some(cap) = cap {
                check_amount(errors, "/fee/cap_fen", *cap);
            }
        }
        Fee::Tiered { tiers, .. } => {
            for (at, tier) in tiers.iter().enumerate() {
                rate(errors, &format!("/fee/tiers/{at}/rate_ppm"), tier.rate);
            }
            if !rising(tiers) {
                errors.add("/fee/tiers", &MANDATE_FEE_TIERS);
            }
        }
        Fee::Fixed { amount } => check_amount(errors, "/fee/amount_fen", *amount),
    }
    if let Payer::Shared { client } = terms.payer
        && (client == Rate::ZERO || client >= Rate::ONE)
    {
        errors.add("/payer/client_ppm", &MANDATE_PAYER_SHARE);
    }
}

fn check_amount(errors: &mut Errors, pointer: &str, amount: Fen) {
    if !(1..=MAX_JSON_FEN).contains(&amount.0) {
        errors.add_with(pointer, &OUT_OF_RANGE, &[("min", "1".into()), ("max", MAX_JSON_FEN.to_string())]);
    }
}

fn rising(tiers: &[Tier]) -> bool {
    let Some((last, before)) = tiers.split_last() else { return false };
    let ends: Option<Vec<Fen>> = before.iter().map(|tier| tier.up_to).collect();
    let rises = ends.is_some_and(|ends| {
        ends.first().is_none_or(|first| first.is_positive()) && ends.windows(2).all(|pair| pair[0] < pair[1])
    });
    tiers.len() <= TIERS_MAX && last.up_to.is_none() && rises
}

pub fn check_days(errors: &mut Errors, from: Day, to: Day) {
    if to < from || to > from.plus_years(YEARS_MAX) {
        errors.add_with("/valid_to", &MANDATE_DAYS, &[("years", YEARS_MAX.to_string())]);
    }
}

/// What the fee is computed on; a fixed amount on the total.
pub fn base_of(fee: &Fee, total: Fen, technical: Fen) -> Fen {
    match fee {
        Fee::Rate { base: CommissionBase::Technical, .. }
        | Fee::Tiered { base: CommissionBase::Technical, .. } => technical,
        _ => total,
    }
}

/// The fee of a contract that counts: exact, then rounded half up once (rule 4).
pub fn fee(fee: &Fee, total: Fen, technical: Fen) -> Option<Fen> {
    let base = base_of(fee, total, technical);
    match fee {
        Fee::Rate { rate, cap, .. } => {
            let due = rate.of(base)?;
            Some(cap.map_or(due, |cap| due.min(cap)))
        }
        Fee::Tiered { tiers, .. } => {
            let (mut micro, mut from) = (0_i128, 0_i128);
            for tier in tiers {
                let end = tier.up_to.map_or(i128::from(base.0), |end| i128::from(end.0.min(base.0)));
                micro += (end - from).max(0) * i128::from(tier.rate.ppm());
                from = from.max(end);
            }
            i64::try_from((micro + MILLION / 2).div_euclid(MILLION)).ok().map(Fen)
        }
        Fee::Fixed { amount } => Some(*amount),
    }
}

/// What the client pays of a fee; the other side of the contract pays the rest (rule 4: the client first).
pub fn client_part(payer: Payer, fee: Fen) -> Option<Fen> {
    match payer {
        Payer::Client => Some(fee),
        Payer::Counterparty => Some(Fen::ZERO),
        Payer::Shared { client } => {
            let rest = Rate::ONE.ppm().saturating_sub(client.ppm());
            let shares = largest_remainder(fee, &[u64::from(client.ppm()), u64::from(rest)])?;
            shares.first().copied()
        }
    }
}

/// What the mandate owes for a contract as it stands now: fee and the client's part (rule 5).
pub fn owed(terms: &Terms, outcome: &Outcome) -> Option<(Fen, Fen)> {
    if !outcome.counts {
        return Some((Fen::ZERO, Fen::ZERO));
    }
    let fee = fee(&terms.fee, outcome.total, outcome.technical)?;
    Some((fee, client_part(terms.payer, fee)?))
}

/// Rule 3: the client is a party, and the contract was registered on a day of the mandate.
pub fn may_count(mandate: &Mandate, outcome: &Outcome) -> bool {
    let party = |urn: &str, code: &str| urn == mandate.client.urn || code == mandate.client.credit_code;
    let is_party = party(&outcome.seller, &outcome.seller_code) || party(&outcome.buyer, &outcome.buyer_code);
    let day = outcome.registered_on;
    let in_force = matches!(mandate.state, MandateState::Active | MandateState::Ended)
        && (mandate.valid_from..=mandate.valid_to).contains(&day)
        && mandate.ended_on.is_none_or(|ended| day <= ended);
    is_party && in_force
}

/// How closely a mandate fits the engagement that a contract came from: 3 the engagement itself, 2 its record, 1
/// whatever the broker brings about; none if it does not.
pub fn closeness(mandate: &Mandate, introduction: &Introduction) -> Option<u8> {
    if mandate.broker.urn != introduction.broker {
        return None;
    }
    match mandate.about.as_deref() {
        None => Some(1),
        Some(about) if about == introduction.engagement => Some(3),
        Some(about) if about == introduction.about => Some(2),
        Some(_) => None,
    }
}

/// What somebody does with a mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Accept,
    Decline,
    Withdraw,
    End,
}

/// The diagram of the room.
pub fn next(mandate: &Mandate, side: Side, act: Act) -> Result<MandateState, Refusal> {
    let proposer = side == mandate.proposed_by;
    match (mandate.state, act) {
        (MandateState::Proposed, Act::Accept | Act::Decline) if proposer => {
            Err(Refusal::new(&MANDATE_NOT_YOUR_TURN))
        }
        (MandateState::Proposed, Act::Withdraw) if !proposer => Err(Refusal::new(&MANDATE_NOT_YOUR_TURN)),
        (MandateState::Proposed, Act::Accept) => Ok(MandateState::Active),
        (MandateState::Proposed, Act::Decline) => Ok(MandateState::Declined),
        (MandateState::Proposed, Act::Withdraw) => Ok(MandateState::Withdrawn),
        (MandateState::Active, Act::End) => Ok(MandateState::Ended),
        _ => Err(Refusal::new(&STATE_CONFLICT).with("state", mandate.state)),
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
