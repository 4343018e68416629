//! Use-cases of saved searches.

use serde_json::json;

use super::model::{
    Channels, Frequency, NAME_CHARS_MAX, NODE_SEARCHES_MAX, PERSON_SEARCHES_MAX, QUESTION_BYTES_MAX,
    SavedSearch, SavedSearchId,
};
use super::store;
use crate::db::{Conn, Snapshot, Tx, check_version, from_json, to_json};
use crate::kernel::actor::{Actor, Person};
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::matching::codes::{
    SAVED_SEARCH_EMPTY, SAVED_SEARCH_LONG, SAVED_SEARCHES_FULL, SAVED_SEARCHES_TOO_MANY,
};
use crate::search::model::SearchQuery;
use crate::search::service::SearchParams;

/// A saved search as somebody writes it.
#[derive(Clone, Debug)]
pub struct Write {
    pub name: String,
    pub question: SearchParams,
    pub frequency: Frequency,
    pub channels: Channels,
}

/// The question of a saved search, as the search takes it.
pub fn query(question: &SearchParams) -> Result<SearchQuery, Refusal> {
    question.clone().standing().query()
}

/// The question of a stored row, as the search takes it: what was allowed when it was kept stands.
pub fn kept_query(it: &SavedSearch) -> Result<SearchQuery, Refusal> {
    stored_question(it)?.standing().kept_query()
}

/// The question of a stored row.
pub fn stored_question(it: &SavedSearch) -> Result<SearchParams, Refusal> {
    from_json(&it.question)
}

/// Rule 1: a question that can stand.
pub fn check_question(errors: &mut Errors, question: &SearchParams) -> Result<(), Refusal> {
    let query = match query(question) {
        Ok(query) => query,
        Err(refusal) if !refusal.errors().is_empty() => {
            for it in refusal.errors() {
                errors.add_with(format!("/question{}", it.pointer), it.code, &it.params);
            }
            return Ok(());
        }
        Err(refusal) => return Err(refusal),
    };
    if query.text.trim().is_empty() && query.filters.chosen.is_empty() && query.filters.ranges.is_empty() {
        errors.add("/question", &SAVED_SEARCH_EMPTY);
    }
    Ok(())
}

pub fn save(tx: &mut Tx, actor: &Actor, write: &Write) -> Result<SavedSearch, Refusal> {
    actor.permit(Permission::Session)?;
    let (user, organisation) = (actor.person()?.user, actor.person()?.organisation);
    let question = checked(write)?;
    if store::count_of(tx, user, organisation)? >= PERSON_SEARCHES_MAX {
        return Err(Refusal::new(&SAVED_SEARCHES_TOO_MANY).with("max", PERSON_SEARCHES_MAX));
    }
    if store::count(tx)? >= NODE_SEARCHES_MAX {
        return Err(Refusal::new(&SAVED_SEARCHES_FULL));
    }
    let now = tx.now();
    let new = SavedSearch {
        id: tx.new_id(),
        version: 1,
        user,
        organisation,
        name: write.name.trim().to_owned(),
        question,
        frequency: write.frequency,
        channels: write.channels,
        since: now,
        created_at: now,
        changed_at: now,
    };
    store::insert(tx, &new)?;
    note(tx, actor, "saved_search.saved", &new);
    Ok(new)
}

pub fn change(
    tx: &mut Tx,
    actor: &Actor,
    id: SavedSearchId,
    expected: Option<i64>,
    write: &Write,
) -> Result<SavedSearch, Refusal> {
    let before = get(tx, actor, id)?;
    check_version(before.version, expected)?;
    let question = checked(write)?;
    let now = tx.now();
    // Rule 2: another question, or one that slept, starts anew.
    let anew = question != before.question || before.frequency == Frequency::Off;
    let after = SavedSearch {
        version: before.version + 1,
        name: write.name.trim().to_owned(),
        question,
        frequency: write.frequency,
        channels: write.channels,
        since: if anew { now } else { before.since },
        changed_at: now,
        ..before
    };
    store::save(tx, &after)?;
    note(tx, actor, "saved_search.changed", &after);
    Ok(after)
}

pub fn remove(tx: &mut Tx, actor: &Actor, id: SavedSearchId, expected: Option<i64>) -> Result<(), Refusal> {
    let before = get(tx, actor, id)?;
    check_version(before.version, expected)?;
    store::delete(tx, id)?;
    note(tx, actor, "saved_search.removed", &SavedSearch { version: before.version + 1, ..before });
    Ok(())
}

/// Rule 4: one's own.
pub fn get(conn: &mut Conn, actor: &Actor, id: SavedSearchId) -> Result<SavedSearch, Refusal> {
    actor.permit(Permission::Session)?;
    let person = actor.person()?;
    let own =
        |it: &SavedSearch, person: &Person| it.user == person.user && it.organisation == person.organisation;
    let found = store::find(conn, id)?.filter(|it| own(it, person));
    found.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

pub fn list(snapshot: &mut Snapshot, actor: &Actor, page: &PageQuery) -> Result<Page<SavedSearch>, Refusal> {
    actor.permit(Permission::Session)?;
    let person = actor.person()?;
    store::page_of(snapshot, person.user, person.organisation, page)
}

/// The searches that an alert names, as they are now; those that were removed are not there.
pub fn named(conn: &mut Conn, ids: &[SavedSearchId]) -> Result<Vec<SavedSearch>, Refusal> {
    store::all_of(conn, ids)
}

/// The question as it is stored, when all is well.
fn checked(write: &Write) -> Result<String, Refusal> {
    let mut errors = Errors::new();
    text::required(&mut errors, "/name", &write.name, NAME_CHARS_MAX);
    check_question(&mut errors, &write.question)?;
    let question = to_json(&write.question.clone().standing())?;
    if question.len() > QUESTION_BYTES_MAX {
        errors.add("/question", &SAVED_SEARCH_LONG);
    }
    errors.check()?;
    Ok(question)
}

/// Neither name nor question leave their owner's rows.
fn note(tx: &mut Tx, actor: &Actor, kind: &'static str, it: &SavedSearch) {
    let subject = tx.urn("saved_search", it.id);
    let facts = json!({"saved_search": it.id, "frequency": it.frequency});
    tx.record(actor, NewChange::local(kind, subject, it.version, facts));
}
