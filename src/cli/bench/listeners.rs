//! `techmart bench listeners`: what many listeners of one sale cost, and how long the slowest waits for a bid.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use super::ListenersBench;
use super::load::{self, Request};
use super::sale::{INCREMENT_FEN, START_FEN};
use super::server_process::Server;
use crate::config::Config;

const STACK_BYTES: usize = 128 * 1024;
const PATIENCE: Duration = Duration::from_secs(60);

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// What a listener heard, and when.
enum Heard {
    Connected,
    Bid(i64, Instant),
    Failed(String),
}

pub fn run(config: &Config, bench: &ListenersBench) -> Outcome {
    let server = Server::start(&config.data_dir, config, 2)?;
    let (address, sale) = (server.ready.address.parse()?, server.ready.sale);
    std::thread::park_timeout(Duration::from_secs(3));
    let before = load::rss_anon_kib(server.id())?;
    let (tell, heard) = channel();
    let begun = Instant::now();
    for _ in 0..bench.listeners {
        let (path, tell) = (ticket(address, &sale.to_string())?, tell.clone());
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        drop(thread.spawn(move || listen(address, &path, &tell))?);
    }
    drop(tell);
    for _ in 0..bench.listeners {
        match heard.recv_timeout(PATIENCE)? {
            Heard::Connected | Heard::Bid(..) => {}
            Heard::Failed(why) => return Err(why.into()),
        }
    }
    println!("{} listeners connected in {:.1} s", bench.listeners, begun.elapsed().as_secs_f64());
    let mut slowest = vec![];
    for round in 0..bench.rounds {
        slowest.push(one_bid(&server, address, round, bench.listeners, &heard)?);
        std::thread::park_timeout(Duration::from_millis(500));
    }
    let after = load::rss_anon_kib(server.id())?;
    slowest.sort_unstable();
    let at = |percent: usize| slowest.get((slowest.len().saturating_sub(1)) * percent / 100).copied();
    println!(
        "memory added: {} MiB (RssAnon {} to {})",
        after.saturating_sub(before) / 1024,
        before / 1024,
        after / 1024
    );
    println!(
        "from a bid's request to the slowest listener, over {} bids: median {} ms, worst {} ms",
        bench.rounds,
        at(50).unwrap_or(0),
        at(100).unwrap_or(0)
    );
    Ok(())
}

/// The path of a stream, with a ticket of its own.
fn ticket(address: SocketAddr, sale: &str) -> Result<String, Box<dyn std::error::Error>> {
    let path = format!("/api/v1/sales/{sale}/stream-ticket");
    let (status, body) = load::once(address, &Request { method: "POST", path, ..Request::default() })?;
    if status != 200 {
        return Err(format!("no ticket: {status} {body}").into());
    }
    let body: serde_json::Value = serde_json::from_str(&body)?;
    Ok(body["location"].as_str().unwrap_or_default().to_owned())
}

/// One bid; returns the milliseconds until everybody heard it.
fn one_bid(
    server: &Server,
    address: SocketAddr,
    round: usize,
    listeners: usize,
    heard: &std::sync::mpsc::Receiver<Heard>,
) -> Result<u128, Box<dyn std::error::Error>> {
    let number = i64::try_from(round)?;
    let token = server.ready.tokens.get(round % 2).cloned();
    let amount = START_FEN + INCREMENT_FEN * number;
    let path = format!("/api/v1/sales/{}/bids", server.ready.sale);
    let body = Some(format!("{{\"price_fen\": {amount}}}"));
    let sent = Instant::now();
    let (status, told) =
        load::once(address, &Request { method: "POST", path, token, body, ..Request::default() })?;
    if status != 200 {
        return Err(format!("the bid was answered {status} {told}").into());
    }
    let mut last = sent;
    for _ in 0..listeners {
        match heard.recv_timeout(PATIENCE)? {
            Heard::Bid(seq, at) if seq == number + 1 => last = last.max(at),
            Heard::Bid(seq, _) => return Err(format!("bid {seq} came instead of {}", number + 1).into()),
            Heard::Connected => return Err("a listener connected twice".into()),
            Heard::Failed(why) => return Err(why.into()),
        }
    }
    Ok(last.duration_since(sent).as_millis())
}

fn listen(address: SocketAddr, path: &str, tell: &Sender<Heard>) {
    // Nobody listens to the listener any more when the measurement is over.
    if let Err(error) = follow(address, path, tell) {
        drop(tell.send(Heard::Failed(error.to_string())));
    }
}

fn follow(address: SocketAddr, path: &str, tell: &Sender<Heard>) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: text/event-stream\r\n\r\n")?;
    let mut lines = BufReader::with_capacity(2048, stream).lines();
    let mut name = String::new();
    while let Some(line) = lines.next().transpose()? {
        if let Some(event) = line.strip_prefix("event: ") {
            name = event.to_owned();
        } else if let Some(data) = line.strip_prefix("data: ") {
            let sent = match name.as_str() {
                "connected" => tell.send(Heard::Connected),
                "bid" => {
                    let data: serde_json::Value = serde_json::from_str(data)?;
                    tell.send(Heard::Bid(data["seq"].as_i64().unwrap_or(0), Instant::now()))
                }
                _ => Ok(()),
            };
            if sent.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}
