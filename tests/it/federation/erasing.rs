//! Words and contacts of acts across nodes go when their time is over, and with the record that they are about.

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use serde_json::{Value, json};
use techmart::db::{Snapshot, Tx};
use techmart::federation::commands::service;
use techmart::federation::service::peers;
use techmart::kernel::actor::Actor;

use super::acts::{Tree, achievement, act, ask, question};
use super::network::Node;

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many commands that a node received still have their opened text, and how many their sealed letter.
fn kept(node: &Node) -> [i64; 2] {
    ["body", "command"].map(|column| {
        let sql = format!("SELECT COUNT(*) AS n FROM command_inbox WHERE {column} <> ''");
        let count = move |snapshot: &mut Snapshot| {
            Ok(diesel::sql_query(&sql).get_result::<Count>(&mut **snapshot)?.n)
        };
        node.city().app.db.read_blocking(count).unwrap()
    })
}

fn days_later(tree: &Tree, days: i64) {
    for node in [&tree.county, &tree.other] {
        node.clock.advance_seconds(days * 24 * 3600);
        node.city().app.run_jobs().unwrap();
    }
}

/// Personal Information Protection Law art. 19: no longer than is needed. What was decided stays.
#[test]
fn pipl_19_contacts_of_remote_acts_are_kept_no_longer_than_needed() {
    let tree = Tree::new(960);
    let about = achievement(&tree);
    let asked = ask(&tree, question(&about, "能否许可？"));
    tree.rest();
    assert_eq!((act(&tree, &asked)["state"].clone(), kept(&tree.other)), (json!("decided"), [0, 1]));
    days_later(&tree, 31);
    assert_eq!(kept(&tree.other), [0, 1], "the signed letter is evidence for longer");
    assert_eq!(act(&tree, &asked)["request"]["about"], json!(about), "its own organisation still sees it");
    days_later(&tree, 150);
    let old = act(&tree, &asked);
    assert_eq!(
        (&old["request"], &old["state"], &old["accepted"]),
        (&Value::Null, &json!("decided"), &json!(true))
    );
    assert_ne!(old["about_title"], "");
    let erase = move |tx: &mut Tx| service::erase_about(tx, &about);
    tree.county.city().app.db.write_blocking("test.erase", erase).unwrap();
    assert_eq!(act(&tree, &asked)["about_title"], "", "of a record that is erased later");
    days_later(&tree, 3 * 366);
    assert_eq!(kept(&tree.other), [0, 0]);
}

/// TMF-1 rule 5: what was asked about a record goes when it is erased, at its own node and where it was asked.
#[test]
fn tmf_1_rule_5_erasure_takes_what_was_asked_about_the_record() {
    let tree = Tree::new(970);
    let about = achievement(&tree);
    let asked = ask(&tree, question(&about, "能否许可？"));
    tree.rest();
    assert_eq!(kept(&tree.other), [0, 1]);
    let erased = about.clone();
    let erase = move |tx: &mut Tx| peers::record_erasure(tx, &Actor::System("test"), &erased, 99);
    tree.other.city().app.db.write_blocking("test.erase", erase).unwrap();
    assert_eq!(kept(&tree.other), [0, 0]);
    tree.rest();
    let gone = act(&tree, &asked);
    assert_eq!((&gone["request"], &gone["about_title"]), (&Value::Null, &json!("")), "{gone}");
    assert_eq!(gone["state"], "decided", "what was decided stays");
}
