//! Which achievement is well written. Pure.

use crate::kernel::codes::{PatentKind, PatentNumber, RegistrationNumber};
use crate::kernel::codes_common::{OUT_OF_RANGE, PATENT_NUMBER_INVALID, REQUIRED};
use crate::kernel::error::Errors;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::kernel::vocabulary;
use crate::listing::{Form, NAME_CHARS_MAX, Stage};

use super::codes::{
    PATENT_KIND_MISMATCH, PATENT_NOT_GRANTED, RANKS_BROKEN, REGISTRATION_NUMBER_INVALID, SHARES_INCOMPLETE,
};
use super::content::{Content, Contributor, IpAsset};

const ABSTRACT_CHARS_MIN: usize = 20;
const ABSTRACT_CHARS_MAX: usize = 5_000;
const CONTRIBUTORS_MAX: usize = 50;
const IP_ASSETS_MAX: usize = 50;
const IP_NUMBER_CHARS_MAX: usize = 60;
const YEAR_MIN: i32 = 1949;
const WHOLE_PPM: u64 = 1_000_000;
/// Three years: longer, and nobody has looked at the record for too long.
pub const LONGEST_DAYS: i64 = 3 * 365;

/// Every problem of an achievement, with its pointer.
pub fn check(content: &Content, stage: Stage, today: Day, errors: &mut Errors) {
    let form = &mut Form { errors, stage, today };
    form.title(&content.title);
    form.public_text("/abstract", &content.summary, ABSTRACT_CHARS_MIN, ABSTRACT_CHARS_MAX);
    form.keywords(&content.keywords);
    contributors(form, &content.contributors);
    form.contact(&content.contact);
    form.division(content.division.as_deref());
    classification(form, content);
    ip_assets(form, &content.ip_assets);
    form.codes("/cooperation_modes", "cooperation_mode", &content.cooperation_modes);
    form.price("/price", content.price);
    form.attachments(&content.attachments);
    form.confidential(content.confidential.as_deref());
    form.secrecy(content.secrecy.as_deref());
    if content.registration_number.as_deref().is_some_and(|n| RegistrationNumber::parse(n).is_err()) {
        form.errors.add("/registration_number", &REGISTRATION_NUMBER_INVALID);
    }
    form.last_day("/valid_until", content.valid_until, LONGEST_DAYS);
}

fn classification(form: &mut Form, content: &Content) {
    form.required_code("/kind", "achievement_kind", content.kind.as_deref());
    form.required_code("/origin", "achievement_origin", content.origin.as_deref());
    form.required_code("/technical_field", "technical_field", content.technical_field.as_deref());
    form.code("/maturity", "maturity", content.maturity.as_deref());
    form.code("/level", "achievement_level", content.level.as_deref());
    form.industry(content.industry.as_deref());
    match content.trl {
        None => form.missing("/trl"),
        Some(trl) if vocabulary::has("trl", &trl.to_string()) => {}
        Some(_) => out_of_range(form, "/trl", 1, 9),
    }
    match content.year {
        None => form.missing("/year"),
        Some(year) if (YEAR_MIN..=form.today.year()).contains(&year) => {}
        Some(_) => out_of_range(form, "/year", YEAR_MIN, form.today.year()),
    }
}

fn out_of_range(form: &mut Form, pointer: &str, min: i32, max: i32) {
    form.errors.add_with(pointer, &OUT_OF_RANGE, &[("min", min.to_string()), ("max", max.to_string())]);
}

