//! How this node stands among others (TMF-1).
//!
//! - `transport`: signed messages between nodes, and the document that tells this node's keys (rule 14).

pub mod transport;

use utoipa_actix_web::service_config::ServiceConfig;

/// Routes outside `/api/v1`: those that the protocols of others name.
pub fn routes(config: &mut ServiceConfig) {
    transport::routes(config);
}
