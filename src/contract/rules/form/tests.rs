use super::*;
use crate::contract::form::{IpAsset, Payment, Side};
use crate::kernel::money::Fen;
use crate::kernel::vocabulary::codes_of as vocabulary_codes;
use crate::reference::model::{Evidence, Limit, LimitUnit, ProfileValues};

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Five classes, thirty days, large from five million yuan.
pub fn profile_2021() -> Profile {
    let days = |days| Limit { days, unit: LimitUnit::CalendarDay };
    let words = |list| vocabulary_codes(list).into_iter().map(str::to_owned).collect();
    let values = ProfileValues {
        title_zh: "示例办法".into(),
        title_en: "Example measures".into(),
        competent_authority: "science".into(),
        law_zh: "中华人民共和国民法典".into(),
        law_en: "Civil Code".into(),
        review_limit: days(30),
        review_limit_complex: days(30),
        large_contract_from: Fen(500_000_000),
        contract_classes: words("contract_class"),
        contract_sub_types: words("contract_sub_type"),
        evidence: vec![],
        number_layout: "YYYYDDDDOOSSSSSS".into(),
        refusal_grounds: words("refusal_ground"),
        price_publicity: days(15),
        reward_publicity: days(15),
        cash_reward_publicity: days(15),
        names_reported: false,
    };
    Profile {
        code: "2021".into(),
        version: 1,
        effective_from: Some(day("2021-01-01")),
        confirmed: true,
        values,
    }
}

/// Four classes.
pub fn profile_2000() -> Profile {
    let mut profile = profile_2021();
    profile.code = "2000".into();
    profile.values.contract_classes.retain(|class| class != "licence");
    profile
}

fn side(name: &str, credit_code: &str, kind: &str) -> Side {
    Side {
        name: name.into(),
        credit_code: credit_code.into(),
        kind: kind.into(),
        division: "450702".into(),
        address: "钦州市示例路 1 号".into(),
        contact: "示例甲".into(),
        phone: "0777-0000000".into(),
        size: "small".into(),
        ..Side::default()
    }
}

/// A commissioned development that may be filed on 2026-03-10.
pub fn complete_form() -> Form {
    Form {
        title: "坭兴陶Ａ型窑炉节能改造（示例）".into(),
        class: "development".into(),
        sub_type: "commissioned_development".into(),
        technical_field: "new_materials".into(),
        objective: "07".into(),
        industry: "30".into(),
        plan_source: "none".into(),
        summary: "研制低氮燃烧系统".into(),
        signed_on: Some(day("2026-03-01")),
        start_on: Some(day("2026-03-01")),
        end_on: Some(day("2027-02-28")),
        written: true,
        related_party: Some(false),
        seller: side("示例大学", "914403001922038216", "public_university"),
        buyer: side("示例陶业有限公司", "91110000600037341L", "limited_liability"),
        total_fen: 100_000_000,
        payment: Payment { mode: "lump_sum".into(), ..Payment::default() },
        ip: vec![IpAsset { kind: "none".into(), ..IpAsset::default() }],
        novelty: "低氮分级燃烧".into(),
        ..Form::default()
    }
}

/// A licence of an invention patent that ends on 2037-07-21.
pub fn patent_licence_form() -> Form {
    Form {
        class: "licence".into(),
        sub_type: "patent_licence".into(),
        ip: vec![IpAsset {
            kind: "patent_invention".into(),
            title: "一种窑炉（示例）".into(),
            number: "201710601862.3".into(),
            granted_number: "ZL201710601862.3".into(),
            applicant: "示例大学".into(),
            owner: "示例大学".into(),
            filed_on: Some(day("2017-07-21")),
            expires_on: Some(day("2037-07-21")),
        }],
        ..complete_form()
    }
}

pub type Found = Vec<(&'static str, &'static str)>;

pub fn found(errors: &Errors) -> Found {
    let pair = |error: &crate::kernel::error::FieldError| -> (&'static str, &'static str) {
        (Box::leak(error.pointer.clone().into_boxed_str()), error.code.id)
    };
    errors.list().iter().map(pair).collect()
}

pub fn codes_of(form: &Form) -> Found {
    codes_when(form, |_| {})
}

/// The problems of filing, under other circumstances.
pub fn codes_when<'a>(form: &Form, change: impl FnOnce(&mut Filing<'a>)) -> Found {
    let profile: &'static Profile = Box::leak(Box::new(profile_2021()));
    let mut filing = Filing {
        profile,
        filed_on: day("2026-03-10"),
        today: day("2026-03-10"),
        applicant: "914403001922038216",
        parent: None,
        attached: &[AttachmentKind::MainText],
    };
    change(&mut filing);
    found(&check_filing(form, &filing))
}

