//! Use-cases of listed records, for every kind alike.

mod deal;
mod read;
mod review;
mod write;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::audit;
use crate::db::{Conn, Tx, check_version};
use crate::files;
use crate::files::model::{FileId, StoredFile};
use crate::identity;
use crate::kernel::actor::{Actor, Person};
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::codes_common::{NOT_FOUND, ORGANISATION_NOT_VERIFIED};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::Id;
use crate::kernel::party::PartyRef;

use super::checks::Stage;
use super::codes::ATTACHMENT_UNKNOWN;
use super::kind::Kind;
use super::model::{Act, Holder, Listing};
use super::projection::projection;
use super::{rules, store};

pub use deal::{mark_traded, release, reserve};
pub use read::{
    Confidential, Sight, attachment, catalogue, confidential, confidential_attachment, find, get, history,
    own, public, published, scan, sight, waiting,
};
pub use review::{publish, send_back};
pub use write::{create, edit, expire_due, renew, submit, take_down, withdraw};

/// A record of the actor's own organisation, at the version that the actor saw. Another's is not found,
/// whether it exists or not.
fn load_own<K: Kind>(
    tx: &mut Tx,
    actor: &Actor,
    id: Id<K>,
    expected: Option<i64>,
) -> Result<Listing<K>, Refusal> {
    let person = actor.person()?;
    let record = load(tx, id)?;
    if record.holder.organisation != person.organisation {
        return Err(Refusal::new(&NOT_FOUND));
    }
    check_version(record.version, expected)?;
    Ok(record)
}

fn load<K: Kind>(tx: &mut Tx, id: Id<K>) -> Result<Listing<K>, Refusal> {
    let node = tx.node().to_owned();
    store::find(tx, id, &node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// The organisation for which the person acts, as it is named today.
fn holder_of(tx: &mut Tx, person: &Person) -> Result<Holder, Refusal> {
    let organisation = identity::service::organisation(tx, person.organisation)?;
    let urn = tx.urn("organisation", organisation.id);
    let party =
        PartyRef { urn, name: organisation.profile.name, credit_code: organisation.profile.credit_code };
    Ok(Holder { organisation: organisation.id, party, kind: organisation.kind })
}

/// Rule 2: only a verified organisation submits and publishes.
fn verified(tx: &mut Tx, holder: &Holder) -> Result<(), Refusal> {
    let organisation = identity::service::organisation(tx, holder.organisation)?;
    if organisation.is_verified() { Ok(()) } else { Err(Refusal::new(&ORGANISATION_NOT_VERIFIED)) }
}

/// All problems of the form at once, those of the attachments among them.
fn check<K: Kind>(tx: &mut Tx, holder: &Holder, content: &K::Content, stage: Stage) -> Result<(), Refusal> {
    rules::refuse_classified(K::secrecy(content))?;
    let mut errors = Errors::new();
    K::check(content, stage, tx.now().day(), &mut errors);
    let ids: Vec<FileId> = K::attachments(content).iter().map(|attachment| attachment.file).collect();
    let files = files::service::find(tx, &ids)?;
    for (at, id) in ids.iter().enumerate() {
        let own = files.iter().any(|file| file.id == *id && file.organisation == holder.organisation);
        if !own {
            errors.add(format!("/attachments/{at}/file"), &ATTACHMENT_UNKNOWN);
        }
    }
    errors.check()
}

/// One act done: the record after it, what it is called, and why it was done.
struct Done<'a, K: Kind> {
    before: Option<&'a Listing<K>>,
    after: Listing<K>,
    event: &'static str,
    /// Whether the public sees another text, or another last day, than before.
    republish: bool,
    reason: Option<&'a str>,
}

/// Saves what an act made of a record, with its history, its files and its change.
fn commit<K: Kind>(tx: &mut Tx, actor: &Actor, done: Done<'_, K>) -> Result<Listing<K>, Refusal> {
    let Done { before, mut after, event, republish, reason } = done;
    after.updated_at = tx.now();
    match before {
        None => store::insert(tx, &after)?,
        Some(before) => {
            after.version = before.version + 1;
            store::save(tx, &after)?;
        }
    }
    let old = before.map_or(Ok(Value::Null), history_of)?;
    let new = history_of(&after)?;
    audit::service::record_revision(tx, actor, &after.urn, after.version, reason.unwrap_or(""), &old, &new)?;
    files::service::link(tx, &after.urn, &files_of(&after))?;
    let change = change(tx, before, &after, event, republish)?;
    tx.record(actor, change);
    Ok(after)
}

fn change<K: Kind>(
    conn: &mut Conn,
    before: Option<&Listing<K>>,
    after: &Listing<K>,
    event: &'static str,
    republish: bool,
) -> Result<NewChange, Refusal> {
    let was_public = before.is_some_and(|before| before.standing.is_published());
    let (urn, version, facts) = (after.urn.clone(), after.version, facts(after));
    if after.standing.is_published() && republish {
        let files = files_described(conn, after)?;
        let public = projection(after, &files)?;
        return Ok(NewChange::published(event, urn, version, Audience::Public, facts, public));
    }
    if was_public && !after.standing.is_published() {
        return Ok(NewChange::deleted(event, urn, version, Audience::Public, facts));
    }
    Ok(NewChange::local(event, urn, version, facts))
}

/// For local followers: ids and codes only.
fn facts<K: Kind>(record: &Listing<K>) -> Value {
    let index = K::index(record.published.as_ref().unwrap_or(&record.content));
    json!({
        K::TYPE: record.id,
        "holder": record.holder.organisation,
        "state": record.standing.state(),
        "revision": record.standing.revision(),
        "technical_field": index.technical_field,
        "division": index.division,
        "ends_on": record.ends_on,
        "reserved_for": record.reserved_for,
    })
}

/// The record as its history compares it. The confidential part stands there as a hash: that it changed is
/// seen, what it says is not (rule 6).
fn history_of<K: Kind>(record: &Listing<K>) -> Result<Value, Refusal> {
    let mut form = serde_json::to_value(&record.content).map_err(Refusal::internal)?;
    if let Some(entries) = form.as_object_mut() {
        if let Some(text) = K::confidential(&record.content) {
            let digest = hex::encode(Sha256::digest(text.as_bytes()));
            entries.insert("confidential".into(), json!(format!("sha256:{digest}")));
        }
        entries.insert("state".into(), json!(record.standing.state()));
        entries.insert("revision".into(), json!(record.standing.revision()));
        entries.insert("ends_on".into(), json!(record.ends_on));
        entries.insert("reserved_for".into(), json!(record.reserved_for));
    }
    Ok(form)
}

/// Every file of the working copy and of the approved text.
fn files_of<K: Kind>(record: &Listing<K>) -> Vec<FileId> {
    let mut ids: Vec<FileId> = [Some(&record.content), record.published.as_ref()]
        .into_iter()
        .flatten()
        .flat_map(K::attachments)
        .map(|attachment| attachment.file)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

pub fn files_described<K: Kind>(conn: &mut Conn, record: &Listing<K>) -> Result<Vec<StoredFile>, Refusal> {
    files::service::find(conn, &files_of(record))
}

/// A record after an act that only moves it.
fn moved<K: Kind>(record: &Listing<K>, act: Act) -> Result<Listing<K>, Refusal> {
    let standing = rules::after(record.standing, act)?;
    Ok(Listing { standing, ..record.clone() })
}
