//! Acts across nodes as the rules know them. Pure.

use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::time::UtcTime;
use crate::trading::model::{ObjectionId, QuestionId, SaleId};

/// The entities of sales, and of threads about them.
pub const SALE_ENTITY: &str = "sale";
pub const BIDDER_ENTITY: &str = "sale_part";
pub const OBJECTION_ENTITY: &str = "sale_objection";
pub const QUESTION_ENTITY: &str = "sale_question";

ids! {
    RemoteActId of RemoteActKind;
    ResultId of ResultKind;
    ThreadId of ThreadKind;
    RemoteMessageId of RemoteMessageKind;
    PartId of PartKind;
}

words! {
    /// Where an act stands, as far as its own node knows.
    RemoteState {
        Queued = "queued",
        Sent = "sent",
        Received = "received",
        Decided = "decided",
        Undeliverable = "undeliverable",
        // The owner was restored from a backup and does not know it any more.
        Lost = "lost",
    }
}

words! {
    /// A command on its way to the next node.
    OutboxState { Waiting = "waiting", Sent = "sent", Dead = "dead" }
}

words! {
    /// A command that was received. A failed one could not be decided, for a reason of this node's own.
    InboxState { Received = "received", Decided = "decided", Failed = "failed" }
}

words! {
    /// What another node told: taken, waiting for its keys, or refused for good.
    ResultState { Waiting = "waiting", Taken = "taken", Refused = "refused" }
}

/// An act of a user of this node on a record of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteAct {
    pub id: RemoteActId,
    pub version: i64,
    pub act: String,
    pub node: String,
    pub about: String,
    pub about_title: String,
    /// Empty until the owner has said it.
    pub thread: String,
    pub organisation: OrganisationId,
    pub asked_by: UserId,
    pub state: RemoteState,
    pub request: String,
    pub accepted: Option<bool>,
    /// JSON: the owner's answer, or why it was not delivered. Empty until then.
    pub answer: String,
    pub asked_at: UtcTime,
    pub sent_at: Option<UtcTime>,
    pub received_at: Option<UtcTime>,
    pub decided_at: Option<UtcTime>,
}

impl RemoteAct {
    /// News may come in any order; an act never goes back.
    #[must_use]
    pub fn moved(&self, to: RemoteState, at: UtcTime) -> Option<Self> {
        let mut next = Self { version: self.version + 1, ..self.clone() };
        match to {
            RemoteState::Queued => return None,
            RemoteState::Sent => next.sent_at = next.sent_at.or(Some(at)),
            RemoteState::Received => next.received_at = next.received_at.or(Some(at)),
            RemoteState::Decided => next.decided_at = next.decided_at.or(Some(at)),
            RemoteState::Undeliverable | RemoteState::Lost => {}
        }
        // What was given up on may have arrived after all; what is decided stays decided.
        let rank = |state: RemoteState| match state {
            RemoteState::Queued => 0,
            RemoteState::Sent => 1,
            RemoteState::Undeliverable | RemoteState::Lost => 2,
            RemoteState::Received => 3,
            RemoteState::Decided => 4,
        };
        next.state = if rank(to) > rank(self.state) { to } else { self.state };
        let same = Self { version: self.version, ..next.clone() };
        (same != *self).then_some(next)
    }

    /// Its owner was restored and does not know it any more. What it had told stays, as what was told.
    #[must_use]
    pub fn lost(&self) -> Self {
        Self { state: RemoteState::Lost, ..self.clone() }
    }

    /// Its owner was restored, knows it, and has not decided it any more.
    #[must_use]
    pub fn undecided(&self) -> Self {
        let (state, answer) = (RemoteState::Received, String::new());
        Self { state, answer, accepted: None, decided_at: None, ..self.clone() }
    }
}

/// A command that waits for the next node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub origin: String,
    pub key: String,
    pub to_node: String,
    pub digest: String,
    pub command: String,
    pub via: Vec<String>,
    pub state: OutboxState,
    pub attempts: i32,
    pub next_at: UtcTime,
    pub last_error: String,
    pub expires_at: UtcTime,
    pub queued_at: UtcTime,
    pub sent_at: Option<UtcTime>,
}

