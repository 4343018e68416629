//! The edge: everything between a socket and a room's use-case.
//!
//! Order of every request: authenticate, permission, load, ownership, validate. A room's handler says which
//! permission it needs and what to call; [`Edge`] does the rest.

pub mod auth;
mod edge;
pub mod fallback;
pub mod health;
mod idempotency;
mod input;
pub mod layer;
pub mod openapi;
pub mod outbound;
pub mod page;
pub mod paging;
mod problem;
mod reply;
pub mod routes;
pub mod seal;
mod table;

use std::sync::Arc;

use crate::db::Db;
use crate::kernel::error::Refusal;
use crate::kv::Kv;

pub use auth::{Authenticator, Credentials};
pub use edge::{Edge, unconditional};
pub use idempotency::{BodyKey, Sweep};
pub use input::{Input, read_body};
pub use paging::Paging;
pub use problem::Locale;
pub use reply::Reply;
pub use routes::Routes;
pub use table::TableFormat;

/// What a handler returns: a refusal becomes problem+json in the caller's language at the layer.
pub type Answer = Result<actix_web::HttpResponse, Refusal>;

/// Bytes of a JSON body.
pub const JSON_BODY_BYTES_MAX: usize = 1024 * 1024;

/// What the edge needs of the application.
#[derive(Clone)]
pub struct EdgeState {
    pub db: Db,
    pub authenticator: Arc<dyn Authenticator>,
    pub kv: Kv,
    pub settings: Arc<EdgeSettings>,
    pub body_key: BodyKey,
}

#[derive(Clone, Debug)]
pub struct EdgeSettings {
    /// Where the outside reaches this node: links in papers and Location headers start with it.
    pub base_url: String,
    /// Requests that one address may make in a minute; 0 is no limit.
    pub requests_per_minute: u32,
    /// Whether the last hop of X-Forwarded-For is the client (behind a load balancer of ours).
    pub trust_forwarded_for: bool,
}
