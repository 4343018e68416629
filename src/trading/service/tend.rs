//! What the clock does to sales: signs of life, suspension, the close, awards, deposits.

use serde_json::json;

use super::drafts::open_reserve;
use super::{TRADING, deposits, finish, keep, load_tx};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::error::Refusal;
use crate::kernel::text;
use crate::kernel::time::UtcTime;
use crate::proof::SecretBox;
use crate::trading::model::{
    Mode, Outcome, Ranked, Run, Sale, SaleId, State, Suspension, SuspensionReason, Times, UnsoldReason,
};
use crate::trading::rules::{lifecycle, silence, telling};
use crate::trading::store;

/// Places of the published ranking.
const RANKING_MAX: i64 = 20;
const NOTE_CHARS_MAX: usize = 1_000;

/// Runs that need a sign of life, a suspension or the close, or of which others are to be told, after one of them; and
/// after which the next ones follow, if there may be more.
pub fn runs_to_tend(
    conn: &mut Conn,
    now: UtcTime,
    after: Option<SaleId>,
    limit: i64,
) -> Result<(Vec<SaleId>, Option<SaleId>), Refusal> {
    let due = |run: &Run| run.beat_at.plus_seconds(silence::beat_every(run, now)) <= now;
    let open = store::open_runs(conn, now, after, limit)?;
    let full = i64::try_from(open.len()).is_ok_and(|rows| rows == limit);
    let needs = |run: &&Run| run.ends_at <= now || due(run) || telling::is_due(run, now);
    let next = open.last().filter(|_| full).map(|run| run.sale);
    Ok((open.iter().filter(needs).map(|run| run.sale).collect(), next))
}

/// Sales whose time has come, after one of them: when it was due, and which.
pub fn sales_to_tend(
    conn: &mut Conn,
    now: UtcTime,
    after: Option<Due>,
    limit: i64,
) -> Result<Vec<Due>, Refusal> {
    store::due_sales(conn, now, after, limit)
}

/// When a sale is due, and which it is: the order in which they are looked after.
pub type Due = (UtcTime, SaleId);

/// A sign of life; or, by the rules, the suspension, the close or the telling (rules 7, 16, 22).
pub fn tend_run(tx: &mut Tx, secrets: &SecretBox, id: SaleId) -> Result<(), Refusal> {
    let Some(run) = store::run(tx, id)? else { return Ok(()) };
    let now = tx.now();
    if run.closed || now < run.starts_at {
        return Ok(());
    }
    if let Some(since) = silence::since(&run, now) {
        let note = format!("平台自 {since} 起中断");
        return suspend(tx, &TRADING, run, since, SuspensionReason::PlatformFailure, note).map(drop);
    }
    if now >= run.ends_at {
        return close(tx, secrets, run).map(drop);
    }
    if telling::is_due(&run, now) {
        note_resumed(tx, &run)?;
        return tell(tx, Run { beat_at: now, ..run }).map(drop);
    }
    if now < run.beat_at.plus_seconds(silence::beat_every(&run, now)) {
        return Ok(());
    }
    note_resumed(tx, &run)?;
    store::move_run(tx, &Run { beat_at: now, ..run })
}

/// Price and end as they stand now go into the published projection (rule 22).
fn tell(tx: &mut Tx, run: Run) -> Result<Sale, Refusal> {
    let sale = load_tx(tx, run.sale)?;
    let run = told(run, tx.now());
    store::save_run(tx, &run)?;
    let times = Times { ends_at: Some(run.ends_at), ..sale.times };
    let next = Sale { times, ..sale.clone() };
    keep(tx, &TRADING, &sale, next, "sale.run_told", json!({"bids": run.seq}))
}

/// A run whose state goes out with the change that is written now.
fn told(run: Run, now: UtcTime) -> Run {
    Run { told_seq: run.seq, told_at: Some(now), ..run }
}

/// The first sign of life, or bid, after a suspension: the sale goes on. Nobody outside needs it: the suspension said when.
pub(super) fn note_resumed(tx: &mut Tx, before: &Run) -> Result<(), Refusal> {
    if before.beat_at > before.starts_at || tx.now() <= before.starts_at {
        return Ok(());
    }
    let suspended = store::suspensions(tx, before.sale)?;
    if suspended.last().is_some_and(|last| last.resumes_at == before.starts_at) {
        let facts = json!({"sale": tx.urn("sale", before.sale), "ends_at": before.ends_at});
        let subject = tx.urn("sale_run", before.sale);
        tx.record(&TRADING, NewChange::local("sale.resumed", subject, before.seq, facts));
    }
    Ok(())
}

/// The close: decided once, by the time of this command.
fn close(tx: &mut Tx, secrets: &SecretBox, run: Run) -> Result<Sale, Refusal> {
    let sale = load_tx(tx, run.sale)?;
    let reserve = open_reserve(secrets, &sale)?;
    let closed = Run { closed: true, leader_maximum: None, ..told(run.clone(), tx.now()) };
    store::save_run(tx, &closed)?;
    store::forget_maxima(tx, run.sale)?;
    let times = Times { ends_at: Some(run.ends_at), ..sale.times };
    let sale = Sale { times, ..sale };
    let Some(leader) = run.leader else {
        return finish::unsold(tx, &TRADING, &sale, UnsoldReason::NoBids);
    };
    if reserve.is_some_and(|reserve| run.price < reserve) {
        return finish::unsold(tx, &TRADING, &sale, UnsoldReason::ReserveNotMet);
    }
    let outcome = ranking(tx, &run, leader, reserve)?;
    let now = tx.now();
    finish::finish(tx, &TRADING, &sale, outcome, now)
}

