//! Listing (挂牌): fixed or asked price, notice period, offers, extension if there are none.

use super::common::{check_amount, check_share};
use crate::kernel::codes_common::OUT_OF_RANGE;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::rate::Rate;
use crate::kernel::time::UtcTime;
use crate::trading::codes::{SALE_BID_LOW, SALE_ENDS_EARLY, SALE_ENDS_LATE, SALE_OFFER_FIXED};
use crate::trading::model::{ListingTerms, Rules};

/// Nobody plans a sale further ahead.
pub const PLAN_DAYS_MAX: i64 = 366;
const EXTEND_DAYS_MAX: u32 = 90;
const EXTENSIONS_MAX: u32 = 12;

pub fn check(errors: &mut Errors, terms: &ListingTerms, rules: &Rules, now: UtcTime) {
    check_amount(errors, "/terms/mode/price_fen", terms.price_fen);
    check_end(errors, terms.ends_at, now, rules.listing_notice_days);
    if let Some(deposit) = terms.deposit_fen {
        let pointer = "/terms/mode/deposit_fen";
        check_share(errors, pointer, deposit, terms.price_fen, Rate::ZERO, rules.deposit_ppm_max);
    }
    for (pointer, value, max) in [
        ("/terms/mode/extend_days", terms.extend_days, EXTEND_DAYS_MAX),
        ("/terms/mode/extensions_max", terms.extensions_max, EXTENSIONS_MAX),
    ] {
        if value > max {
            errors.add_with(pointer, &OUT_OF_RANGE, &[("min", "0".into()), ("max", max.to_string())]);
        }
    }
}

/// An end after so many whole days of notice, and within a year.
pub fn check_end(errors: &mut Errors, ends_at: UtcTime, now: UtcTime, notice_days: u32) {
    let from = now.plus_days(i64::from(notice_days));
    if ends_at < from {
        errors.add_with("/terms/mode/ends_at", &SALE_ENDS_EARLY, &[("from", from.to_string())]);
    }
    let to = now.plus_days(PLAN_DAYS_MAX);
    if ends_at > to {
        errors.add_with("/terms/mode/ends_at", &SALE_ENDS_LATE, &[("to", to.to_string())]);
    }
}

/// An offer as the rule for choosing sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub bidder: i32,
    pub price: Fen,
    pub priority: Option<i32>,
    pub offered_at: UtcTime,
}

/// What an offer must be: the fixed price, or the asked one or more.
pub fn check_offer(terms: &ListingTerms, price: Fen) -> Result<(), Refusal> {
    let fits = if terms.fixed { price == terms.price_fen } else { price >= terms.price_fen };
    if fits && price.0 <= MAX_JSON_FEN {
        return Ok(());
    }
    let code = if terms.fixed { &SALE_OFFER_FIXED } else { &SALE_BID_LOW };
    Err(Refusal::new(code).with("min", terms.price_fen))
}

/// The published rule: the highest price; of equal ones the priority holder of the better rank, then the earlier.
pub fn rank(mut offers: Vec<Standing>) -> Vec<Standing> {
    offers.sort_by_key(|it| {
        (std::cmp::Reverse(it.price), it.priority.unwrap_or(i32::MAX), it.offered_at, it.bidder)
    });
    offers
}

/// Nobody has offered: whether and until when it goes on.
pub fn extended(terms: &ListingTerms, so_far: u32, ends_at: UtcTime) -> Option<UtcTime> {
    let more = terms.extend_days > 0 && so_far < terms.extensions_max;
    more.then(|| ends_at.plus_days(i64::from(terms.extend_days)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(bidder: i32, price: i64, priority: Option<i32>, second: i64) -> Standing {
        Standing { bidder, price: Fen(price), priority, offered_at: UtcTime::from_seconds(second) }
    }

    fn terms(fixed: bool) -> ListingTerms {
        ListingTerms {
            price_fen: Fen(1_000),
            fixed,
            ends_at: UtcTime::from_seconds(0),
            deposit_fen: None,
            extend_days: 10,
            extensions_max: 2,
        }
    }

    /// DOMAIN §4, listing: the best offer by the published rule; Civil Code art. 847: on equal terms the holder.
    #[test]
    fn domain_4_the_best_offer_is_the_highest_then_priority_then_the_earlier() {
        let ranked = rank(vec![
            offer(1, 1_000, None, 1),
            offer(2, 2_000, None, 9),
            offer(3, 2_000, None, 5),
            offer(4, 2_000, Some(2), 20),
            offer(5, 1_500, Some(1), 2),
        ]);
        let order: Vec<i32> = ranked.iter().map(|it| it.bidder).collect();
        assert_eq!(order, [4, 3, 2, 5, 1]);
    }

    #[test]
    fn a_fixed_price_is_offered_exactly_and_an_asked_one_at_least() {
        assert!(
            check_offer(&terms(true), Fen(1_000)).is_ok() && check_offer(&terms(false), Fen(1_001)).is_ok()
        );
        assert_eq!(check_offer(&terms(true), Fen(1_001)).unwrap_err().code(), "sale_offer_fixed");
        assert_eq!(check_offer(&terms(false), Fen(999)).unwrap_err().code(), "sale_bid_low");
    }

    #[test]
    fn a_listing_without_offers_goes_on_as_announced() {
        let end = UtcTime::from_seconds(0);
        assert_eq!(extended(&terms(true), 1, end), Some(end.plus_days(10)));
        assert_eq!(extended(&terms(true), 2, end), None);
        assert_eq!(extended(&ListingTerms { extend_days: 0, ..terms(true) }, 0, end), None);
    }
}
