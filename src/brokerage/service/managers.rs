//! Technology managers (rule 7).

use serde_json::json;

use crate::brokerage::codes::{MANAGER_CERTIFICATE_TAKEN, MANAGER_CERTIFIED_LATER, MANAGER_LEFT};
use crate::brokerage::model::{Manager, ManagerId, ManagerLevel, ManagerState};
use crate::brokerage::store;
use crate::db::{Conn, Tx, check_version};
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{NOT_FOUND, TOO_MANY, UNKNOWN_VALUE};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::OrganisationId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::kernel::{text, vocabulary};

const NAME_CHARS_MAX: usize = 50;
const CERTIFICATE_CHARS_MAX: usize = 100;
const FIELDS_MAX: usize = 11;

/// A technology manager as its agency enters it.
#[derive(Clone, Debug)]
pub struct NewManager {
    pub name: String,
    pub certificate: String,
    pub level: ManagerLevel,
    /// Codes of `technical_field`.
    pub fields: Vec<String>,
    pub certified_on: Day,
}

fn check(new: &NewManager, today: Day) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    text::required(&mut errors, "/name", &new.name, NAME_CHARS_MAX);
    text::required(&mut errors, "/certificate", &new.certificate, CERTIFICATE_CHARS_MAX);
    if new.fields.len() > FIELDS_MAX {
        errors.add_with("/fields", &TOO_MANY, &[("max", FIELDS_MAX.to_string())]);
    }
    for (at, field) in new.fields.iter().enumerate() {
        if !vocabulary::has("technical_field", field) {
            let params = [("value", field.clone()), ("list", "technical_field".to_owned())];
            errors.add_with(format!("/fields/{at}"), &UNKNOWN_VALUE, &params);
        }
    }
    if new.certified_on > today {
        errors.add("/certified_on", &MANAGER_CERTIFIED_LATER);
    }
    errors.check()
}

/// Enters a technology manager at the actor's own agency.
pub fn enter_manager(tx: &mut Tx, actor: &Actor, new: &NewManager) -> Result<Manager, Refusal> {
    actor.permit(Permission::BrokerManage)?;
    identity::require_verified(tx, actor)?;
    check(new, tx.now().day())?;
    let agency = actor.person()?.organisation;
    let certificate = new.certificate.trim();
    if store::certified(tx, certificate)?.is_some() {
        return Err(Refusal::new(&MANAGER_CERTIFICATE_TAKEN).with("certificate", certificate));
    }
    let manager = Manager {
        id: tx.new_id(),
        version: 1,
        state: ManagerState::Active,
        agency,
        agency_name: identity::organisation(tx, agency)?.profile.name,
        name: new.name.trim().to_owned(),
        certificate: certificate.to_owned(),
        level: new.level,
        fields: new.fields.clone(),
        certified_on: new.certified_on,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert_manager(tx, &manager)?;
    told(tx, actor, &manager, "technology_manager.entered");
    Ok(manager)
}

fn own(tx: &mut Tx, actor: &Actor, id: ManagerId, expected: Option<i64>) -> Result<Manager, Refusal> {
    actor.permit(Permission::BrokerManage)?;
    let agency = actor.person()?.organisation;
    let found = store::manager(tx, id)?.filter(|it| it.agency == agency);
    let found = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(found.version, expected)?;
    if found.state == ManagerState::Left {
        return Err(Refusal::new(&MANAGER_LEFT));
    }
    Ok(found)
}

pub fn change_manager(
    tx: &mut Tx,
    actor: &Actor,
    id: ManagerId,
    expected: Option<i64>,
    new: &NewManager,
) -> Result<Manager, Refusal> {
    let before = own(tx, actor, id, expected)?;
    check(new, tx.now().day())?;
    let certificate = new.certificate.trim();
    if store::certified(tx, certificate)?.is_some_and(|other| other != id) {
        return Err(Refusal::new(&MANAGER_CERTIFICATE_TAKEN).with("certificate", certificate));
    }
    let after = Manager {
        version: before.version + 1,
        name: new.name.trim().to_owned(),
        certificate: certificate.to_owned(),
        level: new.level,
        fields: new.fields.clone(),
        certified_on: new.certified_on,
        updated_at: tx.now(),
        ..before
    };
    store::save_manager(tx, &after)?;
    told(tx, actor, &after, "technology_manager.changed");
    Ok(after)
}

/// The manager leaves the agency; the certificate may be entered elsewhere.
pub fn leave(tx: &mut Tx, actor: &Actor, id: ManagerId, expected: Option<i64>) -> Result<Manager, Refusal> {
    let before = own(tx, actor, id, expected)?;
    let now = tx.now();
    let after = Manager { version: before.version + 1, state: ManagerState::Left, updated_at: now, ..before };
    store::save_manager(tx, &after)?;
    told(tx, actor, &after, "technology_manager.left");
    Ok(after)
}

fn told(tx: &mut Tx, actor: &Actor, manager: &Manager, event: &'static str) {
    let subject = tx.urn("technology_manager", manager.id);
    let facts = json!({"manager": manager.id, "agency": manager.agency, "level": manager.level, "state": manager.state});
    tx.record(actor, NewChange::local(event, subject, manager.version, facts));
}

/// The public directory of managers at work, each with its deals.
pub fn managers(
    conn: &mut Conn,
    agency: Option<OrganisationId>,
    level: Option<ManagerLevel>,
    page: &PageQuery,
) -> Result<Page<(Manager, i64)>, Refusal> {
    let found = store::managers(conn, agency, level, page)?;
    let mut items = Vec::with_capacity(found.items.len());
    for manager in found.items {
        let mandates = store::of_manager(conn, manager.id)?;
        let deals = store::deals_of(conn, &mandates)?;
        items.push((manager, deals));
    }
    Ok(Page { items, next: found.next })
}
