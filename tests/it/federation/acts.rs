//! Acts across nodes (TMF-1 rule 11): a county's enterprise and a university at another city's node, three hops away.

use serde_json::{Value, json};
use techmart::db::{Snapshot, Tx};
use techmart::engagement::AnswerDays;
use techmart::federation::commands::service::{self, Desk, Errand};
use techmart::federation::commands::wire::Carried;
use techmart::federation::model::Role;
use techmart::kernel::error::Refusal;

use super::network::{CITY, COUNTY, Node, REGION};
use crate::support::city::{people, people_of};
use crate::support::records::{enquiry, published};

/// Another city of the region, with a university.
pub const OTHER: &str = "cn-450100";
pub const ENQUIRER: &str = "enterprise.member";
pub const OWNER: &str = "institute.member";
const MARKER: &str = "MARKER-QUESTION-7731";

/// county ── city ── region ── other city.
pub struct Tree {
    pub region: Node,
    pub city: Node,
    pub county: Node,
    pub other: Node,
}

impl Tree {
    /// With the same enterprises nowhere twice.
    pub fn new(seed: u64) -> Self {
        Self::with(seed, "7")
    }

    /// With credit codes of this series at the county; "0" are those of the other city.
    pub fn with(seed: u64, series: &'static str) -> Self {
        let node = |id, at| Node::new(id, seed + at);
        let tree = Self {
            region: node(REGION, 0),
            city: node(CITY, 1),
            county: node(COUNTY, 2),
            other: node(OTHER, 3),
        };
        for (parent, child) in
            [(&tree.region, &tree.city), (&tree.region, &tree.other), (&tree.city, &tree.county)]
        {
            parent.enter(child, Role::Child);
            child.enter(parent, Role::Parent);
        }
        people_of(&tree.county.city().app, series);
        people(&tree.other.city().app);
        tree.sync();
        tree.rest();
        tree
    }

    pub fn nodes(&self) -> [&Node; 4] {
        [&self.county, &self.city, &self.region, &self.other]
    }

    /// The feeds alone.
    pub fn sync(&self) {
        let links = [(0, CITY), (1, COUNTY), (1, REGION), (2, CITY), (2, OTHER), (3, REGION)];
        for _ in 0..8 {
            let mut quiet = true;
            for (at, to) in links {
                // A node may be away.
                quiet &= matches!(self.nodes()[at].settle(to), Ok(0));
            }
            if quiet {
                return;
            }
        }
    }

    /// One round of everything at one node.
    pub fn work(&self, node: &Node) {
        node.city().app.run_jobs().unwrap();
        node.city().settle();
    }

    /// Time passes everywhere.
    pub fn later(&self, seconds: i64) {
        self.nodes().iter().for_each(|node| node.clock.advance_seconds(seconds));
    }

    /// Until nothing is under way: the nodes work in the order of the way, so the first round brings a command to its
    /// end and the news of it back, and the second takes them.
    pub fn rest(&self) {
        for _ in 0..2 {
            self.nodes().iter().for_each(|node| self.work(node));
            self.sync();
        }
    }
}

fn desk(node: &Node) -> Desk {
    Desk::of(&node.city().app.gate, AnswerDays(7))
}

/// What the node would hand over now.
pub fn errands(node: &Node) -> Vec<Errand> {
    let look = |snapshot: &mut Snapshot| {
        let now = snapshot.now();
        service::errands(snapshot, now, 10)
    };
    node.city().app.db.read_blocking(look).unwrap()
}

pub fn hand(to: &Node, by: &str, carried: &Carried) -> Result<&'static str, Refusal> {
    let (desk, by, carried) = (desk(to), by.to_owned(), carried.clone());
    let receive = move |tx: &mut Tx| service::receive(tx, &desk, &by, &carried);
    Ok(to.city().app.db.write_blocking("test.receive", receive)?.value.as_str())
}

