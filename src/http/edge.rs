//! One request as a room sees it.
//!
//! Two headers are never passed over in silence. An Idempotency-Key is honoured by every command, or refused where
//! nothing may be kept ([`Edge::write_unseen`] lets it pass: such a command answers a repetition of itself). If-Match
//! is compared with the record's version, or refused (412) where the operation goes by none: acting although the
//! condition does not hold would break RFC 9110 section 13.1.1. Neither is demanded.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde::de::DeserializeOwned;

use super::{Answer, EdgeState, Input, Reply, auth, idempotency, layer};
use crate::changes;
use crate::db::{Db, Snapshot, Tx, UNSEEN};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::{
    IDEMPOTENCY_KEY_NOT_TAKEN, IF_MATCH_INVALID, SEQ_AHEAD, SEQ_INVALID, VERSION_NOT_KEPT,
};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;

pub struct Edge {
    state: EdgeState,
    actor: Actor,
    request: HttpRequest,
    /// Whether the handler compares If-Match.
    compares_version: Cell<bool>,
}

type Command = Box<dyn Fn(&mut Tx) -> Result<Reply, Refusal> + Send>;
type Query = Box<dyn FnOnce(&mut Snapshot, &Actor) -> Result<Reply, Refusal> + Send>;

#[derive(Clone, Copy)]
enum Lane {
    Fast,
    Slow,
}

impl Edge {
    pub const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The same request for somebody whom another than the authenticator knows: a node that signed it.
    #[must_use]
    pub fn acting(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    pub fn db(&self) -> &Db {
        &self.state.db
    }

    pub fn state(&self) -> &EdgeState {
        &self.state
    }

    pub fn request(&self) -> &HttpRequest {
        &self.request
    }

    /// The first question of every handler that does not use `read` or `write`.
    pub fn permit(&self, permission: Permission) -> Result<(), Refusal> {
        self.actor.permit(permission)
    }

    /// The version that the caller saw (If-Match).
    pub fn expected_version(&self) -> Result<Option<i64>, Refusal> {
        self.compares_version.set(true);
        let Some(value) = self.request.headers().get(header::IF_MATCH) else {
            return Ok(None);
        };
        let text = value.to_str().unwrap_or("").trim();
        if text == "*" {
            return Ok(None);
        }
        let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        let version = quoted.and_then(|version| version.parse().ok());
        version.map(Some).ok_or_else(|| Refusal::new(&IF_MATCH_INVALID))
    }

    /// A short read.
    pub async fn read<F>(self, permission: Permission, query: F) -> Answer
    where
        F: FnOnce(&mut Snapshot, &Actor) -> Result<Reply, Refusal> + Send + 'static,
    {
        self.query(permission, Lane::Fast, Box::new(query)).await
    }

    /// An export, a paper, statistics: on the slow lane.
    pub async fn read_slow<F>(self, permission: Permission, query: F) -> Answer
    where
        F: FnOnce(&mut Snapshot, &Actor) -> Result<Reply, Refusal> + Send + 'static,
    {
        self.query(permission, Lane::Slow, Box::new(query)).await
    }

    /// Once for all handlers: each would cost the compiler a lane of its own.
    async fn query(self, permission: Permission, lane: Lane, query: Query) -> Answer {
        self.permit(permission)?;
        let at_least = self.at_least()?;
        let Self { state, actor, request, .. } = self;
        let head = state.db.head();
        let whole = move |snapshot: &mut Snapshot<'_>| {
            caught_up(snapshot, at_least, head)?;
            query(snapshot, &actor)
        };
        let reply = match lane {
            Lane::Fast => state.db.read(whole).await?,
            Lane::Slow => state.db.read_slow(whole).await?,
        };
        Ok(respond(reply, &request))
    }

    /// A read that takes nothing from the database (the search index); it looks at TM-At-Least itself.
    pub async fn answer<F>(self, permission: Permission, reply: F) -> Answer
    where
        F: Future<Output = Result<Reply, Refusal>>,
    {
        self.permit(permission)?;
        Ok(respond(reply.await?, &self.request))
    }

    /// A command. `operation` names it in the log and scopes the Idempotency-Key.
    pub async fn write<B, F>(
        self,
        operation: &'static str,
        permission: Permission,
        input: Input<B>,
        command: F,
    ) -> Answer
    where
        B: DeserializeOwned + Send + 'static,
        F: Fn(&mut Tx, &Actor, &B) -> Result<Reply, Refusal> + Send + 'static,
    {
        self.permit(permission)?;
        let hash = self.body_hash(input.bytes())?;
        let body = input.parse()?;
        let actor = self.actor.clone();
        self.command(operation, hash, Box::new(move |tx| command(tx, &actor, &body))).await
    }

