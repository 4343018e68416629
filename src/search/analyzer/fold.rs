//! Folding: what a reader takes for the same character becomes the same character.

use std::sync::LazyLock;

/// One entry for each character of the basic plane. Every entry is *one* character, so folding keeps the number of
/// characters and an offset counted in characters is valid in both texts.
static TABLE: LazyLock<Vec<char>> = LazyLock::new(build);

const PLANE: u32 = 0x1_0000;

/// Folds full-width forms, letter case, traditional characters, raised and lowered digits.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold_into(text, &mut folded);
    folded
}

pub fn fold_into(text: &str, folded: &mut String) {
    folded.clear();
    folded.extend(text.chars().map(fold_char));
}

pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    TABLE.get(c as usize).copied().unwrap_or(c)
}

fn build() -> Vec<char> {
    let widened: Vec<char> = (0..PLANE).map(|code| char::from_u32(code).map_or('\0', half_width)).collect();
    let once: Vec<char> = simplify(&widened).into_iter().map(lower).collect();
    // A few characters fold in two steps; taking both now makes folding a folded text change nothing.
    once.iter().map(|c| once.get(*c as usize).copied().unwrap_or(*c)).collect()
}

/// Traditional to simplified. The library looks at the neighbours of a few characters (乾隆), so each character is
/// converted between line feeds; both sides of a search fold alike, which is all that matters here.
fn simplify(chars: &[char]) -> Vec<char> {
    let mut spaced = String::with_capacity(chars.len() * 4);
    for c in chars {
        spaced.push(*c);
        spaced.push('\n');
    }
    let simple: Vec<char> = fast2s::convert(&spaced).chars().step_by(2).collect();
    if simple.len() == chars.len() { simple } else { chars.to_vec() }
}

fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{00A0}' => ' ',
        '₀'..='₉' => char::from_u32(c as u32 - 0x2080 + 0x30).unwrap_or(c),
        '⁰' | '⁴'..='⁹' => char::from_u32(c as u32 - 0x2070 + 0x30).unwrap_or(c),
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        'µ' => 'μ',
        _ => c,
    }
}

fn lower(c: char) -> char {
    let mut lowered = c.to_lowercase();
    match (lowered.next(), lowered.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_width_case_and_script() {
        assert_eq!(fold("ＧＢ／Ｔ　３２１００"), "gb/t 32100");
        assert_eq!(fold("海水稻與石墨烯導電劑"), "海水稻与石墨烯导电剂");
        assert_eq!(fold("CO₂ 10⁻³ cm²"), "co2 10⁻3 cm2");
        assert_eq!(fold("鱟試劑"), fold("鲎试剂"));
    }

    #[test]
    fn leaves_what_it_does_not_know() {
        assert_eq!(fold("🚀𠮷\n\t，。"), "🚀𠮷\n\t，。".replace('，', ","));
        assert_eq!(fold("İ"), "İ");
    }

    proptest! {
        /// Highlighting maps offsets by counting characters.
        #[test]
        fn keeps_the_number_of_characters(text in "\\PC{0,60}") {
            prop_assert_eq!(fold(&text).chars().count(), text.chars().count());
        }

        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,60}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
