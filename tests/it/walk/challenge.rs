//! Builders for the operations of open challenges.

use serde_json::{Value, json};

use super::{Case, Entry};
use crate::support::records::{pdf, published, upload, with};
use crate::trading::challenge::{
    BIDDER, HOLDER, ORGANISER, OTHER, agreement, argued, closed, collected, content, evaluated, evaluation,
    handed_in, offered, open, opinion, passed, passed_evaluation, path, plan, post, proposed, selected,
    signed, submitted,
};

fn of(id: &str, method: &'static str, rest: &str, permitted: &str) -> Case {
    let strangers = [OTHER, "enterprise2.member"];
    strangers.into_iter().fold(Case::new(method, path(id, rest), permitted), Case::stranger)
}

/// An organiser's act: any organiser may do it.
fn organised(id: &str, rest: &str, body: Value) -> Case {
    Case::new("POST", path(id, rest), ORGANISER).body(body)
}

fn words() -> Value {
    json!({"opinion": "同意"})
}

fn reason() -> Value {
    json!({"reason": "需求有变"})
}

pub const CASES: &[Entry] = &[
    ("post", "/api/v1/challenges", |city| {
        let demand = published(city, "demands", HOLDER);
        let body = json!({"demand": demand, "content": content()});
        Case::new("POST", "/api/v1/challenges", HOLDER).body(body)
    }),
    ("get", "/api/v1/challenges", |_| Case::new("GET", "/api/v1/challenges", "")),
    ("get", "/api/v1/challenges/own", |_| Case::new("GET", "/api/v1/challenges/own", HOLDER)),
    ("get", "/api/v1/challenges/own-proposals", |_| {
        Case::new("GET", "/api/v1/challenges/own-proposals", BIDDER)
    }),
    ("get", "/api/v1/challenges/waiting", |_| Case::new("GET", "/api/v1/challenges/waiting", ORGANISER)),
    ("get", "/api/v1/challenges/{id}", |city| Case::new("GET", path(&open(city), ""), "")),
    ("put", "/api/v1/challenges/{id}", |city| {
        of(&collected(city), "PUT", "", HOLDER).stranger(BIDDER).body(content())
    }),
    ("post", "/api/v1/challenges/{id}/submit", |city| {
        of(&collected(city), "POST", "/submit", HOLDER).stranger(BIDDER)
    }),
    ("post", "/api/v1/challenges/{id}/opinions", |city| {
        organised(&submitted(city), "/opinions", opinion("专家甲", "pass"))
    }),
    ("get", "/api/v1/challenges/{id}/opinions", |city| {
        of(&argued(city), "GET", "/opinions", HOLDER).also(ORGANISER).stranger(BIDDER)
    }),
    ("post", "/api/v1/challenges/{id}/conclude", |city| organised(&argued(city), "/conclude", words())),
    ("post", "/api/v1/challenges/{id}/publish", |city| {
        organised(&passed(city), "/publish", json!({"deadline": "2026-04-01"}))
    }),
    ("get", "/api/v1/challenges/{id}/timeline", |city| Case::new("GET", path(&open(city), "/timeline"), "")),
    ("post", "/api/v1/challenges/{id}/cancel", |city| {
        of(&open(city), "POST", "/cancel", HOLDER).stranger(BIDDER).body(reason())
    }),
    ("post", "/api/v1/challenges/{id}/proposals", |city| {
        let case = Case::new("POST", path(&open(city), "/proposals"), BIDDER);
        case.body(plan()).stranger(HOLDER)
    }),
    ("get", "/api/v1/challenges/{id}/proposals", |city| {
        of(&closed(city).0, "GET", "/proposals", HOLDER).also(ORGANISER).stranger(BIDDER)
    }),
    ("get", "/api/v1/challenges/{id}/proposals/{proposal}", |city| {
        let (id, proposal) = proposed(city);
        of(&id, "GET", &format!("/proposals/{proposal}"), BIDDER).stranger(HOLDER).stranger(ORGANISER)
    }),
    ("put", "/api/v1/challenges/{id}/proposals/{proposal}", |city| {
        let (id, proposal) = proposed(city);
        of(&id, "PUT", &format!("/proposals/{proposal}"), BIDDER).stranger(HOLDER).body(plan())
    }),
    ("post", "/api/v1/challenges/{id}/proposals/{proposal}/withdraw", |city| {
        let (id, proposal) = proposed(city);
        of(&id, "POST", &format!("/proposals/{proposal}/withdraw"), BIDDER).stranger(HOLDER)
    }),
    ("get", "/api/v1/challenges/{id}/proposals/{proposal}/attachments/{file}", |city| {
        let id = open(city);
        let file = upload(&city.as_(BIDDER), "方案.pdf", &pdf("walk")).expect(201).id();
        let body = with(plan(), "attachments", json!([file]));
        let proposal = post(city, BIDDER, &id, "/proposals", body).expect(201).id();
        of(&id, "GET", &format!("/proposals/{proposal}/attachments/{file}"), BIDDER).stranger(HOLDER)
    }),
    ("post", "/api/v1/challenges/{id}/select", |city| {
        let (id, proposal) = closed(city);
        let choice = json!({"proposal": proposal, "opinion": "可行"});
        of(&id, "POST", "/select", HOLDER).stranger(BIDDER).body(choice)
    }),
    ("post", "/api/v1/challenges/{id}/fail", |city| {
        of(&closed(city).0, "POST", "/fail", HOLDER).stranger(BIDDER).body(words())
    }),
    ("post", "/api/v1/challenges/{id}/agreement", |city| {
        of(&selected(city), "POST", "/agreement", HOLDER).also(BIDDER).body(agreement())
    }),
    ("post", "/api/v1/challenges/{id}/agreement/confirm", |city| {
        let (id, version) = offered(city);
        of(&id, "POST", "/agreement/confirm", BIDDER).body(json!({"version": version}))
    }),
    ("post", "/api/v1/challenges/{id}/agreement/decline", |city| {
        of(&offered(city).0, "POST", "/agreement/decline", BIDDER).body(reason())
    }),
    ("get", "/api/v1/challenges/{id}/milestones", |city| {
        of(&signed(city), "GET", "/milestones", HOLDER).also(BIDDER).also(ORGANISER)
    }),
    ("post", "/api/v1/challenges/{id}/milestones/{number}/submit", |city| {
        let case = of(&signed(city), "POST", "/milestones/1/submit", BIDDER).stranger(HOLDER);
        case.body(json!({"report": "小试已成"}))
    }),
    ("post", "/api/v1/challenges/{id}/milestones/{number}/review", |city| {
        let case = of(&handed_in(city), "POST", "/milestones/1/review", HOLDER).stranger(BIDDER);
        case.body(json!({"accepted": true, "opinion": "符合"}))
    }),
    ("get", "/api/v1/challenges/{id}/milestones/{number}/files/{file}", |city| {
        let id = signed(city);
        let file = upload(&city.as_(BIDDER), "报告.pdf", &pdf("walk")).expect(201).id();
        let report = json!({"report": "小试已成", "files": [file]});
        post(city, BIDDER, &id, "/milestones/1/submit", report).expect(200);
        of(&id, "GET", &format!("/milestones/1/files/{file}"), HOLDER).also(BIDDER)
    }),
    ("post", "/api/v1/challenges/{id}/evaluations", |city| {
        organised(&evaluated(city), "/evaluations", evaluation("passed"))
    }),
    ("get", "/api/v1/challenges/{id}/evaluations", |city| {
        of(&passed_evaluation(city), "GET", "/evaluations", HOLDER).also(BIDDER).also(ORGANISER)
    }),
    ("post", "/api/v1/challenges/{id}/complete", |city| {
        organised(&passed_evaluation(city), "/complete", words())
    }),
];
