//! A model and what it says of a pair: everything that judging needs, without database.

use std::sync::Arc;

use super::lexicon::{Counts, Lexicon, Text, running_text};
use super::meaning::{self, Embedder, Vectors};
use super::model::{Answering, Side, Verdict, Weights};
use super::rules::score::{self, Seen};
use crate::kernel::vocabulary;
use crate::search::model::Document;
use crate::search::{Analyzer, Terms};

/// Records that vectors are learnt from; of more, every n-th is taken.
pub const LEARN_RECORDS_MAX: usize = 3_000;

/// What was learnt from the records at some time.
#[derive(Clone)]
pub struct Model {
    pub lexicon: Lexicon,
    pub vectors: Vectors,
}

/// A record made ready for judging.
#[derive(Debug, Clone)]
pub struct Ready {
    pub side: Side,
    pub document: Document,
    pub text: Text,
    pub direction: Vec<i8>,
    pub answering: Answering,
}

impl Model {
    /// Before anything was learnt: words count by their rarity in Chinese at large, meaning is unknown.
    pub fn blank(analyzer: Arc<Analyzer>) -> Model {
        Model { lexicon: Lexicon::new(analyzer, Counts::default()), vectors: Vectors::default() }
    }

    /// Learns from the published records of both sides and the public words that ship with the program.
    pub fn learn(analyzer: &Arc<Analyzer>, records: &[(Side, Document)]) -> Model {
        let mut counts = Counts::default();
        let texts: Vec<Text> = records.iter().map(|(_, document)| Text::of(document, analyzer)).collect();
        records.iter().zip(&texts).for_each(|((side, _), text)| counts.add(*side, text));
        let lexicon = Lexicon::new(Arc::clone(analyzer), counts);
        let every = records.len().div_ceil(LEARN_RECORDS_MAX).max(1);
        let taken = records.iter().step_by(every).map(|(_, document)| running_text(document, analyzer));
        let running: Vec<Terms> = taken.chain(shipped(analyzer)).collect();
        let bags: Vec<_> = texts.iter().step_by(every).map(Text::whole).collect();
        let vectors = meaning::train::train(&running, &bags, &lexicon);
        Model { lexicon, vectors }
    }

    pub fn ready(&self, side: Side, document: Document, answering: Answering) -> Ready {
        let text = Text::of(&document, self.lexicon.analyzer());
        let importance = |term: &str| self.lexicon.importance(term);
        let direction = meaning::quantise(&self.vectors.embed(&text.whole(), &importance));
        Ready { side, document, text, direction, answering }
    }

    /// Judges two records of different sides, in either order.
    pub fn judge(&self, a: &Ready, b: &Ready, weights: &Weights, now: i64) -> Verdict {
        let (demand, achievement) = if a.side == Side::Demand { (a, b) } else { (b, a) };
        score::judge(demand.seen(), achievement.seen(), &self.lexicon, weights, now)
    }
}

impl Ready {
    fn seen(&self) -> Seen<'_> {
        Seen {
            side: self.side,
            document: &self.document,
            text: &self.text,
            direction: &self.direction,
            answering: self.answering,
        }
    }
}

/// The names of fields and industries: they tie the words of a trade together.
fn shipped(analyzer: &Analyzer) -> Vec<Terms> {
    let lists = ["technical_field", "high_tech_field", "industry_section", "industry_class"];
    let items = lists.iter().flat_map(|code| vocabulary::list(code).items.iter());
    items.map(|item| analyzer.terms(item.zh)).collect()
}
