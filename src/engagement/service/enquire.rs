//! Enquiry, answer, end.

use serde_json::Value;

use crate::audit;
use crate::db::Tx;
use crate::engagement::codes::{
    ABOUT_UNKNOWN, ALREADY_ENQUIRED, BROKER_IS_PARTY, BROKER_UNKNOWN, ENQUIRER_NOT_VERIFIED, OWN_RECORD,
};
use crate::engagement::model::{
    Answer, DeclineReason, Engagement, EngagementId, EnquirerContact, Outcome, PartyRole, Standing,
};
use crate::engagement::{rules, store};
use crate::identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{Id, OrganisationId, parse_urn};
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::kernel::text;

use super::{facts, history_of, load_for_act, load_to_end, save, subject};

const ENQUIRY_CHARS_MAX: usize = 2_000;
const NOTE_CHARS_MAX: usize = 1_000;
const CONTACT_CHARS_MAX: usize = 120;

/// What an enquirer writes.
#[derive(Clone, Debug)]
pub struct NewEnquiry {
    /// URN of a published achievement or demand.
    pub about: String,
    pub text: String,
    pub contact: EnquirerContact,
    pub broker: Option<OrganisationId>,
    /// Days within which an answer is due.
    pub answer_days: i64,
}

/// Asks a record's owner (rule 1).
pub fn enquire(tx: &mut Tx, actor: &Actor, new: &NewEnquiry) -> Result<Engagement, Refusal> {
    actor.permit(Permission::EngagementWrite)?;
    let by = actor.signatory()?.user;
    let node = tx.node().to_owned();
    checked(new)?;
    let subject = subject(tx, &node, &new.about)?.filter(|subject| subject.is_published);
    let Some(subject) = subject else { return Err(field("/about", &ABOUT_UNKNOWN)) };
    let enquirer = enquirer(tx, actor)?;
    if enquirer.urn == subject.owner.urn {
        return Err(field("/about", &OWN_RECORD));
    }
    if let Some(open) = store::open_about(tx, &new.about, &enquirer.urn)? {
        return Err(Refusal::new(&ALREADY_ENQUIRED).with("engagement", open));
    }
    let broker = new.broker.map(|broker| broker_of(tx, broker, &[&subject.owner, &enquirer])).transpose()?;
    let id = tx.new_id();
    let engagement = Engagement {
        id,
        urn: tx.urn("engagement", id),
        version: 1,
        about: subject.about,
        owner: subject.owner,
        enquirer,
        broker,
        standing: Standing::Enquired,
        enquiry: new.text.trim().to_owned(),
        contact: new.contact.clone(),
        asked_by: by,
        asked_at: tx.now(),
        answer_due_at: tx.now().plus_days(new.answer_days),
        updated_at: tx.now(),
    };
    store::insert(tx, &engagement)?;
    let history = history_of(&engagement);
    audit::service::record_revision(tx, actor, &engagement.urn, 1, "", &Value::Null, &history)?;
    let change = NewChange::local("engagement.enquired", engagement.urn.clone(), 1, facts(&engagement));
    tx.record(actor, change);
    Ok(engagement)
}

fn checked(new: &NewEnquiry) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    text::required(&mut errors, "/text", &new.text, ENQUIRY_CHARS_MAX);
    text::required(&mut errors, "/contact/name", &new.contact.name, CONTACT_CHARS_MAX);
    for (pointer, value) in [("/contact/phone", &new.contact.phone), ("/contact/email", &new.contact.email)] {
        text::optional(&mut errors, pointer, value.as_deref().unwrap_or(""), CONTACT_CHARS_MAX);
    }
    errors.check()
}

fn field(pointer: &str, code: &'static crate::kernel::error::Code) -> Refusal {
    let mut errors = Errors::new();
    errors.add(pointer, code);
    errors.check().err().unwrap_or_else(|| Refusal::new(code))
}

