//! Live streams of a sale: tickets, events, reconnecting, two instances.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{BIDDER, SECOND, bid, bidding, drafted, path, running};
use crate::support::{City, Client};

/// An event as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: Option<i64>,
    pub name: String,
    pub data: Value,
}

/// A stream that is read on a thread of its own.
pub struct Stream {
    events: std::sync::mpsc::Receiver<Event>,
    pub raw: std::sync::Arc<std::sync::Mutex<String>>,
    pub head: String,
}

impl Stream {
    /// Opens a stream with a ticket of its own.
    pub fn open(base: &str, id: &str, after: Option<i64>) -> Self {
        let ticket = Client::new(base, None).post(&path(id, "/stream-ticket"), json!({})).expect(200);
        Self::at(base, ticket.body["location"].as_str().unwrap(), after)
    }

    pub fn at(base: &str, location: &str, after: Option<i64>) -> Self {
        let address = base.strip_prefix("http://").unwrap();
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let last = after.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        write!(socket, "GET {location} HTTP/1.1\r\nhost: {address}\r\naccept-encoding: gzip\r\n{last}\r\n")
            .unwrap();
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "the connection ended in {head}");
        }
        let (tell, events) = std::sync::mpsc::channel();
        let raw = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
        let kept = raw.clone();
        std::thread::spawn(move || {
            let mut event = Event { id: None, name: String::new(), data: Value::Null };
            let body = Unchunked { reader, rest: 0 };
            for line in body.lines_of() {
                kept.lock().unwrap().push_str(&format!("{line}\n"));
                if let Some(id) = line.strip_prefix("id: ") {
                    event.id = id.parse().ok();
                } else if let Some(name) = line.strip_prefix("event: ") {
                    event.name = name.to_owned();
                } else if let Some(data) = line.strip_prefix("data: ") {
                    event.data = serde_json::from_str(data).unwrap();
                } else if line.is_empty() && !event.name.is_empty() {
                    let whole = std::mem::replace(
                        &mut event,
                        Event { id: None, name: String::new(), data: Value::Null },
                    );
                    if tell.send(whole).is_err() {
                        return;
                    }
                }
            }
        });
        Self { events, raw, head }
    }

    #[track_caller]
    pub fn next(&self) -> Event {
        self.events.recv_timeout(Duration::from_secs(10)).expect("an event comes")
    }

    /// The next event of this name, passing over others.
    #[track_caller]
    pub fn find(&self, name: &str) -> Event {
        loop {
            let event = self.next();
            if event.name == name {
                return event;
            }
        }
    }

    /// Everything up to and with the state that counts `seq` bids.
    #[track_caller]
    pub fn until(&self, seq: i64) -> Vec<Event> {
        let mut all = vec![];
        loop {
            let event = self.next();
            let done = event.name == "state" && event.data["seq"] == seq;
            all.push(event);
            if done {
                return all;
            }
        }
    }

    pub fn ended(&self) -> bool {
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(10) {
            match self.events.recv_timeout(Duration::from_millis(100)) {
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return true,
                Ok(_) | Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
            }
        }
        false
    }
}

/// HTTP/1.1 chunks taken apart.
struct Unchunked {
    reader: BufReader<TcpStream>,
    rest: usize,
}

impl Unchunked {
    fn lines_of(self) -> impl Iterator<Item = String> {
        BufReader::new(self).lines().map_while(Result::ok)
    }
}

impl Read for Unchunked {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.rest == 0 {
            let mut line = String::new();
            while line.trim().is_empty() {
                line.clear();
                if self.reader.read_line(&mut line)? == 0 {
                    return Ok(0);
                }
            }
            self.rest = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
            if self.rest == 0 {
                return Ok(0);
            }
        }
        let wanted = buffer.len().min(self.rest);
        let read = self.reader.read(&mut buffer[..wanted])?;
        self.rest -= read;
        Ok(read)
    }
}

fn seqs(events: &[Event]) -> Vec<i64> {
    events
        .iter()
        .filter(|event| event.name == "bid")
        .map(|event| event.data["seq"].as_i64().unwrap())
        .collect()
}

