//! What runs by itself: marking what changed, keeping what became of suggestions, learning once a week.

use super::service;
use super::store;
use super::worker::side_of;
use crate::changes::{Follower, Job, OnFailure, Start};
use crate::db::{Db, Tx};
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;
use crate::search::Sources;

/// Changes of an engagement after which its owner answers better or worse than before.
const ANSWERED: [&str; 2] = ["engagement.enquired", "engagement.answered"];

/// Marks records whose published text changed, and keeps feedback. What it does can be done again, so a change that
/// it cannot take is passed over with an alarm.
pub struct Marks;

impl Follower for Marks {
    fn name(&self) -> &'static str {
        "matching.marks"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        let entity = kind.split('.').next().unwrap_or(kind);
        matches!(entity, "achievement" | "demand" | "engagement") || kind == "contract.registered"
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        if side_of(&change.subject).is_none() {
            service::follow(tx, change)?;
            return match change.facts["about"].as_str() {
                // How its owner answers counts in the lists of the record that was asked for.
                Some(about) if ANSWERED.contains(&change.kind.as_str()) => {
                    let mark = tx.now().micros();
                    store::mark(tx, &[about.to_owned()], mark, false)
                }
                _ => Ok(()),
            };
        }
        // Drafts and reviews concern nobody outside.
        if change.audience.is_outside() {
            let mark = tx.now().micros();
            store::mark(tx, std::slice::from_ref(&change.subject), mark, true)?;
        }
        Ok(())
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Park
    }
}

/// Learns the model, and marks all lists for new weights.
pub struct Learning {
    sources: Sources,
}

const LOOK_EVERY_SECONDS: i64 = 600;

impl Learning {
    pub fn new(sources: Sources) -> Learning {
        Learning { sources }
    }
}

impl Job for Learning {
    fn name(&self) -> &'static str {
        "matching.learning"
    }

    fn every_seconds(&self) -> i64 {
        LOOK_EVERY_SECONDS
    }

    /// Reads all published records, and reckons with thousands of them.
    fn takes_long(&self) -> bool {
        true
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        service::learnt::learn_if_due(db, &self.sources)
    }
}
