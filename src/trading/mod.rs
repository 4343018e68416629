//! Trading: how technology is sold, and how a demand finds its solver (DOMAIN §4). Each mode is a folder.

pub mod challenge;
