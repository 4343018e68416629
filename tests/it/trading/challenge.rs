//! Open challenges (揭榜挂帅), DOMAIN §4.

use serde_json::{Value, json};
use techmart::kernel::change::Change;

use crate::credit::barring;
use crate::support::records::{pdf, published, upload, urn, with};
use crate::support::{City, Client, Response};

pub const HOLDER: &str = "enterprise.member";
pub const BIDDER: &str = "institute.member";
pub const OTHER: &str = "institute2.member";
pub const ORGANISER: &str = "government.preparer";

const DAY_SECONDS: i64 = 86_400;

pub fn path(id: &str, rest: &str) -> String {
    format!("/api/v1/challenges/{id}{rest}")
}

/// Complete; every name is an example.
pub fn content() -> Value {
    json!({
        "title": "镍锰酸锂量产工艺揭榜挂帅（示例）",
        "requirements": "单体电压不低于四点七伏，循环一千次容量保持率不低于八成。",
        "conditions": "国内高校、科研院所和企业均可揭榜；赏金按节点支付。",
        "bounty_fen": 100_000_000,
        "deadline": "2026-04-01",
    })
}

pub fn plan() -> Value {
    json!({
        "summary": "掺杂与表面包覆并用。",
        "approach": "先固相法小试，再中试放大；电解液另配成膜添加剂。",
        "team": "示例团队，十二人，其中高级职称五人。",
        "months": 12,
        "price_fen": 90_000_000,
    })
}

pub fn agreement() -> Value {
    json!({
        "price_fen": 88_000_000,
        "paper": "技术开发合同（示例）2026-07",
        "signed_on": "2026-04-10",
        "milestones": [
            {"title": "小试样品", "due_on": "2026-08-31", "amount_fen": 30_000_000},
            {"title": "中试验收", "due_on": "2027-03-31", "amount_fen": 58_000_000},
        ],
    })
}

pub fn post(city: &City, persona: &str, id: &str, rest: &str, body: Value) -> Response {
    city.as_(persona).post(&path(id, rest), body)
}

/// Step 1: collected about a published demand of `enterprise`.
pub fn collected(city: &City) -> String {
    let demand = published(city, "demands", HOLDER);
    let body = json!({"demand": demand, "content": content()});
    city.as_(HOLDER).post("/api/v1/challenges", body).expect(201).id()
}

/// Step 2: before the experts.
pub fn submitted(city: &City) -> String {
    let id = collected(city);
    post(city, HOLDER, &id, "/submit", json!({})).expect(200);
    id
}

pub fn opinion(expert: &str, verdict: &str) -> Value {
    json!({"expert": expert, "unit": "示例科研院", "verdict": verdict, "opinion": "指标明确，确属难题。"})
}

/// Three experts, two of whom pass it.
pub fn argued(city: &City) -> String {
    let id = submitted(city);
    for (expert, verdict) in [("专家甲", "pass"), ("专家乙", "reject"), ("专家丙", "pass")] {
        post(city, ORGANISER, &id, "/opinions", opinion(expert, verdict)).expect(201);
    }
    id
}

pub fn passed(city: &City) -> String {
    let id = argued(city);
    post(city, ORGANISER, &id, "/conclude", json!({"opinion": "同意发榜"})).expect(200);
    id
}

/// Step 3: on the market until 2026-04-01.
pub fn open(city: &City) -> String {
    let id = passed(city);
    post(city, ORGANISER, &id, "/publish", json!({"deadline": "2026-04-01"})).expect(200);
    id
}

/// Published, with a proposal of `institute`.
pub fn proposed(city: &City) -> (String, String) {
    let id = open(city);
    let proposal = post(city, BIDDER, &id, "/proposals", plan()).expect(201).id();
    (id, proposal)
}

/// Step 4: two proposals, and the last day is over.
pub fn closed(city: &City) -> (String, String) {
    let (id, proposal) = proposed(city);
    post(city, OTHER, &id, "/proposals", with(plan(), "price_fen", json!(95_000_000))).expect(201);
    city.clock.advance_seconds(31 * DAY_SECONDS);
    city.app.run_jobs().unwrap();
    (id, proposal)
}

