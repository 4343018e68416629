//! The transparency log (TMF-1 rule 13): tree, checkpoints, proofs, cosigning, and histories that were changed.

mod settling;
mod witness;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use techmart::changes::{self, leaves::read_leaves};
use techmart::federation::tlog::note::{Checkpoint, Kind, Note, VerifierKey};
use techmart::federation::tlog::verify;
use techmart::kernel::actor::Actor;
use techmart::kernel::change::{Audience, NewChange};
use techmart::proof::Signer;
use techmart::proof::merkle::{self, Hash};
use techmart::proof::model::Purpose;

use crate::support::contracts::registered;
use crate::support::{City, tools};

/// Events of the feed about made-up records.
fn events(city: &City, count: usize) {
    for slice in (0..count).collect::<Vec<_>>().chunks(200) {
        let slice = slice.to_vec();
        let written = city.app.db.write_blocking("test.events", move |tx| {
            for number in &slice {
                let id: techmart::kernel::id::Id<()> = tx.new_id();
                let subject = tx.urn("example", id);
                let public = json!({"number": number, "title": "示例"});
                let (audience, facts) = (Audience::Public, json!({}));
                let change = NewChange::published("example.published", subject, 1, audience, facts, public);
                tx.record(&Actor::System("test"), change);
            }
            Ok(())
        });
        written.unwrap();
    }
}

fn sign(city: &City) {
    city.app.run_jobs().unwrap();
}

fn checkpoint(city: &City) -> (Note, Checkpoint) {
    let note = Note::parse(&city.anonymous().get("/tlog/checkpoint").expect(200).text()).unwrap();
    let checkpoint = Checkpoint::parse(&note.body).unwrap();
    (note, checkpoint)
}

/// Jobs begin half a second after the server: who asks before the first checkpoint is told when to come again.
#[test]
fn before_the_first_checkpoint_it_says_when_to_ask_again() {
    let city = City::new();
    events(&city, 1);
    let early = city.anonymous().get("/tlog/checkpoint").refused(404, "tree_empty");
    assert_eq!(early.header("retry-after"), "5");
    sign(&city);
    assert!(checkpoint(&city).1.size > 0);
}

fn leaves(city: &City) -> Vec<Hash> {
    city.app.db.read_blocking(|snapshot| read_leaves(snapshot, 0, 10_000)).unwrap()
}

fn log_key(city: &City) -> VerifierKey {
    let ring = city.app.gate.keys().ring();
    let key = ring.signer(Purpose::Checkpoint).unwrap().public().clone();
    VerifierKey::new("urn:tm:cn-450700:tlog:1", Kind::Log, key)
}

