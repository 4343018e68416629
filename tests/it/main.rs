//! The integration suite: one binary, the same tests on SQLite and, when TECHMART_TEST_DATABASE names a
//! server, on PostgreSQL (and Redis, when TECHMART_TEST_REDIS does).
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

mod support;

mod achievement;
mod architecture;
mod audit;
mod brokerage;
mod catalogue;
mod contract;
mod credit;
mod demand;
mod docs;
mod edge;
mod engagement;
mod federation;
mod files;
mod identity;
mod kill;
mod ledger;
mod licences;
mod matching;
mod notice;
mod oai;
mod openapi;
mod operations;
mod project;
mod reference;
mod reward;
mod saved_searches;
mod schema;
mod sealed;
mod search;
mod statistics;
mod story;
mod subsidy;
mod tlog;
mod trading;
mod transport;
mod vocabulary;
mod walk;
mod writer;
