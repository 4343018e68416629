//! Who buys by agreement (DOMAIN §3): a unit of this node is who it is registered as, whatever the seller writes.

use crate::db::Tx;
use crate::identity::service as identity;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{Id, parse_urn};
use crate::kernel::party::PartyRef;
use crate::trading::codes::SALE_BUYER_UNKNOWN;
use crate::trading::model::{ModeTerms, NegotiatedTerms, Sale, Terms};

/// The terms with the buyer as it is registered. What is shaped wrongly is left for the other checks to say.
pub(super) fn registered(tx: &mut Tx, terms: &Terms) -> Result<Terms, Refusal> {
    let ModeTerms::Negotiated(negotiated) = &terms.mode else { return Ok(terms.clone()) };
    let buyer = match found(tx, &negotiated.buyer)? {
        Some(buyer) => buyer,
        None => return Ok(terms.clone()),
    };
    let mode = ModeTerms::Negotiated(NegotiatedTerms { buyer, ..negotiated.clone() });
    Ok(Terms { mode, ..terms.clone() })
}

/// A URN of this node must be of the credit code; without a URN the code is looked up. A unit of another node, or of
/// none, stays as it is written.
fn found(tx: &mut Tx, buyer: &PartyRef) -> Result<Option<PartyRef>, Refusal> {
    if buyer.urn.is_empty() {
        let known = identity::organisation_by_code(tx, &buyer.credit_code)?;
        return known.map(|it| identity::party(tx, it.id)).transpose();
    }
    let named = match parse_urn(&buyer.urn) {
        Some((node, "organisation", uuid)) if node == tx.node() => {
            match identity::party(tx, Id::from_uuid(uuid)) {
                Err(refusal) if refusal.is(&NOT_FOUND) => None,
                party => Some(party?),
            }
        }
        Some((_, "organisation", _)) => return Ok(None),
        _ => None,
    };
    match named.filter(|it| it.credit_code == buyer.credit_code) {
        Some(party) => Ok(Some(party)),
        None => {
            let mut errors = Errors::new();
            errors.add("/terms/mode/buyer/urn", &SALE_BUYER_UNKNOWN);
            errors.check().map(|()| None)
        }
    }
}

/// Before the publicity, and before the result: not a barred unit (rule 10).
pub(super) fn check_barred(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    match &sale.terms.mode {
        ModeTerms::Negotiated(terms) => super::enrol::check_barred(tx, &terms.buyer.credit_code),
        _ => Ok(()),
    }
}
