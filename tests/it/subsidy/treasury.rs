//! Payment files, what the treasury reports back, and the differences.

use serde_json::{Value, json};

use super::super::support::City;
use super::super::support::claims::{approved, step};
use super::super::support::records::upload;
use super::{APPROVER, PAYER, assert_books_are_sound};

fn path(batch: &str, part: &str) -> String {
    format!("/api/v1/subsidy/batches/{batch}/{part}")
}

fn report(city: &City, batch: &str, rows: Value) -> super::Response {
    city.as_(PAYER).post(&path(batch, "payment-results"), json!({"rows": rows}))
}

fn row(batch: &str, outcome: &str, fen: i64, reference: &str) -> Value {
    json!({"instruction": format!("{batch}-000"), "outcome": outcome, "amount_fen": fen, "paid_on": "2026-03-10",
        "reference": reference})
}

fn money(city: &City) -> (i64, i64) {
    let list = city.as_(PAYER).get("/api/v1/subsidy/budgets?year=2026").expect(200);
    let all = list.body["items"].as_array().unwrap().clone();
    let of = all.iter().find(|row| row["scheme"] == "CONVERT").unwrap();
    (of["approved_fen"].as_i64().unwrap(), of["paid_fen"].as_i64().unwrap())
}

#[test]
fn domain_5_what_the_treasury_reports_is_reconciled_line_by_line() {
    let city = City::new();
    let batch = approved(&city);
    city.as_(PAYER).get(&path(&batch, "payment-file?format=csv")).refused(409, "batch_not_ordered");
    report(&city, &batch, json!([row(&batch, "failed", 0, "T1")])).refused(409, "batch_not_ordered");
    city.as_(PAYER).send("POST", &path(&batch, "payment-orders"), None).expect(200);
    let csv = city.as_(PAYER).get(&path(&batch, "payment-file?format=csv")).expect(200);
    assert!(csv.text().contains("50000.00") && csv.text().contains("6222000000000000001"), "{}", csv.text());
    let rows = json!([
        row(&batch, "failed", 0, "T1"),
        row(&batch, "paid", 5_000_001, "T2"),
        {"instruction": "x-000", "outcome": "paid", "amount_fen": 5, "paid_on": "2026-03-10", "reference": "T3"},
        row(&batch, "paid", 2_000_000, "T4"),
        row(&batch, "paid", 2_000_000, "T4"),
    ]);
    let answer = report(&city, &batch, rows).expect(200);
    let results: Vec<_> = answer.body["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["result"].as_str().unwrap().to_owned(), r["difference_fen"].as_i64().unwrap()))
        .collect();
    let expected = [
        ("failed", -5_000_000),
        ("amount_too_high", 1),
        ("unknown_instruction", 5),
        ("partial", -3_000_000),
        ("repeated", -1_000_000),
    ];
    assert_eq!(results, expected.map(|(word, fen)| (word.to_owned(), fen)));
    assert_eq!(answer.body["batch"]["state"], "approved");
    assert_eq!(money(&city), (3_000_000, 2_000_000));
    let back = json!({"opinion": "退回"});
    city.as_(APPROVER).post(&path(&batch, "void"), back).refused(409, "batch_partly_paid");
    let rest = report(&city, &batch, json!([row(&batch, "paid", 3_000_000, "T5")])).expect(200);
    assert_eq!(
        (&rest.body["rows"][0]["result"], &rest.body["batch"]["state"]),
        (&json!("matched"), &json!("paid"))
    );
    assert_eq!(money(&city), (0, 5_000_000));
    let kept = city.as_("operator.auditor").get(&path(&batch, "payment-results")).expect(200);
    assert_eq!(kept.body["items"].as_array().unwrap().len(), 6);
    // Booked on the day that the treasury named.
    let by = |day: &str| {
        let query = format!("/api/v1/ledger/accounts?kind=paid&year=2026&effective={day}");
        city.as_(PAYER).get(&query).expect(200).body["items"][0]["balance_fen"].as_i64().unwrap()
    };
    assert_eq!((by("2026-03-09"), by("2026-03-10")), (0, 5_000_000));
    assert_books_are_sound(&city);
}

#[test]
fn a_payment_file_comes_back_as_the_treasury_filled_it_in() {
    let city = City::new();
    let batch = approved(&city);
    let payer = city.as_(PAYER);
    payer.send("POST", &path(&batch, "payment-orders"), None).expect(200);
    let sent = payer.get(&path(&batch, "payment-file?format=csv")).expect(200).text();
    let filled = sent.replace("50000.00,,,,", "50000.00,成功,50000.00,2026-03-10,CZ-1");
    assert_ne!(sent, filled);
    let file = upload(&payer, "拨付结果.csv", filled.as_bytes()).expect(201).id();
    let import = || payer.post(&path(&batch, "payment-results/import"), json!({"file": file}));
    assert_eq!(import().expect(200).body["batch"]["state"], "paid");
    import().refused(409, "state_conflict");
    let wrong = upload(&payer, "空.csv", "a,b\r\n1,2\r\n".as_bytes()).expect(201).id();
    let answer = payer.post(&path(&batch, "payment-results/import"), json!({"file": wrong}));
    answer.refused(422, "remittance_column");
    step(&city, PAYER, &batch, "pay").refused(409, "state_conflict");
}

/// A repeated import is answered from what was kept: the file is not read again, even when its bytes are gone.
#[test]
fn a_repeated_import_does_not_read_its_file_again() {
    let city = City::new();
    let batch = approved(&city);
    let payer = city.as_(PAYER);
    payer.send("POST", &path(&batch, "payment-orders"), None).expect(200);
    let large = vec![b','; (1 << 20) + 1];
    let file = upload(&payer, "过大.csv", &large).expect(201).id();
    let import = |file: &str| {
        let keyed = payer.with("Idempotency-Key", "import-1");
        keyed.post(&path(&batch, "payment-results/import"), json!({"file": file}))
    };
    import(&file).refused(413, "remittance_too_large");
    let sent = payer.get(&path(&batch, "payment-file?format=csv")).expect(200).text();
    let filled = sent.replace("50000.00,,,,", "50000.00,成功,50000.00,2026-03-10,CZ-1");
    let file = upload(&payer, "拨付结果.csv", filled.as_bytes()).expect(201).id();
    let first = import(&file).expect(200).body;
    let vault = city.dir.path().join("files");
    std::fs::rename(&vault, city.dir.path().join("gone")).unwrap();
    assert_eq!(import(&file).expect(200).body, first);
    let other = payer.post(&path(&batch, "payment-results/import"), json!({"file": file}));
    assert_ne!(other.status, 200, "without the key the file is wanted again");
}
