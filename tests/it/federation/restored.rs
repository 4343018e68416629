//! Restores, lost numbers and starts (TMF-1 rules 6 and 10).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use techmart::changes;
use techmart::cli::backup;
use techmart::config::Config;
use techmart::db::conn::Mode;
use techmart::db::{Conn, DatabaseUrl};
use techmart::federation::model::Stage;
use techmart::kernel::change::Audience;
use techmart::kernel::time::UtcTime;
use techmart::replica::model::State;

use super::network::{CITY, COUNTY, Network, Node, runtime};
use super::ways::alarms;

fn config_of(node: &Node) -> Config {
    let mut config = crate::support::config(&node.database, node.database.dir().path().to_owned());
    config.node.clone_from(&node.id);
    config
}

fn restore(node: &mut Node, from: &Path) -> i64 {
    let config = config_of(node);
    node.kill();
    for name in ["techmart.db", "techmart.db-wal", "techmart.db-shm"] {
        drop(std::fs::remove_file(config.data_dir.join(name)));
    }
    backup::restore(&config, from, None).unwrap();
    node.start();
    epoch(node)
}

fn epoch(node: &Node) -> i64 {
    node.city().app.db.read_blocking(|s| changes::head(s)).unwrap().epoch
}

fn named(at: &Node, node: &str) -> Value {
    let status = at.city().anonymous().get("/api/v1/federation/status").expect(200).body;
    let peer = status["peers"].as_array().unwrap().iter().find(|peer| peer["node"] == node).unwrap().clone();
    peer["log"]["fault"].clone()
}

/// Rule 6: one backup restored twice begins two epochs: the neighbour follows each time, loses nothing and accuses nobody.
#[test]
fn tmf_6_a_backup_restored_twice_begins_two_epochs() {
    let mut network = Network::new(1200);
    if network.county.database.is_postgres() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let from: PathBuf = place.path().join("backup");
    network.county.publish("achievement", 1, 1, Audience::Public, "备份前（示例）");
    network.settle();
    backup::backup(&config_of(&network.county), &from).unwrap();
    let mut epochs = vec![epoch(&network.county)];
    for (round, text) in [(2, "第一次恢复后（示例）"), (3, "第二次恢复后（示例）")] {
        let before = Instant::now();
        epochs.push(restore(&mut network.county, &from));
        network.county.publish("achievement", round, 1, Audience::Public, text);
        network.county.publish("achievement", 9, 1, Audience::Public, text);
        network.county.city().app.run_jobs().unwrap();
        network.settle();
        let follow = network.city.follow().clone();
        assert!(runtime().block_on(async move { follow.watch(COUNTY).await }).unwrap());
        assert_eq!(named(&network.city, COUNTY), Value::Null, "nobody is named");
        let ninth = network.city.data(&network.county.urn("achievement", 9)).unwrap();
        assert_eq!(ninth["title"], text, "nothing is lost");
        assert_eq!(network.city.compare(COUNTY), 0);
        // Epochs count every other second.
        std::thread::sleep(Duration::from_millis(2100).saturating_sub(before.elapsed()));
    }
    assert!(epochs.is_sorted_by(|one, other| one < other), "{epochs:?}");
    let first = network.city.replica(&network.county.urn("achievement", 2)).unwrap();
    assert_eq!(first.state, State::Deleted, "what the second restore lost is gone");
    assert!(!alarms(&network.city).contains(&json!("equivocation")));
    let verified = network.county.city().app.db.read_blocking(|s| changes::verify(s, COUNTY)).unwrap();
    assert_eq!(verified.fault, None);
}

/// Rule 6: what a restore lost is written again under the versions that were lost, also after the neighbours took note that
/// it is gone; and so it is behind them.
#[test]
fn tmf_6_lost_versions_are_written_again() {
    let mut network = Network::new(1220);
    if network.county.database.is_postgres() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let from: PathBuf = place.path().join("backup");
    backup::backup(&config_of(&network.county), &from).unwrap();
    for version in 1..=2 {
        network.county.publish("achievement", 5, version, Audience::Public, "备份后（示例）");
    }
    network.settle();
    restore(&mut network.county, &from);
    network.settle();
    let urn = network.county.urn("achievement", 5);
    for node in [&network.city, &network.region] {
        assert_eq!(node.replica(&urn).unwrap().state, State::Deleted, "{}", node.id);
    }
    for version in 1..=2 {
        let text = format!("恢复后第{version}版（示例）");
        network.county.publish("achievement", 5, version, Audience::Public, &text);
        network.settle();
        for node in [&network.city, &network.region] {
            assert_eq!(node.data(&urn).unwrap()["title"], text, "{}", node.id);
            assert!(!alarms(node).contains(&json!("equivocation")), "{}", node.id);
        }
    }
}

