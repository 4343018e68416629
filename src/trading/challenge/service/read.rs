//! Who sees what of a challenge.

use crate::db::{Conn, Snapshot};
use crate::files;
use crate::files::model::{FileId, StoredFile};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::urn;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::trading::challenge::codes::PROPOSALS_OPEN;
use crate::trading::challenge::model::{
    Challenge, ChallengeId, Evaluation, Filter, Milestone, Opinion, Proposal, ProposalId, Stage, Step,
};
use crate::trading::challenge::store;

use super::argue::OPINIONS_MAX;
use super::side;

/// A challenge as somebody sees it.
pub struct Seen {
    pub challenge: Challenge,
    /// Words, agreement and amounts are for both sides and the organiser.
    pub whole: bool,
}

/// What the actor may see: everybody what was published; both sides and the organiser the whole.
pub fn show(conn: &mut Conn, node: &str, actor: &Actor, id: ChallengeId) -> Result<Seen, Refusal> {
    let challenge = store::find(conn, id, node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let sided = actor.person().is_ok() && side(node, actor, &challenge)?.is_some();
    let whole = sided || organises(actor, &challenge);
    if whole || challenge.is_public() { Ok(Seen { challenge, whole }) } else { Err(Refusal::new(&NOT_FOUND)) }
}

fn organises(actor: &Actor, challenge: &Challenge) -> bool {
    actor.may(Permission::ChallengeOrganise) && challenge.stage != Stage::Collected
}

fn whole(snapshot: &mut Snapshot, actor: &Actor, id: ChallengeId) -> Result<Challenge, Refusal> {
    let node = snapshot.node().to_owned();
    let seen = show(snapshot, &node, actor, id)?;
    if seen.whole { Ok(seen.challenge) } else { Err(Refusal::new(&NOT_FOUND)) }
}

/// What was published, the newest first.
pub fn list(snapshot: &mut Snapshot, filter: &Filter, page: &PageQuery) -> Result<Page<Challenge>, Refusal> {
    let node = snapshot.node().to_owned();
    store::list(snapshot, filter, page, &node)
}

/// The challenges that the actor's organisation opened or won.
pub fn own(snapshot: &mut Snapshot, actor: &Actor, page: &PageQuery) -> Result<Page<Challenge>, Refusal> {
    let (node, organisation) = (snapshot.node().to_owned(), actor.person()?.organisation);
    let party = urn(&node, "organisation", organisation);
    store::own(snapshot, organisation, &party, page, &node)
}

/// What waits for the organiser.
pub fn waiting(snapshot: &mut Snapshot, actor: &Actor, page: &PageQuery) -> Result<Page<Challenge>, Refusal> {
    actor.permit(Permission::ChallengeOrganise)?;
    let node = snapshot.node().to_owned();
    store::waiting(snapshot, page, &node)
}

/// The timeline; its words are for both sides and the organiser.
pub fn timeline(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ChallengeId,
    page: &PageQuery,
) -> Result<(Page<Step>, bool), Refusal> {
    let node = snapshot.node().to_owned();
    let seen = show(snapshot, &node, actor, id)?;
    Ok((store::steps(snapshot, id, page)?, seen.whole))
}

/// What the experts said: for the unit that opened the challenge and for the organiser, never for a bidder.
pub fn opinions(snapshot: &mut Snapshot, actor: &Actor, id: ChallengeId) -> Result<Vec<Opinion>, Refusal> {
    let challenge = whole(snapshot, actor, id)?;
    let own = actor.person()?.organisation == challenge.organisation;
    if !own && !organises(actor, &challenge) {
        return Err(Refusal::new(&NOT_FOUND));
    }
    store::opinions(snapshot, id, OPINIONS_MAX)
}

pub fn milestones(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ChallengeId,
) -> Result<Vec<Milestone>, Refusal> {
    whole(snapshot, actor, id)?;
    store::milestones(snapshot, id)
}

pub fn evaluations(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ChallengeId,
) -> Result<Vec<Evaluation>, Refusal> {
    whole(snapshot, actor, id)?;
    store::evaluations(snapshot, id)
}

/// Rule 5: whether the proposals may be read by the other side: once their last day is over. What was cancelled
/// before stays closed for good.
fn is_opened(challenge: &Challenge, now: UtcTime) -> bool {
    let stage = match (&challenge.course.ending, challenge.stage) {
        (Some(ending), Stage::Cancelled) => ending.from,
        (_, stage) => stage,
    };
    match stage {
        Stage::Collected | Stage::ExpertArgument | Stage::Rejected | Stage::Cancelled => false,
        Stage::Published => challenge.stage == Stage::Published && challenge.is_closed(now),
        _ => true,
    }
}

/// All proposals, for the unit that opened the challenge and the organiser, after the last day.
pub fn proposals(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ChallengeId,
    page: &PageQuery,
) -> Result<Page<Proposal>, Refusal> {
    let (node, now) = (snapshot.node().to_owned(), snapshot.now());
    let challenge = whole(snapshot, actor, id)?;
    let own = actor.person()?.organisation == challenge.organisation;
    if !own && !organises(actor, &challenge) {
        return Err(Refusal::new(&NOT_FOUND));
    }
    if !is_opened(&challenge, now) {
        return Err(Refusal::new(&PROPOSALS_OPEN));
    }
    store::proposals(snapshot, id, page, &node)
}

/// The actor's organisation's own proposals, the newest first.
pub fn own_proposals(
    conn: &mut Conn,
    node: &str,
    actor: &Actor,
    page: &PageQuery,
) -> Result<Page<Proposal>, Refusal> {
    store::own_proposals(conn, actor.person()?.organisation, page, node)
}

/// One proposal: the bidder its own; the other side and the organiser after the last day (rule 5). Before, it does
/// not exist for them.
pub fn proposal(
    conn: &mut Conn,
    node: &str,
    now: UtcTime,
    actor: &Actor,
    id: ChallengeId,
    proposal: ProposalId,
) -> Result<Proposal, Refusal> {
    let own = actor.person()?.organisation;
    let found = store::find_proposal(conn, id, proposal, node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    if found.organisation == own {
        return Ok(found);
    }
    let challenge = store::find(conn, id, node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let reader = challenge.organisation == own || organises(actor, &challenge);
    if reader && is_opened(&challenge, now) { Ok(found) } else { Err(Refusal::new(&NOT_FOUND)) }
}

/// A file of a proposal, for whoever sees the proposal.
pub fn proposal_file(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ChallengeId,
    of: ProposalId,
    file: FileId,
) -> Result<StoredFile, Refusal> {
    let (node, now) = (snapshot.node().to_owned(), snapshot.now());
    let found = proposal(snapshot, &node, now, actor, id, of)?;
    stored(snapshot, &found.plan.attachments, file)
}

/// A file of a milestone, for both sides and the organiser.
pub fn milestone_file(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ChallengeId,
    number: i32,
    file: FileId,
) -> Result<StoredFile, Refusal> {
    whole(snapshot, actor, id)?;
    let found = store::milestone(snapshot, id, number)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    stored(snapshot, &found.files, file)
}

fn stored(conn: &mut Conn, named: &[FileId], file: FileId) -> Result<StoredFile, Refusal> {
    let missing = || Refusal::new(&NOT_FOUND);
    if !named.contains(&file) {
        return Err(missing());
    }
    files::service::find(conn, &[file])?.into_iter().next().ok_or_else(missing)
}
