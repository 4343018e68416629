//! Use-cases of acts across nodes.

mod ask;
mod decide;
mod erase;
mod post;
mod read;
mod receive;
mod take;
mod tell;

use crate::engagement::AnswerDays;
use crate::proof::Keys;

pub use ask::ask;
pub use decide::{decide, due, failed, refuse};
pub use erase::{erase_about, expire};
pub use post::{Errand, Failure, errands, forget, handed_over, not_handed_over};
pub use read::{act, acts, dead, messages, retry, stuck, thread, threads};
pub use receive::{Receipt, receive};
pub use take::{came, take_waiting};
pub use tell::{engagement_changed, message_sent};

/// What an instance needs to write and to open letters.
#[derive(Clone)]
pub struct Desk {
    pub keys: Keys,
    /// Days within which an answer to an enquiry is due.
    pub answer_days: i64,
}

impl Desk {
    pub fn of(keys: &Keys, days: AnswerDays) -> Self {
        Self { keys: keys.clone(), answer_days: days.0 }
    }
}
