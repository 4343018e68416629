//! Rule 13: keys of programs.

use serde_json::{Value, json};

use crate::support::{City, Client, Response};
use crate::walk::identity::{invite, member};

fn make(city: &City, persona: &str, scopes: Value, days: i64) -> Response {
    let body = json!({"label": "目录同步（示例）", "scopes": scopes, "days": days});
    city.as_(persona).post("/api/v1/api-keys", body)
}

fn client(city: &City, made: &Value) -> Client {
    Client::new(&city.base, Some(made["key"].as_str().unwrap().to_owned()))
}

#[test]
fn a_key_has_its_scopes_and_nothing_else() {
    let city = City::new();
    let made = make(&city, "institute.admin", json!(["session", "achievement.write"]), 30).expect(201).body;
    let key = client(&city, &made);
    let me = key.get("/api/v1/me").expect(200).body;
    assert_eq!(me["person"]["permissions"], json!(["public", "session", "achievement.write"]));
    key.get("/api/v1/members").refused(403, "forbidden");
    key.post("/api/v1/api-keys", json!({"label": "x", "scopes": ["session"], "days": 1}))
        .refused(403, "forbidden");
    // What belongs to a person's own login is not for programs.
    key.send("POST", "/api/v1/auth/logout", None).refused(403, "api_key_not_here");
    key.get("/api/v1/sessions").refused(403, "api_key_not_here");
    let password = json!({"present_password": "x", "new_password": "mangrove-and-lotus-12"});
    key.put("/api/v1/auth/password", password).refused(403, "api_key_not_here");
    let token = invite(&city, "broker")["token"].clone();
    key.post("/api/v1/invitations/accept", json!({"token": token})).refused(403, "api_key_not_here");
    let list = city.as_("institute.admin").get("/api/v1/api-keys").expect(200);
    assert_eq!(list.body[0]["hint"], made["key"].as_str().unwrap()[..10]);
    assert!(!list.text().contains(made["key"].as_str().unwrap()), "the key is shown once");
}

#[test]
fn a_key_is_narrower_than_its_maker_and_bounded() {
    let city = City::new();
    for (scopes, days, pointer) in [
        (json!(["subsidy.pay"]), 30, "/scopes/0"),
        (json!(["session", "api_key.manage"]), 30, "/scopes/1"),
        (json!(["organisation.manage"]), 30, "/scopes/0"),
        (json!([]), 30, "/scopes"),
        (json!(["session"]), 731, "/days"),
    ] {
        let refused = make(&city, "institute.admin", scopes, days).refused(422, "validation_failed");
        assert!(refused.field(pointer).is_some(), "{pointer}: {}", refused.text());
    }
    let made = make(&city, "institute.admin", json!(["session"]), 1).expect(201).body;
    client(&city, &made).get("/api/v1/me").expect(200);
    city.clock.advance_seconds(86_400);
    client(&city, &made).get("/api/v1/me").refused(401, "token_expired");
    let unknown = format!("tm_{}", "A".repeat(43));
    Client::new(&city.base, Some(unknown)).get("/api/v1/me").refused(401, "token_invalid");
}

/// A repeated request is answered, but not with the secret.
#[test]
fn a_repeated_request_does_not_show_the_key_again() {
    let city = City::new();
    let body = json!({"label": "示例", "scopes": ["session"], "days": 1});
    let admin = city.as_("institute.admin").with("idempotency-key", "make-key-1");
    let first = admin.post("/api/v1/api-keys", body.clone()).expect(201).body;
    let second = admin.post("/api/v1/api-keys", body).expect(201).body;
    assert_eq!(first["id"], second["id"]);
    assert!(first["key"].is_string() && second["key"].is_null());
}

#[test]
fn a_key_ends_at_once_when_revoked_and_with_its_makers_membership() {
    let city = City::new();
    let keep = make(&city, "institute.admin", json!(["session"]), 30).expect(201).body;
    let gone = make(&city, "institute.admin", json!(["session"]), 30).expect(201).body;
    client(&city, &gone).get("/api/v1/me").expect(200);
    let path = format!("/api/v1/api-keys/{}", gone["id"].as_str().unwrap());
    city.as_("institute.admin").delete(&path).expect(204);
    client(&city, &gone).get("/api/v1/me").refused(401, "token_revoked");
    client(&city, &keep).get("/api/v1/me").expect(200);
    let second = format!("/api/v1/members/{}", member(&city, "institute", "institute.member"));
    city.as_("institute.admin").put(&second, json!({"roles": ["admin"]})).expect(204);
    let maker = format!("/api/v1/members/{}", member(&city, "institute", "institute.admin"));
    city.as_("institute.member").delete(&maker).expect(204);
    client(&city, &keep).get("/api/v1/me").refused(401, "token_revoked");
}

/// Roles that change count for a key within half a minute.
#[test]
fn a_key_loses_what_its_maker_loses() {
    let city = City::new();
    let second = format!("/api/v1/members/{}", member(&city, "government", "government.payer"));
    city.as_("government.admin").put(&second, json!({"roles": ["payer", "admin"]})).expect(204);
    let made = make(&city, "government.payer", json!(["session", "subsidy.pay"]), 30).expect(201).body;
    let held = || client(&city, &made).get("/api/v1/me").expect(200).body["person"]["permissions"].clone();
    assert_eq!(held(), json!(["public", "session", "subsidy.pay"]));
    city.as_("government.admin").put(&second, json!({"roles": ["admin"]})).expect(204);
    city.clock.advance_seconds(30);
    assert_eq!(held(), json!(["public", "session"]));
}
