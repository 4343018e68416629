//! The real program as a process of its own, for what only a whole process shows: start, kill, restart.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::client::Client;
use super::database::{self, TestDatabase};

const START_SECONDS: u64 = 60;
const FOLLOW_SECONDS: u64 = 20;

/// An installation: a data directory, a database and an address. It may be running or not.
pub struct Installation {
    database: TestDatabase,
    listen: String,
    running: Option<Child>,
    settings: Vec<(String, String)>,
}

impl Installation {
    /// An installation with an empty database, not yet started.
    pub fn new() -> Self {
        Self::on(TestDatabase::empty())
    }

    /// An installation with this database.
    pub fn on(database: TestDatabase) -> Self {
        // Nobody can be handed this port while we hold it; the program takes it a moment later.
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        Self { database, listen, running: None, settings: vec![] }
    }

    /// With one more setting.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn base(&self) -> String {
        format!("http://{}", self.listen)
    }

    pub fn client(&self, token: Option<&str>) -> Client {
        Client::new(&self.base(), token.map(str::to_owned))
    }

    /// The program with this installation's settings and none of the caller's.
    fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_techmart"));
        command.env_clear().args(arguments).arg("--data-dir").arg(self.database.dir().path());
        command.env("DATABASE_URL", self.database.url()).env("TECHMART_SECRET", "42".repeat(32));
        command.env("TECHMART_REQUESTS_PER_MINUTE", "0");
        if let Some(redis) = database::redis_url() {
            command.env("REDIS_URL", redis);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command of the program to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let output = self.program(arguments).stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "techmart {arguments:?}: {}\n{said}", output.status);
        output
    }

    /// Starts serving and returns when the program says that it is ready.
    pub fn start(&mut self) {
        self.start_as("serve");
    }

    /// The same with the demo city.
    pub fn start_demo(&mut self) {
        self.start_as("demo");
    }

    fn start_as(&mut self, command: &str) {
        self.spawn(command);
        let since = Instant::now();
        while !self.ready() {
            let ended = self.running.as_mut().unwrap().try_wait().unwrap();
            assert!(ended.is_none(), "the server ended with {ended:?}\n{}", self.log());
            assert!(since.elapsed().as_secs() < START_SECONDS, "the server is not ready\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts the program and does not wait for it.
    pub fn spawn(&mut self, command: &str) {
        let log = self.dir().join("server.log");
        let log = File::options().create(true).append(true).open(log).unwrap();
        let mut program = self.program(&[command, "--listen", &self.listen]);
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        self.running = Some(program.spawn().unwrap());
    }

    /// The data directory.
    pub fn dir(&self) -> PathBuf {
        self.database.dir().path().to_owned()
    }

    /// The program listens before it answers: the demo city is loaded in between, which may take longer than a test's client
    /// waits.
    fn ready(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut stream = std::net::TcpStream::connect(&self.listen)?;
            stream.set_read_timeout(Some(Duration::from_secs(2)))?;
            stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
            let mut status = [0; 12];
            stream.read_exact(&mut status)?;
            Ok(&status == b"HTTP/1.1 200")
        };
        ask().unwrap_or(false)
    }

    /// What the server wrote to its log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir().join("server.log")).unwrap_or_default()
    }

    /// kill -9: the process has no chance to finish anything.
    pub fn kill(&mut self) {
        let mut child = self.running.take().expect("the server runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.kill();
        }
    }
}

/// Asks again until there is an answer: what follows the change log arrives a moment after the act.
#[track_caller]
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(since.elapsed().as_secs() < FOLLOW_SECONDS, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(50));
    }
}
