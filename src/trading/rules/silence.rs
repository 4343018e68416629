//! Failure of the platform (DOMAIN §4): when a running sale was left alone too long, and what is given back.

use crate::kernel::time::UtcTime;
use crate::trading::model::Run;

/// How often the platform leaves a sign of life while a sale runs …
pub const BEAT_EVERY_SECONDS: i64 = 5;
/// … and in its last part: at each turn of the job.
pub const LATE_BEAT_EVERY_SECONDS: i64 = 1;
/// Up to which gap nothing was missed in the last part: two signs late, and the job's own pace.
pub const BEAT_SLACK_SECONDS: i64 = 15;
/// A close that is decided later than this was not decided by a platform that went on: then nothing was missed only if it
/// was there until the end …
pub const CLOSE_LATE_SECONDS: i64 = 5;
/// … but for two turns of the job.
pub const CLOSE_SLACK_SECONDS: i64 = 2;

/// How long after one sign of life the next is due.
pub fn beat_every(run: &Run, now: UtcTime) -> i64 {
    if now >= last_part(run) { LATE_BEAT_EVERY_SECONDS } else { BEAT_EVERY_SECONDS }
}

fn last_part(run: &Run) -> UtcTime {
    run.ends_at.plus_seconds(-i64::from(run.last_part_s))
}

/// Since when the platform was silent too long while the sale ran, as seen at `now`; none if it was not.
pub fn since(run: &Run, now: UtcTime) -> Option<UtcTime> {
    let from = run.beat_at.max(run.starts_at);
    let to = now.min(run.ends_at);
    if run.closed || to <= from {
        return None;
    }
    let gap = to.micros().saturating_sub(from.micros());
    let seconds = |n: i64| n.saturating_mul(1_000_000);
    let closed_late = now > run.ends_at.plus_seconds(CLOSE_LATE_SECONDS);
    let slack = if closed_late { CLOSE_SLACK_SECONDS } else { BEAT_SLACK_SECONDS };
    let missed_in_last_part = to > last_part(run) && gap > seconds(slack);
    (gap > seconds(i64::from(run.silence_s)) || missed_in_last_part).then_some(from)
}

/// When a sale that stood still since `since` goes on and ends: the notice, then the time it had left.
pub fn resumed(run: &Run, since: UtcTime, now: UtcTime, notice_minutes: u32) -> (UtcTime, UtcTime) {
    let resumes = now.plus_seconds(i64::from(notice_minutes) * 60).max(run.starts_at);
    let left = run.ends_at.micros().saturating_sub(since.max(run.starts_at).micros()).max(0);
    (resumes, resumes.plus_micros(left))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::kernel::money::Fen;

    pub fn run() -> Run {
        Run {
            sale: "01980000-0000-7000-8000-000000000001".parse().unwrap(),
            closed: false,
            starts_at: at(0),
            ends_at: at(86_400),
            start: Fen(100_000),
            increment: Fen(1_000),
            extension_s: 300,
            silence_s: 60,
            last_part_s: 600,
            seq: 0,
            price: Fen::ZERO,
            leader: None,
            leader_priority: None,
            leader_maximum: None,
            extensions: 0,
            beat_at: at(0),
            told_seq: 0,
            told_at: None,
        }
    }

    pub fn at(seconds: i64) -> UtcTime {
        UtcTime::from_seconds(1_800_000_000 + seconds)
    }

    #[test]
    fn domain_4_silence_over_sixty_seconds_suspends() {
        assert_eq!(since(&run(), at(60)), None);
        assert_eq!(since(&run(), at(61)), Some(at(0)));
        let before = Run { beat_at: at(-500), ..run() };
        assert_eq!(since(&before, at(30)), None, "before the start nothing can be missed");
        let closed = Run { closed: true, ..run() };
        assert_eq!(since(&closed, at(9_000)), None);
    }

    #[test]
    fn domain_4_any_silence_in_the_last_ten_minutes_suspends() {
        let late = Run { beat_at: at(86_400 - 590), ..run() };
        assert_eq!(since(&late, at(86_400 - 580)), None, "two signs are late: the job's own pace");
        assert_eq!(since(&late, at(86_400 - 570)), Some(at(86_400 - 590)));
    }

    /// The process was down at the closing moment: if nothing was missed the close decides, else it is suspended.
    #[test]
    fn domain_4_down_at_the_end() {
        let just_before = Run { beat_at: at(86_400 - 2), ..run() };
        assert_eq!(since(&just_before, at(86_400 + 7_200)), None);
        // It failed in the last seconds: noticed at the restart; a close in time missed nothing.
        let last_seconds = Run { beat_at: at(86_400 - 14), ..run() };
        assert_eq!(since(&last_seconds, at(86_400 + 180)), Some(at(86_400 - 14)));
        assert_eq!(since(&last_seconds, at(86_400 + 1)), None, "late signs, and a close in time");
        assert_eq!((beat_every(&run(), at(86_400 - 601)), beat_every(&run(), at(86_400 - 600))), (5, 1));
        let missed = Run { beat_at: at(86_400 - 120), ..run() };
        assert_eq!(since(&missed, at(86_400 + 180)), Some(at(86_400 - 120)));
        let (resumes, ends) = resumed(&missed, at(86_400 - 120), at(86_400 + 180), 30);
        assert_eq!((resumes, ends), (at(86_400 + 180 + 1800), at(86_400 + 180 + 1800 + 120)));
    }
}
