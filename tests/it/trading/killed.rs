//! `kill -9` at random moments of a running sale: no acknowledged bid is lost, and the sale ends with one result, also
//! when the program was down at the moment of closing (issue: done when).

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};
use serde_json::{Value, json};
use techmart::kernel::time::{Clock, SystemClock, UtcTime};
use techmart::trading::service;

use super::{BIDDER, SECOND, THIRD, admitted, bidding_terms, on_market, path};
use crate::support::City;
use crate::support::process::{Installation, eventually};

const KILLS_IN_CI: usize = 3;
/// A sale is killed so often; more kills take more sales.
const KILLS_OF_A_SALE: usize = 10;
const BIDDERS: [&str; 4] = [BIDDER, SECOND, THIRD, "broker2.member"];

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn kills() -> usize {
    std::env::var("TECHMART_TEST_SALE_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(KILLS_IN_CI)
}

/// One request on a connection of its own; nothing when the program is gone meanwhile.
fn ask(address: &str, method: &str, path: &str, token: &str, body: &Value) -> Option<(u16, Value)> {
    let mut socket = TcpStream::connect(address).ok()?;
    socket.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let body = if method == "GET" { String::new() } else { body.to_string() };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    socket.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

/// A bid that the program said it had.
#[derive(Clone, Debug)]
struct Acknowledged {
    alias: String,
    seq: i64,
    price: i64,
}

/// Bids one after the other until told to stop, whether the program is there or not.
fn bidder(address: String, sale: String, token: String, stop: &AtomicBool, kept: &Mutex<Vec<Acknowledged>>) {
    while !stop.load(Ordering::Acquire) {
        let state = ask(&address, "GET", &path(&sale, "/state"), &token, &Value::Null);
        let next = state.and_then(|(_, state)| state["next_fen"].as_i64());
        let Some(next) = next else {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        let body = json!({"price_fen": next});
        let Some((200, told)) = ask(&address, "POST", &path(&sale, "/bids"), &token, &body) else { continue };
        for line in told["bids"].as_array().unwrap() {
            kept.lock().unwrap().push(Acknowledged {
                alias: told["alias"].as_str().unwrap().to_owned(),
                seq: line["seq"].as_i64().unwrap(),
                price: line["price_fen"].as_i64().unwrap(),
            });
        }
    }
}

/// A sale of the prepared city that runs now, by the clock on the wall, with four admitted bidders.
fn running_now(city: &City) -> String {
    let now = SystemClock.now();
    city.clock.set(now.plus_days(-31).plus_seconds(60));
    let id = on_market(city, "online_bidding", bidding_terms(city));
    for persona in BIDDERS {
        admitted(city, &id, persona);
    }
    city.clock.set(now);
    // The program was down for a month before: here the sale is as if it had not been, and killing it for some
    // seconds does not suspend it.
    let sale = id.clone();
    let set = move |conn: &mut techmart::db::Conn| -> Result<(), techmart::kernel::error::Refusal> {
        let sql = "UPDATE sale_run SET beat_at = $1, silence_s = 600, last_part_s = 0 WHERE sale = $2";
        diesel::sql_query(sql).bind::<Timestamp, _>(*now.naive()).bind::<Text, _>(&sale).execute(conn)?;
        Ok(())
    };
    city.app.db.write_blocking("test.beat", move |tx| set(tx)).unwrap();
    ends_at(city, &id, now.plus_seconds(3_600));
    id
}

fn ends_at(city: &City, id: &str, at: UtcTime) {
    let sale = id.to_owned();
    let set = move |conn: &mut techmart::db::Conn| -> Result<(), techmart::kernel::error::Refusal> {
        let sql = "UPDATE sale_run SET ends_at = $1 WHERE sale = $2";
        diesel::sql_query(sql).bind::<Timestamp, _>(*at.naive()).bind::<Text, _>(&sale).execute(conn)?;
        Ok(())
    };
    city.app.db.write_blocking("test.end", move |tx| set(tx)).unwrap();
}

/// Kills the program `kills` times while four bidders bid; it ends while the program is down.
fn one_sale(kills: usize) {
    let city = City::new();
    let id = running_now(&city);
    let mut site = Installation::on(city.database.clone());
    let address = site.base().strip_prefix("http://").unwrap().to_owned();
    let (stop, kept) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(vec![])));
    let threads: Vec<_> = BIDDERS
        .iter()
        .map(|persona| {
            let token = city.as_(persona).token.unwrap();
            let (address, sale, stop, kept) = (address.clone(), id.clone(), stop.clone(), kept.clone());
            std::thread::spawn(move || bidder(address, sale, token, &stop, &kept))
        })
        .collect();
    for number in 0..kills {
        site.start();
        let before = kept.lock().unwrap().len();
        eventually("a bid", || (kept.lock().unwrap().len() > before).then_some(()));
        // At a random moment: the address of a fresh allocation is as good as any.
        let moment = u64::from(rand_byte(number)) % 200;
        std::thread::sleep(Duration::from_millis(moment));
        site.kill();
    }
    stop.store(true, Ordering::Release);
    for thread in threads {
        thread.join().unwrap();
    }
    ends_at(&city, &id, SystemClock.now());
    site.start();
    let client = site.client(None);
    let ended = eventually("the close", || {
        let sale = client.get(&path(&id, "")).body;
        (sale["state"] == "awarded").then_some(sale)
    });
    check(&city, &id, &kept.lock().unwrap(), &ended);
}

fn rand_byte(number: usize) -> u8 {
    let mut bytes = [0; 1];
    techmart::kernel::random::Random::fill(&techmart::kernel::random::SystemRandom, &mut bytes);
    bytes[0].wrapping_add(u8::try_from(number % 256).unwrap())
}

fn check(city: &City, id: &str, kept: &[Acknowledged], ended: &Value) {
    let sale = id.parse().unwrap();
    let (bids, bidders) = city
        .app
        .db
        .read_blocking(move |snapshot| {
            Ok((service::bids_after(snapshot, sale, 0, 1_000_000)?, service::bidders(snapshot, sale)?))
        })
        .unwrap();
    let alias: BTreeMap<i32, &str> = bidders.iter().map(|it| (it.number, it.alias.as_str())).collect();
    for ack in kept {
        let bid = bids.iter().find(|bid| bid.seq == ack.seq);
        let bid = bid.unwrap_or_else(|| panic!("acknowledged and lost: {ack:?}"));
        assert_eq!((bid.price.0, alias[&bid.bidder]), (ack.price, ack.alias.as_str()), "{ack:?}");
    }
    assert!(!kept.is_empty());
    let numbers: Vec<i64> = bids.iter().map(|bid| bid.seq).collect();
    assert_eq!(numbers, (1..=i64::try_from(bids.len()).unwrap()).collect::<Vec<_>>(), "totally ordered");
    assert!(bids.windows(2).all(|pair| pair[0].price < pair[1].price), "the price rises");
    let last = bids.last().unwrap();
    assert_eq!(ended["result"]["price_fen"], last.price.0);
    assert_eq!(ended["result"]["alias"], alias[&last.bidder]);
    let read = city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 1_000_000));
    let results: Vec<_> = read
        .unwrap()
        .into_iter()
        .filter(|change| {
            change.subject.ends_with(id) && matches!(change.kind.as_str(), "sale.ended" | "sale.unsold")
        })
        .collect();
    assert_eq!(results.len(), 1, "exactly one result");
}

#[test]
fn a_killed_program_loses_no_acknowledged_bid_and_ends_each_sale_once() {
    let mut left = kills();
    while left > 0 {
        let now = left.min(KILLS_OF_A_SALE);
        one_sale(now);
        left -= now;
    }
}
