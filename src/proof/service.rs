//! Making, loading, rotating and revoking the keys of this node.

use serde_json::json;

use super::jws::{PUBLIC_BYTES, PublicKey, SEED_BYTES, Signer};
use super::keys::KeyRing;
use super::model::{KeyState, Purpose, SigningKeyId};
use super::secret::SecretBox;
use super::store::{self, KeyRow};
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;

/// Makes the keys that are still missing: the first start.
pub fn ensure_keys(tx: &mut Tx, secrets: &SecretBox) -> Result<(), Refusal> {
    let rows = store::all(tx)?;
    for purpose in Purpose::ALL {
        let mut has = false;
        for row in &rows {
            has |= row.state() == KeyState::Active && row.purpose()? == purpose;
        }
        if !has {
            make(tx, secrets, &Actor::System("keys"), purpose)?;
        }
    }
    Ok(())
}

/// Gives a purpose a new key; the old one still verifies what it signed (rule 2).
pub fn rotate(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    purpose: Purpose,
) -> Result<SigningKeyId, Refusal> {
    let now = tx.now();
    store::retire(tx, purpose, now)?;
    make(tx, secrets, actor, purpose)
}

/// Nothing that this key signed verifies any more; its purpose gets a new one.
pub fn revoke(tx: &mut Tx, actor: &Actor, secrets: &SecretBox, kid: &str) -> Result<(), Refusal> {
    let now = tx.now();
    let Some(id) = store::revoke(tx, kid, now)? else {
        return Err(Refusal::new(&NOT_FOUND));
    };
    let subject = tx.urn("signing_key", id);
    tx.record(actor, NewChange::local("signing_key.revoked", subject, 2, json!({})));
    ensure_keys(tx, secrets)
}

/// The public halves of a purpose's keys that still verify; needs no master key.
pub fn public_keys(conn: &mut Conn, purpose: Purpose) -> Result<Vec<PublicKey>, Refusal> {
    let mut keys = Vec::new();
    for row in store::all(conn)? {
        if row.purpose()? == purpose && !matches!(row.state(), KeyState::Revoked { .. }) {
            keys.push(public(&row)?);
        }
    }
    Ok(keys)
}

fn public(row: &KeyRow) -> Result<PublicKey, Refusal> {
    let bytes: [u8; PUBLIC_BYTES] = row.public_key.as_slice().try_into().map_err(Refusal::internal)?;
    Ok(PublicKey::from_bytes(bytes))
}

/// The keys as they stand. Fails when a key does not open: the master key is another one.
pub fn ring(conn: &mut Conn, secrets: &SecretBox) -> Result<KeyRing, Refusal> {
    let mut ring = KeyRing::default();
    for row in store::all(conn)? {
        let purpose = row.purpose()?;
        match row.state() {
            KeyState::Active => ring.add_signer(purpose, open(&row, purpose, secrets)?),
            KeyState::Retired { .. } => {
                ring.add_public(purpose, public(&row)?);
                ring.add_opener(purpose, &open(&row, purpose, secrets)?);
            }
            KeyState::Revoked { .. } => {}
        }
    }
    Ok(ring)
}

fn context(id: SigningKeyId, purpose: Purpose) -> String {
    format!("signing_key:{}:{id}", purpose.code())
}

fn make(tx: &mut Tx, secrets: &SecretBox, actor: &Actor, purpose: Purpose) -> Result<SigningKeyId, Refusal> {
    let id: SigningKeyId = tx.new_id();
    let seed = tx.random::<SEED_BYTES>();
    let signer = Signer::from_seed(&seed).map_err(Refusal::internal)?;
    let sealed = secrets.seal(tx.random(), &context(id, purpose), &seed).map_err(Refusal::internal)?;
    let (kid, public) = (signer.public().kid().to_owned(), signer.public().bytes().to_vec());
    let now = tx.now();
    store::insert(tx, &KeyRow::new(id, kid.clone(), purpose, public, sealed, now))?;
    let subject = tx.urn("signing_key", id);
    let facts = json!({ "purpose": purpose.code(), "kid": kid });
    tx.record(actor, NewChange::local("signing_key.made", subject, 1, facts));
    Ok(id)
}

fn open(row: &KeyRow, purpose: Purpose, secrets: &SecretBox) -> Result<Signer, Refusal> {
    let seed = secrets.open(&context(row.id, purpose), &row.sealed).map_err(|error| {
        Refusal::internal(format!("signing key {} does not open with this master key: {error}", row.id))
    })?;
    let seed: [u8; SEED_BYTES] = seed.as_slice().try_into().map_err(Refusal::internal)?;
    let signer = Signer::from_seed(&seed).map_err(Refusal::internal)?;
    if signer.public().kid() == row.kid && signer.public().bytes()[..] == row.public_key[..] {
        Ok(signer)
    } else {
        Err(Refusal::internal(format!("signing key {} is not the one that its row names", row.id)))
    }
}
