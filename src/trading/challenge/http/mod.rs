//! Addresses of open challenges.

mod body;
mod course;
mod proposals;
mod steps;
mod view;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::Tx;
use crate::http::Reply;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;

use super::model::ChallengeId;
use super::service;
use view::ChallengeView;

pub fn routes(config: &mut ServiceConfig) {
    // Fixed segments before `{id}`.
    config.service(proposals::own).service(steps::own).service(steps::waiting);
    config.service(steps::collect).service(steps::list).service(steps::show).service(steps::edit);
    config.service(steps::submit).service(steps::opine).service(steps::opinions).service(steps::conclude);
    config.service(steps::publish).service(steps::timeline).service(steps::cancel);
    config.service(proposals::propose).service(proposals::list).service(proposals::show);
    config.service(proposals::change).service(proposals::withdraw).service(proposals::file);
    config.service(proposals::select).service(proposals::fail);
    config.service(course::offer).service(course::confirm).service(course::decline);
    config.service(course::milestones).service(course::hand_in).service(course::review);
    config.service(course::file).service(course::evaluate).service(course::evaluations);
    config.service(course::complete);
}

/// The answer to a step: the challenge as the actor now sees it.
fn acted(tx: &mut Tx, actor: &Actor, id: ChallengeId) -> Result<Reply, Refusal> {
    let node = tx.node().to_owned();
    let seen = service::show(tx, &node, actor, id)?;
    let version = seen.challenge.version;
    Ok(Reply::ok(&ChallengeView::from(seen))?.version(version))
}
