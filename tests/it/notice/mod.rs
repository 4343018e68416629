//! Notices as people meet them.

use serde_json::{Value, json};

use super::support::City;
use super::support::records::{enquired, published};

mod mail;
mod webhooks;

const OWNER: &str = "institute.member";
const ENQUIRER: &str = "enterprise.member";

fn list(city: &City, persona: &str, query: &str) -> Vec<Value> {
    let found = city.as_(persona).get(&format!("/api/v1/notices?limit=100{query}")).expect(200);
    found.body["items"].as_array().unwrap().clone()
}

/// In alphabetical order: the clock stands still, so that what is told has no order in time.
fn events(city: &City, persona: &str) -> Vec<String> {
    let list = list(city, persona, "");
    let mut events: Vec<String> =
        list.iter().map(|item| item["event"].as_str().unwrap().to_owned()).collect();
    events.sort_unstable();
    events
}

/// A city whose followers have begun: nobody is told of what was before.
fn begun() -> City {
    let city = City::new();
    city.settle();
    city
}

#[test]
fn the_parties_of_an_engagement_are_told_and_who_acted_is_not() {
    let city = begun();
    let id = enquired(&city);
    city.settle();
    assert_eq!(events(&city, OWNER), ["enquiry_received", "listing_published"]);
    let notice = &list(&city, OWNER, "&topic=engagement")[0];
    assert_eq!(notice["link"], format!("/api/v1/engagements/{id}"));
    assert_eq!(notice["text"], "收到新的对接意向，请及时答复：坭兴陶坭料近红外快速筛选方法（示例）");
    let english = city.as_(OWNER).with("accept-language", "en").get("/api/v1/notices?topic=engagement");
    assert!(
        english.expect(200).body["items"][0]["text"].as_str().unwrap().starts_with("An enquiry was received")
    );
    assert!(events(&city, ENQUIRER).is_empty());
    let answer = json!({"decision": "accepted", "text": "欢迎MARKER"});
    city.as_(OWNER).post(&format!("/api/v1/engagements/{id}/answer"), answer).expect(200);
    for text in ["在吗", "请看MARKER"] {
        city.as_(OWNER)
            .post(&format!("/api/v1/engagements/{id}/messages"), json!({"text": text}))
            .expect(201);
    }
    city.settle();
    assert_eq!(events(&city, ENQUIRER), ["enquiry_accepted", "message_received"], "messages collapse");
    assert!(!city.as_(ENQUIRER).get("/api/v1/notices").text().contains("MARKER"), "no words of the parties");
    assert_eq!(events(&city, OWNER).len(), 2, "the own acts are not told");
}

