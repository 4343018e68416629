//! What people see in the application.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::own;
use crate::db::{Conn, Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::notice::model::{Notice, NoticeId, Topic};
use crate::notice::store;

/// Unread notices are counted no further.
const COUNTED_MAX: i64 = 500;
/// Notices that one command marks.
const MARKED_MAX: i64 = 500;

/// Unread notices by topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub count: i64,
    /// False: at least so many.
    pub exact: bool,
    pub by_topic: BTreeMap<Topic, i64>,
    /// Another number whenever the answer is another.
    pub stamp: i64,
}

pub fn list(
    snapshot: &mut Snapshot,
    actor: &Actor,
    unread: bool,
    topic: Option<Topic>,
    page: &PageQuery,
) -> Result<Page<Notice>, Refusal> {
    actor.permit(Permission::Session)?;
    store::page_of(snapshot, own(actor)?, unread, topic, page)
}

pub fn unread(conn: &mut Conn, actor: &Actor) -> Result<Unread, Refusal> {
    actor.permit(Permission::Session)?;
    let (topics, newest) = store::unread(conn, own(actor)?, COUNTED_MAX + 1)?;
    let mut by_topic: BTreeMap<Topic, i64> = BTreeMap::new();
    topics.iter().for_each(|topic| *by_topic.entry(*topic).or_default() += 1);
    let count = i64::try_from(topics.len()).unwrap_or(COUNTED_MAX);
    let digest = Sha256::digest(format!("{count} {newest:?} {by_topic:?}").as_bytes());
    let stamp = digest.iter().take(7).fold(0_i64, |bits, byte| bits << 8 | i64::from(*byte));
    Ok(Unread { count: count.min(COUNTED_MAX), exact: count <= COUNTED_MAX, by_topic, stamp })
}

pub fn mark_read(tx: &mut Tx, actor: &Actor, id: NoticeId) -> Result<Notice, Refusal> {
    actor.permit(Permission::Session)?;
    let now = tx.now();
    store::read(tx, own(actor)?, id, now)?.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// Marks all of them, or all up to the one that the caller saw last; returns how many, at most [`MARKED_MAX`].
pub fn mark_all(tx: &mut Tx, actor: &Actor, up_to: Option<NoticeId>) -> Result<usize, Refusal> {
    actor.permit(Permission::Session)?;
    let now = tx.now();
    store::read_up_to(tx, own(actor)?, up_to, now, MARKED_MAX)
}
