//! Nodes in one process, each with its own database, clock and server, behind a proxy of its own.

use std::sync::Arc;

use serde_json::{Value, json};
use techmart::federation::follow::Follow;
use techmart::federation::model::{Role, Stage, Sync};
use techmart::federation::service::peers::{self, NewPeer};
use techmart::federation::service::{erasing, status, take};
use techmart::kernel::actor::Actor;
use techmart::kernel::change::{Audience, NewChange};
use techmart::kernel::error::Refusal;
use techmart::kernel::time::FixedClock;
use techmart::proof::model::Purpose;
use techmart::replica::model::Replica;
use techmart::replica::service::{self as replica, Filter};

use super::proxy::Proxy;
use crate::support::city::prepare_node;
use crate::support::database::TestDatabase;
use crate::support::{City, TODAY};

pub const REGION: &str = "cn-450000";
pub const CITY: &str = "cn-450700";
pub const COUNTY: &str = "cn-450721";

const ACTOR: Actor = Actor::System("test");

pub struct Node {
    pub id: String,
    pub city: Option<City>,
    pub proxy: Proxy,
    pub clock: Arc<FixedClock>,
    pub database: TestDatabase,
}

impl Node {
    pub fn new(id: &str, seed: u64) -> Self {
        Self::on(id, seed, TestDatabase::prepared(id, |database| prepare_node(database, id)))
    }

    pub fn on(id: &str, seed: u64, database: TestDatabase) -> Self {
        let clock = Arc::new(FixedClock::at(TODAY.parse().unwrap()));
        let mut node = Self { id: id.into(), city: None, proxy: Proxy::new(seed), clock, database };
        node.start();
        node
    }

    pub fn start(&mut self) {
        let (id, base) = (self.id.clone(), self.proxy.base.clone());
        let city = City::with(self.database.clone(), Arc::clone(&self.clock), |config| {
            config.node = id;
            config.base_url = base;
            config.outbound_allow = "127.0.0.1".parse().unwrap();
        });
        self.proxy.leads_to(Some(&city.base));
        self.city = Some(city);
    }

    /// Not gracefully: what was under way is lost.
    pub fn kill(&mut self) {
        self.proxy.leads_to(None);
        self.city = None;
    }

    pub fn city(&self) -> &City {
        self.city.as_ref().expect("the node is up")
    }

    pub fn follow(&self) -> &Follow {
        self.city().app.pullers().follow()
    }

    pub fn key(&self) -> String {
        let ring = self.city().app.gate.keys().ring();
        hex::encode(ring.signer(Purpose::Node).unwrap().public().bytes())
    }

    /// Enters a neighbour here.
    pub fn enter(&self, other: &Self, role: Role) {
        let new = NewPeer {
            node: other.id.clone(),
            name: format!("示例{}", other.id),
            base_url: other.proxy.base.clone(),
            role,
            keys: vec![other.key()],
        };
        let outbound = self.city().app.outbound.clone();
        let entered = move |tx: &mut techmart::db::Tx| peers::add(tx, &ACTOR, &outbound, &new);
        self.city().app.db.write_blocking("test.peer", entered).unwrap();
    }

    /// Follows a neighbour until there is nothing to do.
    pub fn settle(&self, node: &str) -> Result<usize, Refusal> {
        let (follow, node) = (self.follow().clone(), node.to_owned());
        runtime().block_on(async move { follow.settle(&node).await })
    }

    pub fn step(&self, node: &str) -> bool {
        let (follow, node) = (self.follow().clone(), node.to_owned());
        runtime().block_on(async move { follow.step(&node, 0).await.is_ok() })
    }

    pub fn compare(&self, node: &str) -> usize {
        let (follow, name) = (self.follow().clone(), node.to_owned());
        let peer = self.city().app.db.read_blocking(move |snapshot| peers::find(snapshot, &name)).unwrap();
        runtime().block_on(async move { follow.compare(&peer).await }).unwrap()
    }

    pub fn sync(&self, node: &str) -> Sync {
        let (db, node) = (self.city().app.db.clone(), node.to_owned());
        runtime().block_on(async move { take::reread(&db, &node).await }).unwrap()
    }

