//! What the machine shows beside the file. It decides nothing: the registrar does.

use super::{filing, office, reading};
use crate::contract::codes;
use crate::contract::model::{CheckKind, CheckResult, ContractId, Finding, Record, State};
use crate::contract::rules::{duplicates, parties};
use crate::contract::store;
use crate::credit;
use crate::db::{Conn, Snapshot};
use crate::identity;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Code, Refusal};
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::reference;
use crate::reference::model::Profile;

const SIMILAR_MAX: i64 = 5;

/// All checks of a case, for its office and for supervision.
pub fn checks(snapshot: &mut Snapshot, actor: &Actor, id: ContractId) -> Result<Vec<Finding>, Refusal> {
    let record = reading::visible(snapshot, actor, id)?;
    let person = actor.person()?;
    let office = record.state.submission().map(|submission| submission.office);
    if office != Some(person.organisation) && !person.may(Permission::ContractSupervise) {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let today = snapshot.now().day();
    let profile = match record.state.file() {
        Some(file) => office::profile(snapshot, file)?,
        None => reference::service::profile_on(snapshot, today)?,
    };
    let mut found = Found(vec![]);
    of_form(snapshot, &record, &profile, today, &mut found)?;
    of_territory(snapshot, &record, &mut found)?;
    of_duplicates(snapshot, &record, &mut found)?;
    of_parties(snapshot, &record, today, &mut found)?;
    if !profile.confirmed {
        found.add(
            CheckKind::Profile,
            CheckResult::Warned,
            &codes::PROFILE_UNVERIFIED,
            &[("profile", profile.code)],
        );
    }
    Ok(found.complete())
}

struct Found(Vec<Finding>);

impl Found {
    fn add(
        &mut self,
        check: CheckKind,
        result: CheckResult,
        code: &'static Code,
        params: &[(&'static str, String)],
    ) {
        self.at("", check, result, code, params);
    }

    fn at(
        &mut self,
        pointer: &str,
        check: CheckKind,
        result: CheckResult,
        code: &'static Code,
        params: &[(&'static str, String)],
    ) {
        self.0.push(Finding { check, result, pointer: pointer.to_owned(), code, params: params.to_vec() });
    }

    /// What found nothing has passed: the registrar sees that it was looked at.
    fn complete(mut self) -> Vec<Finding> {
        for check in CheckKind::ALL {
            if self.0.iter().all(|finding| finding.check != *check) {
                self.add(*check, CheckResult::Passed, &codes::CHECK_PASSED, &[]);
            }
        }
        self.0.sort_by_key(|finding| (std::cmp::Reverse(finding.result), finding.check));
        self.0
    }
}

/// The form once more by the profile of the case, as registering would judge it.
fn of_form(
    conn: &mut Conn,
    record: &Record,
    profile: &Profile,
    today: Day,
    found: &mut Found,
) -> Result<(), Refusal> {
    for problem in filing::problems(conn, record, profile, today)?.list() {
        let check = kind_of(&problem.pointer);
        found.at(&problem.pointer, check, CheckResult::Failed, problem.code, &problem.params);
    }
    let open =
        matches!(record.state, State::Submitted(_) | State::Accepted(..) | State::CorrectionRequested(..));
    if open && record.form.end_on.is_some_and(|end| end < today) {
        let end = [("end_on", record.form.end_on.map(|end| end.to_string()).unwrap_or_default())];
        found.at("/end_on", CheckKind::Validity, CheckResult::Warned, &codes::EXPIRED, &end);
    }
    for (warned, pointer, code) in [
        (record.form.estimated, "/estimated", &codes::AMOUNT_ESTIMATED),
        (record.form.related_party == Some(true), "/related_party", &codes::RELATED_PARTIES),
        (profile.is_large(record.technical), "/total_fen", &codes::SECOND_REVIEW_REQUIRED),
    ] {
        if warned {
            found.at(pointer, CheckKind::Amounts, CheckResult::Warned, code, &[]);
        }
    }
    Ok(())
}

fn kind_of(pointer: &str) -> CheckKind {
    match pointer.split('/').nth(1).unwrap_or_default() {
        "signed_on" | "start_on" | "end_on" | "licence" => CheckKind::Validity,
        "total_fen" | "deductions" | "payment" => CheckKind::Amounts,
        "attachments" | "written" => CheckKind::Evidence,
        _ => CheckKind::Form,
    }
}

fn of_territory(conn: &mut Conn, record: &Record, found: &mut Found) -> Result<(), Refusal> {
    let Some(submission) = record.state.submission() else { return Ok(()) };
    let office = identity::service::organisation(conn, submission.office)?.profile.division;
    let home = record.home_division();
    if !parties::serves(&office, home) {
        let division = [("division", home.to_owned())];
        let code = &codes::OFFICE_OF_OTHER_TERRITORY;
        found.add(CheckKind::Territory, CheckResult::Failed, code, &division);
    }
    Ok(())
}

/// By the hash of the text and by parties, title, date and amount, across all offices; and what is only alike.
fn of_duplicates(conn: &mut Conn, record: &Record, found: &mut Found) -> Result<(), Refusal> {
    let first = |it: &Record| {
        let number = it.state.registration().map(|registration| registration.number.as_str().to_owned());
        [("first", number.unwrap_or_else(|| it.id.to_string()))]
    };
    let texts = filing::main_texts(conn, record.id)?;
    if let Some(other) = store::same_text(conn, record.id, &texts)? {
        let code = &codes::DUPLICATE_TEXT;
        found.at("/attachments", CheckKind::DuplicateText, CheckResult::Failed, code, &first(&other));
    }
    if let Some(key) = duplicates::deal_key(&record.form)
        && let Some(other) = store::same_deal(conn, record.id, &key)?
    {
        found.add(CheckKind::DuplicateDeal, CheckResult::Failed, &codes::DUPLICATE_DEAL, &first(&other));
    }
    for other in store::same_parties(conn, record, SIMILAR_MAX)? {
        if duplicates::is_similar(&record.form, &other.form) {
            found.add(CheckKind::SimilarDeal, CheckResult::Warned, &codes::SIMILAR_DEAL, &first(&other));
        }
    }
    Ok(())
}

/// Barred parties (DOMAIN §1, credit management), and names that are not those of the registry.
fn of_parties(conn: &mut Conn, record: &Record, today: Day, found: &mut Found) -> Result<(), Refusal> {
    let broker = record.form.broker.clone();
    let all: [(&str, Option<PartyRef>); 3] = [
        ("/seller", Some(record.seller.clone())),
        ("/buyer", Some(record.buyer.clone())),
        ("/broker", broker),
    ];
    for (pointer, party) in all {
        let Some(party) = party.filter(|party| !party.credit_code.is_empty()) else { continue };
        if let Some(bar) = credit::service::bar_of(conn, &party.credit_code, today)? {
            let params = [("name", bar.unit_name), ("title", bar.title), ("source", bar.source)];
            let code = &codes::PARTY_BARRED;
            found.at(pointer, CheckKind::BarredParties, CheckResult::Failed, code, &params);
        }
        let known = identity::service::organisation_by_code(conn, &party.credit_code)?;
        if let Some(known) = known.filter(|it| it.is_verified() && it.profile.name != party.name) {
            let params = [("name", known.profile.name)];
            let pointer = format!("{pointer}/name");
            found.at(&pointer, CheckKind::Registry, CheckResult::Warned, &codes::PARTY_NAME_DIFFERS, &params);
        }
    }
    Ok(())
}
