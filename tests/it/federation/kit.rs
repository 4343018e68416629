//! The conformance kit: what a neighbour of any make can check of a node over its base URL alone (TMF-1 rule 15).
//! In the suite it asks a node of its own; tests/federation/README.md tells how to point it at another.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use techmart::db::{DatabaseUrl, Settings, WriterLimits};
use techmart::federation::courier::{Courier, Heard};
use techmart::federation::model::{Peer, PinnedKey, Received, Role, State};
use techmart::federation::service::digest::Digest;
use techmart::federation::transport::{NoNeighbours, Transport};
use techmart::federation::wire;
use techmart::http::outbound::Outbound;
use techmart::kernel::change::{Audience, Method};
use techmart::kernel::random::SystemRandom;
use techmart::kernel::time::{Clock, SystemClock};
use techmart::proof::model::Purpose;
use techmart::proof::{KeyRing, Keys, PublicKey, Signer};
use techmart::replica::model::{Event, Standing};
use techmart::replica::rules::hash_of;

use super::network::{CITY, Node, runtime};

const KIT: &str = "cn-999999";

/// Who is asked, and as whom.
struct Kit {
    courier: Courier,
    transport: Transport,
    outbound: Outbound,
    target: Peer,
    clock: Arc<dyn Clock>,
    own: String,
}

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn setting(name: &str) -> Option<String> {
    std::env::var(format!("TECHMART_TEST_KIT_{name}")).ok().filter(|value| !value.is_empty())
}

impl Kit {
    fn new(base_url: &str, node: &str, key: &str, own: &str, seed: [u8; 32], clock: Arc<dyn Clock>) -> Self {
        let mut ring = KeyRing::default();
        ring.add_signer(Purpose::Node, Signer::from_seed(&seed).unwrap());
        let transport = Transport::new("https://kit.example", Keys::new(ring), Arc::new(NoNeighbours));
        let host = base_url.split("://").nth(1).unwrap().split([':', '/']).next().unwrap();
        let outbound = Outbound::new(host.parse().unwrap());
        let bytes = hex::decode(key).ok().or_else(|| URL_SAFE_NO_PAD.decode(key).ok());
        let bytes: [u8; 32] = bytes.expect("a key in hexadecimal or base64url").try_into().unwrap();
        let kid = PublicKey::from_bytes(bytes).kid().to_owned();
        let now = clock.now();
        let pinned = PinnedKey { kid, public: hex::encode(bytes), added_at: now, revoked_at: None };
        let target = Peer {
            node: node.to_owned(),
            version: 1,
            name: node.to_owned(),
            base_url: base_url.to_owned(),
            role: Role::Peer,
            state: State::Confirmed,
            keys: vec![pinned],
            hidden: vec![],
            created_at: now,
            updated_at: now,
        };
        let settings = Settings {
            url: DatabaseUrl::parse("sqlite://unused").unwrap(),
            node: own.into(),
            clock: Arc::clone(&clock),
            random: Arc::new(SystemRandom),
            fast_readers: 1,
            limits: WriterLimits::default(),
        };
        let courier = Courier::new(outbound.clone(), transport.clone(), Arc::new(settings));
        Self { courier, transport, outbound, target, clock, own: own.to_owned() }
    }

