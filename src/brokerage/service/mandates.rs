//! Mandates: proposing, accepting, ending, reading.

use serde_json::{Value, json};

use crate::audit;
use crate::audit::service::Trace;
use crate::brokerage::codes::{MANDATE_ABOUT, MANDATE_MANAGER, MANDATE_PARTNER};
use crate::brokerage::form::TermsForm;
use crate::brokerage::model::{
    Claim, Commission, ManagerId, ManagerState, Mandate, MandateId, MandateState, Side, Terms,
};
use crate::brokerage::rules::{self, Act};
use crate::brokerage::store;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::identity::service as identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{Id, OrganisationId, parse_urn};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;

const TITLE_CHARS_MAX: usize = 200;
const REASON_CHARS_MAX: usize = 1_000;
const ABOUT_CHARS_MAX: usize = 200;
/// Of two clients together.
const IN_FORCE_MAX: i64 = 500;
pub(super) const CLAIMS_MAX: i64 = 1_000;

/// A mandate as one side proposes it.
#[derive(Clone, Debug)]
pub struct NewMandate {
    pub partner: OrganisationId,
    pub title: String,
    pub about: Option<String>,
    pub terms: Terms,
    pub valid_from: Day,
    pub valid_to: Day,
    /// Only a broker names its technology manager.
    pub manager: Option<ManagerId>,
}

/// A mandate as one of its sides sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub mandate: Mandate,
    pub side: Side,
    pub claims: Vec<Claim>,
}

