//! Builders for the operations of attachments.

use super::super::support::City;
use super::super::support::records::{form, pdf, upload};
use super::{Case, Entry};

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/files", |_| {
        let (kind, bytes) = form("报告.pdf", &pdf("walk"));
        Case::new("POST", "/api/v1/files", "institute.member").raw(&kind, bytes)
    }),
    ("get", "/api/v1/files/{id}", |city| file(city, "GET", "")),
    ("get", "/api/v1/files/{id}/content", |city| file(city, "GET", "/content")),
    ("delete", "/api/v1/files/{id}", |city| file(city, "DELETE", "")),
];

fn file(city: &City, method: &'static str, rest: &str) -> Case {
    let id = upload(&city.as_("institute.member"), "报告.pdf", &pdf("walk")).expect(201).id();
    Case::new(method, format!("/api/v1/files/{id}{rest}"), "institute.member").stranger("institute2.member")
}
