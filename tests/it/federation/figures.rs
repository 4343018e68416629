//! What cities report, as their region sees it.

use serde_json::json;
use techmart::kernel::change::{Audience, NewChange};

use super::acts::{OTHER, Tree};
use super::network::{CITY, REGION};
use crate::support::city::people;

/// Rule 4 of reporting: the region sees its cities side by side, each figure with its source and its age.
#[test]
fn the_region_sees_its_cities_side_by_side() {
    let tree = Tree::new(960);
    people(&tree.region.city().app);
    tree.rest();
    let month = json!({
        "schema": "statistics_report.v1", "period": "2026-02", "contracts": 3, "total_fen": 250_000_000,
        "technical_fen": 209_999_998,
    });
    let urn = tree.other.urn("statistics_report", 1);
    let parent = Audience::Parent;
    tree.other.record(NewChange::published("test.closed", urn, 1, parent, json!({}), month));
    tree.sync();
    tree.region.clock.advance_seconds(90);
    let reader = tree.region.city().as_("operator.auditor");
    let found = reader.get("/api/v1/federation/figures?period=2026-02").expect(200).body;
    let nodes = found["nodes"].as_array().unwrap();
    let names: Vec<&str> = nodes.iter().map(|it| it["node"].as_str().unwrap()).collect();
    assert_eq!(names, [REGION, OTHER, CITY], "the county reports to its city");
    let other = &nodes[1];
    assert_eq!((&other["contracts"]["value"], &other["contracts"]["source"]), (&json!(3), &json!(OTHER)));
    assert_eq!(other["total_fen"]["value"], 250_000_000);
    assert_eq!(other["contracts"]["age_seconds"], 90);
    assert!(nodes[2]["contracts"].is_null(), "not reported is not zero");
    assert_eq!((&nodes[2]["target"]["value"], &nodes[2]["actual"]["value"]), (&json!(60), &json!(0)));
}
