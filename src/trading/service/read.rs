//! Reading sales.

use super::load;
use crate::db::{Conn, Snapshot};
use crate::identity::service::Place as _;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::trading::model::{Mode, Run, Sale, SaleId, State, Suspension};
use crate::trading::store::{self, SaleFilter};

/// A sale as a reader sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub sale: Sale,
    /// Of a bidding, from publication on.
    pub run: Option<Run>,
    pub suspensions: Vec<Suspension>,
    /// The reader is its seller.
    pub own: bool,
}

/// A published sale for everybody; a draft for its seller, and for the operator once it waits for approval.
pub fn sale(snapshot: &mut Snapshot, actor: &Actor, id: SaleId) -> Result<Seen, Refusal> {
    let node = snapshot.node().to_owned();
    let found = load(snapshot, &node, id)?;
    let own = actor.person().is_ok_and(|person| {
        actor.may(Permission::SaleWrite) && found.is_seller(&snapshot.organisation_urn(person.organisation))
    });
    let reviewer = found.state() == State::PendingReview && actor.may(Permission::SaleReview);
    if !found.is_published() && !own && !reviewer {
        return Err(Refusal::new(&NOT_FOUND));
    }
    seen(snapshot, found, own)
}

fn seen(conn: &mut Conn, sale: Sale, own: bool) -> Result<Seen, Refusal> {
    let run = store::run(conn, sale.id)?;
    let suspensions = if run.is_some() { store::suspensions(conn, sale.id)? } else { vec![] };
    Ok(Seen { sale, run, suspensions, own })
}

/// A sale in a list: of a bidding with its run, which knows how far it was extended.
pub type Listed = (Sale, Option<Run>);

pub(crate) fn with_runs(conn: &mut Conn, page: Page<Sale>) -> Result<Page<Listed>, Refusal> {
    let bidding: Vec<SaleId> =
        page.items.iter().filter(|sale| sale.mode.is_bidding()).map(|sale| sale.id).collect();
    let runs = if bidding.is_empty() { vec![] } else { store::runs(conn, bidding)? };
    let run_of = |sale: &Sale| runs.iter().find(|run| run.sale == sale.id).cloned();
    Ok(page.map(|sale| {
        let run = run_of(&sale);
        (sale, run)
    }))
}

/// What everybody may see, the newest first.
pub fn sales(
    snapshot: &mut Snapshot,
    mode: Option<Mode>,
    state: Option<State>,
    about: Option<String>,
    page: &PageQuery,
) -> Result<Page<Listed>, Refusal> {
    let public = State::ALL.iter().copied().filter(|it| it.is_public());
    let states = match state {
        Some(state) if state.is_public() => vec![state],
        // A state that nobody may look through lists nothing.
        Some(_) => return Ok(Page { items: vec![], next: None }),
        None => public.collect(),
    };
    let filter = SaleFilter { states, mode, about, published: true, seller: None };
    let node = snapshot.node().to_owned();
    let found = store::sales(snapshot, &filter, page, &node)?;
    with_runs(snapshot, found)
}

/// The sales of the actor's own organisation.
pub fn mine(
    snapshot: &mut Snapshot,
    actor: &Actor,
    state: Option<State>,
    page: &PageQuery,
) -> Result<Page<Listed>, Refusal> {
    actor.permit(Permission::SaleWrite)?;
    let seller = Some(snapshot.organisation_urn(actor.person()?.organisation));
    let filter = SaleFilter { states: state.into_iter().collect(), seller, ..SaleFilter::default() };
    let node = snapshot.node().to_owned();
    let found = store::sales(snapshot, &filter, page, &node)?;
    with_runs(snapshot, found)
}

/// Negotiated sales that wait for approval.
pub fn under_review(
    snapshot: &mut Snapshot,
    actor: &Actor,
    page: &PageQuery,
) -> Result<Page<Listed>, Refusal> {
    actor.permit(Permission::SaleReview)?;
    let filter = SaleFilter { states: vec![State::PendingReview], ..SaleFilter::default() };
    let node = snapshot.node().to_owned();
    let found = store::sales(snapshot, &filter, page, &node)?;
    with_runs(snapshot, found)
}
