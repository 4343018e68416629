//! Three nodes with faults between them, drawn from a seed: after quiet every replica equals its origin, nothing is
//! lost, nothing applied twice, nothing goes round (TMF-1 rule 15).

use std::collections::BTreeMap;
use std::path::PathBuf;

use techmart::cli::backup;
use techmart::config::Config;
use techmart::kernel::change::Audience;
use techmart::kernel::time::Clock;
use techmart::replica::model::State;

use super::network::{Network, Node};
use super::proxy::Dice;

/// Seeds of an ordinary run; tests/thorough asks for a thousand.
const SEEDS: u64 = 1;
const ACTS: u64 = 30;
const FAULTS_PERCENT: u64 = 35;
/// How far a clock goes ahead of the slowest.
const AHEAD_SECONDS: i64 = 55;

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let first = number("TECHMART_TEST_FIRST_SEED").unwrap_or(1);
    first..first + number("TECHMART_TEST_SEEDS").unwrap_or(SEEDS)
}

/// What a record of a node is to be in the end: its version and text, or none once it is gone.
type Truth = BTreeMap<String, (i64, Option<String>)>;

struct Run {
    dice: Dice,
    network: Network,
    truth: Truth,
    backup: Option<(usize, PathBuf, Truth)>,
}

#[test]
fn after_quiet_every_replica_equals_its_origin() {
    let mut met = 0;
    for seed in seeds() {
        let mut run =
            Run { dice: Dice::new(seed), network: Network::new(seed), truth: Truth::new(), backup: None };
        run.network.nodes().iter().for_each(|node| node.proxy.fault_percent(FAULTS_PERCENT));
        for _ in 0..ACTS {
            run.act();
        }
        met += run.network.nodes().iter().map(|node| node.proxy.faults().len()).sum::<usize>();
        run.quiet();
        run.compare(seed);
    }
    assert!(met > 0, "no fault was met, the run says nothing");
}

fn node_mut(network: &mut Network, at: usize) -> &mut Node {
    match at {
        0 => &mut network.region,
        1 => &mut network.city,
        _ => &mut network.county,
    }
}

impl Run {
    fn act(&mut self) {
        let at = usize::try_from(self.dice.below(3)).unwrap();
        match self.dice.below(20) {
            0..=7 => self.publish(at),
            8 => self.delete(at),
            9 => self.skew(at),
            10 => {
                let node = node_mut(&mut self.network, at);
                node.kill();
                node.start();
            }
            11 => self.back_up(at),
            12 => self.restore(),
            _ => {
                let (at, to) = Network::LINKS[usize::try_from(self.dice.below(4)).unwrap()];
                // It may fail: that is what the faults are for.
                self.network.nodes()[at].step(to);
            }
        }
    }

    fn publish(&mut self, at: usize) {
        let number = self.dice.below(6);
        let text = format!("成果{}（示例）", self.dice.below(1_000_000));
        let node = self.network.nodes()[at];
        let urn = node.urn("achievement", number);
        let version = self.truth.get(&urn).map_or(1, |(version, _)| version + 1);
        node.publish("achievement", number, version, Audience::Public, &text);
        self.truth.insert(urn, (version, Some(text)));
    }

    fn delete(&mut self, at: usize) {
        let number = self.dice.below(6);
        let node = self.network.nodes()[at];
        let urn = node.urn("achievement", number);
        let Some((version, Some(_))) = self.truth.get(&urn).cloned() else { return };
        if self.dice.below(2) == 0 {
            node.delete("achievement", number, version + 1);
        } else {
            node.erase("achievement", number, version + 1);
        }
        self.truth.insert(urn, (version + 1, None));
    }

    /// Clocks go on and differ, by as much as a signature allows: 60 s ahead of the other side.
    fn skew(&self, at: usize) {
        let nodes = self.network.nodes();
        let slowest = nodes.iter().map(|node| node.clock.now()).min().unwrap();
        let seconds = i64::try_from(self.dice.below(40)).unwrap();
        let further = nodes[at].clock.now().plus_seconds(seconds);
        nodes[at].clock.set(further.min(slowest.plus_seconds(AHEAD_SECONDS)));
    }

