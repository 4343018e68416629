//! Which reminder is due. Pure.

use super::model::{Due, Moment, Reminded};
use crate::kernel::time::UtcTime;

/// Before a start or an end.
pub const LEADS_HOURS: [i32; 2] = [24, 1];

/// Rules 2 and 3: what is due at `now`. Of two leads that are due at once (a sale published late) only the nearer one.
pub fn due(
    starts_at: Option<UtcTime>,
    ends_at: Option<UtcTime>,
    reminded: &[Reminded],
    now: UtcTime,
) -> Vec<Due> {
    let moments = [(Moment::Start, starts_at), (Moment::End, ends_at)];
    let due = moments.into_iter().filter_map(|(moment, at)| {
        let at = at.filter(|at| now < *at)?;
        let open = LEADS_HOURS.iter().rev().copied().find(|hours| lead(at, *hours) <= now)?;
        let before = reminded.iter().find(|it| it.moment == moment && it.hours == open);
        let again = before.is_none_or(|it| lead(at, open) > it.fired_at.plus_seconds(half(open)));
        again.then_some(Due { moment, hours: open, at })
    });
    due.collect()
}

fn lead(at: UtcTime, hours: i32) -> UtcTime {
    at.plus_seconds(-i64::from(hours) * 3600)
}

fn half(hours: i32) -> i64 {
    i64::from(hours) * 1800
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::id::Id;

    fn at(minutes: i64) -> UtcTime {
        UtcTime::from_seconds(1_800_000_000 + minutes * 60)
    }

    const DAY: i64 = 24 * 60;

    fn told(ends: i64, reminded: &[Reminded], now: i64) -> Vec<(Moment, i32)> {
        let due = due(Some(at(0)), Some(at(ends)), reminded, at(now));
        due.into_iter().map(|it| (it.moment, it.hours)).collect()
    }

    fn fired(moment: Moment, hours: i32, when: i64) -> Reminded {
        let sale = Id::from_uuid(uuid::Uuid::from_u128(1));
        Reminded { sale, moment, hours, fired_at: at(when) }
    }

    #[test]
    fn rule_2_a_day_and_an_hour_before_start_and_end() {
        let ends = 2 * DAY;
        assert!(told(ends, &[], -DAY - 1).is_empty());
        assert_eq!(told(ends, &[], -DAY), [(Moment::Start, 24)]);
        let day = fired(Moment::Start, 24, -DAY);
        assert!(told(ends, &[day], -DAY + 1).is_empty(), "once");
        assert_eq!(told(ends, &[day], -60), [(Moment::Start, 1)]);
        assert_eq!(told(ends, &[], -30), [(Moment::Start, 1)], "the nearer one alone");
        assert_eq!(told(ends, &[], DAY), [(Moment::End, 24)]);
        assert_eq!(told(ends, &[fired(Moment::End, 24, DAY)], ends - 59), [(Moment::End, 1)]);
        assert!(told(ends, &[], ends).is_empty(), "nothing when it is over");
    }

    #[test]
    fn rule_3_an_extension_does_not_remind_again_and_a_new_day_does() {
        let ends = 2 * DAY;
        let hour = fired(Moment::End, 1, ends - 60);
        assert!(told(ends + 5, &[hour], ends - 1).is_empty(), "five minutes more");
        assert_eq!(told(ends + DAY, &[fired(Moment::End, 24, DAY), hour], ends), [(Moment::End, 24)]);
    }
}
