//! What one node publishes, the others have (TMF-1 rules 3 to 9).

use serde_json::json;
use techmart::federation::asking::{self, Told};
use techmart::federation::model::{Cursor, Role, Stage};
use techmart::federation::service::peers;
use techmart::kernel::actor::Actor;
use techmart::kernel::change::{Audience, NewChange};
use techmart::replica::model::State;

use super::network::{CITY, COUNTY, Network, Node, REGION, runtime};
use crate::saved_searches::body;
use crate::support::city::people_of;

const ACTOR: Actor = Actor::System("test");

/// Rules 3, 7 and 9: county → city → region, unchanged, with its origin, and a tombstone after it.
#[test]
fn a_record_travels_through_the_tree_and_its_deletion_follows() {
    let network = Network::new(1);
    let urn = network.county.urn("achievement", 1);
    network.county.publish("achievement", 1, 1, Audience::Public, "坭兴陶釉料（示例）");
    network.settle();
    for (node, hops) in [(&network.city, 1), (&network.region, 2)] {
        let replica = node.replica(&urn).expect("it has come");
        assert_eq!((replica.origin.as_str(), replica.hops, replica.state), (COUNTY, hops, State::Live));
        assert_eq!(node.data(&urn).unwrap()["title"], "坭兴陶釉料（示例）");
    }
    network.county.publish("achievement", 1, 2, Audience::Public, "坭兴陶釉料二版（示例）");
    network.settle();
    assert_eq!(network.region.replica(&urn).unwrap().version, 2);
    network.county.delete("achievement", 1, 3);
    network.settle();
    let gone = network.region.replica(&urn).unwrap();
    assert_eq!((gone.state, gone.public), (State::Deleted, None), "the tombstone stays");
}

/// Replicas are found beside own records, marked with their origin, and link home.
#[test]
fn a_replica_is_found_and_links_home() {
    let network = Network::new(2);
    network.county.publish("achievement", 1, 1, Audience::Public, "海上风电防腐涂层（示例）");
    network.settle();
    network.region.city().settle();
    let found = network.region.city().anonymous().get("/api/v1/search?q=防腐涂层").expect(200).body;
    let hit = &found["items"][0];
    assert_eq!((hit["origin"].as_str(), hit["kind"].as_str()), (Some(COUNTY), Some("achievement")));
    let id = network.county.urn("achievement", 1).rsplit(':').next().unwrap().to_owned();
    assert_eq!(hit["home"], format!("{}/api/v1/achievements/{id}", network.county.proxy.base));
    let urn = network.county.urn("achievement", 1);
    let shown = network.region.city().anonymous().get(&format!("/api/v1/replicas/{urn}")).expect(200).body;
    assert_eq!((shown["origin"].as_str(), &shown["home"]), (Some(COUNTY), &hit["home"]));
    network.county.delete("achievement", 1, 2);
    network.settle();
    network.region.city().settle();
    let found = network.region.city().anonymous().get("/api/v1/search?q=防腐涂层").expect(200).body;
    assert_eq!(found["items"], json!([]));
}

/// Saved searches are told of what other nodes publish, change and take back, like of one's own records; here at a
/// leaf of the tree, which passes nothing on.
#[test]
fn a_saved_search_is_told_of_other_nodes_records() {
    let network = Network::new(7);
    let leaf = network.county.city();
    people_of(&leaf.app, "7");
    leaf.settle();
    let reader = leaf.as_("enterprise.member");
    reader.post("/api/v1/saved-searches", body(json!({"q": "防腐涂层"}))).expect(201);
    leaf.settle();
    let told = || {
        network.county.clock.advance_seconds(1);
        network.settle();
        leaf.settle();
        reader.get("/api/v1/notices?topic=saved_search").expect(200).body["items"].as_array().unwrap().clone()
    };
    network.city.publish("contract", 1, 1, Audience::Public, "防腐涂层合同（示例）");
    let old = network.city.urn("achievement", 2);
    let public = json!({"title": "防腐涂层旧成果（示例）", "published_at": "2025-03-02T00:00:00Z"});
    let old = NewChange::published("test.published", old, 1, Audience::Public, json!({}), public);
    network.city.record(old);
    network.city.publish("achievement", 1, 1, Audience::Public, "海上风电防腐涂层（示例）");
    let notices = told();
    assert_eq!(leaf.anonymous().get("/api/v1/search?q=防腐涂层").expect(200).body["total"]["count"], 2);
    assert_eq!((notices.len(), notices[0]["event"].as_str()), (1, Some("search_matched")));
    let (link, urn) = (notices[0]["link"].as_str().unwrap(), network.city.urn("achievement", 1));
    assert_eq!(
        leaf.anonymous().get(link).expect(200).body["urn"],
        urn.as_str(),
        "it is no record of this node"
    );
    network.city.publish("achievement", 1, 2, Audience::Public, "海上风电防腐涂层二版（示例）");
    assert_eq!(told()[0]["event"], "search_changed");
    network.city.delete("achievement", 1, 3);
    let notices = told();
    assert_eq!((notices.len(), notices[0]["event"].as_str()), (3, Some("search_withdrawn")));
}

