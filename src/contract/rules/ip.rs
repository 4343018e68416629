//! Rules 8 and 9: the intellectual property of the contract, and how long a licence may run.

use super::form::Check;
use crate::contract::codes;
use crate::contract::form::{Form, IpAsset, LicenceTerms};
use crate::contract::model::{Exclusivity, IpKind, SubType};
use crate::kernel::codes::{PatentKind, PatentNumber};
use crate::kernel::codes_common::PATENT_NUMBER_INVALID;
use crate::kernel::text;
use crate::kernel::time::Day;

pub const MAX_IP_ASSETS: usize = 100;
const MAX_NAME_CHARS: usize = 200;
const MAX_NUMBER_CHARS: usize = 64;
/// Patent Law art. 42, in years from filing. An extension compensates at most five years of an invention.
const INVENTION_YEARS: i32 = 20;
const INVENTION_EXTENSION_YEARS: i32 = 5;
const UTILITY_YEARS: i32 = 10;
const DESIGN_YEARS: i32 = 15;
const DESIGN_YEARS_BEFORE_JUNE_2021: i32 = 10;

pub(super) fn check(form: &Form, check: &mut Check<'_>) {
    check.at_most("/ip", form.ip.len(), MAX_IP_ASSETS);
    if form.ip.is_empty() && check.complete() {
        check.errors.add("/ip", &codes::IP_REQUIRED);
    }
    let sub_type = SubType::parse(&form.sub_type);
    for (at, asset) in form.ip.iter().enumerate() {
        let pointer = format!("/ip/{at}");
        let kind = check.word(&format!("{pointer}/kind"), "ip_involved", &asset.kind, IpKind::parse);
        texts(&pointer, asset, check);
        match kind {
            Some(IpKind::NoIp) if form.ip.len() > 1 => {
                check.errors.add(format!("{pointer}/kind"), &codes::IP_NONE_ALONE);
            }
            Some(kind) if kind.is_patent() => patent(&pointer, kind, asset, sub_type, check),
            _ => {}
        }
    }
    wanted_kinds(form, sub_type, check);
    licence(form, sub_type, check);
}

fn texts(pointer: &str, asset: &IpAsset, check: &mut Check<'_>) {
    for (name, value, max_chars) in [
        ("title", &asset.title, MAX_NAME_CHARS),
        ("applicant", &asset.applicant, MAX_NAME_CHARS),
        ("owner", &asset.owner, MAX_NAME_CHARS),
        ("number", &asset.number, MAX_NUMBER_CHARS),
        ("granted_number", &asset.granted_number, MAX_NUMBER_CHARS),
    ] {
        text::optional(&mut check.errors, &format!("{pointer}/{name}"), value, max_chars);
    }
}

/// Civil Code art. 845: a contract about patents names title, applicant, patentee, filing date, application
/// number, patent number and term. An application has no patentee, patent number and term yet.
fn patent(pointer: &str, kind: IpKind, asset: &IpAsset, sub_type: Option<SubType>, check: &mut Check<'_>) {
    for (name, number) in [("number", &asset.number), ("granted_number", &asset.granted_number)] {
        if !number.is_empty() {
            number_fits(&format!("{pointer}/{name}"), number, kind, check);
        }
    }
    let granted = sub_type != Some(SubType::PatentApplication);
    if check.complete() {
        let of_patent = [
            ("owner", !granted || !asset.owner.trim().is_empty()),
            ("granted_number", !granted || !asset.granted_number.is_empty()),
            ("expires_on", !granted || asset.expires_on.is_some()),
            ("title", !asset.title.trim().is_empty()),
            ("applicant", !asset.applicant.trim().is_empty()),
            ("number", !asset.number.is_empty()),
            ("filed_on", asset.filed_on.is_some()),
        ];
        for (name, _) in of_patent.iter().filter(|(_, present)| !present) {
            check.errors.add(format!("{pointer}/{name}"), &codes::PATENT_DETAIL_REQUIRED);
        }
    }
    if let (Some(filed), Some(expires)) = (asset.filed_on, asset.expires_on) {
        let latest = latest_expiry(kind, filed);
        if expires > latest || expires < filed {
            let latest = [("latest", latest.to_string())];
            check.errors.add_with(format!("{pointer}/expires_on"), &codes::PATENT_TERM_IMPOSSIBLE, &latest);
        }
    }
}

