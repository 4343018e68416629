//! The office's acts: accept, ask for corrections, review, register, refuse.

use serde_json::json;

use super::acts::{Note, OPINION_CHARS_MAX, advance, official_trail};
use super::claim::check_handler;
use super::{award, filing};
use crate::audit;
use crate::brokerage;
use crate::contract::codes::{
    ALREADY_DISPUTED, CORRECTION_POINTER_UNKNOWN, OPINION_REQUIRED, REFUSAL_GROUND_NOT_IN_PROFILE,
    TITLE_NOT_ASKED,
};
use crate::contract::form::Form;
use crate::contract::model::{
    ContractId, Correction, Due, Edition, File, Opinion, Record, RefusalGround, Refused, State, Step,
    StepKind,
};
use crate::contract::rules::case::Act;
use crate::contract::rules::conflict::{self, Ties};
use crate::contract::rules::number;
use crate::contract::store;
use crate::db::{Conn, Tx};
use crate::engagement;
use crate::identity;
use crate::identity::service::Office;
use crate::kernel::actor::{Actor, Person};
use crate::kernel::codes_common::{STATE_CONFLICT, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::reference;
use crate::reference::model::Profile;

const MAX_CORRECTIONS: usize = 100;
/// Letters and digits that nobody mistakes for each other on paper.
const CODE_LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// Takes the case up: the profile of the day applies and stays, the clock starts.
pub fn accept(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    opinion: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, _, _) = handled(tx, actor, id, expected)?;
    let on = tx.now().day();
    let profile = reference::service::profile_on(tx, on)?;
    let due = due(tx, &profile, on, profile.is_large(record.technical))?;
    let detail = json!({"profile": profile.code, "profile_version": profile.version, "due_on": due.on});
    let note = Note::with(StepKind::Accepted, opinion, detail);
    let (code, profile_version) = (profile.code, profile.version);
    let record = advance(tx, actor, record, Act::Accept { profile: code, profile_version, on, due }, note)?;
    official_trail(tx, actor, &record, StepKind::Accepted)?;
    Ok(record)
}

/// The last day of a case that was accepted on `from`. It is provisional while a year that it reaches into has no
/// calendar: the holidays of that year may move it.
pub(super) fn due(conn: &mut Conn, profile: &Profile, from: Day, complex: bool) -> Result<Due, Refusal> {
    let deadline = reference::service::deadline(conn, from, profile.review_limit(complex))?;
    Ok(Due { on: deadline.day, provisional: !deadline.complete })
}

/// 争议案件: what is disputed has the longer limit of large contracts, from its acceptance on (DOMAIN §2).
pub fn dispute(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, _, _) = handled(tx, actor, id, expected)?;
    let file = taken_up(&record)?;
    if file.acceptance.disputed {
        return Err(Refusal::new(&ALREADY_DISPUTED));
    }
    let mut errors = Errors::new();
    if reason.trim().is_empty() {
        errors.add("/opinion", &OPINION_REQUIRED);
    }
    errors.check()?;
    let profile = profile(tx, file)?;
    let due = due(tx, &profile, file.acceptance.on, true)?;
    let note = Note::with(StepKind::Disputed, reason, json!({"due_on": due.on}));
    let record = advance(tx, actor, record, Act::Dispute(due), note)?;
    official_trail(tx, actor, &record, StepKind::Disputed)?;
    Ok(record)
}

/// 补正: what is wrong, field by field. The clock stands still until the applicant answers.
pub fn request_correction(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    wanted: &[Correction],
    opinion: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, _, _) = handled(tx, actor, id, expected)?;
    check_pointers(&record, wanted)?;
    let list: Vec<_> = wanted.iter().map(|it| json!({"pointer": it.pointer, "note": it.note})).collect();
    let note = Note::with(StepKind::CorrectionRequested, opinion, json!({"corrections": list}));
    let record = advance(tx, actor, record, Act::RequestCorrection(wanted.to_vec()), note)?;
    official_trail(tx, actor, &record, StepKind::CorrectionRequested)?;
    Ok(record)
}

/// Pointers name fields of the form, or the attachments.
fn check_pointers(record: &Record, wanted: &[Correction]) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if wanted.len() > MAX_CORRECTIONS {
        errors.add_with("/corrections", &TOO_MANY, &[("max", MAX_CORRECTIONS.to_string())]);
    }
    let written = serde_json::to_value(&record.form).map_err(Refusal::internal)?;
    let empty = serde_json::to_value(Form::default()).map_err(Refusal::internal)?;
    for (at, correction) in wanted.iter().enumerate() {
        let pointer = correction.pointer.as_str();
        let field =
            !pointer.is_empty() && (written.pointer(pointer).is_some() || empty.pointer(pointer).is_some());
        if !field && pointer != "/attachments" {
            errors.add(format!("/corrections/{at}/pointer"), &CORRECTION_POINTER_UNKNOWN);
        }
        text::optional(&mut errors, &format!("/corrections/{at}/note"), &correction.note, OPINION_CHARS_MAX);
    }
    errors.check()
}

