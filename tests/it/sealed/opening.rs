//! Keys, envelopes, the deadline and the opening.

use serde_json::{Value, json};
use techmart::proof::merkle::{self, Hash};
use techmart::proof::model::Purpose;
use techmart::trading::sealed::envelope;
use techmart::trading::sealed::service::RECEIPT_KIND;

use super::*;
use crate::trading::{BIDDER, OPERATOR, SECOND};

fn hash(value: &Value) -> Hash {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

/// DOMAIN §4: unreadable for everybody until the opening; the whole way of a tender by price.
#[test]
fn domain_4_a_sealed_tender_from_the_setup_to_the_award() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    assert_eq!(seen(&city, id)["phase"], "receiving");
    let receipts: Vec<Value> = BIDDERS
        .iter()
        .zip([300_000, 500_000, 400_000])
        .map(|(bidder, fen)| deposit(&city, id, bidder, fen))
        .collect();
    city.anonymous().get(&path(id, "/sealed/opening")).refused(409, "sealed_not_opened");
    assert!(seen(&city, id)["root"].is_null());
    to_deadline(&city, id);
    let closed = seen(&city, id);
    assert_eq!(closed["phase"], "closed");
    let root = hash(&closed["root"]);
    let event = city.change_of(id, "sealed_tender.closed");
    assert_eq!((&event["root"], &event["opened_at"]), (&closed["root"], &Value::Null));
    // One share is not enough; the second opens all envelopes.
    hand_in(&city, &tender, 0, &shares(&city, &tender, 0).0).expect(204);
    city.anonymous().get(&path(id, "/sealed/opening")).refused(409, "sealed_not_opened");
    hand_in(&city, &tender, 2, &shares(&city, &tender, 2).0).expect(204);
    let opened = opening(&city, id);
    assert_eq!(opened["envelopes"].as_array().unwrap().len(), 16);
    assert_eq!(opened["shares"].as_array().unwrap().len(), 2);
    // Every receipt's envelope is proved under the root that was published at the deadline.
    for receipt in &receipts {
        let query = format!("/sealed/proof?envelope={}", receipt["envelope_sha256"].as_str().unwrap());
        let proof = city.anonymous().get(&path(id, &query)).expect(200).body;
        let steps: Vec<Hash> = proof["path"].as_array().unwrap().iter().map(hash).collect();
        let (slot, size) = (proof["slot"].as_u64().unwrap(), proof["size"].as_u64().unwrap());
        assert!(merkle::verify_inclusion(&hash(&proof["leaf"]), slot, size, &steps, &root));
    }
    let ranking = opened["ranking"].as_array().unwrap();
    let prices: Vec<i64> = ranking.iter().map(|it| it["price_fen"].as_i64().unwrap()).collect();
    assert_eq!(prices, [500_000, 400_000, 300_000]);
    assert_eq!(sale(&city, id)["state"], "ended");
    // Candidates stand published for three days.
    city.clock.set(city.now().plus_days(2));
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "ended");
    city.clock.set(city.now().plus_days(2));
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "awarded");
    let won = city.change(&format!("urn:tm:cn-450700:sale:{id}"), "sale.awarded");
    assert_eq!(won.facts["price_fen"], 500_000);
    let winner = city.organisation(SECOND).to_string();
    assert!(won.facts["winner"]["urn"].as_str().unwrap().ends_with(&winner));
}

/// The bidder gets a signed receipt at once, again for the same envelope, and for nobody else's.
#[test]
fn a_receipt_is_signed_and_can_be_had_again() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let (id, own) = (tender.id.as_str(), bid(&city, &tender.id, BIDDER, 100));
    let envelope = sealed(&city, id, &own);
    let first = put(&city, id, BIDDER, &envelope).expect(200).body;
    city.clock.advance_seconds(60);
    assert_eq!(put(&city, id, BIDDER, &envelope).expect(200).body, first);
    let at = path(id, "/sealed/envelope");
    assert_eq!(city.as_(BIDDER).get(&at).expect(200).body, first);
    city.as_(SECOND).get(&at).refused(404, "sealed_no_envelope");
    put(&city, id, SECOND, &envelope).refused(409, "sealed_copied");
    let jws = first["jws"].as_str().unwrap();
    let said = city.app.gate.keys().verify(Purpose::Certificate, RECEIPT_KIND, jws).unwrap();
    let said: Value = serde_json::from_slice(&said).unwrap();
    for name in ["sale", "envelope_sha256", "received_at", "replaces"] {
        assert_eq!(said[name], first[name], "{name}");
    }
    assert_eq!(said["type"], "techmart.bid_receipt.v1");
    // A later envelope replaces it, and its receipt says so.
    let second = deposit(&city, id, BIDDER, 200);
    assert_eq!(second["replaces"], first["envelope_sha256"]);
    for wrong in ["", "AAAA", "!", &base64(&[2; envelope::ENVELOPE_BYTES])] {
        put(&city, id, BIDDER, wrong).refused(422, "sealed_envelope");
    }
    for (persona, code) in [(SELLER, "sale_not_seller"), ("institute.admin", "sale_not_seller")] {
        put(&city, id, persona, &envelope).refused(403, code);
    }
    to_deadline(&city, id);
    put(&city, id, BIDDER, &envelope).refused(409, "sale_over");
}

