//! Builders for the operations of live sales and of watching them.

use serde_json::json;

use super::{Case, Entry};
use crate::trading::{BIDDER, bidding, path, running};

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/sales/{id}/state", |city| Case::new("GET", path(&running(city), "/state"), "")),
    ("post", "/api/v1/sales/{id}/stream-ticket", |city| {
        Case::new("POST", path(&running(city), "/stream-ticket"), "")
    }),
    ("get", "/api/v1/sales/{id}/live", |city| {
        let id = running(city);
        let ticket = city.anonymous().post(&path(&id, "/stream-ticket"), json!({})).expect(200);
        let location = ticket.body["location"].as_str().unwrap();
        Case::new("GET", format!("{location}&seconds=1"), "")
    }),
    ("get", "/api/v1/sales/watched", |_| Case::new("GET", "/api/v1/sales/watched", BIDDER)),
    ("put", "/api/v1/sales/{id}/watch", |city| Case::new("PUT", path(&bidding(city), "/watch"), BIDDER)),
    ("delete", "/api/v1/sales/{id}/watch", |city| {
        let id = bidding(city);
        city.as_(BIDDER).send("PUT", &path(&id, "/watch"), None).expect(204);
        Case::new("DELETE", path(&id, "/watch"), BIDDER)
    }),
    ("get", "/api/v1/sales/{id}/calendar.ics", |city| {
        Case::new("GET", path(&bidding(city), "/calendar.ics"), "")
    }),
];
