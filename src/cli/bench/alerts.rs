//! `techmart bench alerts`: what a new record costs where many searches are saved, on one thread.

use std::time::Duration;

use super::AlertsBench;
use super::corpus::{Corpus, mixed};
use super::load::{self, f64_of};
use super::questions::cpu;
use crate::search::analyzer::fold::fold;
use crate::search::model::{Facet, Filters};
use crate::search::service::{Probe, Standing, Synonyms, Watch};
use crate::search::{Analyzer, Terms};

type Failure = Box<dyn std::error::Error>;

/// Records asked of every question, one by one, to compare.
const COMPARED: u64 = 20;

pub fn run(bench: &AlertsBench) -> Result<(), Failure> {
    let (corpus, analyzer) = (Corpus::read(&bench.corpus)?, Analyzer::shared());
    let own = std::process::id();
    let (memory, before) = (load::rss_anon_kib(own)?, cpu());
    let mut watch = Watch::default();
    for n in 0..bench.searches {
        let (text, filters) = question(&corpus, &analyzer, n);
        watch.put(n, Standing::new(&text, &filters, &analyzer, &Synonyms::default()), &analyzer);
    }
    let (built, held) = (cpu() - before, load::rss_anon_kib(own)?.saturating_sub(memory));
    println!("{} saved searches, {:.1} s to build, {held} KiB held", watch.len(), built.as_secs_f64());
    let (mut cutting, mut whole, mut candidates, mut hits) = (Vec::new(), Vec::new(), 0, 0);
    for n in 0..bench.records {
        // Records that no question was made from.
        let document = corpus.document(bench.searches + n);
        let before = cpu();
        let probe = Probe::of(&document, &analyzer);
        let cut = cpu();
        let found = watch.finding(&probe);
        let asked = cpu();
        cutting.push(cut - before);
        whole.push(asked - before);
        candidates += watch.candidates(&probe).len();
        hits += found.len();
        if n < COMPARED {
            let brute =
                (0..bench.searches).filter(|key| watch.get(*key).is_some_and(|one| one.finds(&probe)));
            if !brute.eq(found) {
                return Err(format!("record {n}: brute force finds other searches").into());
            }
        }
    }
    let records = f64_of(bench.records.max(1));
    println!("each record: {:.1} candidates, {:.1} hits", candidates as f64 / records, hits as f64 / records);
    print("cutting it into tokens", cutting);
    print("cutting and asking", whole);
    Ok(())
}

fn print(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at =
        |percent: usize| times.get((times.len().max(1) - 1) * percent / 100).copied().unwrap_or_default();
    let micros = |time: Duration| time.as_secs_f64() * 1e6;
    let mean = times.iter().sum::<Duration>().as_secs_f64() * 1e6 / f64_of(times.len().max(1) as u64);
    println!(
        "{what:>24}: CPU µs mean {mean:.0}, p50 {:.0}, p99 {:.0}, max {:.0}",
        micros(at(50)),
        micros(at(99)),
        micros(at(100))
    );
}

/// Of so many questions one is a paragraph that somebody pasted.
const PASTED_EVERY: u64 = 50;

/// What somebody who deals with the corpus might keep: words of a title, a keyword, a phrase, alternatives, without a
/// word, with a filter, a whole paragraph.
fn question(corpus: &Corpus, analyzer: &Analyzer, n: u64) -> (String, Filters) {
    let document = corpus.document(mixed(n, 21));
    let words = telling(analyzer.terms(&document.title), analyzer);
    let word = |salt: u64| -> String {
        let at = mixed(n, salt) % words.len().max(1) as u64;
        usize::try_from(at).ok().and_then(|at| words.get(at)).cloned().unwrap_or_default()
    };
    let keyword = document.keywords.first().cloned().unwrap_or_else(|| word(1));
    let text = match n % 6 {
        _ if n.is_multiple_of(PASTED_EVERY) => document.body.clone(),
        0 | 1 => format!("{} {}", word(1), word(2)),
        2 => keyword,
        3 => format!("“{}”", fold(&document.title).chars().skip(2).take(5).collect::<String>()),
        4 => format!("{} OR {} {}", word(1), word(2), word(3)),
        _ => format!("{} -{}", word(1), word(2)),
    };
    let kind = (Facet::Kind, vec!["achievement".to_owned()]);
    let chosen = if n.is_multiple_of(4) { vec![kind] } else { vec![] };
    (text, Filters { chosen, ranges: vec![] })
}

/// The rarer half of a title's words: who saves a search for 技术 gets everything.
fn telling(terms: Terms, analyzer: &Analyzer) -> Vec<String> {
    let mut words: Vec<String> = terms.words.into_iter().filter(|word| word.chars().count() > 1).collect();
    words.sort_by(|a, b| analyzer.rarity(b).total_cmp(&analyzer.rarity(a)));
    words.dedup();
    words.truncate(words.len().div_ceil(2));
    words
}
