//! What search may show of achievements: the published projection's words and nothing else.

use std::sync::Arc;

use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::listing::model::Reach;
use crate::listing::{Kind, Price, service};
use crate::search::Source;
use crate::search::model::{self as search, Document, Holder};

use super::model::{Achievement, Record};

/// Hands published achievements to the search.
pub struct Found {
    node: Arc<str>,
}

impl Found {
    pub const fn new(node: Arc<str>) -> Self {
        Self { node }
    }
}

impl Source for Found {
    fn kinds(&self) -> &[&'static str] {
        &[Achievement::TYPE]
    }

    fn load(&self, conn: &mut Conn, subjects: &[String]) -> Result<Vec<Document>, Refusal> {
        let ids: Vec<_> = subjects.iter().filter_map(|urn| own_id(urn)).collect();
        let records = service::published::<Achievement>(conn, &self.node, &ids)?;
        Ok(records.iter().filter_map(|record| document(record, &self.node)).collect())
    }

    fn scan(&self, conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Document>, Refusal> {
        let after = after.and_then(own_id);
        let records = service::scan::<Achievement>(conn, &self.node, after, limit)?;
        Ok(records.iter().filter_map(|record| document(record, &self.node)).collect())
    }
}

fn own_id(urn: &str) -> Option<Id<Achievement>> {
    parse_urn(urn)
        .filter(|(_, entity, _)| *entity == Achievement::TYPE)
        .map(|(_, _, uuid)| Id::from_uuid(uuid))
}

/// The approved text, as the public sees it.
fn document(record: &Record, node: &str) -> Option<Document> {
    let text = Achievement::public(record.published.as_ref()?);
    let reach = Reach::of(record)?;
    Some(Document {
        subject: record.urn.clone(),
        kind: Achievement::TYPE.to_owned(),
        version: record.version,
        title: text.title,
        body: text.summary,
        keywords: text.keywords,
        people: text.contributors.into_iter().map(|person| person.name).collect(),
        numbers: text
            .ip_assets
            .iter()
            .filter_map(|asset| asset.number.clone())
            .chain(text.registration_number)
            .collect(),
        holder: Holder {
            urn: record.holder.party.urn.clone(),
            name: record.holder.party.name.clone(),
            kind: record.holder.kind.to_string(),
        },
        field: text.technical_field.into_iter().collect(),
        industry: reach.industry,
        trl: text.trl.and_then(|trl| u8::try_from(trl).ok()),
        ip_kinds: text.ip_assets.iter().map(|asset| asset.kind.clone()).collect(),
        ip_states: text.ip_assets.into_iter().map(|asset| asset.status).collect(),
        cooperation: text.cooperation_modes,
        price: match text.price {
            None | Some(Price::Negotiable {}) => search::Price::Negotiable,
            Some(Price::Fixed { amount_fen }) => search::Price::Fixed(amount_fen),
            Some(Price::Range { low_fen, high_fen }) => search::Price::Range(low_fen, high_fen),
        },
        divisions: reach.divisions,
        origin: node.to_owned(),
        year: text.year,
        published_at: reach.published_at.micros(),
        deadline: reach.ends_on.map(|day| day.end().micros()),
    })
}
