//! Who may read what, lists, clocks, and what higher rooms ask.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::office;
use crate::contract::codes::ATTACHMENT_NOT_FOUND;
use crate::contract::model::{
    Attached, ContractId, HandlerFilter, Record, RegisteredContract, Stage, Standing, State, Step, StepKind,
    Summary, WorkFilter,
};
use crate::contract::rules::parties;
use crate::contract::store::{self, Scope, Wanted};
use crate::db::{Conn, Snapshot};
use crate::files;
use crate::files::model::{FileId, StoredFile};
use crate::identity;
use crate::kernel::actor::{Actor, OrganisationKind, Person};
use crate::kernel::codes::DivisionCode;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::reference;
use crate::reference::model::{LimitUnit, Profile};

/// A contract with what a reader needs beside it.
#[derive(Clone, Debug)]
pub struct Case {
    pub record: Record,
    pub urn: String,
    pub attachments: Vec<Attached>,
    pub office_name: Option<String>,
    pub clock: Option<Clock>,
    /// From the profile's threshold on; a second reviewer is needed.
    pub large: bool,
    /// Who handles the case, for the office's eyes.
    pub handler_name: Option<String>,
    /// The reader works at the office: opinions before the decision are for its eyes.
    pub for_office: bool,
}

/// How much time the office has left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    pub profile: String,
    /// An operator has confirmed the profile's values.
    pub profile_confirmed: bool,
    pub unit: LimitUnit,
    pub accepted_on: Day,
    pub due_on: Day,
    /// A year that the limit reaches into has no calendar yet.
    pub provisional: bool,
    /// The office has marked the case as disputed.
    pub disputed: bool,
    /// Nothing while the applicant corrects, or after the decision.
    pub days_left: Option<i64>,
    pub overdue: bool,
}

/// An open case on a work list.
#[derive(Clone, Debug)]
pub struct Worked {
    pub summary: Summary,
    pub days_left: Option<i64>,
    pub unit: Option<LimitUnit>,
    pub overdue: bool,
}

/// One contract, for those it concerns; for everybody else it is not there.
pub fn contract(snapshot: &mut Snapshot, actor: &Actor, id: ContractId) -> Result<Case, Refusal> {
    let record = visible(snapshot, actor, id)?;
    let today = snapshot.now().day();
    let urn = snapshot.urn("contract", id);
    case(snapshot, actor, record, urn, today)
}

/// The same for a command's answer.
pub fn case(
    conn: &mut Conn,
    actor: &Actor,
    record: Record,
    urn: String,
    today: Day,
) -> Result<Case, Refusal> {
    let attachments = store::attached(conn, record.id)?;
    let office = record.state.submission().map(|submission| submission.office);
    let office_name = match office {
        Some(office) => Some(identity::service::organisation(conn, office)?.profile.name),
        None => None,
    };
    let profile = match record.state.file() {
        Some(file) => office::profile(conn, file)?,
        None => reference::service::profile_on(conn, today)?,
    };
    let large = profile.is_large(record.technical);
    let clock = clock(conn, &record, &profile, large, today)?;
    let for_office = is_office_of(actor, &record);
    let handler_name = match record.handler.filter(|_| for_office) {
        Some(handler) => Some(identity::service::user(conn, handler)?.name),
        None => None,
    };
    Ok(Case { record, urn, attachments, office_name, clock, large, handler_name, for_office })
}

fn clock(
    conn: &mut Conn,
    record: &Record,
    profile: &Profile,
    large: bool,
    today: Day,
) -> Result<Option<Clock>, Refusal> {
    let Some(file) = record.state.file() else { return Ok(None) };
    let acceptance = &file.acceptance;
    let unit = profile.review_limit(large || acceptance.disputed).unit;
    let running = matches!(record.state, State::Accepted(..));
    let days_left = match running {
        true => Some(reference::service::days_between(conn, today, acceptance.due.on, unit)?),
        false => None,
    };
    Ok(Some(Clock {
        profile: acceptance.profile.clone(),
        profile_confirmed: profile.confirmed,
        unit,
        accepted_on: acceptance.on,
        due_on: acceptance.due.on,
        provisional: running && acceptance.due.provisional,
        disputed: acceptance.disputed,
        days_left,
        overdue: running && today > acceptance.due.on,
    }))
}

