//! How far each neighbour was followed: for the status page, metrics and alarms.

use crate::changes;
use crate::db::Snapshot;
use crate::federation::model::{Peer, Sync};
use crate::federation::policy::View;
use crate::federation::store;
use crate::federation::tlog::watch::{Seen, seen};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::replica;

use super::peers;

/// A neighbour and how it was followed.
#[derive(Clone, Debug)]
pub struct Followed {
    pub peer: Peer,
    pub sync: Option<Sync>,
    /// What it may see at present.
    pub view: String,
    /// Events of it that were set aside and wait for somebody to look at them.
    pub set_aside: i64,
    /// What is known of its log; none before the first look.
    pub log: Option<Seen>,
}

/// This node among its neighbours.
#[derive(Clone, Debug)]
pub struct Status {
    pub node: String,
    pub epoch: i64,
    pub head: i64,
    pub now: UtcTime,
    pub peers: Vec<Followed>,
}

pub fn status(snapshot: &mut Snapshot) -> Result<Status, Refusal> {
    let head = changes::head(snapshot)?;
    let mut followed = Vec::new();
    for peer in peers::all(snapshot)? {
        followed.push(one(snapshot, peer)?);
    }
    let (node, now) = (snapshot.node().to_owned(), snapshot.now());
    Ok(Status { node, epoch: head.epoch, head: head.feed_seq, now, peers: followed })
}

pub fn one(snapshot: &mut Snapshot, peer: Peer) -> Result<Followed, Refusal> {
    let sync = store::sync(snapshot, &peer.node)?;
    let set_aside = replica::service::open_asides(snapshot, &peer.node)?;
    let log = seen(snapshot, &peer.node)?;
    Ok(Followed { view: View::of(&peer).revision(), sync, set_aside, log, peer })
}

/// Publishes what operations watch.
pub fn measure(status: &Status) {
    for followed in &status.peers {
        let set = |name: &'static str, value: i64| {
            metrics::gauge!(name, "peer" => followed.peer.node.clone()).set(as_float(value));
        };
        if let Some(log) = &followed.log {
            set("federation_log_fault", i64::from(log.fault.is_some()));
            set("federation_log_size", log.size);
            set("federation_log_failures", i64::from(log.failures));
            set("federation_log_cosigned_size", log.cosigned_size);
        }
        let Some(sync) = &followed.sync else { continue };
        set("federation_lag_events", sync.lag_events());
        set("federation_lag_seconds", sync.lag_seconds(status.now));
        set("federation_cursor", sync.cursor.seq);
        set("federation_head", sync.head);
        set("federation_failures", i64::from(sync.failures));
        set("federation_set_aside", followed.set_aside);
        set("federation_unconfirmed_events", (status.head - sync.acked_seq).max(0));
    }
}

/// Gauges are floats: exact up to 2^53, beyond it the last digits do not matter.
fn as_float(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_goes_on_beyond_32_bits() {
        assert_eq!(as_float(3_000_000_000), 3e9);
    }
}
