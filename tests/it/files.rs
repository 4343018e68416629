//! Attachments: limits, types, hashes, sweeping, safe downloads.

use super::support::City;
use super::support::records::{achievement, act, draft_of, form, pdf, upload, with};
use serde_json::json;
use sha2::{Digest, Sha256};

#[test]
fn a_file_is_stored_once_by_its_hash_and_read_back_whole() {
    let city = City::new();
    let institute = city.as_("institute.member");
    let bytes = pdf(&"检测报告 ".repeat(40_000));
    let first = upload(&institute, "检测报告.pdf", &bytes).expect(201);
    assert_eq!(first.body["sha256"], hex::encode(Sha256::digest(&bytes)));
    assert_eq!(first.body["size_bytes"], bytes.len());
    assert_eq!(first.body["media_type"], "application/pdf");
    let second = upload(&city.as_("enterprise.member"), "另一个名字.pdf", &bytes).expect(201);
    assert_eq!(first.body["sha256"], second.body["sha256"]);
    assert_eq!(objects(&city), 1, "the same bytes lie in the store once");
    let back = institute.get(&format!("/api/v1/files/{}/content", first.id())).expect(200);
    assert_eq!(back.bytes, bytes);
    assert_eq!(back.header("content-type"), "application/pdf");
    assert_eq!(back.header("x-content-type-options"), "nosniff");
    assert!(back.header("content-disposition").starts_with("attachment; filename="));
    assert!(back.header("content-disposition").contains("filename*=UTF-8''%E6%A3%80"));
    assert!(back.header("content-security-policy").contains("sandbox"));
    assert_eq!(incoming(&city), 0, "temporary files are gone");
}

/// Issue: attachments by content hash, limits enforced, type sniffed.
#[test]
fn a_file_is_what_its_bytes_say() {
    let city = City::new();
    let institute = city.as_("institute.member");
    upload(&institute, "报告.pdf", b"MZ\x90\0 a program").refused(422, "file_type_mismatch");
    upload(&institute, "页面.html", b"<html></html>").refused(422, "file_type_refused");
    upload(&institute, "图.svg", b"<svg onload=alert(1)>").refused(422, "file_type_refused");
    upload(&institute, "说明.txt", b"<!DOCTYPE html><script>").refused(422, "file_type_mismatch");
    upload(&institute, "空.pdf", b"").refused(422, "file_empty");
    upload(&institute, "pdf", b"%PDF-1.7").refused(422, "file_name_invalid");
    let named = upload(&institute, "..\\..\\etc/报告.pdf", &pdf("x")).expect(201);
    assert_eq!(named.body["name"], "报告.pdf");
    let other = institute.post("/api/v1/files", json!({"file": "x"}));
    other.refused(400, "upload_malformed");
    assert_eq!(incoming(&city), 0);
}

/// DOMAIN §6: attachments have at most 30 MB.
#[test]
fn domain_6_a_file_of_more_than_30_mb_is_refused() {
    let city = City::new();
    let mut bytes = pdf("");
    bytes.resize(30 * 1024 * 1024, b' ');
    upload(&city.as_("institute.member"), "大.pdf", &bytes).expect(201);
    bytes.push(b' ');
    upload(&city.as_("institute.member"), "太大.pdf", &bytes).refused(413, "file_too_large");
    assert_eq!((objects(&city), incoming(&city)), (1, 0));
}

#[test]
fn a_file_belongs_to_its_organisation() {
    let city = City::new();
    let id = upload(&city.as_("institute.member"), "a.pdf", &pdf("a")).expect(201).id();
    let path = format!("/api/v1/files/{id}");
    city.as_("institute.admin").get(&path).expect(200);
    city.as_("institute2.member").get(&path).refused(404, "not_found");
    city.as_("institute2.member").get(&format!("{path}/content")).refused(404, "not_found");
    city.as_("institute2.member").delete(&path).refused(404, "not_found");
    let (kind, body) = form("a.pdf", &pdf("a"));
    city.anonymous().send("POST", "/api/v1/files", Some((&kind, body))).refused(401, "unauthenticated");
}

#[test]
fn what_no_record_took_up_within_a_day_is_swept() {
    let city = City::new();
    let institute = city.as_("institute.member");
    let kept = upload(&institute, "附件.pdf", &pdf("kept")).expect(201).id();
    let lost = upload(&institute, "遗忘.pdf", &pdf("lost")).expect(201).id();
    let body = with(achievement(), "attachments", json!([{"file": kept}]));
    draft_of(&city, "achievements", "institute.member", body);
    city.clock.advance_seconds(23 * 3600);
    city.app.run_jobs().unwrap();
    city.as_("institute.member").get(&format!("/api/v1/files/{lost}")).expect(200);
    city.clock.advance_seconds(2 * 3600);
    city.app.run_jobs().unwrap();
    let institute = city.as_("institute.member");
    institute.get(&format!("/api/v1/files/{lost}")).refused(404, "not_found");
    institute.get(&format!("/api/v1/files/{kept}/content")).expect(200);
    assert_eq!(objects(&city), 1);
    institute.delete(&format!("/api/v1/files/{kept}")).refused(409, "file_in_use");
}

/// A process that ended between storing the bytes and writing the row leaves bytes without a row.
#[test]
fn bytes_without_a_row_are_swept_and_others_stay() {
    let city = City::new();
    let institute = city.as_("institute.member");
    let file = upload(&institute, "附件.pdf", &pdf("kept")).expect(201);
    let body = with(achievement(), "attachments", json!([{"file": file.id()}]));
    let id = draft_of(&city, "achievements", "institute.member", body);
    let stray = city.dir.path().join("files/ab");
    std::fs::create_dir_all(&stray).unwrap();
    std::fs::write(stray.join("abcd-0001"), b"stray").unwrap();
    // The store's own times are the machine's; the city's clock is moved past both.
    let machine = std::fs::metadata(stray.join("abcd-0001")).unwrap().modified().unwrap();
    let machine = machine.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let later = techmart::kernel::time::UtcTime::from_seconds(i64::try_from(machine).unwrap());
    city.clock.set(later.plus_days(2));
    city.app.run_jobs().unwrap();
    assert_eq!(objects(&city), 1, "the stray bytes went, the linked ones stayed");
    act(&city.as_("institute.member"), "achievements", &id, "submit").expect(200);
}

fn objects(city: &City) -> usize {
    let mut count = 0;
    for dir in std::fs::read_dir(city.dir.path().join("files")).unwrap() {
        count += std::fs::read_dir(dir.unwrap().path()).unwrap().count();
    }
    count
}

fn incoming(city: &City) -> usize {
    std::fs::read_dir(city.dir.path().join("incoming")).unwrap().count()
}
