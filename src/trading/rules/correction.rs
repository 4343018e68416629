//! A correction that makes bidders say again what they said leaves them the time for it (rule 21). Pure.

use crate::kernel::error::Errors;
use crate::kernel::time::UtcTime;
use crate::trading::codes::SALE_CORRECT_LATE;
use crate::trading::model::{ModeTerms, Sale};

/// Days from a correction of the words to the end, for offers to be confirmed and envelopes to be sealed anew …
pub const DAYS_LEFT_MIN: u32 = 5;
/// … and of a project that must be tendered (Bidding Law, art. 23).
pub const MANDATORY_DAYS_LEFT_MIN: u32 = 15;

/// Listings and tenders: of a bidding nothing is offered yet when it may be corrected.
const fn days_left(terms: &ModeTerms) -> Option<u32> {
    match terms {
        ModeTerms::Listing(_) => Some(DAYS_LEFT_MIN),
        ModeTerms::Sealed(terms) if terms.mandatory => Some(MANDATORY_DAYS_LEFT_MIN),
        ModeTerms::Sealed(_) => Some(DAYS_LEFT_MIN),
        ModeTerms::Bidding(_) | ModeTerms::Negotiated(_) => None,
    }
}

/// `after`: the sale as the correction leaves it. Names the time to which the end must move.
pub fn check_left(errors: &mut Errors, after: &Sale, now: UtcTime) {
    let (Some(days), Some(end)) = (days_left(&after.terms.mode), after.times.ends_at) else { return };
    let from = now.plus_days(i64::from(days));
    if end < from {
        let params = [("days", days.to_string()), ("from", from.to_string())];
        errors.add_with("/ends_at", &SALE_CORRECT_LATE, &params);
    }
}
