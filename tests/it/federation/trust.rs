//! What a neighbour is not believed: others' records, numbers, and what cannot be read (TMF-1 rules 1, 4 and 8).

use serde_json::{Value, json};
use techmart::federation::model::{FeedPage, Received, Role};
use techmart::federation::service::{peers, take};
use techmart::federation::wire;
use techmart::kernel::change::{Audience, Method, NewChange, Relay, RelayedData};
use techmart::kernel::leaf::{self, Leaf};
use techmart::kernel::page::PageQuery;
use techmart::kernel::time::UtcTime;
use techmart::replica::model::{Aside, ERASURE, State};
use techmart::replica::service as replica;

use super::network::{CITY, COUNTY, Network, Node, runtime};
use super::ways::alarms;

const LIAR: &str = "cn-450722";
const EPOCH_MAX: i64 = i32::MAX as i64;

/// Another county of the city, that says of itself what it passes on.
fn liar(network: &Network, seed: u64) -> Node {
    let liar = Node::new(LIAR, seed);
    network.city.enter(&liar, Role::Child);
    liar.enter(&network.city, Role::Parent);
    liar.settle(CITY).unwrap();
    network.city.settle(LIAR).unwrap();
    liar
}

/// An event in the name of another node, served as one that has travelled so many links when it arrives.
struct Forged {
    origin: &'static str,
    subject: String,
    version: i64,
    epoch: i64,
    seq: i64,
    hops: i32,
    title: Option<&'static str>,
    method: Method,
}

impl Forged {
    fn serve(self, at: &Node) {
        let data = self.title.map(|title| {
            let public = json!({ "schema": "achievement.v1", "id": self.subject, "title": title });
            let canonical = String::from_utf8(leaf::canonical(&public).unwrap()).unwrap();
            RelayedData { hash: leaf::data_hash(canonical.as_bytes()), canonical, salt: vec![1; 32] }
        });
        let relay = Relay {
            origin: self.origin.into(),
            via: self.origin.into(),
            epoch: self.epoch,
            seq: self.seq,
            hops: self.hops - 1,
            time: UtcTime::from_seconds(1_700_000_000),
            event_type: "cn.techmart.achievement.v1".into(),
            reason: (self.method == Method::Delete).then(|| ERASURE.to_owned()),
            data,
        };
        let (subject, version, method) = (self.subject, self.version, self.method);
        at.record(NewChange::relayed("test.forged", subject, version, method, Audience::Public, relay));
    }
}

/// TMF-1 rules 1 and 8: what a neighbour owns nobody else overwrites, erases or adds to, whatever epoch, version and number
/// it gives it; and what the owner says next is taken.
#[test]
fn tmf_1_nobody_speaks_for_a_neighbour_that_speaks_for_itself() {
    let network = Network::new(1400);
    let (city, county) = (&network.city, &network.county);
    county.publish("achievement", 1, 1, Audience::Public, "县的成果（示例）");
    network.settle();
    let liar = liar(&network, 1410);
    let (known, unknown) = (county.urn("achievement", 1), county.urn("achievement", 7));
    let next = city.sync(COUNTY).cursor.seq + 1;
    let forged = |subject: &str, hops, epoch, title: Option<&'static str>| Forged {
        origin: COUNTY,
        subject: subject.to_owned(),
        version: 1 << 40,
        epoch,
        seq: next,
        hops,
        title,
        method: if title.is_some() { Method::Put } else { Method::Delete },
    };
    for hops in [1, 2] {
        forged(&known, hops, EPOCH_MAX, None).serve(&liar);
        forged(&known, hops, EPOCH_MAX, Some("冒名改写（示例）")).serve(&liar);
        forged(&unknown, hops, 1, Some("冒名新增（示例）")).serve(&liar);
    }
    forged(&known, 2, EPOCH_MAX + 1, Some("纪元越界（示例）")).serve(&liar);
    city.settle(LIAR).unwrap();
    network.settle();
    for node in [city, &network.region] {
        assert_eq!(node.data(&known).expect("it stands")["title"], "县的成果（示例）", "{}", node.id);
        assert!(node.replica(&unknown).is_none(), "{} has what its owner never said", node.id);
    }
    let page = PageQuery::new(Some(20), None).unwrap();
    let asides = city.city().app.db.read_blocking(move |s| replica::asides(s, &page)).unwrap().items;
    let mut reasons: Vec<Aside> = asides.iter().map(|one| one.reason).collect();
    reasons.sort_unstable_by_key(|reason| reason.as_str());
    let foreign = Aside::NotItsOwn;
    assert_eq!(reasons, [Aside::Malformed, foreign, foreign, foreign], "one link, and not its sender's");
    assert!(alarms(city).contains(&json!("quarantine")));
    county.publish("achievement", 1, 2, Audience::Public, "县的第二版（示例）");
    county.publish("achievement", 7, 1, Audience::Public, "县的新成果（示例）");
    network.settle();
    for node in [city, &network.region] {
        assert_eq!(node.data(&known).unwrap()["title"], "县的第二版（示例）", "{}", node.id);
        assert_eq!(node.data(&unknown).unwrap()["title"], "县的新成果（示例）", "{}", node.id);
    }
    assert_eq!((city.compare(COUNTY), city.compare(LIAR)), (0, 0), "hearsay is no difference");
}

