//! What a contract brings those who made it possible: the broker's commission, the contributors' reward.

use super::{Loader, day};
use crate::brokerage::model::{CommissionBase, Fee, ManagerLevel, Payer, Terms, Tier};
use crate::brokerage::rules::Act;
use crate::brokerage::service as brokerage;
use crate::contract::model::RegisteredContract;
use crate::contract::service::sold_in;
use crate::db::Conn;
use crate::identity;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::money::Fen;
use crate::kernel::page::PageQuery;
use crate::kernel::rate::Rate;
use crate::reward::model::{Content, Contributor, ContributorRole, Cost, CostKind, PlanId, Receipt};
use crate::reward::service as rewards;

/// The licence of 2021, in full yuan: received, costs and reward (a little over 70% of the net income).
const INCOME_YUAN: i64 = 2_750_000;
const COSTS_YUAN: [(CostKind, i64, &str); 3] = [
    (CostKind::Tax, 8_250, "印花税等（示例）"),
    (CostKind::Upkeep, 41_750, "专利年费（示例）"),
    (CostKind::DealCost, 100_000, "评估、谈判费用（示例）"),
];
const REWARD_YUAN: i64 = 1_820_000;

fn yuan(yuan: i64) -> Fen {
    Fen::from_yuan(yuan).unwrap_or_default()
}

/// The university mandates a broker, whose technology manager looks after it.
pub fn mandate(loader: &Loader) -> Result<(), Refusal> {
    const NAME: &str = "brokerage-mandate";
    if loader.is_done(NAME)? {
        return Ok(());
    }
    loader.on(day(2019, 1, 10));
    let (broker, client) = (loader.actor("broker")?, loader.actor("university")?);
    loader.step(NAME, move |tx| {
        let manager = brokerage::enter_manager(
            tx,
            &broker,
            &brokerage::NewManager {
                name: "技术经理人甲（示例）".to_owned(),
                certificate: "示例经理人证2018001".to_owned(),
                level: ManagerLevel::Intermediate,
                fields: vec!["new_materials".to_owned(), "agriculture".to_owned()],
                certified_on: day(2018, 6, 15),
            },
        )?;
        let tier = |up_to: Option<i64>, ppm| Tier { up_to: up_to.map(yuan), rate: Rate(ppm) };
        let tiers = vec![tier(Some(1_000_000), 20_000), tier(Some(5_000_000), 10_000), tier(None, 5_000)];
        let new = brokerage::NewMandate {
            partner: client.person()?.organisation,
            title: "科技成果转化委托（示例）".to_owned(),
            about: None,
            terms: Terms {
                fee: Fee::Tiered { base: CommissionBase::Technical, tiers },
                payer: Payer::Client,
            },
            valid_from: day(2019, 1, 10),
            valid_to: day(2027, 12, 31),
            manager: Some(manager.id),
        };
        let id = brokerage::propose(tx, &broker, &new)?.mandate.id;
        brokerage::act(tx, &client, id, None, Act::Accept, "同意（示例）", None)?;
        Ok(())
    })
}

/// The university's licence of 2021.
fn licence(conn: &mut Conn, university: OrganisationId) -> Result<RegisteredContract, Refusal> {
    let code = identity::service::organisation(conn, university)?.profile.credit_code;
    let sold = sold_in(conn, &code, day(2021, 1, 1), day(2021, 12, 31))?;
    let found = sold.into_iter().find(|contract| contract.class == "licence" && contract.stands());
    found.ok_or_else(|| Refusal::internal("the demo's licence is missing"))
}

/// The broker claims the licence, the university agrees: the commission is due.
pub fn commission(loader: &Loader) -> Result<(), Refusal> {
    const NAME: &str = "brokerage-commission";
    if loader.is_done(NAME)? {
        return Ok(());
    }
    loader.on(day(2021, 11, 2));
    // What was registered comes to the broker's room through the change log.
    loader.app.settle()?;
    let (broker, client) = (loader.actor("broker")?, loader.actor("university")?);
    let reader = broker.clone();
    let own = loader.app.db.read_blocking(move |snapshot| {
        brokerage::mandates(snapshot, &reader, None, &PageQuery::new(None, None)?)
    })?;
    let mandate = own.items.first().ok_or_else(|| Refusal::internal("the demo's mandate is missing"))?.id;
    loader.step(NAME, move |tx| {
        let contract = licence(tx, client.person()?.organisation)?;
        brokerage::claim(tx, &broker, mandate, contract.number.as_str())?;
        brokerage::agree(tx, &client, mandate, contract.number.as_str())?;
        Ok(())
    })
}

/// The reward on the licence: publicised, confirmed, the first part of it paid.
pub fn reward(loader: &Loader) -> Result<(), Refusal> {
    draw_up(loader)?;
    decide(loader)
}

fn draw_up(loader: &Loader) -> Result<(), Refusal> {
    const NAME: &str = "reward-plan";
    if loader.is_done(NAME)? {
        return Ok(());
    }
    loader.on(day(2021, 11, 8));
    let (university, drafter) = (loader.actor("university")?, loader.actor("university2")?);
    loader.step(NAME, move |tx| {
        let contract = licence(tx, university.person()?.organisation)?;
        let cost = |(kind, amount, note): (CostKind, i64, &str)| Cost {
            kind,
            amount: yuan(amount),
            note: note.to_owned(),
        };
        let content = Content::Cash {
            receipts: vec![Receipt {
                on: day(2021, 6, 30),
                amount: yuan(INCOME_YUAN),
                voucher: "示例收款2021-06-01".to_owned(),
            }],
            costs: COSTS_YUAN.map(cost).to_vec(),
            reward: yuan(REWARD_YUAN),
        };
        let person = |rank, name: &str, role, ppm| Contributor {
            rank,
            name: name.to_owned(),
            unit: "示例学院".to_owned(),
            role,
            share: Rate(ppm),
        };
        let contributors = vec![
            person(1, "完成人甲（示例）", ContributorRole::Main, 450_000),
            person(2, "完成人乙（示例）", ContributorRole::Main, 250_000),
            person(3, "完成人丙（示例）", ContributorRole::Other, 300_000),
        ];
        let draft = rewards::Draft { content, contributors };
        let id = rewards::create(tx, &drafter, contract.id, &draft)?.plan.id;
        rewards::publicise(tx, &university, id, None)?;
        Ok(())
    })
}

fn decide(loader: &Loader) -> Result<(), Refusal> {
    const NAME: &str = "reward-confirmed";
    if loader.is_done(NAME)? {
        return Ok(());
    }
    loader.on(day(2021, 12, 20));
    let university = loader.actor("university")?;
    let reader = university.clone();
    let own = loader.app.db.read_blocking(move |snapshot| {
        rewards::plans(snapshot, &reader, None, &PageQuery::new(None, None)?)
    })?;
    let id: PlanId = own.items.first().ok_or_else(|| Refusal::internal("the demo's plan is missing"))?.id;
    loader.step(NAME, move |tx| {
        rewards::confirm(tx, &university, id, None)?;
        let first = rewards::NewPayout {
            year: 0,
            rank: 1,
            amount: yuan(500_000),
            paid_on: day(2021, 12, 20),
            voucher: "示例付款2021-12-01".to_owned(),
        };
        rewards::pay(tx, &university, id, &first)?;
        Ok(())
    })
}
