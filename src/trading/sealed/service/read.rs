//! Reading a tender: what everybody, an officer, a bidder may see at which time.

use super::{Case, case_of, evaluate, officer_of, terms_sha256};
use crate::db::{Conn, Snapshot};
use crate::identity::service::Place as _;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::proof::merkle::{self, Hash};
use crate::trading::model::{Sale, SaleId};
use crate::trading::sealed::codes::{SEALED_KEY_MISSING, SEALED_NO_ENVELOPE, SEALED_NOT_OPENED};
use crate::trading::sealed::envelope::ENVELOPE_BYTES;
use crate::trading::sealed::model::{BestPrice, Officer, OpenedBid, SealedPhase, Sheet, Tender};
use crate::trading::sealed::score::Placed;
use crate::trading::sealed::store;
use crate::trading::service::load;

/// A tender as a reader sees it. Nothing here depends on what lies in the box before it is opened.
pub struct SeenTender {
    pub sale: Sale,
    pub tender: Tender,
    pub phase: SealedPhase,
    pub best: BestPrice,
    pub terms_sha256: String,
    pub officers: Vec<Officer>,
    /// Who evaluates is secret until the evaluation, but for the tenderer and the members.
    pub committee_shown: bool,
}

pub fn tender(snapshot: &mut Snapshot, actor: &Actor, id: SaleId) -> Result<SeenTender, Refusal> {
    let node = snapshot.node().to_owned();
    let sale = load(snapshot, &node, id)?;
    let Case { sale, tender } = visible(snapshot, actor, sale)?;
    let officers = store::officers(snapshot, id)?;
    let terms_sha256 = match tender.closed_at {
        Some(_) => tender.terms_sha256.clone(),
        None => terms_sha256(&sale, &tender)?,
    };
    let person = actor.person().ok();
    let seller = person.is_some_and(|it| sale.is_seller(&snapshot.organisation_urn(it.organisation)));
    let member = person
        .is_some_and(|it| tender.committee.iter().any(|member| member.user == it.user && !member.vacant));
    Ok(SeenTender {
        phase: tender.phase(sale.is_published()),
        best: BestPrice::of(sale.buys()),
        committee_shown: seller || member || tender.evaluated_at.is_some(),
        terms_sha256,
        officers,
        sale,
        tender,
    })
}

/// A published tender for everybody; before, for its seller, its officers and the operator.
fn visible(snapshot: &mut Snapshot, actor: &Actor, sale: Sale) -> Result<Case, Refusal> {
    let public = sale.is_published();
    let concerned = match actor.person() {
        _ if public => true,
        Ok(person) => {
            let own = snapshot.organisation_urn(person.organisation);
            let officers = store::officers(snapshot, sale.id)?;
            sale.is_seller(&own)
                || person.kind == OrganisationKind::Operator
                || officers.iter().any(|officer| officer.body == person.organisation)
        }
        Err(_) => false,
    };
    if concerned { case_of(snapshot, sale) } else { Err(Refusal::new(&NOT_FOUND)) }
}

/// What an officer takes home: its sealed packet and what it is checked against.
pub struct Packet {
    pub sale: String,
    pub officer: Officer,
    pub commitments: Vec<String>,
    pub rehearsal_commitments: Vec<String>,
    pub sealed: Vec<u8>,
}

pub fn packet(snapshot: &mut Snapshot, actor: &Actor, id: SaleId) -> Result<Packet, Refusal> {
    let node = snapshot.node().to_owned();
    let sale = load(snapshot, &node, id)?;
    let officer = officer_of(snapshot, actor, id)?;
    let Case { sale, tender } = case_of(snapshot, sale)?;
    let missing = || Refusal::new(&SEALED_KEY_MISSING);
    let key = tender.key.ok_or_else(missing)?;
    let sealed = officer.packet.clone().ok_or_else(missing)?;
    Ok(Packet {
        sale: sale.urn,
        officer,
        commitments: key.commitments,
        rehearsal_commitments: key.rehearsal_commitments,
        sealed,
    })
}

/// Whether a sale is a tender whose envelopes are open.
pub(in crate::trading) fn is_opened(conn: &mut Conn, id: SaleId) -> Result<bool, Refusal> {
    Ok(store::tender(conn, id)?.is_some_and(|tender| tender.opened_at.is_some()))
}

/// Everything that came out of a box.
pub struct Opening {
    pub sale: Sale,
    pub tender: Tender,
    pub officers: Vec<Officer>,
    pub envelopes: Vec<Vec<u8>>,
    pub bids: Vec<OpenedBid>,
    /// With the evaluation.
    pub sheets: Vec<Sheet>,
    pub placed: Vec<Placed>,
}

pub fn opening(snapshot: &mut Snapshot, actor: &Actor, id: SaleId) -> Result<Opening, Refusal> {
    let node = snapshot.node().to_owned();
    let sale = load(snapshot, &node, id)?;
    let Case { sale, tender } = visible(snapshot, actor, sale)?;
    if tender.opened_at.is_none() {
        return Err(Refusal::new(&SEALED_NOT_OPENED));
    }
    let bytes = store::opening(snapshot, id)?.unwrap_or_default();
    let evaluated = tender.evaluated_at.is_some();
    let ranked = evaluated && sale.standing.outcome().is_some();
    Ok(Opening {
        officers: store::officers(snapshot, id)?,
        envelopes: bytes.chunks(ENVELOPE_BYTES).map(<[u8]>::to_vec).collect(),
        bids: store::bids(snapshot, id)?,
        sheets: if evaluated { store::sheets(snapshot, id)? } else { vec![] },
        placed: if ranked { evaluate::ranking(snapshot, &sale, &tender)? } else { vec![] },
        sale,
        tender,
    })
}

/// Where an envelope lies in the published tree.
pub struct InTree {
    /// As it lay in the box.
    pub envelope: Vec<u8>,
    pub slot: u64,
    pub size: u64,
    pub leaf: Hash,
    pub path: Vec<Hash>,
    pub root: Hash,
}

/// For whoever holds a receipt: the proof that its envelope was in the box when it was closed.
pub fn proof(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: SaleId,
    envelope_sha256: &str,
) -> Result<InTree, Refusal> {
    let opened = opening(snapshot, actor, id)?;
    let leaves: Vec<Hash> = opened.envelopes.iter().map(|envelope| merkle::leaf(envelope)).collect();
    let wanted = envelope_sha256.trim().to_ascii_lowercase();
    let is_it =
        |envelope: &Vec<u8>| hex::encode(crate::trading::sealed::envelope::digest(envelope)) == wanted;
    let at = opened.envelopes.iter().position(is_it).ok_or_else(|| Refusal::new(&SEALED_NO_ENVELOPE))?;
    let slot = u64::try_from(at).map_err(Refusal::internal)?;
    let size = u64::try_from(leaves.len()).map_err(Refusal::internal)?;
    let root = opened.tender.root.ok_or_else(|| Refusal::internal("an opened box without a root"))?;
    let (leaf, path) = (leaves[at], merkle::inclusion(&leaves, slot));
    let envelope = opened.envelopes.into_iter().nth(at).unwrap_or_default();
    Ok(InTree { envelope, slot, size, leaf, path, root })
}
