//! Telling the log of good suggestions, for who tells their holders.
//!
//! A suggestion is news while one of its two records is: the first lists of a node that has many records, another model
//! or other weights put old records together anew, and that is no reason to write to everybody.

use std::collections::HashSet;

use serde_json::json;

use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::Refusal;
use crate::matching::model::Suggestion;
use crate::matching::rules::pick::LIST_MAX;
use crate::matching::store;

/// A suggestion that its holder is told of: so far up in the list, and so good.
const NOTED_PLACES: usize = 3;
const NOTED_SCORE: f64 = 0.5;
/// Days from its publication on that a record is news.
pub const NEWS_DAYS: i64 = 3;

/// Tells of the best good suggestion that was not in the list before and is news; to be called before the list is
/// replaced.
pub fn note_new(
    tx: &mut Tx,
    subject: &str,
    holder: &str,
    list: &[Suggestion],
    news: &HashSet<String>,
) -> Result<(), Refusal> {
    if news.is_empty() {
        return Ok(());
    }
    let before = store::list(tx, subject, LIST_MAX as i64)?;
    let is_new =
        |one: &&Suggestion| news.contains(&one.other) && !before.iter().any(|known| known.other == one.other);
    let mut good = list.iter().take(NOTED_PLACES).filter(|one| one.verdict.score >= NOTED_SCORE);
    if let Some(found) = good.find(is_new) {
        let once = format!("{subject}/{}", found.other);
        let facts = json!({"holder": holder, "other": found.other, "once": once});
        let change = NewChange::local("match.found", subject.to_owned(), 0, facts);
        tx.record(&Actor::System("matching"), change);
    }
    Ok(())
}
