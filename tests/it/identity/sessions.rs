//! Rules 11, 12 and 14: signing in, staying in, getting out.

use serde_json::json;
use techmart::identity::{Attempt, model::Secret};
use techmart::proof::model::Purpose;

use super::{login, refresh, with_token};
use crate::support::City;
use crate::support::city::PASSWORD;

fn attempt(city: &City, login: &str, password: &str, address: &str) -> Result<(), (String, Option<u32>)> {
    let attempt = Attempt {
        login: login.into(),
        password: Secret::new(password.into()),
        organisation: None,
        address: address.into(),
        agent: "test".into(),
    };
    let runtime = actix_web::rt::System::new();
    let outcome = runtime.block_on(city.app.gate.login(attempt));
    outcome.map(drop).map_err(|refusal| (refusal.code().to_owned(), refusal.retry_after()))
}

/// A wrong password and an unknown account are one answer.
#[test]
fn a_stranger_learns_nothing_from_a_refusal() {
    let city = City::new();
    let ask = |login: &str| {
        let body = json!({"login": login, "password": "not-the-password"});
        city.anonymous().post("/api/v1/auth/login", body).refused(401, "credentials_wrong").body
    };
    let (known, unknown) = (ask("institute.member"), ask("nobody.at.all"));
    for field in ["title", "code", "status", "detail"] {
        assert_eq!(known[field], unknown[field], "{field}");
    }
}

/// Rule 11: nobody locks another out.
#[test]
fn guessing_is_slow_for_one_account_and_address() {
    let city = City::new();
    let wrong = |address: &str| attempt(&city, "institute.member", "wrong", address).unwrap_err();
    for _ in 0..5 {
        assert_eq!(wrong("203.0.113.9").0, "credentials_wrong");
    }
    assert_eq!(wrong("203.0.113.9"), ("login_backoff".into(), Some(3)));
    let right = |address: &str| attempt(&city, "institute.member", PASSWORD, address);
    assert_eq!(right("203.0.113.9").unwrap_err().0, "login_backoff", "also with the right password");
    assert_eq!(right("203.0.113.10"), Ok(()), "the owner comes in from elsewhere");
    assert_eq!(
        attempt(&city, "institute.admin", PASSWORD, "203.0.113.9"),
        Ok(()),
        "others come in from there"
    );
    city.clock.advance_seconds(2);
    assert_eq!(right("203.0.113.9"), Ok(()), "the wait is over");
    for _ in 0..5 {
        assert_eq!(wrong("203.0.113.9").0, "credentials_wrong", "success forgets");
    }
}

/// DESIGN: 15 minutes, and not one second more.
#[test]
fn an_access_token_expires() {
    let city = City::new();
    let person = with_token(&city, &login(&city, "institute.member"));
    city.clock.advance_seconds(899);
    person.get("/api/v1/me").expect(200);
    city.clock.advance_seconds(1);
    person.get("/api/v1/me").refused(401, "token_expired");
    person.get("/api/v1/problems").refused(401, "token_expired");
}

/// Rule 12: rotation; the same successor for 20 seconds; then reuse ends the family.
#[test]
fn a_refresh_token_rotates_and_its_reuse_ends_the_session() {
    let city = City::new();
    let tokens = login(&city, "institute.member");
    let first = tokens["refresh_token"].clone();
    let second = refresh(&city, &first).expect(200).body["refresh_token"].clone();
    assert_ne!(first, second);
    city.clock.advance_seconds(19);
    let again = refresh(&city, &first).expect(200).body;
    assert_eq!(again["refresh_token"], second, "a lost answer is given again");
    city.clock.advance_seconds(1);
    refresh(&city, &first).refused(401, "refresh_token_reused");
    refresh(&city, &second).refused(401, "refresh_token_invalid");
    with_token(&city, &again).get("/api/v1/me").refused(401, "token_revoked");
    with_token(&city, &tokens).get("/api/v1/me").refused(401, "token_revoked");
    login(&city, "institute.member");
}

/// Rule 12: once the successor was used, the answer had arrived; a predecessor is a copy.
#[test]
fn a_predecessor_after_its_successor_is_a_thief() {
    let city = City::new();
    let first = login(&city, "institute.member")["refresh_token"].clone();
    let second = refresh(&city, &first).expect(200).body["refresh_token"].clone();
    let third = refresh(&city, &second).expect(200).body["refresh_token"].clone();
    refresh(&city, &first).refused(401, "refresh_token_reused");
    refresh(&city, &third).refused(401, "refresh_token_invalid");
    refresh(&city, &json!("tmr_made-up")).refused(401, "refresh_token_invalid");
}

#[test]
fn a_session_ends_when_nobody_uses_it_and_in_any_case() {
    let city = City::new();
    let idle = login(&city, "institute.member")["refresh_token"].clone();
    let mut used = login(&city, "institute.member")["refresh_token"].clone();
    for day in 0..9 {
        city.clock.advance_seconds(10 * 86_400);
        let answer = refresh(&city, &used);
        if day == 8 {
            answer.refused(401, "refresh_token_invalid");
        } else {
            used = answer.expect(200).body["refresh_token"].clone();
        }
    }
    refresh(&city, &idle).refused(401, "refresh_token_invalid");
    city.clock.advance_seconds(91 * 86_400);
    city.app.run_jobs().unwrap();
    let left = city.as_("institute.member").get("/api/v1/sessions").expect(200).body;
    assert_eq!(left.as_array().unwrap().len(), 1);
}

