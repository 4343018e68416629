//! Trial balance, execution of budgets and statements over HTTP, as JSON and as files.

use techmart::papers::xlsx;

use super::*;

fn sheet(bytes: &[u8]) -> Vec<Vec<xlsx::Value>> {
    xlsx::read(bytes, &xlsx::Limits::default()).unwrap()
}

fn beneficiary(city: &City, name: &str) -> String {
    let id = city.organisation(name);
    format!("urn:tm:{}:organisation:{id}", city.app.db.settings().node)
}

/// 400 committed, of which 150 approved for the office and 100 of these paid a month later.
fn paid_books() -> (City, String) {
    let city = books();
    let office = beneficiary(&city, "registration_office");
    let to = |kind: AccountKind| budget(kind).of(&office);
    let step = |key: &str, from, to, fen, day: &str| {
        NewTransaction::new("test.moved", key.into(), "urn:tm:test:thing:1".into())
            .note("示例")
            .effective(day.parse().unwrap())
            .transfer(from, to, Fen(fen))
    };
    let (approved, paid) = (to(AccountKind::Approved), to(AccountKind::Paid));
    post(&city, &step("k3", budget(Committed), approved.clone(), 150, "2026-03-10")).unwrap();
    post(&city, &step("k4", approved, paid, 100, "2026-04-10")).unwrap();
    (city, office)
}

#[test]
fn the_trial_balance_makes_zero_at_any_pair_of_dates() {
    let (city, _) = paid_books();
    let payer = city.as_("government.payer");
    let whole = payer.get("/api/v1/ledger/trial-balance").expect(200).body;
    assert_eq!((&whole["balance_fen"], &whole["inflow_fen"]), (&0.into(), &1650.into()));
    assert_eq!(whole["items"].as_array().unwrap().len(), 5);
    let march = payer.get("/api/v1/ledger/trial-balance?effective=2026-03-31").expect(200).body;
    assert_eq!((&march["balance_fen"], march["items"].as_array().unwrap().len()), (&0.into(), 4));
    let none = payer.get("/api/v1/ledger/trial-balance?booked=2020-01-01T00:00:00Z").expect(200).body;
    assert!(none["items"].as_array().unwrap().is_empty());
}

#[test]
fn the_budget_execution_table_goes_out_as_json_csv_and_workbook() {
    let (city, _) = paid_books();
    let payer = city.as_("government.payer");
    let path = "/api/v1/ledger/budget-execution?year=2026";
    let rows = payer.get(path).expect(200).body["items"].clone();
    assert_eq!(rows[0]["appropriated_fen"], 1000);
    let of = |rows: &serde_json::Value, kind: &str| {
        let states = rows[0]["states"].as_array().unwrap();
        states.iter().find(|state| state["kind"] == kind).map(|state| state["balance_fen"].as_i64().unwrap())
    };
    let all = ["available", "committed", "approved", "paid"].map(|kind| of(&rows, kind));
    assert_eq!(all, [Some(600), Some(250), Some(50), Some(100)]);
    let march = payer.get(&format!("{path}&effective=2026-03-31")).expect(200).body["items"].clone();
    assert_eq!((of(&march, "approved"), of(&march, "paid")), (Some(150), None));
    let csv = payer.get(&format!("{path}&format=csv")).expect(200);
    assert!(csv.text().starts_with('\u{feff}') && csv.text().contains("TEST,10.00,6.00"), "{}", csv.text());
    let book = payer.get(&format!("{path}&format=xlsx")).expect(200);
    assert!(book.header("content-disposition").contains(".xlsx"));
    let read = sheet(&book.bytes);
    assert_eq!(read[1][0].plain(), "TEST");
    assert_eq!(read[1][1].plain(), "10");
}

#[test]
fn a_beneficiary_reads_its_own_statement_and_nobody_elses() {
    let (city, office) = paid_books();
    let admin = city.as_("registration_office.admin");
    let own = admin.get("/api/v1/ledger/statement?from=2026-04-01&to=2026-04-30").expect(200).body;
    assert_eq!(own["beneficiary"], office.as_str());
    let accounts = own["accounts"].as_array().unwrap();
    let approved =
        accounts.iter().find(|it| it["account"].as_str().unwrap().starts_with("approved")).unwrap();
    let moved =
        ["opening_fen", "inflow_fen", "outflow_fen", "closing_fen"].map(|it| approved[it].as_i64().unwrap());
    assert_eq!(moved, [150, 0, -100, 50]);
    assert_eq!(own["items"].as_array().unwrap().len(), 2);
    let first = admin.get("/api/v1/ledger/statement?limit=1").expect(200).body;
    let next = first["next"].as_str().unwrap();
    let second = admin.get(&format!("/api/v1/ledger/statement?limit=2&cursor={next}")).expect(200).body;
    assert_eq!((second["items"].as_array().unwrap().len(), &second["next"]), (2, &serde_json::Value::Null));
    let path = format!("/api/v1/ledger/statement?beneficiary={office}");
    city.as_("registration_office2.admin").get(&path).refused(404, "not_found");
    let book = city.as_("operator.auditor").get(&format!("{path}&format=xlsx")).expect(200);
    assert_eq!(sheet(&book.bytes).len(), 4, "a head and three lines");
}
