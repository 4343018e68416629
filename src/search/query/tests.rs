//! Questions to a small index: the words that must work, filters, pages.

use std::sync::Arc;

use super::*;
use crate::search::analyzer::Analyzer;
use crate::search::index::Shelf;
use crate::search::index::{self, Cursor, FOLLOW_HEAP_BYTES, Scribe};
use crate::search::model::{Answer, SearchQuery, Sort, Stage};
use crate::search::model::{Bounds, Document, Facet, Filters, Holder, Measure, Price};
use crate::search::synonyms::Synonyms;

pub fn document(id: usize, title: &str, body: &str) -> Document {
    Document {
        subject: format!("urn:techmart:cn-450700:achievement:{id:04}"),
        kind: "achievement".into(),
        version: 1,
        title: title.into(),
        body: body.into(),
        origin: "cn-450700".into(),
        holder: Holder {
            urn: "urn:x".into(), name: "北部湾示例大学".into(), kind: "institute".into()
        },
        published_at: 1_546_300_800_000_000 + id as i64 * 1_000_000,
        ..Document::default()
    }
}

pub fn city() -> Vec<Document> {
    let texts = [
        ("坭兴陶烧制技艺与釉料配方", "钦州坭兴陶窑变控制，采用低温慢烧。"),
        ("石墨烯导电剂的制备方法", "用于锂离子电池正极，导电剂分散均匀。"),
        ("耐盐海水稻种植技术", "海水稻在滩涂盐碱地的栽培与示范。"),
        ("中华鲎人工繁育", "鲎试剂原料的可持续供应。"),
        ("油茶籽压榨工艺", "油茶加工，提高出油率。"),
        ("按 GB/T 32100 校验的数据平台", "统一社会信用代码校验，GB/T 22900 成熟度。"),
        ("对虾养殖尾水处理", "沉淀、曝气与湿地净化。"),
        ("新型牡蛎壳土壤调理剂", "利用近江牡蛎壳生产。"),
    ];
    let mut documents: Vec<Document> =
        texts.iter().enumerate().map(|(id, (title, body))| document(id, title, body)).collect();
    documents[1].numbers = vec!["ZL201710601862.3".into()];
    documents[1].people = vec!["黎晓彤".into()];
    documents[1].trl = Some(6);
    documents[1].price = Price::Range(10_000_000, 50_000_000);
    documents[1].field = vec!["new_materials".into()];
    documents[2].field = vec!["agriculture".into()];
    documents[2].price = Price::Fixed(2_000_000);
    documents[2].trl = Some(8);
    documents[6].kind = "demand".into();
    documents[6].deadline = Some(1_600_000_000_000_000);
    documents
}

pub struct Desk {
    pub shelf: Arc<Shelf>,
    pub scribe: Scribe,
    pub kept: Kept,
    pub synonyms: Synonyms,
}

impl Desk {
    pub fn new(documents: &[Document]) -> Desk {
        let shelf = index::create(None, Analyzer::shared()).unwrap();
        let mut scribe = Scribe::new(&shelf, FOLLOW_HEAP_BYTES).unwrap();
        documents.iter().for_each(|document| scribe.replace(document).unwrap());
        scribe.commit(&Cursor { epoch: 1, seq: 1 }).unwrap();
        Desk { shelf, scribe, kept: Kept::default(), synonyms: Synonyms::default() }
    }

    pub fn ask(&self, query: &SearchQuery) -> Answer {
        answer(&self.shelf, &self.kept, &self.synonyms, query).unwrap()
    }

    pub fn titles(&self, text: &str) -> Vec<String> {
        let answer = self.ask(&asked(text));
        assert_eq!(answer.total.count as usize, answer.hits.len(), "{text}");
        answer.hits.into_iter().map(|hit| hit.document.title).collect()
    }
}

pub fn asked(text: &str) -> SearchQuery {
    SearchQuery { text: text.into(), limit: 100, ..SearchQuery::default() }
}

