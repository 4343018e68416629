//! Settings: environment and an optional file of `NAME=value` lines into typed structs. An unknown name or a
//! bad value refuses to start and says which one and why.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::db::{DatabaseUrl, Settings};
use crate::files::Bucket;
use crate::http::outbound::Allow;
use crate::notice::SmtpSettings;
use crate::statistics::rules::is_ocid_prefix;

/// What is logged where nothing is said.
pub const LOG_DEFAULT: &str = "info";

/// Every setting: name, default as shown in the help, meaning.
pub const SETTINGS: &[(&str, &str, &str)] = &[
    (
        "TECHMART_DATA_DIR",
        "./data",
        "directory of the embedded database, attachments, search index and secret",
    ),
    ("TECHMART_LISTEN", "127.0.0.1:8080", "address and port to serve on"),
    (
        "TECHMART_BASE_URL",
        "http://LISTEN",
        "where the outside reaches this node; links in papers begin with it (localhost where LISTEN is every address)",
    ),
    (
        "TECHMART_NODE",
        "cn-450700",
        "id of this node on the network; its database keeps it and is opened as no other's",
    ),
    ("DATABASE_URL", "sqlite://DATA_DIR/techmart.db", "postgres://… or sqlite://PATH"),
    ("REDIS_URL", "none", "redis://…; shares rate limits between instances"),
    (
        "TECHMART_FILES_URL",
        "DATA_DIR/files",
        "s3://BUCKET/PREFIX keeps attachments in an S3-compatible store (builds with --features s3)",
    ),
    ("TECHMART_S3_ENDPOINT", "AWS", "https://… of another store than AWS's own"),
    ("TECHMART_S3_REGION", "us-east-1", "region of the bucket"),
    ("TECHMART_S3_ACCESS_KEY_ID", "none", "access key to the bucket; with its secret"),
    ("TECHMART_S3_SECRET_ACCESS_KEY", "none", "secret of that key"),
    ("TECHMART_SECRET", "DATA_DIR/secret.key", "master key, 64 hex digits; must be set with PostgreSQL"),
    (
        "TECHMART_OPERATOR_LOGIN",
        "none",
        "creates the first operator at start, with TECHMART_OPERATOR_PASSWORD",
    ),
    ("TECHMART_OPERATOR_PASSWORD", "none", "password of that operator"),
    (
        "TECHMART_OUTBOUND_ALLOW",
        "none",
        "hosts, addresses and networks, such as 10.1.0.0/16, that peers and webhooks may have besides https on the internet",
    ),
    ("TECHMART_REQUESTS_PER_MINUTE", "1200", "requests that one address may make in a minute; 0 is no limit"),
    ("TECHMART_TRUST_FORWARDED_FOR", "false", "the last hop of X-Forwarded-For is the client"),
    ("TECHMART_ENQUIRY_DAYS", "7", "days after which an unanswered enquiry is overdue"),
    ("TECHMART_STREAMS", "4000", "live streams of this instance at a time, 1 to 100000"),
    ("TECHMART_STREAMS_PER_ADDRESS", "40", "live streams of one address at a time, 1 to 100000"),
    ("TECHMART_SMTP_URL", "none", "smtp://… or smtps://USER:PASSWORD@HOST; without it no mail is sent"),
    (
        "TECHMART_SMTP_FROM",
        "none",
        "sender of mail, such as 技术市场 <notice@example.cn>; with TECHMART_SMTP_URL",
    ),
    (
        "TECHMART_DIGEST_HOUR",
        "8",
        "hour of the day, in Qinzhou, at which the mail of the day is written, 0 to 23",
    ),
    (
        "TECHMART_OCID_PREFIX",
        "ocds-213czf",
        "prefix of OCDS ids that the Open Contracting Partnership gave; the default is for examples only",
    ),
    ("TECHMART_WORKERS", "2", "threads that serve HTTP, 1 to 64"),
    ("TECHMART_READERS", "4", "threads that read the database, 1 to 64"),
    ("TECHMART_METRICS_LISTEN", "none", "address and port of /metrics"),
    ("TECHMART_LOG", LOG_DEFAULT, "log filter, as of tracing's EnvFilter"),
    ("TECHMART_LOG_FORMAT", "text", "text or json"),
];

