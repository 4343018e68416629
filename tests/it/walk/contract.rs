//! Builders for the operations of registration.

use serde_json::json;

use super::super::contract::after::{proposed, stated};
use super::super::contract::import::uploaded;
use super::super::support::City;
use super::super::support::contracts::{
    accepted, accepted_of, act, correction_requested, draft, form, large_form, registered, registrar, show,
    submitted_of,
};
use super::{Case, Entry};

const OWNER: &str = "institute.member";
const REGISTRAR: &str = "registration_office.registrar";
const REVIEWER: &str = "registration_office.reviewer";

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/contracts", |_| {
        Case::new("POST", "/api/v1/contracts", OWNER).body(json!({"form": form()}))
    }),
    ("get", "/api/v1/contracts", |_| Case::new("GET", "/api/v1/contracts", OWNER)),
    ("get", "/api/v1/contracts/work-list", |_| Case::new("GET", "/api/v1/contracts/work-list", REGISTRAR)),
    ("get", "/api/v1/contracts/filed", |_| Case::new("GET", "/api/v1/contracts/filed", REGISTRAR)),
    ("get", "/api/v1/contracts/second-reviews", |_| {
        Case::new("GET", "/api/v1/contracts/second-reviews", REVIEWER)
    }),
    ("get", "/api/v1/contracts/supervised", |_| {
        Case::new("GET", "/api/v1/contracts/supervised", "operator.auditor")
    }),
    ("get", "/api/v1/contracts/imports/template.xlsx", |_| {
        Case::new("GET", "/api/v1/contracts/imports/template.xlsx", OWNER)
    }),
    ("get", "/api/v1/contracts/imports/problems.xlsx", |city| {
        let file = uploaded(&city.as_(OWNER), 1);
        own("GET", format!("/api/v1/contracts/imports/problems.xlsx?file={file}"))
    }),
    ("post", "/api/v1/contracts/imports", |city| {
        let file = uploaded(&city.as_(OWNER), 1);
        own("POST", "/api/v1/contracts/imports".into()).body(json!({"file": file, "dry_run": true}))
    }),
    ("get", "/api/v1/contracts/imports/{id}", |city| {
        let body = json!({"file": uploaded(&city.as_(OWNER), 1)});
        let id = city.as_(OWNER).post("/api/v1/contracts/imports", body).expect(201).id();
        own("GET", format!("/api/v1/contracts/imports/{id}"))
    }),
    ("get", "/api/v1/contracts/{id}", |city| read(&registered(city), "")),
    ("get", "/api/v1/contracts/{id}/timeline", |city| read(&registered(city), "/timeline")),
    ("get", "/api/v1/contracts/{id}/attachments/{file}", |city| {
        let id = registered(city);
        let file = show(city, &id)["attachments"][0]["file"].as_str().unwrap().to_owned();
        read(&id, &format!("/attachments/{file}"))
    }),
    ("get", "/api/v1/contracts/{id}/certificate", |city| read(&registered(city), "/certificate")),
    ("get", "/api/v1/contracts/{id}/certificate/paper", |city| read(&registered(city), "/certificate/paper")),
    ("get", "/api/v1/contracts/{id}/certificate.pdf", |city| read(&registered(city), "/certificate.pdf")),
    ("post", "/api/v1/certificates/check", |city| {
        let path = format!("/api/v1/contracts/{}/certificate", registered(city));
        Case::new("POST", "/api/v1/certificates/check", "").body(city.as_(OWNER).get(&path).expect(200).body)
    }),
    ("get", "/api/v1/certificates/{number}", |city| {
        let (number, code) = printed(city);
        Case::new("GET", format!("/api/v1/certificates/{number}?code={code}"), "")
    }),
    ("get", "/api/v1/certificates/{number}/paper.pdf", |city| {
        let (number, code) = printed(city);
        Case::new("GET", format!("/api/v1/certificates/{number}/paper.pdf?code={code}"), "")
    }),
    ("put", "/api/v1/contracts/{id}", |city| {
        let id = draft(city);
        own("PUT", format!("/api/v1/contracts/{id}")).body(json!({"form": form()}))
    }),
    ("post", "/api/v1/contracts/{id}/submit", |city| {
        let body = json!({"office": city.organisation("registration_office")});
        own("POST", address(&draft(city), "submit")).body(body)
    }),
    ("post", "/api/v1/contracts/{id}/resubmit", |city| {
        own("POST", address(&correction_requested(city), "resubmit")).body(json!({"opinion": "已补正"}))
    }),
    ("post", "/api/v1/contracts/{id}/withdraw", |city| {
        own("POST", address(&accepted(city), "withdraw")).body(json!({"reason": "另行签订"}))
    }),
    ("post", "/api/v1/contracts/{id}/cancel", |city| {
        own("POST", address(&registered(city), "cancel")).body(json!({"reason": "合同解除"}))
    }),
    ("post", "/api/v1/contracts/{id}/accept", |city| {
        office(&submitted_of(city, &form()), "accept").body(json!({"opinion": "材料齐全"}))
    }),
    ("post", "/api/v1/contracts/{id}/request-correction", |city| {
        let wanted = json!({"corrections": [{"pointer": "/title", "note": "名称过宽"}]});
        office(&accepted(city), "request-correction").body(wanted)
    }),
    ("post", "/api/v1/contracts/{id}/review", |city| {
        office(&accepted(city), "review").body(json!({"agrees": true, "opinion": "同意"}))
    }),
    ("post", "/api/v1/contracts/{id}/register", |city| {
        office(&accepted(city), "register").body(json!({"opinion": "准予登记"}))
    }),
    ("post", "/api/v1/contracts/{id}/refuse", |city| {
        let body = json!({"grounds": ["not_technical"], "opinion": "属于设备买卖"});
        office(&accepted(city), "refuse").body(body)
    }),
    ("post", "/api/v1/contracts/{id}/second-review", |city| {
        let id = accepted_of(city, &large_form());
        act(&registrar(city), &id, "review", json!({"agrees": true, "opinion": "同意"})).expect(200);
        Case::new("POST", address(&id, "second-review"), REVIEWER)
            .body(json!({"agrees": true, "opinion": "同意"}))
            .stranger("registration_office2.reviewer")
    }),
    ("get", "/api/v1/contracts/office-reports", |_| {
        let path = "/api/v1/contracts/office-reports?from=2026-01-01&to=2026-12-31";
        Case::new("GET", path, "operator.auditor")
    }),
    ("get", "/api/v1/contracts/{id}/checks", |city| {
        Case::new("GET", format!("/api/v1/contracts/{}/checks", accepted(city)), REGISTRAR)
            .also(REVIEWER)
            .also("government.preparer")
            .also("operator.auditor")
            .stranger(OWNER)
            .stranger("enterprise.member")
            .stranger("registration_office2.registrar")
            .stranger("government2.approver")
    }),
    ("get", "/api/v1/contracts/{id}/tax-card", |city| read(&registered(city), "/tax-card")),
    ("get", "/api/v1/contracts/{id}/amendments", |city| read(&proposed(city), "/amendments")),
    ("get", "/api/v1/contracts/{id}/incomes", |city| read(&stated(city), "/incomes")),
    ("post", "/api/v1/contracts/{id}/dispute", |city| {
        office(&accepted(city), "dispute").body(json!({"opinion": "权属有争议"}))
    }),
    ("post", "/api/v1/contracts/{id}/claim", |city| office(&accepted(city), "claim").body(json!({}))),
    ("post", "/api/v1/contracts/{id}/hand-over", |city| {
        use techmart::kernel::actor::Role;
        city.colleague("registration_office", "second.registrar", &[Role::Registrar]);
        let (id, other) = (accepted(city), accepted(city));
        act(&registrar(city), &id, "claim", json!({})).expect(200);
        let theirs = act(&city.as_("second.registrar"), &other, "claim", json!({})).expect(200).body;
        office(&id, "hand-over").body(json!({"to": theirs["handler"]["id"]})).stranger("second.registrar")
    }),
    ("post", "/api/v1/contracts/{id}/amendments", |city| {
        let id = registered(city);
        let mut form = show(city, &id)["form"].clone();
        form["total_fen"] = json!(150_000_000);
        own("POST", address(&id, "amendments")).body(json!({"form": form, "reason": "增加工作量"}))
    }),
    ("post", "/api/v1/contracts/{id}/amendments/withdraw", |city| {
        own("POST", address(&proposed(city), "amendments/withdraw")).body(json!({"reason": "另行协商"}))
    }),
    ("post", "/api/v1/contracts/{id}/amendments/second-review", |city| {
        let id = registered(city);
        let mut form = show(city, &id)["form"].clone();
        form["total_fen"] = json!(600_000_000);
        let body = json!({"form": form, "reason": "扩大规模"});
        act(&city.as_(OWNER), &id, "amendments", body).expect(200);
        Case::new("POST", address(&id, "amendments/second-review"), REVIEWER)
            .body(json!({"agrees": true, "opinion": "同意"}))
            .stranger("registration_office2.reviewer")
    }),
    ("post", "/api/v1/contracts/{id}/amendments/approve", |city| {
        office(&proposed(city), "amendments/approve").body(json!({"opinion": "同意"}))
    }),
    ("post", "/api/v1/contracts/{id}/amendments/refuse", |city| {
        office(&proposed(city), "amendments/refuse").body(json!({"opinion": "依据不足"}))
    }),
    ("post", "/api/v1/contracts/{id}/incomes", |city| {
        let body =
            json!({"from_on": "2026-02-01", "to_on": "2026-02-28", "received_fen": 2, "technical_fen": 1});
        own("POST", address(&registered(city), "incomes")).body(body)
    }),
    ("post", "/api/v1/contracts/{id}/incomes/{position}/decide", |city| {
        office(&stated(city), "incomes/1/decide").body(json!({"agrees": true, "opinion": "相符"}))
    }),
    ("post", "/api/v1/contracts/{id}/revoke", |city: &City| {
        Case::new("POST", address(&registered(city), "revoke"), "government.approver")
            .body(json!({"ground": "fraud", "decision": "示例决定"}))
            .stranger("government2.approver")
            .stranger("operator.auditor")
    }),
];

