//! The registration office's yearly subsidy: one batch paid, one approved, one waiting for verification.

use super::{Loader, day};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::subsidy::model::{Decision, StepKind};
use crate::subsidy::service::prepare::{Staged, prepare};
use crate::subsidy::service::{NewAppropriation, StepCommand, Target, appropriate, take};

const SCHEME: &str = "REG-AGENCY";
const YEARLY: Fen = Fen(5_000_000);
/// How far each year's batch has come.
const STEPS: &[(i32, &[StepKind])] = &[
    (2019, &[StepKind::Verify, StepKind::Approve, StepKind::Pay]),
    (2020, &[StepKind::Verify, StepKind::Approve]),
    (2021, &[]),
];

/// The batch over the contracts registered in this year, made in the next.
pub fn batch(loader: &Loader, period: i32) -> Result<(), Refusal> {
    let name = format!("batch-{period}");
    if loader.is_done(&name)? {
        return Ok(());
    }
    let budget_year = period + 1;
    loader.on(day(budget_year, 2, 20));
    // The register of facts behind a batch follows the change log.
    loader.app.settle()?;
    let (preparer, approver) = (loader.actor("preparer")?, loader.actor("approver")?);
    let others: Vec<(StepKind, Actor)> = steps_of(period)
        .iter()
        .map(|step| Ok((*step, loader.actor(login_of(*step))?)))
        .collect::<Result<_, Refusal>>()?;
    let office = loader.actor("registrar")?.person()?.organisation;
    loader.step(&name, move |tx| {
        let new = NewAppropriation {
            year: budget_year,
            scheme: SCHEME.to_owned(),
            amount: YEARLY,
            document: format!("钦科计〔{budget_year}〕示例1号"),
            note: "技术合同登记机构补助（示例）".to_owned(),
        };
        appropriate(tx, &approver, &new)?;
        let target = Target::new(SCHEME.to_owned(), office, period, budget_year);
        let batch = prepare(tx, &preparer, &target, &Staged::Nothing, None)?;
        for (step, actor) in &others {
            let command = StepCommand {
                batch: batch.id,
                step: *step,
                decision: Decision::Agree,
                opinion: "同意".to_owned(),
                expected_version: None,
            };
            take(tx, actor, &command)?;
        }
        Ok(())
    })
}

fn steps_of(period: i32) -> &'static [StepKind] {
    STEPS.iter().find(|(year, _)| *year == period).map_or(&[], |(_, steps)| steps)
}

const fn login_of(step: StepKind) -> &'static str {
    match step {
        StepKind::Pay => "payer",
        StepKind::Verify => "preparer2",
        _ => "approver",
    }
}
