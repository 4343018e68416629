//! What decides about suggestions. Pure.

pub mod eval;
pub mod fit;
pub mod pick;
pub mod score;
