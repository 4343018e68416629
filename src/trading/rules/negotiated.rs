//! Negotiated price with publicity (协议定价+公示; DOMAIN §3).

use super::common::{check_amount, check_code};
use crate::kernel::error::Errors;
use crate::kernel::text;
use crate::trading::codes::{SALE_BUYER_SELF, SALE_PRIORITY_NEGOTIATED, SALE_RELATION};
use crate::trading::model::{NegotiatedTerms, Sale};

const TEXT_CHARS_MAX: usize = 2_000;

pub fn check(errors: &mut Errors, terms: &NegotiatedTerms, sale: &Sale) {
    check_amount(errors, "/terms/mode/price_fen", terms.price_fen);
    check_code(errors, "/terms/mode/buyer/credit_code", &terms.buyer.credit_code);
    if terms.buyer.credit_code == sale.seller.credit_code {
        errors.add("/terms/mode/buyer/credit_code", &SALE_BUYER_SELF);
    }
    // Nothing here would ask them: in publicity whoever has a right of first refusal (DOMAIN §2) objects, which stops the
    // result.
    if !sale.terms.priority_holders.is_empty() {
        errors.add("/terms/priority_holders", &SALE_PRIORITY_NEGOTIATED);
    }
    let listed = sale.terms.related_parties.contains(&terms.buyer.credit_code);
    if listed && !terms.related_party {
        errors.add("/terms/mode/related_party", &SALE_RELATION);
    }
    if terms.related_party && terms.relation.trim().is_empty() {
        errors.add("/terms/mode/relation", &SALE_RELATION);
    }
    text::optional(errors, "/terms/mode/relation", &terms.relation, TEXT_CHARS_MAX);
    text::optional(errors, "/terms/mode/price_basis", &terms.price_basis, TEXT_CHARS_MAX);
}
