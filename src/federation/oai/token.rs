//! Resumption tokens: a place in the order of the records, with what was asked. Pure.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::args::{Format, Selection};
use crate::kernel::time::UtcTime;

const TOKEN_CHARS_MAX: usize = 1024;
const VERSION: u8 = 1;

/// Behind this record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub stamp: UtcTime,
    pub subject: String,
    /// How many records went before: what the protocol calls the cursor.
    pub passed: u64,
}

/// Short names: the token stands in addresses. Times are seconds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    v: u8,
    m: String,
    f: Option<i64>,
    u: Option<i64>,
    s: Option<String>,
    t: i64,
    i: String,
    n: u64,
}

pub fn write(selection: &Selection, place: &Place) -> String {
    let written = Written {
        v: VERSION,
        m: selection.format.prefix().to_owned(),
        f: selection.from.map(UtcTime::seconds),
        u: selection.until.map(UtcTime::seconds),
        s: selection.set.clone(),
        t: place.stamp.seconds(),
        i: place.subject.clone(),
        n: place.passed,
    };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&written).unwrap_or_default())
}

pub fn parse(token: &str) -> Option<Selection> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|_| token.len() <= TOKEN_CHARS_MAX)?;
    let written: Written = serde_json::from_slice(&bytes).ok().filter(|it: &Written| it.v == VERSION)?;
    let format = Format::ALL.into_iter().find(|format| format.prefix() == written.m)?;
    // Years that no clock shows would not fit the columns.
    let time =
        |seconds: i64| (0..=253_402_300_799).contains(&seconds).then(|| UtcTime::from_seconds(seconds));
    let from = written.f.map(|at| time(at).ok_or(())).transpose().ok()?;
    let until = written.u.map(|at| time(at).ok_or(())).transpose().ok()?;
    let after = Some(Place { stamp: time(written.t)?, subject: written.i, passed: written.n });
    Some(Selection { format, from, until, set: written.s, after })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_what_was_asked_and_where_it_stands() {
        let place =
            Place { stamp: UtcTime::from_seconds(7), subject: "urn:tm:x:demand:1".into(), passed: 100 };
        let selection = Selection {
            format: Format::Tm,
            from: Some(UtcTime::from_seconds(1)),
            until: None,
            set: Some("field:electronics".into()),
            after: None,
        };
        let token = write(&selection, &place);
        assert_eq!(parse(&token), Some(Selection { after: Some(place), ..selection }));
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
        for bad in ["", "x", "e30", &token[1..], &"A".repeat(2000)] {
            assert_eq!(parse(bad), None, "{bad:.20}");
        }
    }
}