/// Rule 5: what is for the parent alone goes one link up and nowhere else.
#[test]
fn what_is_for_the_parent_stays_with_it() {
    let network = Network::new(3);
    network.county.publish("contract", 1, 1, Audience::Parent, "合同（示例）");
    network.city.publish("contract", 2, 1, Audience::Parent, "合同（示例）");
    network.settle();
    let (of_county, of_city) = (network.county.urn("contract", 1), network.city.urn("contract", 2));
    assert!(network.city.replica(&of_county).is_some() && network.region.replica(&of_city).is_some());
    assert!(network.region.replica(&of_county).is_none(), "the city does not pass it on");
    assert!(network.county.replica(&of_city).is_none(), "a child is no parent");
}

/// Rule 11: what is addressed reaches its node by the way that leads there, and no other.
#[test]
fn what_is_addressed_takes_the_way_to_its_node() {
    let network = Network::new(4);
    let other = Node::new("cn-450722", 40);
    network.city.enter(&other, Role::Child);
    other.enter(&network.city, Role::Parent);
    other.settle(CITY).unwrap();
    network.city.settle("cn-450722").unwrap();
    network.settle();
    let to_region = Audience::Nodes(vec![REGION.into()]);
    network.county.publish("command-result", 1, 1, to_region, "密文（示例）");
    network.settle();
    other.settle(CITY).unwrap();
    let urn = network.county.urn("command-result", 1);
    assert!(network.city.replica(&urn).is_some(), "the hub carries it");
    assert!(network.region.replica(&urn).is_some(), "it arrives");
    assert!(other.replica(&urn).is_none(), "nobody else sees it");
}

/// Rule 5: erasure takes the data everywhere, out of the logs too; numbers and leaves stay.
#[test]
fn erasure_takes_the_data_everywhere() {
    let network = Network::new(5);
    let urn = network.county.urn("achievement", 1);
    network.county.publish("achievement", 1, 1, Audience::Public, "待删除（示例）");
    network.settle();
    network.county.erase("achievement", 1, 2);
    network.settle();
    for node in network.nodes() {
        if node.id != COUNTY {
            let replica = node.replica(&urn).unwrap();
            assert_eq!((replica.state, replica.public), (State::Erased, None), "{}", node.id);
        }
        let kept = urn.clone();
        let left = node.city().app.db.read_blocking(move |snapshot| {
            let log = techmart::changes::read_after(snapshot, 0, 10_000)?;
            Ok(log.iter().filter(|change| change.subject == kept && change.public.is_some()).count())
        });
        assert_eq!(left.unwrap(), 0, "{}", node.id);
        let id = node.id.clone();
        let verified =
            node.city().app.db.read_blocking(move |snapshot| techmart::changes::verify(snapshot, &id));
        assert_eq!(verified.unwrap().fault, None, "the log of {} verifies", node.id);
    }
}

/// Rule 6: a cursor that is lost is told so, each kind by its own code, and never by an empty page.
#[test]
fn a_lost_cursor_is_told() {
    let network = Network::new(6);
    network.city.publish("achievement", 1, 1, Audience::Public, "成果（示例）");
    network.settle();
    let sync = network.county.sync(CITY);
    let ask = |cursor: Cursor| {
        let follow = network.county.follow().clone();
        runtime().block_on(async move {
            let peer = follow.db.read(|s| peers::find(s, CITY)).await.unwrap();
            asking::feed(&follow.courier, &follow.node, &peer, &cursor, 0).await
        })
    };
    let lost = |told: Result<Told, _>| match told {
        Ok(Told::Lost(code)) => code,
        other => panic!("{other:?}"),
    };
    let good = sync.cursor;
    assert!(matches!(ask(good.clone()), Ok(Told::Page(_))));
    assert_eq!(lost(ask(Cursor { epoch: good.epoch + 1, ..good.clone() })), "epoch_changed");
    assert_eq!(lost(ask(Cursor { view: "0".repeat(16), ..good.clone() })), "view_changed");
    let refused = ask(Cursor { seq: good.seq + 1, ..good.clone() }).unwrap_err();
    assert!(refused.to_string().contains("cursor_in_future"), "{refused}");
    // What a retention would do: the first numbers are gone.
    let prune = |tx: &mut techmart::db::Tx| {
        tx.batch("DELETE FROM change WHERE feed_seq <= 1")?;
        Ok(())
    };
    network.city.city().app.db.write_blocking("test.prune", prune).unwrap();
    assert_eq!(lost(ask(Cursor { seq: 0, ..good })), "cursor_expired");
}