#[test]
fn an_epoch_grows_whoever_chooses_it() {
    let node = Node::new(COUNTY, 1210);
    let begin = |at: i64, wanted: Option<i64>| {
        let begin = move |tx: &mut techmart::db::Tx| {
            changes::store::begin_epoch(tx, UtcTime::from_seconds(at), wanted)
        };
        node.city().app.db.write_blocking("test.epoch", begin).map(|written| written.value)
    };
    assert_eq!(begin(1_800_000_000, None).unwrap(), 900_000_000);
    assert_eq!(begin(1_800_000_000, None).unwrap(), 900_000_001, "a clock that stands still");
    assert_eq!(begin(1_700_000_000, None).unwrap(), 900_000_002, "or goes back");
    assert_eq!(begin(0, Some(950_000_000)).unwrap(), 950_000_000);
    for wrong in [950_000_000, 5, i64::from(i32::MAX) + 1] {
        assert!(begin(0, Some(wrong)).unwrap_err().to_string().contains("epoch"), "{wrong}");
    }
}

/// Sets a node's log back to so many events, as a copied file would, with no new epoch.
fn set_back(node: &Node, feed_seq: i64) {
    // Not through the writer, which keeps the head.
    let url = DatabaseUrl::parse(&node.database.url()).unwrap();
    let back = format!(
        "DELETE FROM change WHERE feed_seq > {feed_seq}; UPDATE change_head SET feed_seq = {feed_seq}"
    );
    Conn::open(&url, Mode::Write).unwrap().batch(&back).unwrap();
}

/// Rule 6: a neighbour that lost numbers without a new epoch is not read on, not even once it has as many again; it is
/// told to whoever looks after the node.
#[test]
fn tmf_6_who_lost_numbers_is_read_on_only_in_a_new_epoch() {
    let network = Network::new(1220);
    let (city, county) = (&network.city, &network.county);
    county.publish("achievement", 1, 1, Audience::Public, "留下（示例）");
    network.settle();
    let kept = city.sync(COUNTY).cursor.seq;
    county.publish("achievement", 2, 1, Audience::Public, "丢失（示例）");
    network.settle();
    set_back(county, kept);
    let refused = city.settle(COUNTY).unwrap_err();
    assert!(refused.to_string().contains("peer_lost_numbers"), "{refused}");
    assert_eq!((city.sync(COUNTY).stage, alarms(city)), (Stage::Stopped, vec![json!("lost_numbers")]));
    for number in 3..=6 {
        county.publish("achievement", number, 1, Audience::Public, "之后（示例）");
    }
    assert!(city.settle(COUNTY).is_err(), "never silently level");
    assert!(city.replica(&county.urn("achievement", 3)).is_none());
    let begin = |tx: &mut techmart::db::Tx| {
        let now = tx.now();
        changes::store::begin_epoch(tx, now, None)
    };
    county.city().app.db.write_blocking("test.epoch", begin).unwrap();
    network.settle();
    assert!(city.replica(&county.urn("achievement", 3)).is_some_and(|it| it.state == State::Live));
    assert_eq!(city.replica(&county.urn("achievement", 2)).unwrap().state, State::Deleted);
    assert_eq!(city.compare(COUNTY), 0);
}

/// Rule 6: epochs only grow; one that went back is not believed, and somebody is told.
#[test]
fn tmf_6_an_epoch_that_went_back_is_not_taken() {
    let network = Network::new(1230);
    let epoch = |epoch: i64| {
        let set = move |tx: &mut techmart::db::Tx| {
            Ok(tx.batch(&format!("UPDATE change_head SET epoch = {epoch}"))?)
        };
        network.county.city().app.db.write_blocking("test.epoch", set).unwrap();
    };
    epoch(7);
    network.settle();
    assert_eq!(network.city.sync(COUNTY).cursor.epoch, 7);
    epoch(6);
    let refused = network.city.settle(COUNTY).unwrap_err();
    assert!(refused.to_string().contains("peer_epoch_went_back"), "{refused}");
    assert!(alarms(&network.city).contains(&json!("lost_numbers")));
    epoch(8);
    network.settle();
}

/// Rule 10: a node that starts tells its neighbours that it is there; and a neighbour that asks is asked in turn.
#[test]
fn tmf_10_a_start_is_told_and_who_asks_is_asked() {
    let mut network = Network::new(1240);
    network.county.kill();
    network.county.start();
    network.county.publish("achievement", 1, 1, Audience::Public, "成果（示例）");
    let head = network.county.city().app.db.read_blocking(|s| changes::head(s)).unwrap().feed_seq;
    assert!(network.city.sync(COUNTY).hinted_seq < head);
    let running = network.county.city().app.pullers().spawn().unwrap();
    let begun = Instant::now();
    while network.city.sync(COUNTY).hinted_seq < head {
        assert!(begun.elapsed() < Duration::from_secs(20), "no hint came");
        std::thread::sleep(Duration::from_millis(20));
    }
    network.county.city().app.pullers().stop();
    running.join().unwrap();
    let woken = |at: &Node, by: &'static str, wait_ms: u64| {
        let wakes = at.city().app.pullers().wakes().clone();
        let wait = Duration::from_millis(wait_ms);
        runtime().block_on(async move { tokio::time::timeout(wait, wakes.woken(by)).await.is_ok() })
    };
    // What is left of its own asking.
    while woken(&network.city, COUNTY, 100) {}
    assert!(network.county.step(CITY));
    assert!(woken(&network.city, COUNTY, 5_000), "it asked, so it is there");
}
