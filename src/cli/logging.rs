//! The log: to standard error, one line an event.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{BadSetting, Config};

pub fn start(config: &Config) -> Result<(), BadSetting> {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| BadSetting { name: "TECHMART_LOG".into(), reason: error.to_string() })?;
    let colours = std::io::stderr().is_terminal();
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    // A logger that is set already (a test in the same process) stays.
    let outcome = if config.log_json { log.json().try_init() } else { log.try_init() };
    if outcome.is_err() {
        tracing::debug!("the log was set up before");
    }
    Ok(())
}
