//! Use-cases of notices.

mod addresses;
mod inbox;
mod sending;
mod settings;
mod telling;
mod webhooks;

pub(in crate::notice) use addresses::code_context;
pub use addresses::{NewAddress, address, confirm_address, forget_address, set_address};
pub use inbox::{Unread, list, mark_all, mark_read, unread};
pub use sending::{Outcome, digest, note_outcome, send_due};
pub use settings::{preferences, set_preferences};
pub use telling::{post, post_once, tell, tell_members};
pub use webhooks::{
    Made, NewEndpoint, change_endpoint, deliveries, endpoints, ping, register_endpoint, remove_endpoint,
    resend, rotate_secret, secrets_of,
};

use super::model::Recipient;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;

/// The caller, who is told in the organisation it acts for.
fn own(actor: &Actor) -> Result<Recipient, Refusal> {
    let person = actor.person()?;
    Ok(Recipient { user: person.user, organisation: person.organisation })
}
