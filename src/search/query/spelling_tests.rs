//! Questions spelled otherwise than the records: pinyin, initials, typing errors, synonyms; and what is offered to
//! who is still typing.

use super::facets::Kept;
use super::suggest::suggest;
use super::tests::{Desk, asked, city, document};
use crate::search::index::Cursor;
use crate::search::model::{Document, EntryKind, Facet, Filters, SearchQuery, Stage};
use crate::search::synonyms::Synonyms;

fn records() -> Vec<Document> {
    let mut records = city();
    records[0].keywords = vec!["坭兴陶".into(), "窑变".into(), "柴窑炉".into()];
    records[2].keywords = vec!["海水稻".into()];
    records[4].keywords = vec!["油茶".into()];
    records.push(document(8, "甘蔗渣制备生物炭", "以甘蔗渣为原料，在长沙与重庆推广。"));
    records[8].keywords = vec!["重庆".into(), "GB/T 32100".into()];
    records
}

/// Titles of what is answered, the spelling answered for, and what is offered besides.
fn answered(desk: &Desk, text: &str) -> (Vec<String>, Option<String>, Vec<String>) {
    let answer = desk.ask(&asked(text));
    assert_eq!(answer.corrected.is_some(), answer.stage == Stage::Corrected);
    let titles = answer.hits.into_iter().map(|hit| hit.document.title).collect();
    (titles, answer.corrected, answer.did_you_mean)
}

fn texts(desk: &Desk, typed: &str) -> Vec<String> {
    suggest(&desk.shelf, typed, 8).unwrap().into_iter().map(|suggestion| suggestion.text).collect()
}

#[test]
fn another_spelling_is_answered_where_nothing_is_found() {
    let desk = Desk::new(&records());
    for (typed, meant, title) in [
        ("油荼", "油茶", "油茶籽压榨工艺"),
        ("甘庶", "甘蔗", "甘蔗渣制备生物炭"),
        ("窖炉", "窑炉", "坭兴陶烧制技艺与釉料配方"),
        ("nxt", "坭兴陶", "坭兴陶烧制技艺与釉料配方"),
        ("haishuidao", "海水稻", "耐盐海水稻种植技术"),
        ("hai shui dao", "海水稻", "耐盐海水稻种植技术"),
        ("haishuidoa", "海水稻", "耐盐海水稻种植技术"),
        ("nixintao", "坭兴陶", "坭兴陶烧制技艺与釉料配方"),
        ("泥兴陶", "坭兴陶", "坭兴陶烧制技艺与釉料配方"),
        ("尼兴陶", "坭兴陶", "坭兴陶烧制技艺与釉料配方"),
        ("chongqing", "重庆", "甘蔗渣制备生物炭"),
        ("lixiaotong", "黎晓彤", "石墨烯导电剂的制备方法"),
        ("li xiaotong", "黎晓彤", "石墨烯导电剂的制备方法"),
        ("Xiaotong Li", "黎晓彤", "石墨烯导电剂的制备方法"),
        ("黎小彤", "黎晓彤", "石墨烯导电剂的制备方法"),
    ] {
        let (titles, corrected, _) = answered(&desk, typed);
        assert_eq!(
            (titles.first().map(String::as_str), corrected.as_deref()),
            (Some(title), Some(meant)),
            "{typed}"
        );
    }
}

#[test]
fn what_is_spelled_right_is_left_alone() {
    let desk = Desk::new(&records());
    for typed in ["坭兴陶", "海水稻", "油茶", "鲎", "黎晓彤", "gb/t", "石墨烯导电剂", "对虾 尾水"]
    {
        let (titles, corrected, offered) = answered(&desk, typed);
        assert_eq!((titles.is_empty(), corrected, offered), (false, None, vec![]), "{typed}");
    }
    // Nothing to go by, digits, operators, a pasted text.
    for typed in ["不存在的东西", "qzxvk", "20171060186", "“油荼”", "油荼|窖炉", &"油荼".repeat(40)]
    {
        let (titles, corrected, offered) = answered(&desk, typed);
        assert_eq!((titles, corrected, offered), (vec![], None, vec![]), "{typed}");
    }
}

#[test]
fn a_spelling_is_offered_where_only_some_of_the_words_are_found() {
    let desk = Desk::new(&records());
    let (titles, corrected, offered) = answered(&desk, "海水道");
    assert_eq!((titles.len(), corrected, offered), (1, None, vec!["海水稻".into()]), "海水 alone is found");
    let (titles, corrected, offered) = answered(&desk, "海水稻 种殖");
    assert_eq!((titles.len(), corrected), (1, None));
    assert_eq!(offered, ["海水稻 种植"]);
    let filters = Filters { chosen: vec![(Facet::Kind, vec!["demand".into()])], ranges: vec![] };
    let answer = desk.ask(&SearchQuery { filters, ..asked("油荼") });
    assert_eq!(
        (answer.hits.len(), answer.corrected, answer.did_you_mean),
        (0, None, vec![]),
        "not under this filter"
    );
}

#[test]
fn a_rare_spelling_is_offered_a_much_commoner_one() {
    let many = (10..40).map(|id| document(id, "海水稻种植", "耐盐"));
    let records: Vec<Document> = many
        .chain([document(1, "海水道工程", "航道")])
        .map(|record| Document { keywords: vec![record.title.clone()], ..record })
        .collect();
    let desk = Desk::new(&records);
    let (titles, corrected, offered) = answered(&desk, "海水道");
    assert_eq!((titles.len(), corrected, offered), (1, None, vec!["海水稻".into()]));
}

