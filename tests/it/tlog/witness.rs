//! What neighbours witness: cosignatures of a log that continues, and the naming of one that does not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use techmart::federation::tlog::note::{Checkpoint, Kind, Line, Note, VerifierKey};
use techmart::federation::tlog::service;
use techmart::federation::tlog::watch::{Observed, observe, proof_needed};
use techmart::proof::merkle::{self, Hash};
use techmart::proof::model::Purpose;
use techmart::proof::{PublicKey, Signer};

use super::{checkpoint, events, sign};
use crate::support::City;

pub const COUNTY: &str = "cn-450721";

/// A neighbour's log, kept by the test.
pub struct County {
    pub signer: Signer,
    pub leaves: Vec<Hash>,
}

impl County {
    pub fn new(city: &City) -> Self {
        let signer = Signer::from_seed(&[5; 32]).unwrap();
        let origin = service::origin(COUNTY, 1);
        let keys = vec![VerifierKey::new(&origin, Kind::Log, signer.public().clone())];
        let trusted =
            city.app.db.write_blocking("test.trust", move |tx| service::trust(tx, COUNTY, 1, &keys));
        trusted.unwrap();
        Self { signer, leaves: (0..50_u8).map(|byte| merkle::leaf(&[byte])).collect() }
    }

    pub fn note(&self, size: usize) -> Note {
        let root = merkle::root(&self.leaves[..size]);
        Checkpoint { origin: service::origin(COUNTY, 1), size: size as u64, root }.sign(&self.signer)
    }

    pub fn submission(&self, old: usize, new: usize) -> String {
        let proof = merkle::consistency(&self.leaves[..new], old as u64);
        let proof: String = proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
        format!("old {old}\n{proof}\n{}", self.note(new).text())
    }
}

pub fn submit(city: &City, body: &str) -> crate::support::Response {
    city.anonymous().send("POST", "/tlog/add-checkpoint", Some(("text/plain", body.as_bytes().to_vec())))
}

/// A look at the log's own address, where this tree of so many leaves is shown.
pub fn look(city: &City, of: &County, size: usize) -> Observed {
    let (note, all) = (of.note(size).text(), of.leaves.clone());
    let written = city.app.db.write_blocking("test.observe", move |tx| {
        let Some(sizes) = proof_needed(tx, COUNTY, &note)? else { return Ok(Observed::Same) };
        let proof = merkle::consistency(&all[..usize::try_from(sizes.new).unwrap()], sizes.old);
        observe(tx, &note, sizes, &proof)
    });
    written.unwrap().value
}

fn witness_key(city: &City) -> VerifierKey {
    let ring = city.app.gate.keys().ring();
    let key: PublicKey = ring.signer(Purpose::Witness).unwrap().public().clone();
    VerifierKey::new("urn:tm:cn-450700:witness", Kind::Cosignature, key)
}

