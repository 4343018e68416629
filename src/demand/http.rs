//! Addresses of demands. What they do is common to all listed records (`listing::acts`).

use actix_web::web::{Data, Path, Query};
use actix_web::{get, post, put};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::files::Vault;
use crate::files::model::FileId;
use crate::http::{Answer, Edge, Input, Paging, Routes};
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::listing::model::{Filter, Sort, State};
use crate::listing::{
    ConfidentialView, HistoryList, ListingHead, ListingView, Opinion, Reason, Renewal, acts,
};

use super::model::{Content, Demand, DemandId};

const COLLECTION: &str = "/api/v1/demands";

pub fn routes(routes: &mut Routes) {
    routes.service(create).service(list).service(own).service(waiting);
    routes.service(show).service(edit).service(submit).service(publish).service(send_back);
    routes.service(withdraw).service(renew).service(history);
    routes.service(confidential).service(attachment).service(confidential_attachment);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    /// `newest` when absent.
    #[param(inline)]
    sort: Option<Sort>,
    holder: Option<OrganisationId>,
    technical_field: Option<String>,
    /// GB/T 4754: a section (`C`) finds its classes, a class (`30`) itself.
    industry: Option<String>,
    /// A prefecture (`450700`) finds its counties and zones.
    division: Option<String>,
    kind: Option<String>,
    /// Leaves out what is negotiable.
    budget_max_fen: Option<i64>,
}

impl ListQuery {
    fn split(self) -> Result<(Filter, Option<Sort>, PageQuery), Refusal> {
        let page = PageQuery::new(self.limit, self.cursor)?;
        let filter = Filter {
            holder: self.holder,
            technical_field: self.technical_field,
            industry: self.industry,
            division: self.division,
            kind: self.kind,
            price_max_fen: self.budget_max_fen,
            ..Filter::default()
        };
        Ok((filter, self.sort, page))
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct OwnQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    #[param(inline)]
    state: Option<State>,
}

/// Writes a draft.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_create",
    request_body = Content,
    responses((status = 201, body = ListingView<Content>)),
    extensions(("x-permission" = json!("demand.write")))
)]
#[post("/demands")]
async fn create(edge: Edge, input: Input<Content>) -> Answer {
    acts::create::<Demand>(edge, input, "demand.create", COLLECTION).await
}

/// Published demands.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_list",
    params(ListQuery),
    responses((status = 200, body = Page<ListingHead>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/demands")]
async fn list(edge: Edge, query: Query<ListQuery>) -> Answer {
    let (filter, sort, page) = query.into_inner().split()?;
    acts::list::<Demand>(edge, filter, sort, page).await
}

/// The demands of one's own organisation, in every state.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_own",
    params(OwnQuery),
    responses((status = 200, body = Page<ListingHead>)),
    extensions(("x-permission" = json!("demand.write")))
)]
#[get("/demands/own")]
async fn own(edge: Edge, query: Query<OwnQuery>) -> Answer {
    let OwnQuery { limit, cursor, state } = query.into_inner();
    acts::own::<Demand>(edge, state, PageQuery::new(limit, cursor)?).await
}

/// What waits for review, the longest-waiting first.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_waiting",
    params(Paging),
    responses((status = 200, body = Page<ListingHead>)),
    extensions(("x-permission" = json!("demand.review")))
)]
#[get("/demands/waiting")]
async fn waiting(edge: Edge, paging: Query<Paging>) -> Answer {
    acts::waiting::<Demand>(edge, paging.into_inner().query()?).await
}

/// One demand: the approved text for the public, the working copy for its holder and for reviewers.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_show",
    params(("id" = DemandId, Path)),
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/demands/{id}")]
async fn show(edge: Edge, id: Path<DemandId>) -> Answer {
    acts::show::<Demand>(edge, *id).await
}

/// Replaces the working copy. What is published stays until the change is approved; then `edit_reason` is asked for.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_edit",
    params(("id" = DemandId, Path)),
    request_body = Content,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("demand.write")))
)]
#[put("/demands/{id}")]
async fn edit(edge: Edge, id: Path<DemandId>, input: Input<Content>) -> Answer {
    acts::edit::<Demand>(edge, *id, input, "demand.edit").await
}

/// Hands the finished text to the reviewers.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_submit",
    params(("id" = DemandId, Path)),
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("demand.write")))
)]
#[post("/demands/{id}/submit")]
async fn submit(edge: Edge, id: Path<DemandId>) -> Answer {
    acts::submit::<Demand>(edge, *id, "demand.submit").await
}

/// Approves and publishes what waits; by a second person.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_publish",
    params(("id" = DemandId, Path)),
    request_body = Opinion,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("demand.review")))
)]
#[post("/demands/{id}/publish")]
async fn publish(edge: Edge, id: Path<DemandId>, input: Input<Opinion>) -> Answer {
    acts::publish::<Demand>(edge, *id, input, "demand.publish").await
}

/// Sends back what waits, with an opinion.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_return",
    params(("id" = DemandId, Path)),
    request_body = Opinion,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("demand.review")))
)]
#[post("/demands/{id}/return")]
async fn send_back(edge: Edge, id: Path<DemandId>, input: Input<Opinion>) -> Answer {
    acts::send_back::<Demand>(edge, *id, input, "demand.return").await
}

/// Takes the demand off the market for good.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_withdraw",
    params(("id" = DemandId, Path)),
    request_body = Reason,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("demand.write")))
)]
#[post("/demands/{id}/withdraw")]
async fn withdraw(edge: Edge, id: Path<DemandId>, input: Input<Reason>) -> Answer {
    acts::withdraw::<Demand>(edge, *id, input, "demand.withdraw").await
}

/// Gives a published or expired demand a new last day.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_renew",
    params(("id" = DemandId, Path)),
    request_body = Renewal,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("demand.write")))
)]
#[post("/demands/{id}/renew")]
async fn renew(edge: Edge, id: Path<DemandId>, input: Input<Renewal>) -> Answer {
    acts::renew::<Demand>(edge, *id, input, "demand.renew").await
}

/// Who changed which field when and why; for the holder and reviewers.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_history",
    params(("id" = DemandId, Path)),
    responses((status = 200, body = HistoryList)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/demands/{id}/history")]
async fn history(edge: Edge, id: Path<DemandId>) -> Answer {
    acts::history::<Demand>(edge, *id).await
}

/// The confidential part, for the holder's members and reviewers; each read is kept in the trail.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_confidential",
    params(("id" = DemandId, Path)),
    responses((status = 200, body = ConfidentialView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/demands/{id}/confidential")]
async fn confidential(edge: Edge, id: Path<DemandId>) -> Answer {
    acts::confidential::<Demand>(edge, *id, "demand.confidential").await
}

/// The bytes of a public attachment.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_attachment",
    params(("id" = DemandId, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("public")))
)]
#[get("/demands/{id}/attachments/{file}")]
async fn attachment(edge: Edge, path: Path<(DemandId, FileId)>, vault: Data<Vault>) -> Answer {
    let (id, file) = path.into_inner();
    acts::attachment::<Demand>(edge, id, file, vault).await
}

/// The bytes of a confidential attachment, opened like the confidential part.
#[utoipa::path(
    tag = "demand",
    operation_id = "demand_confidential_attachment",
    params(("id" = DemandId, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/demands/{id}/confidential/attachments/{file}")]
async fn confidential_attachment(edge: Edge, path: Path<(DemandId, FileId)>, vault: Data<Vault>) -> Answer {
    let (id, file) = path.into_inner();
    acts::confidential_attachment::<Demand>(edge, id, file, vault, "demand.confidential").await
}
