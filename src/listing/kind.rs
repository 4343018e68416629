//! What a kind of record adds to the common life of a listing.

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::kernel::error::Errors;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

use super::checks::Stage;
use super::model::Index;
use super::parts::{Attachment, Contact};

/// Names of a kind's changes.
pub struct Events {
    pub drafted: &'static str,
    pub edited: &'static str,
    pub submitted: &'static str,
    pub published: &'static str,
    pub returned: &'static str,
    pub withdrawn: &'static str,
    pub renewed: &'static str,
    pub expired: &'static str,
    pub reserved: &'static str,
    pub released: &'static str,
    pub traded: &'static str,
}

/// The events of a kind: its name, a dot, a past participle.
macro_rules! events {
    ($name:literal) => {
        $crate::listing::Events {
            drafted: concat!($name, ".drafted"),
            edited: concat!($name, ".edited"),
            submitted: concat!($name, ".submitted"),
            published: concat!($name, ".published"),
            returned: concat!($name, ".returned"),
            withdrawn: concat!($name, ".withdrawn"),
            renewed: concat!($name, ".renewed"),
            expired: concat!($name, ".expired"),
            reserved: concat!($name, ".reserved"),
            released: concat!($name, ".released"),
            traded: concat!($name, ".traded"),
        }
    };
}
pub(crate) use events;

/// A kind of listed record: implemented by the marker type of its ids.
pub trait Kind: Sized + 'static {
    /// The record as people write it: the body of requests, what is stored, what the history compares.
    type Content: Clone + PartialEq + Serialize + DeserializeOwned + ToSchema + Send + Sync + 'static;

    /// The type in the record's URN.
    const TYPE: &'static str;
    /// Name and version of the published projection: `achievement.v1`.
    const SCHEMA: &'static str;
    const WRITE: Permission;
    const REVIEW: Permission;
    const EVENTS: Events;
    /// Days on the market when the holder names no last day.
    const DEFAULT_DAYS: i64;
    /// The furthest last day, in days from today.
    const LONGEST_DAYS: i64;

    /// Notes every problem. A draft may be unfinished; what is there must be right.
    fn check(content: &Self::Content, stage: Stage, today: Day, errors: &mut Errors);

    fn index(content: &Self::Content) -> Index;

    fn attachments(content: &Self::Content) -> &[Attachment];

    fn confidential(content: &Self::Content) -> Option<&str>;

    fn contact(content: &Self::Content) -> &Contact;

    /// What the public may read: without contact, confidential part and confidential attachments.
    fn public(content: &Self::Content) -> Self::Content;

    /// What its holder and reviewers read: all but the confidential text, which is asked for by itself.
    fn shown(content: &Self::Content) -> Self::Content;

    /// Why this edit, out of the form; the record itself never holds it.
    fn edit_reason(content: &Self::Content) -> Option<&str>;

    fn secrecy(content: &Self::Content) -> Option<&str>;

    /// The last day on the market as the holder wrote it.
    fn last_day(content: &Self::Content) -> Option<Day>;

    fn set_last_day(content: &mut Self::Content, day: Day);
}
