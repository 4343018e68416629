//! Receiving a file: streamed to a temporary file, measured and hashed on the way, then looked at.

use std::path::{Path, PathBuf};

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::web::Payload;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use crate::db::Db;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;

use super::codes::{FILE_EMPTY, FILE_STORE_UNAVAILABLE, FILE_TOO_LARGE, UPLOAD_MALFORMED};
use super::content;
use super::model::{FILE_BYTES_MAX, NewFile, StoredFile};
use super::service;
use super::sniff::{self, HEAD_BYTES, TAIL_BYTES};
use super::vault::Vault;

/// A temporary file that goes when it is no longer needed, also when the client goes away in the middle.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

struct Received {
    file: Temporary,
    name: String,
    size_bytes: i64,
    sha256: String,
    text_sha256: String,
    media_type: &'static str,
}

/// Takes the one file of a request into the vault and writes its row.
pub async fn take(
    request: &HttpRequest,
    payload: Payload,
    vault: &Vault,
    db: &Db,
    actor: &Actor,
) -> Result<StoredFile, Refusal> {
    let received = receive(request, payload, vault, db).await?;
    let mut new = NewFile {
        name: received.name.clone(),
        media_type: received.media_type,
        size_bytes: received.size_bytes,
        sha256: received.sha256.clone(),
        text_sha256: received.text_sha256.clone(),
        key: String::new(),
    };
    // The same bytes may lie in the vault already; then only the row is written.
    let sha256 = received.sha256.clone();
    let known = db.read(move |snapshot| service::key_of(snapshot, &sha256)).await?;
    if known.is_some()
        && let Some(file) = write(db, actor, new.clone()).await?
    {
        return Ok(file);
    }
    new.key = fresh_key(db, &received.sha256);
    vault.put(&new.key, &received.file.0).await?;
    let key = new.key.clone();
    let written = write(db, actor, new).await;
    if written.as_ref().map_or(true, |file| file.as_ref().is_none_or(|file| file.key != key)) {
        // Refused, or another upload of the same bytes was faster: this copy has no row. The sweep would find it.
        vault.delete(&key).await?;
    }
    written?.ok_or_else(|| Refusal::internal("an upload with a key was not written"))
}

async fn write(db: &Db, actor: &Actor, new: NewFile) -> Result<Option<StoredFile>, Refusal> {
    let actor = actor.clone();
    Ok(db.write("file.upload", move |tx| service::add(tx, &actor, &new)).await?.value)
}

/// By hash, and never used twice: an upload and a sweep that meet have different keys.
fn fresh_key(db: &Db, sha256: &str) -> String {
    let mut nonce = [0; 8];
    db.settings().random.fill(&mut nonce);
    format!("{}/{sha256}-{}", &sha256[..2], hex::encode(nonce))
}

async fn receive(
    request: &HttpRequest,
    payload: Payload,
    vault: &Vault,
    db: &Db,
) -> Result<Received, Refusal> {
    let mut parts = Multipart::new(request.headers(), payload);
    let mut received = None;
    while let Some(part) = parts.next().await {
        let field = part.map_err(malformed)?;
        if field.name() != Some("file") || received.is_some() {
            return Err(Refusal::new(&UPLOAD_MALFORMED));
        }
        received = Some(receive_file(field, vault, db).await?);
    }
    received.ok_or_else(|| Refusal::new(&UPLOAD_MALFORMED))
}

async fn receive_file(mut field: Field, vault: &Vault, db: &Db) -> Result<Received, Refusal> {
    let sent = field.content_disposition().and_then(|disposition| disposition.get_filename()).unwrap_or("");
    let name = sniff::safe_name(sent)?;
    let mut random = [0; 16];
    db.settings().random.fill(&mut random);
    let file = Temporary(vault.incoming().join(hex::encode(random)));
    let mut out = tokio::fs::File::create_new(&file.0).await.map_err(unavailable)?;
    let (mut hash, mut size) = (Sha256::new(), 0_u64);
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(malformed)?;
        size += chunk.len() as u64;
        if size > FILE_BYTES_MAX {
            return Err(Refusal::new(&FILE_TOO_LARGE));
        }
        hash.update(&chunk);
        out.write_all(&chunk).await.map_err(unavailable)?;
    }
    out.flush().await.map_err(unavailable)?;
    drop(out);
    if size == 0 {
        return Err(Refusal::new(&FILE_EMPTY));
    }
    let (head, tail) = ends(&file.0, size).await?;
    let media_type = sniff::media_type(&name, &head, &tail)?;
    let size_bytes = i64::try_from(size).map_err(Refusal::internal)?;
    let sha256 = hex::encode(hash.finalize());
    let path = file.0.clone();
    let words = tokio::task::spawn_blocking(move || content::text_sha256(media_type, &path));
    let text_sha256 = words.await.map_err(Refusal::internal)?.unwrap_or_else(|| sha256.clone());
    Ok(Received { file, name, size_bytes, sha256, text_sha256, media_type })
}

/// The first and the last bytes of a file.
async fn ends(path: &Path, size: u64) -> Result<(Vec<u8>, Vec<u8>), Refusal> {
    let mut file = tokio::fs::File::open(path).await.map_err(unavailable)?;
    let mut head = Vec::new();
    (&mut file).take(HEAD_BYTES as u64).read_to_end(&mut head).await.map_err(unavailable)?;
    let from = size.saturating_sub(TAIL_BYTES as u64);
    file.seek(std::io::SeekFrom::Start(from)).await.map_err(unavailable)?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).await.map_err(unavailable)?;
    Ok((head, tail))
}

fn malformed(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(&UPLOAD_MALFORMED).because(error)
}

fn unavailable(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(&FILE_STORE_UNAVAILABLE).because(error)
}
