//! Settling the case of a node that has shown two histories (TMF-1 rule 13): it is named no more, its past stays readable,
//! and a new case names it again.

use serde_json::{Value, json};
use techmart::federation::model::LogFault;
use techmart::federation::tlog::note::{Checkpoint, Kind, VerifierKey};
use techmart::federation::tlog::service;
use techmart::federation::tlog::watch::{Observed, worth_comparing};
use techmart::kernel::time::UtcTime;
use techmart::proof::merkle;

use super::witness::{COUNTY, County, look, submit};
use crate::support::{City, Response};

const OPERATOR: &str = "operator.operator";

fn settle(city: &City, epoch: i64, ground: &str, reason: &str) -> Response {
    let path = format!("/api/v1/federation/logs/{COUNTY}/settlements");
    city.as_(OPERATOR).post(&path, json!({"epoch": epoch, "ground": ground, "reason": reason}))
}

fn log(city: &City, epoch: i64) -> Value {
    let seen = city.anonymous().get("/tlog/neighbours").expect(200).body;
    seen.as_array().unwrap().iter().find(|log| log["epoch"] == epoch).unwrap().clone()
}

/// What the page says of those that are named, and of settled cases.
fn page(city: &City) -> (bool, bool) {
    let text = city.anonymous().with("accept-language", "en").get("/federation/status").expect(200).text();
    (text.contains("class=\"named\""), text.contains("Settled cases") && text.contains(COUNTY))
}

/// The same leaves with another one among them.
fn rewritten(of: &County, at: usize, with: u8) -> County {
    let mut other = County { signer: of.signer.clone(), leaves: of.leaves.clone() };
    other.leaves[at] = merkle::leaf(&[with, with]);
    other
}

fn trusted(city: &City, county: &County, epoch: i64) {
    let origin = service::origin(COUNTY, epoch);
    let keys = vec![VerifierKey::new(&origin, Kind::Log, county.signer.public().clone())];
    city.app.db.write_blocking("test.trust", move |tx| service::trust(tx, COUNTY, epoch, &keys)).unwrap();
}

/// The notices that its operators got: one for each case.
fn cases(city: &City) -> Vec<i64> {
    let read = city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000));
    let named = read.unwrap().into_iter().filter(|change| change.kind == "federation.equivocation");
    named.map(|change| change.version).collect()
}

/// What a third node saw is compared only if it saw it after the case was settled.
fn compared(city: &City, note: &str, seen_at: UtcTime) -> usize {
    let told = vec![(note.to_owned(), Some(seen_at))];
    let found = city.app.db.read_blocking(move |it| worth_comparing(it, "cn-450000", &told, 10));
    found.unwrap().len()
}

