//! Who sees what of a record.

use serde_json::{Value, json};

use crate::audit;
use crate::audit::model::Revision;
use crate::db::{Conn, Snapshot, Tx};
use crate::files::model::{FileId, StoredFile};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, OrganisationId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::Day;
use crate::listing::codes::{CATALOGUE_TOO_LARGE, PERIOD_REVERSED};
use crate::listing::kind::Kind;
use crate::listing::model::{Filter, Listing, Sort, Standing, State, Summary};
use crate::listing::store;

use super::{files_described, load};

/// Entries of one catalogue; more is refused, not cut.
pub const CATALOGUE_ENTRIES_MAX: i64 = 5_000;

/// How an actor sees a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// The approved text, without contact and confidential parts.
    Public,
    /// The working copy, as its holder or a reviewer sees it; the confidential part still has to be asked for.
    Whole,
}

/// The confidential part of a record.
#[derive(Clone, Debug)]
pub struct Confidential {
    pub text: Option<String>,
    pub files: Vec<StoredFile>,
}

/// How the actor may see the record, if at all.
pub fn sight<K: Kind>(actor: &Actor, record: &Listing<K>) -> Option<Sight> {
    let own = actor.person().is_ok_and(|person| person.organisation == record.holder.organisation);
    let reviewed = actor.may(K::REVIEW) && !matches!(record.standing, Standing::Draft);
    if own || reviewed {
        Some(Sight::Whole)
    } else if record.standing.is_published() {
        Some(Sight::Public)
    } else {
        None
    }
}

/// A record with the files that it names.
pub fn find<K: Kind>(
    conn: &mut Conn,
    node: &str,
    actor: &Actor,
    id: Id<K>,
) -> Result<(Listing<K>, Sight, Vec<StoredFile>), Refusal> {
    let record: Listing<K> = store::find(conn, id, node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let sight = sight(actor, &record).ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let files = files_described(conn, &record)?;
    Ok((record, sight, files))
}

/// The record itself, for rooms that decide by their own rules what of it is shown.
pub fn get<K: Kind>(conn: &mut Conn, node: &str, id: Id<K>) -> Result<Option<Listing<K>>, Refusal> {
    store::find(conn, id, node)
}

/// The public list.
pub fn public<K: Kind>(
    snapshot: &mut Snapshot,
    filter: &Filter,
    sort: Sort,
    page: &PageQuery,
) -> Result<Page<Summary<K>>, Refusal> {
    let node = snapshot.node().to_owned();
    store::public(snapshot, filter, sort, page, &node)
}

/// The actor's organisation's records, in every state.
pub fn own<K: Kind>(
    snapshot: &mut Snapshot,
    actor: &Actor,
    state: Option<State>,
    page: &PageQuery,
) -> Result<Page<Summary<K>>, Refusal> {
    let (node, holder) = (snapshot.node().to_owned(), actor.person()?.organisation);
    store::own(snapshot, holder, state, page, &node)
}

/// What waits for review.
pub fn waiting<K: Kind>(
    snapshot: &mut Snapshot,
    actor: &Actor,
    page: &PageQuery,
) -> Result<Page<Summary<K>>, Refusal> {
    actor.permit(K::REVIEW)?;
    let node = snapshot.node().to_owned();
    store::waiting(snapshot, page, &node)
}

/// Who changed which field when and why; for the holder and reviewers.
pub fn history<K: Kind>(snapshot: &mut Snapshot, actor: &Actor, id: Id<K>) -> Result<Vec<Revision>, Refusal> {
    let node = snapshot.node().to_owned();
    let (record, sight, _) = find(snapshot, &node, actor, id)?;
    if sight != Sight::Whole {
        return Err(Refusal::new(&NOT_FOUND));
    }
    audit::service::revisions(snapshot, &record.urn)
}

/// The confidential part, which only its own people and a room that checked an engagement may ask for. The
/// read stands in the trail, in the same transaction: no trail, no answer (rule 6).
///
/// `grant` names the record (an engagement's URN) that opens it to somebody who is not of the holder.
pub fn confidential<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    grant: Option<&str>,
) -> Result<Confidential, Refusal> {
    let record = load(tx, id)?;
    may_open(actor, &record, grant)?;
    trail::<K>(tx, actor, &record, "confidential_read", &json!({ "grant": grant }))?;
    // Beyond the holder and its reviewers only what was approved is shown.
    let content = if grant.is_some() { record.published.as_ref() } else { Some(&record.content) };
    let content = content.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let secret = |id: FileId| K::attachments(content).iter().any(|a| a.confidential && a.file == id);
    let files = files_described(tx, &record)?.into_iter().filter(|file| secret(file.id)).collect();
    Ok(Confidential { text: K::confidential(content).map(str::to_owned), files })
}

