//! Registration of contracts over HTTP.

mod filing;
pub mod import;
mod machine;
mod numbers;
mod papers;
mod path;
mod pdf;
mod review;
