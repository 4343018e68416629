//! A sealed bid from another node (issue 7, TMF-1 rule 11; DOMAIN §4): the envelope is sealed at the bidder's, lies in
//! the owner's box as every other, and is opened with all of them.

use serde_json::{Value, json};

use super::acts::{ENQUIRER, OTHER, Tree, achievement, ask, errands, holds, question};
use super::trade::{accepted, done, known, part, refused, rest, sale, threads, to_end, urn};
use crate::sealed::{BIDDERS, base64, bytes_of, deposit, kept_by_server, opening, random, receiving, terms};
use crate::support::City;
use crate::trading::{BIDDER, PAYER, SECOND, SELLER, path};
use techmart::federation::commands::wire::{Decision, News, digest};
use techmart::trading::sealed::envelope;

/// What the county knows of the tender: the key to seal to, and the terms.
fn tender(tree: &Tree, id: &str) -> Value {
    tree.county.data(&format!("urn:tm:{OTHER}:sealed_tender:{id}")).expect("the tender travels")
}

fn party(city: &City, persona: &str) -> Value {
    let id = city.organisation(persona);
    let read = city.app.db.read_blocking(move |snapshot| techmart::identity::service::party(snapshot, id));
    serde_json::to_value(read.unwrap()).unwrap()
}

/// What the bidder's own client makes of what its node shows, and of nothing else.
fn sealed(tree: &Tree, id: &str, bidder: &Value, fen: i64) -> String {
    let known = tender(tree, id);
    let bid = json!({
        "type": "techmart.bid.v1",
        "sale": known["sale"],
        "terms_sha256": known["terms_sha256"],
        "bidder": bidder,
        "price_fen": fen,
        "offer": "随附技术服务一年。",
        "deposit_reference": "履约保函 示例 0002",
    });
    let public: [u8; 32] = hex::decode(known["public_key"].as_str().unwrap()).unwrap().try_into().unwrap();
    base64(&envelope::seal(&public, &urn(id), bid.to_string().as_bytes(), random()).unwrap())
}

fn put(envelope: &str) -> Value {
    json!({"act": "envelope", "envelope": envelope})
}

/// From the key that travelled to the award: the receipt comes back, the bid counts, the deposit is instructed at the
/// opening, and the winner hears of each step.
#[test]
fn tmf_1_rule_11_a_sealed_bid_from_another_node_is_opened_with_the_others() {
    let tree = Tree::new(1100);
    let other = tree.other.city();
    let mut terms = terms(other);
    (terms["ceiling_fen"], terms["deposit_fen"]) = (json!(100_000), json!(2_000));
    let id = known(&tree, receiving(other, terms, kept_by_server()).id);
    let own = party(tree.county.city(), ENQUIRER);
    let locals = |fen: i64| [BIDDER, SECOND].iter().for_each(|it| drop(deposit(other, &id, it, fen)));
    locals(100_000);
    refused(&tree, put("AAAA"), &id, "sealed_envelope");
    refused(&tree, json!({"act": "enrol"}), &id, "sale_mode_wrong");
    let first = sealed(&tree, &id, &own, 110_000);
    let decided = accepted(&tree, put(&first), &id);
    let receipt = decided["decision"]["made"]["receipt"].clone();
    let digest = |text: &str| hex::encode(envelope::digest(&bytes_of::<4096>(&json!(text))));
    assert_eq!((&receipt["envelope_sha256"], &receipt["replaces"]), (&json!(digest(&first)), &json!(null)));
    assert!(decided["request"]["envelope"].is_null());

    // The terms are corrected: the county learns the new ones, and replaces its envelope.
    let before = tender(&tree, &id)["terms_sha256"].clone();
    let change = json!({"payment": "签约后三十日内付清。", "reason": "更正付款方式"});
    other.as_(SELLER).post(&path(&id, "/corrections"), change).expect(200);
    rest(&tree);
    assert_ne!(tender(&tree, &id)["terms_sha256"], before);
    let second = sealed(&tree, &id, &own, 120_000);
    let again = accepted(&tree, put(&second), &id);
    assert_eq!(again["decision"]["made"]["receipt"]["replaces"], digest(&first));
    assert!(threads(&tree, "sale_part").is_empty(), "before the opening nobody takes part");
    locals(105_000);

    to_end(&tree, &id);
    let opened = opening(other, &id);
    let bids = opened["bids"].as_array().unwrap();
    let found = bids.iter().find(|it| it["bidder"] == own).unwrap();
    assert_eq!(
        (bids.len(), &found["price_fen"], &found["fault"]),
        (3, &json!(120_000), &json!(null)),
        "{found}"
    );
    assert_eq!(found["envelope_sha256"], digest(&second));
    // The deposit of a tender is paid when the envelopes are open.
    let told = part(&tree);
    assert_eq!((&told["state"], &told["outcome"]), (&json!("ended"), &json!("won")), "{told}");
    assert_eq!(told["part"]["deposit"]["state"], "instructed");
    let payer = other.as_(PAYER);
    let listed = payer.get("/api/v1/sales/deposits?state=instructed&limit=100").expect(200).body;
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    crate::trading::pay(other, &told["part"]);
    tree.later(10 * 86_400);
    rest(&tree);
    let told = part(&tree);
    assert_eq!(
        (&sale(&tree, &id)["state"], &told["state"]),
        (&json!("awarded"), &json!("awarded")),
        "{told}"
    );
    assert!(told["part"]["confirmation"]["body"].as_str().unwrap().contains("成交确认书"));
    refused(&tree, put(&second), &id, "sale_over");
}

