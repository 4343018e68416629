//! What supervision counts.

use std::collections::BTreeMap;

use crate::contract::model::{CountedStep, OfficeReport, StepKind};
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;

/// The value that `percent` of the values do not exceed (nearest rank); nothing of nothing.
pub fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Adds the steps of a period up, for each office that had any.
pub fn tally(steps: &[CountedStep]) -> BTreeMap<OrganisationId, OfficeReport> {
    let mut reports: BTreeMap<OrganisationId, OfficeReport> = BTreeMap::new();
    let mut days: BTreeMap<OrganisationId, Vec<i64>> = BTreeMap::new();
    for step in steps {
        let report = reports.entry(step.office).or_insert_with(|| empty(step.office));
        match step.kind {
            StepKind::Submitted => report.submitted += 1,
            StepKind::Accepted => report.accepted += 1,
            StepKind::Withdrawn => report.withdrawn += 1,
            StepKind::CorrectionRequested => report.corrections += 1,
            StepKind::Registered => {
                report.registered += 1;
                report.registered_total = Fen(report.registered_total.0.saturating_add(step.total.0));
                report.registered_technical =
                    Fen(report.registered_technical.0.saturating_add(step.technical.0));
            }
            StepKind::Refused => {
                report.refused += 1;
                for ground in &step.grounds {
                    match report.refusal_grounds.iter_mut().find(|(known, _)| known == ground) {
                        Some((_, count)) => *count += 1,
                        None => report.refusal_grounds.push((ground.clone(), 1)),
                    }
                }
            }
            _ => {}
        }
        if matches!(step.kind, StepKind::Registered | StepKind::Refused) {
            if let Some(accepted) = step.accepted_on {
                days.entry(step.office).or_default().push(step.on.days_since(accepted));
            }
            report.decided_late += i64::from(step.due_on.is_some_and(|due| step.on > due));
        }
    }
    for (office, mut days) in days {
        days.sort_unstable();
        if let Some(report) = reports.get_mut(&office) {
            report.median_days = percentile(&days, 50);
            report.p90_days = percentile(&days, 90);
        }
    }
    reports
}

/// An office with nothing in the period.
pub fn empty(office: OrganisationId) -> OfficeReport {
    OfficeReport {
        office,
        office_name: String::new(),
        submitted: 0,
        accepted: 0,
        registered: 0,
        refused: 0,
        withdrawn: 0,
        corrections: 0,
        registered_total: Fen::ZERO,
        registered_technical: Fen::ZERO,
        median_days: None,
        p90_days: None,
        decided_late: 0,
        open_now: 0,
        overdue_now: 0,
        refusal_grounds: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::rules::form::tests::day;
    use crate::kernel::id::Id;

    fn step(kind: StepKind, on: &str, accepted: &str) -> CountedStep {
        CountedStep {
            office: Id::from_uuid(uuid::Uuid::from_u128(1)),
            kind,
            on: day(on),
            accepted_on: Some(day(accepted)),
            due_on: Some(day(accepted).plus_days(30)),
            grounds: vec![],
            total: Fen(100),
            technical: Fen(80),
        }
    }

    #[test]
    fn the_nearest_rank() {
        assert_eq!(percentile(&[], 50), None);
        assert_eq!(percentile(&[7], 90), Some(7));
        let ten: Vec<i64> = (1..=10).collect();
        assert_eq!((percentile(&ten, 50), percentile(&ten, 90)), (Some(5), Some(9)));
        assert_eq!(percentile(&[1, 2, 3], 50), Some(2));
    }

    /// DOMAIN §2, time limit: overdue cases are listed and counted; issue: volumes, days, refusal reasons.
    #[test]
    fn domain_2_decisions_are_counted_with_their_days_and_grounds() {
        let mut refused = step(StepKind::Refused, "2026-03-20", "2026-03-01");
        refused.grounds = vec!["unclear".into(), "other".into()];
        let mut again = refused.clone();
        again.grounds = vec!["other".into()];
        let steps = [
            step(StepKind::Submitted, "2026-02-28", "2026-03-01"),
            step(StepKind::Accepted, "2026-03-01", "2026-03-01"),
            step(StepKind::CorrectionRequested, "2026-03-02", "2026-03-01"),
            step(StepKind::Registered, "2026-03-03", "2026-03-01"),
            step(StepKind::Registered, "2026-04-10", "2026-03-01"),
            refused,
            again,
        ];
        let reports = tally(&steps);
        let report = reports.values().next().unwrap();
        assert_eq!((report.submitted, report.accepted, report.corrections), (1, 1, 1));
        assert_eq!((report.registered, report.registered_technical, report.refused), (2, Fen(160), 2));
        assert_eq!((report.median_days, report.p90_days, report.decided_late), (Some(19), Some(40), 1));
        assert_eq!(report.refusal_grounds, [("unclear".to_owned(), 1), ("other".to_owned(), 2)]);
    }
}
