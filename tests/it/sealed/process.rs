//! The real program: its log and its counters tell nothing of an envelope.

use std::net::TcpListener;

use serde_json::{Value, json};
use techmart::kernel::time::Clock;

use super::*;
use crate::support::Client;
use crate::support::city::PASSWORD;
use crate::support::process::Installation;

fn signed_in(installation: &Installation, persona: &str) -> Client {
    let body = json!({"login": persona, "password": PASSWORD});
    let session = installation.client(None).post("/api/v1/auth/login", body).expect(200).body;
    installation.client(session["access_token"].as_str())
}

/// The lines of the counters that are not about time.
fn counters(metrics: &str) -> Vec<String> {
    let listen = Client::new(&format!("http://{metrics}"), None);
    let text = listen.get("/metrics").expect(200).text();
    let kept = text.lines().filter(|line| line.starts_with("http_requests_total") && line.contains("sealed"));
    kept.map(str::to_owned).collect()
}

#[test]
fn log_and_counters_of_the_program_tell_nothing_of_an_envelope() {
    let city = City::new();
    // The program has the real clock: the tender must be open then.
    city.clock.set(techmart::kernel::time::SystemClock.now());
    let (database, id) = (city.database.clone(), receiving(&city, terms(&city), setup(&city)).id);
    let bid = bid(&city, &id, BIDDERS[0], 7_313_377_331);
    let envelope = sealed(&city, &id, &bid);
    drop(city);
    let metrics = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let mut installation = Installation::on(database).with("TECHMART_METRICS_LISTEN", &metrics);
    installation.start();
    let bidder = signed_in(&installation, BIDDERS[0]);
    bidder.get(&path(&id, "/sealed")).expect(200);
    let (log, counted) = (installation.log(), counters(&metrics));
    assert!(!counted.is_empty(), "reading the tender is counted");
    let at = path(&id, "/sealed/envelope");
    let receipt: Value = bidder.put(&at, json!({"envelope": envelope})).expect(200).body;
    bidder.get(&at).expect(200);
    bidder.put(&at, json!({"envelope": "AAAA"})).expect(422);
    assert_eq!(counters(&metrics), counted);
    let more = installation.log().replacen(&log, "", 1);
    for word in ["sealed", "envelope", "7313377331", receipt["envelope_sha256"].as_str().unwrap(), &id] {
        assert!(!more.contains(word), "{word} in the log: {more}");
    }
}
