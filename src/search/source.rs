//! Where documents come from. A room that has something to be found implements [`Source`]; `app/` hands it over.

use std::sync::Arc;

use super::model::Document;
use crate::db::Conn;
use crate::kernel::error::Refusal;

/// Published records of one or more kinds, as they are now.
///
/// A document holds only what anybody may read: a source selects published rows and published columns, never drafts
/// and never confidential parts. A record that may not be seen (any more) is simply not returned.
pub trait Source: Send + Sync {
    /// The entities of its URNs, which are also the part of its change kinds before the dot: `["achievement"]`.
    fn kinds(&self) -> &[&'static str];

    /// The records of these subjects (URNs as the change log writes them) that may be seen, in any order.
    fn load(&self, conn: &mut Conn, subjects: &[String]) -> Result<Vec<Document>, Refusal>;

    /// The next records that may be seen, in a fixed order, behind the subject `after`; empty at the end.
    fn scan(&self, conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Document>, Refusal>;

    /// Whether a change of this kind may concern one of its records.
    fn follows(&self, change_kind: &str) -> bool {
        let entity = change_kind.split('.').next().unwrap_or(change_kind);
        self.kinds().contains(&entity)
    }
}

/// All sources of this node.
#[derive(Clone, Default)]
pub struct Sources(Vec<Arc<dyn Source>>);

impl Sources {
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Sources {
        Sources(sources)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Source>> {
        self.0.iter()
    }
}
