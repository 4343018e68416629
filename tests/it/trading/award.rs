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

fn states(city: &City) -> Vec<(i64, String)> {
    let one = |draft: &Value| {
        (draft["form"]["total_fen"].as_i64().unwrap(), draft["state"].as_str().unwrap().to_owned())
    };
    let mut states: Vec<_> = drafts(city).iter().map(one).collect();
    states.sort_unstable();
    states
}

/// Rule 20: a defaulter's draft is taken back, so that nobody files it; rank two gets one of its own.
#[test]
fn rule_20_rank_two_gets_a_draft_of_its_own_and_the_defaulters_ends() {
    let city = City::new();
    let id = with_rank_two(&city);
    city.settle();
    defaulted(&city, &id).expect(200);
    let expected = [(103_000, "draft".to_owned()), (105_000, "withdrawn".to_owned())];
    assert_eq!(states(&city), expected);
}

#[test]
fn rule_19_the_draft_of_an_annulled_sale_ends() {
    let city = City::new();
    let id = awarded(&city);
    assert_eq!(states(&city), [(105_000, "draft".to_owned())]);
    let objection = objected(&city, &id);
    let answer = json!({"uphold": true, "annul": true, "text": "权属有瑕疵。"});
    city.as_(OPERATOR).post(&format!("/api/v1/sales/objections/{objection}/answer"), answer).expect(200);
    assert_eq!(states(&city), [(105_000, "withdrawn".to_owned())]);
}
