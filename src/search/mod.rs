//! Search: finds published records by what they say.
//!
//! An instance follower of the change log keeps a tantivy index beside the database; the rooms hand over what may
//! be seen as [`model::Document`]s through [`Source`]. The index can always be made again from the database.
//!
//! ```text
//!   (no index, outdated, damaged, other epoch) ── rebuild ──► ready ── change: subject is dirty ──► ready
//!        search answers 503 search_warming                      load it through its source, replace or delete
//! ```
//!
//! Rules:
//! 1. Only published projections are in the index: what is not in a `Document` cannot be found (Law on Promoting the
//!    Conversion of Sci-Tech Achievements art. 11 and 30: business secrets).
//! 2. Index and cursor are committed together; taking a change twice changes nothing.
//! 3. A rebuild stands beside the live index until it is whole.
//! 4. No question is an error except one that is too long.
//! 5. Suggestions and other spellings come from the same index, and only where a record that can be found has them.
//! 6. Synonyms are kept by operators in the database and widen the question; the index knows nothing of them.

pub mod analyzer;
pub mod codes;
mod follower;
mod http;
pub mod index;
pub mod model;
mod pool;
pub mod query;
pub mod service;
mod source;
pub mod standing;
mod store;
pub mod synonyms;
mod thesaurus;

pub use analyzer::{Analyzer, Terms};
pub use http::routes;
pub use source::{Source, Sources};
