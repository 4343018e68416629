//! Nothing about price, count or identity can be learnt before the opening: not from any answer or ETag of any
//! role, not from the live stream, the database, the change log or the files. (The log and /metrics: `process.rs`; how
//! long answers take: `timing.rs`.)

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;
use techmart::kernel::error::Refusal;

use super::*;
use crate::support::Client;
use crate::trading::live::{Event, Stream};

const PRICE: i64 = 7_313_377_331;
const MARKERS: [&str; 4] = ["7313377331", "MARKER-OFFER-鹿角", "MARKER-GUARANTEE-0042", "73133773.31"];
/// Competitors, staff, officers, the tenderer, everybody.
const READERS: [&str; 9] = [
    "",
    "institute.member",
    "broker2.member",
    "institute.admin",
    "operator.operator",
    "operator.auditor",
    "government.payer",
    "government.preparer",
    "institute2.member",
];
/// More bidders for the second and the last count: none of them reads.
const MORE: [&str; 3] = ["broker.member", "financier.member", "financier2.member"];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    text: String,
}

fn rows(conn: &mut techmart::db::Conn, sql: &str) -> Result<Vec<String>, Refusal> {
    let rows: Vec<Row> = diesel::sql_query(sql).load(conn)?;
    Ok(rows.into_iter().map(|row| row.text).collect())
}

