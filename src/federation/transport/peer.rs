//! A request that a neighbouring node signed.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use bytes::Bytes;

use super::codes::{
    NONCES_UNAVAILABLE, PEER_KEY_REVOKED, PEER_SUSPENDED, PEER_UNKNOWN, SIGNATURE_MISSING, SIGNATURE_REFUSED,
    SIGNATURE_REPLAYED,
};
use super::{Standing, Transport};
use crate::http::seal::{self, Fields, Sealing};
use crate::http::{Edge, Input, JSON_BODY_BYTES_MAX, read_body};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::time::Clock;
use crate::proof::http_signature::{
    AHEAD_SECONDS_MAX, Claim, LIFE_SECONDS_MAX, Request, Response, SignatureError, SignedHeaders,
    sign_response,
};
use crate::proof::model::Purpose;
use crate::proof::{Keys, PublicKey};

/// The neighbour is known, its signature good and new. The edge acts for it as [`Actor::Peer`], so that
/// `Permission::Peer` is asked like any other; the answer is signed by the layer.
pub struct SignedPeer {
    /// The neighbour's node id.
    pub node: String,
    pub edge: Edge,
    body: Bytes,
    content_type: String,
}

impl SignedPeer {
    /// The JSON body; parsed after the permission is checked, like any other.
    pub fn input<B>(&self) -> Input<B> {
        Input::of(self.body.clone(), &self.content_type)
    }

    pub const fn body(&self) -> &Bytes {
        &self.body
    }
}

impl FromRequest for SignedPeer {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { verified(request, payload).await })
    }
}

fn refused(error: SignatureError) -> Refusal {
    match error {
        SignatureError::Missing => Refusal::new(&SIGNATURE_MISSING),
        other => Refusal::new(&SIGNATURE_REFUSED).with("reason", other.code()),
    }
}

/// Rule 1, in its order.
async fn verified(request: HttpRequest, payload: Payload) -> Result<SignedPeer, Refusal> {
    let transport = request.app_data::<web::Data<Transport>>();
    let transport = transport.ok_or_else(|| Refusal::internal("the transport is not mounted"))?.clone();
    let edge = Edge::extract(&request).await?;
    let clock = Arc::clone(&edge.db().settings().clock);
    let headers = fields(&request).ok_or_else(|| Refusal::new(&SIGNATURE_MISSING))?;
    let claim = Claim::read(&headers, clock.now().seconds()).map_err(refused)?;
    let (node, key) = owner(&transport, &claim).await?;
    let body = read_body(payload, JSON_BODY_BYTES_MAX).await?;
    let asked = Received::of(&transport, &request, body.clone());
    claim.verify_request(&asked.request(), &headers, &key).map_err(refused)?;
    remember(&edge, &claim).await?;
    transport.peers.heard(&node);
    let content_type = asked.content_type.clone().unwrap_or_default();
    let keys = transport.keys().clone();
    seal::leave(&request, AnswerSeal { keys, clock, asked, headers, claim });
    Ok(SignedPeer { edge: edge.acting(Actor::Peer(node.clone())), node, body, content_type })
}

fn fields(request: &HttpRequest) -> Option<SignedHeaders> {
    // Several lines of one field are refused: one value is what was signed.
    SignedHeaders::read(|name| {
        let mut values = request.headers().get_all(name);
        let only = values.next()?;
        only.to_str().ok().filter(|_| values.next().is_none())
    })
}

async fn owner(transport: &Transport, claim: &Claim) -> Result<(String, PublicKey), Refusal> {
    match transport.peers.standing(&claim.keyid).await? {
        Standing::Good { node, key } => Ok((node, key)),
        Standing::Unknown => Err(Refusal::new(&PEER_UNKNOWN)),
        Standing::Revoked => Err(Refusal::new(&PEER_KEY_REVOKED)),
        Standing::Suspended => Err(Refusal::new(&PEER_SUSPENDED)),
    }
}

/// Rule 3.
async fn remember(edge: &Edge, claim: &Claim) -> Result<(), Refusal> {
    let now = edge.db().settings().clock.now();
    // Instances' clocks differ: a little longer than the signature lives by ours.
    let seconds = claim.expires.saturating_sub(now.seconds()).saturating_add(AHEAD_SECONDS_MAX);
    let seconds =
        u32::try_from(seconds.clamp(1, LIFE_SECONDS_MAX + 2 * AHEAD_SECONDS_MAX)).unwrap_or(u32::MAX);
    let name = format!("nonce:{}:{}", claim.keyid, claim.nonce);
    match edge.state().kv.once(&name, seconds, now).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Refusal::new(&SIGNATURE_REPLAYED)),
        Err(_) => Err(Refusal::new(&NONCES_UNAVAILABLE).retry_after_seconds(2)),
    }
}

/// The request as this node knows it (rule 2).
struct Received {
    method: String,
    target_uri: String,
    content_type: Option<String>,
    body: Bytes,
}

impl Received {
    fn of(transport: &Transport, request: &HttpRequest, body: Bytes) -> Self {
        let path_and_query = request.uri().path_and_query().map_or("/", |pq| pq.as_str());
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self {
            method: request.method().as_str().to_owned(),
            target_uri: transport.own_uri(path_and_query),
            content_type: kind.map(str::to_owned),
            body,
        }
    }

    fn request(&self) -> Request<'_> {
        Request {
            method: &self.method,
            target_uri: &self.target_uri,
            content_type: self.content_type.as_deref(),
            body: &self.body,
        }
    }
}

/// Signs the answer (rule 5).
struct AnswerSeal {
    keys: Keys,
    clock: Arc<dyn Clock>,
    asked: Received,
    headers: SignedHeaders,
    claim: Claim,
}

impl Sealing for AnswerSeal {
    fn seal(&self, status: u16, content_type: Option<&str>, body: &[u8]) -> Result<Fields, Refusal> {
        let ring = self.keys.ring();
        let signer = ring.signer(Purpose::Node)?;
        let response = Response { status, content_type, body };
        let created = self.clock.now().seconds();
        let signed =
            sign_response(signer, &response, &self.asked.request(), &self.headers, &self.claim, created);
        Ok(signed.pairs().map(|(name, value)| (name, value.to_owned())).to_vec())
    }
}
