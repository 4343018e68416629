//! What every act leaves behind, in one command: the row's next version, a step on the timeline, a change.

use serde_json::{Value, json};

use super::{office, projection};
use crate::contract::model::{Record, Step, StepKind};
use crate::contract::rules::case::{self, Act};
use crate::contract::store;
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::text;

pub(super) const OPINION_CHARS_MAX: usize = 2_000;

/// What the timeline says of an act.
pub(super) struct Note<'a> {
    pub kind: StepKind,
    pub opinion: &'a str,
    pub detail: Value,
    /// What followers learn of this act, beside the contract's own facts.
    pub facts: Value,
}

impl<'a> Note<'a> {
    pub const fn plain(kind: StepKind, opinion: &'a str) -> Self {
        Self::with(kind, opinion, Value::Null)
    }

    pub const fn with(kind: StepKind, opinion: &'a str, detail: Value) -> Self {
        Self { kind, opinion, detail, facts: Value::Null }
    }
}

/// Takes the case into its next state, if the rules allow it.
pub(super) fn advance(
    tx: &mut Tx,
    actor: &Actor,
    record: Record,
    act: Act,
    note: Note<'_>,
) -> Result<Record, Refusal> {
    let state = case::next(&record.state, act)?;
    keep(tx, actor, Record { state, ..record }, note)
}

/// Saves the record as its next version.
pub(super) fn keep(tx: &mut Tx, actor: &Actor, record: Record, note: Note<'_>) -> Result<Record, Refusal> {
    let record = Record { version: record.version + 1, updated_at: tx.now(), ..record };
    store::save(tx, &record)?;
    leave_trace(tx, actor, &record, note)?;
    Ok(record)
}

/// The step and the change of a version that is written already.
pub(super) fn leave_trace(
    tx: &mut Tx,
    actor: &Actor,
    record: &Record,
    note: Note<'_>,
) -> Result<(), Refusal> {
    let kind = note.kind;
    check_opinion(note.opinion)?;
    let person = actor.person().ok();
    let step = Step {
        position: 0,
        at: tx.now(),
        kind,
        version: record.version,
        user: person.map(|person| person.user),
        actor_name: person.map(|person| person.name.clone()).unwrap_or_default(),
        organisation: person.map(|person| person.organisation),
        organisation_name: person.map(|person| person.organisation_name.clone()).unwrap_or_default(),
        opinion: note.opinion.trim().to_owned(),
        detail: note.detail,
    };
    store::add_step(tx, record.id, step)?;
    let subject = tx.urn("contract", record.id);
    let mut facts = projection::facts(record);
    if let (Value::Object(facts), Value::Object(more)) = (&mut facts, note.facts) {
        facts.extend(more);
    }
    let registered = record.state.registration().is_some() && alters_the_register(kind);
    let change = if let Some(file) = record.state.file().filter(|_| registered) {
        let with_names = office::profile(tx, file)?.values.names_reported;
        let public = projection::public(record, &subject, with_names);
        NewChange::published(change_kind(kind), subject, record.version, Audience::Parent, facts, public)
    } else {
        NewChange::local(change_kind(kind), subject, record.version, facts)
    };
    tx.record(actor, change);
    Ok(())
}

/// Whether the step changes what is registered, and so what leaves the node. Asking for an amendment does not.
const fn alters_the_register(kind: StepKind) -> bool {
    matches!(kind, StepKind::Registered | StepKind::Amended | StepKind::Cancelled | StepKind::Revoked)
}

fn check_opinion(opinion: &str) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    text::optional(&mut errors, "/opinion", opinion, OPINION_CHARS_MAX);
    errors.check()
}

/// An official act also stands in the trail.
pub(super) fn official_trail(
    tx: &mut Tx,
    actor: &Actor,
    record: &Record,
    kind: StepKind,
) -> Result<(), Refusal> {
    let subject = tx.urn("contract", record.id);
    let number = record.state.registration().map(|registration| registration.number.as_str().to_owned());
    let detail = json!({"state": record.state.stage().as_str(), "version": record.version, "number": number});
    crate::audit::service::record(tx, actor, change_kind(kind), &subject, &detail)
}

const fn change_kind(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Created => "contract.drafted",
        StepKind::Edited => "contract.edited",
        StepKind::Submitted => "contract.submitted",
        StepKind::Accepted => "contract.accepted",
        StepKind::CorrectionRequested => "contract.correction_requested",
        StepKind::Resubmitted => "contract.resubmitted",
        StepKind::FirstReview => "contract.reviewed",
        StepKind::SecondReview => "contract.second_reviewed",
        StepKind::Registered => "contract.registered",
        StepKind::Refused => "contract.refused",
        StepKind::Withdrawn => "contract.withdrawn",
        StepKind::Amended => "contract.amended",
        StepKind::Cancelled => "contract.cancelled",
        StepKind::Revoked => "contract.revoked",
        StepKind::Claimed => "contract.claimed",
        StepKind::HandedOver => "contract.handed_over",
        StepKind::Disputed => "contract.disputed",
        StepKind::DueReckoned => "contract.due_reckoned",
        StepKind::AmendmentProposed => "contract.amendment_proposed",
        StepKind::AmendmentReviewed => "contract.amendment_reviewed",
        StepKind::AmendmentRefused => "contract.amendment_refused",
        StepKind::AmendmentWithdrawn => "contract.amendment_withdrawn",
        StepKind::IncomeStated => "contract.income_stated",
        StepKind::IncomeVerified => "contract.income_verified",
        StepKind::IncomeReturned => "contract.income_returned",
    }
}
