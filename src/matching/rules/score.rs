//! What one record is worth to the other.

use super::super::lexicon::{Bag, Lexicon, Text};
use super::super::meaning::agreement;
use super::super::model::{Answering, PartKind, Side, UNKNOWN, Values, Verdict, Weights};
use crate::search::model::{Document, Price};

/// How fast further occurrences of a term stop counting, and how much a long text is held against its length (BM25).
const SATURATION: f64 = 1.2;
const LENGTH: f64 = 0.75;
/// The readiness that a demand takes to be asked for if it says nothing: a prototype under real conditions
/// (GB/T 22900-2022 level 7, 环境).
const WANTED_TRL: u8 = 7;
/// Levels a record may lack before its maturity counts nothing.
const TRL_GAP_MAX: f64 = 6.0;
const HALF_LIFE_DAYS: f64 = 180.0;
const MICROS_PER_DAY: f64 = 86_400_000_000.0;
/// Hours after which an answer counts half as quick.
const QUICK_ANSWER_HOURS: f64 = 72.0;
/// Words that are shown as the reason.
const WORDS_MAX: usize = 8;
/// A shared word is worth showing if it tells at least this share of the most telling one.
const WORD_SHARE_MIN: f64 = 0.35;
const OTHER_MODE: &str = "other";

/// A record with what is compared.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub side: Side,
    pub document: &'a Document,
    pub text: &'a Text,
    /// Its kept direction; empty if unknown.
    pub direction: &'a [i8],
    pub answering: Answering,
}

/// Judges a pair from both sides. `now` in microseconds since 1970.
pub fn judge(
    demand: Seen<'_>,
    achievement: Seen<'_>,
    lexicon: &Lexicon,
    weights: &Weights,
    now: i64,
) -> Verdict {
    let wanted = covers(demand.text, achievement, lexicon);
    let offered = covers(achievement.text, demand, lexicon);
    let mut common = shared(&demand, &achievement);
    common.set(PartKind::Text, wanted);
    let mut values_demand = common;
    values_demand.set(PartKind::Freshness, freshness(achievement.document.published_at, now));
    values_demand.set(PartKind::Answering, answering(achievement.answering));
    let mut values_achievement = common;
    values_achievement.set(PartKind::Text, (wanted + offered) / 2.0);
    values_achievement.set(PartKind::Freshness, freshness(demand.document.published_at, now));
    values_achievement.set(PartKind::Answering, answering(demand.answering));
    // How ripe an achievement is matters to who wants it, not to who has it.
    values_achievement.set(PartKind::Maturity, UNKNOWN);
    let (demand_prefers, achievement_prefers) =
        (preference(&values_demand, weights), preference(&values_achievement, weights));
    Verdict {
        demand: values_demand,
        achievement: values_achievement,
        demand_prefers,
        achievement_prefers,
        score: (demand_prefers * achievement_prefers).sqrt(),
        words: words(demand.text, achievement.text, lexicon),
    }
}

/// The weighted mean of the parts.
pub fn preference(values: &Values, weights: &Weights) -> f64 {
    let sum: f64 = PartKind::ALL.iter().map(|kind| values.get(*kind) * weights.of(*kind)).sum();
    sum.clamp(0.0, 1.0)
}

/// The parts that are the same from both sides.
fn shared(demand: &Seen<'_>, achievement: &Seen<'_>) -> Values {
    let (d, a) = (demand.document, achievement.document);
    let mut values = Values([UNKNOWN; super::super::model::PARTS]);
    let meaning = agreement(demand.direction, achievement.direction);
    values.set(PartKind::Meaning, meaning.map_or(UNKNOWN, |cosine| cosine.max(0.0)));
    values.set(PartKind::Field, common_share(&d.field, &a.field));
    values.set(PartKind::Industry, industry(&d.industry, &a.industry));
    values.set(PartKind::Maturity, maturity(d.trl, a.trl));
    values.set(PartKind::Price, price(d.price, a.price));
    values.set(PartKind::Cooperation, cooperation(&d.cooperation, &a.cooperation));
    values.set(PartKind::Division, division(&d.divisions, &a.divisions));
    values
}

/// How much of what a text says another record says as well: BM25 as a share of what it could reach, the mean of
/// both by words and by characters.
fn covers(asked: &Text, by: Seen<'_>, lexicon: &Lexicon) -> f64 {
    let (words, characters) = lexicon.average(by.side);
    let by_words = covered(&asked.words, &by.text.words, words, lexicon);
    let by_characters = covered(&asked.characters, &by.text.characters, characters, lexicon);
    (by_words + by_characters) / 2.0
}

fn covered(asked: &Bag, by: &Bag, average: f64, lexicon: &Lexicon) -> f64 {
    let norm = SATURATION * (1.0 - LENGTH + LENGTH * by.size() / average);
    let (mut found, mut all) = (0.0, 0.0);
    for (term, count) in asked.iter() {
        let weight = lexicon.importance(term) * count.sqrt().min(2.0);
        all += weight * (SATURATION + 1.0);
        found += by.get(term).map_or(0.0, |count| weight * count * (SATURATION + 1.0) / (count + norm));
    }
    if all > 0.0 { (found / all).min(1.0) } else { 0.0 }
}

