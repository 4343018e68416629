//! Builders for the operations of search.

use super::{Case, Entry};

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/search", |city| {
        city.settle();
        Case::new("GET", "/api/v1/search?q=%E6%B5%B7%E6%B0%B4%E7%A8%BB", "")
    }),
    ("post", "/api/v1/admin/search/reindex", |_| {
        Case::new("POST", "/api/v1/admin/search/reindex", "operator.operator")
    }),
];
