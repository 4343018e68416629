//! `techmart seal`: what bidders and opening officers do on their own machine, with files alone.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;
use serde_json::{Value, json};

use super::verify_certificate::{Failure, json_within as read_json};
use crate::kernel::random::{Random, SystemRandom};
use crate::proof::hpke::KeyPair;
use crate::trading::sealed::{BID_TYPE, envelope, packet, parse};

const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Sealed tenders, on the machine of whoever takes part in one.
#[derive(Subcommand)]
pub enum Seal {
    /// Seal a bid: prints the body of PUT /api/v1/sales/{id}/sealed/envelope
    Bid {
        /// The answer of GET /api/v1/sales/{id}/sealed
        #[arg(long, value_name = "FILE")]
        tender: PathBuf,
        /// The bid: bidder, price_fen and, where wanted, offer, deposit_reference, attachments
        #[arg(value_name = "BID.json")]
        bid: PathBuf,
    },
    /// Seal the envelope by which a bidder withdraws
    Withdrawal {
        /// The answer of GET /api/v1/sales/{id}/sealed
        #[arg(long, value_name = "FILE")]
        tender: PathBuf,
    },
    /// Make a key pair for an opening officer; the private half stays in FILE
    OfficerKey {
        /// A new file, readable by its owner alone
        #[arg(long, value_name = "FILE")]
        to: PathBuf,
    },
    /// Open an officer's packet: prints the rehearsal share, or with --opening the share that opens the box
    Share {
        /// The answer of GET /api/v1/sales/{id}/sealed/packet
        #[arg(value_name = "PACKET.json")]
        packet: PathBuf,
        /// The officer's private key
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// The share of the opening key: hand it in after the deadline, never before
        #[arg(long)]
        opening: bool,
    },
}

impl Seal {
    pub fn run(&self, out: &mut impl Write) -> Result<(), Failure> {
        match self {
            Self::Bid { tender, bid } => seal_bid(&read(tender)?, read(bid)?, out),
            Self::Withdrawal { tender } => {
                let (public, sale) = recipient(&read(tender)?)?;
                put(&envelope::seal_withdrawn(&public, &sale, fresh())?, out)
            }
            Self::OfficerKey { to } => officer_key(to, out),
            Self::Share { packet, key, opening } => share(&read(packet)?, key, *opening, out),
        }
    }
}

fn fresh() -> [u8; 32] {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    bytes
}

fn read(path: &Path) -> Result<Value, Failure> {
    read_json(path, FILE_BYTES_MAX)
}

fn recipient(tender: &Value) -> Result<([u8; 32], String), Failure> {
    let key = tender["public_key"].as_str().ok_or("the tender has no public_key yet")?;
    let key: [u8; 32] = URL_SAFE_NO_PAD.decode(key)?.try_into().map_err(|_| "public_key is not 32 bytes")?;
    let sale = tender["sale"].as_str().ok_or("the tender names no sale")?;
    Ok((key, sale.to_owned()))
}

fn seal_bid(tender: &Value, mut bid: Value, out: &mut impl Write) -> Result<(), Failure> {
    let (public, sale) = recipient(tender)?;
    let members = bid.as_object_mut().ok_or("the bid is not a JSON object")?;
    members.insert("type".into(), json!(BID_TYPE));
    members.insert("sale".into(), json!(sale));
    members.insert("terms_sha256".into(), tender["terms_sha256"].clone());
    let body = serde_json::to_vec(&bid)?;
    // Better here than at the opening, where nothing can be mended.
    if parse(&body).is_none() {
        return Err("not a bid: see docs/sealed-bids.md for its members and their lengths".into());
    }
    put(&envelope::seal(&public, &sale, &body, fresh())?, out)
}

fn put(sealed: &[u8], out: &mut impl Write) -> Result<(), Failure> {
    writeln!(out, "{}", json!({"envelope": URL_SAFE_NO_PAD.encode(sealed)}))?;
    eprintln!("SHA-256 {} (the receipt must name it)", hex::encode(envelope::digest(sealed)));
    Ok(())
}

fn officer_key(to: &Path, out: &mut impl Write) -> Result<(), Failure> {
    use std::os::unix::fs::OpenOptionsExt;
    let pair = KeyPair::generate(fresh());
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    writeln!(file, "{}", hex::encode(pair.private()))?;
    file.sync_all()?;
    writeln!(out, "{}", json!({"public_key": URL_SAFE_NO_PAD.encode(pair.public())}))?;
    Ok(())
}

fn share(given: &Value, key: &Path, opening: bool, out: &mut impl Write) -> Result<(), Failure> {
    let private = hex::decode(std::fs::read_to_string(key)?.trim())?;
    let private: [u8; 32] = private.try_into().map_err(|_| "the private key is not 32 bytes")?;
    let hashes = |name: &str| -> Result<Vec<[u8; 32]>, Failure> {
        let list = given[name].as_array().ok_or("not a packet")?;
        let hash = |it: &Value| -> Result<[u8; 32], Failure> {
            let bytes = hex::decode(it.as_str().unwrap_or_default())?;
            Ok(bytes.try_into().map_err(|_| "a commitment is not 32 bytes")?)
        };
        list.iter().map(hash).collect()
    };
    let sale = given["sale"].as_str().ok_or("not a packet")?;
    let number = given["number"].as_u64().and_then(|it| u8::try_from(it).ok()).ok_or("not a packet")?;
    let sealed = URL_SAFE_NO_PAD.decode(given["packet"].as_str().ok_or("not a packet")?)?;
    let (commitments, rehearsal) = (hashes("commitments")?, hashes("rehearsal_commitments")?);
    let opened = packet::open(&private, sale, number, &sealed, &commitments, &rehearsal)?;
    let share = if opening { opened.opening } else { opened.rehearsal };
    writeln!(out, "{}", share.to_text())?;
    Ok(())
}
