//! Classes of questions to an index, and what each costs.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use super::corpus::{Corpus, mixed};
use super::load::f64_of;
use crate::search::analyzer::Analyzer;
use crate::search::analyzer::fold::fold;
use crate::search::index::{self, Shelf, place::Place};
use crate::search::model::{Facet, SearchQuery, Sort};
use crate::search::query::{self, Kept};
use crate::search::synonyms::Synonyms;
use tantivy::Term;

type Failure = Box<dyn std::error::Error>;

const HITS: usize = 20;
/// The most common words that are asked.
const COMMONEST: usize = 20;

struct Class {
    name: &'static str,
    texts: Vec<String>,
    facets: &'static [Facet],
    sort: Sort,
}

/// Processor time of this thread so far.
pub fn cpu() -> Duration {
    // The kernel books a running thread's time at its ticks, milliseconds apart, and whenever the thread gives way.
    std::thread::yield_now();
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or(0))
}

pub fn measure(directory: &Path, corpus: &Corpus, questions: usize) -> Result<(), Failure> {
    let dir = Place::Directory(directory.to_owned()).current().ok_or("there is no index")?;
    let (shelf, _) = index::open(&dir, Analyzer::shared()).map_err(|error| format!("{error:?}"))?;
    let searcher = shelf.reader.searcher();
    println!("{} records in {} segments\n", searcher.num_docs(), searcher.segment_readers().len());
    println!(
        "{:<36} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "20 hits with highlights (ms)", "hits p50", "CPU p50", "CPU p99", "CPU max", "p50", "p99", "max"
    );
    for class in classes(&shelf, corpus, questions) {
        // Twice: the first round brings the files into memory.
        run(&shelf, &class)?;
        print(class.name, run(&shelf, &class)?);
    }
    let typed: Vec<String> = prefixes(corpus, questions);
    for _ in 0..2 {
        suggestions(&shelf, &typed, false)?;
    }
    suggestions(&shelf, &typed, true)
}

/// Hits, processor time and time of each question.
type Costs = Vec<(u64, Duration, Duration)>;

fn run(shelf: &Shelf, class: &Class) -> Result<Costs, Failure> {
    let synonyms = Synonyms::default();
    let mut costs = Vec::with_capacity(class.texts.len());
    for text in &class.texts {
        let facets = class.facets.to_vec();
        let query = SearchQuery {
            text: text.clone(),
            limit: HITS,
            facets,
            sort: class.sort,
            ..SearchQuery::default()
        };
        // Nothing kept from the question before: every count is made anew.
        let kept = Kept::default();
        let (before, started) = (cpu(), Instant::now());
        let answer = query::answer(shelf, &kept, &synonyms, &query)?;
        let took = started.elapsed();
        costs.push((answer.total.count, cpu() - before, took));
    }
    Ok(costs)
}

fn print(name: &str, mut costs: Costs) {
    let mut of = |key: fn(&(u64, Duration, Duration)) -> f64, percent: usize| {
        costs.sort_by(|a, b| key(a).total_cmp(&key(b)));
        costs.get(costs.len().saturating_sub(1) * percent / 100).map_or(0.0, key)
    };
    let hits = of(|cost| f64_of(cost.0), 50);
    let by_cpu: Vec<f64> = [50, 99, 100].map(|p| of(|cost| cost.1.as_secs_f64() * 1e3, p)).into();
    let by_clock: Vec<f64> = [50, 99, 100].map(|p| of(|cost| cost.2.as_secs_f64() * 1e3, p)).into();
    let columns: Vec<String> = by_cpu.iter().chain(&by_clock).map(|ms| format!("{ms:>8.2}")).collect();
    println!("{name:<36} {hits:>9} {}", columns.join(" "));
}

fn suggestions(shelf: &Shelf, typed: &[String], shown: bool) -> Result<(), Failure> {
    let mut costs = Vec::new();
    for text in typed {
        let (before, started) = (cpu(), Instant::now());
        let found = query::suggest(shelf, text, 8)?;
        let took = started.elapsed();
        costs.push((found.len() as u64, cpu() - before, took));
    }
    if shown {
        print("8 suggestions while typing", costs);
    }
    Ok(())
}

/// Beginnings of keywords, of one character and more.
fn prefixes(corpus: &Corpus, questions: usize) -> Vec<String> {
    let texts = corpus.texts.iter().enumerate().filter_map(|(at, text)| {
        let keyword = text.keywords.first()?;
        Some(keyword.chars().take(1 + at % 3).collect())
    });
    texts.take(questions).collect()
}

