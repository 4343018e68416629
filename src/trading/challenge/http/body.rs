//! What requests about open challenges look like.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::demand::model::DemandId;
use crate::files::model::FileId;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::trading::challenge::model::{Content, EvaluationResult, NewMilestone, Plan, ProposalId, Verdict};
use crate::trading::challenge::service::{NewAgreement, NewEvaluation, NewOpinion};

/// What is offered; everything but the title may be left out until it is handed in.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChallengeContent {
    #[schema(example = "坭兴陶窑炉低氮燃烧技术揭榜挂帅（示例）")]
    pub title: String,
    /// What a solution must reach.
    pub requirements: String,
    /// Who may propose, and on what terms the bounty is paid.
    pub conditions: String,
    pub bounty_fen: Option<Fen>,
    /// The last day for proposals; publication sets it anew.
    pub deadline: Option<Day>,
}

impl ChallengeContent {
    pub fn command(&self) -> Content {
        Content {
            title: self.title.trim().to_owned(),
            requirements: self.requirements.trim().to_owned(),
            conditions: self.conditions.trim().to_owned(),
            bounty: self.bounty_fen,
            deadline: self.deadline,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeBody {
    /// A published demand of one's own organisation.
    pub demand: DemandId,
    pub content: ChallengeContent,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeOpinionBody {
    pub expert: String,
    /// The expert's unit.
    pub unit: String,
    pub verdict: Verdict,
    pub opinion: String,
    /// In the review: the proposal that it is about.
    pub proposal: Option<ProposalId>,
}

impl ChallengeOpinionBody {
    pub fn command(&self) -> NewOpinion {
        NewOpinion {
            expert: self.expert.clone(),
            unit: self.unit.clone(),
            verdict: self.verdict,
            words: self.opinion.clone(),
            proposal: self.proposal,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeWords {
    pub opinion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeReason {
    pub reason: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengePublication {
    /// The last day for proposals.
    pub deadline: Day,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeProposalBody {
    pub summary: String,
    pub approach: String,
    pub team: String,
    /// From signing to the last milestone.
    pub months: u32,
    pub price_fen: Fen,
    #[serde(default)]
    pub attachments: Vec<FileId>,
}

impl ChallengeProposalBody {
    pub fn command(&self) -> Plan {
        Plan {
            summary: self.summary.trim().to_owned(),
            approach: self.approach.trim().to_owned(),
            team: self.team.trim().to_owned(),
            months: self.months,
            price: self.price_fen,
            attachments: self.attachments.clone(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeChoice {
    pub proposal: ProposalId,
    pub opinion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeAgreementBody {
    pub price_fen: Fen,
    /// How the paper is called where it lies: a number or a title.
    pub paper: String,
    pub signed_on: Day,
    /// In the order of their days; their amounts sum to the price.
    pub milestones: Vec<ChallengeMilestoneBody>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeMilestoneBody {
    pub title: String,
    pub due_on: Day,
    pub amount_fen: Fen,
}

impl ChallengeAgreementBody {
    pub fn command(&self) -> NewAgreement {
        let milestone = |it: &ChallengeMilestoneBody| NewMilestone {
            title: it.title.clone(),
            due_on: it.due_on,
            amount: it.amount_fen,
        };
        NewAgreement {
            price: self.price_fen,
            paper: self.paper.clone(),
            signed_on: self.signed_on,
            milestones: self.milestones.iter().map(milestone).collect(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeConfirmation {
    /// The version of the challenge whose agreement was read.
    pub version: i64,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeMilestoneReport {
    pub report: String,
    #[serde(default)]
    pub files: Vec<FileId>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeMilestoneReview {
    /// False: it is returned.
    pub accepted: bool,
    pub opinion: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeEvaluationBody {
    pub result: EvaluationResult,
    /// 0 to 100.
    pub score: Option<i32>,
    pub opinion: String,
    pub evaluated_on: Day,
}

impl ChallengeEvaluationBody {
    pub fn command(&self) -> NewEvaluation {
        NewEvaluation {
            result: self.result,
            score: self.score,
            words: self.opinion.clone(),
            evaluated_on: self.evaluated_on,
        }
    }
}
