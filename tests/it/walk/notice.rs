//! Builders for the operations of saved searches, notices and webhooks.

use serde_json::json;

use super::super::saved_searches::{body, saved};
use super::super::support::City;
use super::super::support::records::accepted;
use super::{Case, Entry};

const READER: &str = "enterprise.member";
const ADMIN: &str = "institute.admin";
const SEARCHES: &str = "/api/v1/saved-searches";
const WEBHOOKS: &str = "/api/v1/webhooks";

fn search(city: &City) -> String {
    format!("{SEARCHES}/{}", saved(city, READER, json!({"q": "坭兴陶"})))
}

fn notice(city: &City) -> String {
    city.settle();
    accepted(city);
    city.settle();
    let found = city.as_(READER).get("/api/v1/notices").expect(200);
    found.body["items"][0]["id"].as_str().unwrap().to_owned()
}

fn webhook(city: &City) -> String {
    let made = city.as_(ADMIN).post(WEBHOOKS, json!({"url": "https://erp.example/hooks"})).expect(201);
    format!("{WEBHOOKS}/{}", made.id())
}

/// The code that was sent to an address of the reader's.
fn code(city: &City) -> String {
    let body = json!({"address": "a@mail.example", "language": "en"});
    city.as_(READER).put("/api/v1/notices/mail-address", body).expect(200);
    let actor = city.actor(READER);
    let read =
        city.app.db.read_blocking(move |snapshot| techmart::notice::service::address(snapshot, &actor));
    let set = read.unwrap().unwrap();
    let context = format!("notice.mail/{}/{}", set.user, set.address);
    String::from_utf8(city.app.gate.secrets().open(&context, &set.code.unwrap()).unwrap()).unwrap()
}

/// A message that could not be delivered: its webhook was removed meanwhile, and registered anew it is not.
fn dead_message(city: &City) -> String {
    let path = webhook(city);
    let id = city.as_(ADMIN).send("POST", &format!("{path}/ping"), None).expect(200).id();
    let off = json!({"url": "https://erp.example/hooks", "active": false});
    city.as_(ADMIN).put(&path, off).expect(200);
    city.settle();
    let on = json!({"url": "https://erp.example/hooks", "active": true});
    city.as_(ADMIN).put(&path, on).expect(200);
    id
}

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/saved-searches", |_| Case::new("GET", SEARCHES, READER)),
    ("post", "/api/v1/saved-searches", |_| {
        Case::new("POST", SEARCHES, READER).body(body(json!({"q": "坭兴陶"})))
    }),
    ("post", "/api/v1/saved-searches/try", |city| {
        city.settle();
        let question = json!({"question": {"q": "坭兴陶"}});
        Case::new("POST", format!("{SEARCHES}/try"), READER).body(question)
    }),
    ("get", "/api/v1/saved-searches/{id}", |city| {
        Case::new("GET", search(city), READER).stranger("enterprise.admin").stranger("enterprise2.member")
    }),
    ("put", "/api/v1/saved-searches/{id}", |city| {
        let case = Case::new("PUT", search(city), READER).stranger("enterprise2.member");
        case.body(body(json!({"q": "海水稻"})))
    }),
    ("delete", "/api/v1/saved-searches/{id}", |city| {
        Case::new("DELETE", search(city), READER).stranger("enterprise2.member")
    }),
    ("get", "/api/v1/notices", |_| Case::new("GET", "/api/v1/notices", READER)),
    ("get", "/api/v1/notices/unread", |_| Case::new("GET", "/api/v1/notices/unread", READER)),
    ("post", "/api/v1/notices/read-all", |_| {
        Case::new("POST", "/api/v1/notices/read-all", READER).body(json!({}))
    }),
    ("post", "/api/v1/notices/{id}/read", |city| {
        let path = format!("/api/v1/notices/{}/read", notice(city));
        Case::new("POST", path, READER).stranger("enterprise2.member").stranger("enterprise.admin")
    }),
    ("get", "/api/v1/notices/preferences", |_| Case::new("GET", "/api/v1/notices/preferences", READER)),
    ("put", "/api/v1/notices/preferences", |_| {
        let choices = json!({"choices": [{"topic": "listing", "in_app": true, "mail": "off"}]});
        Case::new("PUT", "/api/v1/notices/preferences", READER).body(choices)
    }),
    ("get", "/api/v1/notices/mail-address", |_| Case::new("GET", "/api/v1/notices/mail-address", READER)),
    ("delete", "/api/v1/notices/mail-address", |_| {
        Case::new("DELETE", "/api/v1/notices/mail-address", READER)
    }),
    ("put", "/api/v1/notices/mail-address", |_| {
        let body = json!({"address": "a@mail.example", "language": "en"});
        Case::new("PUT", "/api/v1/notices/mail-address", READER).body(body)
    }),
    ("post", "/api/v1/notices/mail-address/confirm", |city| {
        let body = json!({"code": code(city)});
        Case::new("POST", "/api/v1/notices/mail-address/confirm", READER).body(body)
    }),
    ("get", "/api/v1/webhooks", |_| Case::new("GET", WEBHOOKS, ADMIN)),
    ("post", "/api/v1/webhooks", |_| {
        Case::new("POST", WEBHOOKS, ADMIN).body(json!({"url": "https://erp.example/hooks"}))
    }),
    ("put", "/api/v1/webhooks/{id}", |city| {
        let body = json!({"url": "https://erp.example/hooks", "topics": ["contract"]});
        Case::new("PUT", webhook(city), ADMIN).stranger("institute2.admin").body(body)
    }),
    ("delete", "/api/v1/webhooks/{id}", |city| {
        Case::new("DELETE", webhook(city), ADMIN).stranger("institute2.admin")
    }),
    ("post", "/api/v1/webhooks/{id}/secret", |city| {
        Case::new("POST", format!("{}/secret", webhook(city)), ADMIN).stranger("institute2.admin")
    }),
    ("post", "/api/v1/webhooks/{id}/ping", |city| {
        Case::new("POST", format!("{}/ping", webhook(city)), ADMIN).stranger("institute2.admin")
    }),
    ("get", "/api/v1/webhooks/messages", |_| Case::new("GET", format!("{WEBHOOKS}/messages"), ADMIN)),
    ("post", "/api/v1/webhooks/messages/{id}/resend", |city| {
        let path = format!("{WEBHOOKS}/messages/{}/resend", dead_message(city));
        Case::new("POST", path, ADMIN).stranger("institute2.admin")
    }),
];