/// The leader first, then everybody by the best bid; below the reserve nobody follows.
fn ranking(
    tx: &mut Tx,
    run: &Run,
    leader: i32,
    reserve: Option<crate::kernel::money::Fen>,
) -> Result<Outcome, Refusal> {
    let mut best = store::best_bids(tx, run.sale, RANKING_MAX)?;
    best.retain(|(bidder, price)| *bidder != leader && reserve.is_none_or(|reserve| *price >= reserve));
    best.insert(0, (leader, run.price));
    let mut ranking = Vec::with_capacity(best.len());
    for (number, price_fen) in best {
        let bidder = store::bidder(tx, run.sale, number)?;
        let bidder = bidder.ok_or_else(|| Refusal::internal(format!("bid by nobody in {}", run.sale)))?;
        ranking.push(Ranked { bidder: number, alias: bidder.alias, party: bidder.party, price_fen });
    }
    Ok(Outcome { ranking, place: 0, decided_at: tx.now(), note: String::new() })
}

/// A running sale stands still; after the notice it goes on with the time that it had left.
fn suspend(
    tx: &mut Tx,
    actor: &Actor,
    run: Run,
    since: UtcTime,
    reason: SuspensionReason,
    note: String,
) -> Result<Sale, Refusal> {
    let sale = load_tx(tx, run.sale)?;
    let minutes = sale.rules.as_ref().map_or(30, |rules| rules.resume_notice_minutes);
    let now = tx.now();
    let (resumes_at, new_ends_at) = silence::resumed(&run, since, now, minutes);
    let position =
        i32::try_from(store::suspensions(tx, run.sale)?.len()).unwrap_or(i32::MAX).saturating_add(1);
    let suspension = Suspension {
        sale: run.sale,
        position,
        reason,
        note,
        since,
        decided_at: now,
        resumes_at,
        old_ends_at: run.ends_at,
        new_ends_at,
    };
    store::insert_suspension(tx, &suspension)?;
    let after = Run { starts_at: resumes_at, ends_at: new_ends_at, beat_at: resumes_at, ..told(run, now) };
    store::save_run(tx, &after)?;
    let times = Times { ends_at: Some(new_ends_at), ..sale.times };
    let more = json!({"reason": reason, "since": since, "resumes_at": resumes_at, "ends_at": new_ends_at});
    let next = Sale { times, ..sale.clone() };
    keep(tx, actor, &sale, next, "sale.suspended", more)
}

/// The operator suspends a running sale and says why; the time is given back (rule 16).
pub fn suspend_by_decision(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    note: &str,
) -> Result<Sale, Refusal> {
    let sale = super::for_review(tx, actor, id, expected)?;
    text::stated("/reason", note, NOTE_CHARS_MAX)?;
    let now = tx.now();
    let running = store::run(tx, id)?.filter(|run| !run.closed && run.starts_at <= now && now < run.ends_at);
    let run = running.ok_or_else(|| lifecycle::conflict(sale.state()))?;
    audit::service::record(tx, actor, "sale.suspended", &sale.urn, &json!({}))?;
    let since = silence::since(&run, now).unwrap_or(now);
    suspend(tx, actor, run, since, SuspensionReason::Decided, note.trim().to_owned())
}

/// What is due with a sale: its end, its award, its deposits. True when it is to be looked at again at once.
pub fn tend_sale(tx: &mut Tx, id: SaleId) -> Result<bool, Refusal> {
    let sale = load_tx(tx, id)?;
    let now = tx.now();
    if sale.times.due_at.is_none_or(|due| now < due) {
        return Ok(false);
    }
    match sale.state() {
        State::Published if sale.mode == Mode::Listing => super::offers::close(tx, &sale).map(|_| true),
        State::Ended => {
            if let Some(until) = sale.standing.award_from().filter(|until| now < *until) {
                return set_due(tx, &sale, Some(until)).map(|()| false);
            }
            if super::open_objections(tx, id)? > 0 || finish::lacks_deposit(tx, &sale)? {
                return set_due(tx, &sale, None).map(|()| false);
            }
            finish::award(tx, &TRADING, &sale).map(|_| true)
        }
        State::Awarded | State::Concluded | State::Unsold | State::Withdrawn | State::Annulled => {
            let done = deposits::settle_slice(tx, &sale)?;
            if done {
                super::defaults::watch_signing(tx, &sale)?;
            }
            Ok(!done)
        }
        _ => set_due(tx, &sale, None).map(|()| false),
    }
}

/// Not a new version: nobody outside is told when a job looks again.
pub(crate) fn set_due(tx: &mut Tx, sale: &Sale, due_at: Option<UtcTime>) -> Result<(), Refusal> {
    store::set_due(tx, sale.id, due_at)
}
