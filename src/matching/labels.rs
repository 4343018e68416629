//! Evaluation against records that somebody graded by hand: `techmart match eval --labels FILE`.
//!
//! The file holds demands, achievements and grades (2 direct, 1 partly, 0 looked at and not relevant):
//!
//! ```json
//! {"demands": [{"id": 1, "text": "…", "field": "陶瓷"}],
//!  "achievements": [{"id": 1, "title": "…", "abstract": "…", "field": "陶瓷"}],
//!  "qrels": [{"demand": 1, "achievement": 1, "grade": 2}]}
//! ```
//!
//! The model learns from these very records, as a node learns from its own, and never from the grades.

use std::collections::HashMap;
use std::sync::Arc;

use serde::Deserialize;

use super::engine::{Model, Ready};
use super::model::{Answering, Side, Weights};
use super::rules::eval::{self, Figures, Ranking};
use super::rules::fit::Example;
use crate::kernel::error::Refusal;
use crate::search::Analyzer;
use crate::search::model::Document;

/// A labelled set; what else a file holds is not looked at.
#[derive(Debug, Clone, Deserialize)]
pub struct Labels {
    demands: Vec<Wanted>,
    achievements: Vec<Offered>,
    qrels: Vec<Grade>,
}

#[derive(Debug, Clone, Deserialize)]
struct Wanted {
    id: i64,
    text: String,
    #[serde(default)]
    field: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Offered {
    id: i64,
    title: String,
    #[serde(default, rename = "abstract")]
    summary: String,
    #[serde(default)]
    keywords: Vec<String>,
    #[serde(default)]
    field: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Grade {
    demand: i64,
    achievement: i64,
    grade: f64,
}

/// How far a graded record's distractors are weighed against it when weights are fitted.
const EVERY_PAIR: f64 = 1.0;

impl Labels {
    pub fn parse(text: &str) -> Result<Labels, Refusal> {
        serde_json::from_str(text).map_err(|error| Refusal::internal(format!("labels: {error}")))
    }

    /// Figures of the order of achievements for each demand.
    pub fn evaluate(&self, analyzer: &Arc<Analyzer>, weights: &Weights, with_fields: bool) -> Figures {
        let judged = self.judge(analyzer, weights, with_fields);
        let rankings: Vec<Ranking> = judged
            .into_iter()
            .map(|list| Ranking {
                scores: list.iter().map(|(_, score, _)| *score).collect(),
                grades: list
                    .iter()
                    .enumerate()
                    .filter(|(_, (_, _, g))| *g > 0.0)
                    .map(|(at, (_, _, g))| (at, *g))
                    .collect(),
            })
            .collect();
        eval::figures(&rankings)
    }

    /// The same as examples for fitting.
    pub fn examples(
        &self,
        analyzer: &Arc<Analyzer>,
        weights: &Weights,
        with_fields: bool,
    ) -> Vec<Vec<Example>> {
        let judged = self.judge(analyzer, weights, with_fields);
        judged.into_iter().map(|list| list.into_iter().map(|(example, _, _)| example).collect()).collect()
    }

    fn judge(
        &self,
        analyzer: &Arc<Analyzer>,
        weights: &Weights,
        with_fields: bool,
    ) -> Vec<Vec<(Example, f64, f64)>> {
        let fields = |text: &str| if with_fields { split(text) } else { vec![] };
        let demands: Vec<Document> =
            self.demands.iter().map(|d| document(&d.text, "", &[], fields(&d.field))).collect();
        let achievements: Vec<Document> = self
            .achievements
            .iter()
            .map(|a| document(&a.title, &a.summary, &a.keywords, fields(&a.field)))
            .collect();
        let records = demands.iter().map(|d| (Side::Demand, d.clone()));
        let records: Vec<_> =
            records.chain(achievements.iter().map(|a| (Side::Achievement, a.clone()))).collect();
        let model = Model::learn(analyzer, &records);
        let ready = |(side, document): (Side, Document)| model.ready(side, document, Answering::default());
        let (demands, achievements): (Vec<Ready>, Vec<Ready>) =
            records.into_iter().map(ready).partition(|ready| ready.side == Side::Demand);
        let grades: HashMap<(i64, i64), f64> =
            self.qrels.iter().map(|g| ((g.demand, g.achievement), g.grade)).collect();
        let list = |(demand, wanted): (&Ready, &Wanted)| {
            let judge = |(achievement, offered): (&Ready, &Offered)| {
                let verdict = model.judge(demand, achievement, weights, 0);
                let grade = grades.get(&(wanted.id, offered.id)).copied().unwrap_or(0.0);
                (Example { values: verdict.demand, grade, weight: EVERY_PAIR }, verdict.score, grade)
            };
            achievements.iter().zip(&self.achievements).map(judge).collect()
        };
        demands.iter().zip(&self.demands).map(list).collect()
    }
}

fn document(title: &str, body: &str, keywords: &[String], field: Vec<String>) -> Document {
    Document {
        title: title.into(),
        body: body.into(),
        keywords: keywords.to_vec(),
        field,
        ..Document::default()
    }
}

/// A field may name several: 新材料/电池.
fn split(field: &str) -> Vec<String> {
    let parts = field.split(['/', '／', '、', ';', '；']);
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
