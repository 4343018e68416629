//! What the search may show of a record, and what may be asked of the search.

use crate::kernel::id::Id;
use crate::kernel::time::UtcTime;
use crate::kernel::vocabulary;

/// One searchable record: its *published projection*, never a draft and never a confidential part. Whatever is
/// put in here can be found and read by anybody without login, so a source fills it from published columns only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The record's URN, the same string that its changes carry as subject.
    pub subject: String,
    /// Kind of the record: `achievement`, `demand`, …
    pub kind: String,
    pub version: i64,
    pub title: String,
    /// Abstract and whatever other public text is worth finding, paragraphs joined with a line feed.
    pub body: String,
    pub keywords: Vec<String>,
    /// Names of the persons published with the record (contributors). Found by the whole name.
    pub people: Vec<String>,
    /// Patent, application, registration and standard numbers, as written. Found without regard to dots, blanks
    /// and the prefix ZL.
    pub numbers: Vec<String>,
    pub holder: Holder,
    /// Codes of the technical field (1st) and of finer classes below it, if any.
    pub field: Vec<String>,
    /// Industry codes from the section down: `["C", "C13"]`.
    pub industry: Vec<String>,
    /// Technology readiness level 1 to 9.
    pub trl: Option<u8>,
    pub ip_kinds: Vec<String>,
    pub ip_states: Vec<String>,
    /// Codes of the cooperation modes offered or wanted.
    pub cooperation: Vec<String>,
    /// Price of an achievement or budget of a demand.
    pub price: Price,
    /// Division codes from the record's own unit up to the city: a filter on the city then finds its counties.
    pub divisions: Vec<String>,
    /// The node the record comes from.
    pub origin: String,
    pub year: Option<i32>,
    /// First publication, microseconds since 1970 UTC.
    pub published_at: i64,
    /// End of validity or of the call, microseconds since 1970 UTC.
    pub deadline: Option<i64>,
}

/// The organisation a record belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holder {
    pub urn: String,
    pub name: String,
    /// Code of the kind of organisation: `institute`, `enterprise`, …
    pub kind: String,
}

/// A price in fen as far as it is published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Price {
    /// 面议
    #[default]
    Negotiable,
    Fixed(i64),
    Range(i64, i64),
}

/// The part of a URN behind its last colon: the id inside the node that issued it.
pub fn local_id(subject: &str) -> &str {
    subject.rsplit(':').next().unwrap_or(subject)
}

pub type SynonymSetId = Id<SynonymSet>;

/// Words that mean the same to who searches, as an operator declared them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynonymSet {
    pub id: SynonymSetId,
    pub version: i64,
    /// As written; compared folded.
    pub terms: Vec<String>,
    /// Where it comes from, why it is so.
    pub note: String,
    pub changed_at: UtcTime,
    pub changed_by: String,
}

/// What somebody asks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// Words, "phrases" and -exclusions as typed; empty asks for everything.
    pub text: String,
    pub filters: Filters,
    pub sort: Sort,
    pub limit: usize,
    pub after: Option<Position>,
    /// The facets to count.
    pub facets: Vec<Facet>,
}

/// Values of one facet are alternatives, facets and ranges must all hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    pub chosen: Vec<(Facet, Vec<String>)>,
    pub ranges: Vec<(Measure, Bounds)>,
}

/// Both ends included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    pub from: Option<i64>,
    pub to: Option<i64>,
}

/// What hits can be counted and narrowed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Facet {
    Kind,
    Field,
    Industry,
    Trl,
    Maturity,
    IpKind,
    IpState,
    Cooperation,
    PriceBand,
    Division,
    Origin,
    HolderKind,
    Year,
}

impl Facet {
    pub const ALL: [Facet; 13] = [
        Facet::Kind,
        Facet::Field,
        Facet::Industry,
        Facet::Trl,
        Facet::Maturity,
        Facet::IpKind,
        Facet::IpState,
        Facet::Cooperation,
        Facet::PriceBand,
        Facet::Division,
        Facet::Origin,
        Facet::HolderKind,
        Facet::Year,
    ];

    /// What is counted when the question does not say.
    pub const USUAL: [Facet; 8] = [
        Facet::Kind,
        Facet::Field,
        Facet::Maturity,
        Facet::Cooperation,
        Facet::PriceBand,
        Facet::Division,
        Facet::HolderKind,
        Facet::Year,
    ];

    /// Its name in the API and in the index.
    pub const fn name(self) -> &'static str {
        match self {
            Facet::Kind => "kind",
            Facet::Field => "field",
            Facet::Industry => "industry",
            Facet::Trl => "trl",
            Facet::Maturity => "maturity",
            Facet::IpKind => "ip_kind",
            Facet::IpState => "ip_state",
            Facet::Cooperation => "cooperation",
            Facet::PriceBand => "price_band",
            Facet::Division => "division",
            Facet::Origin => "origin",
            Facet::HolderKind => "holder_kind",
            Facet::Year => "year",
        }
    }

    pub fn named(name: &str) -> Option<Facet> {
        Facet::ALL.into_iter().find(|facet| facet.name() == name)
    }
}

