//! Computing a batch: E over the office's registered contracts, and what earlier periods still owe.

use super::super::codes::{
    BENEFICIARY_NOT_ENTITLED, BUDGET_YEAR_INVALID, BUDGET_YEAR_OVER, CLAIM_MISSING, EARLIER_BATCH_OPEN,
    FACTS_CHANGED, NOTHING_TO_PAY, PERIOD_IN_FUTURE, SCHEME_NOT_IN_FORCE, SCHEME_NOT_YEARLY,
    SUBSIDY_AMOUNT_TOO_LARGE,
};
use super::super::model::{
    Base, BatchId, BeneficiaryKind, Circle, ClaimState, Fact, LineKind, LineRecord, PayeeRecord, Scheme,
    SheetId, SheetRecord,
};
use super::super::{rules, store};
use super::correct::{Correcting, Counted, correct};
use super::facts::{self, Registered};
use super::scheme::{YEAR_MAX, YEAR_MIN, versions};
use crate::db::Conn;
use crate::kernel::actor::OrganisationKind;
use crate::kernel::codes_common::OUT_OF_RANGE;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::Day;

/// What is to be computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub scheme: String,
    /// None: the claims of all beneficiaries.
    pub beneficiary: Option<OrganisationId>,
    pub period: i32,
    /// None: the period itself, or the present year once that is over.
    pub budget_year: Option<i32>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Plan {
    pub scheme_version: i32,
    /// The versions that counted contracts, the newest first.
    pub schemes: Vec<Scheme>,
    pub budget_year: i32,
    pub beneficiary: Option<PartyRef>,
    pub as_of_seq: i64,
    pub contracts: i32,
    pub corrections: i32,
    pub base: Fen,
    pub total: Fen,
    pub lines: Vec<LineRecord>,
    pub payees: Vec<PayeeRecord>,
    /// Cap groups that were counted together.
    pub circles: Vec<Circle>,
}

impl Plan {
    pub const fn sheet(&self, id: SheetId) -> SheetRecord {
        SheetRecord {
            id,
            as_of_seq: self.as_of_seq,
            contracts: self.contracts,
            corrections: self.corrections,
            base: self.base,
            total: self.total,
        }
    }
}

pub fn too_large() -> Refusal {
    Refusal::new(&SUBSIDY_AMOUNT_TOO_LARGE)
}

/// Where and when something is computed: on one consistent view, in which `as_of_seq` is the last change.
#[derive(Clone, Debug)]
pub struct Now {
    pub node: String,
    pub today: Day,
    pub as_of_seq: i64,
}

/// Computes a batch. `but` is the batch itself when it is prepared again.
pub fn compute(
    conn: &mut Conn,
    now: &Now,
    question: &Question,
    but: Option<BatchId>,
) -> Result<Plan, Refusal> {
    let budget_year = check_years(question, now.today)?;
    let schemes = in_force(versions(conn, &question.scheme)?, question.period);
    let Some(newest) = schemes.first() else {
        let refusal = Refusal::new(&SCHEME_NOT_IN_FORCE);
        return Err(refusal.with("scheme", &question.scheme).with("year", question.period));
    };
    let Some(office) = question.beneficiary else {
        return super::plan_claims::compute(conn, now, question, newest, budget_year, but);
    };
    if !schemes.iter().all(Scheme::is_over_contracts) {
        return Err(Refusal::new(&SCHEME_NOT_YEARLY).with("scheme", &question.scheme));
    }
    let office = facts::beneficiary(conn, &now.node, office)?;
    let entitled = newest.beneficiary == BeneficiaryKind::RegistrationOffice
        && office.kind == OrganisationKind::RegistrationOffice;
    if !entitled {
        return Err(Refusal::new(&BENEFICIARY_NOT_ENTITLED));
    }
    if newest.procedure.claim_required {
        check_claimed(conn, question, &office.party.urn)?;
    }
    check_sequence(conn, question, &office.party.urn, but)?;
    let mut lines = vec![];
    for scheme in &schemes {
        lines.extend(counted(conn, &now.node, question, scheme)?);
    }
    lines.sort_by(|a, b| a.number.cmp(&b.number));
    let counted = lines.len();
    lines.extend(owed(conn, &now.node, question, &office.party.urn)?);
    let payee = PayeeRecord {
        position: 0,
        party: office.party.clone(),
        division: office.division,
        bank: String::new(),
        bank_account: String::new(),
        due: Fen::ZERO,
        back: Fen::ZERO,
    };
    let plan = Plan {
        scheme_version: newest.version,
        schemes: schemes.clone(),
        budget_year,
        beneficiary: Some(office.party),
        as_of_seq: now.as_of_seq,
        contracts: 0,
        corrections: 0,
        base: Fen::ZERO,
        total: Fen::ZERO,
        lines,
        payees: vec![payee],
        circles: vec![],
    };
    finished(plan, counted, question.period)
}