#[test]
fn a_complete_form_may_be_filed() {
    assert_eq!(codes_of(&complete_form()), []);
    assert_eq!(codes_of(&patent_licence_form()), []);
}

/// Issue: all errors at once, each with its field.
#[test]
fn everything_missing_is_told_at_once() {
    let missing = codes_of(&Form::default());
    for pointer in [
        "/title",
        "/class",
        "/sub_type",
        "/technical_field",
        "/objective",
        "/industry",
        "/plan_source",
        "/summary",
        "/signed_on",
        "/start_on",
        "/end_on",
        "/written",
        "/related_party",
        "/seller/name",
        "/seller/credit_code",
        "/seller/division",
        "/buyer/kind",
        "/buyer/contact",
        "/buyer/phone",
        "/total_fen",
        "/payment/mode",
        "/ip",
    ] {
        assert!(missing.iter().any(|(at, _)| *at == pointer), "{pointer} in {missing:?}");
    }
}

/// An empty draft is kept; what is filled in wrongly is not.
#[test]
fn a_draft_may_be_incomplete_but_not_wrong() {
    assert!(check_draft(&Form::default()).is_empty());
    let wrong = Form {
        class: "gift".into(),
        objective: "14".into(),
        industry: "98".into(),
        total_fen: -1,
        ..Form::default()
    };
    let codes = found(&check_draft(&wrong));
    assert_eq!(
        codes,
        [
            ("/objective", "unknown_value"),
            ("/industry", "unknown_value"),
            ("/total_fen", "contract_amount_not_positive"),
            ("/class", "unknown_value"),
        ]
    );
}

/// Civil Code art. 851 and 863: written form; oral contracts are not accepted.
#[test]
fn civil_code_851_863_written_form_is_required() {
    let form = Form { written: false, ..complete_form() };
    assert_eq!(codes_of(&form), [("/written", "contract_written_form_required")]);
}

/// DOMAIN §2: full text; at least one main text.
#[test]
fn domain_2_the_main_text_is_required() {
    let codes = codes_when(&complete_form(), |filing| filing.attached = &[AttachmentKind::Annex]);
    assert_eq!(codes, [("/attachments", "contract_main_text_required")]);
}

/// DOMAIN §2: after the contract is effective and within its validity; dates in order.
#[test]
fn domain_2_dates_are_in_order_and_the_contract_is_valid() {
    let mut form = complete_form();
    form.start_on = Some(day("2026-02-28"));
    assert_eq!(codes_of(&form), [("/start_on", "contract_dates_out_of_order")]);
    let mut form = complete_form();
    form.end_on = Some(day("2026-02-28"));
    let codes = codes_of(&form);
    assert!(codes.contains(&("/end_on", "contract_dates_out_of_order")), "{codes:?}");
    let codes = codes_when(&complete_form(), |filing| filing.today = day("2026-02-28"));
    assert_eq!(codes, [("/signed_on", "contract_signed_in_future")]);
    let codes = codes_when(&complete_form(), |filing| filing.filed_on = day("2027-03-01"));
    assert_eq!(codes, [("/end_on", "contract_expired")]);
    assert!(codes_when(&complete_form(), |filing| filing.filed_on = day("2027-02-28")).is_empty());
}

/// DOMAIN §2, a regulation profile: evidence for each class, and sub-types, are the profile's.
#[test]
fn domain_2_evidence_and_sub_types_are_the_profiles() {
    let mut profile = profile_2021();
    let kinds = vec!["main_text".to_owned(), "rights_proof".to_owned()];
    profile.values.evidence = vec![Evidence { class: "licence".into(), kinds }];
    assert!(codes_when(&complete_form(), |filing| filing.profile = &profile).is_empty(), "a development");
    let licence = patent_licence_form();
    let missing = codes_when(&licence, |filing| filing.profile = &profile);
    assert_eq!(missing, [("/attachments", "contract_evidence_required")]);
    let complete = codes_when(&licence, |filing| {
        filing.profile = &profile;
        filing.attached = &[AttachmentKind::MainText, AttachmentKind::RightsProof];
    });
    assert!(complete.is_empty(), "{complete:?}");
    profile.values.contract_sub_types.retain(|sub_type| sub_type != "commissioned_development");
    let found = codes_when(&complete_form(), |filing| filing.profile = &profile);
    assert_eq!(found, [("/sub_type", "contract_sub_type_not_in_profile")]);
}
