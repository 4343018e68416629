//! Erasing what this node published of one of its records (TMF-1 rule 5).

use serde_json::json;
use uuid::Uuid;

use crate::achievement::model::Achievement;
use crate::audit;
use crate::changes;
use crate::db::Tx;
use crate::demand::model::Demand;
use crate::federation::codes::{ERASURE_STILL_PUBLISHED, SUBJECT_NOT_OWN};
use crate::federation::commands;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, Method, NewChange};
use crate::kernel::codes_common::{NOT_FOUND, STATE_CONFLICT};
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::listing::service as listing;
use crate::replica;
use crate::replica::model::ERASURE;

const REASON_CHARS_MAX: usize = 1000;
const ERASED: &str = "record.erased";

/// What was erased, and as which version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    pub urn: String,
    pub version: i64,
}

/// The room that owns the record takes it off the market, where it has an act for it; then all that was published of it
/// is erased, here and with all who have it. The reason stays in the trail of this node.
pub fn erase(tx: &mut Tx, actor: &Actor, urn: &str, reason: &str) -> Result<Erased, Refusal> {
    actor.permit(Permission::FederationManage)?;
    text::stated("/reason", reason, REASON_CHARS_MAX)?;
    let (entity, id) = own(tx, urn)?;
    let (last, seen) = changes::feed::last(tx, urn)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    if seen.kind == ERASED {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", "erased"));
    }
    let version = match entity {
        "achievement" => listing::take_down::<Achievement>(tx, actor, Id::from_uuid(id), reason)?,
        "demand" => listing::take_down::<Demand>(tx, actor, Id::from_uuid(id), reason)?,
        // A room that may publish it again would tell two stories about one version.
        _ if seen.method == Method::Put => return Err(Refusal::new(&ERASURE_STILL_PUBLISHED)),
        _ => last,
    };
    let version = version.max(last) + 1;
    audit::service::record(tx, actor, ERASED, urn, &json!({ "reason": reason.trim() }))?;
    record_erasure(tx, actor, urn, version)?;
    Ok(Erased { urn: urn.to_owned(), version })
}

/// Type and id of a record of this node.
fn own<'a>(tx: &Tx, urn: &'a str) -> Result<(&'a str, Uuid), Refusal> {
    let parts = parse_urn(urn).filter(|(node, _, _)| *node == tx.node());
    let (_, entity, id) = parts.ok_or_else(|| Refusal::new(&SUBJECT_NOT_OWN))?;
    Ok((entity, id))
}

/// A DELETE with its reason goes to whom the record went last, and the data of earlier changes are taken out of the log.
/// The room that owns the record does the same with its own rows.
pub fn record_erasure(tx: &mut Tx, actor: &Actor, urn: &str, version: i64) -> Result<(), Refusal> {
    own(tx, urn)?;
    let last = changes::feed::last(tx, urn)?;
    let audience = last.map_or(Ok(Audience::Public), |(_, seen)| seen.audience())?;
    changes::feed::blank(tx, urn)?;
    replica::service::blank_asides(tx, urn)?;
    commands::service::erase_about(tx, urn)?;
    let facts = json!({ "reason": ERASURE });
    tx.record(actor, NewChange::deleted(ERASED, urn.to_owned(), version, audience, facts));
    Ok(())
}
