//! Sealed tenders, from the setup to the award.

mod again;
mod correction;
mod evaluation;
mod opening;
mod process;
mod proof;
mod protocol;
mod secrecy;
mod timing;
mod unopened;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use techmart::kernel::random::{Random, SystemRandom};
use techmart::kernel::time::UtcTime;
use techmart::trading::sealed::{envelope, packet};

use super::support::{City, Response};
use super::trading::{SELLER, drafted, path, publish};

/// Persons of three different bodies.
pub const OFFICERS: [&str; 3] = ["government.preparer", "registration_office.registrar", "institute2.admin"];
pub const BIDDERS: [&str; 3] = ["enterprise.member", "enterprise2.member", "broker.member"];
/// Belong to nobody who sells or bids.
pub const EXPERTS: [&str; 5] =
    ["financier.member", "financier2.member", "government2.approver", "broker2.member", "institute2.member"];

/// A fresh 32 bytes.
pub fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    bytes
}

pub fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn bytes_of<const N: usize>(text: &Value) -> [u8; N] {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap().try_into().unwrap()
}

/// 20 days; no floor, no deposit.
pub fn terms(city: &City) -> Value {
    json!({"kind": "sealed", "ends_at": city.now().plus_days(20), "mandatory": true})
}

/// The price alone, two of three officers.
pub fn setup(city: &City) -> Value {
    let bodies: Vec<String> = OFFICERS.iter().map(|it| city.organisation(it).to_string()).collect();
    json!({
        "replacement": true,
        "capacity": 16,
        "custody": {"kind": "officers", "needed": 2, "bodies": bodies},
    })
}

pub fn kept_by_server() -> Value {
    json!({"replacement": true, "capacity": 16, "custody": {"kind": "server"}})
}

pub fn weighted(city: &City) -> Value {
    let mut setup = setup(city);
    setup["weights"] = json!({
        "price": 40,
        "criteria": [{"name": "技术方案", "weight": 35}, {"name": "实施能力", "weight": 25}],
    });
    setup
}

/// A tender and the private keys of its officers, in their order.
pub struct Tender {
    pub id: String,
    pub keys: Vec<[u8; 32]>,
}

/// A draft that is set up; its officers have not enrolled.
pub fn set_up(city: &City, terms: Value, setup: Value) -> String {
    let id = drafted(city, "sealed_tender", terms);
    city.as_(SELLER).put(&path(&id, "/sealed"), setup).expect(204);
    id
}

pub fn enrol_officer(city: &City, id: &str, persona: &str) -> [u8; 32] {
    let enrolled = city.as_(persona).post(&path(id, "/sealed/officers"), json!({})).expect(200).body;
    hex::decode(enrolled["private_key"].as_str().unwrap()).unwrap().try_into().unwrap()
}

/// The key is made; not published yet.
pub fn ready(city: &City, terms: Value, setup: Value) -> Tender {
    let officers = setup["custody"]["kind"] == "officers";
    let id = set_up(city, terms, setup);
    let keys = OFFICERS.iter().filter(|_| officers).map(|it| enrol_officer(city, &id, it)).collect();
    city.as_(SELLER).send("POST", &path(&id, "/sealed/key"), None).expect(204);
    Tender { id, keys }
}

/// Published: it takes envelopes.
pub fn receiving(city: &City, terms: Value, setup: Value) -> Tender {
    let tender = ready(city, terms, setup);
    publish(city, &tender.id).expect(200);
    tender
}

pub fn seen(city: &City, id: &str) -> Value {
    city.anonymous().get(&path(id, "/sealed")).expect(200).body
}

/// What a persona's own client would put into its envelope.
pub fn bid(city: &City, id: &str, persona: &str, fen: i64) -> Value {
    let organisation = city.organisation(persona);
    let party = city.app.db.read_blocking(move |it| techmart::identity::service::party(it, organisation));
    let tender = seen(city, id);
    json!({
        "type": "techmart.bid.v1",
        "sale": tender["sale"],
        "terms_sha256": tender["terms_sha256"],
        "bidder": party.unwrap(),
        "price_fen": fen,
        "offer": "随附技术服务一年。",
        "deposit_reference": "履约保函 示例 0001",
    })
}

pub fn sealed(city: &City, id: &str, bid: &Value) -> String {
    let tender = seen(city, id);
    let public = bytes_of(&tender["public_key"]);
    let sale = tender["sale"].as_str().unwrap();
    base64(&envelope::seal(&public, sale, bid.to_string().as_bytes(), random()).unwrap())
}

pub fn put(city: &City, id: &str, persona: &str, envelope: &str) -> Response {
    city.as_(persona).put(&path(id, "/sealed/envelope"), json!({"envelope": envelope}))
}

