//! Rows of notices, of what is sent and where to.

mod deliveries;
mod endpoints;
mod notices;
mod settings;

use super::model::{Channel, DeliveryState, EndpointState, Language, MailMark, Topic};
use crate::db::types::stored_words;

pub use deliveries::*;
pub use endpoints::*;
pub use notices::*;
pub use settings::*;

stored_words!(Topic, MailMark, Channel, DeliveryState, EndpointState, Language);
