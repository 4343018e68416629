//! Statutory tables, the register as files, OCDS releases.

mod ocds;
mod reports;

use serde_json::{Value, json};

use crate::support::City;
use crate::support::contracts::{act, form, registered_of};
use crate::support::tools;
use techmart::papers::xlsx::{self, Limits, Value as Cell};

const PERIOD: &str = "from=2026-01-01&to=2026-12-31";
pub const AUDITOR: &str = "operator.auditor";

/// Three registrations: two developments from the city to Qinnan, one licence from the city to Lingshan.
pub fn three(city: &City) -> Vec<String> {
    let mut third = form();
    third["class"] = json!("service");
    third["sub_type"] = json!("general_service");
    third["buyer"]["division"] = json!("450721");
    third["total_fen"] = json!(50_000_000);
    third["deductions"] = json!([]);
    third["ip"] =
        json!([{"kind": "know_how", "title": "配方"}, {"kind": "software_copyright", "title": "软件"}]);
    let ids = [form(), form(), third].iter().map(|form| registered_of(city, form)).collect();
    city.settle();
    ids
}

fn table(city: &City, by: &str, more: &str) -> Value {
    let path = format!("/api/v1/statistics/tables/{by}?{PERIOD}{more}");
    city.as_(AUDITOR).get(&path).expect(200).body
}

/// DOMAIN §2, after registration: what is cancelled or revoked no longer counts; both amounts stand beside the count.
#[test]
fn domain_2_tables_count_what_stands_and_lead_to_its_records() {
    let city = City::new();
    let ids = three(&city);
    for by in
        ["class", "technical_field", "ip_kind", "seller_kind", "buyer_kind", "plan_source", "month", "flow"]
    {
        let found = table(&city, by, "");
        let all = &found["all"];
        assert_eq!((&all["contracts"], &all["total_fen"]), (&json!(3), &json!(250_000_000)), "{by}");
        assert_eq!(all["technical_fen"], 209_999_998, "{by}");
        for line in found["lines"].as_array().unwrap() {
            let records = city.as_(AUDITOR).get(line["records"].as_str().unwrap()).expect(200).body;
            let records = records["items"].as_array().unwrap();
            let sum = |name: &str| records.iter().map(|it| it[name].as_i64().unwrap()).sum::<i64>();
            assert_eq!(records.len() as i64, line["contracts"].as_i64().unwrap(), "{line}");
            assert_eq!(sum("total_fen"), line["total_fen"], "{line}");
            assert_eq!(sum("technical_fen"), line["technical_fen"], "{line}");
        }
    }
    // Rule 3: technology flow is seller division → buyer division.
    let flow = table(&city, "flow", "");
    let pairs: Vec<_> =
        flow["lines"].as_array().unwrap().iter().map(|it| (it["key"].clone(), it["to"].clone())).collect();
    assert_eq!(pairs, [(json!("450700"), json!("450702")), (json!("450700"), json!("450721"))]);
    assert_eq!(flow["lines"][0]["label"], "钦州市");
    // Rule 4: the first right that is named.
    assert_eq!(table(&city, "ip_kind", "")["lines"][0]["key"], "know_how");
    let decision = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_("government.payer"), &ids[2], "revoke", decision).expect(200);
    city.settle();
    assert_eq!(table(&city, "class", "")["all"]["contracts"], 2);
    assert_eq!(table(&city, "class", "&with_ended=true")["all"]["contracts"], 3);
    assert_eq!(table(&city, "class", "&buyer_division=450721")["all"]["contracts"], 0);
}

/// Rule 6: an office sees its own register, a government its territory.
#[test]
fn a_reader_sees_only_its_own_part() {
    let city = City::new();
    three(&city);
    let path = format!("/api/v1/statistics/tables/class?{PERIOD}");
    let count = |persona: &str| city.as_(persona).get(&path).expect(200).body["all"]["contracts"].clone();
    assert_eq!(count("registration_office.registrar"), 3);
    assert_eq!(count("registration_office2.reviewer"), 0);
    assert_eq!(count("government.preparer"), 3);
    assert_eq!(count("government2.county_officer"), 1, "only what has a side in 450721");
    city.as_("enterprise.admin").get(&path).refused(403, "forbidden");
    let backwards = "/api/v1/statistics/tables/class?from=2026-02-01&to=2026-01-01";
    city.as_(AUDITOR).get(backwards).refused(422, "statistics_period_invalid");
}

/// Issue: register and statistics as XLSX and CSV (BOM, formula injection guarded).
#[test]
fn files_hold_the_same_cells() {
    let city = City::new();
    let mut evil = form();
    evil["title"] = json!("=HYPERLINK(\"http://x\")示例");
    registered_of(&city, &evil);
    three(&city);
    let register = format!("/api/v1/statistics/register?{PERIOD}");
    let csv = city.as_(AUDITOR).get(&register).expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let text = csv.text();
    assert!(text.starts_with('\u{feff}') && text.contains("\r\n"), "{text}");
    assert!(text.contains("'=HYPERLINK") && text.contains(",799999.99,"), "{text}");
    let book = city.as_(AUDITOR).get(&format!("{register}&format=xlsx")).expect(200).bytes;
    let rows = xlsx::read(&book, &Limits::default()).unwrap();
    assert_eq!(rows.len(), 5);
    // Registered within one instant: they stand in any order.
    let title = Cell::Text("=HYPERLINK(\"http://x\")示例".into());
    let evil = rows.iter().find(|row| row[1] == title).expect("a text, not a formula");
    assert_eq!(evil[20], Cell::Number(799_999.99));
    let all = format!("/api/v1/statistics/tables.xlsx?{PERIOD}");
    let all = city.as_(AUDITOR).get(&all).expect(200).bytes;
    assert_eq!(xlsx::read_pages(&all, &Limits::default()).unwrap().len(), 8);
    opens_in_libreoffice(&city, &book, &rows);
}

/// Issue 4, done when: LibreOffice opens the XLSX with the same cells.
fn opens_in_libreoffice(city: &City, book: &[u8], rows: &[Vec<Cell>]) {
    let dir = city.dir.path();
    std::fs::write(dir.join("register.xlsx"), book).unwrap();
    let profile = format!("-env:UserInstallation=file://{}/profile", dir.display());
    let arguments = [
        profile.as_str(),
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true",
        "register.xlsx",
    ];
    if tools::run("soffice", &arguments, dir).is_none() {
        return;
    }
    let bytes = std::fs::read(dir.join("register.csv")).unwrap();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_slice());
    let records: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
    assert_eq!(records.len(), rows.len());
    for (cells, record) in rows.iter().zip(&records) {
        assert!(record.len() >= cells.len() && record.iter().skip(cells.len()).all(str::is_empty));
        for (cell, shown) in cells.iter().zip(record.iter()) {
            let shown = shown.replace(',', "");
            let expected = match cell {
                Cell::Number(number) => format!("{number:.2}"),
                other => other.plain().replace(',', ""),
            };
            assert_eq!(shown.trim_start_matches('\u{feff}'), expected);
        }
    }
}
