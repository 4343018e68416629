//! Open challenges as the rules know them. Pure.

use crate::demand::model::DemandId;
use crate::files::model::FileId;
use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

ids! {
    ChallengeId of ChallengeKind;
    ProposalId of ProposalKind;
    OpinionId of OpinionKind;
}

words! {
    /// Where a challenge stands: seven steps and four ends.
    #[schema(as = ChallengeStage)]
    Stage {
        Collected = "collected",
        ExpertArgument = "expert_argument",
        Published = "published",
        ProposalReview = "proposal_review",
        Signing = "signing",
        Milestones = "milestones",
        Evaluation = "evaluation",
        Completed = "completed",
        Rejected = "rejected",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl Stage {
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Completed | Self::Rejected | Self::Failed | Self::Cancelled)
    }
}

words! {
    /// An expert's vote.
    #[schema(as = ChallengeVerdict)]
    Verdict { Pass = "pass", Reject = "reject" }
}

words! {
    #[schema(as = ChallengeProposalState)]
    ProposalState {
        Submitted = "submitted",
        Withdrawn = "withdrawn",
        Selected = "selected",
        NotSelected = "not_selected",
        Lapsed = "lapsed",
    }
}

words! {
    #[schema(as = ChallengeMilestoneState)]
    MilestoneState { Due = "due", Submitted = "submitted", Returned = "returned", Accepted = "accepted" }
}

words! {
    /// What an evaluation comes to.
    #[schema(as = ChallengeEvaluationResult)]
    EvaluationResult { Passed = "passed", Rectify = "rectify", Failed = "failed" }
}

words! {
    /// What happened, on the timeline.
    #[schema(as = ChallengeAct)]
    Act {
        Collect = "collect",
        Edit = "edit",
        Submit = "submit",
        Argue = "argue",
        Pass = "pass",
        Reject = "reject",
        Publish = "publish",
        Close = "close",
        Select = "select",
        Fail = "fail",
        Offer = "offer",
        Confirm = "confirm",
        Decline = "decline",
        HandIn = "hand_in",
        Accept = "accept",
        Return = "return",
        Evaluate = "evaluate",
        Complete = "complete",
        Cancel = "cancel",
    }
}

/// What is offered, and to whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    pub title: String,
    /// What a solution must reach.
    pub requirements: String,
    /// Who may propose, and on what terms the bounty is paid.
    pub conditions: String,
    pub bounty: Option<Fen>,
    /// The last day for proposals.
    pub deadline: Option<Day>,
}

/// What the experts' votes came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    pub verdict: Verdict,
    pub passes: u32,
    pub rejects: u32,
    pub words: String,
    pub at: UtcTime,
}

/// The proposal that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    pub proposal: ProposalId,
    pub winner: PartyRef,
    pub price: Fen,
    pub words: String,
    pub at: UtcTime,
}

/// What both sides sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    pub price: Fen,
    /// How the paper is called where it lies: a number or a title.
    pub paper: String,
    pub signed_on: Day,
    /// URN of the side that offered it; the other confirms.
    pub offered_by: String,
    pub offered_at: UtcTime,
    pub confirmed_at: Option<UtcTime>,
}

/// Why it ended, or was cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub from: Stage,
    pub words: String,
    pub at: UtcTime,
}

/// What was said and done on the way; each part stays once it is there, but a declined selection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    pub argument: Option<Argument>,
    pub published_at: Option<UtcTime>,
    pub selection: Option<Selection>,
    pub agreement: Option<Agreement>,
    pub ending: Option<Ending>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub id: ChallengeId,
    pub urn: String,
    pub version: i64,
    pub demand: DemandId,
    pub demand_urn: String,
    pub organisation: OrganisationId,
    pub holder: PartyRef,
    pub stage: Stage,
    pub content: Content,
    pub course: Course,
    pub steps: i64,
    pub created_by: UserId,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

impl Challenge {
    /// Whether the public ever saw it.
    pub const fn is_public(&self) -> bool {
        self.course.published_at.is_some()
    }

    /// Whether the last day for proposals is over.
    pub fn is_closed(&self, now: UtcTime) -> bool {
        self.content.deadline.is_some_and(|day| now >= day.end())
    }

    pub fn winner(&self) -> Option<&PartyRef> {
        self.course.selection.as_ref().map(|selection| &selection.winner)
    }
}

/// An entry of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub challenge: ChallengeId,
    pub number: i64,
    pub at: UtcTime,
    pub act: Act,
    /// Where the challenge stood afterwards.
    pub stage: Stage,
    pub user: Option<UserId>,
    pub unit: String,
    pub words: String,
}

/// An expert's opinion, about the challenge or about a proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    pub id: OpinionId,
    pub challenge: ChallengeId,
    pub proposal: Option<ProposalId>,
    pub expert: String,
    pub unit: String,
    pub verdict: Verdict,
    pub words: String,
    pub recorded_by: UserId,
    pub at: UtcTime,
}

/// What a bidder proposes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub summary: String,
    pub approach: String,
    pub team: String,
    /// Months from signing to the last milestone.
    pub months: u32,
    pub price: Fen,
    pub attachments: Vec<FileId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    pub id: ProposalId,
    pub urn: String,
    pub version: i64,
    pub challenge: ChallengeId,
    pub organisation: OrganisationId,
    pub bidder: PartyRef,
    pub state: ProposalState,
    pub plan: Plan,
    pub submitted_by: UserId,
    pub submitted_at: UtcTime,
    pub updated_at: UtcTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMilestone {
    pub title: String,
    pub due_on: Day,
    pub amount: Fen,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    pub challenge: ChallengeId,
    pub number: i32,
    pub version: i64,
    pub title: String,
    pub due_on: Day,
    pub amount: Fen,
    pub state: MilestoneState,
    pub report: String,
    pub files: Vec<FileId>,
    pub opinion: String,
    pub submitted_at: Option<UtcTime>,
    pub accepted_at: Option<UtcTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    pub challenge: ChallengeId,
    pub number: i32,
    pub result: EvaluationResult,
    /// Of 100.
    pub score: Option<i32>,
    pub words: String,
    pub evaluated_on: Day,
    pub recorded_by: UserId,
    pub at: UtcTime,
}

/// On which side of a challenge an organisation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Holder,
    Winner,
}

/// What the public list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub stage: Option<Stage>,
    pub holder: Option<OrganisationId>,
}
