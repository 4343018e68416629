//! Who is told of what happens to a sale, and where its extended end shows.

use serde_json::json;

use super::super::support::City;
use super::*;

fn notices(city: &City, persona: &str) -> Vec<Value> {
    city.settle();
    let found = city.as_(persona).get("/api/v1/notices?topic=trading&limit=100").expect(200).body;
    found["items"].as_array().unwrap().clone()
}

fn told(city: &City, persona: &str) -> Vec<String> {
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
fn begun() -> City {
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
