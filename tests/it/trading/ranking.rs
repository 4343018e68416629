//! Who follows a winner that defaults, and that no running sale is passed over.

use serde_json::json;

use super::super::support::City;
use super::*;

/// The default of whoever outbid the others: who follows, and whether the protocol ranks alike.
fn second_after_default(city: &City, id: &str) -> (String, Value) {
    assert_eq!(to_end(city, id)["state"], "awarded");
    let next = defaulted(city, id).expect(200).body;
    city.app.run_jobs().unwrap();
    let signed = city.anonymous().get(&path(id, "/protocol")).expect(200).body;
    let read = serde_json::from_value(signed["protocol"].clone()).unwrap();
    techmart::trading::protocol::replay(&read).unwrap();
    let name = next["result"]["winner"]["name"].as_str().unwrap().to_owned();
    (name, next["result"]["price_fen"].clone())
}

/// DOMAIN §4, proxy bid: of equal maxima the earlier wins at that price, also among those who follow a defaulter.
#[test]
fn domain_4_of_equal_maxima_the_earlier_follows_a_defaulter() {
    let city = City::new();
    let mut terms = bidding_terms(&city);
    terms["rank_two_follows"] = json!(true);
    let id = on_market(&city, "online_bidding", terms);
    for persona in [BIDDER, SECOND, THIRD] {
        admitted(&city, &id, persona);
    }
    to_start(&city, &id);
    maximum(&city, &id, BIDDER, 120_000).expect(200);
    maximum(&city, &id, SECOND, 120_000).expect(200);
    bid(&city, &id, THIRD, 121_000).expect(200);
    assert_eq!(second_after_default(&city, &id), ("示例enterprise".to_owned(), json!(120_000)));
}

/// DOMAIN §4, priority holder: whoever matched the highest price led at it, and follows before whom it matched.
#[test]
fn domain_4_a_match_follows_a_defaulter_before_the_bid_it_matched() {
    let city = City::new();
    let mut terms = bidding_terms(&city);
    terms["rank_two_follows"] = json!(true);
    let mut draft = body(&city, "online_bidding", terms);
    let holder = city.organisation(SECOND);
    let read = city.app.db.read_blocking(move |it| techmart::identity::service::party(it, holder));
    draft["terms"]["priority_holders"] =
        json!([{"name": "示例乙", "credit_code": read.unwrap().credit_code, "rank": 1}]);
    let id = city.as_(SELLER).post("/api/v1/sales", draft).expect(201).id();
    publish(&city, &id).expect(200);
    for persona in [BIDDER, SECOND, THIRD] {
        admitted(&city, &id, persona);
    }
    to_start(&city, &id);
    bid(&city, &id, BIDDER, 120_000).expect(200);
    match_highest(&city, &id, SECOND).expect(200);
    bid(&city, &id, THIRD, 121_000).expect(200);
    assert_eq!(second_after_default(&city, &id), ("示例enterprise2".to_owned(), json!(120_000)));
}

/// DOMAIN §4, failure of the platform: however many sales run, none is left without a sign of life.
#[test]
fn domain_4_a_running_sale_is_not_passed_over_for_those_that_end_earlier() {
    let city = City::new();
    let ids: Vec<String> = (1..=3)
        .map(|days| {
            let mut terms = bidding_terms(&city);
            terms["ends_at"] = json!(day(&city, 30 + days));
            on_market(&city, "online_bidding", terms)
        })
        .collect();
    to_start(&city, &ids[0]);
    city.clock.advance_seconds(6);
    let (now, fresh) = (city.now(), ids[..2].to_vec());
    let touched = city.app.db.write_blocking("test.beat", move |tx| {
        use diesel::prelude::*;
        use diesel::sql_types::{Text, Timestamp};
        for id in &fresh {
            diesel::sql_query("UPDATE sale_run SET beat_at = $1 WHERE sale = $2")
                .bind::<Timestamp, _>(*now.naive())
                .bind::<Text, _>(id)
                .execute(&mut **tx)?;
        }
        Ok(())
    });
    touched.unwrap();
    let read = city
        .app
        .db
        .read_blocking(move |snapshot| techmart::trading::service::runs_to_tend(snapshot, now, None, 2));
    let due: Vec<String> = read.unwrap().0.iter().map(ToString::to_string).collect();
    assert_eq!(due, [ids[2].clone()]);
}
