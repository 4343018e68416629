//! Keeps what the outlet shows in step with the change log.

use super::store::{self, Record};
use crate::changes::{Follower, OnFailure, Start};
use crate::db::Tx;
use crate::kernel::change::{Audience, Change, Method};
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::kernel::leaf::canonical;
use crate::kernel::time::UtcTime;

/// The kinds of record that are shown.
const SHOWN: [&str; 2] = ["achievement", "demand"];

pub struct Outlet;

impl Follower for Outlet {
    fn name(&self) -> &'static str {
        "federation.oai"
    }

    fn start(&self) -> Start {
        Start::Zero
    }

    fn wants(&self, kind: &str) -> bool {
        let room = kind.split('.').next().unwrap_or_default();
        SHOWN.contains(&room) || room == "replica"
    }

    fn apply(&self, tx: &mut Tx, change: &Change) -> Result<(), Refusal> {
        let Some((_, kind, _)) = parse_urn(&change.subject).filter(|(_, kind, _)| SHOWN.contains(kind))
        else {
            return Ok(());
        };
        if change.audience != Audience::Public {
            return Ok(());
        }
        let known = store::find(tx, &change.subject)?;
        // Only what stands in the change is used: what was taken over from another node may come late.
        if known.as_ref().is_some_and(|known| known.version > change.version) {
            return Ok(());
        }
        // The time of this command, not of the change: a harvest that was answered before it must see it next time.
        let stamp = UtcTime::from_seconds(tx.now().seconds());
        let (seq, version) = (change.seq, change.version);
        let record = match (&change.public, change.method) {
            (Some(public), Method::Put) => {
                let text = |name: &str| plain(public[name].as_str().unwrap_or_default());
                let (field, division) = (text("technical_field"), text("division"));
                let canonical = canonical(public).map_err(Refusal::internal)?;
                let canonical = String::from_utf8(canonical).map_err(Refusal::internal)?;
                Record {
                    subject: change.subject.clone(),
                    stamp,
                    seq,
                    version,
                    kind: kind.to_owned(),
                    field,
                    division,
                    deleted: false,
                    public: Some(canonical),
                }
            }
            // Its sets stay, so that who harvests one of them learns that it is gone.
            _ => match known {
                Some(known) => Record { stamp, seq, version, deleted: true, public: None, ..known },
                None => return Ok(()),
            },
        };
        store::put(tx, &record)
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Park
    }
}

/// A code as a set's name may have it.
fn plain(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(64).collect()
}
