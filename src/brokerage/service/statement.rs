//! Statements of a broker's year, and the yearly figures of agencies (rule 8).

use std::collections::{BTreeMap, BTreeSet};

use super::mandates::organisation_of;
use crate::brokerage::model::{Commission, CommissionId, Figures, Outcome};
use crate::brokerage::store;
use crate::db::{Conn, Snapshot};
use crate::identity::service as identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes_common::{NOT_FOUND, OUT_OF_RANGE, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{self, OrganisationId};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;
/// Lines of a statement that is taken away as one file.
const STATEMENT_LINES_MAX: i64 = 100_000;
const CONTRACTS_READ_AT_ONCE: usize = 500;

/// A broker's year.
#[derive(Clone, Debug)]
pub struct Statement {
    pub figures: Figures,
    pub year: i32,
    /// In the order in which they were booked.
    pub lines: Vec<Commission>,
}

fn days(year: i32) -> Result<(Day, Day), Refusal> {
    let mut errors = Errors::new();
    if !YEARS.contains(&year) {
        let range = [("min", YEARS.start().to_string()), ("max", YEARS.end().to_string())];
        errors.add_with("/year", &OUT_OF_RANGE, &range);
    }
    errors.check()?;
    let ends = Day::new(year, 1, 1).zip(Day::new(year, 12, 31));
    ends.ok_or_else(|| Refusal::internal("a year without days"))
}

/// A broker reads its own; governments and auditors everybody's.
fn whose(
    snapshot: &mut Snapshot,
    actor: &Actor,
    broker: Option<OrganisationId>,
) -> Result<(String, String), Refusal> {
    actor.permit(Permission::BrokerRead)?;
    let person = actor.person()?;
    let id = broker.unwrap_or(person.organisation);
    if person.kind == OrganisationKind::Broker && id != person.organisation {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let found = identity::organisation(snapshot, id)?;
    if found.kind != OrganisationKind::Broker {
        return Err(Refusal::new(&NOT_FOUND));
    }
    Ok((snapshot.urn("organisation", id), found.profile.name))
}

pub fn statement(
    snapshot: &mut Snapshot,
    actor: &Actor,
    broker: Option<OrganisationId>,
    year: i32,
    after: Option<CommissionId>,
    limit: i64,
) -> Result<Statement, Refusal> {
    let (urn, name) = whose(snapshot, actor, broker)?;
    let (from, to) = days(year)?;
    let lines = store::between_days(snapshot, Some(&urn), (from, to), after, limit)?;
    let node = snapshot.node().to_owned();
    let all = yearly_figures(snapshot, &node, year)?;
    let figures = all.into_iter().find(|figures| figures.broker == urn);
    let figures = figures.unwrap_or_else(|| Figures { broker: urn, name, ..Figures::default() });
    Ok(Statement { figures, year, lines })
}

/// The whole statement, for a file.
pub fn whole_statement(
    snapshot: &mut Snapshot,
    actor: &Actor,
    broker: Option<OrganisationId>,
    year: i32,
) -> Result<Statement, Refusal> {
    let found = statement(snapshot, actor, broker, year, None, STATEMENT_LINES_MAX + 1)?;
    if i64::try_from(found.lines.len()).unwrap_or(i64::MAX) > STATEMENT_LINES_MAX {
        return Err(Refusal::new(&TOO_MANY).with("max", STATEMENT_LINES_MAX));
    }
    Ok(found)
}

/// The yearly figures of all agencies, for governments and auditors; of its own for a broker.
pub fn figures(snapshot: &mut Snapshot, actor: &Actor, year: i32) -> Result<Vec<Figures>, Refusal> {
    actor.permit(Permission::BrokerRead)?;
    let node = snapshot.node().to_owned();
    let mut all = yearly_figures(snapshot, &node, year)?;
    let person = actor.person()?;
    if person.kind == OrganisationKind::Broker {
        let own = snapshot.urn("organisation", person.organisation);
        all.retain(|figures| figures.broker == own);
    }
    Ok(all)
}

/// For higher rooms: the yearly figures of every agency that has staff or earned something.
pub fn yearly_figures(conn: &mut Conn, node: &str, year: i32) -> Result<Vec<Figures>, Refusal> {
    let (from, to) = days(year)?;
    let deals = store::deals_between(conn, from, to)?;
    let mut contracts: Vec<String> = deals.iter().map(|deal| deal.contract.clone()).collect();
    contracts.sort_unstable();
    contracts.dedup();
    let mut outcomes: BTreeMap<String, Outcome> = BTreeMap::new();
    for slice in contracts.chunks(CONTRACTS_READ_AT_ONCE) {
        outcomes.extend(store::outcomes(conn, slice)?.into_iter().map(|it| (it.contract.clone(), it)));
    }
    let mut table: BTreeMap<String, Figures> = BTreeMap::new();
    for (agency, name, staff) in store::staff(conn)? {
        let broker = id::urn(node, "organisation", agency);
        table.insert(broker.clone(), Figures { broker, name, staff, ..Figures::default() });
    }
    let mut firms: BTreeSet<(String, String)> = BTreeSet::new();
    let mut counted: BTreeSet<(String, String)> = BTreeSet::new();
    for deal in deals {
        let row = table
            .entry(deal.broker.clone())
            .or_insert_with(|| Figures { broker: deal.broker.clone(), ..Figures::default() });
        row.commission = sum(row.commission, deal.amount)?;
        // A deal counts in the year in which it is first earned on, a firm in the year of its first fee for it: a later
        // amendment is money of its own year only. What was taken back whole counts again when it revives.
        if !deal.amount.is_positive() {
            continue;
        }
        if !deal.client_known {
            row.firms += i64::from(firms.insert((deal.broker.clone(), deal.client)));
        }
        // Both sides of a contract may have a mandate: it is one deal.
        if !deal.deal_known && counted.insert((deal.broker, deal.contract.clone())) {
            row.deals += 1;
            if let Some(outcome) = outcomes.get(&deal.contract) {
                row.total = sum(row.total, outcome.total)?;
                row.technical = sum(row.technical, outcome.technical)?;
            }
        }
    }
    for row in table.values_mut().filter(|row| row.name.is_empty()) {
        if let Some(id) = organisation_of(&row.broker) {
            row.name = identity::organisation(conn, id).map(|found| found.profile.name).unwrap_or_default();
        }
    }
    Ok(table.into_values().collect())
}

fn sum(a: Fen, b: Fen) -> Result<Fen, Refusal> {
    a.checked_add(b).ok_or_else(|| Refusal::internal("yearly figures beyond 64 bits"))
}