/// Names that belong to the tests.
const FOREIGN: &str = "TECHMART_TEST_";

#[derive(Clone)]
pub struct Config {
    pub data_dir: PathBuf,
    pub listen: SocketAddr,
    pub base_url: String,
    pub node: String,
    /// Whether a setting names it; otherwise the command line asks the database whose it is.
    pub node_named: bool,
    pub database: DatabaseUrl,
    pub redis: Option<String>,
    /// `None`: attachments lie in the data directory.
    pub bucket: Option<Bucket>,
    pub secret: Option<[u8; 32]>,
    pub first_operator: Option<FirstOperator>,
    pub outbound_allow: Allow,
    pub requests_per_minute: u32,
    pub trust_forwarded_for: bool,
    pub enquiry_days: i64,
    /// Live streams at a time: of this instance, and of one address.
    pub streams: usize,
    pub streams_per_address: usize,
    /// `None`: no mail.
    pub smtp: Option<SmtpSettings>,
    pub digest_hour: i64,
    pub ocid_prefix: String,
    pub workers: usize,
    pub readers: usize,
    pub metrics_listen: Option<SocketAddr>,
    pub log: String,
    pub log_json: bool,
    /// Cheap hashing and an index in memory: for tests only, not to be reached from a setting.
    pub for_tests: bool,
}

#[derive(Clone)]
pub struct FirstOperator {
    pub login: String,
    pub password: String,
}

/// A setting that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub struct BadSetting {
    pub name: String,
    pub reason: String,
}

impl fmt::Display for BadSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the setting {} cannot be used: {}", self.name, self.reason)
    }
}

impl std::error::Error for BadSetting {}

fn bad(name: &str, reason: impl fmt::Display) -> BadSetting {
    BadSetting { name: name.to_owned(), reason: reason.to_string() }
}

/// What the command line says; it goes before the environment.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub data_dir: Option<PathBuf>,
    pub listen: Option<String>,
    pub config: Option<PathBuf>,
}

impl Config {
    /// From the process's environment.
    pub fn load(flags: &Flags) -> Result<Self, BadSetting> {
        Self::from_pairs(flags, std::env::vars())
    }

