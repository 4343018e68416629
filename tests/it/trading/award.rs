//! Award → contract.

use serde_json::json;

use super::super::support::City;
use super::*;

fn drafts(city: &City) -> Vec<Value> {
    city.settle();
    let list = city.as_(SELLER).get("/api/v1/contracts?limit=100").expect(200).body;
    let items = list["items"].as_array().unwrap();
    let whole = |row: &Value| {
        let id = row["id"].as_str().unwrap();
        city.as_(SELLER).get(&format!("/api/v1/contracts/{id}")).expect(200).body
    };
    items.iter().map(whole).collect()
}

#[test]
fn an_award_makes_a_draft_of_the_contract_once() {
    let city = City::new();
    awarded(&city);
    city.settle();
    let drafts = drafts(&city);
    assert_eq!(drafts.len(), 1);
    let (draft, form) = (&drafts[0], &drafts[0]["form"]);
    assert_eq!((&draft["state"], &form["total_fen"]), (&json!("draft"), &json!(105_000)));
    assert_eq!((&form["class"], &form["sub_type"]), (&json!("transfer"), &json!("patent_transfer")));
    assert_eq!(
        (&form["seller"]["name"], &form["buyer"]["name"]),
        (&json!("示例institute"), &json!("示例enterprise"))
    );
}

#[test]
fn rank_two_gets_a_draft_of_its_own() {
    let city = City::new();
    let id = with_rank_two(&city);
    defaulted(&city, &id).expect(200);
    let mut prices: Vec<_> =
        drafts(&city).iter().map(|draft| draft["form"]["total_fen"].as_i64().unwrap()).collect();
    prices.sort_unstable();
    assert_eq!(prices, [103_000, 105_000]);
}
