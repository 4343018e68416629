//! What the authority does with claims: awards, returns, refuses, takes an award back; and reading them.

use super::super::codes::{GROUP_NOT_YOURS, OPINION_REQUIRED, OWN_CASE};
use super::super::model::{ClaimFilter, ClaimId, ClaimRecord, EvidenceRecord, InBatch, LinkedGroup, Verdict};
use super::super::{rules, store};
use super::claim::{keep, note};
use super::read::sight;
use super::scheme::in_scope;
use crate::audit;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::files;
use crate::files::model::{FileId, StoredFile};
use crate::identity::service::require_verified;
use crate::kernel::actor::Actor;
use crate::kernel::codes::CreditCode;
use crate::kernel::codes_common::{INVALID_VALUE, NOT_FOUND, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::text;

const OPINION_CHARS_MAX: usize = 1000;
const GROUP_MEMBERS_MAX: usize = 100;
const GROUP_NAME_CHARS_MAX: usize = 100;
const MEMBERS_LISTED_MAX: i64 = 5000;

#[derive(Clone, Debug)]
pub struct Review {
    pub claim: ClaimId,
    pub verdict: Verdict,
    /// What is awarded, where the scheme leaves it to the review.
    pub amount: Option<Fen>,
    pub opinion: String,
    pub expected_version: Option<i64>,
}

/// Awards, returns or refuses a claim.
pub fn review(tx: &mut Tx, actor: &Actor, review: &Review) -> Result<ClaimRecord, Refusal> {
    actor.permit(Permission::SubsidyPrepare)?;
    let mut claim = official(tx, actor, review.claim, review.expected_version)?;
    let (act, kind) = match review.verdict {
        Verdict::Award => (rules::ClaimAct::Award, "subsidy.claim_awarded"),
        Verdict::Return => (rules::ClaimAct::Return, "subsidy.claim_returned"),
        Verdict::Refuse => (rules::ClaimAct::Refuse, "subsidy.claim_refused"),
    };
    claim.state = rules::next_claim(claim.state, act)?;
    check_opinion(&review.opinion, review.verdict != Verdict::Award)?;
    if review.verdict == Verdict::Award {
        let scheme = store::scheme::version(tx, &claim.scheme, claim.scheme_version)?
            .ok_or_else(|| Refusal::internal("a claim without its scheme version"))?;
        claim.awarded = Some(rules::award(&scheme, claim.requested, review.amount)?);
        // Counted with its group from the award on (the cap is counted at commitment).
        if let Some((group, division)) = store::claim::group_of(tx, &claim.beneficiary.credit_code)?
            && rules::in_scope(&division, &scheme.division).is_ok()
        {
            claim.cap_group = group;
        }
        claim.awarded_seq = tx.seq() + 1;
    }
    claim.opinion = review.opinion.trim().to_owned();
    claim.reviewed_by = Some(actor.person()?.user);
    keep(tx, &mut claim)?;
    note(tx, actor, &claim, kind)?;
    Ok(claim)
}

/// Takes an award back: what a batch has booked of it is claimed back by the next one.
pub fn revoke(
    tx: &mut Tx,
    actor: &Actor,
    id: ClaimId,
    reason: &str,
    expected: Option<i64>,
) -> Result<ClaimRecord, Refusal> {
    actor.permit(Permission::SubsidyApprove)?;
    let mut claim = official(tx, actor, id, expected)?;
    claim.state = rules::next_claim(claim.state, rules::ClaimAct::Revoke)?;
    check_opinion(reason, true)?;
    claim.opinion = reason.trim().to_owned();
    keep(tx, &mut claim)?;
    note(tx, actor, &claim, "subsidy.claim_revoked")?;
    Ok(claim)
}

fn official(tx: &mut Tx, actor: &Actor, id: ClaimId, expected: Option<i64>) -> Result<ClaimRecord, Refusal> {
    require_verified(tx, actor)?;
    let claim = store::claim::find(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    in_scope(tx, actor, &claim.scheme)?;
    if actor.person()?.organisation == claim.organisation {
        return Err(Refusal::new(&OWN_CASE));
    }
    check_version(claim.version, expected)?;
    Ok(claim)
}

fn check_opinion(opinion: &str, needed: bool) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if needed && opinion.trim().is_empty() {
        errors.add("/opinion", &OPINION_REQUIRED);
    }
    text::optional(&mut errors, "/opinion", opinion, OPINION_CHARS_MAX);
    errors.check()
}

/// A claim as a reader sees it.
#[derive(Clone, Debug)]
pub struct ClaimFound {
    pub claim: ClaimRecord,
    pub evidence: Vec<EvidenceRecord>,
    pub batch: Option<InBatch>,
}

/// The newest first: an authority those of its schemes, an applicant its own.
pub fn claims(
    snapshot: &mut Snapshot,
    actor: &Actor,
    mut filter: ClaimFilter,
    before: Option<ClaimId>,
    limit: i64,
) -> Result<Vec<ClaimRecord>, Refusal> {
    let sight = sight(snapshot, actor)?;
    if sight.own.is_some() {
        filter.organisation = Some(actor.person()?.organisation);
    }
    filter.schemes = sight.schemes;
    store::claim::page(snapshot, &filter, before, limit)
}

pub fn claim(snapshot: &mut Snapshot, actor: &Actor, id: ClaimId) -> Result<ClaimFound, Refusal> {
    let sight = sight(snapshot, actor)?;
    let found = store::claim::find(snapshot, id)?;
    let seen = |claim: &ClaimRecord| sight.sees(&claim.scheme, Some(&claim.beneficiary.urn));
    let claim = found.filter(seen).ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let urn = snapshot.urn("subsidy_claim", id);
    let evidence = store::claim::evidence(snapshot, id)?;
    let batch = store::claim::in_batch(snapshot, &urn)?;
    Ok(ClaimFound { claim, evidence, batch })
}

/// A piece of evidence, for whoever sees the claim.
pub fn evidence(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ClaimId,
    file: FileId,
) -> Result<StoredFile, Refusal> {
    let found = claim(snapshot, actor, id)?;
    let missing = || Refusal::new(&NOT_FOUND);
    if !found.evidence.iter().any(|it| it.file == file) {
        return Err(missing());
    }
    files::service::find(snapshot, &[file])?.pop().ok_or_else(missing)
}

/// Says who belongs together. Claims that were awarded before stay where they were counted, and what is booked of
/// the members counts with those that follow. Who belongs to the group of another authority is that one's to say.
pub fn set_group(
    tx: &mut Tx,
    actor: &Actor,
    name: &str,
    credit_codes: &[String],
) -> Result<LinkedGroup, Refusal> {
    actor.permit(Permission::SubsidyApprove)?;
    require_verified(tx, actor)?;
    let (name, codes) = (name.trim(), checked_members(name, credit_codes)?);
    let own = actor.person()?.division.clone();
    let mut division = own.clone();
    for (group, owner) in store::claim::groups_touched(tx, name, &codes)? {
        if rules::in_scope(&own, &owner).is_err() {
            return Err(Refusal::new(&GROUP_NOT_YOURS).with("group", group).with("division", owner));
        }
        if group == name {
            division = owner;
        }
    }
    let group = LinkedGroup { name: name.to_owned(), division, credit_codes: codes };
    let now = tx.now();
    store::claim::set_group(tx, &group, &actor.label(), now)?;
    let subject = format!("urn:tm:{}:subsidy_group:{}", tx.node(), group.name);
    let facts = serde_json::json!({
        "name": group.name, "division": group.division, "credit_codes": group.credit_codes,
    });
    audit::service::record(tx, actor, "subsidy.group_set", &subject, &facts)?;
    Ok(group)
}

/// Credit codes in order, each once.
fn checked_members(name: &str, credit_codes: &[String]) -> Result<Vec<String>, Refusal> {
    let mut errors = Errors::new();
    text::required(&mut errors, "/name", name, GROUP_NAME_CHARS_MAX);
    if credit_codes.len() > GROUP_MEMBERS_MAX {
        errors.add_with("/credit_codes", &TOO_MANY, &[("max", GROUP_MEMBERS_MAX.to_string())]);
    }
    let mut codes: Vec<String> = vec![];
    for (at, code) in credit_codes.iter().enumerate() {
        match CreditCode::parse(code) {
            Ok(code) => codes.push(code.to_string()),
            Err(_) => errors.add_with(
                format!("/credit_codes/{at}"),
                &INVALID_VALUE,
                &[("reason", "credit code".to_owned())],
            ),
        }
    }
    errors.check()?;
    codes.sort();
    codes.dedup();
    Ok(codes)
}

pub fn groups(conn: &mut Conn) -> Result<Vec<LinkedGroup>, Refusal> {
    store::claim::groups(conn, MEMBERS_LISTED_MAX)
}