#[test]
fn the_words_that_must_work() {
    let desk = Desk::new(&city());
    for (question, title) in [
        ("坭兴陶", "坭兴陶烧制技艺与釉料配方"),
        ("坭興陶", "坭兴陶烧制技艺与釉料配方"),
        ("兴陶", "坭兴陶烧制技艺与釉料配方"),
        ("石墨烯导电剂", "石墨烯导电剂的制备方法"),
        ("海水稻", "耐盐海水稻种植技术"),
        ("海水稻種植", "耐盐海水稻种植技术"),
        ("鲎", "中华鲎人工繁育"),
        ("鱟", "中华鲎人工繁育"),
        ("ＧＢ／Ｔ", "按 GB/T 32100 校验的数据平台"),
        ("gb/t 32100", "按 GB/T 32100 校验的数据平台"),
        ("ZL201710601862.3", "石墨烯导电剂的制备方法"),
        ("201710601862.3", "石墨烯导电剂的制备方法"),
        ("ZL 2017 1 0601862.3", "石墨烯导电剂的制备方法"),
        ("黎晓彤", "石墨烯导电剂的制备方法"),
        ("怎么处理对虾养殖的尾水", "对虾养殖尾水处理"),
        ("茶籽压榨", "油茶籽压榨工艺"),
        ("“牡蛎壳土壤”", "新型牡蛎壳土壤调理剂"),
        ("蛎壳", "新型牡蛎壳土壤调理剂"),
    ] {
        assert_eq!(desk.titles(question), [title], "{question}");
    }
}

/// Issue 3, words that must work: a patent number; one that is not there finds nothing, not what shares a digit.
#[test]
fn an_absent_number_finds_nothing() {
    let mut documents = city();
    documents[0].body.push_str(" 3 种配方，共 2017 件");
    let desk = Desk::new(&documents);
    for question in
        ["201710601863.3", "ZL201710601863.3", "ZL 2017 1 0601863.3", "201710601863 3", "32200-2017"]
    {
        assert_eq!(desk.titles(question), Vec::<String>::new(), "{question}");
    }
    assert_eq!(
        desk.titles("海水稻 201710601863.3"),
        ["耐盐海水稻种植技术"],
        "beside words it is one of several"
    );
}

#[test]
fn anything_may_be_typed() {
    let desk = Desk::new(&city());
    let long: String = "海水稻种植技术，".chars().cycle().take(QUERY_CHARS_MAX).collect();
    assert_eq!(desk.titles(&long), ["耐盐海水稻种植技术"]);
    let other: String = ('\u{4e00}'..'\u{5da0}').collect();
    let quotes = "“\"".repeat(2_000);
    for nothing in
        ["，。！？", "🚀🚀", "-", "\"\"", "……", "不存在的东西", "\u{1}\u{7f}", &other, &quotes, "“鲎 稻”"]
    {
        assert_eq!(desk.titles(nothing), Vec::<String>::new(), "{nothing}");
    }
    let all = desk.titles(" 　");
    assert_eq!(
        (all.len(), all[0].as_str()),
        (8, "新型牡蛎壳土壤调理剂"),
        "an empty question: all, newest first"
    );
}

#[test]
fn alternatives() {
    let desk = Desk::new(&city());
    for text in ["海水稻 OR 坭兴陶", "海水稻|坭兴陶", "海水稻 或 坭興陶", "海水稻 OR “坭兴陶 烧制” OR 坭兴陶"]
    {
        let mut titles = desk.titles(text);
        titles.sort_unstable();
        assert_eq!(titles, ["坭兴陶烧制技艺与釉料配方", "耐盐海水稻种植技术"], "{text}");
    }
    assert_eq!(desk.titles("海水稻|坭兴陶 种植"), ["耐盐海水稻种植技术"]);
    assert_eq!(desk.titles("海水稻|坭兴陶 -种植"), ["坭兴陶烧制技艺与釉料配方"]);
    assert_eq!(desk.titles("“导电剂分散”|黎晓彤"), ["石墨烯导电剂的制备方法"]);
    assert_eq!(desk.titles("从未|不见").len(), 0);
    let answer = desk.ask(&asked("海水稻|坭兴陶"));
    assert!(answer.hits.iter().all(|hit| hit.title.len() > 1), "alternatives are shown as hits");
}

#[test]
fn exclusions_and_phrases() {
    let desk = Desk::new(&city());
    assert_eq!(desk.titles("牡蛎 -土壤"), Vec::<String>::new());
    assert_eq!(desk.titles("-石墨烯").len(), 7);
    assert_eq!(desk.titles("海水稻 -石墨烯"), ["耐盐海水稻种植技术"]);
    assert_eq!(desk.titles("海水稻 -“从未写过”"), ["耐盐海水稻种植技术"]);
    assert_eq!(desk.titles("牡蛎 -从未写过的rust"), ["新型牡蛎壳土壤调理剂"]);
    assert_eq!(desk.titles("“盐碱地的栽培”"), ["耐盐海水稻种植技术"]);
    assert_eq!(desk.titles("“示范栽培”"), Vec::<String>::new());
    assert_eq!(desk.titles("“均匀新型”"), Vec::<String>::new(), "no phrase reaches over a record");
}