/// Looks again at everything that an office's plan stood on, beside the contracts themselves: a large one is
/// decided some time after it was computed.
pub fn check_holds(
    conn: &mut Conn,
    now: &Now,
    question: &Question,
    plan: &Plan,
    (sheet, but): (SheetId, Option<BatchId>),
) -> Result<(), Refusal> {
    let schemes = in_force(versions(conn, &question.scheme)?, question.period);
    let same_year = check_years(question, now.today)? == plan.budget_year;
    let urn = plan.beneficiary.as_ref().map(|party| party.urn.as_str()).unwrap_or_default();
    if schemes.first().is_some_and(|newest| newest.procedure.claim_required) {
        check_claimed(conn, question, urn)?;
    }
    check_sequence(conn, question, urn, but)?;
    if !same_year || schemes != plan.schemes || store::sheet::overtaken(conn, &question.scheme, sheet)? {
        return Err(Refusal::new(&FACTS_CHANGED).retry_after_seconds(1));
    }
    Ok(())
}

/// Where the scheme asks for a claim, the office has made one for the year and it was accepted.
fn check_claimed(conn: &mut Conn, question: &Question, beneficiary: &str) -> Result<(), Refusal> {
    let key = format!("{}|{beneficiary}", question.period);
    let claim = store::claim::by_key(conn, &question.scheme, &key)?;
    if claim.is_some_and(|claim| claim.state == ClaimState::Awarded) {
        return Ok(());
    }
    Err(Refusal::new(&CLAIM_MISSING).with("year", question.period))
}

/// Numbers the lines, adds them up and says what each payee gets.
pub fn finished(mut plan: Plan, counted: usize, period: i32) -> Result<Plan, Refusal> {
    for (position, line) in (0..).zip(&mut plan.lines) {
        line.position = position;
    }
    let base = Fen::sum(plan.lines[..counted].iter().map(|line| line.base)).ok_or_else(too_large)?;
    let total = Fen::sum(plan.lines.iter().map(|line| line.amount)).ok_or_else(too_large)?;
    let corrections = plan.lines.len() - counted;
    if total.is_zero() && corrections == 0 {
        return Err(Refusal::new(&NOTHING_TO_PAY).with("year", period));
    }
    for (beneficiary, due, back) in rules::balances(&plan.lines)? {
        let payee = plan.payees.iter_mut().find(|payee| payee.party.urn == beneficiary);
        let payee = payee.ok_or_else(|| Refusal::internal("a line without its payee"))?;
        (payee.due, payee.back) = (due, back);
    }
    let count = |n: usize| i32::try_from(n).map_err(Refusal::internal);
    (plan.contracts, plan.corrections) = (count(counted)?, count(corrections)?);
    (plan.base, plan.total) = (base, total);
    Ok(plan)
}

/// Corrections are booked one batch after the other: E after a cause minus what is booked needs to know what
/// is booked.
pub fn check_sequence(
    conn: &mut Conn,
    question: &Question,
    beneficiary: &str,
    but: Option<BatchId>,
) -> Result<(), Refusal> {
    match store::batch::open_with_corrections(conn, &question.scheme, beneficiary, but)? {
        Some(open) => Err(Refusal::new(&EARLIER_BATCH_OPEN).with("batch", open)),
        None => Ok(()),
    }
}

