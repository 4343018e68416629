//! Messages and meetings (rule 4).

use serde_json::{Value, json};

use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::engagement::codes::MESSAGES_FULL;
use crate::engagement::model::{
    Engagement, EngagementId, Meeting, MeetingId, MeetingMode, MeetingState, Message, MessageId,
};
use crate::engagement::{rules, store};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{NOT_FOUND, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::text;
use crate::kernel::time::UtcTime;

use super::{facts, load, load_for_act};

const MESSAGE_CHARS_MAX: usize = 5_000;
const MESSAGES_MAX: i64 = 10_000;
const PLACE_CHARS_MAX: usize = 200;
const AGENDA_CHARS_MAX: usize = 2_000;
const MINUTES_CHARS_MAX: usize = 10_000;
const MEETINGS_MAX: i64 = 200;

#[derive(Clone, Debug)]
pub struct NewMeeting {
    pub starts_at: UtcTime,
    pub mode: MeetingMode,
    pub place: String,
    pub agenda: String,
}

pub fn send(tx: &mut Tx, actor: &Actor, id: EngagementId, words: &str) -> Result<Message, Refusal> {
    let (found, role) = load_for_act(tx, actor, id, None)?;
    rules::may_talk(&found.standing)?;
    text::stated("/text", words, MESSAGE_CHARS_MAX)?;
    if store::count_messages(tx, id)? >= MESSAGES_MAX {
        return Err(Refusal::new(&MESSAGES_FULL));
    }
    let author = actor.signatory()?;
    let party = found.party(role).ok_or_else(|| Refusal::internal("a party without a name"))?;
    let message = Message {
        id: tx.new_id(),
        engagement: id,
        party: party.urn.clone(),
        party_name: party.name.clone(),
        author: author.user,
        author_name: author.name.to_owned(),
        text: words.trim().to_owned(),
        sent_at: tx.now(),
    };
    store::insert_message(tx, &message)?;
    let mut facts = told_to(&found);
    facts["message"] = json!(message.id);
    facts["from"] = json!(message.party);
    tx.record(actor, NewChange::local("engagement.message_sent", found.urn, found.version, facts));
    Ok(message)
}

pub fn messages(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: EngagementId,
    page: &PageQuery,
) -> Result<Page<Message>, Refusal> {
    let node = snapshot.node().to_owned();
    load(snapshot, &node, actor, id)?;
    store::messages(snapshot, id, page)
}

/// One message, for telling the other side's node (rule 7).
pub fn message_of(conn: &mut Conn, id: MessageId) -> Result<Option<Message>, Refusal> {
    store::message(conn, id)
}

pub fn arrange(tx: &mut Tx, actor: &Actor, id: EngagementId, new: &NewMeeting) -> Result<Meeting, Refusal> {
    let (found, _) = load_for_act(tx, actor, id, None)?;
    rules::may_talk(&found.standing)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/place", &new.place, PLACE_CHARS_MAX);
    text::optional(&mut errors, "/agenda", &new.agenda, AGENDA_CHARS_MAX);
    if let Err(refusal) = rules::meeting_ahead(new.starts_at, tx.now()) {
        errors.add("/starts_at", refusal.definition());
    }
    errors.check()?;
    let held = store::meetings(tx, id, MEETINGS_MAX)?;
    if i64::try_from(held.len()).unwrap_or(MEETINGS_MAX) >= MEETINGS_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", MEETINGS_MAX));
    }
    let meeting = Meeting {
        id: tx.new_id(),
        engagement: id,
        version: 1,
        state: MeetingState::Arranged,
        starts_at: new.starts_at,
        mode: new.mode,
        place: new.place.trim().to_owned(),
        agenda: new.agenda.trim().to_owned(),
        minutes: String::new(),
        arranged_by: actor.signatory()?.user,
        arranged_at: tx.now(),
    };
    store::insert_meeting(tx, &meeting)?;
    told(tx, actor, &found, "engagement.meeting_arranged", &meeting);
    Ok(meeting)
}

/// Held, with minutes, or cancelled, with the reason.
pub fn end_meeting(
    tx: &mut Tx,
    actor: &Actor,
    id: EngagementId,
    meeting: MeetingId,
    expected: Option<i64>,
    held: bool,
    minutes: &str,
) -> Result<Meeting, Refusal> {
    let (found, _) = load_for_act(tx, actor, id, None)?;
    let before = store::meeting(tx, id, meeting)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(before.version, expected)?;
    text::stated("/minutes", minutes, MINUTES_CHARS_MAX)?;
    let ended = rules::meeting_ended(&before, held, minutes.trim().to_owned())?;
    let after = Meeting { version: before.version + 1, ..ended };
    store::save_meeting(tx, &after)?;
    told(tx, actor, &found, "engagement.meeting_ended", &after);
    Ok(after)
}

fn told(tx: &mut Tx, actor: &Actor, of: &Engagement, event: &'static str, meeting: &Meeting) {
    let mut facts = told_to(of);
    facts["meeting"] = json!(meeting.id);
    facts["state"] = json!(meeting.state);
    tx.record(actor, NewChange::local(event, of.urn.clone(), of.version, facts));
}

/// Whom a message or a meeting concerns, and what it is about.
fn told_to(of: &Engagement) -> Value {
    let facts = facts(of);
    let entries = ["engagement", "about", "title", "owner", "enquirer", "broker"];
    entries.into_iter().map(|entry| (entry.to_owned(), facts[entry].clone())).collect()
}

pub fn meetings(snapshot: &mut Snapshot, actor: &Actor, id: EngagementId) -> Result<Vec<Meeting>, Refusal> {
    let node = snapshot.node().to_owned();
    load(snapshot, &node, actor, id)?;
    store::meetings(snapshot, id, MEETINGS_MAX)
}
