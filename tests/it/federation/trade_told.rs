//! What other nodes are told of a running sale, and what a user of theirs asks its seller (issues 6 and 7).

use serde_json::{Value, json};

use super::acts::{OTHER, Tree, ask, holds};
use super::network::COUNTY;
use super::trade::{accepted, done, known, refused, rest, sale, threads, time, to_end, travel_all, urn};
use crate::trading::{
    BIDDER, OPERATOR, SECOND, SELLER, admitted, bid, bidding, bidding_terms, day, drafted, maximum, path,
    publish,
};

/// Changes of a sale that other nodes read.
fn tellings(tree: &Tree, id: &str) -> usize {
    let changes =
        tree.other.city().app.db.read_blocking(|it| techmart::changes::read_after(it, 0, 10_000)).unwrap();
    changes.iter().filter(|change| change.kind == "sale.run_told" && change.subject.ends_with(id)).count()
}

/// What the county knows of the sale after the news have come.
fn seen(tree: &Tree, id: &str) -> Value {
    rest(tree);
    tree.county.data(&urn(id)).unwrap()
}

/// Rule 22 of trading, TMF-1 rule 3: price and end of a running sale reach a node three hops away, at most once a minute,
/// and in the last part every ten seconds; suspension and close at once; what is secret stays where it is.
#[test]
fn tmf_1_rule_3_price_and_end_of_a_running_sale_reach_other_nodes_now_and_then() {
    let tree = Tree::new(1080);
    let other = tree.other.city();
    let id = drafted(other, "online_bidding", bidding_terms(other));
    other.as_(SELLER).put(&path(&id, "/reserve"), json!({"reserve_fen": 100_771})).expect(200);
    publish(other, &id).expect(200);
    let alias = admitted(other, &id, BIDDER);
    admitted(other, &id, SECOND);
    let notice = seen(&tree, &known(&tree, id.clone()));
    assert_eq!((&notice["run"]["bids"], &notice["run"]["price_fen"]), (&json!(0), &json!(null)));
    let (start, end) = (time(&notice["starts_at"]), time(&notice["ends_at"]));
    assert_eq!(notice["run"]["ends_at"], notice["ends_at"]);

    // A bid each second for a minute and a half, and the job after each.
    travel_all(&tree, start);
    for at in 0..90_i64 {
        let persona = if at % 2 == 0 { BIDDER } else { SECOND };
        bid(other, &id, persona, 100_000 + at * 1_000).expect(200);
        other.clock.advance_seconds(1);
        if at % 5 == 4 {
            other.app.run_jobs().unwrap();
        }
    }
    assert_eq!(tellings(&tree, &id), 2, "the first, and once a minute");
    maximum(other, &id, BIDDER, 987_654_000).expect(200);
    travel_all(&tree, start.plus_seconds(200));
    let running = seen(&tree, &id)["run"].clone();
    assert_eq!((&running["price_fen"], &running["leader"]), (&json!(190_000), &json!(alias)), "{running}");
    assert_eq!(running["next_fen"], 191_000);
    assert_eq!(tellings(&tree, &id), 3);
    travel_all(&tree, start.plus_seconds(400));
    rest(&tree);
    assert_eq!(tellings(&tree, &id), 3, "nothing moved, nothing is told");

    // Suspended: the end moves, and the county hears of it without a bid.
    other.as_(OPERATOR).post(&path(&id, "/suspend"), json!({"reason": "核查"})).expect(200);
    let suspended = seen(&tree, &id);
    let (goes_on, later) = (time(&suspended["run"]["starts_at"]), time(&suspended["ends_at"]));
    assert!(later > end && goes_on > start, "{suspended}");
    assert_eq!(suspended["ends_at"], sale(&tree, &id)["ends_at"]);
    assert_eq!(tellings(&tree, &id), 3, "the suspension says it all");

    // A late bid moves the end: ten seconds at most.
    travel_all(&tree, later.plus_seconds(-100));
    bid(other, &id, SECOND, 200_000).expect(200);
    let extended = seen(&tree, &id);
    assert_eq!(extended["ends_at"], json!(later.plus_seconds(200)), "{extended}");
    assert_eq!(
        (&extended["ends_at"], &extended["run"]["extensions"]),
        (&sale(&tree, &id)["ends_at"], &json!(1))
    );
    assert_eq!(extended["run"]["leader"], json!(alias), "its maximum went higher");
    for node in tree.nodes() {
        assert!(!holds(node, "987654000"), "{} holds the maximum", node.id);
    }
    for told in [&suspended, &extended] {
        assert!(!told.to_string().contains("100771"), "the reserve stays sealed: {told}");
    }
    assert_eq!(to_end(&tree, &id)["state"], "awarded");
    let ended = seen(&tree, &id);
    assert_eq!((&ended["run"]["closed"], &ended["run"]["next_fen"]), (&json!(true), &json!(null)));
    assert_eq!(
        (&ended["run"]["price_fen"], &ended["result"]["price_fen"]),
        (&json!(201_000), &json!(201_000))
    );
}

