//! Enquiries about what stands on the market: one under way, one that nobody answered, one declined, one that
//! a broker brought about and that came to nothing.

use super::Loader;
use crate::achievement::model::Achievement;
use crate::db::Tx;
use crate::engagement::model::{DeclineReason, EngagementId, EnquirerContact, MeetingMode, Outcome};
use crate::engagement::service::{
    NewEnquiry, NewMeeting, accept_confidentiality, answer, arrange, conclude, enquire, send,
    undertaking_hash,
};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::id::OrganisationId;
use crate::kernel::time::{Clock, SystemClock};
use crate::listing::service::scan;

/// More than the demo has.
const RECORDS_MAX: i64 = 200;
const ANSWER_DAYS: i64 = 7;
/// Long enough ago that what was not answered is overdue.
const ASKED_DAYS_AGO: i64 = 12;
const MEETING_IN_DAYS: i64 = 20;

pub fn load(loader: &Loader) -> Result<(), Refusal> {
    loader.clock.set(SystemClock.now().plus_days(-ASKED_DAYS_AGO));
    under_way(loader)?;
    unanswered(loader)?;
    declined(loader)?;
    without_result(loader)
}

fn under_way(loader: &Loader) -> Result<(), Refusal> {
    let (fruit, university) = (loader.actor("fruit")?, loader.actor("university")?);
    loader.step("engagement-under-way", move |tx| {
        let id = ask(
            tx,
            &fruit,
            "火龙果荔枝园减肥减药绿色栽培模式",
            "我司在灵山有荔枝园三千亩，想了解改造成本与见效年限。",
            None,
        )?;
        answer(tx, &university, id, None, true, None, "欢迎到试验基地实地看一看。")?;
        accept_confidentiality(tx, &fruit, id, None, undertaking_hash())?;
        send(tx, &fruit, id, "请问枝条粉碎还田每亩大约需要多少人工？")?;
        send(tx, &university, id, "机械化作业约半个工，详见保密附件中的试验记录。")?;
        let meeting = NewMeeting {
            starts_at: tx.now().plus_days(MEETING_IN_DAYS),
            mode: MeetingMode::OnSite,
            place: "灵山县荔枝试验基地（示例）".into(),
            agenda: "现场考察，商定试点面积与合作方式".into(),
        };
        arrange(tx, &university, id, &meeting).map(drop)
    })
}

fn unanswered(loader: &Loader) -> Result<(), Refusal> {
    let oyster = loader.actor("oyster")?;
    loader.step("engagement-unanswered", move |tx| {
        ask(tx, &oyster, "香港牡蛎三倍体育种与苗种保育", "想采购三倍体蚝苗并合作建设保苗场。", None).map(drop)
    })
}

fn declined(loader: &Loader) -> Result<(), Refusal> {
    let (herbs, university) = (loader.actor("herbs")?, loader.actor("university")?);
    loader.step("engagement-declined", move |tx| {
        let id =
            ask(tx, &herbs, "金花茶规模化扦插育苗与活性成分开发", "希望以五万元受让全部育苗技术。", None)?;
        let words = "报价低于育苗体系的投入，欢迎以许可方式再谈。";
        answer(tx, &university, id, None, false, Some(DeclineReason::Price), words).map(drop)
    })
}

fn without_result(loader: &Loader) -> Result<(), Refusal> {
    let (chemicals, institute) = (loader.actor("chemicals")?, loader.actor("institute")?);
    let broker = loader.actor("broker")?.person()?.organisation;
    loader.step("engagement-without-result", move |tx| {
        let id = ask(
            tx,
            &chemicals,
            "醋酸乙酯反应精馏与热泵耦合节能工艺",
            "计划改造一条年产五万吨的生产线，求整体方案。",
            Some(broker),
        )?;
        answer(tx, &institute, id, None, true, None, "可提供工艺包与中试数据。")?;
        let note = "热泵改造需停产四十天，企业今年无法安排，明年再议。";
        conclude(tx, &institute, id, None, Outcome::None, note).map(drop)
    })
}

fn ask(
    tx: &mut Tx,
    enquirer: &Actor,
    title: &str,
    text: &str,
    broker: Option<OrganisationId>,
) -> Result<EngagementId, Refusal> {
    let node = tx.node().to_owned();
    let records = scan::<Achievement>(tx, &node, None, RECORDS_MAX)?;
    let about = records.into_iter().find(|record| record.content.title == title);
    let about = about.ok_or_else(|| Refusal::internal(format!("the demo has no achievement {title}")))?;
    let contact = EnquirerContact {
        name: "技术负责人（示例）".into(),
        phone: Some("0777-0000000".into()),
        email: None,
    };
    let text = text.to_owned();
    let new = NewEnquiry { about: about.urn, text, contact, broker, answer_days: ANSWER_DAYS };
    Ok(enquire(tx, enquirer, &new)?.id)
}
