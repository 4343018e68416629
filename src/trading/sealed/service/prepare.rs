//! Before the publication: how the tender is run, who opens it, and its key.

use serde_json::json;

use super::{Case, case, keep, keep_published};
use crate::db::{Tx, check_version};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::proof::SecretBox;
use crate::proof::hpke::{self, KeyPair};
use crate::proof::merkle::Hash;
use crate::proof::shares::{self, Share};
use crate::trading::model::{Mode, Sale, SaleId};
use crate::trading::rules::{lifecycle, only};
use crate::trading::sealed::ballot::BallotBox;
use crate::trading::sealed::codes::{
    SEALED_BODY, SEALED_BODY_PARTIAL, SEALED_KEY_MADE, SEALED_KEY_MISSING, SEALED_NOT_OFFICER,
    SEALED_OFFICER_PARTIAL, SEALED_OFFICER_TAKEN, SEALED_OFFICERS_MISSING, SEALED_PUBLIC_KEY,
};
use crate::trading::sealed::model::{Custody, KeyRecord, Officer, Setup, Tender};
use crate::trading::sealed::packet::{self, Packet};
use crate::trading::sealed::{envelope, store};
use crate::trading::service::{own, ties};

/// Sets up a draft's tender, or sets it up anew: then its key is made anew too.
pub fn put_setup(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    setup: &Setup,
) -> Result<Tender, Refusal> {
    let sale = own(tx, actor, id, None)?;
    only(sale.mode == Mode::SealedTender)?;
    lifecycle::may_edit(sale.state())?;
    let mut errors = Errors::new();
    setup.check(&mut errors);
    errors.check()?;
    let officers = officers_of(tx, &sale, &setup.custody)?;
    let fresh = Tender {
        sale: id,
        version: 1,
        setup: setup.clone(),
        key: None,
        rehearsed_at: None,
        root: None,
        closed_at: None,
        terms_sha256: String::new(),
        opened_at: None,
        opening_key: None,
        committee: vec![],
        evaluated_at: None,
    };
    let tender = match store::tender(tx, id)? {
        Some(before) => {
            check_version(before.version, expected)?;
            forget_key(tx, id)?;
            keep(tx, actor, &before, fresh, "sealed_tender.set_up")?
        }
        None => {
            store::insert_tender(tx, &fresh)?;
            let change = NewChange::local("sealed_tender.set_up", tx.urn("sealed_tender", id), 1, json!({}));
            tx.record(actor, change);
            fresh
        }
    };
    store::put_officers(tx, id, &officers)?;
    Ok(tender)
}

/// The re-run of a tender is set up as the earlier one was, where that may still be: its officers enrol anew and its
/// key is made anew. Where a body may no longer keep a share, the tenderer sets it up itself.
pub fn set_up_again(tx: &mut Tx, actor: &Actor, earlier: SaleId, id: SaleId) -> Result<(), Refusal> {
    let Some(before) = store::tender(tx, earlier)? else { return Ok(()) };
    match put_setup(tx, actor, id, None, &before.setup) {
        Err(refusal) if refusal.status() == 422 => Ok(()),
        outcome => outcome.map(drop),
    }
}

/// The bodies that keep shares. The tenderer and its related parties would open early together.
fn officers_of(tx: &mut Tx, sale: &Sale, custody: &Custody) -> Result<Vec<Officer>, Refusal> {
    let Custody::Officers { bodies, .. } = custody else { return Ok(vec![]) };
    let mut errors = Errors::new();
    let mut officers = Vec::with_capacity(bodies.len());
    for (at, body) in bodies.iter().enumerate() {
        let found = identity::organisation(tx, *body).ok().filter(|it| it.is_verified());
        match (found, u8::try_from(at + 1)) {
            (Some(it), _) if is_tenderers(sale, &it.profile.credit_code) => {
                errors.add(format!("/custody/bodies/{at}"), &SEALED_BODY_PARTIAL);
            }
            (Some(it), Ok(number)) => officers.push(Officer {
                number,
                body: *body,
                body_name: it.profile.name,
                user: None,
                public_key: None,
                packet: None,
                rehearsal_share: None,
                opening_share: None,
            }),
            _ => errors.add(format!("/custody/bodies/{at}"), &SEALED_BODY),
        }
    }
    errors.check()?;
    Ok(officers)
}

