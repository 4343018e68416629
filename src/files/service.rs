//! What rooms do with attachments.

use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{NOT_FOUND, TOO_MANY};
use crate::kernel::error::{Code, Errors, Refusal};

use super::codes::FILE_IN_USE;
use super::model::{FileId, NewFile, ORPHAN_SECONDS, StoredFile};
use super::store;

/// DOMAIN §6: at most ten attachments.
const FILES_MAX: usize = 10;

/// Writes the row of a received file. The bytes lie in the vault already, unless the same bytes lay there
/// before: then `key` is empty, and `None` says that they were swept meanwhile and must be stored after all.
pub fn add(tx: &mut Tx, actor: &Actor, new: &NewFile) -> Result<Option<StoredFile>, Refusal> {
    let person = actor.person()?;
    let at = tx.now();
    let key = if new.key.is_empty() {
        match store::key_of(tx, &new.sha256)? {
            Some(key) => key,
            None => return Ok(None),
        }
    } else {
        store::keep_blob(tx, new, at)?
    };
    let file = StoredFile {
        id: tx.new_id(),
        name: new.name.clone(),
        media_type: new.media_type.to_owned(),
        size_bytes: new.size_bytes,
        sha256: new.sha256.clone(),
        text_sha256: new.text_sha256.clone(),
        key,
        organisation: person.organisation,
        uploaded_by: person.user,
        created_at: at,
    };
    store::insert(tx, &file)?;
    Ok(Some(file))
}

/// Where bytes with this hash lie already.
pub fn key_of(conn: &mut Conn, sha256: &str) -> Result<Option<String>, Refusal> {
    store::key_of(conn, sha256)
}

/// A file of the actor's own organisation.
pub fn own(conn: &mut Conn, actor: &Actor, id: FileId) -> Result<StoredFile, Refusal> {
    let person = actor.person()?;
    let file = find(conn, &[id])?.into_iter().find(|file| file.organisation == person.organisation);
    file.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// Files that go with what an organisation says: few, each once, of its own. `unknown` is said of each other one. Files
/// do not cross nodes: who acts from elsewhere has none.
pub fn check_own(
    conn: &mut Conn,
    actor: &Actor,
    ids: &[FileId],
    (pointer, unknown): (&str, &'static Code),
    errors: &mut Errors,
) -> Result<(), Refusal> {
    if ids.is_empty() {
        return Ok(());
    }
    if ids.len() > FILES_MAX {
        errors.add_with(pointer, &TOO_MANY, &[("max", FILES_MAX.to_string())]);
        return Ok(());
    }
    let own = actor.person()?.organisation;
    let found = find(conn, ids)?;
    for (at, id) in ids.iter().enumerate() {
        let known = found.iter().any(|file| file.id == *id && file.organisation == own);
        if !known || ids.iter().take(at).any(|earlier| earlier == id) {
            errors.add(format!("{pointer}/{at}"), unknown);
        }
    }
    Ok(())
}

/// The files with these ids, in their order; what does not exist is left out.
pub fn find(conn: &mut Conn, ids: &[FileId]) -> Result<Vec<StoredFile>, Refusal> {
    let found = store::find(conn, ids)?;
    Ok(ids.iter().filter_map(|id| found.iter().find(|file| file.id == *id).cloned()).collect())
}

/// Makes these the files of a record. Whoever calls has checked that the record's owner may use them.
pub fn link(tx: &mut Tx, subject: &str, files: &[FileId]) -> Result<(), Refusal> {
    store::link(tx, subject, files)
}

/// Removes a file that no record has taken up.
pub fn remove(tx: &mut Tx, actor: &Actor, id: FileId) -> Result<(), Refusal> {
    let file = own(tx, actor, id)?;
    if store::is_linked(tx, file.id)? {
        return Err(Refusal::new(&FILE_IN_USE));
    }
    store::delete(tx, file.id)
}

/// One slice of sweeping: removes old files that nobody took up, then the blobs without a file; returns the
/// keys whose bytes may now be deleted.
pub fn sweep(tx: &mut Tx, limit: i64) -> Result<Vec<String>, Refusal> {
    let before = tx.now().plus_seconds(-ORPHAN_SECONDS);
    for id in store::unlinked(tx, before, limit)? {
        store::delete(tx, id)?;
    }
    store::drop_unused_blobs(tx, limit)
}

/// Which of these keys still belong to a blob.
pub fn known_keys(conn: &mut Conn, keys: Vec<String>) -> Result<Vec<String>, Refusal> {
    store::known_keys(conn, keys)
}
