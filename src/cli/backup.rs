//! `techmart backup` and `techmart restore`: a directory with the database, the attachments and a manifest.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::lock::DataDirLock;
use crate::app::{World, node_of, open_db, prepare};
use crate::changes;
use crate::config::Config;
use crate::db::conn::{Conn, Mode};
use crate::db::{DatabaseUrl, Tx};

type Outcome = Result<(), Box<dyn std::error::Error>>;

const DATABASE: &str = "techmart.db";
const FILES: &str = "files";
const MANIFEST: &str = "manifest.json";
const FORMAT: u32 = 1;
const READ_BYTES: usize = 1024 * 1024;

/// What a backup says of itself.
#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    node: String,
    epoch: i64,
    seq: i64,
    database_sha256: String,
}

/// Works beside a running server: the copy is one consistent snapshot.
pub fn backup(config: &Config, to: &Path) -> Outcome {
    let DatabaseUrl::Sqlite(file) = &config.database else {
        return Err(
            "the database is PostgreSQL: back it up with pg_dump, and copy the files directory beside it \
                    (docs/OPERATIONS.md)"
                .into(),
        );
    };
    if !file.exists() {
        return Err(format!("{}: there is no database", file.display()).into());
    }
    if to.exists() && to.read_dir()?.next().is_some() {
        return Err(format!("{} is not empty; a backup wants a directory of its own", to.display()).into());
    }
    std::fs::create_dir_all(to)?;
    let copy = to.join(DATABASE);
    let node = node_of(config)?;
    let mut conn = Conn::open(&config.database, Mode::Read)?;
    // VACUUM INTO reads one snapshot and writes a file without a log beside it.
    conn.batch(&format!("PRAGMA query_only=OFF; VACUUM INTO '{}'", quoted(&copy)?))?;
    let mut copied = Conn::open(&DatabaseUrl::Sqlite(copy.clone()), Mode::Read)?;
    let head = changes::head(&mut copied)?;
    drop(copied);
    // After the database: a file that it names is there, a newer one does no harm.
    match &config.bucket {
        Some(bucket) => println!("attachments lie in {} and are not in this backup", bucket.url),
        None => copy_dir(&config.data_dir.join(FILES), &to.join(FILES))?,
    }
    let manifest = Manifest {
        format: FORMAT,
        node: node.clone(),
        epoch: head.epoch,
        seq: head.seq,
        database_sha256: sha256(&copy)?,
    };
    std::fs::write(to.join(MANIFEST), serde_json::to_vec_pretty(&manifest)?)?;
    println!("backup of {node} at change {} in {}", head.seq, to.display());
    println!("keep the master key ({}) elsewhere: without it the node's keys are lost", key_name(config));
    Ok(())
}

/// Into an empty data directory; the restored node begins a new epoch, so that no neighbour mistakes its
/// numbers for those that it has seen.
pub fn restore(config: &Config, from: &Path, epoch: Option<i64>) -> Outcome {
    let DatabaseUrl::Sqlite(file) = &config.database else {
        return Err(
            "the database is PostgreSQL: restore it with pg_restore, then run `techmart admin new-epoch`"
                .into(),
        );
    };
    let _lock = DataDirLock::take(&config.data_dir)?;
    if file.exists() {
        return Err(format!("{} exists; restore into an empty data directory", file.display()).into());
    }
    let manifest: Manifest = serde_json::from_slice(&std::fs::read(from.join(MANIFEST))?)?;
    if manifest.format != FORMAT {
        return Err(format!("the backup has format {}, this program knows {FORMAT}", manifest.format).into());
    }
    let mut config = config.clone();
    if !config.node_named {
        config.node.clone_from(&manifest.node);
    }
    if manifest.node != config.node {
        return Err(format!("the backup is of node {}, this one is {}", manifest.node, config.node).into());
    }
    let source = from.join(DATABASE);
    if sha256(&source)? != manifest.database_sha256 {
        return Err("the backup's database does not fit its manifest: it is damaged".into());
    }
    copy_dir(&from.join(FILES), &config.data_dir.join(FILES))?;
    // The database last and by rename: a restore that breaks off leaves no half of one.
    let partial = file.with_extension("partial");
    std::fs::copy(&source, &partial)?;
    std::fs::File::open(&partial)?.sync_all()?;
    std::fs::rename(&partial, file)?;
    let epoch = new_epoch(&config, epoch)?;
    println!("restored {} at change {}; epoch {epoch} begins", manifest.node, manifest.seq);
    Ok(())
}

/// Begins a new epoch on a database that was restored by other means.
pub fn new_epoch(config: &Config, epoch: Option<i64>) -> Result<i64, Box<dyn std::error::Error>> {
    prepare(&config.database, &config.node)?;
    let db = open_db(config, &World::real())?;
    let begin = move |tx: &mut Tx| {
        let now = tx.now();
        changes::store::begin_epoch(tx, now, epoch)
    };
    Ok(db.write_blocking("restore.epoch", begin)?.value)
}

fn key_name(config: &Config) -> String {
    match config.secret {
        Some(_) => "TECHMART_SECRET".into(),
        None => config.data_dir.join("secret.key").display().to_string(),
    }
}

fn quoted(path: &Path) -> Result<String, String> {
    let text = path.to_str().ok_or("the path is not UTF-8")?;
    Ok(text.replace('\'', "''"))
}

fn sha256(path: &Path) -> std::io::Result<String> {
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; READ_BYTES]);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
}

fn copy_dir(from: &Path, to: &PathBuf) -> std::io::Result<()> {
    if !from.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_dir(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
