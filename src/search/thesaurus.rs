//! Keeping synonyms: what operators may do with the sets.

use serde_json::json;

use super::analyzer::fold::fold;
use super::codes::{SYNONYM_TAKEN, SYNONYM_TWICE, SYNONYMS_TOO_MANY};
use super::model::{SynonymSet, SynonymSetId};
use super::store;
use super::synonyms::Synonyms;
use crate::db::{Conn, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{INVALID_VALUE, NOT_FOUND, TOO_MANY, TOO_SHORT};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::UtcTime;

/// Every change of a set has a kind that begins so; instances then read the sets anew.
const KINDS: &str = "synonym.";

/// All of them are held in memory by every instance.
const SETS_MAX: i64 = 2_000;
const TERMS_MIN: usize = 2;
const TERMS_MAX: usize = 12;
const TERM_CHARS_MAX: usize = 40;
const NOTE_CHARS_MAX: usize = 500;

/// A set as an operator writes it.
#[derive(Debug, Clone)]
pub struct Write {
    pub terms: Vec<String>,
    pub note: String,
}

/// Whether a change of this kind changes what questions mean.
pub fn concerns(change_kind: &str) -> bool {
    change_kind.starts_with(KINDS)
}

/// The sets in force.
pub fn load(conn: &mut Conn) -> Result<Synonyms, Refusal> {
    Ok(Synonyms::new(store::all(conn)?.into_iter().map(|set| set.terms).collect()))
}

/// Changes whenever a set does: how many there are, and when the last one was changed.
pub fn fingerprint(conn: &mut Conn) -> Result<(i64, Option<UtcTime>), Refusal> {
    store::fingerprint(conn)
}

pub fn list(conn: &mut Conn, page: &PageQuery) -> Result<Page<SynonymSet>, Refusal> {
    store::page(conn, page)
}

pub fn get(conn: &mut Conn, id: SynonymSetId) -> Result<SynonymSet, Refusal> {
    store::set(conn, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

pub fn add(tx: &mut Tx, actor: &Actor, write: &Write) -> Result<SynonymSet, Refusal> {
    actor.permit(Permission::SearchSynonyms)?;
    if store::count(tx)? >= SETS_MAX {
        return Err(Refusal::new(&SYNONYMS_TOO_MANY).with("max", SETS_MAX));
    }
    let keys = check(tx, write, None)?;
    let id = tx.new_id();
    let set = made(tx, actor, id, 1, write);
    store::insert_set(tx, &set, &keys)?;
    note(tx, actor, "synonym.added", &set);
    Ok(set)
}

pub fn set(
    tx: &mut Tx,
    actor: &Actor,
    id: SynonymSetId,
    expected: Option<i64>,
    write: &Write,
) -> Result<SynonymSet, Refusal> {
    actor.permit(Permission::SearchSynonyms)?;
    let old = get(tx, id)?;
    check_version(old.version, expected)?;
    let keys = check(tx, write, Some(id))?;
    let set = made(tx, actor, id, old.version + 1, write);
    store::save_set(tx, &set, &keys)?;
    note(tx, actor, "synonym.set", &set);
    Ok(set)
}

pub fn remove(tx: &mut Tx, actor: &Actor, id: SynonymSetId, expected: Option<i64>) -> Result<(), Refusal> {
    actor.permit(Permission::SearchSynonyms)?;
    let old = get(tx, id)?;
    check_version(old.version, expected)?;
    store::delete_set(tx, id)?;
    note(tx, actor, "synonym.removed", &SynonymSet { version: old.version + 1, ..old });
    Ok(())
}

fn made(tx: &Tx, actor: &Actor, id: SynonymSetId, version: i64, write: &Write) -> SynonymSet {
    SynonymSet {
        id,
        version,
        terms: write.terms.iter().map(|term| term.trim().to_owned()).collect(),
        note: write.note.trim().to_owned(),
        changed_at: tx.now(),
        changed_by: actor.label(),
    }
}

/// The terms as they are compared, when all is well.
fn check(tx: &mut Tx, write: &Write, own: Option<SynonymSetId>) -> Result<Vec<String>, Refusal> {
    let mut errors = Errors::new();
    text::optional(&mut errors, "/note", &write.note, NOTE_CHARS_MAX);
    if write.terms.len() > TERMS_MAX {
        errors.add_with("/terms", &TOO_MANY, &[("max", TERMS_MAX.to_string())]);
    }
    if write.terms.len() < TERMS_MIN {
        errors.add_with("/terms", &TOO_SHORT, &[("min", TERMS_MIN.to_string())]);
    }
    let mut keys: Vec<String> = Vec::new();
    for (at, term) in write.terms.iter().take(TERMS_MAX).enumerate() {
        let (pointer, key) = (format!("/terms/{at}"), fold(term.trim()));
        text::required(&mut errors, &pointer, term, TERM_CHARS_MAX);
        if !key.is_empty() && !key.contains(char::is_alphanumeric) {
            errors.add_with(&pointer, &INVALID_VALUE, &[("reason", "punctuation".into())]);
        } else if keys.contains(&key) {
            errors.add_with(&pointer, &SYNONYM_TWICE, &[("term", term.clone())]);
        }
        keys.push(key);
    }
    errors.check()?;
    let mut errors = Errors::new();
    for term in store::taken(tx, &keys, own)? {
        let at = keys.iter().position(|key| *key == term).unwrap_or(0);
        errors.add_with(format!("/terms/{at}"), &SYNONYM_TAKEN, &[("term", term)]);
    }
    errors.check()?;
    Ok(keys)
}

fn note(tx: &mut Tx, actor: &Actor, kind: &'static str, set: &SynonymSet) {
    let subject = tx.urn("synonym", set.id);
    tx.record(actor, NewChange::local(kind, subject, set.version, json!({"terms": set.terms})));
}
