//! Events as they travel: CloudEvents 1.0 in JSON (TMF-1 rule 3). Numbers that may outgrow 32 bits are text, as
//! CloudEvents has no wider type. What is unknown in an event is passed over: a newer node may say more.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::Received;
use crate::changes::feed::Entry;
use crate::kernel::change::{Audience, Method, RelayedData};
use crate::kernel::error::Refusal;
use crate::kernel::id::parse_urn;
use crate::kernel::leaf::{self, Leaf};
use crate::kernel::time::UtcTime;
use crate::proof::merkle::Hash;
use crate::replica::model::{Aside, ERASURE, Event};

pub const STUB_TYPE: &str = "cn.techmart.stub.v1";
pub const BATCH: &str = "application/cloudevents-batch+json";
pub const NDJSON: &str = "application/x-ndjson";
const SPEC: &str = "1.0";
const JSON: &str = "application/json";
/// Bytes of one event's data that are taken.
const DATA_BYTES_MAX: usize = 512 * 1024;
const TEXT_BYTES_MAX: usize = 512;
const SALT_BYTES_MAX: usize = 64;
/// An epoch has 31 bits. A greater one would stand above all that its node ever tells.
pub const EPOCH_MAX: i64 = i32::MAX as i64;
/// Whole numbers that canonical JSON has exactly: a greater one is in no leaf.
const NUMBER_MAX: i64 = (1 << 53) - 1;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Envelope {
    specversion: String,
    id: String,
    source: String,
    #[serde(rename = "type")]
    event_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<UtcTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataschema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datacontenttype: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subjectversion: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<Method>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    originepoch: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    originseq: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hops: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    datahash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    leafhash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(skip_serializing)]
    data: Option<Value>,
}

/// An entry of this node's log as an event, as it leaves here.
pub fn event_of(node: &str, entry: &Entry) -> Result<Event, Refusal> {
    let hash = entry.data_hash.as_deref().and_then(|hash| <[u8; 32]>::try_from(hash).ok());
    let data = match (&entry.public, &entry.salt, hash) {
        (Some(canonical), Some(salt), Some(hash)) => {
            Some(RelayedData { canonical: canonical.clone(), hash, salt: salt.clone() })
        }
        _ => None,
    };
    let own_reason = || entry.kind.ends_with(".erased").then(|| ERASURE.to_owned());
    let relay = entry.relay.as_ref();
    Ok(Event {
        origin: relay.map_or(node, |relay| &relay.origin).to_owned(),
        epoch: relay.map_or(entry.epoch, |relay| relay.origin_epoch),
        seq: relay.map_or(entry.feed_seq(), |relay| relay.origin_seq),
        hops: relay.map_or(0, |relay| relay.hops),
        subject: entry.subject.clone(),
        version: entry.version,
        method: entry.method,
        event_type: relay.map_or_else(|| leaf::event_type(&entry.subject), |relay| relay.event_type.clone()),
        time: relay.map_or(entry.at, |relay| relay.origin_time),
        audience: entry.audience()?,
        reason: relay.map_or_else(own_reason, |relay| relay.reason.clone()),
        data,
    })
}

/// An event of the feed as JSON; with nothing but its number and leaf where it is not for the reader.
pub fn feed_event(node: &str, entry: &Entry, event: Option<&Event>) -> Result<String, Refusal> {
    let seq = entry.feed_seq();
    let mut envelope = event.map(envelope_of).unwrap_or_else(|| Envelope {
        specversion: SPEC.to_owned(),
        event_type: STUB_TYPE.to_owned(),
        ..Envelope::default()
    });
    envelope.id = format!("{node}:{}:{seq}", entry.epoch);
    envelope.source = format!("urn:tm:{node}");
    envelope.sequence = Some(seq.to_string());
    envelope.epoch = Some(entry.epoch);
    envelope.leafhash = entry.leaf_hash.as_deref().map(hex::encode);
    if event.is_some() && envelope.datahash.is_none() {
        envelope.datahash = entry.data_hash.as_deref().map(hex::encode);
    }
    rendered(&envelope, event)
}

