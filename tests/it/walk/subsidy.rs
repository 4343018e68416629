//! Builders for the operations on subsidies.

use serde_json::json;

use super::{Case, Entry};

pub const CASES: &[Entry] = &[
    ("get", "/api/v1/subsidy/schemes", |_| Case::new("GET", "/api/v1/subsidy/schemes", "")),
    ("get", "/api/v1/subsidy/schemes/{code}", |_| Case::new("GET", "/api/v1/subsidy/schemes/CONVERT", "")),
    ("post", "/api/v1/subsidy/schemes/{code}/versions", |_| {
        Case::new("POST", "/api/v1/subsidy/schemes/REG-AGENCY/versions", "government.approver").body(json!({
            "valid_from": "2027-01-01", "base": "total_amount", "title_zh": "技术合同认定登记补助",
            "title_en": "Subsidy for registering technical contracts", "source": "示例文件",
            "formula": {"kind": "rate", "rate_ppm": 400},
        }))
    }),
    ("post", "/api/v1/subsidy/appropriations", |_| {
        Case::new("POST", "/api/v1/subsidy/appropriations", "government.approver").body(json!({
            "year": 2026, "scheme": "REG-AGENCY", "amount_fen": 1_000_000, "document": "示例预算",
        }))
    }),
    ("get", "/api/v1/subsidy/appropriations", |_| {
        Case::new("GET", "/api/v1/subsidy/appropriations?year=2026", "government.payer")
            .also("operator.auditor")
    }),
    ("get", "/api/v1/subsidy/budgets", |_| {
        Case::new("GET", "/api/v1/subsidy/budgets?year=2026", "government.preparer").also("operator.auditor")
    }),
];
