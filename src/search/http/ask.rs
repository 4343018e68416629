//! The question as it comes over HTTP.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::kernel::codes_common::{CURSOR_INVALID, UNKNOWN_VALUE};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{PageQuery, decode_cursor, encode_cursor};
use crate::kernel::time::Day;
use crate::search::codes::{
    SEARCH_FACET_UNKNOWN, SEARCH_SORT_UNKNOWN, SEARCH_TOO_LONG, SEARCH_TOO_MANY_VALUES,
};
use crate::search::model::{Bounds, Facet, Filters, Measure, Position, SearchQuery, Sort, Stage};
use crate::search::query::QUERY_CHARS_MAX;

/// Values of one filter.
const VALUES_MAX: usize = 50;
/// Of an unknown value, in the answer that refuses it.
const VALUE_SHOWN_CHARS: usize = 40;

#[derive(
    Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::IntoParams, utoipa::ToSchema,
)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct SearchParams {
    /// Words, "phrases", -exclusions and alternatives (A OR B, A|B); at most 4 000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    q: Option<String>,
    /// Kinds of records: `achievement`, `demand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// Technical fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Industries of GB/T 4754.
    #[serde(skip_serializing_if = "Option::is_none")]
    industry: Option<String>,
    /// Technology readiness levels.
    #[serde(skip_serializing_if = "Option::is_none")]
    trl: Option<String>,
    /// `research`, `trial`, `production`.
    #[serde(skip_serializing_if = "Option::is_none")]
    maturity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip_state: Option<String>,
    /// Cooperation modes.
    #[serde(skip_serializing_if = "Option::is_none")]
    cooperation: Option<String>,
    /// `negotiable`, `below_100k`, `100k_1m`, `1m_5m`, `from_5m` (yuan).
    #[serde(skip_serializing_if = "Option::is_none")]
    price_band: Option<String>,
    /// Division codes; a city finds its counties too.
    #[serde(skip_serializing_if = "Option::is_none")]
    division: Option<String>,
    /// Nodes that records come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    /// Kinds of organisations.
    #[serde(skip_serializing_if = "Option::is_none")]
    holder_kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trl_from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trl_to: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year_from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    year_to: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_from_fen: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    price_to_fen: Option<i64>,
    /// Published on this day or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    published_from: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_to: Option<Day>,
    /// Open until this day or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline_from: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deadline_to: Option<Day>,
    /// `relevance` (default), `newest`, `price`, `-price`, `ending_soon`.
    #[serde(skip_serializing_if = "Option::is_none")]
    sort: Option<String>,
    /// Facets to count, separated by commas; `none` for none, `all` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    facets: Option<String>,
    /// Entries of a page, 1 to 100; 20 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    /// The `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
}

/// Ties a cursor to its question: the place of a hit means nothing in another list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks(u32);

#[derive(Serialize, Deserialize)]
struct CursorKey {
    s: u8,
    r: u64,
    t: u64,
    q: u32,
}

impl SearchParams {
    /// The question alone: without order, facets and page, which a list has and a question that stands has not.
    #[must_use]
    pub fn standing(self) -> Self {
        Self { sort: None, facets: None, limit: None, cursor: None, ..self }
    }

    /// The words typed.
    pub fn text(&self) -> &str {
        self.q.as_deref().unwrap_or_default()
    }

    pub fn query(self) -> Result<SearchQuery, Refusal> {
        let mut errors = Errors::new();
        self.check_codes(&mut errors);
        self.taken(errors)
    }

    /// A question that was kept: a code that has left its list since is asked for all the same, and finds nothing.
    pub fn kept_query(self) -> Result<SearchQuery, Refusal> {
        self.taken(Errors::new())
    }

    /// A filter by what no record can have would find nothing, today and for good.
    fn check_codes(&self, errors: &mut Errors) {
        for facet in Facet::ALL {
            let values: Vec<String> = self.values(facet).map(words).unwrap_or_default();
            for value in values.into_iter().filter(|value| !facet.takes(value)).take(VALUES_MAX) {
                let shown = value.chars().take(VALUE_SHOWN_CHARS).collect();
                let params = [("value", shown), ("list", facet.name().to_owned())];
                errors.add_with(format!("/{}", facet.name()), &UNKNOWN_VALUE, &params);
            }
        }
    }

