//! How this node stands among others (TMF-1; the whole protocol: docs/federation/TMF-1.md).
//!
//! ```text
//!          add here             confirm, both ways            suspend
//! (nobody) ────────▶ invited ─────────────────────▶ confirmed ───────▶ suspended ── resume ──▶ invited
//!                       └───────────── remove ─────────┴────────────────┴──▶ removed
//!
//! following a confirmed neighbour:
//! snapshot ── all parts taken ──▶ sweep ── what it did not name is marked ──▶ feed ──┐ next page
//!    ▲                                                                       ▲ └─────┘
//!    └──── epoch or view changed, cursor expired, resync asked for ──────────┘
//! ```
//!
//! - `oai`: the OAI-PMH outlet for libraries and registries
//! - `tlog`: the Merkle tree over the feed, checkpoints, proofs, cosigning (rule 13)
//! - `transport`: signed messages between nodes, and the document that tells this node's keys (rule 14).
//! - `policy`: who sees what (rule 5). `wire`: events as they travel (rule 3).
//! - `service`: neighbours, feed, snapshot, digest for others; taking what others told.
//! - `commands`: acts across nodes (rule 11). `reporting`: what goes upward.
//! - `courier`, `asking`, `follow`, `pullers`: following neighbours (rules 3, 4, 6, 7, 9, 10, 12).
//! - `watching`: looking at neighbours' logs, and having ours cosigned (rule 13).
//!
//! Rules:
//! 1. Nobody is answered who is not a confirmed neighbour, and no answer is taken that it did not sign.
//! 2. The cursor of a neighbour moves in the command that takes its events, and names where it moves from.
//! 3. The first event is the cursor's next, each further one follows; otherwise nothing is taken (rule 4).
//! 4. A cursor that is lost is told so, by a code for each kind; never an empty page (rule 6).
//! 5. Each neighbour has a follower of its own; a slow or dead one holds up nobody else.
//! 6. A hint only wakes: losing it costs latency (rule 10).
//! 7. Each neighbour's log is looked at every few seconds, beside its feed; who shows two histories is named (rule 13).

pub mod asking;
pub mod codes;
pub mod commands;
pub mod courier;
pub mod follow;
mod http;
pub mod model;
pub mod nodes;
pub mod oai;
mod pinned;
pub mod policy;
pub mod pullers;
pub mod reporting;
pub mod service;
mod source;
mod store;
pub mod tlog;
pub mod transport;
mod watching;
pub mod wire;

use std::sync::Arc;

use crate::http::Routes;

use crate::changes::Job;
use crate::db::Db;
use crate::http::outbound::Outbound;
use crate::proof::Keys;

pub use pullers::{Pullers, Wakes};
pub use source::Elsewhere;

/// What speaks with neighbours: signatures, and who follows them.
pub fn open(
    db: &Db,
    keys: &Keys,
    outbound: &Outbound,
    base_url: &str,
    for_tests: bool,
) -> (transport::Transport, Pullers) {
    let wakes = Wakes::default();
    let pinned = Arc::new(pinned::PinnedKeys::new(db.clone(), wakes.clone()));
    let transport = transport::Transport::new(base_url, keys.clone(), pinned);
    let settings = db.settings().clone();
    let node = Arc::clone(&settings.node);
    let courier = courier::Courier::new(outbound.clone(), transport.clone(), Arc::new(settings));
    let follow = follow::Follow { db: db.clone(), courier, node, base_url: base_url.into() };
    (transport, Pullers::new(follow, wakes, for_tests))
}

/// What moves acts across nodes, and what is reported upward.
pub fn jobs(desk: &commands::Desk, pullers: &Pullers) -> Vec<Arc<dyn Job>> {
    let courier = commands::ByCourier(pullers.follow().courier.clone());
    vec![
        Arc::new(commands::Post(Arc::new(courier))),
        Arc::new(commands::Decide(desk.clone())),
        Arc::new(commands::TellParts(desk.clone())),
        Arc::new(commands::Take(desk.clone())),
        Arc::new(commands::Tidy),
        Arc::new(commands::Erase),
        Arc::new(reporting::Report(desk.keys.clone())),
    ]
}

/// Below `/api/v1`: for people.
pub fn api_routes(routes: &mut Routes) {
    tlog::api_routes(routes);
    http::api_routes(routes);
    commands::routes(routes);
    reporting::routes(routes);
}

/// Routes outside `/api/v1`: those that the protocols of others name.
pub fn routes(routes: &mut Routes) {
    transport::routes(routes);
    tlog::routes(routes);
    oai::routes(routes);
    http::node_routes(routes);
    commands::node_routes(routes);
}
