//! A plan and a rule as they travel and are stored.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::REWARD_FORM_PART;
use super::model::{Content, Contributor, ContributorRole, Cost, CostKind, Receipt, RewardForm, Rule};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;
use crate::kernel::time::Day;

/// What a plan distributes. Which entries belong to it depends on the form.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardContent)]
pub struct ContentForm {
    pub form: RewardForm,
    /// Cash: what the institute received under the contract.
    #[serde(default)]
    pub receipts: Vec<ReceiptForm>,
    /// Cash: what the net income formula deducts.
    #[serde(default)]
    pub costs: Vec<CostForm>,
    /// Cash: the whole reward.
    #[serde(default)]
    pub reward_fen: Option<Fen>,
    /// Equity: the company, the shares that the achievement was contributed for, and those given as reward.
    #[serde(default)]
    pub company: Option<String>,
    #[serde(default)]
    pub shares: Option<i64>,
    #[serde(default)]
    pub reward_shares: Option<i64>,
    /// Own use: the part of the yearly operating profit, the first year and the number of years.
    #[serde(default)]
    pub rate_ppm: Option<Rate>,
    #[serde(default)]
    pub first_year: Option<i32>,
    #[serde(default)]
    pub years: Option<i32>,
    pub contributors: Vec<ContributorForm>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardReceipt)]
pub struct ReceiptForm {
    pub on: Day,
    pub amount_fen: Fen,
    /// The voucher's number: the same income is distributed once.
    pub voucher: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardCost)]
pub struct CostForm {
    pub kind: CostKind,
    pub amount_fen: Fen,
    #[serde(default)]
    pub note: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardContributor)]
pub struct ContributorForm {
    pub rank: i32,
    pub name: String,
    #[serde(default)]
    pub unit: String,
    pub role: ContributorRole,
    /// Of the whole reward; all together 1 000 000.
    pub share_ppm: Rate,
}

impl ContentForm {
    /// The content, if every entry belongs to the form and none is missing.
    pub fn read(&self) -> Result<(Content, Vec<Contributor>), Refusal> {
        let mut errors = Errors::new();
        let cash = self.form == RewardForm::Cash;
        let equity = self.form == RewardForm::Equity;
        let own_use = self.form == RewardForm::OwnUse;
        for (pointer, belongs, there) in [
            ("/receipts", cash, !self.receipts.is_empty()),
            ("/reward_fen", cash, self.reward_fen.is_some()),
            ("/company", equity, self.company.is_some()),
            ("/shares", equity, self.shares.is_some()),
            ("/reward_shares", equity, self.reward_shares.is_some()),
            ("/rate_ppm", own_use, self.rate_ppm.is_some()),
            ("/first_year", own_use, self.first_year.is_some()),
            ("/years", own_use, self.years.is_some()),
        ] {
            if belongs != there {
                errors.add(pointer, &REWARD_FORM_PART);
            }
        }
        if !cash && !self.costs.is_empty() {
            errors.add("/costs", &REWARD_FORM_PART);
        }
        errors.check()?;
        Ok((self.content(), self.contributors.iter().map(Contributor::from).collect()))
    }

    fn content(&self) -> Content {
        match self.form {
            RewardForm::Cash => Content::Cash {
                receipts: self.receipts.iter().map(Receipt::from).collect(),
                costs: self.costs.iter().map(Cost::from).collect(),
                reward: self.reward_fen.unwrap_or_default(),
            },
            RewardForm::Equity => Content::Equity {
                company: self.company.as_deref().unwrap_or_default().trim().to_owned(),
                shares: self.shares.unwrap_or_default(),
                reward_shares: self.reward_shares.unwrap_or_default(),
            },
            RewardForm::OwnUse => Content::OwnUse {
                rate: self.rate_ppm.unwrap_or_default(),
                first_year: self.first_year.unwrap_or_default(),
                years: self.years.unwrap_or_default(),
            },
        }
    }

