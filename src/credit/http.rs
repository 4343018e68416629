//! Credit records over HTTP.

use actix_web::web::{Path, Query};
use actix_web::{get, post};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model::{Barred, Content, CreditRecordId, Kind, Level, Record, Stage, State, Word};
use super::service;
use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::{Day, UtcTime};

pub fn routes(routes: &mut Routes) {
    routes
        .service(create)
        .service(list)
        .service(own)
        .service(lift)
        .service(file_appeal)
        .service(answer_appeal);
    routes.service(barred_units);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCreditRecord {
    /// Unified social credit code of the unit.
    credit_code: String,
    unit_name: String,
    #[schema(inline)]
    kind: Kind,
    /// Seriously untrustworthy bars the unit while the record stands.
    #[schema(inline)]
    level: Level,
    title: String,
    /// Who established it.
    source: String,
    #[serde(default)]
    source_number: String,
    effective_on: Day,
    /// The last day; a record that bars must have one.
    expires_on: Option<Day>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditLift {
    reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditAppeal {
    text: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreditAppealAnswer {
    /// Upheld: the record is lifted.
    upheld: bool,
    text: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct RecordsQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    credit_code: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct PagedQuery {
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct CreditRecordView {
    id: CreditRecordId,
    version: i64,
    #[schema(inline)]
    state: Stage,
    credit_code: String,
    unit_name: String,
    #[schema(inline)]
    kind: Kind,
    #[schema(inline)]
    level: Level,
    title: String,
    source: String,
    source_number: String,
    effective_on: Day,
    expires_on: Option<Day>,
    appeal: Option<CreditWord>,
    /// The answer to the appeal, or why the record was lifted.
    answer: Option<CreditWord>,
    recorded_at: UtcTime,
    updated_at: UtcTime,
}

#[derive(Serialize, ToSchema)]
struct CreditWord {
    at: UtcTime,
    text: String,
}

impl From<Word> for CreditWord {
    fn from(word: Word) -> Self {
        Self { at: word.at, text: word.text }
    }
}

impl From<Record> for CreditRecordView {
    fn from(record: Record) -> Self {
        let stage = record.state.stage();
        let (appeal, answer) = match record.state {
            State::Standing(said) => {
                said.map_or((None, None), |(appeal, answer)| (Some(appeal), Some(answer)))
            }
            State::Appealed(appeal) => (Some(appeal), None),
            State::Lifted { appeal, lifted } => (appeal, Some(lifted)),
        };
        let content = record.content;
        Self {
            id: record.id,
            version: record.version,
            state: stage,
            credit_code: content.credit_code,
            unit_name: content.unit_name,
            kind: content.kind,
            level: content.level,
            title: content.title,
            source: content.source,
            source_number: content.source_number,
            effective_on: content.effective_on,
            expires_on: content.expires_on,
            appeal: appeal.map(CreditWord::from),
            answer: answer.map(CreditWord::from),
            recorded_at: record.recorded_at,
            updated_at: record.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct BarredUnit {
    credit_code: String,
    unit_name: String,
    title: String,
    source: String,
    source_number: String,
    from: Day,
    to: Option<Day>,
}

impl From<Barred> for BarredUnit {
    fn from(it: Barred) -> Self {
        Self {
            credit_code: it.credit_code,
            unit_name: it.unit_name,
            title: it.title,
            source: it.source,
            source_number: it.source_number,
            from: it.from,
            to: it.to,
        }
    }
}

fn reply(record: Record) -> Result<Reply, Refusal> {
    let version = record.version;
    Ok(Reply::ok(&CreditRecordView::from(record))?.version(version))
}

/// Enters a good or bad record about a unit.
#[utoipa::path(
    tag = "credit", operation_id = "credit_record",
    request_body = NewCreditRecord, responses((status = 201, body = CreditRecordView)),
    extensions(("x-permission" = json!("credit.manage")))
)]
#[post("/credit-records")]
async fn create(edge: Edge, input: Input<NewCreditRecord>) -> Answer {
    edge.write("credit.record", Permission::CreditManage, input, |tx, actor, body| {
        let content = Content {
            credit_code: body.credit_code.trim().to_uppercase(),
            unit_name: body.unit_name.trim().to_owned(),
            kind: body.kind,
            level: body.level,
            title: body.title.trim().to_owned(),
            source: body.source.trim().to_owned(),
            source_number: body.source_number.trim().to_owned(),
            effective_on: body.effective_on,
            expires_on: body.expires_on,
        };
        let record = service::record(tx, actor, &content)?;
        let (at, version) = (format!("/api/v1/credit-records/{}", record.id), record.version);
        Ok(Reply::created(at, &CreditRecordView::from(record))?.version(version))
    })
    .await
}

/// Credit records, newest first; of one unit when its code is given.
#[utoipa::path(
    tag = "credit", operation_id = "credit_records", params(RecordsQuery),
    responses((status = 200, body = Page<CreditRecordView>)),
    extensions(("x-permission" = json!("credit.manage")))
)]
#[get("/credit-records")]
async fn list(edge: Edge, query: Query<RecordsQuery>) -> Answer {
    let query = query.into_inner();
    let page = PageQuery::new(query.limit, query.cursor)?;
    edge.read(Permission::CreditManage, move |snapshot, actor| {
        let found = service::records(snapshot, actor, query.credit_code.as_deref(), &page)?;
        Reply::page(&found.map(CreditRecordView::from))
    })
    .await
}

/// The records about one's own organisation, newest first.
#[utoipa::path(
    tag = "credit", operation_id = "credit_records_own", params(PagedQuery),
    responses((status = 200, body = Page<CreditRecordView>)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/credit-records/own")]
async fn own(edge: Edge, query: Query<PagedQuery>) -> Answer {
    let query = query.into_inner();
    let page = PageQuery::new(query.limit, query.cursor)?;
    edge.read(Permission::Session, move |snapshot, actor| {
        Reply::page(&service::own(snapshot, actor, &page)?.map(CreditRecordView::from))
    })
    .await
}

/// Lifts a record before its last day.
#[utoipa::path(
    tag = "credit", operation_id = "credit_record_lift",
    request_body = CreditLift, responses((status = 200, body = CreditRecordView)),
    extensions(("x-permission" = json!("credit.manage")))
)]
#[post("/credit-records/{id}/lift")]
async fn lift(edge: Edge, id: Path<CreditRecordId>, input: Input<CreditLift>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("credit.lift", Permission::CreditManage, input, move |tx, actor, body| {
        reply(service::lift(tx, actor, *id, expected, &body.reason)?)
    })
    .await
}

/// The unit concerned appeals against a record.
#[utoipa::path(
    tag = "credit", operation_id = "credit_record_appeal",
    request_body = CreditAppeal, responses((status = 200, body = CreditRecordView)),
    extensions(("x-permission" = json!("organisation.manage")))
)]
#[post("/credit-records/{id}/appeal")]
async fn file_appeal(edge: Edge, id: Path<CreditRecordId>, input: Input<CreditAppeal>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("credit.appeal", Permission::OrganisationManage, input, move |tx, actor, body| {
        reply(service::appeal(tx, actor, *id, expected, &body.text)?)
    })
    .await
}

/// Answers an appeal; by somebody other than who recorded it.
#[utoipa::path(
    tag = "credit", operation_id = "credit_record_answer",
    request_body = CreditAppealAnswer, responses((status = 200, body = CreditRecordView)),
    extensions(("x-permission" = json!("credit.manage")))
)]
#[post("/credit-records/{id}/answer")]
async fn answer_appeal(edge: Edge, id: Path<CreditRecordId>, input: Input<CreditAppealAnswer>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("credit.answer", Permission::CreditManage, input, move |tx, actor, body| {
        reply(service::answer(tx, actor, *id, expected, body.upheld, &body.text)?)
    })
    .await
}

/// Who is barred from technology transfer today.
#[utoipa::path(
    tag = "credit", operation_id = "credit_barred_units", params(PagedQuery),
    responses((status = 200, body = Page<BarredUnit>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/barred-units")]
async fn barred_units(edge: Edge, query: Query<PagedQuery>) -> Answer {
    let query = query.into_inner();
    let page = PageQuery::new(query.limit, query.cursor)?;
    edge.read(Permission::Public, move |snapshot, _| {
        Reply::page(&service::barred_units(snapshot, &page)?.map(BarredUnit::from))
    })
    .await
}
