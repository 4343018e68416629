//! The application form as it is written: JSON at the edge and in the document column, one shape for both.
//!
//! A draft may be incomplete, so everything has a default. Entries of code lists are text here: that way a
//! wrong one is told together with everything else that is wrong, with its pointer (`rules::form`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::party::PartyRef;
use crate::kernel::time::Day;

/// The national form's fields (DOMAIN §2, form fields).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ContractForm)]
pub struct Form {
    /// Title of the project.
    #[schema(max_length = 200)]
    pub title: String,
    /// Vocabulary `contract_class`.
    pub class: String,
    /// Vocabulary `contract_sub_type`.
    pub sub_type: String,
    /// Vocabulary `technical_field`.
    pub technical_field: String,
    /// Vocabulary `socio_economic_objective` (GB/T 24450 top level, 01 to 13).
    pub objective: String,
    /// Vocabulary `industry_class` (GB/T 4754 two-digit class, such as 26); its section follows.
    pub industry: String,
    /// Vocabulary `plan_source`.
    pub plan_source: String,
    /// What the contract is about, in the applicant's words.
    #[schema(max_length = 2000)]
    pub summary: String,
    pub signed_on: Option<Day>,
    pub start_on: Option<Day>,
    pub end_on: Option<Day>,
    /// The contract is in writing, on paper or electronically.
    pub written: bool,
    pub related_party: Option<bool>,
    /// Technology import: the domestic buyer applies.
    pub import: bool,
    pub seller: Side,
    pub buyer: Side,
    pub total_fen: i64,
    /// The price is not fixed yet and the total an estimate; corrected before any benefit is paid.
    pub estimated: bool,
    pub deductions: Vec<Deduction>,
    pub payment: Payment,
    pub ip: Vec<IpAsset>,
    pub licence: Option<LicenceTerms>,
    /// Development: what is new.
    #[schema(max_length = 2000)]
    pub novelty: String,
    /// Transfer: the ownership clause.
    #[schema(max_length = 2000)]
    pub ownership: String,
    /// Registration number of the main contract: training must have one, intermediation may.
    pub parent_number: String,
    /// Who brokered the deal, if somebody did.
    pub broker: Option<PartyRef>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ContractSide)]
pub struct Side {
    pub name: String,
    pub credit_code: String,
    /// Vocabulary `unit_kind`.
    pub kind: String,
    /// GB/T 2260, or the local code of a functional zone.
    pub division: String,
    /// Of a unit abroad.
    pub country: String,
    pub address: String,
    pub representative: String,
    pub contact: String,
    pub phone: String,
    pub transfer_agency: bool,
    pub research_body: bool,
    pub converted_institute: bool,
    pub in_high_tech_zone: bool,
    pub listed: bool,
    /// Vocabulary `enterprise_size`.
    pub size: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ContractDeduction)]
pub struct Deduction {
    /// Vocabulary `deduction_kind`.
    pub kind: String,
    pub amount_fen: i64,
    pub note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ContractPayment)]
pub struct Payment {
    /// Vocabulary `payment_mode`.
    pub mode: String,
    pub instalments: Vec<Instalment>,
    pub royalty: Option<Royalty>,
    pub entry_fee_fen: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractInstalment)]
pub struct Instalment {
    pub due_on: Day,
    pub amount_fen: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractRoyalty)]
pub struct Royalty {
    /// Vocabulary `royalty_base`.
    pub base: String,
    /// Parts per million.
    pub rate_ppm: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ContractIp)]
pub struct IpAsset {
    /// Vocabulary `ip_involved`.
    pub kind: String,
    pub title: String,
    /// Application number of a patent, registration number of another right.
    pub number: String,
    pub granted_number: String,
    pub applicant: String,
    pub owner: String,
    pub filed_on: Option<Day>,
    pub expires_on: Option<Day>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = ContractLicence)]
pub struct LicenceTerms {
    /// Vocabulary `licence_exclusivity`; ordinary unless stated.
    pub exclusivity: String,
    /// The contract's end unless stated.
    pub ends_on: Option<Day>,
}

impl Side {
    /// The party, without its address on the network: nobody claims that by typing it.
    pub fn party(&self) -> PartyRef {
        let name = self.name.trim().to_owned();
        PartyRef { urn: String::new(), name, credit_code: self.credit_code.trim().to_uppercase() }
    }
}