/// An explained restore without a new epoch: the log is watched anew as it now stands.
#[test]
fn tmf_13_a_node_that_explained_a_restore_is_named_no_more_and_a_new_case_names_it_again() {
    let city = City::new();
    let county = County::new(&city);
    assert_eq!(look(&city, &county, 20), Observed::Advanced);
    settle(&city, 1, "restored", "尚无问题").refused(409, "log_not_named");
    let restored = rewritten(&county, 3, 7);
    assert_eq!(look(&city, &restored, 25), Observed::Named(LogFault::Rewritten));
    assert_eq!(page(&city), (true, false));
    let seen_elsewhere = city.now();

    assert_eq!(settle(&city, 1, "restored", " ").expect(422).field("/reason"), Some("required"));
    settle(&city, 1, "new_epoch", "已开始新纪元").refused(409, "log_epoch_same");
    settle(&city, 2, "restored", "x").refused(404, "log_unknown");
    city.clock.advance_seconds(60);
    let made = settle(&city, 1, "restored", "2026年3月2日电话核实：误用旧备份恢复。").expect(201).body;
    assert_eq!((&made["fault"], &made["ground"]), (&json!("rewritten"), &json!("restored")));
    assert!(made["settled_by_name"].as_str().is_some_and(|name| !name.is_empty()), "{made}");
    assert_eq!(city.trail("federation.log_settled"), [format!("urn:tm:{COUNTY}:tlog:1")]);

    // Nobody is named; what it was stays, with both notes.
    assert_eq!(page(&city), (false, true));
    let calm = log(&city, 1);
    assert_eq!((&calm["fault"], &calm["evidence"], &calm["size"]), (&json!(null), &json!(null), &json!(0)));
    let past = calm["settled"][0]["evidence"].as_str().unwrap();
    assert!(past.contains(&county.note(20).text()) && past.contains(&restored.note(25).text()));
    assert!(!calm.to_string().contains("电话核实"), "the reason is the operators'");
    let listed =
        city.as_(OPERATOR).get(&format!("/api/v1/federation/log-settlements?node={COUNTY}")).expect(200).body;
    assert_eq!(listed["items"][0]["reason"], "2026年3月2日电话核实：误用旧备份恢复。");

    // It goes on as it now stands. The old note may be shown again by anybody: that is no new case.
    assert_eq!(look(&city, &restored, 25), Observed::Advanced);
    assert_eq!(look(&city, &restored, 30), Observed::Advanced);
    assert_eq!(compared(&city, &county.note(18).text(), seen_elsewhere), 0, "it was seen before");
    assert_eq!(
        compared(&city, &county.note(20).text(), city.now().plus_seconds(9)),
        0,
        "it is in the evidence"
    );
    assert_eq!(compared(&city, &county.note(18).text(), city.now().plus_seconds(9)), 1, "it is shown still");
    settle(&city, 1, "restored", "再次").refused(409, "log_not_named");

    // A new case.
    assert_eq!(look(&city, &rewritten(&restored, 4, 9), 40), Observed::Named(LogFault::Rewritten));
    assert_eq!(page(&city), (true, true));
    assert_eq!(cases(&city), [1, 3]);
    assert_eq!(log(&city, 1)["settled"].as_array().unwrap().len(), 1);
    settle(&city, 1, "restored", "第二次核实（示例）").expect(201);
    assert_eq!(log(&city, 1)["settled"].as_array().unwrap().len(), 2);
}

/// After a new epoch the old log is over: its case is settled, and the new log is watched from its first leaf.
#[test]
fn tmf_13_a_case_of_an_epoch_that_is_over_is_settled_by_the_new_one() {
    let city = City::new();
    let county = County::new(&city);
    submit(&city, &county.submission(0, 20)).expect(200);
    let other = rewritten(&county, 3, 7);
    submit(&city, &other.submission(20, 20)).expect(409);
    assert_eq!(log(&city, 1)["fault"], "split_view");
    trusted(&city, &county, 2);
    settle(&city, 1, "new_epoch", "已恢复并开始新纪元").expect(201);
    assert_eq!(page(&city), (false, true));
    assert_eq!(log(&city, 1)["size"], 20, "what was seen of it stays");

    // The same note again accuses nobody anew; a third history of that log does, and so does one of the new log.
    submit(&city, &other.submission(20, 20)).expect(409);
    assert_eq!(log(&city, 1)["fault"], json!(null));
    submit(&city, &rewritten(&county, 5, 8).submission(20, 20)).expect(409);
    assert_eq!(log(&city, 1)["fault"], "split_view");
    let of = |root: u8| Checkpoint { origin: service::origin(COUNTY, 2), size: 1, root: [root; 32] };
    let body = |old: u64, root: u8| format!("old {old}\n\n{}", of(root).sign(&county.signer).text());
    submit(&city, &body(0, 1)).expect(200);
    submit(&city, &body(1, 2)).expect(409);
    assert_eq!(log(&city, 2)["fault"], "split_view");
    assert_eq!(cases(&city), [1, 3, 1], "each log counts its own");
}
