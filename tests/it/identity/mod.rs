//! Identity over HTTP and through its services: one test for each rule of `src/identity/mod.rs`.

mod api_keys;
mod flood;
mod members;
mod organisations;
mod repeated;
mod secrets;
mod sessions;

use serde_json::{Value, json};

use super::support::city::{PASSWORD, personas};
use super::support::{City, Client};

/// The answer of a login: access and refresh token.
fn login(city: &City, login: &str) -> Value {
    let body = json!({"login": login, "password": PASSWORD});
    city.anonymous().post("/api/v1/auth/login", body).expect(200).body
}

fn with_token(city: &City, tokens: &Value) -> Client {
    Client::new(&city.base, Some(tokens["access_token"].as_str().unwrap().to_owned()))
}

fn refresh(city: &City, token: &Value) -> super::support::Response {
    city.anonymous().post("/api/v1/auth/refresh", json!({"refresh_token": token}))
}

#[test]
fn every_persona_of_the_prepared_city_can_act() {
    let city = City::new();
    for (persona, kind, role) in personas() {
        let me = city.as_(&persona).get("/api/v1/me").expect(200).body;
        assert_eq!((&me["person"]["kind"], &me["person"]["roles"]), (&json!(kind), &json!([role])));
    }
    let stranger = Client::new(&city.base, Some("x".into()));
    stranger.get("/api/v1/problems").refused(401, "token_invalid");
}
