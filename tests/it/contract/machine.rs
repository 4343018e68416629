//! Random acts by random people on several cases.

use std::collections::BTreeMap;

use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::City;
use crate::support::contracts::{act, draft_of, form, large_form, show};

/// What the diagram allows, and where it leads.
fn expected(state: &str, act: &str) -> Option<&'static str> {
    Some(match (state, act) {
        ("draft", "submit") => "submitted",
        ("submitted", "accept") => "accepted",
        ("accepted" | "resubmitted", "request-correction") => "correction_requested",
        ("correction_requested", "resubmit") => "resubmitted",
        ("accepted", "review" | "second-review") => "accepted",
        ("resubmitted", "review" | "second-review") => "resubmitted",
        ("accepted" | "resubmitted", "register") => "registered",
        ("accepted" | "resubmitted", "refuse") => "refused",
        ("draft" | "submitted" | "accepted" | "correction_requested" | "resubmitted", "withdraw") => {
            "withdrawn"
        }
        ("registered" | "amended", "cancel") => "cancelled",
        ("registered" | "amended", "revoke") => "revoked",
        ("submitted", "claim") => "submitted",
        ("accepted", "claim") => "accepted",
        ("correction_requested", "claim") => "correction_requested",
        ("resubmitted", "claim") => "resubmitted",
        ("registered", "amendments" | "amendments/refuse") => "registered",
        ("amended", "amendments" | "amendments/refuse") => "amended",
        ("registered" | "amended", "amendments/approve") => "amended",
        ("registered", "incomes" | "incomes/decide") => "registered",
        ("amended", "incomes" | "incomes/decide") => "amended",
        ("accepted", "dispute") => "accepted",
        ("resubmitted", "dispute") => "resubmitted",
        _ => return None,
    })
}

const ACTS: [&str; 18] = [
    "submit",
    "accept",
    "request-correction",
    "resubmit",
    "review",
    "second-review",
    "register",
    "refuse",
    "withdraw",
    "cancel",
    "revoke",
    "claim",
    "amendments",
    "amendments/approve",
    "amendments/refuse",
    "incomes",
    "incomes/decide",
    "dispute",
];
const PEOPLE: [&str; 9] = [
    "institute.member",
    "institute.member",
    "registration_office.registrar",
    "registration_office.registrar",
    "registration_office.reviewer",
    "government.approver",
    "enterprise.member",
    "registration_office2.registrar",
    "operator.auditor",
];
/// Who may do it, of those who are let in by their role.
fn right_person(act: &str) -> &'static str {
    match act {
        "submit" | "resubmit" | "withdraw" | "cancel" | "amendments" | "incomes" => "institute.member",
        "second-review" => "registration_office.reviewer",
        "revoke" => "government.approver",
        _ => "registration_office.registrar",
    }
}

fn body(act: &str, step: usize, city: &City, id: &str) -> Value {
    let opinion = format!("意见 {step}");
    match act {
        "submit" => json!({"office": city.organisation("registration_office")}),
        "request-correction" => {
            json!({"corrections": [{"pointer": "/summary", "note": "x"}], "opinion": opinion})
        }
        "review" | "second-review" => json!({"agrees": !step.is_multiple_of(5), "opinion": opinion}),
        "amendments" => {
            let mut form = show(city, id)["form"].clone();
            // Up by a little, or far down: below what is verified it is refused.
            let total = if step.is_multiple_of(3) { 30_000_000 } else { form["total_fen"].as_i64().unwrap() };
            form["total_fen"] = json!(total + i64::try_from(step).unwrap() + 1);
            json!({"form": form, "reason": opinion})
        }
        "incomes" => json!({
            "from_on": "2026-02-01", "to_on": "2026-02-28", "note": opinion,
            "received_fen": 20_000_000 + step, "technical_fen": 9_000_000,
        }),
        "incomes/decide" => json!({"agrees": !step.is_multiple_of(4), "opinion": opinion}),
        "refuse" => json!({"grounds": ["unclear"], "opinion": opinion}),
        "withdraw" | "cancel" => json!({"reason": opinion}),
        "revoke" => json!({"ground": "superior_decision", "decision": opinion}),
        _ => json!({"opinion": opinion}),
    }
}