/// 研究 must not find every record of a 研究院; its whole name, and a part that nothing else holds, do.
#[test]
fn a_holder_is_found_by_its_name_and_not_by_the_words_in_it() {
    let desk = Desk::new(&city());
    assert_eq!(desk.titles("北部湾示例大学").len(), 8);
    assert_eq!(desk.titles("湾示例大").len(), 8);
    assert_eq!(desk.titles("海水稻 -大学"), ["耐盐海水稻种植技术"]);
    let mut documents = city();
    documents.iter_mut().for_each(|document| document.holder.name = "对虾养殖研究院".into());
    assert_eq!(Desk::new(&documents).titles("“对虾养殖尾水”"), ["对虾养殖尾水处理"]);
}

#[test]
fn an_answer_says_how_far_it_went() {
    let desk = Desk::new(&city());
    assert_eq!(desk.ask(&asked("海水稻")).stage, Stage::Words);
    assert_eq!(desk.ask(&asked("海水稻 坭兴陶 种植")).stage, Stage::SomeWords);
    assert_eq!(desk.titles("海水稻 坭兴陶 种植").len(), 1);
}

fn filtered(chosen: &[(Facet, &[&str])], ranges: &[(Measure, Option<i64>, Option<i64>)]) -> SearchQuery {
    let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let filters = Filters {
        chosen: chosen.iter().map(|(facet, list)| (*facet, values(list))).collect(),
        ranges: ranges
            .iter()
            .map(|(measure, from, to)| (*measure, Bounds { from: *from, to: *to }))
            .collect(),
    };
    SearchQuery { filters, facets: Facet::ALL.into(), ..asked("") }
}

#[test]
fn filters_narrow_and_facets_count() {
    let desk = Desk::new(&city());
    let count = |query: &SearchQuery| desk.ask(query).total.count;
    assert_eq!(count(&filtered(&[(Facet::Kind, &["demand"])], &[])), 1);
    assert_eq!(count(&filtered(&[(Facet::Field, &["agriculture", "new_materials"])], &[])), 2);
    assert_eq!(count(&filtered(&[(Facet::Field, &["agriculture"]), (Facet::Kind, &["demand"])], &[])), 0);
    assert_eq!(count(&filtered(&[], &[(Measure::Trl, Some(7), None)])), 1);
    assert_eq!(
        count(&filtered(&[], &[(Measure::Price, Some(40_000_000), Some(60_000_000))])),
        1,
        "ranges overlap"
    );
    assert_eq!(count(&filtered(&[], &[(Measure::Price, Some(60_000_000), None)])), 0);
    assert_eq!(count(&filtered(&[], &[(Measure::Published, None, Some(1_546_300_802_000_000))])), 3);
    let facets = desk.ask(&filtered(&[], &[])).facets;
    let of = |facet: Facet| facets.iter().find(|(known, _)| *known == facet).unwrap().1.clone();
    assert_eq!(of(Facet::Kind), [("achievement".into(), 7), ("demand".into(), 1)]);
    assert_eq!(of(Facet::Trl), [("6".into(), 1), ("8".into(), 1)]);
    assert_eq!(of(Facet::Maturity), [("production".into(), 1), ("trial".into(), 1)]);
    assert_eq!(of(Facet::PriceBand).first(), Some(&("negotiable".into(), 6)));
    assert_eq!(of(Facet::Year), []);
}

#[test]
fn sorts_put_what_has_no_value_last() {
    let desk = Desk::new(&city());
    let sorted = |sort| desk.ask(&SearchQuery { sort, ..asked("") }).hits.into_iter().map(|hit| hit.document);
    let cheap: Vec<_> = sorted(Sort::PriceAscending).take(2).map(|d| d.price).collect();
    assert_eq!(cheap, [Price::Fixed(2_000_000), Price::Range(10_000_000, 50_000_000)]);
    assert_eq!(sorted(Sort::PriceDescending).next().unwrap().price, Price::Range(10_000_000, 50_000_000));
    assert_eq!(sorted(Sort::EndingSoon).next().unwrap().kind, "demand");
}

