//! How this node stands among others (TMF-1).
//!
//! - `oai`: the OAI-PMH outlet for libraries and registries
//! - `tlog`: the Merkle tree over the feed, checkpoints, proofs, cosigning (rule 13)
//! - `transport`: signed messages between nodes, and the document that tells this node's keys (rule 14).

pub mod oai;
pub mod tlog;
pub mod transport;

use utoipa_actix_web::service_config::ServiceConfig;

/// Routes outside `/api/v1`: those that the protocols of others name.
pub fn routes(config: &mut ServiceConfig) {
    transport::routes(config);
    tlog::routes(config);
    oai::routes(config);
}

/// Routes below `/api/v1`.
pub fn api_routes(config: &mut ServiceConfig) {
    tlog::api_routes(config);
}
