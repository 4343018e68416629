//! Tenders that nobody opens, and what stops an opening.

use serde_json::{Value, json};
use techmart::trading::protocol::{Protocol, replay};

use super::*;
use crate::trading::{BIDDER, OPERATOR, SECOND, objected};

fn fail(city: &City, persona: &str, id: &str) -> Response {
    city.as_(persona).post(&path(id, "/sealed/fail"), json!({"reason": "两名开标人丢失私钥"}))
}

fn answered(city: &City, objection: &str) {
    let body = json!({"uphold": false, "text": "经核查不成立。"});
    city.as_(OPERATOR).post(&format!("/api/v1/sales/objections/{objection}/answer"), body).expect(200);
}

/// Rule 8: what the officers have not opened in a week is declared failed and may be run again; nobody reads it.
#[test]
fn rule_8_a_tender_that_nobody_opens_fails_and_is_run_again() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    for bidder in BIDDERS {
        deposit(&city, id, bidder, 1_000);
    }
    fail(&city, OPERATOR, id).refused(409, "sealed_fail_early");
    let share = shares(&city, &tender, 0).0;
    to_deadline(&city, id);
    let root = seen(&city, id)["root"].clone();
    city.clock.set(city.now().plus_days(6));
    fail(&city, OPERATOR, id).refused(409, "sealed_fail_early");
    city.clock.set(city.now().plus_days(1));
    for persona in [SELLER, BIDDER, OFFICERS[0]] {
        fail(&city, persona, id).expect(403);
    }
    fail(&city, OPERATOR, id).expect(200);
    city.app.run_jobs().unwrap();
    let failed = sale(&city, id);
    assert_eq!((&failed["state"], &failed["reason"]), (&json!("unsold"), &json!("not_opened")));
    hand_in(&city, &tender, 0, &share).refused(409, "state_conflict");
    city.anonymous().get(&path(id, "/sealed/opening")).refused(409, "sealed_not_opened");
    // The protocol says so, and claims no winner.
    let signed = city.anonymous().get(&path(id, "/protocol")).expect(200).body;
    let protocol = &signed["protocol"];
    assert_eq!((&protocol["record"]["kind"], &protocol["record"]["root"]), (&json!("unopened"), &root));
    let replays = |it: &Value| replay(&serde_json::from_value::<Protocol>(it.clone()).unwrap()).is_ok();
    assert!(replays(protocol));
    let mut changed = protocol.clone();
    changed["result"]["unsold"] = json!("too_few_bidders");
    assert!(!replays(&changed));
    let again = json!({"ends_at": city.now().plus_days(21)});
    let second = city.as_(SELLER).post(&path(id, "/rerun"), again).expect(201).body;
    assert_eq!(second["run_number"], 2);
}

/// Rule 8: whoever sells, or is related to whoever sells, opens nothing; whoever opens does not bid.
#[test]
fn rule_8_opening_bodies_neither_sell_nor_bid() {
    let city = City::new();
    let id = drafted(&city, "sealed_tender", terms(&city));
    let with = |city: &City, body: &str| {
        let mut setup = setup(city);
        setup["custody"]["bodies"][1] = json!(city.organisation(body));
        setup
    };
    let at = path(&id, "/sealed");
    let own = city.as_(SELLER).put(&at, with(&city, SELLER)).expect(422);
    assert_eq!(own.field("/custody/bodies/1"), Some("sealed_body_partial"));
    let mut draft = crate::trading::body(&city, "sealed_tender", terms(&city));
    let related = city.organisation("institute2");
    let read = city.app.db.read_blocking(move |it| techmart::identity::service::party(it, related));
    draft["terms"]["related_parties"] = json!([read.unwrap().credit_code]);
    let other = city.as_(SELLER).post("/api/v1/sales", draft).expect(201).id();
    let refused = city.as_(SELLER).put(&path(&other, "/sealed"), setup(&city)).expect(422);
    assert_eq!(refused.field("/custody/bodies/2"), Some("sealed_body_partial"));
    // The same answer before and after others have bid.
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let officers_bid = || {
        let own = bid(&city, id, "institute2.member", 1_000);
        put(&city, id, "institute2.member", &sealed(&city, id, &own)).refused(403, "sealed_opener_bids");
    };
    officers_bid();
    for bidder in BIDDERS {
        deposit(&city, id, bidder, 1_000);
    }
    officers_bid();
}

/// DOMAIN §4: an objection stops the process: no opening, no committee, no points until it is answered.
#[test]
fn domain_4_an_objection_stops_opening_and_evaluation() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), weighted(&city));
    let id = tender.id.as_str();
    let kept = receiving(&city, terms(&city), kept_by_server()).id;
    for bidder in BIDDERS {
        deposit(&city, id, bidder, 1_000);
        deposit(&city, &kept, bidder, 1_000);
    }
    let (first, second) = (objected(&city, id), objected(&city, &kept));
    let open_shares: Vec<String> = (0..2).map(|officer| shares(&city, &tender, officer).0).collect();
    to_deadline(&city, id);
    assert!(seen(&city, &kept)["root"].is_string(), "the deadline is the deadline");
    city.anonymous().get(&path(&kept, "/sealed/opening")).refused(409, "sealed_not_opened");
    hand_in(&city, &tender, 0, &open_shares[0]).refused(409, "sale_objections_open");
    name_committee(&city, id, &experts(&city)).refused(409, "sale_objections_open");
    answered(&city, &second);
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, &kept)["state"], "ended");
    answered(&city, &first);
    name_committee(&city, id, &experts(&city)).expect(204);
    for (officer, share) in open_shares.iter().enumerate() {
        hand_in(&city, &tender, officer, share).expect(204);
    }
    let third = objected(&city, id);
    let points = sheet(&city, id, SECOND, 1, 2);
    score(&city, id, EXPERTS[0], points.clone()).refused(409, "sale_objections_open");
    answered(&city, &third);
    score(&city, id, EXPERTS[0], points).expect(204);
}

/// Tenders that wait for their officers keep none from being closed and opened.
#[test]
fn tenders_that_wait_for_their_officers_starve_no_other() {
    let city = City::new();
    // One more than a page of the job holds.
    let waiting = 21;
    let mut terms = terms(&city);
    terms["mandatory"] = json!(false);
    terms["ends_at"] = json!(city.now().plus_days(1));
    for _ in 0..waiting {
        receiving(&city, terms.clone(), setup(&city));
    }
    city.clock.set(city.now().plus_days(2));
    city.app.run_jobs().unwrap();
    terms["ends_at"] = json!(city.now().plus_days(1));
    let last = receiving(&city, terms, kept_by_server()).id;
    for bidder in BIDDERS {
        deposit(&city, &last, bidder, 1_000);
    }
    to_deadline(&city, &last);
    assert_eq!(sale(&city, &last)["state"], "ended");
}
