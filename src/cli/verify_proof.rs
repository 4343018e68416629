//! `techmart verify proof`: whether a proof of inclusion holds, with nothing but the file and keys that are trusted.
//! No database, no network.

use std::io::Write;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::verify_certificate::{Failure, json};
use crate::federation::tlog::note::{Checkpoint, Kind, Note, VerifierKey};
use crate::kernel::leaf;
use crate::proof::merkle::{self, Hash};
use crate::proof::{JwkSet, verify_with};
use crate::trading::sealed::envelope;
use crate::trading::sealed::service::RECEIPT_KIND;

/// What of a certificate stands in the registration's event as well, by the name in both.
const SHARED: [&str; 12] = [
    "number",
    "edition",
    "class",
    "sub_type",
    "technical_field",
    "total_fen",
    "technical_fen",
    "estimated",
    "registered_on",
    "signed_on",
    "start_on",
    "end_on",
];

/// What must agree with the event that is proved.
pub struct Beside<'a> {
    pub certificate: Option<&'a Path>,
    /// A receipt of a sealed bid, and the keys that the platform signs receipts with.
    pub receipt: Option<(&'a Path, &'a Path)>,
}

pub fn verify(
    file: &Path,
    log: &str,
    witnesses: &[String],
    beside: &Beside,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let proof = json(file)?;
    let key =
        VerifierKey::parse(log).filter(|key| key.kind == Kind::Log).ok_or("--log is no key of a log")?;
    let text = proof["checkpoint"].as_str().ok_or("the file has no member `checkpoint`: not a proof")?;
    let note = Note::parse(text).ok_or("the checkpoint cannot be read")?;
    let checkpoint = Checkpoint::parse(&note.body).ok_or("the checkpoint cannot be read")?;
    if checkpoint.origin != key.name || !note.is_signed_by(&key) {
        return Err("the checkpoint is not signed by this log".into());
    }
    let leaf = hash(&proof["leaf"])?;
    let index = proof["index"].as_u64().ok_or("the file has no index")?;
    let path = proof["path"].as_array().ok_or("the file has no path")?;
    let path = path.iter().map(hash).collect::<Result<Vec<_>, _>>()?;
    if !merkle::verify_inclusion(&leaf, index, checkpoint.size, &path, &checkpoint.root) {
        return Err("the path does not lead from the leaf to the checkpoint's root".into());
    }
    writeln!(out, "证明成立 / proof holds")?;
    writeln!(out, "  log    {} with {} events", checkpoint.origin, checkpoint.size)?;
    writeln!(out, "  event  {}", index + 1)?;
    for witness in witnesses {
        let key = VerifierKey::parse(witness).ok_or("--witness is no key of a witness")?;
        let at = note.signatures.iter().find_map(|line| line.cosigned_at(&note.body, &key));
        let at = at.ok_or_else(|| format!("{} has not cosigned this checkpoint", key.name))?;
        writeln!(out, "  seen by {} at {at} (POSIX seconds)", key.name)?;
    }
    if proof["event"].is_object() {
        let entry = opened(&proof["event"], &leaf)?;
        let said = |name: &str| entry[name].as_str().unwrap_or("?");
        writeln!(out, "  record {} version {} {}", said("subject"), entry["version"], said("method"))?;
        writeln!(out, "  time   {}", said("time"))?;
        if !checkpoint.origin.starts_with(&format!("urn:tm:{}:tlog:", said("origin"))) {
            writeln!(
                out,
                "  made by {} and passed on here: that it was made there, its own log proves",
                said("origin")
            )?;
        }
    }
    if let Some(certificate) = beside.certificate {
        same_registration(&json(certificate)?, &proof["event"]["data"])?;
        writeln!(out, "  the certificate states what was registered in this event")?;
    }
    if let Some((receipt, keys)) = beside.receipt {
        let slot = in_box(&json(receipt)?, &JwkSet::parse(&json(keys)?)?, &proof)?;
        writeln!(out, "  the envelope of the receipt was in the box that this event closed, in slot {slot}")?;
    }
    writeln!(
        out,
        "proven: the event stood in this log when the checkpoint was signed, and cannot leave it unseen."
    )?;
    writeln!(
        out,
        "not proven: what was registered later, and that the log's key is the platform's (compare it)."
    )?;
    Ok(())
}

fn hash(text: &Value) -> Result<Hash, Failure> {
    let bytes = STANDARD.decode(text.as_str().unwrap_or_default())?;
    bytes.try_into().map_err(|_| "a hash has 32 bytes".into())
}

/// The entry, if it and the data below it are what the leaf commits to.
fn opened<'a>(event: &'a Value, leaf: &Hash) -> Result<&'a Value, Failure> {
    let entry = &event["entry"];
    if merkle::leaf(&leaf::canonical(entry)?) != *leaf {
        return Err("the event is not the one that the leaf commits to".into());
    }
    if event["data"].is_null() && entry["data"].is_null() {
        return Ok(entry);
    }
    let salt = hex::decode(event["salt"].as_str().unwrap_or_default())?;
    let data: [u8; 32] = Sha256::digest(leaf::canonical(&event["data"])?).into();
    if entry["data"] != hex::encode(leaf::commitment(&salt, &data)) {
        return Err("the data are not those that the event commits to".into());
    }
    Ok(entry)
}

/// Where the envelope of a receipt lay in the box whose root this event published. That the event's data are what the
/// leaf commits to is known by now.
fn in_box(receipt: &Value, keys: &JwkSet, proof: &Value) -> Result<u64, Failure> {
    let text = receipt["jws"].as_str().ok_or("the receipt has no member `jws`")?;
    let (_, signed) = verify_with(keys, RECEIPT_KIND, text)?;
    let signed: Value = serde_json::from_slice(&signed)?;
    let (data, sealed) = (&proof["event"]["data"], &proof["sealed"]);
    if data["schema"] != "sealed_tender.v1" || !data["opened_at"].is_null() {
        return Err("the event does not close a box of sealed bids".into());
    }
    if data["sale"] != signed["sale"] {
        return Err("the receipt is of another sale".into());
    }
    let bytes = URL_SAFE_NO_PAD.decode(sealed["envelope"].as_str().unwrap_or_default())?;
    if signed["envelope_sha256"] != hex::encode(envelope::digest(&bytes)) {
        return Err("the proof is of another envelope than the receipt".into());
    }
    let root: Hash = hex::decode(data["root"].as_str().unwrap_or_default())?
        .try_into()
        .map_err(|_| "the event has no root")?;
    let number = |name: &str| sealed[name].as_u64().ok_or_else(|| format!("the proof has no {name}"));
    let (slot, size) = (number("slot")?, number("size")?);
    let path = sealed["path"].as_array().ok_or("the proof has no path within the box")?;
    let path = path.iter().map(hash).collect::<Result<Vec<_>, _>>()?;
    let within =
        data["capacity"] == size && merkle::verify_inclusion(&merkle::leaf(&bytes), slot, size, &path, &root);
    if within { Ok(slot) } else { Err("the envelope was not in the box that this event closed".into()) }
}

fn same_registration(file: &Value, data: &Value) -> Result<(), Failure> {
    // A copy of the whole answer, or of what is signed alone.
    let certificate = file.get("certificate").unwrap_or(file);
    if data["type"] != "contract.v1" {
        return Err("the event is not a registration of a contract".into());
    }
    for name in SHARED {
        if certificate[name] != data[name] {
            let (said, registered) = (&certificate[name], &data[name]);
            return Err(format!("{name} is {said} in the certificate and {registered} in the event").into());
        }
    }
    Ok(())
}
