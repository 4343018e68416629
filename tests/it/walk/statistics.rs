//! Builders for the operations of statistics.

use super::super::support::City;
use super::super::support::contracts::registered;
use super::{Case, Entry};

const READER: &str = "operator.auditor";
const PERIOD: &str = "from=2026-01-01&to=2026-12-31";

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/statistics/tables/{by}", |city| read(city, &format!("tables/flow?{PERIOD}"))),
    ("get", "/api/v1/statistics/tables.xlsx", |city| read(city, &format!("tables.xlsx?{PERIOD}"))),
    ("get", "/api/v1/statistics/records", |city| read(city, &format!("records?{PERIOD}"))),
    ("get", "/api/v1/statistics/register", |city| read(city, &format!("register?{PERIOD}"))),
    ("get", "/api/v1/statistics/reports", |city| read(city, "reports")),
    ("get", "/api/v1/statistics/ocds/releases", |city| read(city, "ocds/releases")),
    ("get", "/api/v1/statistics/ocds/records/{contract}", |city| {
        let id = registered(city);
        city.settle();
        read(city, &format!("ocds/records/{id}"))
    }),
];

fn read(_: &City, part: &str) -> Case {
    Case::new("GET", format!("/api/v1/statistics/{part}"), READER)
}
