//! The way out of a tender that its officers do not open: a lost key, a body that is gone.

use serde_json::json;

use super::{Case, case_of};
use crate::audit;
use crate::db::Tx;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::text;
use crate::trading::model::{Sale, SaleId, State, UnsoldReason};
use crate::trading::rules::{breach, lifecycle};
use crate::trading::sealed::codes::{SEALED_FAIL_EARLY, SEALED_OPENED};
use crate::trading::sealed::store;
use crate::trading::service::{self as trading, check_objections, for_review};
use crate::trading::store::objection_times;

/// Days after the deadline that the officers have for the opening.
pub const OPENING_DAYS: i64 = 7;
const REASON_CHARS_MAX: usize = 2_000;

/// The operator declares a tender failed that nobody has opened in its days. Its box is dropped unread, it is unsold, and
/// may be run again with other officers.
pub fn fail(
    tx: &mut Tx,
    actor: &Actor,
    id: SaleId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Sale, Refusal> {
    let sale = for_review(tx, actor, id, expected)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    let Case { sale, tender } = case_of(tx, sale)?;
    if tender.opened_at.is_some() {
        return Err(Refusal::new(&SEALED_OPENED));
    }
    if sale.state() != State::Published {
        return Err(lifecycle::conflict(sale.state()));
    }
    check_objections(tx, id)?;
    if let Some(end) = sale.times.ends_at {
        // An objection stopped the officers too.
        let (now, open) = (tx.now(), objection_times(tx, id, end)?);
        let until = end.plus_days(OPENING_DAYS).plus_seconds(breach::blocked_seconds(end, now, &open));
        if now < until {
            return Err(Refusal::new(&SEALED_FAIL_EARLY).with("until", until));
        }
    }
    audit::service::record(tx, actor, "sealed_tender.failed", &sale.urn, &json!({"reason": reason.trim()}))?;
    store::delete_key(tx, id)?;
    store::delete_box(tx, id)?;
    trading::unsold(tx, actor, &sale, UnsoldReason::NotOpened)
}
