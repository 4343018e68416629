//! The statutory tables and the register.

use actix_web::get;
use actix_web::web::{Path, Query};
use serde::Serialize;
use utoipa::ToSchema;

use super::ask::{Ask, FileFormat, records_address};
use super::sheets::{self, Names};
use crate::contract::model::{ContractId, Stage};
use crate::http::{Answer, Edge, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::papers::{self, CSV_MEDIA_TYPE, Sheet, XLSX_MEDIA_TYPE};
use crate::statistics::model::{Dimension, Figures, Filter, Record, Table};
use crate::statistics::service::{self, REGISTER_ROWS_MAX};

/// Rows of the register in one workbook: it is whole in memory while it is written.
const WORKBOOK_ROWS_MAX: usize = 20_000;

#[derive(Serialize, ToSchema)]
#[schema(as = StatisticsTable)]
struct TableView {
    #[schema(inline)]
    by: Dimension,
    from: Day,
    to: Day,
    lines: Vec<LineView>,
    all: FiguresView,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatisticsLine)]
struct LineView {
    /// The code; of technology flow the seller's division.
    key: String,
    label: String,
    /// Of technology flow the buyer's division.
    to: Option<String>,
    to_label: Option<String>,
    #[serde(flatten)]
    figures: FiguresView,
    /// The address of the records behind the line.
    records: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatisticsFigures)]
struct FiguresView {
    contracts: i64,
    /// 合同成交额
    total_fen: Fen,
    /// 技术交易额
    technical_fen: Fen,
}

impl From<Figures> for FiguresView {
    fn from(it: Figures) -> Self {
        Self { contracts: it.contracts, total_fen: it.total, technical_fen: it.technical }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = StatisticsRecord)]
struct RecordView {
    contract: ContractId,
    number: String,
    #[schema(inline)]
    state: Stage,
    edition: i32,
    office: OrganisationId,
    registered_on: Day,
    title: String,
    class: String,
    sub_type: String,
    technical_field: String,
    ip_kind: String,
    plan_source: String,
    seller_name: String,
    seller_kind: String,
    seller_division: String,
    buyer_name: String,
    buyer_kind: String,
    buyer_division: String,
    total_fen: Fen,
    technical_fen: Fen,
    estimated: bool,
}

impl From<Record> for RecordView {
    fn from(it: Record) -> Self {
        Self {
            contract: it.contract,
            number: it.number,
            state: it.stage,
            edition: it.edition,
            office: it.office,
            registered_on: it.registered_on,
            title: it.title,
            class: it.class,
            sub_type: it.sub_type,
            technical_field: it.technical_field,
            ip_kind: it.ip_kind,
            plan_source: it.plan_source,
            seller_name: it.seller.name,
            seller_kind: it.seller.kind,
            seller_division: it.seller.division,
            buyer_name: it.buyer.name,
            buyer_kind: it.buyer.kind,
            buyer_division: it.buyer.division,
            total_fen: it.total,
            technical_fen: it.technical,
            estimated: it.estimated,
        }
    }
}

fn view(table: Table, filter: &Filter, names: &Names) -> TableView {
    let by = table.by;
    let line = |line: crate::statistics::model::Line| LineView {
        records: records_address(filter, by, &line.key, line.to.as_deref()),
        label: sheets::label(by, &line.key, names),
        to_label: line.to.as_deref().map(|to| sheets::division(to, names)),
        key: line.key,
        to: line.to,
        figures: line.figures.into(),
    };
    let lines = table.lines.into_iter().map(line).collect();
    TableView { by, from: filter.from, to: filter.to, lines, all: table.all.into() }
}

