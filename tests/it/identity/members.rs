//! Rules 8, 9, 10 and 14: members, roles, invitations.

use serde_json::json;

use super::{login, refresh, with_token};
use crate::support::City;
use crate::support::city::PASSWORD;
use crate::walk::identity::{invite, member};

fn accept(city: &City, token: &serde_json::Value, login: &str) -> crate::support::Response {
    let account = json!({"login": login, "name": "示例·王", "password": PASSWORD});
    city.anonymous().post("/api/v1/invitations/accept", json!({"token": token, "account": account}))
}

/// An invitation works once, and only while it is open.
#[test]
fn an_invitation_brings_one_person_in() {
    let city = City::new();
    let made = invite(&city, "institute");
    let open = city.as_("institute.admin").get("/api/v1/invitations").expect(200);
    assert_eq!(open.body["items"][0]["id"], made["id"]);
    assert!(!open.text().contains("tmi_"), "the token is shown once");
    let joined = accept(&city, &made["token"], "Wang.New").expect(201).body;
    assert_eq!((&joined["roles"], joined["kind"].as_str()), (&json!(["member"]), Some("institute")));
    assert_eq!(login(&city, "WANG.new")["person"]["organisation"], joined["organisation"]);
    accept(&city, &made["token"], "wang.other").refused(404, "invitation_invalid");
    let second = invite(&city, "institute");
    accept(&city, &second["token"], "wang.new").refused(409, "login_taken");
    let path = format!("/api/v1/invitations/{}", second["id"].as_str().unwrap());
    city.as_("institute.admin").delete(&path).expect(204);
    accept(&city, &second["token"], "wang.third").refused(404, "invitation_invalid");
    let third = invite(&city, "institute");
    city.clock.advance_seconds(7 * 86_400);
    accept(&city, &third["token"], "wang.third").refused(404, "invitation_invalid");
    accept(&city, &json!("tmi_made-up"), "wang.third").refused(404, "invitation_invalid");
}

/// Rule 10: one person, several organisations, one of them at a time.
#[test]
fn a_person_joins_a_second_organisation_and_switches() {
    let city = City::new();
    let token = invite(&city, "broker")["token"].clone();
    let tokens = login(&city, "enterprise.member");
    let person = with_token(&city, &tokens);
    let account = json!({"login": "x.y.z", "name": "示例", "password": PASSWORD});
    let both = json!({"token": token, "account": account});
    person.post("/api/v1/invitations/accept", both).refused(422, "account_unexpected");
    city.anonymous()
        .post("/api/v1/invitations/accept", json!({"token": token}))
        .refused(422, "account_required");
    person.post("/api/v1/invitations/accept", json!({"token": token})).expect(201);
    let again = invite(&city, "broker")["token"].clone();
    person.post("/api/v1/invitations/accept", json!({"token": again})).refused(409, "already_member");
    let broker = city.organisation("broker");
    let switched = person.post("/api/v1/auth/switch", json!({"organisation": broker})).expect(200).body;
    assert_eq!(switched["person"]["kind"], "broker");
    person.get("/api/v1/me").refused(401, "token_superseded");
    let acting = with_token(&city, &switched).get("/api/v1/me").expect(200).body;
    assert_eq!(acting["memberships"].as_array().unwrap().len(), 2);
    let refreshed = refresh(&city, &tokens["refresh_token"]).expect(200).body;
    assert_eq!(refreshed["person"]["kind"], "broker", "the session stays with the chosen organisation");
    let body = json!({"login": "enterprise.member", "password": PASSWORD, "organisation": broker});
    assert_eq!(
        city.anonymous().post("/api/v1/auth/login", body).expect(200).body["person"]["kind"],
        "broker"
    );
    let body = json!({"organisation": city.organisation("government")});
    with_token(&city, &refreshed).post("/api/v1/auth/switch", body).refused(403, "membership_not_yours");
}

/// Rules 8 and 14: roles of the kind only; what a token says of roles ends with the change.
#[test]
fn roles_change_at_once() {
    let city = City::new();
    let tokens = login(&city, "government.member");
    let path = format!("/api/v1/members/{}", member(&city, "government", "government.member"));
    let admin = city.as_("government.admin");
    let wrong = admin.put(&path, json!({"roles": ["registrar"]})).refused(422, "validation_failed");
    assert_eq!(wrong.field("/roles/0"), Some("role_not_for_kind"));
    admin.put(&path, json!({"roles": []})).refused(422, "validation_failed");
    let changed = admin.put(&path, json!({"roles": ["payer", "payer"]})).expect(204);
    assert_eq!(changed.header("etag"), "\"2\"");
    admin
        .with("if-match", "\"1\"")
        .put(&path, json!({"roles": ["approver"]}))
        .refused(412, "version_mismatch");
    with_token(&city, &tokens).get("/api/v1/me").refused(401, "token_superseded");
    let new = refresh(&city, &tokens["refresh_token"]).expect(200).body;
    assert_eq!(new["person"]["roles"], json!(["payer"]));
    with_token(&city, &new).get("/api/v1/me").expect(200);
}

/// Rule 14: a removed member is out at once, and may come back by invitation.
#[test]
fn a_removed_member_is_out() {
    let city = City::new();
    let tokens = login(&city, "institute.member");
    let id = member(&city, "institute", "institute.member");
    let path = format!("/api/v1/members/{id}");
    city.as_("institute.admin").delete(&path).expect(204);
    with_token(&city, &tokens).get("/api/v1/me").refused(401, "token_revoked");
    refresh(&city, &tokens["refresh_token"]).refused(401, "refresh_token_invalid");
    let body = json!({"login": "institute.member", "password": PASSWORD});
    city.anonymous().post("/api/v1/auth/login", body).refused(403, "membership_none");
    city.as_("institute.admin").delete(&path).refused(404, "not_found");
    let actor = city.app.db.read_blocking(move |s| {
        techmart::identity::service::login_account(s, "institute.member").map(|a| a.unwrap().0)
    });
    assert!(actor.is_ok(), "the person stays, only the membership ends");
}

/// Rule 9.
#[test]
fn an_organisation_keeps_an_admin() {
    let city = City::new();
    let admin = city.as_("institute.admin");
    let own = format!("/api/v1/members/{}", member(&city, "institute", "institute.admin"));
    admin.delete(&own).refused(409, "last_admin");
    admin.put(&own, json!({"roles": ["member"]})).refused(409, "last_admin");
    let other = format!("/api/v1/members/{}", member(&city, "institute", "institute.member"));
    admin.put(&other, json!({"roles": ["member", "admin"]})).expect(204);
    admin.put(&own, json!({"roles": ["member"]})).expect(204);
    admin.get("/api/v1/members").refused(401, "token_superseded");
    city.as_("institute.admin").get("/api/v1/members").refused(403, "forbidden");
    city.as_("institute.member").get("/api/v1/members").expect(200);
}
