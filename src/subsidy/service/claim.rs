//! What applicants do: claim, complete a claim that was returned, withdraw it.

use serde_json::json;

use super::super::codes::{
    BENEFICIARY_NOT_ENTITLED, CLAIM_DAY_INVALID, CLAIM_EXISTS, CONTRACT_NOT_YOURS, CONTRACT_REQUIRED,
    EVIDENCE_MISSING, EVIDENCE_UNKNOWN, SCHEME_NOT_IN_FORCE,
};
use super::super::model::{
    Base, BeneficiaryKind, ClaimId, ClaimRecord, ClaimState, EvidenceRecord, Formula, Once,
    REGISTRATION_EVIDENCE, Scheme,
};
use super::super::{rules, store};
use super::facts;
use super::scheme::{TEXT_CHARS_MAX, versions};
use crate::audit;
use crate::contract::model::ContractId;
use crate::contract::service as register;
use crate::db::{Tx, check_version};
use crate::files;
use crate::files::model::FileId;
use crate::identity::service::require_verified;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{NOT_FOUND, OUT_OF_RANGE, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;

const EVIDENCE_MAX: usize = 20;
const SUBJECT_CHARS_MAX: usize = 64;
const TITLE_CHARS_MAX: usize = 200;
const ACCOUNT_CHARS_MAX: usize = 64;

/// A file that the applicant uploaded, and which item of the scheme's list it is.
#[derive(Clone, Debug)]
pub struct NewEvidence {
    pub item: String,
    pub file: FileId,
}

/// What a claim says.
#[derive(Clone, Debug)]
pub struct NewClaim {
    pub scheme: String,
    /// The number of a certificate, the credit code of a raised enterprise, the year of an office's claim.
    pub subject: String,
    /// The registered contract that was converted.
    pub contract: Option<ContractId>,
    pub title: String,
    pub event_on: Day,
    pub requested: Fen,
    pub bank: String,
    pub bank_account: String,
    pub evidence: Vec<NewEvidence>,
}

/// Claims, once: the same claim again gives the claim that stands, as long as nobody has decided on it.
pub fn submit(tx: &mut Tx, actor: &Actor, new: &NewClaim) -> Result<ClaimRecord, Refusal> {
    actor.permit(Permission::SubsidyClaim)?;
    require_verified(tx, actor)?;
    let person = actor.person()?;
    let scheme = scheme_on(tx, &new.scheme, new.event_on)?;
    let node = tx.node().to_owned();
    let beneficiary = facts::beneficiary(tx, &node, person.organisation)?;
    if !entitled(scheme.beneficiary, beneficiary.kind) {
        return Err(Refusal::new(&BENEFICIARY_NOT_ENTITLED));
    }
    let today = tx.now().day();
    check(new, &scheme, today)?;
    let contract = converted(tx, new, &scheme, &beneficiary.party.credit_code)?;
    let subject = contract.clone().unwrap_or_else(|| rules::normal_subject(&new.subject));
    let once_key = match (scheme.procedure.once, &contract) {
        (Once::Beneficiary, _) => beneficiary.party.urn.clone(),
        (Once::Subject, Some(contract)) => contract.clone(),
        (Once::Subject, None) => format!("{subject}|{}", beneficiary.party.urn),
    };
    if let Some(known) = store::claim::by_key(tx, &scheme.code, &once_key)? {
        return repeated(known, actor, &subject);
    }
    let serial = store::claim::count(tx, &scheme.code, new.event_on.year())? + 1;
    let now = tx.now();
    let claim = ClaimRecord {
        id: tx.new_id(),
        version: 1,
        number: format!("{}-{}-{serial:06}", scheme.code, new.event_on.year()),
        state: ClaimState::Submitted,
        scheme: scheme.code.clone(),
        scheme_version: scheme.version,
        subject,
        once_key,
        cap_group: beneficiary.party.urn.clone(),
        beneficiary: beneficiary.party,
        organisation: person.organisation,
        division: beneficiary.division,
        contract,
        title: new.title.trim().to_owned(),
        event_on: new.event_on,
        requested: requested(new, &scheme),
        awarded: None,
        bank: new.bank.trim().to_owned(),
        bank_account: new.bank_account.trim().to_owned(),
        opinion: String::new(),
        awarded_seq: 0,
        created_by: person.user,
        reviewed_by: None,
        created_at: now,
        updated_at: now,
    };
    let evidence = checked_evidence(tx, actor, &claim, &scheme, &new.evidence)?;
    store::claim::insert(tx, &claim)?;
    attach(tx, &claim, &evidence)?;
    note(tx, actor, &claim, "subsidy.claim_submitted")?;
    Ok(claim)
}

/// The organisation repeats a claim that nobody has decided on: it gets the claim.
fn repeated(known: ClaimRecord, actor: &Actor, subject: &str) -> Result<ClaimRecord, Refusal> {
    let own = actor.person()?.organisation == known.organisation;
    if own && known.state == ClaimState::Submitted && known.subject == subject {
        return Ok(known);
    }
    Err(Refusal::new(&CLAIM_EXISTS).with("number", known.number))
}

/// Completes a claim that was returned. What it is for stays: scheme, subject, contract.
pub fn resubmit(
    tx: &mut Tx,
    actor: &Actor,
    id: ClaimId,
    new: &NewClaim,
    expected: Option<i64>,
) -> Result<ClaimRecord, Refusal> {
    let mut claim = own(tx, actor, id, expected)?;
    claim.state = rules::next_claim(claim.state, rules::ClaimAct::Resubmit)?;
    let scheme = scheme_on(tx, &claim.scheme, new.event_on)?;
    let today = tx.now().day();
    check(&NewClaim { subject: claim.subject.clone(), ..new.clone() }, &scheme, today)?;
    if new.event_on.year() != claim.event_on.year() {
        let mut errors = Errors::new();
        errors.add("/event_on", &CLAIM_DAY_INVALID);
        errors.check()?;
    }
    claim.scheme_version = scheme.version;
    claim.title = new.title.trim().to_owned();
    claim.event_on = new.event_on;
    claim.requested = requested(new, &scheme);
    claim.bank = new.bank.trim().to_owned();
    claim.bank_account = new.bank_account.trim().to_owned();
    let evidence = checked_evidence(tx, actor, &claim, &scheme, &new.evidence)?;
    keep(tx, &mut claim)?;
    attach(tx, &claim, &evidence)?;
    note(tx, actor, &claim, "subsidy.claim_resubmitted")?;
    Ok(claim)
}

/// Takes back a claim that nobody has decided on; it may be made anew.
pub fn withdraw(
    tx: &mut Tx,
    actor: &Actor,
    id: ClaimId,
    expected: Option<i64>,
) -> Result<ClaimRecord, Refusal> {
    let mut claim = own(tx, actor, id, expected)?;
    claim.state = rules::next_claim(claim.state, rules::ClaimAct::Withdraw)?;
    keep(tx, &mut claim)?;
    note(tx, actor, &claim, "subsidy.claim_withdrawn")?;
    Ok(claim)
}

fn own(tx: &mut Tx, actor: &Actor, id: ClaimId, expected: Option<i64>) -> Result<ClaimRecord, Refusal> {
    actor.permit(Permission::SubsidyClaim)?;
    let organisation = actor.person()?.organisation;
    let found = store::claim::find(tx, id)?.filter(|claim| claim.organisation == organisation);
    let claim = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(claim.version, expected)?;
    Ok(claim)
}

pub fn keep(tx: &mut Tx, claim: &mut ClaimRecord) -> Result<(), Refusal> {
    claim.version += 1;
    claim.updated_at = tx.now();
    store::claim::save(tx, claim)
}

/// Tells the change log and the trail what became of a claim.
pub fn note(tx: &mut Tx, actor: &Actor, claim: &ClaimRecord, kind: &'static str) -> Result<(), Refusal> {
    let urn = tx.urn("subsidy_claim", claim.id);
    let facts = json!({
        "scheme": claim.scheme,
        "number": claim.number,
        "beneficiary": claim.beneficiary.urn,
        "organisation": claim.organisation,
        "event_on": claim.event_on,
        "state": claim.state,
        "awarded_fen": claim.awarded,
    });
    audit::service::record(tx, actor, kind, &urn, &facts)?;
    tx.record(actor, NewChange::local(kind, urn, claim.version, facts));
    Ok(())
}

/// The version in force on the day of the conversion or event.
fn scheme_on(tx: &mut Tx, code: &str, day: Day) -> Result<Scheme, Refusal> {
    let on = |scheme: &Scheme| scheme.valid_from <= day && scheme.valid_to.is_none_or(|end| day <= end);
    let found = versions(tx, code)?.into_iter().find(on);
    found.ok_or_else(|| Refusal::new(&SCHEME_NOT_IN_FORCE).with("scheme", code).with("year", day.year()))
}

/// An incubator may be run by any of them; nobody registers as one.
const fn entitled(wanted: BeneficiaryKind, kind: OrganisationKind) -> bool {
    match wanted {
        BeneficiaryKind::RegistrationOffice => matches!(kind, OrganisationKind::RegistrationOffice),
        BeneficiaryKind::Enterprise => matches!(kind, OrganisationKind::Enterprise),
        BeneficiaryKind::Incubator => {
            matches!(
                kind,
                OrganisationKind::Enterprise | OrganisationKind::Institute | OrganisationKind::Broker
            )
        }
    }
}

fn check(new: &NewClaim, scheme: &Scheme, today: Day) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if new.contract.is_none() {
        text::required(&mut errors, "/subject", &new.subject, SUBJECT_CHARS_MAX);
        if scheme.base == Base::Claim {
            errors.add("/contract", &CONTRACT_REQUIRED);
        }
    }
    text::required(&mut errors, "/title", &new.title, TITLE_CHARS_MAX);
    text::optional(&mut errors, "/bank", &new.bank, TEXT_CHARS_MAX);
    text::optional(&mut errors, "/bank_account", &new.bank_account, ACCOUNT_CHARS_MAX);
    if new.event_on > today && !scheme.is_over_contracts() {
        errors.add("/event_on", &CLAIM_DAY_INVALID);
    }
    if matches!(scheme.formula, Formula::Award) && !(1..=MAX_JSON_FEN).contains(&new.requested.0) {
        let bounds = [("min", "1".to_owned()), ("max", MAX_JSON_FEN.to_string())];
        errors.add_with("/requested_fen", &OUT_OF_RANGE, &bounds);
    }
    errors.check()
}

