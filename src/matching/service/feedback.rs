//! What became of suggestions: told by people where it is their act, followed where the platform sees it itself.

use serde_json::Value;

use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;
use crate::kernel::id::urn;
use crate::kernel::permission::Permission;
use crate::matching::codes::{
    EVENT_NOT_YOURS, NOT_YOUR_LIST, REASON_REQUIRED, REASON_UNEXPECTED, SUGGESTION_UNKNOWN,
};
use crate::matching::model::{Event, Feedback, FeedbackId, Side, Suggestion};
use crate::matching::rules::fit::Example;
use crate::matching::store;
use crate::matching::worker::{load, side_of};
use crate::search::Sources;

/// Pairs that one enquiry is evidence for: the enquirer may have several demands.
const PAIRS_MAX: i64 = 3;
const SLICE: i64 = 500;

/// What somebody tells of an entry of a list.
#[derive(Debug, Clone)]
pub struct Told {
    /// URN of the record whose list it is.
    pub subject: String,
    pub other: String,
    pub event: Event,
    /// One of the eight reasons; with `declined` only.
    pub reason: Option<String>,
}

/// Keeps what a reader of lists did; the place and the parts are the platform's own knowledge.
pub fn tell(tx: &mut Tx, actor: &Actor, sources: &Sources, told: &[Told]) -> Result<u64, Refusal> {
    actor.permit(Permission::Session)?;
    let organisation = urn(tx.node(), "organisation", actor.person()?.organisation);
    let source = tx.now().day().to_string();
    let mut kept = 0;
    for one in told {
        check(one)?;
        let found = store::entry(tx, &one.subject, &one.other)?;
        let found = found.ok_or_else(|| Refusal::new(&SUGGESTION_UNKNOWN))?;
        if one.event == Event::Declined && !holds(tx, sources, &one.subject, &organisation)? {
            return Err(Refusal::new(&NOT_YOUR_LIST));
        }
        let act = Act {
            event: one.event,
            reason: one.reason.clone(),
            organisation: &organisation,
            source: &source,
        };
        kept += u64::from(keep(tx, &found, &act, true)?);
    }
    Ok(kept)
}

fn check(told: &Told) -> Result<(), Refusal> {
    match (told.event, &told.reason) {
        (Event::Shown | Event::Opened, None) | (Event::Declined, Some(_)) => Ok(()),
        (Event::Shown | Event::Opened, Some(_)) => Err(Refusal::new(&REASON_UNEXPECTED)),
        (Event::Declined, None) => Err(Refusal::new(&REASON_REQUIRED)),
        _ => Err(Refusal::new(&EVENT_NOT_YOURS)),
    }
}

fn holds(conn: &mut Conn, sources: &Sources, subject: &str, organisation: &str) -> Result<bool, Refusal> {
    let found = load(conn, sources, &[subject.to_owned()])?;
    Ok(found.iter().any(|document| document.holder.urn == organisation))
}

/// Who did what.
struct Act<'a> {
    event: Event,
    reason: Option<String>,
    organisation: &'a str,
    source: &'a str,
}

fn keep(tx: &mut Tx, of: &Suggestion, act: &Act<'_>, in_list: bool) -> Result<bool, Refusal> {
    let side = side_of(&of.subject).ok_or_else(|| Refusal::internal("a suggestion without a side"))?;
    let (demand, achievement) = match side {
        Side::Demand => (&of.subject, &of.other),
        Side::Achievement => (&of.other, &of.subject),
    };
    let feedback = Feedback {
        id: tx.new_id(),
        at: tx.now(),
        event: act.event,
        side,
        demand: demand.clone(),
        achievement: achievement.clone(),
        organisation: act.organisation.to_owned(),
        source: act.source.to_owned(),
        position: in_list.then_some(of.place),
        reason: act.reason.clone(),
        values: Some((of.verdict.demand, of.verdict.achievement)),
        weights_version: Some(of.weights_version),
    };
    store::keep_feedback(tx, &feedback)
}

