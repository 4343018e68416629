//! Code lists: a stable English code, its label in zh-CN and in English (DOMAIN §2, §5, §6, §7, §9).
//!
//! Rooms store codes and never labels; `GET /api/v1/vocabulary` shows the lists. A code is never renamed
//! or removed once released, since records hold it; labels may be mended. Rooms with an enum for such a
//! list have a test that enum and list agree (`codes_of`).

mod achievement;
mod contract;
mod federation;
mod fields;
mod industry;
mod money;
mod notice;
mod organisation;
mod reward;
mod trade;

pub use contract::{Sides, contract_class_of, contract_sides};
pub use industry::industry_section_of;

/// One entry of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    pub code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// Code of the entry above it in another list: a sub-type's class, an industry's section.
    pub parent: Option<&'static str>,
}

/// A code list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    pub name: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    pub items: &'static [Item],
}

const fn item(code: &'static str, zh: &'static str, en: &'static str) -> Item {
    Item { code, zh, en, parent: None }
}

const fn child(parent: &'static str, code: &'static str, zh: &'static str, en: &'static str) -> Item {
    Item { code, zh, en, parent: Some(parent) }
}

const fn define(name: &'static str, zh: &'static str, en: &'static str, items: &'static [Item]) -> List {
    List { name, zh, en, items }
}

impl List {
    pub fn contains(&self, code: &str) -> bool {
        self.get(code).is_some()
    }

    pub fn get(&self, code: &str) -> Option<&'static Item> {
        self.items.iter().find(|item| item.code == code)
    }

    /// The label of a code; an unknown code stands for itself.
    pub fn zh<'a>(&self, code: &'a str) -> &'a str {
        self.get(code).map_or(code, |item| item.zh)
    }

    pub fn en<'a>(&self, code: &'a str) -> &'a str {
        self.get(code).map_or(code, |item| item.en)
    }

    pub fn codes(&self) -> impl Iterator<Item = &'static str> {
        self.items.iter().map(|item| item.code)
    }

    /// Entries under one entry of the list above.
    pub fn children(&self, parent: &str) -> impl Iterator<Item = &'static Item> {
        self.items.iter().filter(move |item| item.parent == Some(parent))
    }
}

const GROUPS: [&[List]; 10] = [
    organisation::LISTS,
    achievement::LISTS,
    fields::LISTS,
    industry::LISTS,
    contract::LISTS,
    federation::LISTS,
    trade::LISTS,
    money::LISTS,
    reward::LISTS,
    notice::LISTS,
];

/// All lists, grouped by subject.
pub fn all() -> impl Iterator<Item = &'static List> {
    GROUPS.iter().flat_map(|group| group.iter())
}

const UNKNOWN: List = define("unknown", "", "", &[]);

/// The list of this name. A name that does not exist gives an empty list, which contains nothing.
pub fn list(name: &str) -> &'static List {
    all().find(|list| list.name == name).unwrap_or(&UNKNOWN)
}

/// Whether `code` belongs to the list.
pub fn has(name: &str, code: &str) -> bool {
    list(name).contains(code)
}

/// The Chinese label of a code.
pub fn zh<'a>(name: &str, code: &'a str) -> &'a str {
    list(name).zh(code)
}

/// The codes of a list in order, for tests that compare it with an enum.
pub fn codes_of(name: &str) -> Vec<&'static str> {
    list(name).codes().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_and_codes_are_unique_and_stable_in_form() {
        let mut names = BTreeSet::new();
        for list in all() {
            assert!(names.insert(list.name), "{} twice", list.name);
            assert!(!list.zh.is_empty() && !list.en.is_empty() && !list.items.is_empty(), "{}", list.name);
            let mut codes = BTreeSet::new();
            for item in list.items {
                assert!(codes.insert(item.code), "{}: {} twice", list.name, item.code);
                assert!(item.code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'), "{}", item.code);
                assert!(!item.zh.is_empty() && item.en.is_ascii(), "{}: {}", list.name, item.code);
                assert!(!item.zh.is_ascii(), "{}: {} has no Chinese label", list.name, item.code);
            }
        }
    }

    #[test]
    fn lookups() {
        assert!(has("trl", "4") && !has("trl", "10") && !has("no_such_list", "4"));
        assert_eq!(zh("technical_field", "nuclear"), "核应用");
        assert_eq!(zh("technical_field", "no_such_code"), "no_such_code");
        assert_eq!(list("ipc_section").en("H"), "Electricity");
    }

    fn count(name: &str) -> usize {
        list(name).items.len()
    }

    #[test]
    fn domain_2_lists_of_the_national_form() {
        assert_eq!(count("technical_field"), 11);
        assert_eq!(count("socio_economic_objective"), 13);
        assert_eq!(count("contract_class"), 5);
        assert_eq!(count("refusal_ground"), 9);
        assert_eq!(count("plan_source"), 5);
        assert_eq!(count("payment_mode"), 4);
        assert_eq!(count("ip_involved"), 10);
        assert_eq!(count("licence_exclusivity"), 3);
        assert_eq!(zh("technical_field", "advanced_manufacturing"), "先进制造");
    }

    #[test]
    fn domain_6_lists_of_achievements_and_engagements() {
        assert_eq!(codes_of("trl"), ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        assert_eq!(zh("trl", "9"), "系统级");
        assert_eq!(count("maturity"), 5);
        assert_eq!(count("achievement_level"), 5);
        assert_eq!(count("cooperation_mode"), 8);
        assert_eq!(
            codes_of("decline_reason"),
            [
                "too_early",
                "benefit_unclear",
                "route_unclear",
                "description_unclear",
                "rights_unclear",
                "price",
                "field_mismatch",
                "no_need"
            ]
        );
    }

    #[test]
    fn domain_7_standard_lists() {
        assert_eq!(count("high_tech_field"), 8);
        let sections: String = codes_of("ipc_section").concat();
        assert_eq!(sections, "ABCDEFGH");
        let sections: String = codes_of("industry_section").concat();
        assert_eq!(sections, "ABCDEFGHIJKLMNOPQRST");
    }

    #[test]
    fn plan_annex_5_names_four_modes_of_conversion() {
        assert_eq!(codes_of("conversion_mode"), ["joint_rd", "transfer", "licence", "equity"]);
    }
}
