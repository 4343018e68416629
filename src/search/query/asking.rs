//! One question to one state of the index.

use tantivy::query::Query;
use tantivy::{DocAddress, Searcher, TantivyDocument};

use super::FEW;
use super::correct;
use super::facets::{self, Counts, Kept};
use super::highlight::Highlighter;
use super::lookup::Lookup;
use super::needs::Question;
use super::parse::parse;
use super::plan::{self, Plan};
use super::rank::{Best, CountUpTo};
use crate::search::index::{Shelf, record};
use crate::search::model::{Answer, Document, Filters, Hit, Position, SearchQuery, Sort, Stage, Total};
use crate::search::synonyms::Synonyms;

/// Nobody reads further by relevance; each page costs as much as all before it.
const DEPTH_MAX: usize = 5_000;

pub struct Asking<'a> {
    shelf: &'a Shelf,
    kept: &'a Kept,
    synonyms: &'a Synonyms,
    pub query: &'a SearchQuery,
    searcher: Searcher,
}

/// The hits of a question as far as they were looked for.
struct Found {
    stage: Stage,
    asked: Box<dyn Query>,
    counts: Counts,
    /// Hits that the question has without relaxing anything.
    strictly: u64,
}

pub fn answer(
    shelf: &Shelf,
    kept: &Kept,
    synonyms: &Synonyms,
    query: &SearchQuery,
) -> tantivy::Result<Answer> {
    Asking { shelf, kept, synonyms, query, searcher: shelf.reader.searcher() }.answer()
}

/// What a question finds by all its words, the newest first, without relaxing anything: what a question that stands
/// would be told of.
pub fn strictly(
    shelf: &Shelf,
    synonyms: &Synonyms,
    query: &SearchQuery,
) -> tantivy::Result<(Total, Vec<Document>)> {
    let kept = Kept::default();
    Asking { shelf, kept: &kept, synonyms, query, searcher: shelf.reader.searcher() }.strictly()
}

