//! Techmart (技术市场): the backend of a city's online technology-transaction platform.
//!
//! Every act is one transaction that writes its rows and its changes; everything else follows the change log.
//! A room uses only rooms of a lower rank, and of those only `service` and `model`.

pub mod achievement;
pub mod app;
pub mod audit;
pub mod brokerage;
pub mod changes;
pub mod cli;
pub mod config;
pub mod contract;
pub mod credit;
pub mod db;
pub mod demand;
pub mod demo;
pub mod engagement;
pub mod federation;
pub mod files;
pub mod http;
pub mod identity;
pub mod kernel;
pub mod kv;
pub mod ledger;
pub mod listing;
pub mod matching;
pub mod notice;
pub mod papers;
pub mod project;
pub mod proof;
pub mod reference;
pub mod replica;
pub mod reward;
pub mod search;
pub mod statistics;
pub mod subsidy;
pub mod trading;
