//! Rule 2: who the parties are and which of them applies (DOMAIN §2, who, where, when; §7 credit codes).

use super::form::Check;
use crate::contract::codes;
use crate::contract::form::{Form, Side};
use crate::contract::model::UnitKind;
use crate::kernel::codes::{CreditCode, DivisionCode};
use crate::kernel::codes_common::{CREDIT_CODE_INVALID, REQUIRED};
use crate::kernel::text;

const MAX_NAME_CHARS: usize = 100;
const MAX_ADDRESS_CHARS: usize = 200;
const MAX_PHONE_CHARS: usize = 32;

pub(super) fn check(form: &Form, check: &mut Check<'_>) {
    side("/seller", &form.seller, check);
    side("/buyer", &form.buyer, check);
    let (seller, buyer) = (form.seller.party(), form.buyer.party());
    if !seller.credit_code.is_empty() && seller.credit_code == buyer.credit_code {
        check.errors.add("/buyer/credit_code", &codes::PARTIES_SAME);
    }
    if let Some(broker) = &form.broker {
        text::required(&mut check.errors, "/broker/name", &broker.name, MAX_NAME_CHARS);
        credit_code("/broker/credit_code", &broker.credit_code, check);
    }
    let Some(filing) = check.filing else { return };
    let applicant = filing.applicant;
    if form.import {
        if form.seller.kind != UnitKind::Overseas.as_str() {
            check.errors.add("/seller/kind", &codes::IMPORT_SELLER_DOMESTIC);
        }
        if buyer.credit_code != applicant {
            check.errors.add("/buyer/credit_code", &codes::APPLICANT_NOT_BUYER);
        }
    } else if seller.credit_code != applicant {
        check.errors.add("/seller/credit_code", &codes::APPLICANT_NOT_SELLER);
    }
}

fn side(at: &str, side: &Side, check: &mut Check<'_>) {
    let field = |name: &str| format!("{at}/{name}");
    let kind = check.word(&field("kind"), "unit_kind", &side.kind, UnitKind::parse);
    check.need_text(&field("name"), &side.name, MAX_NAME_CHARS);
    let coded = kind.is_none_or(UnitKind::has_credit_code);
    let abroad = kind == Some(UnitKind::Overseas);
    if coded {
        check.need(&field("credit_code"), !side.credit_code.is_empty());
    }
    if !side.credit_code.is_empty() {
        credit_code(&field("credit_code"), &side.credit_code, check);
    }
    if abroad {
        if check.complete() && side.country.trim().is_empty() {
            check.errors.add(field("country"), &codes::COUNTRY_REQUIRED);
        }
    } else {
        check.need(&field("division"), !side.division.is_empty());
        if !side.division.is_empty() && DivisionCode::parse(&side.division).is_err() {
            check.errors.add(field("division"), &codes::DIVISION_INVALID);
        }
    }
    contacts(at, side, check);
    let enterprise = kind.is_some_and(UnitKind::is_enterprise);
    if !side.size.is_empty() {
        check.listed(&field("size"), "enterprise_size", &side.size);
    } else if enterprise && check.complete() {
        check.errors.add(field("size"), &codes::UNIT_SIZE_REQUIRED);
    }
}

fn contacts(at: &str, side: &Side, check: &mut Check<'_>) {
    let field = |name: &str| format!("{at}/{name}");
    text::optional(&mut check.errors, &field("country"), &side.country, MAX_NAME_CHARS);
    text::optional(&mut check.errors, &field("representative"), &side.representative, MAX_NAME_CHARS);
    check.need_text(&field("address"), &side.address, MAX_ADDRESS_CHARS);
    check.need_text(&field("contact"), &side.contact, MAX_NAME_CHARS);
    check.need_text(&field("phone"), &side.phone, MAX_PHONE_CHARS);
}

fn credit_code(pointer: &str, code: &str, check: &mut Check<'_>) {
    if code.is_empty() {
        check.errors.add(pointer, &REQUIRED);
    } else if CreditCode::parse(code).is_err() {
        check.errors.add(pointer, &CREDIT_CODE_INVALID);
    }
}

/// Rule 3: an office serves its own division and everything inside it (GB/T 2260: 450700 holds 4507xx).
pub fn serves(office_division: &str, party_division: &str) -> bool {
    match (DivisionCode::parse(office_division), DivisionCode::parse(party_division)) {
        (Ok(office), Ok(party)) => party.is_within(&office),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::rules::form::tests::{codes_of, codes_when, complete_form};

    /// DOMAIN §7: a credit code is checked, in both of its check characters.
    #[test]
    fn domain_7_a_wrong_check_digit_is_told_with_its_field() {
        let mut form = complete_form();
        form.buyer.credit_code = "91350100M000100Y44".into();
        assert_eq!(codes_of(&form), [("/buyer/credit_code", "credit_code_invalid")]);
    }

    /// DOMAIN §2: the seller applies.
    #[test]
    fn domain_2_the_seller_applies() {
        let form = complete_form();
        let found = codes_when(&form, |filing| filing.applicant = "91110000600037341L");
        assert_eq!(found, [("/seller/credit_code", "contract_applicant_not_seller")]);
    }

    /// DOMAIN §2: for technology imports the domestic buyer.
    #[test]
    fn domain_2_for_an_import_the_buyer_applies() {
        let mut form = complete_form();
        form.import = true;
        let found = codes_of(&form);
        assert!(found.contains(&("/seller/kind", "contract_import_seller_domestic")), "{found:?}");
        assert!(found.contains(&("/buyer/credit_code", "contract_applicant_not_buyer")));
        form.seller.kind = "overseas".into();
        form.seller.credit_code.clear();
        form.seller.division.clear();
        form.seller.country = "德国".into();
        let buyer = form.buyer.credit_code.clone();
        assert!(codes_when(&form, |filing| filing.applicant = &buyer).is_empty());
    }

    #[test]
    fn domain_2_one_unit_cannot_be_both_sides() {
        let mut form = complete_form();
        form.buyer.credit_code = form.seller.credit_code.clone();
        assert_eq!(codes_of(&form), [("/buyer/credit_code", "contract_parties_same")]);
    }

    #[test]
    fn domain_2_an_enterprise_states_its_size() {
        let mut form = complete_form();
        form.buyer.size.clear();
        assert_eq!(codes_of(&form), [("/buyer/size", "contract_unit_size_required")]);
    }

    /// DOMAIN §2: an office of the seller's own territory.
    #[test]
    fn domain_2_a_territory_holds_what_its_code_begins() {
        for (office, party, expected) in [
            ("450700", "450721", true),
            ("450700", "450700", true),
            ("450700", "450100", false),
            ("450721", "450721", true),
            ("450721", "450722", false),
            ("450721", "450700", false),
            ("450000", "450702", true),
            ("450000", "440100", false),
            ("", "450702", false),
        ] {
            assert_eq!(serves(office, party), expected, "{office} {party}");
        }
    }
}
