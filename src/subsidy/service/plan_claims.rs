//! Computing a batch of claims: E over the awarded claims of each cap group and period, one line per cause
//! where something is booked already.

use std::collections::BTreeMap;

use super::super::codes::BENEFICIARY_REQUIRED;
use super::super::model::{
    BatchId, CauseRecord, ClaimRecord, Fact, LineKind, LineRecord, PayeeRecord, Scheme,
};
use super::super::{rules, store};
use super::facts;
use super::plan::{Correcting, Now, Plan, Question, check_sequence, correct, finished};
use super::scheme::versions;
use crate::contract::service as register;
use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::kernel::money::Fen;

/// Payees of one batch: its money moves in one transaction.
pub const PAYEES_MAX: i64 = 100;
/// Causes that one batch corrects; the rest waits for the next.
const CAUSES_MAX: i64 = 300;

pub fn compute(
    conn: &mut Conn,
    now: &Now,
    question: &Question,
    newest: &Scheme,
    budget_year: i32,
    but: Option<BatchId>,
) -> Result<Plan, Refusal> {
    if newest.is_over_contracts() {
        return Err(Refusal::new(&BENEFICIARY_REQUIRED).with("scheme", &question.scheme));
    }
    check_sequence(conn, question, "", but)?;
    let causes = store::cause::unbooked_of_claims(conn, &question.scheme, CAUSES_MAX)?;
    let mut payees = payees_of_causes(conn, &causes)?;
    let awaiting = store::claim::awaiting(conn, &question.scheme, question.period, PAYEES_MAX)?;
    let mut groups: BTreeMap<(String, i32, i32), Vec<ClaimRecord>> = BTreeMap::new();
    for claim in awaiting {
        if !stands(conn, &claim)? {
            continue;
        }
        let known = payees.iter().any(|payee| payee.party.urn == claim.beneficiary.urn);
        if !known && payees.len() >= usize::try_from(PAYEES_MAX).map_err(Refusal::internal)? {
            continue;
        }
        payees.retain(|payee| payee.party.urn != claim.beneficiary.urn);
        payees.push(payee(&claim));
        let key = (claim.cap_group.clone(), claim.event_on.year(), claim.scheme_version);
        groups.entry(key).or_default().push(claim);
    }
    let (lines, mut causes) = first_bookings(conn, now, question, groups, causes)?;
    causes.sort_by_key(|(_, cause)| cause.seq);
    let counted = lines.len();
    let mut lines = lines;
    lines.sort_by(|a, b| a.number.cmp(&b.number));
    lines.extend(corrections(conn, now, question, causes)?);
    payees.sort_by(|a, b| a.party.urn.cmp(&b.party.urn));
    for (position, payee) in (0..).zip(&mut payees) {
        payee.position = position;
    }
    let plan = Plan {
        scheme_version: newest.version,
        budget_year,
        beneficiary: None,
        as_of_seq: now.as_of_seq,
        contracts: 0,
        corrections: 0,
        base: Fen::ZERO,
        total: Fen::ZERO,
        lines,
        payees,
    };
    finished(plan, counted, question.period)
}

/// The contract behind a claim must stand on the day of the computation, however far the followers are.
fn stands(conn: &mut Conn, claim: &ClaimRecord) -> Result<bool, Refusal> {
    let Some(urn) = &claim.contract else { return Ok(true) };
    let (_, _, uuid) = parse_urn(urn).ok_or_else(|| Refusal::internal(format!("not an urn: {urn}")))?;
    let found = register::registered(conn, Id::from_uuid(uuid))?;
    Ok(found.is_some_and(|contract| contract.stands()))
}

fn payee(claim: &ClaimRecord) -> PayeeRecord {
    PayeeRecord {
        position: 0,
        party: claim.beneficiary.clone(),
        division: claim.division.clone(),
        bank: claim.bank.clone(),
        bank_account: claim.bank_account.clone(),
        due: Fen::ZERO,
        back: Fen::ZERO,
    }
}

