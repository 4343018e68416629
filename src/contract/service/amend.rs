//! 变更登记: the registrant proposes, the office decides, the next edition stands.

use serde_json::{Value, json};

use super::acts::{Note, advance, keep, official_trail};
use super::applicant::MAX_ATTACHMENTS;
use super::office::{check_ties, issue, official, opinion, profile};
use super::{filing, reading};
use crate::contract::codes::{AMENDMENT_PENDING, NO_AMENDMENT};
use crate::contract::form::Form;
use crate::contract::model::{
    Amendment, AmendmentState, Attached, AttachmentKind, ContractId, Difference, File, Opinion, Record,
    State, StepKind,
};
use crate::contract::rules::case::Act;
use crate::contract::rules::{after, amounts};
use crate::contract::store;
use crate::db::{Conn, Snapshot, Tx};
use crate::files;
use crate::files::model::FileId;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{NOT_FOUND, STATE_CONFLICT, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::reference::model::Profile;

/// What the registrant asks for.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub form: Form,
    pub reason: String,
    /// The agreement on the change, and what proves it.
    pub files: Vec<FileId>,
}

/// An amendment with what it changes against the edition before it.
#[derive(Clone, Debug)]
pub struct Amended {
    pub amendment: Amendment,
    pub differences: Vec<Difference>,
}

/// The registrant asks for an amendment; one at a time.
pub fn propose_amendment(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    proposal: &Proposal,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let record = filing::own(tx, actor, id, expected)?;
    let (file, edition) = registered(&record)?;
    if pending(tx, id)?.is_some() {
        return Err(Refusal::new(&AMENDMENT_PENDING));
    }
    let mut form = proposal.form.clone();
    if record.form.broker.is_some() {
        // Who brokered the deal is known: an official's conflict is not edited away (rule 13).
        form.broker.clone_from(&record.form.broker);
    }
    let profile = profile(tx, file)?;
    let mut errors = after::check_amendment(&record.form, &form, &proposal.reason);
    let changed = amended(tx, &record, &form)?;
    fits(tx, &changed, &profile, &mut errors)?;
    attach(tx, actor, &record, &proposal.files, &mut errors)?;
    errors.check()?;
    filing::stop_duplicates(tx, &changed)?;
    let amendment = Amendment {
        contract: id,
        position: 0,
        state: AmendmentState::Proposed,
        reason: proposal.reason.trim().to_owned(),
        form,
        proposed_by: actor.person()?.user,
        proposed_at: tx.now(),
        consent: None,
        decision: None,
        base: Some(edition),
        edition: None,
    };
    let amendment = store::add_amendment(tx, amendment)?;
    let pointers: Vec<_> =
        differences(&record.form, &amendment.form)?.into_iter().map(|it| it.pointer).collect();
    let detail = json!({"amendment": amendment.position, "changed": pointers});
    keep(tx, actor, record, Note::with(StepKind::AmendmentProposed, &amendment.reason, detail))
}

/// The problems of the amended form, told at the form's place in the request. It was filed on the day of the first
/// application: an amendment may come after the end of the term, and be signed after that day.
fn fits(tx: &mut Tx, changed: &Record, profile: &Profile, errors: &mut Errors) -> Result<(), Refusal> {
    let verified = store::verified(&store::incomes(tx, changed.id)?)?;
    after::check_income_kept(changed.total(), changed.technical, verified, errors);
    let today = tx.now().day();
    for problem in filing::problems(tx, changed, profile, today)?.list() {
        errors.add_with(format!("/form{}", problem.pointer), problem.code, &problem.params);
    }
    Ok(())
}

fn attach(
    tx: &mut Tx,
    actor: &Actor,
    record: &Record,
    files: &[FileId],
    errors: &mut Errors,
) -> Result<(), Refusal> {
    let mut attached = store::attached(tx, record.id)?;
    if attached.len() + files.len() > MAX_ATTACHMENTS {
        errors.add_with("/files", &TOO_MANY, &[("max", MAX_ATTACHMENTS.to_string())]);
        return Ok(());
    }
    for (at, id) in files.iter().enumerate() {
        match files::service::own(tx, actor, *id) {
            Ok(file) if attached.iter().all(|other| other.file != file.id) => {
                attached.push(Attached::of(file, AttachmentKind::Amendment));
            }
            Ok(_) => {}
            Err(refusal) if refusal.status() < 500 => errors.add(format!("/files/{at}"), &NOT_FOUND),
            Err(refusal) => return Err(refusal),
        }
    }
    super::applicant::attach(tx, record, &attached)
}

/// The registrant takes its open amendment back.
pub fn withdraw_amendment(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let record = filing::own(tx, actor, id, expected)?;
    let opinion = opinion(tx, actor.person()?, false, reason);
    end(tx, actor, record, AmendmentState::Withdrawn, opinion)
}

/// 复核: a large contract's amendment is seen by a second person.
pub fn consent_amendment(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    agrees: bool,
    text: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractReview)?;
    let (record, _, person) = official(tx, actor, id, expected)?;
    let (file, _) = registered(&record)?;
    let amendment = open(tx, id)?;
    let changed = amended(tx, &record, &amendment.form)?;
    check_ties(tx, &changed, person)?;
    let large = is_large(&profile(tx, file)?, &record, &changed);
    let amendment = after::consented(&amendment, opinion(tx, person, agrees, text), large)?;
    store::save_amendment(tx, &amendment)?;
    let detail = json!({"amendment": amendment.position, "agrees": agrees});
    let record = keep(tx, actor, record, Note::with(StepKind::AmendmentReviewed, text, detail))?;
    official_trail(tx, actor, &record, StepKind::AmendmentReviewed)?;
    Ok(record)
}

