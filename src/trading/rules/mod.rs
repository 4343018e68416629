//! May this happen, what results: pure. One module for each mode, and what all of them share.

pub mod bidding;
pub mod book;
pub mod breach;
pub mod common;
pub mod correction;
pub mod lifecycle;
pub mod listing;
pub mod negotiated;
pub mod sealed;
pub mod silence;
pub mod telling;

use super::model::{ModeTerms, Rules, Sale};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::time::UtcTime;

use super::codes::SALE_MODE_WRONG;

/// What a mode says of terms that are about to be published.
pub fn check_mode(errors: &mut Errors, sale: &Sale, rules: &Rules, now: UtcTime) {
    let short = sale.run_number > 1;
    match &sale.terms.mode {
        ModeTerms::Negotiated(terms) => negotiated::check(errors, terms, sale),
        ModeTerms::Listing(terms) => listing::check(errors, terms, rules, now),
        ModeTerms::Bidding(terms) => bidding::check(errors, sale.mode, terms, rules, short, now),
        ModeTerms::Sealed(terms) => sealed::check(errors, terms, rules, now),
    }
}

/// 409 unless the step belongs to the sale's mode.
pub fn only(fits: bool) -> Result<(), Refusal> {
    if fits { Ok(()) } else { Err(Refusal::new(&SALE_MODE_WRONG)) }
}
