//! Use-cases of trading.

mod bid;
mod buyer;
mod correct;
mod defaults;
mod deposits;
mod drafts;
mod enrol;
mod finish;
mod objections;
mod offers;
mod outcome;
mod parts;
mod profiles;
mod publish;
mod questions;
mod read;
mod rerun;
mod signing;
mod tend;
pub(crate) mod ties;

pub use crate::trading::rules::book::{Ask, next_bid};
pub use crate::trading::sealed::service::{
    InTree, Receipt, deposit as deposit_envelope, envelope_of, proof as bid_in_box,
};
pub(crate) use bid::last_bidder;
pub use bid::{Bidden, bid, bidder_parties, bidder_party, bidders, bids, bids_after, depositor, run};
pub use correct::{SaleCorrection, correct, corrections};
pub use defaults::{confirm_default, default_of, reject_default, state_default};
pub use deposits::{Accounted, accounted, confirm, deposits};
pub use drafts::{SaleDraft, create, edit, set_reserve, withdraw};
pub use enrol::{BIDDERS_MAX, Enrolment, enrol, enrolment, enrolments, participants};
pub(crate) use enrol::{enrol_opened, may_take_part};
pub use finish::{award, finish, unsold};
pub use objections::{
    DueObjection, NewObjection, ObjectionAnswer, answer as answer_objection, object, objection_file,
    objections, objections_due, objector, withdraw_objection,
};
pub use offers::offer;
pub use outcome::{announce, conclude, confirmation};
pub use parts::{Part, bidders_elsewhere, objection, part, question};
pub use profiles::{ensure_shipped, profiles, rules_on, set_rules};
pub use publish::{approve, publish, refuse};
pub use questions::{answer, ask, questions};
pub(crate) use read::with_runs;
pub use read::{Listed, Seen, mine, sale, sales, under_review};
pub use rerun::{Again, rerun};
pub use signing::{confirm_signing, contract_registered};
pub use tend::{Due, runs_to_tend, sales_to_tend, suspend_by_decision, tend_run, tend_sale};

use serde_json::Value;

use super::codes::SALE_OBJECTIONS_OPEN;
use super::model::{Run, Sale, SaleId};
use super::{projection, store};
use crate::db::{Conn, Tx, check_version};
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::codes_common::{FORBIDDEN, NOT_FOUND};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::kernel::permission::Permission;
use crate::{achievement, demand};

/// Under which name jobs and followers of this room act.
pub const TRADING: Actor = Actor::System("trading");

/// The sale, whoever asks.
pub fn load(conn: &mut Conn, node: &str, id: SaleId) -> Result<Sale, Refusal> {
    store::sale(conn, id, node)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

pub(crate) fn load_tx(tx: &mut Tx, id: SaleId) -> Result<Sale, Refusal> {
    let node = tx.node().to_owned();
    load(tx, &node, id)
}

/// A sale of the actor's own organisation; for everybody else a draft does not exist and the rest is not theirs.
pub(crate) fn own(tx: &mut Tx, actor: &Actor, id: SaleId, expected: Option<i64>) -> Result<Sale, Refusal> {
    actor.permit(Permission::SaleWrite)?;
    let found = load_tx(tx, id)?;
    let own = tx.urn("organisation", actor.person()?.organisation);
    if !found.is_seller(&own) {
        return Err(Refusal::new(if found.is_published() { &FORBIDDEN } else { &NOT_FOUND }));
    }
    check_version(found.version, expected)?;
    Ok(found)
}

/// A sale for an official act of the operator.
pub(crate) fn for_review(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
) -> Result<Sale, Refusal> {
    actor.permit(Permission::SaleReview)?;
    let found = load_tx(tx, id)?;
    let person = actor.person()?;
    if person.kind != OrganisationKind::Operator {
        return Err(Refusal::new(&FORBIDDEN));
    }
    ties::check_impartial(tx, actor, &found)?;
    check_version(found.version, expected)?;
    Ok(found)
}

/// Saves the next version of a sale with its change: what the public sees, where it may see it.
pub(crate) fn keep(
    tx: &mut Tx,
    actor: &Actor,
    before: &Sale,
    after: Sale,
    event: &'static str,
    more: Value,
) -> Result<Sale, Refusal> {
    let after = Sale { version: before.version + 1, updated_at: tx.now(), ..after };
    store::save_sale(tx, &after)?;
    record(tx, actor, &after, event, more)?;
    Ok(after)
}

pub(crate) fn record(
    tx: &mut Tx,
    actor: &Actor,
    sale: &Sale,
    event: &'static str,
    more: Value,
) -> Result<(), Refusal> {
    let mut facts = projection::facts(sale);
    if let (Value::Object(facts), Value::Object(more)) = (&mut facts, more) {
        facts.extend(more);
    }
    let (urn, version) = (sale.urn.clone(), sale.version);
    let change = if sale.is_published() {
        let run = published_run(tx, sale)?;
        let public = projection::projection(sale, run.as_ref());
        NewChange::published(event, urn, version, Audience::Public, facts, public)
    } else {
        NewChange::local(event, urn, version, facts)
    };
    tx.record(actor, change);
    Ok(())
}

/// How a bidding stands, with the alias of who leads.
fn published_run(tx: &mut Tx, sale: &Sale) -> Result<Option<(Run, Option<String>)>, Refusal> {
    if !sale.mode.is_bidding() {
        return Ok(None);
    }
    let Some(run) = store::run(tx, sale.id)? else { return Ok(None) };
    let leader = run.leader.map(|number| store::bidder(tx, sale.id, number)).transpose()?.flatten();
    Ok(Some((run, leader.map(|it| it.alias))))
}

/// What is done with every lot of a sale that lives on this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnLots {
    Reserve,
    Release,
    Trade,
}

/// Lots are held from publication to the end (`achievement::service`).
pub(crate) fn on_lots(tx: &mut Tx, actor: &Actor, sale: &Sale, what: OnLots) -> Result<(), Refusal> {
    for lot in &sale.lots {
        let Some((_, entity, uuid)) = parse_urn(&lot.about) else { continue };
        let deal = &sale.urn;
        match (entity, what) {
            ("achievement", OnLots::Reserve) => {
                achievement::service::reserve(tx, actor, Id::from_uuid(uuid), deal)?;
            }
            ("achievement", OnLots::Release) => {
                achievement::service::release(tx, actor, Id::from_uuid(uuid), deal)?;
            }
            ("achievement", OnLots::Trade) => {
                achievement::service::mark_traded(tx, actor, Id::from_uuid(uuid), deal)?;
            }
            ("demand", OnLots::Reserve) => {
                demand::service::reserve(tx, actor, Id::from_uuid(uuid), deal)?;
            }
            ("demand", OnLots::Release) => {
                demand::service::release(tx, actor, Id::from_uuid(uuid), deal)?;
            }
            ("demand", OnLots::Trade) => {
                demand::service::mark_traded(tx, actor, Id::from_uuid(uuid), deal)?;
            }
            _ => return Err(Refusal::internal(format!("lot {} of {deal}", lot.about))),
        }
    }
    Ok(())
}

/// Objections that wait for an answer: they block result and award.
pub(crate) fn open_objections(conn: &mut Conn, sale: SaleId) -> Result<i64, Refusal> {
    store::open_objections(conn, sale, None)
}

pub(crate) fn check_objections(conn: &mut Conn, sale: SaleId) -> Result<(), Refusal> {
    match open_objections(conn, sale)? {
        0 => Ok(()),
        open => Err(Refusal::new(&SALE_OBJECTIONS_OPEN).with("count", open)),
    }
}