    pub fn from_pairs(
        flags: &Flags,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, BadSetting> {
        let mut values = match &flags.config {
            Some(path) => read_file(path)?,
            None => BTreeMap::new(),
        };
        values.extend(environment.filter(|(name, _)| is_ours(name)));
        for name in values.keys() {
            let known = SETTINGS.iter().any(|(known, _, _)| known == name) || name.starts_with(FOREIGN);
            if !known {
                return Err(bad(name, "there is no such setting; see techmart --help"));
            }
        }
        values.retain(|_, value| !value.is_empty());
        if let Some(dir) = &flags.data_dir {
            values.insert("TECHMART_DATA_DIR".into(), dir.display().to_string());
        }
        if let Some(listen) = &flags.listen {
            values.insert("TECHMART_LISTEN".into(), listen.clone());
        }
        Self::from_values(&Values(values))
    }

    fn from_values(values: &Values) -> Result<Self, BadSetting> {
        let data_dir = PathBuf::from(values.text("TECHMART_DATA_DIR").unwrap_or("data"));
        let listen =
            values.parsed("TECHMART_LISTEN")?.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let database = match values.text("DATABASE_URL") {
            Some(url) => DatabaseUrl::parse(url).map_err(|reason| bad("DATABASE_URL", reason))?,
            None => DatabaseUrl::Sqlite(Settings::sqlite_in(&data_dir)),
        };
        let secret = values.text("TECHMART_SECRET").map(parse_secret).transpose()?;
        if database.is_postgres() && secret.is_none() {
            return Err(bad(
                "TECHMART_SECRET",
                "must be set with PostgreSQL (for example: openssl rand -hex 32)",
            ));
        }
        let (base_url, node) = (base_url(values, listen)?, node(values)?);
        Ok(Self {
            smtp: smtp(values, &base_url, &node)?,
            digest_hour: values.within("TECHMART_DIGEST_HOUR", 8, 0, 23)?,
            ocid_prefix: ocid_prefix(values)?,
            base_url,
            node,
            node_named: values.text("TECHMART_NODE").is_some(),
            redis: redis(values)?,
            bucket: bucket(values)?,
            first_operator: first_operator(values)?,
            outbound_allow: values.parsed("TECHMART_OUTBOUND_ALLOW")?.unwrap_or_default(),
            requests_per_minute: values.parsed("TECHMART_REQUESTS_PER_MINUTE")?.unwrap_or(1200),
            trust_forwarded_for: values.parsed("TECHMART_TRUST_FORWARDED_FOR")?.unwrap_or(false),
            enquiry_days: values.within("TECHMART_ENQUIRY_DAYS", 7, 1, 365)?,
            streams: values.count("TECHMART_STREAMS", 4_000, 100_000)?,
            streams_per_address: values.count("TECHMART_STREAMS_PER_ADDRESS", 40, 100_000)?,
            workers: values.count("TECHMART_WORKERS", 2, 64)?,
            readers: values.count("TECHMART_READERS", 4, 64)?,
            metrics_listen: values.parsed("TECHMART_METRICS_LISTEN")?,
            log: values.text("TECHMART_LOG").unwrap_or(LOG_DEFAULT).to_owned(),
            log_json: log_json(values)?,
            for_tests: false,
            data_dir,
            listen,
            database,
            secret,
        })
    }
}

fn is_ours(name: &str) -> bool {
    name.starts_with("TECHMART_") || name == "DATABASE_URL" || name == "REDIS_URL"
}

fn read_file(path: &Path) -> Result<BTreeMap<String, String>, BadSetting> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| bad(&shown, error))?;
    let mut values = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (name, value) =
            line.split_once('=').ok_or_else(|| bad(&shown, format!("not a NAME=value line: {line}")))?;
        values.insert(name.trim().to_owned(), value.trim().trim_matches('"').to_owned());
    }
    Ok(values)
}

struct Values(BTreeMap<String, String>);

impl Values {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, BadSetting>
    where
        T::Err: fmt::Display,
    {
        self.text(name)
            .map(|text| text.parse().map_err(|error| bad(name, format!("{text:?}: {error}"))))
            .transpose()
    }

    fn count(&self, name: &str, default: usize, max: i64) -> Result<usize, BadSetting> {
        let value = self.within(name, i64::try_from(default).unwrap_or(max), 1, max)?;
        usize::try_from(value).map_err(|error| bad(name, error))
    }

    fn within(&self, name: &str, default: i64, min: i64, max: i64) -> Result<i64, BadSetting> {
        let value = self.parsed(name)?.unwrap_or(default);
        if (min..=max).contains(&value) {
            Ok(value)
        } else {
            Err(bad(name, format!("{value} is not within {min} to {max}")))
        }
    }
}

fn parse_secret(text: &str) -> Result<[u8; 32], BadSetting> {
    let bytes = hex::decode(text.trim()).map_err(|_| bad("TECHMART_SECRET", "expected 64 hex digits"))?;
    bytes.try_into().map_err(|_| bad("TECHMART_SECRET", "expected 64 hex digits"))
}

fn base_url(values: &Values, listen: SocketAddr) -> Result<String, BadSetting> {
    let Some(text) = values.text("TECHMART_BASE_URL") else {
        return Ok(match listen.ip().is_unspecified() {
            // No address that a link could lead to; on this machine the node is reached like this.
            true => format!("http://localhost:{}", listen.port()),
            false => format!("http://{listen}"),
        });
    };
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match host {
        Some(rest) if !rest.is_empty() && !rest.contains([' ', '?', '#']) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err(bad("TECHMART_BASE_URL", "expected http://… or https://… without query")),
    }
}

