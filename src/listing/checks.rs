//! Checks of a record's form. Every problem is noted with its JSON pointer; nothing stops at the first.

use std::collections::BTreeSet;

use crate::kernel::codes::DivisionCode;
use crate::kernel::codes_common::{
    EMAIL_INVALID, INVALID_VALUE, PHONE_INVALID, REQUIRED, TOO_MANY, TOO_SHORT, UNKNOWN_VALUE,
};
use crate::kernel::error::Errors;
use crate::kernel::money::MAX_JSON_FEN;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::kernel::vocabulary;

use super::codes::{
    DIVISION_INVALID, DUPLICATE_ENTRY, PERSONAL_DATA, PRICE_NOT_POSITIVE, PRICE_RANGE_REVERSED,
};
use super::parts::{Attachment, Contact, Price};
use super::rules;

pub const TITLE_CHARS_MAX: usize = 120;
pub const KEYWORDS_MAX: usize = 10;
pub const KEYWORD_CHARS_MAX: usize = 30;
pub const NAME_CHARS_MAX: usize = 60;
pub const ATTACHMENTS_MAX: usize = 10;
pub const CONFIDENTIAL_CHARS_MAX: usize = 20_000;

/// How much a record must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// What is there must be right.
    Draft,
    /// Ready for review: everything required is there as well.
    Complete,
}

/// Notes the problems of one form.
pub struct Form<'a> {
    pub errors: &'a mut Errors,
    pub stage: Stage,
    pub today: Day,
}

