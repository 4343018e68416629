//! Commands from neighbour to neighbour: taking them, and bringing them.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::post;
use actix_web::web::Data;
use serde::Serialize;
use tokio::task::JoinSet;
use utoipa::ToSchema;

use super::jobs::Carrier;
use super::service::{self, Desk, Errand, Failure};
use super::wire::Carried;
use crate::engagement::AnswerDays;
use crate::federation::courier::Courier;
use crate::federation::model::Peer;
use crate::federation::service::peers;
use crate::federation::transport::SignedPeer;
use crate::http::{Answer, Reply, Routes};
use crate::identity::Gate;
use crate::kernel::permission::Permission;

/// A neighbour that takes longer gets the command with the next try.
const HAND_OVER_SECONDS_MAX: u64 = 8;

/// Below `/federation/v1`.
pub fn node_routes(routes: &mut Routes) {
    routes.service(receive);
}

#[derive(Serialize, ToSchema)]
#[schema(as = CommandReceipt)]
struct ReceiptView {
    /// `received` by the node that decides, or `forwarded` towards it.
    state: &'static str,
}

/// Takes a command of a user of another node, for this node or on its way through it (TMF-1 rule 11).
#[utoipa::path(
    tag = "federation", operation_id = "federation_command",
    request_body = Carried, responses((status = 200, body = ReceiptView)),
    extensions(("x-permission" = json!("peer")))
)]
#[post("/federation/v1/commands")]
async fn receive(peer: SignedPeer, gate: Data<Gate>, days: Data<AnswerDays>) -> Answer {
    let desk = Desk::of(&gate, **days);
    let (input, node) = (peer.input::<Carried>(), peer.node.clone());
    let write = peer.edge.write("federation.command", Permission::Peer, input, move |tx, _, carried| {
        peers::confirmed(tx, &node)?;
        let receipt = service::receive(tx, &desk, &node, carried)?;
        Reply::ok(&ReceiptView { state: receipt.as_str() })
    });
    write.await
}

/// Brings commands by signed requests; neighbours side by side, so that a slow one holds up nobody else.
pub struct ByCourier(pub Courier);

impl Carrier for ByCourier {
    fn carry(&self, errands: Vec<Errand>) -> Vec<(Errand, Result<(), Failure>)> {
        let mut by_peer: BTreeMap<String, Vec<(Peer, Errand)>> = BTreeMap::new();
        let mut done = Vec::new();
        for errand in errands {
            match errand.to.clone() {
                Some(to) => by_peer.entry(to.node.clone()).or_default().push((to, errand)),
                None => done.push((errand, Err(Failure::Later("no way to this node is known".into())))),
            }
        }
        if by_peer.is_empty() {
            return done;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = match runtime {
            Ok(runtime) => runtime,
            Err(error) => {
                let failed = || Err(Failure::Later(error.to_string()));
                done.extend(by_peer.into_values().flatten().map(|(_, errand)| (errand, failed())));
                return done;
            }
        };
        runtime.block_on(async {
            let mut running = JoinSet::new();
            for of_one in by_peer.into_values() {
                running.spawn(in_turn(self.0.clone(), of_one));
            }
            while let Some(joined) = running.join_next().await {
                // A task that panicked has brought nothing; its commands stay due.
                done.extend(joined.unwrap_or_default());
            }
        });
        done
    }
}

/// One after the other; once the neighbour does not answer, the rest is not tried.
async fn in_turn(courier: Courier, of_one: Vec<(Peer, Errand)>) -> Vec<(Errand, Result<(), Failure>)> {
    let mut done = Vec::new();
    let mut away: Option<Failure> = None;
    for (peer, errand) in of_one {
        let outcome = match &away {
            Some(failure) => Err(failure.clone()),
            None => bring(&courier, &peer, &errand).await,
        };
        if let (None, Err(Failure::Later(_))) = (&away, &outcome) {
            away = outcome.clone().err();
        }
        done.push((errand, outcome));
    }
    done
}

async fn bring(courier: &Courier, peer: &Peer, errand: &Errand) -> Result<(), Failure> {
    let later = |error: &dyn std::fmt::Display| Failure::Later(error.to_string());
    let body = serde_json::to_value(&errand.carried).map_err(|error| Failure::Never(error.to_string()))?;
    let asked = courier.post(peer, "/federation/v1/commands", &body);
    let heard = tokio::time::timeout(Duration::from_secs(HAND_OVER_SECONDS_MAX), asked).await;
    let heard = heard.map_err(|error| later(&error))?.map_err(|refusal| later(&refusal))?;
    match heard.status {
        200..=299 => Ok(()),
        // The command itself is refused; whatever is about the neighbour, the signature or the load passes.
        400 | 409 | 422 => match heard.problem().as_str() {
            code if code.starts_with("command_") || code == "no_way_to_node" => {
                Err(Failure::Never(code.to_owned()))
            }
            code => Err(later(&code)),
        },
        403 if heard.problem().starts_with("command_") => Err(Failure::Never(heard.problem())),
        status => Err(later(&format!("{status} {}", heard.problem()))),
    }
}
