//! Engagements: from an enquiry to what came of it, and who sees what on the way.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::support::City;
use super::support::records::{
    accepted, achievement, draft, enquired, enquiry, pdf, published, published_of, trusted, upload, urn, with,
};

const OWNER: &str = "institute.member";
const ENQUIRER: &str = "enterprise.member";

fn path(id: &str, rest: &str) -> String {
    format!("/api/v1/engagements/{id}{rest}")
}

/// DOMAIN §6: enquiry → answered → confidentiality → messages and meetings → outcome.
#[test]
fn domain_6_an_engagement_from_enquiry_to_contract() {
    let city = City::new();
    let id = enquired(&city);
    let (owner, enquirer) = (city.as_(OWNER), city.as_(ENQUIRER));
    let seen = owner.get(&path(&id, "")).expect(200);
    assert_eq!((seen.body["state"].as_str(), seen.body["role"].as_str()), (Some("enquired"), Some("owner")));
    assert_eq!(seen.body["enquirer"]["name"], "示例enterprise");
    assert!(seen.body["enquirer"]["credit_code"].as_str().unwrap().starts_with("91459900"));
    enquirer.post(&path(&id, "/messages"), json!({"text": "在吗"})).refused(409, "state_conflict");
    assert!(enquirer.get(&path(&id, "")).body.get("owner_contact").is_none());
    owner.post(&path(&id, "/answer"), json!({"decision": "accepted", "text": "欢迎"})).expect(200);
    let open = enquirer.get(&path(&id, "")).expect(200);
    assert_eq!(open.body["owner_contact"]["phone"], "0777-2800001");
    enquirer.post(&path(&id, "/messages"), json!({"text": "本周可以看样品吗？"})).expect(201);
    city.clock.advance_seconds(60);
    owner.post(&path(&id, "/messages"), json!({"text": "周四下午。"})).expect(201);
    let messages = enquirer.get(&path(&id, "/messages?limit=1")).expect(200);
    assert_eq!(messages.body["items"][0]["text"], "本周可以看样品吗？");
    let next = messages.body["next"].as_str().unwrap();
    let second = enquirer.get(&path(&id, &format!("/messages?cursor={next}"))).expect(200);
    assert_eq!(second.body["items"][0]["party_name"], "示例institute");
    let meeting =
        json!({"starts_at": "2026-03-05T07:00:00Z", "mode": "on_site", "place": "示例大学中试车间"});
    let meeting = owner.post(&path(&id, "/meetings"), meeting).expect(201).id();
    let end = path(&id, &format!("/meetings/{meeting}/end"));
    enquirer.post(&end, json!({"held": true, "minutes": "看样，商定许可。"})).expect(200);
    enquirer.post(&end, json!({"held": false, "minutes": "x"})).refused(409, "state_conflict");
    let held = owner.get(&path(&id, "/meetings")).expect(200);
    assert_eq!(held.body["items"][0]["state"], "held");
    let done = enquirer.post(&path(&id, "/conclude"), json!({"outcome": "contract"})).expect(200);
    assert_eq!(
        (done.body["state"].as_str(), done.body["outcome"].as_str()),
        (Some("concluded"), Some("contract"))
    );
    owner.post(&path(&id, "/messages"), json!({"text": "x"})).refused(409, "state_conflict");
    assert_eq!(city.change(&id, "engagement.concluded").facts["outcome"], "contract");
}

/// DOMAIN §6: eight reasons for declining; and matching learns which.
#[test]
fn domain_6_declining_takes_one_of_eight_reasons() {
    let city = City::new();
    let id = enquired(&city);
    let owner = city.as_(OWNER);
    let bare = owner.post(&path(&id, "/answer"), json!({"decision": "declined"}));
    bare.refused(422, "decline_reason_required");
    owner
        .post(&path(&id, "/answer"), json!({"decision": "declined", "reason": "bad_mood"}))
        .refused(400, "malformed_request");
    let own = city.as_(ENQUIRER).post(&path(&id, "/answer"), json!({"decision": "accepted"}));
    own.refused(403, "not_this_party");
    let answer = json!({"decision": "declined", "reason": "too_early", "text": "尚在小试。"});
    owner.post(&path(&id, "/answer"), answer.clone()).expect(200);
    owner.post(&path(&id, "/answer"), answer).refused(409, "state_conflict");
    let facts = city.change(&id, "engagement.answered").facts;
    assert_eq!(
        (facts["state"].as_str(), facts["decline_reason"].as_str()),
        (Some("declined"), Some("too_early"))
    );
    assert!(!facts.to_string().contains("尚在小试"), "no words of the parties in facts");
}

