//! Use-cases of acts across nodes.

mod ask;
mod decide;
mod erase;
pub(super) mod parts;
mod post;
mod read;
mod receive;
mod take;
mod tell;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::model::Incoming;
use super::wire::{CommandText, News, digest};
use crate::db::Tx;
use crate::engagement::AnswerDays;
use crate::identity::Gate;
use crate::kernel::error::Refusal;
use crate::proof::{Keys, SecretBox};

pub use ask::ask;
pub use decide::{decide, due, failed, refuse};
pub use erase::{erase_about, erase_on, expire, take_back};
pub use parts::{sale_changed, tell_parts};
pub use post::{Errand, Failure, errands, forget, handed_over, not_handed_over};
pub use read::{act, acts, dead, messages, retry, stuck, thread, threads};
pub use receive::{Receipt, receive};
pub use take::{came, lost, take_waiting};
pub use tell::{engagement_changed, message_sent, tell_waiting};

/// What an instance needs to write and to open letters.
#[derive(Clone)]
pub struct Desk {
    pub keys: Keys,
    pub secrets: SecretBox,
    /// Days within which an answer to an enquiry is due.
    pub answer_days: i64,
}

impl Desk {
    pub fn of(gate: &Gate, days: AnswerDays) -> Self {
        Self { keys: gate.keys().clone(), secrets: gate.secrets().clone(), answer_days: days.0 }
    }

    /// What a command says, as it is kept until it is decided: it may be a bid that nobody here may know.
    fn locked(&self, tx: &Tx, origin: &str, key: &str, text: &CommandText) -> Result<String, Refusal> {
        let plain = serde_json::to_vec(text).map_err(Refusal::internal)?;
        let sealed = self.secrets.seal(tx.random(), &context(origin, key), &plain);
        Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(Refusal::internal)?))
    }

    /// By what something told is known again. Keyed, because an answer has few possible texts: from a plain digest
    /// whoever reads the database would try them, and find which command was refused.
    fn mark(&self, told: &News) -> Result<String, Refusal> {
        let plain = digest(told)?;
        Ok(hex::encode(self.secrets.derive(&format!("command_told:{plain}"))))
    }

    fn unlocked(&self, of: &Incoming) -> Result<CommandText, Refusal> {
        // One that an earlier release received lies open.
        if of.body.starts_with('{') {
            return serde_json::from_str(&of.body).map_err(Refusal::internal);
        }
        let sealed = URL_SAFE_NO_PAD.decode(&of.body).map_err(Refusal::internal)?;
        let plain = self.secrets.open(&context(&of.origin, &of.key), &sealed);
        serde_json::from_slice(&plain.map_err(Refusal::internal)?).map_err(Refusal::internal)
    }
}

fn context(origin: &str, key: &str) -> String {
    format!("command_inbox:{origin}:{key}")
}