fn hash(text: &Value) -> Hash {
    STANDARD.decode(text.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn hashes(list: &Value) -> Vec<Hash> {
    list.as_array().unwrap().iter().map(hash).collect()
}

/// Leaf n is event n; the checkpoint is over all of them, signed with the key of its purpose.
#[test]
fn tmf_13_the_checkpoint_is_the_root_over_the_feed() {
    let city = City::new();
    events(&city, 300);
    sign(&city);
    let (note, signed) = checkpoint(&city);
    let all = leaves(&city);
    assert!(all.len() >= 300);
    assert_eq!((signed.size, signed.root), (all.len() as u64, merkle::root(&all)));
    assert_eq!(signed.origin, "urn:tm:cn-450700:tlog:1");
    assert!(note.is_signed_by(&log_key(&city)));
    events(&city, 5);
    sign(&city);
    assert_eq!(checkpoint(&city).1.size, signed.size + 5);
}

/// Grown in slices or at once: the same tree. A second implementation, written from the RFC, agrees.
#[test]
fn tmf_13_a_second_implementation_checks_the_proofs() {
    let city = City::new();
    events(&city, 260);
    sign(&city);
    let first = checkpoint(&city).1;
    events(&city, 290);
    sign(&city);
    let (last, client) = (checkpoint(&city).1, city.anonymous());
    let all = leaves(&city);
    let encode = |hash: &Hash| STANDARD.encode(hash);
    let mut inclusion = Vec::new();
    for sequence in [1, 2, 255, 256, 257, first.size, first.size + 1, last.size] {
        let proved = client.get(&format!("/api/v1/proofs/events/{sequence}")).expect(200).body;
        let (index, size) = (proved["index"].as_u64().unwrap(), proved["size"].as_u64().unwrap());
        let note = Note::parse(proved["checkpoint"].as_str().unwrap()).unwrap();
        let signed = Checkpoint::parse(&note.body).unwrap();
        assert!(note.is_signed_by(&log_key(&city)) && signed.size == size && index + 1 == sequence);
        let path = hashes(&proved["path"]);
        assert!(merkle::verify_inclusion(&hash(&proved["leaf"]), index, size, &path, &signed.root));
        inclusion.push(json!({
            "index": index, "size": size, "leaf": proved["leaf"], "path": proved["path"], "root": encode(&signed.root),
        }));
    }
    let mut consistency = Vec::new();
    for (old, new) in
        [(0, 1), (1, 2), (3, 300), (256, 512), (first.size, last.size), (7, 7), (500, last.size)]
    {
        let proved = client.get(&format!("/api/v1/proofs/consistency?old={old}&new={new}")).expect(200).body;
        let root = |size: u64| merkle::root(&all[..usize::try_from(size).unwrap()]);
        let path = hashes(&proved["path"]);
        assert!(merkle::verify_consistency(old, &root(old), new, &root(new), &path), "{old} to {new}");
        consistency.push(json!({
            "old": old, "new": new, "path": proved["path"], "old_root": encode(&root(old)), "new_root": encode(&root(new)),
        }));
    }
    client
        .get(&format!("/api/v1/proofs/consistency?old=5&new={}", last.size + 1))
        .refused(400, "tree_size_invalid");
    let mut tiles = Vec::new();
    let rest = last.size - 512;
    for (path, level, index) in [
        ("0/000".to_owned(), 0, 0),
        ("0/001".into(), 0, 1),
        (format!("0/002.p/{rest}"), 0, 2),
        ("1/000.p/2".into(), 1, 0),
    ] {
        let tile = client.get(&format!("/tlog/tile/{path}")).expect(200);
        tiles.push(json!({"level": level, "index": index, "hashes": STANDARD.encode(&tile.bytes)}));
    }
    client.get("/tlog/tile/0/003").refused(404, "tile_not_found");
    client.get(&format!("/tlog/tile/0/002.p/{}", rest + 1)).refused(404, "tile_not_found");
    client.get("/tlog/tile/entries/000").refused(404, "tile_not_found");
    let file = json!({
        "leaves": all.iter().map(encode).collect::<Vec<_>>(),
        "inclusion": inclusion, "consistency": consistency, "tiles": tiles,
    });
    std::fs::write(city.dir.path().join("proofs.json"), file.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/federation/merkle.py");
    if let Some(said) = tools::run("python3", &[script, "proofs.json"], city.dir.path()) {
        assert_eq!(said.trim(), "8 inclusions, 7 consistencies, 4 tiles");
    }
}

/// A certificate's proof: its registration is a leaf, opened with its salt, below a signed root.
#[test]
fn tmf_13_a_certificate_carries_its_proof() {
    let city = City::new();
    let id = registered(&city);
    let certificate =
        city.as_("institute.member").get(&format!("/api/v1/contracts/{id}/certificate")).expect(200).body;
    let (number, code) = (certificate["number"].as_str().unwrap(), certificate["code"].as_str().unwrap());
    let (client, path) = (city.anonymous(), format!("/api/v1/certificates/{number}/proof?code={code}"));
    client.get(&path).refused(404, "not_yet_proved");
    sign(&city);
    let proved = client.get(&path).expect(200).body;
    let event = &proved["event"];
    assert_eq!(event["data"]["number"], number);
    assert_eq!(event["data"]["total_fen"], certificate["certificate"]["total_fen"]);
    let canonical = |value: &Value| techmart::kernel::leaf::canonical(value).unwrap();
    let salt = hex::decode(event["salt"].as_str().unwrap()).unwrap();
    let data = Sha256::digest(canonical(&event["data"]));
    let commitment = Sha256::new().chain_update(salt).chain_update(data).finalize();
    assert_eq!(event["entry"]["data"], hex::encode(commitment));
    assert_eq!(merkle::leaf(&canonical(&event["entry"])), hash(&proved["leaf"]));
    assert!(proved["proof"].as_str().unwrap().starts_with("c2sp.org/tlog-proof@v1\nindex "));
    client
        .get(&format!("/api/v1/certificates/{number}/proof?code=XXXX"))
        .refused(404, "certificate_not_found");
    // Without the code the leaf proves nothing but itself: the parent alone may see the contract.
    let sequence = proved["index"].as_u64().unwrap() + 1;
    let bare = client.get(&format!("/api/v1/proofs/events/{sequence}")).expect(200).body;
    assert_eq!((&bare["leaf"], &bare["event"]), (&proved["leaf"], &Value::Null));
}

/// What `techmart verify changes` asks.
fn fault(city: &City) -> Option<String> {
    city.app
        .db
        .read_blocking(|snapshot| {
            let log = changes::verify(snapshot, "cn-450700")?.fault.map(|fault| fault.what);
            Ok(log.or(verify(snapshot)?.fault))
        })
        .unwrap()
}

fn sql(city: &City, statement: String) {
    city.app.db.write_blocking("test.mutate", move |tx| Ok(tx.batch(&statement)?)).unwrap();
}

/// Every mutation of the stored history is found. 40 in the ordinary run; TECHMART_TEST_MUTATIONS for more.
#[test]
fn tmf_13_every_mutation_of_stored_history_is_found() {
    let city = City::new();
    events(&city, 40);
    sign(&city);
    events(&city, 11);
    sign(&city);
    let wanted = std::env::var_os("TECHMART_TEST_MUTATIONS");
    let count: u64 = wanted.and_then(|count| count.into_string().ok()?.parse().ok()).unwrap_or(40);
    assert_eq!(fault(&city), None);
    let events = leaves(&city).len() as u64;
    let pg = city.database.url().starts_with("postgres");
    let blob = |byte: u64| {
        if pg {
            format!("'\\x{}'::bytea", format!("{byte:02x}").repeat(32))
        } else {
            format!("X'{}'", format!("{byte:02x}").repeat(32))
        }
    };
    let (mut found, mut number) = (0, 12_345_u64);
    for round in 0..count {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (seq, value) = ((number >> 33) % events + 1, blob((number >> 20) % 255));
        let change = |set: &str| {
            (format!("change SET {set} WHERE feed_seq = {seq}"), "change", format!("feed_seq = {seq}"))
        };
        let (update, table, which) = match round % 10 {
            0 => change("version = version + 1"),
            1 => change("subject = subject || '0'"),
            2 => change(&format!("salt = {value}")),
            3 => change(&format!("data_hash = {value}")),
            4 => change(&format!("leaf_hash = {value}")),
            5 => change("public = public || ' '"),
            6 => change("method = 'DELETE'"),
            7 => change("at = '2026-03-02 02:00:01'"),
            8 => (
                format!("tlog_tile SET hashes = {value} WHERE level = 0 AND idx = 0"),
                "tlog_tile",
                "level = 0 AND idx = 0".into(),
            ),
            _ => (
                format!("tlog_checkpoint SET root = {value} WHERE size = {events}"),
                "tlog_checkpoint",
                format!("size = {events}"),
            ),
        };
        sql(&city, format!("CREATE TABLE kept AS SELECT * FROM {table} WHERE {which}; UPDATE {update};"));
        let noticed = fault(&city);
        assert!(noticed.is_some(), "round {round} was not found: {update}");
        found += 1;
        sql(
            &city,
            format!(
                "DELETE FROM {table} WHERE {which}; INSERT INTO {table} SELECT * FROM kept; DROP TABLE kept;"
            ),
        );
    }
    assert_eq!((found, fault(&city)), (count, None));
    println!("{found} of {count} mutations found");
}

/// An event that is gone, and a note that somebody else signed, are found as well.
#[test]
fn tmf_13_a_shortened_history_and_a_foreign_signature_are_found() {
    let city = City::new();
    events(&city, 9);
    sign(&city);
    let signed = checkpoint(&city).1;
    let foreign = signed.sign(&Signer::from_seed(&[9; 32]).unwrap()).text();
    sql(&city, format!("UPDATE tlog_checkpoint SET note = '{foreign}'"));
    assert!(fault(&city).unwrap().contains("checkpoint"));
    let city = City::new();
    events(&city, 9);
    sign(&city);
    let last = leaves(&city).len();
    sql(&city, format!("DELETE FROM change WHERE feed_seq = {last}"));
    assert!(fault(&city).is_some());
}

/// `techmart verify proof`: offline, against the published key; a changed certificate or proof is refused.
#[test]
fn tmf_13_the_command_line_checks_a_certificates_proof() {
    let city = City::new();
    let id = registered(&city);
    sign(&city);
    let path = format!("/api/v1/contracts/{id}/certificate");
    let certificate = city.as_("institute.member").get(&path).expect(200).body;
    let (number, code) = (certificate["number"].as_str().unwrap(), certificate["code"].as_str().unwrap());
    let proof =
        city.anonymous().get(&format!("/api/v1/certificates/{number}/proof?code={code}")).expect(200).body;
    let published = city.anonymous().get("/.well-known/tmf").expect(200).body;
    let key = published["log_keys"][0].as_str().unwrap();
    assert_eq!(key, log_key(&city).text());
    let said = |proof: &Value, certificate: &Value, key: &str| {
        let dir = city.dir.path();
        std::fs::write(dir.join("proof.json"), proof.to_string()).unwrap();
        std::fs::write(dir.join("certificate.json"), certificate.to_string()).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_techmart"));
        let arguments = ["verify", "proof", "proof.json", "--certificate", "certificate.json", "--log", key];
        let run = command.args(arguments).current_dir(dir).output().unwrap();
        let text = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
        (run.status.success(), text)
    };
    let (good, text) = said(&proof, &certificate, key);
    assert!(good && text.contains("证明成立") && text.contains("the certificate states"), "{text}");
    let mut changed = certificate.clone();
    changed["certificate"]["total_fen"] = json!(1);
    let (good, text) = said(&proof, &changed, key);
    assert!(!good && text.contains("total_fen is 1 in the certificate"), "{text}");
    let mut forged = proof.clone();
    forged["event"]["data"]["total_fen"] = json!(1);
    assert!(said(&forged, &changed, key).1.contains("the data are not those"));
    let mut elsewhere = proof.clone();
    elsewhere["index"] = json!(proof["index"].as_u64().unwrap() + 1);
    assert!(said(&elsewhere, &certificate, key).1.contains("the path does not lead"));
    let other = VerifierKey::new(
        "urn:tm:cn-450700:tlog:1",
        Kind::Log,
        Signer::from_seed(&[3; 32]).unwrap().public().clone(),
    );
    assert!(said(&proof, &certificate, &other.text()).1.contains("not signed by this log"));
}
