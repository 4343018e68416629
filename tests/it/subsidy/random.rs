//! Random steps by random people: the books balance, nothing is overspent, and the money is where the
//! batches say it is.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use super::super::support::contracts::registered;
use super::super::support::{City, Client};
use super::{
    APPROVER, Clones, OFFICE, PAYER, PREPARER, VERIFIER, appropriate, assert_books_are_sound, clone_contract,
    states_of_money,
};

const ACTS: [&str; 5] = ["prepare", "verify", "approve", "pay", "void"];

fn try_step(clients: &[Client], batches: &[String], (who, what, which, back): (usize, usize, usize, bool)) {
    let Some(id) = batches.get(which) else { return };
    let decision = if back { "return" } else { "agree" };
    let body = match ACTS[what] {
        "void" => json!({"opinion": "作废"}),
        _ => json!({"decision": decision, "opinion": "意见"}),
    };
    let answer = clients[who].post(&format!("/api/v1/subsidy/batches/{id}/{}", ACTS[what]), body);
    assert!(answer.status < 500, "{}", answer.text());
}

fn batches(client: &Client) -> Vec<(String, String, i64)> {
    let list = client.get("/api/v1/subsidy/batches?limit=100").expect(200);
    let text = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    let read =
        |row: &serde_json::Value| (text(row, "id"), text(row, "state"), row["total_fen"].as_i64().unwrap());
    list.body["items"].as_array().unwrap().iter().map(read).collect()
}

#[test]
fn domain_5_money_is_where_the_batches_say_under_random_steps() {
    let steps = prop::collection::vec((0_usize..4, 0_usize..7, 0_usize..4, any::<bool>()), 25..40);
    let mut runner = TestRunner::new(Config { cases: 2, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&steps, |steps| {
        let city = City::new();
        let contract = registered(&city);
        for (office, period) in
            [(OFFICE, 2025), ("registration_office2", 2026), ("registration_office2", 2025)]
        {
            let (registered_on, series) =
                (format!("{period}-05-05"), format!("{period}450{}", office.len() % 10));
            let technical = "80000000 + n.i";
            let clones =
                Clones { office, registered_on: &registered_on, series: &series, count: 3, technical };
            clone_contract(&city, &contract, &clones);
        }
        // Enough for some, not for all.
        appropriate(&city, 2026, 250_000).expect(201);
        let clients: Vec<Client> =
            [PREPARER, VERIFIER, APPROVER, PAYER].iter().map(|persona| city.as_(persona)).collect();
        let offices = [city.organisation(OFFICE), city.organisation("registration_office2")];
        let mut known = vec![];
        for step in steps {
            if step.1 >= ACTS.len() {
                let body = json!({"scheme": "REG-AGENCY", "beneficiary": offices[step.2 % 2],
                    "period": 2025 + i32::from(step.3), "budget_year": 2026});
                let answer = clients[step.0].post("/api/v1/subsidy/batches", body);
                assert!(answer.status < 500, "{}", answer.text());
            } else {
                try_step(&clients, &known, step);
            }
            let list = batches(&clients[0]);
            known = list.iter().map(|(id, ..)| id.clone()).collect();
            let money = states_of_money(&city, 2026);
            prop_assert!(money.iter().all(|fen| *fen >= 0), "{:?}", money);
            prop_assert_eq!(money.iter().sum::<i64>(), 250_000);
            for (at, state) in ["prepared", "verified", "approved", "paid"].iter().enumerate() {
                let held: i64 = list.iter().filter(|b| b.1 == *state).map(|b| b.2).sum();
                prop_assert_eq!(money[at + 1], held, "{}", state);
            }
        }
        assert_books_are_sound(&city);
        Ok(())
    });
    outcome.unwrap();
}
