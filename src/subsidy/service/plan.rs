//! Computing a batch: E over the office's registered contracts, and what earlier periods still owe.

use std::collections::BTreeMap;

use super::super::codes::{
    BATCH_NET_NEGATIVE, BENEFICIARY_NOT_ENTITLED, BUDGET_YEAR_INVALID, NOTHING_TO_PAY, PERIOD_IN_FUTURE,
    SCHEME_NOT_IN_FORCE, SCHEME_NOT_YEARLY, SUBSIDY_AMOUNT_TOO_LARGE,
};
use super::super::model::{
    Base, BatchRecord, BeneficiaryKind, Cause, CauseRecord, Fact, LineCause, LineKind, LineRecord, Scheme,
    SheetId, SheetRecord,
};
use super::super::{rules, store};
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
    pub beneficiary: OrganisationId,
    pub period: i32,
    pub budget_year: i32,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Plan {
    pub scheme_version: i32,
    pub beneficiary: PartyRef,
    pub as_of_seq: i64,
    pub contracts: i32,
    pub corrections: i32,
    pub base: Fen,
    pub total: Fen,
    pub lines: Vec<LineRecord>,
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

/// Computes a batch on one consistent view of the database, in which `as_of_seq` is the last change.
pub fn compute(
    conn: &mut Conn,
    node: &str,
    today: Day,
    as_of_seq: i64,
    question: &Question,
) -> Result<Plan, Refusal> {
    check_years(question, today)?;
    let schemes = in_force(versions(conn, &question.scheme)?, question.period);
    let Some(newest) = schemes.first() else {
        let refusal = Refusal::new(&SCHEME_NOT_IN_FORCE);
        return Err(refusal.with("scheme", &question.scheme).with("year", question.period));
    };
    let scheme_version = newest.version;
    let over_contracts = |s: &Scheme| matches!(s.base, Base::TechnicalAmount | Base::TotalAmount);
    if !schemes.iter().all(over_contracts) {
        return Err(Refusal::new(&SCHEME_NOT_YEARLY).with("scheme", &question.scheme));
    }
    let office = facts::beneficiary(conn, node, question.beneficiary)?;
    let entitled = newest.beneficiary == BeneficiaryKind::RegistrationOffice
        && office.kind == OrganisationKind::RegistrationOffice;
    if !entitled {
        return Err(Refusal::new(&BENEFICIARY_NOT_ENTITLED));
    }
    let mut lines = vec![];
    for scheme in &schemes {
        lines.extend(counted(conn, node, question, scheme)?);
    }
    lines.sort_by(|a, b| a.number.cmp(&b.number));
    let contracts = lines.len();
    lines.extend(owed(conn, question, &office.party.urn)?);
    let corrections = lines.len() - contracts;
    for (position, line) in (0..).zip(&mut lines) {
        line.position = position;
    }
    let base = Fen::sum(lines[..contracts].iter().map(|line| line.base)).ok_or_else(too_large)?;
    let total = Fen::sum(lines.iter().map(|line| line.amount)).ok_or_else(too_large)?;
    if total.is_negative() {
        return Err(Refusal::new(&BATCH_NET_NEGATIVE).with("total", total.yuan()));
    }
    if total.is_zero() {
        return Err(Refusal::new(&NOTHING_TO_PAY).with("year", question.period));
    }
    let count = |n: usize| i32::try_from(n).map_err(Refusal::internal);
    let (contracts, corrections) = (count(contracts)?, count(corrections)?);
    let beneficiary = office.party;
    Ok(Plan { scheme_version, beneficiary, as_of_seq, contracts, corrections, base, total, lines })
}

fn check_years(question: &Question, today: Day) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    let bounds = [("min", YEAR_MIN.to_string()), ("max", YEAR_MAX.to_string())];
    for (pointer, year) in [("/period", question.period), ("/budget_year", question.budget_year)] {
        if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
            errors.add_with(pointer, &OUT_OF_RANGE, &bounds);
        }
    }
    if question.period > today.year() {
        errors.add_with("/period", &PERIOD_IN_FUTURE, &[("year", question.period.to_string())]);
    }
    if question.budget_year < question.period {
        errors.add("/budget_year", &BUDGET_YEAR_INVALID);
    }
    errors.check()
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
    let mut contracts = facts::registered_in(conn, node, question.beneficiary, from, to)?;
    contracts.sort_by(|a, b| a.number.cmp(&b.number));
    let base = |c: &Registered| base_of(scheme.base, c.total, c.technical);
    let facts: Vec<Fact> =
        contracts.iter().map(|c| Fact { number: c.number.clone(), base: base(c) }).collect();
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
        total: contract.total,
        technical: contract.technical,
        base: share.base,
        amount: share.amount,
        cause: None,
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
fn owed(conn: &mut Conn, question: &Question, beneficiary: &str) -> Result<Vec<LineRecord>, Refusal> {
    let mut lines = vec![];
    for batch in store::batch::paid_before(conn, &question.scheme, beneficiary, question.period)? {
        let after = batch.sheet.as_of_seq;
        let causes =
            store::cause::unbooked(conn, &question.scheme, question.beneficiary, batch.period, after)?;
        if !causes.is_empty() {
            lines.extend(correct(conn, &batch, causes)?);
        }
    }
    Ok(lines)
}

