//! Synonyms as operators keep them, and what they do to a question.

use serde_json::{Value, json};

use super::super::support::City;
use super::{Scene, titles};
use techmart::changes::InstanceFollower;

const SYNONYMS: &str = "/api/v1/admin/search/synonyms";

fn terms(words: &[&str]) -> Value {
    json!({"terms": words, "note": "示例"})
}

/// Rule 6: what an operator changes holds with the next look at the log, on every instance, without a new index.
#[test]
fn synonyms_hold_at_once_on_every_instance() {
    let scene = Scene::new();
    let dir = scene.index_dir();
    scene.publish(1, "中华鲎人工繁育");
    let instances = [scene.followed(None), scene.followed(Some(&dir))];
    let found = |text: &str| {
        instances.each_ref().map(|search| {
            search.catch_up(&scene.city.app.db).unwrap();
            titles(search, text).len()
        })
    };
    assert_eq!(found("马蹄蟹"), [0, 0]);
    let operator = scene.city.as_("operator.operator");
    let id = operator.post(SYNONYMS, terms(&["马蹄蟹", "中华鲎"])).expect(201).id();
    assert_eq!(found("马蹄蟹"), [1, 1]);
    let address = format!("{SYNONYMS}/{id}");
    operator.put(&address, terms(&["三刺鲎", "中华鲎"])).expect(200);
    assert_eq!((found("马蹄蟹"), found("三刺鲎")), ([0, 0], [1, 1]));
    assert_eq!(
        titles(&scene.followed(Some(&scene.index_dir().join("other"))), "三刺鲎").len(),
        1,
        "a new instance"
    );
    operator.delete(&address).expect(204);
    assert_eq!(found("三刺鲎"), [0, 0]);
    operator.get(&address).refused(404, "not_found");
    assert_eq!(std::fs::read_to_string(dir.join("current")).unwrap(), "g1", "no index was made anew");
}

#[test]
fn a_word_belongs_to_one_set_and_a_set_has_several_words() {
    let city = City::new();
    let operator = city.as_("operator.operator");
    let first = operator.post(SYNONYMS, terms(&["海水稻", " 耐盐碱水稻 "])).expect(201);
    assert_eq!((first.header("etag"), &first.body["terms"][1]), ("\"1\"", &json!("耐盐碱水稻")));
    let address = format!("{SYNONYMS}/{}", first.id());
    let refused = |words: &[&str]| operator.post(SYNONYMS, terms(words)).refused(422, "validation_failed");
    assert_eq!(refused(&["海红米", "海水稻"]).field("/terms/1"), Some("synonym_taken"));
    assert_eq!(refused(&["海红米", "海水稻"]).field("/terms/0"), None);
    assert_eq!(refused(&["海红米", "海紅米"]).field("/terms/1"), Some("synonym_twice"));
    assert_eq!(refused(&["海红米"]).field("/terms"), Some("too_short"));
    assert_eq!(refused(&["海红米", "，。"]).field("/terms/1"), Some("invalid_value"));
    assert_eq!(refused(&["海红米", " "]).field("/terms/1"), Some("required"));
    assert_eq!(refused(&["海红米", &"稻".repeat(41)]).field("/terms/1"), Some("too_long"));
    let many: Vec<String> = (0..13).map(|n| format!("第{n}种稻")).collect();
    assert_eq!(
        refused(&many.iter().map(String::as_str).collect::<Vec<_>>()).field("/terms"),
        Some("too_many")
    );

    let stale = operator.with("if-match", "\"7\"");
    stale.put(&address, terms(&["海水稻", "海红米"])).refused(412, "version_mismatch");
    stale.delete(&address).refused(412, "version_mismatch");
    let again = operator.put(&address, terms(&["海水稻", "海红米"])).expect(200);
    assert_eq!((&again.body["version"], &again.body["terms"]), (&json!(2), &json!(["海水稻", "海红米"])));
    operator.post(SYNONYMS, terms(&["耐盐碱水稻", "咸水稻"])).expect(201);
    let (one, rest) = (operator.get(&format!("{SYNONYMS}?limit=1")).expect(200).body, "next");
    let two = operator.get(&format!("{SYNONYMS}?cursor={}", one[rest].as_str().unwrap())).expect(200).body;
    assert_eq!((one["items"].as_array().unwrap().len(), two["items"].as_array().unwrap().len()), (1, 1));
    operator.delete(&address).expect(204);
    operator.post(SYNONYMS, terms(&["海水稻", "海红米"])).expect(201);
}
