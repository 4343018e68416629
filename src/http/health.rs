//! Probes, the list of problem codes, and the document of the API.

use super::routes::Routes;
use actix_web::{HttpResponse, get, web};
use serde::Serialize;

use super::{Answer, Edge, EdgeState, Reply};
use crate::changes;
use crate::kernel::error::Code;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;

/// Every code that any room may answer with.
#[derive(Clone)]
pub struct AllCodes(pub Vec<&'static Code>);

#[derive(Serialize, utoipa::ToSchema)]
struct ProblemCode {
    code: &'static str,
    status: u16,
    title_zh: &'static str,
    title_en: &'static str,
}

pub fn routes(routes: &mut Routes) {
    routes.service(problems);
}

/// The process runs.
#[get("/healthz")]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// The process can serve: the database answers.
#[get("/readyz")]
pub async fn readyz(state: web::Data<EdgeState>) -> Result<HttpResponse, Refusal> {
    state.db.read(|snapshot| changes::head(snapshot)).await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}

/// Every problem code with its HTTP status and its words.
#[utoipa::path(
    tag = "platform",
    responses((status = 200, body = [ProblemCode])),
    extensions(("x-permission" = json!("public")))
)]
#[get("/problems")]
async fn problems(edge: Edge, codes: web::Data<AllCodes>) -> Answer {
    edge.read(Permission::Public, move |_, _| {
        let list = codes.0.iter().map(|code| ProblemCode {
            code: code.id,
            status: code.status,
            title_zh: code.zh,
            title_en: code.en,
        });
        Reply::ok(&list.collect::<Vec<_>>())
    })
    .await
}