/// A line of the snapshot: a state, named by the event that brought it about.
pub fn snapshot_line(event: &Event) -> Result<String, Refusal> {
    let mut envelope = envelope_of(event);
    envelope.id = format!("{}:{}:{}", event.origin, event.epoch, event.seq);
    envelope.source = format!("urn:tm:{}", event.origin);
    rendered(&envelope, Some(event))
}

fn envelope_of(event: &Event) -> Envelope {
    let data = event.data.as_ref();
    Envelope {
        specversion: SPEC.to_owned(),
        event_type: event.event_type.clone(),
        subject: Some(event.subject.clone()),
        time: Some(event.time),
        dataschema: data.map(|_| format!("urn:tm:schema:{}", event.event_type)),
        datacontenttype: data.map(|_| JSON.to_owned()),
        subjectversion: Some(event.version),
        method: Some(event.method),
        audience: Some(event.audience.to_text()),
        origin: Some(event.origin.clone()),
        originepoch: Some(event.epoch),
        originseq: Some(event.seq.to_string()),
        hops: Some(event.hops + 1),
        reason: event.reason.clone(),
        datahash: data.map(|data| hex::encode(data.hash)),
        salt: data.map(|data| hex::encode(&data.salt)),
        ..Envelope::default()
    }
}

/// The data are canonical text already and are set in as they are.
fn rendered(envelope: &Envelope, event: Option<&Event>) -> Result<String, Refusal> {
    let mut text = serde_json::to_string(envelope).map_err(Refusal::internal)?;
    if let Some(data) = event.and_then(|event| event.data.as_ref()) {
        text.pop();
        text.push_str(",\"data\":");
        text.push_str(&data.canonical);
        text.push('}');
    }
    Ok(text)
}

/// What a neighbour's feed says at one number, with the leaf hash that it names there. None: not even the number and
/// whose feed it is can be read. Whatever else is wrong is wrong with this one event, and holds up no other.
pub fn read_feed_event(sender: &str, own: &str, value: &Value) -> Option<(i64, Hash, Received)> {
    let sequence: i64 = value["sequence"].as_str()?.parse().ok()?;
    if value["specversion"] != SPEC || value["source"] != format!("urn:tm:{sender}") {
        return None;
    }
    let leaf: Option<Hash> =
        value["leafhash"].as_str().and_then(|text| hex::decode(text).ok()?.try_into().ok());
    let read = read_at(sender, own, value, sequence, leaf);
    Some((sequence, leaf.unwrap_or_default(), read.unwrap_or_else(|reason| bad(value, reason))))
}

fn read_at(
    sender: &str,
    own: &str,
    value: &Value,
    sequence: i64,
    leaf: Option<Hash>,
) -> Result<Received, Aside> {
    let leaf = leaf.ok_or(Aside::Malformed)?;
    let epoch = counted(value["epoch"].as_i64(), EPOCH_MAX)?;
    if value["type"] == STUB_TYPE {
        return Ok(Received::Stub);
    }
    match read_event(value, sender, own)? {
        Received::Event(event) if !leaf_fits(&event, epoch, sequence, &leaf) => Err(Aside::HashMismatch),
        read => Ok(read),
    }
}

/// A line of a neighbour's snapshot.
pub fn read_snapshot_line(sender: &str, own: &str, value: &Value) -> Received {
    read_event(value, sender, own).unwrap_or_else(|reason| bad(value, reason))
}

/// What may be kept as a text and compared by a database: PostgreSQL takes no U+0000.
pub fn is_plain(text: &str) -> bool {
    text.len() <= TEXT_BYTES_MAX && !text.chars().any(char::is_control)
}

fn bad(value: &Value, reason: Aside) -> Received {
    let subject = value["subject"].as_str().unwrap_or_default();
    let subject = subject.chars().filter(|c| !c.is_control()).take(TEXT_BYTES_MAX).collect();
    Received::Bad { subject, reason, raw: value.to_string() }
}

