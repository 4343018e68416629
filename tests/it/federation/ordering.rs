//! Twenty writers of short and long transactions, three pollers that are killed and restarted: nothing skipped,
//! nothing twice (TMF-1 rule 2 and 4). The same over a plain sequence skips, so the test can fail.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::json;
use techmart::changes;
use techmart::db::Conn;
use techmart::db::conn::Mode;
use techmart::kernel::actor::Actor;
use techmart::kernel::change::{Audience, NewChange};

use super::network::Node;
use crate::support::config;

const WRITERS: usize = 20;
const POLLERS: usize = 3;
/// Transactions of a writer in an ordinary run.
const ROUNDS: usize = 6;

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn rounds() -> usize {
    std::env::var("TECHMART_TEST_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

/// What the pollers saw: each keeps its cursor beside what it took, and is dropped in the middle and started anew.
fn polled(
    read: impl Fn(i64) -> Vec<i64> + Send + Sync + 'static,
    done: &Arc<AtomicBool>,
) -> Vec<std::thread::JoinHandle<Vec<i64>>> {
    let read = Arc::new(read);
    (0..POLLERS)
        .map(|number| {
            let (read, done) = (Arc::clone(&read), Arc::clone(done));
            std::thread::spawn(move || {
                let kept = Arc::new(Mutex::new(Vec::<i64>::new()));
                let mut lives = 0_u64;
                loop {
                    // One life: it ends after a few pages, with what it had read and not kept.
                    lives += 1;
                    for page in 0..5 {
                        let finished = done.load(Ordering::SeqCst);
                        let after = kept.lock().unwrap().last().copied().unwrap_or(0);
                        let found = read(after);
                        if finished && found.is_empty() {
                            return Arc::try_unwrap(kept).unwrap().into_inner().unwrap();
                        }
                        let is_killed = page == 4 && lives.is_multiple_of(2);
                        if !is_killed {
                            kept.lock().unwrap().extend(found);
                        }
                        std::thread::sleep(Duration::from_millis(number as u64));
                    }
                }
            })
        })
        .collect()
}

#[test]
fn twenty_writers_and_three_pollers_skip_nothing_and_repeat_nothing() {
    let node = Node::new("cn-450700", 90);
    let done = Arc::new(AtomicBool::new(false));
    let db = node.city().app.db.clone();
    let before = node.city().app.db.read_blocking(|snapshot| changes::head(snapshot)).unwrap().feed_seq;
    let reader = db.clone();
    let pollers = polled(
        move |after| {
            let page = reader.read_blocking(move |snapshot| changes::feed::after(snapshot, after, 50));
            page.unwrap().iter().map(changes::feed::Entry::feed_seq).collect()
        },
        &done,
    );
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let db = db.clone();
            std::thread::spawn(move || {
                for round in 0..rounds() {
                    let write = move |tx: &mut techmart::db::Tx| {
                        let count = if writer % 4 == 0 { 5 } else { 1 };
                        for one in 0..count {
                            let number = writer * 1_000_000 + round * 100 + one;
                            let subject =
                                format!("urn:tm:cn-450700:note:01980000-0000-7000-8000-{number:012}");
                            let (facts, public) = (json!({}), json!({ "n": number }));
                            let change = NewChange::published(
                                "test.noted",
                                subject,
                                1,
                                Audience::Public,
                                facts,
                                public,
                            );
                            tx.record(&Actor::System("test"), change);
                        }
                        if writer % 4 == 0 {
                            std::thread::sleep(Duration::from_millis(2));
                        }
                        if round % 3 == 2 && writer % 5 == 0 {
                            // Rolled back: its numbers are given to others.
                            return Err(techmart::kernel::error::Refusal::internal("rolled back"));
                        }
                        Ok(())
                    };
                    drop(db.write_blocking("test.write", write));
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    done.store(true, Ordering::SeqCst);
    let head = node.city().app.db.read_blocking(|snapshot| changes::head(snapshot)).unwrap().feed_seq;
    assert!(head - before >= i64::try_from(WRITERS * rounds() / 2).unwrap(), "the writers wrote");
    for poller in pollers {
        let seen = poller.join().unwrap();
        let expected: Vec<i64> = (1..=head).collect();
        assert_eq!(seen, expected, "in order, nothing skipped, nothing twice");
    }
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn numbers(conn: &mut Conn, sql: &str) -> Vec<i64> {
    diesel::sql_query(sql).load::<Number>(conn).unwrap().into_iter().map(|row| row.n).collect()
}

/// A number is taken at once, as a sequence gives it; the row follows when its transaction commits.
#[test]
fn the_same_over_a_plain_sequence_skips() {
    let skipped = (0..8).any(|_| {
        let node = Node::new("cn-450700", 91);
        let settings = config(&node.database, node.database.dir().path().to_owned());
        let open = move || Conn::open(&settings.database, Mode::Write).unwrap();
        open().batch("CREATE TABLE plain (n BIGINT NOT NULL PRIMARY KEY); CREATE TABLE given (n BIGINT NOT NULL); INSERT INTO given VALUES (0)").unwrap();
        let (done, opened) = (Arc::new(AtomicBool::new(false)), open.clone());
        let reader = move |after: i64| {
            numbers(&mut opened(), &format!("SELECT n FROM plain WHERE n > {after} ORDER BY n LIMIT 50"))
        };
        let pollers = polled(reader, &done);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let open = open.clone();
                std::thread::spawn(move || {
                    let mut conn = open();
                    for _ in 0..ROUNDS {
                        let n = numbers(&mut conn, "UPDATE given SET n = n + 1 RETURNING n")[0];
                        std::thread::sleep(Duration::from_millis(if writer % 4 == 0 { 4 } else { 0 }));
                        conn.batch(&format!("INSERT INTO plain VALUES ({n})")).unwrap();
                    }
                })
            })
            .collect();
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        done.store(true, Ordering::SeqCst);
        let all: BTreeSet<i64> = numbers(&mut open(), "SELECT n FROM plain").into_iter().collect();
        pollers.into_iter().any(|poller| poller.join().unwrap().into_iter().collect::<BTreeSet<_>>() != all)
    });
    assert!(skipped, "a plain sequence skipped nothing: the ordering test could not fail");
}