/// Rule 6: what an engagement or a contract says of the pairs behind it, from the facts of its change alone. A contract
/// names its engagement by the URN.
pub fn follow(tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
    let fact = |name: &str| change.facts.get(name).and_then(Value::as_str);
    if change.kind == "contract.registered" {
        let Some(engagement) = fact("engagement") else { return Ok(()) };
        return contracted(tx, engagement);
    }
    let event = match (change.kind.as_str(), fact("state"), fact("outcome")) {
        ("engagement.enquired", ..) => Event::Enquired,
        ("engagement.answered", Some("accepted"), _) => Event::Accepted,
        ("engagement.answered", Some("declined"), _) => Event::Declined,
        ("engagement.concluded", _, Some("contract")) => Event::Contracted,
        _ => return Ok(()),
    };
    let (Some(about), Some(enquirer), Some(owner)) = (fact("about"), fact("enquirer"), fact("owner")) else {
        return Ok(());
    };
    if event != Event::Enquired {
        // The pairs are those of the enquiry, whatever the lists say by now.
        let actor = if event == Event::Contracted { enquirer } else { owner };
        return again(tx, &change.subject, event, actor, fact("decline_reason"));
    }
    let mut pairs = store::between(tx, about, enquirer, PAIRS_MAX)?;
    // The same pair may stand in both lists; the enquirer's own comes first.
    let mut seen: Vec<String> = Vec::new();
    pairs.retain(|pair| {
        let theirs = if pair.subject == about { &pair.other } else { &pair.subject };
        let new = !seen.contains(theirs);
        seen.push(theirs.clone());
        new
    });
    for pair in &pairs {
        let act = Act { event, reason: None, organisation: enquirer, source: &change.subject };
        keep(tx, pair, &act, pair.other == about)?;
    }
    Ok(())
}

/// A further event about the pairs of an enquiry.
fn again(
    tx: &mut Tx,
    engagement: &str,
    event: Event,
    organisation: &str,
    reason: Option<&str>,
) -> Result<(), Refusal> {
    for enquiry in store::feedback_from(tx, engagement, Event::Enquired)? {
        let (id, at) = (tx.new_id(), tx.now());
        let (organisation, reason) = (organisation.to_owned(), reason.map(str::to_owned));
        store::keep_feedback(tx, &Feedback { id, at, event, organisation, reason, ..enquiry })?;
    }
    Ok(())
}

fn contracted(tx: &mut Tx, engagement: &str) -> Result<(), Refusal> {
    let Some(enquiry) = store::feedback_from(tx, engagement, Event::Enquired)?.into_iter().next() else {
        return Ok(());
    };
    again(tx, engagement, Event::Contracted, &enquiry.organisation, None)
}

/// Kept events for other programs, in slices.
pub fn export(conn: &mut Conn, after: Option<FeedbackId>) -> Result<Vec<Feedback>, Refusal> {
    store::feedback_after(conn, after, SLICE)
}

/// What was kept as lists of examples: for each list and reader the best that became of each pair. What stood further
/// down was seen less, so passing it over says less.
pub fn examples(kept: &[Feedback]) -> Vec<Vec<Example>> {
    use std::collections::BTreeMap;
    let mut lists: BTreeMap<(String, String), BTreeMap<String, Example>> = BTreeMap::new();
    for event in kept {
        let Some((demand, achievement)) = event.values else { continue };
        let (subject, other, values) = match event.side {
            Side::Demand => (&event.demand, &event.achievement, demand),
            Side::Achievement => (&event.achievement, &event.demand, achievement),
        };
        let seen = 1.0 / f64::from(event.position.unwrap_or(1).max(1) + 1).log2();
        let grade = event.event.grade();
        // A decline is a judgement, wherever it stood.
        let weight = if grade > 0.0 || event.event == Event::Declined { 1.0 } else { seen };
        let list = lists.entry((subject.clone(), event.organisation.clone())).or_default();
        let example = list.entry(other.clone()).or_insert(Example { values, grade, weight });
        if grade > example.grade {
            *example = Example { values, grade, weight };
        }
    }
    lists.into_values().map(|list| list.into_values().collect()).collect()
}
