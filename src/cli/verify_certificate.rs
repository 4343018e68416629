//! `techmart verify certificate`: whether a certificate is what a platform signed, with nothing but the file and
//! the keys that the platform published. No database, no network.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::verify_proof;
use super::verify_sale;
use crate::contract::service::{CERTIFICATE_KIND, NOTICE};
use crate::proof::{JwkSet, verify_with};

/// Certificates and key sets are a few kilobytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What is verified by itself.
#[derive(Subcommand)]
pub enum One {
    /// A certificate's file, with the keys that a platform published; needs no database and no network
    Certificate {
        /// The certificate as JSON
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
        /// The platform's keys: a copy of its /.well-known/jwks.json
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
        /// The id of the one key that is believed, as printed on the paper
        #[arg(long, value_name = "KEY-ID")]
        pin: Option<String>,
    },
    /// A proof that an event stands in a platform's transparency log; needs no database and no network
    Proof {
        /// The proof as JSON: /api/v1/certificates/NUMBER/proof?code=CODE, /api/v1/proofs/events/NUMBER, or what a
        /// receipt of a sealed bid names as its proof
        #[arg(value_name = "FILE.json")]
        file: PathBuf,
        /// The key of the log: one of `log_keys` at the platform's /.well-known/tmf
        #[arg(long, value_name = "NAME+ID+KEY")]
        log: String,
        /// A neighbour that must have cosigned the checkpoint: one of its `witness_keys`
        #[arg(long, value_name = "NAME+ID+KEY")]
        witness: Vec<String>,
        /// A certificate that must state what was registered in this event
        #[arg(long, value_name = "FILE.json")]
        certificate: Option<PathBuf>,
        /// A receipt of a sealed bid, whose envelope must have been in the box that this event closed
        #[arg(long, value_name = "FILE.json", requires = "keys")]
        receipt: Option<PathBuf>,
        /// The platform's keys, which signed the receipt: a copy of its /.well-known/jwks.json
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
    },
    /// A sale's protocol: its signature, and whether it replays to the result that it names
    Sale {
        /// The answer of GET /api/v1/sales/{id}/protocol
        #[arg(value_name = "PROTOCOL.json")]
        file: PathBuf,
        /// The platform's keys: a copy of its /.well-known/jwks.json
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
        /// A bidder's receipt, whose envelope must have been in the box; may be given more than once
        #[arg(long, value_name = "FILE")]
        receipt: Vec<PathBuf>,
    },
}

impl One {
    pub fn run(&self, out: &mut impl Write) -> Result<(), Failure> {
        match self {
            Self::Certificate { file, keys, pin } => verify(file, keys, pin.as_deref(), out),
            Self::Proof { file, log, witness, certificate, receipt, keys } => {
                let beside = verify_proof::Beside {
                    certificate: certificate.as_deref(),
                    receipt: receipt.as_deref().zip(keys.as_deref()),
                };
                verify_proof::verify(file, log, witness, &beside, out)
            }
            Self::Sale { file, keys, receipt } => verify_sale::verify(file, keys, receipt, out),
        }
    }
}

pub type Failure = Box<dyn std::error::Error>;

fn verify(file: &Path, keys: &Path, pin: Option<&str>, out: &mut impl Write) -> Result<(), Failure> {
    let document = json(file)?;
    let keys = JwkSet::parse(&json(keys)?)?;
    let text = document["jws"].as_str().ok_or("the file has no member `jws`: not a certificate")?;
    let (kid, signed) = verify_with(&keys, CERTIFICATE_KIND, text)?;
    if pin.is_some_and(|pin| pin != kid) {
        return Err(format!("signed with the key {kid}, not with the pinned one").into());
    }
    let signed: serde_json::Value = serde_json::from_slice(&signed)?;
    if document.get("certificate").is_some_and(|shown| *shown != signed) {
        return Err("the certificate shown in the file differs from the one that was signed".into());
    }
    let text = |name: &str| signed[name].as_str().unwrap_or("?").to_owned();
    writeln!(out, "签名有效 / signature valid")?;
    writeln!(out, "  number {} edition {}", text("number"), signed["edition"])?;
    writeln!(out, "  title  {}", text("title"))?;
    writeln!(out, "  issuer {} on {}", text("issuer"), text("issued_at"))?;
    writeln!(out, "  key    {kid}")?;
    writeln!(
        out,
        "proven: a holder of this key signed exactly this content; nothing in it was changed since."
    )?;
    writeln!(out, "not proven: that the registration still stands (ask {}),", text("verify"))?;
    writeln!(
        out,
        "            that the key is the platform's (compare it where you trust it; --pin holds it fast)."
    )?;
    writeln!(out, "{NOTICE}")?;
    Ok(())
}

pub fn json(path: &Path) -> Result<serde_json::Value, Failure> {
    json_within(path, FILE_BYTES_MAX)
}

/// A file as JSON; one of more bytes is refused unread.
pub(super) fn json_within(path: &Path, bytes_max: u64) -> Result<serde_json::Value, Failure> {
    let shown = path.display();
    let size = std::fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?.len();
    if size > bytes_max {
        return Err(format!("{shown}: more than {bytes_max} bytes").into());
    }
    let bytes = std::fs::read(path).map_err(|error| format!("{shown}: {error}"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{shown}: {error}").into())
}
