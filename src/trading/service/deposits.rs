//! Deposits (rules 2, 14): instructed, confirmed by the finance side by their reference, and settled. Every fen is on
//! the ledger; an account is a deposit's, never a bidder's, so that the books name nobody before the end.

use serde_json::json;

use super::{TRADING, load_tx};
use crate::audit;
use crate::db::{Snapshot, Tx, check_version};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{INTERNAL, NOT_FOUND, STATE_CONFLICT};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::ledger::model::{AccountKey, AccountKind, NewTransaction};
use crate::ledger::service as ledger;
use crate::trading::codes::SALE_DEPOSIT_AMOUNT;
use crate::trading::model::{Bidder, Deposit, DepositId, DepositState, Mode, Sale, SaleId, Standing, State};
use crate::trading::rules::breach;
use crate::trading::store;

const VOUCHER_CHARS_MAX: usize = 100;
/// Deposits settled by one command: each is a transaction of the ledger.
const SETTLE_SLICE: i64 = 20;
/// Letters and digits that nobody confuses on a transfer form.
const REFERENCE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// What the deposits of a sale come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounted {
    pub totals: Vec<(DepositState, i64, Fen)>,
    /// Confirmed and not settled yet.
    pub held: Fen,
    /// Nothing is held any more: every deposit came to its end.
    pub settled: bool,
}

/// The deposit that a new bidder has to pay.
pub(super) fn instruct(tx: &mut Tx, bidder: &Bidder, amount: Fen) -> Result<Deposit, Refusal> {
    let drawn: [u8; 10] = tx.random();
    let letter = |byte: u8| REFERENCE_ALPHABET.get(usize::from(byte % 32)).copied().map_or('2', char::from);
    let deposit = Deposit {
        id: tx.new_id(),
        version: 1,
        sale: bidder.sale,
        bidder: bidder.number,
        reference: format!("BZJ{}", drawn.into_iter().map(letter).collect::<String>()),
        amount,
        state: DepositState::Instructed,
        instructed_at: tx.now(),
        confirmed_at: None,
        voucher: String::new(),
        settled_at: None,
        reason: String::new(),
    };
    store::insert_deposit(tx, &deposit)?;
    Ok(deposit)
}

/// For the finance side: references and amounts, no names.
pub fn deposits(
    snapshot: &mut Snapshot,
    actor: &Actor,
    sale: Option<SaleId>,
    state: Option<DepositState>,
    page: &PageQuery,
) -> Result<Page<Deposit>, Refusal> {
    actor.permit(Permission::DepositConfirm)?;
    store::deposits(snapshot, sale, state, page)
}