/// A command that this node decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub origin: String,
    pub key: String,
    pub digest: String,
    pub act: String,
    pub command: String,
    pub body: String,
    pub result: ResultId,
    pub state: InboxState,
    pub accepted: Option<bool>,
    pub attempts: i32,
    pub next_at: UtcTime,
    pub last_error: String,
    pub received_at: UtcTime,
    pub decided_at: Option<UtcTime>,
}

/// A thread at another node, as its owner last told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteThread {
    pub urn: String,
    pub id: ThreadId,
    pub organisation: OrganisationId,
    pub node: String,
    pub kind: String,
    pub about: String,
    pub state: String,
    pub version: i64,
    pub document: String,
    pub updated_at: UtcTime,
    /// Since when its words are gone.
    pub erased_at: Option<UtcTime>,
    /// The life of its node in which it was told.
    pub epoch: i64,
    /// Since when its node, restored from a backup, does not have it any more.
    pub lost_at: Option<UtcTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteMessage {
    pub id: RemoteMessageId,
    pub thread: String,
    pub party: String,
    pub party_name: String,
    pub author_name: String,
    pub text: String,
    pub sent_at: UtcTime,
}

/// The part that a party of another node has in a sale of this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub id: PartId,
    pub sale: SaleId,
    /// The node of the party.
    pub node: String,
    pub of: PartOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartOf {
    /// By number.
    Bidder(i32),
    Objection(ObjectionId),
    Question(QuestionId),
}

impl PartOf {
    /// The entity of the thread's URN.
    pub const fn entity(self) -> &'static str {
        match self {
            Self::Bidder(_) => BIDDER_ENTITY,
            Self::Objection(_) => OBJECTION_ENTITY,
            Self::Question(_) => QUESTION_ENTITY,
        }
    }
}

/// A user's list of acts, narrowed.
#[derive(Clone, Debug, Default)]
pub struct ActFilter {
    pub state: Option<RemoteState>,
    pub about: Option<String>,
    pub thread: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn act(state: RemoteState) -> RemoteAct {
        let id = "01980000-0000-7000-8000-000000000001";
        RemoteAct {
            id: id.parse().unwrap(),
            version: 1,
            act: "enquire".into(),
            node: "cn-450700".into(),
            about: String::new(),
            about_title: String::new(),
            thread: String::new(),
            organisation: id.parse().unwrap(),
            asked_by: id.parse().unwrap(),
            state,
            request: String::new(),
            accepted: None,
            answer: String::new(),
            asked_at: UtcTime::from_seconds(0),
            sent_at: None,
            received_at: None,
            decided_at: None,
        }
    }

    /// TMF-1 rule 11: what the user sees is honest, whatever order the news come in.
    #[test]
    fn tmf_1_rule_11_an_act_never_goes_back() {
        let (t1, t2) = (UtcTime::from_seconds(1), UtcTime::from_seconds(2));
        let decided = act(RemoteState::Queued).moved(RemoteState::Decided, t2).unwrap();
        assert_eq!((decided.state, decided.decided_at, decided.version), (RemoteState::Decided, Some(t2), 2));
        let late = decided.moved(RemoteState::Received, t1).unwrap();
        assert_eq!((late.state, late.received_at), (RemoteState::Decided, Some(t1)));
        assert!(late.moved(RemoteState::Received, t2).is_none(), "told twice");
        let given_up = act(RemoteState::Sent).moved(RemoteState::Undeliverable, t1).unwrap();
        assert_eq!(given_up.moved(RemoteState::Decided, t2).unwrap().state, RemoteState::Decided);
        assert_eq!(given_up.moved(RemoteState::Sent, t2).unwrap().state, RemoteState::Undeliverable);
        let lost = decided.lost();
        assert_eq!((lost.state, lost.decided_at), (RemoteState::Lost, Some(t2)), "what was told stays");
        assert_eq!(lost.moved(RemoteState::Received, t2).unwrap().state, RemoteState::Received, "told anew");
        let again = RemoteAct { accepted: Some(true), answer: "{}".into(), ..decided }.undecided();
        assert_eq!((again.state, again.accepted, again.decided_at), (RemoteState::Received, None, None));
    }
}