/// Every row of every table as text, bytes in hexadecimal: what a dump of the database holds.
pub fn dump(city: &City) -> BTreeMap<String, Vec<String>> {
    let postgres = city.database.is_postgres();
    let read = city.app.db.read_blocking(move |snapshot| {
        let tables = if postgres {
            "SELECT table_name::text AS text FROM information_schema.tables WHERE table_schema = 'public'"
        } else {
            "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        };
        let mut dump = BTreeMap::new();
        for table in rows(snapshot, tables)? {
            let sql = if postgres {
                format!("SELECT t::text AS text FROM \"{table}\" t")
            } else {
                let columns = format!("SELECT name AS text FROM pragma_table_info('{table}')");
                let columns: Vec<String> =
                    rows(snapshot, &columns)?.iter().map(|it| format!("quote(\"{it}\")")).collect();
                format!("SELECT {} AS text FROM \"{table}\"", columns.join("||' '||"))
            };
            let mut found = rows(snapshot, &sql)?;
            found.sort();
            dump.insert(table, found);
        }
        Ok(dump)
    });
    read.unwrap()
}

/// Every way in which a marker could be written down.
fn forms(marker: &str) -> Vec<String> {
    let bytes = marker.as_bytes();
    vec![marker.to_owned(), hex::encode(bytes), hex::encode_upper(bytes), base64(bytes)]
}

fn assert_without_markers(place: &str, text: &str) {
    for marker in MARKERS {
        for form in forms(marker) {
            assert!(!text.contains(&form), "{marker} in {place}");
        }
    }
}

/// What everybody may ask: every GET of the API that takes nothing but a sale's id, or nothing at all.
fn questions(id: &str) -> Vec<String> {
    let api = serde_json::to_value(techmart::app::App::api()).unwrap();
    let paths = api["paths"].as_object().unwrap().iter().filter(|(_, item)| item.get("get").is_some());
    let plain = |path: &str| path.replace("{id}", id);
    let asked = paths.map(|(path, _)| plain(path)).filter(|path| !path.contains('{'));
    // A bidder's own receipt is its own.
    asked.filter(|path| !path.ends_with("/sealed/envelope")).collect()
}

/// Every answer of every reader: status, ETag, TM-Seq, body.
fn answers(readers: &[(String, Client)], questions: &[String]) -> Vec<(String, u16, String, String)> {
    let mut answers = Vec::new();
    for (reader, client) in readers {
        for question in questions {
            let answer = client.get(question);
            let tags = format!("{} {}", answer.header("etag"), answer.header("tm-seq"));
            let body = answer.text();
            // The request's id is random, and an answer that measures time is not about bids.
            let body = if answer.status >= 400 { answer.body["code"].to_string() } else { body };
            answers.push((format!("{reader} {question}"), answer.status, tags, body));
        }
    }
    answers
}

fn counts(dump: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, (usize, usize)> {
    let size = |rows: &Vec<String>| (rows.len(), rows.iter().map(String::len).sum());
    dump.iter().map(|(table, rows)| (table.as_str(), size(rows))).collect()
}

/// How often each of a bidder's names stands in each table.
fn mentions(dump: &BTreeMap<String, Vec<String>>, names: &[String]) -> BTreeMap<String, usize> {
    let count = |rows: &Vec<String>| {
        rows.iter().map(|row| names.iter().map(|it| row.matches(it.as_str()).count()).sum::<usize>()).sum()
    };
    dump.iter().map(|(table, rows)| (table.clone(), count(rows))).collect()
}

fn marked(city: &City, id: &str, persona: &str) {
    let mut bid = bid(city, id, persona, PRICE);
    bid["offer"] = json!(MARKERS[1]);
    bid["deposit_reference"] = json!(MARKERS[2]);
    // With an Idempotency-Key too: no answer is kept for it.
    let client = city.as_(persona).with("idempotency-key", "marked-1");
    let body = json!({"envelope": sealed(city, id, &bid)});
    client.put(&path(id, "/sealed/envelope"), body).expect(200);
}

/// The events of a stream up to its first state, without the platform's clock.
fn beginning(stream: &Stream) -> Vec<Event> {
    let mut events = vec![];
    while events.last().is_none_or(|event: &Event| event.name != "state") {
        events.push(stream.next());
    }
    without_clock(events)
}

fn without_clock(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let Some(data) = event.data.as_object_mut() {
            data.remove("now");
        }
    }
    events
}

/// What everybody who follows a tender live is told, from the first envelope to the deadline and over it.
#[test]
fn the_live_stream_is_silent_until_the_deadline() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let stream = Stream::open(&city.base, id, None);
    let first = beginning(&stream);
    for bidder in BIDDERS {
        marked(&city, id, bidder);
        city.settle();
    }
    marked(&city, id, BIDDERS[0]);
    city.settle();
    // Who comes now is told the same, also by asking for what it missed.
    for after in [None, Some(0)] {
        let again = beginning(&Stream::open(&city.base, id, after));
        let told = |events: &[Event]| events.last().map(|event| (event.id, event.data.clone()));
        assert_eq!(told(&again), told(&first));
    }
    to_deadline(&city, id);
    city.settle();
    let mut told = vec![];
    while told.last().is_none_or(|event: &Event| event.data["phase"] != "closing") {
        told.push(stream.next());
    }
    // Of all envelopes together nothing but the deadline: a hub may tell again how the sale stood before it.
    let mut before = without_clock(told);
    let closing = before.pop().unwrap();
    let open = first.last().unwrap();
    assert!(before.iter().all(|event| event.name == "clock" || event == open), "{before:?}");
    for entry in ["seq", "price_fen", "next_fen", "leader", "extensions", "version", "ends_at"] {
        assert_eq!(closing.data[entry], open.data[entry], "{entry}");
    }
    let raw = stream.raw.lock().unwrap().clone();
    assert_without_markers("the live stream", &raw);
    for bidder in BIDDERS {
        assert!(!raw.contains(&city.organisation(bidder).to_string()), "{bidder} in {raw}");
    }
}

#[test]
fn nothing_tells_price_count_or_identity_before_the_opening() {
    nothing_tells(&READERS[..3]);
}

#[test]
fn nothing_tells_staff_before_the_opening() {
    nothing_tells(&READERS[3..6]);
}

#[test]
fn nothing_tells_officers_before_the_opening() {
    nothing_tells(&READERS[6..]);
}

