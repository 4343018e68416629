//! OCDS releases and records, judged by libcoveocds.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::AUDITOR;
use crate::support::City;
use crate::support::contracts::{act, form, registered, registered_of};
use crate::support::database::TestDatabase;
use crate::support::tools;

fn releases(city: &City, reader: &str) -> Value {
    city.settle();
    city.as_(reader).get("/api/v1/statistics/ocds/releases?limit=100").expect(200).body
}

/// Rule 7: one release for each act, never changed, without anybody's name.
#[test]
fn ocds_one_release_for_each_act_and_none_ever_changes() {
    let city = City::new();
    let (first, second) = (registered(&city), registered(&city));
    let before = releases(&city, AUDITOR);
    assert_eq!(before["releases"].as_array().unwrap().len(), 2);
    act(&city.as_("institute.member"), &first, "cancel", json!({"reason": "合同解除"})).expect(200);
    let decision = json!({"ground": "fraud", "decision": "示例决定"});
    act(&city.as_("government.payer"), &second, "revoke", decision).expect(200);
    let after = releases(&city, AUDITOR);
    let list = after["releases"].as_array().unwrap();
    assert_eq!(list.len(), 4);
    assert_eq!(list[..2], before["releases"].as_array().unwrap()[..], "what was published stays");
    assert_eq!(list[0]["tag"], json!(["contract"]));
    assert_eq!(list[2]["tag"], json!(["contractTermination"]));
    assert_eq!(list[3]["contracts"][0]["technicalContract"]["registrationState"], "revoked");
    assert_eq!(list[0]["contracts"][0]["value"]["amount"], json!(1_000_000.0));
    assert_eq!(list[0]["contracts"][0]["technicalContract"]["technicalValue"]["amount"], json!(799_999.99));
    let title = form()["title"].as_str().unwrap()[..9].to_owned();
    for secret in [title.as_str(), "0777-2800009", "示例甲", "91459900"] {
        assert!(!after.to_string().contains(secret), "{secret}");
    }
    let address = format!("/api/v1/statistics/ocds/records/{first}");
    let record = city.as_(AUDITOR).get(&address).expect(200).body;
    assert_eq!(record["records"][0]["releases"].as_array().unwrap().len(), 2);
    assert_eq!(record["records"][0]["compiledRelease"]["contracts"][0]["status"], "terminated");
    let unknown = "/api/v1/statistics/ocds/records/01980000-0000-7000-8000-000000000001";
    city.as_(AUDITOR).get(unknown).refused(404, "statistics_record_not_found");
    passes_libcoveocds(&city, &after);
    passes_libcoveocds(&city, &record);
}

/// Rule 7: the prefix is a setting; what was published under another keeps its id.
#[test]
fn ocds_the_prefix_is_set_and_a_process_keeps_its_id() {
    let database = TestDatabase::from_template();
    let city = City::with_settings(database.clone(), &[("TECHMART_OCID_PREFIX", "ocds-qz0001")]);
    let id = registered(&city);
    let first = releases(&city, AUDITOR)["releases"][0]["ocid"].as_str().unwrap().to_owned();
    assert_eq!(first, format!("ocds-qz0001-cn-450700-{id}"));
    drop(city);
    let city = City::on(database);
    act(&city.as_("institute.member"), &id, "cancel", json!({"reason": "合同解除"})).expect(200);
    registered(&city);
    let all = releases(&city, AUDITOR);
    let ocids: Vec<_> =
        all["releases"].as_array().unwrap().iter().map(|it| it["ocid"].as_str().unwrap()).collect();
    assert_eq!(ocids[..2], [first.as_str(), first.as_str()]);
    assert!(ocids[2].starts_with("ocds-213czf-"), "{ocids:?}");
}

/// Pages lead through all releases.
#[test]
fn releases_come_in_pages() {
    let city = City::new();
    for _ in 0..3 {
        registered_of(&city, &form());
    }
    city.settle();
    let page = city.as_(AUDITOR).get("/api/v1/statistics/ocds/releases?limit=2").expect(200);
    assert_eq!(page.body["releases"].as_array().unwrap().len(), 2);
    let next = page.body["links"]["next"].as_str().unwrap().split_once("/api").unwrap().1.to_owned();
    let last = city.as_(AUDITOR).get(&format!("/api{next}")).expect(200).body;
    assert_eq!(last["releases"].as_array().unwrap().len(), 1);
    assert!(last["links"].is_null());
}

/// Issue 4, done when: libcoveocds reports no error on the OCDS export of the demo city.
#[test]
fn the_demo_citys_export_passes_libcoveocds() {
    if libcoveocds().is_none() {
        return;
    }
    let city = City::on(crate::support::city::demo());
    let package = releases(&city, "auditor");
    let all = package["releases"].as_array().unwrap();
    assert!(all.len() > 5 && package["links"].is_null(), "{} releases", all.len());
    passes_libcoveocds(&city, &package);
    // A contract with several acts: its record compiles them.
    let acts = |ocid: &Value| all.iter().filter(|release| release["ocid"] == *ocid).count();
    let most = all.iter().map(|release| &release["ocid"]).max_by_key(|ocid| acts(ocid)).unwrap();
    let contract = most.as_str().unwrap();
    let address = format!("/api/v1/statistics/ocds/records/{}", &contract[contract.len() - 36..]);
    let record = city.as_("auditor").get(&address).expect(200).body;
    passes_libcoveocds(&city, &record);
}

/// A Python with libcoveocds, and the schema of the standard.
fn libcoveocds() -> Option<(String, PathBuf)> {
    let standard = tools::test_data("ocds-1.1.5-schema.zip")?;
    let python = std::env::var_os("TECHMART_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    let python = python.to_str().unwrap();
    let has = std::process::Command::new(python).args(["-c", "import libcoveocds"]).output();
    if has.is_ok_and(|output| output.status.success()) {
        return Some((python.to_owned(), standard));
    }
    println!("skipped: {python} has no libcoveocds");
    None
}

/// Issue 4, done when: libcoveocds reports no error, with the 1.1.5 schema.
fn passes_libcoveocds(city: &City, package: &Value) {
    let Some((python, standard)) = libcoveocds() else { return };
    let dir = city.dir.path();
    std::fs::write(dir.join("package.json"), package.to_string()).unwrap();
    let check = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/statistics/ocds_check.py");
    let arguments = [check, standard.to_str().unwrap(), "package.json"];
    let Some(found) = tools::run(&python, &arguments, dir) else { return };
    let found: Value = serde_json::from_str(&found).unwrap();
    let nothing = json!({
        "validation_errors": [], "additional_checks": {}, "additional_closed_codelist_values": {},
        "deprecated_fields": [],
    });
    assert_eq!(found, nothing);
}
