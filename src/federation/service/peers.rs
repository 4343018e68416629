//! Entering neighbours, confirming, suspending, rotating their keys, removing them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::audit;
use crate::db::{Conn, Tx, check_version};
use crate::federation::codes::{
    PARENT_EXISTS, PEER_EXISTS, PEER_KEY_INVALID, PEER_KEYS_FULL, PEER_NOT_CONFIRMED, PEER_ROLE_MISMATCH,
    PEER_SELF,
};
use crate::federation::model::{Alarm, Peer, PinnedKey, Role, State};
use crate::federation::policy::TABLE;
use crate::federation::store;
use crate::federation::transport::codes::PEER_UNKNOWN;
use crate::http::outbound::Outbound;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::{INVALID_VALUE, NOT_FOUND, REQUIRED, STATE_CONFLICT, TOO_LONG, TOO_MANY};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::proof::PublicKey;

/// Two live while rotating (TMF-1 rule 14).
pub const LIVE_KEYS_MAX: usize = 2;
const NAME_CHARS_MAX: usize = 100;
const HIDDEN_MAX: usize = 50;
const ALARM_EVERY_SECONDS: i64 = 3600;
const ACTOR: Actor = Actor::System("federation");

/// A neighbour as somebody enters it.
#[derive(Clone, Debug)]
pub struct NewPeer {
    pub node: String,
    pub name: String,
    pub base_url: String,
    pub role: Role,
    /// 32 bytes, base64url or hexadecimal, as the neighbour's operator told them.
    pub keys: Vec<String>,
}

/// Enters a neighbour; it is followed once both sides have done so.
pub fn add(tx: &mut Tx, actor: &Actor, outbound: &Outbound, new: &NewPeer) -> Result<Peer, Refusal> {
    actor.permit(Permission::FederationManage)?;
    check(new)?;
    outbound.check(&new.base_url)?;
    if new.node == tx.node() {
        return Err(Refusal::new(&PEER_SELF));
    }
    let keys = new.keys.iter().map(|text| pinned(tx, text)).collect::<Result<Vec<_>, _>>()?;
    one_parent(tx, new.role, &new.node)?;
    let found = store::find(tx, &new.node)?;
    if found.as_ref().is_some_and(|peer| peer.state != State::Removed) {
        return Err(Refusal::new(&PEER_EXISTS));
    }
    let now = tx.now();
    let peer = Peer {
        node: new.node.clone(),
        version: found.as_ref().map_or(1, |old| old.version + 1),
        name: new.name.trim().to_owned(),
        base_url: new.base_url.trim_end_matches('/').to_owned(),
        role: new.role,
        state: State::Invited,
        keys,
        hidden: vec![],
        created_at: found.as_ref().map_or(now, |old| old.created_at),
        updated_at: now,
    };
    if found.is_some() {
        store::save(tx, &peer)?
    } else {
        store::insert(tx, &peer)?
    }
    store::ensure(tx, &peer.node)?;
    store::resync(tx, &peer.node)?;
    leave_trace(tx, actor, &peer, "peer.added")?;
    Ok(peer)
}

fn check(new: &NewPeer) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    let plain = new.node.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !plain || !(4..=40).contains(&new.node.len()) {
        errors.add_with("/node", &INVALID_VALUE, &[("reason", "cn-450700".into())]);
    }
    if new.name.trim().is_empty() {
        errors.add("/name", &REQUIRED);
    } else if new.name.chars().count() > NAME_CHARS_MAX {
        errors.add_with("/name", &TOO_LONG, &[("max", NAME_CHARS_MAX.to_string())]);
    }
    if new.keys.is_empty() {
        errors.add("/keys", &REQUIRED);
    } else if new.keys.len() > LIVE_KEYS_MAX {
        errors.add_with("/keys", &TOO_MANY, &[("max", LIVE_KEYS_MAX.to_string())]);
    }
    errors.check()
}

fn one_parent(tx: &mut Tx, role: Role, node: &str) -> Result<(), Refusal> {
    let parent = |peer: &Peer| peer.role == Role::Parent && peer.state != State::Removed && peer.node != node;
    match store::all(tx)?.into_iter().find(parent) {
        Some(parent) if role == Role::Parent => Err(Refusal::new(&PARENT_EXISTS).with("node", parent.node)),
        _ => Ok(()),
    }
}