/// What lies in the box and is no bid, or not this bidder's, or on other terms, does not count, and is published
/// with the reason; fewer than three that count: the tender has failed.
#[test]
fn domain_4_fewer_than_three_bids_that_count_and_it_is_run_again() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), kept_by_server());
    let id = tender.id.as_str();
    deposit(&city, id, BIDDER, 100);
    deposit(&city, id, SECOND, 200);
    let change = |persona: &str, name: &str, value: Value| {
        let mut bid = bid(&city, id, persona, 300);
        bid[name] = value;
        put(&city, id, persona, &sealed(&city, id, &bid)).expect(200);
    };
    let other = bid(&city, id, BIDDER, 1)["bidder"].clone();
    change("broker.member", "bidder", other);
    change("broker2.member", "terms_sha256", json!("00".repeat(32)));
    change("financier.member", "price_fen", json!(0));
    change("financier2.member", "more", json!(1));
    let seen = seen(&city, id);
    let (public, urn) = (bytes_of(&seen["public_key"]), seen["sale"].as_str().unwrap());
    let gone = envelope::seal_withdrawn(&public, urn, random()).unwrap();
    deposit(&city, id, "institute2.member", 900);
    put(&city, id, "institute2.member", &base64(&gone)).expect(200);
    to_deadline(&city, id);
    let opened = opening(&city, id);
    let mut faults: Vec<String> = opened["bids"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["fault"].as_str().unwrap_or("-").to_owned())
        .collect();
    faults.sort();
    let expected =
        ["-", "-", "not_the_depositor", "other_terms", "price_out_of_range", "unreadable", "withdrawn"];
    assert_eq!(faults, expected);
    assert_eq!(sale(&city, id)["state"], "unsold");
    let gone = city.change(&format!("urn:tm:cn-450700:sale:{id}"), "sale.unsold");
    assert_eq!(gone.facts["reason"], "too_few_bidders");
}

/// A wrong, foreign, early or doubled share is refused, and nothing is opened by it.
#[test]
fn an_officers_share_is_its_own_and_comes_after_the_deadline() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let (first, rehearsal) = shares(&city, &tender, 0);
    let (second, _) = shares(&city, &tender, 1);
    hand_in(&city, &tender, 0, &first).refused(409, "sealed_share_early");
    to_deadline(&city, id);
    for wrong in [second.as_str(), rehearsal.as_str(), "tms1-00-00", &first[..first.len() - 1]] {
        hand_in(&city, &tender, 0, wrong).refused(422, "sealed_share");
    }
    hand_in(&city, &tender, 0, &first).expect(204);
    hand_in(&city, &tender, 0, &first).expect(204);
    city.anonymous().get(&path(id, "/sealed/opening")).refused(409, "sealed_not_opened");
    let shares = path(id, "/sealed/shares");
    city.as_("government.approver")
        .post(&shares, json!({"share": second}))
        .refused(403, "sealed_not_officer");
    hand_in(&city, &tender, 1, &second).expect(204);
    opening(&city, id);
    hand_in(&city, &tender, 1, &second).refused(409, "sealed_opened");
}