/// Step 5: the first proposal is selected.
pub fn selected(city: &City) -> String {
    let (id, proposal) = closed(city);
    let choice = json!({"proposal": proposal, "opinion": "路线可行，报价合理"});
    post(city, HOLDER, &id, "/select", choice).expect(200);
    id
}

pub fn offered(city: &City) -> (String, i64) {
    let id = selected(city);
    let offer = post(city, HOLDER, &id, "/agreement", agreement()).expect(200);
    (id, offer.body["version"].as_i64().unwrap())
}

/// Step 6: signed by both.
pub fn signed(city: &City) -> String {
    let (id, version) = offered(city);
    post(city, BIDDER, &id, "/agreement/confirm", json!({"version": version})).expect(200);
    id
}

pub fn handed_in(city: &City) -> String {
    let id = signed(city);
    post(city, BIDDER, &id, "/milestones/1/submit", json!({"report": "小试已成"})).expect(200);
    id
}

/// Step 7: every milestone accepted.
pub fn evaluated(city: &City) -> String {
    let id = signed(city);
    for number in [1, 2] {
        let milestone = format!("/milestones/{number}");
        post(city, BIDDER, &id, &format!("{milestone}/submit"), json!({"report": "已完成"})).expect(200);
        let accepted = json!({"accepted": true, "opinion": "符合要求"});
        post(city, HOLDER, &id, &format!("{milestone}/review"), accepted).expect(200);
    }
    id
}

pub fn evaluation(result: &str) -> Value {
    json!({"result": result, "score": 88, "opinion": "达到全部指标", "evaluated_on": "2026-04-01"})
}

/// The same, with a passed evaluation.
pub fn passed_evaluation(city: &City) -> String {
    let id = evaluated(city);
    post(city, ORGANISER, &id, "/evaluations", evaluation("passed")).expect(201);
    id
}

fn stage(client: &Client, id: &str) -> String {
    client.get(&path(id, "")).expect(200).body["stage"].as_str().unwrap().to_owned()
}

fn demand_of(city: &City, id: &str) -> Value {
    let demand = city.as_(HOLDER).get(&path(id, "")).expect(200).body["demand"].clone();
    city.as_(HOLDER).get(&format!("/api/v1/demands/{}", demand.as_str().unwrap())).expect(200).body
}

/// DOMAIN §4, open challenge: the seven steps, each of them on the timeline; the demand is held, then traded.
#[test]
fn domain_4_a_challenge_goes_through_its_seven_steps() {
    let city = City::new();
    let id = passed_evaluation(&city);
    assert_eq!(stage(&city.as_(HOLDER), &id), "evaluation");
    assert_eq!(demand_of(&city, &id)["own"]["reserved_for"], format!("urn:tm:cn-450700:challenge:{id}"));
    post(&city, ORGANISER, &id, "/evaluations", evaluation("rectify")).expect(201);
    let early = post(&city, ORGANISER, &id, "/complete", json!({"opinion": "同意结题"}));
    early.refused(409, "challenge_not_evaluated");
    post(&city, ORGANISER, &id, "/evaluations", evaluation("passed")).expect(201);
    let done = post(&city, ORGANISER, &id, "/complete", json!({"opinion": "同意结题"})).expect(200);
    assert_eq!(done.body["stage"], "completed");
    assert_eq!(demand_of(&city, &id)["state"], "traded");
    let told = city.as_(BIDDER).get(&path(&id, "/evaluations")).expect(200);
    assert_eq!(told.body["items"].as_array().unwrap().len(), 3, "evaluation is repeatable");
    let timeline = city.anonymous().get(&path(&id, "/timeline?limit=100")).expect(200);
    let items = timeline.body["items"].as_array().unwrap();
    let acts: Vec<_> = items.iter().map(|step| step["act"].as_str().unwrap()).collect();
    let told = [
        "collect", "submit", "argue", "argue", "argue", "pass", "publish", "close", "select", "offer",
        "confirm", "hand_in", "accept", "hand_in", "accept", "evaluate", "evaluate", "evaluate", "complete",
    ];
    assert_eq!(acts, told);
    assert!(items.iter().all(|step| step.get("words").is_none()), "words are not for the public");
    let whole = city.as_(HOLDER).get(&path(&id, "/timeline?limit=100")).expect(200);
    assert_eq!(whole.body["items"][8]["words"], "路线可行，报价合理");
}

