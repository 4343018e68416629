//! What answers about open challenges look like.

use serde::Serialize;
use utoipa::ToSchema;

use crate::demand::model::DemandId;
use crate::files::model::FileId;
use crate::kernel::id::UserId;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::trading::challenge::model::{
    Act, Challenge, ChallengeId, Evaluation, EvaluationResult, Milestone, MilestoneState, Opinion, OpinionId,
    Proposal, ProposalId, ProposalState, Stage, Step, Verdict,
};
use crate::trading::challenge::service::Seen;

/// An open challenge as lists show it.
#[derive(Serialize, ToSchema)]
pub struct ChallengeLine {
    pub id: ChallengeId,
    pub urn: String,
    pub stage: Stage,
    pub title: String,
    pub holder: PartyRef,
    pub bounty_fen: Option<Fen>,
    pub deadline: Option<Day>,
    pub published_at: Option<UtcTime>,
    pub winner: Option<PartyRef>,
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeView {
    pub id: ChallengeId,
    pub urn: String,
    pub version: i64,
    pub stage: Stage,
    pub demand: DemandId,
    pub demand_urn: String,
    pub holder: PartyRef,
    pub title: String,
    pub requirements: String,
    pub conditions: String,
    pub bounty_fen: Option<Fen>,
    /// The last day for proposals.
    pub deadline: Option<Day>,
    pub published_at: Option<UtcTime>,
    pub winner: Option<PartyRef>,
    /// For both sides and the organiser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<ChallengeCourseView>,
}

/// What was said and signed.
#[derive(Serialize, ToSchema)]
pub struct ChallengeCourseView {
    pub argument: Option<ChallengeArgumentView>,
    pub selection: Option<ChallengeSelectionView>,
    pub agreement: Option<ChallengeAgreementView>,
    pub ended_from: Option<Stage>,
    pub end_reason: Option<String>,
    pub ended_at: Option<UtcTime>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeArgumentView {
    pub verdict: Verdict,
    pub passes: u32,
    pub rejects: u32,
    pub opinion: String,
    pub at: UtcTime,
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeSelectionView {
    pub proposal: ProposalId,
    pub price_fen: Fen,
    pub opinion: String,
    pub at: UtcTime,
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeAgreementView {
    pub price_fen: Fen,
    pub paper: String,
    pub signed_on: Day,
    /// URN of the side that offered it; the other confirms.
    pub offered_by: String,
    pub offered_at: UtcTime,
    pub confirmed_at: Option<UtcTime>,
}

impl From<Challenge> for ChallengeLine {
    fn from(of: Challenge) -> Self {
        Self {
            winner: of.winner().cloned(),
            id: of.id,
            urn: of.urn,
            stage: of.stage,
            title: of.content.title,
            holder: of.holder,
            bounty_fen: of.content.bounty,
            deadline: of.content.deadline,
            published_at: of.course.published_at,
        }
    }
}

impl From<Seen> for ChallengeView {
    fn from(seen: Seen) -> Self {
        let of = seen.challenge;
        Self {
            own: seen.whole.then(|| ChallengeCourseView::of(&of)),
            winner: of.winner().cloned(),
            id: of.id,
            urn: of.urn,
            version: of.version,
            stage: of.stage,
            demand: of.demand,
            demand_urn: of.demand_urn,
            holder: of.holder,
            title: of.content.title,
            requirements: of.content.requirements,
            conditions: of.content.conditions,
            bounty_fen: of.content.bounty,
            deadline: of.content.deadline,
            published_at: of.course.published_at,
        }
    }
}

impl ChallengeCourseView {
    fn of(of: &Challenge) -> Self {
        let course = of.course.clone();
        let ending = course.ending.as_ref();
        Self {
            ended_from: ending.map(|ending| ending.from),
            end_reason: ending.map(|ending| ending.words.clone()),
            ended_at: ending.map(|ending| ending.at),
            argument: course.argument.map(|it| ChallengeArgumentView {
                verdict: it.verdict,
                passes: it.passes,
                rejects: it.rejects,
                opinion: it.words,
                at: it.at,
            }),
            selection: course.selection.map(|it| ChallengeSelectionView {
                proposal: it.proposal,
                price_fen: it.price,
                opinion: it.words,
                at: it.at,
            }),
            agreement: course.agreement.map(|it| ChallengeAgreementView {
                price_fen: it.price,
                paper: it.paper,
                signed_on: it.signed_on,
                offered_by: it.offered_by,
                offered_at: it.offered_at,
                confirmed_at: it.confirmed_at,
            }),
            created_at: of.created_at,
            updated_at: of.updated_at,
        }
    }
}

/// An entry of the timeline.
#[derive(Serialize, ToSchema)]
pub struct ChallengeStepView {
    pub number: i64,
    pub at: UtcTime,
    pub act: Act,
    /// Where the challenge stood afterwards.
    pub stage: Stage,
    pub unit: String,
    /// For both sides and the organiser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl ChallengeStepView {
    pub fn of(of: Step, whole: bool) -> Self {
        Self {
            number: of.number,
            at: of.at,
            act: of.act,
            stage: of.stage,
            unit: of.unit,
            words: whole.then_some(of.words),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeOpinionView {
    pub id: OpinionId,
    pub expert: String,
    pub unit: String,
    pub verdict: Verdict,
    pub opinion: String,
    /// The proposal that it is about; null in the argument.
    pub proposal: Option<ProposalId>,
    pub recorded_by: UserId,
    pub at: UtcTime,
}

impl From<Opinion> for ChallengeOpinionView {
    fn from(of: Opinion) -> Self {
        Self {
            id: of.id,
            expert: of.expert,
            unit: of.unit,
            verdict: of.verdict,
            opinion: of.words,
            proposal: of.proposal,
            recorded_by: of.recorded_by,
            at: of.at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeOpinionList {
    pub items: Vec<ChallengeOpinionView>,
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeProposalView {
    pub id: ProposalId,
    pub urn: String,
    pub version: i64,
    pub challenge: ChallengeId,
    pub bidder: PartyRef,
    pub state: ProposalState,
    pub summary: String,
    pub approach: String,
    pub team: String,
    pub months: u32,
    pub price_fen: Fen,
    pub attachments: Vec<FileId>,
    pub submitted_at: UtcTime,
    pub updated_at: UtcTime,
}

impl From<Proposal> for ChallengeProposalView {
    fn from(of: Proposal) -> Self {
        Self {
            id: of.id,
            urn: of.urn,
            version: of.version,
            challenge: of.challenge,
            bidder: of.bidder,
            state: of.state,
            summary: of.plan.summary,
            approach: of.plan.approach,
            team: of.plan.team,
            months: of.plan.months,
            price_fen: of.plan.price,
            attachments: of.plan.attachments,
            submitted_at: of.submitted_at,
            updated_at: of.updated_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeMilestoneView {
    pub number: i32,
    pub version: i64,
    pub title: String,
    pub due_on: Day,
    pub amount_fen: Fen,
    pub state: MilestoneState,
    pub report: String,
    pub files: Vec<FileId>,
    /// Of the side that accepted or returned it.
    pub opinion: String,
    pub submitted_at: Option<UtcTime>,
    pub accepted_at: Option<UtcTime>,
    /// Its day is over, and it was not handed in.
    pub overdue: bool,
}

impl ChallengeMilestoneView {
    pub fn of(of: Milestone, today: Day) -> Self {
        let waiting = matches!(of.state, MilestoneState::Due | MilestoneState::Returned);
        Self {
            overdue: waiting && of.due_on < today,
            number: of.number,
            version: of.version,
            title: of.title,
            due_on: of.due_on,
            amount_fen: of.amount,
            state: of.state,
            report: of.report,
            files: of.files,
            opinion: of.opinion,
            submitted_at: of.submitted_at,
            accepted_at: of.accepted_at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeMilestoneList {
    pub items: Vec<ChallengeMilestoneView>,
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeEvaluationView {
    pub number: i32,
    pub result: EvaluationResult,
    /// Of 100.
    pub score: Option<i32>,
    pub opinion: String,
    pub evaluated_on: Day,
    pub at: UtcTime,
}

impl From<Evaluation> for ChallengeEvaluationView {
    fn from(of: Evaluation) -> Self {
        Self {
            number: of.number,
            result: of.result,
            score: of.score,
            opinion: of.words,
            evaluated_on: of.evaluated_on,
            at: of.at,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct ChallengeEvaluationList {
    pub items: Vec<ChallengeEvaluationView>,
}