/// 准予变更: the amended form is the next edition; the earlier ones are kept.
pub fn approve_amendment(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    text: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, office, person) = official(tx, actor, id, expected)?;
    let (file, edition) = registered(&record)?;
    let profile = profile(tx, file)?;
    let amendment = open(tx, id)?;
    let changed = amended(tx, &record, &amendment.form)?;
    check_ties(tx, &changed, person)?;
    let mut errors = Errors::new();
    fits(tx, &changed, &profile, &mut errors)?;
    errors.check()?;
    filing::stop_duplicates(tx, &changed)?;
    let large = is_large(&profile, &record, &changed);
    let amendment = after::approved(&amendment, opinion(tx, person, true, text), large, edition + 1)?;
    store::save_amendment(tx, &amendment)?;
    let found: Vec<Value> = differences(&record.form, &changed.form)?
        .into_iter()
        .map(|it| json!({"pointer": it.pointer, "before": it.before, "after": it.after}))
        .collect();
    let detail = json!({"amendment": amendment.position, "edition": edition + 1, "changed": found});
    let facts = json!({"total_before_fen": record.total(), "technical_before_fen": record.technical});
    let note = Note { facts, ..Note::with(StepKind::Amended, text, detail) };
    let changed = advance(tx, actor, changed, Act::Amend, note)?;
    issue(tx, &changed, &office, person, &amendment.reason)?;
    official_trail(tx, actor, &changed, StepKind::Amended)?;
    Ok(changed)
}

/// 不予变更: what is registered stands.
pub fn refuse_amendment(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    text: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, _, person) = official(tx, actor, id, expected)?;
    let opinion = opinion(tx, person, false, text);
    let record = end(tx, actor, record, AmendmentState::Refused, opinion)?;
    official_trail(tx, actor, &record, StepKind::AmendmentRefused)?;
    Ok(record)
}

fn end(
    tx: &mut Tx,
    actor: &Actor,
    record: Record,
    state: AmendmentState,
    opinion: Opinion,
) -> Result<Record, Refusal> {
    registered(&record)?;
    let amendment = after::ended(&open(tx, record.id)?, state, opinion.clone())?;
    store::save_amendment(tx, &amendment)?;
    let kind = match state {
        AmendmentState::Refused => StepKind::AmendmentRefused,
        _ => StepKind::AmendmentWithdrawn,
    };
    let detail = json!({"amendment": amendment.position});
    keep(tx, actor, record, Note::with(kind, &opinion.text, detail))
}

/// Every amendment of a contract with what it changes, oldest first.
pub fn amendments(snapshot: &mut Snapshot, actor: &Actor, id: ContractId) -> Result<Vec<Amended>, Refusal> {
    let record = reading::visible(snapshot, actor, id)?;
    let for_office = reading::is_office_of(actor, &record);
    let editions = store::editions(snapshot, id)?;
    let mut found = vec![];
    for mut amendment in store::amendments(snapshot, id)? {
        if !for_office && !amendment.is_decided() {
            amendment.consent = None;
        }
        // Against the edition that it was asked of; of amendments from before that was kept, the edition before
        // theirs, or the one that stands now.
        let base = amendment.base.or_else(|| amendment.edition.map(|edition| edition.saturating_sub(1)));
        let before = match base {
            Some(base) => editions.iter().find(|it| it.edition == base),
            None => editions.last(),
        };
        let differences = match before {
            Some(edition) => differences(&edition.form, &amendment.form)?,
            None => vec![],
        };
        found.push(Amended { amendment, differences });
    }
    Ok(found)
}

fn differences(old: &Form, new: &Form) -> Result<Vec<Difference>, Refusal> {
    let value = |form: &Form| serde_json::to_value(form).map_err(Refusal::internal);
    Ok(after::differences(&value(old)?, &value(new)?))
}

/// The record as it is to be, still in its present edition.
fn amended(tx: &mut Tx, record: &Record, form: &Form) -> Result<Record, Refusal> {
    Ok(Record {
        seller: filing::party(tx, form.seller.party())?,
        buyer: filing::party(tx, form.buyer.party())?,
        technical: amounts::technical(Fen(form.total_fen), &form.deductions).unwrap_or_default(),
        form: form.clone(),
        ..record.clone()
    })
}

fn is_large(profile: &Profile, before: &Record, after: &Record) -> bool {
    profile.is_large(before.technical) || profile.is_large(after.technical)
}

fn registered(record: &Record) -> Result<(&File, u32), Refusal> {
    match &record.state {
        State::Registered(file, registration) => Ok((file, registration.edition)),
        state => Err(Refusal::new(&STATE_CONFLICT).with("state", state.stage())),
    }
}

fn pending(conn: &mut Conn, id: ContractId) -> Result<Option<Amendment>, Refusal> {
    let all = store::amendments(conn, id)?;
    Ok(all.into_iter().rfind(|amendment| amendment.state == AmendmentState::Proposed))
}

fn open(conn: &mut Conn, id: ContractId) -> Result<Amendment, Refusal> {
    pending(conn, id)?.ok_or_else(|| Refusal::new(&NO_AMENDMENT))
}
