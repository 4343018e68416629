use std::process::ExitCode;

use clap::Parser;
use techmart::cli::Cli;

/// Requests are many small documents, made on one thread and dropped on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    Cli::parse().run()
}
