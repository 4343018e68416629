//! Nodes that follow each other (TMF-1).

mod faults;
mod kit;
mod network;
mod ordering;
pub mod peers;
mod proxy;
mod sync;
