//! Figures of this node and of those below it, side by side (rule 4).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::db::Snapshot;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::project;
use crate::project::model::Indicator;
use crate::replica::model::{Replica, State};
use crate::replica::service as replica;
use crate::statistics;

const REPORT_TYPE: &str = "cn.techmart.statistics_report.v1";
const TARGET_TYPE: &str = "cn.techmart.target.v1";
const ACTUAL_TYPE: &str = "cn.techmart.actual.v1";
/// Records of one type that are looked through: a hundred cities for some years.
const RECORDS_MAX: i64 = 50_000;
const SLICE_RECORDS: i64 = 500;

/// A number with where it comes from and how old it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub value: i64,
    pub source: String,
    /// When its node said so.
    pub as_of: UtcTime,
    /// When it arrived here.
    pub received_at: UtcTime,
}

/// What one node says of itself.
#[derive(Clone, Debug, Default)]
pub struct NodeFigures {
    pub node: String,
    pub contracts: Option<Figure>,
    pub total_fen: Option<Figure>,
    pub technical_fen: Option<Figure>,
    pub target: Option<Figure>,
    pub actual: Option<Figure>,
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `2026-02`, `2026-Q1` or `2026`; the last month that is closed when absent.
    pub period: Option<String>,
    pub indicator: Indicator,
}

/// Every node that reports here, and this one, by their ids; with the period that was looked at.
pub fn figures(
    snapshot: &mut Snapshot,
    actor: &Actor,
    asked: &Asked,
) -> Result<(String, Vec<NodeFigures>), Refusal> {
    actor.permit(Permission::StatisticsRead)?;
    let now = snapshot.now();
    let period = asked.period.clone().unwrap_or_else(|| statistics::service::last_closed_month(now.day()));
    let mut nodes: BTreeMap<String, NodeFigures> = BTreeMap::new();
    own(snapshot, &period, asked.indicator, &mut nodes)?;
    each(snapshot, REPORT_TYPE, |record, public| {
        if public["period"] == period.as_str() {
            let line = line(&mut nodes, &record.origin);
            line.contracts = figure(record, &public["contracts"]);
            line.total_fen = figure(record, &public["total_fen"]);
            line.technical_fen = figure(record, &public["technical_fen"]);
        }
    })?;
    let wanted = |public: &Value| public["indicator"] == asked.indicator.as_str();
    each(snapshot, TARGET_TYPE, |record, public| {
        if wanted(public) {
            let line = line(&mut nodes, &record.origin);
            line.target = sum(line.target.take(), figure(record, &public["target"]));
        }
    })?;
    each(snapshot, ACTUAL_TYPE, |record, public| {
        if wanted(public) {
            let line = line(&mut nodes, &record.origin);
            line.actual = sum(line.actual.take(), figure(record, &public["actual"]));
        }
    })?;
    Ok((period, nodes.into_values().collect()))
}

fn line<'a>(nodes: &'a mut BTreeMap<String, NodeFigures>, node: &str) -> &'a mut NodeFigures {
    let new = || NodeFigures { node: node.to_owned(), ..NodeFigures::default() };
    nodes.entry(node.to_owned()).or_insert_with(new)
}

fn figure(record: &Replica, value: &Value) -> Option<Figure> {
    Some(Figure {
        value: value.as_i64()?,
        source: record.origin.clone(),
        as_of: record.changed_at,
        received_at: record.received_at,
    })
}

/// Of one node's own parts; as old as the oldest of them.
fn sum(before: Option<Figure>, more: Option<Figure>) -> Option<Figure> {
    match (before, more) {
        (Some(before), Some(more)) => Some(Figure {
            value: before.value.saturating_add(more.value),
            as_of: before.as_of.min(more.as_of),
            received_at: before.received_at.min(more.received_at),
            source: before.source,
        }),
        (before, more) => before.or(more),
    }
}

/// This node's own, as it would report them.
fn own(
    snapshot: &mut Snapshot,
    period: &str,
    indicator: Indicator,
    nodes: &mut BTreeMap<String, NodeFigures>,
) -> Result<(), Refusal> {
    let (node, now) = (snapshot.node().to_owned(), snapshot.now());
    let of = |value: i64, as_of: UtcTime| Figure { value, source: node.clone(), as_of, received_at: as_of };
    let report = statistics::service::report_of(snapshot, period)?;
    let targets = project::service::targets(snapshot, Some(indicator))?;
    let line = line(nodes, &node);
    if let Some(report) = report {
        let number = |name: &str| report.document[name].as_i64().map(|value| of(value, report.closed_at));
        line.contracts = number("contracts");
        line.total_fen = number("total_fen");
        line.technical_fen = number("technical_fen");
    }
    if !targets.is_empty() {
        line.target = Some(of(targets.iter().map(|it| it.target.target).sum(), now));
        line.actual = Some(of(targets.iter().map(|it| it.actual).sum(), now));
    }
    Ok(())
}

/// Looks through all living replicas of a type.
fn each(
    snapshot: &mut Snapshot,
    event_type: &str,
    mut look: impl FnMut(&Replica, &Value),
) -> Result<(), Refusal> {
    let types = [event_type];
    let filter =
        replica::Filter { event_types: Some(&types), state: Some(State::Live), ..replica::Filter::default() };
    let mut after = String::new();
    for _ in 0..RECORDS_MAX / SLICE_RECORDS {
        let found = replica::after(snapshot, &filter, &after, SLICE_RECORDS)?;
        let Some(last) = found.last() else { break };
        after.clone_from(&last.subject);
        for record in &found {
            let public = record.public.as_deref().and_then(|text| serde_json::from_str(text).ok());
            if let Some(public) = public {
                look(record, &public);
            }
        }
    }
    Ok(())
}
