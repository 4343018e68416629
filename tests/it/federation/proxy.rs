//! A proxy between two nodes that does to messages what networks do: loses, repeats, mixes up, cuts, delays and
//! spoils them. What it does is drawn from a seed.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What happens to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The request never arrives.
    LoseRequest,
    /// It arrives; the answer is lost.
    LoseAnswer,
    /// It arrives twice; the second answer is given.
    Repeat,
    /// An answer to an earlier request is given.
    MixUp,
    /// Half of the answer, then the end.
    Cut,
    /// A byte of the body is another one.
    Spoil,
    /// Somebody between says 503.
    Unavailable,
    Delay,
    /// Byte by byte, nearly.
    Drip,
    /// Taken, and nothing is ever said.
    HalfOpen,
}

const FAULTS: [Fault; 10] = [
    Fault::LoseRequest,
    Fault::LoseAnswer,
    Fault::Repeat,
    Fault::MixUp,
    Fault::Cut,
    Fault::Spoil,
    Fault::Unavailable,
    Fault::Delay,
    Fault::Drip,
    Fault::HalfOpen,
];

/// xorshift64*: enough to choose by, and the same everywhere.
pub struct Dice(AtomicU64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    pub fn below(&self, bound: u64) -> u64 {
        let mut x = self.0.load(Ordering::SeqCst);
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.0.store(x, Ordering::SeqCst);
        x.wrapping_mul(0x2545_F491_4F6C_DD1D) % bound
    }
}

struct Inner {
    backend: Mutex<Option<String>>,
    dice: Dice,
    /// Of a hundred messages, how many meet a fault.
    percent: AtomicU64,
    earlier: Mutex<Vec<Vec<u8>>>,
    done: Mutex<Vec<Fault>>,
    stopping: AtomicBool,
}

pub struct Proxy {
    pub base: String,
    inner: Arc<Inner>,
}

impl Proxy {
    pub fn new(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            backend: Mutex::default(),
            dice: Dice::new(seed),
            percent: AtomicU64::new(0),
            earlier: Mutex::default(),
            done: Mutex::default(),
            stopping: AtomicBool::new(false),
        });
        let shared = Arc::clone(&inner);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopping.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), shared) = (stream, Arc::clone(&shared)) else { continue };
                std::thread::spawn(move || drop(serve(stream, &shared)));
            }
        });
        Self { base, inner }
    }

    /// Where messages go: none while the node behind is down.
    pub fn leads_to(&self, base: Option<&str>) {
        let host = base.map(|base| base.trim_start_matches("http://").to_owned());
        *self.inner.backend.lock().unwrap() = host;
    }

    pub fn fault_percent(&self, percent: u64) {
        self.inner.percent.store(percent, Ordering::SeqCst);
    }

    /// What was done so far.
    pub fn faults(&self) -> Vec<Fault> {
        self.inner.done.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.inner.stopping.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.base.trim_start_matches("http://")));
    }
}

fn serve(mut client: TcpStream, inner: &Inner) -> std::io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(5)))?;
    let request = read_request(&mut client)?;
    let meets = inner.dice.below(100) < inner.percent.load(Ordering::SeqCst);
    let fault = meets.then(|| FAULTS[usize::try_from(inner.dice.below(10)).unwrap()]);
    if let Some(fault) = fault {
        inner.done.lock().unwrap().push(fault);
    }
    match fault {
        Some(Fault::LoseRequest) => return Ok(()),
        Some(Fault::HalfOpen) => {
            std::thread::sleep(Duration::from_millis(150));
            return Ok(());
        }
        Some(Fault::Unavailable) => {
            return client.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        }
        Some(Fault::Delay) => std::thread::sleep(Duration::from_millis(inner.dice.below(40))),
        _ => {}
    }
    let mut answer = forward(&request, inner)?;
    if fault == Some(Fault::Repeat) {
        answer = forward(&request, inner)?;
    }
    let earlier = {
        let mut kept = inner.earlier.lock().unwrap();
        kept.push(answer.clone());
        if kept.len() > 8 {
            kept.remove(0);
        }
        let at = usize::try_from(inner.dice.below(kept.len() as u64)).unwrap();
        kept[at].clone()
    };
    match fault {
        Some(Fault::LoseAnswer) => Ok(()),
        Some(Fault::MixUp) => client.write_all(&earlier),
        Some(Fault::Cut) => client.write_all(&answer[..answer.len() / 2]),
        Some(Fault::Spoil) => {
            if let Some(last) = answer.last_mut() {
                *last ^= 1;
            }
            client.write_all(&answer)
        }
        Some(Fault::Drip) => answer.chunks(64).take(40).try_for_each(|chunk| {
            std::thread::sleep(Duration::from_millis(1));
            client.write_all(chunk)
        }),
        _ => client.write_all(&answer),
    }
}

/// Head and body, with the connection to be closed behind it.
fn read_request(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        let read = client.read(&mut buffer)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(&buffer[..read]);
        let Some(head_end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if bytes.len() >= head_end + 4 + length.unwrap_or(0) {
            let closing = format!("{head}\r\nconnection: close\r\n\r\n");
            let mut whole = closing.into_bytes();
            whole.extend_from_slice(&bytes[head_end + 4..]);
            return Ok(whole);
        }
    }
}

fn forward(request: &[u8], inner: &Inner) -> std::io::Result<Vec<u8>> {
    let host = inner.backend.lock().unwrap().clone();
    let host = host.ok_or(std::io::ErrorKind::ConnectionRefused)?;
    let mut backend = TcpStream::connect(host)?;
    backend.set_read_timeout(Some(Duration::from_secs(35)))?;
    backend.write_all(request)?;
    let mut answer = Vec::new();
    backend.read_to_end(&mut answer)?;
    Ok(answer)
}