/// TMF-1 rule 8: what others said of a node before it was a neighbour gives way to what it says itself.
#[test]
fn tmf_1_a_new_neighbours_own_word_replaces_hearsay() {
    let network = Network::new(1420);
    let (city, liar) = (&network.city, liar(&network, 1430));
    let newcomer = Node::new("cn-450723", 1440);
    newcomer.publish("achievement", 1, 1, Audience::Public, "本人所述（示例）");
    let urn = newcomer.urn("achievement", 1);
    let (origin, subject, method) = ("cn-450723", urn.clone(), Method::Put);
    let title = Some("他人所述（示例）");
    Forged { origin, subject, version: 9, epoch: EPOCH_MAX, seq: 3, hops: 2, title, method }.serve(&liar);
    city.settle(LIAR).unwrap();
    assert_eq!(city.data(&urn).unwrap()["title"], "他人所述（示例）", "a hub is believed of those behind it");
    city.enter(&newcomer, Role::Child);
    newcomer.enter(city, Role::Parent);
    newcomer.settle(CITY).unwrap();
    city.settle(&newcomer.id).unwrap();
    assert_eq!(city.data(&urn).unwrap()["title"], "本人所述（示例）");
    newcomer.publish("achievement", 1, 2, Audience::Public, "本人第二版（示例）");
    city.settle(&newcomer.id).unwrap();
    assert_eq!(city.data(&urn).unwrap()["title"], "本人第二版（示例）");
}

/// TMF-1 rule 8: only what is written uses up its number: a PUT without data takes nothing from what follows.
#[test]
fn tmf_1_what_writes_nothing_uses_up_no_number() {
    let network = Network::new(1450);
    let (city, hub) = (&network.city, liar(&network, 1460));
    let behind = "cn-450724";
    let subject = |number: u64| format!("urn:tm:{behind}:achievement:01980000-0000-7000-8000-{number:012x}");
    let told = |number: u64, title: Option<&'static str>| Forged {
        origin: behind,
        subject: subject(number),
        version: 1,
        epoch: 1,
        seq: 5,
        hops: 2,
        title,
        method: Method::Put,
    };
    told(1, None).serve(&hub);
    told(2, Some("真实（示例）")).serve(&hub);
    city.settle(LIAR).unwrap();
    assert!(city.replica(&subject(1)).is_none());
    assert_eq!(city.data(&subject(2)).expect("number 5 was free")["title"], "真实（示例）");
}