/// Rule 14.
#[test]
fn logging_out_ends_the_session() {
    let city = City::new();
    let tokens = login(&city, "institute.member");
    let person = with_token(&city, &tokens);
    person.send("POST", "/api/v1/auth/logout", None).expect(204);
    person.get("/api/v1/me").refused(401, "token_revoked");
    refresh(&city, &tokens["refresh_token"]).refused(401, "refresh_token_invalid");
}

#[test]
fn people_see_and_end_their_own_sessions() {
    let city = City::new();
    let here = login(&city, "institute.member");
    city.clock.advance_seconds(1);
    let there = login(&city, "institute.member");
    let person = with_token(&city, &here);
    let list = person.get("/api/v1/sessions").expect(200).body;
    let list = list.as_array().unwrap();
    assert_eq!(list.iter().map(|s| s["current"].clone()).collect::<Vec<_>>(), [json!(false), json!(true)]);
    assert_eq!(list[0]["address"], "127.0.0.1");
    let other = format!("/api/v1/sessions/{}", list[0]["id"].as_str().unwrap());
    person.delete(&other).expect(204);
    with_token(&city, &there).get("/api/v1/me").refused(401, "token_revoked");
    person.delete(&other).refused(404, "not_found");
    person.get("/api/v1/me").expect(200);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let city = City::new();
    let (here, there) = (login(&city, "institute.member"), login(&city, "institute.member"));
    let person = with_token(&city, &here);
    let change = |present: &str, new: &str| {
        person.put("/api/v1/auth/password", json!({"present_password": present, "new_password": new}))
    };
    change("not-the-password", "mangrove-and-lotus-12").refused(401, "credentials_wrong");
    let common = change(PASSWORD, "password2026").refused(422, "validation_failed");
    assert_eq!(common.field("/new_password"), Some("password_common"));
    change(PASSWORD, PASSWORD).refused(422, "validation_failed");
    change(PASSWORD, "mangrove-and-lotus-12").expect(204);
    person.get("/api/v1/me").expect(200);
    with_token(&city, &there).get("/api/v1/me").refused(401, "token_revoked");
    refresh(&city, &there["refresh_token"]).refused(401, "refresh_token_invalid");
    assert_eq!(
        attempt(&city, "institute.member", PASSWORD, "203.0.113.1").unwrap_err().0,
        "credentials_wrong"
    );
    assert_eq!(attempt(&city, "institute.member", "mangrove-and-lotus-12", "203.0.113.1"), Ok(()));
    let ended = city.app.gate.reset_password("institute.member", &Secret::new("white-egret-in-april".into()));
    assert_eq!(ended.unwrap(), 2);
    person.get("/api/v1/me").refused(401, "token_revoked");
}

/// Rule 14 on a second instance, and on one that starts later.
#[test]
fn other_instances_follow_what_ended() {
    let one = City::new();
    let two = City::on(one.database.clone());
    let tokens = login(&one, "institute.member");
    let on_two = crate::support::Client::new(&two.base, with_token(&one, &tokens).token);
    on_two.get("/api/v1/me").expect(200);
    with_token(&one, &tokens).send("POST", "/api/v1/auth/logout", None).expect(204);
    two.app.gate.catch_up(10).unwrap();
    on_two.get("/api/v1/me").refused(401, "token_revoked");
    let three = City::on(one.database.clone());
    let on_three = crate::support::Client::new(&three.base, on_two.token);
    on_three.get("/api/v1/me").refused(401, "token_revoked");
}

/// A rotated key goes on verifying, a revoked one does not; another instance learns of both.
#[test]
fn signing_keys_rotate_without_a_pause() {
    let one = City::new();
    let two = City::on(one.database.clone());
    let published = |city: &City| city.anonymous().get("/.well-known/jwks.json").expect(200).body;
    let kids = |city: &City| published(city)["keys"].as_array().unwrap().len();
    assert_eq!(kids(&one), 2);
    let old = login(&one, "institute.member");
    let old_kid = one.app.gate.keys().ring().signer(Purpose::Token).unwrap().public().kid().to_owned();
    one.app.gate.rotate_key(Purpose::Token).unwrap();
    let new = login(&one, "institute.member");
    for tokens in [&old, &new] {
        let token = with_token(&one, tokens).token;
        crate::support::Client::new(&two.base, token).get("/api/v1/me").expect(200);
    }
    assert_eq!((kids(&one), kids(&two)), (3, 3));
    one.app.gate.revoke_key(&old_kid).unwrap();
    two.app.gate.catch_up(10).unwrap();
    for city in [&one, &two] {
        let refused = crate::support::Client::new(&city.base, with_token(city, &old).token).get("/api/v1/me");
        refused.refused(401, "token_invalid");
        crate::support::Client::new(&city.base, with_token(city, &new).token).get("/api/v1/me").expect(200);
    }
    assert!(one.app.gate.revoke_key(&old_kid).is_err());
}
