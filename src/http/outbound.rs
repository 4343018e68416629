//! Requests to addresses that somebody else named: peers, webhooks. Nobody may make this node speak to its own
//! machine, its intranet or a cloud's metadata (SSRF).
//!
//! 1. Only https, to names and addresses of the public internet, unless `TECHMART_OUTBOUND_ALLOW` names the host
//!    or its network: then http and private addresses too (intranets, tests).
//! 2. What a name resolves to is looked at when connecting, so that a name cannot change its mind after the check.
//! 3. No redirects, no proxies of the environment, every time and body bounded.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, Method, RequestBuilder, Response, Url};

use crate::kernel::error::{Refusal, codes};

codes! {
    ADDRESS_REFUSED = ("address_refused", 422, "不允许访问该地址：{reason}", "This address may not be called: {reason}");
    REMOTE_UNREACHABLE = ("remote_unreachable", 502, "对方平台暂时无法访问", "The other side cannot be reached");
    REMOTE_TOO_LONG = ("remote_too_long", 502, "对方平台的应答超出长度限制", "The other side's answer is too long");
}

const CONNECT_SECONDS_MAX: u64 = 10;
/// From the first byte sent to the last one read; a request may set another (`RequestBuilder::timeout`).
const REQUEST_SECONDS_MAX: u64 = 30;
const IDLE_CONNECTIONS_PER_HOST_MAX: usize = 4;
const URL_BYTES_MAX: usize = 2048;

/// Hosts and networks that may be called although they are not on the public internet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    hosts: BTreeSet<String>,
    networks: Vec<(IpAddr, u8)>,
}

impl FromStr for Allow {
    type Err = String;

    /// `10.1.0.0/16, 127.0.0.1, platform.county.intranet`
    fn from_str(text: &str) -> Result<Self, String> {
        let mut allow = Self::default();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (address, prefix) = entry.split_once('/').map_or((entry, None), |(a, p)| (a, Some(p)));
            match (address.parse::<IpAddr>(), prefix) {
                (Ok(address), prefix) => {
                    let whole = if address.is_ipv4() { 32 } else { 128 };
                    let bits = prefix.map_or(Ok(whole), str::parse);
                    let bits = bits.ok().filter(|bits| *bits <= whole);
                    allow.networks.push((address, bits.ok_or(format!("{entry:?}: no such prefix"))?));
                }
                (Err(_), None) if is_host(entry) => drop(allow.hosts.insert(entry.to_ascii_lowercase())),
                _ => return Err(format!("{entry:?} is no host, address or network")),
            }
        }
        Ok(allow)
    }
}

fn is_host(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    plain && text.len() <= 253 && !text.starts_with('.')
}

impl Allow {
    fn host(&self, host: &str) -> bool {
        self.hosts.contains(&host.to_ascii_lowercase())
    }

    fn address(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|(network, bits)| same_network(*network, address, *bits))
    }

    fn may_connect(&self, host: &str, address: IpAddr) -> bool {
        self.host(host) || self.address(address) || is_public(address)
    }
}

fn same_network(network: IpAddr, address: IpAddr, bits: u8) -> bool {
    match (network, address) {
        (IpAddr::V4(n), IpAddr::V4(a)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            u32::from(n) & mask == u32::from(a) & mask
        }
        (IpAddr::V6(n), IpAddr::V6(a)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            u128::from(n) & mask == u128::from(a) & mask
        }
        _ => false,
    }
}

/// Whether an address is of the public internet (IANA's special-purpose registries, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    const SPECIAL_V4: [([u8; 4], u8); 15] = [
        ([0, 0, 0, 0], 8),
        ([10, 0, 0, 0], 8),
        ([100, 64, 0, 0], 10),
        ([127, 0, 0, 0], 8),
        ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12),
        ([192, 0, 0, 0], 24),
        ([192, 0, 2, 0], 24),
        ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16),
        ([198, 18, 0, 0], 15),
        ([198, 51, 100, 0], 24),
        ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 4),
        ([240, 0, 0, 0], 4),
    ];
    // Only global unicast; of it neither tunnels, which carry an IPv4 address, nor documentation.
    const SPECIAL_V6: [([u16; 8], u8); 4] = [
        ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
        ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
        ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
        ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    ];
    let global_unicast = Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0);
    match address.to_canonical() {
        v4 @ IpAddr::V4(_) => {
            !SPECIAL_V4.iter().any(|(net, bits)| same_network(Ipv4Addr::from(*net).into(), v4, *bits))
        }
        v6 @ IpAddr::V6(_) => {
            same_network(global_unicast.into(), v6, 3)
                && !SPECIAL_V6.iter().any(|(net, bits)| same_network(Ipv6Addr::from(*net).into(), v6, *bits))
        }
    }
}

/// The one client for addresses that others named; cheap to clone.
#[derive(Clone)]
pub struct Outbound(Arc<Inner>);

struct Inner {
    allow: Arc<Allow>,
    /// Made when first used: reading the system's certificates takes time that a start does not have.
    client: OnceLock<Result<Client, String>>,
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outbound({:?})", self.0.allow)
    }
}

impl Outbound {
    pub fn new(allow: Allow) -> Self {
        Self(Arc::new(Inner { allow: Arc::new(allow), client: OnceLock::new() }))
    }

