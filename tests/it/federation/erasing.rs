//! Words and contacts of acts across nodes go when their time is over, and with the record that they are about.

use diesel::RunQueryDsl;
use diesel::sql_types::BigInt;
use serde_json::{Value, json};
use techmart::db::{Snapshot, Tx};
use techmart::federation::commands::service;
use techmart::federation::service::erasing;
use techmart::kernel::actor::Actor;

use super::acts::{ENQUIRER, OTHER, OWNER, Tree, achievement, act, ask, engagements, question};
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
    let erase = move |tx: &mut Tx| erasing::record_erasure(tx, &Actor::System("test"), &erased, 99);
    tree.other.city().app.db.write_blocking("test.erase", erase).unwrap();
    assert_eq!(kept(&tree.other), [0, 0]);
    tree.rest();
    let gone = act(&tree, &asked);
    assert_eq!((&gone["request"], &gone["about_title"]), (&Value::Null, &json!("")), "{gone}");
    assert_eq!(gone["state"], "decided", "what was decided stays");
}

const WORDS: &str = "MARKER-WORDS-6620";

/// An enquiry that was accepted, and a message of each side; the URN of what it is about and the id of its thread.
fn conversation(tree: &Tree) -> (String, String) {
    let about = achievement(tree);
    ask(tree, question(&about, "能否许可？"));
    tree.rest();
    let id = engagements(&tree.other, OWNER)[0]["id"].as_str().unwrap().to_owned();
    let (owner, path) = (tree.other.city().as_(OWNER), format!("/api/v1/engagements/{id}"));
    owner.post(&format!("{path}/answer"), json!({"decision": "accepted", "text": WORDS})).expect(200);
    owner.post(&format!("{path}/messages"), json!({"text": WORDS})).expect(201);
    tree.rest();
    let thread = format!("urn:tm:{OTHER}:engagement:{id}");
    ask(tree, json!({"act": "message", "thread": thread, "text": "周四到。"}));
    tree.rest();
    (about, id)
}

/// The thread and its messages, as the county's enterprise sees them.
fn thread(tree: &Tree, id: &str) -> (Value, Vec<Value>) {
    let enquirer = tree.county.city().as_(ENQUIRER);
    let thread = enquirer.get(&format!("/api/v1/remote-threads/{id}")).expect(200).body;
    let messages = enquirer.get(&format!("/api/v1/remote-threads/{id}/messages?limit=100")).expect(200).body;
    (thread, messages["items"].as_array().unwrap().clone())
}

fn count(node: &Node, sql: &'static str) -> i64 {
    let count =
        move |snapshot: &mut Snapshot| Ok(diesel::sql_query(sql).get_result::<Count>(&mut **snapshot)?.n);
    node.city().app.db.read_blocking(count).unwrap()
}

const LETTERS: &str = "SELECT COUNT(*) AS n FROM command_result WHERE document <> ''";

fn everywhere_later(tree: &Tree, days: i64) {
    tree.later(days * 24 * 3600);
    tree.nodes().iter().for_each(|node| node.city().app.run_jobs().unwrap());
}

/// Nobody reads it any more: not in the thread, not in its messages.
fn assert_blank((thread, messages): &(Value, Vec<Value>), title: &str) {
    assert!(thread["erased_at"].is_string(), "{thread}");
    let said = &thread["thread"];
    assert_eq!(
        (&said["text"], &said["answer"], &said["owner_contact"]),
        (&json!(""), &json!(null), &json!(null))
    );
    assert_eq!((&said["state"], &said["about_title"]), (&json!("accepted"), &json!(title)), "{said}");
    assert_eq!(messages.len(), 2, "that they wrote stays");
    for message in messages {
        assert_eq!((&message["text"], &message["author_name"]), (&json!(""), &json!("")), "{message}");
        assert_ne!(message["party_name"], "");
    }
}