fn pinned(tx: &Tx, text: &str) -> Result<PinnedKey, Refusal> {
    let text = text.trim();
    let bytes = hex::decode(text).ok().or_else(|| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok());
    let bytes: Option<[u8; 32]> = bytes.and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| Refusal::new(&PEER_KEY_INVALID))?;
    let kid = PublicKey::from_bytes(bytes).kid().to_owned();
    Ok(PinnedKey { kid, public: hex::encode(bytes), added_at: tx.now(), revoked_at: None })
}

/// The neighbour whose live key this is; removed ones have none.
pub fn by_key(conn: &mut Conn, kid: &str) -> Result<Option<Peer>, Refusal> {
    let peers = store::all(conn)?;
    Ok(peers.into_iter().find(|peer| peer.state != State::Removed && peer.key(kid).is_some()))
}

pub fn find(conn: &mut Conn, node: &str) -> Result<Peer, Refusal> {
    let found = store::find(conn, node)?.filter(|peer| peer.state != State::Removed);
    found.ok_or_else(|| Refusal::new(&NOT_FOUND))
}

/// All neighbours that were not removed.
pub fn all(conn: &mut Conn) -> Result<Vec<Peer>, Refusal> {
    let peers = store::all(conn)?;
    Ok(peers.into_iter().filter(|peer| peer.state != State::Removed).collect())
}

/// A neighbour that both sides confirmed; anything else may not read here.
pub fn confirmed(conn: &mut Conn, node: &str) -> Result<Peer, Refusal> {
    let peer = store::find(conn, node)?.ok_or_else(|| Refusal::new(&PEER_UNKNOWN))?;
    if peer.state == State::Confirmed { Ok(peer) } else { Err(Refusal::new(&PEER_NOT_CONFIRMED)) }
}

/// The neighbour says what this node is to it; both sides have entered each other, and agree.
pub fn confirm(tx: &mut Tx, node: &str, said: Role) -> Result<Peer, Refusal> {
    let found = store::find(tx, node)?.filter(|peer| peer.state != State::Removed);
    let peer = found.ok_or_else(|| Refusal::new(&PEER_UNKNOWN))?;
    if said != peer.role.other() {
        return Err(Refusal::new(&PEER_ROLE_MISMATCH).with("own", peer.role));
    }
    match peer.state {
        State::Invited => step(tx, &ACTOR, peer, "peer.confirmed", |peer| peer.state = State::Confirmed),
        State::Confirmed => Ok(peer),
        State::Suspended | State::Removed => Err(Refusal::new(&PEER_NOT_CONFIRMED)),
    }
}

/// A confirmed neighbour says that it has something.
pub fn hinted(tx: &mut Tx, node: &str, head: i64) -> Result<(), Refusal> {
    confirmed(tx, node)?;
    store::hint(tx, node, head)
}

/// Nothing is read from it and nothing given to it until it is resumed.
pub fn suspend(tx: &mut Tx, actor: &Actor, node: &str, expected: Option<i64>) -> Result<Peer, Refusal> {
    let peer = managed(tx, actor, node, expected)?;
    from_states(&peer, &[State::Invited, State::Confirmed])?;
    step(tx, actor, peer, "peer.suspended", |peer| peer.state = State::Suspended)
}

/// Asks for confirmation again and goes on where it stood.
pub fn resume(tx: &mut Tx, actor: &Actor, node: &str, expected: Option<i64>) -> Result<Peer, Refusal> {
    let peer = managed(tx, actor, node, expected)?;
    from_states(&peer, &[State::Suspended])?;
    step(tx, actor, peer, "peer.resumed", |peer| peer.state = State::Invited)
}

pub fn remove(tx: &mut Tx, actor: &Actor, node: &str, expected: Option<i64>) -> Result<Peer, Refusal> {
    let peer = managed(tx, actor, node, expected)?;
    step(tx, actor, peer, "peer.removed", |peer| peer.state = State::Removed)
}

/// Pins a further key of the neighbour; the old one lives until it is revoked.
pub fn add_key(tx: &mut Tx, actor: &Actor, node: &str, key: &str) -> Result<Peer, Refusal> {
    let peer = managed(tx, actor, node, None)?;
    let new = pinned(tx, key)?;
    if peer.keys.iter().any(|known| known.kid == new.kid) {
        return Err(Refusal::new(&PEER_KEY_INVALID).because("pinned already, or revoked"));
    }
    if peer.keys.iter().filter(|key| key.revoked_at.is_none()).count() >= LIVE_KEYS_MAX {
        return Err(Refusal::new(&PEER_KEYS_FULL).with("max", LIVE_KEYS_MAX));
    }
    step(tx, actor, peer, "peer.key_added", |peer| peer.keys.push(new.clone()))
}

