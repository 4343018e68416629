//! Divisions, days, limits and regulation profiles.

use std::collections::{BTreeMap, BTreeSet};

pub use super::tax::{Tax, TaxRules, TaxValues, TaxWords};
use crate::kernel::actor::words;
use crate::kernel::codes::DivisionCode;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

words! {
    /// Level of a division; a zone has a local code (DOMAIN §7).
    DivisionLevel { Province = "province", Prefecture = "prefecture", County = "county", Zone = "zone" }
}

words! {
    /// How a day differs from the plain week.
    DayKind { Holiday = "holiday", Workday = "workday" }
}

words! {
    /// What a limit counts.
    LimitUnit { CalendarDay = "calendar_day", WorkingDay = "working_day" }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    pub code: DivisionCode,
    pub parent: Option<DivisionCode>,
    pub level: DivisionLevel,
    pub name: String,
    pub name_en: String,
    /// One of the units among which the plan divides its targets (Annex 5).
    pub plan_unit: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarDay {
    pub day: Day,
    pub kind: DayKind,
    pub name: String,
}

/// A year's calendar and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarYear {
    pub year: i32,
    pub version: i64,
    pub source: String,
    pub imported_at: UtcTime,
    pub days: Vec<CalendarDay>,
}

/// Days that differ from the plain week, and the years of which they are known.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    pub days: BTreeMap<Day, DayKind>,
    pub years: BTreeSet<i32>,
}

/// A period that a regulation sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub days: u32,
    pub unit: LimitUnit,
}

/// The last day of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub day: Day,
    /// Whether the holidays of every year it touches are known.
    pub complete: bool,
}

/// What an application of one class must bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Code of `contract_class`.
    pub class: String,
    /// Codes of `contract_attachment_kind`.
    pub kinds: Vec<String>,
}

/// A dated set of values as an operator keeps it.
#[derive(Clone, Debug)]
pub struct Setting<V> {
    pub effective_from: Day,
    /// The operator vouches for the values.
    pub confirmed: bool,
    pub values: V,
    pub reason: String,
}

/// The values of a regulation profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileValues {
    pub title_zh: String,
    pub title_en: String,
    /// Code of `competent_authority`.
    pub competent_authority: String,
    /// The law that its cases cite (2019-2020: the Contract Law, not the Civil Code).
    pub law_zh: String,
    pub law_en: String,
    /// Time for the decision on an accepted application.
    pub review_limit: Limit,
    /// The same for large or disputed contracts.
    pub review_limit_complex: Limit,
    /// A contract is large from this technical amount on, and needs a second reviewer.
    pub large_contract_from: Fen,
    /// Codes of `contract_class`.
    pub contract_classes: Vec<String>,
    /// Codes of `contract_sub_type`.
    pub contract_sub_types: Vec<String>,
    /// What an application of a class must bring.
    pub evidence: Vec<Evidence>,
    /// How registration numbers are made: `Y` digits of the year, `D` of the office's division, `O` of the office,
    /// `S` of the serial, which comes last.
    pub number_layout: String,
    /// Codes of `refusal_ground`.
    pub refusal_grounds: Vec<String>,
    /// Publicity of a price by agreement.
    pub price_publicity: Limit,
    /// Publicity of a reward, and of a reward in cash.
    pub reward_publicity: Limit,
    pub cash_reward_publicity: Limit,
    /// Whether the platform above sees the parties' names of what is registered here.
    pub names_reported: bool,
}

/// A regulation profile: dated configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// `2000`, `2021`, `2026`, or what an operator added.
    pub code: String,
    pub version: i64,
    pub effective_from: Option<Day>,
    /// An operator has confirmed the values; until then every case under it is marked unverified.
    pub confirmed: bool,
    pub values: ProfileValues,
}

/// A version of a profile: what it was from when, by whom and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileVersion {
    pub profile: Profile,
    pub reason: String,
    pub changed_at: UtcTime,
    /// As in the change log: an id, never a personal name.
    pub changed_by: String,
}

impl Profile {
    /// Five classes: a licence is a class of its own (since 2021) and not a kind of transfer.
    pub fn licence_is_a_class(&self) -> bool {
        self.values.contract_classes.iter().any(|class| class == "licence")
    }

    pub fn has_class(&self, class: &str) -> bool {
        self.values.contract_classes.iter().any(|known| known == class)
    }

    pub fn has_sub_type(&self, sub_type: &str) -> bool {
        self.values.contract_sub_types.iter().any(|known| known == sub_type)
    }

    /// What an application of this class must bring.
    pub fn evidence_for(&self, class: &str) -> impl Iterator<Item = &str> {
        let of_class = self.values.evidence.iter().filter(move |evidence| evidence.class == class);
        of_class.flat_map(|evidence| evidence.kinds.iter().map(String::as_str))
    }

    pub fn is_large(&self, technical_amount: Fen) -> bool {
        technical_amount >= self.values.large_contract_from
    }

    /// Time for the decision.
    pub fn review_limit(&self, large_or_disputed: bool) -> Limit {
        if large_or_disputed { self.values.review_limit_complex } else { self.values.review_limit }
    }
}
