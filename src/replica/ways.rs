//! By which neighbour a record is held that several give (rule 8). What a slice finds of it is gathered, and written
//! once at its end.

use std::collections::{BTreeMap, HashMap};

use super::model::{Event, Intake, Known, State, Way};
use super::{rules, store};
use crate::db::{Conn, Tx};
use crate::kernel::change::Method;
use crate::kernel::error::Refusal;

#[derive(Default)]
pub struct Ways {
    /// Further ways, by their neighbour and subject.
    opened: BTreeMap<(String, String), Way>,
    /// Subjects that the sender gives no more.
    closed: Vec<String>,
    /// Subjects that are gone.
    gone: Vec<String>,
    /// By neighbour and links: what it holds from now on.
    over: BTreeMap<String, (String, i32)>,
}

/// For each of these subjects that a living neighbour other than the sender gives too: the shortest such way.
pub fn others(conn: &mut Conn, intake: &Intake, subjects: &[&str]) -> Result<HashMap<String, Way>, Refusal> {
    let mut best: HashMap<String, Way> = HashMap::new();
    if subjects.is_empty() {
        return Ok(best);
    }
    for way in store::further(conn, subjects)? {
        // A snapshot that began since may not have named it.
        let stands = intake.living.get(&way.via).is_some_and(|newest| way.generation >= *newest);
        let shorter = best.get(&way.subject).is_none_or(|known| way.hops < known.hops);
        if stands && shorter && way.via != intake.via {
            best.insert(way.subject.clone(), way);
        }
    }
    Ok(best)
}

impl Ways {
    /// The sender gives what is here already. Whether it is held by its way from now on, and was not before.
    pub fn given(&mut self, intake: &Intake, known: &mut Known, event: &Event) -> bool {
        let newer = (event.epoch, event.version) > (known.epoch, known.version);
        let equal = (event.epoch, event.version) == (known.epoch, known.version);
        let here = known.state == State::Live && event.method == Method::Put && event.data.is_some();
        if !here || newer || (equal && !rules::same(known, event)) {
            return false;
        }
        // Of ways of one length the last to tell counts: a node that has moved is told of by its new one.
        let better = equal && event.hops <= known.hops;
        if known.via == intake.via {
            if better && event.hops != known.hops {
                self.lead(&event.subject, &intake.via, event.hops, known);
            }
            false
        } else if better || !intake.living.contains_key(&known.via) {
            self.leave(intake, &event.subject, known);
            self.lead(&event.subject, &intake.via, event.hops, known);
            true
        } else {
            self.open(intake, &event.subject, &intake.via, event.hops);
            false
        }
    }

    /// A record that another held is written as the sender says it: the other still gives it.
    pub fn leave(&mut self, intake: &Intake, subject: &str, known: &Known) {
        if known.state == State::Live && known.via != intake.via && intake.living.contains_key(&known.via) {
            self.open(intake, subject, &known.via, known.hops);
        }
    }

    pub fn open(&mut self, intake: &Intake, subject: &str, via: &str, hops: i32) {
        let generation = intake.living.get(via).copied().unwrap_or(0);
        let way = Way { subject: subject.to_owned(), via: via.to_owned(), hops, generation };
        self.opened.insert((via.to_owned(), subject.to_owned()), way);
    }

    pub fn lead(&mut self, subject: &str, via: &str, hops: i32, known: &mut Known) {
        (known.via, known.hops) = (via.to_owned(), hops);
        self.over.insert(subject.to_owned(), (via.to_owned(), hops));
    }

    /// The sender gives it no more.
    pub fn close(&mut self, intake: &Intake, subject: &str) {
        self.opened.remove(&(intake.via.clone(), subject.to_owned()));
        self.closed.push(subject.to_owned());
    }

    /// Nobody gives it any more.
    pub fn end(&mut self, subject: &str) {
        self.opened.retain(|(_, of), _| of != subject);
        self.over.remove(subject);
        self.gone.push(subject.to_owned());
    }

    /// A record is written anew: by whom it is held stands in its row.
    pub fn written(&mut self, subject: &str) {
        self.over.remove(subject);
    }

    pub fn save(self, tx: &mut Tx, intake: &Intake) -> Result<(), Refusal> {
        if !self.closed.is_empty() {
            store::close(tx, &intake.via, &texts(&self.closed))?;
        }
        if !self.gone.is_empty() {
            store::close_all(tx, &texts(&self.gone))?;
        }
        let mut opened: BTreeMap<String, Vec<Way>> = BTreeMap::new();
        for ((via, _), way) in self.opened {
            opened.entry(via).or_default().push(way);
        }
        for (via, ways) in opened {
            store::open(tx, &via, &ways)?;
        }
        let mut over: BTreeMap<(String, i32), Vec<String>> = BTreeMap::new();
        for (subject, way) in self.over {
            over.entry(way).or_default().push(subject);
        }
        for ((via, hops), subjects) in over {
            store::close(tx, &via, &texts(&subjects))?;
            store::lead_over(tx, &via, hops, &texts(&subjects))?;
        }
        Ok(())
    }
}

fn texts(subjects: &[String]) -> Vec<&str> {
    subjects.iter().map(String::as_str).collect()
}
