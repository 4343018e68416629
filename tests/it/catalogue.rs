//! A holder's catalogue of achievements (成果目录) for a period.

use serde_json::{Value, json};

use super::support::City;
use super::support::records::{achievement, published_of, with};

const OWNER: &str = "institute.member";

/// Plan, Annex 5: universities publish a catalogue of achievements (科技成果目录).
#[test]
fn annex_5_the_catalogue_lists_a_period_and_opens_in_a_spreadsheet() {
    let city = City::new();
    published_of(
        &city,
        "achievements",
        OWNER,
        with(achievement(), "title", json!("=cmd|' /C calc'!A0（示例）")),
    );
    city.clock.advance_seconds(40 * 86_400);
    published_of(&city, "achievements", OWNER, with(achievement(), "title", json!("四月的成果（示例）")));
    let holder = city.organisation("institute");
    let ask = |ending: &str, from: &str, to: &str| {
        let path = format!("/api/v1/achievements/catalogue{ending}?holder={holder}&from={from}&to={to}");
        city.anonymous().get(&path)
    };
    let march = ask("", "2026-03-01", "2026-03-31").expect(200);
    assert_eq!(march.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(march.body["items"][0]["contributors"], json!(["示例甲", "示例乙"]));
    assert_eq!(ask("", "2026-03-01", "2026-04-30").body["items"].as_array().unwrap().len(), 2);
    ask("", "2026-03-02", "2026-03-01").refused(422, "period_reversed");
    let table = ask(".csv", "2026-03-01", "2026-03-31").expect(200);
    assert!(table.bytes.starts_with(&[0xef, 0xbb, 0xbf]), "byte order mark");
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    let text = table.text();
    assert!(text.contains("'=cmd|"), "a formula is shown as text: {text}");
    assert!(text.contains("100000.00～300000.00") && text.contains("新材料及其应用"));
    assert!(!text.contains("MARKER-SECRET") && !text.contains("2800001"));
}

/// Rule 16: what was traded or has expired since was published all the same; what was withdrawn was taken back.
#[test]
fn rule_16_the_catalogue_keeps_what_was_traded_or_expired() {
    use techmart::achievement::model::AchievementId;
    use techmart::achievement::service;
    use techmart::kernel::actor::Actor;

    let city = City::new();
    let made = |title: &str, until: &str| {
        let body = with(with(achievement(), "title", json!(title)), "valid_until", json!(until));
        let id = published_of(&city, "achievements", OWNER, with(body, "registration_number", Value::Null));
        city.clock.advance_seconds(1);
        id
    };
    made("在架成果（示例）", "2026-12-31");
    let traded: AchievementId = made("成交成果（示例）", "2026-12-31").parse().unwrap();
    made("到期成果（示例）", "2026-03-10");
    let withdrawn = made("撤回成果（示例）", "2026-12-31");
    let path = format!("/api/v1/achievements/{withdrawn}/withdraw");
    city.as_(OWNER).post(&path, json!({"reason": "转为自用"})).expect(200);
    let trade = move |tx: &mut techmart::db::Tx| {
        service::mark_traded(tx, &Actor::System("test"), traded, "urn:sale:1").map(|_| ())
    };
    city.app.db.write_blocking("test", trade).unwrap();
    city.clock.set("2026-03-12T00:00:00Z".parse().unwrap());
    city.app.run_jobs().unwrap();
    let ask = |ending: &str| {
        let holder = city.organisation("institute");
        let period = "from=2026-03-01&to=2026-03-31";
        city.anonymous()
            .get(&format!("/api/v1/achievements/catalogue{ending}?holder={holder}&{period}"))
            .expect(200)
    };
    let listed: Vec<Value> = ask("").body["items"].as_array().unwrap().clone();
    let listed: Vec<(&str, &str)> =
        listed.iter().map(|it| (it["title"].as_str().unwrap(), it["state"].as_str().unwrap())).collect();
    let expected =
        [("在架成果（示例）", "published"), ("成交成果（示例）", "traded"), ("到期成果（示例）", "expired")];
    assert_eq!(listed, expected);
    let table = ask(".csv").text();
    assert!(table.lines().next().unwrap().contains("有效期至,状态,编号"), "{table}");
    assert!(table.contains("已成交") && table.contains("已过期") && !table.contains("撤回成果"));
}
