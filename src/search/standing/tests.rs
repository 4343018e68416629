//! Standing questions against the search itself: the same records, for any question.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::search::analyzer::Analyzer;
use crate::search::model::{Bounds, Document, Facet, Filters, Measure, SearchQuery};
use crate::search::query::tests::{Desk, city};
use crate::search::query::{QUERY_CHARS_MAX, strictly};
use crate::search::synonyms::Synonyms;

fn query(text: &str, filters: Filters) -> SearchQuery {
    SearchQuery { text: text.into(), filters, limit: 100, ..SearchQuery::default() }
}

fn found(desk: &Desk, query: &SearchQuery) -> BTreeSet<String> {
    let (total, documents) = strictly(&desk.shelf, &desk.synonyms, query).unwrap();
    assert_eq!(total.count as usize, documents.len());
    documents.into_iter().map(|document| document.subject).collect()
}

fn told(documents: &[Document], synonyms: &Synonyms, query: &SearchQuery) -> BTreeSet<String> {
    let analyzer = Analyzer::shared();
    let standing = Standing::new(&query.text, &query.filters, &analyzer, synonyms);
    let mut watch = Watch::default();
    watch.put(1, standing.clone(), &analyzer);
    let hits = documents.iter().filter(|document| {
        let probe = Probe::of(document, &analyzer);
        let by_watch = watch.finding(&probe) == [1];
        assert_eq!(
            by_watch,
            standing.finds(&probe),
            "{:?}: its token is missing in {}",
            query.text,
            document.title
        );
        by_watch
    });
    hits.map(|document| document.subject.clone()).collect()
}

fn synonyms() -> Synonyms {
    Synonyms::new(vec![vec!["海水稻".into(), "耐盐水稻".into()], vec!["油茶".into(), "山茶".into()]])
}

#[test]
fn says_what_the_search_says() {
    let (documents, mut desk) = (city(), Desk::new(&city()));
    desk.synonyms = synonyms();
    for text in [
        "坭兴陶",
        "海水稻 种植",
        "“盐碱地的栽培”",
        "海水稻 -滩涂",
        "鲎",
        "鱟",
        "ＧＢ／Ｔ",
        "GB/T 32100",
        "稻 OR 对虾",
        "石墨烯导电剂|油茶 工艺",
        "ZL 2017 1 0601862.3",
        "201710601862.3",
        "黎晓彤",
        "“黎晓彤”",
        "北部湾示例大学",
        "示例",
        "-海水稻",
        "，。！",
        "",
        "茶籽",
        "山茶",
        "耐盐水稻",
        "“油茶籽压榨工艺。油茶”",
        "“曝气与湿地净化。北部”",
        "t",
        "的",
        "海水稻 OR “鲎试剂” 供应",
        "陶 艺",
        "-\"窑变控制\" 坭兴陶",
        "稻|“GB/T 22900”|虾 处理",
    ] {
        let query = query(text, Filters::default());
        assert_eq!(told(&documents, &desk.synonyms, &query), found(&desk, &query), "{text}");
    }
}

#[test]
fn filters_and_ranges_hold() {
    let (documents, desk) = (city(), Desk::new(&city()));
    let chosen = |facet: Facet, values: &[&str]| Filters {
        chosen: vec![(facet, values.iter().map(|value| (*value).to_owned()).collect())],
        ranges: vec![],
    };
    let range = |measure, from, to| Filters { chosen: vec![], ranges: vec![(measure, Bounds { from, to })] };
    for filters in [
        chosen(Facet::Kind, &["demand"]),
        chosen(Facet::Field, &["agriculture", "new_materials"]),
        chosen(Facet::PriceBand, &["negotiable"]),
        chosen(Facet::Maturity, &["production"]),
        range(Measure::Price, Some(40_000_000), None),
        range(Measure::Price, None, Some(2_000_000)),
        range(Measure::Trl, Some(7), Some(9)),
        range(Measure::Deadline, Some(1), None),
        range(Measure::Year, Some(2000), None),
        range(Measure::Published, Some(1_546_300_803_000_000), Some(1_546_300_805_000_000)),
    ] {
        for text in ["", "工艺", "稻 OR 工艺 OR 养殖", "-工艺"] {
            let query = query(text, filters.clone());
            assert_eq!(told(&documents, &desk.synonyms, &query), found(&desk, &query), "{text} {filters:?}");
        }
    }
}