fn classes(shelf: &Shelf, corpus: &Corpus, questions: usize) -> Vec<Class> {
    let (words, records) = (words(shelf, corpus), shelf.reader.searcher().num_docs());
    let between = |low: u64, high: u64| -> Vec<String> {
        let found: Vec<&String> =
            words.iter().filter(|(_, count)| (low..high).contains(count)).map(|(word, _)| word).collect();
        let step = (found.len() / questions.max(1)).max(1);
        found.into_iter().step_by(step).take(questions).cloned().collect()
    };
    let middle = between(records / 500, records / 50);
    let rare = between(1, (records / 1_000).max(2));
    let commonest: Vec<String> = words.iter().take(COMMONEST).map(|(word, _)| word.clone()).collect();
    let keywords = |n: usize| corpus.texts.get(n % corpus.texts.len()).map_or(&[][..], |text| &text.keywords);
    let several = |salt: u64, glue: &str, same: bool| -> Vec<String> {
        let one = |n: usize| {
            let of = |part: u64| {
                let at =
                    if same { n } else { usize::try_from(mixed(n as u64, salt + part) >> 1).unwrap_or(n) };
                let own = keywords(at);
                own.get(usize::try_from(part).unwrap_or(0) % own.len().max(1)).cloned()
            };
            (0..2 + n as u64 % 3).filter_map(of).collect::<Vec<_>>().join(glue)
        };
        (0..questions).map(one).collect()
    };
    let phrases: Vec<String> = (0..questions)
        .filter_map(|n| keywords(n).iter().find(|keyword| keyword.chars().count() > 3))
        .map(|keyword| format!("“{keyword}”"))
        .collect();
    let common_or = commonest.chunks(2).map(|pair| pair.join(" OR ")).collect();
    let class = |name, texts, facets, sort| Class { name, texts, facets, sort };
    let (none, usual): (&[Facet], &[Facet]) = (&[], &Facet::USUAL);
    vec![
        class("middle frequency, no facets", middle.clone(), none, Sort::Relevance),
        class("middle frequency, facets", middle.clone(), usual, Sort::Relevance),
        class("middle frequency, newest, facets", middle, usual, Sort::Newest),
        class("rare, facets", rare, usual, Sort::Relevance),
        class("most common words, no facets", commonest.clone(), none, Sort::Relevance),
        class("most common words, facets", commonest, usual, Sort::Relevance),
        class("2-4 keywords AND, facets", several(0, " ", true), usual, Sort::Relevance),
        class("2-4 keywords OR, facets", several(20, " OR ", false), usual, Sort::Relevance),
        class("2 most common words OR, facets", common_or, usual, Sort::Relevance),
        class("phrase, facets", phrases, usual, Sort::Relevance),
        class("empty, facets", vec![String::new(); COMMONEST], usual, Sort::Relevance),
        class("misspelt, facets", misspelt(corpus, questions), usual, Sort::Relevance),
    ]
}

/// Words of the titles and how many records have them, the commonest first.
fn words(shelf: &Shelf, corpus: &Corpus) -> Vec<(String, u64)> {
    let searcher = shelf.reader.searcher();
    let mut words: BTreeMap<String, u64> = BTreeMap::new();
    for text in &corpus.texts {
        let (folded, mut spans) = (fold(&format!("{} {}", text.title, text.summary)), Vec::new());
        shelf.analyzer.asked_words(&folded, &mut spans);
        for word in spans.iter().map(|span| span.of(&folded)).filter(|word| word.chars().nth(1).is_some()) {
            words.entry(word.to_owned()).or_default();
        }
    }
    for (word, count) in &mut words {
        *count = searcher.doc_freq(&Term::from_field_text(shelf.fields.words, word)).unwrap_or(0);
    }
    let mut words: Vec<(String, u64)> = words.into_iter().collect();
    words.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    words
}

/// Keywords with a character too few in the middle.
fn misspelt(corpus: &Corpus, questions: usize) -> Vec<String> {
    let keywords = corpus.texts.iter().filter_map(|text| text.keywords.first());
    let long = keywords.filter(|keyword| keyword.chars().count() > 3);
    let without = |keyword: &String| {
        let middle = keyword.chars().count() / 2;
        keyword.chars().enumerate().filter(|(at, _)| *at != middle).map(|(_, c)| c).collect()
    };
    long.map(without).take(questions).collect()
}
