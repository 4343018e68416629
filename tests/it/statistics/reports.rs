//! Closing months and reporting them upward.

use serde_json::json;

use super::{AUDITOR, three};
use crate::support::City;

fn reported(city: &City) -> Vec<String> {
    let found = city.as_(AUDITOR).get("/api/v1/statistics/reports").expect(200).body;
    let items = found["items"].as_array().unwrap();
    items.iter().map(|it| it["period"].as_str().unwrap().to_owned()).collect()
}

/// Rule 8; TMF-1, what travels: one report for a month that is over in Asia/Shanghai, for the parent alone, without
/// any name; it is written once and never changes.
#[test]
fn rule_8_a_month_is_reported_once_it_is_over_in_shanghai() {
    let city = City::new();
    three(&city);
    city.app.run_jobs().unwrap();
    assert!(reported(&city).is_empty(), "March is not over");
    // 23:59 of 31 March in Qinzhou, then 00:01 of 1 April.
    city.clock.set("2026-03-31T15:59:00Z".parse().unwrap());
    city.app.run_jobs().unwrap();
    assert!(reported(&city).is_empty());
    city.clock.set("2026-03-31T16:01:00Z".parse().unwrap());
    for _ in 0..2 {
        city.app.run_jobs().unwrap();
        assert_eq!(reported(&city), ["2026-Q1", "2026-03"], "the quarter ends with its last month");
    }
    let found = city.as_("government.preparer").get("/api/v1/statistics/reports?limit=1").expect(200).body;
    let report = &found["items"][0]["report"];
    assert_eq!((&report["contracts"], &report["total_fen"]), (&json!(3), &json!(250_000_000)));
    assert_eq!(report["technical_fen"], 209_999_998);
    assert_eq!(report["by_flow"].as_array().unwrap().len(), 2);
    assert_eq!((&report["from"], &report["to"]), (&json!("2026-01-01"), &json!("2026-03-31")));
    let id = found["items"][0]["id"].as_str().unwrap();
    let change = city.change(id, "statistics.closed");
    assert_eq!(change.audience.to_text(), "parent");
    assert_eq!(change.public.as_ref(), Some(report));
    assert!(!report.to_string().contains("示例"), "no name of anybody");
    city.clock.set("2026-07-15T02:00:00Z".parse().unwrap());
    city.app.run_jobs().unwrap();
    let names = ["2026-Q2", "2026-06", "2026-05", "2026-04", "2026-Q1", "2026-03"];
    assert_eq!(reported(&city), names, "months without a contract are reported too");
}
