//! What the holder does with its own record, and what time does.

use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::Id;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::listing::checks::Stage;
use crate::listing::codes::REASON_REQUIRED;
use crate::listing::kind::Kind;
use crate::listing::model::{Act, Listing, Remarks, Standing, Submission};
use crate::listing::rules;
use crate::listing::store;

use super::{Done, check, commit, holder_of, load, load_own, moved, verified};

const REASON_CHARS_MAX: usize = 500;

/// Writes a new draft for the actor's organisation.
pub fn create<K: Kind>(tx: &mut Tx, actor: &Actor, content: &K::Content) -> Result<Listing<K>, Refusal> {
    actor.permit(K::WRITE)?;
    let person = actor.person()?;
    let holder = holder_of(tx, person)?;
    check::<K>(tx, &holder, content, Stage::Draft)?;
    let id = tx.new_id();
    let after = Listing {
        id,
        urn: tx.urn(K::TYPE, id),
        version: 1,
        holder,
        standing: Standing::Draft,
        reserved_for: None,
        content: content.clone(),
        published: None,
        remarks: Remarks::default(),
        submission: None,
        published_at: None,
        ends_on: None,
        created_at: tx.now(),
        created_by: person.user,
        updated_at: tx.now(),
    };
    commit(tx, actor, Done { before: None, after, event: K::EVENTS.drafted, republish: false, reason: None })
}

/// Replaces the working copy. What is published stays until the revision is approved (rule 5).
pub fn edit<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    expected: Option<i64>,
    content: &K::Content,
) -> Result<Listing<K>, Refusal> {
    actor.permit(K::WRITE)?;
    let before = load_own(tx, actor, id, expected)?;
    let mut after = moved(&before, Act::Edit)?;
    check::<K>(tx, &before.holder, content, Stage::Draft)?;
    let reason = K::edit_reason(content).map(str::trim).filter(|reason| !reason.is_empty());
    let mut errors = Errors::new();
    match reason {
        None if after.standing.is_published() => errors.add("/edit_reason", &REASON_REQUIRED),
        None => {}
        Some(reason) => text::optional(&mut errors, "/edit_reason", reason, REASON_CHARS_MAX),
    }
    errors.check()?;
    after.content = content.clone();
    let event = K::EVENTS.edited;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: false, reason })
}

/// Hands a finished text to the reviewers (rules 2 and 4).
pub fn submit<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    expected: Option<i64>,
) -> Result<Listing<K>, Refusal> {
    actor.permit(K::WRITE)?;
    let person = actor.person()?;
    let before = load_own(tx, actor, id, expected)?;
    let mut after = moved(&before, Act::Submit)?;
    after.holder = holder_of(tx, person)?;
    verified(tx, &after.holder)?;
    check::<K>(tx, &after.holder, &before.content, Stage::Complete)?;
    after.submission = Some(Submission { by: person.user, at: tx.now() });
    let event = K::EVENTS.submitted;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: false, reason: None })
}

/// Takes a record off the market, or out of the queue, for good.
pub fn withdraw<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    expected: Option<i64>,
    reason: &str,
) -> Result<Listing<K>, Refusal> {
    actor.permit(K::WRITE)?;
    let before = load_own(tx, actor, id, expected)?;
    let mut after = moved(&before, Act::Withdraw)?;
    rules::is_free(before.reserved_for.as_deref())?;
    required_reason(reason)?;
    after.remarks.reason = Some(reason.trim().to_owned());
    let event = K::EVENTS.withdrawn;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: false, reason: Some(reason) })
}

/// Takes a record off the market that is to be erased, whoever holds it; its version then. What its holder keeps for
/// itself is the holder's.
pub fn take_down<K: Kind>(tx: &mut Tx, actor: &Actor, id: Id<K>, reason: &str) -> Result<i64, Refusal> {
    let before = load(tx, id)?;
    let Ok(mut after) = moved(&before, Act::Withdraw) else { return Ok(before.version) };
    rules::is_free(before.reserved_for.as_deref())?;
    after.remarks.reason = Some(reason.trim().to_owned());
    let event = K::EVENTS.withdrawn;
    let done = Done { before: Some(&before), after, event, republish: false, reason: Some(reason) };
    Ok(commit(tx, actor, done)?.version)
}

/// Gives a published or expired record a new last day. Its text was approved, so nobody reviews it again.
pub fn renew<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    expected: Option<i64>,
    until: Day,
    reason: &str,
) -> Result<Listing<K>, Refusal> {
    actor.permit(K::WRITE)?;
    let before = load_own(tx, actor, id, expected)?;
    let mut after = moved(&before, Act::Renew)?;
    verified(tx, &before.holder)?;
    let mut errors = Errors::new();
    let today = tx.now().day();
    if let Err(refusal) = rules::last_day(until, today, K::LONGEST_DAYS) {
        let latest = today.plus_days(K::LONGEST_DAYS).to_string();
        errors.add_with("/until", refusal.definition(), &[("latest", latest)]);
    }
    text::required(&mut errors, "/reason", reason, REASON_CHARS_MAX);
    errors.check()?;
    after.ends_on = Some(until);
    K::set_last_day(&mut after.content, until);
    if let Some(approved) = &mut after.published {
        K::set_last_day(approved, until);
    }
    after.remarks.reason = Some(reason.trim().to_owned());
    let event = K::EVENTS.renewed;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: true, reason: Some(reason) })
}

/// One slice of the clock-driven expiry (rule 7); returns how many records expired.
pub fn expire_due<K: Kind>(tx: &mut Tx, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    let today = tx.now().day();
    let due = store::due::<K>(tx, today, limit)?;
    for id in &due {
        let before = load(tx, *id)?;
        let after = moved(&before, Act::Expire)?;
        let event = K::EVENTS.expired;
        commit(tx, actor, Done { before: Some(&before), after, event, republish: false, reason: None })?;
    }
    Ok(due.len())
}

fn required_reason(reason: &str) -> Result<(), Refusal> {
    text::stated("/reason", reason, REASON_CHARS_MAX)
}