fn is_tenderers(sale: &Sale, credit_code: &str) -> bool {
    sale.seller.credit_code == credit_code
        || sale.terms.related_parties.iter().any(|related| related == credit_code)
}

/// What an officer learns when it enrols.
pub struct Enrolled {
    pub officer: Officer,
    /// Shown once and kept nowhere, where the officer brought no key of its own.
    pub private_key: Option<Hash>,
}

/// A person of one of the named bodies becomes its opening officer, with a key of its own or a fresh one. One person keeps
/// one share, and who belongs to the tenderer under another membership none.
pub fn enrol(tx: &mut Tx, actor: &Actor, id: SaleId, public_key: Option<Hash>) -> Result<Enrolled, Refusal> {
    let person = actor.person()?;
    let found = case(tx, id)?;
    let officers = store::officers(tx, id)?;
    let own = officers.iter().find(|it| it.body == person.organisation).cloned();
    // A draft is nobody's business but its seller's and its officers'.
    let hidden = !found.sale.is_published();
    let before = own.ok_or_else(|| Refusal::new(if hidden { &NOT_FOUND } else { &SEALED_NOT_OFFICER }))?;
    if found.tender.key.is_some() {
        return Err(Refusal::new(&SEALED_KEY_MADE));
    }
    if officers.iter().any(|it| it.number != before.number && it.user == Some(person.user))
        || ties::is_sellers(tx, &found.sale, person.user)?
    {
        return Err(Refusal::new(&SEALED_OFFICER_PARTIAL));
    }
    if before.user.is_some_and(|user| user != person.user) {
        return Err(Refusal::new(&SEALED_OFFICER_TAKEN));
    }
    let (public_key, private_key) = match public_key {
        Some(key) => (key, None),
        None => {
            let pair = KeyPair::generate(tx.random());
            (*pair.public(), Some(*pair.private()))
        }
    };
    // A point that no secret can be agreed with would be noticed only at the key ceremony.
    hpke::seal(&public_key, b"", b"", b"", tx.random()).map_err(|_| Refusal::new(&SEALED_PUBLIC_KEY))?;
    let officer = Officer { user: Some(person.user), public_key: Some(public_key), ..before };
    store::save_officer(tx, id, &officer)?;
    keep(tx, actor, &found.tender, found.tender.clone(), "sealed_tender.officer_enrolled")?;
    Ok(Enrolled { officer, private_key })
}

/// The key ceremony: makes the opening key, splits it, seals each share to its officer, forgets it, and fills the
/// box with blank envelopes.
pub fn make_key(tx: &mut Tx, actor: &Actor, secrets: &SecretBox, id: SaleId) -> Result<Tender, Refusal> {
    let sale = own(tx, actor, id, None)?;
    lifecycle::may_edit(sale.state())?;
    let Case { sale, tender } = super::case_of(tx, sale)?;
    if tender.key.is_some() {
        return Err(Refusal::new(&SEALED_KEY_MADE));
    }
    let pair = KeyPair::generate(tx.random());
    let key = match &tender.setup.custody {
        Custody::Officers { needed, .. } => split_key(tx, &sale, &pair, *needed)?,
        Custody::Server {} => keep_key(tx, secrets, &sale, &pair)?,
    };
    let blanks = (0..tender.setup.capacity)
        .map(|_| envelope::seal_blank(pair.public(), &sale.urn, tx.random()).map_err(Refusal::internal))
        .collect::<Result<Vec<_>, _>>()?;
    let ballot = BallotBox::new(tx.random(), blanks).map_err(super::damaged)?;
    let sealed = super::seal_box(tx, secrets, id, &ballot)?;
    store::insert_box(tx, id, &sealed)?;
    // What the server keeps it has just read back; officers rehearse by themselves.
    let rehearsed_at = matches!(tender.setup.custody, Custody::Server {}).then(|| tx.now());
    let after = Tender { key: Some(key), rehearsed_at, ..tender.clone() };
    keep(tx, actor, &tender, after, "sealed_tender.key_made")
}

