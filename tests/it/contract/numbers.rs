//! Numbers without gaps, whoever registers at the same time.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::City;
use crate::support::contracts::{accepted, accepted_of, act, form, large_form, registrar, show};

/// DOMAIN §2, number: unique and without gaps per office and year, given in the transaction of the registration.
/// Eight registrars at once; every third attempt is refused after it has taken a serial.
#[test]
fn domain_2_numbers_have_no_gaps_under_eight_registrars() {
    let city = City::new();
    let good: Vec<String> = (0..16).map(|_| accepted(&city)).collect();
    let large: Vec<String> = (0..8).map(|_| accepted_of(&city, &large_form())).collect();
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let (city, good, large) = (&city, &good, &large);
            scope.spawn(move || {
                let client = registrar(city);
                let body = || json!({"opinion": "准予登记"});
                act(&client, &good[worker * 2], "register", body()).expect(200);
                act(&client, &large[worker], "register", body())
                    .refused(409, "contract_first_review_required");
                act(&client, &good[worker * 2 + 1], "register", body()).expect(200);
            });
        }
    });
    let numbers: BTreeSet<String> = good
        .iter()
        .map(|id| show(&city, id)["registration"]["number"].as_str().unwrap().to_owned())
        .collect();
    let expected: BTreeSet<String> = (1..=16).map(|serial| format!("2026450701{serial:06}")).collect();
    assert_eq!(numbers, expected);
}

/// Issue: two registrars who decide at once: one decides, the other is told; nothing is half done.
#[test]
fn of_two_registrars_at_once_one_decides() {
    let city = City::new();
    let id = accepted(&city);
    let version = show(&city, &id)["version"].as_i64().unwrap();
    let answers = std::thread::scope(|scope| {
        let register = scope.spawn(|| {
            let client = registrar(&city).with("if-match", &format!("\"{version}\""));
            act(&client, &id, "register", json!({"opinion": "准予登记"})).status
        });
        let refuse = scope.spawn(|| {
            let client = registrar(&city).with("if-match", &format!("\"{version}\""));
            act(&client, &id, "refuse", json!({"grounds": ["other"], "opinion": "不予登记"})).status
        });
        [register.join().unwrap(), refuse.join().unwrap()]
    });
    let mut sorted = answers;
    sorted.sort_unstable();
    assert_eq!(sorted, [200, 412], "{answers:?}");
    let state = show(&city, &id)["state"].as_str().unwrap().to_owned();
    assert_eq!(state, if answers[0] == 200 { "registered" } else { "refused" });
    // Whichever it was, the next number follows without a gap.
    let next = accepted(&city);
    act(&registrar(&city), &next, "register", json!({"opinion": "x"})).expect(200);
    let expected = if answers[0] == 200 { "2026450701000002" } else { "2026450701000001" };
    assert_eq!(show(&city, &next)["registration"]["number"], expected);
}

/// DOMAIN §2: each office and each year counts for itself.
#[test]
fn domain_2_each_office_and_year_counts_for_itself() {
    let city = City::new();
    let register = |form: &serde_json::Value, office: &str, filer: &str| {
        let id = crate::support::contracts::draft_for(&city, form, filer);
        let body = json!({"office": city.organisation(office)});
        act(&city.as_(filer), &id, "submit", body).expect(200);
        let client = city.as_(&format!("{office}.registrar"));
        act(&client, &id, "accept", json!({})).expect(200);
        let done = act(&client, &id, "register", json!({"opinion": "x"})).expect(200).body;
        done["registration"]["number"].as_str().unwrap().to_owned()
    };
    let county = || {
        let mut form = form();
        form["seller"]["credit_code"] = json!(crate::support::contracts::credit_code("institute2"));
        form["seller"]["division"] = json!("450721");
        form["end_on"] = json!("2028-01-31");
        form
    };
    let city_form = || {
        let mut form = form();
        form["end_on"] = json!("2028-01-31");
        form
    };
    let (one, two) = ("registration_office", "registration_office2");
    assert_eq!(register(&city_form(), one, "institute.member"), "2026450701000001");
    assert_eq!(register(&county(), two, "institute2.member"), "2026450702000001");
    assert_eq!(
        register(&county(), one, "institute2.member"),
        "2026450701000002",
        "the city's office serves its counties"
    );
    city.clock.advance_seconds(365 * 86_400);
    assert_eq!(register(&city_form(), one, "institute.member"), "2027450701000001");
}
