//! Questions that stand: each new record is asked whether it answers them, instead of the index.
//!
//! ```text
//!  question ──▶ Standing: tests that a record must pass ─┐            rarest token of each ──▶ Watch
//!  record   ──▶ Probe: what its row of the index holds ──┴─ the same answer as the search, one record at a time
//! ```
//!
//! A question stands for its first stage: all words, as the search would find the record without relaxing anything.
//! Of a pasted text the dictionary's rarest words stand for it, and a record must have a few of them.

mod asked;
mod probe;
mod watch;

pub use asked::Standing;
pub use probe::Probe;
pub use watch::Watch;

#[cfg(test)]
mod tests;
