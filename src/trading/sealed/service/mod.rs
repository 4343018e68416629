//! Use-cases of sealed tenders.

mod close;
mod committee;
mod deposit;
mod evaluate;
mod fail;
mod open;
mod prepare;
mod read;
mod rehearse;

pub use close::{Closing, close_due, close_if_over};
pub use committee::{name_committee, vacate};
pub use deposit::{RECEIPT_KIND, Receipt, deposit, envelope_of, receipt};
pub use evaluate::{Points, score};
pub use fail::{OPENING_DAYS, fail};
pub use open::{hand_in, open_kept};
pub use prepare::{Enrolled, check_ready, corrected, enrol, make_key, put_setup, set_up_again};
pub(in crate::trading) use read::is_opened;
pub use read::{InTree, Opening, Packet, SeenTender, opening, packet, proof, tender};
pub use rehearse::rehearse;

use serde_json::{Value, json};

use super::ballot::{BallotBox, BoxError};
use super::codes::{SEALED_NOT_OFFICER, SEALED_NOT_SET_UP};
use super::model::{KeyRecord, Officer, Tender};
use super::{setup, store};
use crate::db::{Conn, Tx};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::Refusal;
use crate::proof::SecretBox;
use crate::proof::merkle::Hash;
use crate::trading::model::{Mode, Sale, SaleId};
use crate::trading::rules::only;
use crate::trading::service::load_tx;

/// A sealed tender with its sale.
#[derive(Clone)]
pub struct Case {
    pub sale: Sale,
    pub tender: Tender,
}

impl Case {
    fn key(&self) -> Result<&KeyRecord, Refusal> {
        self.tender.key.as_ref().ok_or_else(|| Refusal::new(&super::codes::SEALED_KEY_MISSING))
    }

    fn public_key(&self) -> Result<Hash, Refusal> {
        unhex(&self.key()?.public)
    }
}

fn case(tx: &mut Tx, id: SaleId) -> Result<Case, Refusal> {
    let sale = load_tx(tx, id)?;
    case_of(tx, sale)
}

fn case_of(conn: &mut Conn, sale: Sale) -> Result<Case, Refusal> {
    only(sale.mode == Mode::SealedTender)?;
    let tender = store::tender(conn, sale.id)?.ok_or_else(|| Refusal::new(&SEALED_NOT_SET_UP))?;
    Ok(Case { sale, tender })
}

/// The terms of a tender as they stand, by their hash.
fn terms_sha256(sale: &Sale, tender: &Tender) -> Result<String, Refusal> {
    let on = setup::OnTerms {
        sale: &sale.urn,
        title: &sale.title,
        seller: &sale.seller,
        lots: &sale.lots,
        terms: &sale.terms,
        setup: &tender.setup,
        public_key: tender.key.as_ref().map(|key| key.public.as_str()),
    };
    // Published with the deadline among its terms, and unchanged since: its envelopes name that hash.
    let with_deadline = on.sha256_with_deadline().map_err(Refusal::internal)?;
    if with_deadline == tender.terms_sha256 {
        return Ok(with_deadline);
    }
    on.sha256().map_err(Refusal::internal)
}

/// Whether envelopes that were sealed on the terms of `before` do not count on those of `after`.
pub(in crate::trading) fn voids(conn: &mut Conn, before: &Sale, after: &Sale) -> Result<bool, Refusal> {
    let found = case_of(conn, before.clone())?;
    Ok(terms_sha256(before, &found.tender)? != terms_sha256(after, &found.tender)?)
}

/// What a bidder's client seals to, and the terms that it bids on.
pub fn tender_of(tx: &mut Tx, id: SaleId) -> Result<(Hash, String), Refusal> {
    let found = case(tx, id)?;
    Ok((found.public_key()?, terms_sha256(&found.sale, &found.tender)?))
}

