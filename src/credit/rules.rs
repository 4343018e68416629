//! What may be entered, and what becomes of a record. Pure.

use super::codes::{
    DAYS_OUT_OF_ORDER, EXPIRY_REQUIRED, LEVEL_MISMATCH, OWN_ORGANISATION, SAME_PERSON, UNIT_CODE_INVALID,
};
use super::model::{Content, Kind, Level, Record, State, Word};
use crate::kernel::codes::CreditCode;
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::text;

const NAME_CHARS_MAX: usize = 100;
const TITLE_CHARS_MAX: usize = 200;
const WORDS_CHARS_MAX: usize = 2_000;

/// Rules 1 to 3: every problem at once.
pub fn check(content: &Content) -> Errors {
    let mut errors = Errors::new();
    if CreditCode::parse(&content.credit_code).is_err() {
        errors.add("/credit_code", &UNIT_CODE_INVALID);
    }
    text::required(&mut errors, "/unit_name", &content.unit_name, NAME_CHARS_MAX);
    text::required(&mut errors, "/title", &content.title, TITLE_CHARS_MAX);
    text::required(&mut errors, "/source", &content.source, NAME_CHARS_MAX);
    text::optional(&mut errors, "/source_number", &content.source_number, NAME_CHARS_MAX);
    if kind_of(content.level) != content.kind {
        errors.add("/level", &LEVEL_MISMATCH);
    }
    match content.expires_on {
        None if content.level == Level::SeriouslyUntrustworthy => errors.add("/expires_on", &EXPIRY_REQUIRED),
        Some(last) if last < content.effective_on => errors.add("/expires_on", &DAYS_OUT_OF_ORDER),
        _ => {}
    }
    errors
}

const fn kind_of(level: Level) -> Kind {
    match level {
        Level::Excellent | Level::Good | Level::Ordinary => Kind::Good,
        Level::Untrustworthy | Level::SeriouslyUntrustworthy => Kind::Bad,
    }
}

/// What is said of a record: bounded, and not nothing.
pub fn check_words(pointer: &str, words: &str) -> Result<(), Refusal> {
    text::stated(pointer, words, WORDS_CHARS_MAX)
}

/// Rule 4: the unit appeals against a standing record.
pub fn appealed(record: &Record, appeal: Word) -> Result<State, Refusal> {
    match &record.state {
        State::Standing(_) => Ok(State::Appealed(appeal)),
        state => Err(impossible(state)),
    }
}

/// Rule 4: what was upheld is lifted, what was rejected stands; by somebody other than who recorded it.
pub fn answered(record: &Record, upheld: bool, answer: Word) -> Result<State, Refusal> {
    let State::Appealed(appeal) = &record.state else { return Err(impossible(&record.state)) };
    if record.recorded_by == answer.by {
        return Err(Refusal::new(&SAME_PERSON));
    }
    let appeal = appeal.clone();
    Ok(match upheld {
        true => State::Lifted { appeal: Some(appeal), lifted: answer },
        false => State::Standing(Some((appeal, answer))),
    })
}

/// Lifted before its last day. What is under appeal is answered instead.
pub fn lifted(record: &Record, reason: Word) -> Result<State, Refusal> {
    match &record.state {
        State::Standing(last) => {
            Ok(State::Lifted { appeal: last.as_ref().map(|it| it.0.clone()), lifted: reason })
        }
        state => Err(impossible(state)),
    }
}

/// Rule 5.
pub fn not_ones_own(own: &str, unit: &str) -> Result<(), Refusal> {
    if own == unit { Err(Refusal::new(&OWN_ORGANISATION)) } else { Ok(()) }
}

