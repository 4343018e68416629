//! Rule 5: payment as Civil Code art. 846 knows it (Contract Law art. 325 before 2021).

use super::amounts::MAX_AMOUNT_FEN;
use super::form::Check;
use crate::contract::codes;
use crate::contract::form::{Form, Instalment, Payment};
use crate::contract::model::PaymentMode;
use crate::kernel::codes_common::OUT_OF_RANGE;
use crate::kernel::money::Fen;

pub const MAX_INSTALMENTS: usize = 120;
const WHOLE_PPM: i64 = 1_000_000;

pub(super) fn check(form: &Form, check: &mut Check<'_>) {
    let payment = &form.payment;
    let mode = check.word("/payment/mode", "payment_mode", &payment.mode, PaymentMode::parse);
    check.at_most("/payment/instalments", payment.instalments.len(), MAX_INSTALMENTS);
    match mode {
        Some(PaymentMode::Instalments) => instalments(form, check),
        Some(_) if !payment.instalments.is_empty() => {
            check.errors.add("/payment/instalments", &codes::NOT_APPLICABLE);
        }
        _ => {}
    }
    let royalty = matches!(mode, Some(PaymentMode::Royalty | PaymentMode::RoyaltyWithEntryFee));
    royalties(payment, royalty, check);
    match (mode, payment.entry_fee_fen) {
        (Some(PaymentMode::RoyaltyWithEntryFee), fee) => {
            let fits = fee.is_some_and(|fee| fee > 0 && fee <= form.total_fen);
            if !fits && (fee.is_some() || check.complete()) {
                check.errors.add("/payment/entry_fee_fen", &codes::ENTRY_FEE_INVALID);
            }
        }
        (_, Some(_)) => check.errors.add("/payment/entry_fee_fen", &codes::NOT_APPLICABLE),
        _ => {}
    }
}

/// A schedule in order of time that adds up to the total.
fn instalments(form: &Form, check: &mut Check<'_>) {
    let list = &form.payment.instalments;
    if list.is_empty() {
        if check.complete() {
            check.errors.add("/payment/instalments", &codes::INSTALMENTS_REQUIRED);
        }
        return;
    }
    for (at, item) in list.iter().enumerate() {
        if !(1..=MAX_AMOUNT_FEN).contains(&item.amount_fen) {
            check.errors.add(format!("/payment/instalments/{at}/amount_fen"), &codes::AMOUNT_NOT_POSITIVE);
        }
    }
    if !list.is_sorted_by_key(|item| item.due_on) {
        check.errors.add("/payment/instalments", &codes::INSTALMENTS_OUT_OF_ORDER);
    }
    if sum(list) != Some(Fen(form.total_fen)) {
        let sum = sum(list).map_or_else(|| "?".into(), |sum| sum.0.to_string());
        check.errors.add_with(
            "/payment/instalments",
            &codes::INSTALMENTS_DO_NOT_ADD_UP,
            &[("sum_fen", sum), ("total_fen", form.total_fen.to_string())],
        );
    }
}

fn sum(list: &[Instalment]) -> Option<Fen> {
    Fen::sum(list.iter().map(|item| Fen(item.amount_fen)))
}

fn royalties(payment: &Payment, wanted: bool, check: &mut Check<'_>) {
    match (&payment.royalty, wanted) {
        (Some(_), false) if !payment.mode.is_empty() => {
            check.errors.add("/payment/royalty", &codes::NOT_APPLICABLE);
        }
        (None, true) if check.complete() => {
            check.errors.add("/payment/royalty", &codes::ROYALTY_REQUIRED);
        }
        (Some(royalty), _) => {
            check.listed("/payment/royalty/base", "royalty_base", &royalty.base);
            if !(1..=WHOLE_PPM).contains(&royalty.rate_ppm) {
                let bounds = [("min", "1".to_owned()), ("max", WHOLE_PPM.to_string())];
                check.errors.add_with("/payment/royalty/rate_ppm", &OUT_OF_RANGE, &bounds);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::form::Royalty;
    use crate::contract::rules::form::tests::{codes_of, complete_form, day};

    fn instalment(on: &str, amount_fen: i64) -> Instalment {
        Instalment { due_on: day(on), amount_fen }
    }

    /// Civil Code art. 846: instalments; a schedule that adds up.
    #[test]
    fn civil_code_846_instalments_add_up_to_the_total() {
        let mut form = complete_form();
        form.payment.mode = "instalments".into();
        assert_eq!(codes_of(&form), [("/payment/instalments", "contract_instalments_required")]);
        let half = form.total_fen / 2;
        form.payment.instalments = vec![instalment("2026-06-01", half), instalment("2026-09-01", half - 1)];
        assert_eq!(codes_of(&form), [("/payment/instalments", "contract_instalments_do_not_add_up")]);
        form.payment.instalments[1].amount_fen = form.total_fen - half;
        assert!(codes_of(&form).is_empty());
        form.payment.instalments.reverse();
        assert_eq!(codes_of(&form), [("/payment/instalments", "contract_instalments_out_of_order")]);
    }

    /// Civil Code art. 846: a royalty has a base and a rate, an entry fee goes with it.
    #[test]
    fn civil_code_846_a_royalty_has_a_base_and_a_rate() {
        let mut form = complete_form();
        form.payment.mode = "royalty".into();
        assert_eq!(codes_of(&form), [("/payment/royalty", "contract_royalty_required")]);
        form.payment.royalty = Some(Royalty { base: "sales".into(), rate_ppm: 0 });
        assert_eq!(codes_of(&form), [("/payment/royalty/rate_ppm", "out_of_range")]);
        form.payment.royalty = Some(Royalty { base: "sales".into(), rate_ppm: 30_000 });
        assert!(codes_of(&form).is_empty());
        form.payment.mode = "royalty_with_entry_fee".into();
        assert_eq!(codes_of(&form), [("/payment/entry_fee_fen", "contract_entry_fee_invalid")]);
        form.payment.entry_fee_fen = Some(1);
        assert!(codes_of(&form).is_empty());
        form.payment.mode = "lump_sum".into();
        assert_eq!(
            codes_of(&form),
            [
                ("/payment/royalty", "contract_field_not_applicable"),
                ("/payment/entry_fee_fen", "contract_field_not_applicable"),
            ]
        );
    }
}
