//! The HTTP server: the routes of all rooms with what their handlers find, and the API's description.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as ActixApp, HttpResponse, HttpServer, web};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config as SwaggerConfig, SwaggerUi};

use super::App;
use super::rooms::api_routes;
use super::start;
use crate::contract;
use crate::engagement::AnswerDays;
use crate::federation::transport::Transport;
use crate::federation::{self, Pullers};
use crate::files::Vault;
use crate::http::fallback::{KnownPaths, fallback};
use crate::http::health::{self, AllCodes};
use crate::http::outbound::Outbound;
use crate::http::{EdgeState, layer, openapi, routes};
use crate::identity::{self, Gate};
use crate::matching::Matching;
use crate::notice;
use crate::search::service::Search;
use crate::trading;
use crate::trading::live::{self, Hub};

/// The API's address prefix.
const API: &str = "/api/v1";
const DOCUMENT: &str = "/api/v1/openapi.json";
/// The document as committed; a test compares it with the routes, so that no start has to build it.
const DOCUMENT_TEXT: &str = include_str!("../../openapi/techmart-v1.json");
const SHUTDOWN_SECONDS: u64 = 20;

/// What handlers find in the application's data.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) edge: EdgeState,
    pub(super) gate: Gate,
    pub(super) known: KnownPaths,
    pub(super) codes: AllCodes,
    pub(super) search: Search,
    pub(super) matching: Matching,
    pub(super) live: Hub,
    pub(super) vault: Vault,
    pub(super) answer_days: AnswerDays,
    pub(super) transport: Transport,
    pub(super) pullers: Pullers,
    pub(super) outbound: Outbound,
    pub(super) desk: notice::Desk,
}

impl App {
    /// The OpenAPI document of the whole API.
    pub fn api() -> OpenApi {
        let mut api = openapi::head();
        routes::describe(&mut api, API, api_routes);
        routes::describe(&mut api, "", federation::routes);
        openapi::name_operations(&mut api);
        api
    }

    /// An HTTP server on this listener; it runs when awaited and ends on SIGTERM or through its handle.
    pub fn server(&self, listener: TcpListener, workers: usize, signals: bool) -> std::io::Result<Server> {
        let parts = self.parts.clone();
        let server = HttpServer::new(move || {
            let parts = parts.clone();
            ActixApp::new()
                .app_data(web::Data::new(parts.edge))
                .app_data(web::Data::new(parts.gate.keys().clone()))
                .app_data(web::Data::new(parts.gate))
                .app_data(web::Data::new(parts.known))
                .app_data(web::Data::new(parts.codes))
                .app_data(web::Data::new(parts.search))
                .app_data(web::Data::new(parts.matching))
                .app_data(web::Data::new(parts.live))
                .app_data(web::Data::new(parts.vault))
                .app_data(web::Data::new(parts.answer_days))
                .app_data(web::Data::new(parts.transport))
                .app_data(web::Data::new(parts.pullers))
                .app_data(web::Data::new(parts.outbound))
                .app_data(web::Data::new(parts.desk))
                .wrap(Compress::default())
                .wrap(from_fn(layer::around))
                // Before the scope, which would answer for every address below it.
                .service(web::resource(DOCUMENT).get(document))
                .service(swagger_ui())
                .service(routes::mount(API, api_routes))
                .service(start::page)
                .service(health::healthz)
                .service(health::readyz)
                .service(identity::jwks)
                .service(contract::verify_desk)
                .service(contract::verify_file)
                .service(contract::verify_page)
                .service(live::script)
                .service(live::style)
                .service(live::live_page)
                .service(trading::sealed::script)
                // Takes every address, so it comes last.
                .service(routes::mount("", federation::routes))
                .default_service(web::route().to(fallback))
        });
        let server =
            server.workers(workers).worker_max_blocking_threads(1).shutdown_timeout(SHUTDOWN_SECONDS);
        let server = if signals { server } else { server.disable_signals() };
        Ok(server.listen(listener)?.run())
    }
}

async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json; charset=utf-8").body(DOCUMENT_TEXT)
}

fn swagger_ui() -> SwaggerUi {
    SwaggerUi::new("/docs/{_:.*}").config(SwaggerConfig::from(DOCUMENT))
}

pub(super) fn known_paths() -> KnownPaths {
    KnownPaths::of([routes::operations(API, api_routes), routes::operations("", federation::routes)].concat())
}