    /// Whether an address could be called, for telling whoever enters it. Asks no name server.
    pub fn check(&self, address: &str) -> Result<Url, Refusal> {
        let refused = |reason: &str| Refusal::new(&ADDRESS_REFUSED).with("reason", reason);
        if address.len() > URL_BYTES_MAX {
            return Err(refused("too long"));
        }
        let url = Url::parse(address).map_err(|error| refused(&error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(refused("user, password and fragment do not belong here"));
        }
        let host = url.host_str().ok_or_else(|| refused("no host"))?.trim_matches(['[', ']']).to_owned();
        let address: Option<IpAddr> = host.parse().ok();
        let allowed = self.0.allow.host(&host) || address.is_some_and(|a| self.0.allow.address(a));
        match url.scheme() {
            "https" => {}
            "http" if allowed => {}
            _ => return Err(refused("https is needed")),
        }
        if address.is_some_and(|address| !allowed && !is_public(address)) {
            return Err(refused("not on the public internet"));
        }
        Ok(url)
    }

    /// A request to be sent; refused where the address may not be called.
    pub fn request(&self, method: Method, address: &str) -> Result<RequestBuilder, Refusal> {
        let url = self.check(address)?;
        let client = self.0.client.get_or_init(|| client(&self.0.allow));
        match client {
            Ok(client) => Ok(client.request(method, url)),
            Err(error) => Err(Refusal::internal(format!("the client for outbound requests: {error}"))),
        }
    }
}

fn client(allow: &Arc<Allow>) -> Result<Client, String> {
    // Somebody else may have been first: one provider is as good as the other, they are the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder()
        .user_agent(concat!("techmart/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(Guarded(Arc::clone(allow))))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
        .timeout(Duration::from_secs(REQUEST_SECONDS_MAX))
        .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST_MAX)
        .build()
        .map_err(|error| error.to_string())
}

/// Resolves names and leaves out every address that may not be called.
struct Guarded(Arc<Allow>);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let allow = Arc::clone(&self.0);
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            let fit: Vec<SocketAddr> = found.filter(|at| allow.may_connect(&host, at.ip())).collect();
            if fit.is_empty() {
                return Err(format!("{host} has no address that may be called").into());
            }
            Ok(Box::new(fit.into_iter()) as Addrs)
        })
    }
}

/// Why a request got no answer, as a refusal; the cause goes to the log.
pub fn unreachable(error: &reqwest::Error) -> Refusal {
    let mut cause = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        cause.push_str(": ");
        cause.push_str(&inner.to_string());
        source = inner.source();
    }
    Refusal::new(&REMOTE_UNREACHABLE).because(cause)
}

/// The body of an answer, of at most so many bytes; nothing beyond them is kept.
pub async fn read_bounded(mut response: Response, bytes_max: usize) -> Result<Bytes, Refusal> {
    let too_long = || Refusal::new(&REMOTE_TOO_LONG);
    let announced = response.content_length().unwrap_or(0);
    if usize::try_from(announced).is_ok_and(|length| length > bytes_max) {
        return Err(too_long());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + chunk.len() > bytes_max {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbound(allow: &str) -> Outbound {
        Outbound::new(allow.parse().unwrap())
    }

    #[test]
    fn only_the_public_internet_may_be_called() {
        let strict = outbound("");
        assert!(strict.check("https://platform.example/feed").is_ok());
        assert!(strict.check("https://8.8.8.8/").is_ok());
        assert!(strict.check("https://[2606:4700::1111]/").is_ok());
        for refused in [
            "http://platform.example/",
            "ftp://platform.example/",
            "file:///etc/passwd",
            "https://user:secret@platform.example/",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0/",
            "https://10.0.0.1/",
            "https://100.100.100.200/latest/meta-data",
            "https://169.254.169.254/latest",
            "https://172.31.255.255/",
            "https://192.168.1.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://[2002:7f00:1::]/",
            "https://[64:ff9b::7f00:1]/",
            "nonsense",
        ] {
            assert!(strict.check(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn what_the_setting_allows_may_be_called_in_plain_text() {
        let inside = outbound("10.1.0.0/16, 127.0.0.1, county.intranet, fd00::/8");
        for allowed in
            ["http://10.1.200.3/", "http://127.0.0.1:8080/", "http://COUNTY.intranet/", "http://[fd12::1]/"]
        {
            assert!(inside.check(allowed).is_ok(), "{allowed}");
        }
        for refused in
            ["http://10.2.0.1/", "http://127.0.0.2/", "http://city.intranet/", "https://[fe80::1]/"]
        {
            assert!(inside.check(refused).is_err(), "{refused}");
        }
        for wrong in ["10.0.0.0/33", "a b", "host/8", "::/129"] {
            assert!(wrong.parse::<Allow>().is_err(), "{wrong}");
        }
        assert!(outbound("0.0.0.0/0").check("http://192.168.0.1/").is_ok());
    }

    /// A name is looked at again when connecting: it may have come to mean this machine.
    #[tokio::test]
    async fn a_name_that_means_this_machine_is_not_connected_to() {
        let resolved = Guarded(Arc::default()).resolve("localhost".parse().unwrap()).await;
        assert!(resolved.err().unwrap().to_string().contains("no address that may be called"));
        let allowed = Guarded(Arc::new("localhost".parse().unwrap()));
        assert!(allowed.resolve("localhost".parse().unwrap()).await.unwrap().count() > 0);
    }
}
