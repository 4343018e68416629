//! Rule 4: the technical amount is computed, never typed (DOMAIN §2, amounts).

use super::form::Check;
use crate::contract::codes;
use crate::contract::form::{Deduction, Form};
use crate::kernel::money::Fen;
use crate::kernel::text;

/// Ten trillion yuan: above any contract, and far from the edges of an exact JSON number.
pub const MAX_AMOUNT_FEN: i64 = 1_000_000_000_000_000;
pub const MAX_DEDUCTIONS: usize = 100;
const MAX_NOTE_CHARS: usize = 200;
/// Not a kind of deduction, but what people ask for: a reasonable quantity of the contract's own carriers.
const CARRIER: &str = "carrier";

/// total − Σ deductions, when that is between zero and the total.
pub fn technical(total: Fen, deductions: &[Deduction]) -> Option<Fen> {
    let deducted = deducted(deductions)?;
    let technical = total.checked_sub(deducted)?;
    (!technical.is_negative() && !deducted.is_negative()).then_some(technical)
}

fn deducted(deductions: &[Deduction]) -> Option<Fen> {
    Fen::sum(deductions.iter().map(|item| Fen(item.amount_fen)))
}

pub(super) fn check(form: &Form, check: &mut Check<'_>) {
    if form.total_fen < 0 || (check.complete() && form.total_fen == 0) {
        check.errors.add("/total_fen", &codes::AMOUNT_NOT_POSITIVE);
    }
    if form.total_fen > MAX_AMOUNT_FEN {
        check.errors.add("/total_fen", &codes::AMOUNT_TOO_LARGE);
    }
    check.at_most("/deductions", form.deductions.len(), MAX_DEDUCTIONS);
    for (at, item) in form.deductions.iter().enumerate() {
        let pointer = format!("/deductions/{at}");
        if item.kind == CARRIER {
            check.errors.add(format!("{pointer}/kind"), &codes::CARRIER_NOT_DEDUCTIBLE);
        } else {
            check.listed(&format!("{pointer}/kind"), "deduction_kind", &item.kind);
        }
        if item.amount_fen <= 0 {
            check.errors.add(format!("{pointer}/amount_fen"), &codes::AMOUNT_NOT_POSITIVE);
        }
        if item.amount_fen > MAX_AMOUNT_FEN {
            check.errors.add(format!("{pointer}/amount_fen"), &codes::AMOUNT_TOO_LARGE);
        }
        text::optional(&mut check.errors, &format!("{pointer}/note"), &item.note, MAX_NOTE_CHARS);
    }
    if technical(Fen(form.total_fen), &form.deductions).is_none() && form.total_fen >= 0 {
        let deducted = deducted(&form.deductions).map_or_else(|| "?".into(), |sum| sum.0.to_string());
        check.errors.add_with(
            "/deductions",
            &codes::DEDUCTIONS_EXCEED_TOTAL,
            &[("deductions_fen", deducted), ("total_fen", form.total_fen.to_string())],
        );
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::rules::form::tests::{codes_of, complete_form, profile_2021};

    fn item(kind: &str, amount_fen: i64) -> Deduction {
        Deduction { kind: kind.into(), amount_fen, note: String::new() }
    }

    /// DOMAIN §2: technical = total − sum(deductions), to the fen.
    #[test]
    fn domain_2_the_technical_amount_is_the_total_minus_the_deductions() {
        let deductions = [item("equipment", 100_001), item("raw_materials", 9)];
        assert_eq!(technical(Fen(1_000_000), &deductions), Some(Fen(899_990)));
        assert_eq!(technical(Fen(100_010), &deductions), Some(Fen(0)));
        assert_eq!(technical(Fen(100_009), &deductions), None);
        assert_eq!(technical(Fen(0), &[]), Some(Fen(0)));
        assert_eq!(technical(Fen(1), &[item("parts", i64::MAX), item("parts", i64::MAX)]), None);
    }

    /// DOMAIN §2: a reasonable quantity of carriers is not deducted.
    #[test]
    fn domain_2_carriers_are_not_deductible() {
        let mut form = complete_form();
        form.deductions = vec![item("carrier", 100)];
        assert_eq!(codes_of(&form), [("/deductions/0/kind", "contract_carrier_not_deductible")]);
    }

    #[test]
    fn domain_2_deductions_may_not_exceed_the_total_and_are_positive() {
        let mut form = complete_form();
        form.total_fen = 100;
        form.deductions = vec![item("equipment", 101)];
        assert_eq!(codes_of(&form), [("/deductions", "contract_deductions_exceed_total")]);
        form.deductions = vec![item("equipment", 0), item("equipment", -5)];
        assert!(codes_of(&form).contains(&("/deductions/1/amount_fen", "contract_amount_not_positive")));
    }

    /// DOMAIN §2: large from 5 000 000 yuan of *technical* amount.
    #[test]
    fn domain_2_a_contract_is_large_from_five_million_yuan() {
        let profile = profile_2021();
        assert!(!profile.is_large(Fen(499_999_999)));
        assert!(profile.is_large(Fen(500_000_000)));
    }

    proptest! {
        /// DOMAIN §2: 0 ≤ technical ≤ total, whatever is deducted.
        #[test]
        fn domain_2_the_technical_amount_stays_within_the_total(
            total in 0..=MAX_AMOUNT_FEN,
            amounts in proptest::collection::vec(1..=MAX_AMOUNT_FEN, 0..8),
        ) {
            let deductions: Vec<_> = amounts.iter().map(|amount| item("parts", *amount)).collect();
            let sum: i64 = amounts.iter().sum();
            match technical(Fen(total), &deductions) {
                Some(technical) => {
                    prop_assert!(technical >= Fen(0) && technical <= Fen(total));
                    prop_assert_eq!(technical.0 + sum, total);
                }
                None => prop_assert!(sum > total),
            }
        }
    }
}
