//! The rules of selling: what ships, what is in force.

use serde_json::json;

use crate::audit;
use crate::db::{Conn, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::INVALID_VALUE;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::reference::model::Setting;
use crate::trading::model::{Rules, TradingProfile};
use crate::trading::{profile, store};

/// Brings in what ships and is not there yet. Run at every start.
pub fn ensure_shipped(tx: &mut Tx) -> Result<(), Refusal> {
    if let Some(shipped) = profile::shipped()
        && store::profiles(tx)?.is_empty()
    {
        let now = tx.now();
        store::put_profile(tx, &shipped, now)?;
    }
    Ok(())
}

/// Every profile, by the day it takes effect.
pub fn profiles(conn: &mut Conn) -> Result<Vec<TradingProfile>, Refusal> {
    store::profiles(conn)
}

/// The rules in force on a day. There are always some, because a profile ships.
pub fn rules_on(conn: &mut Conn, day: Day) -> Result<Rules, Refusal> {
    let all = store::profiles(conn)?;
    let found = profile::on(&all, day).map(|profile| profile.rules.clone());
    found.ok_or_else(|| Refusal::internal("no trading profile"))
}

const REASON_CHARS_MAX: usize = 500;

/// Adds a set of rules, or changes one. Sales that are published keep theirs.
pub fn set_rules(
    tx: &mut Tx,
    actor: &Actor,
    code: &str,
    expected: Option<i64>,
    set: &Setting<Rules>,
) -> Result<TradingProfile, Refusal> {
    actor.permit(Permission::ReferenceManage)?;
    let mut errors = Errors::new();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=16).contains(&code.len()) || !code.bytes().all(plain) {
        errors.add_with("/code", &INVALID_VALUE, &[("reason", "a-z 0-9 -".into())]);
    }
    profile::check(&mut errors, &set.values);
    text::required(&mut errors, "/reason", &set.reason, REASON_CHARS_MAX);
    errors.check()?;
    let before = store::profiles(tx)?.into_iter().find(|it| it.code == code);
    let version = before.as_ref().map_or(0, |it| it.version);
    check_version(version, expected)?;
    let after = TradingProfile {
        code: code.to_owned(),
        version: version + 1,
        effective_from: set.effective_from,
        confirmed: set.confirmed,
        rules: set.values.clone(),
    };
    let now = tx.now();
    store::put_profile(tx, &after, now)?;
    let subject = format!("urn:tm:{}:trading_profile:{code}", tx.node());
    let old = before.map(|it| serde_json::to_value(&it.rules)).transpose().map_err(Refusal::internal)?;
    let new = serde_json::to_value(&after.rules).map_err(Refusal::internal)?;
    let old = old.unwrap_or_default();
    audit::service::record_revision(tx, actor, &subject, after.version, &set.reason, &old, &new)?;
    let facts = json!({"code": code, "effective_from": set.effective_from, "confirmed": set.confirmed});
    tx.record(actor, NewChange::local("trading_profile.set", subject, after.version, facts));
    Ok(after)
}
