//! Registration of contracts over HTTP.

pub mod after;
mod bulk;
mod casework;
mod dry_run;
mod filing;
pub mod import;
mod machine;
mod numbers;
mod papers;
mod path;
mod pdf;
mod review;
