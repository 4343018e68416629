//! A document as a row of the index, and back as what an answer shows.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tantivy::TantivyDocument;
use tantivy::schema::{Field, Value};

use super::entries;
use super::schema::{Fields, TIE_BITS};
use crate::search::analyzer::fold::fold;
use crate::search::analyzer::grams::ideographic;
use crate::search::analyzer::{Analyzer, exact};
use crate::search::model::{Document, Facet, Holder, Price, maturity};

/// How often the title counts against the body.
const TITLE_WEIGHT: usize = 3;
const KEYWORD_WEIGHT: usize = 2;

/// The stored form. Short names: there is one for each record.
#[derive(Serialize, Deserialize)]
struct Shown {
    s: String,
    k: String,
    v: i64,
    t: String,
    b: String,
    w: Vec<String>,
    h: (String, String, String),
    f: Vec<String>,
    i: Vec<String>,
    l: Option<u8>,
    ik: Vec<String>,
    is: Vec<String>,
    c: Vec<String>,
    p: Option<(i64, i64)>,
    d: Vec<String>,
    o: String,
    y: Option<i32>,
    a: i64,
    e: Option<i64>,
}

pub fn row(fields: &Fields, analyzer: &Analyzer, document: &Document) -> TantivyDocument {
    let mut row = TantivyDocument::default();
    row.add_text(fields.subject, &document.subject);
    row.add_bytes(fields.shown, &stored(document));
    texts(fields, document, &mut row);
    for term in exact_terms(document) {
        row.add_text(fields.exact, term);
    }
    for term in entries::terms(document, analyzer) {
        row.add_text(fields.entries, term);
    }
    for facet in Facet::ALL {
        if let Some(field) = fields.facet(facet) {
            facet_values(facet, document).iter().for_each(|value| row.add_text(field, value));
        }
    }
    measures(fields, document, &mut row);
    row
}

fn texts(fields: &Fields, document: &Document, row: &mut TantivyDocument) {
    for (text, times) in passages(document) {
        (0..times).for_each(|_| row.add_text(fields.words, text));
        row.add_text(fields.grams, text);
    }
}

/// The texts of a record in the order of the index, and how often the words of each count.
pub fn passages(document: &Document) -> impl Iterator<Item = (&str, usize)> {
    let keywords = document.keywords.iter().map(|keyword| (keyword.as_str(), KEYWORD_WEIGHT));
    let title = std::iter::once((document.title.as_str(), TITLE_WEIGHT));
    // Not the words of the holder's name: 研究 would find every record of a 研究院.
    let rest = [(document.body.as_str(), 1), (document.holder.name.as_str(), 0)];
    title.chain(keywords).chain(rest).filter(|(text, _)| !text.is_empty())
}

/// What is found by being named whole; single ideographs of the title, which no pair contains alone.
pub fn exact_terms(document: &Document) -> Vec<String> {
    let whole = document.numbers.iter().chain(&document.people).chain(&document.keywords);
    let mut terms: Vec<String> =
        whole.chain([&document.title, &document.holder.name]).map(|text| exact(text)).collect();
    let head = fold(&format!("{} {}", document.title, document.keywords.join(" ")));
    terms.extend(head.chars().filter(|c| ideographic(*c)).map(String::from));
    terms.retain(|term| !term.is_empty());
    terms.sort_unstable();
    terms.dedup();
    terms
}

pub fn facet_values(facet: Facet, document: &Document) -> Vec<String> {
    let one = |value: &str| if value.is_empty() { vec![] } else { vec![value.to_owned()] };
    match facet {
        Facet::Kind => one(&document.kind),
        Facet::Field => document.field.clone(),
        Facet::Industry => document.industry.clone(),
        Facet::Trl => document.trl.map(|level| level.to_string()).into_iter().collect(),
        Facet::Maturity => document.trl.map(|level| maturity(level).to_owned()).into_iter().collect(),
        Facet::IpKind => document.ip_kinds.clone(),
        Facet::IpState => document.ip_states.clone(),
        Facet::Cooperation => document.cooperation.clone(),
        Facet::PriceBand => one(document.price.band()),
        Facet::Division => document.divisions.clone(),
        Facet::Origin => one(&document.origin),
        Facet::HolderKind => one(&document.holder.kind),
        Facet::Year => document.year.map(|year| year.to_string()).into_iter().collect(),
    }
}

fn measures(fields: &Fields, document: &Document, row: &mut TantivyDocument) {
    row.add_u64(fields.newness, newness(document.published_at) | tie(&document.subject));
    if let Some((low, high)) = document.price.bounds() {
        row.add_i64(fields.price_low, low);
        row.add_i64(fields.price_high, high);
    }
    let mut add = |field: Field, value: Option<i64>| {
        if let Some(value) = value {
            row.add_i64(field, value);
        }
    };
    add(fields.deadline, document.deadline);
    add(fields.trl, document.trl.map(i64::from));
    add(fields.year, document.year.map(i64::from));
}

/// The upper bits of the column: seconds since 1970.
pub fn newness(micros: i64) -> u64 {
    const SECONDS_MAX: i64 = (1 << (64 - TIE_BITS)) - 1;
    let seconds = micros.div_euclid(1_000_000).clamp(0, SECONDS_MAX);
    seconds.unsigned_abs() << TIE_BITS
}

/// The same record has the same place in every index.
pub fn tie(subject: &str) -> u64 {
    let digest = Sha256::digest(subject.as_bytes());
    let bits = digest.iter().take(4).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    bits >> (32 - TIE_BITS)
}

fn stored(document: &Document) -> Vec<u8> {
    let d = document.clone();
    let shown = Shown {
        s: d.subject,
        k: d.kind,
        v: d.version,
        t: d.title,
        b: d.body,
        w: d.keywords,
        h: (d.holder.urn, d.holder.name, d.holder.kind),
        f: d.field,
        i: d.industry,
        l: d.trl,
        ik: d.ip_kinds,
        is: d.ip_states,
        c: d.cooperation,
        p: d.price.bounds(),
        d: d.divisions,
        o: d.origin,
        y: d.year,
        a: d.published_at,
        e: d.deadline,
    };
    serde_json::to_vec(&shown).unwrap_or_default()
}

/// The document as stored; persons and numbers are found, not shown.
pub fn shown(fields: &Fields, row: &TantivyDocument) -> Option<Document> {
    let shown: Shown = serde_json::from_slice(row.get_first(fields.shown)?.as_bytes()?).ok()?;
    let price = match shown.p {
        None => Price::Negotiable,
        Some((low, high)) if low == high => Price::Fixed(low),
        Some((low, high)) => Price::Range(low, high),
    };
    let (urn, name, kind) = shown.h;
    Some(Document {
        subject: shown.s,
        kind: shown.k,
        version: shown.v,
        title: shown.t,
        body: shown.b,
        keywords: shown.w,
        people: vec![],
        numbers: vec![],
        holder: Holder { urn, name, kind },
        field: shown.f,
        industry: shown.i,
        trl: shown.l,
        ip_kinds: shown.ik,
        ip_states: shown.is,
        cooperation: shown.c,
        price,
        divisions: shown.d,
        origin: shown.o,
        year: shown.y,
        published_at: shown.a,
        deadline: shown.e,
    })
}