/// One table: how many registrations stand, and both amounts, by one dimension; as a file with `format`.
#[utoipa::path(
    tag = "statistics", operation_id = "statistics_table", params(Ask),
    responses((status = 200, body = TableView)),
    extensions(("x-permission" = json!("statistics.read")))
)]
#[get("/statistics/tables/{by}")]
pub async fn show(edge: Edge, by: Path<Dimension>, ask: Query<Ask>) -> Answer {
    edge.read_slow(Permission::StatisticsRead, move |snapshot, actor| {
        let filter = ask.filter();
        let table = service::table(snapshot, actor, *by, &filter)?;
        let names = service::division_names(snapshot)?;
        match ask.format {
            None => Reply::ok(&view(table, &filter, &names)),
            Some(format) => file(format, sheets::title(*by), &ask, sheets::table(&table, &names)),
        }
    })
    .await
}

/// All tables in one workbook, a sheet for each.
#[utoipa::path(
    tag = "statistics", operation_id = "statistics_workbook", params(Ask),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")),
    extensions(("x-permission" = json!("statistics.read")))
)]
#[get("/statistics/tables.xlsx")]
pub async fn download(edge: Edge, ask: Query<Ask>) -> Answer {
    edge.read_slow(Permission::StatisticsRead, move |snapshot, actor| {
        let names = service::division_names(snapshot)?;
        let mut book = vec![];
        for by in Dimension::ALL {
            let table = service::table(snapshot, actor, *by, &ask.filter())?;
            book.push(sheets::table(&table, &names));
        }
        let name = format!("技术合同统计-{}-{}.xlsx", ask.from, ask.to);
        Reply::file(XLSX_MEDIA_TYPE, &name, papers::xlsx::write(&book)?)
    })
    .await
}

/// The records behind a number, in the order of registration.
#[utoipa::path(
    tag = "statistics", operation_id = "statistics_records", params(Ask),
    responses((status = 200, body = Page<RecordView>)),
    extensions(("x-permission" = json!("statistics.read")))
)]
#[get("/statistics/records")]
pub async fn records(edge: Edge, ask: Query<Ask>) -> Answer {
    let page = ask.page()?;
    edge.read_slow(Permission::StatisticsRead, move |snapshot, actor| {
        let found = service::records(snapshot, actor, &ask.filter(), &page)?;
        Reply::page(&found.map(RecordView::from))
    })
    .await
}

/// The register of the period as a file: CSV unless `format=xlsx`.
#[utoipa::path(
    tag = "statistics", operation_id = "statistics_register", params(Ask),
    responses((status = 200, content_type = "text/csv")),
    extensions(("x-permission" = json!("statistics.read")))
)]
#[get("/statistics/register")]
pub async fn register(edge: Edge, ask: Query<Ask>) -> Answer {
    edge.read_slow(Permission::StatisticsRead, move |snapshot, actor| {
        let (filter, names) = (ask.filter(), service::division_names(snapshot)?);
        let columns = sheets::register_columns();
        if ask.format == Some(FileFormat::Xlsx) {
            let mut sheet = Sheet::new("登记簿", columns);
            let rows = &mut sheet.rows;
            service::register(snapshot, actor, &filter, WORKBOOK_ROWS_MAX, |record| {
                rows.push(sheets::register_row(record, &names));
            })?;
            return file(FileFormat::Xlsx, "登记簿", &ask, sheet);
        }
        let mut writer = papers::csv::Writer::new(&columns);
        service::register(snapshot, actor, &filter, REGISTER_ROWS_MAX, |record| {
            writer.row(&sheets::register_row(record, &names));
        })?;
        Reply::file(CSV_MEDIA_TYPE, &name("登记簿", &ask, "csv"), writer.take())
    })
    .await
}

fn name(what: &str, ask: &Ask, extension: &str) -> String {
    format!("技术合同{what}-{}-{}.{extension}", ask.from, ask.to)
}

fn file(format: FileFormat, what: &str, ask: &Ask, sheet: Sheet) -> Result<Reply, Refusal> {
    match format {
        FileFormat::Xlsx => {
            Reply::file(XLSX_MEDIA_TYPE, &name(what, ask, "xlsx"), papers::xlsx::write(&[sheet])?)
        }
        FileFormat::Csv => Reply::file(CSV_MEDIA_TYPE, &name(what, ask, "csv"), papers::csv::write(&sheet)),
    }
}
