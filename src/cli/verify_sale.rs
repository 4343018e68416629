//! `techmart verify sale`: whether a protocol is what a platform signed, whether it replays to the winner that it
//! names, and whether a bidder's envelope was in the box. Files only: no database, no network.

use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::verify_certificate::Failure;
use crate::proof::{JwkSet, verify_with};
use crate::trading::protocol::{PROTOCOL_KIND, Protocol, Record, replay, statement};
use crate::trading::sealed::envelope;
use crate::trading::sealed::service::RECEIPT_KIND;

/// A box of 128 envelopes is about 0.7 MB in base64; a long bidding a few megabytes.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub fn verify(file: &Path, keys: &Path, receipts: &[PathBuf], out: &mut impl Write) -> Result<(), Failure> {
    let document = json(file)?;
    let keys = JwkSet::parse(&json(keys)?)?;
    let text = document["jws"].as_str().ok_or("the file has no member `jws`: not a protocol")?;
    let (kid, signed) = verify_with(&keys, PROTOCOL_KIND, text)?;
    let signed: Value = serde_json::from_slice(&signed)?;
    let protocol: Protocol = serde_json::from_value(document["protocol"].clone())?;
    if statement(&protocol)? != signed {
        return Err("the protocol shown in the file is not the one that was signed".into());
    }
    writeln!(out, "签名有效 / signature valid")?;
    writeln!(out, "  sale   {}", protocol.sale)?;
    writeln!(out, "  title  {}", protocol.title)?;
    writeln!(out, "  key    {kid}")?;
    replay(&protocol)?;
    writeln!(out, "重算一致 / it replays to the result that it names")?;
    let place = usize::try_from(protocol.result.place)?;
    match (protocol.result.ranking.get(place), protocol.result.unsold) {
        (None, _) if protocol.result.annulled.is_some() => {
            writeln!(out, "  annulled {}", protocol.result.annulled.as_deref().unwrap_or_default())?;
        }
        (Some(winner), _) => {
            writeln!(out, "  winner {} {}", winner.alias, winner.party.name)?;
            writeln!(out, "  price  {} yuan", winner.price_fen.yuan_grouped())?;
        }
        (None, reason) => writeln!(out, "  unsold {}", reason.map_or("", |it| it.as_str()))?,
    }
    if let Record::Sealed(record) = &protocol.record {
        let counted = record.received.iter().filter(|line| line.fault.is_none()).count();
        writeln!(
            out,
            "  box    {} envelopes, {} used, {counted} bids count",
            record.envelopes.len(),
            record.received.len()
        )?;
        writeln!(out, "  root   {} (compare it with the one published at the deadline)", record.root)?;
    }
    for receipt in receipts {
        self::receipt(receipt, &keys, &protocol, out)?;
    }
    Ok(())
}

/// A bidder's receipt against the box.
fn receipt(file: &Path, keys: &JwkSet, protocol: &Protocol, out: &mut impl Write) -> Result<(), Failure> {
    let document = json(file)?;
    let text = document["jws"].as_str().ok_or("the file has no member `jws`: not a receipt")?;
    let (_, signed) = verify_with(keys, RECEIPT_KIND, text)?;
    let signed: Value = serde_json::from_slice(&signed)?;
    if signed["sale"] != protocol.sale.as_str() {
        return Err("the receipt is of another sale".into());
    }
    let Record::Sealed(record) = &protocol.record else {
        return Err("a receipt belongs to a sealed tender".into());
    };
    let wanted = signed["envelope_sha256"].as_str().unwrap_or_default();
    for (slot, text) in record.envelopes.iter().enumerate() {
        let bytes = URL_SAFE_NO_PAD.decode(text)?;
        if hex::encode(envelope::digest(&bytes)) == wanted {
            writeln!(out, "信封在箱中 / the envelope of the receipt was in the box, in slot {slot}")?;
            return Ok(());
        }
    }
    if record.received.iter().any(|line| line.replaced.as_deref() == Some(wanted)) {
        writeln!(out, "信封已被更换 / the same bidder replaced the envelope of the receipt")?;
        return Ok(());
    }
    Err("the envelope of the receipt was not in the box when it was closed".into())
}

fn json(path: &Path) -> Result<Value, Failure> {
    super::verify_certificate::json_within(path, FILE_BYTES_MAX)
}
