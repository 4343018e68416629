//! The words of a listed record. Pure.

use crate::kernel::actor::{OrganisationKind, words};
use crate::kernel::codes::DivisionCode;
use crate::kernel::id::{Id, OrganisationId, UserId};
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::kernel::vocabulary;

use super::kind::Kind;

words! {
    /// States of an achievement or demand (DOMAIN §6).
    #[schema(as = ListingState)]
    State {
        Draft = "draft",
        Submitted = "submitted",
        Returned = "returned",
        Published = "published",
        Withdrawn = "withdrawn",
        Traded = "traded",
        Expired = "expired",
    }
}

words! {
    /// A change of a published record on its way through review; the public sees the approved text meanwhile.
    #[schema(as = ListingRevision)]
    Revision { None = "none", Draft = "draft", Submitted = "submitted", Returned = "returned" }
}

/// Where a record stands. Only what was published can have a revision beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Draft,
    Submitted,
    Returned,
    Published(Revision),
    Withdrawn,
    Traded,
    Expired(Revision),
}

/// What can be done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Edit,
    Submit,
    Publish,
    Return,
    Withdraw,
    Renew,
    Expire,
    Trade,
}

impl Standing {
    pub const fn state(self) -> State {
        match self {
            Self::Draft => State::Draft,
            Self::Submitted => State::Submitted,
            Self::Returned => State::Returned,
            Self::Published(_) => State::Published,
            Self::Withdrawn => State::Withdrawn,
            Self::Traded => State::Traded,
            Self::Expired(_) => State::Expired,
        }
    }

    pub const fn revision(self) -> Revision {
        match self {
            Self::Published(revision) | Self::Expired(revision) => revision,
            _ => Revision::None,
        }
    }

    pub const fn from_parts(state: State, revision: Revision) -> Self {
        match state {
            State::Draft => Self::Draft,
            State::Submitted => Self::Submitted,
            State::Returned => Self::Returned,
            State::Published => Self::Published(revision),
            State::Withdrawn => Self::Withdrawn,
            State::Traded => Self::Traded,
            State::Expired => Self::Expired(revision),
        }
    }

    /// Whether the public sees it.
    pub const fn is_published(self) -> bool {
        matches!(self, Self::Published(_))
    }

    /// Whether it waits for a reviewer.
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Submitted | Self::Published(Revision::Submitted))
    }
}

/// The organisation whose record it is, as it was named when it last wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub organisation: OrganisationId,
    pub party: PartyRef,
    pub kind: OrganisationKind,
}

/// What is filtered and sorted: columns, never looked up in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    pub title: String,
    /// The first lines, for lists.
    pub brief: String,
    pub technical_field: String,
    pub industry: String,
    pub division: String,
    pub kind: String,
    /// 0 when not stated.
    pub trl: i32,
    pub year: i32,
    pub price: PriceBounds,
}

/// The bounds of a price for sorting: a negotiable one comes last either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBounds {
    pub low_fen: i64,
    pub high_fen: i64,
}

impl PriceBounds {
    pub const NEGOTIABLE: Self = Self { low_fen: i64::MAX, high_fen: -1 };

    pub const fn is_negotiable(self) -> bool {
        self.high_fen < 0
    }
}

impl Default for PriceBounds {
    fn default() -> Self {
        Self::NEGOTIABLE
    }
}

/// A submission that waits or waited for review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    pub by: UserId,
    pub at: UtcTime,
}

/// The last words about a record's fate, by the holder or by its reviewer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// The reviewer's opinion with the last publication or return.
    pub opinion: Option<String>,
    /// Why it was withdrawn or renewed.
    pub reason: Option<String>,
}

/// An achievement or demand.
pub struct Listing<K: Kind> {
    pub id: Id<K>,
    pub urn: String,
    pub version: i64,
    pub holder: Holder,
    pub standing: Standing,
    /// URN of the deal that holds it.
    pub reserved_for: Option<String>,
    /// The holder's working copy.
    pub content: K::Content,
    /// The text as approved, from the first publication on.
    pub published: Option<K::Content>,
    pub remarks: Remarks,
    pub submission: Option<Submission>,
    pub published_at: Option<UtcTime>,
    /// The last day on the market.
    pub ends_on: Option<Day>,
    pub created_at: UtcTime,
    pub created_by: UserId,
    pub updated_at: UtcTime,
}

