//! Rows of matchmaking.

mod feedback;
mod known;
mod learnt;
mod lists;

use crate::db::types::stored_words;

use super::model::{Event, Side};

pub use feedback::*;
pub use known::*;
pub use learnt::*;
pub use lists::*;

stored_words!(Side, Event);
