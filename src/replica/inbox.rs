//! The inbox: an event is taken once, whatever way it comes (rule 2).

use std::collections::{BTreeMap, HashSet};

use super::model::{Event, Intake, Known, State};
use super::store;
use crate::db::Tx;
use crate::kernel::error::Refusal;

/// Which events were taken before. What a snapshot tells is a state and no event: it is judged by its version alone. So is
/// what an owner tells of its own records, which nobody may have used up the numbers of, and what was withdrawn here
/// since, because another neighbour may give it.
#[derive(Default)]
pub struct Inbox<'a> {
    seen: HashSet<(&'a str, i64, i64)>,
    new: Vec<(&'a str, i64, i64)>,
}

impl<'a> Inbox<'a> {
    pub fn of(tx: &mut Tx, intake: &Intake, events: &'a [Event]) -> Result<Self, Refusal> {
        let mut inbox = Self::default();
        if intake.generation > 0 {
            return Ok(inbox);
        }
        let mut by_origin: BTreeMap<(&str, i64), Vec<i64>> = BTreeMap::new();
        for event in events.iter().filter(|event| event.seq > 0) {
            by_origin.entry((&event.origin, event.epoch)).or_default().push(event.seq);
        }
        for ((origin, epoch), seqs) in by_origin {
            let seen = store::seen(tx, origin, epoch, &seqs)?;
            inbox.seen.extend(seen.into_iter().map(|seq| (origin, epoch, seq)));
        }
        Ok(inbox)
    }

    pub fn is_fresh(&self, intake: &Intake, event: &Event, known: Option<&Known>) -> bool {
        event.origin == intake.via
            || !self.seen.contains(&key(event))
            || known.is_some_and(|known| known.state == State::Withdrawn)
    }

    /// Only what was written uses up its number: nothing that was set aside or passed over stands in the way of another.
    pub fn note(&mut self, intake: &Intake, event: &'a Event, is_written: bool) {
        let counts = is_written && intake.generation == 0 && event.seq > 0;
        if counts && self.seen.insert(key(event)) {
            self.new.push(key(event));
        }
    }

    pub fn save(self, tx: &mut Tx) -> Result<(), Refusal> {
        if self.new.is_empty() { Ok(()) } else { store::note(tx, &self.new) }
    }
}

fn key(event: &Event) -> (&str, i64, i64) {
    (&event.origin, event.epoch, event.seq)
}