fn split_key(tx: &mut Tx, sale: &Sale, pair: &KeyPair, needed: u8) -> Result<KeyRecord, Refusal> {
    let officers = store::officers(tx, sale.id)?;
    let missing = officers.iter().filter(|officer| officer.public_key.is_none()).count();
    if missing > 0 {
        return Err(Refusal::new(&SEALED_OFFICERS_MISSING).with("count", missing));
    }
    let of = u8::try_from(officers.len()).map_err(Refusal::internal)?;
    let rehearsal = KeyPair::generate(tx.random());
    let opening_shares = shares::split(pair.private(), needed, of, tx.random()).map_err(Refusal::internal)?;
    let rehearsal_shares =
        shares::split(rehearsal.private(), needed, of, tx.random()).map_err(Refusal::internal)?;
    let commitments = |shares: &[Share]| shares.iter().map(|it| hex::encode(it.commitment())).collect();
    let message = hpke::seal(
        rehearsal.public(),
        packet::REHEARSAL_INFO,
        sale.urn.as_bytes(),
        packet::REHEARSAL_TEXT,
        tx.random(),
    )
    .map_err(Refusal::internal)?;
    let key = KeyRecord {
        public: hex::encode(pair.public()),
        commitments: commitments(&opening_shares),
        rehearsal_public: hex::encode(rehearsal.public()),
        rehearsal_commitments: commitments(&rehearsal_shares),
        rehearsal_message: hex::encode(message),
    };
    for (officer, (opening, rehearsal)) in
        officers.into_iter().zip(opening_shares.into_iter().zip(rehearsal_shares))
    {
        let public = officer.public_key.ok_or_else(|| Refusal::internal("an officer without a key"))?;
        let sealed = packet::seal(&public, &sale.urn, &Packet { opening, rehearsal }, tx.random())
            .map_err(Refusal::internal)?;
        store::save_officer(tx, sale.id, &Officer { packet: Some(sealed), ..officer })?;
    }
    Ok(key)
}

/// In a table of its own under the master key; read by the opening job alone.
fn keep_key(tx: &mut Tx, secrets: &SecretBox, sale: &Sale, pair: &KeyPair) -> Result<KeyRecord, Refusal> {
    let context = super::open::key_context(sale.id);
    let sealed = secrets.seal(tx.random(), &context, pair.private()).map_err(Refusal::internal)?;
    let back = secrets.open(&context, &sealed).map_err(Refusal::internal)?;
    if back != pair.private() {
        return Err(Refusal::internal("the opening key does not read back"));
    }
    store::insert_key(tx, sale.id, &sealed)?;
    Ok(KeyRecord {
        public: hex::encode(pair.public()),
        commitments: vec![],
        rehearsal_public: String::new(),
        rehearsal_commitments: vec![],
        rehearsal_message: String::new(),
    })
}

fn forget_key(tx: &mut Tx, id: SaleId) -> Result<(), Refusal> {
    store::delete_key(tx, id)?;
    store::delete_box(tx, id)
}

/// A sealed tender is published with its key made, and not without. Notes the terms that it is published on, and tells
/// everybody, at other nodes too, to which key and on which terms envelopes are sealed.
pub fn check_ready(tx: &mut Tx, id: SaleId) -> Result<(), Refusal> {
    let found = case(tx, id)?;
    if found.tender.key.is_none() {
        return Err(Refusal::new(&SEALED_KEY_MISSING));
    }
    // The draft may have been edited since it was set up.
    officers_of(tx, &found.sale, &found.tender.setup.custody)?;
    let terms_sha256 = super::terms_sha256(&found.sale, &found.tender)?;
    let after = Tender { terms_sha256, ..found.tender.clone() };
    keep_published(tx, &found, after, "sealed_tender.published").map(drop)
}

/// The terms of a published tender were corrected: what is sealed from now on names the new ones. Those that it was
/// published on are kept, so that the box knows that old envelopes no longer count.
pub fn corrected(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    let found = super::case_of(tx, sale.clone())?;
    let after = found.tender.clone();
    keep_published(tx, &found, after, "sealed_tender.corrected").map(drop)
}