    fn taken(self, mut errors: Errors) -> Result<SearchQuery, Refusal> {
        let text = self.q.clone().unwrap_or_default();
        if text.chars().count() > QUERY_CHARS_MAX {
            errors.add_with("/q", &SEARCH_TOO_LONG, &[("max", QUERY_CHARS_MAX.to_string())]);
        }
        let filters = Filters { chosen: self.chosen(&mut errors), ranges: self.ranges() };
        let sort = self.sort(&mut errors);
        let facets = self.facets(&mut errors);
        errors.check()?;
        let page = PageQuery::new(self.limit, self.cursor)?;
        let limit = usize::try_from(page.limit).unwrap_or(1);
        let mut query = SearchQuery { text, filters, sort, limit, after: None, facets };
        query.after = page.cursor.map(|cursor| Marks::of(&query).position(&cursor)).transpose()?;
        Ok(query)
    }

    fn chosen(&self, errors: &mut Errors) -> Vec<(Facet, Vec<String>)> {
        let mut chosen = Vec::new();
        for facet in Facet::ALL {
            let values: Vec<String> = self.values(facet).map(words).unwrap_or_default();
            if values.len() > VALUES_MAX {
                let pointer = format!("/{}", facet.name());
                errors.add_with(pointer, &SEARCH_TOO_MANY_VALUES, &[("max", VALUES_MAX.to_string())]);
            } else if !values.is_empty() {
                chosen.push((facet, values));
            }
        }
        chosen
    }

    fn values(&self, facet: Facet) -> Option<&str> {
        let values = match facet {
            Facet::Kind => &self.kind,
            Facet::Field => &self.field,
            Facet::Industry => &self.industry,
            Facet::Trl => &self.trl,
            Facet::Maturity => &self.maturity,
            Facet::IpKind => &self.ip_kind,
            Facet::IpState => &self.ip_state,
            Facet::Cooperation => &self.cooperation,
            Facet::PriceBand => &self.price_band,
            Facet::Division => &self.division,
            Facet::Origin => &self.origin,
            Facet::HolderKind => &self.holder_kind,
            Facet::Year => &self.year,
        };
        values.as_deref()
    }

    fn ranges(&self) -> Vec<(Measure, Bounds)> {
        let start = |day: Option<Day>| day.map(|day| day.start().micros());
        let end = |day: Option<Day>| day.map(|day| day.end().micros() - 1);
        let ranges = [
            (Measure::Trl, self.trl_from, self.trl_to),
            (Measure::Year, self.year_from, self.year_to),
            (Measure::Price, self.price_from_fen, self.price_to_fen),
            (Measure::Published, start(self.published_from), end(self.published_to)),
            (Measure::Deadline, start(self.deadline_from), end(self.deadline_to)),
        ];
        let given = ranges.into_iter().filter(|(_, from, to)| from.is_some() || to.is_some());
        given.map(|(measure, from, to)| (measure, Bounds { from, to })).collect()
    }

    fn sort(&self, errors: &mut Errors) -> Sort {
        match self.sort.as_deref() {
            None | Some("relevance") => Sort::Relevance,
            Some("newest") => Sort::Newest,
            Some("price") => Sort::PriceAscending,
            Some("-price") => Sort::PriceDescending,
            Some("ending_soon") => Sort::EndingSoon,
            Some(other) => {
                errors.add_with("/sort", &SEARCH_SORT_UNKNOWN, &[("value", other.to_owned())]);
                Sort::Relevance
            }
        }
    }

    fn facets(&self, errors: &mut Errors) -> Vec<Facet> {
        match self.facets.as_deref() {
            None => Facet::USUAL.into(),
            Some("none" | "") => vec![],
            Some("all") => Facet::ALL.into(),
            Some(names) => {
                let mut facets = Vec::new();
                for name in words(names) {
                    match Facet::named(&name) {
                        Some(facet) if !facets.contains(&facet) => facets.push(facet),
                        Some(_) => {}
                        None => errors.add_with("/facets", &SEARCH_FACET_UNKNOWN, &[("value", name)]),
                    }
                }
                facets
            }
        }
    }
}

