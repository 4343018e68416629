//! Loading a case for an act, and the checks around the form that need the database.

use crate::contract::codes::{
    DUPLICATE_DEAL, DUPLICATE_PENDING, DUPLICATE_TEXT, NOT_PRINTABLE, OFFICE_OF_OTHER_TERRITORY,
    OFFICE_UNKNOWN,
};
use crate::contract::form::Form;
use crate::contract::model::{AttachmentKind, Class, ContractId, Number, Record, State, SubType};
use crate::contract::rules::form::{Filing, check_filing};
use crate::contract::rules::{duplicates, parties};
use crate::contract::store;
use crate::db::{Conn, Tx, check_version};
use crate::identity;
use crate::identity::service::Office;
use crate::kernel::actor::{Actor, Person};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Code, Errors, Refusal};
use crate::kernel::id::OrganisationId;
use crate::kernel::party::PartyRef;
use crate::kernel::time::Day;
use crate::papers::pdf;
use crate::reference::model::Profile;

/// A contract of the actor's own organisation, as applicant.
pub(super) fn own(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
) -> Result<Record, Refusal> {
    let person = actor.person()?;
    let record = store::find(tx, id)?.filter(|record| record.applicant == person.organisation);
    let record = record.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(record.version, expected)?;
    Ok(record)
}

/// The office that an application is addressed to: it exists, may register and serves the applicant's division.
pub(super) fn office_for(
    tx: &mut Tx,
    errors: &mut Errors,
    record: &Record,
    office: OrganisationId,
) -> Result<(), Refusal> {
    match identity::service::office(tx, office) {
        Ok(office) => {
            let home = record.home_division();
            if !parties::serves(&office.division, home) {
                errors.add_with("/office", &OFFICE_OF_OTHER_TERRITORY, &[("division", home.to_owned())]);
            }
        }
        Err(refusal) if refusal.status() < 500 => errors.add("/office", &OFFICE_UNKNOWN),
        Err(refusal) => return Err(refusal),
    }
    Ok(())
}

/// Everything that the law asks of the application today, all problems at once. Its validity is judged by the day on
/// which it was first filed: the office's own time does not run against the applicant.
pub(super) fn problems(
    tx: &mut Conn,
    record: &Record,
    profile: &Profile,
    today: Day,
) -> Result<Errors, Refusal> {
    let applicant = identity::service::organisation(tx, record.applicant)?.profile.credit_code;
    let attached: Vec<_> = store::attached(tx, record.id)?.into_iter().map(|file| file.kind).collect();
    let filed_on = record.state.submission().map_or(today, |submission| submission.at.day());
    let filing = Filing {
        profile,
        filed_on,
        today,
        applicant: &applicant,
        parent: parent(tx, &record.form)?,
        attached: &attached,
    };
    let mut errors = check_filing(&record.form, &filing);
    printable(&record.form, &mut errors)?;
    Ok(errors)
}

/// What the certificate will say can be printed: better learnt now than when the paper is wanted.
pub(super) fn printable(form: &Form, errors: &mut Errors) -> Result<(), Refusal> {
    for (pointer, text) in
        [("/title", &form.title), ("/seller/name", &form.seller.name), ("/buyer/name", &form.buyer.name)]
    {
        let missing = pdf::unprintable(text)?;
        if !missing.is_empty() {
            let named = missing.iter().map(|char| format!("{char}（U+{:04X}）", u32::from(*char)));
            let chars = named.collect::<Vec<_>>().join("、");
            errors.add_with(pointer, &NOT_PRINTABLE, &[("chars", chars)]);
        }
    }
    Ok(())
}

/// The standing registration that the form names as its main contract.
pub(super) fn parent(conn: &mut Conn, form: &Form) -> Result<Option<(Class, SubType)>, Refusal> {
    let Some(number) = Number::parse(&form.parent_number) else { return Ok(None) };
    let standing = store::by_number(conn, &number)?.filter(|it| matches!(it.state, State::Registered(..)));
    Ok(standing.and_then(|it| Class::parse(&it.form.class).zip(SubType::parse(&it.form.sub_type))))
}

/// Stops what was filed before, in whichever office, with a pointer to the first.
pub(super) fn stop_duplicates(tx: &mut Tx, record: &Record) -> Result<(), Refusal> {
    let texts = main_texts(tx, record.id)?;
    if let Some(first) = store::same_text(tx, record.id, &texts)? {
        return Err(duplicate(&DUPLICATE_TEXT, record, &first));
    }
    let Some(key) = duplicates::deal_key(&record.form) else { return Ok(()) };
    match store::same_deal(tx, record.id, &key)? {
        Some(first) => Err(duplicate(&DUPLICATE_DEAL, record, &first)),
        None => Ok(()),
    }
}

/// What the main texts say, by hash.
pub(super) fn main_texts(conn: &mut Conn, id: ContractId) -> Result<Vec<String>, Refusal> {
    let attached = store::attached(conn, id)?.into_iter();
    let main = attached.filter(|file| file.kind == AttachmentKind::MainText);
    Ok(main.map(|file| file.text_sha256).collect())
}

/// The first registration by its number. A case that is still under way is named only to those who are parties of
/// it; to others it says no more than that there is one.
fn duplicate(code: &'static Code, record: &Record, first: &Record) -> Refusal {
    let parties = |it: &Record| [it.seller.credit_code.clone(), it.buyer.credit_code.clone()];
    let mine = parties(record);
    let same = parties(first).iter().any(|code| !code.is_empty() && mine.contains(code));
    match first.state.registration() {
        Some(registration) => Refusal::new(code).with("first", registration.number.as_str()),
        None if same => Refusal::new(code).with("first", first.id),
        None => Refusal::new(&DUPLICATE_PENDING),
    }
}

/// A case of the actor's own office, and the office.
pub(super) fn of_office<'a>(
    tx: &mut Tx,
    actor: &'a Actor,
    id: ContractId,
    expected: Option<i64>,
) -> Result<(Record, Office, &'a Person), Refusal> {
    let person = actor.person()?;
    let record = store::find(tx, id)?.filter(|record| {
        record.state.submission().is_some_and(|submission| submission.office == person.organisation)
    });
    let record = record.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let office = identity::service::office(tx, person.organisation)?;
    check_version(record.version, expected)?;
    Ok((record, office, person))
}

/// A party as the network knows it: its address comes from its credit code, never from what was typed.
pub(super) fn party(tx: &mut Tx, typed: PartyRef) -> Result<PartyRef, Refusal> {
    if typed.credit_code.is_empty() {
        return Ok(typed);
    }
    let known = identity::service::organisation_by_code(tx, &typed.credit_code)?;
    let urn = known.map(|it| tx.urn("organisation", it.id)).unwrap_or_default();
    Ok(PartyRef { urn, ..typed })
}
