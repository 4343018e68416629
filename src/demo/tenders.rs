//! Two sealed tenders of the university: one that has come to its result, one that takes envelopes.

use super::Loader;
use crate::achievement::model::Achievement;
use crate::db::Tx;
use crate::identity::service::party;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::id::urn;
use crate::kernel::money::Fen;
use crate::kernel::time::{Clock, SystemClock, UtcTime};
use crate::listing::service::scan;
use crate::proof::{Keys, SecretBox};
use crate::trading::model::{Lot, Mode, ModeTerms, SaleId, SealedTerms, Terms};
use crate::trading::sealed::model::{Custody, Setup};
use crate::trading::sealed::service::{close_due, deposit, make_key, put_setup, tender_of};
use crate::trading::sealed::{BID_TYPE, Bid, envelope};
use crate::trading::service::{self, SaleDraft};

/// More than the demo has.
const RECORDS_MAX: i64 = 200;
const YUAN: i64 = 100;
const PUBLISHED_DAYS_AGO: i64 = 24;
const OPENED_DAYS_AGO: i64 = 3;
const OPEN_DAYS: i64 = 25;
const SOLD: &str = "航空重油活塞动力系统";
const ON_OFFER: &str = "植保无人机变量喷洒控制系统";

/// The first one, with its envelopes.
pub fn begin(loader: &Loader) -> Result<(), Refusal> {
    let seller = loader.actor("university")?;
    let bidders = [loader.actor("chemicals")?, loader.actor("institute")?, loader.actor("battery")?];
    let (secrets, keys) = (loader.app.gate.secrets().clone(), loader.app.gate.keys().clone());
    loader.clock.set(SystemClock.now().plus_days(-PUBLISHED_DAYS_AGO));
    loader.step("tender-published", move |tx| {
        let ends_at = SystemClock.now().plus_days(-OPENED_DAYS_AGO).max(tx.now().plus_days(1));
        let id = published(tx, &seller, &secrets, SOLD, 8_000_000, ends_at)?;
        for (bidder, yuan) in bidders.iter().zip([8_200_000, 8_650_000, 8_050_000]) {
            bid(tx, bidder, &secrets, &keys, id, Fen(yuan * YUAN))?;
        }
        Ok(())
    })
}

/// It is opened; and another one takes envelopes for some weeks more.
pub fn go_on(loader: &Loader) -> Result<(), Refusal> {
    let (seller, bidder) = (loader.actor("university")?, loader.actor("herbs")?);
    let (secrets, keys) = (loader.app.gate.secrets().clone(), loader.app.gate.keys().clone());
    loader.clock.set(SystemClock.now().plus_days(-OPENED_DAYS_AGO).plus_seconds(60));
    let opening = secrets.clone();
    loader.step("tender-opened", move |tx| close_due(tx, &opening))?;
    loader.clock.set(SystemClock.now().plus_days(-1));
    loader.step("tender-open", move |tx| {
        let ends_at = tx.now().plus_days(OPEN_DAYS);
        let id = published(tx, &seller, &secrets, ON_OFFER, 600_000, ends_at)?;
        bid(tx, &bidder, &secrets, &keys, id, Fen(880_000 * YUAN))
    })
}

fn published(
    tx: &mut Tx,
    seller: &Actor,
    secrets: &SecretBox,
    title: &str,
    floor_yuan: i64,
    ends_at: UtcTime,
) -> Result<SaleId, Refusal> {
    let node = tx.node().to_owned();
    let records = scan::<Achievement>(tx, &node, None, RECORDS_MAX)?;
    let found = records.into_iter().find(|record| record.content.title == title);
    let found = found.ok_or_else(|| Refusal::internal(format!("the demo has no achievement {title}")))?;
    let lot = Lot { about: urn(&node, "achievement", found.id), title: String::new() };
    let sealed = SealedTerms {
        ends_at,
        ceiling_fen: Some(Fen(floor_yuan * YUAN)),
        deposit_fen: None,
        mandatory: false,
    };
    let terms = Terms {
        description: format!("{title}全部专利权及技术秘密，随附图纸与工艺文件（示例）。"),
        conditions: "在本市有生产场地，两年内实现转化。".into(),
        payment: "签约后三十日内一次付清。".into(),
        contract_sub_type: Some("patent_transfer".into()),
        priority_holders: vec![],
        related_parties: vec![],
        mode: ModeTerms::Sealed(sealed),
    };
    let title = format!("{title}转让招标（示例）");
    let sale =
        service::create(tx, seller, &SaleDraft { mode: Mode::SealedTender, title, lots: vec![lot], terms })?;
    let setup = Setup { weights: None, replacement: true, capacity: 16, custody: Custody::Server {} };
    put_setup(tx, seller, sale.id, None, &setup)?;
    make_key(tx, seller, secrets, sale.id)?;
    service::publish(tx, seller, secrets, sale.id, None)?;
    Ok(sale.id)
}

/// What a bidder's own client does, and the deposit.
fn bid(
    tx: &mut Tx,
    bidder: &Actor,
    secrets: &SecretBox,
    keys: &Keys,
    id: SaleId,
    price: Fen,
) -> Result<(), Refusal> {
    let (public, terms_sha256) = tender_of(tx, id)?;
    let sale = tx.urn("sale", id);
    let bid = Bid {
        kind: BID_TYPE.into(),
        sale: sale.clone(),
        terms_sha256,
        bidder: party(tx, bidder.person()?.organisation)?,
        price_fen: price,
        offer: "两年内在本市投产，附转化计划（示例）。".into(),
        deposit_reference: String::new(),
        attachments: vec![],
    };
    let body = serde_json::to_vec(&bid).map_err(Refusal::internal)?;
    let sealed = envelope::seal(&public, &sale, &body, tx.random()).map_err(Refusal::internal)?;
    deposit(tx, bidder, secrets, keys, id, &sealed).map(drop)
}