/// The first opinion on the file as it lies.
pub fn first_review(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    agrees: bool,
    text: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, _, person) = handled(tx, actor, id, expected)?;
    let act = Act::FirstReview(opinion(tx, person, agrees, text));
    review(tx, actor, record, act, agrees, text, StepKind::FirstReview)
}

/// A large contract's second opinion, by somebody else.
pub fn second_review(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    agrees: bool,
    text: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractReview)?;
    let (record, _, person) = official(tx, actor, id, expected)?;
    let large = profile(tx, taken_up(&record)?)?.is_large(record.technical);
    let act = Act::SecondReview { opinion: opinion(tx, person, agrees, text), large };
    review(tx, actor, record, act, agrees, text, StepKind::SecondReview)
}

fn review(
    tx: &mut Tx,
    actor: &Actor,
    record: Record,
    act: Act,
    agrees: bool,
    text: &str,
    kind: StepKind,
) -> Result<Record, Refusal> {
    let note = Note::with(kind, text, json!({"agrees": agrees}));
    let record = advance(tx, actor, record, act, note)?;
    official_trail(tx, actor, &record, kind)?;
    Ok(record)
}

/// Registers: the checks once more by the profile of the case, and the number in the same transaction.
pub fn register(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    text: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, office, person) = handled(tx, actor, id, expected)?;
    let file = taken_up(&record)?;
    let profile = profile(tx, file)?;
    let on = tx.now().day();
    filing::problems(tx, &record, &profile, on)?.check()?;
    filing::stop_duplicates(tx, &record)?;
    let plan = number::plan(&profile.values.number_layout, on, &office.division, &office.number)?;
    let number = number::number(&plan, store::next_serial(tx, &plan.prefix)?)?;
    let large = profile.is_large(record.technical);
    let act = Act::Register { number: number.clone(), on, opinion: opinion(tx, person, true, text), large };
    let detail = json!({"number": number.as_str()});
    let note = Note::with(StepKind::Registered, text, detail);
    let record = advance(tx, actor, record, act, note)?;
    issue(tx, &record, &office, person, "")?;
    official_trail(tx, actor, &record, StepKind::Registered)?;
    award::tell_sale(tx, &record)?;
    Ok(record)
}

/// Keeps what is registered now as the next edition, with a code of its own for its certificate.
pub(super) fn issue(
    tx: &mut Tx,
    record: &Record,
    office: &Office,
    person: &Person,
    reason: &str,
) -> Result<(), Refusal> {
    let letter = |byte: u8| char::from(CODE_LETTERS[usize::from(byte % 32)]);
    let registration = record.state.registration();
    let registration = registration.ok_or_else(|| Refusal::internal("an edition of nothing registered"))?;
    let edition = Edition {
        contract: record.id,
        edition: registration.edition,
        number: registration.number.clone(),
        code: tx.random::<12>().map(letter).iter().collect(),
        at: tx.now(),
        office: office.id,
        office_name: office.name.clone(),
        registrar: person.name.clone(),
        total: record.total(),
        technical: record.technical,
        reason: reason.to_owned(),
        form: record.form.clone(),
    };
    store::add_edition(tx, &edition)
}

/// 不予登记: on listed grounds, with the reasons.
pub fn refuse(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    grounds: &[RefusalGround],
    text: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, _, _) = handled(tx, actor, id, expected)?;
    let profile = profile(tx, taken_up(&record)?)?;
    let mut errors = Errors::new();
    for (at, ground) in grounds.iter().enumerate() {
        // DOMAIN §2, refusal grounds: "does not match … and was not corrected".
        if *ground == RefusalGround::TitleMismatch && !title_was_asked(tx, &record)? {
            errors.add(format!("/grounds/{at}"), &TITLE_NOT_ASKED);
        }
        if !profile.values.refusal_grounds.iter().any(|known| known == ground.as_str()) {
            errors.add(format!("/grounds/{at}"), &REFUSAL_GROUND_NOT_IN_PROFILE);
        }
    }
    errors.check()?;
    let refused = Refused { grounds: grounds.to_vec(), text: text.trim().to_owned(), on: tx.now().day() };
    let note = Note::with(StepKind::Refused, text, json!({"grounds": grounds}));
    let record = advance(tx, actor, record, Act::Refuse(refused), note)?;
    official_trail(tx, actor, &record, StepKind::Refused)?;
    Ok(record)
}