fn nothing_tells(readers: &[&str]) {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    let id = tender.id.as_str();
    let questions = questions(id);
    assert!(questions.len() > 60, "{} questions", questions.len());
    let readers: Vec<(String, Client)> = readers.iter().map(|it| ((*it).to_owned(), city.as_(it))).collect();
    // Everybody signs in before the comparison, bidders too.
    for persona in BIDDERS.iter().chain(&MORE) {
        city.as_(persona);
    }
    let names = |persona: &str| {
        let organisation = city.organisation(persona);
        let party = city.app.db.read_blocking(move |it| techmart::identity::service::party(it, organisation));
        let party = party.unwrap();
        vec![organisation.to_string(), party.name, party.credit_code]
    };
    let bidder_names: Vec<String> = BIDDERS.iter().chain(&MORE).flat_map(|it| names(it)).collect();
    city.settle();
    let (none, none_dump) = (answers(&readers, &questions), dump(&city));
    for bidder in &BIDDERS[..2] {
        marked(&city, id, bidder);
    }
    deposit(&city, id, MORE[1], PRICE);
    city.settle();
    let (three, three_dump) = (answers(&readers, &questions), dump(&city));
    for bidder in [BIDDERS[2], MORE[2]] {
        marked(&city, id, bidder);
    }
    // One replaces its own.
    marked(&city, id, BIDDERS[0]);
    city.settle();
    let (five, five_dump) = (answers(&readers, &questions), dump(&city));
    for ((before, after), last) in none.iter().zip(&three).zip(&five) {
        assert_eq!(before, after);
        assert_eq!(after, last);
        assert_without_markers(&after.0, &last.3);
    }
    for (table, rows) in &five_dump {
        for row in rows {
            assert_without_markers(table, row);
        }
    }
    // Rows, their sizes, the change log and its head are the same; of everything stored, only the box differs.
    let without_sessions = |dump: &BTreeMap<String, Vec<String>>| {
        let mut dump = dump.clone();
        // Signing in is not about bids: the test signs its personas in anew for each call.
        for table in ["session", "login_attempt", "refresh_token", "session_token"] {
            dump.remove(table);
        }
        dump
    };
    let [none_dump, three_dump, five_dump] = [&none_dump, &three_dump, &five_dump].map(without_sessions);
    assert_eq!(counts(&none_dump), counts(&three_dump));
    assert_eq!(counts(&three_dump), counts(&five_dump));
    let differs: Vec<&String> = three_dump.keys().filter(|it| three_dump[*it] != five_dump[*it]).collect();
    assert_eq!(differs, ["sealed_box"]);
    assert_eq!(mentions(&none_dump, &bidder_names), mentions(&five_dump, &bidder_names));
    // Nor the files.
    for entry in std::fs::read_dir(city.dir.path()).unwrap() {
        let file = entry.unwrap().path();
        if let Ok(bytes) = std::fs::read(&file) {
            assert_without_markers(&file.display().to_string(), &String::from_utf8_lossy(&bytes));
        }
    }
    // And after the opening everything is there: the markers would have been found.
    open(&city, &tender);
    let opened = opening(&city, id);
    assert!(MARKERS[..3].iter().all(|marker| opened.to_string().contains(marker)), "{opened}");
    assert_eq!(opened["bids"].as_array().unwrap().len(), 5);
    assert!(dump(&city).values().flatten().any(|row| row.contains(MARKERS[0])));
}

/// Nobody will open the box of a tender that was taken back: it is dropped, with the key that the server kept.
#[test]
fn the_box_of_a_withdrawn_tender_is_dropped() {
    let city = City::new();
    let id = receiving(&city, terms(&city), kept_by_server()).id;
    marked(&city, &id, BIDDERS[0]);
    city.app.run_jobs().unwrap();
    let count = |table: &str| dump(&city)[table].len();
    assert_eq!((count("sealed_box"), count("sealed_key")), (1, 1));
    city.as_(SELLER).post(&path(&id, "/withdraw"), json!({"reason": "项目取消"})).expect(200);
    city.app.run_jobs().unwrap();
    assert_eq!((count("sealed_box"), count("sealed_key")), (0, 0));
    city.as_(BIDDERS[0]).get(&path(&id, "/sealed/envelope")).expect(404);
}

/// A box that is written anew without need differs from its older copy like one that took an envelope.
#[test]
fn a_box_is_stirred_so_that_two_copies_do_not_tell() {
    let city = City::new();
    let tender = receiving(&city, terms(&city), setup(&city));
    deposit(&city, &tender.id, BIDDERS[0], 5);
    let before = dump(&city).remove("sealed_box").unwrap();
    city.clock.advance_seconds(601);
    city.app.run_jobs().unwrap();
    let after = dump(&city).remove("sealed_box").unwrap();
    assert_ne!(before, after);
    assert_eq!(before[0].len(), after[0].len());
    let receipt = city.as_(BIDDERS[0]).get(&path(&tender.id, "/sealed/envelope")).expect(200).body;
    assert!(receipt["jws"].is_string());
}
