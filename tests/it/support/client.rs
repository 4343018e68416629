//! A caller over HTTP.

use std::sync::OnceLock;

use serde_json::Value;

static HTTP: OnceLock<reqwest::blocking::Client> = OnceLock::new();

fn http() -> &'static reqwest::blocking::Client {
    HTTP.get_or_init(|| {
        // reqwest comes without a crypto provider of its own; another test may have been first.
        drop(rustls::crypto::ring::default_provider().install_default());
        let limit = std::time::Duration::from_secs(30);
        reqwest::blocking::Client::builder()
            .timeout(limit)
            .redirect(reqwest::redirect::Policy::none())
            .pool_max_idle_per_host(0)
            .build()
            .unwrap()
    })
}

#[derive(Clone)]
pub struct Client {
    base: String,
    pub token: Option<String>,
    headers: Vec<(String, String)>,
}

pub struct Response {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
    /// The JSON body, or null.
    pub body: Value,
    asked: String,
}

impl Client {
    pub fn new(base: &str, token: Option<String>) -> Self {
        Self { base: base.to_owned(), token, headers: Vec::new() }
    }

    /// The same caller with one more header.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut other = self.clone();
        other.headers.push((name.to_owned(), value.to_owned()));
        other
    }

    pub fn get(&self, path: &str) -> Response {
        self.send("GET", path, None)
    }

    pub fn delete(&self, path: &str) -> Response {
        self.send("DELETE", path, None)
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers write json!({…})")]
    pub fn post(&self, path: &str, body: Value) -> Response {
        self.send("POST", path, Some(("application/json", body.to_string().into_bytes())))
    }

    #[expect(clippy::needless_pass_by_value, reason = "callers write json!({…})")]
    pub fn put(&self, path: &str, body: Value) -> Response {
        self.send("PUT", path, Some(("application/json", body.to_string().into_bytes())))
    }

    pub fn send(&self, method: &str, path: &str, body: Option<(&str, Vec<u8>)>) -> Response {
        let method = method.parse().unwrap();
        let asked = format!("{method} {path}");
        let mut request = http().request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some((kind, bytes)) = body {
            request = request.header("content-type", kind).body(bytes);
        }
        let response = request.send().unwrap_or_else(|error| panic!("{asked}: {error}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().unwrap().to_vec();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Response { status, headers, bytes, body, asked }
    }
}

impl Response {
    /// Fails the test, with the answer, unless the status is this.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} answered {}", self.asked, self.text());
        self
    }

    /// Fails the test unless the answer is problem+json with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Self {
        let this = self.expect(status);
        assert_eq!(this.body["code"], code, "{} answered {}", this.asked, this.text());
        assert_eq!(this.header("content-type"), "application/problem+json; charset=utf-8");
        this
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The code of the error at this pointer.
    pub fn field(&self, pointer: &str) -> Option<&str> {
        let errors = self.body["errors"].as_array()?;
        errors.iter().find(|error| error["pointer"] == pointer)?["code"].as_str()
    }

    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.text())).to_owned()
    }
}
