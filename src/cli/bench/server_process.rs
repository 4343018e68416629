//! The server under measurement as a child process: ended when the measurement ends, however it ends.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::sale::Ready;
use crate::config::Config;

pub struct Server {
    child: Child,
    pub ready: Ready,
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            drop(self.child.wait());
        }
    }
}

impl Server {
    /// A server with a running sale and its bidders, on a scratch directory.
    pub fn start(dir: &Path, config: &Config, bidders: usize) -> Result<Self, Box<dyn std::error::Error>> {
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["bench", "sale-server", "--bidders", &bidders.to_string(), "--data-dir"])
            .arg(dir)
            .env("TECHMART_REQUESTS_PER_MINUTE", "0")
            .env("TECHMART_STREAMS", "20000")
            .env("TECHMART_STREAMS_PER_ADDRESS", "20000")
            .env("TECHMART_LOG", "warn")
            .env("TECHMART_WORKERS", config.workers.to_string())
            .stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        match serde_json::from_str(&line) {
            Ok(ready) => Ok(Self { child, ready }),
            Err(_) => {
                drop(child.kill());
                Err("the server under measurement did not start".into())
            }
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }
}