/// The officer that the actor is.
fn officer_of(conn: &mut Conn, actor: &Actor, sale: SaleId) -> Result<Officer, Refusal> {
    let person = actor.person()?;
    let officers = store::officers(conn, sale)?;
    let own = officers.into_iter().find(|it| it.body == person.organisation && it.user == Some(person.user));
    own.ok_or_else(|| Refusal::new(&SEALED_NOT_OFFICER))
}

/// Whether a credit code is of a body that opens this tender: it bids in it under no account.
fn is_opening_body(conn: &mut Conn, sale: SaleId, credit_code: &str) -> Result<bool, Refusal> {
    for officer in store::officers(conn, sale)? {
        if identity::organisation(conn, officer.body)?.profile.credit_code == credit_code {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Saves the next version of a tender with a change that concerns this node alone.
fn keep(
    tx: &mut Tx,
    actor: &Actor,
    before: &Tender,
    after: Tender,
    event: &'static str,
) -> Result<Tender, Refusal> {
    let after = Tender { version: before.version + 1, ..after };
    store::save_tender(tx, &after)?;
    let change = NewChange::local(event, tx.urn("sealed_tender", after.sale), after.version, json!({}));
    tx.record(actor, change);
    Ok(after)
}

/// The same, told to everybody.
fn keep_published(tx: &mut Tx, before: &Case, after: Tender, event: &'static str) -> Result<Tender, Refusal> {
    let after = Tender { version: before.tender.version + 1, ..after };
    store::save_tender(tx, &after)?;
    let subject = tx.urn("sealed_tender", after.sale);
    let facts = json!({"sale": before.sale.urn});
    let terms_sha256 = match after.closed_at {
        Some(_) => after.terms_sha256.clone(),
        None => terms_sha256(&before.sale, &after)?,
    };
    let public = projection(&subject, &before.sale, &after, &terms_sha256);
    let change = NewChange::published(event, subject, after.version, Audience::Public, facts, public);
    tx.record(&crate::trading::service::TRADING, change);
    Ok(after)
}

/// What everybody may read of a tender.
fn projection(subject: &str, sale: &Sale, tender: &Tender, terms_sha256: &str) -> Value {
    json!({
        "schema": "sealed_tender.v1",
        "id": subject,
        "sale": sale.urn,
        "capacity": tender.setup.capacity,
        "public_key": tender.key.as_ref().map(|key| key.public.as_str()),
        "terms_sha256": terms_sha256,
        "root": tender.root.map(hex::encode),
        "closed_at": tender.closed_at,
        "opened_at": tender.opened_at,
        "opening_key": tender.opening_key.map(hex::encode),
    })
}

fn box_context(sale: SaleId) -> String {
    format!("sealed_box:{sale}")
}

fn load_box(conn: &mut Conn, secrets: &SecretBox, sale: SaleId) -> Result<BallotBox, Refusal> {
    let sealed = store::sealed_box(conn, sale)?;
    let sealed = sealed.ok_or_else(|| Refusal::internal(format!("tender {sale} has no box")))?;
    let plain = secrets.open(&box_context(sale), &sealed).map_err(Refusal::internal)?;
    BallotBox::from_bytes(&plain).map_err(damaged)
}

/// The box as it is stored: always as a whole and under a fresh nonce, so that two copies of the database do not
/// tell which slot changed.
fn seal_box(tx: &Tx, secrets: &SecretBox, sale: SaleId, ballot: &BallotBox) -> Result<Vec<u8>, Refusal> {
    secrets.seal(tx.random(), &box_context(sale), &ballot.to_bytes()).map_err(Refusal::internal)
}

fn damaged(error: BoxError) -> Refusal {
    Refusal::internal(format!("ballot box: {error:?}"))
}

fn unhex(text: &str) -> Result<Hash, Refusal> {
    let bytes = hex::decode(text).map_err(Refusal::internal)?;
    bytes.try_into().map_err(|_| Refusal::internal("a stored hash is not 32 bytes"))
}

fn unhex_all(texts: &[String]) -> Result<Vec<Hash>, Refusal> {
    texts.iter().map(|text| unhex(text)).collect()
}
