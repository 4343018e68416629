//! The protocol of a sale replays to the same winner, and only if nothing in it was changed.

use serde_json::{Value, json};
use techmart::trading::protocol::{Protocol, replay};

use super::*;
use crate::trading::{BIDDER, awarded, defaulted, with_rank_two};

fn got(city: &City, id: &str) -> Value {
    city.anonymous().get(&path(id, "/protocol")).expect(200).body
}

fn replays(protocol: &Value) -> Result<(), String> {
    let read: Protocol = serde_json::from_value(protocol.clone()).map_err(|error| error.to_string())?;
    replay(&read).map_err(|fault| fault.to_string())
}

#[test]
fn a_tenders_protocol_replays_and_a_changed_one_does_not() {
    let city = City::new();
    let tender = scoring(&city);
    let id = tender.id.as_str();
    city.anonymous().get(&path(id, "/protocol")).refused(409, "sale_protocol_early");
    for expert in EXPERTS {
        score(&city, id, expert, sheet(&city, id, BIDDER, 92, 20)).expect(204);
    }
    city.app.run_jobs().unwrap();
    let signed = got(&city, id);
    let whole = &signed["protocol"];
    assert_eq!(replays(whole), Ok(()));
    let changes: [(&str, &str, Value); 9] = [
        ("/result/ranking/0/price_fen", "place 1", json!(1)),
        ("/result/ranking/0/bidder", "place 1", json!(16)),
        ("/record/sheets/0/rows/0/points/0", "", json!(1_000)),
        ("/record/root", "root", json!("00".repeat(32))),
        ("/record/opening_key", "announced", json!("11".repeat(32))),
        ("/record/shares/0", "", json!(format!("01{}", "22".repeat(32)))),
        ("/terms/description", "terms", json!("别的内容")),
        ("/record/received/0/fault", "", json!("other_terms")),
        ("/record/setup/capacity", "slots", json!(32)),
    ];
    for (pointer, word, value) in changes {
        let mut changed = whole.clone();
        *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        let fault = replays(&changed).expect_err(pointer);
        assert!(fault.contains(word), "{pointer}: {fault}");
    }
    let mut without = whole.clone();
    without["record"]["received"].as_array_mut().unwrap().pop();
    assert!(replays(&without).unwrap_err().contains("nobody is said to have deposited"));
    let page = city.anonymous().get(&path(id, "/protocol/paper")).expect(200);
    assert!(page.text().contains("交易记录书") && page.text().contains("投标人"));
}

#[test]
fn a_biddings_protocol_replays_too() {
    let city = City::new();
    let id = awarded(&city);
    let signed = got(&city, &id);
    assert_eq!(replays(&signed["protocol"]), Ok(()));
    for (pointer, value) in [
        ("/record/bids/0/price_fen", json!(102_001)),
        ("/record/bids/1/price_fen", json!(101_000)),
        ("/record/bids/1/at", json!("2020-01-01T00:00:00Z")),
        ("/result/ranking/0/bidder", json!(7)),
        ("/record/reserve_met", json!(false)),
    ] {
        let mut changed = signed["protocol"].clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert!(replays(&changed).is_err(), "{pointer}");
    }
    // Who did not win is an alias.
    assert_eq!(signed["protocol"]["result"]["ranking"][1]["party"]["name"], "");
}

/// Rule 1: signed once when the sale has come to its result, and never changed; a default makes another edition.
#[test]
fn rule_1_a_protocol_is_signed_once_and_kept() {
    let city = City::new();
    let id = with_rank_two(&city);
    let first = got(&city, &id);
    assert_eq!((&first["edition"], &first["protocol"]["result"]["place"]), (&json!(1), &json!(0)));
    let noted = city.change(&id, "sale_protocol.signed");
    assert_eq!(noted.facts["sha256"], first["sha256"]);
    assert_eq!(city.change_of(&id, "sale_protocol.signed")["sha256"], first["sha256"], "published");
    city.clock.advance_seconds(3_600);
    city.app.run_jobs().unwrap();
    assert_eq!(got(&city, &id), first, "the signature too");
    defaulted(&city, &id).expect(200);
    city.app.run_jobs().unwrap();
    let second = got(&city, &id);
    assert_eq!((&second["edition"], &second["protocol"]["result"]["place"]), (&json!(2), &json!(1)));
    assert_eq!(replays(&second["protocol"]), Ok(()));
    assert_eq!(city.anonymous().get(&path(&id, "/protocol?edition=1")).expect(200).body, first);
    city.anonymous().get(&path(&id, "/protocol?edition=3")).refused(409, "sale_protocol_early");
    for sql in ["UPDATE sale_protocol SET jws = 'x'", "DELETE FROM sale_protocol"] {
        let done = city.app.db.write_blocking("test.tamper", move |tx| {
            use diesel::prelude::*;
            Ok(diesel::sql_query(sql).execute(&mut **tx)?)
        });
        assert!(done.is_err(), "{sql}");
    }
    assert_eq!(got(&city, &id), second);
}

