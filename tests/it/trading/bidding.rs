//! Ascending bidding: each row of the table of DOMAIN §4.

use serde_json::json;

use super::super::support::City;
use super::*;

#[test]
fn domain_4_no_deposit_no_bid() {
    let city = City::new();
    let id = bidding(&city);
    let enrolment = enrol(&city, &id, BIDDER);
    assert_eq!(enrolment["deposit"]["amount_fen"], 10_000);
    city.as_(BIDDER).send("POST", &path(&id, "/enrolment"), None).refused(409, "sale_enrolled");
    to_start(&city, &id);
    bid(&city, &id, SECOND, 100_000).refused(409, "sale_not_enrolled");
    bid(&city, &id, BIDDER, 100_000).refused(409, "sale_deposit_missing");
    pay(&city, &enrolment);
    bid(&city, &id, BIDDER, 100_000).expect(200);
}

#[test]
fn domain_4_a_deposit_is_confirmed_to_the_fen_and_once() {
    let city = City::new();
    let id = bidding(&city);
    enrol(&city, &id, BIDDER);
    let payer = city.as_(PAYER);
    let list = payer.get(&format!("/api/v1/sales/deposits?sale={id}")).expect(200).body;
    let deposit = format!("/api/v1/sales/deposits/{}/confirm", list["items"][0]["id"].as_str().unwrap());
    let receipt = |fen: i64| json!({"received_fen": fen, "voucher": "回单"});
    let wrong = payer.post(&deposit, receipt(9_999)).expect(422);
    assert_eq!(wrong.field("/received_fen"), Some("sale_deposit_amount"));
    payer.post(&deposit, receipt(10_000)).expect(200);
    payer.post(&deposit, receipt(10_000)).refused(409, "state_conflict");
    assert_eq!(deposits(&city, &id), [("confirmed".to_owned(), 1)]);
}

#[test]
fn domain_4_bids_rise_by_the_increment_and_the_close_decides() {
    let city = City::new();
    let id = running(&city);
    assert_eq!(city.anonymous().get(&path(&id, "")).expect(200).body["phase"], "open");
    bid(&city, &id, BIDDER, 99_000).refused(409, "sale_bid_low");
    bid(&city, &id, BIDDER, 100_500).refused(422, "sale_bid_grid");
    let first = bid(&city, &id, BIDDER, 100_000).expect(200).body;
    assert_eq!((&first["leads"], &first["next_fen"]), (&json!(true), &json!(101_000)));
    bid(&city, &id, BIDDER, 101_000).refused(409, "sale_leading");
    bid(&city, &id, SECOND, 100_000).refused(409, "sale_bid_low");
    bid(&city, &id, SECOND, 103_000).expect(200);
    let book = city.anonymous().get(&path(&id, "/bids")).expect(200).body;
    let prices: Vec<_> =
        book["items"].as_array().unwrap().iter().map(|bid| bid["price_fen"].clone()).collect();
    assert_eq!(prices, [103_000, 100_000]);
    let ended = to_end(&city, &id);
    assert_eq!(ended["state"], "awarded");
    let took_part = city.as_(SELLER).get(&path(&id, "/participants")).expect(200).body;
    assert_eq!(took_part["items"][0]["party"]["name"], "示例enterprise");
    assert_eq!(ended["result"]["price_fen"], 103_000);
    assert_eq!(ended["result"]["winner"]["name"], "示例enterprise2");
    bid(&city, &id, BIDDER, 104_000).refused(409, "sale_over");
    let paper = city.anonymous().get(&path(&id, "/confirmation")).expect(200).body;
    assert_eq!((&paper["price_fen"], &paper["bids"]), (&json!(103_000), &json!(2)));
    let told = city.change(&id, "sale.awarded");
    assert_eq!((&told.facts["price_fen"], &told.facts["rank"]), (&json!(103_000), &json!(1)));
    assert_eq!(told.facts["winner"]["name"], "示例enterprise2");
}

#[test]
fn domain_4_one_bidder_at_the_start_price_is_a_valid_sale() {
    let city = City::new();
    let id = bidding(&city);
    admitted(&city, &id, BIDDER);
    to_start(&city, &id);
    bid(&city, &id, BIDDER, 100_000).expect(200);
    assert_eq!(to_end(&city, &id)["result"]["price_fen"], 100_000);
}

