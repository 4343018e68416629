//! However large what is published is: what is read of it at a time is bounded (TMF-1 rule 14).

use techmart::db::Snapshot;
use techmart::federation::service::snapshot::Asked;
use techmart::federation::service::{digest, feed, peers, snapshot};
use techmart::kernel::change::Audience;

use super::network::{CITY, COUNTY, Network};

const RECORDS: u64 = 100;
const BYTES: usize = 70 * 1024;
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024 + 2 * BYTES;

/// TMF-1 rule 14: a page of the feed and a part of the snapshot end at their bound without reading what does not fit, and
/// going on gives all of it; a digest reads no data at all.
#[test]
fn tmf_14_what_does_not_fit_is_not_read() {
    let network = Network::new(1700);
    let (city, county) = (&network.city, &network.county);
    let before = county.sync(CITY).cursor;
    let text = "大".repeat(BYTES / 3);
    for number in 1..=RECORDS {
        city.publish("achievement", number, 1, Audience::Public, &text);
    }
    let ask = |look: fn(&mut Snapshot, &techmart::federation::model::Peer, i64) -> (usize, usize)| {
        let after = before.seq;
        let read = move |snapshot: &mut Snapshot| {
            let peer = peers::find(snapshot, COUNTY)?;
            Ok(look(snapshot, &peer, after))
        };
        city.city().app.db.read_blocking(read).unwrap()
    };
    let page = |snapshot: &mut Snapshot, peer: &techmart::federation::model::Peer, after: i64| {
        let epoch = techmart::changes::head(snapshot).unwrap().epoch;
        let view = Some(techmart::federation::policy::View::of(peer).revision());
        let asked = feed::Asked { after, epoch: Some(epoch), view, limit: 500 };
        let page = feed::page(snapshot, CITY, peer, &asked).unwrap();
        (page.count, page.body.len())
    };
    let part = |snapshot: &mut Snapshot, peer: &techmart::federation::model::Peer, _: i64| {
        let asked = Asked { limit: 500, ..Asked::default() };
        let (_, body) = snapshot::part(snapshot, CITY, peer, &asked).unwrap();
        (body.lines().count(), body.len())
    };
    // The last one cannot even be read: whoever reads it fails.
    let spoil = |to: &'static str| {
        let last = city.urn("achievement", RECORDS);
        let spoil = move |tx: &mut techmart::db::Tx| {
            Ok(tx.batch(&format!("UPDATE change SET method = '{to}' WHERE subject = '{last}'"))?)
        };
        city.city().app.db.write_blocking("test.spoil", spoil).unwrap();
    };
    spoil("?");
    for (count, bytes) in [ask(page), ask(part)] {
        assert!((20..100).contains(&count) && bytes < PAGE_BYTES_MAX, "{count} in {bytes} bytes");
    }
    spoil("PUT");
    network.settle();
    let of_city = county.replicas().into_iter().filter(|it| it.subject.contains(":achievement:")).count();
    assert_eq!(u64::try_from(of_city).unwrap(), RECORDS);
    assert_eq!((county.compare(CITY), network.region.compare(CITY)), (0, 0));
    // A digest that needed the data would find them gone, and say something else.
    let digests = || {
        let read = |snapshot: &mut Snapshot| {
            let peer = peers::find(snapshot, COUNTY)?;
            let asked = Asked { limit: digest::PART_SUBJECTS_MAX, ..Asked::default() };
            Ok(digest::digest(snapshot, CITY, &peer, &asked)?.buckets)
        };
        city.city().app.db.read_blocking(read).unwrap()
    };
    let whole = digests();
    assert!(whole.iter().map(|bucket| bucket.count).sum::<i64>() >= i64::try_from(RECORDS).unwrap());
    let replace =
        |tx: &mut techmart::db::Tx| Ok(tx.batch("UPDATE change SET public = '{' WHERE public IS NOT NULL")?);
    city.city().app.db.write_blocking("test.replace", replace).unwrap();
    assert_eq!(digests(), whole);
}