/// People paste paragraphs: their rarest words stand for them, and the search finds the same by the same words.
#[test]
fn a_pasted_text_stands_for_its_rarest_words() {
    let (documents, desk) = (city(), Desk::new(&city()));
    let words = "海水稻 种植 滩涂 盐碱地 栽培 示范 对虾 养殖 尾水 处理 沉淀 曝气 湿地 净化 油茶 压榨 工艺 加工 石墨烯 导电剂 分散 正极";
    let paragraph = documents.iter().map(|document| document.body.as_str()).collect::<String>();
    let whole: String = paragraph.chars().cycle().take(QUERY_CHARS_MAX).collect();
    let mut hits = 0;
    for text in [words, &format!("{words} -油茶"), &format!("“工艺” {words}"), &paragraph, &whole] {
        assert!(Standing::words_of_many(text, &Analyzer::shared()).len() > 5, "{text}");
        let query = query(text, Filters::default());
        let found = found(&desk, &query);
        hits += found.len();
        assert_eq!(told(&documents, &desk.synonyms, &query), found, "{text}");
    }
    assert!(hits > 5, "{hits} hits prove little");
    assert!(Standing::words_of_many("海水稻 种植", &Analyzer::shared()).is_empty());
}

/// As many as a moment allows, or TECHMART_TEST_SAVED_SEARCHES.
#[test]
#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn many_saved_questions_equal_brute_force() {
    let (documents, desk) = (city(), Desk::new(&city()));
    let analyzer = Analyzer::shared();
    let wanted = std::env::var("TECHMART_TEST_SAVED_SEARCHES").ok();
    let questions: usize = wanted.and_then(|count| count.parse().ok()).unwrap_or(400);
    let texts: Vec<char> = documents.iter().flat_map(|d| d.title.chars().chain(d.body.chars())).collect();
    let mut watch = Watch::default();
    let mut expected: Vec<(usize, BTreeSet<String>)> = Vec::new();
    for number in 0..questions {
        // Pieces of the texts, joined in every way that the language knows.
        let at = |salt: usize| number.wrapping_mul(7919).wrapping_add(salt * 104_729) % (texts.len() - 6);
        let piece =
            |salt: usize, length: usize| texts[at(salt)..at(salt) + length].iter().collect::<String>();
        let pasted = || texts.iter().cycle().skip(at(1)).take(150).collect::<String>();
        let text = match number % 6 {
            _ if number % 20 == 7 => pasted(),
            0 => piece(1, 3),
            1 => format!("{} {}", piece(1, 2), piece(2, 2)),
            2 => format!("“{}”", piece(1, 5)),
            3 => format!("{} OR {}", piece(1, 3), piece(2, 2)),
            4 => format!("{} -{}", piece(1, 2), piece(2, 2)),
            _ => format!("{} {}|“{}”", piece(3, 2), piece(1, 1), piece(2, 4)),
        };
        let kinds = if number % 5 == 0 { vec![(Facet::Kind, vec!["achievement".into()])] } else { vec![] };
        let query = query(&text, Filters { chosen: kinds, ranges: vec![] });
        let standing = Standing::new(&query.text, &query.filters, &analyzer, &desk.synonyms);
        watch.put(number, standing, &analyzer);
        expected.push((number, found(&desk, &query)));
    }
    let mut hits = 0;
    for document in &documents {
        let told: BTreeSet<usize> = watch.finding(&Probe::of(document, &analyzer)).into_iter().collect();
        let brute = expected.iter().filter(|(_, found)| found.contains(&document.subject));
        let brute: BTreeSet<usize> = brute.map(|(number, _)| *number).collect();
        hits += brute.len();
        assert_eq!(told, brute, "{}", document.title);
    }
    assert!(hits > questions / 4, "{hits} hits prove little");
    println!("{questions} saved searches equal brute force: {hits} hits on {} records", documents.len());
}

#[test]
fn what_is_removed_or_replaced_is_told_no_more() {
    let (analyzer, documents) = (Analyzer::shared(), city());
    let standing = |text: &str| Standing::new(text, &Filters::default(), &analyzer, &Synonyms::default());
    let mut watch = Watch::default();
    watch.put(1, standing("坭兴陶"), &analyzer);
    watch.put(2, standing("-海水稻"), &analyzer);
    let probe = Probe::of(&documents[0], &analyzer);
    assert_eq!(watch.finding(&probe), [1, 2]);
    watch.put(1, standing("海水稻"), &analyzer);
    watch.remove(2);
    assert!(watch.finding(&probe).is_empty() && watch.len() == 1);
    watch.remove(1);
    assert!(watch.is_empty() && watch.candidates(&probe).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    /// Any text: no panic, and what the rarest tokens lead to is all that the question finds.
    #[test]
    fn any_text_stands(text in "[\\PC稻陶油茶“”|OR -]{0,30}") {
        let documents = city();
        let analyzer = Analyzer::shared();
        let standing = Standing::new(&text, &Filters::default(), &analyzer, &Synonyms::default());
        let mut watch = Watch::default();
        watch.put(1, standing.clone(), &analyzer);
        for document in &documents {
            let probe = Probe::of(document, &analyzer);
            prop_assert_eq!(watch.finding(&probe).len(), usize::from(standing.finds(&probe)));
        }
    }
}