/// The rehearsal proves that the officers can open, before the deadline and without the opening key.
#[test]
fn a_rehearsal_needs_as_many_officers_as_the_opening() {
    let city = City::new();
    let tender = ready(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let rehearse = |officer: usize, share: &str| {
        city.as_(OFFICERS[officer]).post(&path(id, "/sealed/rehearsal"), json!({"share": share}))
    };
    let state = || city.as_(SELLER).get(&path(id, "/sealed")).expect(200).body;
    let (opening, rehearsal) = shares(&city, &tender, 0);
    rehearse(0, &opening).refused(422, "sealed_share");
    rehearse(0, &rehearsal).expect(204);
    rehearse(0, &rehearsal).expect(204);
    assert!(state()["rehearsed_at"].is_null());
    rehearse(2, &shares(&city, &tender, 2).1).expect(204);
    assert!(state()["rehearsed_at"].is_string());
    let done: Vec<bool> =
        state()["officers"].as_array().unwrap().iter().map(|it| it["rehearsed"] == true).collect();
    assert_eq!(done, [true, false, true]);
    publish(&city, id).expect(200);
    to_deadline(&city, id);
    rehearse(1, &shares(&city, &tender, 1).1).refused(409, "sealed_rehearsal_over");
}

#[test]
fn a_tender_is_prepared_in_its_order() {
    let city = City::new();
    let id = drafted(&city, "sealed_tender", terms(&city));
    publish(&city, &id).refused(409, "sealed_not_set_up");
    let (at, key) = (path(&id, "/sealed"), path(&id, "/sealed/key"));
    let seller = city.as_(SELLER);
    let mut twice = setup(&city);
    twice["custody"]["bodies"][1] = twice["custody"]["bodies"][0].clone();
    seller.put(&at, twice).expect(422);
    seller.put(&at, setup(&city)).expect(204);
    publish(&city, &id).refused(409, "sealed_key_missing");
    seller.send("POST", &key, None).refused(409, "sealed_officers_missing");
    for stranger in ["", BIDDER] {
        city.as_(stranger).get(&at).refused(404, "not_found");
    }
    let officers = path(&id, "/sealed/officers");
    city.as_(BIDDER).post(&officers, json!({})).refused(404, "not_found");
    let low_order = json!({"public_key": base64(&[0; 32])});
    city.as_(OFFICERS[0]).post(&officers, low_order).refused(422, "sealed_public_key");
    for officer in OFFICERS {
        enrol_officer(&city, &id, officer);
    }
    city.as_("government.approver").post(&officers, json!({})).refused(409, "sealed_officer_taken");
    seller.send("POST", &key, None).expect(204);
    seller.send("POST", &key, None).refused(409, "sealed_key_made");
    city.as_(OFFICERS[0]).post(&officers, json!({})).refused(409, "sealed_key_made");
    // A new setup needs a new key; 20 days for mandatory projects (DOMAIN §4).
    seller.put(&at, kept_by_server()).expect(204);
    publish(&city, &id).refused(409, "sealed_key_missing");
    seller.send("POST", &key, None).expect(204);
    publish(&city, &id).expect(200);
    seller.put(&at, kept_by_server()).expect(409);
    city.as_(BIDDER).send("POST", &path(&id, "/enrolment"), None).refused(409, "sale_mode_wrong");
    let mut early = terms(&city);
    early["ends_at"] = json!(city.now().plus_days(19));
    let id = ready(&city, early, kept_by_server()).id;
    let refused = publish(&city, &id).expect(422);
    assert_eq!(refused.field("/terms/mode/ends_at"), Some("sale_ends_early"));
}

/// Small county: the server keeps the key, and the job opens at the deadline.
#[test]
fn a_tender_whose_key_the_server_keeps_opens_by_itself() {
    let city = City::new();
    let mut fixed = kept_by_server();
    fixed["replacement"] = json!(false);
    let tender = receiving(&city, terms(&city), fixed);
    let id = tender.id.as_str();
    for (at, bidder) in BIDDERS.iter().enumerate() {
        deposit(&city, id, bidder, 100 + i64::try_from(at).unwrap());
    }
    let again = bid(&city, id, BIDDER, 999);
    put(&city, id, BIDDER, &sealed(&city, id, &again)).refused(409, "sealed_deposited");
    to_deadline(&city, id);
    let opened = opening(&city, id);
    assert_eq!(opened["ranking"][0]["price_fen"], 102);
    assert!(opened["shares"].as_array().unwrap().is_empty());
    assert_eq!(sale(&city, id)["state"], "ended");
}

/// DOMAIN §4: a deposit of at most 2 %. It is paid when the envelopes are open: before, it would name the bidder.
#[test]
fn domain_4_the_deposit_follows_the_opening_and_precedes_the_award() {
    let city = City::new();
    let with_deposit = |fen: i64| {
        let mut terms = terms(&city);
        terms["ceiling_fen"] = json!(100_000);
        terms["deposit_fen"] = json!(fen);
        terms
    };
    let dear = ready(&city, with_deposit(2_001), kept_by_server());
    assert_eq!(
        publish(&city, &dear.id).expect(422).field("/terms/mode/deposit_fen"),
        Some("sale_deposit_share")
    );
    for (terms, pointer, code) in [
        (with_deposit(-1), "/terms/mode/deposit_fen", "sale_deposit_share"),
        (
            json!({"kind": "sealed", "ends_at": city.now().plus_days(20), "deposit_fen": 2_000}),
            "/terms/mode/ceiling_fen",
            "sale_deposit_bound",
        ),
    ] {
        let id = ready(&city, terms, kept_by_server()).id;
        assert_eq!(publish(&city, &id).expect(422).field(pointer), Some(code));
    }
    let tender = receiving(&city, with_deposit(2_000), kept_by_server());
    let id = tender.id.as_str();
    for bidder in BIDDERS {
        deposit(&city, id, bidder, 100_000);
    }
    deposit(&city, id, BIDDER, 150_000);
    let payer = || city.as_(crate::trading::PAYER);
    let listed = || payer().get(&format!("/api/v1/sales/deposits?sale={id}&limit=100")).expect(200).body;
    assert!(listed()["items"].as_array().unwrap().is_empty());
    to_deadline(&city, id);
    assert_eq!(listed()["items"].as_array().unwrap().len(), 3);
    city.clock.set(city.now().plus_days(5));
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "ended", "the winner has not paid its deposit");
    for row in listed()["items"].as_array().unwrap() {
        let at = format!("/api/v1/sales/deposits/{}/confirm", row["id"].as_str().unwrap());
        payer().post(&at, json!({"received_fen": 2_000, "voucher": "银行回单 0001"})).expect(200);
    }
    city.app.run_jobs().unwrap();
    assert_eq!(sale(&city, id)["state"], "awarded");
    city.app.run_jobs().unwrap();
    crate::trading::concluded(&city, id, BIDDER);
    city.app.run_jobs().unwrap();
    // DOMAIN §4: returned after the signing, the winner's too.
    assert_eq!(crate::trading::deposits(&city, id), [("released".to_owned(), 3)]);
}