fn contributors(form: &mut Form, contributors: &[Contributor]) {
    if contributors.is_empty() {
        form.missing("/contributors");
    }
    form.at_most("/contributors", contributors.len(), CONTRIBUTORS_MAX);
    for (at, person) in contributors.iter().enumerate() {
        text::required(form.errors, &format!("/contributors/{at}/name"), &person.name, NAME_CHARS_MAX);
        if let Some(unit) = &person.unit {
            form.optional_text(&format!("/contributors/{at}/unit"), unit, 120);
        }
    }
    let mut ranks: Vec<u32> = contributors.iter().map(|person| person.rank).collect();
    ranks.sort_unstable();
    if ranks.iter().zip(1..).any(|(rank, expected)| *rank != expected) {
        form.errors.add("/contributors", &RANKS_BROKEN);
    }
    let shares: Vec<u64> = contributors.iter().filter_map(|p| p.share_ppm.map(u64::from)).collect();
    let whole = shares.len() == contributors.len() && shares.iter().sum::<u64>() == WHOLE_PPM;
    if !shares.is_empty() && !whole {
        form.errors.add("/contributors", &SHARES_INCOMPLETE);
    }
}

fn ip_assets(form: &mut Form, assets: &[IpAsset]) {
    form.at_most("/ip_assets", assets.len(), IP_ASSETS_MAX);
    for (at, asset) in assets.iter().enumerate() {
        let pointer = |field: &str| format!("/ip_assets/{at}/{field}");
        form.code(&pointer("kind"), "ip_kind", Some(&asset.kind));
        form.code(&pointer("status"), "ip_status", Some(&asset.status));
        match (patent_kind(&asset.kind), &asset.number) {
            (Some(_), None) => form.errors.add(pointer("number"), &REQUIRED),
            (Some(kind), Some(number)) => patent(form, &pointer("number"), kind, number, &asset.status),
            (None, Some(number)) => form.optional_text(&pointer("number"), number, IP_NUMBER_CHARS_MAX),
            (None, None) => {}
        }
    }
}

/// DOMAIN §7: the number's check character, and its kind, which must be the one stated.
fn patent(form: &mut Form, pointer: &str, kind: PatentKind, number: &str, status: &str) {
    match PatentNumber::parse(number) {
        Err(_) => form.errors.add(pointer, &PATENT_NUMBER_INVALID),
        Ok(number) if number.kind() != kind => form.errors.add(pointer, &PATENT_KIND_MISMATCH),
        Ok(number) if number.is_granted() && status == "applied" => {
            form.errors.add(pointer, &PATENT_NOT_GRANTED);
        }
        Ok(_) => {}
    }
}

