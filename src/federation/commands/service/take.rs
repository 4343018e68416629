//! Taking what another node tells of our users' acts (rules 5 and 8).

use super::{Desk, ask};
use crate::db::Tx;
use crate::federation::commands::model::{RemoteAct, RemoteMessage, RemoteState, RemoteThread, ResultState};
use crate::federation::commands::store::{self, Came};
use crate::federation::commands::wire::{
    Decision, MessageDocument, News, RESULT_ENTITY, RESULT_KIND, SealedResult, ThreadDocument,
};
use crate::federation::commands::{nodes, rules};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, OrganisationId, parse_urn};
use crate::kernel::time::UtcTime;
use crate::proof::Letter;
use crate::replica::model::{Replica, State as ReplicaState};
use crate::replica::service as replica;

/// Tries to open what came while the keys of its node are not known: about a day.
const ATTEMPTS_MAX: i32 = 60;
const ACTOR: Actor = Actor::System("federation.commands");

/// A replica of a sealed record was written: kept if it is for this node, and taken if it can be opened.
pub fn came(tx: &mut Tx, desk: &Desk, subject: &str) -> Result<(), Refusal> {
    if parse_urn(subject).is_none_or(|(_, entity, _)| entity != RESULT_ENTITY) {
        return Ok(());
    }
    let Some(record) = replica::find(tx, subject)? else { return Ok(()) };
    let Some(document) = record.public else { return Ok(()) };
    let Ok(sealed) = serde_json::from_str::<SealedResult>(&document) else { return Ok(()) };
    let own = tx.node().to_owned();
    let fits = sealed.is_of_this_schema() && sealed.id == subject && sealed.from == record.origin;
    let (known, said) = (store::came(tx, subject)?, (record.epoch, sealed.version));
    let newer = known.is_none_or(|known| (known.epoch, known.version) < said);
    if sealed.to != own || !fits || !newer {
        return Ok(());
    }
    let now = tx.now();
    let came = Came {
        subject: subject.to_owned(),
        origin: record.origin,
        version: sealed.version,
        state: ResultState::Waiting,
        attempts: 0,
        next_at: now,
        last_error: String::new(),
        document,
        came_at: now,
        epoch: record.epoch,
        says: String::new(),
    };
    open(tx, desk, came)
}

/// The node of a sealed record was restored and does not have it any more: the act or the thread that it told of is shown
/// as lost, because its owner cannot be held to what it does not know.
pub fn lost(tx: &mut Tx, record: &Replica) -> Result<(), Refusal> {
    let Some(came) = store::came(tx, &record.subject)? else { return Ok(()) };
    match came.says.split_once(':') {
        Some(("act", id)) => {
            let id = id.parse().map_err(Refusal::internal)?;
            if let Some(before) = store::act(tx, id)? {
                moved(tx, &before, before.lost())?;
            }
        }
        Some(("thread", urn)) => {
            if let Some(known) = store::thread(tx, urn)? {
                let lost_at = Some(tx.now());
                put_thread(tx, &RemoteThread { lost_at, epoch: record.epoch, ..known })?;
            }
        }
        _ => {}
    }
    store::put_came(tx, &Came { epoch: record.epoch, ..came })
}

/// Those whose keys were not known when they came; how many were looked at.
pub fn take_waiting(tx: &mut Tx, desk: &Desk, limit: i64) -> Result<usize, Refusal> {
    let now = tx.now();
    let due = store::due_results(tx, now, limit)?;
    let looked_at = due.len();
    for one in due {
        open(tx, desk, one)?;
    }
    Ok(looked_at)
}

fn open(tx: &mut Tx, desk: &Desk, mut came: Came) -> Result<(), Refusal> {
    let own = tx.node().to_owned();
    let outcome = match nodes::ring_of(tx, &own, &came.origin)? {
        None => Err((true, "the keys of its node are not known".to_owned())),
        Some(sender) => {
            let sealed: SealedResult = serde_json::from_str(&came.document).map_err(Refusal::internal)?;
            let ring = desk.keys.ring();
            let opened =
                Letter::open(&ring, &sealed.to_kid, &sender, RESULT_KIND, &sealed.head(), &sealed.sealed);
            opened.map_err(|error| (false, error.to_string()))
        }
    };
    let outcome = match outcome {
        Ok(body) => match serde_json::from_value::<News>(body) {
            Ok(news) => {
                came.says = says(&news);
                take(tx, &came.origin, came.epoch, news)?.map_err(|reason| (false, reason.to_owned()))
            }
            Err(error) => Err((false, error.to_string())),
        },
        Err(refused) => Err(refused),
    };
    match outcome {
        Ok(()) => (came.state, came.last_error) = (ResultState::Taken, String::new()),
        Err((again, error)) => {
            came.attempts += 1;
            came.next_at = tx.now().plus_seconds(rules::backoff_seconds(came.attempts));
            let waits = again && came.attempts < ATTEMPTS_MAX;
            came.state = if waits { ResultState::Waiting } else { ResultState::Refused };
            if !waits {
                tracing::warn!(subject = %came.subject, %error, "a result of another node was refused");
            }
            came.last_error = error;
        }
    }
    store::put_came(tx, &came)
}

/// By what the act or the thread is found once its node does not have it any more. A message that came stays.
fn says(news: &News) -> String {
    match news {
        News::Command { key, .. } => format!("act:{key}"),
        News::Thread { thread, .. } => format!("thread:{}", thread.urn),
        News::Message { .. } => String::new(),
    }
}