/// Nobody bids in another's name: what another deposited for it, or what names another code than its node vouched for,
/// does not count.
#[test]
fn domain_4_an_envelope_from_another_node_counts_for_its_depositor_alone() {
    let tree = Tree::new(1110);
    let other = tree.other.city();
    let id = known(&tree, receiving(other, terms(other), kept_by_server()).id);
    let mut other_code = party(tree.county.city(), ENQUIRER);
    other_code["credit_code"] = party(tree.county.city(), "broker.member")["credit_code"].clone();
    accepted(&tree, put(&sealed(&tree, &id, &other_code, 110_000)), &id);
    for (at, persona) in BIDDERS.iter().enumerate() {
        deposit(other, &id, persona, 100_000 - i64::try_from(at).unwrap());
    }
    to_end(&tree, &id);
    let opened = opening(other, &id);
    let faults: Vec<Value> =
        opened["bids"].as_array().unwrap().iter().map(|it| it["fault"].clone()).collect();
    assert_eq!(faults.iter().filter(|it| **it == "not_the_depositor").count(), 1, "{opened}");
    assert_eq!(sale(&tree, &id)["result"]["price_fen"], 100_000);
}

/// Secrecy: a deposit from another node is, for whoever carries it or reads the owner's database, an act like any
/// other: of the same size, without its name, without whether it was accepted.
#[test]
fn domain_4_a_deposit_from_another_node_looks_like_any_act() {
    let tree = Tree::new(1120);
    let other = tree.other.city();
    let id = known(&tree, receiving(other, terms(other), kept_by_server()).id);
    let own = party(tree.county.city(), ENQUIRER);
    let envelope = sealed(&tree, &id, &own, 110_000);
    let about = achievement(&tree);
    ask(&tree, question(&about, "能否许可？"));
    ask(&tree, json!({"act": "envelope", "about": urn(&id), "envelope": envelope}));
    let sizes: Vec<usize> = errands(&tree.county).iter().map(|it| it.carried.command.sealed.len()).collect();
    assert_eq!(sizes.len(), 2);
    assert_eq!(sizes[0], sizes[1], "an envelope and an enquiry");
    let before = other.app.db.read_blocking(|it| techmart::changes::read_after(it, 0, 10_000)).unwrap().len();
    rest(&tree);
    let changes = other.app.db.read_blocking(|it| techmart::changes::read_after(it, 0, 10_000)).unwrap();
    let kinds: Vec<&str> = changes[before..].iter().map(|it| it.kind.as_str()).collect();
    assert!(kinds.contains(&"engagement.enquired"), "{kinds:?}");
    assert!(kinds.iter().all(|kind| !kind.starts_with("sale")), "{kinds:?}");
    for change in &changes[before..] {
        assert!(!change.facts.to_string().contains(id.as_str()), "{}", change.facts);
    }
    for node in tree.nodes() {
        assert!(!holds(node, &envelope), "{} holds the envelope in the clear", node.id);
    }
    let rows = inbox(other);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0], rows[1], "nothing tells the two apart");
    let logged = tree.county.city().app.db.read_blocking(|it| techmart::changes::read_after(it, 0, 10_000));
    let logged = logged.unwrap();
    let asked = logged.iter().filter(|it| it.kind == "remote_act.asked");
    assert!(asked.clone().any(|it| it.facts["about"] == about), "the test can fail");
    assert!(asked.clone().all(|it| !it.facts.to_string().contains(id.as_str())));
}

#[derive(diesel::QueryableByName, Debug, PartialEq, Eq)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    act: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    body: String,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Bool>)]
    accepted: Option<bool>,
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    bytes: i64,
}

/// TMF-1 rule 11, DOMAIN §4: a refusal has few possible texts; nothing at the owner's lets anybody try them, and so find
/// that what was not refused was an envelope.
#[test]
fn domain_4_what_was_refused_cannot_be_guessed_from_the_owners_database() {
    let tree = Tree::new(1130);
    let other = tree.other.city();
    let id = known(&tree, receiving(other, terms(other), kept_by_server()).id);
    let refused = done(&tree, json!({"act": "enrol"}), &id);
    assert_eq!(refused["accepted"], false, "{refused}");
    let decision: Decision = serde_json::from_value(refused["decision"].clone()).unwrap();
    let guess = News::Command {
        key: refused["id"].as_str().unwrap().to_owned(),
        received_at: refused["received_at"].as_str().unwrap().parse().unwrap(),
        decision: Some(decision),
    };
    assert!(!holds(&tree.other, &digest(&guess).unwrap()));
}

/// What the owner's database tells of the commands that it decided.
fn inbox(city: &City) -> Vec<Row> {
    use diesel::prelude::*;
    const SQL: &str =
        "SELECT act, body, accepted, CAST(LENGTH(command) AS BIGINT) AS bytes FROM command_inbox";
    let read = |snapshot: &mut techmart::db::Snapshot| {
        let conn: &mut techmart::db::Conn = snapshot;
        Ok(diesel::sql_query(SQL).load::<Row>(conn)?)
    };
    city.app.db.read_blocking(read).unwrap()
}
