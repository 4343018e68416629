//! Signing in and out, sessions, passwords.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::{MembershipView, PersonView, SessionView};
use crate::http::{Answer, Edge, Input, Reply, Routes, layer, unconditional};
use crate::identity::model::Secret;
use crate::identity::{Admitted, Attempt, Gate, service};
use crate::kernel::id::{OrganisationId, SessionId};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;

pub fn routes(routes: &mut Routes) {
    routes.service(login).service(refresh).service(logout).service(switch).service(change_password);
    routes.service(sessions).service(end).service(me);
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginBody {
    #[schema(example = "li.wei")]
    login: String,
    #[schema(format = Password)]
    password: String,
    /// The organisation to act for; the oldest membership when absent.
    #[serde(default)]
    organisation: Option<OrganisationId>,
}

#[derive(Serialize, ToSchema)]
struct Tokens {
    access_token: String,
    token_type: &'static str,
    expires_at: UtcTime,
    /// Works once; the answer of the refresh holds the next one. Absent where it stays as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_expires_at: Option<UtcTime>,
    person: PersonView,
}

/// Answers that hold tokens are kept by nobody.
fn secret_answer<T: Serialize>(view: &T, seq: i64) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("TM-Seq", seq.to_string()))
        .json(view)
}

fn admitted(it: &Admitted) -> HttpResponse {
    let view = Tokens {
        access_token: it.access_token.clone(),
        token_type: "Bearer",
        expires_at: it.expires_at,
        refresh_token: Some(it.grant.refresh.expose().to_owned()),
        refresh_expires_at: Some(it.grant.refresh_expires_at),
        person: PersonView::from(&it.grant.person),
    };
    secret_answer(&view, it.seq)
}

/// Signs in: an access token for 15 minutes and a refresh token. An Idempotency-Key is not taken, because no answer is
/// kept: whoever lost it signs in again.
#[utoipa::path(
    tag = "session",
    request_body = LoginBody,
    responses((status = 200, body = Tokens)),
    extensions(("x-permission" = json!("public")))
)]
#[post("/auth/login")]
async fn login(edge: Edge, gate: web::Data<Gate>, input: Input<LoginBody>) -> Answer {
    unconditional(edge.request())?;
    let LoginBody { login, password, organisation } = input.parse()?;
    let address = layer::client_address(edge.request(), edge.state());
    let agent = edge.request().headers().get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    let agent = agent.unwrap_or("").to_owned();
    let attempt = Attempt { login, password: Secret::new(password), organisation, address, agent };
    Ok(admitted(&gate.login(attempt).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RefreshBody {
    refresh_token: String,
}

/// A new access token and the next refresh token. For 20 seconds the same refresh token gets the same answer again,
/// for whoever lost it; one that comes back later ends the session. An Idempotency-Key is not taken.
#[utoipa::path(
    tag = "session",
    request_body = RefreshBody,
    responses((status = 200, body = Tokens)),
    extensions(("x-permission" = json!("public")))
)]
#[post("/auth/refresh")]
async fn refresh(request: HttpRequest, gate: web::Data<Gate>, input: Input<RefreshBody>) -> Answer {
    unconditional(&request)?;
    let presented = Secret::new(input.parse()?.refresh_token);
    Ok(admitted(&gate.refresh(presented).await?))
}

/// Ends the session in use.
#[utoipa::path(
    tag = "session",
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/auth/logout")]
async fn logout(edge: Edge, gate: web::Data<Gate>) -> Answer {
    let ended = gate.ended().clone();
    edge.act("session.logout", Permission::Session, move |tx, actor| {
        service::end_session(tx, actor, &ended, None)?;
        Reply::no_content()
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SwitchBody {
    organisation: OrganisationId,
}

/// Acts for another organisation of the same person. The refresh token stays; older access tokens are void. An
/// Idempotency-Key is not taken: a repetition does no harm.
#[utoipa::path(
    tag = "session",
    request_body = SwitchBody,
    responses((status = 200, body = Tokens)),
    extensions(("x-permission" = json!("session")))
)]
#[post("/auth/switch")]
async fn switch(edge: Edge, gate: web::Data<Gate>, input: Input<SwitchBody>) -> Answer {
    edge.permit(Permission::Session)?;
    unconditional(edge.request())?;
    let it = gate.switch(edge.actor().clone(), input.parse()?.organisation).await?;
    let view = Tokens {
        access_token: it.access_token,
        token_type: "Bearer",
        expires_at: it.expires_at,
        refresh_token: None,
        refresh_expires_at: None,
        person: PersonView::from(&it.person),
    };
    Ok(secret_answer(&view, it.seq))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    #[schema(format = Password)]
    present_password: String,
    #[schema(format = Password)]
    new_password: String,
}

/// Sets a new password and ends every other session of the person.
#[utoipa::path(
    tag = "session",
    request_body = PasswordBody,
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[put("/auth/password")]
async fn change_password(edge: Edge, gate: web::Data<Gate>, input: Input<PasswordBody>) -> Answer {
    if let Some(kept) = edge.kept("session.password", Permission::Session, &input).await? {
        return Ok(kept);
    }
    let PasswordBody { present_password, new_password } = input.parse()?;
    let (present, new) = (Secret::new(present_password), Secret::new(new_password));
    let (old, new) = gate.prepare_password(edge.actor(), present, new).await?;
    let ended = gate.ended().clone();
    edge.write("session.password", Permission::Session, input, move |tx, actor, _| {
        service::change_password(tx, actor, &ended, &old, &new)?;
        Reply::no_content()
    })
    .await
}

/// The caller's living sessions, the newest first.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = [SessionView])),
    extensions(("x-permission" = json!("session")))
)]
#[get("/sessions")]
async fn sessions(edge: Edge) -> Answer {
    edge.read(Permission::Session, |snapshot, actor| {
        let current = actor.person()?.session;
        let found = service::sessions(snapshot, actor)?;
        Reply::ok(&found.into_iter().map(|it| SessionView::new(it, current)).collect::<Vec<_>>())
    })
    .await
}

/// Ends one of the caller's sessions.
#[utoipa::path(
    tag = "session",
    params(("id" = String, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("session")))
)]
#[delete("/sessions/{id}")]
async fn end(edge: Edge, gate: web::Data<Gate>, id: web::Path<SessionId>) -> Answer {
    let ended = gate.ended().clone();
    edge.act("session.end", Permission::Session, move |tx, actor| {
        service::end_session(tx, actor, &ended, Some(*id))?;
        Reply::no_content()
    })
    .await
}

#[derive(Serialize, ToSchema)]
struct Me {
    login: String,
    person: PersonView,
    /// The organisations that the person may act for.
    memberships: Vec<MembershipView>,
}

/// Who the caller is, and for which organisations it may act.
#[utoipa::path(
    tag = "session",
    responses((status = 200, body = Me)),
    extensions(("x-permission" = json!("session")))
)]
#[get("/me")]
async fn me(edge: Edge) -> Answer {
    edge.read(Permission::Session, |snapshot, actor| {
        let person = actor.person()?;
        let found = service::memberships_of(snapshot, person.user)?;
        let view = Me {
            login: service::user(snapshot, person.user)?.login,
            person: PersonView::from(person),
            memberships: found.into_iter().map(MembershipView::from).collect(),
        };
        Reply::ok(&view)
    })
    .await
}
