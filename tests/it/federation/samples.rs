//! What docs/federation/records.md shows is what travels.

use serde_json::Value;
use techmart::federation::model::Received;
use techmart::federation::wire;
use techmart::kernel::leaf;

fn page() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/federation/records.md");
    std::fs::read_to_string(path).unwrap()
}

/// The blocks of a kind, in their order.
fn blocks(page: &str, kind: &str) -> Vec<String> {
    let begin = format!("```{kind}\n");
    page.split(&begin).skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_sample_event_is_one_and_its_leaf_is_made_as_the_page_says() {
    let page = page();
    let event: Value = serde_json::from_str(&blocks(&page, "json")[0]).unwrap();
    let [data, commitment, entry, hash] = blocks(&page, "text").try_into().unwrap();
    let read = wire::read_feed_event("cn-450721", "cn-450700", &event).unwrap();
    assert_eq!((read.0, hex::encode(read.1).as_str()), (17, event["leafhash"].as_str().unwrap()));
    let Received::Event(taken) = read.2 else { panic!("{:?}", read.2) };
    let taken_data = taken.data.unwrap();
    assert_eq!(
        (&taken_data.canonical, hex::encode(taken_data.hash).as_str()),
        (&data, event["datahash"].as_str().unwrap())
    );
    let salted = leaf::commitment(&taken_data.salt, &taken_data.hash);
    assert_eq!(hex::encode(salted), commitment);
    let made = leaf::Leaf {
        epoch: event["epoch"].as_i64().unwrap(),
        feed_seq: read.0,
        origin: &taken.origin,
        event_type: Some(&taken.event_type),
        subject: &taken.subject,
        version: taken.version,
        method: taken.method.as_str(),
        time: taken.time,
        commitment: Some(salted),
    };
    assert_eq!(String::from_utf8(leaf::canonical(&made.entry()).unwrap()).unwrap(), entry);
    assert_eq!(hex::encode(made.hash().unwrap()), hash);
    assert_eq!(event["leafhash"], hash);
    let mut forged = event;
    forged["subjectversion"] = serde_json::json!(3);
    let forged = wire::read_feed_event("cn-450721", "cn-450700", &forged).unwrap();
    assert!(matches!(forged.2, Received::Bad { .. }), "another version has another leaf");
}

/// The fields that the page lists are those of the projections: each that stands in a published document is named.
#[test]
fn the_fields_of_achievements_and_demands_are_on_the_page() {
    use crate::support::City;
    use crate::support::records::published;
    let (city, page) = (City::new(), page());
    for collection in ["achievements", "demands"] {
        let persona = if collection == "demands" { "enterprise.member" } else { "institute.member" };
        let id = published(&city, collection, persona);
        let kind = if collection == "demands" { "demand.published" } else { "achievement.published" };
        let shown = city.change_of(&id, kind);
        let names: Vec<&String> = shown.as_object().unwrap().keys().collect();
        assert!(names.len() > 10, "{names:?}");
        for name in names {
            assert!(page.contains(&format!("`{name}`")), "{collection}: `{name}` is not on the page");
        }
    }
}