impl Asking<'_> {
    fn strictly(&self) -> tantivy::Result<(Total, Vec<Document>)> {
        let question = Question::standing(parse(&self.query.text), &self.shelf.analyzer, self.synonyms);
        let plan = Plan { fields: &self.shelf.fields, question: &question };
        let asked = plan.query(plan.first_stage(), &self.query.filters);
        let Counts { total, .. } = facets::count(&self.searcher, &self.shelf.values, &*asked, &[])?;
        let (addresses, _) = self.page(&*asked, Sort::Newest)?;
        let mut found = Vec::with_capacity(addresses.len());
        for address in addresses {
            found.extend(record::shown(&self.shelf.fields, &self.searcher.doc(address)?));
        }
        Ok((total, found))
    }

    fn answer(&self) -> tantivy::Result<Answer> {
        let question = self.question(&self.query.text);
        match self.query.after.map(|position| position.stage) {
            None => self.first_page(&question),
            Some(Stage::Corrected) => match self.offers(&question, 0)?.into_iter().next() {
                Some(other) => self.instead(other, vec![]),
                None => Ok(Answer::default()),
            },
            Some(stage) => self.show(&question, &self.counted(&question, stage)?),
        }
    }

    fn first_page(&self, question: &Question) -> tantivy::Result<Answer> {
        let found = self.widen(question)?;
        let mut offers = self.offers(question, found.strictly)?;
        if found.counts.total.count == 0 && !offers.is_empty() {
            let other = offers.remove(0);
            return self.instead(other, offers);
        }
        Ok(Answer { did_you_mean: offers, ..self.show(question, &found)? })
    }

    fn offers(&self, question: &Question, own: u64) -> tantivy::Result<Vec<String>> {
        let parsed = &question.parsed;
        if own >= FEW || !parsed.is_plain() || question.long {
            return Ok(vec![]);
        }
        correct::offers(self, &parsed.chunks, own)
    }

    /// The answer to another spelling.
    fn instead(&self, other: String, did_you_mean: Vec<String>) -> tantivy::Result<Answer> {
        let question = self.question(&other);
        let found = Found { stage: Stage::Corrected, ..self.counted(&question, Stage::Words)? };
        let answer = self.show(&question, &found)?;
        Ok(Answer { corrected: Some(other), did_you_mean, ..answer })
    }

    fn show(&self, question: &Question, found: &Found) -> tantivy::Result<Answer> {
        let sort = if self.query.sort == Sort::Relevance && !question.ranks() {
            Sort::Newest
        } else {
            self.query.sort
        };
        let (addresses, next) = self.page(&*found.asked, sort)?;
        let next = next.map(|place| Position { stage: found.stage, ..place });
        let highlighter = Highlighter::new(question, found.stage);
        let mut hits = Vec::with_capacity(addresses.len());
        for address in addresses {
            hits.extend(hit(self.shelf, &highlighter, &self.searcher.doc(address)?));
        }
        let Counts { total, facets } = found.counts.clone();
        let taken = question.taken();
        Ok(Answer { hits, total, facets, stage: found.stage, next, taken, ..Answer::default() })
    }

    fn question(&self, text: &str) -> Question {
        let fields = &self.shelf.fields;
        let records_with = |need: &_| plan::records_with(&self.searcher, fields, need);
        Question::new(parse(text), &self.shelf.analyzer, self.synonyms, records_with)
    }

    /// Hits of a text by all its words, no further than the bound.
    pub fn count(&self, text: &str, filters: &Filters, bound: u64) -> tantivy::Result<u64> {
        let question = self.question(text);
        let plan = Plan { fields: &self.shelf.fields, question: &question };
        self.searcher.search(&*plan.query(Stage::Words, filters), &CountUpTo(bound))
    }

    pub fn lookup(&self) -> Lookup<'_> {
        Lookup::new(&self.searcher, self.shelf.fields.entries)
    }

    /// The hits of a page, and the position of its last hit if there are more.
    ///
    /// By a column the position is the hit's own place. Scores move whenever anything is indexed, so by relevance it
    /// is the number of hits so far, corrected by finding the last hit again.
    fn page(&self, asked: &dyn Query, sort: Sort) -> tantivy::Result<(Vec<DocAddress>, Option<Position>)> {
        let query = self.query;
        let by_score = sort == Sort::Relevance;
        let rank = query.after.filter(|_| by_score).map_or(0, |position| position.rank);
        let before = usize::try_from(rank).unwrap_or(DEPTH_MAX);
        if before >= DEPTH_MAX {
            return Ok((vec![], None));
        }
        let after = query.after.filter(|_| !by_score).map(|position| (position.rank, position.tie));
        let mut found =
            self.searcher.search(asked, &Best { sort, after, limit: before + query.limit + 1 })?;
        let last_tie = query.after.map(|position| position.tie);
        let last_at = found.iter().position(|((_, tie), _)| Some(*tie) == last_tie).filter(|_| by_score);
        let seen = last_at.map_or(before, |at| at + 1);
        found.drain(..seen.min(found.len()));
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let next = found.last().filter(|_| more).map(|((rank, tie), _)| Position {
            stage: Stage::default(),
            rank: if by_score { (seen + query.limit) as u64 } else { *rank },
            tie: *tie,
        });
        Ok((found.into_iter().map(|(_, address)| address).collect(), next))
    }

    /// The first stage that finds enough, or the one that finds most.
    fn widen(&self, question: &Question) -> tantivy::Result<Found> {
        let first = Plan { fields: &self.shelf.fields, question }.first_stage();
        let mut best = self.counted(question, first)?;
        let strictly = best.strictly;
        if !question.has_words() {
            return Ok(best);
        }
        for stage in [Stage::Characters, Stage::SomeWords] {
            let enough = if stage == Stage::Characters { FEW } else { 1 };
            if stage <= best.stage || best.counts.total.count >= enough {
                continue;
            }
            let wider = self.counted(question, stage)?;
            if wider.counts.total.count > best.counts.total.count {
                best = Found { strictly, ..wider };
            }
        }
        Ok(best)
    }

    fn counted(&self, question: &Question, stage: Stage) -> tantivy::Result<Found> {
        let plan = Plan { fields: &self.shelf.fields, question };
        let asked = plan.query(stage, &self.query.filters);
        let facets = &self.query.facets;
        let key = format!("{stage:?} {:?} {:?} {facets:?}", question.parsed, self.query.filters);
        let counts = self.kept.get_or(&self.searcher, key, || {
            facets::count(&self.searcher, &self.shelf.values, &*asked, facets)
        })?;
        let strictly = counts.total.count;
        Ok(Found { stage, asked, counts, strictly })
    }
}

fn hit(shelf: &Shelf, highlighter: &Highlighter, row: &TantivyDocument) -> Option<Hit> {
    let document = record::shown(&shelf.fields, row)?;
    let hit_keywords = document.keywords.iter().filter(|keyword| highlighter.hits(keyword));
    Some(Hit {
        title: highlighter.pieces(&document.title),
        excerpt: highlighter.excerpt(&document.body),
        keywords: hit_keywords.map(|keyword| highlighter.pieces(keyword)).collect(),
        document,
    })
}
