//! What higher rooms do with a record: hold it for a deal, let it go, mark it traded (rule 11).

use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::Refusal;
use crate::kernel::id::Id;
use crate::listing::kind::Kind;
use crate::listing::model::{Act, Listing};
use crate::listing::rules;

use super::{Done, commit, load, moved};

/// Holds a published record for a deal (the URN of a sale or contract). Holding twice for the same deal is one.
pub fn reserve<K: Kind>(tx: &mut Tx, actor: &Actor, id: Id<K>, deal: &str) -> Result<Listing<K>, Refusal> {
    let before = load(tx, id)?;
    if !before.standing.is_published() {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", before.standing.state()));
    }
    rules::is_free_for(before.reserved_for.as_deref(), deal)?;
    if before.reserved_for.is_some() {
        return Ok(before);
    }
    let after = Listing { reserved_for: Some(deal.to_owned()), ..before.clone() };
    let event = K::EVENTS.reserved;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: false, reason: Some(deal) })
}

/// Lets go what this deal holds.
pub fn release<K: Kind>(tx: &mut Tx, actor: &Actor, id: Id<K>, deal: &str) -> Result<Listing<K>, Refusal> {
    let before = load(tx, id)?;
    rules::is_held_by(before.reserved_for.as_deref(), deal)?;
    let after = Listing { reserved_for: None, ..before.clone() };
    let event = K::EVENTS.released;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: false, reason: Some(deal) })
}

/// The deal is done: the record leaves the market.
pub fn mark_traded<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    deal: &str,
) -> Result<Listing<K>, Refusal> {
    let before = load(tx, id)?;
    rules::is_free_for(before.reserved_for.as_deref(), deal)?;
    let mut after = moved(&before, Act::Trade)?;
    after.reserved_for = Some(deal.to_owned());
    let event = K::EVENTS.traded;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: false, reason: Some(deal) })
}
