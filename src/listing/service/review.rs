//! What the second person does (rule 3).

use crate::db::{Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::Id;
use crate::kernel::text;
use crate::listing::checks::Stage;
use crate::listing::kind::Kind;
use crate::listing::model::{Act, Listing};
use crate::listing::rules;

use super::{Done, check, commit, load, moved, verified};

const OPINION_CHARS_MAX: usize = 1_000;

/// Approves what waits: its text becomes the published one.
pub fn publish<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    expected: Option<i64>,
    opinion: &str,
) -> Result<Listing<K>, Refusal> {
    let (before, mut after) = reviewed(tx, actor, id, expected, Act::Publish)?;
    let mut errors = Errors::new();
    text::optional(&mut errors, "/opinion", opinion, OPINION_CHARS_MAX);
    errors.check()?;
    verified(tx, &before.holder)?;
    // Time has passed since the submission: a deadline may have, too.
    check::<K>(tx, &before.holder, &before.content, Stage::Complete)?;
    after.published = Some(before.content.clone());
    after.published_at = before.published_at.or(Some(tx.now()));
    let named = K::last_day(&before.content).or(before.ends_on);
    after.ends_on = Some(named.unwrap_or_else(|| tx.now().day().plus_days(K::DEFAULT_DAYS)));
    after.remarks.opinion = Some(opinion.trim().to_owned()).filter(|opinion| !opinion.is_empty());
    let event = K::EVENTS.published;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: true, reason: Some(opinion) })
}

/// Sends back what waits, with the reason.
pub fn send_back<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    expected: Option<i64>,
    opinion: &str,
) -> Result<Listing<K>, Refusal> {
    let (before, mut after) = reviewed(tx, actor, id, expected, Act::Return)?;
    text::stated("/opinion", opinion, OPINION_CHARS_MAX)?;
    after.remarks.opinion = Some(opinion.trim().to_owned());
    let event = K::EVENTS.returned;
    commit(tx, actor, Done { before: Some(&before), after, event, republish: false, reason: Some(opinion) })
}

fn reviewed<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    expected: Option<i64>,
    act: Act,
) -> Result<(Listing<K>, Listing<K>), Refusal> {
    actor.permit(K::REVIEW)?;
    let person = actor.person()?;
    let before = load(tx, id)?;
    rules::may_review(before.submission, before.holder.organisation, person.user, person.organisation)?;
    check_version(before.version, expected)?;
    let after = moved(&before, act)?;
    Ok((before, after))
}