/// Number and code of a certificate.
fn printed(city: &City) -> (String, String) {
    let path = format!("/api/v1/contracts/{}/certificate", registered(city));
    let view = city.as_(OWNER).get(&path).expect(200).body;
    let text = |name: &str| view[name].as_str().unwrap().to_owned();
    (text("number"), text("code"))
}

fn address(id: &str, act: &str) -> String {
    format!("/api/v1/contracts/{id}/{act}")
}

/// The applicant's own case.
fn own(method: &'static str, path: String) -> Case {
    Case::new(method, path, OWNER).stranger("institute2.member").stranger("enterprise.member")
}

/// A case of the first office.
fn office(id: &str, act: &str) -> Case {
    Case::new("POST", address(id, act), REGISTRAR).stranger("registration_office2.registrar")
}

/// Parties, the office, supervision; nobody else.
fn read(id: &str, part: &str) -> Case {
    Case::new("GET", format!("/api/v1/contracts/{id}{part}"), OWNER)
        .also("enterprise.admin")
        .also(REVIEWER)
        .also("operator.auditor")
        .also("government.preparer")
        .stranger("institute2.member")
        .stranger("enterprise2.admin")
        .stranger("registration_office2.registrar")
        .stranger("government2.county_officer")
        .stranger("operator.operator")
        .stranger("financier.admin")
}
