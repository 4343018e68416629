//! Watching, reminders, the calendar.

use super::{BIDDER, THIRD, bid, bidding, drafted, enrol, path, running, travel};
use crate::support::City;

const HOUR_SECONDS: i64 = 3_600;

/// Issue: watch a sale.
#[test]
fn a_sale_is_watched_by_whom_it_interests() {
    let city = City::new();
    let id = bidding(&city);
    let watcher = city.as_(THIRD);
    watcher.send("PUT", &path(&id, "/watch"), None).expect(204);
    watcher.send("PUT", &path(&id, "/watch"), None).expect(204);
    let list = watcher.get("/api/v1/sales/watched").expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(list.body["items"][0]["id"], id.as_str());
    let other = city.as_("broker.admin").get("/api/v1/sales/watched").expect(200);
    assert!(other.body["items"].as_array().unwrap().is_empty(), "whose it is alone");
    watcher.delete(&path(&id, "/watch")).expect(204);
    assert!(watcher.get("/api/v1/sales/watched").expect(200).body["items"].as_array().unwrap().is_empty());
    let draft = drafted(&city, "online_bidding", super::bidding_terms(&city));
    watcher.send("PUT", &path(&draft, "/watch"), None).refused(404, "not_found");
}

fn reminders(city: &City, id: &str) -> Vec<(String, i64, usize)> {
    let read =
        city.app.db.read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000)).unwrap();
    let own =
        read.into_iter().filter(|change| change.kind == "sale.reminder" && change.subject.ends_with(id));
    own.map(|change| {
        let facts = change.facts;
        let recipients = facts["recipients"].as_array().unwrap().len();
        (facts["moment"].as_str().unwrap().to_owned(), facts["hours"].as_i64().unwrap(), recipients)
    })
    .collect()
}

/// Reminders a day and an hour before start and end, once; watchers and bidders in one list.
#[test]
fn rule_2_watchers_and_bidders_are_reminded_before_start_and_end() {
    let city = City::new();
    let id = bidding(&city);
    city.as_(THIRD).send("PUT", &path(&id, "/watch"), None).expect(204);
    enrol(&city, &id, BIDDER);
    let sale = city.anonymous().get(&path(&id, "")).expect(200);
    let start: techmart::kernel::time::UtcTime = sale.body["starts_at"].as_str().unwrap().parse().unwrap();
    let remind = || city.app.run_jobs().unwrap();
    remind();
    assert!(reminders(&city, &id).is_empty());
    city.clock.set(start.plus_seconds(-24 * HOUR_SECONDS));
    remind();
    remind();
    assert_eq!(reminders(&city, &id), [("start".to_owned(), 24, 2)]);
    city.clock.set(start.plus_seconds(-HOUR_SECONDS + 5));
    remind();
    assert_eq!(reminders(&city, &id).last().unwrap(), &("start".to_owned(), 1, 2));
    let change = city.change(&id, "sale.reminder");
    assert!(change.feed_seq.is_none(), "audience none");
    let (watcher, bidder) = (city.actor(THIRD), city.actor(BIDDER));
    for person in [watcher, bidder] {
        assert!(change.facts.to_string().contains(&person.person().unwrap().user.to_string()));
    }
}

/// RFC 5545 §3.8.4.7 and §3.8.7.4: the UID stays, the SEQUENCE grows with a change.
#[test]
fn the_calendar_file_keeps_its_uids_and_counts_changes() {
    let city = City::new();
    let id = running(&city);
    let file = || city.anonymous().get(&path(&id, "/calendar.ics")).expect(200);
    let first = file();
    assert_eq!(first.header("content-type"), "text/calendar; charset=utf-8");
    let text = first.text();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    assert!(text.lines().all(|line| line.len() <= 76), "folded");
    let unfolded = |text: &str| text.replace("\r\n ", "");
    let values = |text: &str, name: &str| -> Vec<String> {
        let text = unfolded(text);
        let lines = text.lines().filter_map(|line| line.strip_prefix(&format!("{name}:")).map(str::to_owned));
        lines.collect()
    };
    let uids = values(&text, "UID");
    assert_eq!(uids.len(), 3, "notice, start, end");
    assert_eq!(values(&text, "VERSION"), ["2.0"]);
    let sequence = |text: &str| values(text, "SEQUENCE")[0].parse::<u32>().unwrap();
    let (before, ends) = (sequence(&text), values(&text, "DTSTART"));
    // A bid in the last five minutes moves the end.
    let end: techmart::kernel::time::UtcTime =
        city.anonymous().get(&path(&id, "/state")).expect(200).body["ends_at"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
    travel(&city, end.plus_seconds(-60));
    let next = city.anonymous().get(&path(&id, "/state")).expect(200).body["next_fen"].as_i64().unwrap();
    bid(&city, &id, BIDDER, next).expect(200);
    let text = file().text();
    assert_eq!(values(&text, "UID"), uids);
    assert!(sequence(&text) > before);
    assert_ne!(values(&text, "DTSTART"), ends);
}
