//! Builders for acts across nodes and for what cities report.

use serde_json::{Value, json};
use techmart::db::Tx;
use techmart::federation::commands::service::{self, Failure};
use techmart::federation::commands::wire::{
    COMMAND_KIND, Carried, Command, RESULT_KIND, SealedResult, ThreadDocument,
};
use techmart::kernel::change::{Audience, Method, RelayedData};
use techmart::kernel::leaf::{canonical, data_hash};
use techmart::kernel::party::PartyRef;
use techmart::proof::model::Purpose;
use techmart::proof::{Letter, PublicKey};
use techmart::replica::model::{Event, Intake};
use techmart::replica::service as replica;

use super::federation::{NEIGHBOUR, asked, confirmed, signer};
use super::{Case, Entry};
use crate::support::City;
use crate::support::records::enquiry;

const ENQUIRER: &str = "enterprise.member";
const OPERATOR: &str = "operator.operator";
const ID: &str = "01980000-0000-7000-8000-000000000001";
const ACTS: &str = "/api/v1/remote-acts";
const THREADS: &str = "/api/v1/remote-threads";

pub const CASES: &[Entry] = &[
    ("post", ACTS, |city| Case::new("POST", ACTS, ENQUIRER).body(question(city))),
    ("get", ACTS, |_| Case::new("GET", ACTS, ENQUIRER)),
    ("get", "/api/v1/remote-acts/{id}", |city| {
        own(Case::new("GET", format!("{ACTS}/{}", sent(city)), ENQUIRER))
    }),
    ("get", THREADS, |_| Case::new("GET", THREADS, ENQUIRER)),
    ("get", "/api/v1/remote-threads/{id}", |city| {
        told(city);
        own(Case::new("GET", format!("{THREADS}/{ID}"), ENQUIRER))
    }),
    ("get", "/api/v1/remote-threads/{id}/messages", |city| {
        told(city);
        own(Case::new("GET", format!("{THREADS}/{ID}/messages"), ENQUIRER))
    }),
    ("get", "/api/v1/federation/commands/undelivered", |_| managed("GET", "undelivered".into())),
    ("get", "/api/v1/federation/commands/undecided", |_| managed("GET", "undecided".into())),
    ("post", "/api/v1/federation/commands/{origin}/{key}/retry", |city| {
        let key = sent(city);
        let node = city.app.db.settings().node.to_string();
        let of = (node.clone(), key.clone());
        let give_up =
            move |tx: &mut Tx| service::not_handed_over(tx, &of.0, &of.1, &Failure::Never("示例".into()));
        city.app.db.write_blocking("test.give_up", give_up).unwrap();
        managed("POST", format!("{node}/{key}/retry"))
    }),
    ("post", "/federation/v1/commands", |city| {
        confirmed(city);
        asked("POST", "/federation/v1/commands").body(command(city))
    }),
    ("get", "/api/v1/federation/figures", |_| {
        Case::new("GET", "/api/v1/federation/figures", "operator.auditor")
    }),
];

fn own(case: Case) -> Case {
    case.stranger("enterprise2.member").stranger("institute.member")
}

fn managed(method: &'static str, rest: String) -> Case {
    Case::new(method, format!("/api/v1/federation/commands/{rest}"), OPERATOR)
}

/// An enquiry about a record of the neighbour that is known here.
fn question(city: &City) -> Value {
    confirmed(city);
    let about = came(city, "achievement", json!({"title": "示例成果"}));
    let contact = enquiry("achievements", "x")["contact"].clone();
    json!({"act": "enquire", "about": about, "text": "能否许可？", "contact": contact})
}

fn sent(city: &City) -> String {
    let body = question(city);
    city.as_(ENQUIRER).post(ACTS, body).expect(201).id()
}

/// A record of the neighbour, as its feed would bring it.
fn came(city: &City, entity: &str, public: Value) -> String {
    let urn = format!("urn:tm:{NEIGHBOUR}:{entity}:{ID}");
    let text = String::from_utf8(canonical(&public).unwrap()).unwrap();
    let event = Event {
        origin: NEIGHBOUR.into(),
        epoch: 1,
        seq: 1,
        hops: 1,
        subject: urn.clone(),
        version: 1,
        method: Method::Put,
        event_type: format!("cn.techmart.{entity}.v1"),
        time: city.now(),
        audience: Audience::Public,
        reason: None,
        data: Some(RelayedData { hash: data_hash(text.as_bytes()), canonical: text, salt: vec![1; 32] }),
    };
    let intake = Intake { via: NEIGHBOUR.into(), ..Intake::default() };
    let take = move |tx: &mut Tx| replica::take(tx, &intake, std::slice::from_ref(&event));
    city.app.db.write_blocking("test.take", take).unwrap();
    urn
}

fn key_of(city: &City) -> PublicKey {
    city.app.gate.keys().ring().signer(Purpose::Node).unwrap().public().clone()
}

/// A thread at the neighbour, told to the enquirer's organisation.
fn told(city: &City) {
    confirmed(city);
    let node = city.app.db.settings().node.to_string();
    let urn_of = |entity: &str| format!("urn:tm:{NEIGHBOUR}:{entity}:{ID}");
    let (about, title) = (urn_of("achievement"), "示例成果".to_owned());
    let owner = PartyRef { urn: String::new(), name: "示例大学".into(), credit_code: String::new() };
    let thread = ThreadDocument {
        kind: "engagement".into(),
        state: "enquired".into(),
        text: "能否许可？".into(),
        ..ThreadDocument::about(urn_of("engagement"), 1, about, title, owner, city.now())
    };
    let organisation = format!("urn:tm:{node}:organisation:{}", city.organisation(ENQUIRER));
    let body = json!({"about": "thread", "organisation": organisation, "thread": thread});
    let urn = urn_of("command_result");
    let (mut record, key) = (SealedResult::draft(&urn, 1, NEIGHBOUR, &node), key_of(city));
    record.to_kid = key.kid().to_owned();
    record.sealed = Letter::seal(&signer(), &key, RESULT_KIND, &record.head(), &body, 2048, [5; 32]).unwrap();
    came(city, "command_result", serde_json::to_value(&record).unwrap());
    city.settle();
}

/// A command of the neighbour's user.
fn command(city: &City) -> Value {
    let (node, key) = (city.app.db.settings().node.to_string(), key_of(city));
    let now = city.now();
    let mut command = Command::draft(NEIGHBOUR, &node, "01".into(), now, now.plus_days(1));
    command.to_kid = key.kid().to_owned();
    let organisation = json!({"urn": format!("urn:tm:{NEIGHBOUR}:organisation:{ID}"), "name": "示例企业", "credit_code": ""});
    let person = json!({"user": ID, "name": "示例", "organisation": organisation, "kind": "enterprise"});
    let body = json!({"person": person, "act": {"act": "dance"}});
    command.sealed =
        Letter::seal(&signer(), &key, COMMAND_KIND, &command.head(), &body, 8192, [6; 32]).unwrap();
    serde_json::to_value(Carried { command, via: vec![NEIGHBOUR.into()] }).unwrap()
}