pub fn propose(tx: &mut Tx, actor: &Actor, new: &NewMandate) -> Result<Seen, Refusal> {
    actor.permit(Permission::MandateWrite)?;
    identity::require_verified(tx, actor)?;
    let person = actor.person()?;
    let side = if person.kind == OrganisationKind::Broker { Side::Broker } else { Side::Client };
    let mut errors = Errors::new();
    text::required(&mut errors, "/title", &new.title, TITLE_CHARS_MAX);
    if let Some(about) = &new.about {
        let known = parse_urn(about)
            .is_some_and(|(_, entity, _)| matches!(entity, "achievement" | "demand" | "engagement"));
        if !known || about.len() > ABOUT_CHARS_MAX {
            errors.add("/about", &MANDATE_ABOUT);
        }
    }
    rules::check_terms(&mut errors, &new.terms);
    rules::check_days(&mut errors, new.valid_from, new.valid_to);
    if !is_partner(tx, side, new.partner)? {
        errors.add("/partner", &MANDATE_PARTNER);
    }
    errors.check()?;
    let own = identity::party(tx, person.organisation)?;
    let partner = identity::party(tx, new.partner)?;
    let (client, broker) = if side == Side::Broker { (partner, own) } else { (own, partner) };
    let mandate = Mandate {
        id: tx.new_id(),
        version: 1,
        state: MandateState::Proposed,
        title: new.title.trim().to_owned(),
        client,
        broker,
        proposed_by: side,
        about: new.about.clone(),
        terms: new.terms.clone(),
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        manager: manager_of(tx, side, person.organisation, new.manager)?,
        intermediary: None,
        reason: String::new(),
        accepted_at: None,
        ended_on: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert(tx, &mandate)?;
    leave_trace(tx, actor, None, &mandate, "mandate.proposed")?;
    Ok(Seen { mandate, side, claims: vec![] })
}

/// Rule 1: exactly one of the two is a broker, and the other side is verified.
fn is_partner(conn: &mut Conn, side: Side, partner: OrganisationId) -> Result<bool, Refusal> {
    // An organisation that does not exist is no partner either; which of the two is nobody's business.
    let Ok(found) = identity::organisation(conn, partner) else { return Ok(false) };
    let fits = match side {
        Side::Client => found.kind == OrganisationKind::Broker,
        Side::Broker => matches!(
            found.kind,
            OrganisationKind::Institute | OrganisationKind::Enterprise | OrganisationKind::Government
        ),
    };
    Ok(fits && found.is_verified())
}

/// Rule 7: a manager at work in the broker's own agency; only the broker names one.
fn manager_of(
    conn: &mut Conn,
    side: Side,
    agency: OrganisationId,
    manager: Option<ManagerId>,
) -> Result<Option<ManagerId>, Refusal> {
    let Some(id) = manager else { return Ok(None) };
    let found = store::manager(conn, id)?;
    let own = found.is_some_and(|it| it.agency == agency && it.state == ManagerState::Active);
    if side == Side::Broker && own {
        return Ok(Some(id));
    }
    let mut errors = Errors::new();
    errors.add("/manager", &MANDATE_MANAGER);
    errors.check()?;
    Ok(None)
}

/// Rule 1: for everybody but the two sides it does not exist.
fn load(conn: &mut Conn, own: &str, id: MandateId) -> Result<(Mandate, Side), Refusal> {
    let hidden = || Refusal::new(&NOT_FOUND);
    let found = store::find(conn, id)?.ok_or_else(hidden)?;
    let side = found.side_of(own).ok_or_else(hidden)?;
    Ok((found, side))
}

pub(super) fn for_act(
    tx: &mut Tx,
    actor: &Actor,
    id: MandateId,
    expected: Option<i64>,
) -> Result<(Mandate, Side), Refusal> {
    actor.permit(Permission::MandateWrite)?;
    let own = tx.urn("organisation", actor.person()?.organisation);
    let (found, side) = load(tx, &own, id)?;
    check_version(found.version, expected)?;
    Ok((found, side))
}

/// Accepts, declines, withdraws or ends a mandate. The broker may name its manager when it accepts.
pub fn act(
    tx: &mut Tx,
    actor: &Actor,
    id: MandateId,
    expected: Option<i64>,
    act: Act,
    reason: &str,
    manager: Option<ManagerId>,
) -> Result<Seen, Refusal> {
    let (before, side) = for_act(tx, actor, id, expected)?;
    let state = rules::next(&before, side, act)?;
    let mut errors = Errors::new();
    match act {
        Act::Accept => text::optional(&mut errors, "/reason", reason, REASON_CHARS_MAX),
        _ => text::required(&mut errors, "/reason", reason, REASON_CHARS_MAX),
    }
    errors.check()?;
    let now = tx.now();
    let mut after = Mandate { state, reason: reason.trim().to_owned(), ..before.clone() };
    let event = match act {
        Act::Accept => {
            identity::require_verified(tx, actor)?;
            after.accepted_at = Some(now);
            if manager.is_some() {
                after.manager = manager_of(tx, side, actor.person()?.organisation, manager)?;
            }
            "mandate.accepted"
        }
        Act::Decline => "mandate.declined",
        Act::Withdraw => "mandate.withdrawn",
        Act::End => {
            after.ended_on = Some(now.day());
            "mandate.ended"
        }
    };
    let after = save(tx, actor, &before, after, event)?;
    let claims = store::claims(tx, id, CLAIMS_MAX)?;
    Ok(Seen { mandate: after, side, claims })
}

pub fn mandate(snapshot: &mut Snapshot, actor: &Actor, id: MandateId) -> Result<Seen, Refusal> {
    actor.permit(Permission::MandateWrite)?;
    let own = snapshot.urn("organisation", actor.person()?.organisation);
    let (mandate, side) = load(snapshot, &own, id)?;
    let claims = store::claims(snapshot, id, CLAIMS_MAX)?;
    Ok(Seen { mandate, side, claims })
}

/// The mandates of the actor's organisation, the newest first.
pub fn mandates(
    snapshot: &mut Snapshot,
    actor: &Actor,
    state: Option<MandateState>,
    page: &PageQuery,
) -> Result<Page<Mandate>, Refusal> {
    actor.permit(Permission::MandateWrite)?;
    let own = snapshot.urn("organisation", actor.person()?.organisation);
    store::list(snapshot, &own, state, page)
}

/// For higher rooms: under which mandates brokers worked for these clients (by URN) on a day.
pub fn in_force_for(conn: &mut Conn, clients: &[&str], on: Day) -> Result<Vec<Mandate>, Refusal> {
    let known: Vec<&str> = clients.iter().copied().filter(|urn| !urn.is_empty()).collect();
    store::in_force(conn, &known, on, IN_FORCE_MAX)
}

/// What a mandate has earned, line by line.
pub fn commissions(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: MandateId,
    page: &PageQuery,
) -> Result<Page<Commission>, Refusal> {
    mandate(snapshot, actor, id)?;
    store::of_mandate(snapshot, id, page)
}

/// Saves the next version of a mandate, with its history and its change.
pub(super) fn save(
    tx: &mut Tx,
    actor: &Actor,
    before: &Mandate,
    after: Mandate,
    event: &'static str,
) -> Result<Mandate, Refusal> {
    let after = Mandate { version: before.version + 1, updated_at: tx.now(), ..after };
    store::save(tx, &after)?;
    leave_trace(tx, actor, Some(before), &after, event)?;
    Ok(after)
}

fn leave_trace(
    tx: &mut Tx,
    actor: &Actor,
    before: Option<&Mandate>,
    after: &Mandate,
    event: &'static str,
) -> Result<(), Refusal> {
    let trace = Trace {
        event,
        subject: tx.urn("mandate", after.id),
        version: after.version,
        reason: &after.reason,
        before: before.map_or(Value::Null, facts),
        after: facts(after),
    };
    audit::service::leave_trace(tx, actor, trace)
}

/// For followers and the history: ids, codes, terms; no words of the parties.
fn facts(mandate: &Mandate) -> Value {
    json!({
        "mandate": mandate.id,
        "state": mandate.state,
        "client": mandate.client.urn,
        "broker": mandate.broker.urn,
        "about": mandate.about,
        "terms": TermsForm::of(&mandate.terms),
        "valid_from": mandate.valid_from,
        "valid_to": mandate.valid_to,
        "manager": mandate.manager,
        "intermediary": mandate.intermediary,
        "ended_on": mandate.ended_on,
    })
}

/// The organisation behind a URN of any node.
pub(super) fn organisation_of(urn: &str) -> Option<OrganisationId> {
    parse_urn(urn).map(|(_, _, uuid)| Id::from_uuid(uuid))
}
