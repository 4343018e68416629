//! What search may show of demands: the published projection's words and nothing else.

use std::sync::Arc;

use crate::db::Conn;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::listing::model::Reach;
use crate::listing::{Kind, Price, service};
use crate::search::Source;
use crate::search::model::{self as search, Document, Holder};

use super::model::{Demand, Record};

/// Hands published demands to the search.
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
        &[Demand::TYPE]
    }

    fn load(&self, conn: &mut Conn, subjects: &[String]) -> Result<Vec<Document>, Refusal> {
        let ids: Vec<_> = subjects.iter().filter_map(|urn| own_id(urn)).collect();
        let records = service::published::<Demand>(conn, &self.node, &ids)?;
        Ok(records.iter().filter_map(|record| document(record, &self.node)).collect())
    }

    fn scan(&self, conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Document>, Refusal> {
        let after = after.and_then(own_id);
        let records = service::scan::<Demand>(conn, &self.node, after, limit)?;
        Ok(records.iter().filter_map(|record| document(record, &self.node)).collect())
    }
}

fn own_id(urn: &str) -> Option<Id<Demand>> {
    parse_urn(urn).filter(|(_, entity, _)| *entity == Demand::TYPE).map(|(_, _, uuid)| Id::from_uuid(uuid))
}

/// The approved text, as the public sees it.
fn document(record: &Record, node: &str) -> Option<Document> {
    let text = Demand::public(record.published.as_ref()?);
    let reach = Reach::of(record)?;
    Some(Document {
        subject: record.urn.clone(),
        kind: Demand::TYPE.to_owned(),
        version: record.version,
        title: text.title,
        body: [text.description, text.difficulty, text.indicators, text.basis, text.wanted_experts]
            .join("\n"),
        keywords: text.keywords,
        holder: Holder {
            urn: record.holder.party.urn.clone(),
            name: record.holder.party.name.clone(),
            kind: record.holder.kind.to_string(),
        },
        field: text.technical_field.into_iter().collect(),
        industry: reach.industry,
        cooperation: text.cooperation_modes,
        price: match text.budget {
            None | Some(Price::Negotiable {}) => search::Price::Negotiable,
            Some(Price::Fixed { amount_fen }) => search::Price::Fixed(amount_fen),
            Some(Price::Range { low_fen, high_fen }) => search::Price::Range(low_fen, high_fen),
        },
        divisions: reach.divisions,
        origin: node.to_owned(),
        published_at: reach.published_at.micros(),
        deadline: reach.ends_on.map(|day| day.end().micros()),
        ..Document::default()
    })
}
