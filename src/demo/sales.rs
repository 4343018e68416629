//! Sales on the market: a bidding that runs, a listing, an agreed price before the public. All examples.

use super::Loader;
use crate::achievement::model::Achievement;
use crate::db::Tx;
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::PageQuery;
use crate::kernel::time::{Clock, SystemClock, UtcTime};
use crate::listing::service::scan;
use crate::proof::SecretBox;
use crate::trading::model::{
    BiddingTerms, ListingTerms, Lot, Mode, ModeTerms, NegotiatedTerms, Sale, SaleId, State, Terms,
};
use crate::trading::rules::book::Ask;
use crate::trading::service::{self, SaleDraft};

/// More than the demo has.
const RECORDS_MAX: i64 = 200;
const YUAN: i64 = 100;
/// The bidding begins so long before the loading ends, and lasts so many days.
const BEGUN_SECONDS_AGO: i64 = 55;
const BIDDING_DAYS: i64 = 9;
const LISTING_DAYS: i64 = 40;
const BIDDING: &str = "真空练泥机及陶泥陈腐除杂一体化装备";

/// The notice of the bidding, its bidders and their deposits: called a month back in the history.
pub fn announce(loader: &Loader) -> Result<(), Refusal> {
    let (university, payer) = (loader.actor("university")?, loader.actor("payer")?);
    let bidders = [loader.actor("chemicals")?, loader.actor("oyster")?, loader.actor("fruit")?];
    let secrets = loader.app.gate.secrets().clone();
    loader.step("sale-bidding", move |tx| {
        // At least the notice of a movable; a city loaded before there were sales begins it later.
        let starts_at =
            SystemClock.now().plus_seconds(-BEGUN_SECONDS_AGO).max(tx.now().plus_days(15).plus_seconds(60));
        let mode = ModeTerms::Bidding(BiddingTerms {
            start_fen: Fen(300_000 * YUAN),
            increment_fen: Fen(5_000 * YUAN),
            deposit_fen: Fen(30_000 * YUAN),
            starts_at,
            ends_at: starts_at.plus_days(BIDDING_DAYS),
            movables: true,
            rank_two_follows: true,
            auctioneer: None,
        });
        let draft = draft(tx, BIDDING, Mode::OnlineBidding, "样机一台及成套图纸（示例）", mode)?;
        let sale = put_up(tx, &university, &secrets, &draft)?;
        for bidder in &bidders {
            if let Some(deposit) = service::enrol(tx, bidder, sale.id)?.deposit {
                service::confirm(tx, &payer, deposit.id, None, deposit.amount, "示例回单")?;
            }
        }
        Ok(())
    })
}

/// A listing, and an agreed price in its publicity: called some days back in the history.
pub fn list(loader: &Loader) -> Result<(), Refusal> {
    let (institute, university) = (loader.actor("institute")?, loader.actor("university")?);
    let (operator, herbs) = (loader.actor("operator")?, loader.actor("herbs")?);
    let secrets = loader.app.gate.secrets().clone();
    loader.step("sale-listing", move |tx| {
        let mode = ModeTerms::Listing(ListingTerms {
            price_fen: Fen(450_000 * YUAN),
            fixed: false,
            ends_at: tx.now().plus_days(LISTING_DAYS),
            deposit_fen: None,
            extend_days: 10,
            extensions_max: 2,
        });
        let draft = draft(tx, "陶艺窑炉余热回收与智能控温电窑", Mode::Listing, "专利实施许可（示例）", mode)?;
        put_up(tx, &institute, &secrets, &draft).map(drop)
    })?;
    let secrets = loader.app.gate.secrets().clone();
    loader.step("sale-negotiated", move |tx| {
        let mode = ModeTerms::Negotiated(NegotiatedTerms {
            price_fen: Fen(180_000 * YUAN),
            buyer: identity::party(tx, herbs.person()?.organisation)?,
            related_party: false,
            relation: String::new(),
            price_basis: "单位集体决策，参考资产评估报告（示例）".into(),
        });
        let draft =
            draft(tx, "百香果抗茎基腐病嫁接苗与高效栽培", Mode::Negotiated, "技术秘密转让（示例）", mode)?;
        let sale = put_up(tx, &university, &secrets, &draft)?;
        service::approve(tx, &operator, &secrets, sale.id, None).map(drop)
    })
}

/// The first bids, each a few seconds after the other: the last step of the loading.
pub fn bid(loader: &Loader) -> Result<(), Refusal> {
    let asks = [
        ("chemicals", Ask::Bid(Fen(300_000 * YUAN))),
        ("oyster", Ask::UpTo(Fen(360_000 * YUAN))),
        ("fruit", Ask::Bid(Fen(320_000 * YUAN))),
    ];
    for (number, (login, ask)) in asks.into_iter().enumerate() {
        let name = format!("sale-bid-{number}");
        let Some((id, starts_at)) = waiting(loader)? else { return Ok(()) };
        let seconds = 15 * i64::try_from(number + 1).map_err(Refusal::internal)?;
        // A kill in between, or a slow machine: nobody bids in a time that has passed.
        let at = starts_at.plus_seconds(seconds);
        loader.clock.set(at);
        let (actor, secrets) = (loader.actor(login)?, loader.app.gate.secrets().clone());
        loader.step(&name, move |tx| {
            if tx.now() != at {
                return Ok(());
            }
            service::bid(tx, &actor, &secrets, id, ask).map(drop)
        })?;
    }
    Ok(())
}

/// The bidding, if it is still to run.
fn waiting(loader: &Loader) -> Result<Option<(SaleId, UtcTime)>, Refusal> {
    let page = PageQuery::new(Some(100), None)?;
    let found = loader.app.db.read_blocking(move |snapshot| {
        service::sales(snapshot, Some(Mode::OnlineBidding), Some(State::Published), None, &page)
    })?;
    let sale = found.items.into_iter().find(|(sale, _)| sale.title.contains(BIDDING));
    Ok(sale.and_then(|(sale, _)| Some((sale.id, sale.times.starts_at?))))
}

fn draft(
    tx: &mut Tx,
    about: &str,
    mode: Mode,
    description: &str,
    terms: ModeTerms,
) -> Result<SaleDraft, Refusal> {
    let node = tx.node().to_owned();
    let records = scan::<Achievement>(tx, &node, None, RECORDS_MAX)?;
    let record = records.into_iter().find(|record| record.content.title == about);
    let record = record.ok_or_else(|| Refusal::internal(format!("the demo has no achievement {about}")))?;
    Ok(SaleDraft {
        mode,
        title: format!("{about}（示例）"),
        lots: vec![Lot { about: record.urn, title: String::new() }],
        terms: Terms {
            description: description.to_owned(),
            conditions: String::new(),
            payment: "签约后十日内一次付清（示例）".into(),
            contract_sub_type: Some("know_how_transfer".into()),
            priority_holders: vec![],
            related_parties: vec![],
            mode: terms,
        },
    })
}

fn put_up(tx: &mut Tx, seller: &Actor, secrets: &SecretBox, draft: &SaleDraft) -> Result<Sale, Refusal> {
    let sale = service::create(tx, seller, draft)?;
    service::publish(tx, seller, secrets, sale.id, None)
}
