//! Addresses of engagements.

use actix_web::web::{Data, Path, Query};
use actix_web::{get, post};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::files::model::FileId;
use crate::files::{Cached, Vault, download};
use crate::http::{Answer, Edge, Input, Paging, Reply, Routes};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::listing::ConfidentialView;

use super::model::{EngagementId, EnquirerContact, Filter, MeetingId, PartyRole, State};
use super::service::{self, NewEnquiry};
use super::view::{
    AnswerBody, AnswerDecision, EngagementView, EngagementWithdrawal, EnquiryBody, MeetingBody, MeetingEnd,
    MeetingList, MeetingView, MessageBody, MessageView, OutcomeBody, UndertakingAcceptance, UndertakingText,
    UndertakingView,
};

/// Days within which an answer is due, from the settings.
#[derive(Clone, Copy)]
pub struct AnswerDays(pub i64);

pub fn routes(routes: &mut Routes) {
    routes.service(create).service(list).service(show).service(answer).service(withdraw).service(conclude);
    routes.service(undertaking).service(accept).service(confidential).service(attachment);
    routes.service(send).service(messages).service(arrange).service(meetings).service(end_meeting);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct ListQuery {
    limit: Option<i64>,
    cursor: Option<String>,
    #[param(inline)]
    role: Option<PartyRole>,
    #[param(inline)]
    state: Option<State>,
    /// URN of an achievement or demand.
    about: Option<String>,
    /// Only enquiries whose time for an answer has passed, or only others.
    overdue: Option<bool>,
}

/// Enquires about a published achievement or demand.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_enquire",
    request_body = EnquiryBody,
    responses((status = 201, body = EngagementView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/engagements")]
async fn create(edge: Edge, input: Input<EnquiryBody>, days: Data<AnswerDays>) -> Answer {
    edge.write("engagement.enquire", Permission::EngagementWrite, input, move |tx, actor, body| {
        let contact = EnquirerContact {
            name: body.contact.name.clone(),
            phone: body.contact.phone.clone(),
            email: body.contact.email.clone(),
        };
        let (about, text) = (body.about.clone(), body.text.clone());
        let new = NewEnquiry { about, text, contact, broker: body.broker, answer_days: days.0 };
        let made = service::enquire(tx, actor, &new)?;
        let (location, version) = (format!("/api/v1/engagements/{}", made.id), made.version);
        let view = EngagementView::of(made, PartyRole::Enquirer, tx.now());
        Ok(Reply::created(location, &view)?.version(version))
    })
    .await
}

/// The engagements of one's own organisation, the newest first.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_list",
    params(ListQuery),
    responses((status = 200, body = Page<EngagementView>)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/engagements")]
async fn list(edge: Edge, query: Query<ListQuery>) -> Answer {
    let ListQuery { limit, cursor, role, state, about, overdue } = query.into_inner();
    let (page, filter) = (PageQuery::new(limit, cursor)?, Filter { role, state, about, overdue });
    edge.read(Permission::Session, move |snapshot, actor| {
        let now = snapshot.now();
        let found = service::list(snapshot, actor, &filter, &page)?;
        Reply::page(&found.map(|(engagement, role)| EngagementView::of(engagement, role, now)))
    })
    .await
}

/// One engagement, for its parties.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_show",
    params(("id" = EngagementId, Path)),
    responses((status = 200, body = EngagementView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/engagements/{id}")]
async fn show(edge: Edge, id: Path<EngagementId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let (node, now) = (snapshot.node().to_owned(), snapshot.now());
        let seen = service::show(snapshot, &node, actor, *id)?;
        let version = seen.engagement.version;
        Ok(Reply::ok(&EngagementView::seen(seen, now))?.version(version))
    })
    .await
}

/// The answer to an act: the engagement as the actor now sees it.
fn acted(
    tx: &mut crate::db::Tx,
    actor: &crate::kernel::actor::Actor,
    id: EngagementId,
) -> Result<Reply, crate::kernel::error::Refusal> {
    let (node, now) = (tx.node().to_owned(), tx.now());
    let seen = service::show(tx, &node, actor, id)?;
    let version = seen.engagement.version;
    Ok(Reply::ok(&EngagementView::seen(seen, now))?.version(version))
}

/// The owner accepts the enquiry, or declines it with one of eight reasons.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_answer",
    params(("id" = EngagementId, Path)),
    request_body = AnswerBody,
    responses((status = 200, body = EngagementView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/engagements/{id}/answer")]
async fn answer(edge: Edge, id: Path<EngagementId>, input: Input<AnswerBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("engagement.answer", Permission::EngagementWrite, input, move |tx, actor, body| {
        let accepted = body.decision == AnswerDecision::Accepted;
        service::answer(tx, actor, *id, expected, accepted, body.reason, &body.text)?;
        acted(tx, actor, *id)
    })
    .await
}

/// The enquirer takes its enquiry back.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_withdraw",
    params(("id" = EngagementId, Path)),
    request_body = EngagementWithdrawal,
    responses((status = 200, body = EngagementView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/engagements/{id}/withdraw")]
async fn withdraw(edge: Edge, id: Path<EngagementId>, input: Input<EngagementWithdrawal>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("engagement.withdraw", Permission::EngagementWrite, input, move |tx, actor, body| {
        service::withdraw(tx, actor, *id, expected, &body.reason)?;
        acted(tx, actor, *id)
    })
    .await
}

/// Ends the engagement: with a contract, or without one and the reason.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_conclude",
    params(("id" = EngagementId, Path)),
    request_body = OutcomeBody,
    responses((status = 200, body = EngagementView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/engagements/{id}/conclude")]
async fn conclude(edge: Edge, id: Path<EngagementId>, input: Input<OutcomeBody>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("engagement.conclude", Permission::EngagementWrite, input, move |tx, actor, body| {
        service::conclude(tx, actor, *id, expected, body.outcome, &body.reason)?;
        acted(tx, actor, *id)
    })
    .await
}

/// The undertaking of confidentiality, and whether it has been accepted.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_undertaking",
    params(("id" = EngagementId, Path)),
    responses((status = 200, body = UndertakingText)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/engagements/{id}/confidentiality")]
async fn undertaking(edge: Edge, id: Path<EngagementId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let node = snapshot.node().to_owned();
        let seen = service::show(snapshot, &node, actor, *id)?;
        Reply::ok(&UndertakingText {
            text: service::UNDERTAKING.to_owned(),
            sha256: service::undertaking_hash().to_owned(),
            accepted: UndertakingView::of(&seen.engagement.standing),
        })
    })
    .await
}

/// The enquirer accepts the undertaking that it was shown.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_accept_confidentiality",
    params(("id" = EngagementId, Path)),
    request_body = UndertakingAcceptance,
    responses((status = 200, body = EngagementView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/engagements/{id}/confidentiality")]
async fn accept(edge: Edge, id: Path<EngagementId>, input: Input<UndertakingAcceptance>) -> Answer {
    let expected = edge.expected_version()?;
    edge.write("engagement.confidentiality", Permission::EngagementWrite, input, move |tx, actor, body| {
        service::accept_confidentiality(tx, actor, *id, expected, &body.sha256)?;
        acted(tx, actor, *id)
    })
    .await
}

/// The confidential part of the record, once the undertaking is accepted; each read is kept in the trail.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_confidential",
    params(("id" = EngagementId, Path)),
    responses((status = 200, body = ConfidentialView)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/engagements/{id}/confidential")]
async fn confidential(edge: Edge, id: Path<EngagementId>) -> Answer {
    edge.act("engagement.confidential", Permission::Session, move |tx, actor| {
        Reply::ok(&ConfidentialView::from(service::confidential(tx, actor, *id)?))
    })
    .await
}

/// The bytes of a confidential attachment.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_confidential_attachment",
    params(("id" = EngagementId, Path), ("file" = FileId, Path)),
    responses((status = 200, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("session")))
)]
#[get("/engagements/{id}/confidential/attachments/{file}")]
async fn attachment(edge: Edge, path: Path<(EngagementId, FileId)>, vault: Data<Vault>) -> Answer {
    edge.permit(Permission::Session)?;
    let ((id, file), actor) = (path.into_inner(), edge.actor().clone());
    let opened = edge
        .db()
        .write("engagement.confidential", move |tx| service::confidential_attachment(tx, &actor, id, file));
    download(&vault, &opened.await?.value, Cached::Never).await
}

/// Writes to the other parties.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_send",
    params(("id" = EngagementId, Path)),
    request_body = MessageBody,
    responses((status = 201, body = MessageView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/engagements/{id}/messages")]
async fn send(edge: Edge, id: Path<EngagementId>, input: Input<MessageBody>) -> Answer {
    edge.write("engagement.send", Permission::EngagementWrite, input, move |tx, actor, body| {
        let message = service::send(tx, actor, *id, &body.text)?;
        Reply::created(format!("/api/v1/engagements/{id}/messages"), &MessageView::from(message))
    })
    .await
}

/// What the parties wrote, in order.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_messages",
    params(("id" = EngagementId, Path), Paging),
    responses((status = 200, body = Page<MessageView>)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/engagements/{id}/messages")]
async fn messages(edge: Edge, id: Path<EngagementId>, paging: Query<Paging>) -> Answer {
    let page = paging.into_inner().query()?;
    edge.read(Permission::Session, move |snapshot, actor| {
        Reply::page(&service::messages(snapshot, actor, *id, &page)?.map(MessageView::from))
    })
    .await
}

/// Arranges a meeting of the parties.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_arrange_meeting",
    params(("id" = EngagementId, Path)),
    request_body = MeetingBody,
    responses((status = 201, body = MeetingView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/engagements/{id}/meetings")]
async fn arrange(edge: Edge, id: Path<EngagementId>, input: Input<MeetingBody>) -> Answer {
    edge.write("engagement.arrange", Permission::EngagementWrite, input, move |tx, actor, body| {
        let meeting = service::arrange(tx, actor, *id, &body.command())?;
        let version = meeting.version;
        let location = format!("/api/v1/engagements/{id}/meetings");
        Ok(Reply::created(location, &MeetingView::from(meeting))?.version(version))
    })
    .await
}

/// The meetings of the parties, by time.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_meetings",
    params(("id" = EngagementId, Path)),
    responses((status = 200, body = MeetingList)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/engagements/{id}/meetings")]
async fn meetings(edge: Edge, id: Path<EngagementId>) -> Answer {
    edge.read(Permission::Session, move |snapshot, actor| {
        let held = service::meetings(snapshot, actor, *id)?;
        Reply::ok(&MeetingList { items: held.into_iter().map(MeetingView::from).collect() })
    })
    .await
}

/// Records that a meeting was held, with minutes, or cancelled, with the reason.
#[utoipa::path(
    tag = "engagement",
    operation_id = "engagement_end_meeting",
    params(("id" = EngagementId, Path), ("meeting" = MeetingId, Path)),
    request_body = MeetingEnd,
    responses((status = 200, body = MeetingView)),
    extensions(("x-permission" = json!("engagement.write")))
)]
#[post("/engagements/{id}/meetings/{meeting}/end")]
async fn end_meeting(edge: Edge, path: Path<(EngagementId, MeetingId)>, input: Input<MeetingEnd>) -> Answer {
    let (id, meeting) = path.into_inner();
    let expected = edge.expected_version()?;
    edge.write("engagement.end_meeting", Permission::EngagementWrite, input, move |tx, actor, body| {
        let ended = service::end_meeting(tx, actor, id, meeting, expected, body.held, &body.minutes)?;
        let version = ended.version;
        Ok(Reply::ok(&MeetingView::from(ended))?.version(version))
    })
    .await
}