/// An event of the county's feed, as it would serve it.
fn event(seq: i64, number: u64) -> Value {
    let subject = format!("urn:tm:{COUNTY}:achievement:01980000-0000-7000-8000-{number:012x}");
    let data = json!({ "schema": "achievement.v1", "id": subject, "title": "其余照收（示例）" });
    let (hash, salt) = (leaf::data_hash(&leaf::canonical(&data).unwrap()), [3; 32]);
    let time = UtcTime::from_seconds(1_700_000_000);
    let event_type = "cn.techmart.achievement.v1";
    let leaf = Leaf {
        epoch: 1,
        feed_seq: seq,
        origin: COUNTY,
        event_type: Some(event_type),
        subject: &subject,
        version: 1,
        method: "PUT",
        time,
        commitment: Some(leaf::commitment(&salt, &hash)),
    };
    json!({
        "specversion": "1.0", "id": format!("{COUNTY}:1:{seq}"), "source": format!("urn:tm:{COUNTY}"),
        "type": event_type, "subject": subject, "time": time.rfc3339(), "sequence": seq.to_string(), "epoch": 1,
        "subjectversion": 1, "method": "PUT", "audience": "public", "origin": COUNTY, "originepoch": 1,
        "originseq": seq.to_string(), "hops": 1, "datahash": hex::encode(hash),
        "leafhash": hex::encode(leaf.hash().unwrap()), "salt": hex::encode(salt), "data": data,
    })
}

/// TMF-1 rules 4 and 8: one event that cannot be read is set aside with an alarm, and the next ones are taken, on either
/// database, whatever is wrong with it.
#[test]
fn tmf_1_one_bad_event_holds_up_no_other() {
    let network = Network::new(1470);
    let city = &network.city;
    let cursor = city.sync(COUNTY).cursor;
    let wrong: Vec<(&str, Value)> = vec![
        ("originseq", json!("-5")),
        ("originseq", json!("99999999999999999")),
        ("type", json!("cn.techmart.x\u{0}.v1")),
        ("reason", json!("erasure\u{0}")),
        ("origin", json!("cn-4507\u{0}1")),
        ("subject", json!(format!("urn:tm:{COUNTY}:achievement:\u{0}"))),
        ("audience", json!("nodes:a\u{0}")),
        ("hops", json!("1")),
        ("hops", json!(2)),
        ("method", json!("PATCH")),
        ("time", json!(17)),
        ("subjectversion", json!(1_i64 << 60)),
        ("originepoch", json!(EPOCH_MAX + 1)),
        ("epoch", json!(null)),
        ("leafhash", json!(7)),
        ("data", json!({"another": true})),
    ];
    let mut events = Vec::new();
    let mut seq = cursor.seq;
    let mut read = |value: &Value| {
        let (found, _, event) = wire::read_feed_event(COUNTY, CITY, value).expect("its number can be read");
        seq += 1;
        assert_eq!(found, seq);
        events.push(event);
    };
    for (at, (name, value)) in (1..).zip(&wrong) {
        let mut bad = event(cursor.seq + at, 1);
        bad[*name] = value.clone();
        read(&bad);
    }
    read(&event(cursor.seq + 1 + i64::try_from(wrong.len()).unwrap(), 2));
    assert_eq!(events.iter().filter(|it| matches!(it, Received::Bad { .. })).count(), wrong.len());
    let page = FeedPage { epoch: cursor.epoch, view: cursor.view.clone(), head: seq, events };
    let (db, from) = (city.city().app.db.clone(), cursor.clone());
    let done = runtime().block_on(async move { take::feed_page(&db, COUNTY, &from, page).await }).unwrap();
    assert_eq!((done.written, done.overtaken), (1, false));
    assert_eq!(city.sync(COUNTY).cursor.seq, cursor.seq + 1 + i64::try_from(wrong.len()).unwrap());
    assert_eq!(city.set_aside(COUNTY), i64::try_from(wrong.len()).unwrap());
    let urn = network.county.urn("achievement", 2);
    assert_eq!(city.replica(&urn).map(|it| it.state), Some(State::Live));
    assert!(alarms(city).contains(&json!("quarantine")));
}

