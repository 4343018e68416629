//! Use-cases of matchmaking.

mod feedback;
pub mod learnt;
mod news;
mod weights;

use std::collections::HashMap;

use crate::db::{Conn, Snapshot};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::search::Sources;
use crate::search::model::Document;

use super::model::{Side, Suggestion};
use super::rules::pick::LIST_MAX;
use super::store;
use super::worker::{load, side_of};

pub use super::labels::Labels;
pub use super::saved::model as saved_model;
pub use super::saved::service as saved;
pub use feedback::{Told, examples, export, follow, tell};
pub use news::{NEWS_DAYS, note_new};
pub use weights::{NewWeights, WeightsInForce, in_force, present, set};

pub use super::rules::eval::Figures;
pub use super::rules::fit::fit;

use super::model::Weights;
use super::rules::eval::{self, Ranking};
use super::rules::fit::Example;
use super::rules::score::preference;

/// How well weights order what was judged: by the preference of the side whose lists these are.
pub fn figures(lists: &[Vec<Example>], weights: &Weights) -> Figures {
    let ranking = |list: &Vec<Example>| Ranking {
        scores: list.iter().map(|example| preference(&example.values, weights)).collect(),
        grades: list
            .iter()
            .map(|example| example.grade)
            .enumerate()
            .filter(|(_, grade)| *grade > 0.0)
            .collect(),
    };
    eval::figures(&lists.iter().map(ranking).collect::<Vec<_>>())
}

/// The model in use: its number, and the records it was learnt from.
pub fn model_in_use(conn: &mut Conn) -> Result<Option<(i64, i32)>, Refusal> {
    Ok(store::newest_model(conn)?.map(|head| (head.number, head.records)))
}

/// A suggestion with the present state of what it names.
pub struct Shown {
    pub suggestion: Suggestion,
    pub other: Document,
}

/// A record's list as it stands now (rules 1 and 5).
pub struct List {
    pub side: Side,
    pub own: Document,
    pub items: Vec<Shown>,
}

/// The suggestions for a published record.
pub fn list(
    snapshot: &mut Snapshot,
    actor: &Actor,
    sources: &Sources,
    subject: &str,
) -> Result<List, Refusal> {
    actor.permit(Permission::Session)?;
    let not_found = || Refusal::new(&NOT_FOUND);
    let side = side_of(subject).ok_or_else(not_found)?;
    let own = load(snapshot, sources, &[subject.to_owned()])?.into_iter().next().ok_or_else(not_found)?;
    let suggestions = store::list(snapshot, subject, LIST_MAX as i64)?;
    let items = present_only(snapshot, sources, suggestions)?;
    Ok(List { side, own, items })
}

/// Rule 1: whatever was computed, only what is published now is shown.
fn present_only(conn: &mut Conn, sources: &Sources, found: Vec<Suggestion>) -> Result<Vec<Shown>, Refusal> {
    let subjects: Vec<String> = found.iter().map(|suggestion| suggestion.other.clone()).collect();
    let mut documents: HashMap<String, Document> = load(conn, sources, &subjects)?
        .into_iter()
        .map(|document| (document.subject.clone(), document))
        .collect();
    let shown = found.into_iter().filter_map(|suggestion| {
        documents.remove(&suggestion.other).map(|other| Shown { suggestion, other })
    });
    Ok(shown.collect())
}