/// The share of codes in common among those of the record that has fewer.
fn common_share(a: &[String], b: &[String]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return UNKNOWN;
    }
    let common = a.iter().filter(|code| b.contains(code)).count();
    common as f64 / a.len().min(b.len()) as f64
}

/// The same class is 1, only the same section 0.4.
fn industry(a: &[String], b: &[String]) -> f64 {
    match (a.last(), b.last()) {
        (None, _) | (_, None) => UNKNOWN,
        (Some(x), Some(y)) if x == y => 1.0,
        _ if a.first() == b.first() => 0.4,
        _ => 0.0,
    }
}

fn maturity(wanted: Option<u8>, has: Option<u8>) -> f64 {
    let Some(has) = has else { return UNKNOWN };
    let gap = f64::from(wanted.unwrap_or(WANTED_TRL).saturating_sub(has));
    (1.0 - gap / TRL_GAP_MAX).max(0.0)
}

/// Inside the budget is 1; beyond it, the share that the budget pays.
fn price(budget: Price, asked: Price) -> f64 {
    match (budget.bounds(), asked.bounds()) {
        (Some((_, budget)), Some((asked, _))) if asked > 0 && budget > 0 => {
            (budget as f64 / asked as f64).min(1.0)
        }
        (Some(_), Some(_)) => 1.0,
        _ => UNKNOWN,
    }
}

fn cooperation(a: &[String], b: &[String]) -> f64 {
    let open = |modes: &[String]| modes.is_empty() || modes.iter().any(|mode| mode == OTHER_MODE);
    if a.iter().any(|mode| b.contains(mode)) {
        1.0
    } else if open(a) || open(b) {
        UNKNOWN
    } else {
        0.0
    }
}

/// The same county is 1, the same city 0.8, the same province 0.5, elsewhere 0.2.
fn division(a: &[String], b: &[String]) -> f64 {
    let (Some(own), Some(other)) = (a.first(), b.first()) else { return UNKNOWN };
    let same = |digits: usize| own.get(..digits).is_some() && own.get(..digits) == other.get(..digits);
    match () {
        () if own == other => 1.0,
        () if same(4) => 0.8,
        () if same(2) => 0.5,
        () => 0.2,
    }
}

fn freshness(published_at: i64, now: i64) -> f64 {
    let days = (now - published_at).max(0) as f64 / MICROS_PER_DAY;
    if published_at <= 0 { UNKNOWN } else { 0.5_f64.powf(days / HALF_LIFE_DAYS) }
}

/// The share of enquiries answered in time, with one good and one bad presumed, so that the first few don't decide;
/// a third of it for speed.
fn answering(record: Answering) -> f64 {
    let share = (f64::from(record.answered) + 1.0) / (f64::from(record.asked) + 2.0);
    let quick = if record.answered == 0 {
        1.0
    } else {
        QUICK_ANSWER_HOURS / (QUICK_ANSWER_HOURS + record.mean_hours)
    };
    if record.asked == 0 { UNKNOWN } else { share * (2.0 + quick) / 3.0 }
}

/// Words that stand in records of every subject: rare enough to count, but no reason to bring two together.
const EVERYDAY_WORDS: &[&str] = &[
    "技术",
    "研究",
    "开发",
    "研发",
    "应用",
    "系统",
    "方法",
    "产品",
    "面向",
    "基于",
    "采用",
    "用于",
    "利用",
    "通过",
    "进行",
    "具有",
    "实现",
    "提高",
    "提升",
    "建立",
    "形成",
    "解决",
    "适用",
    "适合",
    "关键",
    "关键技术",
    "产业化",
    "示范",
    "推广",
    "合作",
    "企业",
    "项目",
    "成果",
    "需求",
    "问题",
    "目前",
    "相关",
    "主要",
    "以上",
    "以下",
];

/// Whether a word may be shown as what two records have in common: no figures, nothing that all have.
fn is_telling(word: &str) -> bool {
    word.chars().any(char::is_alphabetic) && !EVERYDAY_WORDS.contains(&word)
}

/// The most telling words of both, none of them inside another.
fn words(demand: &Text, achievement: &Text, lexicon: &Lexicon) -> Vec<String> {
    let both = demand.words.iter().filter(|(word, _)| achievement.words.get(word).is_some());
    let telling = both
        .filter(|(word, _)| is_telling(word))
        .filter(|(word, _)| word.chars().count() > 1 || lexicon.importance(word) > 2.0);
    let mut found: Vec<(f64, &String)> = telling.map(|(word, _)| (lexicon.importance(word), word)).collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let least = found.first().map_or(0.0, |(best, _)| best * WORD_SHARE_MIN);
    let mut words: Vec<String> = Vec::new();
    for (importance, word) in found {
        let inside = words.iter().any(|longer| longer.contains(word.as_str()));
        if importance >= least && !inside && words.len() < WORDS_MAX {
            words.retain(|shorter| !word.contains(shorter.as_str()));
            words.push(word.clone());
        }
    }
    words
}