fn words(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

impl Marks {
    pub fn of(query: &SearchQuery) -> Marks {
        let question = format!("{:?} {:?} {:?}", query.text, query.filters, query.sort);
        let digest = Sha256::digest(question.as_bytes());
        Marks(digest.iter().take(4).fold(0, |bits, byte| bits << 8 | u32::from(*byte)))
    }

    pub fn cursor(self, position: Position) -> String {
        let stage = match position.stage {
            Stage::Words => 0,
            Stage::Characters => 1,
            Stage::SomeWords => 2,
            Stage::Corrected => 3,
        };
        encode_cursor(&CursorKey { s: stage, r: position.rank, t: position.tie, q: self.0 })
    }

    fn position(self, cursor: &str) -> Result<Position, Refusal> {
        let key: CursorKey = decode_cursor(cursor)?;
        let stage = match key.s {
            0 => Stage::Words,
            1 => Stage::Characters,
            2 => Stage::SomeWords,
            3 => Stage::Corrected,
            _ => return Err(Refusal::new(&CURSOR_INVALID)),
        };
        if key.q != self.0 {
            return Err(Refusal::new(&CURSOR_INVALID));
        }
        Ok(Position { stage, rank: key.r, tie: key.t })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_question() {
        let asked = |q: &str, cursor: Option<String>| {
            SearchParams { q: Some(q.into()), cursor, ..SearchParams::default() }.query()
        };
        let query = asked("海水稻", None).unwrap();
        let position = Position { stage: Stage::Characters, rank: u64::MAX, tie: 7 };
        let cursor = Marks::of(&query).cursor(position);
        assert_eq!(asked("海水稻", Some(cursor.clone())).unwrap().after, Some(position));
        assert_eq!(asked("别的", Some(cursor)).unwrap_err().code(), "cursor_invalid");
        assert_eq!(asked("海水稻", Some("!".into())).unwrap_err().code(), "cursor_invalid");
    }

    #[test]
    fn all_problems_come_at_once() {
        let params = SearchParams {
            q: Some("稻".repeat(QUERY_CHARS_MAX + 1)),
            sort: Some("best".into()),
            facets: Some("kind,colour".into()),
            ..SearchParams::default()
        };
        assert_eq!(params.query().unwrap_err().errors().len(), 3);
    }

    /// Issue 3, field filters: a code outside its list is told with its parameter; a kept question is taken as it is.
    #[test]
    fn a_code_outside_its_list_is_refused() {
        let params = SearchParams {
            kind: Some("achievement,xyz".into()),
            field: Some("nonsense".into()),
            industry: Some("C,C13,A26".into()),
            price_band: Some("1m_5m,negotiable".into()),
            maturity: Some("trial".into()),
            holder_kind: Some("institute".into()),
            trl: Some("9,10".into()),
            year: Some("2019".into()),
            division: Some("450700".into()),
            ..SearchParams::default()
        };
        assert!(params.clone().kept_query().is_ok());
        let refused = params.query().unwrap_err();
        let told: Vec<_> = refused.errors().iter().map(|it| (it.pointer.as_str(), it.code.id)).collect();
        let unknown = "unknown_value";
        assert_eq!(
            told,
            [("/kind", unknown), ("/field", unknown), ("/industry", unknown), ("/trl", unknown)]
        );
    }

    #[test]
    fn days_are_whole_days_in_shanghai() {
        let day: Day = "2026-03-02".parse().unwrap();
        let params =
            SearchParams { published_from: Some(day), published_to: Some(day), ..SearchParams::default() };
        let query = params.query().unwrap();
        let (measure, bounds) = query.filters.ranges[0];
        assert_eq!(measure, Measure::Published);
        assert_eq!(bounds.to.unwrap() - bounds.from.unwrap() + 1, 86_400_000_000);
    }
}
