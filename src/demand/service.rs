//! What higher rooms ask of demands.

use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::listing::service as listing;

use super::model::{Demand, DemandId, Record};

/// The record, whoever asks; the caller decides what of it may be shown. `None` if there is none.
pub fn get(conn: &mut Conn, node: &str, id: DemandId) -> Result<Option<Record>, Refusal> {
    listing::get::<Demand>(conn, node, id)
}

/// Holds a published demand for a deal (the URN of a sale or contract).
pub fn reserve(tx: &mut Tx, actor: &Actor, id: DemandId, deal: &str) -> Result<Record, Refusal> {
    listing::reserve(tx, actor, id, deal)
}

/// Lets go what this deal holds.
pub fn release(tx: &mut Tx, actor: &Actor, id: DemandId, deal: &str) -> Result<Record, Refusal> {
    listing::release(tx, actor, id, deal)
}

/// The deal is done: the demand leaves the market.
pub fn mark_traded(tx: &mut Tx, actor: &Actor, id: DemandId, deal: &str) -> Result<Record, Refusal> {
    listing::mark_traded(tx, actor, id, deal)
}
