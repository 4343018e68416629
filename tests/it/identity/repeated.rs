//! Repeated requests of people who are on their way in: an Idempotency-Key counts, or is refused; never passed over.

use serde_json::json;

use super::with_token;
use crate::support::City;
use crate::support::city::PASSWORD;
use crate::walk::identity::registration;

/// DESIGN, Idempotency-Key: one account, one answer; the same key with another body is refused.
#[test]
fn a_registration_under_the_same_key_makes_one_account() {
    let city = City::new();
    let client = city.anonymous().with("idempotency-key", "register-1");
    let path = "/api/v1/organisations";
    let first = client.post(path, registration("1")).expect(201);
    let again = client.post(path, registration("1")).expect(201);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    assert_eq!(again.header("location"), first.header("location"));
    let mut other = registration("1");
    other["admin"]["password"] = json!("another long sentence");
    client.post(path, other).refused(422, "idempotency_key_reused");
    assert_eq!(
        city.anonymous().post(path, registration("1")).status / 100,
        4,
        "without the key it is another one"
    );
}

#[test]
fn an_invitation_under_the_same_key_is_accepted_once() {
    let city = City::new();
    let body = json!({"name": "示例·王", "roles": ["member"]});
    let token =
        city.as_("institute.admin").post("/api/v1/invitations", body).expect(201).body["token"].clone();
    let account = json!({"login": "wang.repeated", "password": PASSWORD, "name": "示例·王"});
    let body = json!({"token": token, "account": account});
    let client = city.anonymous().with("idempotency-key", "accept-1");
    let first = client.post("/api/v1/invitations/accept", body.clone()).expect(201);
    let again = client.post("/api/v1/invitations/accept", body).expect(201);
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
}

/// The repetition is answered although its present password is the present one no more.
#[test]
fn a_password_changed_under_the_same_key_is_changed_once() {
    let city = City::new();
    let tokens = super::login(&city, "broker.member");
    let client = with_token(&city, &tokens).with("idempotency-key", "password-1");
    let change = |new: &str| json!({"present_password": PASSWORD, "new_password": new});
    let path = "/api/v1/auth/password";
    client.put(path, change("eine neue lange Zeile")).expect(204);
    let again = client.put(path, change("eine neue lange Zeile")).expect(204);
    assert_eq!(again.header("idempotency-replayed"), "true");
    client.put(path, change("noch eine andere Zeile")).refused(422, "idempotency_key_reused");
}

/// An answer with tokens is kept by nobody, and a client that counts on its key is told so.
#[test]
fn signing_in_takes_no_key_and_says_so() {
    let city = City::new();
    let tokens = super::login(&city, "broker.member");
    let credentials = json!({"login": "broker.member", "password": PASSWORD});
    let client = city.anonymous().with("idempotency-key", "in-1");
    client.post("/api/v1/auth/login", credentials).refused(400, "idempotency_key_not_taken");
    let presented = json!({"refresh_token": tokens["refresh_token"]});
    client.post("/api/v1/auth/refresh", presented.clone()).refused(400, "idempotency_key_not_taken");
    let person = with_token(&city, &tokens).with("idempotency-key", "in-1");
    let switch = json!({"organisation": city.organisation("broker")});
    person.post("/api/v1/auth/switch", switch).refused(400, "idempotency_key_not_taken");
    // Without the key a lost answer is met by asking again: the same successor for 20 seconds.
    let first = city.anonymous().post("/api/v1/auth/refresh", presented.clone()).expect(200).body;
    let again = city.anonymous().post("/api/v1/auth/refresh", presented).expect(200).body;
    assert_eq!(first["refresh_token"], again["refresh_token"]);
}
