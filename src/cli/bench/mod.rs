//! `techmart bench …`: programs that measure, and that the crash tests drive.

mod alerts;
mod balances;
mod bids;
mod corpus;
mod feed;
mod http;
mod ledger;
mod listeners;
mod load;
pub mod log;
mod questions;
mod sale;
mod search;
mod server;
mod server_process;
mod store;
mod subsidy;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::config::Config;
use crate::db::to_json;
use crate::demo;
use crate::kernel::error::Refusal;

#[derive(Subcommand)]
pub enum Bench {
    /// Measure requests against a constant answer and a bare probe, on a scratch data directory
    Http(HttpBench),
    /// The server that `bench http` measures
    #[command(hide = true)]
    HttpServer,
    /// Compute a yearly batch over many registered contracts, on a scratch data directory
    Subsidy(SubsidyBench),
    /// Measure durable ledger transactions beside a bare SQL transfer of the same shape, on a scratch database
    Ledger(LedgerBench),
    /// Measure balances at random pairs of dates over many postings, on a scratch database
    Balances(BalancesBench),
    /// Measure the search on a corpus of any size, on one thread
    Search(SearchBench),
    /// Measure what a new record costs where many searches are saved, on one thread
    Alerts(AlertsBench),
    /// The process that makes the index that `bench search` asks
    #[command(hide = true)]
    SearchBuild(SearchBench),
    /// Measure bids of one sale, through the service layer and over HTTP, beside a bare durable insert
    Bids(BidsBench),
    /// Measure what many listeners of one sale cost, and how long the slowest waits for a bid
    Listeners(ListenersBench),
    /// The server that `bench bids` and `bench listeners` measure
    #[command(hide = true)]
    SaleServer(SaleServer),
    /// Take a neighbour's changes, and measure the delay over two links, on a scratch data directory
    Feed(FeedBench),
    /// Append changes to the log of a scratch database and print each acknowledged one
    Append(Append),
    /// Follow the log of a scratch database until a number of changes was seen
    Follow(Follow),
}

/// How a row gets its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Numbers {
    /// From the head row of the change log, locked until the commit
    Head,
    /// From a plain sequence, as a database gives it: at once, whatever the commit order
    Sequence,
}

#[derive(Args)]
pub struct HttpBench {
    /// Achievements on the market
    #[arg(long, default_value_t = 10_000)]
    pub records: i64,
    /// Seconds for each request
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Connections that ask at once
    #[arg(long, default_value_t = 16)]
    pub clients: usize,
    /// JSON lines (title, abstract, keywords) that the achievements say instead of the demo's texts
    #[arg(long, value_name = "FILE")]
    pub corpus: Option<PathBuf>,
}

#[derive(Args)]
pub struct SearchBench {
    /// JSON lines (title, abstract, keywords, discipline), repeated with variations
    #[arg(long, value_name = "FILE")]
    pub corpus: PathBuf,
    #[arg(long, default_value_t = 100_000)]
    pub records: u64,
    /// Questions of each class
    #[arg(long, default_value_t = 150)]
    pub questions: usize,
}

#[derive(Args)]
pub struct AlertsBench {
    /// JSON lines (title, abstract, keywords, discipline): records, and the words of the searches
    #[arg(long, value_name = "FILE")]
    pub corpus: PathBuf,
    /// Saved searches
    #[arg(long, default_value_t = 10_000)]
    pub searches: u64,
    /// New records
    #[arg(long, default_value_t = 2_000)]
    pub records: u64,
}

#[derive(Args)]
pub struct SubsidyBench {
    /// Contracts in the register of one office and year
    #[arg(long, default_value_t = 100_000)]
    pub contracts: i64,
}

#[derive(Args)]
pub struct LedgerBench {
    /// Clients that book at once
    #[arg(long, default_value_t = 16)]
    pub clients: usize,
    /// Budgets that they book on, besides the run on one hot budget
    #[arg(long, default_value_t = 16)]
    pub budgets: usize,
    /// Seconds for each run
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
}

#[derive(Args)]
pub struct BalancesBench {
    /// Postings in the books
    #[arg(long, default_value_t = 1_000_000)]
    pub postings: u64,
    /// Questions of each kind
    #[arg(long, default_value_t = 1000)]
    pub questions: usize,
}

#[derive(Args)]
pub struct BidsBench {
    /// Bidders that bid at once
    #[arg(long, default_value_t = 32)]
    pub bidders: usize,
    /// Seconds for each run
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
}

#[derive(Args)]
pub struct ListenersBench {
    /// Streams of one sale
    #[arg(long, default_value_t = 2_000)]
    pub listeners: usize,
    /// Bids that they hear
    #[arg(long, default_value_t = 20)]
    pub rounds: usize,
}

#[derive(Args)]
pub struct SaleServer {
    #[arg(long, default_value_t = 32)]
    pub bidders: usize,
}

#[derive(Args)]
pub struct FeedBench {
    /// Changes in the neighbour's log
    #[arg(long, default_value_t = 100_000)]
    pub changes: u64,
    /// Changes whose way from the county to the region is timed
    #[arg(long, default_value_t = 20)]
    pub delays: usize,
}

#[derive(Args)]
pub struct Append {
    /// Name of this writer
    #[arg(long)]
    pub name: String,
    /// Changes to append
    #[arg(long, default_value_t = 1000)]
    pub count: i64,
    #[arg(long, value_enum, default_value_t = Numbers::Head)]
    pub numbers: Numbers,
}

#[derive(Args)]
pub struct Follow {
    /// Name of this follower: its cursor and what it saw are kept under it
    #[arg(long)]
    pub name: String,
    #[arg(long, value_enum, default_value_t = Numbers::Head)]
    pub numbers: Numbers,
    /// End after this long without anything new
    #[arg(long, default_value_t = 1500)]
    pub quiet_ms: u64,
}

impl Bench {
    pub fn run(self, config: &Config) -> Result<(), Box<dyn std::error::Error>> {
        std::fs::create_dir_all(&config.data_dir)?;
        match self {
            Self::Http(bench) => http::run(config, &bench),
            Self::Ledger(bench) => ledger::run(config, &bench),
            Self::Balances(bench) => balances::run(config, &bench),
            Self::Search(bench) => search::run(config, &bench),
            Self::SearchBuild(bench) => search::build(config, &bench),
            Self::Alerts(bench) => alerts::run(&bench),
            Self::HttpServer => server::serve(config.clone()),
            Self::Subsidy(bench) => subsidy::run(config, &bench),
            Self::Bids(bench) => bids::run(config, &bench),
            Self::Listeners(bench) => listeners::run(config, &bench),
            Self::SaleServer(server) => sale::serve(config.clone(), server.bidders),
            Self::Feed(bench) => feed::run(config, &bench),
            Self::Append(append) => log::append(config, &append),
            Self::Follow(follow) => log::follow(config, &follow),
        }
    }
}

/// The body of a create; `{n}` makes each title its own.
fn demo_body() -> Result<String, Refusal> {
    let mut content = demo::example_achievement(0)?;
    content.title.push_str(" {n}");
    to_json(&content)
}
