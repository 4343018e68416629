//! Applications from a spreadsheet: the template, the dry run, the import.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpResponse, get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::contract::codes::IMPORT_HAS_PROBLEMS;
use crate::contract::form::Form;
use crate::contract::import::{self, Problem};
use crate::contract::model::{Import, ImportId};
use crate::contract::service::{self, Examined};
use crate::files::model::{FileId, StoredFile};
use crate::files::{self, Vault};
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Refusal, fill};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::papers::codes::XLSX_TOO_LARGE;
use crate::papers::{XLSX_MEDIA_TYPE, xlsx};

const IMPORT: &str = "contract.import";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractImportBody)]
struct ImportBody {
    /// An uploaded XLSX file of one's own organisation, made from the template.
    file: FileId,
    /// Only say what is wrong.
    #[serde(default)]
    dry_run: bool,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct FileQuery {
    file: FileId,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractImportReport)]
struct ReportView {
    /// Applications that were read without a problem of their cells.
    entries: usize,
    /// At most 1 000.
    problems: Vec<ProblemView>,
    /// There are more than these.
    more: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractImportProblem)]
struct ProblemView {
    sheet: String,
    /// Such as C5.
    cell: String,
    column: String,
    code: String,
    title: String,
}

impl From<&Problem> for ProblemView {
    fn from(it: &Problem) -> Self {
        Self {
            sheet: it.sheet.clone(),
            cell: it.cell.clone(),
            column: it.column.clone(),
            code: it.code.id.to_owned(),
            title: fill(it.code.zh, &it.params),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = ContractImport)]
struct ImportView {
    id: ImportId,
    file: FileId,
    /// Drafts that it made; each still needs its main text.
    entries: i32,
    created_at: UtcTime,
    finished_at: Option<UtcTime>,
}

impl From<Import> for ImportView {
    fn from(it: Import) -> Self {
        Self {
            id: it.id,
            file: it.file,
            entries: it.entries,
            created_at: it.created_at,
            finished_at: it.finished_at,
        }
    }
}

/// The template: a line for each application, code lists to choose from, sheets for what has several lines.
#[utoipa::path(
    tag = "contract", operation_id = "contract_import_template",
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("contract.write")))
)]
#[get("/contracts/imports/template.xlsx")]
pub async fn template(edge: Edge) -> Answer {
    edge.read_slow(Permission::ContractWrite, |_, _| {
        Reply::file(XLSX_MEDIA_TYPE, "技术合同批量申请模板.xlsx", xlsx::write(&import::template())?)
    })
    .await
}

/// What is wrong with a file, cell by cell, as a workbook.
#[utoipa::path(
    tag = "contract", operation_id = "contract_import_problems", params(FileQuery),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("contract.write")))
)]
#[get("/contracts/imports/problems.xlsx")]
pub async fn problems(edge: Edge, query: Query<FileQuery>, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::ContractWrite)?;
    let (_, bytes) = bytes_of(&edge, &vault, query.file).await?;
    edge.read_slow(Permission::ContractWrite, move |snapshot, actor| {
        let today = snapshot.now().day();
        let examined = service::examine(snapshot, actor, &bytes, today)?;
        let sheet = import::problems_sheet(&examined.problems, examined.more);
        Reply::file(XLSX_MEDIA_TYPE, "批量申请问题清单.xlsx", xlsx::write(&[sheet])?)
    })
    .await
}

/// Imports the applications of a file as drafts, all or none; with `dry_run` only says what is wrong.
#[utoipa::path(
    tag = "contract", operation_id = "contract_import", request_body = ImportBody,
    responses((status = 200, body = ReportView), (status = 201, body = ImportView)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[post("/contracts/imports")]
pub async fn create(edge: Edge, input: Input<ImportBody>, vault: Data<Vault>) -> Answer {
    if let Some(kept) = edge.kept(IMPORT, Permission::ContractWrite, &input).await? {
        return Ok(kept);
    }
    let body = input.parse()?;
    let (file, bytes) = bytes_of(&edge, &vault, body.file).await?;
    let actor = edge.actor().clone();
    let examined = edge
        .db()
        .read_slow(move |snapshot| {
            let today = snapshot.now().day();
            service::examine(snapshot, &actor, &bytes, today)
        })
        .await?;
    if body.dry_run {
        return Ok(HttpResponse::Ok().json(report(&examined)));
    }
    if let Some(first) = examined.problems.first() {
        return Err(Refusal::new(&IMPORT_HAS_PROBLEMS)
            .with("count", format!("{}{}", examined.problems.len(), if examined.more { "+" } else { "" }))
            .with("cell", format!("{}!{}", first.sheet, first.cell)));
    }
    let id = write(&edge, file, examined.forms).await?;
    edge.write(IMPORT, Permission::ContractWrite, input, move |tx, actor, _| {
        let done = service::finish_import(tx, actor, id)?;
        Reply::created(format!("/api/v1/contracts/imports/{id}"), &ImportView::from(done))
    })
    .await
}

/// A finished import of one's own organisation.
#[utoipa::path(
    tag = "contract", operation_id = "contract_import_show",
    responses((status = 200, body = ImportView)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[get("/contracts/imports/{id}")]
pub async fn show(edge: Edge, id: Path<ImportId>) -> Answer {
    edge.read(Permission::ContractWrite, move |snapshot, actor| {
        Reply::ok(&ImportView::from(service::import(snapshot, actor, *id)?))
    })
    .await
}

fn report(examined: &Examined) -> ReportView {
    let found = examined.problems.iter().map(ProblemView::from).collect();
    ReportView { entries: examined.forms.len(), problems: found, more: examined.more }
}

/// The bytes of an uploaded file; one that is too large is refused before it is read.
async fn bytes_of(edge: &Edge, vault: &Vault, id: FileId) -> Result<(StoredFile, Vec<u8>), Refusal> {
    let actor = edge.actor().clone();
    let file = edge.db().read(move |snapshot| files::service::own(snapshot, &actor, id)).await?;
    let max = service::import_limits().file_bytes_max;
    let bytes = vault.whole(&file, max, &XLSX_TOO_LARGE).await?;
    Ok((file, bytes))
}

/// In slices behind people's commands; the import shows with its last command.
async fn write(edge: &Edge, file: StoredFile, forms: Vec<Form>) -> Result<ImportId, Refusal> {
    let db = edge.db();
    let actor: Actor = edge.actor().clone();
    let (by, entries) = (actor.clone(), forms.len());
    let begin = move |tx: &mut crate::db::Tx| service::begin_import(tx, &by, &file, entries);
    let id = db.write("contract.import.begin", begin).await?.value;
    let slice = move |tx: &mut crate::db::Tx, from: usize| {
        service::import_slice(tx, &actor, id, forms.get(from..).unwrap_or_default())
    };
    db.write_slices("contract.import.slice", entries, slice).await?;
    Ok(id)
}
