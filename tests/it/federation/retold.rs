//! What a restored node tells again, of other things under the same versions (TMF-1 rules 6 and 11).

use serde_json::{Value, json};
use techmart::db::Tx;
use techmart::federation::service::peers;
use techmart::kernel::actor::Actor;
use techmart::kernel::change::Audience;

use super::acts::{ENQUIRER, OTHER, OWNER, Tree, achievement, act, ask, engagements, question};
use super::network::{COUNTY, Network, Node, REGION};

/// Begins a new epoch at a node, after what these statements took from it.
fn restored(node: &Node, statements: String) {
    let restore = move |tx: &mut Tx| {
        tx.batch(&statements)?;
        let now = tx.now();
        techmart::changes::store::begin_epoch(tx, now, None)
    };
    node.city().app.db.write_blocking("test.restore", restore).unwrap();
}

fn thread(tree: &Tree) -> Value {
    let threads = tree.county.city().as_(ENQUIRER).get("/api/v1/remote-threads").expect(200).body;
    threads["items"][0].clone()
}

/// TMF-1 rules 6 and 11: after the owner was restored, what it does not know any more is shown as lost, beside what it had
/// told.
#[test]
fn tmf_1_rule_11_what_a_restored_owner_lost_is_shown() {
    let tree = Tree::new(1600);
    let about = achievement(&tree);
    let asked = ask(&tree, question(&about, "能否许可？"));
    tree.rest();
    let id = engagements(&tree.other, OWNER)[0]["id"].as_str().unwrap().to_owned();
    let (owner, path) = (tree.other.city().as_(OWNER), format!("/api/v1/engagements/{id}"));
    owner.post(&format!("{path}/answer"), json!({"decision": "accepted", "text": "欢迎来访"})).expect(200);
    tree.rest();
    let before = thread(&tree);
    assert_eq!((&before["thread"]["state"], &before["lost_at"]), (&json!("accepted"), &Value::Null));
    assert_eq!(act(&tree, &asked)["state"], "decided");

    let letters = format!("urn:tm:{OTHER}:command_result:%");
    restored(
        &tree.other,
        format!("DELETE FROM change WHERE subject LIKE '{letters}'; DELETE FROM command_told"),
    );
    tree.rest();
    let lost = act(&tree, &asked);
    assert_eq!((&lost["state"], &lost["accepted"]), (&json!("lost"), &json!(true)), "with what was told");
    assert!(lost["version"].as_i64() > asked["version"].as_i64());
    let found = tree.county.city().as_(ENQUIRER).get("/api/v1/remote-acts?state=lost").expect(200).body;
    assert_eq!(found["items"][0]["id"], asked["id"]);
    assert!(thread(&tree)["lost_at"].is_string(), "{}", thread(&tree));
}

/// What the city's outlet says of a record.
fn shown(node: &Node, urn: &str) -> String {
    node.city().settle();
    let path = format!("/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier={urn}");
    node.city().anonymous().get(&path).expect(200).text()
}

/// OAI-PMH `persistent`, TMF-1 rules 5 and 6: the outlet shows others' records as they are here: in the version that a
/// restored node went back to, and not at all once they are erased, whoever they could still be passed on to.
#[test]
fn tmf_5_the_outlet_shows_replicas_as_they_are() {
    let network = Network::new(1610);
    let (city, county) = (&network.city, &network.county);
    county.publish("achievement", 1, 1, Audience::Public, "第一版（示例）");
    county.publish("achievement", 1, 2, Audience::Public, "第二版（示例）");
    county.publish("demand", 2, 1, Audience::Public, "需求（示例）");
    network.settle();
    let (urn, demand) = (county.urn("achievement", 1), county.urn("demand", 2));
    assert!(shown(city, &urn).contains("第二版（示例）"));
    assert!(shown(city, &demand).contains("需求（示例）"));
    restored(county, format!("DELETE FROM change WHERE subject = '{urn}' AND version = 2"));
    network.settle();
    assert!(shown(city, &urn).contains("第一版（示例）"), "the version that its owner has");
    // The city has no other neighbour any more to whom anything could be passed on.
    let remove = |tx: &mut Tx| peers::remove(tx, &Actor::System("test"), REGION, None);
    city.city().app.db.write_blocking("test.remove", remove).unwrap();
    county.erase("achievement", 1, 2);
    county.delete("demand", 2, 2);
    city.settle(COUNTY).unwrap();
    for gone in [&urn, &demand] {
        let text = shown(city, gone);
        assert!(text.contains("<header status=\"deleted\">") && !text.contains("（示例）"), "{text}");
    }
}