/// What is asked for: of a fixed reward its amount, whatever the form says.
fn requested(new: &NewClaim, scheme: &Scheme) -> Fen {
    match scheme.formula {
        Formula::Fixed(amount) => amount,
        Formula::Award => new.requested,
        Formula::Rate(_) | Formula::Tiers(_) | Formula::Steps { .. } => Fen::ZERO,
    }
}

/// The contract that was converted: registered, standing, of a final amount, and bought by the applicant.
fn converted(
    tx: &mut Tx,
    new: &NewClaim,
    scheme: &Scheme,
    credit_code: &str,
) -> Result<Option<String>, Refusal> {
    let Some(id) = new.contract.filter(|_| scheme.base == Base::Claim) else { return Ok(None) };
    let found = register::registered(tx, id)?;
    let good = |c: &crate::contract::model::RegisteredContract| {
        c.stands() && !c.estimated && c.buyer.credit_code == credit_code
    };
    if !found.as_ref().is_some_and(good) {
        let mut errors = Errors::new();
        errors.add("/contract", &CONTRACT_NOT_YOURS);
        errors.check()?;
    }
    Ok(Some(tx.urn("contract", id)))
}

/// Every item of the scheme's list has a file; the registration proves itself.
fn checked_evidence(
    tx: &mut Tx,
    actor: &Actor,
    claim: &ClaimRecord,
    scheme: &Scheme,
    new: &[NewEvidence],
) -> Result<Vec<EvidenceRecord>, Refusal> {
    let mut errors = Errors::new();
    if new.len() > EVIDENCE_MAX {
        errors.add_with("/evidence", &TOO_MANY, &[("max", EVIDENCE_MAX.to_string())]);
        return errors.check().map(|()| vec![]);
    }
    let present = store::claim::evidence(tx, claim.id)?;
    let mut found: Vec<EvidenceRecord> = vec![];
    for (at, wanted) in new.iter().enumerate() {
        if !scheme.evidence.contains(&wanted.item) {
            errors.add(format!("/evidence/{at}/item"), &EVIDENCE_UNKNOWN);
        }
        if let Some(known) = present.iter().find(|known| known.file == wanted.file) {
            found.push(EvidenceRecord { item: wanted.item.clone(), ..known.clone() });
            continue;
        }
        match files::service::own(tx, actor, wanted.file) {
            Ok(file) => found.push(EvidenceRecord {
                item: wanted.item.clone(),
                file: file.id,
                name: file.name,
                media_type: file.media_type,
                size_bytes: file.size_bytes,
                sha256: file.sha256,
            }),
            Err(refusal) if refusal.status() < 500 => errors.add(format!("/evidence/{at}/file"), &NOT_FOUND),
            Err(refusal) => return Err(refusal),
        }
    }
    let proved = |item: &String| {
        (claim.contract.is_some() && item == REGISTRATION_EVIDENCE) || found.iter().any(|it| it.item == *item)
    };
    for item in scheme.evidence.iter().filter(|item| !proved(item)) {
        errors.add_with("/evidence", &EVIDENCE_MISSING, &[("item", item.clone())]);
    }
    errors.check()?;
    Ok(found)
}

fn attach(tx: &mut Tx, claim: &ClaimRecord, evidence: &[EvidenceRecord]) -> Result<(), Refusal> {
    store::claim::attach(tx, claim.id, evidence)?;
    let ids: Vec<FileId> = evidence.iter().map(|it| it.file).collect();
    let subject = tx.urn("subsidy_claim", claim.id);
    files::service::link(tx, &subject, &ids)
}
