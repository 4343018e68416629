//! What moves acts across nodes without anybody asking: handing over, deciding, telling, taking.

use std::sync::Arc;

use super::service::{self, Desk, Errand, Failure};
use crate::changes::{Follower, Job, OnFailure, Start};
use crate::db::{Db, Tx};
use crate::kernel::change::Change;
use crate::kernel::error::Refusal;
use crate::replica::model::State;
use crate::replica::service as replica;

/// Commands that one run looks at; the next run follows within a second.
const AT_ONCE: i64 = 50;
const RESULTS_AT_ONCE: i64 = 20;
/// Each is a letter that is signed and sealed.
const PARTS_AT_ONCE: i64 = 20;
const PART_SLICES_MAX: usize = 50;
const FORGET_SLICES_MAX: usize = 20;

/// Brings commands to neighbours, and says how each went.
pub trait Carrier: Send + Sync {
    fn carry(&self, errands: Vec<Errand>) -> Vec<(Errand, Result<(), Failure>)>;
}

/// Hands waiting commands over to the next node (rules 1 and 3).
pub struct Post(pub Arc<dyn Carrier>);

impl Job for Post {
    fn name(&self) -> &'static str {
        "federation.post"
    }

    fn every_seconds(&self) -> i64 {
        1
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let errands = db.read_blocking(|snapshot| {
            let now = snapshot.now();
            service::errands(snapshot, now, AT_ONCE)
        })?;
        for (errand, outcome) in self.0.carry(errands) {
            let (origin, key) = (errand.origin, errand.key);
            db.write_background_blocking("federation.post", move |tx| match &outcome {
                Ok(()) => service::handed_over(tx, &origin, &key),
                Err(failure) => service::not_handed_over(tx, &origin, &key, failure),
            })?;
        }
        Ok(())
    }
}

/// Decides what was received (rule 4).
pub struct Decide(pub Desk);

impl Decide {
    fn one(&self, db: &Db, origin: &str, key: &str) -> Result<(), Refusal> {
        type Act = dyn Fn(&mut Tx, &Desk, &str, &str) -> Result<(), Refusal> + Send + Sync;
        let write = |what: &'static str, act: Box<Act>| {
            let (desk, origin, key) = (self.0.clone(), origin.to_owned(), key.to_owned());
            db.write_background_blocking(what, move |tx| act(tx, &desk, &origin, &key)).map(drop)
        };
        let Err(mut refusal) = write("federation.decide", Box::new(service::decide)) else { return Ok(()) };
        // What the user caused is the decision; what this node caused is tried again.
        if (400..500).contains(&refusal.status()) {
            let cause = refusal.clone();
            let refuse = move |tx: &mut Tx, desk: &Desk, origin: &str, key: &str| {
                service::refuse(tx, desk, origin, key, &cause)
            };
            match write("federation.refuse", Box::new(refuse)) {
                Ok(()) => return Ok(()),
                Err(of_this_node) => refusal = of_this_node,
            }
        }
        let failed = move |tx: &mut Tx, desk: &Desk, origin: &str, key: &str| {
            service::failed(tx, desk, origin, key, &refusal)
        };
        write("federation.failed", Box::new(failed))
    }
}

impl Job for Decide {
    fn name(&self) -> &'static str {
        "federation.decide"
    }

    fn every_seconds(&self) -> i64 {
        1
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let due = db.read_blocking(|snapshot| {
            let now = snapshot.now();
            service::due(snapshot, now, AT_ONCE)
        })?;
        due.iter().try_for_each(|(origin, key)| self.one(db, origin, key))
    }
}

/// Tells other nodes what changed in threads with their users (rule 5). Of sales it only notes whom something concerns.
pub struct Tell(pub Desk);

