//! Structured fields (RFC 9651), as far as signatures and digests need them: dictionaries of items and inner
//! lists, whose values are integers, strings, tokens, byte sequences and booleans. Pure and strict: what is not
//! plainly right is refused, a key that comes twice too.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Characters of a field; ours have about 400.
pub const FIELD_CHARS_MAX: usize = 4096;
const INTEGER_DIGITS_MAX: usize = 15;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bare {
    Integer(i64),
    Text(String),
    Token(String),
    Bytes(Vec<u8>),
    Boolean(bool),
}

pub type Parameters = Vec<(String, Bare)>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub value: Bare,
    pub parameters: Parameters,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    Item(Item),
    List(Vec<Item>, Parameters),
}

/// The members of a dictionary field, in their order; none when it is none.
pub fn dictionary(field: &str) -> Option<Vec<(String, Member)>> {
    if field.len() > FIELD_CHARS_MAX || !field.is_ascii() {
        return None;
    }
    let mut parser = Parser { rest: field.trim_matches(' ').as_bytes() };
    let mut members: Vec<(String, Member)> = Vec::new();
    while !parser.rest.is_empty() {
        let key = parser.key()?;
        let member = if parser.take(b'=') {
            parser.member()?
        } else {
            let parameters = parser.parameters()?;
            Member::Item(Item { value: Bare::Boolean(true), parameters })
        };
        if members.iter().any(|(other, _)| *other == key) {
            return None;
        }
        members.push((key, member));
        parser.blank();
        if parser.rest.is_empty() {
            break;
        }
        if !parser.take(b',') {
            return None;
        }
        parser.blank();
        if parser.rest.is_empty() {
            return None;
        }
    }
    Some(members)
}

/// An inner list as it is written (RFC 9651 §4.1.1.1).
pub fn inner_list(items: &[Item], parameters: &Parameters) -> String {
    let mut text = String::from("(");
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        text.push_str(&item.text());
    }
    text.push(')');
    write_parameters(&mut text, parameters);
    text
}

impl Item {
    pub fn text(&self) -> String {
        let mut text = String::new();
        write_bare(&mut text, &self.value);
        write_parameters(&mut text, &self.parameters);
        text
    }
}

fn write_parameters(text: &mut String, parameters: &Parameters) {
    for (key, value) in parameters {
        text.push(';');
        text.push_str(key);
        if *value != Bare::Boolean(true) {
            text.push('=');
            write_bare(text, value);
        }
    }
}

fn write_bare(text: &mut String, value: &Bare) {
    match value {
        // Writing to a String cannot fail.
        Bare::Integer(number) => drop(write!(text, "{number}")),
        Bare::Token(token) => text.push_str(token),
        Bare::Boolean(yes) => text.push_str(if *yes { "?1" } else { "?0" }),
        Bare::Bytes(bytes) => {
            text.push(':');
            STANDARD.encode_string(bytes, text);
            text.push(':');
        }
        Bare::Text(inner) => {
            text.push('"');
            for c in inner.chars() {
                if matches!(c, '"' | '\\') {
                    text.push('\\');
                }
                text.push(c);
            }
            text.push('"');
        }
    }
}

struct Parser<'a> {
    rest: &'a [u8],
}

impl<'a> Parser<'a> {
    fn take(&mut self, byte: u8) -> bool {
        let found = self.rest.first() == Some(&byte);
        if found {
            self.next();
        }
        found
    }

    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Spaces and tabs between members.
    fn blank(&mut self) {
        while self.take(b' ') || self.take(b'\t') {}
    }

    fn run(&mut self, fits: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.iter().position(|byte| !fits(*byte)).unwrap_or(self.rest.len());
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        // The whole field is ASCII.
        std::str::from_utf8(run).unwrap_or_default()
    }