/// DOMAIN §4, step 1: a published demand of one's own, one open challenge for it.
#[test]
fn domain_4_a_challenge_is_about_an_own_published_demand() {
    let city = City::new();
    let demand = published(&city, "demands", HOLDER);
    let body = json!({"demand": demand, "content": content()});
    let other = city.as_("enterprise2.member").post("/api/v1/challenges", body.clone());
    other.refused(422, "challenge_demand_not_published");
    let draft = crate::support::records::draft(&city, "demands", HOLDER);
    let hidden = city.as_(HOLDER).post("/api/v1/challenges", with(body.clone(), "demand", json!(draft)));
    hidden.refused(422, "challenge_demand_not_published");
    let id = city.as_(HOLDER).post("/api/v1/challenges", body.clone()).expect(201).id();
    city.as_(HOLDER).post("/api/v1/challenges", body.clone()).refused(409, "demand_challenged_already");
    city.anonymous().get(&path(&id, "")).refused(404, "not_found");
    city.as_(ORGANISER).get(&path(&id, "")).refused(404, "not_found");
    post(&city, HOLDER, &id, "/cancel", json!({"reason": "需求有变"})).expect(200);
    city.as_(HOLDER).post("/api/v1/challenges", body).expect(201);
}

/// DOMAIN §4, steps 2 and 3: the experts decide; deadline, bounty and conditions are mandatory.
#[test]
fn domain_4_the_experts_pass_or_reject_before_it_is_published() {
    let city = City::new();
    let bare = json!({"title": "示例", "requirements": "", "conditions": ""});
    let id = collected(&city);
    city.as_(HOLDER).put(&path(&id, ""), bare).expect(200);
    let told = post(&city, HOLDER, &id, "/submit", json!({})).refused(422, "validation_failed");
    for pointer in ["/requirements", "/conditions", "/bounty_fen", "/deadline"] {
        assert_eq!(told.field(pointer), Some("required"), "{pointer}");
    }
    let phone = with(content(), "conditions", json!("有意者请致电 13877712345 联系我们"));
    let told = city.as_(HOLDER).put(&path(&id, ""), phone).refused(422, "validation_failed");
    assert_eq!(told.field("/conditions"), Some("personal_data_in_public_text"));
    city.as_(HOLDER).put(&path(&id, ""), content()).expect(200);
    post(&city, HOLDER, &id, "/submit", json!({})).expect(200);
    post(&city, ORGANISER, &id, "/opinions", opinion("专家甲", "reject")).expect(201);
    let twice = post(&city, ORGANISER, &id, "/opinions", opinion("专家甲", "pass"));
    twice.refused(409, "expert_voted_already");
    let words = json!({"opinion": "经论证"});
    post(&city, ORGANISER, &id, "/conclude", words.clone()).refused(409, "experts_too_few");
    let deadline = json!({"deadline": "2026-04-01"});
    post(&city, ORGANISER, &id, "/publish", deadline.clone()).refused(409, "challenge_argument_not_passed");
    post(&city, ORGANISER, &id, "/opinions", opinion("专家乙", "reject")).expect(201);
    post(&city, ORGANISER, &id, "/opinions", opinion("专家丙", "pass")).expect(201);
    let done = post(&city, ORGANISER, &id, "/conclude", words).expect(200);
    assert_eq!(done.body["stage"], "rejected");
    assert_eq!(done.body["own"]["argument"]["rejects"], 2);
    city.anonymous().get(&path(&id, "")).refused(404, "not_found");
    let good = passed(&city);
    let past = post(&city, ORGANISER, &good, "/publish", json!({"deadline": "2026-03-02"}));
    assert_eq!(
        past.refused(422, "validation_failed").field("/deadline"),
        Some("challenge_deadline_not_ahead")
    );
    post(&city, ORGANISER, &good, "/publish", deadline).expect(200);
    let public = city.change_of(&good, "challenge.published");
    assert_eq!(
        (public["schema"].as_str(), public["stage"].as_str()),
        (Some("challenge.v1"), Some("published"))
    );
    assert_eq!((&public["bounty_fen"], &public["deadline"]), (&json!(100_000_000), &json!("2026-04-01")));
    assert!(!public.to_string().contains("专家"), "no opinions in the projection");
}

