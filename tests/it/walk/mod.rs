//! The permission walk: *all* operations of the OpenAPI document, each with a valid request in a prepared
//! city. The permitted actor gets 2xx (the control); anonymous, every other role, and the same role in another
//! organisation get 401, 403 or 404. An operation without a builder fails the test.

use std::collections::BTreeMap;

use serde_json::Value;

use super::support::{City, Client, Response};

/// A valid request for one operation, made in a city of its own.
pub struct Case {
    pub method: &'static str,
    /// With the real ids filled in.
    pub path: String,
    pub body: Option<Value>,
    /// Instead of JSON: content type and bytes.
    pub raw: Option<(String, Vec<u8>)>,
    pub headers: Vec<(&'static str, String)>,
    /// The persona that is permitted; empty for anonymous.
    pub permitted: String,
    /// Personas of the same role elsewhere that must be refused; empty where the record is not owned.
    pub strangers: Vec<String>,
    /// Further personas that are rightly permitted as well (a reader from the other side).
    pub also: Vec<String>,
    /// The permitted one is a neighbouring node, which signs.
    pub signed: bool,
}

impl Case {
    pub fn new(method: &'static str, path: impl Into<String>, permitted: &str) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
            raw: None,
            headers: vec![],
            permitted: permitted.to_owned(),
            strangers: vec![],
            also: vec![],
            signed: false,
        }
    }

    /// The neighbour of the prepared city asks: the control is signed by it, everybody else's request is not.
    pub fn signed(mut self) -> Self {
        self.signed = true;
        self
    }

    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    pub fn raw(mut self, kind: &str, bytes: Vec<u8>) -> Self {
        self.raw = Some((kind.to_owned(), bytes));
        self
    }

    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn stranger(mut self, persona: &str) -> Self {
        self.strangers.push(persona.to_owned());
        self
    }

    pub fn also(mut self, persona: &str) -> Self {
        self.also.push(persona.to_owned());
        self
    }

    fn control(&self, city: &City) -> Response {
        if !self.signed {
            return self.send(&city.as_(&self.permitted));
        }
        let mut client = city.anonymous();
        for (name, value) in federation::signature(city, self.method, &self.path, self.body.as_ref()) {
            client = client.with(name, &value);
        }
        self.send(&client)
    }

    fn send(&self, client: &Client) -> Response {
        self.send_with(client, &self.headers)
    }

    fn send_with(&self, client: &Client, headers: &[(&'static str, String)]) -> Response {
        let mut client = client.clone();
        for (name, value) in headers {
            client = client.with(name, value);
        }
        let json =
            self.body.as_ref().map(|body| ("application/json".to_owned(), body.to_string().into_bytes()));
        let body = self.raw.clone().or(json);
        client.send(
            self.method,
            &self.path,
            body.as_ref().map(|(kind, bytes)| (kind.as_str(), bytes.clone())),
        )
    }
}

/// Makes what the request needs and returns it. Called once for each city.
pub type Builder = fn(&City) -> Case;

/// `("post", "/api/v1/achievements/{id}/publish", builder)`.
pub type Entry = (&'static str, &'static str, Builder);

mod achievement;
mod audit;
mod brokerage;
mod challenge;
mod contract;
mod credit;
mod demand;
mod engagement;
mod federation;
mod files;
pub mod identity;
mod ledger;
mod live;
mod matching;
mod notice;
mod platform;
mod project;
mod reference;
mod remote_acts;
mod reward;
mod sealed;
mod search;
mod statistics;
mod subsidy;
mod tlog;
mod trading;

/// Every room's builders.
fn builders() -> BTreeMap<(String, String), Builder> {
    let rooms: &[&[Entry]] = &[
        platform::CASES,
        ledger::CASES,
        subsidy::CASES,
        audit::CASES,
        reference::CASES,
        identity::CASES,
        search::CASES,
        sealed::CASES,
        files::CASES,
        achievement::CASES,
        demand::CASES,
        contract::CASES,
        credit::CASES,
        engagement::CASES,
        federation::CASES,
        tlog::CASES,
        remote_acts::CASES,
        matching::CASES,
        notice::CASES,
        project::CASES,
        reward::CASES,
        brokerage::CASES,
        challenge::CASES,
        live::CASES,
        statistics::CASES,
        trading::CASES,
    ];
    let all = rooms.iter().flat_map(|room| room.iter());
    all.map(|(method, path, builder)| (((*method).to_owned(), (*path).to_owned()), *builder)).collect()
}

fn operations() -> Vec<(String, String, String)> {
    let document = serde_json::to_value(techmart::app::App::api()).unwrap();
    let mut list = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let permission = operation["x-permission"].as_str().unwrap_or_default().to_owned();
            list.push((method.clone(), path.clone(), permission));
        }
    }
    list
}