fn node(values: &Values) -> Result<String, BadSetting> {
    let node = values.text("TECHMART_NODE").unwrap_or("cn-450700");
    let plain = node.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if plain && (4..=40).contains(&node.len()) {
        Ok(node.to_owned())
    } else {
        Err(bad("TECHMART_NODE", "expected 4 to 40 of a-z, 0-9 and -, such as cn-450700"))
    }
}

fn ocid_prefix(values: &Values) -> Result<String, BadSetting> {
    let prefix = values.text("TECHMART_OCID_PREFIX").unwrap_or("ocds-213czf");
    if is_ocid_prefix(prefix) {
        Ok(prefix.to_owned())
    } else {
        Err(bad("TECHMART_OCID_PREFIX", "expected ocds- and six of a-z and 0-9, as the registry gave it"))
    }
}

fn smtp(values: &Values, base_url: &str, node: &str) -> Result<Option<SmtpSettings>, BadSetting> {
    let (url, from) = (values.text("TECHMART_SMTP_URL"), values.text("TECHMART_SMTP_FROM"));
    let smtp = url.map(|url| SmtpSettings::new(url, from, base_url, node));
    smtp.transpose().map_err(|(name, reason)| bad(name, reason))
}

fn redis(values: &Values) -> Result<Option<String>, BadSetting> {
    match values.text("REDIS_URL") {
        Some(url) if url.starts_with("redis://") || url.starts_with("unix://") => Ok(Some(url.to_owned())),
        Some(_) => Err(bad("REDIS_URL", "expected redis://…")),
        None => Ok(None),
    }
}

fn bucket(values: &Values) -> Result<Option<Bucket>, BadSetting> {
    let Some(url) = values.text("TECHMART_FILES_URL") else {
        return Ok(None);
    };
    let name = url.strip_prefix("s3://").and_then(|rest| rest.split('/').next()).unwrap_or("");
    if name.is_empty() {
        return Err(bad("TECHMART_FILES_URL", "expected s3://BUCKET or s3://BUCKET/PREFIX"));
    }
    if cfg!(not(feature = "s3")) {
        return Err(bad("TECHMART_FILES_URL", "this build has no S3: build with --features s3"));
    }
    let needed = |setting: &str| {
        let value = values.text(setting).map(str::to_owned);
        value.ok_or_else(|| bad(setting, "must be set with TECHMART_FILES_URL"))
    };
    let endpoint = values.text("TECHMART_S3_ENDPOINT").map(str::to_owned);
    if endpoint.as_ref().is_some_and(|at| !at.starts_with("https://") && !at.starts_with("http://")) {
        return Err(bad("TECHMART_S3_ENDPOINT", "expected https://… or http://…"));
    }
    Ok(Some(Bucket {
        url: url.trim_end_matches('/').to_owned(),
        endpoint,
        region: values.text("TECHMART_S3_REGION").unwrap_or("us-east-1").to_owned(),
        access_key_id: needed("TECHMART_S3_ACCESS_KEY_ID")?,
        secret_access_key: needed("TECHMART_S3_SECRET_ACCESS_KEY")?,
    }))
}

fn first_operator(values: &Values) -> Result<Option<FirstOperator>, BadSetting> {
    match (values.text("TECHMART_OPERATOR_LOGIN"), values.text("TECHMART_OPERATOR_PASSWORD")) {
        (Some(login), Some(password)) => {
            Ok(Some(FirstOperator { login: login.to_owned(), password: password.to_owned() }))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(bad("TECHMART_OPERATOR_PASSWORD", "must be set with TECHMART_OPERATOR_LOGIN")),
        (None, Some(_)) => Err(bad("TECHMART_OPERATOR_LOGIN", "must be set with TECHMART_OPERATOR_PASSWORD")),
    }
}

fn log_json(values: &Values) -> Result<bool, BadSetting> {
    match values.text("TECHMART_LOG_FORMAT") {
        None | Some("text") => Ok(false),
        Some("json") => Ok(true),
        Some(other) => Err(bad("TECHMART_LOG_FORMAT", format!("{other:?} is neither text nor json"))),
    }
}

#[cfg(test)]
mod tests;
