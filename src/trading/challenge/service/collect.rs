//! Step 1: a unit offers one of its published demands (rules 2 and 4).

use serde_json::json;

use crate::db::Tx;
use crate::demand;
use crate::identity;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{INVALID_VALUE, REQUIRED};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::permission::Permission;
use crate::listing::{Form, Stage as Complete};
use crate::trading::challenge::codes::{DEMAND_CHALLENGED, DEMAND_NOT_PUBLISHED};
use crate::trading::challenge::model::{Act, Challenge, ChallengeId, Content, Course, Stage};
use crate::trading::challenge::{rules, store};

use super::{Done, LONG_CHARS_MAX, WORDS_CHARS_MAX, commit, load_own};

const TEXT_CHARS_MIN: usize = 10;

/// Opens a challenge about a published demand of the actor's own organisation.
pub fn collect(
    tx: &mut Tx,
    actor: &Actor,
    demand: demand::model::DemandId,
    content: &Content,
) -> Result<Challenge, Refusal> {
    actor.permit(Permission::ChallengeWrite)?;
    identity::service::require_verified(tx, actor)?;
    let person = actor.person()?;
    let node = tx.node().to_owned();
    let record = demand::service::get(tx, &node, demand)?
        .filter(|record| record.standing.is_published() && record.holder.organisation == person.organisation);
    let Some(record) = record else { return Err(Refusal::new(&DEMAND_NOT_PUBLISHED)) };
    if let Some(open) = store::open_about(tx, demand)? {
        return Err(Refusal::new(&DEMAND_CHALLENGED).with("challenge", open));
    }
    check(tx, content, Complete::Draft)?;
    let id = tx.new_id();
    let challenge = Challenge {
        id,
        urn: tx.urn("challenge", id),
        version: 1,
        demand,
        demand_urn: record.urn,
        organisation: person.organisation,
        holder: record.holder.party,
        stage: Stage::Collected,
        content: content.clone(),
        course: Course::default(),
        steps: 0,
        created_by: person.user,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let done =
        Done { before: &challenge, after: challenge.clone(), act: Act::Collect, words: "", more: json!({}) };
    commit(tx, actor, done)
}

/// Rewrites what was collected.
pub fn edit(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
    content: &Content,
) -> Result<Challenge, Refusal> {
    let before = load_own(tx, actor, id, expected)?;
    let mut done = Done::moved(&before, Act::Edit, "")?;
    check(tx, content, Complete::Draft)?;
    done.after.content = content.clone();
    commit(tx, actor, done)
}

/// Hands the finished challenge to the experts.
pub fn submit(
    tx: &mut Tx,
    actor: &Actor,
    id: ChallengeId,
    expected: Option<i64>,
) -> Result<Challenge, Refusal> {
    let before = load_own(tx, actor, id, expected)?;
    let done = Done::moved(&before, Act::Submit, "")?;
    check(tx, &before.content, Complete::Complete)?;
    commit(tx, actor, done)
}

/// Every problem of the text at once. What everybody will read names no phone, mail or identity card.
pub(super) fn check(tx: &Tx, content: &Content, stage: Complete) -> Result<(), Refusal> {
    let today = tx.now().day();
    let mut errors = Errors::new();
    let form = &mut Form { errors: &mut errors, stage, today };
    form.title(&content.title);
    form.public_text("/requirements", &content.requirements, TEXT_CHARS_MIN, LONG_CHARS_MAX);
    form.public_text("/conditions", &content.conditions, TEXT_CHARS_MIN, WORDS_CHARS_MAX);
    match content.bounty {
        Some(Fen(fen)) if !(1..=MAX_JSON_FEN).contains(&fen) => {
            errors.add_with("/bounty_fen", &INVALID_VALUE, &[("reason", format!("1..={MAX_JSON_FEN}"))]);
        }
        None if stage == Complete::Complete => errors.add("/bounty_fen", &REQUIRED),
        _ => {}
    }
    match content.deadline {
        Some(day) if stage == Complete::Complete => {
            rules::check_deadline(&mut errors, "/deadline", day, today)
        }
        None if stage == Complete::Complete => errors.add("/deadline", &REQUIRED),
        _ => {}
    }
    errors.check()
}
