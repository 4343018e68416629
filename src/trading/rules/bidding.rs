//! Ascending online bidding, and the auction on the same engine: what its notice must say (DOMAIN §4).

use super::common::{check_amount, check_share};
use super::listing::PLAN_DAYS_MAX;
use crate::kernel::error::Errors;
use crate::kernel::text;
use crate::kernel::time::UtcTime;
use crate::trading::codes::{SALE_AUCTIONEER, SALE_DURATION, SALE_ENDS_LATE, SALE_INCREMENT, SALE_NOTICE};
use crate::trading::model::{BiddingTerms, Mode, Rules};

const NAME_CHARS_MAX: usize = 200;

/// `short`: a re-run, whose notice is shorter.
pub fn check(
    errors: &mut Errors,
    mode: Mode,
    terms: &BiddingTerms,
    rules: &Rules,
    short: bool,
    now: UtcTime,
) {
    check_amount(errors, "/terms/mode/start_fen", terms.start_fen);
    if !terms.increment_fen.is_positive() || terms.increment_fen > terms.start_fen {
        errors.add("/terms/mode/increment_fen", &SALE_INCREMENT);
    }
    let (min, max) = (rules.deposit_ppm_min, rules.deposit_ppm_max);
    check_share(errors, "/terms/mode/deposit_fen", terms.deposit_fen, terms.start_fen, min, max);
    let days = if short || terms.movables { rules.notice_days_short } else { rules.notice_days };
    let from = now.plus_days(i64::from(days));
    if terms.starts_at < from {
        let params = [("days", days.to_string()), ("from", from.to_string())];
        errors.add_with("/terms/mode/starts_at", &SALE_NOTICE, &params);
    }
    let hours = rules.duration_hours_min;
    if terms.ends_at < terms.starts_at.plus_seconds(i64::from(hours) * 3600) {
        errors.add_with("/terms/mode/ends_at", &SALE_DURATION, &[("hours", hours.to_string())]);
    }
    let to = now.plus_days(PLAN_DAYS_MAX);
    if terms.ends_at > to {
        errors.add_with("/terms/mode/ends_at", &SALE_ENDS_LATE, &[("to", to.to_string())]);
    }
    check_auctioneer(errors, mode, terms);
}

/// Auction Law: a licensed house and auctioneer on the record, and only there.
fn check_auctioneer(errors: &mut Errors, mode: Mode, terms: &BiddingTerms) {
    let pointer = "/terms/mode/auctioneer";
    match &terms.auctioneer {
        Some(it) if mode == Mode::Auction => {
            for (field, value) in [
                ("house", &it.house),
                ("house_licence", &it.house_licence),
                ("name", &it.name),
                ("licence", &it.licence),
            ] {
                text::required(errors, &format!("{pointer}/{field}"), value, NAME_CHARS_MAX);
            }
        }
        None if mode == Mode::OnlineBidding => {}
        _ => errors.add(pointer, &SALE_AUCTIONEER),
    }
}
