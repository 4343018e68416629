//! From a question to an answer.
//!
//! All words must be there. Where that finds less than a handful, the characters of the words may stand in for the
//! words (the dictionary cut the text otherwise than the question); where nothing is found at all, some of the
//! words are enough. The answer says how far it went. Where little is found other spellings are offered, and where
//! nothing is found the best of them is answered instead.

mod asking;
mod correct;
mod facets;
mod guard;
mod highlight;
mod lookup;
pub mod needs;
pub mod parse;
mod plan;
mod rank;
mod similar;
mod suggest;

pub use asking::{answer, strictly};
pub use facets::{Kept, TOTAL_EXACT_MAX};
pub use parse::QUERY_CHARS_MAX;
pub use plan::{EXACT_CHARS_MAX, GRAMS_MAX, PHRASES_MAX};
pub use similar::similar;
pub use suggest::{SUGGESTIONS_MAX, suggest};

/// With fewer hits than this the next stage is tried.
const FEW: u64 = 5;

#[cfg(test)]
mod spelling_tests;
#[cfg(test)]
pub mod tests;
