//! A scheme's document: how it is stored and how it travels.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{Cap, CapScope, CostShare, DayUnit, Formula, Fund, Once, Procedure, Publicity, Tier};
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;

/// What a scheme version says beside its validity, beneficiary and base.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemeBody {
    pub title_zh: String,
    pub title_en: String,
    /// The clause that it stands on.
    pub source: String,
    pub formula: FormulaForm,
    #[serde(default)]
    pub caps: Vec<CapForm>,
    #[serde(default)]
    pub shares: Vec<ShareForm>,
    pub evidence: Vec<String>,
    #[serde(default)]
    pub procedure: ProcedureForm,
    pub note: String,
}

/// Who bears a share of the cost, in parts per million; all shares make one whole.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareForm {
    pub fund: Fund,
    pub rate_ppm: u32,
}

/// How the scheme is carried out. What is left out has its default.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProcedureForm {
    /// Days for which the draft list is publicised before approval; 0: not at all.
    pub publicity_days: u32,
    pub publicity_unit: DayUnit,
    /// Pay for registered contracts only on the office's claim; otherwise without one (免申即享).
    pub claim_required: bool,
    pub once: Once,
    /// What is not approved this many days after it was prepared is released; none: never.
    pub commitment_days: Option<u32>,
    /// Days in which a clawback is to be paid back.
    pub clawback_days: u32,
}

impl Default for ProcedureForm {
    fn default() -> Self {
        Self::from(&Procedure::default())
    }
}

impl From<&Procedure> for ProcedureForm {
    fn from(it: &Procedure) -> Self {
        Self {
            publicity_days: it.publicity.map_or(0, |publicity| publicity.days),
            publicity_unit: it.publicity.map_or(DayUnit::CalendarDays, |publicity| publicity.unit),
            claim_required: it.claim_required,
            once: it.once,
            commitment_days: it.commitment_days,
            clawback_days: it.clawback_days,
        }
    }
}

impl From<ProcedureForm> for Procedure {
    fn from(form: ProcedureForm) -> Self {
        let publicity = Publicity { days: form.publicity_days, unit: form.publicity_unit };
        Self {
            publicity: (publicity.days > 0).then_some(publicity),
            claim_required: form.claim_required,
            once: form.once,
            commitment_days: form.commitment_days,
            clawback_days: form.clawback_days,
        }
    }
}

impl From<ShareForm> for CostShare {
    fn from(form: ShareForm) -> Self {
        Self { fund: form.fund, rate: Rate(form.rate_ppm) }
    }
}

impl From<CostShare> for ShareForm {
    fn from(share: CostShare) -> Self {
        Self { fund: share.fund, rate_ppm: share.rate.ppm() }
    }
}

/// How an amount follows from the base.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FormulaForm {
    /// A share of the base, in parts per million: 500 is 0.5‰.
    Rate { rate_ppm: u32 },
    /// So much for each event.
    Fixed { amount_fen: Fen },
    /// What a review awards, within the cap.
    Award,
    /// Marginal rates over the year's sum; the last tier has no end.
    Tiers { tiers: Vec<TierForm> },
    /// `first_fen` once the year's sum reaches `from_fen`, `each_fen` for every further `every_fen`.
    Steps { from_fen: Fen, first_fen: Fen, every_fen: Fen, each_fen: Fen },
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TierForm {
    pub up_to_fen: Option<Fen>,
    pub rate_ppm: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CapForm {
    pub amount_fen: Fen,
    pub scope: CapScope,
}

impl From<FormulaForm> for Formula {
    fn from(form: FormulaForm) -> Self {
        match form {
            FormulaForm::Rate { rate_ppm } => Self::Rate(Rate(rate_ppm)),
            FormulaForm::Fixed { amount_fen } => Self::Fixed(amount_fen),
            FormulaForm::Award => Self::Award,
            FormulaForm::Tiers { tiers } => Self::Tiers(
                tiers.into_iter().map(|t| Tier { up_to: t.up_to_fen, rate: Rate(t.rate_ppm) }).collect(),
            ),
            FormulaForm::Steps { from_fen, first_fen, every_fen, each_fen } => {
                Self::Steps { from: from_fen, first: first_fen, every: every_fen, each: each_fen }
            }
        }
    }
}

impl From<&Formula> for FormulaForm {
    fn from(formula: &Formula) -> Self {
        match formula {
            Formula::Rate(rate) => Self::Rate { rate_ppm: rate.ppm() },
            Formula::Fixed(amount) => Self::Fixed { amount_fen: *amount },
            Formula::Award => Self::Award,
            Formula::Tiers(tiers) => Self::Tiers {
                tiers: tiers
                    .iter()
                    .map(|t| TierForm { up_to_fen: t.up_to, rate_ppm: t.rate.ppm() })
                    .collect(),
            },
            Formula::Steps { from, first, every, each } => {
                Self::Steps { from_fen: *from, first_fen: *first, every_fen: *every, each_fen: *each }
            }
        }
    }
}

impl From<CapForm> for Cap {
    fn from(form: CapForm) -> Self {
        Self { amount: form.amount_fen, scope: form.scope }
    }
}

impl From<Cap> for CapForm {
    fn from(cap: Cap) -> Self {
        Self { amount_fen: cap.amount, scope: cap.scope }
    }
}