impl Follower for Tell {
    fn name(&self) -> &'static str {
        "federation.tell"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        // What a bidder did itself it hears of with the decision; what others do in silence is not its business.
        // Whom a moved price concerns hears of the bid that moved it.
        let silent = ["sale.enrolled", "sale.offered", "sale.question_asked", "sale.run_told"];
        let told = ["engagement.", "sale.", "sale_deposit.", "sealed_tender."];
        told.iter().any(|of| kind.starts_with(of)) && !silent.contains(&kind)
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        if !change.kind.starts_with("engagement.") {
            return service::sale_changed(tx, change);
        }
        let id = |name: &str| change.facts[name].as_str().unwrap_or_default();
        let Ok(engagement) = id("engagement").parse() else { return Ok(()) };
        match (change.kind.as_str(), id("message").parse()) {
            ("engagement.message_sent", Ok(message)) => {
                service::message_sent(tx, &self.0, engagement, message)
            }
            _ => service::engagement_changed(tx, &self.0, engagement),
        }
    }

    /// One thread that cannot be told must not hold up the others.
    fn on_failure(&self) -> OnFailure {
        OnFailure::Park
    }
}

/// Tells bidders and objectors of other nodes what happened to them, and everybody what waited for keys (rule 5).
pub struct TellParts(pub Desk);

impl Job for TellParts {
    fn name(&self) -> &'static str {
        "federation.tell_parts"
    }

    fn every_seconds(&self) -> i64 {
        1
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        for _ in 0..PART_SLICES_MAX {
            let desk = self.0.clone();
            let tell = move |tx: &mut Tx| service::tell_parts(tx, &desk, PARTS_AT_ONCE);
            let told = db.write_background_blocking("federation.tell_parts", tell)?.value;
            if i64::try_from(told).unwrap_or(i64::MAX) < PARTS_AT_ONCE {
                break;
            }
        }
        let desk = self.0.clone();
        let tell = move |tx: &mut Tx| service::tell_waiting(tx, &desk, PARTS_AT_ONCE);
        db.write_background_blocking("federation.tell_waiting", tell)?;
        Ok(())
    }
}

/// Takes what other nodes tell (rules 5 and 8): as it comes, and later where keys were not known yet.
pub struct Take(pub Desk);

impl Follower for Take {
    fn name(&self) -> &'static str {
        "federation.take"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        kind == replica::CHANGED || kind == replica::DELETED
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        if change.kind == replica::DELETED {
            return match replica::find(tx, &change.subject)? {
                Some(gone) if gone.state == State::Erased => service::erase_about(tx, &change.subject),
                Some(gone) if gone.state == State::Deleted => service::lost(tx, &gone),
                _ => Ok(()),
            };
        }
        service::came(tx, &self.0, &change.subject)
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Park
    }
}

impl Job for Take {
    fn name(&self) -> &'static str {
        "federation.take_waiting"
    }

    fn every_seconds(&self) -> i64 {
        10
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let desk = self.0.clone();
        db.write_background_blocking("federation.take_waiting", move |tx| {
            service::take_waiting(tx, &desk, RESULTS_AT_ONCE)
        })?;
        Ok(())
    }
}

/// Forgets others' commands that left long ago, and the words of acts whose time is over (rule 9).
pub struct Tidy;

impl Job for Tidy {
    fn name(&self) -> &'static str {
        "federation.tidy"
    }

    fn every_seconds(&self) -> i64 {
        3600
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        slices(db, "federation.tidy", service::forget)?;
        slices(db, "federation.expire", service::expire)?;
        slices(db, "federation.take_back", service::take_back)
    }
}

/// One slice after the other until there is nothing left, or enough for one turn.
fn slices(db: &Db, name: &'static str, slice: fn(&mut Tx) -> Result<usize, Refusal>) -> Result<(), Refusal> {
    for _ in 0..FORGET_SLICES_MAX {
        if db.write_background_blocking(name, slice)?.value == 0 {
            break;
        }
    }
    Ok(())
}

/// Goes on with erasures that are more than one command takes out (rule 9).
pub struct Erase;

impl Job for Erase {
    fn name(&self) -> &'static str {
        "federation.erase"
    }

    fn every_seconds(&self) -> i64 {
        1
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        slices(db, "federation.erase", service::erase_on)
    }
}