/// TMF-1 rule 5: erasure takes the data out of what was set aside of the record as well, at receivers and at its owner.
#[test]
fn tmf_5_erasure_takes_the_data_that_were_set_aside() {
    const WORDS: &str = "MARKER-ASIDE-4410";
    let network = Network::new(1480);
    let (city, county) = (&network.city, &network.county);
    county.publish("achievement", 1, 1, Audience::Public, "甲（示例）");
    county.publish("achievement", 1, 1, Audience::Public, WORDS);
    // And something about a record of the city, in the county's name.
    let about_city = city.urn("achievement", 5);
    city.publish("achievement", 5, 1, Audience::Public, "市的成果（示例）");
    let public = json!({"title": WORDS});
    let (subject, audience) = (about_city.clone(), Audience::Public);
    county.record(NewChange::published("test.published", subject, 1, audience, json!({}), public));
    network.settle();
    let kept = || {
        let page = PageQuery::new(Some(20), None).unwrap();
        let asides = city.city().app.db.read_blocking(move |s| replica::asides(s, &page)).unwrap().items;
        asides.into_iter().filter(|one| one.event.contains(WORDS)).map(|one| one.subject).collect::<Vec<_>>()
    };
    assert_eq!(kept().len(), 2, "the test can fail");
    county.erase("achievement", 1, 2);
    network.settle();
    assert_eq!(kept(), [about_city]);
    city.erase("achievement", 5, 2);
    assert!(kept().is_empty());
    assert_eq!(city.set_aside(COUNTY), 2, "that it was set aside stays");
}

/// A neighbour that is removed while it cannot be reached is followed no more, and nobody is told of it.
#[test]
fn a_neighbour_that_is_removed_while_it_fails_is_left_alone() {
    let mut network = Network::new(1490);
    network.county.kill();
    let city = &network.city;
    assert!(!city.step(COUNTY));
    let remove = |tx: &mut techmart::db::Tx| {
        peers::remove(tx, &techmart::kernel::actor::Actor::System("test"), COUNTY, None)
    };
    city.city().app.db.write_blocking("test.remove", remove).unwrap();
    for _ in 0..9 {
        assert!(city.step(COUNTY), "there is nothing to do");
        let (db, refusal) = (city.city().app.db.clone(), techmart::kernel::error::Refusal::internal("away"));
        let failed = runtime().block_on(async move { take::failed(&db, COUNTY, &refusal, None).await });
        assert_eq!(failed.unwrap(), 0, "what failed meanwhile counts no more");
    }
    assert_eq!(city.sync(COUNTY).failures, 1);
    assert_eq!(alarms(city), Vec::<Value>::new());
}

/// TMF-1 rules 10 and 12: a hint wakes and is believed no further than the feed bears it out: not for good, and not beyond a
/// restore.
#[test]
fn tmf_12_a_hint_makes_no_lag_for_good() {
    let network = Network::new(1495);
    let (city, county) = (&network.city, &network.county);
    let hint = |head: i64| {
        let hint = move |tx: &mut techmart::db::Tx| peers::hinted(tx, COUNTY, head);
        city.city().app.db.write_blocking("test.hint", hint).unwrap();
    };
    hint(i64::MAX);
    assert!(city.sync(COUNTY).lag_events() > 0, "until it is asked");
    county.publish("achievement", 1, 1, Audience::Public, "成果（示例）");
    network.settle();
    assert_eq!(city.sync(COUNTY).lag_events(), 0);
    let far = city.sync(COUNTY).cursor.seq + 500;
    hint(far);
    let begin = |tx: &mut techmart::db::Tx| {
        let now = tx.now();
        techmart::changes::store::begin_epoch(tx, now, None)
    };
    county.city().app.db.write_blocking("test.epoch", begin).unwrap();
    network.settle();
    assert_eq!((city.sync(COUNTY).hinted_seq, city.sync(COUNTY).lag_events()), (0, 0));
}
