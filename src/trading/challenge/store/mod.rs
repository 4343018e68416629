//! Rows of open challenges.

mod challenges;
mod course;
mod parts;
mod proposals;

pub use challenges::{
    due, find, insert, insert_step, list, open_about, own, save, selections, steps, waiting,
};
pub use parts::{
    clear_milestones, evaluations, insert_evaluation, insert_milestone, insert_opinion, milestone,
    milestones, opinions, save_milestone,
};
pub use proposals::{
    find_proposal, insert_proposal, of_bidder, own_proposals, proposals, save_proposal, settle, standing,
};