/// Issue: single-use stream tickets; headers that let no proxy hold events back.
#[test]
fn a_ticket_opens_one_stream_of_its_sale() {
    let city = City::new();
    let (id, other) = (running(&city), bidding(&city));
    let ticket = city.anonymous().post(&path(&id, "/stream-ticket"), json!({})).expect(200);
    let location = ticket.body["location"].as_str().unwrap().to_owned();
    let stolen = location.replace(&id, &other);
    city.anonymous().get(&stolen).refused(403, "stream_ticket_invalid");
    let spent = city.anonymous().get(&location);
    spent.refused(403, "stream_ticket_invalid");
    let ticket = city.anonymous().post(&path(&id, "/stream-ticket"), json!({})).expect(200);
    let location = ticket.body["location"].as_str().unwrap();
    let stream = Stream::at(&city.base, location, None);
    let head = stream.head.to_ascii_lowercase();
    for line in [
        "200 ok",
        "content-type: text/event-stream",
        "x-accel-buffering: no",
        "cache-control: no-store, no-transform",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(!head.contains("gzip"));
    assert_eq!(stream.next().name, "connected");
    assert!(stream.raw.lock().unwrap().starts_with("retry: "));
    city.anonymous().get(location).refused(403, "stream_ticket_invalid");
    let draft = drafted(&city, "online_bidding", super::bidding_terms(&city));
    city.anonymous().post(&path(&draft, "/stream-ticket"), json!({})).refused(404, "not_found");
}

/// Issue: price, end, clock; the least next bid. DOMAIN §4, identity: aliases alone.
#[test]
fn domain_4_a_stream_shows_price_and_end_and_never_who() {
    let city = City::new();
    let id = running(&city);
    let state = city.anonymous().get(&path(&id, "/state")).expect(200);
    assert_eq!((&state.body["phase"], &state.body["seq"]), (&json!("open"), &json!(0)));
    let start = state.body["next_fen"].as_i64().unwrap();
    let stream = Stream::open(&city.base, &id, None);
    let first = stream.find("state");
    assert_eq!((first.id, &first.data["price_fen"]), (Some(0), &Value::Null));
    assert_eq!(first.data["next_fen"], start);
    bid(&city, &id, BIDDER, start).expect(200);
    city.settle();
    let told = stream.until(1);
    assert_eq!(seqs(&told), [1]);
    let state = &told.last().unwrap().data;
    assert_eq!((&state["price_fen"], &state["leader"]), (&json!(start), &told[0].data["alias"]));
    assert!(state["next_fen"].as_i64().unwrap() > start);
    assert!(state["now"].is_string() && state["ends_at"].is_string());
    let raw = stream.raw.lock().unwrap().clone();
    for secret in ["示例enterprise", &city.organisation("enterprise").to_string(), "91459900"] {
        assert!(!raw.contains(secret), "{secret} in {raw}");
    }
}

/// Issue: reconnect with Last-Event-ID misses nothing; events are read from the database, not remembered.
#[test]
fn a_reconnect_with_the_last_event_id_misses_nothing() {
    let city = City::new();
    let id = running(&city);
    let start = city.anonymous().get(&path(&id, "/state")).expect(200).body["next_fen"].as_i64().unwrap();
    let mut price = start;
    let mut round = |count: usize| {
        for turn in 0..count {
            let answer = bid(&city, &id, [BIDDER, SECOND][turn % 2], price).expect(200);
            price = answer.body["next_fen"].as_i64().unwrap();
        }
    };
    round(4);
    let stream = Stream::open(&city.base, &id, None);
    let begin = stream.until(4);
    assert!(seqs(&begin).is_empty(), "who comes for the first time begins with the state");
    drop(stream);
    round(6);
    let again = Stream::open(&city.base, &id, Some(4));
    let told = again.until(10);
    assert_eq!(seqs(&told), [5, 6, 7, 8, 9, 10]);
    assert_eq!(told.last().unwrap().id, Some(10));
    round(2);
    city.settle();
    assert_eq!(seqs(&again.until(12)), [11, 12]);
    let ticket = city.anonymous().post(&path(&id, "/stream-ticket"), json!({})).expect(200);
    let address = format!("{}&after=11", ticket.body["location"].as_str().unwrap());
    assert_eq!(seqs(&Stream::at(&city.base, &address, None).until(12)), [12], "as a parameter too");
    let bad = city.anonymous().with("last-event-id", "x").get(&path(&id, "/live?ticket=0"));
    bad.refused(400, "last_event_id_invalid");
}

/// Issue: instances behind a load balancer show the same sale.
#[test]
fn two_instances_over_one_database_show_the_same_sale() {
    let city = City::new();
    let other = City::on(city.database.clone());
    let id = running(&city);
    other.clock.set(city.now());
    let start = city.anonymous().get(&path(&id, "/state")).expect(200).body["next_fen"].as_i64().unwrap();
    let (here, there) = (Stream::open(&city.base, &id, None), Stream::open(&other.base, &id, None));
    here.find("state");
    there.find("state");
    let background = other.app.spawn_background().unwrap();
    let answer = bid(&city, &id, BIDDER, start).expect(200);
    city.settle();
    let next = answer.body["next_fen"].as_i64().unwrap();
    let (mine, theirs) = (here.until(1), there.until(1));
    let without_clock = |events: &[Event]| -> Vec<Event> {
        let strip = |event: &Event| {
            let mut event = event.clone();
            event.data.as_object_mut().unwrap().remove("now");
            event
        };
        // Before the bid a hub may tell again how the sale stands.
        events.iter().filter(|event| event.id == Some(1)).map(strip).collect()
    };
    assert_eq!(without_clock(&mine), without_clock(&theirs));
    let token = city.as_(SECOND).token;
    let bidder = Client::new(&other.base, token);
    bidder.post(&path(&id, "/bids"), json!({"price_fen": next})).expect(200);
    city.settle();
    assert_eq!(seqs(&here.until(2)), seqs(&there.until(2)));
    background.stop();
}

/// Every stream ends with a word at shutdown, and when it was asked to.
#[test]
fn streams_end_with_a_word() {
    let city = City::new();
    let id = running(&city);
    let ticket = city.anonymous().post(&path(&id, "/stream-ticket"), json!({})).expect(200);
    let short = format!("{}&seconds=1", ticket.body["location"].as_str().unwrap());
    let stream = Stream::at(&city.base, &short, None);
    assert_eq!(stream.find("bye").data["reason"], "asked");
    let stream = Stream::open(&city.base, &id, None);
    stream.find("state");
    city.app.close_streams();
    assert_eq!(stream.find("bye").data["reason"], "shutdown");
    assert!(stream.ended());
    let late = Stream::open(&city.base, &id, None);
    assert_eq!(late.find("bye").data["reason"], "shutdown");
}

/// Issue: limits for each address.
#[test]
fn streams_are_limited_for_each_address() {
    let city = City::new();
    let id = running(&city);
    let streams: Vec<_> =
        (0..crate::support::STREAMS_OF_ADDRESS).map(|_| Stream::open(&city.base, &id, None)).collect();
    let ticket = city.anonymous().post(&path(&id, "/stream-ticket"), json!({})).expect(200);
    let location = ticket.body["location"].as_str().unwrap();
    city.anonymous().get(location).refused(429, "streams_of_address_full");
    drop(streams);
}

/// A page for everybody, which needs nothing from elsewhere.
#[test]
fn the_page_of_a_sale_needs_nothing_from_elsewhere() {
    let city = City::new();
    let id = running(&city);
    let page = city.anonymous().get(&format!("/sales/{id}")).expect(200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    for asset in ["/sales/live.js", "/sales/live.css"] {
        assert!(page.text().contains(asset));
        let asset = city.anonymous().get(asset).expect(200);
        assert!(!asset.text().contains("http://") && !asset.text().contains("https://"));
    }
    city.anonymous().get("/sales/nothing").refused(404, "not_found");
}
