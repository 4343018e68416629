//! Texts to measure with: a file of records as JSON lines (`title`, `abstract`, `keywords`, `discipline`), repeated
//! with variations until there are enough.

use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::Deserialize;

use crate::search::model::{Document, Holder, Price};

type Failure = Box<dyn std::error::Error>;

/// Records of one kind of the market; the rest are demands.
const ACHIEVEMENTS_OF_TEN: u64 = 8;

const DIVISIONS: [&str; 6] = ["450702", "450703", "450721", "450722", "450705", "450706"];
const MODES: [&str; 4] = ["licence", "transfer", "joint_development", "equity"];
const IP_KINDS: [&str; 3] = ["patent_invention", "patent_utility", "software"];
const HOLDER_KINDS: [&str; 2] = ["institute", "enterprise"];
const SURNAMES: [&str; 12] = ["黎", "陈", "黄", "李", "韦", "莫", "覃", "梁", "农", "蒙", "陆", "卢"];
const GIVEN: [&str; 12] =
    ["晓彤", "海生", "志远", "建华", "丽娜", "文博", "国强", "雨桐", "思源", "春燕", "明哲", "子涵"];

#[derive(Deserialize)]
pub struct Text {
    pub title: String,
    #[serde(rename = "abstract")]
    pub summary: String,
    pub keywords: Vec<String>,
    #[serde(default)]
    pub discipline: String,
}

pub struct Corpus {
    pub texts: Vec<Text>,
    /// The sentences of each text.
    sentences: Vec<Vec<String>>,
}

impl Corpus {
    pub fn read(path: &Path) -> Result<Corpus, Failure> {
        let file = std::fs::File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut texts: Vec<Text> = Vec::new();
        for line in BufReader::new(file).lines() {
            let line = line?;
            if !line.trim().is_empty() {
                texts.push(serde_json::from_str(&line)?);
            }
        }
        if texts.len() < 2 {
            return Err(format!("{} holds too few records", path.display()).into());
        }
        let sentences = texts
            .iter()
            .map(|text| text.summary.split_inclusive('。').map(str::to_owned).collect())
            .collect();
        Ok(Corpus { texts, sentences })
    }

    fn text(&self, number: u64) -> Option<(&Text, &Vec<String>)> {
        let at = usize::try_from(number % self.texts.len() as u64).ok()?;
        self.texts.get(at).zip(self.sentences.get(at))
    }

    /// Record number `n`: a text with its number in the title, one sentence exchanged for another text's, a keyword
    /// of that text, and codes that vary.
    pub fn document(&self, n: u64) -> Document {
        let pick = |salt: u64, list: &[&str]| -> String {
            let at = mixed(n, salt) % list.len() as u64;
            usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or_default().to_owned()
        };
        let (Some((text, sentences)), Some((other, others))) = (self.text(n), self.text(mixed(n, 1))) else {
            return Document::default();
        };
        let exchanged = mixed(n, 2) % sentences.len().max(1) as u64;
        let foreign = others.get(usize::try_from(mixed(n, 3) % others.len().max(1) as u64).unwrap_or(0));
        let body = sentences.iter().zip(0..).map(|(sentence, at)| {
            if at == exchanged { foreign.unwrap_or(sentence).as_str() } else { sentence.as_str() }
        });
        let number = |salt: u64, range: u64| i64::try_from(mixed(n, salt) % range).unwrap_or(0);
        let division = pick(4, &DIVISIONS);
        Document {
            subject: subject(n),
            kind: if n % 10 < ACHIEVEMENTS_OF_TEN { "achievement" } else { "demand" }.into(),
            version: 1,
            title: format!("{}（{n}）", text.title),
            body: body.collect(),
            keywords: text.keywords.iter().chain(other.keywords.first()).cloned().collect(),
            people: vec![format!("{}{}", pick(5, &SURNAMES), pick(6, &GIVEN))],
            numbers: vec![format!("ZL2017{:08}.{}", n % 100_000_000, n % 10)],
            holder: Holder {
                urn: format!("urn:tm:bench:organisation:{}", n % 500),
                name: format!("示例单位{}", n % 500),
                kind: pick(7, &HOLDER_KINDS),
            },
            field: vec![text.discipline.clone()],
            industry: vec!["C".into(), format!("C{}", 13 + number(8, 30))],
            trl: u8::try_from(1 + number(9, 9)).ok(),
            ip_kinds: vec![pick(10, &IP_KINDS)],
            ip_states: vec!["granted".into()],
            cooperation: vec![pick(11, &MODES), pick(12, &MODES)],
            price: if n.is_multiple_of(3) {
                Price::Negotiable
            } else {
                Price::Fixed(number(13, 900) * 1_000_000)
            },
            divisions: vec![division, "450700".into()],
            origin: "cn-450700".into(),
            year: i32::try_from(2015 + number(14, 11)).ok(),
            published_at: 1_500_000_000_000_000 + i64::try_from(n).unwrap_or(0) * 1_000_000,
            deadline: None,
        }
    }
}

pub fn subject(n: u64) -> String {
    // Fixed width, so that the order of the texts is that of the numbers.
    format!("urn:tm:bench:bench:{n:012}")
}

/// The number behind a subject.
pub fn number(subject: &str) -> Option<u64> {
    subject.rsplit(':').next()?.parse().ok()
}

/// Numbers without an order that could help, the same in every run (splitmix64).
pub fn mixed(n: u64, salt: u64) -> u64 {
    let mut x = n.wrapping_add(salt.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
