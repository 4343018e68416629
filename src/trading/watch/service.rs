//! Watching a sale, and reminding of it.

use serde_json::{Value, json};

use super::codes::{SALE_WATCHERS_FULL, WATCHES_FULL};
use super::model::{Due, Reminded, Watcher};
use super::{calendar, rules, store};
use crate::db::{Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;
use crate::trading::model::{Sale, SaleId, State};
use crate::trading::service::{self, Listed, load_tx};

/// Watchers of one sale: each reminder reads them all.
const WATCHERS_MAX: i64 = 2_000;
/// Sales that one person watches.
const WATCHED_MAX: i64 = 500;
/// Recipients that one change names.
pub(super) const RECIPIENTS_OF_CHANGE: usize = 100;
const REMINDERS: Actor = Actor::System("sale.reminders");

/// Watches a sale that everybody may see; watching twice is watching once.
pub fn watch(tx: &mut Tx, actor: &Actor, id: SaleId) -> Result<(), Refusal> {
    let person = actor.person()?;
    let sale = load_tx(tx, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    if store::watches(tx, id, person.user)? {
        return Ok(());
    }
    if store::count(tx, id)? >= WATCHERS_MAX {
        return Err(Refusal::new(&SALE_WATCHERS_FULL));
    }
    if store::count_of(tx, person.user)? >= WATCHED_MAX {
        return Err(Refusal::new(&WATCHES_FULL).with("max", WATCHED_MAX));
    }
    let since = tx.now();
    store::watch(tx, id, Watcher { user: person.user, organisation: person.organisation }, since)
}

pub fn unwatch(tx: &mut Tx, actor: &Actor, id: SaleId) -> Result<(), Refusal> {
    store::unwatch(tx, id, actor.person()?.user)
}

/// The sales that the actor watches, the newest first.
pub fn watched(snapshot: &mut Snapshot, actor: &Actor, page: &PageQuery) -> Result<Page<Listed>, Refusal> {
    let found = store::watched(snapshot, actor.person()?.user, page)?;
    let node = snapshot.node().to_owned();
    let mut items = Vec::with_capacity(found.items.len());
    for id in found.items {
        items.push(service::load(snapshot, &node, id)?);
    }
    service::with_runs(snapshot, Page { items, next: found.next })
}

/// The calendar file of a sale that everybody may see.
pub fn calendar_file(snapshot: &mut Snapshot, id: SaleId, base_url: &str) -> Result<String, Refusal> {
    let node = snapshot.node().to_owned();
    let sale = service::load(snapshot, &node, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let run = service::run(snapshot, id)?;
    Ok(calendar::file(&sale, run.as_ref(), &node, base_url))
}

/// Published sales that begin or end within the longest lead, after one of them.
pub fn ahead(snapshot: &mut Snapshot, after: Option<SaleId>, limit: i64) -> Result<Vec<SaleId>, Refusal> {
    let now = snapshot.now();
    let longest = rules::LEADS_HOURS.iter().max().copied().unwrap_or(24);
    store::ahead(snapshot, now, now.plus_seconds(i64::from(longest) * 3600), after, limit)
}

/// Reminds of one sale what is due, once (rules 2 and 3); returns how many changes it made.
pub fn remind(tx: &mut Tx, id: SaleId) -> Result<usize, Refusal> {
    let sale = load_tx(tx, id)?;
    if sale.state() != State::Published {
        return Ok(0);
    }
    let run = service::run(tx, id)?;
    let starts_at = run.as_ref().map(|run| run.starts_at).or(sale.times.starts_at);
    let ends_at = run.as_ref().map(|run| run.ends_at).or(sale.times.ends_at);
    let reminded = store::reminded(tx, id)?;
    let now = tx.now();
    let due = rules::due(starts_at, ends_at, &reminded, now);
    if due.is_empty() {
        return Ok(0);
    }
    let recipients = store::recipients(tx, id, sale.mode)?;
    let mut made = 0;
    for it in due {
        made += announce(tx, &sale, it, &recipients, now)?;
    }
    Ok(made)
}

pub(super) fn listed(some: &[Watcher]) -> Value {
    some.iter().map(|who| json!({"user": who.user, "organisation": who.organisation})).collect()
}

fn announce(tx: &mut Tx, sale: &Sale, due: Due, to: &[Watcher], now: UtcTime) -> Result<usize, Refusal> {
    let Due { moment, hours, at } = due;
    store::note(tx, &Reminded { sale: sale.id, moment, hours, fired_at: now })?;
    for some in to.chunks(RECIPIENTS_OF_CHANGE) {
        let recipients = listed(some);
        let facts = json!({
            "sale": sale.urn,
            "title": sale.title,
            "moment": moment,
            "hours": hours,
            "at": at,
            "recipients": recipients,
        });
        tx.record(&REMINDERS, NewChange::local("sale.reminder", sale.urn.clone(), sale.version, facts));
    }
    Ok(to.chunks(RECIPIENTS_OF_CHANGE).len())
}
