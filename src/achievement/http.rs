//! Addresses of achievements. What they do is common to all listed records (`listing::acts`).

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

use super::catalogue;
use super::model::{Achievement, AchievementId, Content};

const COLLECTION: &str = "/api/v1/achievements";

pub fn routes(routes: &mut Routes) {
    routes.service(create).service(list).service(own).service(waiting);
    routes.service(catalogue::show_catalogue).service(catalogue::download_catalogue);
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
    trl_min: Option<i32>,
    trl_max: Option<i32>,
    year_min: Option<i32>,
    year_max: Option<i32>,
    /// Leaves out what is negotiable.
    price_max_fen: Option<i64>,
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
            trl_min: self.trl_min,
            trl_max: self.trl_max,
            year_min: self.year_min,
            year_max: self.year_max,
            price_max_fen: self.price_max_fen,
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
    tag = "achievement",
    operation_id = "achievement_create",
    request_body = Content,
    responses((status = 201, body = ListingView<Content>)),
    extensions(("x-permission" = json!("achievement.write")))
)]
#[post("/achievements")]
async fn create(edge: Edge, input: Input<Content>) -> Answer {
    acts::create::<Achievement>(edge, input, "achievement.create", COLLECTION).await
}

/// Published achievements.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_list",
    params(ListQuery),
    responses((status = 200, body = Page<ListingHead>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/achievements")]
async fn list(edge: Edge, query: Query<ListQuery>) -> Answer {
    let (filter, sort, page) = query.into_inner().split()?;
    acts::list::<Achievement>(edge, filter, sort, page).await
}

/// The achievements of one's own organisation, in every state.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_own",
    params(OwnQuery),
    responses((status = 200, body = Page<ListingHead>)),
    extensions(("x-permission" = json!("achievement.write")))
)]
#[get("/achievements/own")]
async fn own(edge: Edge, query: Query<OwnQuery>) -> Answer {
    let OwnQuery { limit, cursor, state } = query.into_inner();
    acts::own::<Achievement>(edge, state, PageQuery::new(limit, cursor)?).await
}

/// What waits for review, the longest-waiting first.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_waiting",
    params(Paging),
    responses((status = 200, body = Page<ListingHead>)),
    extensions(("x-permission" = json!("achievement.review")))
)]
#[get("/achievements/waiting")]
async fn waiting(edge: Edge, paging: Query<Paging>) -> Answer {
    acts::waiting::<Achievement>(edge, paging.into_inner().query()?).await
}

/// One achievement: the approved text for the public, the working copy for its holder and for reviewers.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_show",
    params(("id" = AchievementId, Path)),
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("public")))
)]
#[get("/achievements/{id}")]
async fn show(edge: Edge, id: Path<AchievementId>) -> Answer {
    acts::show::<Achievement>(edge, *id).await
}

/// Replaces the working copy. What is published stays until the change is approved; then `edit_reason` is asked for.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_edit",
    params(("id" = AchievementId, Path)),
    request_body = Content,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("achievement.write")))
)]
#[put("/achievements/{id}")]
async fn edit(edge: Edge, id: Path<AchievementId>, input: Input<Content>) -> Answer {
    acts::edit::<Achievement>(edge, *id, input, "achievement.edit").await
}

/// Hands the finished text to the reviewers.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_submit",
    params(("id" = AchievementId, Path)),
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("achievement.write")))
)]
#[post("/achievements/{id}/submit")]
async fn submit(edge: Edge, id: Path<AchievementId>) -> Answer {
    acts::submit::<Achievement>(edge, *id, "achievement.submit").await
}

/// Approves and publishes what waits; by a second person.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_publish",
    params(("id" = AchievementId, Path)),
    request_body = Opinion,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("achievement.review")))
)]
#[post("/achievements/{id}/publish")]
async fn publish(edge: Edge, id: Path<AchievementId>, input: Input<Opinion>) -> Answer {
    acts::publish::<Achievement>(edge, *id, input, "achievement.publish").await
}

/// Sends back what waits, with an opinion.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_return",
    params(("id" = AchievementId, Path)),
    request_body = Opinion,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("achievement.review")))
)]
#[post("/achievements/{id}/return")]
async fn send_back(edge: Edge, id: Path<AchievementId>, input: Input<Opinion>) -> Answer {
    acts::send_back::<Achievement>(edge, *id, input, "achievement.return").await
}

/// Takes the achievement off the market for good.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_withdraw",
    params(("id" = AchievementId, Path)),
    request_body = Reason,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("achievement.write")))
)]
#[post("/achievements/{id}/withdraw")]
async fn withdraw(edge: Edge, id: Path<AchievementId>, input: Input<Reason>) -> Answer {
    acts::withdraw::<Achievement>(edge, *id, input, "achievement.withdraw").await
}

/// Gives a published or expired achievement a new last day.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_renew",
    params(("id" = AchievementId, Path)),
    request_body = Renewal,
    responses((status = 200, body = ListingView<Content>)),
    extensions(("x-permission" = json!("achievement.write")))
)]
#[post("/achievements/{id}/renew")]
async fn renew(edge: Edge, id: Path<AchievementId>, input: Input<Renewal>) -> Answer {
    acts::renew::<Achievement>(edge, *id, input, "achievement.renew").await
}

/// Who changed which field when and why; for the holder and reviewers.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_history",
    params(("id" = AchievementId, Path)),
    responses((status = 200, body = HistoryList)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/achievements/{id}/history")]
async fn history(edge: Edge, id: Path<AchievementId>) -> Answer {
    acts::history::<Achievement>(edge, *id).await
}

/// The confidential part, for the holder's members and reviewers; each read is kept in the trail.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_confidential",
    params(("id" = AchievementId, Path)),
    responses((status = 200, body = ConfidentialView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/achievements/{id}/confidential")]
async fn confidential(edge: Edge, id: Path<AchievementId>) -> Answer {
    acts::confidential::<Achievement>(edge, *id, "achievement.confidential").await
}

/// The bytes of a public attachment.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_attachment",
    params(("id" = AchievementId, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("public")))
)]
#[get("/achievements/{id}/attachments/{file}")]
async fn attachment(edge: Edge, path: Path<(AchievementId, FileId)>, vault: Data<Vault>) -> Answer {
    let (id, file) = path.into_inner();
    acts::attachment::<Achievement>(edge, id, file, vault).await
}

/// The bytes of a confidential attachment, opened like the confidential part.
#[utoipa::path(
    tag = "achievement",
    operation_id = "achievement_confidential_attachment",
    params(("id" = AchievementId, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/achievements/{id}/confidential/attachments/{file}")]
async fn confidential_attachment(
    edge: Edge,
    path: Path<(AchievementId, FileId)>,
    vault: Data<Vault>,
) -> Answer {
    let (id, file) = path.into_inner();
    acts::confidential_attachment::<Achievement>(edge, id, file, vault, "achievement.confidential").await
}