fn impossible(state: &State) -> Refusal {
    Refusal::new(&STATE_CONFLICT).with("state", state.stage())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::{Day, UtcTime};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn content() -> Content {
        Content {
            credit_code: "91350100M000100Y43".into(),
            unit_name: "示例公司".into(),
            kind: Kind::Bad,
            level: Level::SeriouslyUntrustworthy,
            title: "虚构技术合同骗取补助（示例）".into(),
            source: "示例监管局".into(),
            source_number: "示例〔2026〕1 号".into(),
            effective_on: day("2026-01-01"),
            expires_on: Some(day("2026-12-31")),
        }
    }

    fn word(by: u128) -> Word {
        let by = crate::kernel::id::Id::from_uuid(uuid::Uuid::from_u128(by));
        Word { by, at: UtcTime::from_seconds(0), text: "说明".into() }
    }

    fn record(state: State) -> Record {
        let id = |n| crate::kernel::id::Id::from_uuid(uuid::Uuid::from_u128(n));
        let at = UtcTime::from_seconds(0);
        Record {
            id: crate::kernel::id::Id::from_uuid(uuid::Uuid::from_u128(9)),
            version: 1,
            state,
            content: content(),
            recorded_by: id(1),
            recorded_by_organisation: crate::kernel::id::Id::from_uuid(uuid::Uuid::from_u128(8)),
            recorded_at: at,
            updated_at: at,
            published: false,
        }
    }

    fn codes(content: &Content) -> Vec<(String, &'static str)> {
        check(content).list().iter().map(|it| (it.pointer.clone(), it.code.id)).collect()
    }

    /// DOMAIN §1, credit management: source, level and days of every record.
    #[test]
    fn domain_1_a_record_names_unit_source_level_and_days() {
        assert!(codes(&content()).is_empty());
        let endless = Content { expires_on: None, ..content() };
        assert_eq!(codes(&endless), [("/expires_on".into(), "credit_expiry_required")]);
        assert!(codes(&Content { level: Level::Untrustworthy, expires_on: None, ..content() }).is_empty());
        let wrong = Content {
            kind: Kind::Good,
            credit_code: "91350100M000100Y44".into(),
            source: " ".into(),
            expires_on: Some(day("2025-12-31")),
            ..content()
        };
        let found: Vec<_> = codes(&wrong).into_iter().map(|it| it.1).collect();
        assert_eq!(
            found,
            ["credit_unit_code_invalid", "required", "credit_level_mismatch", "credit_days_out_of_order"]
        );
    }

    /// Rule 3: barred from the first day to the last, both included, appeal or not; not once lifted.
    #[test]
    fn domain_1_a_unit_is_barred_from_the_first_day_to_the_last() {
        let standing = record(State::Standing(None));
        for (on, barred) in
            [("2025-12-31", false), ("2026-01-01", true), ("2026-12-31", true), ("2027-01-01", false)]
        {
            assert_eq!(standing.bars_on(day(on)), barred, "{on}");
        }
        assert!(record(State::Appealed(word(2))).bars_on(day("2026-06-01")));
        assert!(!record(State::Lifted { appeal: None, lifted: word(2) }).bars_on(day("2026-06-01")));
        let mut mild = record(State::Standing(None));
        mild.content.level = Level::Untrustworthy;
        assert!(!mild.bars_on(day("2026-06-01")));
    }

    /// Rule 4: an appeal is answered once, by somebody else; rule 5: nobody keeps their own.
    #[test]
    fn domain_1_an_appeal_is_answered_by_somebody_else() {
        let appealed_state = appealed(&record(State::Standing(None)), word(5)).unwrap();
        let open = record(appealed_state);
        assert_eq!(answered(&open, true, word(1)).unwrap_err().code(), "credit_same_person");
        assert_eq!(answered(&open, true, word(2)).unwrap().stage(), Stage::Lifted);
        let kept = answered(&open, false, word(2)).unwrap();
        assert!(matches!(&kept, State::Standing(Some(_))));
        assert!(appealed(&record(kept.clone()), word(5)).is_ok(), "again, with new reasons");
        assert_eq!(lifted(&record(kept), word(1)).unwrap().stage(), Stage::Lifted);
        assert_eq!(lifted(&open, word(1)).unwrap_err().code(), "state_conflict");
        assert_eq!(
            answered(&record(State::Standing(None)), true, word(2)).unwrap_err().code(),
            "state_conflict"
        );
        assert_eq!(not_ones_own("A", "A").unwrap_err().code(), "credit_own_organisation");
        assert!(not_ones_own("A", "B").is_ok());
    }

    use super::super::model::Stage;
}
