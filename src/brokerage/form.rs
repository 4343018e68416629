//! Terms as they travel and are stored.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::codes::{MANDATE_FEE_PART, MANDATE_PAYER_SHARE};
use super::model::{CommissionBase, Fee, FeeKind, Payer, PayerKind, Terms, Tier};
use crate::kernel::codes_common::REQUIRED;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;

/// A fee. Which entries belong to it depends on the kind.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateFee)]
pub struct FeeForm {
    pub kind: FeeKind,
    /// Rate and tiered: of which amount.
    #[serde(default)]
    pub base: Option<CommissionBase>,
    #[serde(default)]
    pub rate_ppm: Option<Rate>,
    /// Rate: at most this.
    #[serde(default)]
    pub cap_fen: Option<Fen>,
    #[serde(default)]
    pub tiers: Vec<TierForm>,
    /// Fixed: this, whatever the contract's amount.
    #[serde(default)]
    pub amount_fen: Option<Fen>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateTier)]
pub struct TierForm {
    /// None for the last.
    #[serde(default)]
    pub up_to_fen: Option<Fen>,
    pub rate_ppm: Rate,
}

/// Who pays the fee.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandatePayer)]
pub struct PayerForm {
    pub kind: PayerKind,
    /// Shared: the client's share.
    #[serde(default)]
    pub client_ppm: Option<Rate>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MandateTerms)]
pub struct TermsForm {
    pub fee: FeeForm,
    pub payer: PayerForm,
}

impl TermsForm {
    /// The terms, if every entry belongs to its kind and none is missing.
    pub fn read(&self) -> Result<Terms, Refusal> {
        let mut errors = Errors::new();
        let fee = &self.fee;
        let (rate, tiered) = (fee.kind == FeeKind::Rate, fee.kind == FeeKind::Tiered);
        for (pointer, belongs, needed, there) in [
            ("/fee/base", rate || tiered, true, fee.base.is_some()),
            ("/fee/rate_ppm", rate, true, fee.rate_ppm.is_some()),
            ("/fee/cap_fen", rate, false, fee.cap_fen.is_some()),
            ("/fee/tiers", tiered, true, !fee.tiers.is_empty()),
            ("/fee/amount_fen", fee.kind == FeeKind::Fixed, true, fee.amount_fen.is_some()),
        ] {
            if there && !belongs {
                errors.add(pointer, &MANDATE_FEE_PART);
            }
            if belongs && needed && !there {
                errors.add(pointer, &REQUIRED);
            }
        }
        if (self.payer.kind == PayerKind::Shared) != self.payer.client_ppm.is_some() {
            errors.add("/payer/client_ppm", &MANDATE_PAYER_SHARE);
        }
        errors.check()?;
        Ok(Terms { fee: self.fee.build(), payer: self.payer.build() })
    }

    pub fn of(terms: &Terms) -> Self {
        let empty = |kind| FeeForm {
            kind,
            base: None,
            rate_ppm: None,
            cap_fen: None,
            tiers: vec![],
            amount_fen: None,
        };
        let fee = match &terms.fee {
            Fee::Rate { base, rate, cap } => {
                FeeForm { base: Some(*base), rate_ppm: Some(*rate), cap_fen: *cap, ..empty(FeeKind::Rate) }
            }
            Fee::Tiered { base, tiers } => {
                let tier = |tier: &Tier| TierForm { up_to_fen: tier.up_to, rate_ppm: tier.rate };
                let tiers = tiers.iter().map(tier).collect();
                FeeForm { base: Some(*base), tiers, ..empty(FeeKind::Tiered) }
            }
            Fee::Fixed { amount } => FeeForm { amount_fen: Some(*amount), ..empty(FeeKind::Fixed) },
        };
        let payer = match terms.payer {
            Payer::Client => PayerForm { kind: PayerKind::Client, client_ppm: None },
            Payer::Counterparty => PayerForm { kind: PayerKind::Counterparty, client_ppm: None },
            Payer::Shared { client } => PayerForm { kind: PayerKind::Shared, client_ppm: Some(client) },
        };
        Self { fee, payer }
    }
}

impl FeeForm {
    fn build(&self) -> Fee {
        let base = self.base.unwrap_or(CommissionBase::Total);
        match self.kind {
            FeeKind::Rate => Fee::Rate { base, rate: self.rate_ppm.unwrap_or_default(), cap: self.cap_fen },
            FeeKind::Tiered => {
                let tier = |form: &TierForm| Tier { up_to: form.up_to_fen, rate: form.rate_ppm };
                Fee::Tiered { base, tiers: self.tiers.iter().map(tier).collect() }
            }
            FeeKind::Fixed => Fee::Fixed { amount: self.amount_fen.unwrap_or_default() },
        }
    }
}

impl PayerForm {
    fn build(&self) -> Payer {
        match self.kind {
            PayerKind::Client => Payer::Client,
            PayerKind::Counterparty => Payer::Counterparty,
            PayerKind::Shared => Payer::Shared { client: self.client_ppm.unwrap_or_default() },
        }
    }
}
