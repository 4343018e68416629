//! Registration of contracts over HTTP.

mod filing;
mod machine;
mod numbers;
mod papers;
mod path;
mod pdf;
mod review;
