//! The rehearsal: before the deadline the officers prove that they can open, without the opening key.

use super::{case, keep, officer_of, unhex, unhex_all};
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::proof::hpke::KeyPair;
use crate::proof::shares::{self, Share, ShareError};
use crate::trading::model::SaleId;
use crate::trading::sealed::codes::{SEALED_REHEARSAL_OVER, SEALED_SHARE};
use crate::trading::sealed::model::{Custody, KeyRecord, Officer, Tender};
use crate::trading::sealed::{packet, store};

/// An officer hands in its rehearsal share. When enough are there, the rehearsal's message is opened with them.
pub fn rehearse(tx: &mut Tx, actor: &Actor, id: SaleId, text: &str) -> Result<Tender, Refusal> {
    let found = case(tx, id)?;
    let officer = officer_of(tx, actor, id)?;
    if found.tender.closed_at.is_some() || found.sale.times.is_over(tx.now()) {
        return Err(Refusal::new(&SEALED_REHEARSAL_OVER));
    }
    let key = found.key()?.clone();
    let share = own_share(text, officer.number)?;
    shares::check(&share, &unhex_all(&key.rehearsal_commitments)?).map_err(wrong_share)?;
    let rehearsal_share = Some(share.as_bytes().to_vec());
    store::save_officer(tx, id, &Officer { rehearsal_share, ..officer })?;
    let Custody::Officers { needed, .. } = found.tender.setup.custody else {
        return Err(Refusal::internal("an officer of a tender that the server opens"));
    };
    let officers = store::officers(tx, id)?;
    let given = officers.iter().filter_map(|it| it.rehearsal_share.as_deref()).map(Share::from_bytes);
    let given = given.collect::<Result<Vec<_>, _>>().map_err(Refusal::internal)?;
    let mut after = found.tender.clone();
    if given.len() >= usize::from(needed) && after.rehearsed_at.is_none() {
        open_message(&key, &found.sale.urn, needed, &given)?;
        after.rehearsed_at = Some(tx.now());
    }
    keep(tx, actor, &found.tender, after, "sealed_tender.rehearsed")
}

fn open_message(key: &KeyRecord, sale: &str, needed: u8, given: &[Share]) -> Result<(), Refusal> {
    let commitments = unhex_all(&key.rehearsal_commitments)?;
    let private = shares::combine(needed, &commitments, given).map_err(Refusal::internal)?;
    let pair = KeyPair::from_private(&private).map_err(Refusal::internal)?;
    if *pair.public() != unhex(&key.rehearsal_public)? {
        return Err(Refusal::internal("the rehearsal's shares make another key"));
    }
    let message = hex::decode(&key.rehearsal_message).map_err(Refusal::internal)?;
    let text = pair.open(packet::REHEARSAL_INFO, sale.as_bytes(), &message).map_err(Refusal::internal)?;
    if text == packet::REHEARSAL_TEXT {
        Ok(())
    } else {
        Err(Refusal::internal("the rehearsal reads otherwise"))
    }
}

/// A share as its officer typed it, which must be its own.
pub(super) fn own_share(text: &str, number: u8) -> Result<Share, Refusal> {
    let share = Share::from_text(text).map_err(wrong_share)?;
    if share.number() == number { Ok(share) } else { Err(wrong_share(ShareError::Foreign)) }
}

pub(super) fn wrong_share(error: ShareError) -> Refusal {
    Refusal::new(&SEALED_SHARE).with("reason", error)
}
