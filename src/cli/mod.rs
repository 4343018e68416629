//! The command line.

mod admin;
pub mod backup;
pub mod bench;
mod demo_network;
pub mod export;
mod lock;
mod logging;
pub mod matching;
mod peer;
mod seal;
mod serve;
pub mod verify;
pub mod verify_certificate;
mod verify_proof;
pub mod verify_sale;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::app::App;
use crate::config::{Config, Flags, SETTINGS};
use crate::kernel::error::Refusal;

/// Techmart (技术市场): the backend of a city's online technology-transaction platform.
///
/// On one machine it needs nothing but itself: `techmart demo` shows a city, `techmart serve` runs yours.
#[derive(Parser)]
#[command(version, after_help = settings_help())]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Args)]
struct Common {
    /// Directory of the embedded database, attachments, search index and secret [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// A file of NAME=value lines; the environment goes before it
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the platform; migrates the database first
    Serve(Listen),
    /// Load the demo city (nothing twice), print its accounts, and serve
    Demo(Listen),
    /// Region, city and county on three ports, joined, each with its own data directory below this one
    DemoNetwork(Listen),
    /// Bring the database schema up to this program's
    Migrate {
        /// On PostgreSQL: then let this role run the server, without the right to change or delete what is booked
        #[arg(long, value_name = "ROLE")]
        grant_runtime: Option<String>,
    },
    /// Make the search index anew beside the one in use, and swap; the server must not run
    Reindex,
    /// What only somebody at the machine may do; works beside a running server
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Print the OpenAPI document
    Openapi,
    /// Copy the embedded database and the attachments to a directory; works beside a running server
    Backup {
        /// A new or empty directory
        #[arg(long, value_name = "DIR")]
        to: PathBuf,
    },
    /// Fill an empty data directory from a backup; begins a new epoch
    Restore {
        /// The directory of the backup
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// The number of the new epoch, greater than any that a neighbour has seen [default: made of the time]
        #[arg(long, value_name = "NUMBER")]
        epoch: Option<i64>,
    },
    /// Recompute what the database says of itself; works beside a running server
    #[command(args_conflicts_with_subcommands = true)]
    Verify {
        /// What to verify; everything when absent
        #[arg(value_enum)]
        parts: Vec<verify::Part>,
        #[command(subcommand)]
        one: Option<verify_certificate::One>,
    },
    /// Seal a bid, and open an officer's packet: on the machine of whoever takes part
    #[command(subcommand)]
    Seal(seal::Seal),
    /// Write what other programs take over; works beside a running server
    #[command(subcommand)]
    Export(export::Export),
    /// How good suggestions are, and what became of them
    #[command(subcommand)]
    Match(matching::Match),
    /// Measure; some of it only on a scratch database
    #[command(subcommand)]
    Bench(bench::Bench),
}

#[derive(Args)]
struct Listen {
    /// Address and port to serve on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
}

fn settings_help() -> String {
    let mut text = String::from("Settings (environment, or --config FILE):\n");
    for (name, default, meaning) in SETTINGS {
        text.push_str(&format!("  {name}\n          {meaning} [default: {default}]\n"));
    }
    text
}

impl Cli {
    pub fn run(self) -> ExitCode {
        match self.command.run(&self.common) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("techmart: {error}");
                ExitCode::FAILURE
            }
        }
    }
}

impl Command {
    fn run(self, common: &Common) -> Result<(), Box<dyn std::error::Error>> {
        let mut flags =
            Flags { data_dir: common.data_dir.clone(), config: common.config.clone(), listen: None };
        match self {
            Self::Serve(listen) => {
                flags.listen = listen.listen;
                serve::serve(Config::load(&flags)?)
            }
            Self::Demo(listen) => {
                flags.listen = listen.listen;
                serve::demo(Config::load(&flags)?)
            }
            Self::DemoNetwork(listen) => {
                flags.listen = listen.listen;
                demo_network::run(Config::load(&flags)?)
            }
            Self::Migrate { grant_runtime } => {
                let config = Config::load(&flags)?;
                std::fs::create_dir_all(&config.data_dir)?;
                let ran = crate::db::migrate::run(&config.database)?;
                println!("{}: {ran} migrations applied", config.database);
                if let Some(role) = grant_runtime {
                    crate::db::migrate::grant_runtime(&config.database, &role)?;
                    println!("{}: the role {role} may run the server", config.database);
                }
                Ok(())
            }
            Self::Admin(admin) => admin.run(Config::load(&flags)?),
            Self::Backup { to } => backup::backup(&Config::load(&flags)?, &to),
            Self::Restore { from, epoch } => backup::restore(&Config::load(&flags)?, &from, epoch),
            Self::Verify { one: Some(one), .. } => one.run(&mut std::io::stdout()),
            Self::Verify { parts, one: None } => verify::verify(&Config::load(&flags)?, &parts),
            Self::Seal(what) => what.run(&mut std::io::stdout()),
            Self::Match(what) => what.run(|| Ok(Config::load(&flags)?)),
            Self::Bench(bench) => bench.run(&Config::load(&flags)?),
            Self::Reindex => serve::reindex(Config::load(&flags)?),
            Self::Export(what) => what.run(&Config::load(&flags)?),
            Self::Openapi => {
                // A reader that has seen enough closes the pipe: no reason to panic.
                writeln!(std::io::stdout(), "{}", document()?)?;
                Ok(())
            }
        }
    }
}

/// The OpenAPI document as it is committed.
pub fn document() -> Result<String, Refusal> {
    App::api().to_pretty_json().map_err(Refusal::internal)
}
