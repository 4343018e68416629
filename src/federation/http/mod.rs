//! Federation over HTTP: for neighbours, who sign, and for those who look after this node.

mod node;
mod peers;
mod records;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

/// Below `/api/v1`: for people.
pub fn api_routes(config: &mut ServiceConfig) {
    peers::routes(config);
    records::routes(config);
}

/// Below `/federation/v1`: for neighbours (TMF-1).
pub fn node_routes(config: &mut ServiceConfig) {
    node::routes(config);
}
