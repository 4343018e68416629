//! Commands on their way (TMF-1 rule 11): twice, forged, late, through crashes, and what nobody takes.

use serde_json::json;
use techmart::federation::commands::wire::Carried;

use super::acts::{OTHER, OWNER, Tree, achievement, act, ask, engagements, errands, hand, question};
use super::network::{CITY, COUNTY, REGION};

/// TMF-1 rule 11: the key of the act is (origin, key), kept for good: delivered twice, it acts once.
#[test]
fn tmf_1_rule_11_the_same_command_twice_acts_once() {
    let tree = Tree::new(910);
    let about = achievement(&tree);
    ask(&tree, question(&about, "能否许可？"));
    let mut carried = errands(&tree.county).remove(0).carried;
    let through = |carried: &mut Carried| carried.via = [COUNTY, CITY, REGION].map(str::to_owned).to_vec();
    through(&mut carried);
    for _ in 0..3 {
        assert_eq!(hand(&tree.other, REGION, &carried).unwrap(), "received");
        tree.work(&tree.other);
    }
    tree.rest();
    assert_eq!(hand(&tree.other, REGION, &carried).unwrap(), "received", "long afterwards as well");
    tree.rest();
    assert_eq!(engagements(&tree.other, OWNER).len(), 1);
    // The user asks again: the owner's rules refuse it, in the owner's words.
    let again = ask(&tree, question(&about, "再问一次"));
    tree.rest();
    let refused = act(&tree, &again);
    assert_eq!((&refused["state"], &refused["accepted"]), (&json!("decided"), &json!(false)));
    assert_eq!(refused["decision"]["refusal"]["code"], "already_enquired");
    assert!(refused["decision"]["refusal"]["zh"].as_str().unwrap().contains("已有进行中的对接"));
    assert_eq!(engagements(&tree.other, OWNER).len(), 1);
}

/// TMF-1 rule 11: forged, re-addressed, altered and stale commands are refused, and nothing of them is kept.
#[test]
fn tmf_1_rule_11_what_is_not_the_senders_is_refused() {
    let tree = Tree::new(920);
    let about = achievement(&tree);
    ask(&tree, question(&about, "能否许可？"));
    let mut good = errands(&tree.county).remove(0).carried;
    good.via = [COUNTY, CITY, REGION].map(str::to_owned).to_vec();
    let refused = |carried: &Carried, by: &str| hand(&tree.other, by, carried).unwrap_err().code();

    let mut renamed = good.clone();
    renamed.command.from = CITY.into();
    renamed.via = vec![CITY.into(), REGION.into()];
    assert_eq!(refused(&renamed, REGION), "command_not_authentic", "in the name of another");
    let mut rekeyed = good.clone();
    rekeyed.command.key = "another".into();
    assert_eq!(refused(&rekeyed, REGION), "command_not_authentic", "replayed under a new key");
    let mut longer = good.clone();
    longer.command.created = longer.command.created.plus_seconds(60);
    assert_eq!(refused(&longer, REGION), "command_not_authentic", "another time");
    let mut damaged = good.clone();
    damaged.command.sealed.insert(40, 'A');
    assert_eq!(refused(&damaged, REGION), "command_not_authentic");
    let mut stranger = good.clone();
    stranger.command.from = "cn-110105".into();
    stranger.via = vec!["cn-110105".into(), REGION.into()];
    assert_eq!(refused(&stranger, REGION), "node_not_known");
    assert_eq!(refused(&good, "cn-450200"), "command_malformed", "handed over by another than it says");
    let mut circle = good.clone();
    circle.via = [COUNTY, OTHER, REGION].map(str::to_owned).to_vec();
    assert_eq!(refused(&circle, REGION), "command_loops");

    // Re-addressed by a carrier: the region cannot open it as its own.
    let mut readdressed = good.clone();
    readdressed.command.to = REGION.into();
    readdressed.via = vec![COUNTY.into(), CITY.into()];
    assert_eq!(hand(&tree.region, CITY, &readdressed).unwrap_err().code(), "command_not_authentic");

    tree.work(&tree.other);
    assert!(engagements(&tree.other, OWNER).is_empty());

    // Another command under a key that was used.
    assert_eq!(hand(&tree.other, REGION, &good).unwrap(), "received");
    let mut reused = good.clone();
    reused.command.sealed.push('A');
    assert_eq!(refused(&reused, REGION), "command_key_reused");
    assert_eq!(hand(&tree.region, CITY, &shortened(&good)).unwrap(), "forwarded");
    let mut reused = shortened(&good);
    reused.command.sealed.push('A');
    assert_eq!(
        hand(&tree.region, CITY, &reused).unwrap_err().code(),
        "command_key_reused",
        "at a carrier too"
    );

    // Stale: after its life.
    tree.later(8 * 86_400);
    let mut stale = good.clone();
    stale.command.key = "never-seen".into();
    assert_eq!(refused(&stale, REGION), "command_expired");
}

fn shortened(carried: &Carried) -> Carried {
    let mut shorter = carried.clone();
    shorter.via.pop();
    shorter
}

/// TMF-1 rule 11: durable at every step: nodes are killed with the command and the result under way.
#[test]
fn tmf_1_rule_11_the_result_comes_after_crashes() {
    let mut tree = Tree::new(930);
    let about = achievement(&tree);
    let asked = ask(&tree, question(&about, "能否许可？"));
    tree.county.kill();
    tree.county.start();
    tree.work(&tree.county);
    tree.city.kill();
    tree.city.start();
    assert_eq!(act(&tree, &asked)["state"], "sent");
    // The region is away: the city keeps it and tries again later.
    tree.region.kill();
    tree.work(&tree.city);
    tree.region.start();
    tree.later(60);
    tree.work(&tree.city);
    tree.work(&tree.region);
    tree.other.kill();
    tree.other.start();
    tree.rest();
    let decided = act(&tree, &asked);
    assert_eq!((&decided["state"], &decided["accepted"]), (&json!("decided"), &json!(true)), "{decided}");
    assert_eq!(engagements(&tree.other, OWNER).len(), 1);
}

/// What nobody takes is given up, and its user is told; an operator may try it again.
#[test]
fn what_cannot_be_delivered_is_told() {
    let mut tree = Tree::new(940);
    let about = achievement(&tree);
    let asked = ask(&tree, question(&about, "能否许可？"));
    tree.city.kill();
    for _ in 0..2 {
        tree.work(&tree.county);
        tree.county.clock.advance_seconds(8 * 86_400);
    }
    let dead = act(&tree, &asked);
    assert_eq!(dead["state"], "undeliverable", "{dead}");
    assert!(!dead["undeliverable"].as_str().unwrap().is_empty());
    let operator = tree.county.city().as_("operator.operator");
    let hung = operator.get("/api/v1/federation/commands/undelivered").expect(200).body;
    assert_eq!((&hung["items"][0]["to"], hung["items"].as_array().unwrap().len()), (&json!(OTHER), 1));
    let path = format!("/api/v1/federation/commands/{COUNTY}/{}/retry", asked["id"].as_str().unwrap());
    operator.post(&path, json!(null)).expect(204);
    operator.post(&path, json!(null)).refused(404, "not_found");
}
