//! Trading across nodes (issue 7, TMF-1 rule 11): a county's enterprise takes part in sales of a university at another
//! city's node, three hops away, and is treated as that city's own.

use serde_json::{Value, json};
use techmart::kernel::time::UtcTime;

use super::acts::{ENQUIRER, OTHER, Tree, act, ask, errands, hand, holds};
use super::network::{CITY, COUNTY, REGION};
use crate::support::City;
use crate::trading::{
    BIDDER, OPERATOR, PAYER, SELLER, admitted, bid, bidding, bidding_terms, body, deposits, enrol,
    listing_terms, on_market, path, pay, publish, travel,
};

/// The running price and the end as the other city shows them.
pub fn sale(tree: &Tree, id: &str) -> Value {
    tree.other.city().anonymous().get(&path(id, "")).expect(200).body
}

pub fn urn(id: &str) -> String {
    format!("urn:tm:{OTHER}:sale:{id}")
}

/// A sale of the other city, known at the county.
pub fn known(tree: &Tree, id: String) -> String {
    tree.sync();
    assert!(tree.county.data(&urn(&id)).is_some(), "sales travel");
    id
}

/// Until what happened at the owner's has been noted, told and taken.
pub fn rest(tree: &Tree) {
    tree.rest();
    tree.rest();
}

/// Asks, lets it travel, and returns what became of it.
pub fn done(tree: &Tree, mut act_on: Value, id: &str) -> Value {
    act_on["about"] = json!(urn(id));
    let asked = ask(tree, act_on);
    assert_eq!(asked["state"], "queued");
    tree.rest();
    let decided = act(tree, &asked);
    assert_eq!(decided["state"], "decided", "{decided}");
    decided
}

pub fn accepted(tree: &Tree, act_on: Value, id: &str) -> Value {
    let decided = done(tree, act_on, id);
    assert_eq!(decided["accepted"], true, "{decided}");
    decided
}

/// Refused by the owner with this code, in its words.
pub fn refused(tree: &Tree, act_on: Value, id: &str, code: &str) {
    let decided = done(tree, act_on, id);
    let refusal = &decided["decision"]["refusal"];
    assert_eq!((&decided["accepted"], &refusal["code"]), (&json!(false), &json!(code)), "{decided}");
    assert!(!refusal["zh"].as_str().unwrap().is_empty() && !refusal["en"].as_str().unwrap().is_empty());
}

/// The threads of this kind, as the county's enterprise sees them.
pub fn threads(tree: &Tree, kind: &str) -> Vec<Value> {
    let found = tree.county.city().as_(ENQUIRER).get("/api/v1/remote-threads").expect(200).body;
    let items = found["items"].as_array().unwrap().iter().map(|it| it["thread"].clone());
    items.filter(|it| it["kind"] == kind).collect()
}