/// DOMAIN §6, §8; Law art. 11 and 30: confidential parts open after the undertaking, and each read is kept.
#[test]
fn domain_6_confidential_parts_open_after_the_undertaking_and_each_read_is_kept() {
    let city = City::new();
    let secret = upload(&city.as_(OWNER), "工艺.pdf", &pdf("secret")).expect(201).id();
    let attachments = json!([{"file": secret, "confidential": true}]);
    let about = published_of(&city, "achievements", OWNER, with(achievement(), "attachments", attachments));
    let enquirer = city.as_(ENQUIRER);
    let id = enquirer.post("/api/v1/engagements", enquiry("achievements", &about)).expect(201).id();
    enquirer.get(&path(&id, "/confidential")).refused(409, "state_conflict");
    city.as_(OWNER).post(&path(&id, "/answer"), json!({"decision": "accepted"})).expect(200);
    enquirer.get(&path(&id, "/confidential")).refused(403, "confidentiality_not_accepted");
    let shown = enquirer.get(&path(&id, "/confidentiality")).expect(200);
    let text = shown.body["text"].as_str().unwrap();
    assert_eq!(shown.body["sha256"], hex::encode(Sha256::digest(text.as_bytes())));
    assert!(shown.body["accepted"].is_null() && text.contains("留痕"));
    let accept = path(&id, "/confidentiality");
    enquirer.post(&accept, json!({"sha256": "00"})).refused(409, "undertaking_not_as_shown");
    let own = city.as_(OWNER).post(&accept, json!({"sha256": shown.body["sha256"]}));
    own.refused(403, "not_this_party");
    let done = enquirer.post(&accept, json!({"sha256": shown.body["sha256"]})).expect(200);
    assert!(done.body["undertaking"]["by"].is_string() && done.body["undertaking"]["at"].is_string());
    let open = enquirer.get(&path(&id, "/confidential")).expect(200);
    assert!(open.text().contains("MARKER-SECRET-FORMULA"));
    let file = enquirer.get(&path(&id, &format!("/confidential/attachments/{secret}"))).expect(200);
    assert_eq!(file.bytes, pdf("secret"));
    let trail = city.trail("achievement.confidential_read");
    assert_eq!(trail, [urn("achievements", &about), urn("achievements", &about)], "two reads, two entries");
    enquirer.post(&path(&id, "/conclude"), json!({"outcome": "none", "reason": "工艺不符"})).expect(200);
    enquirer.get(&path(&id, "/confidential")).refused(409, "state_conflict");
    assert_eq!(city.trail("achievement.confidential_read").len(), 2);
}

/// Rule 8: who is suspended acts no more and opens nothing; what it asked it may take back.
#[test]
fn rule_8_a_suspended_organisation_opens_nothing() {
    let city = City::new();
    let id = trusted(&city);
    let (enquirer, owner) = (city.as_(ENQUIRER), city.as_(OWNER));
    let confidential = path(&id, "/confidential");
    enquirer.get(&confidential).expect(200);
    let reads = city.trail("achievement.confidential_read").len();
    let standing = |act: &str| {
        let organisation = city.organisation("enterprise");
        let path = format!("/api/v1/organisations/{organisation}/{act}");
        let operator = city.as_("operator.operator");
        let done = match act {
            "suspend" => operator.post(&path, json!({"reason": "核查中（示例）"})),
            _ => operator.send("POST", &path, None),
        };
        done.expect(200);
    };
    standing("suspend");
    enquirer.get(&confidential).refused(403, "organisation_suspended");
    let file = path(&id, &format!("/confidential/attachments/{}", city.organisation("enterprise")));
    enquirer.get(&file).refused(403, "organisation_suspended");
    assert_eq!(city.trail("achievement.confidential_read").len(), reads);
    enquirer.post(&path(&id, "/messages"), json!({"text": "在吗"})).refused(403, "organisation_suspended");
    let end = json!({"outcome": "none", "reason": "工艺不符"});
    enquirer.post(&path(&id, "/conclude"), end).refused(403, "organisation_suspended");
    let shown = enquirer.get(&path(&id, "/confidentiality")).expect(200).body["sha256"].clone();
    let accept = enquirer.post(&path(&id, "/confidentiality"), json!({"sha256": shown}));
    accept.refused(403, "organisation_suspended");
    owner.post(&path(&id, "/messages"), json!({"text": "请稍候。"})).expect(201);
    city.as_("enterprise2.member").get(&confidential).refused(404, "not_found");
    standing("reinstate");
    enquirer.get(&confidential).expect(200);
    standing("suspend");
    enquirer.post(&path(&id, "/withdraw"), json!({"reason": "暂停"})).expect(200);
}

