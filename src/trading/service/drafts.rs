//! Drawing up a sale, its reserve, and taking it back.

use serde_json::json;

use super::{OnLots, buyer, keep, on_lots, own, record};
use crate::db::Tx;
use crate::identity::service as identity;
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::{Id, parse_urn};
use crate::kernel::money::Fen;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::proof::SecretBox;
use crate::trading::codes::{SALE_HAS_BIDS, SALE_LOT, SALE_RESERVE};
use crate::trading::model::{Lot, Mode, ModeTerms, Sale, SaleId, Standing, State, Terms, Times};
use crate::trading::rules::lifecycle::{self, Act};
use crate::trading::rules::{self, common};
use crate::trading::store;
use crate::{achievement, demand};

pub(crate) const REASON_CHARS_MAX: usize = 2_000;

/// A sale as its seller draws it up.
#[derive(Clone, Debug)]
pub struct SaleDraft {
    pub mode: Mode,
    pub title: String,
    pub lots: Vec<Lot>,
    pub terms: Terms,
}

pub fn create(tx: &mut Tx, actor: &Actor, draft: &SaleDraft) -> Result<Sale, Refusal> {
    actor.permit(Permission::SaleWrite)?;
    identity::require_verified(tx, actor)?;
    let person = actor.person()?;
    let seller = identity::party(tx, person.organisation)?;
    let lots = checked(tx, draft, &seller.urn, None)?;
    let id = tx.new_id();
    let sale = Sale {
        id,
        urn: tx.urn("sale", id),
        version: 1,
        mode: draft.mode,
        standing: Standing::Draft {},
        title: draft.title.trim().to_owned(),
        seller,
        lots,
        terms: buyer::registered(tx, &draft.terms)?,
        reserve: None,
        rules: None,
        times: Times::default(),
        rerun_of: None,
        run_number: 1,
        excluded: vec![],
        created_by: person.user,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    store::insert_sale(tx, &sale)?;
    record(tx, actor, &sale, "sale.drafted", json!({}))?;
    Ok(sale)
}

pub fn edit(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    draft: &SaleDraft,
) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    lifecycle::may_edit(before.state())?;
    let lots = checked(tx, draft, &before.seller.urn, Some(&before.urn))?;
    let after = Sale {
        mode: draft.mode,
        title: draft.title.trim().to_owned(),
        lots,
        terms: buyer::registered(tx, &draft.terms)?,
        reserve: before.reserve.clone().filter(|_| draft.mode.is_bidding()),
        ..before.clone()
    };
    store::put_lots(tx, &after)?;
    keep(tx, actor, &before, after, "sale.edited", json!({}))
}

/// The draft's shape, and its lots: published records of the seller's own that no other deal holds.
fn checked(tx: &mut Tx, draft: &SaleDraft, seller: &str, deal: Option<&str>) -> Result<Vec<Lot>, Refusal> {
    let mut errors = Errors::new();
    common::check_draft(&mut errors, draft.mode, &draft.title, &draft.lots, &draft.terms);
    let mut lots = Vec::new();
    for (at, lot) in draft.lots.iter().take(common::LOTS_MAX).enumerate() {
        match lot_title(tx, &lot.about, seller, deal)? {
            Some(title) => lots.push(Lot { about: lot.about.clone(), title }),
            None => errors.add(format!("/lots/{at}/about"), &SALE_LOT),
        }
    }
    errors.check()?;
    Ok(lots)
}

fn lot_title(tx: &mut Tx, about: &str, seller: &str, deal: Option<&str>) -> Result<Option<String>, Refusal> {
    let node = tx.node().to_owned();
    let Some((at, entity, uuid)) = parse_urn(about) else { return Ok(None) };
    if at != node {
        return Ok(None);
    }
    let free = |reserved: &Option<String>| reserved.is_none() || reserved.as_deref() == deal;
    Ok(match entity {
        "achievement" => achievement::service::get(tx, &node, Id::from_uuid(uuid))?
            .filter(|it| {
                it.holder.party.urn == seller && it.standing.is_published() && free(&it.reserved_for)
            })
            .map(|it| it.published.unwrap_or(it.content).title),
        "demand" => demand::service::get(tx, &node, Id::from_uuid(uuid))?
            .filter(|it| {
                it.holder.party.urn == seller && it.standing.is_published() && free(&it.reserved_for)
            })
            .map(|it| it.published.unwrap_or(it.content).title),
        _ => None,
    })
}

