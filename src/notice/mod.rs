//! Notices: people are told of what concerns them, in the application, by mail, and their organisation by webhook.
//!
//! ```text
//!  change of the log ──▶ table of kinds ──▶ who, with which words ──▶ preferences ─┬▶ notice (unread ──▶ read)
//!                                                                                  ├▶ delivery: mail, at once
//!      clock: due dates, the digest of the day ────────────────────────────────────┼▶ delivery: mail, daily
//!                                                                                  └▶ delivery: webhook
//!  delivery: waiting ──sent──▶ sent          waiting ──failed──▶ waiting (later) ──failed eight times──▶ dead ──▶ waiting again
//! ```
//!
//! Rules:
//!
//! 1. A change is told once to each person: effects and cursor are one command, and a notice carries what it tells of as
//!    a unique mark. Nobody is told of what happened before the follower first ran.
//! 2. A notice says what happened to which record; never the words of the parties, amounts or personal data (Law on
//!    Promoting the Conversion of Sci-Tech Achievements art. 11, Personal Information Protection Law).
//! 3. Who did it is not told of it; who has left the organisation is told nothing.
//! 4. Mail and webhook messages are sent at least once, always under the same id, with pauses that grow; after eight
//!    failures a message is dead and can be sent again by hand.
//! 5. Mail goes only to an address whose owner has proved it with a code, and only while that is wanted. Addresses stand
//!    in no change and in no log.
//! 6. A webhook is signed (Standard Webhooks), its secret shown once and kept sealed; an address that takes nothing any
//!    more is disabled, and its administrators are told.

pub mod codes;
mod events;
mod follower;
mod http;
mod jobs;
mod kinds;
mod mail;
pub mod model;
mod rules;
pub mod service;
mod store;
mod webhook;

pub use follower::Notices;
pub use http::routes;
pub use jobs::{Digest, Due, SweepNotices};
pub use mail::SmtpSettings;

use std::sync::Arc;
use std::time::Duration;

use crate::changes::InstanceFollower;
use crate::http::outbound::Outbound;
use crate::proof::SecretBox;

/// What the room's addresses need besides the database.
#[derive(Clone)]
pub struct Desk {
    /// Whether mail is set up.
    pub mail_on: bool,
    pub secrets: SecretBox,
    pub outbound: Outbound,
}

/// A receiver of webhooks that has not answered by then is tried again later.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
const ANSWERS_WITHIN_IN_TESTS: Duration = Duration::from_millis(500);

/// What takes mail and webhook messages out of the house, each on a thread of its own.
pub fn senders(
    desk: &Desk,
    smtp: Option<&SmtpSettings>,
    base_url: &str,
    for_tests: bool,
) -> Vec<Arc<dyn InstanceFollower>> {
    let within = if for_tests { ANSWERS_WITHIN_IN_TESTS } else { ANSWERS_WITHIN };
    let webhooks = webhook::Webhooks::new(desk, base_url.to_owned(), within);
    let mut senders: Vec<Arc<dyn InstanceFollower>> = vec![Arc::new(webhooks)];
    match smtp {
        Some(settings) => {
            senders.push(Arc::new(mail::Mailer::new(settings.clone(), desk.secrets.clone())));
        }
        None => tracing::info!("mail is off: TECHMART_SMTP_URL is not set"),
    }
    senders
}
