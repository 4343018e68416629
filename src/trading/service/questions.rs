//! Questions to the seller: published with their answers, without who asked.

use serde_json::json;

use super::{load_tx, own};
use crate::db::{Snapshot, Tx};
use crate::identity::service::{self as identity, Place as _};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::trading::codes::SALE_QUESTIONS_MAX;
use crate::trading::model::{Question, QuestionId, SaleId, State};
use crate::trading::rules::lifecycle;
use crate::trading::store;

const TEXT_CHARS_MAX: usize = 2_000;
const WAITING_MAX: i64 = 10;

pub fn ask(tx: &mut Tx, actor: &Actor, id: SaleId, question: &str) -> Result<Question, Refusal> {
    actor.permit(Permission::SaleBid)?;
    let asker = identity::acting_party(tx, actor)?.urn;
    let sale = load_tx(tx, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    if sale.state() != State::Published {
        return Err(lifecycle::conflict(sale.state()));
    }
    text::stated("/text", question, TEXT_CHARS_MAX)?;
    if store::waiting_questions(tx, id, &asker)? >= WAITING_MAX {
        return Err(Refusal::new(&SALE_QUESTIONS_MAX).with("max", WAITING_MAX));
    }
    let question = Question {
        id: tx.new_id(),
        sale: id,
        asker,
        text: question.trim().to_owned(),
        asked_at: tx.now(),
        answer: None,
    };
    store::insert_question(tx, &question)?;
    // Who asks may be who bids: the log does not tell (rule 8).
    note(tx, &super::TRADING, &question, "sale.question_asked", 1);
    Ok(question)
}

/// The seller answers, for everybody.
pub fn answer(tx: &mut Tx, actor: &Actor, id: QuestionId, words: &str) -> Result<Question, Refusal> {
    let question = store::question(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let sale = own(tx, actor, question.sale, None)?;
    text::stated("/text", words, TEXT_CHARS_MAX)?;
    let now = tx.now();
    if !store::answer_question(tx, id, words.trim(), now)? {
        return Err(lifecycle::conflict(sale.state()));
    }
    let question = Question { answer: Some((words.trim().to_owned(), now)), ..question };
    note(tx, actor, &question, "sale.question_answered", 2);
    Ok(question)
}

fn note(tx: &mut Tx, actor: &Actor, question: &Question, event: &'static str, version: i64) {
    let subject = tx.urn("sale_question", question.id);
    let facts = json!({"sale": tx.urn("sale", question.sale)});
    tx.record(actor, NewChange::local(event, subject, version, facts));
}

/// Answered ones for everybody; the seller sees all, an asker its own too.
pub fn questions(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: SaleId,
    page: &PageQuery,
) -> Result<Page<Question>, Refusal> {
    let seen = super::sale(snapshot, actor, id)?;
    let own = actor.person().ok().map(|person| snapshot.organisation_urn(person.organisation));
    store::questions(snapshot, id, seen.own, own.as_deref(), page)
}
