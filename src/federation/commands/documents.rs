//! What a remote party is told of an engagement and its messages, of its part in a sale, its objection, its question.

use super::model::{BIDDER_ENTITY, OBJECTION_ENTITY, QUESTION_ENTITY};
use super::sale_wire::PartDocument;
use super::wire::{MessageDocument, ThreadDocument};
use crate::engagement::model::{Message, Standing};
use crate::engagement::service::Seen;
use crate::trading::model::{Objection, Question, Sale};
use crate::trading::service::Part;

/// Nothing that the owner keeps to itself; the owner's contact once it has agreed to talk.
pub fn engagement(seen: Seen) -> ThreadDocument {
    let of = seen.engagement;
    let answer = of.standing.answer();
    let (outcome, outcome_reason, ended_at) = match &of.standing {
        Standing::Concluded { outcome, note, at, .. } => (Some(*outcome), Some(note.clone()), Some(*at)),
        Standing::Withdrawn { reason, at, .. } => (None, Some(reason.clone()), Some(*at)),
        _ => (None, None, None),
    };
    let decline_reason = match &of.standing {
        Standing::Declined { reason, .. } => Some(reason.as_str().to_owned()),
        _ => None,
    };
    ThreadDocument {
        version: of.version,
        kind: "engagement".into(),
        state: of.standing.state().as_str().to_owned(),
        answered_at: answer.map(|answer| answer.at),
        answer: answer.map(|answer| answer.text.clone()),
        decline_reason,
        outcome: outcome.map(|outcome| outcome.as_str().to_owned()),
        outcome_reason: outcome_reason.filter(|reason| !reason.is_empty()),
        ended_at,
        urn: of.urn,
        about: of.about.urn,
        about_title: of.about.title,
        owner: of.owner,
        text: of.enquiry,
        asked_at: of.asked_at,
        answer_due_at: Some(of.answer_due_at),
        owner_contact: seen.owner_contact,
        part: None,
    }
}

/// A bidder's part in a sale, in the version that is to be told.
pub fn part(part: &Part, urn: String, version: i64) -> ThreadDocument {
    let document = PartDocument::of(part);
    let ended = part.sale.standing.outcome().map(|outcome| outcome.decided_at);
    let result = document.result.as_ref();
    ThreadDocument {
        kind: BIDDER_ENTITY.into(),
        state: part.sale.state().as_str().to_owned(),
        asked_at: part.bidder.enrolled_at,
        outcome: result.map(|it| if it.won { "won" } else { "lost" }.to_owned()),
        outcome_reason: part.sale.standing.reason().map(str::to_owned),
        ended_at: ended,
        part: Some(Box::new(document)),
        ..of_sale(&part.sale, urn, version)
    }
}

/// An objection as its objector may know it.
pub fn objection(sale: &Sale, of: &Objection, urn: String, version: i64) -> ThreadDocument {
    ThreadDocument {
        kind: OBJECTION_ENTITY.into(),
        state: of.state.as_str().to_owned(),
        text: of.reason.clone(),
        asked_at: of.made_at,
        answer_due_at: Some(of.due_on.end()),
        answered_at: of.answered_at,
        answer: Some(of.answer.clone()).filter(|answer| !answer.is_empty()),
        ended_at: of.answered_at,
        ..of_sale(sale, urn, version)
    }
}

/// A question as its asker may know it.
pub fn question(sale: &Sale, of: &Question, urn: String, version: i64) -> ThreadDocument {
    let answered = of.answer.as_ref();
    ThreadDocument {
        kind: QUESTION_ENTITY.into(),
        state: if answered.is_some() { "answered" } else { "open" }.to_owned(),
        text: of.text.clone(),
        asked_at: of.asked_at,
        answered_at: answered.map(|(_, at)| *at),
        answer: answered.map(|(words, _)| words.clone()),
        ended_at: answered.map(|(_, at)| *at),
        ..of_sale(sale, urn, version)
    }
}

fn of_sale(sale: &Sale, urn: String, version: i64) -> ThreadDocument {
    let (about, title) = (sale.urn.clone(), sale.title.clone());
    ThreadDocument::about(urn, version, about, title, sale.seller.clone(), sale.created_at)
}

pub fn message(of: Message) -> MessageDocument {
    MessageDocument {
        id: of.id.to_string(),
        party: of.party,
        party_name: of.party_name,
        author_name: of.author_name,
        text: of.text,
        sent_at: of.sent_at,
    }
}
