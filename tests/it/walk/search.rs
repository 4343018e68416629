//! Builders for the operations of search.

use serde_json::json;

use super::{Case, Entry};
use crate::support::City;

const OPERATOR: &str = "operator.operator";
const SYNONYMS: &str = "/api/v1/admin/search/synonyms";

/// A set to look at or to change; its address.
fn set(city: &City) -> String {
    let body = json!({"terms": ["海水稻", "耐盐碱水稻"]});
    let id = city.as_(OPERATOR).post(SYNONYMS, body).expect(201).id();
    format!("{SYNONYMS}/{id}")
}

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/search", |city| {
        city.settle();
        Case::new("GET", "/api/v1/search?q=%E6%B5%B7%E6%B0%B4%E7%A8%BB", "")
    }),
    ("get", "/api/v1/search/suggestions", |city| {
        city.settle();
        Case::new("GET", "/api/v1/search/suggestions?q=nxt", "")
    }),
    ("get", "/api/v1/admin/search/synonyms", |_| Case::new("GET", SYNONYMS, OPERATOR)),
    ("post", "/api/v1/admin/search/synonyms", |_| {
        Case::new("POST", SYNONYMS, OPERATOR).body(json!({"terms": ["油茶", "山茶"], "note": "示例"}))
    }),
    ("get", "/api/v1/admin/search/synonyms/{id}", |city| Case::new("GET", set(city), OPERATOR)),
    ("put", "/api/v1/admin/search/synonyms/{id}", |city| {
        let body = json!({"terms": ["海水稻", "海红米"]});
        Case::new("PUT", set(city), OPERATOR).body(body).header("if-match", "\"1\"")
    }),
    ("delete", "/api/v1/admin/search/synonyms/{id}", |city| Case::new("DELETE", set(city), OPERATOR)),
    ("post", "/api/v1/admin/search/reindex", |_| {
        Case::new("POST", "/api/v1/admin/search/reindex", "operator.operator")
    }),
];