    pub fn of(content: &Content, contributors: &[Contributor]) -> Self {
        let mut form = Self {
            form: content.form(),
            receipts: vec![],
            costs: vec![],
            reward_fen: None,
            company: None,
            shares: None,
            reward_shares: None,
            rate_ppm: None,
            first_year: None,
            years: None,
            contributors: contributors.iter().map(ContributorForm::from).collect(),
        };
        match content {
            Content::Cash { receipts, costs, reward } => {
                form.receipts = receipts.iter().map(ReceiptForm::from).collect();
                form.costs = costs.iter().map(CostForm::from).collect();
                form.reward_fen = Some(*reward);
            }
            Content::Equity { company, shares, reward_shares } => {
                form.company = Some(company.clone());
                (form.shares, form.reward_shares) = (Some(*shares), Some(*reward_shares));
            }
            Content::OwnUse { rate, first_year, years } => {
                (form.rate_ppm, form.first_year, form.years) = (Some(*rate), Some(*first_year), Some(*years));
            }
        }
        form
    }
}

impl From<&ReceiptForm> for Receipt {
    fn from(form: &ReceiptForm) -> Self {
        Self { on: form.on, amount: form.amount_fen, voucher: form.voucher.trim().to_owned() }
    }
}

impl From<&Receipt> for ReceiptForm {
    fn from(receipt: &Receipt) -> Self {
        Self { on: receipt.on, amount_fen: receipt.amount, voucher: receipt.voucher.clone() }
    }
}

impl From<&CostForm> for Cost {
    fn from(form: &CostForm) -> Self {
        Self { kind: form.kind, amount: form.amount_fen, note: form.note.trim().to_owned() }
    }
}

impl From<&Cost> for CostForm {
    fn from(cost: &Cost) -> Self {
        Self { kind: cost.kind, amount_fen: cost.amount, note: cost.note.clone() }
    }
}

impl From<&ContributorForm> for Contributor {
    fn from(form: &ContributorForm) -> Self {
        Self {
            rank: form.rank,
            name: form.name.trim().to_owned(),
            unit: form.unit.trim().to_owned(),
            role: form.role,
            share: form.share_ppm,
        }
    }
}

impl From<&Contributor> for ContributorForm {
    fn from(it: &Contributor) -> Self {
        Self {
            rank: it.rank,
            name: it.name.clone(),
            unit: it.unit.clone(),
            role: it.role,
            share_ppm: it.share,
        }
    }
}

/// A dated rule of distribution.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RewardRuleForm)]
pub struct RuleForm {
    /// Where it stands written.
    pub source: String,
    /// Of net income or shares, by law (art. 45).
    pub law_floor_ppm: Rate,
    /// The same for units under the city's plan.
    pub plan_floor_ppm: Rate,
    /// First digits of the divisions that the plan covers.
    pub plan_divisions: String,
    /// Of the whole reward, for main contributors.
    pub main_floor_ppm: Rate,
    /// Of the yearly operating profit.
    pub profit_floor_ppm: Rate,
    pub profit_years_min: i32,
    pub profit_years_max: i32,
    /// Kinds of cost that the net income formula deducts.
    pub deducts: Vec<CostKind>,
}

impl RuleForm {
    pub fn of(rule: &Rule) -> Self {
        Self {
            source: rule.source.clone(),
            law_floor_ppm: rule.law_floor,
            plan_floor_ppm: rule.plan_floor,
            plan_divisions: rule.plan_divisions.clone(),
            main_floor_ppm: rule.main_floor,
            profit_floor_ppm: rule.profit_floor,
            profit_years_min: rule.profit_years_min,
            profit_years_max: rule.profit_years_max,
            deducts: rule.deducts.clone(),
        }
    }

    pub fn read(&self, version: i64, valid_from: Day) -> Rule {
        Rule {
            version,
            valid_from,
            source: self.source.trim().to_owned(),
            law_floor: self.law_floor_ppm,
            plan_floor: self.plan_floor_ppm,
            plan_divisions: self.plan_divisions.trim().to_owned(),
            main_floor: self.main_floor_ppm,
            profit_floor: self.profit_floor_ppm,
            profit_years_min: self.profit_years_min,
            profit_years_max: self.profit_years_max,
            deducts: self.deducts.clone(),
        }
    }
}
