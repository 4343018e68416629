//! Who is told of what happens to a sale, and where its extended end shows.

use serde_json::json;

use super::super::support::City;
use super::*;

fn notices(city: &City, persona: &str) -> Vec<Value> {
    city.settle();
    let found = city.as_(persona).get("/api/v1/notices?topic=trading&limit=100").expect(200).body;
    found["items"].as_array().unwrap().clone()
}

pub fn told(city: &City, persona: &str) -> Vec<String> {
    let mut events: Vec<String> =
        notices(city, persona).iter().map(|it| it["event"].as_str().unwrap().to_owned()).collect();
    events.sort_unstable();
    events
}

/// What every one that operates the node was told.
fn told_operators(city: &City) -> Vec<String> {
    let second = told(city, "operator2.operator");
    assert_eq!(told(city, OPERATOR), second);
    second
}

/// A city whose followers have begun: nobody is told of what was before.
pub fn begun() -> City {
    let city = City::new();
    city.settle();
    city
}

/// DOMAIN §4, identity: who is outbid is told, and the log does not say who it is.
#[test]
fn domain_4_who_is_outbid_is_told_once_until_it_reads_it() {
    let city = begun();
    let id = running(&city);
    for (persona, fen) in [(BIDDER, 100_000), (SECOND, 101_000), (BIDDER, 102_000), (SECOND, 103_000)] {
        bid(&city, &id, persona, fen).expect(200);
        city.settle();
    }
    assert_eq!(told(&city, BIDDER), ["sale_outbid"], "twice outbid, one unread notice");
    assert_eq!(told(&city, SECOND), ["sale_outbid"]);
    assert_eq!(notices(&city, BIDDER)[0]["link"], path(&id, ""));
    for other in [THIRD, SELLER, OPERATOR] {
        assert!(!told(&city, other).contains(&"sale_outbid".to_owned()), "{other}");
    }
    let read = city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000));
    for change in read.unwrap().iter().filter(|change| change.kind == "sale.bid_placed") {
        for persona in [BIDDER, SECOND] {
            let organisation = city.organisation(persona).to_string();
            assert!(!format!("{change:?}").contains(&organisation), "{persona} in {change:?}");
        }
    }
    // Who raises its own bid outbids nobody.
    maximum(&city, &id, SECOND, 110_000).expect(200);
    assert_eq!(told(&city, BIDDER), ["sale_outbid"]);
}

#[test]
fn who_follows_a_sale_is_reminded_of_it() {
    let city = begun();
    let id = bidding(&city);
    city.as_(THIRD).send("PUT", &path(&id, "/watch"), None).expect(204);
    enrol(&city, &id, BIDDER);
    let start: UtcTime =
        city.anonymous().get(&path(&id, "")).expect(200).body["starts_at"].as_str().unwrap().parse().unwrap();
    city.clock.set(start.plus_seconds(-3_600));
    city.app.run_jobs().unwrap();
    for persona in [THIRD, BIDDER] {
        assert_eq!(told(&city, persona), ["sale_starts_soon"], "{persona}");
    }
    assert!(told(&city, SECOND).is_empty());
    let notice = &notices(&city, THIRD)[0];
    assert_eq!(notice["link"], path(&id, ""));
    assert!(notice["text"].as_str().unwrap().contains("坭料快速筛选方法"), "{notice}");
}

#[test]
fn an_objection_is_told_to_the_seller_and_its_answer_to_who_objected() {
    let city = begun();
    let id = bidding(&city);
    let (objection, _) = with_evidence(&city, &id);
    assert!(told(&city, SELLER).contains(&"sale_objection_made".to_owned()));
    assert!(told(&city, SECOND).is_empty());
    assert_eq!(told_operators(&city), ["sale_objection_to_answer"]);
    let answer = json!({"uphold": false, "text": "MARKER权属清晰。"});
    city.as_(OPERATOR).post(&format!("/api/v1/sales/objections/{objection}/answer"), answer).expect(200);
    assert_eq!(told(&city, SECOND), ["sale_objection_answered"]);
    assert!(told(&city, SELLER).contains(&"sale_objection_decided".to_owned()));
    assert!(told(&city, BIDDER).is_empty());
    assert_eq!(notices(&city, SECOND)[0]["link"], path(&id, ""));
    assert!(notices(&city, SECOND)[0]["text"].as_str().unwrap().contains("坭料快速筛选方法"));
    assert!(!notices(&city, SECOND)[0].to_string().contains("MARKER"), "no words of the parties");
}

#[test]
fn the_parties_are_told_of_a_stated_default() {
    let city = begun();
    let id = awarded(&city);
    stated(&city, &id).expect(200);
    assert!(told(&city, BIDDER).contains(&"sale_default_stated".to_owned()), "the winner may object");
    assert!(!told(&city, SECOND).contains(&"sale_default_stated".to_owned()));
    assert_eq!(told_operators(&city), ["sale_default_to_decide"]);
    decided(&city, &id, "reject").expect(200);
    assert!(told(&city, BIDDER).contains(&"sale_default_rejected".to_owned()));
    assert!(told(&city, SELLER).contains(&"sale_default_rejected".to_owned()));
    for notice in [BIDDER, SELLER].iter().flat_map(|persona| notices(&city, persona)) {
        assert!(notice["text"].as_str().unwrap().contains("坭料快速筛选方法"), "{notice}");
    }
}

