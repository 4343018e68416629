//! Breaking lines: between Chinese characters anywhere, never inside a word of letters or digits, and no line
//! begins with a closing mark or ends with an opening one (GB/T 15834).

const NOT_FIRST: &str = "，。、；：？！”’）》〉】」』〕…—·,.;:?!)]}%％元";
const NOT_LAST: &str = "“‘（《〈【「『〔([{￥¥";

/// The lines of a text whose characters are this wide.
pub fn wrap(text: &str, advances: &[f32], width: f32) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut lines, mut start) = (vec![], 0);
    while start < chars.len() {
        let end = fit(&chars, advances, start, width);
        let line: String = chars.iter().skip(start).take(end - start).collect();
        lines.push(line.trim_end().to_owned());
        start = end;
        while chars.get(start) == Some(&' ') {
            start += 1;
        }
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// Where the line that begins at `start` ends; at least one character further.
fn fit(chars: &[char], advances: &[f32], start: usize, width: f32) -> usize {
    let (mut end, mut used) = (start, 0.0);
    while end < chars.len() {
        used += advances.get(end).copied().unwrap_or_default();
        // A hair of tolerance: widths are sums of fractions.
        if used > width + 0.001 {
            break;
        }
        end += 1;
    }
    if end == chars.len() {
        return end;
    }
    let mut cut = end;
    while cut > start && !may_break(chars, cut) {
        cut -= 1;
    }
    if cut > start { cut } else { end.max(start + 1) }
}

fn may_break(chars: &[char], at: usize) -> bool {
    let (Some(before), Some(after)) = (at.checked_sub(1).and_then(|at| chars.get(at)), chars.get(at)) else {
        return true;
    };
    let word = |char: &char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_' | '/' | '%');
    let inside_word = word(before) && word(after);
    !inside_word && !NOT_FIRST.contains(*after) && !NOT_LAST.contains(*before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let advances: Vec<f32> = text.chars().map(|c| if c.is_ascii() { 0.5 } else { 1.0 }).collect();
        wrap(text, &advances, width)
    }

    #[test]
    fn lines_break_where_a_typesetter_would() {
        assert_eq!(lines("技术合同登记", 4.0), ["技术合同", "登记"]);
        assert_eq!(lines("技术合同，登记", 4.0), ["技术合", "同，登记"]);
        assert_eq!(lines("技术合（同）", 4.0), ["技术合", "（同）"]);
        assert_eq!(lines("编号ABC123号", 4.0), ["编号", "ABC123号"]);
        assert_eq!(lines("ABCDEFGHIJ", 2.0), ["ABCD", "EFGH", "IJ"]);
        assert_eq!(lines("", 4.0), [""]);
    }
}