/// DESIGN, who may do what: nobody organises the challenge of its own unit.
#[test]
fn rule_3_nobody_organises_its_own_challenge() {
    let city = City::new();
    let demand = published(&city, "demands", "government.member");
    let body = json!({"demand": demand, "content": content()});
    let id = city.as_("government.member").post("/api/v1/challenges", body).expect(201).id();
    post(&city, "government.member", &id, "/submit", json!({})).expect(200);
    let own = post(&city, ORGANISER, &id, "/opinions", opinion("专家甲", "pass"));
    own.refused(403, "own_challenge");
    post(&city, "operator.operator", &id, "/opinions", opinion("专家甲", "pass")).expect(201);
}

fn changes_of(city: &City, id: &str) -> Vec<Change> {
    let read = city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000));
    read.unwrap().into_iter().filter(|change| change.subject.ends_with(id)).collect()
}

/// DOMAIN §4: one proposal a bidder; a bidder sees only its own; before the last day nobody else sees any, and
/// nothing of the challenge changes.
#[test]
fn domain_4_one_proposal_a_bidder_which_sees_only_its_own() {
    let city = City::new();
    let id = open(&city);
    let before = (city.anonymous().get(&path(&id, "")).expect(200), changes_of(&city, &id).len());
    let proposal = post(&city, BIDDER, &id, "/proposals", plan()).expect(201).id();
    let twice = post(&city, "institute.admin", &id, "/proposals", plan());
    twice.refused(409, "challenge_already_proposed");
    post(&city, "enterprise.admin", &id, "/proposals", plan()).refused(403, "own_challenge_proposal");
    city.as_("operator.operator").post("/api/v1/credit-records", barring("enterprise2")).expect(201);
    let barred = post(&city, "enterprise2.member", &id, "/proposals", plan());
    barred.refused(403, "challenge_proposer_barred");
    let own = path(&id, &format!("/proposals/{proposal}"));
    city.as_(BIDDER).put(&own, with(plan(), "months", json!(10))).expect(200);
    assert_eq!(city.as_("institute.admin").get(&own).expect(200).body["months"], 10);
    for other in [OTHER, HOLDER, ORGANISER, "operator.operator"] {
        city.as_(other).get(&own).refused(404, "not_found");
    }
    for reader in [HOLDER, ORGANISER] {
        city.as_(reader).get(&path(&id, "/proposals")).refused(409, "challenge_proposals_open");
    }
    city.as_(BIDDER).get(&path(&id, "/proposals")).refused(404, "not_found");
    city.as_(BIDDER).post(&format!("{own}/withdraw"), json!({})).expect(200);
    post(&city, BIDDER, &id, "/proposals", plan()).expect(201);
    let after = (city.anonymous().get(&path(&id, "")).expect(200), changes_of(&city, &id).len());
    assert_eq!((before.0.bytes, before.1), (after.0.bytes, after.1), "no trace on the challenge");
    assert_eq!(before.0.headers["etag"], after.0.headers["etag"]);
    let quiet = changes_of(&city, &proposal);
    assert!(quiet.iter().all(|change| change.feed_seq.is_none() && change.public.is_none()), "audience none");
    assert!(!quiet.iter().any(|change| change.facts.to_string().contains("90000000")), "no price in facts");
    city.clock.advance_seconds(31 * DAY_SECONDS);
    let late = city.as_(BIDDER).put(&own, plan());
    late.refused(409, "challenge_proposals_closed");
    let read = city.as_(HOLDER).get(&path(&id, "/proposals")).expect(200);
    assert_eq!(read.body["items"].as_array().unwrap().len(), 1, "open to read also before the job ran");
    city.as_(OTHER).get(&own).refused(404, "not_found");
}