/// The causes of one period, by the scheme version that counted their contracts, each in change order.
fn correct(
    conn: &mut Conn,
    batch: &BatchRecord,
    causes: Vec<CauseRecord>,
) -> Result<Vec<LineRecord>, Refusal> {
    let booked = store::sheet::booked(conn, &batch.scheme, &batch.beneficiary.urn, batch.period)?;
    let schemes = in_force(versions(conn, &batch.scheme)?, batch.period);
    let mut lines = vec![];
    for scheme in &schemes {
        let of_version = |day: Day| scheme.valid_from <= day && scheme.valid_to.is_none_or(|end| day <= end);
        let mine: Vec<&CauseRecord> = causes.iter().filter(|c| of_version(c.registered_on)).collect();
        let mut facts: BTreeMap<&str, Fen> = BTreeMap::new();
        let mut so_far = Fen::ZERO;
        for line in booked.iter().filter(|line| line.scheme_version == scheme.version) {
            facts.insert(&line.number, line.base);
            so_far = so_far.checked_add(line.amount).ok_or_else(too_large)?;
        }
        let facts: Vec<Fact> =
            facts.into_iter().map(|(number, base)| Fact { number: number.to_owned(), base }).collect();
        let steps: Vec<Cause> = mine.iter().map(|c| cause_of(scheme, c)).collect();
        let amounts = rules::corrections(scheme, &facts, so_far, &steps)?;
        for ((cause, step), amount) in mine.into_iter().zip(steps).zip(amounts) {
            lines.push(correction_line(
                batch.period,
                scheme.version,
                cause,
                step.base.unwrap_or_default(),
                amount,
            ));
        }
    }
    lines.sort_by_key(|line| line.cause.as_ref().map_or(0, |cause| cause.seq));
    Ok(lines)
}

fn cause_of(scheme: &Scheme, cause: &CauseRecord) -> Cause {
    let base = cause.counts.then(|| base_of(scheme.base, cause.total, cause.technical));
    Cause { seq: cause.seq, number: cause.number.clone(), base }
}

fn correction_line(
    period: i32,
    scheme_version: i32,
    cause: &CauseRecord,
    base: Fen,
    amount: Fen,
) -> LineRecord {
    LineRecord {
        position: 0,
        kind: LineKind::Correction,
        period,
        scheme_version,
        contract: cause.contract.clone(),
        contract_version: cause.contract_version,
        number: cause.number.clone(),
        registered_on: cause.registered_on,
        total: cause.total,
        technical: cause.technical,
        base,
        amount,
        cause: Some(LineCause { seq: cause.seq, kind: cause.kind.clone() }),
    }
}