    /// Only SQLite has a backup of its own; on PostgreSQL the operator's tools do it.
    fn back_up(&mut self, at: usize) {
        let node = self.network.nodes()[at];
        if node.database.is_postgres() || self.backup.is_some() {
            return;
        }
        let to = node.database.dir().path().join("backup");
        backup::backup(&self.config(at), &to).unwrap();
        let prefix = format!("urn:tm:{}:", node.id);
        let own = self.truth.iter().filter(|(urn, _)| urn.starts_with(&prefix));
        let own = own.map(|(urn, truth)| (urn.clone(), truth.clone())).collect();
        self.backup = Some((at, to, own));
    }

    /// What the node wrote since the backup is lost; what others have of it goes with it.
    fn restore(&mut self) {
        let Some((at, from, own)) = self.backup.take() else { return };
        let config = self.config(at);
        let node = node_mut(&mut self.network, at);
        node.kill();
        for name in ["techmart.db", "techmart.db-wal", "techmart.db-shm"] {
            drop(std::fs::remove_file(config.data_dir.join(name)));
        }
        backup::restore(&config, &from, None).unwrap();
        std::fs::remove_dir_all(from).unwrap();
        let prefix = format!("urn:tm:{}:", node.id);
        node.start();
        self.truth.retain(|urn, _| !urn.starts_with(&prefix));
        self.truth.extend(own);
    }

    fn config(&self, at: usize) -> Config {
        let node = self.network.nodes()[at];
        let mut config = crate::support::config(&node.database, node.database.dir().path().to_owned());
        config.node.clone_from(&node.id);
        config
    }

    fn quiet(&self) {
        let latest = self.network.nodes().iter().map(|node| node.clock.now()).max().unwrap();
        for node in self.network.nodes() {
            node.proxy.fault_percent(0);
            node.clock.set(latest);
        }
        self.network.settle();
        // What was lost while a hub was restored comes by comparison, as it would at night.
        for (at, to) in Network::LINKS {
            self.network.nodes()[at].compare(to);
        }
        self.network.settle();
    }

    fn compare(&self, seed: u64) {
        for node in self.network.nodes() {
            let own = format!("urn:tm:{}:", node.id);
            let there: BTreeMap<String, _> =
                node.replicas().into_iter().map(|replica| (replica.subject.clone(), replica)).collect();
            for (urn, (version, text)) in self.truth.iter().filter(|(urn, _)| !urn.starts_with(&own)) {
                let Some(replica) = there.get(urn) else { panic!("seed {seed}: {} lacks {urn}", node.id) };
                let data =
                    replica.public.as_deref().map(|t| serde_json::from_str::<serde_json::Value>(t).unwrap());
                let title = data.and_then(|data| data["title"].as_str().map(str::to_owned));
                assert_eq!((replica.version, &title), (*version, text), "seed {seed}: {urn} at {}", node.id);
                assert!(replica.hops <= 2, "seed {seed}: {urn} went round to {}", node.id);
            }
            let living =
                there.values().filter(|it| it.state == State::Live && it.subject.contains(":achievement:"));
            for replica in living {
                let stands = self.truth.get(&replica.subject).is_some_and(|(_, text)| text.is_some());
                assert!(stands, "seed {seed}: {} still has {}", node.id, replica.subject);
            }
            assert_eq!(taken_twice(node), 0, "seed {seed}: {} took something twice", node.id);
        }
    }
}

/// Replicas written with what they held already. (After a neighbour was restored, an earlier version may rightly come
/// back, so only what follows itself counts.)
fn taken_twice(node: &Node) -> usize {
    let log =
        node.city().app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 100_000));
    let mut held: BTreeMap<String, (i64, String)> = BTreeMap::new();
    let mut twice = 0;
    for change in log.unwrap().into_iter().filter(|change| change.kind == "replica.changed") {
        // A leaf node's log has no data of what it does not pass on.
        let data = change.public.map(|public| public["title"].to_string()).unwrap_or_default();
        let now = (change.version, data);
        if !now.1.is_empty() && held.get(&change.subject) == Some(&now) {
            twice += 1;
        }
        held.insert(change.subject, now);
    }
    twice
}