/// The finance side has the money: the bidder may bid from now on.
pub fn confirm(
    tx: &mut Tx,
    actor: &Actor,
    id: DepositId,
    expected: Option<i64>,
    received: Fen,
    voucher: &str,
) -> Result<Deposit, Refusal> {
    actor.permit(Permission::DepositConfirm)?;
    let before = store::deposit(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(before.version, expected)?;
    let mut errors = Errors::new();
    text::required(&mut errors, "/voucher", voucher, VOUCHER_CHARS_MAX);
    if received != before.amount {
        errors.add_with("/received_fen", &SALE_DEPOSIT_AMOUNT, &[("amount", before.amount.to_string())]);
    }
    errors.check()?;
    let sale = load_tx(tx, before.sale)?;
    // Money that comes after the end was for nothing: it must not be taken in.
    // That of a sealed tender is instructed at the opening, and may be confirmed until the award.
    let late = sale.mode == Mode::SealedTender && sale.state() == State::Ended;
    if before.state != DepositState::Instructed || !(sale.state() == State::Published || late) {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", before.state));
    }
    let now = tx.now();
    let after = Deposit {
        state: DepositState::Confirmed,
        confirmed_at: Some(now),
        voucher: voucher.trim().to_owned(),
        ..before
    };
    let after = keep(tx, actor, after, &sale)?;
    store::admit(tx, after.sale, after.bidder)?;
    if let Standing::Ended { award_from, .. } = sale.standing {
        super::tend::set_due(tx, &sale, Some(award_from))?;
    }
    Ok(after)
}

/// Saves the next version of a deposit, books what it means, and records it.
fn keep(tx: &mut Tx, actor: &Actor, deposit: Deposit, sale: &Sale) -> Result<Deposit, Refusal> {
    let after = Deposit { version: deposit.version + 1, ..deposit };
    store::save_deposit(tx, &after)?;
    let urn = tx.urn("sale_deposit", after.id);
    book(tx, actor, &after, sale, &urn)?;
    let facts = json!({
        "deposit": urn,
        "sale": sale.urn,
        "title": sale.title,
        "state": after.state,
        "amount_fen": after.amount,
    });
    let event = match after.state {
        DepositState::Confirmed => "sale_deposit.confirmed",
        DepositState::Released => "sale_deposit.released",
        DepositState::Applied => "sale_deposit.applied",
        DepositState::Forfeited => "sale_deposit.forfeited",
        DepositState::Instructed | DepositState::Lapsed => "sale_deposit.lapsed",
    };
    if after.state == DepositState::Confirmed || after.state == DepositState::Forfeited {
        audit::service::record(tx, actor, event, &urn, &json!({"sale": sale.urn}))?;
    }
    tx.record(actor, NewChange::local(event, urn, after.version, facts));
    Ok(after)
}

fn account(kind: AccountKind, deposit: &str) -> AccountKey {
    AccountKey { kind, year: None, scheme: Some("SALE-DEPOSIT".into()), beneficiary: None }.of(deposit)
}

/// Money comes in when it is confirmed, and goes where the deposit's end says. What was never paid moves nothing.
fn book(tx: &mut Tx, actor: &Actor, deposit: &Deposit, sale: &Sale, urn: &str) -> Result<(), Refusal> {
    use AccountKind as K;
    let received = AccountKey { scheme: Some("SALE-DEPOSIT".into()), ..AccountKey::new(K::DepositReceived) };
    let held = account(K::DepositHeld, urn);
    let (kind, from, to) = match deposit.state {
        DepositState::Confirmed => ("sale_deposit.confirmed", received, held),
        DepositState::Released => ("sale_deposit.released", held, account(K::DepositReleased, urn)),
        DepositState::Applied => ("sale_deposit.applied", held, account(K::DepositApplied, urn)),
        DepositState::Forfeited => ("sale_deposit.forfeited", held, account(K::DepositForfeited, urn)),
        DepositState::Instructed | DepositState::Lapsed => return Ok(()),
    };
    let key = format!("sale_deposit/{}/{}", deposit.id, deposit.state);
    let new = NewTransaction::new(kind, key, sale.urn.clone()).note(deposit.reference.clone());
    let new = new.transfer(from.clone(), to, deposit.amount);
    // A deposit that is not there cannot be given back: a fault of ours, never the caller's.
    let new = if from.kind == K::DepositHeld { new.never_below_zero(from, &INTERNAL) } else { new };
    ledger::post(tx, actor, new)?;
    Ok(())
}

/// Brings one deposit to its end.
pub(super) fn settle(
    tx: &mut Tx,
    actor: &Actor,
    sale: &Sale,
    deposit: Deposit,
    state: DepositState,
    reason: &str,
) -> Result<Deposit, Refusal> {
    let settled_at = Some(tx.now());
    keep(tx, actor, Deposit { state, settled_at, reason: reason.to_owned(), ..deposit }, sale)
}

/// After the end: losers' deposits go back, what was never paid lapses; those of the winner and of who could follow it
/// wait. True when nothing is left to do.
pub(crate) fn settle_slice(tx: &mut Tx, sale: &Sale) -> Result<bool, Refusal> {
    let open = [DepositState::Instructed, DepositState::Confirmed];
    let slice = store::to_settle(tx, sale.id, &open, &breach::kept(sale), SETTLE_SLICE)?;
    let done = i64::try_from(slice.len()).unwrap_or(i64::MAX) < SETTLE_SLICE;
    for deposit in slice {
        let to = if deposit.state.is_held() { DepositState::Released } else { DepositState::Lapsed };
        settle(tx, &TRADING, sale, deposit, to, sale.state().as_str())?;
    }
    Ok(done)
}

/// What the deposits of a sale come to: every one of them is accounted for at the end.
pub fn accounted(snapshot: &mut Snapshot, actor: &Actor, sale: SaleId) -> Result<Accounted, Refusal> {
    actor.permit(Permission::DepositConfirm)?;
    let node = snapshot.node().to_owned();
    super::load(snapshot, &node, sale)?;
    let totals = store::deposit_totals(snapshot, sale)?;
    let held = totals.iter().filter(|(state, ..)| state.is_held()).map(|(.., sum)| *sum);
    let held = Fen::sum(held).ok_or_else(|| Refusal::internal("deposits overflow"))?;
    let settled =
        !totals.iter().any(|(state, ..)| matches!(state, DepositState::Instructed | DepositState::Confirmed));
    Ok(Accounted { totals, held, settled })
}
