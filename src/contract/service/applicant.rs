//! The applicant's acts: draw up, edit, submit, answer a correction, withdraw, cancel.

use serde_json::{Value, json};

use super::acts::{Note, advance, keep, leave_trace};
use super::{filing, office};
use crate::audit;
use crate::contract::codes::ATTACHED_TWICE;
use crate::contract::form::Form;
use crate::contract::model::{
    Attached, AttachmentKind, Cancellation, ContractId, Record, State, StepKind, Submission,
};
use crate::contract::rules::case::Act;
use crate::contract::rules::{amounts, copy, form as form_rules};
use crate::contract::store;
use crate::db::Tx;
use crate::engagement;
use crate::engagement::model::EngagementId;
use crate::files;
use crate::files::model::FileId;
use crate::identity;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{NOT_FOUND, STATE_CONFLICT, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::reference;

pub const MAX_ATTACHMENTS: usize = 20;

/// A file that the applicant uploaded, and what it is to the contract.
#[derive(Clone, Copy, Debug)]
pub struct Attach {
    pub file: FileId,
    pub kind: AttachmentKind,
}

/// The form with its files.
#[derive(Clone, Debug)]
pub struct Draft {
    pub form: Form,
    pub attachments: Vec<Attach>,
    /// The engagement that the contract comes from: fills in what the form leaves empty.
    pub engagement: Option<EngagementId>,
    /// An earlier contract of the applicant's own: fills in what the form and the engagement leave empty.
    pub copy_of: Option<ContractId>,
}

pub fn create(tx: &mut Tx, actor: &Actor, draft: &Draft) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let person = actor.person()?;
    let id = tx.new_id();
    let (mut form, engagement) = from_engagement(tx, actor, draft)?;
    if let Some(earlier) = draft.copy_of {
        form = copy::filled(&form, &filing::own(tx, actor, earlier, None)?.form)?;
    }
    let attached = checked(tx, actor, id, &form, &draft.attachments)?;
    let now = tx.now();
    let record = Record {
        id,
        version: 1,
        applicant: person.organisation,
        created_by: person.user,
        state: State::Draft,
        seller: filing::party(tx, form.seller.party())?,
        buyer: filing::party(tx, form.buyer.party())?,
        technical: technical(&form),
        engagement,
        form,
        handler: None,
        created_at: now,
        updated_at: now,
    };
    store::insert(tx, &record)?;
    attach(tx, &record, &attached)?;
    keep_revision(tx, actor, &record, &Value::Null)?;
    leave_trace(tx, actor, &record, Note::plain(StepKind::Created, ""))?;
    Ok(record)
}

pub fn edit(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    draft: &Draft,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let before = filing::own(tx, actor, id, expected)?;
    if !before.state.is_editable() {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", before.state.stage()));
    }
    let mut form = draft.form.clone();
    if before.engagement.is_some() && before.form.broker.is_some() {
        // Who brokered the deal is known: an official's conflict is not edited away (rule 13).
        form.broker.clone_from(&before.form.broker);
    }
    let attached = checked(tx, actor, id, &form, &draft.attachments)?;
    let old = serde_json::to_value(&before.form).map_err(Refusal::internal)?;
    let new = serde_json::to_value(&form).map_err(Refusal::internal)?;
    attach(tx, &before, &attached)?;
    let record = Record {
        seller: filing::party(tx, form.seller.party())?,
        buyer: filing::party(tx, form.buyer.party())?,
        technical: technical(&form),
        form,
        ..before
    };
    let detail = json!({"changed": changed_fields(&old, &new)});
    let record = keep(tx, actor, record, Note::with(StepKind::Edited, "", detail))?;
    keep_revision(tx, actor, &record, &old)?;
    Ok(record)
}

/// The seller (for an import the buyer) applies, once, at an office of its own territory.
pub fn submit(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    office: OrganisationId,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let record = filing::own(tx, actor, id, expected)?;
    identity::service::require_verified(tx, actor)?;
    let act = Act::Submit(Submission { office, at: tx.now() });
    if record.state != State::Draft {
        return advance(tx, actor, record, act, Note::plain(StepKind::Submitted, ""));
    }
    let today = tx.now().day();
    let profile = reference::service::profile_on(tx, today)?;
    let mut errors = filing::problems(tx, &record, &profile, today)?;
    filing::office_for(tx, &mut errors, &record, office)?;
    errors.check()?;
    filing::stop_duplicates(tx, &record)?;
    let detail = json!({"office": office});
    advance(tx, actor, record, act, Note::with(StepKind::Submitted, "", detail))
}

