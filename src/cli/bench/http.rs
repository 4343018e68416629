//! `techmart bench http`: what a request costs, beside a constant answer and a bare probe in the same run.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::corpus::{Corpus, Text};
use super::load::{self, Outcome, Request};
use super::server::{self, Ready};
use super::{HttpBench, demo_body};
use crate::config::Config;
use crate::demo;

/// Different questions of one run.
const WORDS: usize = 1_000;
/// At rest: at most a fiftieth of a processor in this time.
const QUIET_FOR: Duration = Duration::from_secs(2);
const QUIET_WITHIN: Duration = Duration::from_secs(240);

type Failure = Box<dyn std::error::Error>;

/// Ends the server when the measurement ends, however it ends.
struct Server {
    child: Child,
    ready: Ready,
    start_ms: u128,
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.child.kill().is_ok() {
            drop(self.child.wait());
        }
    }
}

pub fn run(config: &Config, bench: &HttpBench) -> Result<(), Failure> {
    if config.data_dir.join("lock").exists() {
        return Err(format!(
            "{} has been served from; bench wants a scratch --data-dir",
            config.data_dir.display()
        )
        .into());
    }
    println!("filling {} with {} achievements …", config.data_dir.display(), bench.records);
    let texts = bench.corpus.as_deref().map(Corpus::read).transpose()?.map(|corpus| corpus.texts);
    let words = words(texts.as_deref())?;
    server::fill(config, bench.records, texts)?;
    let server = start(&config.data_dir)?;
    let pid = server.child.id();
    let rest = quiet(pid)?;
    println!(
        "start to /readyz 200: {} ms; at rest after {} s; RssAnon then: {} MiB\n",
        server.start_ms,
        rest.as_secs(),
        load::rss_anon_kib(pid)? / 1024
    );
    println!(
        "{:<28} {:>9} {:>9} {:>9} {:>9} {:>10} {:>8}",
        "request", "req/s", "p50 µs", "p99 µs", "CPU µs", "× probe", "failed"
    );
    let mut probe = 0.0;
    for (name, bare, request, clients) in requests(&server.ready, bench.clients, words)? {
        let address: SocketAddr = if bare { &server.ready.bare } else { &server.ready.address }.parse()?;
        // Warm caches, so that the first is not the worse for it.
        load::run(address, &request, clients, Duration::from_millis(300), pid)?;
        let outcome = load::run(address, &request, clients, Duration::from_secs(bench.seconds), pid)?;
        if name == "bare probe" {
            probe = outcome.cpu_micros();
        }
        print(name, &outcome, probe);
    }
    println!("\nRssAnon after load: {} MiB", load::rss_anon_kib(pid)? / 1024);
    Ok(())
}

/// Waits until the followers have caught up with what was filled in: their work is not that of a request.
fn quiet(pid: u32) -> Result<Duration, Failure> {
    let begun = Instant::now();
    loop {
        let before = load::cpu_micros(pid)?;
        std::thread::park_timeout(QUIET_FOR);
        let used = Duration::from_micros(load::cpu_micros(pid)?.saturating_sub(before));
        if used < QUIET_FOR / 50 || begun.elapsed() > QUIET_WITHIN {
            return Ok(begun.elapsed());
        }
    }
}

fn print(name: &str, outcome: &Outcome, probe: f64) {
    let ratio = if probe > 0.0 { format!("{:.2}", outcome.cpu_micros() / probe) } else { "-".into() };
    println!(
        "{name:<28} {:>9.0} {:>9} {:>9} {:>9.1} {ratio:>10} {:>8}",
        outcome.per_second(),
        outcome.percentile_micros(50),
        outcome.percentile_micros(99),
        outcome.cpu_micros(),
        outcome.failures
    );
}

fn start(data_dir: &Path) -> Result<Server, Failure> {
    let begun = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .args(["bench", "http-server", "--data-dir"])
        .arg(data_dir)
        .env("TECHMART_REQUESTS_PER_MINUTE", "0")
        .env("TECHMART_LOG", "warn")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).read_line(&mut line)?;
    }
    let ready: Ready =
        serde_json::from_str(&line).map_err(|_| "the server under measurement did not start")?;
    let probe = Request { method: "GET", path: "/readyz".into(), ..Request::default() };
    let (status, _) = load::once(ready.address.parse()?, &probe)?;
    let start_ms = begun.elapsed().as_millis();
    let server = Server { child, ready, start_ms };
    if status == 200 { Ok(server) } else { Err(format!("/readyz answered {status}").into()) }
}

/// What is searched for, as it stands in an address: enough different words that no answer is simply kept.
fn words(texts: Option<&[Text]>) -> Result<Vec<String>, Failure> {
    let words: BTreeSet<String> = match texts {
        Some(texts) => texts.iter().flat_map(|text| &text.keywords).take(WORDS).cloned().collect(),
        None => {
            let examples: Result<Vec<_>, _> = (0..32).map(demo::example_achievement).collect();
            examples?.into_iter().flat_map(|example| example.keywords).collect()
        }
    };
    let encoded = |word: String| word.bytes().map(|byte| format!("%{byte:02X}")).collect();
    Ok(words.into_iter().map(encoded).collect())
}

type Planned = (&'static str, bool, Request, usize);

fn requests(ready: &Ready, clients: usize, words: Vec<String>) -> Result<Vec<Planned>, Failure> {
    let token = Some(ready.token.clone());
    let get = |path: &str, token: Option<String>| Request {
        method: "GET",
        path: path.to_owned(),
        token,
        ..Request::default()
    };
    let words = Arc::new(words);
    let by_id = format!("/api/v1/achievements/{}", ready.achievement);
    let list = "/api/v1/achievements?technical_field=agriculture&limit=20";
    let body = Some(demo_body()?);
    let create = Request {
        method: "POST",
        path: "/api/v1/achievements".into(),
        token: token.clone(),
        body,
        ..Request::default()
    };
    let search = |path: &str| Request { words: words.clone(), ..get(path, None) };
    Ok(vec![
        ("constant answer", true, get("/constant", None), clients),
        ("bare probe", true, get("/probe", None), clients),
        ("read by id, authenticated", false, get(&by_id, token.clone()), clients),
        ("filtered list of 20", false, get(list, token), clients),
        ("search: 20, facets", false, search("/api/v1/search?q={w}&limit=20"), clients),
        ("search: 20, no facets", false, search("/api/v1/search?q={w}&limit=20&facets=none"), clients),
        ("suggestions", false, search("/api/v1/search/suggestions?q={w}"), clients),
        ("durable create, 64 clients", false, create, 64),
    ])
}
