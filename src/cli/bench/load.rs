//! A load generator: keep-alive connections over plain sockets, one request in flight on each, so that it takes
//! little of the cores that it shares with the server.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::corpus::mixed;

const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
const BUFFER_BYTES: usize = 64 * 1024;

/// A request with its number filled in where it says `{n}`, and one word after another where it says `{w}`.
#[derive(Clone, Default)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub token: Option<String>,
    pub body: Option<String>,
    /// As they stand in an address.
    pub words: Arc<Vec<String>>,
}

/// What a run of one request came to.
pub struct Outcome {
    pub requests: u64,
    pub failures: u64,
    pub seconds: f64,
    pub server_cpu_micros: u64,
    latencies_micros: Vec<u32>,
}

impl Outcome {
    pub fn per_second(&self) -> f64 {
        f64_of(self.requests) / self.seconds
    }

    /// CPU of the server's process for each request, in microseconds.
    pub fn cpu_micros(&self) -> f64 {
        f64_of(self.server_cpu_micros) / f64_of(self.requests.max(1))
    }

    pub fn percentile_micros(&self, percent: usize) -> u32 {
        let at = (self.latencies_micros.len().saturating_sub(1)) * percent / 100;
        self.latencies_micros.get(at).copied().unwrap_or(0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
pub const fn f64_of(n: u64) -> f64 {
    n as f64
}

impl Request {
    fn bytes(&self, address: SocketAddr, number: u64) -> Vec<u8> {
        let at = usize::try_from(number).unwrap_or(0) % self.words.len().max(1);
        let word = self.words.get(at).map_or("", String::as_str);
        let number = number.to_string();
        let fill = |text: &str| text.replace("{n}", &number).replace("{w}", word);
        let mut text = format!("{} {} HTTP/1.1\r\nhost: {address}\r\n", self.method, fill(&self.path));
        if let Some(token) = &self.token {
            text.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        if let Some(body) = &self.body {
            let body = fill(body);
            text.push_str(&format!(
                "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            ));
        } else {
            text.push_str("\r\n");
        }
        text.into_bytes()
    }
}

/// Sends the request from `clients` connections for this long.
pub fn run(
    address: SocketAddr,
    request: &Request,
    clients: usize,
    time: Duration,
    server: u32,
) -> io::Result<Outcome> {
    let requests = vec![request.clone(); clients];
    run_all(address, &requests, Pace { first: 1, pause: None }, time, server)
}

/// The number that the first request says, and the mean time from one request of a client to its next.
#[derive(Clone, Copy)]
pub struct Pace {
    pub first: u64,
    pub pause: Option<Duration>,
}

/// When a client acts: at random moments, a pause apart on the average. Clients that all acted at the same moment would
/// measure how long a queue of them is, not what one waits.
pub struct Rhythm {
    pause: Duration,
    due: Instant,
    client: u64,
    acts: u64,
}

impl Rhythm {
    pub fn new(client: usize, pause: Duration) -> Rhythm {
        let mut rhythm = Rhythm { pause, due: Instant::now(), client: client as u64, acts: 0 };
        rhythm.go_on();
        rhythm
    }

    /// Waits until it is time.
    pub fn wait(&mut self) {
        std::thread::park_timeout(self.due.saturating_duration_since(Instant::now()));
        self.go_on();
    }

    fn go_on(&mut self) {
        self.acts += 1;
        let share = f64_of(mixed(self.acts, self.client) >> 11) / f64_of(1 << 53);
        self.due += self.pause.mul_f64(2.0 * share);
    }
}

/// Sends each of these requests from a connection of its own for this long.
pub fn run_all(
    address: SocketAddr,
    requests: &[Request],
    pace: Pace,
    time: Duration,
    server: u32,
) -> io::Result<Outcome> {
    let (stop, number) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(pace.first)));
    let sum = Arc::new(Mutex::new((Vec::new(), 0_u64)));
    let cpu_before = cpu_micros(server)?;
    let started = Instant::now();
    let mut threads = Vec::new();
    for (at, request) in requests.iter().enumerate() {
        let (stop, number, sum, request) = (stop.clone(), number.clone(), sum.clone(), request.clone());
        threads.push(std::thread::spawn(move || -> io::Result<()> {
            let rhythm = pace.pause.map(|pause| Rhythm::new(at, pause));
            let (latencies, failures) = client(address, &request, &stop, &number, rhythm)?;
            let mut sum = sum.lock().unwrap_or_else(PoisonError::into_inner);
            sum.0.extend(latencies);
            sum.1 += failures;
            Ok(())
        }));
    }
    // Whoever ended before may have left a token that wakes this thread at once.
    let end = Instant::now() + time;
    while Instant::now() < end {
        std::thread::park_timeout(end.saturating_duration_since(Instant::now()));
    }
    stop.store(true, Ordering::Release);
    for thread in threads {
        thread.join().map_err(|_| io::Error::other("a client panicked"))??;
    }
    let seconds = started.elapsed().as_secs_f64();
    let server_cpu_micros = cpu_micros(server)?.saturating_sub(cpu_before);
    let (mut latencies_micros, failures) =
        std::mem::take(&mut *sum.lock().unwrap_or_else(PoisonError::into_inner));
    latencies_micros.sort_unstable();
    let requests = u64::try_from(latencies_micros.len()).unwrap_or(0);
    Ok(Outcome { requests, failures, seconds, server_cpu_micros, latencies_micros })
}

fn client(
    address: SocketAddr,
    request: &Request,
    stop: &AtomicBool,
    number: &AtomicU64,
    mut rhythm: Option<Rhythm>,
) -> io::Result<(Vec<u32>, u64)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    let (mut latencies, mut failures, mut buffer) = (Vec::new(), 0, vec![0; BUFFER_BYTES]);
    while !stop.load(Ordering::Acquire) {
        if let Some(rhythm) = &mut rhythm {
            rhythm.wait();
        }
        let bytes = request.bytes(address, number.fetch_add(1, Ordering::Relaxed));
        let sent = Instant::now();
        stream.write_all(&bytes)?;
        let status = answer(&mut stream, &mut buffer)?;
        latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
        failures += u64::from(!(200..300).contains(&status));
    }
    Ok((latencies, failures))
}

/// Reads one answer with a Content-Length; returns its status.
fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> io::Result<u16> {
    let mut filled = 0;
    loop {
        if filled == buffer.len() {
            buffer.resize(buffer.len() * 2, 0);
        }
        let read = stream.read(buffer.get_mut(filled..).unwrap_or_default())?;
        if read == 0 {
            return Err(io::Error::other("the server closed the connection"));
        }
        filled += read;
        let seen = buffer.get(..filled).unwrap_or_default();
        let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(seen.get(..end).unwrap_or_default()).to_ascii_lowercase();
        let length: usize = head
            .split("content-length:")
            .nth(1)
            .and_then(|rest| rest.lines().next()?.trim().parse().ok())
            .unwrap_or(0);
        if filled >= end + 4 + length {
            let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
            return status.ok_or_else(|| io::Error::other("not an HTTP answer"));
        }
    }
}

/// One request, with its body as text.
pub fn once(address: SocketAddr, request: &Request) -> io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    stream.write_all(&request.bytes(address, 0))?;
    let mut buffer = vec![0; BUFFER_BYTES];
    let status = answer(&mut stream, &mut buffer)?;
    let text = String::from_utf8_lossy(&buffer);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body).trim_end_matches('\0').to_owned();
    Ok((status, body))
}

/// User and system time of a process, from `/proc`.
pub fn cpu_micros(pid: u32) -> io::Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in parentheses may hold spaces.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    // Linux gives these in hundredths of a second on every common build.
    Ok((ticks(11) + ticks(12)) * 10_000)
}

/// Anonymous memory of a process, in KiB.
pub fn rss_anon_kib(pid: u32) -> io::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    Ok(line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0))
}
