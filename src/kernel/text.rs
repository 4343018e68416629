//! Checks of text that every form needs: trimmed, bounded, free of control characters.

use super::codes_common::{INVALID_VALUE, REQUIRED, TOO_LONG};
use super::error::{Errors, Refusal};

/// A required text of at most `max_chars` characters; notes what is wrong under `pointer`.
pub fn required(errors: &mut Errors, pointer: &str, text: &str, max_chars: usize) {
    if text.trim().is_empty() {
        errors.add(pointer, &REQUIRED);
    } else {
        optional(errors, pointer, text, max_chars);
    }
}

/// A required text that is all there is to check.
pub fn stated(pointer: &str, text: &str, max_chars: usize) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    required(&mut errors, pointer, text, max_chars);
    errors.check()
}

/// A text that may be empty.
pub fn optional(errors: &mut Errors, pointer: &str, text: &str, max_chars: usize) {
    if text.chars().count() > max_chars {
        errors.add_with(pointer, &TOO_LONG, &[("max", max_chars.to_string())]);
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().any(control) {
        errors.add_with(pointer, &INVALID_VALUE, &[("reason", "control character".into())]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_count_characters() {
        let mut errors = Errors::new();
        required(&mut errors, "/a", "坭兴陶", 3);
        assert!(errors.is_empty());
        required(&mut errors, "/a", "坭兴陶", 2);
        required(&mut errors, "/b", "  ", 2);
        optional(&mut errors, "/c", "a\u{7}", 9);
        let codes: Vec<_> = errors.list().iter().map(|e| e.code.id).collect();
        assert_eq!(codes, ["too_long", "required", "invalid_value"]);
    }
}
