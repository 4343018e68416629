//! The published projection `sale.v1`, and what a sale's changes tell local followers.

use serde_json::{Map, Value, json};

use super::model::{ModeTerms, Run, Sale, State};
use super::rules::book::next_bid;
use crate::kernel::id::{parse_urn, urn};

pub const SCHEMA: &str = "sale.v1";

/// What everybody may read: the notice, how a bidding stood when this was told, and the result once there is one. Never
/// the reserve, maxima, related parties by code, or who took part beside the winner; who leads is an alias.
pub fn projection(sale: &Sale, run: Option<&(Run, Option<String>)>) -> Value {
    let mut public = Map::new();
    let mut put = |name: &str, value: Value| public.insert(name.to_owned(), value);
    put("schema", json!(SCHEMA));
    put("id", json!(sale.urn));
    put("mode", json!(sale.mode));
    put("state", json!(sale.state()));
    put("title", json!(sale.title));
    put("seller", json!(sale.seller));
    put("lots", json!(sale.lots));
    put("description", json!(sale.terms.description));
    put("conditions", json!(sale.terms.conditions));
    put("payment", json!(sale.terms.payment));
    put("contract_sub_type", json!(sale.terms.contract_sub_type));
    let holders = sale.terms.priority_holders.iter();
    put("priority_holders", holders.map(|it| json!({"name": it.name, "rank": it.rank})).collect());
    put("price", price(sale));
    put("deposit_fen", json!(sale.deposit()));
    put("has_reserve", json!(sale.reserve.is_some()));
    put("published_at", json!(sale.times.published_at));
    put("starts_at", json!(sale.times.starts_at));
    put("ends_at", json!(run.map(|(run, _)| run.ends_at).or(sale.times.ends_at)));
    put("run_number", json!(sale.run_number));
    let earlier = sale.rerun_of.zip(parse_urn(&sale.urn)).map(|(id, (node, ..))| urn(node, "sale", id));
    put("rerun_of", json!(earlier));
    put("run", json!(run.map(|(run, leader)| standing(run, leader.as_deref()))));
    put("result", result(sale));
    Value::Object(public)
}

/// A suspension moves the start of the run, not that of the sale.
fn standing(run: &Run, leader: Option<&str>) -> Value {
    json!({
        "bids": run.seq,
        "price_fen": (run.seq > 0).then_some(run.price),
        "next_fen": (!run.closed).then(|| next_bid(run)),
        "leader": leader,
        "starts_at": run.starts_at,
        "ends_at": run.ends_at,
        "extensions": run.extensions,
        "closed": run.closed,
    })
}

fn price(sale: &Sale) -> Value {
    match &sale.terms.mode {
        ModeTerms::Negotiated(terms) => json!({
            "intended_fen": terms.price_fen,
            "buyer": terms.buyer,
            "related_party": terms.related_party,
            "relation": terms.relation,
            "basis": terms.price_basis,
        }),
        ModeTerms::Listing(terms) => json!({"asked_fen": terms.price_fen, "fixed": terms.fixed}),
        ModeTerms::Bidding(terms) => json!({
            "start_fen": terms.start_fen,
            "increment_fen": terms.increment_fen,
            "auctioneer": terms.auctioneer,
        }),
        ModeTerms::Sealed(terms) => json!({"ceiling_fen": terms.ceiling_fen}),
    }
}

fn result(sale: &Sale) -> Value {
    match sale.standing.outcome().and_then(|outcome| Some((outcome, outcome.winner()?))) {
        Some((outcome, winner)) => json!({
            "winner": winner.party,
            "alias": winner.alias,
            "price_fen": winner.price_fen,
            "rank": outcome.place + 1,
            "decided_at": outcome.decided_at,
            "note": outcome.note,
        }),
        None => json!({"reason": sale.standing.reason()}),
    }
}

/// For local followers: ids, codes, amounts; its title, by which people are told of it.
pub fn facts(sale: &Sale) -> Value {
    let winner = sale.standing.outcome().and_then(|outcome| outcome.winner());
    let shown = winner.filter(|_| matches!(sale.state(), State::Ended | State::Awarded | State::Concluded));
    json!({
        "sale": sale.urn,
        "title": sale.title,
        "mode": sale.mode,
        "state": sale.state(),
        "seller": sale.seller.urn,
        "lots": sale.lots.iter().map(|lot| lot.about.as_str()).collect::<Vec<_>>(),
        "starts_at": sale.times.starts_at,
        "ends_at": sale.times.ends_at,
        "price_fen": shown.map(|it| it.price_fen),
        "winner": shown.map(|it| it.party.urn.as_str()),
    })
}
