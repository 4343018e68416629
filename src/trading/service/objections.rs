//! Objections (rule 19): what, why, on which evidence, what is asked for; with a clock; they block result and award.

use serde_json::json;

use super::{OnLots, defaults, deposits, finish, for_review, keep, load, load_tx, on_lots, tend, ties};
use crate::audit;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::files;
use crate::files::model::{FileId, StoredFile};
use crate::identity::service::{self as identity, Place as _};
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::reference::model::{Limit, LimitUnit};
use crate::reference::service as reference;
use crate::trading::codes::{
    SALE_OBJECTION_ANSWERED, SALE_OBJECTION_CONSEQUENCE, SALE_OBJECTION_EVIDENCE, SALE_OBJECTION_FILE,
    SALE_OBJECTION_LATE, SALE_OBJECTIONS_MAX,
};
use crate::trading::model::{
    DepositState, Objection, ObjectionAbout, ObjectionId, ObjectionRemedy, ObjectionState, Outcome, Run,
    Sale, SaleId, State, Times,
};
use crate::trading::rules::breach;
use crate::trading::rules::lifecycle::{self, Act};
use crate::trading::sealed::service as sealed;
use crate::trading::store;

const TEXT_CHARS_MAX: usize = 4_000;
/// One organisation's open objections to one sale.
const OPEN_MAX: i64 = 3;

/// An objection as it is made.
#[derive(Clone, Debug)]
pub struct NewObjection {
    pub about: ObjectionAbout,
    pub reason: String,
    pub evidence: String,
    /// Files of the objector's own, beside the words or instead of them.
    pub files: Vec<FileId>,
    pub remedy: ObjectionRemedy,
}

/// Whoever is signed in for a verified organisation may object until the contract is signed.
pub fn object(tx: &mut Tx, actor: &Actor, id: SaleId, new: &NewObjection) -> Result<Objection, Refusal> {
    let (party, person) = (identity::acting_party(tx, actor)?, actor.signatory()?.user);
    let sale = load_tx(tx, id)?;
    if !sale.is_published() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    if sale.state().is_final() {
        return Err(Refusal::new(&SALE_OBJECTION_LATE));
    }
    let mut errors = Errors::new();
    text::required(&mut errors, "/reason", &new.reason, TEXT_CHARS_MAX);
    text::optional(&mut errors, "/evidence", &new.evidence, TEXT_CHARS_MAX);
    files::service::check_own(tx, actor, &new.files, ("/files", &SALE_OBJECTION_FILE), &mut errors)?;
    if new.evidence.trim().is_empty() && new.files.is_empty() {
        errors.add("/evidence", &SALE_OBJECTION_EVIDENCE);
    }
    errors.check()?;
    if store::open_objections(tx, id, Some(&party.urn))? >= OPEN_MAX {
        return Err(Refusal::new(&SALE_OBJECTIONS_MAX).with("max", OPEN_MAX));
    }
    let days = sale.rules.as_ref().map_or(3, |rules| rules.objection_answer_days);
    let today = tx.now().day();
    let due_on = reference::deadline(tx, today, Limit { days, unit: LimitUnit::CalendarDay })?.day;
    let objection = Objection {
        id: tx.new_id(),
        version: 1,
        sale: id,
        state: ObjectionState::Open,
        party,
        person,
        about: new.about,
        reason: new.reason.trim().to_owned(),
        evidence: new.evidence.trim().to_owned(),
        files: new.files.clone(),
        remedy: new.remedy,
        made_at: tx.now(),
        due_on,
        answer: String::new(),
        answered_by: String::new(),
        answered_at: None,
    };
    store::insert_objection(tx, &objection)?;
    let subject = tx.urn("sale_objection", objection.id);
    files::service::link(tx, &subject, &objection.files)?;
    // An objector may be a bidder: the log does not tell who (rule 8).
    note(tx, &super::TRADING, &sale, &objection, "sale.objection_made");
    Ok(objection)
}

fn note(tx: &mut Tx, actor: &Actor, sale: &Sale, it: &Objection, event: &'static str) {
    let subject = tx.urn("sale_objection", it.id);
    let facts = json!({
        "sale": sale.urn,
        "title": sale.title,
        "seller": sale.seller.urn,
        "state": it.state,
        "about": it.about,
        "due_on": it.due_on,
    });
    tx.record(actor, NewChange::local(event, subject, it.version, facts));
}