    fn key(&mut self) -> Option<String> {
        self.rest.first().filter(|byte| byte.is_ascii_lowercase() || **byte == b'*')?;
        let key = self
            .run(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.' | b'*'));
        Some(key.to_owned())
    }

    fn member(&mut self) -> Option<Member> {
        if !self.take(b'(') {
            return self.item().map(Member::Item);
        }
        let mut items = Vec::new();
        loop {
            while self.take(b' ') {}
            if self.take(b')') {
                return Some(Member::List(items, self.parameters()?));
            }
            items.push(self.item()?);
            self.rest.first().filter(|byte| matches!(byte, b' ' | b')'))?;
        }
    }

    fn item(&mut self) -> Option<Item> {
        Some(Item { value: self.bare()?, parameters: self.parameters()? })
    }

    fn parameters(&mut self) -> Option<Parameters> {
        let mut found = Parameters::new();
        while self.take(b';') {
            while self.take(b' ') {}
            let key = self.key()?;
            let value = if self.take(b'=') { self.bare()? } else { Bare::Boolean(true) };
            if found.iter().any(|(other, _)| *other == key) {
                return None;
            }
            found.push((key, value));
        }
        Some(found)
    }

    fn bare(&mut self) -> Option<Bare> {
        match *self.rest.first()? {
            b'"' => self.string(),
            b':' => {
                self.next();
                let text = self.run(|byte| byte != b':');
                let bytes = STANDARD.decode(text).ok()?;
                self.take(b':').then_some(Bare::Bytes(bytes))
            }
            b'?' => {
                self.next();
                match self.next()? {
                    b'1' => Some(Bare::Boolean(true)),
                    b'0' => Some(Bare::Boolean(false)),
                    _ => None,
                }
            }
            b'-' | b'0'..=b'9' => {
                let negative = self.take(b'-');
                let digits = self.run(|byte| byte.is_ascii_digit());
                let number: i64 = digits.parse().ok().filter(|_| digits.len() <= INTEGER_DIGITS_MAX)?;
                Some(Bare::Integer(if negative { -number } else { number })).filter(|_| !self.take(b'.'))
            }
            byte if byte.is_ascii_alphabetic() || byte == b'*' => {
                let token = self.run(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/".contains(&b));
                Some(Bare::Token(token.to_owned()))
            }
            _ => None,
        }
    }

    fn string(&mut self) -> Option<Bare> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next()? {
                b'"' => return Some(Bare::Text(text)),
                b'\\' => match self.next()? {
                    escaped @ (b'"' | b'\\') => text.push(char::from(escaped)),
                    _ => return None,
                },
                byte @ 0x20..=0x7e => text.push(char::from(byte)),
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_written_as_it_was_read() {
        let text = r#"("@method" "a";req "b";key="x\"y");created=-1;on;off=?0;alg=ed25519;raw=:AAE=:"#;
        let members = dictionary(&format!("sig={text},\t other=?1, bare")).unwrap();
        assert_eq!(members.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["sig", "other", "bare"]);
        let Member::List(items, parameters) = &members[0].1 else { panic!() };
        assert_eq!(inner_list(items, parameters), text);
        assert_eq!(parameters[0], ("created".to_owned(), Bare::Integer(-1)));
        assert_eq!(dictionary(""), Some(vec![]));
    }

    #[test]
    fn what_is_not_plainly_right_is_refused() {
        let long = format!("a=\"{}\"", "x".repeat(FIELD_CHARS_MAX));
        for bad in [
            "a=1, a=2",
            "a=1,",
            "a=1 b=2",
            "A=1",
            "a=(\"x\"\"y\")",
            "a=(\"x\"",
            "a=\"x",
            "a=\"\\x\"",
            "a=:A:",
            "a=:AAE=",
            "a=1.5",
            "a=?2",
            "a=1;b=1;b=2",
            "a=1234567890123456",
            "a=\"钦\"",
            "a=",
            &long,
        ] {
            assert_eq!(dictionary(bad), None, "{bad:.40}");
        }
    }
}
