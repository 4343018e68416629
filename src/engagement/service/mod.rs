//! Use-cases of engagements.

mod answering;
mod confidential;
mod enquire;
mod talk;

use serde_json::{Value, json};

use crate::achievement;
use crate::audit;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::demand;
use crate::identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, UserId, parse_urn};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::listing::Contact;

use super::model::{About, AboutKind, Engagement, EngagementId, Filter, ForContract, PartyRole, Standing};
use super::{rules, store};

pub use answering::{answering, due_between};
pub use confidential::{
    UNDERTAKING, accept_confidentiality, confidential, confidential_attachment, undertaking_hash,
};
pub use enquire::{NewEnquiry, answer, conclude, conclude_by_contract, enquire, withdraw};
pub use talk::{NewMeeting, arrange, end_meeting, meetings, message_of, messages, send};

/// What an engagement is about, as its parties need to know it.
pub(super) struct Subject {
    pub about: About,
    pub owner: PartyRef,
    pub contact: Contact,
    pub is_published: bool,
}

/// The record behind a URN of this node.
pub(super) fn subject(conn: &mut Conn, node: &str, about: &str) -> Result<Option<Subject>, Refusal> {
    let Some((at, entity, uuid)) = parse_urn(about) else { return Ok(None) };
    if at != node {
        return Ok(None);
    }
    let (urn, about) = (about.to_owned(), |kind, urn, title| About { kind, urn, title });
    Ok(match AboutKind::parse(entity) {
        None => None,
        Some(kind @ AboutKind::Achievement) => {
            let found = achievement::service::get(conn, node, Id::from_uuid(uuid))?;
            found.map(|record| Subject {
                owner: record.holder.party,
                is_published: record.standing.is_published(),
                about: about(kind, urn, record.published.as_ref().unwrap_or(&record.content).title.clone()),
                contact: record.content.contact,
            })
        }
        Some(kind @ AboutKind::Demand) => {
            let found = demand::service::get(conn, node, Id::from_uuid(uuid))?;
            found.map(|record| Subject {
                owner: record.holder.party,
                is_published: record.standing.is_published(),
                about: about(kind, urn, record.published.as_ref().unwrap_or(&record.content).title.clone()),
                contact: record.content.contact,
            })
        }
    })
}

/// An engagement as one of its parties sees it.
pub struct Seen {
    pub engagement: Engagement,
    pub role: PartyRole,
    /// The owner's contact, once it has agreed to talk.
    pub owner_contact: Option<Contact>,
}

