//! What stands on the market: the 23 topics of Annex 1 as the bureau's demands, and example achievements.

use serde::Deserialize;

use super::{Loader, day};
use crate::achievement::model::{Achievement, Content as AchievementContent, Contributor, IpAsset};
use crate::db::Tx;
use crate::demand::model::{Content as DemandContent, Demand};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::time::{Clock, Day, SystemClock};
use crate::listing::service::{create, publish, submit};
use crate::listing::{Contact, Kind, Price};

const TOPICS: &str = include_str!("data/topics.json");
const ACHIEVEMENTS: &str = include_str!("data/achievements.json");
/// Records of one command.
const SLICE: usize = 10;
/// How long the listings of the demo stay on the market.
const DEADLINE_DAYS: i64 = 360;

#[derive(Clone, Deserialize)]
struct Topic {
    no: u32,
    /// Verbatim from Annex 1 of the plan.
    title: String,
    technical_field: String,
    industry: String,
    keywords: Vec<String>,
}

#[derive(Clone, Deserialize)]
struct Example {
    title: String,
    #[serde(rename = "abstract")]
    summary: String,
    technical_field: String,
    industry: String,
    keywords: Vec<String>,
    trl: i32,
    maturity: String,
    cooperation_modes: Vec<String>,
    price_fen: i64,
    holder: String,
    year: i32,
}