/// The operator's answer.
#[derive(Clone, Debug)]
pub struct ObjectionAnswer {
    pub uphold: bool,
    /// The sale is taken back; only where it is upheld.
    pub annul: bool,
    /// The winner falls out, and the next rank follows where it may; only where it is upheld, and there is a winner.
    pub exclude_winner: bool,
    pub text: String,
}

/// Once there is a winner an objection that is upheld has exactly one consequence; before, the sale goes on as it is
/// corrected, or is annulled.
fn check_consequence(sale: &Sale, given: &ObjectionAnswer) -> Result<(), Refusal> {
    let won = matches!(sale.state(), State::Ended | State::Awarded);
    let fits = match (given.uphold, won) {
        (true, true) => given.annul != given.exclude_winner,
        (true, false) => !given.exclude_winner,
        (false, _) => !given.annul && !given.exclude_winner,
    };
    if fits {
        return Ok(());
    }
    let mut errors = Errors::new();
    errors.add("/uphold", &SALE_OBJECTION_CONSEQUENCE);
    errors.check()
}

pub fn answer(
    tx: &mut Tx,
    actor: &Actor,
    id: ObjectionId,
    expected: Option<i64>,
    given: &ObjectionAnswer,
) -> Result<Objection, Refusal> {
    actor.permit(Permission::SaleReview)?;
    let before = open(tx, id, expected)?;
    let sale = for_review(tx, actor, before.sale, None)?;
    ties::check_not_of(tx, actor, &before.party)?;
    text::stated("/text", &given.text, TEXT_CHARS_MAX)?;
    check_consequence(&sale, given)?;
    let state = if given.uphold { ObjectionState::Upheld } else { ObjectionState::Dismissed };
    let words = given.text.trim().to_owned();
    let after = close(tx, before, state, words, actor)?;
    note(tx, actor, &sale, &after, "sale.objection_answered");
    let urn = tx.urn("sale_objection", after.id);
    audit::service::record(tx, actor, "sale.objection_answered", &urn, &json!({"state": after.state}))?;
    if given.annul {
        annul(tx, actor, &sale, &after.answer)?;
    } else if given.exclude_winner {
        exclude(tx, actor, &sale)?;
    } else {
        go_on(tx, &sale)?;
    }
    Ok(after)
}

/// The winner falls out without having broken its word: its deposit goes back, and the next rank follows where it may.
fn exclude(tx: &mut Tx, actor: &Actor, before: &Sale) -> Result<Sale, Refusal> {
    let winner = before.standing.outcome().and_then(Outcome::winner).cloned();
    let winner = winner.ok_or_else(|| lifecycle::conflict(before.state()))?;
    defaults::drop_stated(tx, actor, before)?;
    if let Some(deposit) = store::deposit_of(tx, before.id, winner.bidder)?.filter(|it| it.state.is_held()) {
        deposits::settle(tx, actor, before, deposit, DepositState::Released, "objection")?;
    }
    let facts = json!({"excluded": winner.party.urn});
    audit::service::record(tx, actor, "sale.winner_excluded", &before.urn, &facts)?;
    let act = Act::Exclude { rank_two_follows: breach::follows(&before.terms.mode) };
    finish::pass_on(tx, actor, before, act, "sale.winner_excluded", facts)
}

/// The objector takes it back.
pub fn withdraw_objection(
    tx: &mut Tx,
    actor: &Actor,
    id: ObjectionId,
    expected: Option<i64>,
) -> Result<Objection, Refusal> {
    let own = actor.party_urn(tx.node())?;
    let found = store::objection(tx, id)?.filter(|it| it.party.urn == own);
    if found.is_none() {
        return Err(Refusal::new(&NOT_FOUND));
    }
    let before = open(tx, id, expected)?;
    let sale = load_tx(tx, before.sale)?;
    let after = close(tx, before, ObjectionState::Withdrawn, String::new(), &super::TRADING)?;
    note(tx, &super::TRADING, &sale, &after, "sale.objection_withdrawn");
    go_on(tx, &sale)?;
    Ok(after)
}