/// What the holder is still changing is not shown to the other side: only what was approved.
#[test]
fn rule_5_the_other_side_reads_the_approved_confidential_part() {
    let city = City::new();
    let id = trusted(&city);
    let about = city.as_(ENQUIRER).get(&path(&id, "")).body["about"]["urn"].as_str().unwrap().to_owned();
    let record = about.rsplit(':').next().unwrap().to_owned();
    let changed =
        with(with(achievement(), "confidential", json!("NEW-SECRET")), "edit_reason", json!("更新"));
    city.as_(OWNER).put(&format!("/api/v1/achievements/{record}"), changed).expect(200);
    let open = city.as_(ENQUIRER).get(&path(&id, "/confidential")).expect(200);
    assert!(open.text().contains("MARKER-SECRET-FORMULA") && !open.text().contains("NEW-SECRET"));
}

/// Rule 1: only the parties see it, the broker among them; nothing of it leaves the node.
#[test]
fn rule_1_only_the_parties_see_an_engagement() {
    let city = City::new();
    let about = published(&city, "achievements", OWNER);
    let broker = city.organisation("broker").to_string();
    let body = with(enquiry("achievements", &about), "broker", json!(broker));
    let id = city.as_(ENQUIRER).post("/api/v1/engagements", body).expect(201).id();
    for party in [OWNER, "institute.admin", ENQUIRER, "broker.member"] {
        city.as_(party).get(&path(&id, "")).expect(200);
        let list = city.as_(party).get("/api/v1/engagements").expect(200);
        assert_eq!(list.body["items"][0]["id"], id.as_str(), "{party}");
    }
    for other in [
        "institute2.member",
        "enterprise2.member",
        "broker2.member",
        "operator.operator",
        "government.member",
    ] {
        city.as_(other).get(&path(&id, "")).refused(404, "not_found");
        let list = city.as_(other).get("/api/v1/engagements").expect(200);
        assert!(list.body["items"].as_array().unwrap().is_empty(), "{other}");
    }
    city.as_(OWNER).post(&path(&id, "/answer"), json!({"decision": "accepted"})).expect(200);
    city.as_("broker.member").get(&path(&id, "/confidential")).refused(403, "not_this_party");
    city.as_("broker.member").post(&path(&id, "/messages"), json!({"text": "我来安排。"})).expect(201);
    let end = city.as_("broker.member").post(&path(&id, "/conclude"), json!({"outcome": "contract"}));
    end.refused(403, "not_this_party");
    let change = city.change(&id, "engagement.enquired");
    assert!(change.feed_seq.is_none() && change.public.is_none(), "audience none");
}

