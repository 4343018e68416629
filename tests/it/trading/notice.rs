//! Drafts, publication and what everybody may see.

use serde_json::json;

use super::super::support::City;
use super::super::support::records::{published, urn};
use super::*;

#[test]
fn a_draft_is_its_sellers_and_a_published_sale_everybodys() {
    let city = City::new();
    let id = drafted(&city, "online_bidding", bidding_terms(&city));
    for other in ["", "institute2.member", BIDDER, OPERATOR] {
        city.as_(other).get(&path(&id, "")).refused(404, "not_found");
    }
    assert_eq!(city.as_(SELLER).get(&path(&id, "")).expect(200).body["state"], "draft");
    assert_eq!(publish(&city, &id).expect(200).body["state"], "published");
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!((&seen["phase"], &seen["own"]), (&json!("notice"), &json!(false)));
    let list = city.anonymous().get("/api/v1/sales?mode=online_bidding").expect(200).body;
    assert_eq!(list["items"][0]["id"], id.as_str());
    let public = city.change_of(&id, "sale.published");
    assert_eq!(public["schema"], "sale.v1");
    assert_eq!(public["price"]["start_fen"], 100_000);
    // The achievement is held for the sale.
    let about = public["lots"][0]["about"].as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let again = body_of(&city, &about);
    city.as_(SELLER).post("/api/v1/sales", again).expect(422);
}

fn body_of(city: &City, achievement: &str) -> Value {
    let mut again = body(city, "listing", listing_terms(city, true));
    again["lots"] = json!([{"about": urn("achievements", achievement)}]);
    again
}

#[test]
fn domain_4_what_a_notice_must_say() {
    let city = City::new();
    let with = |change: &dyn Fn(&mut Value)| {
        let mut terms = bidding_terms(&city);
        change(&mut terms);
        publish(&city, &drafted(&city, "online_bidding", terms))
    };
    let field = |answer: Response, entry: &str| {
        let answer = answer.expect(422);
        answer
            .field(&format!("/terms/mode/{entry}"))
            .unwrap_or_else(|| panic!("{}", answer.text()))
            .to_owned()
    };
    let at = |days: i64| json!(day(&city, days));
    assert_eq!(field(with(&|t| t["starts_at"] = at(29)), "starts_at"), "sale_notice");
    assert_eq!(field(with(&|t| t["ends_at"] = t["starts_at"].clone()), "ends_at"), "sale_duration");
    assert_eq!(field(with(&|t| t["deposit_fen"] = json!(4_999)), "deposit_fen"), "sale_deposit_share");
    assert_eq!(field(with(&|t| t["deposit_fen"] = json!(20_001)), "deposit_fen"), "sale_deposit_share");
    assert_eq!(field(with(&|t| t["increment_fen"] = json!(0)), "increment_fen"), "sale_increment");
    assert_eq!(field(with(&|t| t["ends_at"] = at(400)), "ends_at"), "sale_ends_late");
    let auctioneer =
        json!({"house": "示例拍卖行", "house_licence": "示例-1", "name": "示例拍卖师", "licence": "示例-2"});
    assert_eq!(field(with(&|t| t["auctioneer"] = auctioneer.clone()), "auctioneer"), "sale_auctioneer");
    with(&|t| {
        t["movables"] = json!(true);
        t["starts_at"] = at(15);
        t["ends_at"] = at(16);
    })
    .expect(200);
    // 拍卖: the same engine with a licensed auctioneer on the record.
    let auction = drafted(&city, "auction", bidding_terms(&city));
    assert_eq!(field(publish(&city, &auction), "auctioneer"), "sale_auctioneer");
    let mut terms = bidding_terms(&city);
    terms["auctioneer"] = auctioneer;
    on_market(&city, "auction", terms);
}

#[test]
fn terms_belong_to_their_mode_and_lots_to_their_seller() {
    let city = City::new();
    let wrong = body(&city, "listing", bidding_terms(&city));
    let answer = city.as_(SELLER).post("/api/v1/sales", wrong).expect(422);
    assert_eq!(answer.field("/terms/mode/kind"), Some("sale_mode_terms"));
    let mut foreign = body(&city, "listing", listing_terms(&city, true));
    foreign["lots"] =
        json!([{"about": urn("achievements", &published(&city, "achievements", "institute2.member"))}]);
    let answer = city.as_(SELLER).post("/api/v1/sales", foreign).expect(422);
    assert_eq!(answer.field("/lots/0/about"), Some("sale_lot"));
}

#[test]
fn a_sale_is_withdrawn_before_the_first_bid() {
    let city = City::new();
    let id = running(&city);
    let reason = json!({"reason": "改为自行实施"});
    bid(&city, &id, BIDDER, 100_000).expect(200);
    city.as_(SELLER).post(&path(&id, "/withdraw"), reason.clone()).refused(409, "sale_has_bids");
    let other = bidding(&city);
    let seen = city.as_(SELLER).post(&path(&other, "/withdraw"), reason).expect(200).body;
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("withdrawn"), &json!("改为自行实施")));
    bid(&city, &other, BIDDER, 100_000).refused(409, "sale_not_enrolled");
}

#[test]
fn domain_4_the_reserve_is_in_no_answer_fact_or_projection() {
    let city = City::new();
    let id = drafted(&city, "online_bidding", bidding_terms(&city));
    let seller = city.as_(SELLER);
    let low = seller.put(&path(&id, "/reserve"), json!({"reserve_fen": 99_000})).expect(422);
    assert_eq!(low.field("/reserve_fen"), Some("sale_reserve"));
    const RESERVE: &str = "123457";
    let set = seller.put(&path(&id, "/reserve"), json!({"reserve_fen": 123_457})).expect(200);
    assert_eq!(set.body["has_reserve"], true);
    publish(&city, &id).expect(200);
    let seen = seller.get(&path(&id, "")).expect(200).text();
    let changes =
        city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000)).unwrap();
    let told: String = changes.iter().map(|change| format!("{} {:?}", change.facts, change.public)).collect();
    for text in [set.text(), seen, told] {
        assert!(!text.contains(RESERVE), "{text}");
    }
}
