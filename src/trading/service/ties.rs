//! Nobody acts officially on their own organisation's case, whichever of their memberships the token is for (DESIGN, who
//! may do what); and operator staff do not bid under another one (DOMAIN §4).

use crate::db::{Conn, Tx};
use crate::identity::service as identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId, urn};
use crate::kernel::party::PartyRef;
use crate::trading::codes::{SALE_OPERATOR_STAFF, SALE_OWN_CASE};
use crate::trading::model::{ModeTerms, Sale};
use crate::trading::store;

/// The organisations of a person as parties: all living memberships.
fn organisations_of(conn: &mut Conn, node: &str, user: UserId) -> Result<Vec<PartyRef>, Refusal> {
    let found = identity::memberships_of(conn, user)?;
    let party = |id: OrganisationId, name: String, credit_code: String| PartyRef {
        urn: urn(node, "organisation", id),
        name,
        credit_code,
    };
    Ok(found.into_iter().map(|(_, it)| party(it.id, it.profile.name, it.profile.credit_code)).collect())
}

fn same(own: &PartyRef, party: &PartyRef) -> bool {
    own.urn == party.urn || own.credit_code == party.credit_code
}

/// Whether a person belongs to the seller or to a related party of it.
pub(crate) fn is_sellers(tx: &mut Tx, sale: &Sale, user: UserId) -> Result<bool, Refusal> {
    let node = tx.node().to_owned();
    let own = organisations_of(tx, &node, user)?;
    Ok(own.iter().any(|it| same(it, &sale.seller) || sale.terms.related_parties.contains(&it.credit_code)))
}

/// Whoever decides about a sale belongs to nobody who sells, buys, wins, could follow the winner, or takes part.
pub(super) fn check_impartial(tx: &mut Tx, actor: &Actor, sale: &Sale) -> Result<(), Refusal> {
    let node = tx.node().to_owned();
    let buyer = match &sale.terms.mode {
        ModeTerms::Negotiated(terms) => Some(&terms.buyer),
        _ => None,
    };
    for own in organisations_of(tx, &node, actor.person()?.user)? {
        let ranking = sale.standing.outcome().into_iter().flat_map(|it| &it.ranking).map(|it| &it.party);
        let mut parties = ranking.chain(buyer).chain([&sale.seller]);
        let party = parties.any(|party| same(&own, party));
        if party
            || sale.terms.related_parties.contains(&own.credit_code)
            || store::bidder_of(tx, sale.id, &own.urn)?.is_some()
        {
            return Err(Refusal::new(&SALE_OWN_CASE));
        }
    }
    Ok(())
}

/// The actor belongs to this party under no membership. Of a person of another node that node knows.
pub(super) fn check_not_of(tx: &mut Tx, actor: &Actor, party: &PartyRef) -> Result<(), Refusal> {
    let Actor::Person(person) = actor else { return Ok(()) };
    let node = tx.node().to_owned();
    if organisations_of(tx, &node, person.user)?.iter().any(|own| same(own, party)) {
        return Err(Refusal::new(&SALE_OWN_CASE));
    }
    Ok(())
}

/// DOMAIN §4, who may not bid: operator staff, under whichever membership.
pub(crate) fn check_not_staff(tx: &mut Tx, actor: &Actor) -> Result<(), Refusal> {
    let Actor::Person(person) = actor else { return Ok(()) };
    if identity::is_member_of_kind(tx, person.user, OrganisationKind::Operator)? {
        return Err(Refusal::new(&SALE_OPERATOR_STAFF));
    }
    Ok(())
}