/// Rule 19: evidence in words or as a file of one's own, which the seller and the operator read too.
#[test]
fn rule_19_evidence_of_an_objection_is_words_or_a_file_of_ones_own() {
    let city = City::new();
    let id = bidding(&city);
    let object = |objection: Value| city.as_(SECOND).post(&path(&id, "/objections"), objection);
    let mut bare = objection();
    bare["evidence"] = json!(" ");
    assert_eq!(object(bare.clone()).expect(422).field("/evidence"), Some("sale_objection_evidence"));
    let foreign = upload(&city.as_(BIDDER), "他方.pdf", &pdf("foreign")).expect(201).id();
    bare["files"] = json!([foreign]);
    assert_eq!(object(bare).expect(422).field("/files/0"), Some("sale_objection_file"));
    let (objection, file) = with_evidence(&city, &id);
    let seen = city.as_(OPERATOR).get(&path(&id, "/objections")).expect(200).body;
    assert_eq!((&seen["items"][0]["id"], &seen["items"][0]["files"]), (&json!(objection), &json!([file])));
    let address = format!("/api/v1/sales/objections/{objection}/files/{file}");
    for reader in [SECOND, SELLER, OPERATOR] {
        assert_eq!(city.as_(reader).get(&address).expect(200).bytes, pdf("evidence"), "{reader}");
    }
    city.as_(BIDDER).get(&address).refused(404, "not_found");
    // Taken up by a record: it is not swept.
    city.as_(SECOND).delete(&format!("/api/v1/files/{file}")).refused(409, "file_in_use");
}

/// DOMAIN §4, extension: wherever a running sale is listed, its end is the extended one.
#[test]
fn domain_4_lists_show_the_extended_end() {
    let city = City::new();
    let id = running(&city);
    let watcher = city.as_(THIRD);
    watcher.send("PUT", &path(&id, "/watch"), None).expect(204);
    let noticed: UtcTime =
        city.anonymous().get(&path(&id, "")).expect(200).body["ends_at"].as_str().unwrap().parse().unwrap();
    travel(&city, noticed.plus_seconds(-60));
    bid(&city, &id, BIDDER, 100_000).expect(200);
    let extended = noticed.plus_seconds(240);
    let first =
        |persona: &str, address: &str| city.as_(persona).get(address).expect(200).body["items"][0].clone();
    for (persona, address) in
        [("", "/api/v1/sales"), (SELLER, "/api/v1/sales/own"), (THIRD, "/api/v1/sales/watched")]
    {
        assert_eq!(first(persona, address)["ends_at"], json!(extended), "{address}");
    }
    assert_eq!(first(BIDDER, "/api/v1/sales/enrolments")["sale"]["ends_at"], json!(extended));
    let file = city.anonymous().get(&path(&id, "/calendar.ics")).expect(200).text();
    let stamp = extended.to_string().replace(['-', ':'], "");
    assert!(file.contains(&stamp), "{stamp} in {file}");
    // After the noticed end it is still open, in lists too.
    travel(&city, noticed.plus_seconds(1));
    assert_eq!(first("", "/api/v1/sales")["phase"], "open");
    bid(&city, &id, SECOND, 101_000).expect(200);
}

fn answer(city: &City, objection: &str, annul: bool) {
    let body = json!({"uphold": annul, "annul": annul, "text": "经核查作出决定。"});
    city.as_(OPERATOR).post(&format!("/api/v1/sales/objections/{objection}/answer"), body).expect(200);
}