#[test]
fn domain_4_bids_are_taken_only_between_start_and_end() {
    let city = City::new();
    let id = bidding(&city);
    admitted(&city, &id, BIDDER);
    bid(&city, &id, BIDDER, 100_000).refused(409, "sale_not_open");
    to_start(&city, &id);
    travel(&city, city.now().plus_days(1));
    // The job has not run yet: the receipt clock decides, not the job.
    bid(&city, &id, BIDDER, 100_000).refused(409, "sale_over");
    let ended = to_end(&city, &id);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("unsold"), &json!("no_bids")));
}

#[test]
fn domain_4_a_late_bid_extends_the_end_by_five_minutes() {
    let city = City::new();
    let id = running(&city);
    let end = city.now().plus_days(1);
    travel(&city, end.plus_seconds(-299));
    let answer = bid(&city, &id, BIDDER, 100_000).expect(200).body;
    assert_eq!((&answer["extended"], &answer["ends_at"]), (&json!(true), &json!(end.plus_seconds(1))));
    travel(&city, end);
    bid(&city, &id, SECOND, 101_000).expect(200);
    assert_eq!(to_end(&city, &id)["result"]["price_fen"], 101_000);
}

#[test]
fn domain_4_below_the_reserve_is_unsold() {
    let city = City::new();
    let id = drafted(&city, "online_bidding", bidding_terms(&city));
    city.as_(SELLER).put(&path(&id, "/reserve"), json!({"reserve_fen": 110_000})).expect(200);
    publish(&city, &id).expect(200);
    admitted(&city, &id, BIDDER);
    to_start(&city, &id);
    bid(&city, &id, BIDDER, 109_000).expect(200);
    let ended = to_end(&city, &id);
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("unsold"), &json!("reserve_not_met")));
    assert_eq!(deposits(&city, &id), [("released".to_owned(), 1)]);
}