/// Rule 5: when a type is hidden from a neighbour its replicas go, there and behind it; shown again, they return.
#[test]
fn a_narrower_view_withdraws_and_a_wider_one_brings_back() {
    let network = Network::new(7);
    let (achievement, demand) = (network.region.urn("achievement", 1), network.region.urn("demand", 1));
    network.region.publish("achievement", 1, 1, Audience::Public, "成果（示例）");
    network.region.publish("demand", 1, 1, Audience::Public, "需求（示例）");
    network.settle();
    let hide = |hidden: &[&str]| {
        let hidden: Vec<String> = hidden.iter().map(|h| (*h).to_owned()).collect();
        let hide = move |tx: &mut techmart::db::Tx| peers::hide(tx, &ACTOR, CITY, None, &hidden);
        network.region.city().app.db.write_blocking("test.hide", hide).unwrap();
        network.settle();
    };
    hide(&["demand"]);
    for node in [&network.city, &network.county] {
        assert_eq!(node.replica(&demand).unwrap().state, State::Withdrawn, "{}", node.id);
        assert_eq!(node.data(&demand), None);
        assert_eq!(node.replica(&achievement).unwrap().state, State::Live);
    }
    hide(&[]);
    for node in [&network.city, &network.county] {
        assert_eq!(node.replica(&demand).unwrap().state, State::Live, "{}", node.id);
        assert_eq!(node.set_aside(if node.id == CITY { REGION } else { CITY }), 0);
    }
}

/// Rule 8: two stories about one version are set aside, told to whoever looks after the node, and block nothing.
#[test]
fn equivocation_is_set_aside_with_an_alarm() {
    let network = Network::new(8);
    let urn = network.county.urn("achievement", 1);
    network.county.publish("achievement", 1, 1, Audience::Public, "甲（示例）");
    network.county.publish("achievement", 1, 1, Audience::Public, "乙（示例）");
    network.county.publish("achievement", 2, 1, Audience::Public, "丙（示例）");
    network.settle();
    assert_eq!(network.city.data(&urn).unwrap()["title"], "甲（示例）");
    assert!(network.city.replica(&network.county.urn("achievement", 2)).is_some(), "it goes on");
    assert_eq!(network.city.set_aside(COUNTY), 1);
    let alarms = network.city.city().app.db.read_blocking(|snapshot| {
        let log = techmart::changes::read_after(snapshot, 0, 10_000)?;
        Ok(log
            .into_iter()
            .filter(|change| change.kind == "federation.alarm")
            .map(|c| c.facts)
            .collect::<Vec<_>>())
    });
    assert_eq!(alarms.unwrap()[0]["what"], "equivocation");
}

/// Rule 8: what is unknown or newer is kept as it is, passed on, and not shown.
#[test]
fn an_unknown_type_is_kept_and_passed_on() {
    let network = Network::new(9);
    network.county.publish("roadshow", 1, 1, Audience::Public, "路演（示例）");
    network.settle();
    let urn = network.county.urn("roadshow", 1);
    assert_eq!(network.region.data(&urn).unwrap()["title"], "路演（示例）");
    network.region.city().settle();
    let found = network.region.city().anonymous().get("/api/v1/search?q=路演").expect(200).body;
    assert_eq!(found["items"], json!([]));
}

/// Rule 7: a new neighbour begins with a snapshot of all that the hub may pass on, tombstones too.
#[test]
fn a_new_neighbour_begins_with_the_snapshot() {
    let network = Network::new(10);
    for number in 1..=5 {
        network.county.publish("achievement", number, 1, Audience::Public, "成果（示例）");
    }
    network.county.delete("achievement", 5, 2);
    network.settle();
    let other = Node::new("cn-450722", 50);
    network.city.enter(&other, Role::Child);
    other.enter(&network.city, Role::Parent);
    assert!(other.settle(CITY).is_ok());
    let sync = other.sync(CITY);
    assert_eq!((sync.stage, sync.generation), (Stage::Feed, 1));
    let of_county: Vec<_> = other.replicas().into_iter().filter(|r| r.origin == COUNTY).collect();
    let gone = of_county.iter().filter(|replica| replica.state == State::Deleted).count();
    assert_eq!((of_county.len(), gone), (6, 1), "five records and the node's own");
    assert_eq!(other.compare(CITY), 0);
}

