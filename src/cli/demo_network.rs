//! `techmart demo-network`: region, city and county on three ports with three data directories, joined, with records
//! flowing; in one process, because three are only harder to stop.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::Server;

use super::lock::DataDirLock;
use super::logging;
use crate::app::{App, Background, World};
use crate::config::{Config, LOG_DEFAULT};
use crate::demo;
use crate::federation::codes::PEER_EXISTS;
use crate::federation::model::Role;
use crate::federation::service::peers::{self, NewPeer};
use crate::http::outbound::Outbound;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::proof::model::Purpose;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const ACTOR: Actor = Actor::System("demo-network");

/// A node of the demo network: what it is called, where it lies, and whether the demo city's records are its own.
struct Place {
    name: &'static str,
    node: &'static str,
    directory: &'static str,
    with_demo: bool,
}

/// In the order of the tree: each is the parent of the next.
const PLACES: [Place; 3] = [
    Place { name: "自治区平台（示例）", node: "cn-450000", directory: "region", with_demo: false },
    Place { name: "钦州市平台（示例）", node: "cn-450700", directory: "city", with_demo: true },
    Place { name: "灵山县平台（示例）", node: "cn-450721", directory: "county", with_demo: true },
];

struct Running {
    place: &'static Place,
    app: App,
    config: Config,
    background: Background,
    // Held as long as it runs.
    _lock: DataDirLock,
}

/// What the nodes ask each other would hide what is printed for people.
const QUIET: &str = "info,techmart::http::layer=warn";

pub fn run(config: Config) -> Outcome {
    let log = if config.log == LOG_DEFAULT { QUIET.to_owned() } else { config.log.clone() };
    let config = Config { log, ..config };
    logging::start(&config)?;
    actix_web::rt::System::new().block_on(async {
        let mut nodes = Vec::new();
        let mut servers: Vec<Server> = Vec::new();
        for (at, place) in (0_u16..).zip(&PLACES) {
            let (node, server) = start(&config, place, at).await?;
            nodes.push(node);
            servers.push(server);
        }
        for pair in nodes.windows(2) {
            if let [above, below] = pair {
                join(above, below, Role::Child).await?;
                join(below, above, Role::Parent).await?;
            }
        }
        tell(&nodes);
        let handles: Vec<_> = servers.iter().map(Server::handle).collect();
        let all = servers.into_iter().map(actix_web::rt::spawn).collect::<Vec<_>>();
        // The first that ends, by a signal or a fault, ends all.
        drop(futures_util::future::select_all(all).await);
        for handle in handles {
            handle.stop(true).await;
        }
        nodes.into_iter().for_each(|node| node.background.stop());
        Ok(())
    })
}

async fn start(
    common: &Config,
    place: &'static Place,
    at: u16,
) -> Result<(Running, Server), Box<dyn std::error::Error>> {
    let listen = SocketAddr::new(common.listen.ip(), common.listen.port().saturating_add(at));
    let mut config = common.clone();
    config.data_dir = common.data_dir.join(place.directory);
    config.database = crate::db::DatabaseUrl::Sqlite(crate::db::Settings::sqlite_in(&config.data_dir));
    config.node = place.node.to_owned();
    config.listen = listen;
    config.base_url = format!("http://{listen}");
    // The neighbours are this machine.
    config.outbound_allow = listen.ip().to_string().parse()?;
    // One address makes all the requests here.
    config.requests_per_minute = 0;
    let lock = DataDirLock::take(&config.data_dir)?;
    let listener = TcpListener::bind(listen).map_err(|error| format!("{listen}: {error}"))?;
    if place.with_demo {
        demo::load(&config).await?;
    }
    let app = App::open(config.clone(), World::real()).await?;
    let background = app.spawn_background()?;
    let server = app.server(listener, 1, true)?;
    Ok((Running { place, app, config, background, _lock: lock }, server))
}

/// Enters one node at the other, unless it is there from an earlier start.
async fn join(here: &Running, there: &Running, role: Role) -> Result<(), Refusal> {
    let ring = there.app.gate.keys().ring();
    let new = NewPeer {
        node: there.place.node.to_owned(),
        name: there.place.name.to_owned(),
        base_url: there.config.base_url.clone(),
        role,
        keys: vec![hex::encode(ring.signer(Purpose::Node)?.public().bytes())],
    };
    let outbound: Outbound = here.app.outbound.clone();
    let entered = here.app.db.write("demo.join", move |tx| match peers::add(tx, &ACTOR, &outbound, &new) {
        Err(refusal) if refusal.is(&PEER_EXISTS) => Ok(()),
        other => other.map(drop),
    });
    entered.await.map(drop)
}

fn tell(nodes: &[Running]) {
    println!("three nodes, joined (stop them with Ctrl-C):");
    for node in nodes {
        let base = &node.config.base_url;
        println!(
            "  {:<10} {base}  {}  data in {}",
            node.place.node,
            node.place.name,
            node.config.data_dir.display()
        );
    }
    if let Some(region) = nodes.first() {
        let base = &region.config.base_url;
        println!(
            "\nwhat the region has of the others:  curl '{base}/api/v1/search?q=%E9%94%82&facets=origin'"
        );
        println!("how the network stands:             {base}/federation/status");
    }
    println!("\naccounts of city and county (password of all: {}):", demo::PASSWORD);
    for account in demo::ACCOUNTS {
        println!("  {:<11} {}: {}", account.login, account.name, account.purpose);
    }
}