/// Nothing that this key signs is taken any more (TMF-1 rule 14).
pub fn revoke_key(tx: &mut Tx, actor: &Actor, node: &str, kid: &str) -> Result<Peer, Refusal> {
    let peer = managed(tx, actor, node, None)?;
    peer.key(kid).ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    let now = tx.now();
    step(tx, actor, peer, "peer.key_revoked", |peer| {
        peer.keys.iter_mut().filter(|key| key.kid == kid).for_each(|key| key.revoked_at = Some(now));
    })
}

/// Which types of record it may not see, beyond the policy; its view changes and it takes the snapshot again.
pub fn hide(
    tx: &mut Tx,
    actor: &Actor,
    node: &str,
    expected: Option<i64>,
    hidden: &[String],
) -> Result<Peer, Refusal> {
    let peer = managed(tx, actor, node, expected)?;
    let mut errors = Errors::new();
    if hidden.len() > HIDDEN_MAX {
        errors.add_with("/hidden", &TOO_MANY, &[("max", HIDDEN_MAX.to_string())]);
    }
    for (at, entity) in hidden.iter().enumerate() {
        if !TABLE.iter().any(|row| row.entity == entity) {
            errors.add_with(format!("/hidden/{at}"), &INVALID_VALUE, &[("reason", entity.clone())]);
        }
    }
    errors.check()?;
    step(tx, actor, peer, "peer.view_changed", |peer| peer.hidden = hidden.to_vec())
}

/// The cursor is void; everything is taken again from a snapshot.
pub fn resync(tx: &mut Tx, actor: &Actor, node: &str) -> Result<Peer, Refusal> {
    let peer = managed(tx, actor, node, None)?;
    store::resync(tx, node)?;
    leave_trace(tx, actor, &peer, "peer.resync_requested")?;
    Ok(peer)
}

fn managed(tx: &mut Tx, actor: &Actor, node: &str, expected: Option<i64>) -> Result<Peer, Refusal> {
    actor.permit(Permission::FederationManage)?;
    let peer = find(tx, node)?;
    check_version(peer.version, expected)?;
    Ok(peer)
}

fn from_states(peer: &Peer, states: &[State]) -> Result<(), Refusal> {
    if states.contains(&peer.state) {
        Ok(())
    } else {
        Err(Refusal::new(&STATE_CONFLICT).with("state", peer.state))
    }
}

fn step(
    tx: &mut Tx,
    actor: &Actor,
    mut peer: Peer,
    kind: &'static str,
    change: impl FnOnce(&mut Peer),
) -> Result<Peer, Refusal> {
    change(&mut peer);
    peer.version += 1;
    peer.updated_at = tx.now();
    store::save(tx, &peer)?;
    leave_trace(tx, actor, &peer, kind)?;
    Ok(peer)
}

fn leave_trace(tx: &mut Tx, actor: &Actor, peer: &Peer, kind: &'static str) -> Result<(), Refusal> {
    let subject = subject(&peer.node);
    let facts = json!({ "peer": peer.node, "role": peer.role, "state": peer.state });
    audit::service::record(tx, actor, kind, &subject, &facts)?;
    tx.record(actor, NewChange::local(kind, subject, peer.version, facts));
    Ok(())
}

fn subject(node: &str) -> String {
    format!("urn:tm:{node}:peer")
}

/// Tells whoever looks after the node; the same thing about one neighbour at most once in an hour.
pub fn alarm(tx: &mut Tx, node: &str, alarm: Alarm, detail: &str) -> Result<(), Refusal> {
    let now = tx.now();
    tracing::warn!(peer = node, alarm = alarm.as_str(), detail, "federation alarm");
    if store::alarm_due(tx, node, alarm, now, ALARM_EVERY_SECONDS)? {
        let facts = json!({ "peer": node, "what": alarm, "title": node, "detail": detail });
        tx.record(&ACTOR, NewChange::local("federation.alarm", subject(node), 1, facts));
    }
    Ok(())
}