impl Form<'_> {
    /// Notes a missing entry, once the record should be complete.
    pub fn missing(&mut self, pointer: &str) {
        if self.stage == Stage::Complete {
            self.errors.add(pointer, &REQUIRED);
        }
    }

    pub fn title(&mut self, title: &str) {
        text::required(self.errors, "/title", title, TITLE_CHARS_MAX);
        self.no_personal_data("/title", title);
    }

    /// A public text that the complete record must have, with at least `min` characters.
    pub fn public_text(&mut self, pointer: &str, value: &str, min: usize, max: usize) {
        let chars = value.trim().chars().count();
        if chars == 0 {
            self.missing(pointer);
        } else if chars < min && self.stage == Stage::Complete {
            self.errors.add_with(pointer, &TOO_SHORT, &[("min", min.to_string())]);
        }
        self.optional_text(pointer, value, max);
    }

    /// A public text that may be left out.
    pub fn optional_text(&mut self, pointer: &str, value: &str, max: usize) {
        text::optional(self.errors, pointer, value, max);
        self.no_personal_data(pointer, value);
    }

    /// Rule 10: what everybody reads, and what travels to other nodes, names no phone, mail or identity card.
    fn no_personal_data(&mut self, pointer: &str, value: &str) {
        if let Some(what) = personal_data(value) {
            self.errors.add_with(pointer, &PERSONAL_DATA, &[("what", what.into())]);
        }
    }

    pub fn required_code(&mut self, pointer: &str, list: &'static str, code: Option<&str>) {
        match code {
            None => self.missing(pointer),
            Some(_) => self.code(pointer, list, code),
        }
    }

    pub fn code(&mut self, pointer: &str, list: &'static str, code: Option<&str>) {
        let Some(code) = code else { return };
        if !vocabulary::has(list, code) {
            let params = [("value", code.chars().take(40).collect()), ("list", list.into())];
            self.errors.add_with(pointer, &UNKNOWN_VALUE, &params);
        }
    }

    /// GB/T 4754-2017: a section or a class.
    pub fn industry(&mut self, code: Option<&str>) {
        match code {
            None => self.missing("/industry"),
            Some(code) if vocabulary::has("industry_section", code) => {}
            Some(_) => self.code("/industry", "industry_class", code),
        }
    }

    /// GB/T 2260, or the local code of a functional zone.
    pub fn division(&mut self, code: Option<&str>) {
        match code {
            None => self.missing("/division"),
            Some(code) if DivisionCode::parse(code).is_err() => {
                self.errors.add("/division", &DIVISION_INVALID)
            }
            Some(_) => {}
        }
    }

    /// A set of codes, none of them twice.
    pub fn codes(&mut self, pointer: &str, list: &'static str, codes: &[String]) {
        if codes.is_empty() {
            self.missing(pointer);
        }
        self.at_most(pointer, codes.len(), 20);
        let mut seen = BTreeSet::new();
        for (at, code) in codes.iter().enumerate() {
            let pointer = format!("{pointer}/{at}");
            if seen.insert(code) {
                self.code(&pointer, list, Some(code));
            } else {
                self.errors.add(pointer, &DUPLICATE_ENTRY);
            }
        }
    }

    pub fn keywords(&mut self, keywords: &[String]) {
        if keywords.is_empty() {
            self.missing("/keywords");
        }
        self.at_most("/keywords", keywords.len(), KEYWORDS_MAX);
        let mut seen = BTreeSet::new();
        for (at, keyword) in keywords.iter().enumerate() {
            let pointer = format!("/keywords/{at}");
            text::required(self.errors, &pointer, keyword, KEYWORD_CHARS_MAX);
            self.no_personal_data(&pointer, keyword);
            if !seen.insert(keyword.trim().to_lowercase()) {
                self.errors.add(pointer, &DUPLICATE_ENTRY);
            }
        }
    }

    pub fn price(&mut self, pointer: &str, price: Option<Price>) {
        let mut amount = |name: &str, fen: i64| {
            let pointer = format!("{pointer}/{name}");
            if fen <= 0 {
                self.errors.add(pointer, &PRICE_NOT_POSITIVE);
            } else if fen > MAX_JSON_FEN {
                self.errors.add_with(pointer, &INVALID_VALUE, &[("reason", format!("> {MAX_JSON_FEN}"))]);
            }
        };
        match price {
            None => self.missing(pointer),
            Some(Price::Negotiable {}) => {}
            Some(Price::Fixed { amount_fen }) => amount("amount_fen", amount_fen),
            Some(Price::Range { low_fen, high_fen }) => {
                amount("low_fen", low_fen);
                amount("high_fen", high_fen);
                if high_fen <= low_fen {
                    self.errors.add(format!("{pointer}/high_fen"), &PRICE_RANGE_REVERSED);
                }
            }
        }
    }

    pub fn contact(&mut self, contact: &Contact) {
        if contact.name.trim().is_empty() {
            self.missing("/contact/name");
        }
        text::optional(self.errors, "/contact/name", &contact.name, NAME_CHARS_MAX);
        if contact.phone.is_none() && contact.email.is_none() {
            self.missing("/contact/phone");
        }
        if contact.phone.as_deref().is_some_and(|phone| !is_phone(phone)) {
            self.errors.add("/contact/phone", &PHONE_INVALID);
        }
        if contact.email.as_deref().is_some_and(|email| !is_email(email)) {
            self.errors.add("/contact/email", &EMAIL_INVALID);
        }
    }

    /// Rule 9; that the files exist and are the holder's own is asked of the files room.
    pub fn attachments(&mut self, attachments: &[Attachment]) {
        self.at_most("/attachments", attachments.len(), ATTACHMENTS_MAX);
        let mut seen = BTreeSet::new();
        for (at, attachment) in attachments.iter().enumerate() {
            if !seen.insert(attachment.file) {
                self.errors.add(format!("/attachments/{at}/file"), &DUPLICATE_ENTRY);
            }
        }
    }

    pub fn confidential(&mut self, confidential: Option<&str>) {
        if let Some(value) = confidential {
            text::optional(self.errors, "/confidential", value, CONFIDENTIAL_CHARS_MAX);
        }
    }

    pub fn secrecy(&mut self, secrecy: Option<&str>) {
        match secrecy {
            None => self.missing("/secrecy"),
            Some(code) if super::parts::Secrecy::parse(code).is_none() => {
                let params = [("value", code.chars().take(40).collect()), ("list", "secrecy".into())];
                self.errors.add_with("/secrecy", &UNKNOWN_VALUE, &params);
            }
            Some(_) => {}
        }
    }

    /// Rule 7. A draft may hold a day that has passed meanwhile; it cannot be submitted with it.
    pub fn last_day(&mut self, pointer: &str, day: Option<Day>, longest_days: i64) {
        let Some(day) = day else { return };
        if self.stage == Stage::Draft {
            return;
        }
        if let Err(refusal) = rules::last_day(day, self.today, longest_days) {
            let latest = self.today.plus_days(longest_days).to_string();
            self.errors.add_with(pointer, refusal.definition(), &[("latest", latest)]);
        }
    }

    pub fn at_most(&mut self, pointer: &str, count: usize, max: usize) {
        if count > max {
            self.errors.add_with(pointer, &TOO_MANY, &[("max", max.to_string())]);
        }
    }
}

/// 7 to 15 digits, with the signs that people write between them.
fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')');
    (7..=15).contains(&digits) && text.len() <= 24 && text.chars().all(allowed)
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || ".-_+".contains(c))
    };
    let dots_well = !domain.starts_with('.') && !domain.ends_with('.') && !domain.contains("..");
    text.len() <= 120 && plain(local) && plain(domain) && domain.contains('.') && dots_well
}

