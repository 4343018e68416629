//! Keeps what the outlet shows in step with the change log.

use serde_json::Value;

use super::store::{self, Record};
use crate::changes::{Follower, OnFailure, Start};
use crate::db::Tx;
use crate::kernel::change::{Audience, Change, Method};
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::kernel::leaf::canonical;
use crate::kernel::time::UtcTime;
use crate::replica::model::State;
use crate::replica::service as replica;

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
        let Some((node, kind, _)) = parse_urn(&change.subject).filter(|(_, kind, _)| SHOWN.contains(kind))
        else {
            return Ok(());
        };
        let known = store::find(tx, &change.subject)?;
        let now = if node == tx.node() {
            // Of an own record only what stands in the change is used: this follower may come late.
            if change.audience != Audience::Public
                || known.as_ref().is_some_and(|it| it.version > change.version)
            {
                return Ok(());
            }
            let public = change.public.clone().filter(|_| change.method == Method::Put);
            Now { version: change.version, public }
        } else {
            let Some(now) = of_replica(tx, change, known.is_some())? else { return Ok(()) };
            now
        };
        let Some(record) = record(tx, change, kind, known.clone(), now)? else { return Ok(()) };
        match known {
            Some(known) if says(&known) == says(&record) => Ok(()),
            _ => store::put(tx, &record),
        }
    }

    fn on_failure(&self) -> OnFailure {
        OnFailure::Park
    }
}

/// How a record stands: its version, and its projection unless it is gone.
struct Now {
    version: i64,
    public: Option<Value>,
}

/// A record of another node as it is here now, for its owner may have been restored, which gives it an older version again.
/// None where it was never passed on. One that is shown and may be passed on no more, or was erased, is gone.
fn of_replica(tx: &mut Tx, change: &Change, is_shown: bool) -> Result<Option<Now>, Refusal> {
    let Some(replica) = replica::find(tx, &change.subject)? else { return Ok(None) };
    let live = replica.state == State::Live && replica.audience == Audience::Public;
    if !is_shown && (!live || change.audience != Audience::Public) {
        return Ok(None);
    }
    let public = replica.public.as_deref().filter(|_| live).map(serde_json::from_str).transpose();
    Ok(Some(Now { version: replica.version, public: public.map_err(Refusal::internal)? }))
}

fn record(
    tx: &Tx,
    change: &Change,
    kind: &str,
    known: Option<Record>,
    now: Now,
) -> Result<Option<Record>, Refusal> {
    // The time of this command, not of the change: a harvest that was answered before it must see it next time.
    let stamp = UtcTime::from_seconds(tx.now().seconds());
    let (seq, version) = (change.seq, now.version);
    let Some(public) = now.public else {
        // Its sets stay, so that who harvests one of them learns that it is gone.
        return Ok(known.map(|known| Record { stamp, seq, version, deleted: true, public: None, ..known }));
    };
    let text = |name: &str| plain(public[name].as_str().unwrap_or_default());
    let (field, division) = (text("technical_field"), text("division"));
    let canonical = canonical(&public).map_err(Refusal::internal)?;
    let canonical = String::from_utf8(canonical).map_err(Refusal::internal)?;
    Ok(Some(Record {
        subject: change.subject.clone(),
        stamp,
        seq,
        version,
        kind: kind.to_owned(),
        field,
        division,
        deleted: false,
        public: Some(canonical),
    }))
}

/// What a harvester learns of a record: while it is the same there is nothing new to harvest.
fn says(record: &Record) -> (i64, bool, Option<&str>) {
    (record.version, record.deleted, record.public.as_deref())
}

/// A code as a set's name may have it.
fn plain(code: &str) -> String {
    code.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).take(64).collect()
}
