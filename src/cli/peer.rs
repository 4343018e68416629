//! `techmart admin peer …`: the neighbours of this node, beside a running server.

use clap::{Args, Subcommand, ValueEnum};
use serde_json::Value;

use crate::app::{World, open_db, prepare};
use crate::config::Config;
use crate::db::Db;
use crate::federation::model::Role;
use crate::federation::service::peers::{self, NewPeer};
use crate::federation::service::status;
use crate::http::outbound::{self, Outbound};
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const ACTOR: Actor = Actor::System("admin");
const DOCUMENT_BYTES_MAX: usize = 64 * 1024;

#[derive(Subcommand)]
pub enum Peer {
    /// Enter a neighbour; it is followed once its operator has entered this node too
    Add(Add),
    /// Show the neighbours and how far each was followed
    List,
    /// Read nothing from a neighbour and give nothing to it until it is resumed
    Suspend(One),
    /// Ask for confirmation again, and go on where it stood
    Resume(One),
    /// Pin a new key of a neighbour; with --revoke, nothing that the old one signs is taken any more
    Rotate(Rotate),
    /// It is a neighbour no more; what came from it stays
    Remove(One),
    /// Take everything of a neighbour again from a snapshot
    Resync(One),
}

#[derive(Args)]
pub struct Add {
    /// Its id on the network, such as cn-450721
    #[arg(long)]
    node: String,
    /// Where it is reached
    #[arg(long, value_name = "URL")]
    url: String,
    /// What it is to this node
    #[arg(long, value_enum)]
    role: PeerRole,
    /// Its name [default: its id]
    #[arg(long)]
    name: Option<String>,
    /// Its public key, as its operator told it; without one, what it publishes is pinned and shown for comparing
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
}

#[derive(Args)]
pub struct One {
    /// Its id on the network
    node: String,
}

#[derive(Args)]
pub struct Rotate {
    /// Its id on the network
    node: String,
    /// Its new public key
    #[arg(long)]
    key: Option<String>,
    /// The id of the key that is taken back
    #[arg(long, value_name = "KID")]
    revoke: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum PeerRole {
    Parent,
    Child,
    Peer,
}

impl From<PeerRole> for Role {
    fn from(role: PeerRole) -> Self {
        match role {
            PeerRole::Parent => Self::Parent,
            PeerRole::Child => Self::Child,
            PeerRole::Peer => Self::Peer,
        }
    }
}

impl Peer {
    pub fn run(self, config: &Config) -> Outcome {
        std::fs::create_dir_all(&config.data_dir)?;
        prepare(&config.database, &config.node)?;
        let db = open_db(config, &World::real())?;
        let outbound = Outbound::new(config.outbound_allow.clone());
        match self {
            Self::Add(add) => add.run(&db, outbound),
            Self::List => list(&db),
            Self::Suspend(one) => act(&db, one.node, |tx, node| peers::suspend(tx, &ACTOR, node, None)),
            Self::Resume(one) => act(&db, one.node, |tx, node| peers::resume(tx, &ACTOR, node, None)),
            Self::Remove(one) => act(&db, one.node, |tx, node| peers::remove(tx, &ACTOR, node, None)),
            Self::Resync(one) => act(&db, one.node, |tx, node| peers::resync(tx, &ACTOR, node)),
            Self::Rotate(rotate) => rotate.run(&db),
        }
    }
}

fn act<F>(db: &Db, node: String, command: F) -> Outcome
where
    F: Fn(&mut crate::db::Tx, &str) -> Result<crate::federation::model::Peer, Refusal> + Send + 'static,
{
    let peer = db.write_blocking("admin.peer", move |tx| command(tx, &node))?.value;
    println!("{} ({}) is {}", peer.node, peer.role, peer.state);
    Ok(())
}

impl Add {
    fn run(self, db: &Db, outbound: Outbound) -> Outcome {
        let keys = if self.key.is_empty() { fetch(&outbound, &self.url, &self.node)? } else { self.key };
        let name = self.name.unwrap_or_else(|| self.node.clone());
        let new = NewPeer { node: self.node, name, base_url: self.url, role: self.role.into(), keys };
        let peer = db.write_blocking("admin.peer", move |tx| peers::add(tx, &ACTOR, &outbound, &new))?.value;
        println!("{} is entered as {}; pinned keys:", peer.node, peer.role);
        for key in &peer.keys {
            println!("  {}  (compare it with the neighbour's operator)", key.kid);
        }
        Ok(())
    }
}

/// What a node publishes of its keys. Whoever stands between could publish others: so they are compared.
fn fetch(outbound: &Outbound, url: &str, node: &str) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let address = format!("{}/.well-known/tmf", url.trim_end_matches('/'));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let body = runtime.block_on(async {
        let request = outbound.request(reqwest::Method::GET, &address)?;
        let response = request.send().await.map_err(|error| outbound::unreachable(&error))?;
        outbound::read_bounded(response, DOCUMENT_BYTES_MAX).await
    })?;
    let document: Value = serde_json::from_slice(&body)?;
    if document["node"] != node {
        return Err(format!("{address} is the document of node {}", document["node"]).into());
    }
    let keys = document["keys"].as_array().into_iter().flatten();
    let active = keys.filter(|key| key["purpose"] == "node" && key["state"] == "active");
    let found: Vec<String> = active.filter_map(|key| key["jwk"]["x"].as_str()).map(str::to_owned).collect();
    if found.is_empty() { Err(format!("{address} names no key").into()) } else { Ok(found) }
}

impl Rotate {
    fn run(self, db: &Db) -> Outcome {
        let (node, key, revoke) = (self.node, self.key, self.revoke);
        if key.is_none() && revoke.is_none() {
            return Err("nothing to do: say --key, --revoke or both".into());
        }
        act(db, node, move |tx, node| {
            if let Some(kid) = &revoke {
                peers::revoke_key(tx, &ACTOR, node, kid)?;
            }
            match &key {
                Some(key) => peers::add_key(tx, &ACTOR, node, key),
                None => peers::find(tx, node),
            }
        })
    }
}

fn list(db: &Db) -> Outcome {
    let status = db.read_blocking(status::status)?;
    println!("{}: epoch {}, head {}", status.node, status.epoch, status.head);
    for followed in status.peers {
        let peer = followed.peer;
        print!("{:<20} {:<7} {:<10} {}", peer.node, peer.role.as_str(), peer.state.as_str(), peer.base_url);
        if let Some(sync) = followed.sync {
            print!("  {} {}/{}, lag {} events", sync.stage, sync.cursor.seq, sync.head, sync.lag_events());
            if let Some(error) = sync.last_error {
                print!(", {} failures: {error}", sync.failures);
            }
        }
        println!(
            "{}",
            if followed.set_aside > 0 {
                format!(", {} set aside", followed.set_aside)
            } else {
                String::new()
            }
        );
    }
    Ok(())
}
