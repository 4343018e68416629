//! Who operates a node erases one of its records (TMF-1 rule 5).

use serde_json::json;
use techmart::db::Tx;
use techmart::federation::service::erasing;
use techmart::kernel::actor::Actor;
use techmart::kernel::change::{Audience, NewChange};
use techmart::replica::model::State;

use super::acts::{Tree, achievement};
use super::network::Network;

/// TMF-1 rule 5: who operates a node erases one of its records with a reason: its room takes it off the market, and its
/// data go everywhere.
#[test]
fn tmf_1_rule_5_an_operator_erases_a_record() {
    let tree = Tree::new(1300);
    let about = achievement(&tree);
    let id = about.rsplit(':').next().unwrap().to_owned();
    tree.rest();
    assert!(tree.county.data(&about).is_some());
    let path = format!("/api/v1/achievements/{id}");
    let other = tree.other.city();
    other.anonymous().get(&path).expect(200);
    let operator = other.as_("operator.operator");
    let erase = |urn: &str, reason: &str| {
        operator.post("/api/v1/federation/erasures", json!({"urn": urn, "reason": reason}))
    };
    erase(&about, " ").refused(422, "validation_failed");
    erase(&about.replace(&tree.other.id, "cn-999998"), "本人要求（示例）").refused(422, "subject_not_own");
    let erased = erase(&about, "本人要求（示例）").expect(200).body;
    assert_eq!(erased["urn"], json!(about));
    erase(&about, "再次（示例）").refused(409, "state_conflict");
    assert_eq!(other.anonymous().get(&path).status, 404);
    tree.rest();
    let replica = tree.county.replica(&about).unwrap();
    assert_eq!((replica.state, replica.public), (State::Erased, None));
    assert_eq!(json!(replica.version), erased["version"]);
    let kept = about.clone();
    let log = other.app.db.read_blocking(|s| techmart::changes::read_after(s, 0, 10_000)).unwrap();
    assert!(log.iter().filter(|change| change.subject == kept).all(|change| change.public.is_none()));
    assert_eq!(other.trail("record.erased"), [about]);
}

/// TMF-1 rule 5: the tombstone goes to whom the record went, and to nobody else; what its room still publishes is not
/// erased over its head.
#[test]
fn tmf_1_rule_5_a_tombstone_takes_the_last_audience() {
    let network = Network::new(1310);
    let county = &network.county;
    county.publish("contract", 1, 1, Audience::Parent, "合同（示例）");
    network.settle();
    let urn = county.urn("contract", 1);
    let erase = || {
        let urn = urn.clone();
        let erase = move |tx: &mut Tx| erasing::erase(tx, &Actor::System("test"), &urn, "示例");
        county.city().app.db.write_blocking("test.erase", erase)
    };
    assert!(erase().unwrap_err().to_string().contains("erasure_still_published"));
    let (subject, audience) = (urn.clone(), Audience::Parent);
    county.record(NewChange::deleted("test.withdrawn", subject, 2, audience, json!({})));
    assert_eq!(erase().unwrap().value.version, 3);
    network.settle();
    assert_eq!(network.city.replica(&urn).unwrap().state, State::Erased);
    assert!(network.region.replica(&urn).is_none(), "the parent alone had it");
    let log = county.city().app.db.read_blocking(|s| techmart::changes::read_after(s, 0, 10_000)).unwrap();
    let tombstone = log.iter().rfind(|change| change.kind == "record.erased").unwrap();
    assert_eq!(tombstone.audience, Audience::Parent);
}