/// Rule 12: a replica that was damaged or lost here is found by the comparison and mended by subject.
#[test]
fn the_comparison_finds_damage_and_mends_it() {
    let network = Network::new(11);
    for number in 1..=3 {
        network.county.publish("achievement", number, 1, Audience::Public, "成果（示例）");
    }
    network.settle();
    assert_eq!(network.city.compare(COUNTY), 0, "nothing differs");
    let (lost, spoilt) = (network.county.urn("achievement", 1), network.county.urn("achievement", 2));
    let (gone, changed) = (lost.clone(), spoilt.clone());
    let damage = move |tx: &mut techmart::db::Tx| {
        tx.batch(&format!("DELETE FROM replica WHERE subject = '{gone}'"))?;
        tx.batch(&format!("UPDATE replica SET public = '{{}}', version = 0 WHERE subject = '{changed}'"))?;
        Ok(())
    };
    network.city.city().app.db.write_blocking("test.damage", damage).unwrap();
    assert_eq!(network.city.compare(COUNTY), 1);
    assert_eq!(network.city.compare(COUNTY), 0, "mended");
    assert_eq!(network.city.data(&lost).unwrap()["title"], "成果（示例）");
    assert_eq!(network.city.data(&spoilt).unwrap()["title"], "成果（示例）");
}

/// Rule 9: nothing travels further than four links, whatever it says of itself.
#[test]
fn nothing_travels_further_than_four_links() {
    let names: Vec<String> = (1..=6).map(|n| format!("cn-00000{n}")).collect();
    let nodes: Vec<Node> = names.iter().zip(60..).map(|(name, seed)| Node::new(name, seed)).collect();
    for pair in nodes.windows(2) {
        pair[0].enter(&pair[1], Role::Peer);
        pair[1].enter(&pair[0], Role::Peer);
    }
    for _ in 0..8 {
        for pair in nodes.windows(2) {
            drop((pair[0].settle(&pair[1].id), pair[1].settle(&pair[0].id)));
        }
    }
    nodes[0].publish("achievement", 1, 1, Audience::Public, "成果（示例）");
    for _ in 0..8 {
        for pair in nodes.windows(2) {
            pair[1].settle(&pair[0].id).unwrap();
        }
    }
    let urn = nodes[0].urn("achievement", 1);
    let hops: Vec<Option<i32>> = nodes.iter().map(|node| node.replica(&urn).map(|r| r.hops)).collect();
    assert_eq!(hops, [None, Some(1), Some(2), Some(3), Some(4), None]);
}

/// Rule 1 and 8: an event about a record of another node than its origin's is set aside.
#[test]
fn nobody_publishes_for_another() {
    let network = Network::new(12);
    let urn = network.region.urn("achievement", 1);
    let change = NewChange::published(
        "test.published",
        urn.clone(),
        1,
        Audience::Public,
        json!({}),
        json!({"title": "冒名（示例）"}),
    );
    network.county.record(change);
    network.settle();
    assert!(network.city.replica(&urn).is_none());
    assert_eq!(network.city.set_aside(COUNTY), 1);
}

/// Rule 13: leaf n is event n of the feed, also where the hub passes it on: its proof opens it, with the origin's name
/// and time, and is checked offline with the hub's own key.
#[test]
fn tmf_13_a_hub_proves_what_it_passes_on() {
    let network = Network::new(31);
    let urn = network.county.urn("achievement", 1);
    network.county.publish("achievement", 1, 1, Audience::Public, "坭兴陶釉料（示例）");
    network.settle();
    let hub = network.city.city();
    hub.app.run_jobs().unwrap();
    let head = hub.anonymous().get("/api/v1/federation/status").expect(200).body["head"].as_i64().unwrap();
    let proof = |at: i64| hub.anonymous().get(&format!("/api/v1/proofs/events/{at}")).expect(200).body;
    let mut proofs = (1..=head).map(proof);
    let passed_on = proofs.find(|proof| proof["event"]["entry"]["subject"] == urn.as_str()).expect("opened");
    let entry = &passed_on["event"]["entry"];
    assert_eq!((&entry["origin"], &entry["type"]), (&json!(COUNTY), &json!("cn.techmart.achievement.v1")));
    let came = network.city.replica(&urn).unwrap();
    assert_eq!(entry["time"], json!(came.changed_at), "the origin's time");
    assert_eq!(passed_on["event"]["data"]["title"], "坭兴陶釉料（示例）");

    let published = hub.anonymous().get("/.well-known/tmf").expect(200).body;
    let key = published["log_keys"][0].as_str().unwrap();
    let dir = hub.dir.path();
    let check = |proof: &serde_json::Value| {
        std::fs::write(dir.join("proof.json"), proof.to_string()).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_techmart"));
        let run =
            command.args(["verify", "proof", "proof.json", "--log", key]).current_dir(dir).output().unwrap();
        (run.status.success(), String::from_utf8_lossy(&run.stdout).into_owned())
    };
    let (good, text) = check(&passed_on);
    assert!(good && text.contains(&format!("made by {COUNTY} and passed on here")), "{text}");
    let mut forged = passed_on.clone();
    forged["event"]["entry"]["origin"] = json!(REGION);
    assert!(!check(&forged).0, "another origin is not what the leaf commits to");
}