/// Issue: random commands by random roles give no illegal state, no gap in numbers, no lost opinion.
#[test]
fn domain_2_random_commands_by_random_roles() {
    random_commands();
}

#[test]
fn domain_2_other_random_commands_by_random_roles() {
    random_commands();
}

fn random_commands() {
    let config = Config { cases: 1, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let commands = proptest::collection::vec((0..5_usize, 0..ACTS.len(), 0..PEOPLE.len(), 0..3_u8), 150);
    let run = |commands: Vec<(usize, usize, usize, u8)>| {
        let city = City::new();
        let forms = [form(), form(), form(), large_form(), form()];
        let cases: Vec<String> = forms.iter().map(|form| draft_of(&city, form)).collect();
        let mut states: Vec<String> = vec!["draft".into(); cases.len()];
        let mut opinions: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        let mut versions: BTreeMap<usize, i64> = BTreeMap::new();
        for (step, (case, act_at, person, luck)) in commands.into_iter().enumerate() {
            let name = ACTS[act_at];
            // Mostly the right person, so that cases get somewhere.
            let person = if luck > 0 { right_person(name) } else { PEOPLE[person] };
            let path = path(name, &city, &cases[case]);
            let answer = act(&city.as_(person), &cases[case], &path, body(name, step, &city, &cases[case]));
            if answer.status == 200 {
                let legal = expected(&states[case], name);
                assert_eq!(answer.body["state"].as_str(), legal, "{} {name} by {person}", states[case]);
                assert_eq!(person, right_person(name), "{name}");
                states[case] = legal.unwrap().to_owned();
                // Claiming what one has already is no step.
                let version = answer.body["version"].as_i64().unwrap();
                let moved = versions.insert(case, version) != Some(version);
                if moved && !matches!(name, "submit") {
                    opinions.entry(case).or_default().push(format!("意见 {step}"));
                }
            } else {
                assert!((400..500).contains(&answer.status), "{name}: {}", answer.text());
                assert_eq!(show(&city, &cases[case])["state"], states[case], "a refusal changes nothing");
            }
        }
        nothing_lost(&city, &cases, &opinions);
        Ok(())
    };
    let mut runner = TestRunner::new(config);
    runner.run(&commands, run).unwrap();
}

/// A decision names the statement that it is about: the first that waits for one.
fn path(act: &str, city: &City, id: &str) -> String {
    if act != "incomes/decide" {
        return act.to_owned();
    }
    let all = city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/incomes")).expect(200).body;
    let stated = all["items"].as_array().unwrap().iter().find(|it| it["state"] == "stated").cloned();
    format!("incomes/{}/decide", stated.map_or(1, |it| it["position"].as_i64().unwrap()))
}

/// DOMAIN §2: whatever was verified and amended in whatever order, verified income stays within the contract.
fn income_fits(city: &City, id: &str) {
    let now = show(city, id);
    let all = city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/incomes")).expect(200).body;
    for (verified, amount) in
        [("verified_received_fen", "total_fen"), ("verified_technical_fen", "technical_fen")]
    {
        assert!(all[verified].as_i64() <= now[amount].as_i64(), "{verified}: {all} {now}");
    }
}

fn nothing_lost(city: &City, cases: &[String], opinions: &BTreeMap<usize, Vec<String>>) {
    let mut numbers = vec![];
    for (at, id) in cases.iter().enumerate() {
        income_fits(city, id);
        // Opinions before the decision are for the office's eyes; what was never filed it does not see.
        let path = format!("/api/v1/contracts/{id}/timeline");
        let office = city.as_("registration_office.registrar").get(&path);
        let steps =
            if office.status == 200 { office } else { city.as_("institute.member").get(&path).expect(200) };
        let told: Vec<_> = steps.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|step| !matches!(step["kind"].as_str(), Some("created" | "submitted")))
            .map(|step| step["opinion"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(&told, opinions.get(&at).unwrap_or(&vec![]));
        let number = show(city, id)["registration"]["number"].as_str().map(str::to_owned);
        numbers.extend(number);
    }
    numbers.sort();
    let expected: Vec<_> = (1..=numbers.len()).map(|serial| format!("2026450701{serial:06}")).collect();
    assert_eq!(numbers, expected);
}
