use std::process::ExitCode;

use clap::Parser;
use techmart::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().run()
}
