//! Addresses of open challenges.

mod body;
mod course;
mod proposals;
mod steps;
mod view;

use crate::db::Tx;
use crate::http::{Answer, Edge, Input, Reply, Routes};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;

use super::model::{Challenge, ChallengeId};
use super::service;
use body::ChallengeWords;
use view::ChallengeView;

pub fn routes(routes: &mut Routes) {
    // Fixed segments before `{id}`.
    routes.service(proposals::own).service(steps::own).service(steps::waiting);
    routes.service(steps::collect).service(steps::list).service(steps::show).service(steps::edit);
    routes.service(steps::submit).service(steps::opine).service(steps::opinions).service(steps::conclude);
    routes.service(steps::publish).service(steps::timeline).service(steps::cancel);
    routes.service(proposals::propose).service(proposals::list).service(proposals::show);
    routes.service(proposals::change).service(proposals::withdraw).service(proposals::file);
    routes.service(proposals::select).service(proposals::fail);
    routes.service(course::offer).service(course::confirm).service(course::decline);
    routes.service(course::milestones).service(course::hand_in).service(course::review);
    routes.service(course::file).service(course::evaluate).service(course::evaluations);
    routes.service(course::complete);
}

/// A step that is taken with an opinion, and its answer.
async fn with_opinion(
    edge: Edge,
    operation: &'static str,
    permission: Permission,
    id: ChallengeId,
    input: Input<ChallengeWords>,
    step: fn(&mut Tx, &Actor, ChallengeId, Option<i64>, &str) -> Result<Challenge, Refusal>,
) -> Answer {
    let expected = edge.expected_version()?;
    edge.write(operation, permission, input, move |tx, actor, words| {
        step(tx, actor, id, expected, &words.opinion)?;
        acted(tx, actor, id)
    })
    .await
}

/// The answer to a step: the challenge as the actor now sees it.
fn acted(tx: &mut Tx, actor: &Actor, id: ChallengeId) -> Result<Reply, Refusal> {
    let node = tx.node().to_owned();
    let seen = service::show(tx, &node, actor, id)?;
    let version = seen.challenge.version;
    Ok(Reply::ok(&ChallengeView::from(seen))?.version(version))
}
