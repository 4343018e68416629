//! Neighbours watch each other's logs by themselves, and name who shows two histories (TMF-1 rule 13).

use std::time::{Duration, Instant};

use serde_json::Value;
use techmart::federation::model::Role;
use techmart::federation::tlog::note::{Checkpoint, Kind, Note, VerifierKey};
use techmart::federation::tlog::service::{origin, trust};
use techmart::federation::tlog::watch::{self, Observed, Sizes};
use techmart::kernel::change::Audience;
use techmart::proof::model::Purpose;

use super::network::{CITY, COUNTY, Network, Node, REGION, runtime};

/// Looks again and again; the nodes run on threads of their own.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Publishes so many records and signs the tree, as the job does every few seconds.
fn grow(node: &Node, numbers: std::ops::Range<u64>) -> Checkpoint {
    for number in numbers {
        node.publish("achievement", number, 1, Audience::Public, "成果（示例）");
    }
    node.city().app.run_jobs().unwrap();
    checkpoint(node).1
}

fn checkpoint(node: &Node) -> (Note, Checkpoint) {
    let note = Note::parse(&node.city().anonymous().get("/tlog/checkpoint").expect(200).text()).unwrap();
    let checkpoint = Checkpoint::parse(&note.body).unwrap();
    (note, checkpoint)
}

/// What a node's public status says of a neighbour's log.
fn log_of(at: &Node, node: &str) -> Value {
    let status = at.city().anonymous().get("/api/v1/federation/status").expect(200).body;
    let peers = status["peers"].as_array().unwrap();
    peers.iter().find(|peer| peer["node"] == node).unwrap()["log"].clone()
}

fn fault(at: &Node, node: &str) -> Option<String> {
    log_of(at, node)["fault"].as_str().map(str::to_owned)
}

/// The watchers of some nodes, as a running server has them.
struct Running<'a>(Vec<(&'a Node, std::thread::JoinHandle<()>)>);

impl<'a> Running<'a> {
    fn of(nodes: &[&'a Node]) -> Self {
        let start = |node: &&'a Node| (*node, node.city().app.pullers().spawn().unwrap());
        Self(nodes.iter().map(start).collect())
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|(node, _)| node.city().app.pullers().stop());
        self.0.drain(..).for_each(|(_, thread)| thread.join().unwrap());
    }
}

/// Makes a node's stored history another one and signs it, as its owner could.
fn rewrite(node: &Node) {
    let blob = if node.database.is_postgres() {
        format!("'\\x{}'::bytea", "07".repeat(32))
    } else {
        format!("X'{}'", "07".repeat(32))
    };
    let statements = format!(
        "UPDATE change SET leaf_hash = {blob} WHERE feed_seq = 2; DELETE FROM tlog_tile; \
         DELETE FROM tlog_checkpoint; UPDATE tlog_head SET size = 0, peaks = ''"
    );
    let rewritten = move |tx: &mut techmart::db::Tx| Ok(tx.batch(&statements)?);
    node.city().app.db.write_blocking("test.rewrite", rewritten).unwrap();
}

/// Rule 13: in a running network the three levels cosign each other's checkpoints; a node that rewrites its history
/// is named by its neighbours, and nobody else is.
#[test]
fn tmf_13_a_rewritten_history_is_caught_by_the_neighbours_of_a_running_node() {
    let network = Network::new(71);
    let [region, city, county] = network.nodes();
    grow(region, 0..2);
    grow(county, 0..3);
    let signed = grow(city, 0..5);
    let running = Running::of(&network.nodes());
    let size = i64::try_from(signed.size).unwrap();
    for neighbour in [region, county] {
        until("a neighbour has seen the log", || (log_of(neighbour, CITY)["size"] == size).then_some(()));
    }
    let note = until("both have cosigned", || {
        let (note, at) = checkpoint(city);
        (at.size == signed.size && note.signatures.len() == 3).then_some(note)
    });
    for neighbour in [region, county] {
        let published = neighbour.city().anonymous().get("/.well-known/tmf").expect(200).body;
        let key = VerifierKey::parse(published["witness_keys"][0].as_str().unwrap()).unwrap();
        assert!(note.signatures.iter().any(|line| line.cosigned_at(&note.body, &key).is_some()));
        until("it is kept that it did", || {
            (log_of(city, &neighbour.id)["cosigned_size"] == size).then_some(())
        });
    }
    rewrite(city);
    grow(city, 5..7);
    for neighbour in [region, county] {
        assert_eq!(until("the city is named", || fault(neighbour, CITY)), "rewritten");
        let told = neighbour
            .city()
            .app
            .db
            .read_blocking(|snapshot| techmart::changes::read_after(snapshot, 0, 10_000))
            .unwrap();
        let named = told.iter().filter(|change| change.kind == "federation.equivocation");
        assert_eq!(named.map(|change| change.facts["node"].clone()).collect::<Vec<_>>(), [CITY]);
        let seen = neighbour.city().anonymous().get("/tlog/neighbours").expect(200).body;
        let log = seen.as_array().unwrap().iter().find(|log| log["node"] == CITY).unwrap();
        assert!(log["evidence"].as_str().unwrap().contains(&note.body), "with what it had signed before");
    }
    drop(running);
    assert_eq!((fault(city, REGION), fault(city, COUNTY)), (None, None), "the others are named by nobody");
    the_page_names(region, CITY);
    let calm = city.city().anonymous().get("/federation/status").expect(200).text();
    assert!(calm.contains("未发现任何平台") && calm.contains(&format!("示例{REGION}")), "{calm}");
}

