//! Webhooks: the sender that takes messages to the addresses of organisations (Standard Webhooks).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::Desk;
use super::model::{Channel, Delivery, Endpoint, EndpointId, EndpointState};
use super::service::{self, Outcome};
use super::{rules, store};
use crate::changes::InstanceFollower;
use crate::db::Db;
use crate::http::outbound::Outbound;
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::proof::SecretBox;

/// Messages under way at once.
const BATCH: i64 = 16;

/// Sends the messages that wait, on a thread of its own.
pub struct Webhooks {
    secrets: SecretBox,
    outbound: Outbound,
    mail_on: bool,
    /// Links in messages begin with it.
    base_url: String,
    /// From connecting to the end of the answer.
    answer_within: Duration,
    stopping: AtomicBool,
}

impl Webhooks {
    pub fn new(desk: &Desk, base_url: String, answer_within: Duration) -> Webhooks {
        let Desk { mail_on, secrets, outbound } = desk.clone();
        Webhooks { secrets, outbound, mail_on, base_url, answer_within, stopping: AtomicBool::new(false) }
    }

    fn send_all(&self, db: &Db, deliveries: Vec<Delivery>) -> Result<(), Refusal> {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Refusal::internal)?;
        let ids: Vec<EndpointId> = deliveries.iter().filter_map(|it| it.endpoint).collect();
        let (endpoints, now) = db.read_blocking(move |snapshot| {
            let mut endpoints = HashMap::new();
            for id in ids {
                endpoints.extend(store::endpoint(snapshot, id)?.map(|endpoint| (id, endpoint)));
            }
            Ok((endpoints, snapshot.now()))
        })?;
        let attempts = deliveries.iter().map(|it| self.attempt(it, &endpoints, now));
        let outcomes = runtime.block_on(join_all(attempts));
        for (tried, outcome) in deliveries.into_iter().zip(outcomes) {
            if !matches!(outcome, Outcome::Sent) {
                tracing::warn!(delivery = %tried.id, ?outcome, "a webhook message was not taken");
            }
            let mail_on = self.mail_on;
            db.write_background_blocking("notice.webhook", move |tx| {
                service::note_outcome(tx, mail_on, &tried, &outcome)
            })?;
        }
        Ok(())
    }

    async fn attempt(
        &self,
        delivery: &Delivery,
        endpoints: &HashMap<EndpointId, Endpoint>,
        now: UtcTime,
    ) -> Outcome {
        let Some(endpoint) = delivery.endpoint.and_then(|id| endpoints.get(&id)) else {
            return Outcome::Unwanted("webhook removed".into());
        };
        if endpoint.state != EndpointState::Active {
            return Outcome::Unwanted("webhook disabled".into());
        }
        match self.post(delivery, endpoint, now).await {
            Ok(outcome) => outcome,
            Err(refusal) => Outcome::Failed(refusal.code().to_owned()),
        }
    }

    async fn post(&self, delivery: &Delivery, endpoint: &Endpoint, now: UtcTime) -> Result<Outcome, Refusal> {
        let (id, at) = (delivery.id.to_string(), now.seconds());
        let body = body(delivery, &self.base_url);
        let signatures: Vec<String> = service::secrets_of(endpoint, &self.secrets, now)?
            .iter()
            .map(|secret| rules::sign(secret, &id, at, &body))
            .collect();
        let request = self
            .outbound
            .request(Method::POST, &endpoint.url)?
            .timeout(self.answer_within)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signatures.join(" "))
            .body(body);
        // What the other side answers is of no interest, and never read.
        let answer = match request.send().await {
            Ok(answer) => answer.status().as_u16(),
            Err(error) if error.is_timeout() => return Ok(Outcome::Failed("timeout".into())),
            Err(_) => return Ok(Outcome::Failed("unreachable".into())),
        };
        Ok(match answer {
            200..=299 => Outcome::Sent,
            410 => Outcome::Gone,
            status => Outcome::Failed(format!("status {status}")),
        })
    }
}

/// Kind, subject and link: no titles, no words, no figures. The same at every attempt.
fn body(delivery: &Delivery, base_url: &str) -> String {
    let link = if delivery.link.is_empty() { String::new() } else { format!("{base_url}{}", delivery.link) };
    json!({
        "type": format!("{}.{}", delivery.topic, delivery.event),
        "timestamp": delivery.at.rfc3339(),
        "data": {"topic": delivery.topic, "event": delivery.event, "subject": delivery.subject, "link": link},
    })
    .to_string()
}

impl InstanceFollower for Webhooks {
    fn name(&self) -> &'static str {
        "notice.webhooks"
    }

    fn catch_up(&self, db: &Db) -> Result<(), Refusal> {
        service::send_due(db, Channel::Webhook, BATCH, &self.stopping, |taken| self.send_all(db, taken))
    }

    fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }
}
