//! Saved searches as their owners meet them: what is told, when, and to whom.

use serde_json::{Value, json};

use super::support::City;
use super::support::records::{achievement, act, approve, published_of, with};

const OWNER: &str = "institute.member";
const READER: &str = "enterprise.member";

pub fn body(question: Value) -> Value {
    json!({
        "name": "近红外",
        "question": question,
        "frequency": "at_once",
        "channels": {"in_app": true, "mail": false, "webhook": false},
    })
}

/// A saved search of the persona; its id.
pub fn saved(city: &City, persona: &str, question: Value) -> String {
    city.as_(persona).post("/api/v1/saved-searches", body(question)).expect(201).id()
}

/// Events of the persona's notices, the newest first.
fn events(city: &City, persona: &str) -> Vec<String> {
    let found = city.as_(persona).get("/api/v1/notices?topic=saved_search&limit=100").expect(200);
    let items = found.body["items"].as_array().unwrap();
    items.iter().map(|item| item["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_search_is_saved_changed_and_removed_by_its_owner_alone() {
    let city = City::new();
    city.settle();
    let client = city.as_(READER);
    let made = client.post("/api/v1/saved-searches", body(json!({"q": "近红外", "kind": "achievement"})));
    let made = made.expect(201);
    let (id, path) = (made.id(), format!("/api/v1/saved-searches/{}", made.id()));
    assert_eq!(made.body["question"], json!({"q": "近红外", "kind": "achievement"}));
    assert_eq!(client.get("/api/v1/saved-searches").expect(200).body["items"][0]["id"], id.as_str());
    city.as_("enterprise.admin").get(&path).refused(404, "not_found");
    let changed = body(json!({"q": "坭兴陶 -釉料", "sort": "newest", "limit": 3}));
    client.with("if-match", "\"7\"").put(&path, changed.clone()).refused(412, "version_mismatch");
    let changed = client.with("if-match", "\"1\"").put(&path, changed).expect(200);
    assert_eq!(changed.body["question"], json!({"q": "坭兴陶 -釉料"}), "order and page don't stand");
    client.delete(&path).expect(204);
    client.get(&path).refused(404, "not_found");
}

#[test]
fn a_question_that_cannot_stand_is_refused_with_the_reason() {
    let city = City::new();
    let client = city.as_(READER);
    let refused = |question: Value| {
        let answer = client.post("/api/v1/saved-searches", body(question)).refused(422, "validation_failed");
        answer.body["errors"][0]["code"].as_str().unwrap().to_owned()
    };
    let unknown = client.post("/api/v1/saved-searches", body(json!({"q": "稻", "field": "nonsense"})));
    let unknown = unknown.refused(422, "validation_failed");
    assert_eq!(unknown.field("/question/field"), Some("unknown_value"));
    assert_eq!(refused(json!({})), "saved_search_empty");
    assert_eq!(refused(json!({"q": "稻".repeat(4_001)})), "search_too_long");
    let unknown = body(json!({"colour": "red"}));
    client.post("/api/v1/saved-searches", unknown).refused(400, "malformed_request");
    for n in 0..50 {
        saved(&city, READER, json!({"q": format!("词{n}")}));
    }
    client.post("/api/v1/saved-searches", body(json!({"q": "一"}))).refused(409, "saved_searches_too_many");
}

#[test]
fn a_question_is_tried_before_it_is_saved() {
    let city = City::new();
    published_of(&city, "achievements", OWNER, achievement());
    city.settle();
    let tried = |q: &str| {
        city.as_(READER).post("/api/v1/saved-searches/try", json!({"question": {"q": q}})).expect(200).body
    };
    let found = tried("近红外光谱");
    assert_eq!((found["count"].as_i64(), found["exact"].as_bool()), (Some(1), Some(true)));
    assert_eq!(found["newest"][0]["title"], achievement()["title"]);
    assert_eq!(tried("近红外光谱 -坭兴陶")["count"], 0, "nothing is relaxed");
}

/// People paste paragraphs: their rarest words are watched, and the attempt says which.
#[test]
fn a_pasted_paragraph_is_watched_by_its_rarest_words() {
    let city = City::new();
    city.settle();
    let pasted = "我公司长期从事坭兴陶生产，希望引进以近红外光谱判定坭料成分的快速检测方法，替代老师傅凭经验炼坭的做法，缩短配方时间，提高成品率，降低能耗，并愿意提供中试场地、设备和人员，与高校院所共同开发，成果归双方共有。";
    let pasted: String = pasted.chars().cycle().take(4_000).collect();
    let client = city.as_(READER);
    let question = json!({"question": {"q": pasted}});
    let none = client.post("/api/v1/saved-searches/try", question.clone()).expect(200).body;
    let words: Vec<&str> =
        none["rarest_words"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(words.contains(&"近红外") && words.len() <= 24 && !words.contains(&"公司"), "{words:?}");
    saved(&city, READER, json!({"q": pasted}));
    city.settle();
    city.clock.advance_seconds(1);
    published_of(&city, "achievements", OWNER, achievement());
    city.settle();
    assert_eq!(events(&city, READER), ["search_matched"]);
    assert_eq!(client.post("/api/v1/saved-searches/try", question).expect(200).body["count"], 1);
    let found = client.get(&format!("/api/v1/search?q={pasted}")).expect(200).body;
    assert_eq!((found["total"]["count"].as_i64(), found["matched"].as_str()), (Some(1), Some("some_words")));
    assert!(!found["rarest_words"].as_array().unwrap().is_empty());
    let few = client.get("/api/v1/search?q=近红外 坭兴陶").expect(200).body;
    assert_eq!(few["rarest_words"], json!([]));
}

/// Rules 1 to 3 of saved searches.
#[test]
fn an_owner_is_told_of_a_record_its_change_and_its_end() {
    let city = City::new();
    city.settle();
    published_of(&city, "achievements", OWNER, achievement());
    city.settle();
    let id = saved(&city, READER, json!({"q": "近红外光谱 坭兴陶"}));
    saved(&city, READER, json!({"q": "近红外光谱 海水稻"}));
    let off = with(body(json!({"q": "近红外光谱"})), "frequency", json!("off"));
    city.as_(READER).post("/api/v1/saved-searches", off).expect(201);
    city.settle();
    assert!(events(&city, READER).is_empty(), "what was before is not told");
    city.clock.advance_seconds(1);
    let record =
        published_of(&city, "achievements", OWNER, with(achievement(), "registration_number", Value::Null));
    city.settle();
    assert_eq!(events(&city, READER), ["search_matched"]);
    city.settle();
    assert_eq!(events(&city, READER).len(), 1, "once");
    assert!(events(&city, "enterprise.admin").is_empty() && events(&city, OWNER).is_empty());
    let notice = city.as_(READER).get("/api/v1/notices").expect(200).body["items"][0].clone();
    assert_eq!(notice["link"], format!("/api/v1/achievements/{record}"));
    let title = achievement()["title"].as_str().unwrap().to_owned();
    assert_eq!(notice["text"], format!("有新信息符合您保存的搜索：{title} · 近红外"));

    let path = format!("/api/v1/achievements/{record}");
    let again = |change: &str, text: &str| {
        let new = with(with(achievement(), "registration_number", Value::Null), "abstract", json!(text));
        city.as_(OWNER).put(&path, with(new, "edit_reason", json!(change))).expect(200);
        act(&city.as_(OWNER), "achievements", &record, "submit").expect(200);
        approve(&city, "achievements", &record);
        city.clock.advance_seconds(1);
        city.settle();
    };
    again("补充", "以近红外光谱判定坭料成分，五分钟给出配方，坭兴陶成品率提高。");
    assert_eq!(events(&city, READER), ["search_changed", "search_matched"]);
    let paths = format!("/api/v1/saved-searches/{id}");
    let narrower = body(json!({"q": "近红外光谱 坭兴陶 五分钟"}));
    city.as_(READER).put(&paths, narrower).expect(200);
    city.clock.advance_seconds(1);
    again("更正", "以近红外光谱判定坭料成分，十分钟给出配方，坭兴陶成品率提高。");
    assert_eq!(events(&city, READER)[0], "search_left");
    let wide = body(json!({"q": "近红外光谱 坭兴陶"}));
    city.as_(READER).put(&paths, wide).expect(200);
    city.clock.advance_seconds(1);
    again("再更正", "以近红外光谱判定坭料成分，七分钟给出配方，坭兴陶成品率提高。");
    assert_eq!(events(&city, READER)[0], "search_matched");
    city.clock.advance_seconds(1);
    city.as_(OWNER).post(&format!("{path}/withdraw"), json!({"reason": "转为自用"})).expect(200);
    city.settle();
    assert_eq!(events(&city, READER)[0], "search_withdrawn");
    assert_eq!(events(&city, READER).len(), 5);
}

/// Rule 2: who switched a search off is told nothing of what happens meanwhile, and nothing false when it is on again.
#[test]
fn a_search_that_is_off_tells_nothing() {
    let city = City::new();
    city.settle();
    let search = saved(&city, READER, json!({"q": "近红外光谱"}));
    city.clock.advance_seconds(1);
    let record = published_of(&city, "achievements", OWNER, achievement());
    city.settle();
    assert_eq!(events(&city, READER), ["search_matched"]);
    let set = |frequency: &str| {
        let changed = with(body(json!({"q": "近红外光谱"})), "frequency", json!(frequency));
        city.as_(READER).put(&format!("/api/v1/saved-searches/{search}"), changed).expect(200);
        city.clock.advance_seconds(1);
    };
    let changed = |text: &str| {
        let new = with(with(achievement(), "abstract", json!(text)), "edit_reason", json!("更新"));
        city.as_(OWNER).put(&format!("/api/v1/achievements/{record}"), new).expect(200);
        act(&city.as_(OWNER), "achievements", &record, "submit").expect(200);
        approve(&city, "achievements", &record);
        city.clock.advance_seconds(1);
    };
    set("off");
    changed("以近红外光谱判定坭料成分，五分钟给出配方。");
    city.settle();
    assert_eq!(events(&city, READER), ["search_matched"], "it fits still, and nobody is told otherwise");
    set("at_once");
    changed("以近红外光谱判定坭料成分，三分钟给出配方。");
    city.settle();
    assert_eq!(events(&city, READER), ["search_matched", "search_matched"], "anew");
    // Changed while it was off, and looked at only when it was on again.
    set("off");
    changed("以近红外光谱判定坭料成分，两分钟给出配方。");
    set("at_once");
    city.settle();
    assert_eq!(events(&city, READER).len(), 2);
}

#[test]
fn synonyms_widen_what_is_watched() {
    let city = City::new();
    city.settle();
    saved(&city, READER, json!({"q": "钦州陶"}));
    city.settle();
    let set = json!({"terms": ["坭兴陶", "钦州陶"]});
    city.as_("operator.operator").post("/api/v1/admin/search/synonyms", set).expect(201);
    city.clock.advance_seconds(1);
    published_of(&city, "achievements", OWNER, achievement());
    city.settle();
    assert_eq!(events(&city, READER), ["search_matched"]);
}

/// Who has left the organisation is told nothing; neither is who removed the search meanwhile.
#[test]
fn nobody_is_told_who_does_not_want_to_be_or_may_not() {
    let city = City::new();
    city.settle();
    saved(&city, "broker.member", json!({"q": "近红外光谱"}));
    let removed = saved(&city, READER, json!({"q": "近红外光谱"}));
    city.clock.advance_seconds(1);
    let members = city.as_("broker.admin").get("/api/v1/members").expect(200).body;
    let members = members["items"].as_array().unwrap();
    let left = members.iter().find(|it| it["login"] == "broker.member").unwrap()["id"].as_str().unwrap();
    city.as_("broker.admin").delete(&format!("/api/v1/members/{left}")).expect(204);
    published_of(&city, "achievements", OWNER, achievement());
    city.as_(READER).delete(&format!("/api/v1/saved-searches/{removed}")).expect(204);
    city.settle();
    let told =
        city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000)).unwrap();
    assert!(told.iter().any(|change| change.kind == "saved_search.alerted"));
    assert!(events(&city, READER).is_empty());
}

/// A storm: more searches than one alert names, all told, none twice.
#[test]
fn many_owners_are_told_by_several_alerts() {
    let city = City::new();
    city.settle();
    for persona in ["enterprise.member", "enterprise.admin", "enterprise2.member", "broker.member"] {
        for n in 0..30 {
            let question = json!({"q": format!("近红外光谱 OR 词{n}")});
            saved(&city, persona, question);
        }
    }
    city.clock.advance_seconds(1);
    published_of(&city, "achievements", OWNER, achievement());
    city.settle();
    for persona in ["enterprise.member", "enterprise.admin", "enterprise2.member", "broker.member"] {
        let unread = city.as_(persona).get("/api/v1/notices/unread").expect(200);
        assert_eq!(unread.body["count"], 30, "{persona}");
    }
    let read = city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000));
    let alerts = read.unwrap().into_iter().filter(|change| change.kind == "saved_search.alerted").count();
    assert_eq!(alerts, 2, "120 searches, 100 in an alert");
}

/// Rule 4 of saved searches, alerts: one row that cannot be read keeps nobody else from being told.
#[test]
fn one_unreadable_row_silences_nobody() {
    let city = City::new();
    city.settle();
    let broken = saved(&city, "enterprise.admin", json!({"q": "近红外"}));
    let old = saved(&city, "enterprise.admin", json!({"q": "近红外", "kind": "demand"}));
    saved(&city, READER, json!({"q": "近红外"}));
    city.app
        .db
        .write_blocking("test.break", move |tx| {
            let set = |question: &str, id: &str| {
                format!("UPDATE saved_search SET question = '{question}' WHERE id = '{id}'")
            };
            tx.batch(&set(r#"{"colour": "red"}"#, &broken))?;
            // A code that was on its list once.
            Ok(tx.batch(&set(r#"{"q": "近红外", "field": "left_the_list"}"#, &old))?)
        })
        .unwrap();
    published_of(&city, "achievements", OWNER, with(achievement(), "title", json!("近红外分选装置（示例）")));
    city.settle();
    assert_eq!(events(&city, READER), ["search_matched"]);
    assert_eq!(events(&city, "enterprise.admin"), Vec::<String>::new());
}
