//! Rows of acts across nodes.

mod acts;
mod erasing;
mod inbox;
mod outbox;
mod parts;
mod results;
mod threads;
mod untold;

pub use acts::{act, acts, insert_act, save_act};
pub use erasing::{
    acts_about, acts_before, blank_acts, blank_messages, blank_received, blank_results, erased, erasing,
    evidence_before, messages_about, messages_before, put_erasing, put_target, results_before,
    take_received_about, threads_about, threads_before, told_before,
};
pub use inbox::{count_since, due_incoming, incoming, insert_incoming, revive_failed, save_incoming, stuck};
pub use outbox::{
    count_waiting, dead, due_outgoing, forget_handed_over, insert_outgoing, outgoing, revive, save_outgoing,
};
pub use parts::{due_parts, insert_part, mark_part, mark_parts, part, part_of, put_off_part};
pub use results::{Came, Told, came, due_results, put_came, put_told, told};
pub use threads::{insert_message, messages, put_thread, thread, thread_by_id, threads};
pub use untold::{tell_later, tell_no_more, untold};
