//! Reading protocols.

use super::codes::SALE_PROTOCOL_EARLY;
use super::model::Signed;
use super::store;
use crate::db::Snapshot;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::trading::model::SaleId;
use crate::trading::service;

/// An edition of the protocol of a sale, or the last one, for whoever may read the sale.
pub fn signed(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: SaleId,
    edition: Option<i32>,
) -> Result<Signed, Refusal> {
    service::sale(snapshot, actor, id)?;
    store::signed(snapshot, id, edition)?.ok_or_else(|| Refusal::new(&SALE_PROTOCOL_EARLY))
}
