//! A thousand real texts: what is found against what literally stands in them, and how fast. The texts are not part
//! of the project: TECHMART_TEST_DATA names the directory that holds `achievements-csl.jsonl`.

use std::time::{Duration, Instant};

use serde_json::Value;
use techmart::changes::InstanceFollower;
use techmart::search::analyzer::fold::fold;
use techmart::search::model::{Document, Facet, SearchQuery, Stage};
use techmart::search::service::Search;

use super::{Scene, answer, subject};

fn corpus() -> Option<Vec<Document>> {
    let Some(dir) = std::env::var_os("TECHMART_TEST_DATA") else {
        println!("skipped: TECHMART_TEST_DATA names no directory with achievements-csl.jsonl");
        return None;
    };
    let text = std::fs::read_to_string(std::path::Path::new(&dir).join("achievements-csl.jsonl")).unwrap();
    Some(
        text.lines()
            .enumerate()
            .map(|(id, line)| document(id, &serde_json::from_str(line).unwrap()))
            .collect(),
    )
}

fn document(id: usize, record: &Value) -> Document {
    let text = |name: &str| record[name].as_str().unwrap().to_owned();
    let keywords = record["keywords"].as_array().unwrap().iter();
    Document {
        subject: subject(id),
        kind: "thing".into(),
        title: text("title"),
        body: text("abstract"),
        keywords: keywords.map(|keyword| keyword.as_str().unwrap().to_owned()).collect(),
        field: vec![text("discipline")],
        published_at: 1_700_000_000_000_000 + id as i64 * 1_000_000,
        ..Document::default()
    }
}

fn ask(search: &Search, text: &str, limit: usize) -> techmart::search::model::Answer {
    let facets = vec![Facet::Kind, Facet::Field, Facet::Year];
    let query = SearchQuery { text: text.into(), limit, facets, ..SearchQuery::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(search.answer(query)).unwrap()
}

fn percentile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * share) as usize]
}

#[test]
fn a_thousand_real_texts_are_found_by_their_words() {
    let Some(documents) = corpus() else { return };
    let scene = Scene::new();
    let records = documents.iter().map(|document| (document.subject.clone(), document.clone()));
    scene.room.0.lock().unwrap().shown.extend(records);
    let search = scene.search(None);
    let started = Instant::now();
    search.catch_up(&scene.city.app.db).unwrap();
    println!("{} records indexed in {:?}", documents.len(), started.elapsed());

    let folded: Vec<String> = documents
        .iter()
        .map(|d| fold(&format!("{}\n{}\n{}", d.title, d.keywords.join("\n"), d.body)))
        .collect();
    let (mut right, mut found, mut there) = (0_usize, 0_usize, 0_usize);
    let mut times = Vec::new();
    for keyword in documents.iter().step_by(5).filter_map(|document| document.keywords.first()) {
        let started = Instant::now();
        let answer = ask(&search, keyword, 100);
        times.push(started.elapsed());
        assert!(answer.total.count > 0, "{keyword}");
        let word = fold(keyword);
        let literal = |hit: &techmart::search::model::Hit| {
            let id: usize = hit.document.subject.rsplit(':').next().unwrap().parse().unwrap();
            folded[id].contains(&word)
        };
        if answer.stage == Stage::Words {
            right += answer.hits.iter().filter(|hit| literal(hit)).count();
            found += answer.hits.len();
            there += folded.iter().filter(|text| text.contains(&word)).count().min(100);
        }
    }
    let (recall, precision) = (right as f64 / there as f64, right as f64 / found as f64);
    println!("literal containment: recall {recall:.3}, precision {precision:.3}");
    println!(
        "20 hits with facets: p50 {:?}, p99 {:?}",
        percentile(&mut times, 0.5),
        percentile(&mut times, 0.99)
    );
    assert!(recall > 0.95 && precision > 0.7, "recall {recall}, precision {precision}");
}

#[test]
fn every_title_finds_its_record() {
    let Some(documents) = corpus() else { return };
    let scene = Scene::new();
    let records = documents.iter().map(|document| (document.subject.clone(), document.clone()));
    scene.room.0.lock().unwrap().shown.extend(records);
    let search = scene.followed(None);
    let asked: Vec<_> = documents.iter().step_by(4).collect();
    let first = asked.iter().filter(|document| {
        let answer = answer(&search, &document.title).unwrap();
        answer.hits.first().is_some_and(|hit| hit.document.title == document.title)
    });
    assert_eq!(first.count(), asked.len(), "the record of a title comes first");
}
