//! Builders for the operations of sealed tenders, and of the protocol of a sale.

use serde_json::json;

use super::{Case, Entry};
use crate::sealed::{
    BIDDERS, EXPERTS, OFFICERS, base64, bid, deposit, experts, open, ready, receiving, scoring, sealed,
    set_up, setup, shares, sheet, terms, to_deadline, weighted,
};
use crate::support::City;
use crate::trading::{BIDDER, OPERATOR, SELLER, awarded, path};

fn own(id: &str, method: &'static str, rest: &str) -> Case {
    Case::new(method, path(id, rest), SELLER).stranger("institute2.member").stranger("enterprise.admin")
}

/// An act of the first officer; nobody else of its body, and nobody elsewhere.
fn office(id: &str, method: &'static str, rest: &str) -> Case {
    let case = Case::new(method, path(id, rest), OFFICERS[0]);
    case.stranger("government2.preparer").stranger(BIDDER).stranger(SELLER)
}

fn opened(city: &City) -> (String, String) {
    let tender = receiving(city, terms(city), setup(city));
    let receipts = BIDDERS.map(|bidder| deposit(city, &tender.id, bidder, 1_000));
    open(city, &tender);
    (tender.id, receipts[0]["envelope_sha256"].as_str().unwrap().to_owned())
}

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/sales/{id}/sealed/fail", |city| {
        let id = receiving(city, terms(city), setup(city)).id;
        to_deadline(city, &id);
        city.clock.set(city.now().plus_days(8));
        Case::new("POST", path(&id, "/sealed/fail"), OPERATOR).body(json!({"reason": "开标人失联"}))
    }),
    ("get", "/api/v1/sales/{id}/sealed", |city| {
        Case::new("GET", path(&receiving(city, terms(city), setup(city)).id, "/sealed"), "")
    }),
    ("put", "/api/v1/sales/{id}/sealed", |city| {
        own(&set_up(city, terms(city), setup(city)), "PUT", "/sealed").body(weighted(city))
    }),
    ("post", "/api/v1/sales/{id}/sealed/key", |city| {
        let id = set_up(city, terms(city), setup(city));
        for officer in OFFICERS {
            crate::sealed::enrol_officer(city, &id, officer);
        }
        own(&id, "POST", "/sealed/key")
    }),
    ("post", "/api/v1/sales/{id}/sealed/officers", |city| {
        let id = set_up(city, terms(city), setup(city));
        office(&id, "POST", "/sealed/officers").body(json!({"public_key": base64(&[9; 32])}))
    }),
    ("get", "/api/v1/sales/{id}/sealed/packet", |city| {
        office(&ready(city, terms(city), setup(city)).id, "GET", "/sealed/packet")
    }),
    ("post", "/api/v1/sales/{id}/sealed/rehearsal", |city| {
        let tender = ready(city, terms(city), setup(city));
        let share = shares(city, &tender, 0).1;
        office(&tender.id, "POST", "/sealed/rehearsal").body(json!({"share": share}))
    }),
    ("post", "/api/v1/sales/{id}/sealed/shares", |city| {
        let tender = receiving(city, terms(city), setup(city));
        let share = shares(city, &tender, 0).0;
        to_deadline(city, &tender.id);
        office(&tender.id, "POST", "/sealed/shares").body(json!({"share": share}))
    }),
    ("put", "/api/v1/sales/{id}/sealed/envelope", |city| {
        let id = receiving(city, terms(city), setup(city)).id;
        let envelope = sealed(city, &id, &bid(city, &id, BIDDER, 1_000));
        Case::new("PUT", path(&id, "/sealed/envelope"), BIDDER)
            .stranger(SELLER)
            .body(json!({"envelope": envelope}))
    }),
    ("get", "/api/v1/sales/{id}/sealed/envelope", |city| {
        let id = receiving(city, terms(city), setup(city)).id;
        deposit(city, &id, BIDDER, 1_000);
        Case::new("GET", path(&id, "/sealed/envelope"), BIDDER)
            .stranger("enterprise2.member")
            .stranger(SELLER)
    }),
    ("put", "/api/v1/sales/{id}/sealed/committee", |city| {
        let id = receiving(city, terms(city), weighted(city)).id;
        own(&id, "PUT", "/sealed/committee").body(json!({"members": experts(city)}))
    }),
    ("post", "/api/v1/sales/{id}/sealed/committee/vacate", |city| {
        let id = scoring(city).id;
        let vacancy = json!({"member": experts(city)[0], "reason": "因病不能评标"});
        Case::new("POST", path(&id, "/sealed/committee/vacate"), OPERATOR).body(vacancy)
    }),
    ("put", "/api/v1/sales/{id}/sealed/scores", |city| {
        let id = scoring(city).id;
        let points = sheet(city, &id, BIDDER, 90, 10);
        Case::new("PUT", path(&id, "/sealed/scores"), EXPERTS[0])
            .stranger(SELLER)
            .stranger(BIDDER)
            .body(points)
    }),
    ("get", "/api/v1/sales/{id}/sealed/opening", |city| {
        Case::new("GET", path(&opened(city).0, "/sealed/opening"), "")
    }),
    ("get", "/api/v1/proofs/sealed-bids/{sale}", |city| {
        let (id, envelope) = opened(city);
        city.app.run_jobs().unwrap();
        Case::new("GET", format!("/api/v1/proofs/sealed-bids/{id}?envelope={envelope}"), "")
    }),
    ("get", "/api/v1/sales/{id}/sealed/proof", |city| {
        let (id, envelope) = opened(city);
        Case::new("GET", path(&id, &format!("/sealed/proof?envelope={envelope}")), "")
    }),
    ("get", "/api/v1/sales/{id}/protocol", |city| Case::new("GET", path(&awarded(city), "/protocol"), "")),
    ("get", "/api/v1/sales/{id}/protocol/paper", |city| {
        Case::new("GET", path(&awarded(city), "/protocol/paper"), "")
    }),
];
