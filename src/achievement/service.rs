//! What higher rooms ask of achievements.

use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::listing::service as listing;

use super::model::{Achievement, AchievementId, Record};

/// The record, whoever asks; the caller decides what of it may be shown. `None` if there is none.
pub fn get(conn: &mut Conn, node: &str, id: AchievementId) -> Result<Option<Record>, Refusal> {
    listing::get::<Achievement>(conn, node, id)
}

/// Holds a published achievement for a deal (the URN of a sale or contract).
pub fn reserve(tx: &mut Tx, actor: &Actor, id: AchievementId, deal: &str) -> Result<Record, Refusal> {
    listing::reserve(tx, actor, id, deal)
}

/// Lets go what this deal holds.
pub fn release(tx: &mut Tx, actor: &Actor, id: AchievementId, deal: &str) -> Result<Record, Refusal> {
    listing::release(tx, actor, id, deal)
}

/// The deal is done: the achievement leaves the market.
pub fn mark_traded(tx: &mut Tx, actor: &Actor, id: AchievementId, deal: &str) -> Result<Record, Refusal> {
    listing::mark_traded(tx, actor, id, deal)
}