/// Rule 1: for everybody else it does not exist.
fn load(
    conn: &mut Conn,
    node: &str,
    actor: &Actor,
    id: EngagementId,
) -> Result<(Engagement, PartyRole), Refusal> {
    let party = actor.party_urn(node)?;
    let found = store::find(conn, id, node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let role = found.role_of(&party).ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    Ok((found, role))
}

fn load_for_act(
    tx: &mut Tx,
    actor: &Actor,
    id: EngagementId,
    expected: Option<i64>,
) -> Result<(Engagement, PartyRole), Refusal> {
    let found = load_to_end(tx, actor, id, expected)?;
    check_standing(tx, actor)?;
    Ok(found)
}

/// Rule 8: for taking back what one asked. It opens nothing and sets the other side free, so it needs no standing.
fn load_to_end(
    tx: &mut Tx,
    actor: &Actor,
    id: EngagementId,
    expected: Option<i64>,
) -> Result<(Engagement, PartyRole), Refusal> {
    actor.permit(Permission::EngagementWrite)?;
    let node = tx.node().to_owned();
    let (found, role) = load(tx, &node, actor, id)?;
    check_version(found.version, expected)?;
    Ok((found, role))
}

/// Rule 8: an organisation of this node must still be verified; another node answers for its own.
fn check_standing(conn: &mut Conn, actor: &Actor) -> Result<(), Refusal> {
    match actor {
        Actor::Person(_) => identity::service::require_verified(conn, actor),
        _ => Ok(()),
    }
}

pub fn show(conn: &mut Conn, node: &str, actor: &Actor, id: EngagementId) -> Result<Seen, Refusal> {
    let (engagement, role) = load(conn, node, actor, id)?;
    let owner_contact = owner_contact(conn, node, &engagement)?;
    Ok(Seen { engagement, role, owner_contact })
}

/// The owner's contact is for the other side once the owner has agreed to talk.
fn owner_contact(conn: &mut Conn, node: &str, of: &Engagement) -> Result<Option<Contact>, Refusal> {
    match of.standing {
        Standing::Accepted { .. } => Ok(subject(conn, node, &of.about.urn)?.map(|subject| subject.contact)),
        _ => Ok(None),
    }
}

/// The engagements of the actor's organisation.
pub fn list(
    snapshot: &mut Snapshot,
    actor: &Actor,
    filter: &Filter,
    page: &PageQuery,
) -> Result<Page<(Engagement, PartyRole)>, Refusal> {
    let (node, now) = (snapshot.node().to_owned(), snapshot.now());
    let party = actor.party_urn(&node)?;
    let found = store::list(snapshot, &party, filter, now, page, &node)?;
    Ok(found.map(|engagement| {
        let role = engagement.role_of(&party).unwrap_or(PartyRole::Enquirer);
        (engagement, role)
    }))
}

/// Rule 7: an engagement as it stands, for telling the node of its remote enquirer, and nobody else.
pub fn for_node(conn: &mut Conn, node: &str, id: EngagementId) -> Result<Option<Seen>, Refusal> {
    let Some(engagement) = store::find(conn, id, node)? else { return Ok(None) };
    let owner_contact = owner_contact(conn, node, &engagement)?;
    Ok(Some(Seen { engagement, role: PartyRole::Enquirer, owner_contact }))
}

/// Rule 6: what a contract between the parties takes from their engagement. Only for the two parties.
pub fn for_contract(
    conn: &mut Conn,
    node: &str,
    actor: &Actor,
    id: EngagementId,
) -> Result<ForContract, Refusal> {
    let (found, _) = load(conn, node, actor, id)?;
    let (seller, buyer) = rules::may_contract(&found)?;
    Ok(ForContract {
        engagement: found.id,
        engagement_urn: found.urn,
        about: found.about,
        seller,
        buyer,
        broker: found.broker,
    })
}

/// For higher rooms: everybody of this node who acted in an engagement, for whichever party: asked, answered, undertook,
/// wrote, arranged.
pub fn people_of(conn: &mut Conn, node: &str, urn: &str) -> Result<Vec<UserId>, Refusal> {
    let id = match parse_urn(urn) {
        Some((at, "engagement", uuid)) if at == node => Id::from_uuid(uuid),
        _ => return Ok(vec![]),
    };
    let mut people = audit::service::people_of(conn, urn)?;
    people.extend(store::speakers(conn, id)?);
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

/// Saves the next version of an engagement, with its history and its change.
fn save(
    tx: &mut Tx,
    actor: &Actor,
    before: &Engagement,
    standing: Standing,
    event: &'static str,
) -> Result<Engagement, Refusal> {
    let after = Engagement { version: before.version + 1, standing, updated_at: tx.now(), ..before.clone() };
    store::save(tx, &after)?;
    let (old, new) = (history_of(before), history_of(&after));
    audit::service::record_revision(tx, actor, &after.urn, after.version, "", &old, &new)?;
    tx.record(actor, NewChange::local(event, after.urn.clone(), after.version, facts(&after)));
    Ok(after)
}

/// For local followers: ids and codes, no words of the parties.
fn facts(of: &Engagement) -> Value {
    let decline_reason = match &of.standing {
        Standing::Declined { reason, .. } => Some(*reason),
        _ => None,
    };
    let outcome = match &of.standing {
        Standing::Concluded { outcome, .. } => Some(*outcome),
        _ => None,
    };
    json!({
        "engagement": of.id,
        "about": of.about.urn,
        "title": of.about.title,
        "about_kind": of.about.kind,
        "owner": of.owner.urn,
        "enquirer": of.enquirer.urn,
        "broker": of.broker.as_ref().map(|broker| &broker.urn),
        "state": of.standing.state(),
        "decline_reason": decline_reason,
        "outcome": outcome,
    })
}

fn history_of(of: &Engagement) -> Value {
    let mut entries = facts(of);
    entries["undertaking"] = json!(of.standing.undertaking().map(|undertaking| &undertaking.sha256));
    entries
}
