//! Whoever takes what the platform sends: an SMTP server and an HTTP receiver on 127.0.0.1.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub headers: HashMap<String, String>,
    pub body: String,
}

/// Takes mail, or answers with the statuses that it is told to.
#[derive(Clone)]
pub struct SmtpSink {
    pub url: String,
    pub mails: Arc<Mutex<Vec<Mail>>>,
    /// Answers to the next recipients, before mail is taken again.
    pub refusals: Arc<Mutex<Vec<&'static str>>>,
}

impl SmtpSink {
    pub fn start() -> SmtpSink {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let sink = SmtpSink { url, mails: Arc::default(), refusals: Arc::default() };
        let served = sink.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let served = served.clone();
                std::thread::spawn(move || served.serve(&stream));
            }
        });
        sink
    }

    pub fn all(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    fn serve(&self, stream: &TcpStream) {
        let mut out = stream.try_clone().unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let mut say = move |text: &str| out.write_all(format!("{text}\r\n").as_bytes()).is_ok();
        let mut to = String::new();
        say("220 sink");
        while let Some(line) = lines.next() {
            let known = match line.get(..4).unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => say("250 sink"),
                "RCPT" => match self.refusals.lock().unwrap().pop() {
                    Some(refusal) => say(refusal),
                    None => {
                        to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                        say("250 ok")
                    }
                },
                "DATA" => {
                    say("354 go on");
                    let text: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                    self.mails.lock().unwrap().push(read(&to, &text));
                    say("250 taken")
                }
                "QUIT" => {
                    say("221 bye");
                    return;
                }
                _ => say("250 ok"),
            };
            if !known {
                return;
            }
        }
    }
}

fn read(to: &str, lines: &[String]) -> Mail {
    let end = lines.iter().position(String::is_empty).unwrap_or(lines.len());
    let mut headers: HashMap<String, String> = HashMap::new();
    let mut last = String::new();
    for line in &lines[..end] {
        match line.split_once(": ").filter(|_| !line.starts_with(' ')) {
            Some((name, value)) => {
                last = name.to_ascii_lowercase();
                headers.insert(last.clone(), value.to_owned());
            }
            None => headers.get_mut(&last).unwrap().push_str(line.trim_start()),
        }
    }
    let coded = lines.get(end + 1..).unwrap_or_default();
    let body = match headers.get("content-transfer-encoding").map(String::as_str) {
        Some("base64") => String::from_utf8(STANDARD.decode(coded.concat()).unwrap()).unwrap(),
        Some("quoted-printable") => unquoted(&coded.join("\n")),
        _ => coded.join("\n"),
    };
    Mail { to: to.to_owned(), headers, body }
}

fn unquoted(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'=', [a, b, after @ ..]) => {
                let code = String::from_utf8(vec![*a, *b]).unwrap();
                bytes.push(u8::from_str_radix(&code, 16).unwrap());
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What a receiver does with a message.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    Answers(u16),
    /// Takes the message and says nothing for so long.
    Stalls(Duration),
    /// Answers a byte now and then.
    Dribbles,
    /// Hangs up.
    HangsUp,
}

/// A message as it arrived.
#[derive(Clone, Debug)]
pub struct Message {
    pub headers: HashMap<String, String>,
    pub body: String,
}

/// Takes webhook messages.
#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    pub messages: Arc<Mutex<Vec<Message>>>,
    /// For the next messages, the last first; then 204.
    pub manners: Arc<Mutex<Vec<Manner>>>,
}

impl Receiver {
    pub fn start() -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let receiver = Receiver { url, messages: Arc::default(), manners: Arc::default() };
        let served = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let served = served.clone();
                std::thread::spawn(move || served.serve(stream));
            }
        });
        receiver
    }

    pub fn all(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }

    pub fn will(&self, manners: &[Manner]) {
        *self.manners.lock().unwrap() = manners.iter().rev().copied().collect();
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ") {
                Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.to_owned()),
                None => break,
            };
        }
        let length = headers["content-length"].parse().unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let message = Message { headers, body: String::from_utf8(body).unwrap() };
        self.messages.lock().unwrap().push(message);
        let manner = self.manners.lock().unwrap().pop().unwrap_or(Manner::Answers(204));
        let status = match manner {
            Manner::Answers(status) => status,
            Manner::HangsUp => return,
            Manner::Stalls(time) => {
                std::thread::sleep(time);
                return;
            }
            Manner::Dribbles => {
                for byte in b"HTTP/1.1 200 OK\r\nx-slow: ".iter().cycle().take(200) {
                    std::thread::sleep(Duration::from_millis(20));
                    if stream.write_all(&[*byte]).is_err() {
                        return;
                    }
                }
                return;
            }
        };
        let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        drop(stream.write_all(answer.as_bytes()));
    }
}
