//! Follows what happens to sales and has those told who take part in one or watch it (rule 5).
//!
//! Each piece of news becomes changes that name so many to be told that one command of the notices takes them: bidders by
//! a range of their numbers, because the log does not tell who takes part, watchers by name.

use serde_json::{Value, json};

use super::service::{RECIPIENTS_OF_CHANGE, listed};
use super::store;
use crate::changes::{Follower, OnFailure, Start};
use crate::db::{Db, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::{Change, NewChange};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::trading::model::Sale;
use crate::trading::service::{last_bidder, load_tx};

const NEWS: Actor = Actor::System("sale.news");
/// Bidders that one change has told: several persons of each.
const BIDDERS_OF_CHANGE: i32 = 10;

pub struct News;

impl Follower for News {
    fn name(&self) -> &'static str {
        "sale.news"
    }

    /// Senders are never replayed.
    fn start(&self) -> Start {
        Start::Head
    }

    fn wants(&self, kind: &str) -> bool {
        kind == BID || NEWS_OF.iter().any(|(known, _)| *known == kind)
    }

    /// Up to the first that is news: it may have thousands told.
    fn prepare(&self, _: &Db, changes: &[Change]) -> Result<usize, Refusal> {
        let first = changes.iter().position(|change| news_of(change).is_some());
        Ok(first.map_or(changes.len(), |at| at + 1))
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        let Some(news) = news_of(change) else { return Ok(()) };
        let known = change.facts["sale"].as_str().and_then(parse_urn);
        let Some((.., uuid)) = known else {
            return Err(Refusal::internal(format!("{} of no sale", change.kind)));
        };
        let sale = load_tx(tx, Id::from_uuid(uuid))?;
        tell(tx, &sale, news, change)
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Park
    }
}

const BID: &str = "sale.bid_placed";

/// What each change is told as.
const NEWS_OF: &[(&str, &str)] = &[
    ("sale.corrected", "corrected"),
    ("sale.suspended", "suspended"),
    ("sale.resumed", "resumed"),
    ("sale.extended", "extended"),
    ("sale.withdrawn", "withdrawn"),
    ("sale.ended", "ended"),
    ("sale.unsold", "unsold"),
    ("sale.defaulted", "unsold"),
    ("sale.annulled", "annulled"),
];

fn news_of(change: &Change) -> Option<&'static str> {
    let facts = &change.facts;
    match change.kind.as_str() {
        // Told once that the end moves; from then on every late bid moves it.
        BID => (facts["extended"] == true && facts["extensions"] == 1).then_some("extended"),
        "sale.corrected" if facts["confirm_again"] == true => Some("confirm_again"),
        // Where the next rank follows, the sale goes on.
        "sale.defaulted" if facts["state"] != "unsold" => None,
        kind => NEWS_OF.iter().find(|(known, _)| *known == kind).map(|(_, news)| *news),
    }
}

fn tell(tx: &mut Tx, sale: &Sale, news: &str, change: &Change) -> Result<(), Refusal> {
    let mut parts: Vec<(&str, Value)> = Vec::new();
    let last = last_bidder(tx, sale.id)?;
    let mut from = 1;
    while from <= last {
        let to = from.saturating_add(BIDDERS_OF_CHANGE - 1).min(last);
        parts.push(("bidders", json!({"from": from, "to": to})));
        from = to.saturating_add(1);
    }
    for some in store::watchers(tx, sale.id)?.chunks(RECIPIENTS_OF_CHANGE) {
        parts.push(("recipients", listed(some)));
    }
    for (name, whom) in parts {
        let mut facts = json!({
            "sale": sale.urn,
            "title": sale.title,
            "news": news,
            // Who watches what it takes part in is told once.
            "once": change.seq.to_string(),
            // The winner is told that it has won.
            "but": change.facts["winner"],
        });
        facts[name] = whom;
        tx.record(&NEWS, NewChange::local("sale_news.told", sale.urn.clone(), sale.version, facts));
    }
    Ok(())
}