/// The page for everybody: who has shown two histories, in two languages, without addresses, keys or what went wrong.
fn the_page_names(at: &Node, named: &str) {
    let page = at.city().anonymous().get("/federation/status").expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'sha256-"));
    let text = page.text();
    let section = text.split("class=\"named\"").nth(1).expect("somebody is named").split("</section>").next();
    assert!(section.is_some_and(|it| it.contains(named) && it.contains("改写了已签名的历史")), "{text}");
    let english =
        at.city().anonymous().with("accept-language", "en").get("/federation/status").expect(200).text();
    assert!(
        english.contains("lang=\"en\"") && english.contains("It rewrote what it had signed"),
        "{english}"
    );
    for secret in ["http://", "https://", "src=", &at.key()] {
        assert!(!text.contains(secret), "{secret} stands in {text}");
    }
}

/// Two neighbours were shown two histories; they compare what they saw.
#[test]
fn tmf_13_two_neighbours_find_by_comparing_that_they_were_shown_two_histories() {
    let network = Network::new(72);
    let [region, city, county] = network.nodes();
    region.enter(county, Role::Peer);
    county.enter(region, Role::Peer);
    let signed = grow(city, 0..6);
    // What the county was shown: signed by the city's own key, of another history.
    let ring = city.city().app.gate.keys().ring();
    let signer = ring.signer(Purpose::Checkpoint).unwrap();
    let other = Checkpoint { origin: origin(CITY, 1), size: signed.size - 1, root: [9; 32] };
    let note = other.sign(signer).text();
    let keys = vec![VerifierKey::new(&other.origin, Kind::Log, signer.public().clone())];
    let shown = move |tx: &mut techmart::db::Tx| {
        trust(tx, CITY, 1, &keys)?;
        watch::observe(tx, &note, Sizes { old: 0, new: other.size }, &[])
    };
    let seen = county.city().app.db.write_blocking("test.shown", shown).unwrap().value;
    assert_eq!(seen, Observed::Advanced);
    let running = Running::of(&[region]);
    assert_eq!(until("the city is named", || fault(region, CITY)), "rewritten");
    drop(running);
    assert_eq!(fault(region, COUNTY), None, "who tells is not named");
}

/// Rule 13: one statement of an epoch that the feed does not have blinds nobody: it is not believed, and the log goes on
/// being watched.
#[test]
fn tmf_13_a_stated_epoch_is_believed_only_as_the_feed_has_it() {
    let network = Network::new(74);
    let [region, city, _] = network.nodes();
    grow(city, 0..3);
    let look = || {
        let follow = region.follow().clone();
        runtime().block_on(async move { follow.watch(CITY).await })
    };
    assert!(look().unwrap());
    let epoch = |epoch: i64| {
        let set = move |tx: &mut techmart::db::Tx| {
            Ok(tx.batch(&format!("UPDATE change_head SET epoch = {epoch}"))?)
        };
        city.city().app.db.write_blocking("test.epoch", set).unwrap();
    };
    let far = i64::from(i32::MAX);
    for stated in [far, far + 1, 1 << 62] {
        epoch(stated);
        assert!(look().unwrap_err().to_string().contains("epoch"), "{stated} is not that of the feed");
        assert_eq!(log_of(region, CITY)["epoch"], 1);
    }
    epoch(1);
    let size = grow(city, 10..12).size;
    assert!(look().unwrap());
    assert_eq!(log_of(region, CITY)["size"].as_u64(), Some(size), "it is still watched");
    rewrite(city);
    grow(city, 12..14);
    assert!(look().is_ok());
    assert_eq!(fault(region, CITY).as_deref(), Some("rewritten"));
}

/// What happens between the nodes makes nobody guilty: answers that are lost, repeated, spoiled or mixed up.
#[test]
fn tmf_13_a_bad_network_accuses_nobody() {
    let network = Network::new(73);
    let [region, city, _] = network.nodes();
    grow(city, 0..4);
    let look = || {
        let follow = region.follow().clone();
        runtime().block_on(async move { follow.watch(CITY).await.is_ok() })
    };
    city.proxy.fault_percent(45);
    let mut failed = 0;
    for number in 4..16 {
        grow(city, number..number + 1);
        failed += usize::from(!look());
    }
    assert!(failed > 0, "no fault was met");
    assert_eq!(fault(region, CITY), None);
    city.proxy.fault_percent(0);
    let size = grow(city, 20..21).size;
    assert!(look());
    assert_eq!(log_of(region, CITY)["size"].as_u64(), Some(size));
    assert_eq!(log_of(region, CITY)["failing"], false);
}
