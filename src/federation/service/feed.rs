//! The feed as one neighbour may see it (TMF-1 rules 3, 5 and 6).

use std::collections::HashMap;

use crate::changes;
use crate::changes::feed::Entry;
use crate::db::Conn;
use crate::federation::codes::{
    CURSOR_EXPIRED, CURSOR_IN_FUTURE, CURSOR_WITHOUT_EPOCH, EPOCH_CHANGED, VIEW_CHANGED,
};
use crate::federation::model::{Cursor, Peer};
use crate::federation::policy::View;
use crate::federation::wire;
use crate::kernel::change::Audience;
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::replica;
use crate::replica::model::Event;

/// Bytes of a page, about: it ends with the event that goes beyond.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Events that are in memory at a time: each may have half a megabyte.
const SLICE_EVENTS: i64 = 64;
/// The records that tell who is reached by which neighbour.
const NODE_TYPE: &str = "cn.techmart.node.v1";

/// Where a neighbour reads on.
#[derive(Clone, Debug)]
pub struct Asked {
    pub after: i64,
    pub epoch: Option<i64>,
    pub view: Option<String>,
    pub limit: i64,
}

/// A page of the feed.
#[derive(Clone, Debug)]
pub struct Page {
    pub head: Cursor,
    pub count: usize,
    /// A JSON array of events.
    pub body: String,
}

/// Which neighbour leads to which node.
#[derive(Clone, Debug, Default)]
pub struct Ways(HashMap<String, String>);

impl Ways {
    pub fn load(conn: &mut Conn) -> Result<Self, Refusal> {
        Ok(Self(replica::service::ways(conn, NODE_TYPE)?.into_iter().collect()))
    }

    /// The neighbour by which a node is reached.
    pub fn to(&self, node: &str) -> Option<&str> {
        self.0.get(node).map(String::as_str)
    }
}

/// What a neighbour may see, with what is needed to say so of an event.
pub struct Sight {
    node: String,
    peer: String,
    view: View,
    ways: Ways,
}

impl Sight {
    pub fn of(conn: &mut Conn, node: &str, peer: &Peer) -> Result<Self, Refusal> {
        let ways = Ways::load(conn)?;
        Ok(Self { node: node.to_owned(), peer: peer.node.clone(), view: View::of(peer), ways })
    }

    pub fn revision(&self) -> String {
        self.view.revision()
    }

    /// Whether a change of this audience about one of this node's own records may be seen.
    pub fn allows_subject(&self, subject: &str, audience: &Audience) -> bool {
        let entity = parse_urn(subject).map_or("record", |(_, entity, _)| entity);
        self.view.allows(entity, audience, |node| self.ways.to(node) == Some(&self.peer))
    }

    /// Nothing goes back to where it came from, by whatever way (rule 9).
    pub fn allows(&self, event: &Event, via: Option<&str>) -> bool {
        !self.is_back(&event.origin, via) && self.allows_subject(&event.subject, &event.audience)
    }

    pub fn is_back(&self, origin: &str, via: Option<&str>) -> bool {
        origin == self.peer || via == Some(self.peer.as_str())
    }
}

/// Refuses a cursor that is not one of this epoch, this view and this feed: never an empty 200 (rule 6).
pub fn check_cursor(conn: &mut Conn, sight: &Sight, asked: &Asked) -> Result<Cursor, Refusal> {
    let head = changes::head(conn)?;
    let now = Cursor { epoch: head.epoch, seq: head.feed_seq, view: sight.revision() };
    match (asked.epoch, asked.view.as_deref()) {
        (Some(epoch), _) if epoch != now.epoch => {
            return Err(Refusal::new(&EPOCH_CHANGED).with("epoch", now.epoch));
        }
        (Some(_), Some(view)) if view == now.view => {}
        (Some(_), Some(_)) => return Err(Refusal::new(&VIEW_CHANGED).with("view", now.view)),
        _ if asked.after > 0 => return Err(Refusal::new(&CURSOR_WITHOUT_EPOCH)),
        _ => {}
    }
    if asked.after > now.seq {
        return Err(Refusal::new(&CURSOR_IN_FUTURE).with("after", asked.after).with("head", now.seq));
    }
    if asked.after < now.seq {
        let earliest = changes::feed::earliest(conn)?.unwrap_or(now.seq + 1);
        if asked.after + 1 < earliest {
            return Err(Refusal::new(&CURSOR_EXPIRED).with("earliest", earliest));
        }
    }
    Ok(now)
}

/// The next events; the ones that are not for this neighbour as stubs.
pub fn page(conn: &mut Conn, node: &str, peer: &Peer, asked: &Asked) -> Result<Page, Refusal> {
    let sight = Sight::of(conn, node, peer)?;
    let head = check_cursor(conn, &sight, asked)?;
    let (mut body, mut count) = (String::from("["), 0);
    let (mut after, mut left) = (asked.after, asked.limit);
    while left > 0 && body.len() <= PAGE_BYTES_MAX {
        let entries = changes::feed::after(conn, after, left.min(SLICE_EVENTS))?;
        let Some(last) = entries.last().map(Entry::feed_seq) else { break };
        for entry in &entries {
            if body.len() > PAGE_BYTES_MAX {
                break;
            }
            if count > 0 {
                body.push(',');
            }
            body.push_str(&rendered(&sight, entry)?);
            count += 1;
        }
        after = last;
        left -= SLICE_EVENTS;
    }
    body.push(']');
    Ok(Page { head, count, body })
}

fn rendered(sight: &Sight, entry: &Entry) -> Result<String, Refusal> {
    let event = wire::event_of(&sight.node, entry)?;
    let via = entry.relay.as_ref().map(|relay| relay.via.as_str());
    let seen = sight.allows(&event, via).then_some(&event);
    wire::feed_event(&sight.node, entry, seen)
}