impl Facet {
    /// Whether a value is one of the list that the facet is coded by; years, divisions and nodes have none.
    pub fn takes(self, value: &str) -> bool {
        match self {
            Facet::Kind => KINDS.contains(&value),
            Facet::Field => vocabulary::has("technical_field", value),
            Facet::Industry => is_industry(value),
            Facet::Trl => vocabulary::has("trl", value),
            Facet::Maturity => (1..=9).any(|trl| maturity(trl) == value),
            Facet::IpKind => vocabulary::has("ip_kind", value),
            Facet::IpState => vocabulary::has("ip_status", value),
            Facet::Cooperation => vocabulary::has("cooperation_mode", value),
            Facet::PriceBand => value == NEGOTIABLE || PRICE_BANDS.iter().any(|(_, band)| *band == value),
            Facet::HolderKind => vocabulary::has("organisation_kind", value),
            Facet::Division | Facet::Origin | Facet::Year => true,
        }
    }
}

/// A section (`C`), or a class behind its section (`C13`).
fn is_industry(value: &str) -> bool {
    let class = value.get(1..).unwrap_or_default();
    vocabulary::has("industry_section", value)
        || (vocabulary::industry_section_of(class).is_some()
            && value.get(..1) == vocabulary::industry_section_of(class))
}

/// What hits can be narrowed by from and to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    Trl,
    Year,
    /// Fen; a range of prices is met where it overlaps.
    Price,
    /// Microseconds.
    Published,
    /// Microseconds.
    Deadline,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    #[default]
    Relevance,
    Newest,
    PriceAscending,
    PriceDescending,
    EndingSoon,
}

/// Where a suggestion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A code of the vocabulary: a filter rather than a word.
    Code,
    Keyword,
    Person,
    Holder,
    /// A word of a title.
    Word,
    Title,
}

impl EntryKind {
    pub const ALL: [EntryKind; 6] = [
        EntryKind::Code,
        EntryKind::Keyword,
        EntryKind::Person,
        EntryKind::Holder,
        EntryKind::Word,
        EntryKind::Title,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            EntryKind::Code => "code",
            EntryKind::Keyword => "keyword",
            EntryKind::Person => "person",
            EntryKind::Holder => "holder",
            EntryKind::Word => "word",
            EntryKind::Title => "title",
        }
    }
}

/// What somebody who is still typing may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub text: String,
    pub kind: EntryKind,
    /// Records that have it.
    pub count: u64,
    /// For a code: what to filter by.
    pub filter: Option<(Facet, String)>,
}

/// How far the asked words had to be relaxed to find something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// All words.
    #[default]
    Words,
    /// All words, or all their characters.
    Characters,
    /// Some of the words.
    SomeWords,
    /// Nothing was found but for another spelling: all its words.
    Corrected,
}

/// The place of a hit in its list: where the next page goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub stage: Stage,
    pub rank: u64,
    pub tie: u64,
}

/// Text as alternating pieces: plain, hit, plain, hit, … The first is plain and may be empty.
pub type Pieces = Vec<String>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub document: Document,
    pub title: Pieces,
    /// The part of the body that says most about the question.
    pub excerpt: Pieces,
    /// The keywords that were hit.
    pub keywords: Vec<Pieces>,
}

/// How many there are; beyond a bound only that there are at least so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Total {
    pub count: u64,
    pub exact: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub hits: Vec<Hit>,
    pub total: Total,
    pub facets: Vec<(Facet, Vec<(String, u64)>)>,
    pub stage: Stage,
    pub next: Option<Position>,
    /// Other spellings that find (more), the likeliest first.
    pub did_you_mean: Vec<String>,
    /// The spelling that the hits are for, where it is not the one asked.
    pub corrected: Option<String>,
    /// Of a long question, the words that were looked for; none where all were.
    pub taken: Vec<String>,
}

/// Kinds of records that are searched, of this node and as replicas.
const KINDS: [&str; 2] = ["achievement", "demand"];
const NEGOTIABLE: &str = "negotiable";

/// The lower ends of the price bands in fen, and their codes.
const PRICE_BANDS: [(i64, &str); 4] =
    [(500_000_000, "from_5m"), (100_000_000, "1m_5m"), (10_000_000, "100k_1m"), (i64::MIN, "below_100k")];

impl Price {
    /// Lowest and highest price in fen.
    pub const fn bounds(self) -> Option<(i64, i64)> {
        match self {
            Price::Negotiable => None,
            Price::Fixed(fen) => Some((fen, fen)),
            Price::Range(low, high) => Some((low, high)),
        }
    }

    /// The band by the lowest price; amounts in its name are yuan.
    pub fn band(self) -> &'static str {
        let Some((low, _)) = self.bounds() else { return NEGOTIABLE };
        PRICE_BANDS.iter().find(|(from, _)| low >= *from).map_or(NEGOTIABLE, |(_, band)| band)
    }
}

/// The three stretches of the nine levels (GB/T 22900-2022) that a buyer tells apart.
pub const fn maturity(trl: u8) -> &'static str {
    match trl {
        0..=3 => "research",
        4..=6 => "trial",
        _ => "production",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_fall_into_bands_by_their_lower_end() {
        assert_eq!(Price::Negotiable.band(), "negotiable");
        assert_eq!(Price::Fixed(9_999_999).band(), "below_100k");
        assert_eq!(Price::Fixed(10_000_000).band(), "100k_1m");
        assert_eq!(Price::Range(100_000_000, 900_000_000).band(), "1m_5m");
        assert_eq!(Price::Fixed(500_000_000).band(), "from_5m");
    }

    #[test]
    fn facets_are_found_by_name() {
        assert!(Facet::ALL.iter().all(|facet| Facet::named(facet.name()) == Some(*facet)));
        assert_eq!(Facet::named("colour"), None);
    }

    #[test]
    fn the_local_id_stands_behind_the_last_colon() {
        assert_eq!(local_id("urn:techmart:cn-450700:achievement:0199"), "0199");
        assert_eq!(local_id("0199"), "0199");
    }
}
