//! The tax card of a contract: information for the applicant, by the rules of the day it was signed.

use super::reading;
use crate::contract::model::ContractId;
use crate::db::Snapshot;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::reference;
use crate::reference::model::{Tax, TaxRules};

#[derive(Clone, Debug)]
pub struct TaxCard {
    pub rules: TaxRules,
    pub class: String,
    pub total: Fen,
    pub technical: Fen,
    pub tax: Tax,
}

pub fn tax_card(snapshot: &mut Snapshot, actor: &Actor, id: ContractId) -> Result<TaxCard, Refusal> {
    let record = reading::visible(snapshot, actor, id)?;
    let day = record.form.signed_on.unwrap_or_else(|| snapshot.now().day());
    let rules = reference::service::tax_rules_on(snapshot, day)?;
    let (class, total, technical) = (record.form.class.clone(), record.total(), record.technical);
    let tax = rules.values.card(&class, total, technical);
    let tax = tax.ok_or_else(|| Refusal::internal("the tax of a contract overflows"))?;
    Ok(TaxCard { rules, class, total, technical, tax })
}
