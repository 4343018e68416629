//! The deadline: the box is closed and the root of its tree published, in one event.

use std::sync::Arc;

use super::{Case, case, keep_published, load_box, open_kept, seal_box, terms_sha256};
use crate::changes::Job;
use crate::db::{Db, Tx};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::proof::SecretBox;
use crate::trading::model::{SaleId, State};
use crate::trading::sealed::model::{Custody, Tender};
use crate::trading::sealed::store;
use crate::trading::service::open_objections;

/// Closes the box of a tender whose time is over.
pub fn close_if_over(tx: &mut Tx, secrets: &SecretBox, found: Case) -> Result<Case, Refusal> {
    let over = found.sale.state() == State::Published && found.sale.times.is_over(tx.now());
    if !over || found.tender.closed_at.is_some() {
        return Ok(found);
    }
    let ballot = load_box(tx, secrets, found.sale.id)?;
    let after = Tender {
        root: Some(ballot.root()),
        closed_at: Some(tx.now()),
        terms_sha256: terms_sha256(&found.sale, &found.tender)?,
        ..found.tender.clone()
    };
    let tender = keep_published(tx, &found, after, "sealed_tender.closed")?;
    Ok(Case { tender, ..found })
}

/// Closes a box at its deadline, and opens it where the server keeps the key.
fn close_one(tx: &mut Tx, secrets: &SecretBox, id: SaleId) -> Result<(), Refusal> {
    let found = case(tx, id)?;
    let found = close_if_over(tx, secrets, found)?;
    let kept = matches!(found.tender.setup.custody, Custody::Server {});
    let due = found.tender.closed_at.is_some() && found.tender.opened_at.is_none();
    // DOMAIN §4: an objection stops the process; the answer lets it go on.
    if kept && due && open_objections(tx, id)? == 0 { open_kept(tx, secrets, found) } else { Ok(()) }
}

/// The same for all boxes whose time is over by now.
pub fn close_due(tx: &mut Tx, secrets: &SecretBox) -> Result<(), Refusal> {
    let now = tx.now();
    let due = store::unopened(tx, now, true, None, SALES_AT_ONCE)?;
    due.into_iter().try_for_each(|id| close_one(tx, secrets, id))
}

const SALES_AT_ONCE: i64 = 20;
/// How often boxes are written anew without need, so that a copy of the database does not tell whether
/// something was deposited since an older copy.
const STIR_EVERY_S: i64 = 600;

/// Closes boxes at their deadline, opens those whose key the server keeps, stirs the others, and drops those of
/// tenders that were taken back.
pub struct Closing {
    secrets: SecretBox,
    stirred_at: Arc<std::sync::atomic::AtomicI64>,
}

impl Closing {
    pub fn new(secrets: SecretBox) -> Self {
        Self { secrets, stirred_at: Arc::default() }
    }

    fn close(&self, db: &Db, id: SaleId) -> Result<(), Refusal> {
        let secrets = self.secrets.clone();
        db.write_background_blocking("sealed.close", move |tx| close_one(tx, &secrets, id))?;
        Ok(())
    }

    fn stir(&self, db: &Db, id: SaleId) -> Result<(), Refusal> {
        let secrets = self.secrets.clone();
        db.write_background_blocking("sealed.stir", move |tx| {
            let ballot = load_box(tx, &secrets, id)?;
            let sealed = seal_box(tx, &secrets, id, &ballot)?;
            store::put_box(tx, id, &sealed)
        })?;
        Ok(())
    }
}

/// All tenders that are due, or that take envelopes: one that fails must not stop the others.
fn each(
    db: &Db,
    now: UtcTime,
    over: bool,
    work: impl Fn(SaleId) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let (mut outcome, mut after): (_, Option<SaleId>) = (Ok(()), None);
    loop {
        let page =
            db.read_blocking(move |snapshot| store::unopened(snapshot, now, over, after, SALES_AT_ONCE))?;
        for id in &page {
            outcome = outcome.and(work(*id));
        }
        match page.last() {
            Some(last) if i64::try_from(page.len()).is_ok_and(|rows| rows == SALES_AT_ONCE) => {
                after = Some(*last);
            }
            _ => return outcome,
        }
    }
}

impl Job for Closing {
    fn name(&self) -> &'static str {
        "sealed.closing"
    }

    fn every_seconds(&self) -> i64 {
        5
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        use std::sync::atomic::Ordering;
        let now = db.settings().clock.now();
        for id in db.read_blocking(|snapshot| store::left_behind(snapshot, SALES_AT_ONCE))? {
            // Nobody will ever open them: what was bid for a sale that was taken back stays unread.
            db.write_background_blocking("sealed.drop", move |tx| {
                store::delete_key(tx, id)?;
                store::delete_box(tx, id)
            })?;
        }
        let mut outcome = each(db, now, true, |id| self.close(db, id));
        if now.seconds() - self.stirred_at.load(Ordering::Acquire) >= STIR_EVERY_S {
            self.stirred_at.store(now.seconds(), Ordering::Release);
            outcome = outcome.and(each(db, now, false, |id| self.stir(db, id)));
        }
        outcome
    }
}
