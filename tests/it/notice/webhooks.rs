//! Webhooks: signed, under one id whatever happens, given up when nobody takes them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::super::support::City;
use super::super::support::database::TestDatabase;
use super::super::support::post::{Manner, Message, Receiver};
use super::super::support::records::{enquired, published, with};
use crate::saved_searches::body;

const ADMIN: &str = "institute.admin";
const WEBHOOKS: &str = "/api/v1/webhooks";

struct Scene {
    city: City,
    receiver: Receiver,
    id: String,
    secret: String,
}

/// A city that may call 127.0.0.1.
pub fn city() -> City {
    let allow = [("TECHMART_OUTBOUND_ALLOW", "127.0.0.1")];
    let city = City::with_settings(TestDatabase::from_template(), &allow);
    city.settle();
    city
}

impl Scene {
    fn new(topics: Value) -> Scene {
        let (city, receiver) = (city(), Receiver::start());
        let body = json!({"url": receiver.url, "description": "示例", "topics": topics});
        let made = city.as_(ADMIN).post(WEBHOOKS, body).expect(201);
        let secret = made.body["secret"].as_str().unwrap().to_owned();
        Scene { id: made.id(), city, receiver, secret }
    }

    /// Everything that arrived, after what is due was sent.
    fn arrived(&self) -> Vec<Message> {
        self.city.settle();
        self.receiver.all()
    }

    fn ping(&self) -> String {
        let path = format!("{WEBHOOKS}/{}/ping", self.id);
        self.city.as_(ADMIN).send("POST", &path, None).expect(200).id()
    }

    fn messages(&self, query: &str) -> Vec<Value> {
        let path = format!("{WEBHOOKS}/messages?limit=100{query}");
        self.city.as_(ADMIN).get(&path).expect(200).body["items"].as_array().unwrap().clone()
    }

    fn state(&self) -> Value {
        self.city.as_(ADMIN).get(WEBHOOKS).expect(200).body["items"][0].clone()
    }
}

