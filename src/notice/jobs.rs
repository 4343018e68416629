//! What the clock tells: due dates, the digest of the day; and what is removed when it is old.

use super::model::News;
use super::rules;
use super::service;
use super::store;
use super::{events, kinds};
use crate::changes::Job;
use crate::contract;
use crate::db::{Db, Snapshot, Tx};
use crate::engagement;
use crate::identity;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, OrganisationId, parse_urn, urn};
use crate::kernel::permission::Permission;
use crate::kernel::time::UtcTime;
use crate::trading;

const DUE_EVERY_SECONDS: i64 = 600;
const DIGEST_EVERY_SECONDS: i64 = 60;
const SWEEP_EVERY_SECONDS: i64 = 3_600;
/// What is due so soon is told; what has been due for so long was told.
const AHEAD_DAYS: i64 = 1;
const BEHIND_DAYS: i64 = 2;
/// Dates of a kind that are told of at once; the rest at the next look.
const DUE_MAX: i64 = 500;
/// Dates that one command tells of.
const SLICE: usize = 10;
/// People whose digest one command writes.
const DIGESTS_MAX: i64 = 20;
const NOTICE_DAYS: i64 = 180;
const DELIVERY_DAYS: i64 = 30;
/// Notices kept for one person in one organisation.
const NOTICES_KEPT: i64 = 1_000;
const SWEPT_MAX: i64 = 300;

/// Something with a last day.
#[derive(Clone)]
struct Dated {
    subject: String,
    title: String,
    organisation: OrganisationId,
    role: Permission,
    /// The moment after which it is overdue.
    ends: UtcTime,
    events: [&'static str; 2],
}

/// Tells of enquiries, cases and objections to sales whose last day comes or has passed, once of each.
pub struct Due {
    pub mail_on: bool,
}

impl Job for Due {
    fn name(&self) -> &'static str {
        "notice.due"
    }

    fn every_seconds(&self) -> i64 {
        DUE_EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let (mail_on, found) = (self.mail_on, db.read_blocking(dated)?);
        for slice in found.chunks(SLICE) {
            let slice = slice.to_vec();
            db.write_background_blocking("notice.due", move |tx| {
                let now = tx.now();
                slice.iter().try_for_each(|dated| tell(tx, mail_on, dated, now))
            })?;
        }
        Ok(())
    }
}

/// Everything whose last day is near.
fn dated(snapshot: &mut Snapshot) -> Result<Vec<Dated>, Refusal> {
    let (now, own) = (snapshot.now(), snapshot.node().to_owned());
    let (from, to) = (now.plus_days(-BEHIND_DAYS), now.plus_days(AHEAD_DAYS));
    let enquiries = engagement::service::due_between(snapshot, from, to, DUE_MAX)?;
    let enquiries = enquiries.into_iter().filter_map(|it| {
        Some(Dated {
            // An owner at another node is reminded there.
            organisation: parse_urn(&it.owner)
                .filter(|(node, _, _)| *node == own.as_str())
                .map(|(_, _, uuid)| Id::from_uuid(uuid))?,
            subject: urn(snapshot.node(), "engagement", it.id),
            title: it.title,
            role: Permission::EngagementWrite,
            ends: it.due_at,
            events: ["enquiry_due", "enquiry_overdue"],
        })
    });
    let mut found: Vec<Dated> = enquiries.collect();
    let cases = contract::service::due_between(snapshot, from.day(), to.day(), DUE_MAX)?;
    found.extend(objections(snapshot, from, to)?);
    found.extend(cases.into_iter().map(|it| Dated {
        subject: urn(snapshot.node(), "contract", it.id),
        title: it.title,
        organisation: it.office,
        role: Permission::ContractRegister,
        ends: it.due_on.end(),
        events: ["contract_due", "contract_overdue"],
    }));
    Ok(found)
}

/// Objections to sales, for everybody who operates this node.
fn objections(snapshot: &mut Snapshot, from: UtcTime, to: UtcTime) -> Result<Vec<Dated>, Refusal> {
    let due = trading::service::objections_due(snapshot, from.day(), to.day(), DUE_MAX)?;
    let operators = if due.is_empty() { vec![] } else { identity::service::operators(snapshot)? };
    let node = snapshot.node().to_owned();
    let dated = due.iter().flat_map(|it| {
        let subject = urn(&node, "sale", it.sale);
        operators.iter().map(move |operator| Dated {
            subject: subject.clone(),
            title: it.title.clone(),
            organisation: operator.id,
            role: Permission::SaleReview,
            ends: it.due_on.end(),
            events: ["sale_objection_due", "sale_objection_overdue"],
        })
    });
    Ok(dated.collect())
}

fn tell(tx: &mut Tx, mail_on: bool, dated: &Dated, now: UtcTime) -> Result<(), Refusal> {
    let [soon, over] = dated.events;
    let code = if now > dated.ends { over } else { soon };
    let Some(event) = events::named(code) else { return Ok(()) };
    let news = News {
        // Another last day is another thing to tell.
        dedup: format!("{code}/{}/{}", dated.subject, dated.ends.seconds()),
        topic: event.topic,
        event: event.code,
        link: kinds::link(&dated.subject),
        subject: dated.subject.clone(),
        title: dated.title.clone(),
        at: now,
        collapses: false,
    };
    service::tell_members(tx, mail_on, &news, dated.organisation, dated.role, None)
}

/// Writes the mail of the day.
pub struct Digest {
    /// In Qinzhou.
    pub hour: i64,
}

impl Job for Digest {
    fn name(&self) -> &'static str {
        "notice.digest"
    }

    fn every_seconds(&self) -> i64 {
        DIGEST_EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        let hour = self.hour;
        loop {
            let written = db.write_background_blocking("notice.digest", move |tx| {
                let before = rules::digest_due(tx.now(), hour);
                service::digest(tx, before, DIGESTS_MAX)
            })?;
            if written.value == 0 {
                return Ok(());
            }
        }
    }
}

/// Removes what is old, and what is too much of one person.
pub struct SweepNotices;

impl Job for SweepNotices {
    fn name(&self) -> &'static str {
        "notice.sweep"
    }

    fn every_seconds(&self) -> i64 {
        SWEEP_EVERY_SECONDS
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        loop {
            let swept = db.write_background_blocking("notice.sweep", |tx| {
                let now = tx.now();
                let notices = store::sweep(tx, now.plus_days(-NOTICE_DAYS), SWEPT_MAX)?;
                Ok(notices + store::sweep_deliveries(tx, now.plus_days(-DELIVERY_DAYS), SWEPT_MAX)?)
            })?;
            if swept.value == 0 {
                break;
            }
        }
        let full = db.read_blocking(|snapshot| store::overfull(snapshot, NOTICES_KEPT, SWEPT_MAX))?;
        for to in full {
            db.write_background_blocking("notice.trim", move |tx| {
                store::trim(tx, to, NOTICES_KEPT, SWEPT_MAX)
            })?;
        }
        Ok(())
    }
}