/// C2SP tlog-witness: 200, and each of its refusals.
#[test]
fn tmf_13_a_checkpoint_that_continues_is_cosigned() {
    let city = City::new();
    let county = County::new(&city);
    let line = Line::read(&submit(&city, &county.submission(0, 7)).expect(200).text()).unwrap();
    let now = u64::try_from(city.now().seconds()).unwrap();
    assert_eq!(line.cosigned_at(&county.note(7).body, &witness_key(&city)), Some(now));
    submit(&city, &county.submission(7, 30)).expect(200);
    submit(&city, &county.submission(30, 30)).expect(200);
    let stale = submit(&city, &county.submission(7, 40)).expect(409);
    assert_eq!((stale.header("content-type"), stale.text().as_str()), ("text/x.tlog.size", "30\n"));
    let unproved =
        county.submission(30, 40).replacen('\n', "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 1);
    submit(&city, &unproved).refused(422, "consistency_refused");
    for bad in ["", "old 1\n\n", "old x\n\nx\n", &county.submission(30, 40).replacen("old 30", "old 030", 1)]
    {
        submit(&city, bad).refused(400, "checkpoint_invalid");
    }
    submit(&city, &county.submission(30, 40).replacen("old 30", "old 41", 1))
        .refused(400, "checkpoint_invalid");
    let stranger = Signer::from_seed(&[6; 32]).unwrap();
    let forged = Checkpoint { origin: service::origin(COUNTY, 1), size: 40, root: [0; 32] }.sign(&stranger);
    submit(&city, &format!("old 30\n\n{}", forged.text())).refused(403, "checkpoint_unsigned");
    let unknown =
        Checkpoint { origin: "urn:tm:cn-450799:tlog:1".into(), size: 1, root: [0; 32] }.sign(&stranger);
    submit(&city, &format!("old 0\n\n{}", unknown.text())).refused(404, "log_unknown");
    let seen = city.anonymous().get("/tlog/neighbours").expect(200).body;
    assert_eq!((seen[0]["size"].as_i64(), &seen[0]["fault"]), (Some(30), &Value::Null), "nobody was accused");
}

/// Two trees of one size, both signed: the node is named, with both notes.
#[test]
fn tmf_13_a_node_that_shows_two_histories_is_named() {
    let city = City::new();
    let county = County::new(&city);
    submit(&city, &county.submission(0, 20)).expect(200);
    let mut other = County { signer: county.signer.clone(), leaves: county.leaves.clone() };
    other.leaves[3] = [0; 32];
    submit(&city, &other.submission(20, 20)).expect(409);
    let seen = city.anonymous().get("/tlog/neighbours").expect(200).body;
    assert_eq!((seen[0]["node"].as_str(), seen[0]["fault"].as_str()), (Some(COUNTY), Some("split_view")));
    let evidence = seen[0]["evidence"].as_str().unwrap();
    assert!(evidence.contains(&county.note(20).text()) && evidence.contains(&other.note(20).text()));
    assert_eq!(seen[0]["checkpoint"], county.note(20).text(), "what was seen first stands");
}

/// Asked at its own address: what continues is kept, an older answer does no harm, a rewritten history is named.
#[test]
fn tmf_13_a_node_that_rewrites_its_history_is_named() {
    use techmart::federation::model::LogFault;
    let city = City::new();
    let county = County::new(&city);
    let look = |of: &County, size: usize| look(&city, of, size);
    assert_eq!(look(&county, 10), Observed::Advanced);
    assert_eq!(look(&county, 10), Observed::Same);
    assert_eq!(look(&county, 30), Observed::Advanced);
    assert_eq!(look(&county, 12), Observed::Same);
    let mut other = County { signer: county.signer.clone(), leaves: county.leaves.clone() };
    other.leaves[3] = [0; 32];
    let (shown, name) = (county.note(31).text(), "cn-450000".to_owned());
    let foreign = city.app.db.read_blocking(move |snapshot| proof_needed(snapshot, &name, &shown));
    assert_eq!(foreign.unwrap_err().code(), "log_unknown", "nobody is judged by what another shows");
    assert_eq!(look(&other, 40), Observed::Named(LogFault::Rewritten));
    let seen = city.anonymous().get("/tlog/neighbours").expect(200).body;
    assert_eq!((seen[0]["size"].as_i64(), seen[0]["fault"].as_str()), (Some(30), Some("rewritten")));
    assert!(seen[0]["evidence"].as_str().unwrap().contains(&other.note(40).text()));
}

/// A cosignature that a neighbour gave us stands below our checkpoint; what is none does not.
#[test]
fn tmf_13_cosignatures_stand_below_the_checkpoint() {
    let city = City::new();
    events(&city, 3);
    sign(&city);
    let (note, signed) = checkpoint(&city);
    let witness = Signer::from_seed(&[8; 32]).unwrap();
    let name = service::witness_name("cn-450000");
    let line = techmart::federation::tlog::note::cosign(&name, &witness, &note.body, 1_800_000_000);
    let key = VerifierKey::new(&name, Kind::Cosignature, witness.public().clone());
    let size = i64::try_from(signed.size).unwrap();
    let (good, bad) = (line.text(), note.signatures[0].text());
    let kept = city.app.db.write_blocking("test.cosign", move |tx| {
        let refused = service::keep_cosignature(tx, size, &key, &bad)?;
        Ok((refused, service::keep_cosignature(tx, size, &key, &good)?))
    });
    assert_eq!(kept.unwrap().value, (false, true));
    let (note, _) = checkpoint(&city);
    assert_eq!(note.signatures.len(), 2);
    let key = VerifierKey::new(&name, Kind::Cosignature, witness.public().clone());
    assert_eq!(note.signatures[1].cosigned_at(&note.body, &key), Some(1_800_000_000));
}
