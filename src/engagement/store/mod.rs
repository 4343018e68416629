//! Rows of engagements.

mod answering;
mod engagements;
mod talk;

pub use answering::{due_between, enquiries_to};
pub use engagements::{find, insert, list, open_about, save};
pub use talk::{
    count_messages, insert_meeting, insert_message, meeting, meetings, message, messages, save_meeting,
    speakers,
};