/// Answers a correction request: the acceptance date moves to today, the profile stays.
pub fn resubmit(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    answer: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let record = filing::own(tx, actor, id, expected)?;
    let today = tx.now().day();
    let State::CorrectionRequested(file, _) = &record.state else {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", record.state.stage()));
    };
    let profile = office::profile(tx, file)?;
    filing::problems(tx, &record, &profile, today)?.check()?;
    filing::stop_duplicates(tx, &record)?;
    let complex = file.acceptance.disputed || profile.is_large(record.technical);
    let due = office::due(tx, &profile, today, complex)?;
    let detail = json!({"accepted_on": today, "due_on": due.on});
    let note = Note::with(StepKind::Resubmitted, answer, detail);
    advance(tx, actor, record, Act::Resubmit { on: today, due }, note)
}

/// Until registered, the applicant may take the application back.
pub fn withdraw(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let record = filing::own(tx, actor, id, expected)?;
    advance(tx, actor, record, Act::Withdraw, Note::plain(StepKind::Withdrawn, reason))
}

/// 注销: the registrant has the registration cancelled because the contract was rescinded.
pub fn cancel(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let record = filing::own(tx, actor, id, expected)?;
    let cancellation = Cancellation { reason: reason.trim().to_owned(), on: tx.now().day() };
    advance(tx, actor, record, Act::Cancel(cancellation), Note::plain(StepKind::Cancelled, reason))
}

/// The form as the applicant wrote it, with what the engagement knows in the fields left empty.
fn from_engagement(tx: &mut Tx, actor: &Actor, draft: &Draft) -> Result<(Form, Option<String>), Refusal> {
    let mut form = draft.form.clone();
    let Some(id) = draft.engagement else { return Ok((form, None)) };
    let node = tx.node().to_owned();
    let found = engagement::service::for_contract(tx, &node, actor, id)?;
    let fill = |field: &mut String, known: &str| {
        if field.trim().is_empty() {
            known.clone_into(field);
        }
    };
    fill(&mut form.title, &found.about.title);
    for (side, party) in [(&mut form.seller, &found.seller), (&mut form.buyer, &found.buyer)] {
        fill(&mut side.name, &party.name);
        fill(&mut side.credit_code, &party.credit_code);
    }
    if found.broker.is_some() {
        form.broker = found.broker;
    }
    Ok((form, Some(found.engagement_urn)))
}

/// What a draft may hold: a form without wrong entries, and files of the applicant's own.
fn checked(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    form: &Form,
    attachments: &[Attach],
) -> Result<Vec<Attached>, Refusal> {
    let mut errors = form_rules::check_draft(form);
    let attached = attached(tx, actor, id, attachments, &mut errors)?;
    errors.check()?;
    Ok(attached)
}

fn attached(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    wanted: &[Attach],
    errors: &mut Errors,
) -> Result<Vec<Attached>, Refusal> {
    if wanted.len() > MAX_ATTACHMENTS {
        errors.add_with("/attachments", &TOO_MANY, &[("max", MAX_ATTACHMENTS.to_string())]);
        return Ok(vec![]);
    }
    let present = store::attached(tx, id)?;
    let mut found: Vec<Attached> = vec![];
    for (at, attach) in wanted.iter().enumerate() {
        let pointer = format!("/attachments/{at}/file");
        if found.iter().any(|file| file.file == attach.file) {
            errors.add(pointer, &ATTACHED_TWICE);
            continue;
        }
        if let Some(file) = present.iter().find(|file| file.file == attach.file) {
            found.push(Attached { kind: attach.kind, ..file.clone() });
            continue;
        }
        match files::service::own(tx, actor, attach.file) {
            Ok(file) => found.push(Attached::of(file, attach.kind)),
            Err(refusal) if refusal.status() < 500 => errors.add(pointer, &NOT_FOUND),
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(found)
}

pub(super) fn attach(tx: &mut Tx, record: &Record, attached: &[Attached]) -> Result<(), Refusal> {
    store::attach(tx, record.id, attached)?;
    let ids: Vec<FileId> = attached.iter().map(|file| file.file).collect();
    let subject = tx.urn("contract", record.id);
    files::service::link(tx, &subject, &ids)
}

/// A form that passed the draft's check has deductions within its total.
pub(super) fn technical(form: &Form) -> Fen {
    amounts::technical(Fen(form.total_fen), &form.deductions).unwrap_or_default()
}

/// Pointers of the fields that an edit changed, for the timeline that the office reads.
fn changed_fields(old: &Value, new: &Value) -> Vec<String> {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return vec![] };
    new.iter()
        .filter(|(name, value)| old.get(*name) != Some(value))
        .map(|(name, _)| format!("/{name}"))
        .collect()
}

/// Earlier versions of the form are kept.
pub(super) fn keep_revision(tx: &mut Tx, actor: &Actor, record: &Record, old: &Value) -> Result<(), Refusal> {
    let subject = tx.urn("contract", record.id);
    let new = serde_json::to_value(&record.form).map_err(Refusal::internal)?;
    audit::service::record_revision(tx, actor, &subject, record.version, "", old, &new)
}