pub fn load(loader: &Loader) -> Result<(), Refusal> {
    loader.clock.set(SystemClock.now().plus_days(-30));
    topics(loader)?;
    achievements(loader)?;
    drafts(loader)
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<Vec<T>, Refusal> {
    serde_json::from_str(text).map_err(|error| Refusal::internal(format!("demo data: {error}")))
}

/// From a draft to the market, through the second person's review.
fn put_on_market<K: Kind>(
    tx: &mut Tx,
    holder: &Actor,
    operator: &Actor,
    content: &K::Content,
) -> Result<(), Refusal> {
    let draft = create::<K>(tx, holder, content)?;
    submit(tx, holder, draft.id, None)?;
    publish(tx, operator, draft.id, None, "同意发布")?;
    Ok(())
}

fn topics(loader: &Loader) -> Result<(), Refusal> {
    if loader.is_done("topics")? {
        return Ok(());
    }
    let topics: Vec<Topic> = read(TOPICS)?;
    let (bureau, operator) = (loader.actor("bureau")?, loader.actor("operator")?);
    loader.step("topics", move |tx| {
        let deadline = tx.now().day().plus_days(DEADLINE_DAYS);
        topics.iter().try_for_each(|topic| {
            put_on_market::<Demand>(tx, &bureau, &operator, &topic_content(topic, deadline))
        })
    })
}

fn topic_content(topic: &Topic, deadline: Day) -> DemandContent {
    DemandContent {
        title: topic.title.clone(),
        kind: Some("breakthrough".into()),
        source: Some("government_plan".into()),
        technical_field: Some(topic.technical_field.clone()),
        industry: Some(topic.industry.clone()),
        division: Some("450700".into()),
        description: format!(
            "行动计划附件1“关键技术攻关主题”第{}项：{}。面向全国征集技术解决方案与合作单位。",
            topic.no, topic.title
        ),
        difficulty: "现有技术成本高、稳定性不足，尚未形成可推广的成套工艺。".into(),
        indicators: "形成可产业化的成套技术，并在本市建成示范应用。".into(),
        keywords: topic.keywords.clone(),
        budget: Some(Price::Negotiable {}),
        deadline: Some(deadline),
        cooperation_modes: vec!["joint_development".into(), "commissioned_development".into()],
        contact: contact("科技局联系人（示例）"),
        secrecy: Some("open".into()),
        ..DemandContent::default()
    }
}

fn contact(name: &str) -> Contact {
    Contact { name: name.into(), phone: Some("0777-0000000".into()), email: None }
}

fn achievements(loader: &Loader) -> Result<(), Refusal> {
    let examples: Vec<Example> = read(ACHIEVEMENTS)?;
    for (number, slice) in examples.chunks(SLICE).enumerate() {
        let name = format!("achievements-{number}");
        if loader.is_done(&name)? {
            continue;
        }
        let operator = loader.actor("operator")?;
        let mut made = Vec::new();
        for example in slice {
            made.push((loader.actor(&example.holder)?, achievement_content(example)));
        }
        loader.step(&name, move |tx| {
            made.iter().try_for_each(|(holder, content)| {
                put_on_market::<Achievement>(tx, holder, &operator, content)
            })
        })?;
    }
    Ok(())
}

fn achievement_content(example: &Example) -> AchievementContent {
    AchievementContent {
        title: example.title.clone(),
        summary: example.summary.clone(),
        keywords: example.keywords.clone(),
        contributors: vec![
            Contributor { rank: 1, name: "示例甲".into(), unit: None, share_ppm: Some(600_000) },
            Contributor { rank: 2, name: "示例乙".into(), unit: None, share_ppm: Some(400_000) },
        ],
        contact: contact("成果联系人（示例）"),
        division: Some("450702".into()),
        year: Some(example.year),
        kind: Some("applied".into()),
        origin: Some("original".into()),
        trl: Some(example.trl),
        maturity: Some(example.maturity.clone()),
        level: Some("domestic_advanced".into()),
        technical_field: Some(example.technical_field.clone()),
        industry: Some(example.industry.clone()),
        ip_assets: vec![IpAsset {
            kind: "know_how".into(),
            status: "unregistered".into(),
            ..IpAsset::default()
        }],
        cooperation_modes: example.cooperation_modes.clone(),
        price: Some(Price::Fixed { amount_fen: example.price_fen }),
        confidential: Some("工艺参数与配方（示例内容，接受保密约定后可见）".into()),
        secrecy: Some("commercial".into()),
        ..AchievementContent::default()
    }
}

/// One of the examples with a number in its title: for filling a market.
pub fn example_achievement(number: i64) -> Result<AchievementContent, Refusal> {
    let examples: Vec<Example> = read(ACHIEVEMENTS)?;
    let count = i64::try_from(examples.len()).map_err(Refusal::internal)?;
    let at = usize::try_from(number.rem_euclid(count)).map_err(Refusal::internal)?;
    let example = examples.get(at).ok_or_else(|| Refusal::internal("no examples"))?;
    let mut content = achievement_content(example);
    content.title = format!("{}（{number}）", content.title);
    Ok(content)
}

/// A few records that are not on the market yet, so that the desks of holder and reviewer have something on them.
fn drafts(loader: &Loader) -> Result<(), Refusal> {
    if loader.is_done("drafts")? {
        return Ok(());
    }
    let (university, fruit) = (loader.actor("university")?, loader.actor("fruit")?);
    loader.step("drafts", move |tx| {
        let draft = AchievementContent {
            title: "荔枝保鲜包装材料（草稿示例）".into(),
            ..AchievementContent::default()
        };
        create::<Achievement>(tx, &university, &draft)?;
        let topic = Topic {
            no: 15,
            title: "荔枝采后分级与冷链损耗控制（待审示例）".into(),
            technical_field: "agriculture".into(),
            industry: "13".into(),
            keywords: vec!["荔枝".into(), "冷链".into()],
        };
        let until = day(tx.now().day().year(), 12, 31).plus_days(90);
        let waiting = DemandContent {
            source: Some("enterprise".into()),
            division: Some("450721".into()),
            description: "寻求荔枝采后分级、预冷与冷链运输的成套技术，降低损耗率。".into(),
            ..topic_content(&topic, until)
        };
        let waiting = create::<Demand>(tx, &fruit, &waiting)?;
        submit(tx, &fruit, waiting.id, None)?;
        Ok(())
    })
}
