//! What all modes ask of a sale.

use std::collections::BTreeSet;

use crate::kernel::codes::CreditCode;
use crate::kernel::codes_common::{CREDIT_CODE_INVALID, OUT_OF_RANGE, TOO_MANY, UNKNOWN_VALUE};
use crate::kernel::error::Errors;
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::rate::Rate;
use crate::kernel::text;
use crate::kernel::vocabulary;
use crate::trading::codes::{
    SALE_DEPOSIT_SHARE, SALE_LOT_TWICE, SALE_LOTS_MIXED, SALE_MODE_TERMS, SALE_PRIORITY,
};
use crate::trading::model::{Lot, Mode, ModeTerms, Terms};

pub const LOTS_MAX: usize = 20;
const TITLE_CHARS_MAX: usize = 200;
const TEXT_CHARS_MAX: usize = 10_000;
const PRIORITY_HOLDERS_MAX: usize = 20;
const RELATED_PARTIES_MAX: usize = 50;
const NAME_CHARS_MAX: usize = 200;
const URN_CHARS_MAX: usize = 200;

/// Shape of a draft: what is there must be right.
pub fn check_draft(errors: &mut Errors, mode: Mode, title: &str, lots: &[Lot], terms: &Terms) {
    text::required(errors, "/title", title, TITLE_CHARS_MAX);
    if !terms.mode.fits(mode) {
        errors.add("/terms/mode/kind", &SALE_MODE_TERMS);
    }
    check_lots(errors, mode, lots);
    text::required(errors, "/terms/description", &terms.description, TEXT_CHARS_MAX);
    text::optional(errors, "/terms/conditions", &terms.conditions, TEXT_CHARS_MAX);
    text::optional(errors, "/terms/payment", &terms.payment, TEXT_CHARS_MAX);
    if let Some(code) = &terms.contract_sub_type
        && !vocabulary::has("contract_sub_type", code)
    {
        let shown: String = code.chars().take(NAME_CHARS_MAX).collect();
        let params = [("value", shown), ("list", "contract_sub_type".to_owned())];
        errors.add_with("/terms/contract_sub_type", &UNKNOWN_VALUE, &params);
    }
    check_parties(errors, terms);
    if let ModeTerms::Negotiated(terms) = &terms.mode {
        text::required(errors, "/terms/mode/buyer/name", &terms.buyer.name, NAME_CHARS_MAX);
        text::optional(errors, "/terms/mode/buyer/urn", &terms.buyer.urn, URN_CHARS_MAX);
    }
}

fn check_lots(errors: &mut Errors, mode: Mode, lots: &[Lot]) {
    let (count, max) = (lots.len(), LOTS_MAX);
    if !(1..=max).contains(&count) {
        errors.add_with("/lots", &OUT_OF_RANGE, &[("min", "1".into()), ("max", max.to_string())]);
    }
    let demands = lots.iter().filter(|lot| lot.is_demand()).count();
    let only_achievements = mode.is_bidding() || mode == Mode::Listing;
    if demands > 0 && (demands < count || only_achievements) {
        errors.add("/lots", &SALE_LOTS_MIXED);
    }
    let mut seen = BTreeSet::new();
    for (at, lot) in lots.iter().enumerate() {
        if !seen.insert(&lot.about) {
            errors.add(format!("/lots/{at}/about"), &SALE_LOT_TWICE);
        }
    }
}

fn check_parties(errors: &mut Errors, terms: &Terms) {
    let holders = &terms.priority_holders;
    let mut codes = BTreeSet::new();
    for (at, holder) in holders.iter().enumerate() {
        let pointer = format!("/terms/priority_holders/{at}");
        text::required(errors, &format!("{pointer}/name"), &holder.name, NAME_CHARS_MAX);
        text::optional(errors, &format!("{pointer}/ground"), &holder.ground, NAME_CHARS_MAX);
        check_code(errors, &format!("{pointer}/credit_code"), &holder.credit_code);
        let ranks = 1..=i32::try_from(PRIORITY_HOLDERS_MAX).unwrap_or(1);
        if !ranks.contains(&holder.rank) || !codes.insert(&holder.credit_code) {
            errors.add_with(pointer, &SALE_PRIORITY, &[("max", PRIORITY_HOLDERS_MAX.to_string())]);
        }
    }
    for (pointer, count, max) in [
        ("/terms/priority_holders", holders.len(), PRIORITY_HOLDERS_MAX),
        ("/terms/related_parties", terms.related_parties.len(), RELATED_PARTIES_MAX),
    ] {
        if count > max {
            errors.add_with(pointer, &TOO_MANY, &[("max", max.to_string())]);
        }
    }
    for (at, code) in terms.related_parties.iter().enumerate() {
        check_code(errors, &format!("/terms/related_parties/{at}"), code);
    }
}

pub fn check_code(errors: &mut Errors, pointer: &str, code: &str) {
    if CreditCode::parse(code).is_err() {
        errors.add(pointer, &CREDIT_CODE_INVALID);
    }
}

/// A price that is asked, offered or bid.
pub fn check_amount(errors: &mut Errors, pointer: &str, amount: Fen) {
    if !(1..=MAX_JSON_FEN).contains(&amount.0) {
        errors.add_with(pointer, &OUT_OF_RANGE, &[("min", "1".into()), ("max", MAX_JSON_FEN.to_string())]);
    }
}

/// DOMAIN §4, deposit: from this share of the price to that one, compared exactly.
pub fn check_share(errors: &mut Errors, pointer: &str, part: Fen, whole: Fen, min: Rate, max: Rate) {
    let part_ppm = i128::from(part.0) * 1_000_000;
    let at_most = part_ppm <= i128::from(whole.0) * i128::from(max.ppm());
    if part.is_negative() || !min.is_reached_by(part, whole) || !at_most {
        let params = [("min", min.to_string()), ("max", max.to_string())];
        errors.add_with(pointer, &SALE_DEPOSIT_SHARE, &params);
    }
}