fn number_fits(pointer: &str, number: &str, kind: IpKind, check: &mut Check<'_>) {
    match PatentNumber::parse(number) {
        Err(_) => check.errors.add(pointer, &PATENT_NUMBER_INVALID),
        Ok(number) => {
            let own = match number.kind() {
                PatentKind::Invention => IpKind::Invention,
                PatentKind::Utility => IpKind::UtilityModel,
                PatentKind::Design => IpKind::Design,
            };
            if own != kind {
                check.errors.add(pointer, &codes::PATENT_KIND_MISMATCH);
            }
        }
    }
}

/// Patent Law art. 42.
pub fn latest_expiry(kind: IpKind, filed: Day) -> Day {
    let june_2021 = Day::new(2021, 6, 1);
    let years = match kind {
        IpKind::Invention => INVENTION_YEARS + INVENTION_EXTENSION_YEARS,
        IpKind::Design if june_2021.is_some_and(|start| filed >= start) => DESIGN_YEARS,
        IpKind::Design => DESIGN_YEARS_BEFORE_JUNE_2021,
        _ => UTILITY_YEARS,
    };
    filed.plus_years(years)
}

/// A transfer or licence of a right names such a right.
fn wanted_kinds(form: &Form, sub_type: Option<SubType>, check: &mut Check<'_>) {
    let Some(wanted) = sub_type.and_then(kinds_of).filter(|_| check.complete() && !form.ip.is_empty()) else {
        return;
    };
    let named = form.ip.iter().filter_map(|asset| IpKind::parse(&asset.kind));
    if !named.into_iter().any(|kind| wanted.contains(&kind)) {
        let kinds: Vec<_> = wanted.iter().map(|kind| kind.as_str()).collect();
        check.errors.add_with("/ip", &codes::IP_KIND_MISSING, &[("kinds", kinds.join(", "))]);
    }
}

const fn kinds_of(sub_type: SubType) -> Option<&'static [IpKind]> {
    const PATENTS: &[IpKind] = &[IpKind::Invention, IpKind::UtilityModel, IpKind::Design];
    match sub_type {
        SubType::PatentRight | SubType::PatentApplication | SubType::PatentLicence => Some(PATENTS),
        SubType::KnowHow | SubType::KnowHowLicence => Some(&[IpKind::KnowHow]),
        SubType::PlantVariety | SubType::PlantVarietyLicence => {
            Some(&[IpKind::PlantVariety, IpKind::BiomedicalVariety])
        }
        SubType::SoftwareCopyright | SubType::SoftwareLicence => Some(&[IpKind::SoftwareCopyright]),
        SubType::IcLayout | SubType::IcLayoutLicence => Some(&[IpKind::IcLayout]),
        _ => None,
    }
}

/// How exclusive a licence is: unclear means ordinary.
pub fn exclusivity(terms: Option<&LicenceTerms>) -> Exclusivity {
    terms.and_then(|terms| Exclusivity::parse(&terms.exclusivity)).unwrap_or(Exclusivity::Ordinary)
}

/// Civil Code art. 865: a patent licence is valid only while the patent is (Contract Law art. 344).
fn licence(form: &Form, sub_type: Option<SubType>, check: &mut Check<'_>) {
    if let Some(terms) = &form.licence {
        if !terms.exclusivity.is_empty() {
            check.listed("/licence/exclusivity", "licence_exclusivity", &terms.exclusivity);
        }
        if sub_type.is_some_and(|sub_type| !sub_type.is_licence()) {
            check.errors.add("/licence", &codes::NOT_APPLICABLE);
            return;
        }
    }
    if sub_type != Some(SubType::PatentLicence) {
        return;
    }
    let stated = form.licence.as_ref().and_then(|terms| terms.ends_on);
    let (Some(ends), Some(patent_end)) = (stated.or(form.end_on), last_patent_end(form)) else { return };
    if ends > patent_end {
        let pointer = if stated.is_some() { "/licence/ends_on" } else { "/end_on" };
        let end = [("patent_end", patent_end.to_string())];
        check.errors.add_with(pointer, &codes::LICENCE_BEYOND_PATENT, &end);
    }
}

