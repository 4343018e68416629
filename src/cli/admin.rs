//! `techmart admin`: what only somebody at the machine may do. Writes like any command, so it is safe beside a
//! running server.

use std::io::BufRead;

use clap::{Args, Subcommand, ValueEnum};

use super::{backup, peer};
use crate::app::{World, node_of, open_db, open_gate, prepare};
use crate::config::Config;
use crate::db::{Tx, migrate};
use crate::federation::service::erasing;
use crate::identity::model::Secret;
use crate::identity::{Gate, NewOperator};
use crate::kernel::actor::Actor;
use crate::kernel::random::Random;
use crate::proof::model::Purpose;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const ACTOR: Actor = Actor::System("admin");

/// Letters and digits that nobody mistakes for each other; 32 of them, so that each carries five bits.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const PASSWORD_CHARS: usize = 20;

#[derive(Subcommand)]
pub enum Admin {
    /// Create an operator account: it verifies organisations and reviews what they post
    CreateOperator(CreateOperator),
    /// Set a person's password and end all their sessions
    ResetPassword(ResetPassword),
    /// Give the node a new signing key; what the old one signed stays valid
    RotateKey {
        /// What the key signs
        #[arg(value_enum)]
        purpose: KeyPurpose,
    },
    /// Take back a signing key: nothing that it signed is valid any more
    RevokeKey {
        /// As in /.well-known/jwks.json
        kid: String,
    },
    /// The neighbours of this node
    #[command(subcommand)]
    Peer(peer::Peer),
    /// Erase what was published of a record of this node, here and with all who have it
    Erase {
        /// Its name, such as urn:tm:cn-450700:achievement:01980000-0000-7000-8000-000000000001
        urn: String,
        /// Why; it stays in the trail of this node
        #[arg(long)]
        reason: String,
    },
    /// Begin a new epoch of the change log, after the database was restored by its own tools
    NewEpoch {
        /// Its number, greater than any that a neighbour has seen [default: made of the time]
        #[arg(long, value_name = "NUMBER")]
        epoch: Option<i64>,
    },
}

/// The first operator also makes the operating organisation; later ones join it.
#[derive(Args)]
pub struct CreateOperator {
    /// Name to sign in with
    #[arg(long)]
    login: String,
    /// Name that others see [default: the login]
    #[arg(long)]
    name: Option<String>,
    /// Read the password from standard input (one line); without it one is made and printed once
    #[arg(long)]
    password_stdin: bool,
    /// Name of the operating organisation
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Unified social credit code of the operating organisation
    #[arg(long, value_name = "CODE")]
    credit_code: Option<String>,
    /// Division of the operating organisation [default: the node's]
    #[arg(long, value_name = "CODE")]
    division: Option<String>,
}

#[derive(Args)]
pub struct ResetPassword {
    /// The person's name to sign in with
    #[arg(long)]
    login: String,
    /// Read the password from standard input (one line); without it one is made and printed once
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum KeyPurpose {
    Token,
    Certificate,
    Node,
    Checkpoint,
    Witness,
}

impl From<KeyPurpose> for Purpose {
    fn from(purpose: KeyPurpose) -> Self {
        match purpose {
            KeyPurpose::Token => Self::Token,
            KeyPurpose::Certificate => Self::Certificate,
            KeyPurpose::Node => Self::Node,
            KeyPurpose::Checkpoint => Self::Checkpoint,
            KeyPurpose::Witness => Self::Witness,
        }
    }
}

impl Admin {
    pub fn run(self, mut config: Config) -> Outcome {
        std::fs::create_dir_all(&config.data_dir)?;
        migrate::run(&config.database)?;
        config.node = node_of(&config)?;
        match self {
            Self::CreateOperator(wanted) => create_operator(config, wanted),
            Self::ResetPassword(wanted) => reset_password(config, &wanted),
            Self::RotateKey { purpose } => {
                println!("new key: {}", tools(config)?.rotate_key(purpose.into())?);
                Ok(())
            }
            Self::RevokeKey { kid } => {
                tools(config)?.revoke_key(&kid)?;
                println!("key revoked: {kid}");
                Ok(())
            }
            Self::Peer(peer) => peer.run(&config),
            Self::Erase { urn, reason } => {
                let db = open_db(&config, &World::real())?;
                let erase = move |tx: &mut Tx| erasing::erase(tx, &ACTOR, &urn, &reason);
                let erased = db.write_blocking("admin.erase", erase)?.value;
                println!("{} is erased, as version {}", erased.urn, erased.version);
                Ok(())
            }
            Self::NewEpoch { epoch } => {
                println!("epoch {} begins", backup::new_epoch(&config, epoch)?);
                Ok(())
            }
        }
    }
}

/// The gate of this node, for work beside a running server.
fn tools(mut config: Config) -> Result<Gate, Box<dyn std::error::Error>> {
    // The operator that is asked for here, and not also the one of the settings.
    config.first_operator = None;
    let world = World::real();
    prepare(&config.database, &config.node)?;
    let db = open_db(&config, &world)?;
    Ok(actix_web::rt::System::new().block_on(open_gate(&config, &world, &db))?)
}

fn create_operator(config: Config, wanted: CreateOperator) -> Outcome {
    let made = made_password(wanted.password_stdin);
    let password = given(made.as_ref())?;
    let division = wanted.division.unwrap_or_else(|| crate::identity::division_of(&config.node));
    tools(config)?.create_operator(&NewOperator {
        login: wanted.login.clone(),
        name: wanted.name.unwrap_or_else(|| wanted.login.clone()),
        password,
        organisation_name: wanted.organisation,
        credit_code: wanted.credit_code,
        division,
    })?;
    println!("the operator {} can sign in", wanted.login);
    show(made);
    Ok(())
}

fn reset_password(config: Config, wanted: &ResetPassword) -> Outcome {
    let made = made_password(wanted.password_stdin);
    let ended = tools(config)?.reset_password(&wanted.login, &given(made.as_ref())?)?;
    println!("{} has a new password; {ended} sessions ended", wanted.login);
    show(made);
    Ok(())
}

fn made_password(from_stdin: bool) -> Option<String> {
    (!from_stdin).then(|| make_password(World::real().random.as_ref()))
}

fn given(made: Option<&String>) -> Result<Secret, Box<dyn std::error::Error>> {
    Ok(Secret::new(match made {
        Some(password) => password.clone(),
        None => read_line()?,
    }))
}

fn show(made: Option<String>) {
    if let Some(password) = made {
        println!("password (shown this once, change it after signing in): {password}");
    }
}

fn read_line() -> Result<String, Box<dyn std::error::Error>> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err("standard input holds no password".into());
    }
    Ok(password.to_owned())
}

fn make_password(random: &dyn Random) -> String {
    let mut bytes = [0; PASSWORD_CHARS];
    random.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::SystemRandom;

    #[test]
    fn a_made_password_is_long_and_never_the_same() {
        let (one, other) = (make_password(&SystemRandom), make_password(&SystemRandom));
        assert_eq!(one.chars().count(), PASSWORD_CHARS);
        assert_ne!(one, other);
    }
}
