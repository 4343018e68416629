//! Committee, scores, ranking.

use serde_json::{Value, json};

use super::*;
use crate::trading::told::{begun, told};
use crate::trading::{BIDDER, OPERATOR, THIRD};

/// DOMAIN §4: price and weighted criteria in exact fractions; scores are published.
#[test]
fn domain_4_a_committee_scores_and_the_ranking_is_exact() {
    let city = City::new();
    let tender = scoring(&city);
    let id = tender.id.as_str();
    for (at, expert) in EXPERTS.iter().enumerate() {
        assert_eq!(sale(&city, id)["state"], "published");
        assert!(
            opening(&city, id)["sheets"].as_array().unwrap().is_empty(),
            "scores are secret until all are in"
        );
        // The first bidder has the worst price of three and the best points.
        let points = 90 + u32::try_from(at).unwrap();
        score(&city, id, expert, sheet(&city, id, BIDDER, points, 20)).expect(204);
    }
    let opened = opening(&city, id);
    assert_eq!(opened["sheets"].as_array().unwrap().len(), 5);
    let first = &opened["ranking"][0];
    assert_eq!(first["slot"].as_i64(), Some(slot_of(&city, &opened, BIDDER)));
    // 40 × 100 000 / 300 000 + (35 + 25) × 92 / 100
    assert_eq!((first["total_exact"].as_str(), first["total"].as_str()), (Some("1028/15"), Some("68.5333")));
    let second = &opened["ranking"][1];
    assert_eq!(second["slot"].as_i64(), Some(slot_of(&city, &opened, THIRD)));
    assert_eq!(second["total_exact"], "52");
    assert_eq!(sale(&city, id)["state"], "ended");
    assert_eq!(seen(&city, id)["committee"].as_array().unwrap().len(), 5);
}

/// DOMAIN §4: at least five, odd; none belongs to the tenderer or a bidder.
#[test]
fn domain_4_a_committee_is_odd_of_five_and_impartial() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), weighted(&city));
    let id = tender.id.as_str();
    let experts = experts(&city);
    for members in [&experts[..4], &experts[..3], &[]] {
        name_committee(&city, id, members).refused(422, "sealed_committee_size");
    }
    let user = |persona: &str| city.actor(persona).person().unwrap().user.to_string();
    let with = |persona: &str| [&experts[..4], &[user(persona)]].concat();
    let refused = name_committee(&city, id, &with("institute.admin")).expect(422);
    assert_eq!(refused.field("/members/4"), Some("sealed_committee_member"));
    // A bidder's own people are in it, which nobody may learn before the opening: so it stands until then.
    let bidders_own = with("enterprise.admin");
    name_committee(&city, id, &bidders_own).expect(204);
    for (bidder, fen) in BIDDERS.iter().zip([1, 2, 3]) {
        deposit(&city, id, bidder, fen);
    }
    assert!(seen(&city, id)["committee"].as_array().unwrap().is_empty(), "secret until the evaluation");
    open(&city, &tender);
    let score_of = |expert| score(&city, id, expert, sheet(&city, id, BIDDER, 1, 1));
    score_of(EXPERTS[0]).refused(403, "sealed_not_member");
    let refused = name_committee(&city, id, &bidders_own).expect(422);
    assert_eq!(refused.field("/members/4"), Some("sealed_committee_member"));
    name_committee(&city, id, &experts).expect(204);
    score_of(EXPERTS[0]).expect(204);
    score_of(EXPERTS[0]).refused(409, "sealed_scored");
    name_committee(&city, id, &experts).refused(409, "sealed_committee_fixed");
    score_of("enterprise.member").refused(403, "sealed_not_member");
}

/// DOMAIN §4, committee: once the envelopes are open the tenderer chooses no other judges.
#[test]
fn domain_4_the_committee_stands_from_the_opening_on() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), weighted(&city));
    let id = tender.id.as_str();
    for (bidder, fen) in BIDDERS.iter().zip([1, 2, 3]) {
        deposit(&city, id, bidder, fen);
    }
    let (first, second) =
        (experts(&city), [&experts(&city)[..4], &[user_of(&city, "government2.preparer")]].concat());
    name_committee(&city, id, &second).expect(204);
    name_committee(&city, id, &first).expect(204);
    open(&city, &tender);
    name_committee(&city, id, &second).refused(409, "sealed_committee_fixed");
    score(&city, id, EXPERTS[4], sheet(&city, id, BIDDER, 1, 1)).expect(204);
}