/// The timeline, oldest first. An opinion before the decision is the office's: others see that it was given.
pub fn timeline(snapshot: &mut Snapshot, actor: &Actor, id: ContractId) -> Result<Vec<Step>, Refusal> {
    let record = visible(snapshot, actor, id)?;
    let mut steps = store::steps(snapshot, id)?;
    if is_office_of(actor, &record) {
        return Ok(steps);
    }
    let decided = matches!(record.state, State::Refused(..)) || record.state.registration().is_some();
    let undecided: Vec<i32> = match steps.iter().any(|step| step.kind == StepKind::AmendmentReviewed) {
        true => store::amendments(snapshot, id)?
            .iter()
            .filter(|it| !it.is_decided())
            .map(|it| it.position)
            .collect(),
        false => vec![],
    };
    for step in &mut steps {
        let held_back = match step.kind {
            StepKind::FirstReview | StepKind::SecondReview => !decided,
            StepKind::AmendmentReviewed => {
                undecided.iter().any(|position| step.detail["amendment"] == *position)
            }
            _ => false,
        };
        if held_back {
            step.opinion.clear();
            step.detail = Value::Null;
        }
    }
    Ok(steps)
}

/// Whether the reader works at the office that the contract was filed with.
pub(super) fn is_office_of(actor: &Actor, record: &Record) -> bool {
    let office = record.state.submission().map(|submission| submission.office);
    actor.person().is_ok_and(|person| office == Some(person.organisation))
}

/// A file of a contract that the actor may see.
pub fn attachment(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ContractId,
    file: FileId,
) -> Result<StoredFile, Refusal> {
    visible(snapshot, actor, id)?;
    let missing = || Refusal::new(&ATTACHMENT_NOT_FOUND);
    let attached = store::attached(snapshot, id)?.into_iter().find(|attached| attached.file == file);
    attached.ok_or_else(missing)?;
    files::service::find(snapshot, &[file])?.pop().ok_or_else(missing)
}

/// What the actor's organisation drew up or is a party of.
pub fn own(
    snapshot: &mut Snapshot,
    actor: &Actor,
    wanted: &Wanted,
    page: &PageQuery,
) -> Result<Page<Summary>, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let organisation = actor.person()?.organisation;
    let credit_code = identity::service::organisation(snapshot, organisation)?.profile.credit_code;
    let page = store::list(snapshot, &Scope::Own { organisation, credit_code }, wanted, page)?;
    marked(snapshot, page)
}

/// Everything that was filed with the actor's office, decided or not.
pub fn filed(
    snapshot: &mut Snapshot,
    actor: &Actor,
    wanted: &Wanted,
    page: &PageQuery,
) -> Result<Page<Summary>, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let office = actor.person()?.organisation;
    let page = store::list(snapshot, &Scope::Office(office), wanted, page)?;
    marked(snapshot, page)
}

/// An office's open cases with the clock of each, overdue first; what the applicant is to correct comes last. All, or
/// those of one registrar.
pub fn work_list(
    snapshot: &mut Snapshot,
    actor: &Actor,
    stage: Option<Stage>,
    handler: Option<HandlerFilter>,
    page: &PageQuery,
) -> Result<Page<Worked>, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let person = actor.person()?;
    let handler = handler.map(|whose| match whose {
        HandlerFilter::Mine => Some(person.user),
        HandlerFilter::Nobody => None,
    });
    let filter = WorkFilter { stage, handler, large_from: None };
    let page = store::work(snapshot, person.organisation, &filter, page)?;
    clocked(snapshot, page)
}

/// Open large cases, for the second reviewer.
pub fn second_reviews(
    snapshot: &mut Snapshot,
    actor: &Actor,
    stage: Option<Stage>,
    page: &PageQuery,
) -> Result<Page<Worked>, Refusal> {
    actor.permit(Permission::ContractReview)?;
    let office = actor.person()?.organisation;
    // A case keeps the threshold of the version that it took with it, so each one that ever was counts.
    let mut thresholds = vec![];
    for profile in reference::service::profiles(snapshot)? {
        let versions = reference::service::profile_versions(snapshot, &profile.code)?;
        thresholds.extend(versions.iter().map(|kept| kept.profile.values.large_contract_from));
    }
    let filter = WorkFilter { stage, handler: None, large_from: thresholds.into_iter().min() };
    let page = store::work(snapshot, office, &filter, page)?;
    clocked(snapshot, page)
}

/// A page of a list with the mark of cases under a profile that nobody has confirmed.
fn marked(snapshot: &mut Snapshot, page: Page<Summary>) -> Result<Page<Summary>, Refusal> {
    let kept = kept_of(snapshot, &page)?;
    Ok(page.map(|summary| mark(summary, &kept)))
}

fn mark(summary: Summary, kept: &HashMap<ContractId, (Profile, bool)>) -> Summary {
    let unverified = kept.get(&summary.id).is_some_and(|(profile, _)| !profile.confirmed);
    Summary { unverified, ..summary }
}

