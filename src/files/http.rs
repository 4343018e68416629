//! Uploads and downloads.

use actix_web::http::header;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{Answer, Edge, Reply, Routes, openapi, unconditional};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

use super::model::{FileId, StoredFile};
use super::vault::Vault;
use super::{service, upload};

pub fn routes(routes: &mut Routes) {
    routes.service(create).service(show).service(content).service(remove);
}

/// An uploaded file.
#[derive(Serialize, ToSchema)]
pub struct FileView {
    pub id: FileId,
    pub name: String,
    /// As sniffed from the bytes.
    pub media_type: String,
    pub size_bytes: i64,
    /// SHA-256 in hex.
    pub sha256: String,
    pub created_at: UtcTime,
}

impl From<&StoredFile> for FileView {
    fn from(file: &StoredFile) -> Self {
        Self {
            id: file.id,
            name: file.name.clone(),
            media_type: file.media_type.clone(),
            size_bytes: file.size_bytes,
            sha256: file.sha256.clone(),
            created_at: file.created_at,
        }
    }
}

/// One file, as a form with one part.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the multipart body, which is streamed and never held")]
struct UploadForm {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Uploads a file of at most 30 MB; records then name it as an attachment. Unused, it goes after a day; so a lost
/// answer is met by uploading again, and an Idempotency-Key is not taken.
#[utoipa::path(
    tag = "file",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, body = FileView)),
    extensions(("x-permission" = json!("file.upload")))
)]
#[post("/files")]
async fn create(edge: Edge, request: HttpRequest, payload: Payload, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::FileUpload)?;
    unconditional(&request)?;
    let file = upload::take(&request, payload, &vault, edge.db(), edge.actor()).await?;
    let location = format!("/api/v1/files/{}", file.id);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, location)).json(FileView::from(&file)))
}

/// A file of one's own organisation.
#[utoipa::path(
    tag = "file",
    responses((status = 200, body = FileView)),
    extensions(("x-permission" = json!("file.upload")))
)]
#[get("/files/{id}")]
async fn show(edge: Edge, id: Path<FileId>) -> Answer {
    edge.read(Permission::FileUpload, move |snapshot, actor| {
        Reply::ok(&FileView::from(&service::own(snapshot, actor, *id)?))
    })
    .await
}

/// The bytes of a file of one's own organisation.
#[utoipa::path(
    tag = "file",
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("file.upload")))
)]
#[get("/files/{id}/content")]
async fn content(edge: Edge, id: Path<FileId>, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::FileUpload)?;
    let actor = edge.actor().clone();
    let file = edge.db().read(move |snapshot| service::own(snapshot, &actor, *id)).await?;
    download(&vault, &file, Cached::Never).await
}

/// Removes a file that no record has taken up.
#[utoipa::path(
    tag = "file",
    responses((status = 204)),
    extensions(("x-permission" = json!("file.upload")))
)]
#[delete("/files/{id}")]
async fn remove(edge: Edge, id: Path<FileId>) -> Answer {
    edge.act("file.remove", Permission::FileUpload, move |tx, actor| {
        service::remove(tx, actor, *id)?;
        Reply::no_content()
    })
    .await
}

/// Whether others than the reader may keep a copy.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cached {
    Publicly,
    Never,
}

/// The bytes of a file that the caller has found the actor to be allowed. Nothing in it can run in a browser:
/// it is an attachment of the sniffed type, not to be guessed again, in a sandbox without scripts.
pub async fn download(vault: &Vault, file: &StoredFile, cached: Cached) -> Result<HttpResponse, Refusal> {
    let bytes = vault.open(&file.key).await?;
    let cache = if cached == Cached::Publicly { "public, max-age=300" } else { "private, no-store" };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, file.media_type.as_str()))
        .insert_header((header::CONTENT_LENGTH, file.size_bytes))
        .insert_header((header::CONTENT_DISPOSITION, openapi::attachment(&file.name)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ETAG, format!("\"{}\"", file.sha256)))
        // Compressed already, most of them; and the length above is that of the bytes as they are.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(bytes))
}
