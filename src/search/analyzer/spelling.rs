//! How a word is typed by who has no Chinese keyboard at hand: its pinyin, its initials; and which characters are
//! taken for one another.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

use super::grams::ideographic;

/// Characters of a word that is spelled; longer texts are not typed in pinyin.
pub const SPELLED_CHARS_MAX: usize = 12;
/// Ways to spell one word whose characters have several readings (重庆, 长沙).
const SPELLINGS_MAX: usize = 6;

const LOOKALIKES: &str = include_str!("lookalikes.txt");

static SIMILAR: LazyLock<HashMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut similar: HashMap<char, Vec<char>> = HashMap::new();
    for group in LOOKALIKES.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        for one in group.chars() {
            let others = group.chars().filter(|other| *other != one);
            similar.entry(one).or_default().extend(others);
        }
    }
    similar
});

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    /// `haishuidao`
    pub full: String,
    /// `hsd`
    pub initials: String,
}

/// The characters that this one is taken for.
pub fn lookalikes(c: char) -> &'static [char] {
    SIMILAR.get(&c).map_or(&[], Vec::as_slice)
}

/// The ways to spell a folded text: letters and digits stand for themselves. None for a text without an ideograph
/// that can be spelled, or too long.
pub fn spellings(folded: &str) -> Vec<Spelling> {
    let mut ways = vec![Spelling::default()];
    let (mut spelled, mut chars) = (false, 0);
    for c in folded.chars().filter(|c| c.is_alphanumeric()) {
        chars += 1;
        if chars > SPELLED_CHARS_MAX {
            return vec![];
        }
        if !ideographic(c) {
            for way in &mut ways {
                way.full.push(c);
                way.initials.push(c);
            }
            continue;
        }
        let readings = readings(c);
        if readings.is_empty() {
            return vec![];
        }
        spelled = true;
        ways = longer(&ways, &readings);
    }
    if spelled { ways } else { vec![] }
}

fn longer(ways: &[Spelling], readings: &[String]) -> Vec<Spelling> {
    // The first reading is the usual one: every way goes on with it before rarer ones take what room is left.
    let next = readings.iter().flat_map(|reading| {
        ways.iter().map(move |way| {
            let mut way = way.clone();
            way.full.push_str(reading);
            way.initials.extend(reading.chars().next());
            way
        })
    });
    next.take(SPELLINGS_MAX.max(ways.len())).collect()
}

/// The readings of an ideograph without their tones, as they are typed: ü is v.
fn readings(c: char) -> Vec<String> {
    let mut readings: Vec<String> = Vec::new();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let typed = reading.plain().replace('ü', "v");
        if !readings.contains(&typed) {
            readings.push(typed);
        }
    }
    readings
}

/// What was typed as pinyin: `Hai shui'dao` → `haishuidao`; nothing if it is anything else.
pub fn typed_pinyin(folded: &str) -> Option<String> {
    let letters: String = folded
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '-'))
        .map(|c| if c == 'ü' { 'v' } else { c })
        .collect();
    let typed = !letters.is_empty() && letters.chars().all(|c| c.is_ascii_lowercase());
    typed.then_some(letters)
}

/// Whether one wrong, missing, superfluous or swapped character makes the one text of the other.
pub fn within_one_edit(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = |pair: &(&char, &char)| pair.0 == pair.1;
    let before = one.iter().zip(&other).take_while(same).count();
    let left = one.len().min(other.len()) - before;
    let behind = one.iter().rev().zip(other.iter().rev()).take(left).take_while(same).count();
    let one = one.get(before..one.len() - behind).unwrap_or_default();
    let other = other.get(before..other.len() - behind).unwrap_or_default();
    match (one, other) {
        ([a, b], [c, d]) => a == d && b == c,
        (one, other) => one.len() <= 1 && other.len() <= 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fulls(text: &str) -> Vec<String> {
        spellings(text).into_iter().map(|spelling| spelling.full).collect()
    }

    #[test]
    fn words_are_spelled_in_full_and_by_initials() {
        let spelling = |full: &str, initials: &str| Spelling { full: full.into(), initials: initials.into() };
        assert_eq!(spellings("海水稻").first(), Some(&spelling("haishuidao", "hsd")));
        assert!(spellings("坭兴陶").contains(&spelling("nixingtao", "nxt")));
        assert!(spellings("gb标准").contains(&spelling("gbbiaozhun", "gbbz")));
        assert!(fulls("绿色").contains(&"lvse".to_owned()));
        assert!(spellings("gb/t").is_empty());
        assert!(spellings(&"海".repeat(SPELLED_CHARS_MAX + 1)).is_empty());
    }

    #[test]
    fn heteronyms_are_spelled_in_every_way() {
        assert!(
            fulls("重庆").contains(&"chongqing".to_owned())
                && fulls("重庆").contains(&"zhongqing".to_owned())
        );
        assert!(
            fulls("长沙").contains(&"changsha".to_owned()) && fulls("银行").contains(&"yinhang".to_owned())
        );
        assert!(spellings("行长行长行长").len() <= SPELLINGS_MAX);
    }

    #[test]
    fn pinyin_is_typed_in_many_ways() {
        assert_eq!(typed_pinyin("hai shui'dao").as_deref(), Some("haishuidao"));
        assert_eq!(typed_pinyin("lü-se").as_deref(), Some("lvse"));
        assert_eq!((typed_pinyin("gb/t"), typed_pinyin("海"), typed_pinyin(" ")), (None, None, None));
    }

    #[test]
    fn lookalikes_go_both_ways() {
        assert!(lookalikes('荼').contains(&'茶') && lookalikes('茶').contains(&'荼'));
        assert!(lookalikes('庶').contains(&'蔗') && lookalikes('窖').contains(&'窑'));
        assert!(lookalikes('x').is_empty());
    }

    #[test]
    fn one_edit() {
        for (one, other) in [
            ("海水道", "海水稻"),
            ("haishuidoa", "haishuidao"),
            ("nixintao", "nixingtao"),
            ("稻", ""),
            ("aab", "ab"),
            ("ab", "ab"),
        ] {
            assert!(within_one_edit(one, other) && within_one_edit(other, one), "{one} {other}");
        }
        for (one, other) in [("海水", "河道"), ("abcd", "badc"), ("ab", "cd"), ("abc", "a")] {
            assert!(!within_one_edit(one, other) && !within_one_edit(other, one), "{one} {other}");
        }
    }
}
