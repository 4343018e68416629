//! A receipt of a sealed bid is joined with the log (TMF-1 rule 13), and tells nothing before the opening (DOMAIN §4).

use serde_json::{Value, json};

use super::*;

/// The newest checkpoint, whose size would tell that something was added.
fn checkpoint(city: &City) -> String {
    city.app.run_jobs().unwrap();
    city.anonymous().get("/tlog/checkpoint").expect(200).text()
}

#[test]
fn tmf_13_a_receipt_is_proved_in_the_log_from_the_opening_on() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let before = checkpoint(&city);
    let receipts = BIDDERS.map(|bidder| deposit(&city, id, bidder, 1_000));
    let at = receipts.each_ref().map(|receipt| receipt["proof"].as_str().unwrap().to_owned());
    // DOMAIN §4: neither the tree nor the proof tells of a bid.
    assert_eq!(checkpoint(&city), before, "a deposit is no event");
    let nobodys = format!("/api/v1/proofs/sealed-bids/{id}?envelope={}", "00".repeat(32));
    for address in at.iter().chain([&nobodys]) {
        city.anonymous().get(address).refused(409, "sealed_not_opened");
    }
    to_deadline(&city, id);
    city.anonymous().get(&at[0]).refused(409, "sealed_not_opened");
    for officer in [0, 1] {
        hand_in(&city, &tender, officer, &shares(&city, &tender, officer).0).expect(204);
    }
    checkpoint(&city);
    city.anonymous().get(&nobodys).refused(404, "sealed_no_envelope");
    let proof = city.anonymous().get(&at[0]).expect(200).body;
    assert!(proof["event"]["data"]["opened_at"].is_null(), "the event of the deadline, not of the opening");
    assert_eq!(proof["event"]["data"]["root"], seen(&city, id)["root"]);
    let other = city.anonymous().get(&at[1]).expect(200).body;

    let key = city.anonymous().get("/.well-known/tmf").expect(200).body["log_keys"][0].clone();
    let keys = city.anonymous().get("/.well-known/jwks.json").expect(200).body;
    let said = |proof: &Value, receipt: &Value| {
        let dir = city.dir.path();
        for (name, value) in [("proof.json", proof), ("receipt.json", receipt), ("keys.json", &keys)] {
            std::fs::write(dir.join(name), value.to_string()).unwrap();
        }
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_techmart"));
        command.args(["verify", "proof", "proof.json", "--receipt", "receipt.json", "--keys", "keys.json"]);
        let run = command.args(["--log", key.as_str().unwrap()]).current_dir(dir).output().unwrap();
        let text = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        (run.status.success(), text)
    };
    let (good, text) = said(&proof, &receipts[0]);
    assert!(good && text.contains("the envelope of the receipt was in the box"), "{text}");
    assert!(said(&other, &receipts[0]).1.contains("of another envelope"));
    let mut moved = proof.clone();
    moved["sealed"]["slot"] = json!(proof["sealed"]["slot"].as_u64().unwrap() ^ 1);
    assert!(said(&moved, &receipts[0]).1.contains("was not in the box"));
    let mut swapped = other.clone();
    swapped["sealed"]["envelope"] = proof["sealed"]["envelope"].clone();
    assert!(said(&swapped, &receipts[0]).1.contains("was not in the box"));
    let mut forged = proof.clone();
    forged["event"]["data"]["root"] = json!("00".repeat(32));
    assert!(said(&forged, &receipts[0]).1.contains("the data are not those"));
    let mut unsigned = receipts[0].clone();
    let jws = unsigned["jws"].as_str().unwrap().to_owned();
    unsigned["jws"] = json!(jws.replacen('.', ".e30", 1));
    assert!(!said(&proof, &unsigned).0);
}
