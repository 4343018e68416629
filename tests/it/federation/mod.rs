//! Nodes that follow each other (TMF-1).

mod acts;
mod away;
mod bounds;
mod delivery;
mod erasing;
mod erasing_by_operator;
mod faults;
mod figures;
mod kit;
mod network;
mod ordering;
pub mod peers;
mod policy;
mod proxy;
mod restored;
mod retold;
mod samples;
mod sync;
mod trade;
mod trade_sealed;
mod trade_told;
mod trust;
mod watching;
mod ways;