    pub fn is_level(&self, node: &str) -> bool {
        let sync = self.sync(node);
        sync.stage == Stage::Feed && sync.lag_events() == 0
    }

    pub fn set_aside(&self, node: &str) -> i64 {
        let status = self.city().app.db.read_blocking(status::status).unwrap();
        status
            .peers
            .iter()
            .filter(|followed| followed.peer.node == node)
            .map(|followed| followed.set_aside)
            .sum()
    }

    pub fn urn(&self, entity: &str, number: u64) -> String {
        format!("urn:tm:{}:{entity}:01980000-0000-7000-8000-{number:012x}", self.id)
    }

    /// Publishes a version of a record, as a room would.
    pub fn publish(&self, entity: &str, number: u64, version: i64, audience: Audience, text: &str) {
        let subject = self.urn(entity, number);
        let public = json!({
            "schema": format!("{entity}.v1"), "id": subject, "title": text, "abstract": "示例摘要",
            "keywords": ["示例"], "holder": {"urn": "urn:x", "name": "示例大学", "kind": "institute"},
            "division": "450721", "published_at": TODAY,
        });
        self.record(NewChange::published("test.published", subject, version, audience, json!({}), public));
    }

    pub fn delete(&self, entity: &str, number: u64, version: i64) {
        let subject = self.urn(entity, number);
        self.record(NewChange::deleted("test.withdrawn", subject, version, Audience::Public, json!({})));
    }

    pub fn erase(&self, entity: &str, number: u64, version: i64) {
        let subject = self.urn(entity, number);
        let erase = move |tx: &mut techmart::db::Tx| erasing::record_erasure(tx, &ACTOR, &subject, version);
        self.city().app.db.write_blocking("test.erase", erase).unwrap();
    }

    pub fn record(&self, change: NewChange) {
        let record = move |tx: &mut techmart::db::Tx| {
            tx.record(&ACTOR, change.clone());
            Ok(())
        };
        self.city().app.db.write_blocking("test.record", record).unwrap();
    }

    pub fn replicas(&self) -> Vec<Replica> {
        let read = |snapshot: &mut techmart::db::Snapshot| {
            let (mut all, mut after) = (Vec::new(), String::new());
            loop {
                let page = replica::after(snapshot, &Filter::default(), &after, 500)?;
                let Some(last) = page.last() else { return Ok(all) };
                after.clone_from(&last.subject);
                all.extend(page);
            }
        };
        self.city().app.db.read_blocking(read).unwrap()
    }

    pub fn replica(&self, urn: &str) -> Option<Replica> {
        self.replicas().into_iter().find(|replica| replica.subject == urn)
    }

    pub fn data(&self, urn: &str) -> Option<Value> {
        self.replica(urn)?.public.map(|text| serde_json::from_str(&text).unwrap())
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Region, city and county, joined: the county is two links from the region.
pub struct Network {
    pub region: Node,
    pub city: Node,
    pub county: Node,
}

impl Network {
    pub fn new(seed: u64) -> Self {
        let (region, city, county) =
            (Node::new(REGION, seed), Node::new(CITY, seed + 1), Node::new(COUNTY, seed + 2));
        region.enter(&city, Role::Child);
        city.enter(&region, Role::Parent);
        city.enter(&county, Role::Child);
        county.enter(&city, Role::Parent);
        let network = Self { region, city, county };
        network.settle();
        network
    }

    pub fn nodes(&self) -> [&Node; 3] {
        [&self.region, &self.city, &self.county]
    }

    pub const LINKS: [(usize, &'static str); 4] = [(0, CITY), (1, REGION), (1, COUNTY), (2, CITY)];

    /// Until every follower has nothing to do.
    pub fn settle(&self) {
        for _ in 0..60 {
            let mut quiet = true;
            for (at, to) in Self::LINKS {
                let node = self.nodes()[at];
                quiet &= node.settle(to).is_ok_and(|moved| moved == 0) && node.is_level(to);
            }
            if quiet {
                return;
            }
        }
        let stands: Vec<_> = Self::LINKS.iter().map(|(at, to)| self.nodes()[*at].sync(to)).collect();
        panic!("the network does not come to rest: {stands:#?}");
    }
}