/// Personal Information Protection Law art. 19: threads, messages and the sealed letters that brought them stay as long as
/// a claim may be brought, here as at their own node, and then go from wherever they were passed on.
#[test]
fn pipl_19_threads_and_messages_of_other_nodes_go_when_nobody_needs_them() {
    let tree = Tree::new(980);
    let (_, id) = conversation(&tree);
    let before = thread(&tree, &id);
    assert_eq!((&before.0["thread"]["answer"], &before.0["erased_at"]), (&json!(WORDS), &Value::Null));
    assert!(before.1.iter().any(|message| message["text"] == WORDS));
    let letters = count(&tree.county, LETTERS);
    assert!(letters >= 5, "{letters}");
    everywhere_later(&tree, 3 * 365);
    assert_eq!(thread(&tree, &id), before, "not yet");
    everywhere_later(&tree, 4);
    assert_blank(&thread(&tree, &id), "");
    assert_eq!(count(&tree.county, LETTERS), 0);
    let passed_on = "SELECT COUNT(*) AS n FROM replica WHERE event_type = 'cn.techmart.command_result.v1' AND public IS NOT NULL";
    tree.sync();
    for node in tree.nodes() {
        assert_eq!(count(node, passed_on), 0, "{} keeps letters", node.id);
    }
    // What is told after that is the next version, and is taken.
    let owner = tree.other.city().as_(OWNER);
    owner.post(&format!("/api/v1/engagements/{id}/messages"), json!({"text": "还在吗？"})).expect(201);
    tree.rest();
    let (_, messages) = thread(&tree, &id);
    assert_eq!((messages.len(), &messages[2]["text"]), (3, &json!("还在吗？")), "{messages:?}");
}

/// TMF-1 rule 5: the conversation about a record goes with it; what comes later of it has no words.
#[test]
fn tmf_1_rule_5_erasure_takes_threads_and_messages_about_the_record() {
    let tree = Tree::new(990);
    let (about, id) = conversation(&tree);
    let erase = move |tx: &mut Tx| erasing::record_erasure(tx, &Actor::System("test"), &about, 99);
    tree.other.city().app.db.write_blocking("test.erase", erase).unwrap();
    tree.rest();
    assert_blank(&thread(&tree, &id), "");
    let owner = tree.other.city().as_(OWNER);
    owner.post(&format!("/api/v1/engagements/{id}/messages"), json!({"text": WORDS})).expect(201);
    tree.rest();
    let (_, messages) = thread(&tree, &id);
    assert_eq!((messages.len(), &messages[2]["text"]), (3, &json!("")), "{messages:?}");
}

/// However much was asked about it: what one command does not take out, the next ones do.
#[test]
fn an_erasure_goes_on_in_slices_until_nothing_is_left() {
    const LEFT: &str = "SELECT COUNT(*) AS n FROM remote_message WHERE text <> ''";
    let tree = Tree::new(1000);
    let (about, id) = conversation(&tree);
    let county = tree.county.city();
    let thread = format!("urn:tm:{OTHER}:engagement:{id}");
    let many = move |tx: &mut Tx| {
        for number in 0..330 {
            let sql = format!(
                "INSERT INTO remote_message (id, thread, party, party_name, author_name, text, sent_at) \
                 SELECT '01980000-0000-7000-8000-{number:012x}', thread, party, party_name, author_name, text, sent_at \
                 FROM remote_message WHERE thread = '{thread}' ORDER BY id LIMIT 1"
            );
            tx.batch(&sql)?;
        }
        Ok(())
    };
    county.app.db.write_blocking("test.many", many).unwrap();
    assert_eq!(count(&tree.county, LEFT), 332);
    let target = about.clone();
    county.app.db.write_blocking("test.erase", move |tx| service::erase_about(tx, &target)).unwrap();
    let left = count(&tree.county, LEFT);
    assert!((1..332).contains(&left), "one command takes out a part: {left} left");
    county.app.run_jobs().unwrap();
    assert_eq!(count(&tree.county, LEFT), 0);
    assert_eq!(count(&tree.county, "SELECT COUNT(*) AS n FROM command_erasing"), 0, "it is over");
}