/// DOMAIN §6: attachments, the bidder's own; read by whoever sees the proposal.
#[test]
fn domain_4_attachments_are_read_with_the_proposal() {
    let city = City::new();
    let id = open(&city);
    let file = upload(&city.as_(BIDDER), "方案.pdf", &pdf("plan")).expect(201).id();
    let foreign = upload(&city.as_(OTHER), "方案.pdf", &pdf("other")).expect(201).id();
    let told = post(&city, BIDDER, &id, "/proposals", with(plan(), "attachments", json!([foreign])));
    assert_eq!(
        told.refused(422, "validation_failed").field("/attachments/0"),
        Some("challenge_file_unknown")
    );
    let proposal = post(&city, BIDDER, &id, "/proposals", with(plan(), "attachments", json!([file])));
    let address = path(&id, &format!("/proposals/{}/attachments/{file}", proposal.expect(201).id()));
    assert_eq!(city.as_(BIDDER).get(&address).expect(200).bytes, pdf("plan"));
    city.as_(HOLDER).get(&address).refused(404, "not_found");
    city.clock.advance_seconds(31 * DAY_SECONDS);
    city.as_(HOLDER).get(&address).expect(200);
    city.as_(OTHER).get(&address).refused(404, "not_found");
}

/// DOMAIN §4, step 4: select or fail; the selection is what a contract is drafted from.
#[test]
fn domain_4_the_review_selects_one_or_fails() {
    let city = City::new();
    let (id, proposal) = proposed(&city);
    let choice = json!({"proposal": proposal, "opinion": "路线可行"});
    post(&city, HOLDER, &id, "/select", choice.clone()).refused(409, "challenge_proposals_open");
    city.clock.advance_seconds(31 * DAY_SECONDS);
    let about = with(opinion("专家丁", "pass"), "proposal", json!(proposal));
    post(&city, ORGANISER, &id, "/opinions", about).expect(201);
    assert_eq!(stage(&city.anonymous(), &id), "proposal_review", "whoever acts first finds it closed");
    assert_eq!(city.change(&id, "challenge.closed").facts["proposals"], 1);
    post(&city, HOLDER, &id, "/select", choice).expect(200);
    let facts = city.change(&id, "challenge.selected").facts;
    assert_eq!(facts["winner"]["name"], "示例institute");
    assert_eq!((&facts["seller"]["name"], &facts["buys"]), (&json!("示例enterprise"), &json!(true)));
    assert_eq!(facts["price_fen"], 90_000_000);
    let demand = city.as_(HOLDER).get(&path(&id, "")).body["demand"].as_str().unwrap().to_owned();
    assert_eq!(facts["lots"][0], urn("demands", &demand));
    let city = City::new();
    let failed = open(&city);
    city.clock.advance_seconds(31 * DAY_SECONDS);
    let done = post(&city, HOLDER, &failed, "/fail", json!({"opinion": "无人揭榜"})).expect(200);
    assert_eq!(done.body["stage"], "failed");
    assert!(demand_of(&city, &failed)["own"]["reserved_for"].is_null(), "the demand is free again");
}

/// DOMAIN §4, step 5: both sides sign what they saw; who steps back opens the review again.
#[test]
fn domain_4_both_sides_sign_the_same_agreement() {
    let city = City::new();
    let (id, version) = offered(&city);
    let confirm = |persona: &str, version: i64| {
        post(&city, persona, &id, "/agreement/confirm", json!({"version": version}))
    };
    confirm(HOLDER, version).refused(409, "challenge_own_offer");
    confirm(OTHER, version).refused(404, "not_found");
    let wrong = with(agreement(), "price_fen", json!(88_000_001));
    let told = post(&city, BIDDER, &id, "/agreement", wrong).refused(422, "validation_failed");
    assert_eq!(told.field("/milestones"), Some("milestones_not_sum"));
    post(&city, HOLDER, &id, "/agreement", agreement()).expect(200);
    confirm(BIDDER, version).refused(409, "challenge_agreement_changed");
    let back = post(&city, BIDDER, &id, "/agreement/decline", json!({"reason": "团队另有任务"})).expect(200);
    assert_eq!(back.status, 200);
    assert_eq!(stage(&city.as_(HOLDER), &id), "proposal_review");
    let list = city.as_(HOLDER).get(&path(&id, "/proposals")).expect(200);
    let lapsed = list.body["items"].as_array().unwrap().iter().find(|one| one["state"] == "lapsed").unwrap();
    let again = json!({"proposal": lapsed["id"], "opinion": "x"});
    post(&city, HOLDER, &id, "/select", again).refused(409, "challenge_proposal_not_standing");
    let second =
        list.body["items"].as_array().unwrap().iter().find(|one| one["state"] == "submitted").unwrap();
    post(&city, HOLDER, &id, "/select", json!({"proposal": second["id"], "opinion": "递补"})).expect(200);
    let offer = post(&city, OTHER, &id, "/agreement", agreement()).expect(200);
    let version = offer.body["version"].as_i64().unwrap();
    confirm(HOLDER, version).expect(200);
    let public = city.change_of(&id, "challenge.signed");
    assert_eq!((&public["price_fen"], &public["stage"]), (&json!(88_000_000), &json!("milestones")));
    assert_eq!(public["winner"]["name"], "示例institute2");
}

