//! API keys of an organisation.

use actix_web::{delete, get, post, web};
use serde::Deserialize;
use utoipa::ToSchema;

use super::views::ApiKeyView;
use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::identity::model::ApiKeyId;
use crate::identity::{Gate, service};
use crate::kernel::permission::Permission;

pub fn routes(routes: &mut Routes) {
    routes.service(list).service(create).service(revoke);
}

/// The living keys of the caller's organisation, without the keys themselves.
#[utoipa::path(
    tag = "api-key",
    responses((status = 200, body = [ApiKeyView])),
    extensions(("x-permission" = json!("api_key.manage")))
)]
#[get("/api-keys")]
async fn list(edge: Edge) -> Answer {
    edge.read(Permission::ApiKeyManage, |snapshot, actor| {
        let found = service::api_keys(snapshot, actor)?;
        Reply::ok(&found.into_iter().map(ApiKeyView::from).collect::<Vec<_>>())
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApiKeyBody {
    #[schema(example = "目录同步")]
    label: String,
    /// Permissions of the caller that the key gets.
    scopes: Vec<Permission>,
    /// Days until it expires, at most 730.
    days: i64,
}

/// Makes a key; it is shown this once. Send it as `Authorization: Bearer tm_…`.
#[utoipa::path(
    tag = "api-key",
    request_body = ApiKeyBody,
    responses((status = 201, body = ApiKeyView)),
    extensions(("x-permission" = json!("api_key.manage")))
)]
#[post("/api-keys")]
async fn create(edge: Edge, input: Input<ApiKeyBody>) -> Answer {
    edge.write("api_key.make", Permission::ApiKeyManage, input, |tx, actor, body| {
        let new =
            service::NewApiKey { label: body.label.clone(), scopes: body.scopes.clone(), days: body.days };
        let made = service::create_api_key(tx, actor, &new)?;
        let kept = ApiKeyView::from(made.key.clone());
        let key = Some(made.secret.expose().to_owned());
        let mut view = ApiKeyView::from(made.key);
        view.key = key;
        Reply::created("/api/v1/api-keys", &view)?.keeping(&kept)
    })
    .await
}

/// Revokes a key at once.
#[utoipa::path(
    tag = "api-key",
    params(("id" = String, Path)),
    responses((status = 204)),
    extensions(("x-permission" = json!("api_key.manage")))
)]
#[delete("/api-keys/{id}")]
async fn revoke(edge: Edge, gate: web::Data<Gate>, id: web::Path<ApiKeyId>) -> Answer {
    let ended = gate.ended().clone();
    edge.act("api_key.revoke", Permission::ApiKeyManage, move |tx, actor| {
        service::revoke_api_key(tx, actor, &ended, *id)?;
        Reply::no_content()
    })
    .await
}