#[test]
fn notices_are_counted_read_and_paged() {
    let city = begun();
    for _ in 0..3 {
        let id = published(&city, "demands", ENQUIRER);
        assert!(!id.is_empty());
    }
    city.settle();
    let client = city.as_(ENQUIRER);
    let unread = client.get("/api/v1/notices/unread").expect(200);
    assert_eq!(unread.body["count"], 3);
    assert_eq!(unread.body["by_topic"], json!([{"topic": "listing", "count": 3}]));
    let seen = unread.header("etag").to_owned();
    client.with("if-none-match", &seen).get("/api/v1/notices/unread").expect(304);
    let page = client.get("/api/v1/notices?limit=2&unread=true").expect(200).body;
    let next = page["next"].as_str().unwrap();
    let rest = client.get(&format!("/api/v1/notices?limit=2&unread=true&cursor={next}")).expect(200).body;
    assert_eq!((page["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (2, 1));
    let first = page["items"][0]["id"].as_str().unwrap();
    let read = client.send("POST", &format!("/api/v1/notices/{first}/read"), None).expect(200);
    assert!(read.body["read_at"].is_string());
    city.as_("enterprise.admin")
        .send("POST", &format!("/api/v1/notices/{first}/read"), None)
        .refused(404, "not_found");
    let changed = client.with("if-none-match", &seen).get("/api/v1/notices/unread").expect(200);
    assert_eq!(changed.body["count"], 2);
    let last = rest["items"][0]["id"].clone();
    let marked = client.post("/api/v1/notices/read-all", json!({"up_to": last})).expect(200);
    assert_eq!(marked.body["marked"], 1);
    assert_eq!(client.post("/api/v1/notices/read-all", json!({})).expect(200).body["marked"], 1);
    assert_eq!(client.get("/api/v1/notices/unread").expect(200).body["count"], 0);
    assert_eq!(list(&city, ENQUIRER, "").len(), 3, "read ones stay");
}

#[test]
fn people_choose_what_they_are_told() {
    let city = begun();
    let client = city.as_(OWNER);
    let usual = client.get("/api/v1/notices/preferences").expect(200).body;
    assert_eq!(usual["choices"].as_array().unwrap().len(), 11);
    let off = json!({"choices": [{"topic": "listing", "in_app": false, "mail": "off"}]});
    client.with("if-match", "\"0\"").put("/api/v1/notices/preferences", off.clone()).expect(200);
    client.with("if-match", "\"0\"").put("/api/v1/notices/preferences", off).refused(412, "version_mismatch");
    enquired(&city);
    city.settle();
    assert_eq!(events(&city, OWNER), ["enquiry_received"]);
    assert_eq!(events(&city, "institute.admin").len(), 2, "everybody chooses for himself");
}

/// A good match is told to the holders of both records, once.
#[test]
fn a_new_match_is_told_to_both_sides() {
    let city = begun();
    super::matching::pair(&city);
    city.settle();
    for persona in [OWNER, ENQUIRER] {
        let told = events(&city, persona);
        assert_eq!(told.iter().filter(|event| *event == "match_found").count(), 1, "{persona}: {told:?}");
    }
    assert!(!events(&city, "enterprise2.member").contains(&"match_found".to_owned()));
}

/// The lists are made, and then whoever gains by them is told.
fn told(city: &City) {
    city.settle();
    city.settle();
}

/// Old records that a first start, a new model or new weights put together are no news.
#[test]
fn a_match_of_old_records_is_told_to_nobody() {
    let city = begun();
    let (achievement, demand) = super::matching::posted(&city);
    city.clock.advance_seconds(4 * 86_400);
    told(&city);
    let list = city.as_(ENQUIRER).get(&format!("/api/v1/demands/{demand}/matches")).expect(200);
    assert_eq!(list.body["items"][0]["id"], achievement.as_str(), "the list has it");
    for persona in [OWNER, ENQUIRER] {
        assert!(!events(&city, persona).contains(&"match_found".to_owned()), "{persona}");
    }
    // What is published now is news to the old one's holder too.
    let demand = super::matching::posted(&city).1;
    told(&city);
    assert!(events(&city, OWNER).contains(&"match_found".to_owned()), "{demand}");
}

/// A flood: seven matches at once are told as five, and again the day after.
#[test]
fn a_person_is_told_of_five_matches_a_day() {
    let city = begun();
    let matches = |persona: &str| list(&city, persona, "&topic=matching").len();
    let flood = |round: usize| {
        for number in 0..7 {
            super::matching::posted_as(&city, &format!("{round}-{number}"));
        }
        super::matching::wanted(&city);
        told(&city);
    };
    flood(1);
    assert_eq!(matches(OWNER), 5);
    city.clock.advance_seconds(86_400 + 1);
    flood(2);
    assert_eq!(matches(OWNER), 10);
}

/// DOMAIN §2: an office and the applicant are told of the steps of a case.
#[test]
fn domain_2_a_case_is_told_to_office_and_applicant() {
    use super::support::contracts;
    let city = begun();
    contracts::correction_requested(&city);
    city.settle();
    let told = events(&city, "institute.member");
    assert_eq!(told, ["contract_accepted", "contract_correction"]);
    let office = events(&city, "registration_office.registrar");
    assert_eq!(office, ["contract_submitted"]);
    contracts::registered(&city);
    city.settle();
    assert!(events(&city, "institute.member").contains(&"contract_registered".to_owned()));
}

/// DOMAIN §6: nobody answers an enquiry; so its owner is told before and after the last day, once each.
#[test]
fn domain_6_a_due_enquiry_is_told_before_and_after_its_day() {
    let city = begun();
    enquired(&city);
    city.settle();
    let told = || {
        city.app.run_jobs().unwrap();
        city.app.run_jobs().unwrap();
        let found = events(&city, OWNER).into_iter();
        found.filter(|event| event.starts_with("enquiry_") && event != "enquiry_received").collect::<Vec<_>>()
    };
    assert!(told().is_empty());
    city.clock.advance_seconds(6 * 86_400 + 3_600);
    assert_eq!(told(), ["enquiry_due"]);
    city.clock.advance_seconds(86_400);
    assert_eq!(told(), ["enquiry_due", "enquiry_overdue"]);
}

#[test]
fn old_notices_are_removed() {
    let city = begun();
    enquired(&city);
    city.settle();
    assert_eq!(events(&city, OWNER).len(), 2);
    city.clock.advance_seconds(181 * 86_400);
    city.app.run_jobs().unwrap();
    let left = events(&city, OWNER);
    assert!(!left.contains(&"enquiry_received".to_owned()), "{left:?}");
}

/// TMF-1 rule 12: alarms about neighbours reach who looks after the node, once while they are unread, and nobody else.
#[test]
fn tmf_12_alarms_about_neighbours_are_told_to_the_operators() {
    use techmart::federation::model::Alarm;
    use techmart::federation::service::peers::alarm;
    let city = begun();
    let raise = |what: Alarm| {
        let raised = move |tx: &mut techmart::db::Tx| alarm(tx, "cn-450721", what, "MARKER");
        city.app.db.write_blocking("test.alarm", raised).unwrap();
    };
    for what in [Alarm::Unreachable, Alarm::Quarantine, Alarm::Quarantine, Alarm::Accused, Alarm::LostNumbers]
    {
        raise(what);
    }
    city.settle();
    let operator = "operator.operator";
    let expected = ["node_accused", "peer_lost_numbers", "peer_quarantine", "peer_unreachable"];
    assert_eq!(events(&city, operator), expected);
    let told = list(&city, operator, "&topic=federation");
    assert!(told.iter().all(|notice| notice["link"] == "/api/v1/federation/peers/cn-450721"));
    assert!(told.iter().all(|notice| notice["text"].as_str().unwrap().ends_with("：cn-450721")), "{told:?}");
    assert!(!json!(told).to_string().contains("MARKER"), "what the other side said is no notice");
    for other in [OWNER, ENQUIRER, "operator.auditor"] {
        assert!(events(&city, other).is_empty(), "{other}");
    }
}
