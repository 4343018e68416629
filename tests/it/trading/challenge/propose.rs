//! Proposals and their attachments.

use serde_json::json;
use techmart::kernel::change::Change;

use super::*;
use crate::credit::barring;
use crate::support::records::{pdf, upload, with};

fn changes_of(city: &City, id: &str) -> Vec<Change> {
    let read = city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000));
    read.unwrap().into_iter().filter(|change| change.subject.ends_with(id)).collect()
}

/// DOMAIN §4: one proposal a bidder; a bidder sees only its own; before the last day nobody else sees any, and
/// nothing of the challenge changes.
#[test]
fn domain_4_one_proposal_a_bidder_which_sees_only_its_own() {
    let city = City::new();
    let id = open(&city);
    let before = (city.anonymous().get(&path(&id, "")).expect(200), changes_of(&city, &id).len());
    let proposal = post(&city, BIDDER, &id, "/proposals", plan()).expect(201).id();
    let twice = post(&city, "institute.admin", &id, "/proposals", plan());
    twice.refused(409, "challenge_already_proposed");
    post(&city, "enterprise.admin", &id, "/proposals", plan()).refused(403, "own_challenge_proposal");
    city.as_("operator.operator").post("/api/v1/credit-records", barring("enterprise2")).expect(201);
    let barred = post(&city, "enterprise2.member", &id, "/proposals", plan());
    barred.refused(403, "challenge_proposer_barred");
    let own = path(&id, &format!("/proposals/{proposal}"));
    city.as_(BIDDER).put(&own, with(plan(), "months", json!(10))).expect(200);
    assert_eq!(city.as_("institute.admin").get(&own).expect(200).body["months"], 10);
    for other in [OTHER, HOLDER, ORGANISER, "operator.operator"] {
        city.as_(other).get(&own).refused(404, "not_found");
    }
    for reader in [HOLDER, ORGANISER] {
        city.as_(reader).get(&path(&id, "/proposals")).refused(409, "challenge_proposals_open");
    }
    city.as_(BIDDER).get(&path(&id, "/proposals")).refused(404, "not_found");
    city.as_(BIDDER).post(&format!("{own}/withdraw"), json!({})).expect(200);
    post(&city, BIDDER, &id, "/proposals", plan()).expect(201);
    let after = (city.anonymous().get(&path(&id, "")).expect(200), changes_of(&city, &id).len());
    assert_eq!((before.0.bytes, before.1), (after.0.bytes, after.1), "no trace on the challenge");
    assert_eq!(before.0.headers["etag"], after.0.headers["etag"]);
    let quiet = changes_of(&city, &proposal);
    assert!(quiet.iter().all(|change| change.feed_seq.is_none() && change.public.is_none()), "audience none");
    assert!(!quiet.iter().any(|change| change.facts.to_string().contains("90000000")), "no price in facts");
    city.clock.advance_seconds(31 * DAY_SECONDS);
    let late = city.as_(BIDDER).put(&own, plan());
    late.refused(409, "challenge_proposals_closed");
    let read = city.as_(HOLDER).get(&path(&id, "/proposals")).expect(200);
    assert_eq!(read.body["items"].as_array().unwrap().len(), 1, "open to read also before the job ran");
    city.as_(OTHER).get(&own).refused(404, "not_found");
}

/// DOMAIN §6: attachments, the bidder's own; read by whoever sees the proposal.
#[test]
fn domain_4_attachments_are_read_with_the_proposal() {
    let city = City::new();
    let id = open(&city);
    let file = upload(&city.as_(BIDDER), "方案.pdf", &pdf("plan")).expect(201).id();
    let foreign = upload(&city.as_(OTHER), "方案.pdf", &pdf("other")).expect(201).id();
    let told = post(&city, BIDDER, &id, "/proposals", with(plan(), "attachments", json!([foreign])));
    assert_eq!(
        told.refused(422, "validation_failed").field("/attachments/0"),
        Some("challenge_file_unknown")
    );
    let proposal = post(&city, BIDDER, &id, "/proposals", with(plan(), "attachments", json!([file])));
    let address = path(&id, &format!("/proposals/{}/attachments/{file}", proposal.expect(201).id()));
    assert_eq!(city.as_(BIDDER).get(&address).expect(200).bytes, pdf("plan"));
    city.as_(HOLDER).get(&address).refused(404, "not_found");
    city.clock.advance_seconds(31 * DAY_SECONDS);
    city.as_(HOLDER).get(&address).expect(200);
    city.as_(OTHER).get(&address).refused(404, "not_found");
}
