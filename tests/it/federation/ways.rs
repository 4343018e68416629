//! Records that come by two ways, and neighbours that change (TMF-1 rules 5, 9 and 12).

use serde_json::Value;
use techmart::federation::model::Role;
use techmart::federation::service::peers;
use techmart::kernel::actor::Actor;
use techmart::kernel::change::Audience;
use techmart::replica::model::State;

use super::network::{CITY, COUNTY, Network, Node, REGION};

const ACTOR: Actor = Actor::System("test");
const OTHER: &str = "cn-450800";

/// Follows these links until nothing moves.
fn rest(links: &[(&Node, &str)]) {
    for _ in 0..30 {
        let moved: usize = links.iter().map(|(node, to)| node.settle(to).unwrap_or(1)).sum();
        if moved == 0 {
            return;
        }
    }
    panic!("the links do not come to rest");
}

/// What this node was told of its neighbours that somebody has to look at.
pub fn alarms(node: &Node) -> Vec<Value> {
    let log = node.city().app.db.read_blocking(|s| techmart::changes::read_after(s, 0, 10_000)).unwrap();
    let alarms = log.into_iter().filter(|change| change.kind == "federation.alarm");
    alarms.map(|change| change.facts["what"].clone()).collect()
}

fn hide(at: &Node, from: &'static str, hidden: &'static [&'static str]) {
    let hide = move |tx: &mut techmart::db::Tx| {
        let hidden: Vec<String> = hidden.iter().map(|it| (*it).to_owned()).collect();
        peers::hide(tx, &ACTOR, from, None, &hidden)
    };
    at.city().app.db.write_blocking("test.hide", hide).unwrap();
}

/// Region, city and county, of which region and county are peers besides.
struct Triangle(Network);

impl Triangle {
    fn new(seed: u64) -> Self {
        let network = Network::new(seed);
        network.region.enter(&network.county, Role::Peer);
        network.county.enter(&network.region, Role::Peer);
        let triangle = Self(network);
        triangle.rest();
        triangle
    }

    fn links(&self) -> [(&Node, &'static str); 6] {
        let Network { region, city, county } = &self.0;
        [(region, CITY), (city, REGION), (city, COUNTY), (county, CITY), (county, REGION), (region, COUNTY)]
    }

    fn rest(&self) {
        rest(&self.links());
    }
}

/// Rule 12: where a record came first does not matter, only what it says.
#[test]
fn tmf_12_a_triangle_is_level_whatever_way_a_record_came() {
    let triangle = Triangle::new(1100);
    let Network { region, city, county } = &triangle.0;
    for (number, node) in (1..).zip([region, city, county]) {
        for version in 1..=3 {
            node.publish("achievement", number, version, Audience::Public, &format!("成果{version}（示例）"));
        }
        node.publish("demand", number, 1, Audience::Public, "需求（示例）");
        node.delete("demand", number, 2);
    }
    triangle.rest();
    for (node, to) in triangle.links() {
        assert_eq!(node.compare(to), 0, "{} of {to}", node.id);
    }
    for node in [region, city, county] {
        assert_eq!(alarms(node), Vec::<Value>::new(), "{}", node.id);
    }
    let direct = region.replica(&county.urn("achievement", 3)).unwrap();
    assert_eq!(
        (direct.via.as_str(), direct.hops, direct.version),
        (COUNTY, 1, 3),
        "the shorter way holds it"
    );
    // What is really lost is found all the same.
    let lost = county.urn("achievement", 3);
    let gone = lost.clone();
    let damage = move |tx: &mut techmart::db::Tx| {
        Ok(tx.batch(&format!("UPDATE replica SET version = 1, public = '{{}}' WHERE subject = '{gone}'"))?)
    };
    region.city().app.db.write_blocking("test.damage", damage).unwrap();
    assert_eq!((region.compare(COUNTY), region.compare(COUNTY), region.compare(CITY)), (1, 0, 0));
    assert_eq!(region.replica(&lost).unwrap().version, 3);
}

/// Rule 5: what one neighbour may give no more stays as long as another gives it.
#[test]
fn tmf_5_a_view_narrowed_on_one_link_takes_nothing_that_another_gives() {
    let triangle = Triangle::new(1110);
    let Network { region, city, county } = &triangle.0;
    region.publish("demand", 1, 1, Audience::Public, "需求（示例）");
    triangle.rest();
    let demand = region.urn("demand", 1);
    let stands = || county.replica(&demand).map(|it| (it.state, it.via)).unwrap();
    assert_eq!(stands(), (State::Live, REGION.to_owned()));
    hide(region, COUNTY, &["demand"]);
    triangle.rest();
    assert_eq!(stands(), (State::Live, CITY.to_owned()), "the city still gives it");
    assert!(county.data(&demand).is_some());
    hide(city, COUNTY, &["demand"]);
    triangle.rest();
    assert_eq!(stands().0, State::Withdrawn, "nobody gives it any more");
    hide(region, COUNTY, &[]);
    triangle.rest();
    assert_eq!(stands(), (State::Live, REGION.to_owned()));
    assert_eq!((county.set_aside(REGION), county.set_aside(CITY)), (0, 0));
}

/// Rule 9: a county that moves to another city is reached, and reaches others, by its new city.
#[test]
fn tmf_9_a_county_that_moves_is_reached_by_its_new_city() {
    let network = Network::new(1120);
    let Network { region, city, county } = &network;
    region.publish("achievement", 1, 1, Audience::Public, "成果（示例）");
    county.publish("achievement", 2, 1, Audience::Public, "成果（示例）");
    network.settle();
    let other = Node::new(OTHER, 1129);
    region.enter(&other, Role::Child);
    other.enter(region, Role::Parent);
    rest(&[(region, OTHER), (&other, REGION)]);
    for (at, node) in [(county, CITY), (city, COUNTY)] {
        let remove = move |tx: &mut techmart::db::Tx| peers::remove(tx, &ACTOR, node, None);
        at.city().app.db.write_blocking("test.remove", remove).unwrap();
    }
    county.enter(&other, Role::Parent);
    other.enter(county, Role::Child);
    rest(&[
        (county, OTHER),
        (&other, COUNTY),
        (&other, REGION),
        (region, OTHER),
        (region, CITY),
        (city, REGION),
    ]);
    let via = |at: &Node, urn: &str| at.replica(urn).map(|it| (it.via, it.state)).unwrap();
    let live = |via: &str| (via.to_owned(), State::Live);
    assert_eq!(via(county, &region.urn("achievement", 1)), live(OTHER));
    assert_eq!(via(region, &county.urn("achievement", 2)), live(OTHER));
    assert_eq!(
        via(region, &techmart::replica::service::node_urn(COUNTY)),
        live(OTHER),
        "the way of commands"
    );
    county.publish("achievement", 2, 2, Audience::Public, "成果二版（示例）");
    rest(&[(&other, COUNTY), (region, OTHER), (city, REGION)]);
    for node in [region, city] {
        assert_eq!(node.replica(&county.urn("achievement", 2)).unwrap().version, 2, "{}", node.id);
    }
}

/// Rule 12: what the origin does not have goes here too, and behind.
#[test]
fn tmf_12_the_comparison_withdraws_what_the_neighbour_does_not_have() {
    let network = Network::new(1130);
    for number in 1..=2 {
        network.county.publish("achievement", number, 1, Audience::Public, "成果（示例）");
    }
    network.settle();
    let surplus = network.county.urn("achievement", 1);
    let forgotten = surplus.clone();
    let forget = move |tx: &mut techmart::db::Tx| {
        Ok(tx.batch(&format!("DELETE FROM change WHERE subject = '{forgotten}'"))?)
    };
    network.county.city().app.db.write_blocking("test.forget", forget).unwrap();
    assert_eq!((network.city.compare(COUNTY), network.city.compare(COUNTY)), (1, 0));
    network.settle();
    for node in [&network.city, &network.region] {
        assert_eq!(node.replica(&surplus).unwrap().state, State::Withdrawn, "{}", node.id);
        assert_eq!(node.replica(&network.county.urn("achievement", 2)).unwrap().state, State::Live);
    }
}

/// The record of a node may come after what it owns: the way home is looked up when somebody asks.
#[test]
fn a_hit_links_home_once_the_node_is_known() {
    let network = Network::new(1140);
    let region = &network.region;
    let state = |state: &'static str| {
        let urn = techmart::replica::service::node_urn(COUNTY);
        let set = move |tx: &mut techmart::db::Tx| {
            Ok(tx.batch(&format!("UPDATE replica SET state = '{state}' WHERE subject = '{urn}'"))?)
        };
        region.city().app.db.write_blocking("test.state", set).unwrap();
    };
    state("withdrawn");
    network.county.publish("achievement", 1, 1, Audience::Public, "海上风电防腐涂层（示例）");
    network.settle();
    region.city().settle();
    let home = || {
        let found = region.city().anonymous().get("/api/v1/search?q=防腐涂层").expect(200).body;
        assert_eq!(found["items"][0]["origin"], COUNTY);
        found["items"][0]["home"].clone()
    };
    assert_eq!(home(), Value::Null);
    state("live");
    let id = network.county.urn("achievement", 1).rsplit(':').next().unwrap().to_owned();
    assert_eq!(home(), format!("{}/api/v1/achievements/{id}", network.county.proxy.base));
}
