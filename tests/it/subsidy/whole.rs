//! Claims, awards, batches, payments, causes and crashes at random, by several people at once: whatever
//! happens, the books balance, every fen is explained, and in the end what is booked is what the scheme gives
//! for the facts that stand, computed from scratch.

use std::sync::Mutex;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use techmart::kernel::actor::Actor;
use techmart::kernel::error::Refusal;
use techmart::subsidy::model::{Decision, StepKind};
use techmart::subsidy::service::{StepCommand, take};

use super::super::support::claims::{CLAIMANT, conversion};
use super::super::support::contracts::{act, registered};
use super::super::support::{City, Client};
use super::{APPROVER, PAYER, PREPARER, VERIFIER, assert_books_are_sound, explain, lines, sum};

const CLAIM_CAP: i64 = 8_000_000;
const YEAR_CAP: i64 = 10_000_000;
const BUDGET: i64 = 60_000_000;
const THREADS: usize = 3;

struct Stage<'a> {
    city: &'a City,
    contracts: Vec<String>,
    /// Evidence takes uploads; the scheme here asks for none.
    bodies: Vec<Value>,
    lock: Mutex<()>,
}

fn staged(city: &City) -> Stage<'_> {
    let body = json!({"valid_from": "2026-01-01", "base": "claim", "title_zh": "补助", "title_en": "Subsidy",
        "source": "示例文件", "formula": {"kind": "award"},
        "caps": [{"amount_fen": CLAIM_CAP, "scope": "claim"}, {"amount_fen": YEAR_CAP, "scope": "beneficiary_year"}]});
    city.as_(APPROVER).post("/api/v1/subsidy/schemes/CONVERT/versions", body).expect(201);
    let money = json!({"year": 2026, "scheme": "CONVERT", "amount_fen": BUDGET, "document": "示例"});
    city.as_(APPROVER).post("/api/v1/subsidy/appropriations", money).expect(201);
    let contracts: Vec<String> = (0..4).map(|_| registered(city)).collect();
    let bodies = contracts
        .iter()
        .zip([3_000_000, 9_000_000, 4_000_001, 1])
        .map(|(contract, fen)| {
            let mut body = conversion(city, contract, fen);
            body["evidence"] = json!([]);
            body
        })
        .collect();
    Stage { city, contracts, bodies, lock: Mutex::new(()) }
}

fn items(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).expect(200).body["items"].as_array().unwrap().clone()
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

/// What goes wrong must be refused, never fail.
fn tried(answer: super::Response) {
    assert!(answer.status < 500, "{}", answer.text());
}

