//! Listing: offers, the best by the published rule, extension.

use serde_json::json;

use super::super::support::City;
use super::*;

fn offer(city: &City, id: &str, persona: &str, fen: i64) -> Response {
    city.as_(persona).put(&path(id, "/offer"), json!({"price_fen": fen}))
}

#[test]
fn domain_4_an_asked_price_goes_to_the_highest_offer() {
    let city = City::new();
    let id = on_market(&city, "listing", listing_terms(&city, false));
    for persona in [BIDDER, SECOND] {
        enrol(&city, &id, persona);
    }
    offer(&city, &id, BIDDER, 199_999).refused(409, "sale_bid_low");
    offer(&city, &id, BIDDER, 210_000).expect(200);
    offer(&city, &id, BIDDER, 205_000).refused(409, "sale_offer_lower");
    offer(&city, &id, SECOND, 220_000).expect(200);
    offer(&city, &id, BIDDER, 215_000).expect(200);
    let changes =
        city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000)).unwrap();
    assert!(
        changes.iter().all(|change| !change.facts.to_string().contains("220000")),
        "secret until the end"
    );
    let ended = to_end(&city, &id);
    assert_eq!((&ended["state"], &ended["result"]["price_fen"]), (&json!("awarded"), &json!(220_000)));
    offer(&city, &id, BIDDER, 230_000).refused(409, "state_conflict");
}

#[test]
fn domain_4_a_fixed_price_goes_to_the_first_offer() {
    let city = City::new();
    let id = on_market(&city, "listing", listing_terms(&city, true));
    for persona in [BIDDER, SECOND] {
        enrol(&city, &id, persona);
    }
    offer(&city, &id, SECOND, 200_001).refused(422, "sale_offer_fixed");
    offer(&city, &id, SECOND, 200_000).expect(200);
    city.clock.advance_seconds(1);
    offer(&city, &id, BIDDER, 200_000).expect(200);
    assert_eq!(to_end(&city, &id)["result"]["winner"]["name"], "示例enterprise2");
}

#[test]
fn domain_4_a_listing_without_offers_is_extended_as_announced_then_unsold() {
    let city = City::new();
    let mut terms = listing_terms(&city, true);
    terms["extend_days"] = json!(5);
    terms["extensions_max"] = json!(1);
    let id = on_market(&city, "listing", terms);
    let end = day(&city, 20);
    let extended = to_end(&city, &id);
    assert_eq!((&extended["state"], &extended["ends_at"]), (&json!("published"), &json!(end.plus_days(5))));
    let ended = to_end(&city, &id);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("unsold"), &json!("no_bids")));
}

#[test]
fn a_listing_may_ask_for_a_deposit() {
    let city = City::new();
    let mut terms = listing_terms(&city, false);
    terms["deposit_fen"] = json!(20_000);
    let id = on_market(&city, "listing", terms);
    let enrolment = enrol(&city, &id, BIDDER);
    offer(&city, &id, BIDDER, 200_000).refused(409, "sale_deposit_missing");
    pay(&city, &enrolment);
    offer(&city, &id, BIDDER, 200_000).expect(200);
    let mut early = listing_terms(&city, true);
    early["ends_at"] = json!(day(&city, 19));
    let early = publish(&city, &drafted(&city, "listing", early)).expect(422);
    assert_eq!(early.field("/terms/mode/ends_at"), Some("sale_ends_early"));
}

/// DOMAIN §4, listing: as often as announced, though a correction moved the end meanwhile.
#[test]
fn domain_4_a_correction_does_not_give_a_listing_its_extensions_back() {
    let city = City::new();
    let mut terms = listing_terms(&city, true);
    terms["extend_days"] = json!(5);
    terms["extensions_max"] = json!(1);
    let id = on_market(&city, "listing", terms);
    let extended = to_end(&city, &id)["ends_at"].as_str().unwrap().parse::<UtcTime>().unwrap();
    let change = json!({"ends_at": extended.plus_days(2), "reason": "顺延两日"});
    city.as_(SELLER).post(&path(&id, "/corrections"), change).expect(200);
    let ended = to_end(&city, &id);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("unsold"), &json!("no_bids")));
}

/// Rule 8: who takes part is secret until the end; of what is taken back before anything was decided there is none.
#[test]
fn rule_8_a_withdrawn_sale_names_nobody() {
    let city = City::new();
    let withdrawn = bidding(&city);
    enrol(&city, &withdrawn, BIDDER);
    city.as_(SELLER).post(&path(&withdrawn, "/withdraw"), json!({"reason": "改变计划"})).expect(200);
    let annulled = bidding(&city);
    enrol(&city, &annulled, BIDDER);
    let answer = json!({"uphold": true, "annul": true, "text": "权属有瑕疵。"});
    let objection = objected(&city, &annulled);
    city.as_(OPERATOR).post(&format!("/api/v1/sales/objections/{objection}/answer"), answer).expect(200);
    for id in [withdrawn, annulled] {
        for reader in [SELLER, OPERATOR] {
            let seen = city.as_(reader).get(&path(&id, "/participants")).expect(200);
            assert_eq!(seen.body["items"][0]["party"], Value::Null, "{}", seen.text());
            assert!(seen.body["items"][0]["alias"].is_string() && !seen.text().contains("示例enterprise"));
        }
    }
    let decided = awarded(&city);
    let seen = city.as_(SELLER).get(&path(&decided, "/participants")).expect(200).body;
    assert_eq!(seen["items"][0]["party"]["name"], "示例enterprise");
}

/// A draft that was taken back was never before the public: nor in a calendar, or live.
#[test]
fn a_withdrawn_draft_is_nobodys_business() {
    let city = City::new();
    let id = drafted(&city, "online_bidding", bidding_terms(&city));
    city.as_(SELLER).post(&path(&id, "/withdraw"), json!({"reason": "改变计划"})).expect(200);
    for rest in ["", "/calendar.ics", "/state"] {
        city.anonymous().get(&path(&id, rest)).refused(404, "not_found");
    }
    city.as_(THIRD).send("PUT", &path(&id, "/watch"), None).refused(404, "not_found");
}

/// Sales whose turn fails again and again, more than are read at once, do not stand before the others.
#[test]
fn sales_that_cannot_be_tended_hold_up_nobody() {
    use diesel::prelude::*;
    let city = City::new();
    let ids: Vec<String> = (0..5).map(|_| on_market(&city, "listing", listing_terms(&city, true))).collect();
    let broken: Vec<String> = ids[..4].to_vec();
    let spoil = move |conn: &mut techmart::db::Conn| -> Result<(), techmart::kernel::error::Refusal> {
        for id in &broken {
            let sql = "UPDATE sale SET standing = '{\"state\":\"nowhere\"}' WHERE id = $1";
            diesel::sql_query(sql).bind::<diesel::sql_types::Text, _>(id).execute(conn)?;
        }
        Ok(())
    };
    city.app.db.write_blocking("test.spoil", move |tx| spoil(tx)).unwrap();
    city.clock.set(day(&city, 21));
    assert!(techmart::trading::tend_due(&city.app.db, 2).is_err(), "it is said");
    assert_eq!(city.anonymous().get(&path(&ids[4], "")).expect(200).body["state"], "unsold");
}
