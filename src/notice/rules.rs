//! When and how something is told. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::model::{Choice, MailMark, MailMode};
use crate::kernel::time::{Day, UtcTime};

/// Pauses after failures, in seconds; after the one behind the last a message is dead.
const PAUSES_SECONDS: [i64; 7] = [10, 60, 300, 1_800, 7_200, 21_600, 43_200];

/// The moment of the next attempt after this many failures; none when it is enough.
pub fn next_attempt(failures: i32, now: UtcTime) -> Option<UtcTime> {
    let at = usize::try_from(failures.max(1) - 1).ok()?;
    PAUSES_SECONDS.get(at).map(|pause| now.plus_seconds(*pause))
}

/// What happens to a notice in the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mailing {
    pub mark: MailMark,
    pub at_once: bool,
}

/// Mail at once becomes part of the digest when there was too much of it today.
pub fn mailing(choice: Choice, reachable: bool, too_many: bool) -> Mailing {
    match choice.mail {
        _ if !reachable => Mailing { mark: MailMark::None, at_once: false },
        MailMode::Off => Mailing { mark: MailMark::None, at_once: false },
        MailMode::AtOnce if !too_many => Mailing { mark: MailMark::Done, at_once: true },
        MailMode::AtOnce | MailMode::Daily => Mailing { mark: MailMark::Daily, at_once: false },
    }
}

/// The last moment before `now` at which a digest was due: every day at this hour in Qinzhou.
pub fn digest_due(now: UtcTime, hour: i64) -> UtcTime {
    let on = |day: Day| day.start().plus_seconds(hour * 3_600);
    let today = on(now.day());
    if today <= now { today } else { on(now.day().plus_days(-1)) }
}

/// The signature of a message by Standard Webhooks: HMAC-SHA256 over id, time and body, in base64.
pub fn sign(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    // A key of any length will do, so this never fails.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The secret as it is shown, once.
pub fn shown_secret(secret: &[u8]) -> String {
    format!("whsec_{}", STANDARD.encode(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let now = UtcTime::from_seconds(0);
        let pauses: Vec<i64> =
            (1..).map_while(|failures| next_attempt(failures, now)).map(UtcTime::seconds).collect();
        assert_eq!(pauses, PAUSES_SECONDS);
        assert!(pauses.is_sorted());
        assert_eq!(next_attempt(8, now), None);
    }

    #[test]
    fn mail_follows_the_choice_and_the_bounds() {
        let choice = |mail| Choice { in_app: true, mail };
        assert_eq!(mailing(choice(MailMode::AtOnce), true, false).mark, MailMark::Done);
        assert_eq!(mailing(choice(MailMode::AtOnce), true, true).mark, MailMark::Daily);
        assert_eq!(mailing(choice(MailMode::Daily), true, false).mark, MailMark::Daily);
        assert_eq!(mailing(choice(MailMode::Off), true, false).mark, MailMark::None);
        assert_eq!(mailing(choice(MailMode::AtOnce), false, false).mark, MailMark::None);
    }

    #[test]
    fn the_digest_is_due_at_its_hour_in_qinzhou() {
        let at = |text: &str| text.parse::<UtcTime>().unwrap();
        assert_eq!(digest_due(at("2026-03-02T02:00:00Z"), 8), at("2026-03-02T00:00:00Z"));
        assert_eq!(digest_due(at("2026-03-01T23:59:59Z"), 8), at("2026-03-01T00:00:00Z"));
        assert_eq!(digest_due(at("2026-03-02T00:00:00Z"), 8), at("2026-03-02T00:00:00Z"));
    }

    /// The example of the specification, so that everybody's library verifies ours.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature =
            sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(shown_secret(&secret), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }
}