    fn get(&self, path: &str) -> Heard {
        runtime().block_on(self.courier.get(&self.target, path, 30)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    fn post(&self, path: &str, body: &Value) -> Heard {
        runtime()
            .block_on(self.courier.post(&self.target, path, body))
            .unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Any status of a plain request; with headers, if some are given.
    fn plain(&self, path: &str, headers: &[(&'static str, String)]) -> (u16, Value) {
        let address = format!("{}{path}", self.target.base_url);
        let mut request = self.outbound.request(reqwest::Method::GET, &address).unwrap();
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        runtime().block_on(async {
            let response = request.send().await.unwrap();
            let status = response.status().as_u16();
            (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default())
        })
    }

    fn refused(&self, path: &str, status: u16, code: &str) {
        let heard = self.get(path);
        assert_eq!((heard.status, heard.problem().as_str()), (status, code), "{path}");
    }

    fn run(&self) {
        self.joining();
        let (epoch, view, seen) = self.feed();
        let lines = self.snapshot(epoch, &view, &seen);
        self.digest(&lines);
        self.cursors(epoch, &view);
        self.bounds(epoch, &view);
        self.hints();
    }

    /// Sections 3 and transport: keys are told, unsigned and repeated requests refused, both sides agree.
    fn joining(&self) {
        let (status, document) = self.plain("/.well-known/tmf", &[]);
        assert_eq!((status, document["node"].as_str()), (200, Some(self.target.node.as_str())));
        assert_eq!(self.plain("/federation/v1/feed?after=0", &[]).0, 401, "unsigned");
        let said = json!({ "node": self.own, "you_are": "peer" });
        let heard = self.post("/federation/v1/confirm", &said);
        assert_eq!((heard.status, heard.json::<Value>().unwrap()["you_are"].as_str()), (200, Some("peer")));
        let wrong = self.post("/federation/v1/confirm", &json!({ "node": self.own, "you_are": "child" }));
        assert_eq!((wrong.status, wrong.problem().as_str()), (409, "peer_role_mismatch"));
        let path = "/federation/v1/feed?after=0&limit=1";
        let address = format!("{}{path}", self.target.base_url);
        let asked = self.transport.ask("GET", &address, None, self.clock.now(), &SystemRandom).unwrap();
        let headers = asked.headers.pairs().map(|(name, value)| (name, value.to_owned()));
        assert_eq!(self.plain(path, &headers).0, 200);
        assert_eq!(self.plain(path, &headers).0, 401, "the same signed request again");
    }

    /// Section 4: no holes, every hash and leaf fits, stubs say nothing.
    fn feed(&self) -> (i64, String, BTreeMap<String, Event>) {
        let (mut after, mut seen) = (0_i64, BTreeMap::new());
        let mut more = String::new();
        loop {
            let heard = self.get(&format!("/federation/v1/feed?after={after}&limit=7{more}"));
            assert_eq!(heard.status, 200, "{}", heard.problem());
            assert_eq!(heard.header("cache-control"), Some("private, no-store"));
            let (epoch, view) = (heard.header("tm-epoch").unwrap(), heard.header("tm-view").unwrap());
            more = format!("&epoch={epoch}&view={view}");
            let head: i64 = heard.header("tm-head").unwrap().parse().unwrap();
            let events: Vec<Value> = heard.json().unwrap();
            if events.is_empty() {
                assert_eq!(after, head, "an empty page before the head");
                return (epoch.parse().unwrap(), view.to_owned(), seen);
            }
            for value in events {
                let stub = value["type"] == wire::STUB_TYPE;
                assert!(!stub || (value.get("subject").is_none() && value.get("data").is_none()));
                let read = wire::read_feed_event(&self.target.node, &self.own, &value);
                let (number, _, event) = read.unwrap_or_else(|| panic!("not an event: {value}"));
                assert_eq!(number, after + 1, "the next number");
                after = number;
                match event {
                    Received::Bad { reason, .. } => panic!("{reason}: {value}"),
                    Received::Event(event) => drop(seen.insert(event.subject.clone(), *event)),
                    Received::Stub => assert!(stub, "nothing of ours comes back: {value}"),
                }
            }
        }
    }

    /// Section 5: in order, resumable, and of the node's own records what the feed ends with.
    fn snapshot(&self, epoch: i64, view: &str, seen: &BTreeMap<String, Event>) -> Vec<Event> {
        let (mut after, mut found) = (String::new(), Vec::<Event>::new());
        loop {
            let heard = self.get(&format!("/federation/v1/snapshot?after_subject={after}&limit=3"));
            let text = String::from_utf8(heard.body.to_vec()).unwrap();
            let mut values: Vec<Value> =
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let closing = values.pop().unwrap();
            let opening = values.remove(0);
            assert_eq!((opening["epoch"].as_i64(), opening["view"].as_str()), (Some(epoch), Some(view)));
            assert_eq!(closing["count"].as_u64(), Some(values.len() as u64));
            for value in values {
                let Received::Event(event) = wire::read_snapshot_line(&self.target.node, &self.own, &value)
                else {
                    panic!("a line that is not an event: {value}")
                };
                assert!(found.last().is_none_or(|last| last.subject < event.subject), "in their order");
                found.push(*event);
            }
            match closing["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        for (subject, event) in seen.iter().filter(|(_, event)| event.origin == self.target.node) {
            let line = found.iter().find(|line| line.subject == *subject);
            let line = line.unwrap_or_else(|| panic!("the snapshot lacks {subject}"));
            assert_eq!((line.version, line.method), (event.version, event.method), "{subject}");
            assert_eq!(line.data.as_ref().map(|d| d.hash), event.data.as_ref().map(|d| d.hash), "{subject}");
        }
        found
    }

    /// Section 10: the same hash over the same subjects.
    fn digest(&self, lines: &[Event]) {
        let digest: Digest = self.get("/federation/v1/digest").json().unwrap();
        let mut covered = 0;
        for bucket in &digest.buckets {
            let inside = |event: &&Event| {
                event.subject > bucket.after && (bucket.through.is_empty() || event.subject <= bucket.through)
            };
            let standing = |event: &Event| Standing {
                subject: event.subject.clone(),
                version: event.version,
                gone: event.method == Method::Delete,
                data_hash: event.data.as_ref().map(|data| data.hash.to_vec()),
            };
            let standings: Vec<Standing> = lines.iter().filter(inside).map(standing).collect();
            assert_eq!(i64::try_from(standings.len()).unwrap(), bucket.count);
            assert_eq!(hex::encode(hash_of(&standings)), bucket.hash);
            covered += standings.len();
        }
        assert_eq!(covered, lines.len(), "every subject is in one bucket");
    }

    /// Section 4, lost cursors.
    fn cursors(&self, epoch: i64, view: &str) {
        let feed = "/federation/v1/feed";
        self.refused(&format!("{feed}?after=1&epoch={}&view={view}", epoch + 1), 409, "epoch_changed");
        self.refused(&format!("{feed}?after=1&epoch={epoch}&view=0000000000000000"), 409, "view_changed");
        let far = i64::MAX;
        self.refused(&format!("{feed}?after={far}&epoch={epoch}&view={view}"), 400, "cursor_in_future");
        self.refused(&format!("{feed}?after=1"), 400, "cursor_without_epoch");
    }

    fn bounds(&self, epoch: i64, view: &str) {
        for wrong in ["limit=0", "limit=501", "wait_ms=30001", "after=-1"] {
            self.refused(&format!("/federation/v1/feed?{wrong}"), 400, "feed_limit_invalid");
        }
        self.refused("/federation/v1/snapshot?limit=501", 400, "feed_limit_invalid");
        let heard = self.get(&format!("/federation/v1/feed?after=0&epoch={epoch}&view={view}"));
        let head = heard.header("tm-head").unwrap().to_owned();
        let started = Instant::now();
        let path = format!("/federation/v1/feed?after={head}&epoch={epoch}&view={view}&wait_ms=300");
        let waited = self.get(&path);
        let events: Vec<Value> = waited.json().unwrap();
        assert!(!events.is_empty() || started.elapsed() >= Duration::from_millis(290), "it waits");
    }

    fn hints(&self) {
        assert_eq!(self.post("/federation/v1/hints", &json!({ "node": self.own, "head": 1 })).status, 204);
        let other = self.post("/federation/v1/hints", &json!({ "node": "cn-000000", "head": 1 }));
        assert_eq!(other.status, 403, "nobody speaks for another");
    }
}

/// Against the node that the environment names; without one, a node of the suite's own.
#[test]
fn the_conformance_kit_finds_nothing_wrong() {
    let seed = |text: String| -> [u8; 32] { hex::decode(text).unwrap().try_into().unwrap() };
    if let Some(url) = setting("URL") {
        let named =
            |name: &str| setting(name).unwrap_or_else(|| panic!("TECHMART_TEST_KIT_{name} is needed"));
        let own = setting("OWN").unwrap_or_else(|| KIT.to_owned());
        Kit::new(&url, &named("NODE"), &named("KEY"), &own, seed(named("SEED")), Arc::new(SystemClock)).run();
        return;
    }
    let node = Node::new(CITY, 80);
    for number in 1..=9 {
        node.publish("achievement", number, 1, Audience::Public, "成果（示例）");
        node.publish("contract", number, 1, Audience::Parent, "合同（示例）");
    }
    node.publish("achievement", 1, 2, Audience::Public, "成果二版（示例）");
    node.delete("achievement", 2, 2);
    node.erase("achievement", 3, 2);
    let signer = Signer::from_seed(&[7; 32]).unwrap();
    let new = techmart::federation::service::peers::NewPeer {
        node: KIT.into(),
        name: "示例".into(),
        base_url: "https://kit.example".into(),
        role: Role::Peer,
        keys: vec![hex::encode(signer.public().bytes())],
    };
    let outbound = node.city().app.outbound.clone();
    let actor = techmart::kernel::actor::Actor::System("test");
    let add = move |tx: &mut techmart::db::Tx| {
        techmart::federation::service::peers::add(tx, &actor, &outbound, &new)
    };
    node.city().app.db.write_blocking("test.peer", add).unwrap();
    let clock: Arc<dyn Clock> = node.clock.clone();
    // As its document gives it, and as the command line shows it.
    let document = node.city().anonymous().get("/.well-known/tmf").expect(200).body;
    let keys = document["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["purpose"] == "node").unwrap();
    assert_eq!(hex::encode(URL_SAFE_NO_PAD.decode(key["jwk"]["x"].as_str().unwrap()).unwrap()), node.key());
    Kit::new(&node.proxy.base, CITY, key["jwk"]["x"].as_str().unwrap(), KIT, [7; 32], clock).run();
}
