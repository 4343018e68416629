//! How often other nodes are told how a running sale stands (rule 22): the price may move a thousand times a minute, and
//! each telling is a record of the feed for good.

use crate::kernel::time::UtcTime;
use crate::trading::model::Run;

/// No more often than this …
pub const TELL_EVERY_SECONDS: i64 = 60;
/// … and in the last part of the sale, when the end moves too.
pub const TELL_LATE_EVERY_SECONDS: i64 = 10;

/// Whether something moved that other nodes were not told, and the time for it has come. The end moves with a bid alone;
/// a suspension and the close are told at once, by themselves.
pub fn is_due(run: &Run, now: UtcTime) -> bool {
    if run.closed || run.seq == run.told_seq {
        return false;
    }
    let late = run.ends_at.plus_seconds(-i64::from(run.last_part_s)) <= now;
    let every = if late { TELL_LATE_EVERY_SECONDS } else { TELL_EVERY_SECONDS };
    run.told_at.is_none_or(|told| told.plus_seconds(every) <= now)
}

#[cfg(test)]
mod tests {
    use super::super::silence::tests::{at, run};
    use super::*;

    #[test]
    fn other_nodes_are_told_of_what_moved_and_no_more_often_than_they_need() {
        assert!(!is_due(&run(), at(100)), "nothing moved");
        let moved = Run { seq: 1, ..run() };
        assert!(is_due(&moved, at(100)), "the first bid is told at once");
        let told = Run { told_seq: 1, told_at: Some(at(100)), ..moved };
        assert!(!is_due(&told, at(10_000)), "it is told once");
        let again = Run { seq: 1_000, ..told };
        assert!(!is_due(&again, at(159)));
        assert!(is_due(&again, at(160)));
        // The last ten minutes.
        let late = Run { told_at: Some(at(86_400 - 600)), ..again };
        assert!(!is_due(&late, at(86_400 - 591)));
        assert!(is_due(&late, at(86_400 - 590)));
        assert!(!is_due(&Run { closed: true, ..late }, at(86_400)), "the close tells by itself");
    }
}