/// The one part in a sale.
pub fn part(tree: &Tree) -> Value {
    let found = threads(tree, "sale_part");
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

/// The same moment everywhere; the other city gave its signs of life meanwhile.
pub fn travel_all(tree: &Tree, to: UtcTime) {
    tree.nodes().iter().for_each(|node| node.clock.set(to));
    travel(tree.other.city(), to);
}

pub fn time(value: &Value) -> UtcTime {
    value.as_str().unwrap().parse().unwrap()
}

fn to_start(tree: &Tree, id: &str) {
    travel_all(tree, time(&sale(tree, id)["starts_at"]));
}

/// Past the end: the job of the other city decides, and the news of it arrive.
pub fn to_end(tree: &Tree, id: &str) -> Value {
    travel_all(tree, time(&sale(tree, id)["ends_at"]).plus_seconds(1));
    rest(tree);
    sale(tree, id)
}

/// Enrolled from the county; its deposit is paid at the other city.
fn in_the_running(tree: &Tree, id: &str) -> String {
    let enrolled = accepted(tree, json!({"act": "enrol"}), id);
    let seen = part(tree);
    assert_eq!(enrolled["thread"], seen["urn"]);
    pay(tree.other.city(), &seen["part"]);
    rest(tree);
    seen["part"]["alias"].as_str().unwrap().to_owned()
}

/// An offer in a listing, three hops away: refused with the owner's code, accepted, secret on the way, outdone at the
/// end, and its user told of everything.
#[test]
fn tmf_1_rule_11_an_offer_three_hops_away() {
    let tree = Tree::new(1000);
    let other = tree.other.city();
    let id = known(&tree, on_market(other, "listing", listing_terms(other, false)));
    let offer = |fen: i64| json!({"act": "offer", "price_fen": fen, "note": "MARKER-OFFER-5512"});
    refused(&tree, offer(210_000), &id, "sale_not_enrolled");
    accepted(&tree, json!({"act": "enrol"}), &id);
    refused(&tree, json!({"act": "enrol"}), &id, "sale_enrolled");
    refused(&tree, offer(199_999), &id, "sale_bid_low");
    refused(&tree, json!({"act": "bid", "price_fen": 210_000}), &id, "not_found");
    let before = part(&tree);
    assert_eq!((&before["part"]["admitted"], &before["part"]["offer"]), (&json!(true), &json!(null)));
    accepted(&tree, offer(210_000), &id);
    let offered = part(&tree);
    assert_eq!((&offered["state"], &offered["about"]), (&json!("published"), &json!(urn(&id))));
    assert_eq!(offered["part"]["offer"]["price_fen"], 210_000);
    refused(&tree, offer(205_000), &id, "sale_offer_lower");

    // A correction of the words: it has to be confirmed again, and its bidder hears of that.
    let change = json!({"payment": "签约后三十日内付清。", "reason": "更正付款方式"});
    other.as_(SELLER).post(&path(&id, "/corrections"), change).expect(200);
    rest(&tree);
    assert_eq!(part(&tree)["part"]["offer"]["confirmed"], false);
    accepted(&tree, offer(210_000), &id);
    assert_eq!(part(&tree)["part"]["offer"]["confirmed"], true);

    // The city's own enterprise offers more.
    enrol(other, &id, BIDDER);
    other.as_(BIDDER).put(&path(&id, "/offer"), json!({"price_fen": 220_000})).expect(200);
    let ended = to_end(&tree, &id);
    assert_eq!((&ended["state"], &ended["result"]["price_fen"]), (&json!("awarded"), &json!(220_000)));
    let told = part(&tree);
    assert_eq!((&told["state"], &told["outcome"]), (&json!("awarded"), &json!("lost")), "{told}");
    assert_eq!((&told["part"]["result"]["rank"], &told["part"]["confirmation"]), (&json!(2), &json!(null)));
    for hub in [&tree.city, &tree.region] {
        assert!(!holds(hub, "MARKER-OFFER-5512"), "{} reads offers", hub.id);
    }
    assert!(holds(&tree.other, "MARKER-OFFER-5512"), "the test can fail");
}

/// A bidding: the deposit is instructed and confirmed at the owner's, bids from both nodes stand in one book under the
/// owner's rules and clock, who was outbid hears of it, and the winner holds the confirmation.
#[test]
fn tmf_1_rule_11_bids_from_another_node_behave_as_local_ones() {
    let tree = Tree::new(1010);
    let other = tree.other.city();
    let id = known(&tree, bidding(other));
    let bid_of = |fen: i64| json!({"act": "bid", "price_fen": fen});
    accepted(&tree, json!({"act": "enrol"}), &id);
    let seen = part(&tree);
    let deposit = &seen["part"]["deposit"];
    assert_eq!((&deposit["state"], &deposit["amount_fen"]), (&json!("instructed"), &json!(10_000)));
    admitted(other, &id, BIDDER);
    to_start(&tree, &id);
    refused(&tree, bid_of(100_000), &id, "sale_deposit_missing");
    pay(other, &seen["part"]);
    rest(&tree);
    let paid = part(&tree)["part"].clone();
    assert_eq!((&paid["admitted"], &paid["deposit"]["state"]), (&json!(true), &json!("confirmed")));

    // Rule 8: by alias; nobody at the owner's sees whose it is before the end.
    let alias = paid["alias"].as_str().unwrap();
    let first = accepted(&tree, bid_of(100_000), &id);
    let made = &first["decision"]["made"]["bid"];
    assert_eq!((&made["leads"], &made["next_fen"]), (&json!(true), &json!(101_000)));
    refused(&tree, bid_of(101_000), &id, "sale_leading");
    other.as_(SELLER).get(&path(&id, "/participants")).refused(403, "sale_secret");
    let book = other.anonymous().get(&path(&id, "/bids")).expect(200).body;
    assert_eq!(book["items"][0]["alias"], alias);
    assert_eq!(part(&tree)["part"]["run"]["leads"], true);

    // Outbid by the city's own enterprise: it is told, and what it would take.
    bid(other, &id, BIDDER, 103_000).expect(200);
    rest(&tree);
    let run = part(&tree)["part"]["run"].clone();
    assert_eq!(
        (&run["leads"], &run["price_fen"], &run["own_fen"]),
        (&json!(false), &json!(103_000), &json!(100_000))
    );
    refused(&tree, bid_of(103_000), &id, "sale_bid_low");
    refused(&tree, bid_of(104_500), &id, "sale_bid_grid");

    // A secret maximum: one increment above the second.
    let topped = accepted(&tree, json!({"act": "maximum", "maximum_fen": 187_000}), &id);
    assert!(topped["request"]["maximum_fen"].is_null(), "its own node keeps it in the letter alone");
    let book = other.anonymous().get(&path(&id, "/bids")).expect(200).body;
    assert_eq!(book["items"][0]["price_fen"], 104_000, "{book}");
    for node in tree.nodes() {
        assert!(!holds(node, "187000"), "{} holds the maximum", node.id);
    }

    let ended = to_end(&tree, &id);
    assert_eq!((&ended["state"], &ended["result"]["price_fen"]), (&json!("awarded"), &json!(104_000)));
    assert!(ended["result"]["winner"]["urn"].as_str().unwrap().starts_with("urn:tm:cn-450721:organisation:"));
    let told = part(&tree);
    assert_eq!((&told["outcome"], &told["part"]["result"]["price_fen"]), (&json!("won"), &json!(104_000)));
    let confirmation: Value =
        serde_json::from_str(told["part"]["confirmation"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(confirmation["winner"], ended["result"]["winner"]);
    refused(&tree, bid_of(105_000), &id, "sale_over");

    // What follows is the owner's: the loser's deposit goes back, the winner's is applied with the contract.
    let mut at_the_end = deposits(other, &id);
    at_the_end.sort();
    assert_eq!(at_the_end, [("confirmed".to_owned(), 1), ("released".to_owned(), 1)]);
    other.as_(SELLER).send("POST", &path(&id, "/conclude"), None).refused(409, "sale_not_signed");
    // A winner without an account here: the operator has seen the contract.
    let seen = json!({"note": "已核验双方签章的合同原件（示例）"});
    other.as_(OPERATOR).post(&path(&id, "/signing"), seen).expect(200);
    other.as_(SELLER).send("POST", &path(&id, "/conclude"), None).expect(200);
    rest(&tree);
    let told = part(&tree);
    assert_eq!((&told["state"], &told["part"]["deposit"]["state"]), (&json!("concluded"), &json!("applied")));
}

/// The key of the act is (origin, key): delivered three times, before and after it was decided, it is one bid.
#[test]
fn tmf_1_rule_11_a_bid_delivered_again_is_one_bid() {
    let tree = Tree::new(1020);
    let id = known(&tree, bidding(tree.other.city()));
    in_the_running(&tree, &id);
    to_start(&tree, &id);
    let asked = ask(&tree, json!({"act": "bid", "about": urn(&id), "price_fen": 100_000}));
    let mut carried = errands(&tree.county).remove(0).carried;
    carried.via = [COUNTY, CITY, REGION].map(str::to_owned).to_vec();
    for _ in 0..3 {
        assert_eq!(hand(&tree.other, REGION, &carried).unwrap(), "received");
        tree.work(&tree.other);
    }
    rest(&tree);
    assert_eq!(hand(&tree.other, REGION, &carried).unwrap(), "received");
    rest(&tree);
    let book = tree.other.city().anonymous().get(&path(&id, "/bids")).expect(200).body;
    assert_eq!(book["items"].as_array().unwrap().len(), 1, "{book}");
    assert_eq!(act(&tree, &asked)["accepted"], true);
}

/// The owner is away: its user sees "sent" and no more; what arrives before the end counts, what arrives after it does
/// not, by the owner's clock.
#[test]
fn tmf_1_rule_11_what_reaches_an_owner_that_was_away_is_decided_by_its_clock() {
    let mut tree = Tree::new(1030);
    let id = known(&tree, bidding(tree.other.city()));
    in_the_running(&tree, &id);
    to_start(&tree, &id);
    let ends_at = time(&sale(&tree, &id)["ends_at"]);
    let bid_of = |fen: i64| json!({"act": "bid", "about": urn(&id), "price_fen": fen});
    tree.other.kill();
    let in_time = ask(&tree, bid_of(100_000));
    tree.county.clock.advance_seconds(1);
    for at in [&tree.county, &tree.city, &tree.region] {
        tree.work(at);
    }
    assert_eq!(act(&tree, &in_time)["state"], "sent", "nobody says more than is known");
    tree.other.start();
    travel_all(&tree, tree.county.city().now().plus_seconds(60));
    tree.work(&tree.region);
    rest(&tree);
    let decided = act(&tree, &in_time);
    assert_eq!((&decided["state"], &decided["accepted"]), (&json!("decided"), &json!(true)), "{decided}");
    assert!(time(&decided["decided_at"]) > time(&decided["asked_at"]));

    tree.other.kill();
    let late = ask(&tree, bid_of(101_000));
    for at in [&tree.county, &tree.city, &tree.region] {
        tree.work(at);
    }
    tree.other.start();
    travel_all(&tree, ends_at.plus_seconds(1));
    tree.work(&tree.region);
    rest(&tree);
    let decided = act(&tree, &late);
    assert_eq!(decided["state"], "decided", "{decided}");
    assert_eq!(decided["decision"]["refusal"]["code"], "sale_over", "{decided}");
}

/// Rule 10 of trading holds for whoever comes: related parties of the seller may not bid, by their credit code; an
/// enterprise that is registered at the owner's acts there, and no other node speaks for it.
#[test]
fn domain_4_who_may_not_bid_may_not_from_another_node_either() {
    let tree = Tree::new(1040);
    let other = tree.other.city();
    let mut drafted = body(other, "online_bidding", bidding_terms(other));
    drafted["terms"]["related_parties"] = json!([code(tree.county.city(), ENQUIRER)]);
    let id = other.as_(SELLER).post("/api/v1/sales", drafted).expect(201).id();
    publish(other, &id).expect(200);
    known(&tree, id.clone());
    refused(&tree, json!({"act": "enrol"}), &id, "sale_not_seller");

    let twins = Tree::with(1050, "0");
    let id = known(&twins, bidding(twins.other.city()));
    assert_eq!(code(twins.county.city(), ENQUIRER), code(twins.other.city(), BIDDER));
    refused(&twins, json!({"act": "enrol"}), &id, "party_is_local");
}

fn code(city: &City, persona: &str) -> String {
    let id = city.organisation(persona);
    let read = city.app.db.read_blocking(move |snapshot| techmart::identity::service::party(snapshot, id));
    read.unwrap().credit_code
}

/// What is asked is checked before it is sent: an act on a sale is about a sale, and needs the role for it.
#[test]
fn an_act_on_a_sale_names_a_sale_and_needs_the_right_to_bid() {
    let tree = Tree::new(1060);
    let id = known(&tree, bidding(tree.other.city()));
    let county = tree.county.city();
    let about = super::acts::achievement(&tree);
    let wrong = county.as_(ENQUIRER).post("/api/v1/remote-acts", json!({"act": "enrol", "about": about}));
    assert_eq!(wrong.refused(422, "validation_failed").body["errors"][0]["code"], "remote_record_unknown");
    let body = json!({"act": "enrol", "about": urn(&id)});
    county.as_("government.member").post("/api/v1/remote-acts", body).refused(403, "forbidden");
    assert!(errands(&tree.county).is_empty());
}

fn objection() -> Value {
    json!({
        "act": "object",
        "ground": "rights",
        "reason": "该专利为共有，未经共有人同意。",
        "evidence": "专利登记簿副本（示例）。",
        "remedy": "annul",
    })
}

/// DOMAIN §4, rule 19 of trading: an objection from another node blocks the award until it is answered; its objector
/// hears the answer. One that is taken back blocks nothing.
#[test]
fn domain_4_an_objection_from_another_node_blocks_the_award() {
    let tree = Tree::new(1070);
    let other = tree.other.city();
    let id = known(&tree, bidding(other));
    admitted(other, &id, BIDDER);
    to_start(&tree, &id);
    bid(other, &id, BIDDER, 100_000).expect(200);
    let mut empty = objection();
    empty["evidence"] = json!("");
    let decided = done(&tree, empty, &id);
    let error = &decided["decision"]["refusal"]["errors"][0];
    assert_eq!(
        (&error["pointer"], &error["code"]),
        (&json!("/evidence"), &json!("sale_objection_evidence")),
        "{decided}"
    );
    let first = accepted(&tree, objection(), &id);
    let second = accepted(&tree, objection(), &id);
    assert_eq!(threads(&tree, "sale_objection").len(), 2);

    assert_eq!(to_end(&tree, &id)["state"], "ended", "objections are open");
    let back = ask(&tree, json!({"act": "withdraw", "thread": first["thread"], "reason": "已澄清"}));
    rest(&tree);
    assert_eq!(act(&tree, &back)["accepted"], true);
    assert_eq!(sale(&tree, &id)["state"], "ended", "one is still open");
    let operator = other.as_(OPERATOR);
    let listed = operator.get(&path(&id, "/objections")).expect(200).body;
    let open = listed["items"].as_array().unwrap().iter().find(|it| it["state"] == "open").unwrap().clone();
    let answer = json!({"uphold": false, "annul": false, "text": "经核查，权属清楚。"});
    let at = format!("/api/v1/sales/objections/{}/answer", open["id"].as_str().unwrap());
    operator.post(&at, answer).expect(200);
    rest(&tree);
    assert_eq!(sale(&tree, &id)["state"], "awarded");
    let heard = threads(&tree, "sale_objection");
    let of = |urn: &Value| heard.iter().find(|it| it["urn"] == *urn).unwrap().clone();
    let (first, second) = (of(&first["thread"]), of(&second["thread"]));
    assert_eq!(first["state"], "withdrawn");
    assert_eq!((&second["state"], &second["answer"]), (&json!("dismissed"), &json!("经核查，权属清楚。")));

    // Whose it is is its maker's secret: the log of the owner names no node (rule 8).
    let changes = other.app.db.read_blocking(|it| techmart::changes::read_after(it, 0, 10_000)).unwrap();
    let of_sale = changes.iter().filter(|change| change.kind.starts_with("sale"));
    assert!(of_sale.clone().count() > 5);
    assert!(of_sale.clone().all(|change| !change.facts.to_string().contains(COUNTY)));
    assert_eq!(deposits(other, &id), [("confirmed".to_owned(), 1)]);
    let payer = other.as_(PAYER).get("/api/v1/sales/deposits").expect(200).body;
    assert!(!payer.to_string().contains("示例enterprise"));
}
