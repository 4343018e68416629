//! What a correction does to envelopes that lie in the box, and whose name a bid has.

use serde_json::{Value, json};
use techmart::trading::protocol::{Protocol, replay};

use super::*;
use crate::trading::told::{begun, told};
use crate::trading::{BIDDER, SECOND, THIRD};

fn correct(city: &City, id: &str, change: &Value) -> Response {
    let mut body = change.clone();
    body["reason"] = json!("更正公告");
    city.as_(SELLER).post(&path(id, "/corrections"), body)
}

fn replays(city: &City, id: &str) -> Result<(), String> {
    city.app.run_jobs().unwrap();
    let signed = city.anonymous().get(&path(id, "/protocol")).expect(200).body;
    let read: Protocol =
        serde_json::from_value(signed["protocol"].clone()).map_err(|error| error.to_string())?;
    replay(&read).map_err(|fault| fault.to_string())
}

fn faults(opening: &Value) -> Vec<&Value> {
    opening["bids"].as_array().unwrap().iter().map(|bid| &bid["fault"]).collect()
}

/// Rule 11: a later deadline voids no envelope, of whatever hour it is.
#[test]
fn rule_11_a_later_deadline_voids_no_envelope() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    for (bidder, fen) in BIDDERS.iter().zip([1_000, 3_000, 2_000]) {
        deposit(&city, id, bidder, fen);
    }
    let before = seen(&city, id);
    let end: UtcTime = before["ends_at"].as_str().unwrap().parse().unwrap();
    city.clock.set(end.plus_seconds(-1));
    correct(&city, id, &json!({"ends_at": end.plus_seconds(1)})).expect(200);
    let after = seen(&city, id);
    assert_eq!(after["ends_at"], json!(end.plus_seconds(1)));
    assert_eq!(after["terms_sha256"], before["terms_sha256"]);
    assert_eq!(city.change(id, "sale.corrected").facts["confirm_again"], false);
    open(&city, &tender);
    assert!(faults(&opening(&city, id)).iter().all(|fault| fault.is_null()));
    assert_eq!(sale(&city, id)["state"], "ended");
    assert_eq!(replays(&city, id), Ok(()));
}

/// Trading, rule 21: other words make bidders seal anew, and leave them the time for it (fifteen days of a mandatory
/// tender). Whoever watches is told; who has an envelope in the box is not known.
#[test]
fn rule_21_other_terms_leave_the_days_for_a_new_envelope_and_are_told() {
    let city = begun();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    city.as_(THIRD).send("PUT", &path(id, "/watch"), None).expect(204);
    for bidder in BIDDERS {
        deposit(&city, id, bidder, 1_000);
    }
    let before = seen(&city, id)["terms_sha256"].clone();
    city.clock.set(city.now().plus_days(6));
    let words = json!({"payment": "签约后三十日内付清。"});
    let late = correct(&city, id, &words).expect(422);
    assert_eq!(late.field("/ends_at"), Some("sale_correct_late"));
    let to = city.now().plus_days(15);
    assert!(late.body.to_string().contains(&to.to_string()), "{}", late.body);
    assert_eq!(seen(&city, id)["terms_sha256"], before);
    correct(&city, id, &json!({"payment": "签约后三十日内付清。", "ends_at": to})).expect(200);
    assert_ne!(seen(&city, id)["terms_sha256"], before);
    assert_eq!(city.change(id, "sale.corrected").facts["confirm_again"], true);
    assert_eq!(told(&city, THIRD), ["sale_followed_confirm_again"]);
    for other in [BIDDER, SECOND] {
        assert!(told(&city, other).is_empty(), "{other}");
    }
    for bidder in &BIDDERS[..2] {
        deposit(&city, id, bidder, 2_000);
    }
    open(&city, &tender);
    let opened = opening(&city, id);
    assert_eq!(faults(&opened).iter().filter(|fault| **fault == "other_terms").count(), 1, "{opened}");
}

/// DOMAIN §4, identity: whoever wins is named as it is registered, whatever its envelope says.
#[test]
fn domain_4_a_bidder_has_its_registered_name() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let mut own = bid(&city, id, BIDDER, 9_000);
    own["bidder"]["name"] = json!("示例国家实验室");
    put(&city, id, BIDDER, &sealed(&city, id, &own)).expect(200);
    for bidder in &BIDDERS[1..] {
        deposit(&city, id, bidder, 1_000);
    }
    open(&city, &tender);
    let opened = opening(&city, id);
    let found = opened["bids"].as_array().unwrap().iter().find(|it| it["price_fen"] == 9_000).unwrap();
    assert_eq!((&found["fault"], &found["bidder"]["name"]), (&Value::Null, &json!("示例enterprise")));
    assert_eq!(found["bid"], own, "the body stays as it was");
    assert_eq!(sale(&city, id)["result"]["winner"]["name"], "示例enterprise");
    assert_eq!(replays(&city, id), Ok(()));
}

/// DOMAIN §2: every sale can carry priority holders; on equal terms they go first.
#[test]
fn domain_2_a_priority_holder_goes_first_on_equal_terms() {
    let city = City::new();
    let mut draft = crate::trading::body(&city, "sealed_tender", terms(&city));
    let holder = city.organisation(THIRD);
    let party = city.app.db.read_blocking(move |it| techmart::identity::service::party(it, holder)).unwrap();
    draft["terms"]["priority_holders"] =
        json!([{"name": party.name, "credit_code": party.credit_code, "rank": 1, "ground": "委托人"}]);
    let id = city.as_(SELLER).post("/api/v1/sales", draft).expect(201).id();
    city.as_(SELLER).put(&path(&id, "/sealed"), kept_by_server()).expect(204);
    city.as_(SELLER).send("POST", &path(&id, "/sealed/key"), None).expect(204);
    publish(&city, &id).expect(200);
    for bidder in BIDDERS {
        deposit(&city, &id, bidder, 5_000);
        city.clock.advance_seconds(60);
    }
    to_deadline(&city, &id);
    let ended = sale(&city, &id);
    assert_eq!(ended["result"]["winner"]["name"], "示例broker", "the last receipt, and the holder");
    assert_eq!(replays(&city, &id), Ok(()));
}

/// Rule 5 without replacement: a correction lets everybody seal anew, once; one that is taken back does so again.
#[test]
fn rule_5_each_correction_of_the_words_lets_an_envelope_be_replaced_once() {
    let city = City::new();
    let mut setup = setup(&city);
    setup["replacement"] = json!(false);
    let tender = receiving(&city, terms(&city), setup);
    let id = tender.id.as_str();
    let sealed_anew = || {
        city.clock.advance_seconds(60);
        put(&city, id, BIDDER, &sealed(&city, id, &bid(&city, id, BIDDER, 1_000)))
    };
    let says = |payment: &str| {
        city.clock.advance_seconds(60);
        correct(&city, id, &json!({"payment": payment})).expect(200);
    };
    sealed_anew().expect(200);
    sealed_anew().refused(409, "sealed_deposited");
    says("签约后三十日内付清。");
    sealed_anew().expect(200);
    sealed_anew().refused(409, "sealed_deposited");
    // The first words again: what was sealed in between names others.
    says("签约后十日内一次付清。");
    sealed_anew().expect(200);
    sealed_anew().refused(409, "sealed_deposited");
    for bidder in &BIDDERS[1..] {
        deposit(&city, id, bidder, 2_000);
    }
    open(&city, &tender);
    assert!(faults(&opening(&city, id)).iter().all(|fault| fault.is_null()));
}