/// Who asks: a verified organisation of this node, or one that another node answers for.
fn enquirer(tx: &mut Tx, actor: &Actor) -> Result<PartyRef, Refusal> {
    if let Actor::Remote(remote) = actor {
        return Ok(remote.party.clone());
    }
    let found = party(tx, actor.person()?.organisation)?;
    found.map(|(party, _)| party).ok_or_else(|| Refusal::new(&ENQUIRER_NOT_VERIFIED))
}

/// A verified organisation of this node as a party.
fn party(tx: &mut Tx, id: OrganisationId) -> Result<Option<(PartyRef, OrganisationKind)>, Refusal> {
    let found = identity::service::organisation(tx, id)?;
    if !found.is_verified() {
        return Ok(None);
    }
    let urn = tx.urn("organisation", id);
    let reference = PartyRef { urn, name: found.profile.name, credit_code: found.profile.credit_code };
    Ok(Some((reference, found.kind)))
}

fn broker_of(tx: &mut Tx, id: OrganisationId, parties: &[&PartyRef]) -> Result<PartyRef, Refusal> {
    // An organisation that does not exist is no broker either; which of the two is nobody's business.
    let found = party(tx, id).ok().flatten().filter(|(_, kind)| *kind == OrganisationKind::Broker);
    let Some((broker, _)) = found else { return Err(field("/broker", &BROKER_UNKNOWN)) };
    if parties.iter().any(|other| other.urn == broker.urn) {
        return Err(field("/broker", &BROKER_IS_PARTY));
    }
    Ok(broker)
}

/// The owner's answer (rule 2).
pub fn answer(
    tx: &mut Tx,
    actor: &Actor,
    id: EngagementId,
    expected: Option<i64>,
    accepted: bool,
    reason: Option<DeclineReason>,
    words: &str,
) -> Result<Engagement, Refusal> {
    let (before, role) = load_for_act(tx, actor, id, expected)?;
    bounded("/text", words)?;
    let decision = rules::decision(accepted, reason)?;
    let by = Answer { by: actor.signatory()?.user, at: tx.now(), text: words.trim().to_owned() };
    let standing = rules::answered(&before.standing, role, decision, by)?;
    save(tx, actor, &before, standing, "engagement.answered")
}

/// The enquirer takes its enquiry back.
pub fn withdraw(
    tx: &mut Tx,
    actor: &Actor,
    id: EngagementId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Engagement, Refusal> {
    let (before, role) = load_to_end(tx, actor, id, expected)?;
    text::stated("/reason", reason, NOTE_CHARS_MAX)?;
    let standing = rules::withdrawn(&before.standing, role, reason.trim().to_owned(), tx.now())?;
    save(tx, actor, &before, standing, "engagement.withdrawn")
}

/// What came of it (rule 5).
pub fn conclude(
    tx: &mut Tx,
    actor: &Actor,
    id: EngagementId,
    expected: Option<i64>,
    outcome: Outcome,
    note: &str,
) -> Result<Engagement, Refusal> {
    let (before, role) = load_for_act(tx, actor, id, expected)?;
    bounded("/reason", note)?;
    let standing = rules::concluded(&before.standing, role, outcome, note.trim().to_owned(), tx.now())?;
    save(tx, actor, &before, standing, "engagement.concluded")
}

/// Rule 5: its contract was registered. What was concluded, declined or taken back before stays as it is.
pub fn conclude_by_contract(
    tx: &mut Tx,
    actor: &Actor,
    engagement: &str,
    contract: &str,
) -> Result<(), Refusal> {
    let node = tx.node().to_owned();
    let Some((at, _, uuid)) = parse_urn(engagement) else { return Ok(()) };
    if at != node {
        return Ok(());
    }
    let Some(before) = store::find(tx, Id::from_uuid(uuid), &node)? else { return Ok(()) };
    let (outcome, note) = (Outcome::Contract, contract.to_owned());
    match rules::concluded(&before.standing, PartyRole::Owner, outcome, note, tx.now()) {
        Ok(standing) => save(tx, actor, &before, standing, "engagement.concluded").map(|_| ()),
        Err(refusal) if refusal.is(&STATE_CONFLICT) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

fn bounded(pointer: &str, words: &str) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    text::optional(&mut errors, pointer, words, NOTE_CHARS_MAX);
    errors.check()
}