/// A published achievement of the other city's university, known at the county.
pub fn achievement(tree: &Tree) -> String {
    let id = published(tree.other.city(), "achievements", OWNER);
    tree.sync();
    format!("urn:tm:{OTHER}:achievement:{id}")
}

pub fn question(about: &str, text: &str) -> Value {
    let mut body = json!({ "act": "enquire", "about": about, "text": text });
    body["contact"] = enquiry("achievements", "x")["contact"].clone();
    body
}

pub fn ask(tree: &Tree, body: Value) -> Value {
    tree.county.city().as_(ENQUIRER).post("/api/v1/remote-acts", body).expect(201).body
}

pub fn act(tree: &Tree, asked: &Value) -> Value {
    let path = format!("/api/v1/remote-acts/{}", asked["id"].as_str().unwrap());
    tree.county.city().as_(ENQUIRER).get(&path).expect(200).body
}

/// As this person of the node sees them.
pub fn engagements(node: &Node, persona: &str) -> Vec<Value> {
    let found = node.city().as_(persona).get("/api/v1/engagements").expect(200).body;
    found["items"].as_array().unwrap().clone()
}

/// TMF-1 rule 11: an enquiry three hops away, its answer, messages both ways and the end; what the user sees on the
/// way is honest; whoever carries it reads nothing.
#[test]
fn tmf_1_rule_11_an_enquiry_three_hops_away() {
    let tree = Tree::new(900);
    let about = achievement(&tree);
    let asked = ask(&tree, question(&about, &format!("量产成本如何？{MARKER}")));
    assert_eq!((&asked["state"], &asked["node"]), (&json!("queued"), &json!(OTHER)));
    assert_eq!(asked["about_title"], "坭兴陶坭料近红外快速筛选方法（示例）");
    tree.work(&tree.county);
    let sent = act(&tree, &asked);
    assert_eq!(sent["state"], "sent");
    assert!(sent["sent_at"].is_string() && sent["received_at"].is_null() && sent["decided_at"].is_null());
    assert!(engagements(&tree.other, OWNER).is_empty(), "it is on its way");
    tree.rest();
    let decided = act(&tree, &asked);
    assert_eq!((&decided["state"], &decided["accepted"]), (&json!("decided"), &json!(true)), "{decided}");
    assert!(decided["received_at"].is_string() && decided["decided_at"].is_string());

    // At the owner's node it looks like any other, with its node.
    let seen = engagements(&tree.other, OWNER);
    assert_eq!(seen.len(), 1);
    assert_eq!((&seen[0]["enquirer_node"], &seen[0]["state"]), (&json!(COUNTY), &json!("enquired")));
    assert_eq!(seen[0]["enquirer"]["name"], "示例enterprise");
    assert!(seen[0]["enquiry"].as_str().unwrap().contains(MARKER));
    let path = format!("/api/v1/engagements/{}", seen[0]["id"].as_str().unwrap());
    let owner = tree.other.city().as_(OWNER);
    owner.post(&format!("{path}/answer"), json!({"decision": "accepted", "text": "欢迎来访"})).expect(200);
    tree.rest();
    let enquirer = tree.county.city().as_(ENQUIRER);
    let threads = enquirer.get("/api/v1/remote-threads").expect(200).body;
    let thread = &threads["items"][0]["thread"];
    assert_eq!((&thread["state"], &thread["answer"]), (&json!("accepted"), &json!("欢迎来访")));
    assert_eq!(thread["owner_contact"]["phone"], "0777-2800001", "once the owner has agreed to talk");

    // Messages both ways, one thread in one order.
    owner.post(&format!("{path}/messages"), json!({"text": "周四可看样。"})).expect(201);
    tree.other.clock.advance_seconds(1);
    let urn = thread["urn"].as_str().unwrap();
    let message = json!({"act": "message", "thread": urn, "text": format!("周四到。{MARKER}")});
    let sent = ask(&tree, message);
    tree.rest();
    assert_eq!(act(&tree, &sent)["accepted"], true);
    let id = threads["items"][0]["id"].as_str().unwrap();
    let texts = |found: Value| -> Vec<String> {
        let items = found["items"].as_array().unwrap().clone();
        items.iter().map(|it| it["text"].as_str().unwrap().to_owned()).collect()
    };
    let here = texts(enquirer.get(&format!("/api/v1/remote-threads/{id}/messages")).expect(200).body);
    let there = texts(owner.get(&format!("{path}/messages")).expect(200).body);
    assert_eq!(here, there);
    assert_eq!(here, ["周四可看样。".to_owned(), format!("周四到。{MARKER}")]);

    ask(&tree, json!({"act": "conclude", "thread": urn, "outcome": "none", "reason": "工艺不符"}));
    tree.rest();
    assert_eq!(owner.get(&path).expect(200).body["state"], "concluded");
    let ended = enquirer.get(&format!("/api/v1/remote-threads/{id}")).expect(200).body;
    assert_eq!(
        (&ended["thread"]["state"], &ended["thread"]["outcome_reason"]),
        (&json!("concluded"), &json!("工艺不符"))
    );

    // Rule 1 of engagements: nobody else of the county sees it; and nobody on the way anything at all.
    let other = tree.county.city().as_("enterprise2.member");
    other.get(&format!("/api/v1/remote-threads/{id}")).refused(404, "not_found");
    other.get(&format!("/api/v1/remote-acts/{}", asked["id"].as_str().unwrap())).refused(404, "not_found");
    for hub in [&tree.city, &tree.region] {
        for secret in [MARKER, "工艺不符", "周四可看样", "欢迎来访"] {
            assert!(!holds(hub, secret), "{} holds {secret}", hub.id);
        }
    }
    assert!(holds(&tree.other, MARKER) && holds(&tree.county, MARKER), "the test can fail");
}

