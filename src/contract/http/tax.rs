//! The tax card.

use actix_web::get;
use actix_web::web::Path;
use serde::Serialize;
use utoipa::ToSchema;

use crate::contract::model::ContractId;
use crate::contract::service::{self, TaxCard};
use crate::http::{Answer, Edge, Reply};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::rate::Rate;
use crate::kernel::time::Day;
use crate::reference::model::TaxWords;

/// Said on every card.
const NOTICE_ZH: &str = "以下内容仅供参考，不构成税务意见；以税务机关的认定为准。";
const NOTICE_EN: &str = "Information only, no tax advice; the tax authority decides.";

#[derive(Serialize, ToSchema)]
#[schema(as = ContractTaxCard)]
struct CardView {
    notice: TaxWords,
    title: TaxWords,
    /// The set of rules, in force when the contract was signed.
    rules: String,
    effective_from: Day,
    /// False: no operator has vouched for the rules.
    confirmed: bool,
    class: String,
    total_fen: Fen,
    technical_fen: Fen,
    vat: VatView,
    income_tax: IncomeTaxView,
    stamp_duty: StampView,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractTaxVat)]
struct VatView {
    exempt: bool,
    /// Exempt together with an exempt contract on the same invoice.
    exempt_if_related: bool,
    condition: TaxWords,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractTaxIncome)]
struct IncomeTaxView {
    /// Whether the bands apply to this class of contract.
    applies: bool,
    exempt_up_to_fen: Fen,
    /// Of this contract's technical amount, had the seller no other such income in the year.
    exempt_fen: Option<Fen>,
    taxed_fen: Option<Fen>,
    condition: TaxWords,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractTaxStamp)]
struct StampView {
    rate_ppm: Rate,
    amount_fen: Fen,
    condition: TaxWords,
}

impl From<TaxCard> for CardView {
    fn from(card: TaxCard) -> Self {
        let (tax, values) = (card.tax, card.rules.values);
        Self {
            notice: TaxWords { zh: NOTICE_ZH.into(), en: NOTICE_EN.into() },
            title: values.title,
            rules: card.rules.code,
            effective_from: card.rules.effective_from,
            confirmed: card.rules.confirmed,
            class: card.class,
            total_fen: card.total,
            technical_fen: card.technical,
            vat: VatView {
                exempt: tax.vat_exempt,
                exempt_if_related: tax.vat_exempt_if_related,
                condition: values.vat_condition,
            },
            income_tax: IncomeTaxView {
                applies: tax.income_exempt.is_some(),
                exempt_up_to_fen: values.income_exempt_up_to_fen,
                exempt_fen: tax.income_exempt,
                taxed_fen: tax.income_taxed,
                condition: values.income_condition,
            },
            stamp_duty: StampView {
                rate_ppm: values.stamp_duty_ppm,
                amount_fen: tax.stamp_duty,
                condition: values.stamp_condition,
            },
        }
    }
}

/// What tax the contract may meet: information for its parties, labelled as such.
#[utoipa::path(
    tag = "contract", operation_id = "contract_tax_card",
    responses((status = 200, body = CardView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/tax-card")]
pub async fn tax_card(edge: Edge, id: Path<ContractId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        Reply::ok(&CardView::from(service::tax_card(snapshot, actor, *id)?))
    })
    .await
}