/// What kind of personal number or address a text holds, if any.
pub fn personal_data(text: &str) -> Option<&'static str> {
    let folded: Vec<char> = text.chars().map(narrow).collect();
    let mut start = 0;
    while start < folded.len() {
        let len = folded[start..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
        if len == 0 {
            if folded[start] == '@' && is_mail_around(&folded, start) {
                return Some("邮箱地址");
            }
            start += 1;
            continue;
        }
        let run = &folded[start..start + len];
        if is_mobile(run) {
            return Some("手机号码");
        }
        if is_identity_number(run) {
            return Some("身份证号码");
        }
        start += len;
    }
    None
}

/// Full-width letters, digits and signs as their ASCII forms, so that `１３８…` does not slip through.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// 11 digits from 13 to 19; a run of digits of another length is some other number.
fn is_mobile(run: &[char]) -> bool {
    run.len() == 11 && run[0] == '1' && ('3'..='9').contains(&run[1]) && run.iter().all(char::is_ascii_digit)
}

/// GB 11643: 17 digits with a birthday inside and a check character.
fn is_identity_number(run: &[char]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    if run.len() != 18 {
        return false;
    }
    let digits: Vec<u32> = run[..17].iter().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != 17 {
        return false;
    }
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0, |n, d| n * 10 + d);
    let born = i32::try_from(number(6..10)).ok().and_then(|y| Day::new(y, number(10..12), number(12..14)));
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(d, w)| d * w).sum();
    let check = CHECK[(sum % 11) as usize];
    born.is_some_and(|day| (1900..2100).contains(&day.year())) && run[17].to_ascii_uppercase() == check
}

fn is_mail_around(text: &[char], at: usize) -> bool {
    let local = text[..at].last().is_some_and(char::is_ascii_alphanumeric);
    let domain: String =
        text[at + 1..].iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
    local && domain.trim_matches('.').contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(stage: Stage, check: impl FnOnce(&mut Form)) -> Vec<String> {
        let mut errors = Errors::new();
        let today = "2026-11-22".parse().unwrap();
        check(&mut Form { errors: &mut errors, stage, today });
        errors.list().iter().map(|e| format!("{} {}", e.pointer, e.code.id)).collect()
    }

    #[test]
    fn rule_10_public_texts_carry_no_personal_numbers() {
        for text in [
            "联系 13877712345。",
            "电话１３８７７７１２３４５",
            "mail me: a.b@qzu.example.cn",
            "号11010519491231002X",
        ] {
            assert!(personal_data(text).is_some(), "{text}");
        }
        for text in [
            "专利 201710601862.3 与 ZL97101765.4",
            "信用代码 914403001922038216",
            "产量138777123456吨，@2026",
            "GB/T 22900-2022",
            "110105194912310021",
        ] {
            assert_eq!(personal_data(text), None, "{text}");
        }
    }

    #[test]
    fn a_draft_may_be_unfinished_but_not_wrong() {
        let empty = |form: &mut Form| {
            form.keywords(&[]);
            form.contact(&Contact::default());
            form.price("/price", None);
        };
        assert!(problems(Stage::Draft, empty).is_empty());
        assert_eq!(
            problems(Stage::Complete, empty),
            ["/keywords required", "/contact/name required", "/contact/phone required", "/price required"]
        );
        let wrong = |form: &mut Form| {
            form.title(" ");
            form.price("/price", Some(Price::Range { low_fen: 5, high_fen: 5 }));
            form.price("/price", Some(Price::Fixed { amount_fen: 0 }));
            form.keywords(&["鲎".into(), "鲎 ".into()]);
        };
        assert_eq!(
            problems(Stage::Draft, wrong),
            [
                "/title required",
                "/price/high_fen price_range_reversed",
                "/price/amount_fen price_not_positive",
                "/keywords/1 duplicate_entry"
            ]
        );
    }

    /// DOMAIN §6: attachments at most 10.
    #[test]
    fn rule_9_at_most_ten_attachments() {
        let files = |count: u128| -> Vec<Attachment> {
            let file = |n| crate::files::model::FileId::from_uuid(uuid::Uuid::from_u128(n));
            (0..count).map(|n| Attachment { file: file(n), confidential: false }).collect()
        };
        assert!(problems(Stage::Draft, |form| form.attachments(&files(10))).is_empty());
        assert_eq!(problems(Stage::Draft, |form| form.attachments(&files(11))), ["/attachments too_many"]);
    }

    #[test]
    fn contacts_are_checked() {
        let contact = |phone: &str, email: &str| Contact {
            name: "示例".into(),
            phone: Some(phone.into()),
            email: Some(email.into()),
        };
        assert!(problems(Stage::Complete, |f| f.contact(&contact("0777-2808222", "a@b.cn"))).is_empty());
        assert_eq!(
            problems(Stage::Draft, |f| f.contact(&contact("call me", "a@b"))),
            ["/contact/phone phone_invalid", "/contact/email email_invalid"]
        );
    }
}