/// DOMAIN §4, unsold: the sale that is run again says at every node which one it runs again, and its own end.
#[test]
fn domain_4_a_rerun_is_known_elsewhere_with_its_own_end_and_the_sale_it_runs_again() {
    let tree = Tree::new(1090);
    let other = tree.other.city();
    let id = known(&tree, bidding(other));
    assert_eq!(to_end(&tree, &id)["state"], "unsold");
    assert_eq!(seen(&tree, &id)["result"]["reason"], "no_bids");
    let terms = json!({"start_fen": 90_000, "starts_at": day(other, 20), "ends_at": day(other, 21)});
    let again = other.as_(SELLER).post(&path(&id, "/rerun"), terms).expect(201).id();
    publish(other, &again).expect(200);
    let shown = seen(&tree, &again);
    assert_eq!((&shown["rerun_of"], &shown["run_number"]), (&json!(urn(&id)), &json!(2)), "{shown}");
    assert_eq!((&shown["price"]["start_fen"], &shown["ends_at"]), (&json!(90_000), &json!(day(other, 21))));
}

/// A question from another node: the seller answers it like any other, everybody reads it without who asked, and the
/// asker hears the answer at its own node.
#[test]
fn tmf_1_rule_11_a_question_to_the_seller_three_hops_away() {
    let tree = Tree::new(1100);
    let other = tree.other.city();
    let id = known(&tree, bidding(other));
    let question = |text: &str| json!({"act": "ask", "text": text});
    let empty = done(&tree, question(" "), &id);
    assert_eq!(empty["decision"]["refusal"]["errors"][0]["pointer"], "/text", "{empty}");
    let asked = accepted(&tree, question("专利维持费缴至何时？MARKER-ASKED-8841"), &id);
    accepted(&tree, question("可否实地考察？"), &id);
    let waiting = threads(&tree, "sale_question");
    assert_eq!(waiting.len(), 2);
    let of = |urn: &Value| {
        threads(&tree, "sale_question").into_iter().find(|it| it["urn"] == *urn).expect("its thread")
    };
    let open = of(&asked["thread"]);
    assert_eq!((&open["state"], &open["answer"]), (&json!("open"), &json!(null)));
    assert_eq!(
        (&open["about"], &open["text"]),
        (&json!(urn(&id)), &json!("专利维持费缴至何时？MARKER-ASKED-8841"))
    );

    // Nobody but the seller sees it before the answer, and the seller not who asks.
    let list = path(&id, "/questions");
    assert_eq!(other.anonymous().get(&list).expect(200).body["items"], json!([]));
    let found = other.as_(SELLER).get(&list).expect(200).body;
    let first =
        found["items"].as_array().unwrap().iter().find(|it| it["text"] == open["text"]).unwrap().clone();
    assert!(!found.to_string().contains(COUNTY), "{found}");
    let at = format!("/api/v1/sales/questions/{}/answer", first["id"].as_str().unwrap());
    other.as_(SELLER).post(&at, json!({"text": "已缴至2028年。"})).expect(200);
    rest(&tree);
    let answered = of(&asked["thread"]);
    assert_eq!((&answered["state"], &answered["answer"]), (&json!("answered"), &json!("已缴至2028年。")));
    assert!(!answered["answered_at"].is_null() && !answered["ended_at"].is_null());
    let still = threads(&tree, "sale_question").into_iter().filter(|it| it["state"] == "open").count();
    assert_eq!(still, 1, "the other one waits");
    let public = other.anonymous().get(&list).expect(200).body;
    assert_eq!(public["items"][0]["answer"], "已缴至2028年。");
    assert!(!public.to_string().contains(COUNTY), "{public}");

    // Rule 8: the log of the owner names no asker; who carries a question reads nothing of it.
    let changes = other.app.db.read_blocking(|it| techmart::changes::read_after(it, 0, 10_000)).unwrap();
    let of_sale = changes.iter().filter(|change| change.kind.starts_with("sale"));
    assert!(of_sale.clone().any(|change| change.kind == "sale.question_asked"));
    assert!(of_sale.clone().all(|change| !format!("{} {}", change.actor, change.facts).contains(COUNTY)));
    for hub in [&tree.city, &tree.region] {
        assert!(!holds(hub, "MARKER-ASKED-8841"), "{} reads questions", hub.id);
    }
    assert!(holds(&tree.other, "MARKER-ASKED-8841"), "the test can fail");
}

/// The limits of the owner hold: so many open questions, and none once the sale has ended.
#[test]
fn a_question_from_another_node_is_refused_by_the_owners_rules() {
    let tree = Tree::new(1110);
    let other = tree.other.city();
    let id = known(&tree, bidding(other));
    for number in 0..10 {
        ask(&tree, json!({"act": "ask", "about": urn(&id), "text": format!("问题 {number}")}));
    }
    tree.rest();
    assert_eq!(threads(&tree, "sale_question").len(), 10);
    refused(&tree, json!({"act": "ask", "text": "再问"}), &id, "sale_questions_max");
    assert_eq!(to_end(&tree, &id)["state"], "unsold");
    refused(&tree, json!({"act": "ask", "text": "还在吗？"}), &id, "state_conflict");
    let elsewhere = json!({"act": "ask", "about": format!("urn:tm:{OTHER}:sale:01980000-0000-7000-8000-0000000000aa"), "text": "x"});
    let county = tree.county.city();
    county
        .as_(super::acts::ENQUIRER)
        .post("/api/v1/remote-acts", elsewhere)
        .refused(422, "validation_failed");
}
