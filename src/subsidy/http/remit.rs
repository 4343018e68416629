//! Payment files for the treasury, and what it reports back.

use actix_web::web::{Data, Path};
use actix_web::{get, post, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::treasury;
use super::view::BatchView;
use crate::files::Vault;
use crate::files::model::FileId;
use crate::files::service as files;
use crate::http::{Answer, Edge, Input, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};
use crate::papers::{CSV_MEDIA_TYPE, XLSX_MEDIA_TYPE, csv, xlsx};
use crate::subsidy::codes::REMITTANCE_TOO_LARGE;
use crate::subsidy::model::{BatchId, BatchRecord, Outcome, Reconciled, RemittanceRecord};
use crate::subsidy::service::{self, ReportRow};

/// Orders an approved batch, once: what is owed back is booked and set against what is due; what is open then is in
/// the payment file and stays so. An ordered batch goes back only when the treasury reports that all of it failed.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    responses((status = 200, body = BatchView)),
    extensions(("x-permission" = json!("subsidy.pay")))
)]
#[post("/subsidy/batches/{id}/payment-orders")]
pub async fn order(edge: Edge, id: Path<BatchId>) -> Answer {
    let expected = edge.expected_version()?;
    edge.act("subsidy.batch.order", Permission::SubsidyPay, move |tx, actor| {
        let batch = service::order(tx, actor, *id, expected)?;
        let version = batch.version;
        Ok(Reply::ok(&BatchView::from(batch))?.version(version))
    })
    .await
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    Csv,
    Xlsx,
}

impl FileFormat {
    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct FormatQuery {
    /// `xlsx` when absent.
    format: Option<FileFormat>,
}

/// What the treasury is to transfer of an ordered batch, as a table with the columns that it fills in and sends back.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path), FormatQuery),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("subsidy.pay")))
)]
#[get("/subsidy/batches/{id}/payment-file")]
pub async fn file(edge: Edge, id: Path<BatchId>, query: web::Query<FormatQuery>) -> Answer {
    let format = query.format.unwrap_or(FileFormat::Xlsx);
    edge.read_slow(Permission::SubsidyPay, move |snapshot, actor| {
        let (batch, instructions) = service::instructions(snapshot, actor, *id)?;
        let sheet = treasury::sheet(&instructions);
        let name = format!("拨付清单-{}-{}.{}", batch.scheme, batch.period, format.extension());
        match format {
            FileFormat::Csv => Reply::file(CSV_MEDIA_TYPE, &name, csv::write(&sheet)),
            FileFormat::Xlsx => Reply::file(XLSX_MEDIA_TYPE, &name, xlsx::write(&[sheet])?),
        }
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResultInput {
    /// As in the payment file.
    instruction: String,
    outcome: Outcome,
    /// What was transferred; 0 of a failed one.
    amount_fen: Fen,
    paid_on: Day,
    /// The treasury's own name for the transfer: it is booked once.
    reference: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportInput {
    rows: Vec<ResultInput>,
}

#[derive(Serialize, ToSchema)]
pub struct ReconciledView {
    position: i32,
    instruction: String,
    outcome: Outcome,
    amount_fen: Fen,
    paid_on: Day,
    reference: String,
    result: Reconciled,
    /// What was open before this row.
    expected_fen: Fen,
    /// What was reported minus what was open.
    difference_fen: Fen,
    at: UtcTime,
    ledger_number: Option<i64>,
}

impl From<RemittanceRecord> for ReconciledView {
    fn from(row: RemittanceRecord) -> Self {
        Self {
            difference_fen: row.amount.checked_sub(row.expected).unwrap_or_default(),
            position: row.position,
            instruction: row.instruction,
            outcome: row.outcome,
            amount_fen: row.amount,
            paid_on: row.paid_on,
            reference: row.reference,
            result: row.result,
            expected_fen: row.expected,
            at: row.at,
            ledger_number: row.ledger_number,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ReportView {
    batch: BatchView,
    rows: Vec<ReconciledView>,
}

fn shown((batch, rows): (BatchRecord, Vec<RemittanceRecord>)) -> Result<Reply, Refusal> {
    let version = batch.version;
    let rows = rows.into_iter().map(ReconciledView::from).collect();
    Ok(Reply::ok(&ReportView { batch: batch.into(), rows })?.version(version))
}

/// Takes what the treasury reports of an ordered batch: each row is reconciled by itself, what agrees is booked, a part leaves the
/// rest open, and the batch is paid once nothing is.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    request_body = ReportInput,
    responses((status = 200, body = ReportView)),
    extensions(("x-permission" = json!("subsidy.pay")))
)]
#[post("/subsidy/batches/{id}/payment-results")]
pub async fn report(edge: Edge, id: Path<BatchId>, input: Input<ReportInput>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("subsidy.batch.report", Permission::SubsidyPay, input, move |tx, actor, input| {
        let row = |row: &ResultInput| ReportRow {
            instruction: row.instruction.clone(),
            outcome: row.outcome,
            amount: row.amount_fen,
            paid_on: row.paid_on,
            reference: row.reference.clone(),
        };
        let rows: Vec<ReportRow> = input.rows.iter().map(row).collect();
        shown(service::report(tx, actor, *id, &rows, expected)?)
    })
    .await
}

const IMPORT: &str = "subsidy.batch.import";

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportInput {
    /// An uploaded CSV or XLSX file with the columns of the payment file.
    file: FileId,
}

/// The same from an uploaded file.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    request_body = ImportInput,
    responses((status = 200, body = ReportView)),
    extensions(("x-permission" = json!("subsidy.pay")))
)]
#[post("/subsidy/batches/{id}/payment-results/import")]
pub async fn import(edge: Edge, id: Path<BatchId>, input: Input<ImportInput>, vault: Data<Vault>) -> Answer {
    if let Some(kept) = edge.kept(IMPORT, Permission::SubsidyPay, &input).await? {
        return Ok(kept);
    }
    let expected = edge.expected_version()?;
    let (wanted, actor) = (input.parse()?.file, edge.actor().clone());
    let stored = edge.db().read(move |snapshot| files::own(snapshot, &actor, wanted)).await?;
    let bytes = vault.whole(&stored, treasury::FILE_BYTES_MAX, &REMITTANCE_TOO_LARGE).await?;
    // A workbook is unpacked here, which takes a thread's time and not a worker's.
    let rows = edge.db().read_slow(move |_| treasury::rows(&bytes)).await?;
    edge.write(IMPORT, Permission::SubsidyPay, input, move |tx, actor, _| {
        shown(service::report(tx, actor, *id, &rows, expected)?)
    })
    .await
}

#[derive(Serialize, ToSchema)]
struct ReportedList {
    items: Vec<ReconciledView>,
}

/// All that the treasury reported of a batch, row by row.
#[utoipa::path(
    tag = "subsidy",
    params(("id" = BatchId, Path)),
    responses((status = 200, body = ReportedList)),
    extensions(("x-permission" = json!("subsidy.read")))
)]
#[get("/subsidy/batches/{id}/payment-results")]
pub async fn reported(edge: Edge, id: Path<BatchId>) -> Answer {
    edge.read(Permission::SubsidyRead, move |snapshot, actor| {
        let rows = service::reported(snapshot, actor, *id)?;
        Reply::ok(&ReportedList { items: rows.into_iter().map(ReconciledView::from).collect() })
    })
    .await
}
