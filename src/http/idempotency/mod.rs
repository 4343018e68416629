//! Idempotency-Key: a command that succeeded once is answered again, not done again.
//!
//! Looked up and stored inside the command; only success is stored; kept seven days. The same key with another
//! body is refused, so that a client's mistake does not pass for a repetition. The hash of a body is keyed: bodies
//! hold passwords, and what is kept must not let anybody try guesses.

use std::fmt;

use actix_web::HttpRequest;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Reply;
use super::reply::ReplyHeaders;
use crate::changes::Job;
use crate::db::{Conn, Db, Tx, from_json, to_json};
use crate::kernel::codes_common::{IDEMPOTENCY_KEY_INVALID, IDEMPOTENCY_KEY_REUSED};
use crate::kernel::error::Refusal;

mod store;

const KEY_CHARS_MAX: usize = 128;
const KEPT_DAYS: i64 = 7;
const SWEEP_ROWS_MAX: i64 = 500;

pub fn key(request: &HttpRequest) -> Result<Option<String>, Refusal> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or("").trim().trim_matches('"');
    let visible = text.chars().all(|c| c.is_ascii_graphic());
    if text.is_empty() || text.len() > KEY_CHARS_MAX || !visible {
        return Err(Refusal::new(&IDEMPOTENCY_KEY_INVALID));
    }
    Ok(Some(text.to_owned()))
}

/// What the hashes of bodies are keyed with; the same on all instances of a node.
#[derive(Clone)]
pub struct BodyKey([u8; 32]);

impl fmt::Debug for BodyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyKey(…)")
    }
}

impl BodyKey {
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) fn hash(&self, path: &str, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(Refusal::internal)?;
        mac.update(path.as_bytes());
        mac.update(&[0]);
        mac.update(body);
        Ok(mac.finalize().into_bytes().to_vec())
    }
}

/// The answer that was kept for this key, if the request is the same.
pub fn kept(
    conn: &mut Conn,
    principal: &str,
    operation: &str,
    key: &str,
    body_hash: &[u8],
) -> Result<Option<Reply>, Refusal> {
    let Some(kept) = store::find(conn, principal, operation, key)? else { return Ok(None) };
    if kept.body_hash != body_hash {
        return Err(Refusal::new(&IDEMPOTENCY_KEY_REUSED));
    }
    let headers: ReplyHeaders = from_json(&kept.headers)?;
    let status = u16::try_from(kept.status).map_err(Refusal::internal)?;
    let (body, seq) = (kept.body, Some(kept.seq));
    Ok(Some(Reply { status, headers, body, bytes: None, kept_body: None, replayed: true, seq }))
}

pub fn once(
    tx: &mut Tx,
    principal: &str,
    operation: &str,
    key: &str,
    body_hash: &[u8],
    command: &dyn Fn(&mut Tx) -> Result<Reply, Refusal>,
) -> Result<Reply, Refusal> {
    if let Some(kept) = kept(tx, principal, operation, key, body_hash)? {
        return Ok(kept);
    }
    let reply = command(tx)?;
    let row = store::Kept {
        body_hash: body_hash.to_vec(),
        status: i32::from(reply.status),
        headers: to_json(&reply.headers)?,
        body: reply.kept_body.clone().unwrap_or_else(|| reply.body.clone()),
        seq: tx.seq(),
    };
    let now = tx.now();
    store::insert(tx, principal, operation, key, now, &row)?;
    Ok(reply)
}

/// Forgets keys after seven days.
pub struct Sweep;

impl Job for Sweep {
    fn name(&self) -> &'static str {
        "idempotency.sweep"
    }

    fn every_seconds(&self) -> i64 {
        3600
    }

    fn run(&self, db: &Db) -> Result<(), Refusal> {
        loop {
            let swept = db.write_background_blocking("idempotency.sweep", |tx| {
                let before = tx.now().plus_days(-KEPT_DAYS);
                store::delete_before(tx, before, SWEEP_ROWS_MAX)
            })?;
            if i64::try_from(swept.value).is_ok_and(|rows| rows < SWEEP_ROWS_MAX) {
                return Ok(());
            }
        }
    }
}