/// A licence of several patents ends with the last of them.
fn last_patent_end(form: &Form) -> Option<Day> {
    let patents = form.ip.iter().filter(|asset| IpKind::parse(&asset.kind).is_some_and(IpKind::is_patent));
    patents.filter_map(|asset| asset.expires_on).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::rules::form::tests::{codes_of, complete_form, day, patent_licence_form};

    /// Civil Code art. 845: a contract about patents names all of them.
    #[test]
    fn civil_code_845_a_patent_is_fully_named() {
        let mut form = patent_licence_form();
        assert!(codes_of(&form).is_empty());
        form.ip[0] = IpAsset { kind: "patent_invention".into(), ..IpAsset::default() };
        let found = codes_of(&form);
        assert_eq!(found.len(), 7, "{found:?}");
        assert!(found.iter().all(|(_, code)| *code == "contract_patent_detail_required"));
    }

    /// DOMAIN §7: the check character of a patent number, and its kind.
    #[test]
    fn domain_7_a_patent_number_is_checked() {
        let mut form = patent_licence_form();
        form.ip[0].number = "201710601862.4".into();
        assert_eq!(codes_of(&form), [("/ip/0/number", "patent_number_invalid")]);
        form.ip[0].number = "201710601862.3".into();
        form.ip[0].kind = "patent_utility".into();
        let found = codes_of(&form);
        assert!(found.contains(&("/ip/0/number", "contract_patent_kind_mismatch")), "{found:?}");
    }

    /// Civil Code art. 865 (Contract Law art. 344): a licence ends with the patent.
    #[test]
    fn civil_code_865_a_licence_does_not_outlive_the_patent() {
        let mut form = patent_licence_form();
        form.end_on = Some(day("2037-07-22"));
        assert_eq!(codes_of(&form), [("/end_on", "contract_licence_beyond_patent")]);
        form.licence = Some(LicenceTerms { ends_on: Some(day("2037-07-21")), ..LicenceTerms::default() });
        assert!(codes_of(&form).is_empty());
        form.licence = Some(LicenceTerms { ends_on: Some(day("2037-07-22")), ..LicenceTerms::default() });
        assert_eq!(codes_of(&form), [("/licence/ends_on", "contract_licence_beyond_patent")]);
    }

    /// DOMAIN §2: exclusive, sole or ordinary; unclear means ordinary.
    #[test]
    fn domain_2_an_unclear_licence_is_ordinary() {
        assert_eq!(exclusivity(None), Exclusivity::Ordinary);
        assert_eq!(exclusivity(Some(&LicenceTerms::default())), Exclusivity::Ordinary);
        let sole = LicenceTerms { exclusivity: "sole".into(), ends_on: None };
        assert_eq!(exclusivity(Some(&sole)), Exclusivity::Sole);
        let mut form = patent_licence_form();
        form.licence = Some(LicenceTerms { exclusivity: "very".into(), ends_on: None });
        assert_eq!(codes_of(&form), [("/licence/exclusivity", "unknown_value")]);
    }

    /// Patent Law art. 42: terms run from the filing date.
    #[test]
    fn patent_law_42_terms() {
        for (kind, filed, latest) in [
            (IpKind::Invention, "2017-07-21", "2042-07-21"),
            (IpKind::UtilityModel, "2017-07-21", "2027-07-21"),
            (IpKind::Design, "2021-05-31", "2031-05-31"),
            (IpKind::Design, "2021-06-01", "2036-06-01"),
        ] {
            assert_eq!(latest_expiry(kind, day(filed)), day(latest));
        }
        let mut form = patent_licence_form();
        form.ip[0].expires_on = Some(day("2042-07-22"));
        assert_eq!(codes_of(&form), [("/ip/0/expires_on", "contract_patent_term_impossible")]);
    }

    #[test]
    fn domain_2_the_ip_fits_the_sub_type() {
        let mut form = patent_licence_form();
        form.ip[0] = IpAsset { kind: "none".into(), ..IpAsset::default() };
        assert_eq!(codes_of(&form), [("/ip", "contract_ip_kind_missing")]);
        let mut form = complete_form();
        form.ip.clear();
        assert_eq!(codes_of(&form), [("/ip", "contract_ip_required")]);
        form.ip = vec![IpAsset { kind: "none".into(), ..IpAsset::default() }; 2];
        assert_eq!(codes_of(&form).len(), 2);
    }
}