#[test]
fn every_operation_has_a_builder_and_every_builder_an_operation() {
    let builders = builders();
    let operations = operations();
    let missing: Vec<_> = operations
        .iter()
        .filter(|(method, path, _)| !builders.contains_key(&(method.clone(), path.clone())))
        .collect();
    assert!(missing.is_empty(), "operations without a builder: {missing:#?}");
    assert_eq!(builders.len(), operations.len(), "a builder names an operation that does not exist");
}

/// One part of the walk, so that it runs on all cores and each test stays short.
fn walk(part: usize) {
    let builders = builders();
    for (number, (method, path, permission)) in operations().into_iter().enumerate() {
        if number % PARTS != part {
            continue;
        }
        if let Some(builder) = builders.get(&(method.clone(), path.clone())) {
            walk_one(&format!("{method} {path}"), &permission, *builder);
        }
    }
}

fn walk_one(operation: &str, permission: &str, builder: Builder) {
    let city = City::new();
    let case = builder(&city);
    for persona in refused_personas(&city, &case, permission) {
        let answer = case.send(&city.as_(&persona));
        let allowed = matches!(answer.status, 401 | 403 | 404);
        assert!(allowed, "{operation}: {persona:?} got {} {}", answer.status, answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json; charset=utf-8", "{operation}");
    }
    no_version_is_passed_over(operation, &city, &case);
    // Readers from another side; the control comes last, because it may change the record.
    for persona in &case.also {
        let answer = case.send(&city.as_(persona));
        assert!((200..300).contains(&answer.status), "{operation}: {persona} got {}", answer.text());
    }
    let control = case.control(&city);
    let good = (200..300).contains(&control.status);
    assert!(
        good,
        "{operation}: the permitted {:?} got {} {}",
        case.permitted,
        control.status,
        control.text()
    );
}

/// RFC 9110 section 13.1.1: an If-Match that cannot hold is never passed over; whatever writes answers 412, and the
/// control that follows shows that nothing was done.
fn no_version_is_passed_over(operation: &str, city: &City, case: &Case) {
    if case.method == "GET" || case.signed || READS.contains(&operation) {
        return;
    }
    let mut stale = case.headers.clone();
    stale.retain(|(name, _)| *name != "if-match");
    stale.push(("if-match", "\"987654\"".to_owned()));
    let answer = case.send_with(&city.as_(&case.permitted), &stale);
    assert_eq!(answer.status, 412, "{operation} passes over If-Match: {}", answer.text());
}

/// Not GET, but no record is written; or another protocol, which knows no versions.
const READS: [&str; 5] = [
    "post /api/v1/certificates/check",
    "post /api/v1/sales/{id}/stream-ticket",
    "post /api/v1/saved-searches/try",
    "post /oai",
    "post /tlog/add-checkpoint",
];

/// Anonymous, every persona whose roles don't carry the permission, and the strangers.
fn refused_personas(city: &City, case: &Case, permission: &str) -> Vec<String> {
    use techmart::kernel::permission::Permission;
    let permission = Permission::parse(permission).unwrap();
    let mut list = Vec::new();
    if permission == Permission::Public {
        return list;
    }
    list.push(String::new());
    for (persona, may) in city.personas(permission) {
        if !may {
            list.push(persona);
        }
    }
    list.extend(case.strangers.iter().cloned());
    list
}

macro_rules! parts {
    ($($name:ident = $part:literal,)*) => {
        const PARTS: usize = [$($part),*].len();
        $(
            #[test]
            fn $name() {
                walk($part);
            }
        )*
    };
}

parts! {
    permission_walk_part_01 = 0,
    permission_walk_part_02 = 1,
    permission_walk_part_03 = 2,
    permission_walk_part_04 = 3,
    permission_walk_part_05 = 4,
    permission_walk_part_06 = 5,
    permission_walk_part_07 = 6,
    permission_walk_part_08 = 7,
    permission_walk_part_09 = 8,
    permission_walk_part_10 = 9,
    permission_walk_part_11 = 10,
    permission_walk_part_12 = 11,
    permission_walk_part_13 = 12,
    permission_walk_part_14 = 13,
    permission_walk_part_15 = 14,
    permission_walk_part_16 = 15,
    permission_walk_part_17 = 16,
    permission_walk_part_18 = 17,
    permission_walk_part_19 = 18,
    permission_walk_part_20 = 19,
    permission_walk_part_21 = 20,
    permission_walk_part_22 = 21,
    permission_walk_part_23 = 22,
    permission_walk_part_24 = 23,
}