/// The program that the platform serves to browsers seals what the platform opens, and opens an officer's packet.
#[test]
fn the_served_script_seals_and_opens() {
    let city = City::new();
    let script = city.anonymous().get("/seal.js").expect(200);
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(dir.path().join(name), text).unwrap();
    write("seal.mjs", &script.bytes);
    let packet = city.as_(OFFICERS[1]).get(&path(id, "/sealed/packet")).expect(200).body;
    let pair = techmart::proof::hpke::KeyPair::from_private(&tender.keys[1]).unwrap();
    let officer = json!({"private_key": hex::encode(pair.private()), "public_key": base64(pair.public())});
    let own = bid(&city, id, BIDDER, 123_456);
    let given = json!({"tender": seen(&city, id), "bid": own, "packet": packet, "officer": officer});
    write("given.json", given.to_string().as_bytes());
    write(
        "run.mjs",
        b"import * as it from './seal.mjs'; import fs from 'node:fs';\n\
          const { tender, bid, packet, officer } = JSON.parse(fs.readFileSync('given.json'));\n\
          const sealed = await it.sealBid(tender, bid);\n\
          console.log(JSON.stringify({ sealed, shares: await it.openPacket(packet, officer) }));\n",
    );
    let Some(said) = crate::support::tools::run("node", &["--no-warnings", "run.mjs"], dir.path()) else {
        return;
    };
    let said: Value = serde_json::from_str(&said).unwrap();
    let (opening_share, rehearsal) = shares(&city, &tender, 1);
    assert_eq!(said["shares"], json!({"opening": opening_share, "rehearsal": rehearsal}));
    let receipt = put(&city, id, BIDDER, said["sealed"]["envelope"].as_str().unwrap()).expect(200).body;
    assert_eq!(receipt["envelope_sha256"], said["sealed"]["sha256"]);
    city.as_(OPERATOR).get(&path(id, "/sealed/packet")).refused(403, "sealed_not_officer");
    open(&city, &tender);
    assert_eq!(opening(&city, id)["bids"][0]["bid"], own);
}

/// Rule 2: the key is split among officers of different bodies. One person of two bodies keeps one share, and who also
/// belongs to the tenderer none.
#[test]
fn rule_2_one_person_keeps_one_share() {
    let city = City::new();
    let id = set_up(&city, terms(&city), setup(&city));
    let enrol = |client: &crate::support::Client| client.post(&path(&id, "/sealed/officers"), json!({}));
    enrol_officer(&city, &id, OFFICERS[1]);
    let person = city.as_(OFFICERS[1]);
    city.also_member(OFFICERS[1], "government");
    let second = city.switched(&person, "government");
    enrol(&second).refused(403, "sealed_officer_partial");
    enrol_officer(&city, &id, OFFICERS[0]);
    let third = city.as_(OFFICERS[2]);
    city.also_member(OFFICERS[2], "institute");
    enrol(&third).refused(403, "sealed_officer_partial");
}