fn payees_of_causes(conn: &mut Conn, causes: &[CauseRecord]) -> Result<Vec<PayeeRecord>, Refusal> {
    let mut payees: Vec<PayeeRecord> = vec![];
    for cause in causes {
        let (_, _, uuid) = parse_urn(&cause.contract)
            .ok_or_else(|| Refusal::internal(format!("not an urn: {}", cause.contract)))?;
        let claim = store::claim::find(conn, Id::from_uuid(uuid))?
            .ok_or_else(|| Refusal::internal("a cause without its claim"))?;
        if !payees.iter().any(|payee| payee.party.urn == claim.beneficiary.urn) {
            payees.push(payee(&claim));
        }
    }
    Ok(payees)
}

type GroupCause = (String, CauseRecord);

/// E for every group and period of which nothing is booked; where something is, each further claim is a cause.
fn first_bookings(
    conn: &mut Conn,
    now: &Now,
    question: &Question,
    groups: BTreeMap<(String, i32, i32), Vec<ClaimRecord>>,
    causes: Vec<CauseRecord>,
) -> Result<(Vec<LineRecord>, Vec<GroupCause>), Refusal> {
    let mut lines = vec![];
    let mut found: Vec<GroupCause> = vec![];
    for cause in causes {
        let group = store::sheet::cap_group_of(conn, &question.scheme, &cause.contract)?;
        found.push((group.unwrap_or_else(|| facts::urn(&now.node, cause.office)), cause));
    }
    for ((group, period, version), claims) in groups {
        let booked = store::sheet::booked(conn, &question.scheme, &group, period)?;
        if booked.iter().any(|line| line.scheme_version == version) {
            found.extend(claims.iter().map(|claim| (group.clone(), as_cause(&now.node, claim))));
            continue;
        }
        let scheme = store::scheme::version(conn, &question.scheme, version)?
            .ok_or_else(|| Refusal::internal("a claim without its scheme version"))?;
        let fact = |claim: &ClaimRecord| Fact {
            number: claim.number.clone(),
            beneficiary: claim.beneficiary.urn.clone(),
            base: claim.awarded.unwrap_or_default(),
        };
        let facts: Vec<Fact> = claims.iter().map(fact).collect();
        let evaluation = rules::evaluate(&scheme, &facts)?;
        for (claim, share) in claims.iter().zip(evaluation.lines) {
            lines.push(claim_line(&now.node, claim, &group, period, share.amount));
        }
    }
    Ok((lines, found))
}

fn claim_line(node: &str, claim: &ClaimRecord, group: &str, period: i32, amount: Fen) -> LineRecord {
    let base = claim.awarded.unwrap_or_default();
    LineRecord {
        position: 0,
        kind: LineKind::Claim,
        period,
        scheme_version: claim.scheme_version,
        contract: crate::kernel::id::urn(node, "subsidy_claim", claim.id),
        contract_version: claim.version,
        number: claim.number.clone(),
        registered_on: claim.event_on,
        beneficiary: claim.beneficiary.urn.clone(),
        cap_group: group.to_owned(),
        total: base,
        technical: base,
        base,
        amount,
        ended: false,
        cause: None,
    }
}

/// A claim that comes after others of its group and period were booked.
fn as_cause(node: &str, claim: &ClaimRecord) -> CauseRecord {
    let base = claim.awarded.unwrap_or_default();
    CauseRecord {
        seq: claim.awarded_seq,
        kind: "subsidy.claim_awarded".to_owned(),
        contract: crate::kernel::id::urn(node, "subsidy_claim", claim.id),
        contract_version: claim.version,
        office: claim.organisation,
        period: claim.event_on.year(),
        number: claim.number.clone(),
        registered_on: claim.event_on,
        counts: true,
        total: base,
        technical: base,
        at: claim.updated_at,
    }
}

/// The causes of each group and period, in change order.
fn corrections(
    conn: &mut Conn,
    now: &Now,
    question: &Question,
    causes: Vec<GroupCause>,
) -> Result<Vec<LineRecord>, Refusal> {
    let known = versions(conn, &question.scheme)?;
    let mut groups: BTreeMap<(String, i32), Vec<CauseRecord>> = BTreeMap::new();
    for (group, cause) in causes {
        groups.entry((group, cause.period)).or_default().push(cause);
    }
    let mut lines = vec![];
    for ((group, period), causes) in groups {
        let whose = Correcting { node: &now.node, cap_group: &group, period };
        lines.extend(correct(conn, &question.scheme, &known, &whose, &causes)?);
    }
    lines.sort_by_key(|line| line.cause.as_ref().map_or(0, |cause| cause.seq));
    Ok(lines)
}
