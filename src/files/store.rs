//! Rows of attachments.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::db::schema::{file, file_blob, file_link};
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::UtcTime;

use super::model::{FileId, NewFile, StoredFile};

#[derive(Insertable)]
#[diesel(table_name = file_blob)]
struct BlobRow<'a> {
    sha256: &'a str,
    storage_key: &'a str,
    size_bytes: i64,
    created_at: UtcTime,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = file)]
struct FileRow {
    id: FileId,
    name: String,
    media_type: String,
    size_bytes: i64,
    sha256: String,
    organisation: OrganisationId,
    uploaded_by: UserId,
    created_at: UtcTime,
    text_sha256: String,
}

fn build((row, key): (FileRow, String)) -> StoredFile {
    StoredFile {
        id: row.id,
        name: row.name,
        media_type: row.media_type,
        size_bytes: row.size_bytes,
        sha256: row.sha256,
        text_sha256: row.text_sha256,
        key,
        organisation: row.organisation,
        uploaded_by: row.uploaded_by,
        created_at: row.created_at,
    }
}

/// Where the bytes with this hash lie already, if they do.
pub fn key_of(conn: &mut Conn, sha256: &str) -> Result<Option<String>, Refusal> {
    Ok(file_blob::table.find(sha256).select(file_blob::storage_key).first(conn).optional()?)
}

/// Notes that bytes lie under a key, unless the same bytes lie somewhere already; returns where they lie.
pub fn keep_blob(conn: &mut Conn, file: &NewFile, at: UtcTime) -> Result<String, Refusal> {
    let row =
        BlobRow { sha256: &file.sha256, storage_key: &file.key, size_bytes: file.size_bytes, created_at: at };
    on_each!(conn, c => diesel::insert_into(file_blob::table).values(&row).on_conflict_do_nothing().execute(c))?;
    Ok(file_blob::table.find(&file.sha256).select(file_blob::storage_key).first(conn)?)
}

pub fn insert(conn: &mut Conn, file: &StoredFile) -> Result<(), Refusal> {
    let row = FileRow {
        id: file.id,
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size_bytes: file.size_bytes,
        sha256: file.sha256.clone(),
        organisation: file.organisation,
        uploaded_by: file.uploaded_by,
        created_at: file.created_at,
        text_sha256: file.text_sha256.clone(),
    };
    diesel::insert_into(file::table).values(row).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, ids: &[FileId]) -> Result<Vec<StoredFile>, Refusal> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let rows: Vec<(FileRow, String)> = file::table
        .inner_join(file_blob::table)
        .filter(file::id.eq_any(ids.to_vec()))
        .select((file::all_columns, file_blob::storage_key))
        .load(conn)?;
    Ok(rows.into_iter().map(build).collect())
}

/// Makes these the files of a record, instead of those it had.
pub fn link(conn: &mut Conn, subject: &str, files: &[FileId]) -> Result<(), Refusal> {
    diesel::delete(file_link::table.filter(file_link::subject.eq(subject))).execute(conn)?;
    for file in files {
        diesel::insert_into(file_link::table)
            .values((file_link::subject.eq(subject), file_link::file.eq(file)))
            .execute(conn)?;
    }
    Ok(())
}

pub fn is_linked(conn: &mut Conn, id: FileId) -> Result<bool, Refusal> {
    let links: i64 = file_link::table.filter(file_link::file.eq(id)).count().get_result(conn)?;
    Ok(links > 0)
}

pub fn delete(conn: &mut Conn, id: FileId) -> Result<(), Refusal> {
    diesel::delete(file::table.find(id)).execute(conn)?;
    Ok(())
}

/// Files that no record has taken up, made before the given time.
pub fn unlinked(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<FileId>, Refusal> {
    let taken_up = file_link::table.filter(file_link::file.eq(file::id));
    Ok(file::table
        .filter(file::created_at.lt(before))
        .filter(not(exists(taken_up)))
        .order((file::created_at, file::id))
        .limit(limit)
        .select(file::id)
        .load(conn)?)
}

/// Takes out the blobs that no file has any more; returns where their bytes lie.
pub fn drop_unused_blobs(conn: &mut Conn, limit: i64) -> Result<Vec<String>, Refusal> {
    let used = file::table.filter(file::sha256.eq(file_blob::sha256));
    let unused: Vec<(String, String)> = file_blob::table
        .filter(not(exists(used)))
        .order(file_blob::sha256)
        .limit(limit)
        .select((file_blob::sha256, file_blob::storage_key))
        .load(conn)?;
    for (sha256, _) in &unused {
        diesel::delete(file_blob::table.find(sha256)).execute(conn)?;
    }
    Ok(unused.into_iter().map(|(_, key)| key).collect())
}

/// Which of these keys a blob has.
pub fn known_keys(conn: &mut Conn, keys: Vec<String>) -> Result<Vec<String>, Refusal> {
    Ok(file_blob::table
        .filter(file_blob::storage_key.eq_any(keys))
        .select(file_blob::storage_key)
        .load(conn)?)
}