/// Whether the applicant was ever asked to correct the title.
fn title_was_asked(tx: &mut Tx, record: &Record) -> Result<bool, Refusal> {
    let asked = |step: &Step| {
        let wanted = step.detail["corrections"].as_array().into_iter().flatten();
        wanted.into_iter().any(|it| it["pointer"] == "/title")
    };
    let steps = store::steps(tx, record.id)?;
    Ok(steps.iter().filter(|step| step.kind == StepKind::CorrectionRequested).any(asked))
}

/// A case of the actor's office on which the actor may act.
pub(super) fn official<'a>(
    tx: &mut Tx,
    actor: &'a Actor,
    id: ContractId,
    expected: Option<i64>,
) -> Result<(Record, Office, &'a Person), Refusal> {
    let (record, office, person) = filing::of_office(tx, actor, id, expected)?;
    check_ties(tx, &record, person)?;
    Ok((record, office, person))
}

/// The same for what the handler of a claimed case decides.
fn handled<'a>(
    tx: &mut Tx,
    actor: &'a Actor,
    id: ContractId,
    expected: Option<i64>,
) -> Result<(Record, Office, &'a Person), Refusal> {
    let (record, office, person) = official(tx, actor, id, expected)?;
    check_handler(&record, person.user)?;
    Ok((record, office, person))
}

/// Rule 13, for whoever acts for an office or for the authority over it.
pub(super) fn check_ties(tx: &mut Tx, record: &Record, person: &Person) -> Result<(), Refusal> {
    let code = |organisation: &identity::model::Organisation| organisation.profile.credit_code.clone();
    let acting_for = identity::service::organisation(tx, person.organisation)?;
    let own: Vec<String> = identity::service::memberships_of(tx, person.user)?
        .iter()
        .map(|(_, organisation)| code(organisation))
        .chain([code(&acting_for)])
        .collect();
    let applicant = identity::service::organisation(tx, record.applicant)?;
    let parties = [record.seller.credit_code.clone(), record.buyer.credit_code.clone(), code(&applicant)];
    let mut brokers: Vec<String> =
        record.form.broker.iter().map(|broker| broker.credit_code.clone()).collect();
    let steps = store::steps(tx, record.id)?.into_iter();
    let mut workers: Vec<UserId> = steps
        .filter(|step| step.organisation == Some(record.applicant))
        .filter_map(|step| step.user)
        .collect();
    workers.extend(earlier_acts(tx, record, &mut brokers)?);
    conflict::check(&Ties {
        official: person.user,
        own: &own,
        parties: &parties,
        brokers: &brokers,
        workers: &workers,
    })
}

/// Who worked on the deal before it was filed, whatever they belong to today: those who acted in the engagement that it
/// came from, and those who acted on a mandate under which a broker worked for a party when it was signed. The brokers
/// of such mandates are brokers of the deal, named in the form or not.
fn earlier_acts(tx: &mut Tx, record: &Record, brokers: &mut Vec<String>) -> Result<Vec<UserId>, Refusal> {
    let node = tx.node().to_owned();
    let mut people = match &record.engagement {
        Some(urn) => engagement::service::people_of(tx, &node, urn)?,
        None => vec![],
    };
    let Some(signed_on) = record.form.signed_on else { return Ok(people) };
    let clients = [record.seller.urn.as_str(), record.buyer.urn.as_str()];
    for mandate in brokerage::service::in_force_for(tx, &clients, signed_on)? {
        brokers.push(mandate.broker.credit_code);
        let subject = tx.urn("mandate", mandate.id);
        people.extend(audit::service::people_of(tx, &subject)?);
    }
    Ok(people)
}

/// The file of a case that may be decided now.
fn taken_up(record: &Record) -> Result<&File, Refusal> {
    match &record.state {
        State::Accepted(file, _) => Ok(file),
        state => Err(Refusal::new(&STATE_CONFLICT).with("state", state.stage())),
    }
}

/// The profile that the case took with it on the day of its acceptance (DOMAIN §2), whatever was set since.
pub(super) fn profile(conn: &mut Conn, file: &File) -> Result<Profile, Refusal> {
    reference::service::profile_at(conn, &file.acceptance.profile, file.acceptance.profile_version)
}

pub(super) fn opinion(tx: &Tx, person: &Person, agrees: bool, text: &str) -> Opinion {
    let text = text.trim().to_owned();
    Opinion { reviewer: person.user, name: person.name.clone(), agrees, text, at: tx.now() }
}
