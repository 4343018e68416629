//! What search may show of other nodes' records: the same words of the same projections, marked with the node that
//! owns them.

use serde_json::Value;

use crate::db::Conn;
use crate::kernel::change::Audience;
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::kernel::time::{Day, UtcTime};
use crate::listing::model::{from_section, upwards};
use crate::replica::model::{Replica, State};
use crate::replica::service::{self, Filter};
use crate::search::Source;
use crate::search::model::{Document, Holder, Price};

/// The types that are understood; what is newer is kept and not shown.
const TYPES: &[&str] = &["cn.techmart.achievement.v1", "cn.techmart.demand.v1"];
const KEYWORDS_MAX: usize = 50;

/// Hands the public records of other nodes to the search.
pub struct Elsewhere;

impl Source for Elsewhere {
    fn kinds(&self) -> &[&'static str] {
        &["replica"]
    }

    fn load(&self, conn: &mut Conn, subjects: &[String]) -> Result<Vec<Document>, Refusal> {
        Ok(service::load(conn, subjects)?.iter().filter_map(document).collect())
    }

    fn scan(&self, conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Document>, Refusal> {
        let filter = Filter { event_types: Some(TYPES), state: Some(State::Live), ..Filter::default() };
        let mut after = after.unwrap_or_default().to_owned();
        loop {
            let found = service::after(conn, &filter, &after, limit)?;
            let Some(last) = found.last() else { return Ok(vec![]) };
            after.clone_from(&last.subject);
            let documents: Vec<Document> = found.iter().filter_map(document).collect();
            // A slice in which nothing can be shown is not the end.
            if !documents.is_empty() {
                return Ok(documents);
            }
        }
    }
}

fn document(replica: &Replica) -> Option<Document> {
    let shown = replica.state == State::Live
        && replica.audience == Audience::Public
        && TYPES.contains(&replica.event_type.as_str());
    let public: Value = serde_json::from_str(replica.public.as_deref().filter(|_| shown)?).ok()?;
    let (_, entity, _) = parse_urn(&replica.subject)?;
    let text = |name: &str| public[name].as_str().unwrap_or_default().to_owned();
    let texts = |name: &str| -> Vec<String> {
        let list = public[name].as_array().into_iter().flatten();
        list.filter_map(|one| one.as_str()).take(KEYWORDS_MAX).map(str::to_owned).collect()
    };
    let of_each = |list: &str, name: &str| -> Vec<String> {
        let list = public[list].as_array().into_iter().flatten();
        list.filter_map(|one| one[name].as_str()).take(KEYWORDS_MAX).map(str::to_owned).collect()
    };
    let holder = |name: &str| public["holder"][name].as_str().unwrap_or_default().to_owned();
    let body = ["abstract", "description", "difficulty", "indicators", "basis", "wanted_experts"];
    let body: Vec<String> = body.into_iter().map(text).filter(|text| !text.is_empty()).collect();
    let numbers = of_each("ip_assets", "number").into_iter().chain([text("registration_number")]);
    Some(Document {
        subject: replica.subject.clone(),
        kind: entity.to_owned(),
        version: replica.version,
        title: text("title"),
        body: body.join("\n"),
        keywords: texts("keywords"),
        people: of_each("contributors", "name"),
        numbers: numbers.filter(|number| !number.is_empty()).collect(),
        holder: Holder { urn: holder("urn"), name: holder("name"), kind: holder("kind") },
        field: Some(text("technical_field")).filter(|field| !field.is_empty()).into_iter().collect(),
        industry: from_section(&text("industry")),
        trl: public["trl"]
            .as_u64()
            .and_then(|trl| u8::try_from(trl).ok())
            .filter(|trl| (1..=9).contains(trl)),
        ip_kinds: of_each("ip_assets", "kind"),
        ip_states: of_each("ip_assets", "status"),
        cooperation: texts("cooperation_modes"),
        price: price(if public["price"].is_object() { &public["price"] } else { &public["budget"] }),
        divisions: upwards(&text("division")),
        origin: replica.origin.clone(),
        year: public["year"].as_i64().and_then(|year| i32::try_from(year).ok()),
        published_at: text("published_at").parse::<UtcTime>().unwrap_or(replica.changed_at).micros(),
        deadline: text("valid_until").parse::<Day>().ok().map(|day| day.end().micros()),
    })
}

fn price(price: &Value) -> Price {
    let fen = |name: &str| price[name].as_i64().filter(|fen| *fen >= 0);
    match (fen("amount_fen"), fen("low_fen"), fen("high_fen")) {
        (Some(amount), _, _) => Price::Fixed(amount),
        (None, Some(low), Some(high)) => Price::Range(low, high),
        _ => Price::Negotiable,
    }
}