impl Stage<'_> {
    /// The batch under way, else any: the clock stands still, so that ids tell no order.
    fn newest_batch(&self) -> Option<String> {
        let all = items(&self.city.as_(PAYER), "/api/v1/subsidy/batches?scheme=CONVERT&limit=100");
        let open = all.iter().find(|batch| batch["state"] != "paid" && batch["state"] != "void");
        open.or(all.first()).map(id)
    }

    fn act(&self, (what, which, flag): (usize, usize, bool)) {
        let city = self.city;
        let batch = |persona: &str, act: &str, body: Value| {
            if let Some(batch) = self.newest_batch() {
                tried(city.as_(persona).post(&format!("/api/v1/subsidy/batches/{batch}/{act}"), body));
            }
        };
        let decision = json!({"decision": if flag { "agree" } else { "return" }, "opinion": "意见"});
        match what {
            0 => tried(city.as_(CLAIMANT).post("/api/v1/subsidy/claims", self.bodies[which].clone())),
            1 | 2 => self.review(which),
            3 => tried(
                city.as_(PREPARER)
                    .post("/api/v1/subsidy/batches", json!({"scheme": "CONVERT", "period": 2026})),
            ),
            4 => batch(PREPARER, "prepare", json!({})),
            5 => batch(VERIFIER, "verify", decision),
            6 => batch(APPROVER, "approve", decision),
            7 => batch(PAYER, "pay", json!({})),
            8 => batch(PAYER, "payment-orders", json!({})),
            9 => self.part(which),
            10 if flag => batch(APPROVER, "void", json!({"opinion": "作废"})),
            11 => self.revoke_award(which),
            12 if flag => self.revoke_contract(which),
            13 => self.crash(which),
            _ => city.settle(),
        }
    }

    fn claim(&self, which: usize) -> Option<Value> {
        let claims = items(&self.city.as_(PREPARER), "/api/v1/subsidy/claims?scheme=CONVERT");
        claims.get(which % claims.len().max(1)).cloned()
    }

    fn review(&self, which: usize) {
        if let Some(claim) = self.claim(which) {
            let path = format!("/api/v1/subsidy/claims/{}/review", id(&claim));
            tried(self.city.as_(PREPARER).post(&path, json!({"verdict": "award"})));
        }
    }

    fn revoke_award(&self, which: usize) {
        if let Some(claim) = self.claim(which) {
            let path = format!("/api/v1/subsidy/claims/{}/revoke", id(&claim));
            tried(self.city.as_(APPROVER).post(&path, json!({"opinion": "虚报"})));
        }
    }

    fn revoke_contract(&self, which: usize) {
        let body = json!({"ground": "fraud", "decision": "示例决定"});
        tried(act(&self.city.as_(APPROVER), &self.contracts[which], "revoke", body));
        // Followers of several threads take turns.
        let _turn = self.lock.lock().unwrap();
        self.city.settle();
    }

    /// The treasury transfers a part.
    fn part(&self, which: usize) {
        let Some(batch) = self.newest_batch() else { return };
        let row = json!({"instruction": format!("{batch}-000"), "outcome": "paid", "amount_fen": 1_000_001,
            "paid_on": "2026-03-02", "reference": format!("T{which}-{batch}")});
        let path = format!("/api/v1/subsidy/batches/{batch}/payment-results");
        tried(self.city.as_(PAYER).post(&path, json!({"rows": [row]})));
    }

    /// A step that is done and then not committed: nothing of it stays.
    fn crash(&self, which: usize) {
        let Some(batch) = self.newest_batch() else { return };
        let (persona, step) =
            [(VERIFIER, StepKind::Verify), (APPROVER, StepKind::Approve), (PAYER, StepKind::Pay)][which % 3];
        let actor = Actor::Person(Box::new(self.city.app.gate.sign_in_as(persona).unwrap().grant.person));
        let (batch, opinion) = (batch.parse().unwrap(), "同意".to_owned());
        let command = StepCommand { batch, step, decision: Decision::Agree, opinion, expected_version: None };
        let outcome = self.city.app.db.write_blocking("test.crash", move |tx| {
            take(tx, &actor, &command)?;
            Err::<(), _>(Refusal::internal("the process ends here"))
        });
        assert!(outcome.is_err());
    }

    /// Finishes what is under way and books what is left, until there is nothing to book.
    fn drain(&self) {
        let city = self.city;
        city.settle();
        let mut last = Value::Null;
        for _ in 0..12 {
            let made = city
                .as_(PREPARER)
                .post("/api/v1/subsidy/batches", json!({"scheme": "CONVERT", "period": 2026}));
            if made.body["code"] == "nothing_to_pay" {
                return;
            }
            last = made.body.clone();
            let Some(batch) = self.newest_batch() else { return };
            let path = |act: &str| format!("/api/v1/subsidy/batches/{batch}/{act}");
            for (persona, act) in
                [(PREPARER, "prepare"), (VERIFIER, "verify"), (APPROVER, "approve"), (PAYER, "pay")]
            {
                let answer = city.as_(persona).post(&path(act), json!({}));
                if answer.body["code"] == "batch_outdated" {
                    let back = json!({"opinion": "重新编制"});
                    tried(city.as_(APPROVER).post(&path("void"), back));
                    break;
                }
                tried(answer);
            }
        }
        panic!("the batches do not come to an end: {last}");
    }

    fn check(&self) {
        let city = self.city;
        assert_books_are_sound(city);
        let budgets = items(&city.as_(PAYER), "/api/v1/subsidy/budgets?year=2026");
        let row = budgets.iter().find(|row| row["scheme"] == "CONVERT").unwrap();
        let columns = [
            "available_fen",
            "reserved_fen",
            "committed_fen",
            "approved_fen",
            "paid_fen",
            "clawback_receivable_fen",
            "returned_fen",
        ];
        let held: Vec<i64> = columns.iter().map(|column| row[*column].as_i64().unwrap()).collect();
        assert!(held.iter().all(|fen| *fen >= 0), "{row}");
        assert_eq!(held.iter().sum::<i64>(), BUDGET, "{row}");
        for batch in items(&city.as_(PAYER), "/api/v1/subsidy/batches?scheme=CONVERT&limit=100") {
            let all = lines(city, &id(&batch));
            assert_eq!(batch["total_fen"], sum(&all, "amount_fen"), "lines add up to the batch");
            if batch["state"] == "paid" {
                assert_eq!(explain(city, &id(&batch))["agrees"], true, "{batch}");
                self.traced(&id(&batch));
            }
        }
    }

    /// Every payment leads over its transaction to the batch, and every line to a version of its fact.
    fn traced(&self, batch: &str) {
        let payer = self.city.as_(PAYER);
        let found = payer.get(&format!("/api/v1/subsidy/batches/{batch}")).expect(200);
        for payee in found.body["payees"].as_array().unwrap() {
            let payments = payee["payments"].as_array().unwrap();
            assert_eq!(payee["due_fen"], sum(payments, "amount_fen"));
            for payment in payments {
                let path = format!("/api/v1/ledger/transactions/{}", payment["ledger_number"]);
                let transaction = payer.get(&path).expect(200);
                assert!(transaction.body["cause"].as_str().unwrap().ends_with(batch));
            }
        }
        for line in lines(self.city, batch) {
            assert!(
                line["contract_version"].as_i64().unwrap() > 0
                    && !line["contract"].as_str().unwrap().is_empty()
            );
        }
    }

    /// What is booked is what the scheme gives for the awards that stand.
    fn equals_a_fresh_computation(&self) {
        let city = self.city;
        let claims = items(&city.as_(PREPARER), "/api/v1/subsidy/claims?scheme=CONVERT&limit=100");
        let dead: Vec<String> = self
            .contracts
            .iter()
            .filter(|contract| {
                let shown =
                    city.as_("institute.member").get(&format!("/api/v1/contracts/{contract}")).expect(200);
                shown.body["state"] == "revoked" || shown.body["stage"] == "revoked"
            })
            .cloned()
            .collect();
        let stands = |claim: &&Value| {
            let contract = claim["contract"].as_str().unwrap();
            claim["state"] == "awarded" && !dead.iter().any(|id| contract.ends_with(id.as_str()))
        };
        let exact: i64 = claims
            .iter()
            .filter(stands)
            .map(|claim| claim["awarded_fen"].as_i64().unwrap().min(CLAIM_CAP))
            .sum();
        let batches = items(&city.as_(PAYER), "/api/v1/subsidy/batches?scheme=CONVERT&state=paid&limit=100");
        assert_eq!(sum(&batches, "total_fen"), exact.min(YEAR_CAP), "{claims:#?}");
    }
}

#[test]
fn domain_5_whatever_happens_what_is_booked_is_what_the_standing_facts_give() {
    let acts = prop::collection::vec((0_usize..16, 0_usize..4, prop::bool::weighted(0.8)), 30..60);
    let mut runner = TestRunner::new(Config { cases: 2, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&acts, |acts| {
        let city = City::new();
        let stage = staged(&city);
        std::thread::scope(|scope| {
            for part in acts.chunks(acts.len().div_ceil(THREADS)) {
                let stage = &stage;
                scope.spawn(move || part.iter().for_each(|act| stage.act(*act)));
            }
        });
        stage.check();
        stage.drain();
        stage.check();
        stage.equals_a_fresh_computation();
        Ok(())
    });
    outcome.unwrap();
}
