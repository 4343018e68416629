//! Links that are suspended and keys that are missing for a while lose nothing (TMF-1 rule 11).

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use serde_json::{Value, json};
use techmart::db::{Snapshot, Tx};
use techmart::federation::service::peers;
use techmart::kernel::actor::Actor;

use super::acts::{
    ENQUIRER, OTHER, OWNER, Tree, achievement, act, ask, engagements, errands, hand, question,
};
use super::network::{CITY, COUNTY, Node, REGION};

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn count(node: &Node, sql: &'static str) -> i64 {
    let count =
        move |snapshot: &mut Snapshot| Ok(diesel::sql_query(sql).get_result::<Count>(&mut **snapshot)?.n);
    node.city().app.db.read_blocking(count).unwrap()
}

fn act_on_peer(
    node: &Node,
    act: impl Fn(&mut Tx) -> Result<(), techmart::kernel::error::Refusal> + Send + 'static,
) {
    node.city().app.db.write_blocking("test.peer", act).unwrap();
}

/// The keys that a node pinned of its parent are gone for a while, as between a revocation and the new key.
fn keys(node: &Node, known: bool) {
    let sql = if known { "UPDATE peer SET keys = name" } else { "UPDATE peer SET name = keys, keys = '[]'" };
    act_on_peer(node, move |tx| Ok(tx.batch(&format!("{sql} WHERE node = '{REGION}'"))?));
}

fn thread(tree: &Tree) -> Value {
    let threads = tree.county.city().as_(ENQUIRER).get("/api/v1/remote-threads").expect(200).body;
    threads["items"][0]["thread"].clone()
}

fn messages(tree: &Tree) -> usize {
    let enquirer = tree.county.city().as_(ENQUIRER);
    let threads = enquirer.get("/api/v1/remote-threads").expect(200).body;
    let path = format!("/api/v1/remote-threads/{}/messages", threads["items"][0]["id"].as_str().unwrap());
    enquirer.get(&path).expect(200).body["items"].as_array().unwrap().len()
}

/// TMF-1 rule 11: what happens while a link is suspended is told once it is resumed; nobody's keys are withdrawn.
#[test]
fn tmf_1_rule_11_a_suspended_link_loses_no_answer() {
    let tree = Tree::new(1500);
    let about = achievement(&tree);
    ask(&tree, question(&about, "能否许可？"));
    tree.rest();
    let id = engagements(&tree.other, OWNER)[0]["id"].as_str().unwrap().to_owned();
    let (owner, path) = (tree.other.city().as_(OWNER), format!("/api/v1/engagements/{id}"));
    act_on_peer(&tree.other, |tx| peers::suspend(tx, &Actor::System("test"), REGION, None).map(drop));
    owner.post(&format!("{path}/answer"), json!({"decision": "accepted", "text": "欢迎来访"})).expect(200);
    owner.post(&format!("{path}/messages"), json!({"text": "周四可看样。"})).expect(201);
    // The job that states keys runs meanwhile.
    tree.later(60);
    tree.rest();
    assert_eq!(thread(&tree)["state"], "enquired", "nothing is given to whom the link is suspended");
    let log =
        tree.other.city().app.db.read_blocking(|s| techmart::changes::read_after(s, 0, 10_000)).unwrap();
    assert!(!log.iter().any(|change| change.kind == "node_keys.withdrawn"), "its keys are still pinned");
    act_on_peer(&tree.other, |tx| peers::resume(tx, &Actor::System("test"), REGION, None).map(drop));
    tree.later(3600);
    tree.rest();
    let told = thread(&tree);
    assert_eq!((&told["state"], &told["answer"]), (&json!("accepted"), &json!("欢迎来访")));
    assert_eq!(messages(&tree), 1);
    // And the other way: what is asked while the link is suspended waits.
    act_on_peer(&tree.county, |tx| peers::suspend(tx, &Actor::System("test"), CITY, None).map(drop));
    let asked = ask(&tree, json!({"act": "message", "thread": told["urn"], "text": "周四到。"}));
    tree.rest();
    assert_eq!(act(&tree, &asked)["state"], "queued");
    act_on_peer(&tree.county, |tx| peers::resume(tx, &Actor::System("test"), CITY, None).map(drop));
    tree.sync();
    tree.later(3600);
    tree.rest();
    assert_eq!(act(&tree, &asked)["accepted"], true);
    assert_eq!(messages(&tree), 2);
}

/// TMF-1 rule 11: while the keys of a node are not known nothing is decided that could not be answered, and what happens
/// is told once they are known again.
#[test]
fn tmf_1_rule_11_missing_keys_lose_no_answer() {
    let tree = Tree::new(1510);
    let about = achievement(&tree);
    ask(&tree, question(&about, "能否许可？"));
    tree.rest();
    let id = engagements(&tree.other, OWNER)[0]["id"].as_str().unwrap().to_owned();
    let (owner, path) = (tree.other.city().as_(OWNER), format!("/api/v1/engagements/{id}"));
    owner.post(&format!("{path}/answer"), json!({"decision": "accepted", "text": "欢迎来访"})).expect(200);
    tree.rest();
    let urn = thread(&tree)["urn"].clone();
    let asked = ask(&tree, json!({"act": "message", "thread": urn, "text": "周四到。"}));
    let mut carried = errands(&tree.county).remove(0).carried;
    carried.via = [COUNTY, CITY, REGION].map(str::to_owned).to_vec();
    assert_eq!(hand(&tree.other, REGION, &carried).unwrap(), "received");
    keys(&tree.other, false);
    owner.post(&format!("{path}/messages"), json!({"text": "周四可看样。"})).expect(201);
    const UNTOLD: &str = "SELECT COUNT(*) AS n FROM command_untold";
    const UNDECIDED: &str = "SELECT COUNT(*) AS n FROM command_inbox WHERE state = 'received'";
    for _ in 0..12 {
        tree.work(&tree.other);
        tree.later(1800);
    }
    assert_eq!((count(&tree.other, UNTOLD), count(&tree.other, UNDECIDED)), (1, 1), "both wait");
    keys(&tree.other, true);
    tree.later(1800);
    tree.rest();
    assert_eq!((count(&tree.other, UNTOLD), count(&tree.other, UNDECIDED)), (0, 0));
    assert_eq!(act(&tree, &asked)["accepted"], true);
    assert_eq!(messages(&tree), 2);
    assert_eq!(tree.other.id, OTHER);
}
