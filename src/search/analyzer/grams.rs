//! Pairs of neighbouring characters: the second way to find a text, which no dictionary can spoil.

use super::Span;

/// Characters written without blanks between words.
pub fn ideographic(c: char) -> bool {
    matches!(c,
        '\u{4E00}'..='\u{9FFF}' | '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}'
        | '\u{3040}'..='\u{30FF}' | '\u{AC00}'..='\u{D7AF}' | '〇')
}

/// Cuts folded text into pairs of ideographs and whole words of other scripts.
///
/// Positions count ideographs and words: blanks take no position, so a phrase survives another way of spacing;
/// punctuation takes one, so no phrase reaches over a full stop. An ideograph that stands alone is a gram of its
/// own; with `singles` every ideograph is (titles, where 鲎 must be found).
pub fn grams(folded: &str, singles: bool, out: &mut Vec<Span>) {
    let mut cutter = Cutter { out, position: 0, run: None };
    let mut word: Option<usize> = None;
    for (at, c) in folded.char_indices() {
        let end = at + c.len_utf8();
        if ideographic(c) {
            cutter.close_word(&mut word, at);
            cutter.ideograph(at, end, singles);
        } else if c.is_alphanumeric() {
            cutter.close_run(singles);
            word.get_or_insert(at);
        } else {
            cutter.close_word(&mut word, at);
            cutter.close_run(singles);
            if !c.is_whitespace() {
                cutter.position += 1;
            }
        }
    }
    cutter.close_word(&mut word, folded.len());
    cutter.close_run(singles);
}

struct Cutter<'a> {
    out: &'a mut Vec<Span>,
    position: u32,
    run: Option<Run>,
}

/// The last ideograph of the run of ideographs being read.
struct Run {
    start: usize,
    end: usize,
    alone: bool,
}

impl Cutter<'_> {
    fn ideograph(&mut self, start: usize, end: usize, singles: bool) {
        let alone = self.run.is_none();
        if let Some(run) = &self.run {
            self.out.push(Span::new(run.start, end, self.position - 1));
        }
        if singles {
            self.out.push(Span::new(start, end, self.position));
        }
        self.run = Some(Run { start, end, alone });
        self.position += 1;
    }

    fn close_run(&mut self, singles: bool) {
        if let Some(run) = self.run.take()
            && run.alone
            && !singles
        {
            self.out.push(Span::new(run.start, run.end, self.position - 1));
        }
    }

    fn close_word(&mut self, word: &mut Option<usize>, end: usize) {
        if let Some(start) = word.take() {
            self.out.push(Span::new(start, end, self.position));
            self.position += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, singles: bool) -> Vec<(String, u32)> {
        let mut spans = Vec::new();
        grams(text, singles, &mut spans);
        spans.iter().map(|s| (s.of(text).to_owned(), s.position)).collect()
    }

    fn words(text: &str, singles: bool) -> Vec<String> {
        cut(text, singles).into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn pairs_do_not_reach_over_punctuation() {
        assert_eq!(words("石墨烯,导电", false), ["石墨", "墨烯", "导电"]);
    }

    #[test]
    fn lone_ideographs_and_words_are_grams() {
        assert_eq!(words("鲎 gb/t 32100标准", false), ["鲎", "gb", "t", "32100", "标准"]);
        assert_eq!(words("中华鲎", true), ["中", "中华", "华", "华鲎", "鲎"]);
    }

    #[test]
    fn positions_ignore_blanks_and_count_punctuation() {
        assert_eq!(cut("ai 鲎试", false), [("ai".into(), 0), ("鲎试".into(), 1)]);
        assert_eq!(cut("ai  鲎试", false), [("ai".into(), 0), ("鲎试".into(), 1)]);
        assert_eq!(cut("陶。瓷器", false), [("陶".into(), 0), ("瓷器".into(), 2)]);
    }
}