impl<K: Kind> Clone for Listing<K> {
    fn clone(&self) -> Self {
        Self {
            id: self.id,
            urn: self.urn.clone(),
            version: self.version,
            holder: self.holder.clone(),
            standing: self.standing,
            reserved_for: self.reserved_for.clone(),
            content: self.content.clone(),
            published: self.published.clone(),
            remarks: self.remarks.clone(),
            submission: self.submission,
            published_at: self.published_at,
            ends_on: self.ends_on,
            created_at: self.created_at,
            created_by: self.created_by,
            updated_at: self.updated_at,
        }
    }
}

/// An achievement or demand as lists show it: from columns alone.
#[derive(Clone, Debug)]
pub struct Summary<K> {
    pub id: Id<K>,
    pub version: i64,
    pub holder: Holder,
    pub standing: Standing,
    pub index: Index,
    pub submitted_at: Option<UtcTime>,
    pub published_at: Option<UtcTime>,
    pub ends_on: Option<Day>,
    pub updated_at: UtcTime,
}

/// How far a published record reaches: for search, matching and outlets, which know hierarchies of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Industry codes from the section down: `C`, `C13`.
    pub industry: Vec<String>,
    /// Division codes from its own up to the city.
    pub divisions: Vec<String>,
    pub published_at: UtcTime,
    pub ends_on: Option<Day>,
}

impl Reach {
    /// `None` for a record that never was published.
    pub fn of<K: Kind>(record: &Listing<K>) -> Option<Self> {
        let index = K::index(record.published.as_ref()?);
        let published_at = record.published_at?;
        let divisions = upwards(&index.division);
        Some(Self {
            industry: from_section(&index.industry),
            divisions,
            published_at,
            ends_on: record.ends_on,
        })
    }
}

/// An industry as it is filtered: a class below its section, `C30`.
pub fn industry_key(code: &str) -> String {
    from_section(code).pop().unwrap_or_default()
}

/// An industry with the section that it belongs to.
pub fn from_section(code: &str) -> Vec<String> {
    match vocabulary::industry_section_of(code) {
        Some(section) => vec![section.to_owned(), format!("{section}{code}")],
        None if code.is_empty() => vec![],
        None => vec![code.to_owned()],
    }
}

/// A division with those above it, up to the city.
pub fn upwards(code: &str) -> Vec<String> {
    let mut divisions = Vec::new();
    let mut next = DivisionCode::parse(code).ok();
    // A province's code ends in four zeros: beyond the city nobody filters.
    while let Some(division) = next.filter(|division| !division.as_str().ends_with("0000")) {
        next = division.parent();
        divisions.push(division.as_str().to_owned());
    }
    divisions
}

words! {
    /// Orders of the public list.
    #[schema(as = ListingSort)]
    Sort {
        Newest = "newest",
        PriceUp = "price",
        PriceDown = "-price",
        EndingSoon = "ending",
    }
}

/// What a list is narrowed to. Absent means any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub holder: Option<OrganisationId>,
    pub technical_field: Option<String>,
    pub industry: Option<String>,
    pub division: Option<String>,
    pub kind: Option<String>,
    pub trl_min: Option<i32>,
    pub trl_max: Option<i32>,
    pub year_min: Option<i32>,
    pub year_max: Option<i32>,
    /// At most this price; negotiable ones are left out.
    pub price_max_fen: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_reach_from_the_section_and_up_to_the_city() {
        assert_eq!(from_section("13"), ["C", "C13"]);
        assert_eq!(from_section("C"), ["C"]);
        assert_eq!((industry_key("30"), industry_key("C30")), ("C30".into(), "C30".into()));
        assert_eq!(upwards("450721"), ["450721", "450700"]);
        assert_eq!(upwards("450700"), ["450700"]);
        assert!(upwards("").is_empty() && from_section("").is_empty());
    }
}
