//! Depositing an envelope. Nothing in the clear tells that it happened: no change, no version, no log line, no
//! counter, no stored answer; one sealed document is written anew.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use super::{Case, case, case_of, is_opening_body, load_box, seal_box, terms_sha256};
use crate::db::{Snapshot, Tx};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::kernel::leaf::canonical;
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::proof::model::Purpose;
use crate::proof::{Keys, SecretBox};
use crate::trading::codes::{SALE_NOT_OPEN, SALE_OVER};
use crate::trading::model::{Correction, Sale, SaleId, State};
use crate::trading::sealed::ballot::{BoxError, Second, Slot};
use crate::trading::sealed::codes::{
    SEALED_COPIED, SEALED_DEPOSITED, SEALED_ENVELOPE, SEALED_FULL, SEALED_NO_ENVELOPE, SEALED_OPENED,
    SEALED_OPENER_BIDS,
};
use crate::trading::sealed::model::Tender;
use crate::trading::sealed::{envelope, store};
use crate::trading::service::{load, may_take_part, ties};
use crate::trading::store as trading_store;

/// `typ` of a receipt's signature.
pub const RECEIPT_KIND: &str = "bid-receipt+jws";

/// What a bidder holds in its hands after it has deposited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub sale: String,
    pub envelope_sha256: String,
    pub received_at: UtcTime,
    /// The envelope of the same bidder that this one replaced.
    pub replaces: Option<String>,
    /// Compact JWS over the canonical form of the above.
    pub jws: String,
}

fn signed(keys: &Keys, sale: &str, slot: &Slot) -> Result<Receipt, Refusal> {
    let envelope_sha256 = hex::encode(envelope::digest(&slot.envelope));
    let received_at = UtcTime::from_micros(slot.at_micros);
    let replaces = (slot.replaced != [0; 32]).then(|| hex::encode(slot.replaced));
    let statement = json!({
        "type": "techmart.bid_receipt.v1",
        "sale": sale,
        "envelope_sha256": envelope_sha256,
        "received_at": received_at,
        "replaces": replaces,
    });
    let canonical = canonical(&statement).map_err(Refusal::internal)?;
    let jws = keys.sign(Purpose::Certificate, RECEIPT_KIND, &canonical)?;
    Ok(Receipt { sale: sale.to_owned(), envelope_sha256, received_at, replaces, jws })
}

/// An envelope as it is written in JSON.
pub fn envelope_of(text: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim().trim_end_matches('='));
    bytes.map_err(|_| Refusal::new(&SEALED_ENVELOPE).with("bytes", envelope::ENVELOPE_BYTES))
}

/// Puts an envelope into the box. Safe to repeat: the same envelope gets the same receipt.
pub fn deposit(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    keys: &Keys,
    id: SaleId,
    sealed: &[u8],
) -> Result<Receipt, Refusal> {
    actor.permit(Permission::SaleBid)?;
    let Case { sale, tender } = case(tx, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let (now, bidder) = (tx.now(), identity::acting_party(tx, actor)?);
    ties::check_not_staff(tx, actor)?;
    may_take_part(tx, &sale, &bidder)?;
    // Who is named to open is public: the refusal tells nothing of the box.
    if is_opening_body(tx, id, &bidder.credit_code)? {
        return Err(Refusal::new(&SEALED_OPENER_BIDS));
    }
    if sale.times.is_over(now) || tender.closed_at.is_some() {
        return Err(Refusal::new(&SALE_OVER).with("at", sale.times.ends_at.unwrap_or(now)));
    }
    if sale.state() != State::Published || !sale.times.is_open(now) {
        return Err(Refusal::new(&SALE_NOT_OPEN));
    }
    let malformed = || Refusal::new(&SEALED_ENVELOPE).with("bytes", envelope::ENVELOPE_BYTES);
    envelope::check_shape(sealed).map_err(|_| malformed())?;
    let voided = voided_at(tx, &sale, &tender)?;
    let mut ballot = load_box(tx, secrets, id)?;
    let depositor = depositor(tx.node(), &bidder);
    let lies_since = ballot.find(&depositor).map_err(super::damaged)?.map(|slot| slot.at_micros);
    // After a correction of the terms everybody may once, because what was sealed on the terms before no longer counts.
    let may =
        tender.setup.replacement || lies_since.zip(voided).is_some_and(|(at, voided)| at <= voided.micros());
    let second = if may { Second::Replaces } else { Second::Refused };
    let pick = u64::from_be_bytes(tx.random());
    let slot = ballot.deposit(&depositor, sealed.to_vec(), now.micros(), second, pick).map_err(refused)?;
    let receipt = signed(keys, &sale.urn, slot)?;
    let written = seal_box(tx, secrets, id, &ballot)?;
    store::put_box(tx, id, &written)?;
    Ok(receipt)
}

/// When corrections last voided what lay in the box: those of the words, which are among the terms that an envelope names.
/// Taken back, a correction is one more. Of a tender that was published with its deadline among the terms any may be.
fn voided_at(tx: &mut Tx, sale: &Sale, tender: &Tender) -> Result<Option<UtcTime>, Refusal> {
    let corrections = trading_store::corrections(tx, sale.id)?;
    let words = |it: &&Correction| it.fields.iter().any(|field| field != "starts_at" && field != "ends_at");
    let last = corrections.iter().filter(words).map(|it| it.at).max();
    match (last, corrections.last()) {
        (None, Some(moved)) if terms_sha256(sale, tender)? != tender.terms_sha256 => Ok(Some(moved.at)),
        _ => Ok(last),
    }
}

fn refused(error: BoxError) -> Refusal {
    match error {
        BoxError::Full => Refusal::new(&SEALED_FULL),
        BoxError::Deposited => Refusal::new(&SEALED_DEPOSITED),
        BoxError::Copied => Refusal::new(&SEALED_COPIED),
        BoxError::Damaged => super::damaged(error),
    }
}

/// What stands for a bidder in the box. Of an organisation of another node nothing is kept here that its code and name
/// could be checked against at the opening, so the box itself binds them, as its node vouched for them.
pub(super) fn depositor(node: &str, bidder: &PartyRef) -> String {
    match parse_urn(&bidder.urn) {
        Some((at, ..)) if at == node => bidder.urn.clone(),
        _ => format!("{} {}\n{}", bidder.urn, bidder.credit_code, bidder.name),
    }
}

/// The receipt of the envelope that lies in the box for the actor's organisation.
pub fn receipt(
    snapshot: &mut Snapshot,
    actor: &Actor,
    secrets: &SecretBox,
    keys: &Keys,
    id: SaleId,
) -> Result<Receipt, Refusal> {
    actor.permit(Permission::SaleBid)?;
    let node = snapshot.node().to_owned();
    let sale = load(snapshot, &node, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let Case { sale, tender } = case_of(snapshot, sale)?;
    if tender.opened_at.is_some() {
        return Err(Refusal::new(&SEALED_OPENED));
    }
    if sale.state().is_final() {
        return Err(Refusal::new(&SEALED_NO_ENVELOPE));
    }
    let bidder = identity::party(snapshot, actor.person()?.organisation)?;
    let bidder = depositor(snapshot.node(), &bidder);
    let ballot = load_box(snapshot, secrets, id)?;
    let slot = ballot.find(&bidder).map_err(super::damaged)?;
    signed(keys, &sale.urn, slot.ok_or_else(|| Refusal::new(&SEALED_NO_ENVELOPE))?)
}