/// What a node may say: of acts that were sent to it, and of threads of its own with parties of ours.
fn take(tx: &mut Tx, origin: &str, epoch: i64, news: News) -> Result<Result<(), &'static str>, Refusal> {
    match news {
        News::Command { key, received_at, decision } => of_command(tx, origin, &key, received_at, decision),
        News::Thread { organisation, thread } => of_thread(tx, origin, epoch, &organisation, *thread),
        News::Message { organisation, thread, message } => {
            of_message(tx, origin, &organisation, thread, message)
        }
    }
}

fn of_command(
    tx: &mut Tx,
    origin: &str,
    key: &str,
    received_at: UtcTime,
    decision: Option<Decision>,
) -> Result<Result<(), &'static str>, Refusal> {
    let id = key.parse().ok();
    let found = id.map(|id| store::act(tx, id)).transpose()?.flatten();
    let Some(before) = found.filter(|act| act.node == origin) else { return Ok(Err("no such act")) };
    let mut after = before.moved(RemoteState::Received, received_at).unwrap_or_else(|| before.clone());
    match decision {
        Some(decision) => {
            after = after.moved(RemoteState::Decided, decision.at).unwrap_or(after);
            // A node that was restored may have decided once more.
            after.decided_at = Some(decision.at);
            after.accepted = Some(decision.accepted);
            if let Some(made) = &decision.made {
                after.thread.clone_from(&made.thread);
            }
            after.answer = serde_json::to_string(&decision).map_err(Refusal::internal)?;
        }
        // Within one life of its node it is told of later: so that life is over.
        None if before.decided_at.is_some() => after = after.undecided(),
        None => {}
    }
    moved(tx, &before, after)?;
    Ok(Ok(()))
}

/// Saves where an act now stands, and tells followers.
pub(super) fn moved(tx: &mut Tx, before: &RemoteAct, after: RemoteAct) -> Result<(), Refusal> {
    let after = RemoteAct { version: before.version + 1, ..after };
    if (RemoteAct { version: before.version, ..after.clone() }) == *before {
        return Ok(());
    }
    store::save_act(tx, &after)?;
    let (subject, facts) = (tx.urn("remote_act", after.id), ask::facts(&after));
    tx.record(&ACTOR, NewChange::local("remote_act.moved", subject, after.version, facts));
    Ok(())
}

fn of_thread(
    tx: &mut Tx,
    origin: &str,
    epoch: i64,
    organisation: &str,
    thread: ThreadDocument,
) -> Result<Result<(), &'static str>, Refusal> {
    let Some(organisation) = own_organisation(tx, organisation) else { return Ok(Err("no party of ours")) };
    let Some((node, _, uuid)) = parse_urn(&thread.urn) else { return Ok(Err("no thread")) };
    if node != origin {
        return Ok(Err("a thread of another node"));
    }
    let said = (epoch, thread.version);
    if store::thread(tx, &thread.urn)?.is_some_and(|known| (known.epoch, known.version) >= said) {
        return Ok(Ok(()));
    }
    let erased_at = is_erased(tx, &thread.about)?.then(|| tx.now());
    let thread = if erased_at.is_some() { thread.blank() } else { thread };
    let known = RemoteThread {
        urn: thread.urn.clone(),
        id: Id::from_uuid(uuid),
        organisation,
        node: origin.to_owned(),
        kind: thread.kind.clone(),
        about: thread.about.clone(),
        state: thread.state.clone(),
        version: thread.version,
        document: serde_json::to_string(&thread).map_err(Refusal::internal)?,
        updated_at: tx.now(),
        erased_at,
        epoch,
        lost_at: None,
    };
    put_thread(tx, &known)?;
    Ok(Ok(()))
}

/// Keeps a thread as it now stands, and tells followers.
fn put_thread(tx: &mut Tx, known: &RemoteThread) -> Result<(), Refusal> {
    store::put_thread(tx, known)?;
    let facts = serde_json::json!({
        "thread": known.urn, "kind": known.kind, "state": known.state, "organisation": known.organisation,
        "lost": known.lost_at.is_some(),
    });
    let subject = tx.urn("remote_thread", known.id);
    tx.record(&ACTOR, NewChange::local("remote_thread.changed", subject, known.version, facts));
    Ok(())
}

fn of_message(
    tx: &mut Tx,
    origin: &str,
    organisation: &str,
    thread: String,
    message: MessageDocument,
) -> Result<Result<(), &'static str>, Refusal> {
    let Some(organisation) = own_organisation(tx, organisation) else { return Ok(Err("no party of ours")) };
    let from_origin = parse_urn(&thread).is_some_and(|(node, _, _)| node == origin);
    let Some(id) = message.id.parse().ok().filter(|_| from_origin) else { return Ok(Err("no message")) };
    let facts = serde_json::json!({
        "thread": thread, "message": id, "from": message.party, "organisation": organisation,
    });
    let subject = tx.urn("remote_message", id);
    let erased = match store::thread(tx, &thread)? {
        Some(known) => is_erased(tx, &known.about)?,
        None => false,
    };
    let known = RemoteMessage {
        id,
        thread,
        party: message.party,
        party_name: message.party_name,
        author_name: if erased { String::new() } else { message.author_name },
        text: if erased { String::new() } else { message.text },
        sent_at: message.sent_at,
    };
    store::insert_message(tx, &known)?;
    tx.record(&ACTOR, NewChange::local("remote_thread.message_came", subject, 1, facts));
    Ok(Ok(()))
}

/// Words about a record that was erased do not come back.
fn is_erased(tx: &mut Tx, about: &str) -> Result<bool, Refusal> {
    Ok(replica::find(tx, about)?.is_some_and(|record| record.state == ReplicaState::Erased))
}

fn own_organisation(tx: &Tx, urn: &str) -> Option<OrganisationId> {
    match parse_urn(urn) {
        Some((node, "organisation", uuid)) if node == tx.node() => Some(Id::from_uuid(uuid)),
        _ => None,
    }
}
