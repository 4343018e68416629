//! Why two records were brought together, in sentences that a clerk understands.

use super::model::{PartKind, Suggestion, Verdict};
use crate::kernel::money::Fen;
use crate::kernel::vocabulary;
use crate::search::model::{Document, Price};

/// A sentence in both languages, and the part of the score that it explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    pub part: PartKind,
    pub zh: String,
    pub en: String,
}

/// From here on the meaning of two texts is called near.
const NEAR: f64 = 0.3;
/// An answering record worth praising, or worth a warning.
const ANSWERS_WELL: f64 = 0.65;
const ANSWERS_POORLY: f64 = 0.35;
const FEN_PER_WAN: i64 = 1_000_000;

/// The reasons for a suggestion, the weightiest first; `demand` and `achievement` as they are now.
pub fn reasons(
    suggestion: &Suggestion,
    demand: &Document,
    achievement: &Document,
    asks: Reader,
) -> Vec<Reason> {
    let verdict = &suggestion.verdict;
    let found = [
        text(verdict),
        field(demand, achievement),
        industry(demand, achievement),
        maturity(achievement),
        price(demand.price, achievement.price),
        cooperation(demand, achievement),
        division(verdict),
        answering(verdict, asks),
    ];
    let mut reasons: Vec<Reason> = found.into_iter().flatten().collect();
    if suggestion.introduced {
        reasons.push(reason(
            PartKind::Freshness,
            "新近发布，优先展示".into(),
            "Newly published and shown early".into(),
        ));
    }
    reasons
}

/// Who reads: the demand's side sees the achievement's owner answer, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Demand,
    Achievement,
}

const fn reason(part: PartKind, zh: String, en: String) -> Reason {
    Reason { part, zh, en }
}

fn text(verdict: &Verdict) -> Option<Reason> {
    let near = verdict.demand.get(PartKind::Meaning) >= NEAR;
    match (verdict.words.is_empty(), near) {
        (false, _) => {
            let (zh, en) = (verdict.words.join("、"), verdict.words.join(", "));
            Some(reason(PartKind::Text, format!("双方都提到：{zh}"), format!("Both mention: {en}")))
        }
        (true, true) => Some(reason(
            PartKind::Meaning,
            "用词不同，但所述内容相近".into(),
            "They use other words but speak of similar things".into(),
        )),
        (true, false) => None,
    }
}

fn field(demand: &Document, achievement: &Document) -> Option<Reason> {
    let (wanted, offered) = (demand.field.first()?, achievement.field.first()?);
    let list = vocabulary::list("technical_field");
    let (zh, en) = if wanted == offered {
        (format!("同属技术领域“{}”", list.zh(wanted)), format!("Same technical field: {}", list.en(wanted)))
    } else {
        (
            format!("技术领域不同：需求为“{}”，成果为“{}”", list.zh(wanted), list.zh(offered)),
            format!("Different fields: demand {}, achievement {}", list.en(wanted), list.en(offered)),
        )
    };
    Some(reason(PartKind::Field, zh, en))
}

fn industry(demand: &Document, achievement: &Document) -> Option<Reason> {
    let wanted = demand.industry.get(1).filter(|class| achievement.industry.get(1) == Some(*class))?;
    let (list, code) = (vocabulary::list("industry_class"), wanted.get(1..)?);
    let (zh, en) = (list.zh(code), list.en(code));
    Some(reason(PartKind::Industry, format!("同属行业“{zh}”"), format!("Same industry: {en}")))
}

fn maturity(achievement: &Document) -> Option<Reason> {
    let level = achievement.trl?.to_string();
    let list = vocabulary::list("trl");
    let zh = format!("成果技术成熟度 {level} 级（{}）", list.zh(&level));
    Some(reason(PartKind::Maturity, zh, format!("Technology readiness level {level} ({})", list.en(&level))))
}

fn price(budget: Price, asked: Price) -> Option<Reason> {
    let (zh, en) = match (budget.bounds(), asked.bounds()) {
        (Some((_, budget)), Some((asked, _))) if asked <= budget => (
            format!("要价 {} 起，在预算 {} 之内", wan(asked), wan(budget)),
            format!("Asked {} or more, inside the budget of {}", yuan(asked), yuan(budget)),
        ),
        (Some((_, budget)), Some((asked, _))) => (
            format!("要价 {} 起，高于预算 {}", wan(asked), wan(budget)),
            format!("Asked {} or more, above the budget of {}", yuan(asked), yuan(budget)),
        ),
        (None, Some((asked, _))) => (
            format!("要价 {} 起，预算面议", wan(asked)),
            format!("Asked {} or more, the budget is negotiable", yuan(asked)),
        ),
        (Some((_, budget)), None) => (
            format!("预算 {}，价格面议", wan(budget)),
            format!("A budget of {}, the price is negotiable", yuan(budget)),
        ),
        (None, None) => return None,
    };
    Some(reason(PartKind::Price, zh, en))
}

fn wan(fen: i64) -> String {
    match fen {
        fen if fen >= FEN_PER_WAN && fen % FEN_PER_WAN == 0 => format!("{} 万元", fen / FEN_PER_WAN),
        fen => format!("{} 元", Fen(fen).yuan_grouped()),
    }
}

fn yuan(fen: i64) -> String {
    format!("CNY {}", Fen(fen).yuan_grouped())
}

fn cooperation(demand: &Document, achievement: &Document) -> Option<Reason> {
    let list = vocabulary::list("cooperation_mode");
    let both: Vec<&String> =
        demand.cooperation.iter().filter(|mode| achievement.cooperation.contains(mode)).collect();
    if both.is_empty() {
        return None;
    }
    let zh: Vec<&str> = both.iter().map(|mode| list.zh(mode)).collect();
    let en: Vec<&str> = both.iter().map(|mode| list.en(mode)).collect();
    let zh = format!("双方都接受的合作方式：{}", zh.join("、"));
    Some(reason(PartKind::Cooperation, zh, format!("Both accept: {}", en.join(", "))))
}

fn division(verdict: &Verdict) -> Option<Reason> {
    let (zh, en) = match verdict.demand.get(PartKind::Division) {
        near if near >= 1.0 => ("双方在同一县区", "Both are in the same county or district"),
        near if near >= 0.8 => ("双方在同一市", "Both are in the same city"),
        _ => return None,
    };
    Some(reason(PartKind::Division, zh.into(), en.into()))
}

fn answering(verdict: &Verdict, asks: Reader) -> Option<Reason> {
    let values = match asks {
        Reader::Demand => &verdict.demand,
        Reader::Achievement => &verdict.achievement,
    };
    let (zh, en) = match values.get(PartKind::Answering) {
        well if well >= ANSWERS_WELL => ("对方一般会及时答复", "The other side usually answers in time"),
        poor if poor <= ANSWERS_POORLY => ("对方较少及时答复", "The other side seldom answers in time"),
        _ => return None,
    };
    Some(reason(PartKind::Answering, zh.into(), en.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_told_in_words() {
        let told = |budget, asked| price(budget, asked).map(|reason| reason.zh);
        let (cheap, dear) = (Price::Fixed(60_000_000), Price::Fixed(300_000_000));
        assert_eq!(told(dear, cheap).unwrap(), "要价 60 万元 起，在预算 300 万元 之内");
        assert_eq!(told(cheap, dear).unwrap(), "要价 300 万元 起，高于预算 60 万元");
        assert_eq!(told(Price::Negotiable, Price::Negotiable), None);
        assert_eq!(wan(123_450), "1,234.50 元");
    }
}
