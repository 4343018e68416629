//! Addresses of matchmaking.

mod view;

use actix_web::web::{Data, Path};
use actix_web::{get, post, web};

use self::view::{FeedbackBody, FeedbackKept, MatchList, WeightsBody, WeightsView};
use super::model::Side;
use super::saved;
use super::service;
use super::worker::Matching;
use crate::achievement::model::AchievementId;
use crate::demand::model::DemandId;
use crate::http::{Answer, Edge, Input, Paging, Reply, Routes};
use crate::kernel::id::urn;
use crate::kernel::page::Page;
use crate::kernel::permission::Permission;

pub fn routes(routes: &mut Routes) {
    routes
        .service(for_achievement)
        .service(for_demand)
        .service(feedback)
        .service(weights)
        .service(set_weights);
    saved::http::routes(routes);
}

/// Demands that suit a published achievement, the best first, each with the reasons.
#[utoipa::path(
    tag = "matching",
    operation_id = "match_for_achievement",
    params(("id" = AchievementId, Path)),
    responses((status = 200, body = MatchList)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/achievements/{id}/matches")]
async fn for_achievement(edge: Edge, id: Path<AchievementId>, matching: Data<Matching>) -> Answer {
    let id = id.into_inner();
    suggestions(edge, matching, move |node| urn(node, Side::Achievement.as_str(), id)).await
}

/// Achievements that suit a published demand, the best first, each with the reasons.
#[utoipa::path(
    tag = "matching",
    operation_id = "match_for_demand",
    params(("id" = DemandId, Path)),
    responses((status = 200, body = MatchList)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/demands/{id}/matches")]
async fn for_demand(edge: Edge, id: Path<DemandId>, matching: Data<Matching>) -> Answer {
    let id = id.into_inner();
    suggestions(edge, matching, move |node| urn(node, Side::Demand.as_str(), id)).await
}

async fn suggestions(
    edge: Edge,
    matching: Data<Matching>,
    subject: impl FnOnce(&str) -> String + Send + 'static,
) -> Answer {
    let sources = matching.sources().clone();
    edge.read(Permission::Session, move |snapshot, actor| {
        let subject = subject(snapshot.node());
        Reply::ok(&MatchList::from(service::list(snapshot, actor, &sources, &subject)?))
    })
    .await
}

/// Tells what a reader did with suggestions: shown, opened, declined with one of eight reasons.
///
/// Enquiries, answers and contracts are recorded by the platform itself. The same event of an organisation about a
/// pair is kept once a day.
#[utoipa::path(
    tag = "matching",
    operation_id = "match_feedback",
    request_body = FeedbackBody,
    responses((status = 200, body = FeedbackKept)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/matches/feedback")]
async fn feedback(edge: Edge, input: Input<FeedbackBody>, matching: Data<Matching>) -> Answer {
    let sources = matching.sources().clone();
    edge.write("matching.feedback", Permission::Session, input, move |tx, actor, body| {
        let kept = service::tell(tx, actor, &sources, &body.told()?)?;
        Reply::ok(&FeedbackKept { kept })
    })
    .await
}

/// The sets of weights that operators have set, the newest first; the shipped ones count while there is none.
#[utoipa::path(
    tag = "matching",
    operation_id = "match_weights",
    params(Paging),
    responses((status = 200, body = Page<WeightsView>)),
    extensions(("x-permission" = json!("match.weigh")))
)]
#[get("/admin/matches/weights")]
async fn weights(edge: Edge, paging: web::Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::MatchWeigh, move |snapshot, actor| {
        Reply::page(&service::in_force(snapshot, actor, &page)?.map(WeightsView::from))
    })
    .await
}

/// Sets the weights of the parts, in parts per million; lists are made anew within minutes.
#[utoipa::path(
    tag = "matching",
    operation_id = "match_set_weights",
    request_body = WeightsBody,
    responses((status = 201, body = WeightsView)),
    extensions(("x-permission" = json!("match.weigh")))
)]
#[post("/admin/matches/weights")]
async fn set_weights(edge: Edge, input: Input<WeightsBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("matching.set_weights", Permission::MatchWeigh, input, move |tx, actor, body| {
        let set = service::set(tx, actor, expected, &body.weights())?;
        let version = set.weights.version;
        Ok(Reply::created("/api/v1/admin/matches/weights", &WeightsView::from(set))?.version(version))
    })
    .await
}