/// `techmart verify sale`: signature, replay, and a bidder's receipt, with nothing but files.
#[test]
fn the_program_verifies_a_protocol_and_a_receipt() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let receipts = BIDDERS.map(|bidder| deposit(&city, id, bidder, 1_000));
    let later = deposit(&city, id, BIDDERS[0], 2_000);
    open(&city, &tender);
    city.app.run_jobs().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, value: &Value| std::fs::write(dir.path().join(name), value.to_string()).unwrap();
    let signed = got(&city, id);
    write("protocol.json", &signed);
    write("keys.json", &city.anonymous().get("/.well-known/jwks.json").expect(200).body);
    for (at, receipt) in receipts.iter().chain([&later]).enumerate() {
        write(&format!("receipt{at}.json"), receipt);
    }
    let mut stranger = receipts[1].clone();
    stranger["jws"] = signed["jws"].clone();
    write("stranger.json", &stranger);
    let mut changed = signed.clone();
    changed["protocol"]["title"] = json!("别的标题");
    write("changed.json", &changed);
    let verify = |file: &str, receipt: &str| {
        let mut out = Vec::new();
        let place = |name: &str| dir.path().join(name);
        let receipts: Vec<_> = Some(receipt).filter(|it| !it.is_empty()).map(place).into_iter().collect();
        techmart::cli::verify_sale::verify(&place(file), &place("keys.json"), &receipts, &mut out)
            .map(|()| String::from_utf8(out).unwrap())
            .map_err(|error| error.to_string())
    };
    let said = verify("protocol.json", "").unwrap();
    assert!(said.contains("replays") && said.contains("3 bids count"), "{said}");
    assert!(verify("protocol.json", "receipt1.json").unwrap().contains("in the box"));
    assert!(verify("protocol.json", "receipt3.json").unwrap().contains("in the box"));
    assert!(verify("protocol.json", "receipt0.json").unwrap().contains("replaced"));
    assert!(verify("protocol.json", "stranger.json").is_err());
    assert!(verify("changed.json", "").unwrap_err().contains("not the one that was signed"));
}

/// Rule 1: what was bid in a sale that is annulled stays on record, with the reason and no winner.
#[test]
fn rule_1_an_annulled_sale_with_bids_has_its_protocol() {
    let city = City::new();
    let id = crate::trading::running(&city);
    crate::trading::bid(&city, &id, BIDDER, 100_000).expect(200);
    let objection = city.as_("broker.member").post(&path(&id, "/objections"), crate::trading::objection());
    let answer = json!({"uphold": true, "annul": true, "text": "权属有瑕疵。"});
    let address = format!("/api/v1/sales/objections/{}/answer", objection.expect(201).id());
    city.as_(crate::trading::OPERATOR).post(&address, answer).expect(200);
    city.app.run_jobs().unwrap();
    let signed = got(&city, &id);
    let protocol = &signed["protocol"];
    assert_eq!(protocol["result"]["annulled"], "权属有瑕疵。");
    assert_eq!(protocol["record"]["bids"].as_array().unwrap().len(), 1);
    assert_eq!(replays(protocol), Ok(()));
    for (pointer, value) in
        [("/result/unsold", json!("no_bids")), ("/record/bids/0/price_fen", json!(100_001))]
    {
        let mut changed = protocol.clone();
        *changed.pointer_mut(pointer).unwrap() = value;
        assert!(replays(&changed).is_err(), "{pointer}");
    }
    let page = city.anonymous().get(&path(&id, "/protocol/paper")).expect(200);
    assert!(page.text().contains("撤销原因"));
    // Taken back after its award: another edition.
    let id = awarded(&city);
    city.app.run_jobs().unwrap();
    let objection = crate::trading::objected(&city, &id);
    let answer = json!({"uphold": true, "annul": true, "text": "程序有误。"});
    city.as_(crate::trading::OPERATOR)
        .post(&format!("/api/v1/sales/objections/{objection}/answer"), answer)
        .expect(200);
    city.app.run_jobs().unwrap();
    let second = got(&city, &id);
    assert_eq!(
        (&second["edition"], &second["protocol"]["result"]["annulled"]),
        (&json!(2), &json!("程序有误。"))
    );
}