/// The budget year that pays.
fn check_years(question: &Question, today: Day) -> Result<i32, Refusal> {
    let budget_year = question.budget_year.unwrap_or_else(|| question.period.max(today.year()));
    let mut errors = Errors::new();
    let bounds = [("min", YEAR_MIN.to_string()), ("max", YEAR_MAX.to_string())];
    for (pointer, year) in [("/period", question.period), ("/budget_year", budget_year)] {
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            errors.add_with(pointer, &OUT_OF_RANGE, &bounds);
        }
    }
    if question.period > today.year() {
        errors.add_with("/period", &PERIOD_IN_FUTURE, &[("year", question.period.to_string())]);
    }
    if budget_year < question.period {
        errors.add("/budget_year", &BUDGET_YEAR_INVALID);
    }
    errors.check()?;
    if budget_year < today.year() {
        return Err(Refusal::new(&BUDGET_YEAR_OVER).with("year", budget_year));
    }
    Ok(budget_year)
}

fn year_days(year: i32) -> Option<(Day, Day)> {
    Some((Day::new(year, 1, 1)?, Day::new(year, 12, 31)?))
}

/// The versions in force on some day of the year, the newest first.
pub fn in_force(versions: Vec<Scheme>, year: i32) -> Vec<Scheme> {
    let Some((first, last)) = year_days(year) else { return vec![] };
    let touches = |s: &Scheme| s.valid_from <= last && s.valid_to.is_none_or(|end| end >= first);
    versions.into_iter().filter(touches).collect()
}

/// E over the contracts that were registered in the period while this version was in force.
fn counted(
    conn: &mut Conn,
    node: &str,
    question: &Question,
    scheme: &Scheme,
) -> Result<Vec<LineRecord>, Refusal> {
    let (first, last) = year_days(question.period).ok_or_else(|| Refusal::internal("no such year"))?;
    let from = first.max(scheme.valid_from);
    let to = scheme.valid_to.map_or(last, |end| end.min(last));
    let Some(office) = question.beneficiary else { return Ok(vec![]) };
    let urn = facts::urn(node, office);
    let mut contracts = facts::registered_in(conn, node, office, from, to)?;
    contracts.sort_by(|a, b| a.number.cmp(&b.number));
    let base = |c: &Registered| base_of(scheme.base, c.total, c.technical);
    let fact = |c: &Registered| Fact { number: c.number.clone(), beneficiary: urn.clone(), base: base(c) };
    let facts: Vec<Fact> = contracts.iter().map(fact).collect();
    let evaluation = rules::evaluate(scheme, &facts)?;
    let line = |(contract, share): (Registered, super::super::model::Share)| LineRecord {
        position: 0,
        kind: LineKind::Contract,
        period: question.period,
        scheme_version: scheme.version,
        contract: contract.contract,
        contract_version: contract.version,
        number: contract.number,
        registered_on: contract.registered_on,
        beneficiary: urn.clone(),
        cap_group: urn.clone(),
        total: contract.total,
        technical: contract.technical,
        base: share.base,
        amount: share.amount,
        ended: false,
        cause: None,
        shares: vec![],
    };
    Ok(contracts.into_iter().zip(evaluation.lines).map(line).collect())
}

pub const fn base_of(base: Base, total: Fen, technical: Fen) -> Fen {
    match base {
        Base::TotalAmount => total,
        Base::TechnicalAmount | Base::Event | Base::Claim => technical,
    }
}

/// Corrections of earlier, paid periods: one line per cause that no batch has booked yet.
fn owed(
    conn: &mut Conn,
    node: &str,
    question: &Question,
    beneficiary: &str,
) -> Result<Vec<LineRecord>, Refusal> {
    let Some(office) = question.beneficiary else { return Ok(vec![]) };
    let known = versions(conn, &question.scheme)?;
    let mut lines = vec![];
    for batch in store::batch::paid_before(conn, &question.scheme, beneficiary, question.period)? {
        let after = batch.sheet.as_of_seq;
        let causes = store::cause::unbooked(conn, &question.scheme, office, batch.period, after)?;
        if causes.is_empty() {
            continue;
        }
        let own = |cause| Counted { cause, cap_group: beneficiary.to_owned(), version: None };
        let causes: Vec<Counted> = causes.into_iter().map(own).collect();
        let of_period = Correcting { node, cap_groups: &[beneficiary.to_owned()], period: batch.period };
        lines.extend(correct(conn, &question.scheme, &known, &of_period, &causes)?);
    }
    Ok(lines)
}
