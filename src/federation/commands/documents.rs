//! What a remote party is told of an engagement and its messages.

use super::wire::{MessageDocument, ThreadDocument};
use crate::engagement::model::{Message, Standing};
use crate::engagement::service::Seen;

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
    }
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
