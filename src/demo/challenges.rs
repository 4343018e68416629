//! Two open challenges of the bureau: one that takes proposals, one whose solver is at work.

use super::Loader;
use crate::db::Tx;
use crate::demand::model::{Demand, DemandId};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::PageQuery;
use crate::kernel::time::{Clock, Day, SystemClock};
use crate::listing::service::scan;
use crate::trading::challenge::model::{ChallengeId, Content, NewMilestone, Plan, ProposalId, Verdict};
use crate::trading::challenge::service::{
    NewAgreement, NewOpinion, collect, conclude, confirm, hand_in, offer, opine, own_proposals, propose,
    publish, review_milestone, select, show, submit,
};

/// More than the demo has.
const RECORDS_MAX: i64 = 200;
const YUAN: i64 = 100;
const BEGUN_DAYS_AGO: i64 = 25;
const CLOSED_DAYS_AGO: i64 = 12;
const SIGNED_DAYS_AGO: i64 = 8;
const OPEN_DAYS: i64 = 40;

/// The first one, up to its proposals.
pub fn begin(loader: &Loader) -> Result<(), Refusal> {
    const TITLE: &str = "坭兴陶坭料筛选及炼坭工艺关键共性技术研发与产业化应用";
    let (bureau, operator) = (loader.actor("bureau")?, loader.actor("operator")?);
    let (university, institute) = (loader.actor("university")?, loader.actor("institute")?);
    loader.clock.set(SystemClock.now().plus_days(-BEGUN_DAYS_AGO));
    loader.step("challenge-proposed", move |tx| {
        // A city that was loaded before there were challenges takes no step in its past.
        let deadline = SystemClock.now().day().plus_days(-CLOSED_DAYS_AGO).max(tx.now().day().plus_days(1));
        let id = published(tx, &bureau, &operator, TITLE, deadline)?;
        propose(tx, &university, id, &plan("近红外快速筛选坭料，配方数据库指导炼坭。", 480_000))?;
        propose(tx, &institute, id, &plan("X 射线衍射筛选与真空练泥。", 560_000)).map(drop)
    })
}

/// Its solver is at work; and another one takes proposals for some weeks more.
pub fn go_on(loader: &Loader) -> Result<(), Refusal> {
    let (bureau, operator) = (loader.actor("bureau")?, loader.actor("operator")?);
    let (university, institute) = (loader.actor("university")?, loader.actor("institute")?);
    loader.clock.set(SystemClock.now().plus_days(-SIGNED_DAYS_AGO));
    let holder = bureau.clone();
    loader.step("challenge-signed", move |tx| {
        let (id, proposal) = chosen(tx, &university)?;
        let node = tx.node().to_owned();
        if !show(tx, &node, &holder, id)?.challenge.is_closed(tx.now()) {
            return Ok(());
        }
        select(tx, &holder, id, None, proposal, "路线成熟，已有中试数据，报价在赏金之内。")?;
        let signed_on = tx.now().day();
        let offered = offer(tx, &holder, id, None, &agreement(signed_on))?;
        confirm(tx, &university, id, offered.version)?;
        hand_in(tx, &university, id, 1, "已完成二百批坭料的光谱采集与建模（示例）。", &[])?;
        review_milestone(tx, &holder, id, 1, None, true, "数据齐全，同意验收。").map(drop)
    })?;
    loader.clock.set(SystemClock.now().plus_days(-2));
    loader.step("challenge-open", move |tx| {
        let deadline = tx.now().day().plus_days(OPEN_DAYS);
        let id = published(tx, &bureau, &operator, "坭兴陶烧制节能工艺及配套设备研发", deadline)?;
        propose(tx, &institute, id, &plan("分级燃烧与余热回收并用，改造现有窑炉。", 420_000)).map(drop)
    })
}

/// The solver's proposal, made in the step before.
fn chosen(tx: &mut Tx, solver: &Actor) -> Result<(ChallengeId, ProposalId), Refusal> {
    let (page, node) = (PageQuery::new(Some(1), None)?, tx.node().to_owned());
    let own = own_proposals(tx, &node, solver, &page)?.items.into_iter().next();
    let own = own.ok_or_else(|| Refusal::internal("the demo's proposal is missing"))?;
    Ok((own.challenge, own.id))
}

fn published(
    tx: &mut Tx,
    holder: &Actor,
    organiser: &Actor,
    title: &str,
    deadline: Day,
) -> Result<ChallengeId, Refusal> {
    let content = Content {
        title: format!("{title}揭榜挂帅（示例）"),
        requirements: "形成成套工艺和设备，能耗降低二成以上，在本市两家企业示范应用。".into(),
        conditions: "国内高校、科研院所和企业均可揭榜；赏金按节点支付，成果归双方共有。".into(),
        bounty: Some(Fen(600_000 * YUAN)),
        deadline: Some(deadline),
    };
    let demand = demand(tx, title)?;
    let id = collect(tx, holder, demand, &content)?.id;
    submit(tx, holder, id, None)?;
    for (expert, verdict) in [
        ("专家甲（示例）", Verdict::Pass),
        ("专家乙（示例）", Verdict::Pass),
        ("专家丙（示例）", Verdict::Reject),
    ] {
        let words = "属本市产业共性难题，指标可考核。".to_owned();
        let (expert, unit) = (expert.to_owned(), "示例大学".to_owned());
        opine(tx, organiser, id, &NewOpinion { expert, unit, verdict, words, proposal: None })?;
    }
    conclude(tx, organiser, id, None, "多数专家同意发榜。")?;
    publish(tx, organiser, id, None, deadline)?;
    Ok(id)
}

fn demand(tx: &mut Tx, title: &str) -> Result<DemandId, Refusal> {
    let node = tx.node().to_owned();
    let records = scan::<Demand>(tx, &node, None, RECORDS_MAX)?;
    let found = records.into_iter().find(|record| record.content.title == title);
    Ok(found.ok_or_else(|| Refusal::internal(format!("the demo has no demand {title}")))?.id)
}

fn plan(approach: &str, yuan: i64) -> Plan {
    Plan {
        summary: "已有实验室数据，可在一年内完成中试（示例）。".into(),
        approach: approach.into(),
        team: "示例团队八人，其中高级职称三人。".into(),
        months: 12,
        price: Fen(yuan * YUAN),
        attachments: vec![],
    }
}

fn agreement(signed_on: Day) -> NewAgreement {
    let milestone = |title: &str, days: i64, yuan: i64| NewMilestone {
        title: title.to_owned(),
        due_on: signed_on.plus_days(days),
        amount: Fen(yuan * YUAN),
    };
    NewAgreement {
        price: Fen(480_000 * YUAN),
        paper: "揭榜挂帅项目合同（示例）".into(),
        signed_on,
        milestones: vec![
            milestone("坭料光谱建模", 30, 120_000),
            milestone("炼坭中试", 180, 200_000),
            milestone("示范应用验收", 360, 160_000),
        ],
    }
}