/// As a receiver verifies it, by the words of the specification.
fn verifies(message: &Message, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let (id, at) = (&message.headers["webhook-id"], &message.headers["webhook-timestamp"]);
    mac.update(format!("{id}.{at}.{}", message.body).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    message.headers["webhook-signature"].split(' ').any(|signature| signature == expected)
}

#[test]
fn a_message_is_signed_and_says_what_happened_to_what() {
    let scene = Scene::new(json!([]));
    let engagement = enquired(&scene.city);
    let arrived = scene.arrived();
    let found = arrived.iter().find(|message| message.body.contains("enquiry_received")).unwrap();
    assert!(verifies(found, &scene.secret));
    assert!(!verifies(found, &format!("whsec_{}", STANDARD.encode([0; 32]))));
    let body: Value = serde_json::from_str(&found.body).unwrap();
    let subject = format!("urn:tm:cn-450700:engagement:{engagement}");
    assert_eq!(body["type"], "engagement.enquiry_received");
    assert_eq!(body["data"]["subject"], subject);
    assert_eq!(body["data"]["link"], format!("https://techmart.example/api/v1/engagements/{engagement}"));
    assert!(!found.body.contains("坭兴陶"), "no titles, no words");
    let list = scene.city.as_(ADMIN).get(WEBHOOKS).expect(200).text();
    assert!(!list.contains("whsec_") && !list.contains("secret"), "shown once");
    assert!(scene.state()["succeeded_at"].is_string());
}

#[test]
fn only_the_topics_that_are_wanted_and_only_ones_own() {
    let scene = Scene::new(json!(["contract"]));
    enquired(&scene.city);
    assert!(scene.arrived().is_empty());
    let path = format!("{WEBHOOKS}/{}", scene.id);
    let body = json!({"url": scene.receiver.url, "topics": ["engagement"]});
    scene.city.as_("enterprise.admin").put(&path, body.clone()).refused(404, "not_found");
    scene.city.as_("institute.member").put(&path, body.clone()).refused(403, "forbidden");
    scene.city.as_(ADMIN).put(&path, body).expect(200);
    enquired(&scene.city);
    assert_eq!(scene.arrived().len(), 1);
}

#[test]
fn an_address_that_may_not_be_called_is_refused() {
    let city = City::new();
    for url in ["http://platform.example/", "https://127.0.0.1/", "https://169.254.169.254/", "ftp://a/", "x"]
    {
        let refused = city.as_(ADMIN).post(WEBHOOKS, json!({"url": url}));
        assert_eq!(refused.refused(422, "validation_failed").body["errors"][0]["pointer"], "/url", "{url}");
    }
    for n in 0..5 {
        city.as_(ADMIN).post(WEBHOOKS, json!({"url": format!("https://a{n}.example/")})).expect(201);
    }
    city.as_(ADMIN).post(WEBHOOKS, json!({"url": "https://b.example/"})).refused(409, "webhooks_too_many");
}

/// A repeated request gets the address again, but not the secret.
#[test]
fn a_secret_is_shown_once() {
    let city = City::new();
    let client = city.as_(ADMIN).with("idempotency-key", "hook-1");
    let body = json!({"url": "https://erp.example/hooks"});
    let first = client.post(WEBHOOKS, body.clone()).expect(201);
    let again = client.post(WEBHOOKS, body).expect(201);
    assert_eq!(first.id(), again.id());
    assert!(first.body["secret"].as_str().unwrap().starts_with("whsec_"));
    assert!(again.body["secret"].is_null());
}

/// Rule 4: failing, stalling, hanging up, slow; the same id and the same body every time.
#[test]
fn a_message_is_tried_again_under_the_same_id() {
    let scene = Scene::new(json!([]));
    let stall = Manner::Stalls(Duration::from_millis(1_500));
    scene.receiver.will(&[
        Manner::Answers(500),
        stall,
        Manner::HangsUp,
        Manner::Dribbles,
        Manner::Answers(302),
    ]);
    let id = scene.ping();
    let errors = ["status 500", "timeout", "unreachable", "timeout", "status 302"];
    for (pause, error) in [10, 60, 300, 1_800, 7_200].into_iter().zip(errors) {
        scene.arrived();
        let message = &scene.messages("&state=waiting")[0];
        assert_eq!(message["last_error"], error);
        scene.city.clock.advance_seconds(pause - 1);
        let before = scene.receiver.all().len();
        assert_eq!(scene.arrived().len(), before, "not before its pause is over");
        scene.city.clock.advance_seconds(1);
    }
    let arrived = scene.arrived();
    assert_eq!(arrived.len(), 6);
    for message in &arrived {
        assert_eq!(message.headers["webhook-id"], id);
        assert_eq!(message.body, arrived[0].body);
        assert!(verifies(message, &scene.secret));
    }
    assert_ne!(arrived[0].headers["webhook-timestamp"], arrived[5].headers["webhook-timestamp"]);
    assert_eq!(scene.messages("&state=sent")[0]["attempts"], 6);
}

/// Rules 4 and 6: dead after eight failures, the address disabled with a notice, and sent again by hand.
#[test]
fn what_nobody_takes_is_dead_and_can_be_sent_again() {
    let scene = Scene::new(json!([]));
    scene.receiver.will(&[Manner::Answers(503); 8]);
    let id = scene.ping();
    for _ in 0..8 {
        scene.arrived();
        scene.city.clock.advance_seconds(43_200);
    }
    assert_eq!(scene.receiver.all().len(), 8);
    let dead = scene.messages("&state=dead");
    assert_eq!((dead.len(), dead[0]["id"].as_str()), (1, Some(id.as_str())));
    let state = scene.state();
    assert_eq!(
        (state["state"].as_str(), state["state_reason"].as_str().unwrap().is_empty()),
        (Some("disabled"), false)
    );
    let told = scene.city.as_(ADMIN).get("/api/v1/notices").expect(200);
    assert_eq!(told.body["items"][0]["event"], "webhook_disabled");
    let again = format!("{WEBHOOKS}/messages/{id}/resend");
    scene.city.as_(ADMIN).send("POST", &again, None).refused(409, "webhook_disabled");
    enquired(&scene.city);
    assert_eq!(scene.arrived().len(), 8, "a disabled address gets nothing");
    let body = json!({"url": scene.receiver.url, "active": true});
    scene.city.as_(ADMIN).put(&format!("{WEBHOOKS}/{}", scene.id), body).expect(200);
    scene.city.as_("enterprise.admin").send("POST", &again, None).refused(404, "not_found");
    scene.city.as_(ADMIN).send("POST", &again, None).expect(200);
    let arrived = scene.arrived();
    assert_eq!(arrived.len(), 9);
    assert_eq!((&arrived[8].headers["webhook-id"], &arrived[8].body), (&id, &arrived[0].body));
    scene.city.as_(ADMIN).send("POST", &again, None).refused(409, "delivery_not_dead");
}

#[test]
fn an_address_that_is_gone_is_disabled_at_once() {
    let scene = Scene::new(json!([]));
    scene.receiver.will(&[Manner::Answers(410)]);
    scene.ping();
    scene.arrived();
    assert_eq!(
        (scene.state()["state"].as_str(), scene.state()["state_reason"].as_str()),
        (Some("disabled"), Some("410 Gone"))
    );
    scene.city.as_(ADMIN).delete(&format!("{WEBHOOKS}/{}", scene.id)).expect(204);
    assert!(scene.city.as_(ADMIN).get(WEBHOOKS).expect(200).body["items"].as_array().unwrap().is_empty());
}

/// Of one record's alert an address gets one message, however many changes of the log it took to tell all searches.
#[test]
fn an_alert_comes_once_to_an_organisation() {
    let (city, receiver) = (city(), Receiver::start());
    city.as_("enterprise.admin").post(WEBHOOKS, json!({"url": receiver.url})).expect(201);
    for persona in ["enterprise.member", "broker.member", "enterprise.admin"] {
        for n in 0..40 {
            let question = body(json!({"q": format!("近红外光谱 OR 词{n}")}));
            let channels = json!({"in_app": true, "mail": false, "webhook": true});
            let question = with(question, "channels", channels);
            city.as_(persona).post("/api/v1/saved-searches", question).expect(201);
        }
        // Ids are in the order of time: the last forty are told by two changes.
        city.clock.advance_seconds(1);
    }
    let record = published(&city, "achievements", "institute.member");
    let matched = |receiver: &Receiver| {
        city.settle();
        receiver.all().iter().filter(|message| message.body.contains("search_matched")).count()
    };
    assert_eq!(matched(&receiver), 1);
    city.clock.advance_seconds(1);
    let path = format!("/api/v1/achievements/{record}/withdraw");
    city.as_("institute.member").post(&path, json!({"reason": "转为自用"})).expect(200);
    assert_eq!(matched(&receiver), 1);
    let withdrawn = receiver.all().iter().filter(|it| it.body.contains("search_withdrawn")).count();
    assert_eq!(withdrawn, 1, "another event is told, once too");
}

/// Whoever has many messages waiting, at an address that answers slowly, does not hold up the others.
#[test]
fn every_address_has_its_turn() {
    let scene = Scene::new(json!([]));
    for _ in 0..20 {
        scene.ping();
    }
    scene.city.clock.advance_seconds(1);
    let other = scene.city.as_("enterprise.admin").post(WEBHOOKS, json!({"url": scene.receiver.url}));
    let other = other.expect(201).id();
    scene.city.as_("enterprise.admin").send("POST", &format!("{WEBHOOKS}/{other}/ping"), None).expect(200);
    let arrived = scene.arrived();
    let place = arrived.iter().position(|message| message.body.contains(&other)).unwrap();
    assert!(place < 3, "with the first of the others: {place}");
    assert_eq!(arrived.len(), 21);
}

#[test]
fn nobody_presses_more_into_the_queue_than_it_holds() {
    let scene = Scene::new(json!([]));
    scene.ping();
    let doubled = "INSERT INTO notice_delivery (id, channel, state, version, user_id, organisation_id, endpoint, topic, \
        event, subject, link, notices, at, attempts, next_at, created_at, ended_at, last_error) \
        SELECT id || 'x', channel, state, version, user_id, organisation_id, endpoint, topic, event, subject, link, \
        notices, at, attempts, next_at, created_at, ended_at, last_error FROM notice_delivery";
    let fill = |tx: &mut techmart::db::Tx| {
        (0..10).try_for_each(|n| Ok(tx.batch(&doubled.replace("'x'", &format!("'{n}'")))?))
    };
    scene.city.app.db.write_blocking("test.fill", fill).unwrap();
    let path = format!("{WEBHOOKS}/{}/ping", scene.id);
    scene.city.as_(ADMIN).send("POST", &path, None).refused(409, "webhook_queue_full");
}

/// While a secret is changed over, both sign.
#[test]
fn a_former_secret_signs_for_a_day() {
    let scene = Scene::new(json!([]));
    let path = format!("{WEBHOOKS}/{}/secret", scene.id);
    let new = scene.city.as_(ADMIN).send("POST", &path, None).expect(200).body["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    scene.ping();
    let both = scene.arrived().pop().unwrap();
    assert!(verifies(&both, &scene.secret) && verifies(&both, &new));
    scene.city.clock.advance_seconds(86_401);
    scene.ping();
    let one = scene.arrived().pop().unwrap();
    assert!(!verifies(&one, &scene.secret) && verifies(&one, &new));
}