/// Seals and deposits; the receipt.
pub fn deposit(city: &City, id: &str, persona: &str, fen: i64) -> Value {
    let bid = bid(city, id, persona, fen);
    put(city, id, persona, &sealed(city, id, &bid)).expect(200).body
}

/// An officer opens its packet at home: its opening share and its rehearsal share.
pub fn shares(city: &City, tender: &Tender, officer: usize) -> (String, String) {
    let got = city.as_(OFFICERS[officer]).get(&path(&tender.id, "/sealed/packet")).expect(200).body;
    let hashes = |name: &str| -> Vec<[u8; 32]> {
        let list = got[name].as_array().unwrap().iter();
        list.map(|it| hex::decode(it.as_str().unwrap()).unwrap().try_into().unwrap()).collect()
    };
    let number = u8::try_from(got["number"].as_u64().unwrap()).unwrap();
    let sealed = URL_SAFE_NO_PAD.decode(got["packet"].as_str().unwrap()).unwrap();
    let (opening, rehearsal) = (hashes("commitments"), hashes("rehearsal_commitments"));
    let sale = got["sale"].as_str().unwrap();
    let opened = packet::open(&tender.keys[officer], sale, number, &sealed, &opening, &rehearsal);
    let opened = opened.unwrap_or_else(|error| panic!("packet of officer {officer}: {error}"));
    (opened.opening.to_text(), opened.rehearsal.to_text())
}

pub fn hand_in(city: &City, tender: &Tender, officer: usize, share: &str) -> Response {
    let at = path(&tender.id, "/sealed/shares");
    city.as_(OFFICERS[officer]).post(&at, json!({"share": share}))
}

/// One second past the deadline; the job closes the box.
pub fn to_deadline(city: &City, id: &str) {
    let end: UtcTime = seen(city, id)["ends_at"].as_str().unwrap().parse().unwrap();
    city.clock.set(end.plus_seconds(1));
    city.app.run_jobs().unwrap();
}

/// Past the deadline, and opened by the first two officers.
pub fn open(city: &City, tender: &Tender) {
    let handed: Vec<String> = (0..2).map(|officer| shares(city, tender, officer).0).collect();
    to_deadline(city, &tender.id);
    for (officer, share) in handed.iter().enumerate() {
        hand_in(city, tender, officer, share).expect(204);
    }
}

pub fn opening(city: &City, id: &str) -> Value {
    city.anonymous().get(&path(id, "/sealed/opening")).expect(200).body
}

pub fn sale(city: &City, id: &str) -> Value {
    city.anonymous().get(&path(id, "")).expect(200).body
}

pub fn experts(city: &City) -> Vec<String> {
    EXPERTS.iter().map(|it| city.actor(it).person().unwrap().user.to_string()).collect()
}

pub fn name_committee(city: &City, id: &str, members: &[String]) -> Response {
    city.as_(SELLER).put(&path(id, "/sealed/committee"), json!({"members": members}))
}

/// Slots of the bids that count, by bidder's persona.
pub fn slot_of(city: &City, opening: &Value, persona: &str) -> i64 {
    let urn = city.organisation(persona).to_string();
    let bids = opening["bids"].as_array().unwrap();
    let own = bids.iter().find(|it| it["bidder"]["urn"].as_str().unwrap().ends_with(&urn));
    own.unwrap_or_else(|| panic!("no bid of {persona} in {opening}"))["slot"].as_i64().unwrap()
}

/// Opened with a committee; nobody has scored.
pub fn scoring(city: &City) -> Tender {
    let tender = receiving(city, terms(city), weighted(city));
    for (at, bidder) in BIDDERS.iter().enumerate() {
        deposit(city, &tender.id, bidder, 100_000 * (i64::try_from(at).unwrap() + 1));
    }
    open(city, &tender);
    name_committee(city, &tender.id, &experts(city)).expect(204);
    tender
}

/// A sheet with the same points for every bid but those of one persona.
pub fn sheet(city: &City, id: &str, favourite: &str, high: u32, low: u32) -> Value {
    let opened = opening(city, id);
    let slots = BIDDERS.iter().map(|it| (*it, slot_of(city, &opened, it)));
    let rows: Vec<Value> = slots
        .map(|(bidder, slot)| {
            let points = if bidder == favourite { high } else { low };
            json!({"slot": slot, "points": [points, points]})
        })
        .collect();
    json!({"rows": rows})
}

pub fn score(city: &City, id: &str, expert: &str, sheet: Value) -> Response {
    city.as_(expert).put(&path(id, "/sealed/scores"), sheet)
}
