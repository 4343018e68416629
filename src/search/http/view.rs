//! The answer as it goes over HTTP.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ask::Marks;
use crate::kernel::time::UtcTime;
use crate::replica::service::Homes;
use crate::search::model::{self, Answer, Hit, Holder, Price, Stage};

#[derive(Serialize, utoipa::ToSchema)]
pub struct SearchView {
    pub items: Vec<HitView>,
    /// Opaque: pass it back as `cursor`. Null on the last page.
    pub next: Option<String>,
    pub total: TotalView,
    /// Values and their counts by facet, the most frequent first.
    pub facets: BTreeMap<&'static str, Vec<CountView>>,
    /// `all_words`; `characters`: the characters of the words may stand in for them; `some_words`: no record has
    /// all of them; `corrected`: nothing was found but for another spelling, `corrected_to`.
    pub matched: &'static str,
    /// The spelling that the items are for, where it is not the one asked.
    pub corrected_to: Option<String>,
    /// Other spellings that find (more), the likeliest first; only with the first page.
    pub did_you_mean: Vec<String>,
    /// Of a text of more than 20 words, the rarest: only these were looked for. Empty where all words were.
    pub rarest_words: Vec<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct TotalView {
    pub count: u64,
    /// False: at least so many.
    pub exact: bool,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct CountView {
    pub value: String,
    pub count: u64,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct HitView {
    pub kind: String,
    pub id: String,
    pub urn: String,
    pub version: i64,
    pub title: String,
    pub keywords: Vec<String>,
    pub holder: HolderView,
    pub field: Vec<String>,
    pub industry: Vec<String>,
    pub trl: Option<u8>,
    pub ip_kinds: Vec<String>,
    pub cooperation: Vec<String>,
    pub price: PriceView,
    /// From the record's own division up to the city.
    pub divisions: Vec<String>,
    /// The node that owns the record.
    pub origin: String,
    /// Where the record lives, if at another node; null for one of this node.
    pub home: Option<String>,
    pub year: Option<i32>,
    pub published_at: UtcTime,
    pub deadline: Option<UtcTime>,
    pub highlights: Highlights,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct HolderView {
    pub urn: String,
    pub name: String,
    pub kind: String,
}

#[derive(Serialize, utoipa::ToSchema)]
pub struct PriceView {
    /// `negotiable`, `fixed` or `range`.
    pub kind: &'static str,
    pub low_fen: Option<i64>,
    pub high_fen: Option<i64>,
}

/// Texts in alternating pieces: the 1st, 3rd, … plain, the 2nd, 4th, … hit. The first may be empty.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Highlights {
    pub title: Vec<String>,
    /// The part of the text that says most about the question.
    pub excerpt: Vec<String>,
    /// The keywords that were hit.
    pub keywords: Vec<Vec<String>>,
}

impl SearchView {
    pub fn new(answer: Answer, marks: Marks, homes: &Homes) -> SearchView {
        let counts = |values: Vec<(String, u64)>| {
            values.into_iter().map(|(value, count)| CountView { value, count }).collect()
        };
        SearchView {
            next: answer.next.map(|position| marks.cursor(position)),
            total: TotalView { count: answer.total.count, exact: answer.total.exact },
            facets: answer.facets.into_iter().map(|(facet, values)| (facet.name(), counts(values))).collect(),
            matched: match answer.stage {
                Stage::Words => "all_words",
                Stage::Characters => "characters",
                Stage::SomeWords => "some_words",
                Stage::Corrected => "corrected",
            },
            corrected_to: answer.corrected,
            did_you_mean: answer.did_you_mean,
            rarest_words: answer.taken,
            items: answer.hits.into_iter().map(|hit| HitView::of(hit, homes)).collect(),
        }
    }
}

impl HitView {
    fn of(hit: Hit, homes: &Homes) -> HitView {
        let document = hit.document;
        let home = homes.of(&document.subject);
        HitView {
            id: model::local_id(&document.subject).to_owned(),
            urn: document.subject,
            kind: document.kind,
            version: document.version,
            title: document.title,
            keywords: document.keywords,
            holder: document.holder.into(),
            field: document.field,
            industry: document.industry,
            trl: document.trl,
            ip_kinds: document.ip_kinds,
            cooperation: document.cooperation,
            price: document.price.into(),
            divisions: document.divisions,
            origin: document.origin,
            home,
            year: document.year,
            published_at: UtcTime::from_micros(document.published_at),
            deadline: document.deadline.map(UtcTime::from_micros),
            highlights: Highlights { title: hit.title, excerpt: hit.excerpt, keywords: hit.keywords },
        }
    }
}

impl From<Holder> for HolderView {
    fn from(holder: Holder) -> HolderView {
        HolderView { urn: holder.urn, name: holder.name, kind: holder.kind }
    }
}

impl From<Price> for PriceView {
    fn from(price: Price) -> PriceView {
        let kind = match price {
            Price::Negotiable => "negotiable",
            Price::Fixed(_) => "fixed",
            Price::Range(..) => "range",
        };
        let (low, high) = price.bounds().unzip();
        PriceView { kind, low_fen: low, high_fen: high }
    }
}