fn patent_kind(kind: &str) -> Option<PatentKind> {
    match kind {
        "patent_invention" => Some(PatentKind::Invention),
        "patent_utility" => Some(PatentKind::Utility),
        "patent_design" => Some(PatentKind::Design),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::{Contact, Price};

    fn example() -> Content {
        let person = |rank, share| Contributor {
            rank,
            name: format!("示例{rank}"),
            unit: None,
            share_ppm: Some(share),
        };
        Content {
            title: "坭兴陶坭料快速筛选方法（示例）".into(),
            summary: "以近红外光谱判定坭料成分，十分钟给出配方，替代经验炼坭。".into(),
            keywords: vec!["坭兴陶".into(), "近红外".into()],
            contributors: vec![person(1, 600_000), person(2, 400_000)],
            contact: Contact { name: "示例".into(), phone: Some("0777-2800000".into()), email: None },
            division: Some("450702".into()),
            year: Some(2019),
            kind: Some("applied".into()),
            origin: Some("original".into()),
            trl: Some(6),
            maturity: Some("pilot".into()),
            level: Some("domestic_leading".into()),
            technical_field: Some("new_materials".into()),
            industry: Some("30".into()),
            ip_assets: vec![IpAsset {
                kind: "patent_invention".into(),
                number: Some("ZL201710601862.3".into()),
                status: "granted".into(),
                expires_on: None,
            }],
            cooperation_modes: vec!["licence".into(), "joint_development".into()],
            price: Some(Price::Range { low_fen: 10_000_000, high_fen: 30_000_000 }),
            secrecy: Some("open".into()),
            registration_number: Some("4502019Y0123".into()),
            ..Content::default()
        }
    }

    fn problems(stage: Stage, content: &Content) -> Vec<String> {
        let mut errors = Errors::new();
        check(content, stage, "2026-11-22".parse().unwrap(), &mut errors);
        errors.list().iter().map(|e| format!("{} {}", e.pointer, e.code.id)).collect()
    }

    fn problem(change: impl FnOnce(&mut Content)) -> String {
        let mut content = example();
        change(&mut content);
        problems(Stage::Complete, &content).join(", ")
    }

    #[test]
    fn a_complete_achievement_has_no_problem() {
        assert_eq!(problems(Stage::Complete, &example()), Vec::<String>::new());
    }

    /// DOMAIN §6: every field is asked for, and all that is missing is told at once.
    #[test]
    fn domain_6_everything_missing_is_told_at_once() {
        let empty = Content { title: "x".into(), ..Content::default() };
        assert!(problems(Stage::Draft, &empty).is_empty());
        let told = problems(Stage::Complete, &empty);
        for pointer in [
            "/abstract",
            "/keywords",
            "/contributors",
            "/contact/name",
            "/division",
            "/kind",
            "/origin",
            "/trl",
            "/technical_field",
            "/industry",
            "/year",
            "/cooperation_modes",
            "/price",
            "/secrecy",
        ] {
            assert!(told.contains(&format!("{pointer} required")), "{pointer} in {told:?}");
        }
    }

    /// DOMAIN §6: contributors with rank, person and share.
    #[test]
    fn domain_6_contributors_rank_without_gaps_and_share_the_whole() {
        assert_eq!(problem(|c| c.contributors[1].rank = 3), "/contributors ranks_broken");
        assert_eq!(problem(|c| c.contributors[1].rank = 1), "/contributors ranks_broken");
        assert_eq!(problem(|c| c.contributors[1].share_ppm = None), "/contributors shares_incomplete");
        assert_eq!(
            problem(|c| c.contributors[1].share_ppm = Some(400_001)),
            "/contributors shares_incomplete"
        );
        assert_eq!(problem(|c| c.contributors[0].name = " ".into()), "/contributors/0/name required");
    }

    /// DOMAIN §7: patent numbers carry a check character; granted ones begin with ZL.
    #[test]
    fn domain_7_patent_numbers_are_checked() {
        let number = |text: &str| {
            let text = text.to_owned();
            problem(move |c| c.ip_assets[0].number = Some(text))
        };
        assert_eq!(number("201710601862.3"), "");
        assert_eq!(number("ZL201710601862.4"), "/ip_assets/0/number patent_number_invalid");
        assert_eq!(number("97101765.4"), "");
        assert_eq!(
            problem(|c| c.ip_assets[0].kind = "patent_design".into()),
            "/ip_assets/0/number patent_kind_mismatch"
        );
        assert_eq!(
            problem(|c| c.ip_assets[0].status = "applied".into()),
            "/ip_assets/0/number patent_not_granted"
        );
        assert_eq!(problem(|c| c.ip_assets[0].number = None), "/ip_assets/0/number required");
    }

    /// DOMAIN §6: TRL 1-9, 12-character registration number, codes of the lists.
    #[test]
    fn domain_6_values_come_from_their_lists() {
        assert_eq!(problem(|c| c.trl = Some(10)), "/trl out_of_range");
        assert_eq!(problem(|c| c.year = Some(2027)), "/year out_of_range");
        assert_eq!(problem(|c| c.kind = Some("magic".into())), "/kind unknown_value");
        assert_eq!(problem(|c| c.industry = Some("Z".into())), "/industry unknown_value");
        assert_eq!(problem(|c| c.industry = Some("C".into())), "");
        assert_eq!(problem(|c| c.division = Some("45".into())), "/division division_invalid");
        assert_eq!(
            problem(|c| c.registration_number = Some("123".into())),
            "/registration_number registration_number_invalid"
        );
        assert_eq!(
            problem(|c| c.cooperation_modes.push("licence".into())),
            "/cooperation_modes/2 duplicate_entry"
        );
    }
}