    /// The answer kept for a repeated request, for a handler that has costly work before its command, or work that
    /// would refuse the repetition (a password that is the old one no more).
    pub async fn kept<B>(
        &self,
        operation: &'static str,
        permission: Permission,
        input: &Input<B>,
    ) -> Result<Option<HttpResponse>, Refusal> {
        self.permit(permission)?;
        self.versions_compared()?;
        let Some(key) = idempotency::key(&self.request)? else { return Ok(None) };
        let (principal, hash) = (self.actor.label(), self.body_hash(input.bytes())?);
        let looked_up = move |snapshot: &mut Snapshot<'_>| {
            idempotency::kept(snapshot, &principal, operation, &key, &hash)
        };
        let kept = self.state.db.read(looked_up).await?;
        Ok(kept.map(|reply| respond(reply, &self.request)))
    }

    /// A command whose body is a secret that could be guessed (a reserve, a maximum): an Idempotency-Key is not
    /// taken, because even the kept hash of the body would give it away.
    pub async fn write_secret<B, F>(
        self,
        operation: &'static str,
        permission: Permission,
        input: Input<B>,
        command: F,
    ) -> Answer
    where
        B: DeserializeOwned + Send + 'static,
        F: Fn(&mut Tx, &Actor, &B) -> Result<Reply, Refusal> + Send + 'static,
    {
        self.permit(permission)?;
        keyless(&self.request)?;
        let body = input.parse()?;
        let actor = self.actor.clone();
        self.run(operation, Box::new(move |tx| command(tx, &actor, &body))).await
    }

    /// A command without a body (publish, revoke, DELETE).
    pub async fn act<F>(self, operation: &'static str, permission: Permission, command: F) -> Answer
    where
        F: Fn(&mut Tx, &Actor) -> Result<Reply, Refusal> + Send + 'static,
    {
        self.permit(permission)?;
        let hash = self.body_hash(&[])?;
        let actor = self.actor.clone();
        self.command(operation, hash, Box::new(move |tx| command(tx, &actor))).await
    }

    /// A command of which nobody may learn that it was given: not by the log, the counters, the number of the last
    /// change, or an answer kept for a repeated request. The command itself must be safe to repeat.
    pub async fn write_unseen<B, F>(self, permission: Permission, input: Input<B>, command: F) -> Answer
    where
        B: DeserializeOwned + Send + 'static,
        F: Fn(&mut Tx, &Actor, &B) -> Result<Reply, Refusal> + Send + 'static,
    {
        layer::keep_unseen(&self.request);
        self.permit(permission)?;
        self.versions_compared()?;
        let body = input.parse()?;
        let actor = self.actor;
        let written = self.state.db.write(UNSEEN, move |tx| command(tx, &actor, &body)).await?;
        Ok(respond(written.value, &self.request))
    }

    /// A read of which neither log nor counters tell.
    pub async fn read_unseen<F>(self, permission: Permission, query: F) -> Answer
    where
        F: FnOnce(&mut Snapshot, &Actor) -> Result<Reply, Refusal> + Send + 'static,
    {
        layer::keep_unseen(&self.request);
        self.query(permission, Lane::Fast, Box::new(query)).await
    }

    async fn command(self, operation: &'static str, body_hash: Vec<u8>, command: Command) -> Answer {
        let key = idempotency::key(&self.request)?;
        let principal = self.actor.label();
        let whole: Command = match key {
            None => command,
            Some(key) => {
                Box::new(move |tx| idempotency::once(tx, &principal, operation, &key, &body_hash, &*command))
            }
        };
        self.run(operation, whole).await
    }

    fn body_hash(&self, body: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.state.body_key.hash(self.request.path(), body)
    }

    fn versions_compared(&self) -> Result<(), Refusal> {
        if self.compares_version.get() { Ok(()) } else { versionless(&self.request) }
    }

    async fn run(self, operation: &'static str, whole: Command) -> Answer {
        self.versions_compared()?;
        let written = self
            .state
            .db
            .write(operation, move |tx| {
                let mut reply = whole(tx)?;
                reply.seq.get_or_insert(tx.seq());
                Ok(reply)
            })
            .await?;
        Ok(respond(written.value, &self.request))
    }

    /// Read your writes: a GET that names the number that its caller's write returned.
    pub fn at_least(&self) -> Result<i64, Refusal> {
        let Some(value) = self.request.headers().get("tm-at-least") else {
            return Ok(0);
        };
        let seq = value.to_str().ok().and_then(|text| text.trim().parse().ok()).filter(|seq| *seq >= 0);
        seq.ok_or_else(|| Refusal::new(&SEQ_INVALID))
    }
}

/// For a handler that acts outside of [`Edge::write`] (signing in, an upload): neither header can be honoured.
pub fn unconditional(request: &HttpRequest) -> Result<(), Refusal> {
    keyless(request)?;
    versionless(request)
}

fn keyless(request: &HttpRequest) -> Result<(), Refusal> {
    let given = request.headers().contains_key("idempotency-key");
    if given { Err(Refusal::new(&IDEMPOTENCY_KEY_NOT_TAKEN)) } else { Ok(()) }
}

/// `*` asks for any version, which whatever exists has.
fn versionless(request: &HttpRequest) -> Result<(), Refusal> {
    let given = request.headers().get(header::IF_MATCH).is_some_and(|value| value.as_bytes() != b"*");
    if given { Err(Refusal::new(&VERSION_NOT_KEPT)) } else { Ok(()) }
}

fn caught_up(snapshot: &mut Snapshot, at_least: i64, known: i64) -> Result<(), Refusal> {
    if at_least > known && changes::head(snapshot)?.seq < at_least {
        return Err(Refusal::new(&SEQ_AHEAD).retry_after_seconds(1));
    }
    Ok(())
}

/// A conditional GET whose ETag still holds needs no body (RFC 9110 section 13.1.2).
fn respond(reply: Reply, request: &HttpRequest) -> HttpResponse {
    let seen = request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let path_and_query = request.uri().path_and_query().map_or("", |pq| pq.as_str());
    if reply.status == 200 && seen.is_some() && seen == reply.headers.etag.as_deref() {
        return HttpResponse::NotModified().insert_header((header::ETAG, seen.unwrap_or(""))).finish();
    }
    reply.into_response(path_and_query)
}

impl FromRequest for Edge {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let state = request
                .app_data::<web::Data<EdgeState>>()
                .ok_or_else(|| Refusal::internal("the edge is not mounted"))?;
            let state = EdgeState::clone(state);
            let actor = state.authenticator.authenticate(auth::credentials(&request)).await?;
            Ok(Self { state, actor, request, compares_version: Cell::new(false) })
        })
    }
}
