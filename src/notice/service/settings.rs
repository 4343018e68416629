//! How people want to be told.

use std::collections::BTreeMap;

use super::own;
use crate::db::{Conn, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::notice::model::{Choice, Preferences, Topic};
use crate::notice::store;

pub fn preferences(conn: &mut Conn, actor: &Actor) -> Result<Preferences, Refusal> {
    actor.permit(Permission::Session)?;
    store::preferences(conn, own(actor)?)
}

/// Replaces the choices; topics that are not named are told in the usual way.
pub fn set_preferences(
    tx: &mut Tx,
    actor: &Actor,
    expected: Option<i64>,
    choices: &BTreeMap<Topic, Choice>,
) -> Result<Preferences, Refusal> {
    let before = preferences(tx, actor)?;
    check_version(before.version, expected)?;
    let after = Preferences { version: before.version + 1, choices: choices.clone() };
    store::save_preferences(tx, own(actor)?, &after)?;
    Ok(after)
}
