//! Conventions of the edge that every operation shares.

use super::support::City;

#[test]
fn probes_answer_and_every_answer_has_its_headers() {
    let city = City::new();
    let anonymous = city.anonymous();
    assert_eq!(anonymous.get("/healthz").expect(200).text(), "ok\n");
    let ready = anonymous.get("/readyz").expect(200);
    for header in ["x-request-id", "x-content-type-options", "content-security-policy", "cache-control"] {
        assert!(!ready.header(header).is_empty(), "{header} is missing");
    }
    let given = anonymous.with("x-request-id", "abc-1").get("/healthz");
    assert_eq!(given.header("x-request-id"), "abc-1");
}

#[test]
fn there_are_no_html_errors_and_problems_speak_two_languages() {
    let city = City::new();
    let chinese = city.anonymous().get("/api/v1/nowhere").refused(404, "not_found");
    assert!(chinese.body["title"].as_str().unwrap().contains("没有找到"));
    let english = city.anonymous().with("accept-language", "en").get("/nowhere").refused(404, "not_found");
    assert!(english.body["title"].as_str().unwrap().starts_with("Not found"));
    assert_eq!(english.body["instance"], "/nowhere");
    assert_eq!(english.body["request_id"], english.header("x-request-id"));
}

#[test]
fn the_first_page_leads_only_where_something_is() {
    let city = City::new();
    city.settle();
    let page = city.anonymous().get("/").expect(200).text();
    let links: Vec<&str> = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(links.len() >= 8, "{links:?}");
    for link in links {
        city.anonymous().get(link).expect(200);
    }
    let english = city.anonymous().with("accept-language", "en").get("/").expect(200);
    assert!(english.text().contains("Technology market"));
}

#[test]
fn a_wrong_method_is_told_with_those_that_would_do() {
    let city = City::new();
    let answer = city.anonymous().delete("/api/v1/problems").refused(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET");
}

#[test]
fn the_documentation_is_served_without_the_internet() {
    let city = City::new();
    let page = city.anonymous().get("/docs/").expect(200);
    assert!(page.text().contains("swagger-ui"));
    assert!(!page.text().contains("//cdn") && !page.text().contains("https://unpkg"));
    let document = city.anonymous().get("/api/v1/openapi.json").expect(200);
    assert_eq!(document.body["openapi"].as_str().unwrap().get(..3), Some("3.1"));
}

#[test]
fn a_read_that_asks_for_a_future_number_waits_for_nobody() {
    let city = City::new();
    let ahead = city.anonymous().with("tm-at-least", "999999").get("/api/v1/problems");
    ahead.refused(503, "seq_ahead");
    city.anonymous().with("tm-at-least", "x").get("/api/v1/problems").refused(400, "seq_invalid");
    city.anonymous().with("tm-at-least", "0").get("/api/v1/problems").expect(200);
}