/// DOMAIN §4, step 6: milestones with days; handed in, returned, accepted.
#[test]
fn domain_4_milestones_are_handed_in_and_accepted() {
    let city = City::new();
    let id = signed(&city);
    let first = |rest: &str| format!("/milestones/1/{rest}");
    post(&city, HOLDER, &id, &first("submit"), json!({"report": "x"})).refused(404, "not_found");
    let early = post(&city, HOLDER, &id, &first("review"), json!({"accepted": true, "opinion": "x"}));
    early.refused(409, "milestone_state");
    let file = upload(&city.as_(BIDDER), "报告.pdf", &pdf("report")).expect(201).id();
    let report = json!({"report": "小试已成", "files": [file]});
    post(&city, BIDDER, &id, &first("submit"), report.clone()).expect(200);
    let address = path(&id, &format!("/milestones/1/files/{file}"));
    assert_eq!(city.as_(HOLDER).get(&address).expect(200).bytes, pdf("report"));
    city.as_(OTHER).get(&address).refused(404, "not_found");
    let back =
        post(&city, HOLDER, &id, &first("review"), json!({"accepted": false, "opinion": "缺检测报告"}));
    assert_eq!(back.expect(200).body["state"], "returned");
    city.clock.advance_seconds(200 * DAY_SECONDS);
    let list = city.as_(BIDDER).get(&path(&id, "/milestones")).expect(200);
    assert_eq!(
        (&list.body["items"][0]["overdue"], &list.body["items"][1]["overdue"]),
        (&json!(true), &json!(false))
    );
    post(&city, BIDDER, &id, &first("submit"), report).expect(200);
    post(&city, HOLDER, &id, &first("review"), json!({"accepted": true, "opinion": "符合"})).expect(200);
    assert_eq!(stage(&city.as_(HOLDER), &id), "milestones", "one is still due");
    assert_eq!(city.change(&id, "challenge.milestone_accepted").facts["amount_fen"], 30_000_000);
}

/// DOMAIN §4: cancelled from any open state with a reason, which frees the demand; what nobody opened stays closed.
#[test]
fn domain_4_cancelled_from_any_open_state_with_a_reason() {
    let city = City::new();
    let (id, proposal) = proposed(&city);
    post(&city, HOLDER, &id, "/cancel", json!({"reason": " "})).refused(422, "validation_failed");
    post(&city, OTHER, &id, "/cancel", json!({"reason": "x"})).refused(404, "not_found");
    post(&city, ORGANISER, &id, "/cancel", json!({"reason": "资金计划调整"})).expect(200);
    post(&city, HOLDER, &id, "/cancel", json!({"reason": "x"})).refused(409, "state_conflict");
    assert!(demand_of(&city, &id)["own"]["reserved_for"].is_null());
    let public = city.change_of(&id, "challenge.cancelled");
    assert_eq!(public["stage"], "cancelled");
    assert!(!public.to_string().contains("资金计划调整"));
    city.clock.advance_seconds(60 * DAY_SECONDS);
    city.as_(HOLDER).get(&path(&id, "/proposals")).refused(409, "challenge_proposals_open");
    city.as_(HOLDER).get(&path(&id, &format!("/proposals/{proposal}"))).refused(404, "not_found");
    for make in [collected, submitted, passed, selected, signed, evaluated] {
        let city = City::new();
        let id = make(&city);
        let done = post(&city, HOLDER, &id, "/cancel", json!({"reason": "需求有变"})).expect(200);
        assert_eq!(done.body["stage"], "cancelled");
    }
}
