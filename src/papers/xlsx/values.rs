//! The shared texts of a workbook, which styles are dates, and what a cell's raw text means.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::package::invalid;
use super::read::Value;
use crate::kernel::error::Refusal;
use crate::kernel::time::Day;

/// An attribute by its local name, unescaped.
pub fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        tag.attributes().with_checks(false).flatten().find(|a| a.key.local_name().as_ref() == name)?;
    quick_xml::escape::unescape(&found.value).ok().map(|text| text.into_owned())
}

/// The five entities of XML and character references; others cannot be declared here, so they are an error.
pub fn resolve(reference: &BytesRef<'_>, text: &mut String) -> Result<(), Refusal> {
    if let Some(char) = reference.resolve_char_ref().map_err(invalid)? {
        text.push(char);
        return Ok(());
    }
    let name = reference.xml10_content();
    let known = quick_xml::escape::resolve_predefined_entity(&name);
    text.push_str(known.ok_or_else(|| invalid(format!("entity {name}")))?);
    Ok(())
}

/// The shared texts: the `t` elements of each `si`, without pronunciation hints.
pub fn shared_texts(xml: &str) -> Result<Vec<String>, Refusal> {
    let mut reader = Reader::from_str(xml);
    let (mut texts, mut current, mut inside, mut hint) = (Vec::new(), String::new(), false, false);
    loop {
        match reader.read_event().map_err(invalid)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "si" => current.clear(),
                "t" => inside = !hint,
                "rPh" => hint = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "si" => texts.push(unescaped(&std::mem::take(&mut current))),
                "t" => inside = false,
                "rPh" => hint = false,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => texts.push(String::new()),
            Event::Text(text) if inside => current.push_str(&text.xml10_content()),
            Event::CData(text) if inside => current.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if inside => resolve(&reference, &mut current)?,
            Event::Eof => return Ok(texts),
            _ => {}
        }
    }
}

/// What a cell's format makes of its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    #[default]
    Plain,
    Date,
    /// A hundred times what is stored: 0.035 stands as 3.5%.
    Percent,
}

/// What each cell format shows.
pub fn formats(xml: &str) -> Result<Vec<Shown>, Refusal> {
    let mut reader = Reader::from_str(xml);
    let (mut own, mut found, mut in_cells) = (Vec::<(String, Shown)>::new(), Vec::new(), false);
    loop {
        match reader.read_event().map_err(invalid)? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "cellXfs" => in_cells = true,
                "numFmt" => {
                    let code = attribute(&tag, "formatCode").unwrap_or_default();
                    own.push((attribute(&tag, "numFmtId").unwrap_or_default(), shown(&code)));
                }
                "xf" if in_cells => {
                    let id = attribute(&tag, "numFmtId").unwrap_or_default();
                    let custom = own.iter().find(|(known, _)| *known == id).map(|(_, shown)| *shown);
                    found.push(custom.unwrap_or_else(|| builtin(&id)));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// ECMA-376 18.8.30, with the dates of East Asian locales.
fn builtin(id: &str) -> Shown {
    match id.parse::<u32>() {
        Ok(9 | 10) => Shown::Percent,
        Ok(14..=17 | 22 | 27..=31 | 34..=36 | 50..=54 | 57 | 58) => Shown::Date,
        _ => Shown::Plain,
    }
}

/// By a year, a day or a percent sign outside quotes, escapes and brackets.
fn shown(code: &str) -> Shown {
    let mut chars = code.chars();
    let (mut quoted, mut bracketed) = (false, false);
    while let Some(char) = chars.next() {
        match char {
            '\\' | '_' | '*' => drop(chars.next()),
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            '%' if !quoted && !bracketed => return Shown::Percent,
            'y' | 'Y' | 'd' | 'D' | 'e' if !quoted && !bracketed && !code.contains("E+") => {
                return Shown::Date;
            }
            _ => {}
        }
    }
    Shown::Plain
}

/// `_x000D_` and its like.
pub fn unescaped(text: &str) -> String {
    let (mut plain, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).filter(|_| rest.get(at + 6..at + 7) == Some("_"));
        let char = code.and_then(|hex| u32::from_str_radix(hex, 16).ok()).and_then(char::from_u32);
        let (head, tail) = rest.split_at(at);
        plain.push_str(head);
        if let Some(char) = char {
            plain.push(char);
            rest = tail.get(7..).unwrap_or_default();
        } else {
            plain.push_str("_x");
            rest = tail.get(2..).unwrap_or_default();
        }
    }
    plain.push_str(rest);
    plain
}

/// What the raw text of a cell means by its type and format.
pub fn value(
    kind: &str,
    raw: &str,
    shown: Shown,
    since_1904: bool,
    shared: &[String],
) -> Result<Value, Refusal> {
    let raw_trimmed = raw.trim();
    if raw_trimmed.is_empty() && kind != "str" && kind != "inlineStr" {
        return Ok(Value::Empty);
    }
    Ok(match kind {
        "s" => {
            let at = raw_trimmed.parse::<usize>().map_err(invalid)?;
            text(shared.get(at).ok_or_else(|| invalid("a shared text that is not there"))?)
        }
        "str" | "inlineStr" => text(&unescaped(raw)),
        "b" => Value::Truth(raw_trimmed == "1"),
        "e" => Value::Fault(raw_trimmed.to_owned()),
        "d" => match raw_trimmed.get(..10).and_then(|day| day.parse::<Day>().ok()) {
            Some(day) => Value::Day(day),
            None => text(raw),
        },
        _ => match raw_trimmed.parse::<f64>().ok().filter(|number| number.is_finite()) {
            Some(number) => match shown {
                Shown::Date => serial(number, since_1904).map_or(Value::Number(number), Value::Day),
                Shown::Percent => Value::Percent(number),
                Shown::Plain => Value::Number(number),
            },
            None => text(raw),
        },
    })
}

fn text(text: &str) -> Value {
    if text.trim().is_empty() { Value::Empty } else { Value::Text(text.to_owned()) }
}

/// The day of a serial number; the 29 February 1900 that never was counts in it.
fn serial(number: f64, since_1904: bool) -> Option<Day> {
    if !(1.0..2_958_466.0).contains(&number) {
        return None;
    }
    let days = number.trunc() as i64;
    if since_1904 {
        return Some(Day::new(1904, 1, 1)?.plus_days(days));
    }
    let counted = if days < 60 { days } else { days - 1 };
    Some(Day::new(1899, 12, 31)?.plus_days(counted))
}