/// The profiles that the cases of a page took with them, and whether each is disputed.
fn kept_of(conn: &mut Conn, page: &Page<Summary>) -> Result<HashMap<ContractId, (Profile, bool)>, Refusal> {
    let accepted: Vec<_> = page.items.iter().filter(|it| it.accepted_on.is_some()).collect();
    let ids: Vec<ContractId> = accepted.iter().map(|it| it.id).collect();
    let all = store::kept(conn, &ids)?;
    let mut known: HashMap<(&str, Option<i64>), Profile> = HashMap::new();
    let mut found = HashMap::new();
    for case in accepted {
        let kept = all.get(&case.id).copied().unwrap_or_default();
        let version = kept.profile_version;
        let profile = match known.entry((&case.profile, version)) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                place.insert(reference::service::profile_at(conn, &case.profile, version)?).clone()
            }
        };
        found.insert(case.id, (profile, kept.disputed));
    }
    Ok(found)
}

fn clocked(snapshot: &mut Snapshot, page: Page<Summary>) -> Result<Page<Worked>, Refusal> {
    let today = snapshot.now().day();
    let kept = kept_of(snapshot, &page)?;
    let days = || page.items.iter().filter_map(|item| item.due_on).chain([today]);
    let (first, last) = (days().min().unwrap_or(today), days().max().unwrap_or(today));
    let calendar = reference::service::calendar(snapshot, first, last)?;
    Ok(page.map(|summary| {
        let summary = mark(summary, &kept);
        let kept = kept.get(&summary.id);
        let unit =
            kept.map(|(it, disputed)| it.review_limit(*disputed || it.is_large(summary.technical)).unit);
        let left = summary.due_on.zip(unit).map(|(due, unit)| calendar.days_between(today, due, unit));
        let overdue = summary.due_on.is_some_and(|due| today > due);
        Worked { days_left: left, unit: unit.filter(|_| left.is_some()), overdue, summary }
    }))
}

/// What supervision sees: a government the contracts with a side inside its division, an auditor all.
pub fn supervised(
    snapshot: &mut Snapshot,
    actor: &Actor,
    wanted: &Wanted,
    page: &PageQuery,
) -> Result<Page<Summary>, Refusal> {
    actor.permit(Permission::ContractSupervise)?;
    let person = actor.person()?;
    let scope = match person.kind {
        OrganisationKind::Government => Scope::Division(significant(&person.division)),
        _ => Scope::All,
    };
    let page = store::list(snapshot, &scope, wanted, page)?;
    marked(snapshot, page)
}

/// The digits of a division code that everything inside it begins with.
fn significant(division: &str) -> String {
    DivisionCode::parse(division).map_or_else(|_| division.to_owned(), |code| code.significant().to_owned())
}

/// Loads a contract that the actor may see: its parties, its office, supervision. To others it does not exist.
pub(super) fn visible(conn: &mut Conn, actor: &Actor, id: ContractId) -> Result<Record, Refusal> {
    let hidden = || Refusal::new(&NOT_FOUND);
    let person = actor.person()?;
    let record = store::find(conn, id)?.ok_or_else(hidden)?;
    if may_see(conn, person, &record)? { Ok(record) } else { Err(hidden()) }
}

fn may_see(conn: &mut Conn, person: &Person, record: &Record) -> Result<bool, Refusal> {
    if record.applicant == person.organisation {
        return Ok(true);
    }
    if record.state == State::Draft || matches!(record.state, State::Withdrawn(None)) {
        return Ok(false);
    }
    if record.state.submission().is_some_and(|submission| submission.office == person.organisation) {
        return Ok(true);
    }
    let inside = |division: &str| parties::serves(&person.division, division);
    match person.kind {
        OrganisationKind::Government => Ok(person.may(Permission::ContractSupervise)
            && (inside(&record.form.seller.division) || inside(&record.form.buyer.division))),
        OrganisationKind::Operator => Ok(person.may(Permission::ContractSupervise)),
        _ => {
            let own = identity::service::organisation(conn, person.organisation)?.profile.credit_code;
            Ok(own == record.seller.credit_code || own == record.buyer.credit_code)
        }
    }
}

/// For higher rooms: a contract that is or was registered.
pub fn registered(conn: &mut Conn, id: ContractId) -> Result<Option<RegisteredContract>, Refusal> {
    Ok(store::find(conn, id)?.and_then(|record| record.registered()))
}

/// For higher rooms: what an office registered from one day to another, both included, that stands and has a final
/// price, in the order of registration.
pub fn standing_in(
    conn: &mut Conn,
    office: OrganisationId,
    from: Day,
    to: Day,
) -> Result<Vec<Standing>, Refusal> {
    store::standing(conn, office, from, to)
}

/// For higher rooms: what a seller registered from one day to another, both included.
pub fn sold_in(
    conn: &mut Conn,
    seller_code: &str,
    from: Day,
    to: Day,
) -> Result<Vec<RegisteredContract>, Refusal> {
    store::sold(conn, seller_code, from, to)
}
