//! What requests and answers about suggestions look like.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::engagement::model::DeclineReason;
use crate::kernel::codes_common::TOO_MANY;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::time::UtcTime;
use crate::matching::model::{Event, PARTS, PartKind, Side, Weights};
use crate::matching::reasons::{self, Reader, Reason};
use crate::matching::service::{List, NewWeights, Shown, Told, WeightsInForce};
use crate::search::model::local_id;

/// Events of one request.
const EVENTS_MAX: usize = 100;

#[derive(Serialize, ToSchema)]
pub struct MatchList {
    /// URN of the record.
    pub subject: String,
    pub items: Vec<MatchView>,
}

#[derive(Serialize, ToSchema)]
pub struct MatchView {
    /// From 1.
    pub position: i32,
    pub kind: Side,
    pub id: String,
    pub urn: String,
    pub title: String,
    pub holder: String,
    /// From 0 to 1: the geometric mean of both preferences.
    pub score: f64,
    /// What the pair is worth to the reader's side, and to the other.
    pub own_preference: f64,
    pub other_preference: f64,
    /// The parts of the reader's side's preference.
    pub parts: Vec<PartView>,
    /// Words that both records have, the most telling first.
    pub words: Vec<String>,
    pub reasons: Vec<ReasonView>,
    /// It stands here because it is new.
    pub introduced: bool,
    pub weights_version: i64,
    pub computed_at: UtcTime,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MatchPartView)]
pub struct PartView {
    pub part: PartKind,
    pub label_zh: &'static str,
    pub label_en: &'static str,
    /// From 0 to 1; 0.5 where it cannot be judged.
    pub value: f64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MatchReason)]
pub struct ReasonView {
    pub part: PartKind,
    pub zh: String,
    pub en: String,
}

const fn label(part: PartKind) -> (&'static str, &'static str) {
    match part {
        PartKind::Text => ("文字吻合", "Shared words"),
        PartKind::Meaning => ("内容相近", "Similar meaning"),
        PartKind::Field => ("技术领域", "Technical field"),
        PartKind::Industry => ("所属行业", "Industry"),
        PartKind::Maturity => ("技术成熟度", "Maturity"),
        PartKind::Price => ("价格与预算", "Price and budget"),
        PartKind::Cooperation => ("合作方式", "Cooperation mode"),
        PartKind::Division => ("地域远近", "Distance"),
        PartKind::Freshness => ("发布时间", "Freshness"),
        PartKind::Answering => ("答复情况", "Record of answering"),
    }
}

impl From<List> for MatchList {
    fn from(list: List) -> MatchList {
        let List { side, own, items } = list;
        let view = |shown: Shown| {
            let (demand, achievement, reader) = match side {
                Side::Demand => (&own, &shown.other, Reader::Demand),
                Side::Achievement => (&shown.other, &own, Reader::Achievement),
            };
            let reasons = reasons::reasons(&shown.suggestion, demand, achievement, reader);
            MatchView::new(side, &shown, reasons)
        };
        let items = items.into_iter().map(view).collect();
        MatchList { subject: own.subject.clone(), items }
    }
}

impl MatchView {
    fn new(side: Side, shown: &Shown, reasons: Vec<Reason>) -> MatchView {
        let (suggestion, other) = (&shown.suggestion, &shown.other);
        let verdict = &suggestion.verdict;
        let (values, own, others) = match side {
            Side::Demand => (&verdict.demand, verdict.demand_prefers, verdict.achievement_prefers),
            Side::Achievement => (&verdict.achievement, verdict.achievement_prefers, verdict.demand_prefers),
        };
        let part = |part: &PartKind| {
            let (label_zh, label_en) = label(*part);
            PartView { part: *part, label_zh, label_en, value: values.get(*part) }
        };
        MatchView {
            position: suggestion.place,
            kind: side.other(),
            id: local_id(&other.subject).to_owned(),
            urn: other.subject.clone(),
            title: other.title.clone(),
            holder: other.holder.name.clone(),
            score: verdict.score,
            own_preference: own,
            other_preference: others,
            parts: PartKind::ALL.iter().map(part).collect(),
            words: verdict.words.clone(),
            reasons: reasons.into_iter().map(|Reason { part, zh, en }| ReasonView { part, zh, en }).collect(),
            introduced: suggestion.introduced,
            weights_version: suggestion.weights_version,
            computed_at: suggestion.computed_at,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MatchFeedbackBody)]
pub struct FeedbackBody {
    /// At most 100.
    pub items: Vec<FeedbackItem>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MatchFeedbackItem)]
pub struct FeedbackItem {
    /// URN of the record whose list it is.
    pub subject: String,
    /// URN of the suggested record.
    pub other: String,
    /// `shown`, `opened` or `declined`.
    pub event: Event,
    /// One of the eight reasons; with `declined` only.
    pub reason: Option<DeclineReason>,
}

impl FeedbackBody {
    pub fn told(&self) -> Result<Vec<Told>, Refusal> {
        let mut errors = Errors::new();
        if self.items.len() > EVENTS_MAX {
            errors.add_with("/items", &TOO_MANY, &[("max", EVENTS_MAX.to_string())]);
        }
        errors.check()?;
        let told = |item: &FeedbackItem| Told {
            subject: item.subject.clone(),
            other: item.other.clone(),
            event: item.event,
            reason: item.reason.map(|reason| reason.as_str().to_owned()),
        };
        Ok(self.items.iter().map(told).collect())
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = MatchFeedbackKept)]
pub struct FeedbackKept {
    /// Events that were new.
    pub kept: u64,
}

/// Parts per million for each part; they sum to 1 000 000.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MatchWeightParts)]
pub struct WeightParts {
    pub text: i64,
    pub meaning: i64,
    pub field: i64,
    pub industry: i64,
    pub maturity: i64,
    pub price: i64,
    pub cooperation: i64,
    pub division: i64,
    pub freshness: i64,
    pub answering: i64,
}

impl WeightParts {
    fn of(weights: &Weights) -> WeightParts {
        let [text, meaning, field, industry, maturity, price, cooperation, division, freshness, answering] =
            weights.ppm;
        WeightParts {
            text,
            meaning,
            field,
            industry,
            maturity,
            price,
            cooperation,
            division,
            freshness,
            answering,
        }
    }

    fn ppm(&self) -> [i64; PARTS] {
        [
            self.text,
            self.meaning,
            self.field,
            self.industry,
            self.maturity,
            self.price,
            self.cooperation,
            self.division,
            self.freshness,
            self.answering,
        ]
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MatchWeightsBody)]
pub struct WeightsBody {
    pub weights: WeightParts,
    /// Why, for instance the figures before and after.
    pub note: String,
}

impl WeightsBody {
    pub fn weights(&self) -> NewWeights {
        NewWeights { ppm: self.weights.ppm(), note: self.note.clone() }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = MatchWeights)]
pub struct WeightsView {
    pub version: i64,
    pub weights: WeightParts,
    pub note: String,
    pub set_by: String,
    pub set_at: UtcTime,
}

impl From<WeightsInForce> for WeightsView {
    fn from(set: WeightsInForce) -> WeightsView {
        WeightsView {
            version: set.weights.version,
            weights: WeightParts::of(&set.weights),
            note: set.note,
            set_by: set.actor,
            set_at: set.at,
        }
    }
}