pub(crate) fn reserve_context(sale: SaleId) -> String {
    format!("sale.reserve:{sale}")
}

/// The reserve in the clear: for the check at publication and the decision at the end.
pub(crate) fn open_reserve(secrets: &SecretBox, sale: &Sale) -> Result<Option<Fen>, Refusal> {
    let Some(sealed) = &sale.reserve else { return Ok(None) };
    open_fen(secrets, &reserve_context(sale.id), sealed).map(Some)
}

pub(crate) fn open_fen(secrets: &SecretBox, context: &str, sealed: &[u8]) -> Result<Fen, Refusal> {
    let plain = secrets.open(context, sealed).map_err(Refusal::internal)?;
    let bytes = plain.as_slice().try_into().map_err(Refusal::internal)?;
    Ok(Fen(i64::from_be_bytes(bytes)))
}

/// An amount as eight bytes, whatever its size: what is sealed says nothing by its length.
pub(crate) fn seal_fen(tx: &Tx, secrets: &SecretBox, context: &str, fen: Fen) -> Result<Vec<u8>, Refusal> {
    secrets.seal(tx.random(), context, &fen.0.to_be_bytes()).map_err(Refusal::internal)
}

/// Sets, changes or removes the secret reserve of a draft (rule 1). It is in no answer, fact or log.
pub fn set_reserve(
    tx: &mut Tx,
    actor: &Actor,
    secrets: &SecretBox,
    id: SaleId,
    expected: Option<i64>,
    reserve: Option<Fen>,
) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    lifecycle::may_edit(before.state())?;
    if let Some(fen) = reserve {
        check_reserve(&before, fen)?;
    }
    let sealed = match reserve {
        Some(fen) => Some(seal_fen(tx, secrets, &reserve_context(id), fen)?),
        None => None,
    };
    let after = Sale { reserve: sealed, ..before.clone() };
    keep(tx, actor, &before, after, "sale.edited", json!({}))
}

pub(crate) fn check_reserve(sale: &Sale, reserve: Fen) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    match &sale.terms.mode {
        ModeTerms::Bidding(terms) if reserve >= terms.start_fen => {
            common::check_amount(&mut errors, "/reserve_fen", reserve);
        }
        _ => errors.add("/reserve_fen", &SALE_RESERVE),
    }
    errors.check()
}

/// The seller takes it back: before the first bid.
pub fn withdraw(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Sale, Refusal> {
    let before = own(tx, actor, id, expected)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    let run = store::run(tx, id)?;
    let offered = before.mode == Mode::Listing && !store::offers(tx, id)?.is_empty();
    if offered || run.as_ref().is_some_and(|run| run.leader.is_some()) {
        return Err(Refusal::new(&SALE_HAS_BIDS));
    }
    if before.mode == Mode::SealedTender
        && before.state() == State::Published
        && before.times.is_over(tx.now())
    {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", before.state()));
    }
    let act = Act::Withdraw { reason: reason.trim().to_owned() };
    let standing = lifecycle::next(before.mode, &before.standing, act, tx.now())?;
    if before.state() == State::Published {
        on_lots(tx, actor, &before, OnLots::Release)?;
    }
    if let Some(run) = run {
        store::save_run(tx, &crate::trading::model::Run { closed: true, ..run })?;
    }
    let times = Times { due_at: Some(tx.now()), ..before.times };
    let after = Sale { standing, times, ..before.clone() };
    keep(tx, actor, &before, after, "sale.withdrawn", json!({}))
}

/// What the seller's draft must be before anybody sees it.
pub(crate) fn check_whole(
    tx: &mut Tx,
    secrets: &SecretBox,
    sale: &Sale,
    rules: &crate::trading::model::Rules,
) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    common::check_draft(&mut errors, sale.mode, &sale.title, &sale.lots, &sale.terms);
    rules::check_mode(&mut errors, sale, rules, tx.now());
    for (at, lot) in sale.lots.iter().enumerate() {
        if lot_title(tx, &lot.about, &sale.seller.urn, Some(&sale.urn))?.is_none() {
            errors.add(format!("/lots/{at}/about"), &SALE_LOT);
        }
    }
    errors.check()?;
    buyer::registered(tx, &sale.terms)?;
    buyer::check_barred(tx, sale)?;
    super::rerun::check_rerun(tx, sale)?;
    match open_reserve(secrets, sale)? {
        Some(reserve) => check_reserve(sale, reserve),
        None => Ok(()),
    }
}
