//! Tax on technical contracts as dated configuration (DOMAIN §3, fees and tax). Information, never a decision.

use serde::{Deserialize, Serialize};

use super::codes::{TAX_NOTE_REQUIRED, TAX_RATE};
use crate::kernel::codes_common::UNKNOWN_VALUE;
use crate::kernel::error::Errors;
use crate::kernel::money::Fen;
use crate::kernel::rate::Rate;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::kernel::vocabulary;

const TITLE_CHARS_MAX: usize = 200;
const NOTE_CHARS_MAX: usize = 1_000;

/// Words in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxWords {
    pub zh: String,
    pub en: String,
}

/// The values of a set of tax rules: one shape at the edge and in the document column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxValues {
    pub title: TaxWords,
    /// Classes whose income is exempt from value-added tax.
    pub vat_exempt_classes: Vec<String>,
    /// Classes exempt when they serve an exempt one and stand on the same invoice.
    pub vat_related_classes: Vec<String>,
    pub vat_condition: TaxWords,
    /// Classes whose yearly income falls under the bands of the enterprise income tax.
    pub income_classes: Vec<String>,
    /// Up to this yearly income: exempt.
    pub income_exempt_up_to_fen: Fen,
    /// The part of what lies above that is taxed, in parts per million.
    pub income_taxed_above_ppm: Rate,
    pub income_condition: TaxWords,
    /// On the amount of the contract, in parts per million.
    pub stamp_duty_ppm: Rate,
    pub stamp_condition: TaxWords,
}

/// A set of tax rules: in force from a day until the next set's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaxRules {
    pub code: String,
    pub version: i64,
    pub effective_from: Day,
    pub confirmed: bool,
    pub values: TaxValues,
}

/// What the rules say of one contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tax {
    pub vat_exempt: bool,
    pub vat_exempt_if_related: bool,
    /// What of the amount would be exempt and what taxed, had the seller no other such income in the year.
    pub income_exempt: Option<Fen>,
    pub income_taxed: Option<Fen>,
    pub stamp_duty: Fen,
}

impl TaxValues {
    /// The card of a contract of this class, by its amounts: income by the technical amount, stamp duty by the total.
    pub fn card(&self, class: &str, total: Fen, technical: Fen) -> Option<Tax> {
        let named = |classes: &[String]| classes.iter().any(|known| known == class);
        let (income_exempt, income_taxed) = if named(&self.income_classes) {
            let exempt = technical.min(self.income_exempt_up_to_fen);
            let above = technical.checked_sub(exempt)?;
            (Some(exempt), Some(self.income_taxed_above_ppm.of(above)?))
        } else {
            (None, None)
        };
        Some(Tax {
            vat_exempt: named(&self.vat_exempt_classes),
            vat_exempt_if_related: named(&self.vat_related_classes),
            income_exempt,
            income_taxed,
            stamp_duty: self.stamp_duty_ppm.of(total)?,
        })
    }

    pub fn check(&self, errors: &mut Errors) {
        for (pointer, words, max) in [
            ("/title", &self.title, TITLE_CHARS_MAX),
            ("/vat_condition", &self.vat_condition, NOTE_CHARS_MAX),
            ("/income_condition", &self.income_condition, NOTE_CHARS_MAX),
            ("/stamp_condition", &self.stamp_condition, NOTE_CHARS_MAX),
        ] {
            for (language, text) in [("zh", &words.zh), ("en", &words.en)] {
                if text.trim().is_empty() {
                    errors.add(format!("{pointer}/{language}"), &TAX_NOTE_REQUIRED);
                }
                text::optional(errors, &format!("{pointer}/{language}"), text, max);
            }
        }
        for (name, classes) in [
            ("vat_exempt_classes", &self.vat_exempt_classes),
            ("vat_related_classes", &self.vat_related_classes),
            ("income_classes", &self.income_classes),
        ] {
            for (at, class) in classes.iter().enumerate() {
                if !vocabulary::has("contract_class", class) {
                    let shown = class.chars().take(40).collect();
                    let params = [("value", shown), ("list", "contract_class".to_owned())];
                    errors.add_with(format!("/{name}/{at}"), &UNKNOWN_VALUE, &params);
                }
            }
        }
        let ppm = [
            ("/income_taxed_above_ppm", self.income_taxed_above_ppm),
            ("/stamp_duty_ppm", self.stamp_duty_ppm),
        ];
        for (pointer, ppm) in ppm {
            if ppm > Rate::ONE {
                errors.add(pointer, &TAX_RATE);
            }
        }
        if self.income_exempt_up_to_fen.is_negative() {
            errors.add("/income_exempt_up_to_fen", &TAX_RATE);
        }
    }
}

/// The rules in force on a day; before the first of all, the first.
pub fn rules_on(all: &[TaxRules], day: Day) -> Option<&TaxRules> {
    let begun = all.iter().filter(|rules| rules.effective_from <= day);
    begun.max_by_key(|rules| rules.effective_from).or_else(|| all.iter().min_by_key(|it| it.effective_from))
}

