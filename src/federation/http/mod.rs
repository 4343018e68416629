//! Federation over HTTP: for neighbours, who sign, and for those who look after this node.

mod node;
mod page;
mod peers;
mod records;
mod view;

use crate::http::Routes;

/// Below `/api/v1`: for people.
pub fn api_routes(routes: &mut Routes) {
    peers::routes(routes);
    records::routes(routes);
}

/// Below `/federation/v1`: for neighbours (TMF-1); and the page of the status, for everybody.
pub fn node_routes(routes: &mut Routes) {
    node::routes(routes);
    page::routes(routes);
}