/// A confidential attachment, opened like the confidential part.
pub fn confidential_attachment<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    file: FileId,
    grant: Option<&str>,
) -> Result<StoredFile, Refusal> {
    let opened = confidential(tx, actor, id, grant)?;
    opened.files.into_iter().find(|stored| stored.id == file).ok_or_else(|| Refusal::new(&NOT_FOUND))
}

fn may_open<K: Kind>(actor: &Actor, record: &Listing<K>, grant: Option<&str>) -> Result<(), Refusal> {
    if grant.is_some() || sight(actor, record) == Some(Sight::Whole) {
        Ok(())
    } else {
        Err(Refusal::new(&NOT_FOUND))
    }
}

fn trail<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    record: &Listing<K>,
    act: &str,
    detail: &Value,
) -> Result<(), Refusal> {
    let act = format!("{}.{act}", K::TYPE);
    audit::service::record(tx, actor, &act, &record.urn, detail)
}

/// A public attachment of a record that the actor sees.
pub fn attachment<K: Kind>(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: Id<K>,
    file: FileId,
) -> Result<StoredFile, Refusal> {
    let node = snapshot.node().to_owned();
    let (record, sight, files) = find(snapshot, &node, actor, id)?;
    let working = (sight == Sight::Whole).then_some(&record.content);
    let named = [record.published.as_ref(), working]
        .into_iter()
        .flatten()
        .flat_map(K::attachments)
        .any(|attachment| attachment.file == file && !attachment.confidential);
    let found = files.into_iter().find(|stored| named && stored.id == file);
    found.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// What an organisation published from one day to another, both included, and did not withdraw (成果目录).
pub fn catalogue<K: Kind>(
    snapshot: &mut Snapshot,
    holder: OrganisationId,
    from: Day,
    to: Day,
) -> Result<Vec<Listing<K>>, Refusal> {
    if to < from {
        return Err(Refusal::new(&PERIOD_REVERSED));
    }
    let node = snapshot.node().to_owned();
    let limit = CATALOGUE_ENTRIES_MAX + 1;
    let entries = store::catalogue(snapshot, holder, from.start(), to.end(), limit, &node)?;
    if i64::try_from(entries.len()).is_ok_and(|count| count > CATALOGUE_ENTRIES_MAX) {
        return Err(Refusal::new(&CATALOGUE_TOO_LARGE).with("max", CATALOGUE_ENTRIES_MAX));
    }
    Ok(entries)
}

/// The published ones among these records.
pub fn published<K: Kind>(conn: &mut Conn, node: &str, ids: &[Id<K>]) -> Result<Vec<Listing<K>>, Refusal> {
    store::published(conn, ids, node)
}

/// Published records in the order of their ids, from after one of them.
pub fn scan<K: Kind>(
    conn: &mut Conn,
    node: &str,
    after: Option<Id<K>>,
    limit: i64,
) -> Result<Vec<Listing<K>>, Refusal> {
    store::scan(conn, after, limit, node)
}