#[derive(diesel::QueryableByName)]
struct Whole {
    #[diesel(sql_type = diesel::sql_types::Text)]
    document: String,
}

/// A PostgreSQL database as one text.
fn whole(url: &str) -> String {
    use diesel::{Connection, RunQueryDsl};
    let mut conn = diesel::PgConnection::establish(url).unwrap();
    let query = "SELECT CAST(database_to_xml(true, false, '') AS TEXT) AS document";
    diesel::sql_query(query).get_result::<Whole>(&mut conn).unwrap().document
}

/// Whether a text stands anywhere in a node's database.
pub fn holds(node: &Node, text: &str) -> bool {
    if node.database.is_postgres() {
        return whole(&node.database.url()).contains(text);
    }
    let dir = node.database.dir();
    ["techmart.db", "techmart.db-wal"].iter().any(|file| {
        let bytes = std::fs::read(dir.path().join(file)).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

/// A record of this node is acted on directly, one that is not known here not at all, and a thread only by its party.
#[test]
fn what_is_asked_is_checked_before_it_is_sent() {
    let tree = Tree::new(950);
    let about = achievement(&tree);
    let county = tree.county.city();
    let refused = |body: Value, code: &str| {
        let answer = county.as_(ENQUIRER).post("/api/v1/remote-acts", body);
        let found = answer.refused(422, "validation_failed").body["errors"][0]["code"].clone();
        assert_eq!(found, code);
    };
    let own = about.replace(OTHER, COUNTY);
    refused(question(&own, "x"), "record_is_local");
    let unknown = format!("urn:tm:{OTHER}:achievement:01980000-0000-7000-8000-0000000000aa");
    refused(question(&unknown, "x"), "remote_record_unknown");
    let thread = format!("urn:tm:{OTHER}:engagement:01980000-0000-7000-8000-0000000000aa");
    refused(json!({"act": "message", "thread": thread, "text": "x"}), "remote_record_unknown");
    assert!(errands(&tree.county).is_empty());
}