/// Rule 1: not about one's own record, not twice, not about what is not published; by verified organisations.
#[test]
fn rule_1_who_may_enquire_about_what() {
    let city = City::new();
    let about = published(&city, "achievements", OWNER);
    let body = enquiry("achievements", &about);
    let own = city.as_("institute.admin").post("/api/v1/engagements", body.clone());
    assert_eq!(own.refused(422, "validation_failed").field("/about"), Some("own_record"));
    let enquirer = city.as_(ENQUIRER);
    let first = enquirer.post("/api/v1/engagements", body.clone()).expect(201).id();
    enquirer.post("/api/v1/engagements", body.clone()).refused(409, "already_enquired");
    enquirer.post(&path(&first, "/withdraw"), json!({"reason": "填写有误"})).expect(200);
    enquirer.post("/api/v1/engagements", body.clone()).expect(201);
    city.as_("enterprise2.member").post("/api/v1/engagements", body.clone()).expect(201);
    let hidden = draft(&city, "achievements", OWNER);
    for about in [urn("achievements", &hidden), "urn:tm:cn-450800:achievement:x".into(), "x".into()] {
        let told = enquirer.post("/api/v1/engagements", with(body.clone(), "about", json!(about)));
        assert_eq!(told.refused(422, "validation_failed").field("/about"), Some("about_not_published"));
    }
    let no_broker = city.organisation("enterprise2").to_string();
    let told = city
        .as_("institute2.member")
        .post("/api/v1/engagements", with(body.clone(), "broker", json!(no_broker)));
    assert_eq!(told.refused(422, "validation_failed").field("/broker"), Some("broker_unknown"));
    city.newcomer();
    city.as_("newcomer.member").post("/api/v1/engagements", body).refused(409, "enquirer_not_verified");
}

/// Issue: an unanswered enquiry shows as overdue (after the configured days).
#[test]
fn an_unanswered_enquiry_shows_as_overdue() {
    let city = City::new();
    let id = enquired(&city);
    let overdue = |wanted: bool| {
        let list =
            city.as_(OWNER).get(&format!("/api/v1/engagements?role=owner&overdue={wanted}")).expect(200);
        list.body["items"].as_array().unwrap().len()
    };
    city.clock.advance_seconds(7 * 86_400);
    assert_eq!((overdue(true), overdue(false)), (0, 1));
    city.clock.advance_seconds(1);
    assert_eq!((overdue(true), overdue(false)), (1, 0));
    let seen = city.as_(ENQUIRER).get(&path(&id, "")).expect(200);
    assert_eq!(seen.body["overdue"], true);
    city.as_(OWNER).post(&path(&id, "/answer"), json!({"decision": "accepted"})).expect(200);
    assert_eq!((overdue(true), overdue(false)), (0, 1));
}

/// Issue: outcome: contract, or none with reason.
#[test]
fn domain_6_an_end_without_a_contract_says_why() {
    let city = City::new();
    let id = accepted(&city);
    let end = path(&id, "/conclude");
    let silent = city.as_(OWNER).post(&end, json!({"outcome": "none"}));
    silent.refused(422, "outcome_reason_required");
    let done = city.as_(OWNER).post(&end, json!({"outcome": "none", "reason": "价格未谈拢"})).expect(200);
    assert_eq!(done.body["outcome_reason"], "价格未谈拢");
}

/// A demand's owner buys: the contract takes its sides from the engagement.
#[test]
fn rule_6_a_contract_takes_its_sides_from_the_engagement() {
    use techmart::engagement::model::EngagementId;
    use techmart::engagement::service;
    use techmart::kernel::actor::Actor;

    let city = City::new();
    let about = published(&city, "demands", ENQUIRER);
    let institute = city.as_(OWNER);
    let id = institute.post("/api/v1/engagements", enquiry("demands", &about)).expect(201).id();
    let engagement: EngagementId = id.parse().unwrap();
    let person =
        |persona: &str| Actor::Person(Box::new(city.app.gate.sign_in_as(persona).unwrap().grant.person));
    let sides = |persona: &str| {
        let actor = person(persona);
        city.app.db.read_blocking(move |snapshot| {
            let node = snapshot.node().to_owned();
            service::for_contract(snapshot, &node, &actor, engagement)
        })
    };
    assert_eq!(sides(OWNER).unwrap_err().code(), "state_conflict", "nobody has agreed yet");
    city.as_(ENQUIRER).post(&path(&id, "/answer"), json!({"decision": "accepted"})).expect(200);
    let terms = sides(ENQUIRER).unwrap();
    assert_eq!((terms.seller.name.as_str(), terms.buyer.name.as_str()), ("示例institute", "示例enterprise"));
    assert_eq!(terms.about.urn, urn("demands", &about));
    assert_eq!(sides("enterprise2.member").unwrap_err().code(), "not_found");
}