fn open(tx: &mut Tx, id: ObjectionId, expected: Option<i64>) -> Result<Objection, Refusal> {
    let found = store::objection(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(found.version, expected)?;
    if found.state == ObjectionState::Open { Ok(found) } else { Err(Refusal::new(&SALE_OBJECTION_ANSWERED)) }
}

fn close(
    tx: &mut Tx,
    before: Objection,
    state: ObjectionState,
    answer: String,
    actor: &Actor,
) -> Result<Objection, Refusal> {
    let after = Objection {
        version: before.version + 1,
        state,
        answer,
        answered_by: actor.label(),
        answered_at: Some(tx.now()),
        ..before
    };
    store::save_objection(tx, &after)?;
    Ok(after)
}

/// What waited for the answer goes on: the job looks at the sale again, and the days for signing go on.
fn go_on(tx: &mut Tx, sale: &Sale) -> Result<(), Refusal> {
    if super::open_objections(tx, sale.id)? > 0 {
        return Ok(());
    }
    match sale.state() {
        // Not before the stand-still is over.
        State::Ended => {
            let due = sale.standing.award_from().map(|from| from.max(tx.now()));
            tend::set_due(tx, sale, due)
        }
        State::Awarded => defaults::give_back(tx, sale),
        _ => Ok(()),
    }
}

/// The sale is taken back: lots are free, deposits go back.
fn annul(tx: &mut Tx, actor: &Actor, before: &Sale, reason: &str) -> Result<Sale, Refusal> {
    on_lots(tx, actor, before, OnLots::Release)?;
    defaults::drop_stated(tx, actor, before)?;
    // What was decided stays on record: bids, a result, opened envelopes.
    let mut decided = before.standing.outcome().is_some() || sealed::is_opened(tx, before.id)?;
    if let Some(run) = store::run(tx, before.id)? {
        decided |= run.leader.is_some();
        store::save_run(tx, &Run { closed: true, leader_maximum: None, ..run })?;
        store::forget_maxima(tx, before.id)?;
    }
    if decided {
        store::protocol_due(tx, before.id)?;
    }
    let act = Act::Annul { reason: reason.to_owned(), decided };
    let standing = lifecycle::next(before.mode, &before.standing, act, tx.now())?;
    let times = Times { due_at: Some(tx.now()), ..before.times };
    let after = Sale { standing, times, ..before.clone() };
    keep(tx, actor, before, after, "sale.annulled", json!({}))
}

/// A file that is evidence, for whoever sees its objection.
pub fn objection_file(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ObjectionId,
    file: FileId,
) -> Result<StoredFile, Refusal> {
    let missing = || Refusal::new(&NOT_FOUND);
    let own = snapshot.organisation_urn(actor.person()?.organisation);
    let found = store::objection(snapshot, id)?.ok_or_else(missing)?;
    let node = snapshot.node().to_owned();
    let sale = load(snapshot, &node, found.sale)?;
    let seller = actor.may(Permission::SaleWrite) && sale.is_seller(&own);
    let sees = found.party.urn == own || seller || actor.may(Permission::SaleReview);
    if !sees || !found.files.contains(&file) {
        return Err(missing());
    }
    files::service::find(snapshot, &[file])?.into_iter().next().ok_or_else(missing)
}

/// Who objected, to tell it what was decided. The caller must show it to nobody else before the end.
pub fn objector(conn: &mut Conn, id: ObjectionId) -> Result<Option<PartyRef>, Refusal> {
    Ok(store::objection(conn, id)?.map(|found| found.party))
}

/// An open objection to a sale, for reminding of its last day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueObjection {
    pub sale: SaleId,
    pub title: String,
    pub id: ObjectionId,
    pub due_on: Day,
}

/// Open objections whose last day lies in a time, the earliest first.
pub fn objections_due(conn: &mut Conn, from: Day, to: Day, limit: i64) -> Result<Vec<DueObjection>, Refusal> {
    let rows = store::due_objections(conn, from, to, limit)?;
    Ok(rows.into_iter().map(|(sale, title, id, due_on)| DueObjection { sale, title, id, due_on }).collect())
}

/// The operator and the seller see all of them, without names before the end; everybody else its own.
pub fn objections(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: SaleId,
    page: &PageQuery,
) -> Result<Page<Objection>, Refusal> {
    let seen = super::sale(snapshot, actor, id)?;
    let own = snapshot.organisation_urn(actor.person()?.organisation);
    let all = seen.own || actor.may(Permission::SaleReview);
    let party = if all { None } else { Some(own.as_str()) };
    store::objections(snapshot, id, party, page)
}
