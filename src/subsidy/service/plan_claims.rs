//! Computing a batch of claims: E over the awarded claims of each cap group and period, one line per cause
//! where something is booked already.

use std::collections::BTreeMap;

use super::super::codes::BENEFICIARY_REQUIRED;
use super::super::model::{
    BatchId, CauseRecord, ClaimRecord, Fact, LineKind, LineRecord, PayeeRecord, Scheme,
};
use super::super::{rules, store};
use super::circles::{Circles, circles};
use super::correct::{Correcting, Counted, correct};
use super::facts;
use super::plan::{Now, Plan, Question, check_sequence, finished};
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
    let claims = bookable(conn, question, &mut payees)?;
    let mut causes = labelled(conn, now, question, causes)?;
    let corrected: Vec<(i32, String)> =
        causes.iter().map(|it| (it.cause.period, it.cap_group.clone())).collect();
    let circles = circles(conn, &question.scheme, &claims, &corrected)?;
    let (mut lines, further) = first_bookings(conn, now, question, &circles, claims)?;
    causes.extend(further);
    causes.sort_by_key(|it| it.cause.seq);
    let counted = lines.len();
    lines.sort_by(|a, b| a.number.cmp(&b.number));
    lines.extend(corrections(conn, now, question, &circles, causes)?);
    payees_of_shares(conn, question, &lines, &mut payees)?;
    payees.sort_by(|a, b| a.party.urn.cmp(&b.party.urn));
    for (position, payee) in (0..).zip(&mut payees) {
        payee.position = position;
    }
    let plan = Plan {
        scheme_version: newest.version,
        schemes: vec![],
        budget_year,
        beneficiary: None,
        as_of_seq: now.as_of_seq,
        contracts: 0,
        corrections: 0,
        base: Fen::ZERO,
        total: Fen::ZERO,
        lines,
        payees,
        circles: circles.list(),
    };
    finished(plan, counted, question.period)
}

/// The awarded claims that one batch takes in, and their payees.
fn bookable(
    conn: &mut Conn,
    question: &Question,
    payees: &mut Vec<PayeeRecord>,
) -> Result<Vec<ClaimRecord>, Refusal> {
    let mut claims = vec![];
    for claim in store::claim::awaiting(conn, &question.scheme, question.period, PAYEES_MAX)? {
        if !stands(conn, &claim)? {
            continue;
        }
        let known = payees.iter().any(|payee| payee.party.urn == claim.beneficiary.urn);
        if !known && payees.len() >= usize::try_from(PAYEES_MAX).map_err(Refusal::internal)? {
            continue;
        }
        payees.retain(|payee| payee.party.urn != claim.beneficiary.urn);
        payees.push(payee(&claim));
        claims.push(claim);
    }
    Ok(claims)
}

/// Members of a linked group who bear a part of another's correction.
fn payees_of_shares(
    conn: &mut Conn,
    question: &Question,
    lines: &[LineRecord],
    payees: &mut Vec<PayeeRecord>,
) -> Result<(), Refusal> {
    for share in lines.iter().flat_map(|line| &line.shares) {
        if payees.iter().any(|payee| payee.party.urn == share.beneficiary) {
            continue;
        }
        let claim = store::claim::latest_of(conn, &question.scheme, &share.beneficiary)?;
        payees.push(payee(&claim.ok_or_else(|| Refusal::internal("a share without its claim"))?));
    }
    Ok(())
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

/// The causes of booked claims, with whom each was counted.
fn labelled(
    conn: &mut Conn,
    now: &Now,
    question: &Question,
    causes: Vec<CauseRecord>,
) -> Result<Vec<Counted>, Refusal> {
    let mut found = vec![];
    for cause in causes {
        let group = store::sheet::cap_group_of(conn, &question.scheme, &cause.contract)?;
        let cap_group = group.unwrap_or_else(|| facts::urn(&now.node, cause.office));
        found.push(Counted { cause, cap_group, version: None });
    }
    Ok(found)
}

/// E for every circle and period of which nothing is booked; where something is, each further claim is a cause.
fn first_bookings(
    conn: &mut Conn,
    now: &Now,
    question: &Question,
    circles: &Circles,
    claims: Vec<ClaimRecord>,
) -> Result<(Vec<LineRecord>, Vec<Counted>), Refusal> {
    let mut groups: BTreeMap<(Vec<String>, i32, i32), Vec<ClaimRecord>> = BTreeMap::new();
    for claim in claims {
        let period = claim.event_on.year();
        let key = (circles.of(period, &claim.cap_group), period, claim.scheme_version);
        groups.entry(key).or_default().push(claim);
    }
    let (mut lines, mut found) = (vec![], vec![]);
    for ((cap_groups, period, version), claims) in groups {
        let booked = store::sheet::booked(conn, &question.scheme, &cap_groups, period)?;
        if booked.iter().any(|line| line.scheme_version == version) {
            found.extend(claims.iter().map(|claim| as_cause(&now.node, claim)));
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
            lines.push(claim_line(&now.node, claim, period, share.amount));
        }
    }
    Ok((lines, found))
}

fn claim_line(node: &str, claim: &ClaimRecord, period: i32, amount: Fen) -> LineRecord {
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
        cap_group: claim.cap_group.clone(),
        total: base,
        technical: base,
        base,
        amount,
        ended: false,
        cause: None,
        shares: vec![],
    }
}

/// A claim that comes after others of its group and period were booked.
fn as_cause(node: &str, claim: &ClaimRecord) -> Counted {
    let base = claim.awarded.unwrap_or_default();
    let cause = CauseRecord {
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
    };
    Counted { cause, cap_group: claim.cap_group.clone(), version: Some(claim.scheme_version) }
}

/// The causes of each circle and period, in change order.
fn corrections(
    conn: &mut Conn,
    now: &Now,
    question: &Question,
    circles: &Circles,
    causes: Vec<Counted>,
) -> Result<Vec<LineRecord>, Refusal> {
    let known = versions(conn, &question.scheme)?;
    let mut groups: BTreeMap<(Vec<String>, i32), Vec<Counted>> = BTreeMap::new();
    for it in causes {
        let period = it.cause.period;
        groups.entry((circles.of(period, &it.cap_group), period)).or_default().push(it);
    }
    let mut lines = vec![];
    for ((cap_groups, period), causes) in groups {
        let whose = Correcting { node: &now.node, cap_groups: &cap_groups, period };
        lines.extend(correct(conn, &question.scheme, &known, &whose, &causes)?);
    }
    lines.sort_by_key(|line| line.cause.as_ref().map_or(0, |cause| cause.seq));
    Ok(lines)
}
