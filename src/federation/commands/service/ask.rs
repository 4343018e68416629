//! A user asks another node for something: the act and its command, in one transaction (rule 1).

use serde_json::{Value, json};

use super::Desk;
use crate::db::Tx;
use crate::federation::commands::codes::{NODE_UNKNOWN, OUTBOX_FULL, RECORD_IS_LOCAL, RECORD_NOT_KNOWN};
use crate::federation::commands::model::{OutboxState, Outgoing, RemoteAct, RemoteState};
use crate::federation::commands::rules::LIFE_DAYS;
use crate::federation::commands::wire::{
    Act, Acting, COMMAND_BLOCK_BYTES, COMMAND_KIND, Command, CommandText, digest,
};
use crate::federation::commands::{nodes, store};
use crate::identity;
use crate::kernel::actor::{Actor, Person};
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::TOO_LONG;
use crate::kernel::error::{Code, Errors, Refusal};
use crate::kernel::id::parse_urn;
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::proof::Letter;
use crate::proof::model::Purpose;
use crate::replica::model::State as ReplicaState;
use crate::replica::service as replica;

/// Commands of this node that wait at a time.
const WAITING_MAX: i64 = 10_000;
/// Bytes of an act as JSON.
const ACT_BYTES_MAX: usize = 64 * 1024;

/// What the act is about: its record here, and the words for it.
struct About {
    node: String,
    urn: String,
    title: String,
    thread: String,
}

pub fn ask(tx: &mut Tx, actor: &Actor, desk: &Desk, act: &Act) -> Result<RemoteAct, Refusal> {
    actor.permit(Permission::EngagementWrite)?;
    actor.permit(act.permission())?;
    let person = actor.person()?;
    identity::service::require_verified(tx, actor)?;
    let about = about(tx, person, act)?;
    let request = serde_json::to_value(act).map_err(Refusal::internal)?;
    let mut errors = Errors::new();
    if request.to_string().len() > ACT_BYTES_MAX {
        errors.add_with("/text", &TOO_LONG, &[("max", ACT_BYTES_MAX.to_string())]);
    }
    errors.check()?;
    if store::count_waiting(tx)? >= WAITING_MAX {
        return Err(Refusal::new(&OUTBOX_FULL).retry_after_seconds(60));
    }
    let id = tx.new_id();
    let remote = RemoteAct {
        id,
        version: 1,
        act: act.name().to_owned(),
        node: about.node,
        about: about.urn,
        about_title: about.title,
        thread: about.thread,
        organisation: person.organisation,
        asked_by: person.user,
        state: RemoteState::Queued,
        request: act.kept().map_err(Refusal::internal)?.to_string(),
        accepted: None,
        answer: String::new(),
        asked_at: tx.now(),
        sent_at: None,
        received_at: None,
        decided_at: None,
    };
    store::insert_act(tx, &remote)?;
    let text = CommandText { person: acting(tx, person)?, act: request };
    post(tx, desk, &remote, &text)?;
    let facts = facts(&remote);
    let subject = tx.urn("remote_act", remote.id);
    tx.record(actor, NewChange::local("remote_act.asked", subject, remote.version, facts));
    Ok(remote)
}

/// For local followers: ids and codes. That somebody deposited an envelope, and in which sale, is in no log.
pub(super) fn facts(of: &RemoteAct) -> Value {
    if Act::is_unseen(&of.act) {
        return json!({ "remote_act": of.id, "state": of.state });
    }
    json!({
        "remote_act": of.id,
        "act": of.act,
        "node": of.node,
        "about": of.about,
        "thread": of.thread,
        "organisation": of.organisation,
        "asked_by": of.asked_by,
        "state": of.state,
        "accepted": of.accepted,
    })
}

fn refused_at(pointer: &str, code: &'static Code) -> Refusal {
    let mut errors = Errors::new();
    errors.add(pointer, code);
    errors.check().err().unwrap_or_else(|| Refusal::new(code))
}

/// The replica or the thread that the act names, as this node knows it.
fn about(tx: &mut Tx, person: &Person, act: &Act) -> Result<About, Refusal> {
    let pointer = if act.is_in_thread() { "/thread" } else { "/about" };
    let unknown = || refused_at(pointer, &RECORD_NOT_KNOWN);
    let urn = act.target().to_owned();
    let (node, entity, _) = parse_urn(&urn).ok_or_else(unknown)?;
    if act.entity().is_some_and(|wanted| wanted != entity) {
        return Err(unknown());
    }
    if node == tx.node() {
        return Err(refused_at(pointer, &RECORD_IS_LOCAL));
    }
    let node = node.to_owned();
    if !act.is_in_thread() {
        let found = replica::find(tx, &urn)?.filter(|it| it.state == ReplicaState::Live);
        let record = found.filter(|it| it.origin == node).ok_or_else(unknown)?;
        let public: Value =
            serde_json::from_str(record.public.as_deref().unwrap_or("null")).unwrap_or_default();
        let title = public["title"].as_str().unwrap_or_default().to_owned();
        return Ok(About { node, urn, title, thread: String::new() });
    }
    let own = |organisation| organisation == person.organisation;
    let thread = store::thread(tx, &urn)?.filter(|it| own(it.organisation)).ok_or_else(unknown)?;
    let document: Value = serde_json::from_str(&thread.document).unwrap_or_default();
    let title = document["about_title"].as_str().unwrap_or_default().to_owned();
    Ok(About { node, urn: thread.about, title, thread: urn })
}

/// Who acts, as this node vouches for it.
fn acting(tx: &mut Tx, person: &Person) -> Result<Acting, Refusal> {
    let organisation = identity::service::organisation(tx, person.organisation)?;
    let party = PartyRef {
        urn: tx.urn("organisation", person.organisation),
        name: organisation.profile.name,
        credit_code: organisation.profile.credit_code,
    };
    Ok(Acting { user: person.user, name: person.name.clone(), organisation: party, kind: organisation.kind })
}

/// Signs, encrypts and queues the command (rules 1 and 2).
fn post(tx: &mut Tx, desk: &Desk, of: &RemoteAct, text: &CommandText) -> Result<(), Refusal> {
    let own = tx.node().to_owned();
    let keys = nodes::keys_of(tx, &own, &of.node)?.unwrap_or_default();
    let to = keys.first().ok_or_else(|| Refusal::new(&NODE_UNKNOWN).retry_after_seconds(60))?;
    let now = tx.now();
    let mut command = Command::draft(&own, &of.node, of.id.to_string(), now, now.plus_days(LIFE_DAYS));
    command.to_kid = to.kid().to_owned();
    let body = serde_json::to_value(text).map_err(Refusal::internal)?;
    let ring = desk.keys.ring();
    let signer = ring.signer(Purpose::Node)?;
    let sealed =
        Letter::seal(signer, to, COMMAND_KIND, &command.head(), &body, COMMAND_BLOCK_BYTES, tx.random());
    command.sealed = sealed.map_err(Refusal::internal)?;
    let outgoing = Outgoing {
        origin: own.clone(),
        key: command.key.clone(),
        to_node: command.to.clone(),
        digest: digest(&command)?,
        command: serde_json::to_string(&command).map_err(Refusal::internal)?,
        via: vec![own],
        state: OutboxState::Waiting,
        attempts: 0,
        next_at: now,
        last_error: String::new(),
        expires_at: command.expires,
        queued_at: now,
        sent_at: None,
    };
    store::insert_outgoing(tx, &outgoing)
}
