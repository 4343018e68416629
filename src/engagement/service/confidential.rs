//! The undertaking of confidentiality, and what it opens (rule 3).

use std::sync::LazyLock;

use sha2::{Digest, Sha256};

use crate::achievement::model::Achievement;
use crate::db::Tx;
use crate::demand::model::Demand;
use crate::engagement::model::{AboutKind, Engagement, EngagementId, PartyRole, Undertaking};
use crate::engagement::rules;
use crate::files::model::{FileId, StoredFile};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::id::{Id, parse_urn};
use crate::listing::service::{self as listing, Confidential};

use super::{check_standing, load, load_for_act, save};

/// The text to accept. Another text has another hash; what was accepted stays on record by its hash.
pub static UNDERTAKING: &str = include_str!("../undertaking.zh.txt");

static UNDERTAKING_HASH: LazyLock<String> =
    LazyLock::new(|| hex::encode(Sha256::digest(UNDERTAKING.as_bytes())));

pub fn undertaking_hash() -> &'static str {
    &UNDERTAKING_HASH
}

/// The enquirer accepts the text that it was shown, which it names by its hash.
pub fn accept_confidentiality(
    tx: &mut Tx,
    actor: &Actor,
    id: EngagementId,
    expected: Option<i64>,
    sha256: &str,
) -> Result<Engagement, Refusal> {
    let (before, role) = load_for_act(tx, actor, id, expected)?;
    let accepted = Undertaking { sha256: sha256.to_owned(), by: actor.person()?.user, at: tx.now() };
    let standing = rules::confidentiality_accepted(&before.standing, role, undertaking_hash(), accepted)?;
    if standing == before.standing {
        return Ok(before);
    }
    save(tx, actor, &before, standing, "engagement.confidentiality_accepted")
}

/// The confidential part of the record that the engagement is about. The read stands in the trail.
pub fn confidential(tx: &mut Tx, actor: &Actor, id: EngagementId) -> Result<Confidential, Refusal> {
    // Confidential parts are opened here alone: they never travel to another node.
    actor.person()?;
    let node = tx.node().to_owned();
    let (found, role) = load(tx, &node, actor, id)?;
    if role == PartyRole::Owner {
        // The owner reads its own record, not through what others may see of it.
        return Err(Refusal::new(&NOT_FOUND));
    }
    check_standing(tx, actor)?;
    rules::may_read_confidential(&found.standing, role)?;
    let (_, _, uuid) =
        parse_urn(&found.about.urn).ok_or_else(|| Refusal::internal("engagement without a record"))?;
    let grant = Some(found.urn.as_str());
    match found.about.kind {
        AboutKind::Achievement => listing::confidential::<Achievement>(tx, actor, Id::from_uuid(uuid), grant),
        AboutKind::Demand => listing::confidential::<Demand>(tx, actor, Id::from_uuid(uuid), grant),
    }
}

/// A confidential attachment, opened like the confidential part.
pub fn confidential_attachment(
    tx: &mut Tx,
    actor: &Actor,
    id: EngagementId,
    file: FileId,
) -> Result<StoredFile, Refusal> {
    let opened = confidential(tx, actor, id)?;
    opened.files.into_iter().find(|stored| stored.id == file).ok_or_else(|| Refusal::new(&NOT_FOUND))
}