#[test]
fn pages_of_another_spelling_follow_one_another() {
    let records: Vec<Document> = (0..25).map(|id| document(id, "海水稻种植", "耐盐")).collect();
    let desk = Desk::new(&records);
    let mut query = SearchQuery { limit: 10, ..asked("haishuidao") };
    let mut seen = Vec::new();
    loop {
        let answer = desk.ask(&query);
        assert_eq!((answer.corrected.as_deref(), answer.total.count), (Some("海水稻"), 25));
        seen.extend(answer.hits.into_iter().map(|hit| hit.document.subject));
        let Some(next) = answer.next else { break };
        query.after = Some(next);
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 25);
}

#[test]
fn suggestions_by_text_pinyin_and_initials() {
    let desk = Desk::new(&records());
    for (typed, first) in [
        ("坭", "坭兴陶"),
        ("坭興", "坭兴陶"),
        ("nx", "坭兴陶"),
        ("nxt", "坭兴陶"),
        ("nixing", "坭兴陶"),
        ("ni'xing", "坭兴陶"),
        ("haishuidao", "海水稻"),
        ("hsd", "海水稻"),
        ("海shui", "海水稻"),
        ("海sd", "海水稻"),
        ("chongq", "重庆"),
        ("zhongq", "重庆"),
        ("lixiaot", "黎晓彤"),
        ("lxt", "黎晓彤"),
        ("ｇｂ", "GB/T 32100"),
        ("北部湾", "北部湾示例大学"),
        ("油荼", "油茶"),
        ("haishuidoa", "海水稻"),
        ("泥兴陶", "坭兴陶"),
        ("对虾 hsd", "对虾 海水稻"),
    ] {
        assert_eq!(
            texts(&desk, typed).first().map(String::as_str),
            Some(first),
            "{typed}: {:?}",
            texts(&desk, typed)
        );
    }
    for nothing in ["", " ", "，。", "🚀", "qzxv", "2017106", "滩涂盐碱地", &"稻".repeat(200)] {
        assert_eq!(texts(&desk, nothing), Vec::<String>::new(), "{nothing}");
    }
}

#[test]
fn codes_are_suggested_where_something_is_under_them() {
    let desk = Desk::new(&records());
    let first = suggest(&desk.shelf, "xcl", 8).unwrap().remove(0);
    assert_eq!((first.text.as_str(), first.kind, first.count), ("新材料及其应用", EntryKind::Code, 1));
    assert_eq!(first.filter, Some((Facet::Field, "new_materials".into())));
    assert!(!texts(&desk, "核应用").contains(&"核应用".to_owned()), "nothing of that field is there");
}

#[test]
fn the_commonest_comes_first_and_each_text_once() {
    let record =
        |id: usize, keyword: &str| Document { keywords: vec![keyword.into()], ..document(id, "第", "x") };
    let mut records: Vec<Document> = (0..3).map(|id| record(id, "海水淡化")).collect();
    records.extend((3..12).map(|id| record(id, "海水稻")));
    records.push(record(12, "海水养殖"));
    let desk = Desk::new(&records);
    assert_eq!(texts(&desk, "海水"), ["海水稻", "海水淡化", "海水养殖"]);
    assert_eq!(suggest(&desk.shelf, "hs", 2).unwrap().len(), 2);
    assert_eq!(suggest(&desk.shelf, "海水稻", 8).unwrap()[0].count, 9);
}

/// Rule 5: the dictionary of terms still holds what was deleted; nobody learns of it.
#[test]
fn what_is_gone_is_neither_suggested_nor_offered() {
    let mut desk = Desk::new(&records());
    assert_eq!(texts(&desk, "nxt").first().map(String::as_str), Some("坭兴陶"));
    desk.scribe.remove(&records()[0].subject);
    desk.scribe.commit(&Cursor { epoch: 1, seq: 2 }).unwrap();
    for typed in ["nxt", "坭兴", "泥兴陶", "yb"] {
        assert_eq!(texts(&desk, typed), Vec::<String>::new(), "{typed}");
        assert_eq!(answered(&desk, typed), (vec![], None, vec![]), "{typed}");
    }
}

/// Rule 6.
#[test]
fn synonyms_widen_a_question_and_stand_behind_the_word_itself() {
    let mut desk = Desk::new(&records());
    assert_eq!(desk.titles("马蹄蟹").len(), 0);
    let set = |terms: &[&str]| terms.iter().map(|term| (*term).to_owned()).collect::<Vec<_>>();
    // As when an instance learns of a change.
    desk.kept = Kept::default();
    desk.synonyms = Synonyms::new(vec![set(&["马蹄蟹", "中华鲎"]), set(&["海水稻", "油茶"])]);
    assert_eq!(desk.titles("马蹄蟹"), ["中华鲎人工繁育"]);
    assert_eq!(desk.titles("马蹄蟹人工繁育"), ["中华鲎人工繁育"]);
    assert_eq!(desk.titles("海水稻"), ["耐盐海水稻种植技术", "油茶籽压榨工艺"]);
    assert_eq!(desk.titles("海水稻 -油茶"), ["耐盐海水稻种植技术"]);
    assert_eq!(desk.titles("“海水稻”"), ["耐盐海水稻种植技术"], "a phrase is meant as it stands");
    assert_eq!(desk.titles("马蹄蟹|坭兴陶").len(), 2);
    let hit = desk.ask(&asked("马蹄蟹")).hits.remove(0);
    assert_eq!(hit.title.get(1).map(String::as_str), Some("中华鲎"), "what was found is shown");
}
