//! Both sides say that the contract is signed (rule 24; DOMAIN §4, deposits: the winner's counts to the price).

use serde_json::json;
use techmart::kernel::codes::CreditCode;

use super::super::support::City;
use super::*;
use crate::support::contracts::{act, form, registrar, submit};

fn conclude(city: &City, id: &str) -> Response {
    city.as_(SELLER).send("POST", &path(id, "/conclude"), None)
}

fn confirmed_deposits(city: &City, id: &str) -> i64 {
    deposits(city, id).iter().filter(|(state, _)| state == "confirmed").map(|(_, count)| count).sum()
}

#[test]
fn rule_24_the_seller_alone_concludes_nothing() {
    let city = City::new();
    let id = awarded(&city);
    conclude(&city, &id).refused(409, "sale_not_signed");
    assert_eq!(confirmed_deposits(&city, &id), 1, "the winner's deposit is where it was");
    for other in [SECOND, SELLER, "institute2.member"] {
        signed(&city, &id, other).refused(403, "forbidden");
    }
    // The winner has an account here: nobody says it for it.
    let seen = json!({"note": "见合同原件"});
    city.as_(OPERATOR).post(&path(&id, "/signing"), seen).refused(409, "sale_signing_winners");
    let told = signed(&city, &id, BIDDER).expect(200).body;
    assert_eq!((&told["state"], &told["signed_at"]), (&json!("awarded"), &json!(city.now())));
    let again = signed(&city, &id, BIDDER).expect(200).body;
    assert_eq!(again["version"], told["version"], "saying it twice is saying it once");
    assert_eq!(conclude(&city, &id).expect(200).body["state"], "concluded");
    city.app.run_jobs().unwrap();
    assert_eq!(deposits(&city, &id), [("applied".to_owned(), 1), ("released".to_owned(), 1)]);
}

/// Rule 20: whoever has signed has kept its word; and who has not, by the last day, is late.
#[test]
fn rule_20_who_has_signed_does_not_default() {
    let city = City::new();
    let id = awarded(&city);
    stated(&city, &id).expect(200);
    signed(&city, &id, BIDDER).expect(200);
    decided(&city, &id, "confirm").refused(409, "sale_signed");
    decided(&city, &id, "reject").expect(200);
    stated(&city, &id).refused(409, "sale_signed");
    city.clock.set(city.now().plus_days(40));
    city.app.run_jobs().unwrap();
    assert_eq!(city.anonymous().get(&path(&id, "")).expect(200).body["overdue_at"], Value::Null);
}

/// DESIGN, separation of duties: one person is not both sides.
#[test]
fn design_who_also_belongs_to_the_seller_does_not_say_it_for_the_winner() {
    let city = City::new();
    let id = awarded(&city);
    let person = city.as_(BIDDER);
    city.also_member(BIDDER, "institute");
    person.post(&path(&id, "/signing"), json!({})).refused(403, "sale_own_case");
    signed(&city, &id, "enterprise.admin").expect(200);
}

/// The registered contract of the award has both signatures: it stands for the winner's word.
#[test]
fn rule_24_the_registered_contract_of_the_award_says_it_too() {
    let city = City::new();
    let id = awarded(&city);
    city.settle();
    let seller = city.as_(SELLER);
    let draft = seller.get("/api/v1/contracts?limit=100").expect(200).body["items"][0]["id"].clone();
    let draft = draft.as_str().unwrap();
    let mut form = form();
    form["total_fen"] = json!(105_000);
    form["deductions"] = json!([]);
    let file = upload(&seller, "合同正文.pdf", &pdf("contract of the award")).expect(201).id();
    let whole = json!({"form": form, "attachments": [{"file": file, "kind": "main_text"}]});
    seller.put(&format!("/api/v1/contracts/{draft}"), whole).expect(200);
    submit(&city, draft, "registration_office").expect(200);
    let registrar = registrar(&city);
    act(&registrar, draft, "accept", json!({"opinion": "材料齐全"})).expect(200);
    conclude(&city, &id).refused(409, "sale_not_signed");
    act(&registrar, draft, "register", json!({"opinion": "准予登记"})).expect(200);
    assert_eq!(city.change(&id, "sale.signing_confirmed").facts["by"], "registration");
    assert_eq!(conclude(&city, &id).expect(200).body["state"], "concluded");
}

/// Of a winner without an account here somebody of the operator has seen the contract, and says so on record.
#[test]
fn rule_24_the_operator_says_it_for_a_winner_without_an_account() {
    let city = City::new();
    let mut terms = negotiated_terms(&city);
    let code = CreditCode::with_checks("91459900", "99999991").unwrap().to_string();
    terms["buyer"] = json!({"urn": "", "name": "示例外地公司", "credit_code": code});
    let id = on_market(&city, "negotiated", terms);
    city.as_(OPERATOR).send("POST", &path(&id, "/approve"), None).expect(200);
    city.clock.set(day(&city, 16));
    city.as_(SELLER).post(&path(&id, "/announce"), json!({"price_fen": 500_000})).expect(200);
    conclude(&city, &id).refused(409, "sale_not_signed");
    let operator = city.as_(OPERATOR);
    let unsaid = operator.post(&path(&id, "/signing"), json!({})).expect(422);
    assert!(unsaid.field("/note").is_some(), "{}", unsaid.body);
    operator.post(&path(&id, "/signing"), json!({"note": "见双方签章的合同原件（示例）"})).expect(200);
    assert_eq!(conclude(&city, &id).expect(200).body["state"], "concluded");
}
