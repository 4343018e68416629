//! Where the index lives: in memory, or in a directory whose file `current` names the one in use. A rebuild fills
//! a new directory beside it and swaps by replacing that file, so a crash leaves one whole index or the other.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const CURRENT: &str = "current";

#[derive(Debug, Clone)]
pub enum Place {
    Memory,
    Directory(PathBuf),
}

impl Place {
    /// The directory in use, if there is one.
    pub fn current(&self) -> Option<PathBuf> {
        let Place::Directory(root) = self else { return None };
        let name = fs::read_to_string(root.join(CURRENT)).ok()?;
        let dir = root.join(name.trim());
        (is_generation(name.trim()) && dir.is_dir()).then_some(dir)
    }

    /// An empty directory for a new index; none in memory.
    pub fn fresh(&self) -> io::Result<Option<PathBuf>> {
        let Place::Directory(root) = self else { return Ok(None) };
        fs::create_dir_all(root)?;
        let last = generations(root)?.iter().filter_map(|name| name.get(1..)?.parse::<u64>().ok()).max();
        let dir = root.join(format!("g{}", last.unwrap_or(0) + 1));
        fs::create_dir(&dir)?;
        Ok(Some(dir))
    }

    /// Makes `dir` the one in use.
    pub fn publish(&self, dir: &Path) -> io::Result<()> {
        let Place::Directory(root) = self else { return Ok(()) };
        let name = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let draft = root.join("current.new");
        let mut file = fs::File::create(&draft)?;
        file.write_all(name.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, root.join(CURRENT))?;
        fs::File::open(root)?.sync_all()
    }

    /// Removes what an interrupted or a finished rebuild left behind. Readers of an old index keep its open files.
    pub fn sweep(&self) -> io::Result<()> {
        let Place::Directory(root) = self else { return Ok(()) };
        let current = self.current();
        for name in generations(root)? {
            let dir = root.join(name);
            if current.as_ref() != Some(&dir) {
                fs::remove_dir_all(dir)?;
            }
        }
        Ok(())
    }
}

fn generations(root: &Path) -> io::Result<Vec<String>> {
    if !root.is_dir() {
        return Ok(vec![]);
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if is_generation(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn is_generation(name: &str) -> bool {
    name.strip_prefix('g').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
}
