//! The rows of identity. Nothing outside this folder speaks SQL.

mod credentials;
mod organisations;
mod people;
mod sessions;

pub use credentials::*;
pub use organisations::*;
pub use people::*;
pub use sessions::*;

use super::model::{OrganisationState, RevocationReason};
use crate::db::types::stored_words;

stored_words!(OrganisationState, RevocationReason);