/// Watching, rule 5: whoever bids or watches hears that a sale is suspended, goes on, ends later, and is over.
#[test]
fn rule_5_bidders_and_watchers_hear_what_becomes_of_a_sale() {
    let city = begun();
    let id = running(&city);
    city.as_(THIRD).send("PUT", &path(&id, "/watch"), None).expect(204);
    city.as_(BIDDER).send("PUT", &path(&id, "/watch"), None).expect(204);
    city.as_(OPERATOR).post(&path(&id, "/suspend"), json!({"reason": "核查资料"})).expect(200);
    for persona in [BIDDER, SECOND, THIRD] {
        assert_eq!(told(&city, persona), ["sale_followed_suspended"], "{persona}");
    }
    let resumes: UtcTime =
        city.anonymous().get(&path(&id, "")).expect(200).body["suspensions"][0]["resumes_at"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
    city.clock.set(resumes.plus_seconds(1));
    bid(&city, &id, BIDDER, 100_000).expect(200);
    bid(&city, &id, SECOND, 101_000).expect(200);
    let has = |persona: &str, event: &str| {
        told(&city, persona).iter().filter(|known| known.as_str() == event).count()
    };
    let end: UtcTime =
        city.anonymous().get(&path(&id, "")).expect(200).body["ends_at"].as_str().unwrap().parse().unwrap();
    travel(&city, end.plus_seconds(-60));
    for fen in [102_000, 104_000] {
        bid(&city, &id, BIDDER, fen).expect(200);
        bid(&city, &id, SECOND, fen + 1_000).expect(200);
    }
    to_end(&city, &id);
    for persona in [BIDDER, SECOND, THIRD] {
        assert_eq!(has(persona, "sale_followed_resumed"), 1, "{persona}");
        assert_eq!(has(persona, "sale_followed_extended"), 1, "{persona}: the first time");
    }
    assert_eq!((has(BIDDER, "sale_followed_ended"), has(BIDDER, "sale_deposit_released")), (1, 1));
    assert_eq!((has(SECOND, "sale_followed_ended"), has(SECOND, "sale_ended")), (0, 1), "the winner has won");
    assert_eq!(has(THIRD, "sale_followed_ended"), 1);
    defaulted(&city, &id).expect(200);
    assert_eq!(has(SECOND, "sale_deposit_forfeited"), 1);
    assert_eq!(has(BIDDER, "sale_followed_unsold"), 1);
    assert_eq!(has("broker2.member", "sale_followed_unsold"), 0);
    // The log does not tell who takes part.
    let changes = city.app.db.read_blocking(|it| techmart::changes::read_after(it, 0, 10_000)).unwrap();
    let second = city.organisation(SECOND).to_string();
    let mut parts = changes.iter().filter(|change| change.kind == "sale_news.told");
    assert!(parts.clone().count() > 4);
    assert!(parts.all(|change| {
        let mut facts = change.facts.clone();
        facts["but"] = Value::Null;
        !facts.to_string().contains(&second)
    }));
}

#[test]
fn rule_5_bidders_hear_that_a_sale_is_withdrawn_or_annulled() {
    let city = begun();
    let gone = bidding(&city);
    enrol(&city, &gone, BIDDER);
    city.as_(SELLER).post(&path(&gone, "/withdraw"), json!({"reason": "权属变更"})).expect(200);
    assert_eq!(told(&city, BIDDER), ["sale_followed_withdrawn"]);
    let id = running(&city);
    let objection = city.as_(THIRD).post(&path(&id, "/objections"), objection()).expect(201).id();
    answer(&city, &objection, true);
    for persona in [BIDDER, SECOND] {
        assert!(told(&city, persona).contains(&"sale_followed_annulled".to_owned()), "{persona}");
    }
}

/// Rule 21: whoever has offered is told of a correction, sees that it must confirm, and in which time.
#[test]
fn rule_21_a_listing_bidder_is_told_of_a_correction_and_confirms() {
    let city = begun();
    let id = on_market(&city, "listing", listing_terms(&city, false));
    enrol(&city, &id, BIDDER);
    let offer =
        |fen: i64| city.as_(BIDDER).put(&path(&id, "/offer"), json!({"price_fen": fen, "note": "含税"}));
    assert_eq!(city.as_(BIDDER).get(&path(&id, "/enrolment")).expect(200).body["offer"], Value::Null);
    offer(210_000).expect(200);
    let own = || city.as_(BIDDER).get(&path(&id, "/enrolment")).expect(200).body["offer"].clone();
    assert_eq!((&own()["price_fen"], &own()["note"]), (&json!(210_000), &json!("含税")));
    assert_eq!(own()["confirmed"], true);
    let correct = |change: Value| city.as_(SELLER).post(&path(&id, "/corrections"), change);
    let end = day(&city, 20);
    // A later end takes nothing back.
    correct(json!({"ends_at": end.plus_seconds(3_600), "reason": "顺延"})).expect(200);
    assert_eq!(own()["confirmed"], true);
    assert_eq!(told(&city, BIDDER), ["sale_followed_corrected"]);
    correct(json!({"payment": "分两期付清。", "reason": "更正"})).expect(200);
    assert_eq!(told(&city, BIDDER), ["sale_followed_confirm_again", "sale_followed_corrected"]);
    assert!(told(&city, SECOND).is_empty());
    let mine = city.as_(BIDDER).get("/api/v1/sales/enrolments").expect(200).body;
    assert_eq!(mine["items"][0]["offer"]["confirmed"], false);
    offer(210_000).expect(200);
    assert_eq!(own()["confirmed"], true);
    // Not in the last five days, unless the end moves as well.
    city.clock.set(end.plus_days(-4));
    let words = json!({"payment": "一次付清。", "reason": "更正"});
    assert_eq!(correct(words.clone()).expect(422).field("/ends_at"), Some("sale_correct_late"));
    assert_eq!(own()["confirmed"], true);
    let mut moved = words;
    moved["ends_at"] = json!(city.now().plus_days(5));
    correct(moved).expect(200);
    assert_eq!(own()["confirmed"], false);
}
