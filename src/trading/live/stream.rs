//! One listener's stream: what it missed, the state, then what is new, with a sign of life every 15 seconds.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use futures_util::stream::unfold;
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use super::hub::{Heard, Listener, Piece};
use super::service::{self, News};
use crate::db::{Db, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::trading::model::SaleId;

const HEARTBEAT: Duration = Duration::from_secs(15);
/// After which a client whose connection broke comes back.
const RETRY_MS: u32 = 2_000;

/// An event of the stream (WHATWG HTML, server-sent events).
fn event<T: Serialize>(id: Option<i64>, name: &str, data: &T) -> Result<String, Refusal> {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    Ok(format!("{id}event: {name}\ndata: {}\n\n", to_json(data)?))
}

/// News as they go to every listener. `from` is the number of the last bid before them.
pub fn piece(from: i64, news: &News) -> Result<Piece, Refusal> {
    let to = news.bids.last().map_or(from, |bid| bid.seq);
    let bids = news.bids.iter().map(|bid| Ok((bid.seq, Bytes::from(event(Some(bid.seq), "bid", bid)?))));
    let bids: Vec<(i64, Bytes)> = bids.collect::<Result<_, Refusal>>()?;
    // The state counts all bids; its id must not say more than this stream has told.
    let state = Bytes::from(event(Some(to), "state", &news.frame)?);
    let mut whole: Vec<u8> = bids.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
    whole.extend_from_slice(&state);
    Ok(Piece { from, to, bids: bids.into(), state, whole: whole.into() })
}

/// A stream that is followed.
pub struct Following {
    pub db: Db,
    pub sale: SaleId,
    pub listener: Listener,
    /// The last bid that the listener knows; none: it begins with the state.
    pub after: Option<i64>,
    /// A stream may be asked to end by itself.
    pub ends: Option<Instant>,
}

struct State {
    following: Following,
    /// The last bid that was told.
    sent: i64,
    step: Step,
}

enum Step {
    /// What was missed is still to be read.
    Begin,
    CatchUp,
    Live,
    Ended,
}

pub fn response(following: Following) -> HttpResponse {
    let sent = following.after.unwrap_or(0);
    let state = State { following, sent, step: Step::Begin };
    let stream = unfold(state, |mut state| async move {
        let bytes = state.next().await?;
        Some((Ok::<Bytes, Infallible>(bytes), state))
    });
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store, no-transform"))
        // Reverse proxies must hand on each event at once, and nothing may compress over several of them.
        .insert_header(("x-accel-buffering", "no"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(stream)
}

impl State {
    async fn next(&mut self) -> Option<Bytes> {
        match self.step {
            Step::Begin => {
                self.step = Step::CatchUp;
                let hello =
                    json!({ "sale": self.following.sale, "now": self.now(), "after": self.following.after });
                let hello = event(None, "connected", &hello).unwrap_or_default();
                Some(Bytes::from(format!("retry: {RETRY_MS}\n\n{hello}")))
            }
            Step::CatchUp => self.catch_up().await,
            Step::Live => self.live().await,
            Step::Ended => None,
        }
    }

    fn now(&self) -> UtcTime {
        self.following.db.settings().clock.now()
    }

    /// A piece of what was missed, or of a gap; then the state.
    async fn catch_up(&mut self) -> Option<Bytes> {
        let (sale, after) = (self.following.sale, self.following.after.map(|_| self.sent));
        let read = self.following.db.read(move |snapshot| match after {
            Some(after) => service::news(snapshot, sale, after),
            None => Ok(News { bids: vec![], frame: service::frame(snapshot, sale)? }),
        });
        let from = self.sent;
        let piece = read.await.and_then(|news| {
            // A client that claims more than there is begins where the sale is.
            let from = if after.is_some() { from.min(news.frame.seq) } else { news.frame.seq };
            Ok((piece(from, &news)?, news.frame.seq))
        });
        match piece {
            Ok((piece, seq)) => {
                self.sent = piece.to;
                self.following.after = Some(piece.to);
                if piece.to >= seq {
                    self.step = Step::Live;
                }
                Some(piece.whole)
            }
            // The client comes back and asks again.
            Err(refusal) => Some(self.end(refusal.code())),
        }
    }

    async fn live(&mut self) -> Option<Bytes> {
        let heartbeat = Instant::now() + HEARTBEAT;
        loop {
            let until = self.following.ends.map_or(heartbeat, |ends| ends.min(heartbeat));
            match self.following.listener.hear(until).await {
                // The hub began later than this stream: read what lies between.
                Heard::Piece(piece) if piece.from > self.sent => return self.catch_up().await,
                Heard::Piece(piece) => {
                    if let Some(bytes) = self.tell(&piece) {
                        return Some(bytes);
                    }
                }
                Heard::Ended(reason) => return Some(self.end(reason)),
                Heard::Nothing if self.following.ends.is_some_and(|ends| ends <= Instant::now()) => {
                    return Some(self.end("asked"));
                }
                Heard::Nothing => {
                    let clock = event(None, "clock", &json!({ "now": self.now() })).unwrap_or_default();
                    return Some(Bytes::from(format!(": alive\n\n{clock}")));
                }
            }
        }
    }

    /// What of a piece this stream has not told yet; an empty chunk would end the answer.
    fn tell(&mut self, piece: &Piece) -> Option<Bytes> {
        let known = self.sent;
        self.sent = known.max(piece.to);
        if known == piece.from {
            return Some(piece.whole.clone());
        }
        let fresh = piece.bids.iter().filter(|(seq, _)| *seq > known);
        let mut bytes: Vec<u8> = fresh.flat_map(|(_, bytes)| bytes.iter().copied()).collect();
        if piece.to >= known {
            bytes.extend_from_slice(&piece.state);
        }
        (!bytes.is_empty()).then(|| bytes.into())
    }

    fn end(&mut self, reason: &str) -> Bytes {
        self.step = Step::Ended;
        Bytes::from(event(None, "bye", &json!({ "reason": reason })).unwrap_or_default())
    }
}
