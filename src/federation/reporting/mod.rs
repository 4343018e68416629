//! What this node tells upward, and what a region sees of its cities.
//!
//! Registered contracts and statistics reports leave with the acts of their own rooms. Here is what has no act of its
//! own: whose keys this node pinned, its targets and what stands behind them. Each is published when it differs from
//! what was published last.
//!
//! Rules:
//! 1. What is published is the whole projection; nothing differs, nothing is published (TMF-1 rule 3).
//! 2. The keys of parent and children are stated as they were pinned, signed; a neighbour that is left is withdrawn
//!    (TMF-1 rule 11).
//! 3. Targets and actuals go to the parent alone (TMF-1, what travels).
//! 4. A figure of another node stands with its source and its age, and is never added to what it may contain
//!    (issue 7: "the region sees all its cities side by side, each figure with its source node and age").

mod figures;
mod http;
mod jobs;
mod publish;
mod store;

pub use http::routes;
pub use jobs::Report;