#[test]
fn pages_hold_every_hit_once_while_the_index_grows() {
    let many: Vec<Document> = (0..57).map(|id| document(id, "海水稻种植", "海水稻")).collect();
    for (text, sort) in
        [("海水稻", Sort::Relevance), ("", Sort::Relevance), ("稻", Sort::Newest), ("", Sort::PriceAscending)]
    {
        let mut desk = Desk::new(&many);
        let mut seen: Vec<String> = Vec::new();
        let mut query = SearchQuery { sort, limit: 10, ..asked(text) };
        loop {
            let answer = desk.ask(&query);
            seen.extend(answer.hits.into_iter().map(|hit| hit.document.subject));
            let Some(next) = answer.next else { break };
            query.after = Some(next);
            desk.scribe.replace(&document(1_000, "别的", "别的")).unwrap();
            desk.scribe.commit(&Cursor { epoch: 1, seq: 2 }).unwrap();
        }
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "{text} {sort:?}: no hit twice");
        assert!(
            many.iter().all(|document| once.contains(&document.subject)),
            "{text} {sort:?}: none left out"
        );
    }
}

#[test]
fn replacing_and_removing() {
    let mut desk = Desk::new(&city());
    let mut changed = city().remove(0);
    changed.title = "改名的陶器".into();
    changed.body = String::new();
    desk.scribe.replace(&changed).unwrap();
    desk.scribe.remove(&city()[1].subject);
    desk.scribe.commit(&Cursor { epoch: 1, seq: 2 }).unwrap();
    assert_eq!(desk.titles("坭兴陶"), Vec::<String>::new());
    assert_eq!(desk.titles("石墨烯"), Vec::<String>::new());
    assert_eq!(desk.titles("陶器"), ["改名的陶器"]);
    assert_eq!(desk.titles("").len(), 7);
}

#[test]
fn a_total_beyond_the_bound_is_at_least() {
    let desk = Desk::new(&city());
    let searcher = desk.shelf.reader.searcher();
    let count = searcher.search(&tantivy::query::AllQuery, &rank::CountUpTo(3)).unwrap();
    assert_eq!(count, 4, "stops one behind the bound");
}

#[test]
fn an_index_is_opened_where_it_stands_and_refused_when_outdated_or_damaged() {
    let root = std::env::temp_dir().join(format!("techmart-index-{}", std::process::id()));
    std::fs::create_dir_all(&root).unwrap();
    let place = index::place::Place::Directory(root.clone());
    let dir = place.fresh().unwrap().unwrap();
    let shelf = index::create(Some(&dir), Analyzer::shared()).unwrap();
    assert!(
        matches!(index::open(&dir, Analyzer::shared()), Err(index::Unusable::Missing)),
        "never committed"
    );
    let mut scribe = Scribe::new(&shelf, FOLLOW_HEAP_BYTES).unwrap();
    city().iter().for_each(|document| scribe.add(document).unwrap());
    let cursor = Cursor { epoch: 1, seq: 42 };
    scribe.commit(&cursor).unwrap();
    scribe.finish().unwrap();
    place.publish(&dir).unwrap();

    let (opened, at) = index::open(&place.current().unwrap(), Analyzer::shared()).unwrap();
    assert_eq!((at, opened.reader.searcher().num_docs()), (cursor, 8));
    opened.check().unwrap();

    let meta = dir.join("meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    std::fs::write(&meta, text.replace("\\\"version\\\":\\\"", "\\\"version\\\":\\\"old-")).unwrap();
    assert!(matches!(index::open(&dir, Analyzer::shared()), Err(index::Unusable::Outdated(_))));
    std::fs::write(&meta, "{").unwrap();
    assert!(matches!(index::open(&dir, Analyzer::shared()), Err(index::Unusable::Damaged(_))));

    let next = place.fresh().unwrap().unwrap();
    place.publish(&next).unwrap();
    place.sweep().unwrap();
    assert!(!dir.exists() && next.exists());
    std::fs::remove_dir_all(root).unwrap();
}

/// Other nodes' records take no places among the similar ones of this node.
#[test]
fn similar_records_are_of_one_kind_and_one_node() {
    let mut documents = vec![document(0, "海水稻种植", "耐盐海水稻")];
    for id in 1..20 {
        let elsewhere =
            Document { origin: "cn-450721".into(), ..document(id, "海水稻", "海水稻海水稻") };
        documents.push(elsewhere);
    }
    documents.push(Document { kind: "demand".into(), ..document(20, "海水稻", "海水稻海水稻") });
    let desk = Desk::new(&documents);
    let found = similar(&desk.shelf, "achievement", "cn-450700", "海水稻", 3).unwrap();
    assert_eq!(found, [documents[0].subject.clone()]);
}
