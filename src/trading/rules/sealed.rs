//! Sealed tender (招标): what its notice must say. Envelopes, opening and evaluation are in `trading::sealed`.

use super::common::{check_amount, check_share};
use super::listing::check_end;
use crate::kernel::error::Errors;
use crate::kernel::rate::Rate;
use crate::kernel::time::UtcTime;
use crate::trading::codes::SALE_DEPOSIT_BOUND;
use crate::trading::model::{Rules, SealedTerms};

pub fn check(errors: &mut Errors, terms: &SealedTerms, rules: &Rules, now: UtcTime) {
    // DOMAIN §4: at least 20 days for mandatory projects.
    check_end(errors, terms.ends_at, now, if terms.mandatory { rules.tender_notice_days } else { 0 });
    if let Some(ceiling) = terms.ceiling_fen {
        check_amount(errors, "/terms/mode/ceiling_fen", ceiling);
    }
    let Some(deposit) = terms.deposit_fen else { return };
    match terms.ceiling_fen {
        Some(ceiling) => {
            let pointer = "/terms/mode/deposit_fen";
            check_share(errors, pointer, deposit, ceiling, Rate::ZERO, rules.tender_deposit_ppm_max);
        }
        // DOMAIN §4: at most 2 %; of a price that nobody has named there is no share.
        None => errors.add("/terms/mode/ceiling_fen", &SALE_DEPOSIT_BOUND),
    }
}
