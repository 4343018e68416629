//! Reading: lists, one contract, its timeline, its files.

use actix_web::get;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{ContractHead, ContractView, StepView, Timeline, WorkItem};
use crate::contract::model::{ContractId, HandlerFilter, Pending, Stage};
use crate::contract::service::{self, Wanted};
use crate::files::model::FileId;
use crate::files::{self, Cached, Vault};
use crate::http::{Answer, Edge, Reply};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    #[param(inline)]
    state: Option<Stage>,
    class: Option<String>,
    technical_field: Option<String>,
    office: Option<OrganisationId>,
    registered_from: Option<Day>,
    registered_to: Option<Day>,
    /// With a statement of income, or an amendment, that waits for the office.
    #[param(inline)]
    pending: Option<Pending>,
}

impl ListQuery {
    fn split(self) -> Result<(Wanted, PageQuery), Refusal> {
        let page = PageQuery::new(self.limit, self.cursor)?;
        let wanted = Wanted {
            stage: self.state,
            class: self.class,
            technical_field: self.technical_field,
            office: self.office,
            registered_from: self.registered_from,
            registered_to: self.registered_to,
            pending: self.pending,
        };
        Ok((wanted, page))
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WorkQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    #[param(inline)]
    state: Option<Stage>,
    /// Only the cases that one has claimed, or that nobody has.
    #[param(inline)]
    handler: Option<HandlerFilter>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SecondReviewQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    #[param(inline)]
    state: Option<Stage>,
}

/// What one's own organisation drew up, and what it is a party of; newest first.
#[utoipa::path(
    tag = "contract", operation_id = "contract_own", params(ListQuery),
    responses((status = 200, body = Page<ContractHead>)),
    extensions(("x-permission" = json!("contract.write")))
)]
#[get("/contracts")]
pub async fn own(edge: Edge, query: Query<ListQuery>) -> Answer {
    let (wanted, page) = query.into_inner().split()?;
    edge.read(Permission::ContractWrite, move |snapshot, actor| {
        let found = service::own(snapshot, actor, &wanted, &page)?;
        Reply::page(&found.map(ContractHead::from))
    })
    .await
}

/// An office's open cases: running clocks first, by their last day; then what waits for acceptance; last what the
/// applicant is to correct.
#[utoipa::path(
    tag = "contract", operation_id = "contract_work_list", params(WorkQuery),
    responses((status = 200, body = Page<WorkItem>)),
    extensions(("x-permission" = json!("contract.register")))
)]
#[get("/contracts/work-list")]
pub async fn work_list(edge: Edge, query: Query<WorkQuery>) -> Answer {
    let query = query.into_inner();
    let page = PageQuery::new(query.limit, query.cursor)?;
    edge.read(Permission::ContractRegister, move |snapshot, actor| {
        let found = service::work_list(snapshot, actor, query.state, query.handler, &page)?;
        Reply::page(&found.map(WorkItem::from))
    })
    .await
}

/// Everything filed with one's own office, newest first.
#[utoipa::path(
    tag = "contract", operation_id = "contract_filed", params(ListQuery),
    responses((status = 200, body = Page<ContractHead>)),
    extensions(("x-permission" = json!("contract.register")))
)]
#[get("/contracts/filed")]
pub async fn filed(edge: Edge, query: Query<ListQuery>) -> Answer {
    let (wanted, page) = query.into_inner().split()?;
    edge.read(Permission::ContractRegister, move |snapshot, actor| {
        let found = service::filed(snapshot, actor, &wanted, &page)?;
        Reply::page(&found.map(ContractHead::from))
    })
    .await
}

/// An office's open large cases, for the second reviewer.
#[utoipa::path(
    tag = "contract", operation_id = "contract_second_reviews", params(SecondReviewQuery),
    responses((status = 200, body = Page<WorkItem>)),
    extensions(("x-permission" = json!("contract.review")))
)]
#[get("/contracts/second-reviews")]
pub async fn second_reviews(edge: Edge, query: Query<SecondReviewQuery>) -> Answer {
    let query = query.into_inner();
    let page = PageQuery::new(query.limit, query.cursor)?;
    edge.read(Permission::ContractReview, move |snapshot, actor| {
        let found = service::second_reviews(snapshot, actor, query.state, &page)?;
        Reply::page(&found.map(WorkItem::from))
    })
    .await
}

/// Filed contracts under supervision: of one's own territory, or all for an auditor.
#[utoipa::path(
    tag = "contract", operation_id = "contract_supervised", params(ListQuery),
    responses((status = 200, body = Page<ContractHead>)),
    extensions(("x-permission" = json!("contract.supervise")))
)]
#[get("/contracts/supervised")]
pub async fn supervised(edge: Edge, query: Query<ListQuery>) -> Answer {
    let (wanted, page) = query.into_inner().split()?;
    edge.read(Permission::ContractSupervise, move |snapshot, actor| {
        let found = service::supervised(snapshot, actor, &wanted, &page)?;
        Reply::page(&found.map(ContractHead::from))
    })
    .await
}

/// One contract, for its parties, its office and supervision.
#[utoipa::path(
    tag = "contract", operation_id = "contract_show",
    responses((status = 200, body = ContractView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}")]
pub async fn show(edge: Edge, id: Path<ContractId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let case = service::contract(snapshot, actor, *id)?;
        Ok(Reply::ok(&ContractView::from(&case))?.version(case.record.version))
    })
    .await
}

/// Every step of the case with actor, time and opinion, oldest first.
#[utoipa::path(
    tag = "contract", operation_id = "contract_timeline",
    responses((status = 200, body = Timeline)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/timeline")]
pub async fn timeline(edge: Edge, id: Path<ContractId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let steps = service::timeline(snapshot, actor, *id)?;
        Reply::ok(&Timeline { items: steps.into_iter().map(StepView::from).collect() })
    })
    .await
}

/// The bytes of an attached file.
#[utoipa::path(
    tag = "contract", operation_id = "contract_attachment",
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/contracts/{id}/attachments/{file}")]
pub async fn attachment(edge: Edge, path: Path<(ContractId, FileId)>, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::Session)?;
    let (actor, (id, file)) = (edge.actor().clone(), path.into_inner());
    let stored = edge.db().read(move |snapshot| service::attachment(snapshot, &actor, id, file)).await?;
    files::download(&vault, &stored, Cached::Never).await
}