/// What ships (DOMAIN §3): to be checked by an operator, like every law that a program quotes.
pub fn shipped() -> Option<TaxRules> {
    let words = |zh: &str, en: &str| TaxWords { zh: zh.into(), en: en.into() };
    let classes = |list: &[&str]| list.iter().map(|class| (*class).to_owned()).collect();
    Some(TaxRules {
        code: "2016".into(),
        version: 1,
        effective_from: Day::new(2016, 5, 1)?,
        confirmed: false,
        values: TaxValues {
            title: words("技术合同涉税提示（供参考）", "Tax on technical contracts, for information"),
            vat_exempt_classes: classes(&["development", "transfer", "licence"]),
            vat_related_classes: classes(&["consulting", "service"]),
            vat_condition: words(
                "技术转让、技术开发收入免征增值税；与之相关的技术咨询、技术服务，其价款与技术转让或者技术开发的价款在同一张发票上开具的，一并免征。须持登记证明办理。",
                "Income from transfer and development is exempt; consulting and services related to it are, when invoiced together with it. The registration certificate is needed.",
            ),
            income_classes: classes(&["transfer", "licence"]),
            income_exempt_up_to_fen: Fen(500_000_000),
            income_taxed_above_ppm: Rate(500_000),
            income_condition: words(
                "居民企业一个纳税年度内技术转让所得不超过 500 万元的部分免征企业所得税，超过部分减半征收；按全年合计，本合同仅为其中一部分。",
                "Of a resident enterprise's yearly income from technology transfer the first 5 million yuan are exempt, half of the rest is taxed; the year's total counts, of which this contract is a part.",
            ),
            stamp_duty_ppm: Rate(300),
            stamp_condition: words(
                "技术合同按所载价款、报酬或者使用费的万分之三缴纳印花税，由双方各自缴纳。",
                "Stamp duty of 0.3 per mille of the price, remuneration or fee, paid by each side.",
            ),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> TaxValues {
        shipped().unwrap().values
    }

    /// DOMAIN §3: EIT: the first 5 000 000 yuan of yearly transfer income exempt, half above; stamp duty 0.3‰.
    #[test]
    fn domain_3_income_tax_band_and_stamp_duty() {
        let card = |class: &str, total: i64, technical: i64| {
            values().card(class, Fen(total), Fen(technical)).unwrap()
        };
        let small = card("transfer", 500_000_000, 500_000_000);
        assert_eq!((small.income_exempt, small.income_taxed), (Some(Fen(500_000_000)), Some(Fen(0))));
        let large = card("licence", 900_000_000, 800_000_001);
        assert_eq!(
            (large.income_exempt, large.income_taxed),
            (Some(Fen(500_000_000)), Some(Fen(150_000_001)))
        );
        assert_eq!(large.stamp_duty, Fen(270_000));
        let service = card("service", 100_000, 100_000);
        assert_eq!((service.income_exempt, service.stamp_duty), (None, Fen(30)));
    }

    /// DOMAIN §3: VAT exemption of transfer and development, and of related services on the same invoice.
    #[test]
    fn domain_3_vat_exemption_by_class() {
        let card = |class: &str| values().card(class, Fen(1), Fen(1)).unwrap();
        for class in ["development", "transfer", "licence"] {
            assert!(card(class).vat_exempt && !card(class).vat_exempt_if_related, "{class}");
        }
        for class in ["consulting", "service"] {
            assert!(!card(class).vat_exempt && card(class).vat_exempt_if_related, "{class}");
        }
    }

    #[test]
    fn rules_are_those_of_the_day_and_are_checked() {
        let first = shipped().unwrap();
        let next =
            TaxRules { code: "2027".into(), effective_from: Day::new(2027, 1, 1).unwrap(), ..first.clone() };
        let all = [first.clone(), next];
        let on = |day: &str| rules_on(&all, day.parse().unwrap()).unwrap().code.clone();
        assert_eq!(
            (on("2010-01-01"), on("2026-12-31"), on("2027-01-01")),
            ("2016".into(), "2016".into(), "2027".into())
        );
        let mut errors = Errors::new();
        first.values.check(&mut errors);
        assert!(errors.is_empty());
        let mut wrong = first.values;
        wrong.stamp_duty_ppm = Rate(1_000_001);
        wrong.income_classes = vec!["sale".into()];
        wrong.title.en.clear();
        wrong.check(&mut errors);
        let found: Vec<_> = errors.list().iter().map(|it| (it.pointer.as_str(), it.code.id)).collect();
        let expected = [
            ("/title/en", "tax_note_required"),
            ("/income_classes/0", "unknown_value"),
            ("/stamp_duty_ppm", "tax_rate"),
        ];
        assert_eq!(found, expected);
    }
}
