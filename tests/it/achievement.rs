//! Achievements: the whole life of one, who sees what, lists, history.

use serde_json::{Value, json};

use super::support::City;
use super::support::records::{
    achievement, act, approve, demand, draft, draft_of, pdf, published, published_of, submitted, upload, with,
};

const OWNER: &str = "institute.member";
const REVIEWER: &str = "operator.operator";

fn path(id: &str) -> String {
    format!("/api/v1/achievements/{id}")
}

fn titles(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

/// DOMAIN §6: draft → submitted → published; every step by whom it belongs to.
#[test]
fn domain_6_an_achievement_is_written_reviewed_and_published() {
    let city = City::new();
    let owner = city.as_(OWNER);
    let made = owner.post("/api/v1/achievements", achievement()).expect(201);
    let id = made.id();
    assert_eq!(made.header("location"), path(&id));
    assert_eq!((made.body["state"].as_str(), made.header("etag")), (Some("draft"), "\"1\""));
    city.anonymous().get(&path(&id)).refused(404, "not_found");
    let sent = act(&owner, "achievements", &id, "submit").expect(200);
    assert_eq!(sent.body["state"], "submitted");
    let waiting = city.as_(REVIEWER).get("/api/v1/achievements/waiting").expect(200);
    assert_eq!(waiting.body["items"][0]["id"], id.as_str());
    approve(&city, "achievements", &id);
    let shown = city.anonymous().get(&path(&id)).expect(200);
    assert_eq!(shown.body["state"], "published");
    assert_eq!(shown.body["ends_on"], "2027-03-02", "a year, when the holder names no day");
    assert_eq!(shown.body["holder"]["name"], "示例institute");
    let after = city.as_(REVIEWER).get("/api/v1/achievements/waiting").expect(200);
    assert!(titles(&after.body).is_empty());
    act(&owner, "achievements", &id, "submit").refused(409, "state_conflict");
}

/// DOMAIN §6, DESIGN: all problems at once, each with its pointer; a draft may be unfinished, a submission not.
#[test]
fn domain_6_all_problems_are_told_at_once() {
    let city = City::new();
    let owner = city.as_(OWNER);
    let wrong = json!({
        "title": "", "kind": "magic", "trl": 11, "contact": {"phone": "x"},
        "ip_assets": [{"kind": "patent_invention", "number": "ZL201710601862.4", "status": "granted"}],
        "price": {"mode": "range", "low_fen": 10, "high_fen": 5}, "registration_number": "1",
    });
    let told = owner.post("/api/v1/achievements", wrong).refused(422, "validation_failed");
    for (pointer, code) in [
        ("/title", "required"),
        ("/kind", "unknown_value"),
        ("/trl", "out_of_range"),
        ("/contact/phone", "phone_invalid"),
        ("/ip_assets/0/number", "patent_number_invalid"),
        ("/price/high_fen", "price_range_reversed"),
        ("/registration_number", "registration_number_invalid"),
    ] {
        assert_eq!(told.field(pointer), Some(code), "{pointer}: {}", told.text());
    }
    let id = draft_of(&city, "achievements", OWNER, json!({"title": "只有标题（示例）"}));
    let missing = act(&owner, "achievements", &id, "submit").refused(422, "validation_failed");
    for pointer in ["/abstract", "/contributors", "/trl", "/secrecy", "/price", "/division"] {
        assert_eq!(missing.field(pointer), Some("required"), "{pointer}");
    }
    owner.post("/api/v1/achievements", json!({"title": "x", "colour": 1})).refused(400, "malformed_request");
}

/// DOMAIN §6: secrecy: classified achievements are refused, and nothing of them is kept.
#[test]
fn domain_6_classified_material_is_refused_in_drafts_too() {
    let city = City::new();
    let body = with(achievement(), "secrecy", json!("classified"));
    city.as_(OWNER).post("/api/v1/achievements", body).refused(422, "classified_refused");
    let list = city.as_(OWNER).get("/api/v1/achievements/own").expect(200);
    assert!(titles(&list.body).is_empty());
}

/// DESIGN, separation of duties: nobody reviews their own submission; another organisation cannot write.
#[test]
fn rule_3_the_review_is_by_a_second_person() {
    let city = City::new();
    let id = submitted(&city, "achievements", OWNER);
    let publish = format!("{}/publish", path(&id));
    city.as_(OWNER).post(&publish, json!({"opinion": ""})).refused(403, "forbidden");
    city.as_("institute2.member").put(&path(&id), achievement()).refused(404, "not_found");
    let back = format!("{}/return", path(&id));
    let reviewer = city.as_(REVIEWER);
    let silent = reviewer.post(&back, json!({"opinion": " "})).refused(422, "validation_failed");
    assert_eq!(silent.field("/opinion"), Some("required"));
    reviewer.post(&back, json!({"opinion": "摘要过于笼统"})).expect(200);
    let own = city.as_(OWNER).get(&path(&id)).expect(200);
    assert_eq!(
        (own.body["state"].as_str(), own.body["own"]["opinion"].as_str()),
        (Some("returned"), Some("摘要过于笼统"))
    );
    city.as_(OWNER).put(&path(&id), achievement()).expect(200);
    act(&city.as_(OWNER), "achievements", &id, "submit").expect(200);
    reviewer.with("if-match", "\"1\"").post(&publish, json!({})).refused(412, "version_mismatch");
    reviewer.post(&publish, json!({"opinion": "同意"})).expect(200);
}

/// Brief: only members of verified organisations publish.
#[test]
fn rule_2_only_a_verified_organisation_submits() {
    let city = City::new();
    city.newcomer();
    let id = draft(&city, "achievements", "newcomer.member");
    let sent = act(&city.as_("newcomer.member"), "achievements", &id, "submit");
    sent.refused(403, "organisation_not_verified");
}

/// A change of the published text is reviewed again; meanwhile the public reads what was approved.
#[test]
fn rule_5_what_is_published_stays_until_its_revision_is_approved() {
    let city = City::new();
    let id = published(&city, "achievements", OWNER);
    let owner = city.as_(OWNER);
    let changed = with(achievement(), "title", json!("坭兴陶坭料快速筛选仪（示例）"));
    let told = owner.put(&path(&id), changed.clone()).refused(422, "validation_failed");
    assert_eq!(told.field("/edit_reason"), Some("reason_required"));
    let changed = with(changed, "edit_reason", json!("已做成仪器"));
    let edited = owner.put(&path(&id), changed).expect(200);
    assert_eq!(
        (edited.body["state"].as_str(), edited.body["own"]["revision"].as_str()),
        (Some("published"), Some("draft"))
    );
    let public = |city: &City| {
        let shown = city.anonymous().get(&path(&id)).expect(200);
        shown.body["content"]["title"].as_str().unwrap().to_owned()
    };
    assert!(public(&city).starts_with("坭兴陶坭料近红外"));
    act(&owner, "achievements", &id, "submit").expect(200);
    assert!(public(&city).starts_with("坭兴陶坭料近红外"));
    approve(&city, "achievements", &id);
    assert!(public(&city).starts_with("坭兴陶坭料快速筛选仪"));
    let list = city.anonymous().get("/api/v1/achievements").expect(200);
    assert_eq!(titles(&list.body), ["坭兴陶坭料快速筛选仪（示例）"]);
}

/// Issue: versions with history: who changed which field when, why.
#[test]
fn the_history_tells_who_changed_which_field_when_and_why() {
    let city = City::new();
    let id = draft(&city, "achievements", OWNER);
    city.clock.advance_seconds(60);
    let changed = with(with(achievement(), "trl", json!(7)), "edit_reason", json!("完成环境试验"));
    let changed = with(changed, "confidential", json!("另一份MARKER-SECRET-FORMULA"));
    city.as_("institute.admin").put(&path(&id), changed).expect(200);
    let history = city.as_(OWNER).get(&format!("{}/history", path(&id))).expect(200);
    let last = history.body["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((last["version"].as_i64(), last["reason"].as_str()), (Some(2), Some("完成环境试验")));
    assert_eq!(last["at"], "2026-03-02T02:01:00Z");
    assert!(last["user"].is_string() && last["organisation_name"] == "示例institute");
    let fields: Vec<_> =
        last["fields"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["/confidential", "/trl"]);
    assert!(!history.text().contains("MARKER-SECRET"), "rule 6: in no history");
    city.as_("institute2.member").get(&format!("{}/history", path(&id))).refused(404, "not_found");
}

/// DOMAIN §8; Law art. 11 and 30: business secrets and personal data don't leak.
#[test]
fn rule_6_confidential_parts_and_contacts_show_nowhere_in_public() {
    let city = City::new();
    let secret = upload(&city.as_(OWNER), "工艺.pdf", &pdf("secret")).expect(201).id();
    let open = upload(&city.as_(OWNER), "简介.pdf", &pdf("open")).expect(201).id();
    let attachments = json!([{"file": secret, "confidential": true}, {"file": open}]);
    let id = published_of(&city, "achievements", OWNER, with(achievement(), "attachments", attachments));
    let shown = city.anonymous().get(&path(&id)).expect(200);
    let list = city.anonymous().get("/api/v1/achievements").expect(200);
    let projection = city.change_of(&id, "achievement.published");
    for (place, text) in
        [("record", shown.text()), ("list", list.text()), ("projection", projection.to_string())]
    {
        for marker in ["MARKER-SECRET", "2800001", "c@example.cn", "工艺.pdf", "600000"] {
            assert!(!text.contains(marker), "{marker} in the {place}: {text}");
        }
    }
    assert_eq!(projection["schema"], "achievement.v1");
    assert_eq!(projection["attachments"][0]["name"], "简介.pdf");
    assert!(shown.body.get("own").is_none());
    city.anonymous().get(&format!("{}/attachments/{open}", path(&id))).expect(200);
    city.anonymous().get(&format!("{}/attachments/{secret}", path(&id))).refused(404, "not_found");
    city.as_("enterprise.member").get(&format!("{}/confidential", path(&id))).refused(404, "not_found");
    let opened = city.as_(OWNER).get(&format!("{}/confidential", path(&id))).expect(200);
    assert!(opened.text().contains("MARKER-SECRET-FORMULA") && opened.text().contains("工艺.pdf"));
    let trail = city.trail("achievement.confidential_read");
    assert_eq!(trail.len(), 1, "each read stands in the trail");
    assert!(trail[0].ends_with(&id));
}

/// TMF-1 rule 5; Personal Information Protection Law.
#[test]
fn rule_10_public_texts_with_personal_numbers_are_refused() {
    let city = City::new();
    let body = with(
        achievement(),
        "abstract",
        json!("有意者请致电１３８７７７１２３４５，或发送邮件。此成果可降低成本三成。"),
    );
    let told = city.as_(OWNER).post("/api/v1/achievements", body).refused(422, "validation_failed");
    assert_eq!(told.field("/abstract"), Some("personal_data_in_public_text"));
}

/// DOMAIN §6: published → withdrawn | expired; renewal. The public and other nodes are told.
#[test]
fn rule_7_a_record_expires_is_renewed_and_withdrawn() {
    let city = City::new();
    let id =
        published_of(&city, "achievements", OWNER, with(achievement(), "valid_until", json!("2026-03-31")));
    city.clock.set("2026-03-31T15:59:00Z".parse().unwrap());
    city.app.run_jobs().unwrap();
    city.anonymous().get(&path(&id)).expect(200);
    city.clock.set("2026-03-31T16:00:00Z".parse().unwrap());
    city.app.run_jobs().unwrap();
    city.anonymous().get(&path(&id)).refused(404, "not_found");
    assert_eq!(city.method_of(&id, "achievement.expired"), "DELETE");
    let owner = city.as_(OWNER);
    let renew = format!("{}/renew", path(&id));
    let past =
        owner.post(&renew, json!({"until": "2026-03-31", "reason": "x"})).refused(422, "validation_failed");
    assert_eq!(past.field("/until"), Some("last_day_past"));
    owner.post(&renew, json!({"until": "2026-12-31", "reason": "仍在推广"})).expect(200);
    let shown = city.anonymous().get(&path(&id)).expect(200);
    assert_eq!(shown.body["ends_on"], "2026-12-31");
    assert_eq!(city.change_of(&id, "achievement.renewed")["valid_until"], "2026-12-31");
    let gone = format!("{}/withdraw", path(&id));
    owner.post(&gone, json!({"reason": ""})).refused(422, "validation_failed");
    owner.post(&gone, json!({"reason": "已自行实施"})).expect(200);
    city.anonymous().get(&path(&id)).refused(404, "not_found");
    assert_eq!(city.method_of(&id, "achievement.withdrawn"), "DELETE");
    owner.post(&renew, json!({"until": "2026-12-31", "reason": "x"})).refused(409, "state_conflict");
}

#[test]
fn an_edit_over_another_edit_is_refused() {
    let city = City::new();
    let id = draft(&city, "achievements", OWNER);
    let owner = city.as_(OWNER).with("if-match", "\"1\"");
    owner.put(&path(&id), achievement()).expect(200);
    owner.put(&path(&id), achievement()).refused(412, "version_mismatch");
}

#[test]
fn lists_filter_sort_and_page_without_gaps() {
    let city = City::new();
    for number in 1..=7 {
        city.clock.advance_seconds(1);
        let price = json!({"mode": "fixed", "amount_fen": 1_000 * (number % 4 + 1)});
        let price = if number == 7 { json!({"mode": "negotiable"}) } else { price };
        let body = with(with(achievement(), "title", json!(format!("示例{number}"))), "price", price);
        let field = if number % 2 == 0 { "agriculture" } else { "new_materials" };
        let body = with(body, "technical_field", json!(field));
        published_of(&city, "achievements", OWNER, with(body, "trl", json!(number + 2)));
    }
    draft(&city, "achievements", OWNER);
    let all = |query: &str| {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                city.anonymous().get(&format!("/api/v1/achievements?limit=2{query}{cursor}")).expect(200);
            seen.extend(titles(&page.body).into_iter().map(str::to_owned));
            match page.body["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return seen.join(" ").replace("示例", ""),
            }
        }
    };
    assert_eq!(all(""), "7 6 5 4 3 2 1");
    assert_eq!(all("&technical_field=agriculture"), "6 4 2");
    assert_eq!(all("&trl_min=4&trl_max=6"), "4 3 2");
    assert_eq!(all("&sort=price"), "4 1 5 2 6 3 7");
    assert_eq!(all("&sort=-price"), "3 6 2 5 1 4 7");
    assert_eq!(all("&price_max_fen=2000"), "5 4 1");
    assert_eq!(all("&division=450700"), "7 6 5 4 3 2 1");
    assert_eq!(all("&division=450721"), "");
    assert_eq!(all("&kind=basic"), "");
    assert_eq!(
        (all("&industry=C"), all("&industry=30"), all("&industry=A")),
        (all(""), all(""), String::new())
    );
    let own = city.as_(OWNER).get("/api/v1/achievements/own?state=draft").expect(200);
    assert_eq!(own.body["items"].as_array().unwrap().len(), 1);
    let page = city.anonymous().get("/api/v1/achievements?limit=2").expect(200);
    assert!(page.header("link").contains("rel=\"next\""));
    let other = format!("/api/v1/achievements?sort=price&cursor={}", page.body["next"].as_str().unwrap());
    city.anonymous().get(&other).refused(400, "cursor_invalid");
    city.anonymous().get("/api/v1/achievements?limit=101").refused(400, "limit_invalid");
    city.anonymous().get("/api/v1/achievements?colour=red").refused(400, "malformed_request");
}

/// DOMAIN §6: attachments at most 10, of one's own.
#[test]
fn rule_9_attachments_are_own_files_and_at_most_ten() {
    let city = City::new();
    let other = upload(&city.as_("institute2.member"), "a.pdf", &pdf("a")).expect(201).id();
    let body = with(achievement(), "attachments", json!([{"file": other}]));
    let told = city.as_(OWNER).post("/api/v1/achievements", body).refused(422, "validation_failed");
    assert_eq!(told.field("/attachments/0/file"), Some("attachment_unknown"));
    let many: Vec<_> = (0..11)
        .map(|n| upload(&city.as_(OWNER), "a.pdf", &pdf(&n.to_string())).expect(201).id())
        .map(|file| json!({"file": file}))
        .collect();
    let body = with(achievement(), "attachments", json!(many));
    let told = city.as_(OWNER).post("/api/v1/achievements", body).refused(422, "validation_failed");
    assert_eq!(told.field("/attachments"), Some("too_many"));
}

/// An id of the other kind is not found: an achievement is not a demand.
#[test]
fn an_achievement_is_not_a_demand() {
    let city = City::new();
    let id = published_of(&city, "demands", "enterprise.member", demand());
    city.anonymous().get(&path(&id)).refused(404, "not_found");
    city.anonymous().get(&format!("/api/v1/demands/{id}")).expect(200);
}

/// Rule 11: for sales and contracts, which hold a record until they are decided.
#[test]
fn rule_11_a_held_record_stays_until_its_deal_is_decided() {
    use techmart::achievement::model::AchievementId;
    use techmart::achievement::service;
    use techmart::kernel::actor::Actor;

    let city = City::new();
    let id =
        published_of(&city, "achievements", OWNER, with(achievement(), "valid_until", json!("2026-03-31")));
    let record: AchievementId = id.parse().unwrap();
    let system = Actor::System("test");
    let hold = |deal: &'static str| {
        let system = system.clone();
        city.app.db.write_blocking("test", move |tx| service::reserve(tx, &system, record, deal).map(|_| ()))
    };
    hold("urn:sale:1").unwrap();
    hold("urn:sale:1").unwrap();
    assert_eq!(hold("urn:sale:2").unwrap_err().code(), "reserved_for_a_deal");
    let withdraw = format!("{}/withdraw", path(&id));
    city.as_(OWNER).post(&withdraw, json!({"reason": "x"})).refused(409, "reserved_for_a_deal");
    city.clock.set("2026-04-02T00:00:00Z".parse().unwrap());
    city.app.run_jobs().unwrap();
    city.anonymous().get(&path(&id)).expect(200);
    let system = Actor::System("test");
    city.app
        .db
        .write_blocking("test", move |tx| service::mark_traded(tx, &system, record, "urn:sale:1").map(|_| ()))
        .unwrap();
    city.anonymous().get(&path(&id)).refused(404, "not_found");
    assert_eq!(city.method_of(&id, "achievement.traded"), "DELETE");
}