fn read_event(value: &Value, sender: &str, own: &str) -> Result<Received, Aside> {
    let envelope = Envelope::deserialize(value).map_err(|_| Aside::Malformed)?;
    let short = |text: Option<String>| text.filter(|text| is_plain(text) && !text.is_empty());
    let needed = |text: Option<String>| short(text).ok_or(Aside::Malformed);
    let origin = needed(envelope.origin)?;
    // The loop guard: what came from here is known here (rule 9).
    if origin == own {
        return Ok(Received::Stub);
    }
    let hops = envelope.hops.filter(|hops| (1..=64).contains(hops)).ok_or(Aside::Malformed)?;
    match (origin == sender, hops == 1) {
        (true, true) | (false, false) => {}
        // What has travelled one link is its sender's own (TMF-1 rule 9).
        (false, true) => return Err(Aside::NotItsOwn),
        (true, false) => return Err(Aside::Malformed),
    }
    let subject = needed(envelope.subject)?;
    parse_urn(&subject).ok_or(Aside::Malformed)?;
    let audience = needed(envelope.audience).and_then(|a| Audience::from_text(&a).ok_or(Aside::Malformed))?;
    let seq = needed(envelope.originseq)?.parse().map_err(|_| Aside::Malformed)?;
    let data = match envelope.data {
        None => None,
        Some(value) => Some(read_data(&value, envelope.datahash.as_deref(), envelope.salt.as_deref())?),
    };
    let reason = envelope.reason.filter(|reason| !reason.is_empty());
    let method = envelope.method.ok_or(Aside::Malformed)?;
    let event = Event {
        origin,
        epoch: counted(envelope.originepoch, EPOCH_MAX)?,
        // 0: a state and no event.
        seq: if seq == 0 { 0 } else { counted(Some(seq), NUMBER_MAX)? },
        hops,
        subject,
        // 0: its restored owner never had it.
        version: match (envelope.subjectversion, method) {
            (Some(0), Method::Delete) => 0,
            (version, _) => counted(version, NUMBER_MAX)?,
        },
        method,
        event_type: needed(Some(envelope.event_type))?,
        time: envelope.time.ok_or(Aside::Malformed)?,
        audience,
        reason: reason.map(|reason| needed(Some(reason))).transpose()?,
        data,
    };
    Ok(Received::Event(Box::new(event)))
}

/// A whole number from 1 on.
fn counted(number: Option<i64>, max: i64) -> Result<i64, Aside> {
    number.filter(|number| (1..=max).contains(number)).ok_or(Aside::Malformed)
}

fn read_data(value: &Value, hash: Option<&str>, salt: Option<&str>) -> Result<RelayedData, Aside> {
    let canonical = leaf::canonical(value).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let canonical = canonical.filter(|text| text.len() <= DATA_BYTES_MAX).ok_or(Aside::Malformed)?;
    let hash = hash.and_then(|hash| hex::decode(hash).ok()).and_then(|hash| hash.try_into().ok());
    let hash: [u8; 32] = hash.ok_or(Aside::Malformed)?;
    let salt = salt.and_then(|salt| hex::decode(salt).ok()).ok_or(Aside::Malformed)?;
    if salt.len() > SALT_BYTES_MAX {
        return Err(Aside::Malformed);
    }
    if leaf::data_hash(canonical.as_bytes()) == hash {
        Ok(RelayedData { canonical, hash, salt })
    } else {
        Err(Aside::HashMismatch)
    }
}

/// Whether an event is the one that the sender's tree has at its number. What was erased can't be told any more.
fn leaf_fits(event: &Event, epoch: i64, feed_seq: i64, leaf_hash: &Hash) -> bool {
    if event.method == Method::Put && event.data.is_none() {
        return true;
    }
    let commitment = event.data.as_ref().map(|data| leaf::commitment(&data.salt, &data.hash));
    let leaf = Leaf {
        epoch,
        feed_seq,
        origin: &event.origin,
        event_type: Some(&event.event_type),
        subject: &event.subject,
        version: event.version,
        method: event.method.as_str(),
        time: event.time,
        commitment,
    };
    leaf.hash().is_ok_and(|hash| hash == *leaf_hash)
}