fn user_of(city: &City, persona: &str) -> String {
    city.actor(persona).person().unwrap().user.to_string()
}

#[test]
fn a_sheet_has_points_for_every_bid_and_criterion() {
    let city = City::new();
    let tender = scoring(&city);
    let id = tender.id.as_str();
    let whole = sheet(&city, id, BIDDER, 100, 0);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut sheet = whole.clone();
        change(&mut sheet);
        score(&city, id, EXPERTS[0], sheet)
    };
    changed(&|it| drop(it["rows"].as_array_mut().unwrap().pop())).refused(422, "sealed_sheet");
    changed(&|it| it["rows"][0]["points"] = json!([1])).refused(422, "sealed_sheet");
    changed(&|it| it["rows"][0]["points"] = json!([1, 101])).refused(422, "sealed_sheet");
    changed(&|it| it["rows"][1] = it["rows"][0].clone()).refused(422, "sealed_sheet");
    changed(&|_| {}).expect(204);
    let by_price = receiving(&city, terms(&city), setup(&city));
    name_committee(&city, &by_price.id, &experts(&city)).refused(409, "sealed_no_scoring");
}

fn vacate(city: &City, id: &str, member: &str, reason: &str) -> Response {
    let body = json!({"member": member, "reason": reason});
    city.as_(OPERATOR).post(&path(id, "/sealed/committee/vacate"), body)
}

/// Rule 9: a member that does not score holds nobody up. The operator vacates that seat, with a reason and on record; the
/// tenderer is told, and fills it alone.
#[test]
fn rule_9_the_seat_of_a_member_that_does_not_score_is_filled_again() {
    let city = begun();
    let tender = scoring(&city);
    let id = tender.id.as_str();
    for expert in &EXPERTS[..4] {
        score(&city, id, expert, sheet(&city, id, BIDDER, 90, 10)).expect(204);
    }
    let before = experts(&city);
    let with = |user: String| [&before[..4], &[user]].concat();
    let substitute = with(user_of(&city, "government2.preparer"));
    name_committee(&city, id, &substitute).refused(409, "sealed_committee_fixed");
    vacate(&city, id, &before[4], " ").expect(422);
    vacate(&city, id, &before[0], "已评分").refused(409, "sealed_seat");
    vacate(&city, id, &user_of(&city, "government2.preparer"), "x").refused(409, "sealed_seat");
    vacate(&city, id, &before[4], "因病不能评标").expect(204);
    vacate(&city, id, &before[4], "因病不能评标").refused(409, "sealed_seat");
    score(&city, id, EXPERTS[4], sheet(&city, id, BIDDER, 90, 10)).refused(403, "sealed_not_member");
    let seats = city.as_(SELLER).get(&path(id, "/sealed")).expect(200).body["vacant_seats"].clone();
    assert_eq!((seats, &seen(&city, id)["vacant_seats"]), (json!([4]), &json!([])));
    assert!(told(&city, SELLER).contains(&"sealed_seat_vacated".to_owned()));
    assert!(told(&city, EXPERTS[4]).contains(&"sealed_seat_left".to_owned()));
    // That seat alone, by somebody impartial who has not left it.
    let mut others = substitute.clone();
    others.swap(0, 1);
    name_committee(&city, id, &others).refused(409, "sealed_committee_fixed");
    for unfit in [before[4].clone(), user_of(&city, "enterprise.admin")] {
        let refused = name_committee(&city, id, &with(unfit)).expect(422);
        assert_eq!(refused.field("/members/4"), Some("sealed_committee_member"));
    }
    name_committee(&city, id, &substitute).expect(204);
    name_committee(&city, id, &before).refused(409, "sealed_committee_fixed");
    assert_eq!(sale(&city, id)["state"], "published");
    score(&city, id, "government2.preparer", sheet(&city, id, BIDDER, 90, 10)).expect(204);
    assert_eq!(sale(&city, id)["state"], "ended");
    assert_eq!(opening(&city, id)["sheets"].as_array().unwrap().len(), 5);
}