#[test]
fn domain_4_identities_are_secret_until_the_end_from_staff_too() {
    let city = City::new();
    let id = running(&city);
    bid(&city, &id, BIDDER, 100_000).expect(200);
    maximum(&city, &id, SECOND, 150_000).expect(200);
    let party = buyer(&city);
    let (name, code) = (party["name"].as_str().unwrap(), party["credit_code"].as_str().unwrap());
    let organisation = city.organisation("enterprise").to_string();
    let mut texts = vec![];
    for persona in ["", SELLER, SECOND, PAYER, OPERATOR, "operator.auditor", "government.preparer"] {
        let client = city.as_(persona);
        client.get(&path(&id, "/participants")).expect(if persona.is_empty() { 401 } else { 403 });
        for rest in ["", "/bids", "/deposits", "/confirmation", "/questions", "/objections"] {
            texts.push(client.get(&path(&id, rest)).text());
        }
        for list in ["sales/deposits", "sales/own", "ledger/accounts", "ledger/transactions", "audit"] {
            texts.push(client.get(&format!("/api/v1/{list}?limit=100")).text());
        }
    }
    city.as_(PAYER).get("/api/v1/ledger/accounts?limit=100").expect(200);
    city.as_("operator.auditor").get("/api/v1/audit?limit=100").expect(200);
    let changes =
        city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000)).unwrap();
    let of_sales = changes.iter().filter(|change| change.kind.starts_with("sale"));
    texts.extend(of_sales.map(|change| format!("{} {} {:?}", change.actor, change.facts, change.public)));
    for text in &texts {
        for secret in [name, code, organisation.as_str(), "150000"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn domain_4_who_may_not_bid() {
    let city = City::new();
    let code = |persona: &str| {
        let id = city.organisation(persona);
        let read =
            city.app.db.read_blocking(move |snapshot| techmart::identity::service::party(snapshot, id));
        read.unwrap().credit_code
    };
    let mut draft = body(&city, "online_bidding", bidding_terms(&city));
    draft["terms"]["related_parties"] = json!([code("enterprise2")]);
    let id = city.as_(SELLER).post("/api/v1/sales", draft).expect(201).id();
    publish(&city, &id).expect(200);
    let enrolling = |persona: &str| city.as_(persona).send("POST", &path(&id, "/enrolment"), None);
    enrolling("institute.admin").refused(403, "sale_not_seller");
    enrolling(SECOND).refused(403, "sale_not_seller");
    enrolling(OPERATOR).refused(403, "forbidden");
    admitted(&city, &id, BIDDER);
    bar(&city, "enterprise");
    to_start(&city, &id);
    bid(&city, &id, BIDDER, 100_000).refused(403, "sale_bidder_barred");
}

fn with_holders(city: &City) -> String {
    let code = |persona: &str| {
        let id = city.organisation(persona);
        let read =
            city.app.db.read_blocking(move |snapshot| techmart::identity::service::party(snapshot, id));
        read.unwrap().credit_code
    };
    let mut draft = body(city, "online_bidding", bidding_terms(city));
    draft["terms"]["priority_holders"] = json!([
        {"name": "示例甲", "credit_code": code("broker"), "rank": 1, "ground": "委托人"},
        {"name": "示例乙", "credit_code": code("enterprise2"), "rank": 2},
    ]);
    let id = city.as_(SELLER).post("/api/v1/sales", draft).expect(201).id();
    publish(city, &id).expect(200);
    for persona in [BIDDER, SECOND, THIRD] {
        admitted(city, &id, persona);
    }
    to_start(city, &id);
    id
}

#[test]
fn domain_4_a_priority_holder_matches_the_highest_price_once() {
    let city = City::new();
    let id = with_holders(&city);
    match_highest(&city, &id, SECOND).refused(409, "sale_match_nothing");
    bid(&city, &id, BIDDER, 120_000).expect(200);
    match_highest(&city, &id, BIDDER).refused(403, "sale_match_not_holder");
    assert_eq!(match_highest(&city, &id, SECOND).expect(200).body["price_fen"], 120_000);
    match_highest(&city, &id, THIRD).expect(200);
    match_highest(&city, &id, SECOND).refused(409, "sale_match_used");
    let ended = to_end(&city, &id);
    assert_eq!(ended["result"]["price_fen"], 120_000);
    assert_eq!(ended["result"]["winner"]["name"], "示例broker");
}

#[test]
fn domain_4_a_maximum_bids_by_itself_and_stays_secret() {
    let city = City::new();
    let id = running(&city);
    let set = maximum(&city, &id, BIDDER, 150_500).expect(200).body;
    assert_eq!((&set["leads"], &set["price_fen"]), (&json!(true), &json!(100_000)));
    let outbid = bid(&city, &id, SECOND, 120_000).expect(200).body;
    assert_eq!((&outbid["leads"], &outbid["price_fen"]), (&json!(false), &json!(121_000)));
    maximum(&city, &id, BIDDER, 140_000).refused(409, "sale_maximum_lower");
    let own = city.as_(BIDDER).get(&path(&id, "/enrolment")).expect(200).body;
    assert_eq!(own["maximum_fen"], 150_500);
    maximum(&city, &id, SECOND, 150_000).expect(200);
    let ended = to_end(&city, &id);
    assert_eq!(ended["result"]["price_fen"], 150_000, "equal maxima on the grid: the earlier wins");
    assert_eq!(ended["result"]["winner"]["name"], "示例enterprise");
    let gone = city.as_(BIDDER).get(&path(&id, "/enrolment")).expect(200).body;
    assert_eq!(gone["maximum_fen"], Value::Null, "of no use after the end");
}

#[test]
fn domain_4_losers_get_their_deposits_back_and_the_winners_counts() {
    let city = City::new();
    let id = awarded(&city);
    assert_eq!(deposits(&city, &id), [("confirmed".to_owned(), 1), ("released".to_owned(), 1)]);
    concluded(&city, &id, BIDDER);
    city.app.run_jobs().unwrap();
    let accounts = city.as_(PAYER).get(&path(&id, "/deposits")).expect(200).body;
    assert_eq!((&accounts["settled"], &accounts["held_fen"]), (&json!(true), &json!(0)));
    assert_eq!(deposits(&city, &id), [("applied".to_owned(), 1), ("released".to_owned(), 1)]);
    books_hold(&city, &id);
}

/// Every fen that came in is where the deposits say.
pub fn books_hold(city: &City, id: &str) {
    use techmart::ledger::model::AccountKind as Kind;
    let urn = format!("urn:tm:cn-450700:sale:{id}");
    let read = city.app.db.read_blocking(move |snapshot| {
        techmart::ledger::service::transactions(snapshot, Some(&urn), None, 1_000)
    });
    let postings: Vec<_> = read.unwrap().into_iter().flat_map(|transaction| transaction.postings).collect();
    let of =
        |kind: Kind| postings.iter().filter(|it| it.account.kind == kind).map(|it| it.amount.0).sum::<i64>();
    assert_eq!(of(Kind::DepositHeld), 0);
    let out = of(Kind::DepositReleased) + of(Kind::DepositApplied) + of(Kind::DepositForfeited);
    assert_eq!(out, -of(Kind::DepositReceived));
}

#[test]
fn domain_4_a_failure_of_the_platform_suspends_and_gives_the_time_back() {
    let city = City::new();
    let id = running(&city);
    let begun = city.now();
    bid(&city, &id, BIDDER, 100_000).expect(200);
    city.clock.set(begun.plus_seconds(61));
    bid(&city, &id, SECOND, 101_000).refused(409, "sale_stands_still");
    city.app.run_jobs().unwrap();
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!(seen["phase"], "suspended");
    let (resumes, ends) = (begun.plus_seconds(61 + 1_800), begun.plus_seconds(61 + 1_800 + 86_400));
    assert_eq!((&seen["suspensions"][0]["resumes_at"], &seen["ends_at"]), (&json!(resumes), &json!(ends)));
    assert_eq!(city.change(&id, "sale.suspended").facts["reason"], "platform_failure");
    bid(&city, &id, SECOND, 101_000).refused(409, "sale_not_open");
    city.clock.set(resumes);
    bid(&city, &id, SECOND, 101_000).expect(200);
    assert_eq!(to_end(&city, &id)["result"]["price_fen"], 101_000);
}

#[test]
fn domain_4_down_at_the_closing_moment() {
    let city = City::new();
    // Nothing was missed: the close decides, however late.
    let id = running(&city);
    bid(&city, &id, BIDDER, 100_000).expect(200);
    let end = city.now().plus_days(1);
    travel(&city, end.plus_seconds(-1));
    city.clock.set(end.plus_seconds(7_200));
    city.app.run_jobs().unwrap();
    assert_eq!(city.anonymous().get(&path(&id, "")).expect(200).body["state"], "awarded");
    // The last two minutes were missed: they are given back.
    let id = running(&city);
    let end = city.now().plus_days(1);
    travel(&city, end.plus_seconds(-120));
    city.clock.set(end.plus_seconds(180));
    city.app.run_jobs().unwrap();
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!((&seen["state"], &seen["phase"]), (&json!("published"), &json!("suspended")));
    assert_eq!(seen["ends_at"], json!(end.plus_seconds(180 + 1_800 + 120)));
}

#[test]
fn domain_4_the_operator_suspends_with_a_reason() {
    let city = City::new();
    let id = running(&city);
    let seen =
        city.as_(OPERATOR).post(&path(&id, "/suspend"), json!({"reason": "核查资料"})).expect(200).body;
    assert_eq!(seen["state"], "published");
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!((&seen["phase"], &seen["suspensions"][0]["note"]), (&json!("suspended"), &json!("核查资料")));
    city.as_(OPERATOR).post(&path(&id, "/suspend"), json!({"reason": "再次"})).refused(409, "state_conflict");
}

/// DOMAIN §4, failure of the platform: "or at all within the last 10 minutes"; its last seconds too.
#[test]
fn domain_4_a_failure_in_the_last_seconds_gives_them_back() {
    let city = City::new();
    let id = running(&city);
    bid(&city, &id, BIDDER, 100_000).expect(200);
    let end: UtcTime =
        city.anonymous().get(&path(&id, "")).expect(200).body["ends_at"].as_str().unwrap().parse().unwrap();
    travel(&city, end.plus_seconds(-12));
    // Down from here on, and up again three minutes later.
    city.clock.set(end.plus_seconds(180));
    city.app.run_jobs().unwrap();
    let seen = city.anonymous().get(&path(&id, "")).expect(200).body;
    assert_eq!((&seen["state"], &seen["phase"]), (&json!("published"), &json!("suspended")));
    let given = &seen["suspensions"][0];
    assert_eq!(given["since"], json!(end.plus_seconds(-12)));
    assert_eq!(given["new_ends_at"], json!(end.plus_seconds(180 + 1_800 + 12)));
}

/// In the last part each turn of the job leaves a sign of life.
#[test]
fn domain_4_signs_of_life_come_each_second_in_the_last_part() {
    let city = City::new();
    let id = running(&city);
    bid(&city, &id, BIDDER, 100_000).expect(200);
    let end: UtcTime =
        city.anonymous().get(&path(&id, "")).expect(200).body["ends_at"].as_str().unwrap().parse().unwrap();
    travel(&city, end.plus_seconds(-4));
    for left in [-3, -2, -1] {
        city.clock.set(end.plus_seconds(left));
        city.app.run_jobs().unwrap();
    }
    // It stopped in its last second, and decides an hour late: nothing was missed.
    city.clock.set(end.plus_seconds(3_600));
    city.app.run_jobs().unwrap();
    assert_eq!(city.anonymous().get(&path(&id, "")).expect(200).body["state"], "awarded");
}
