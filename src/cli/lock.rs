//! One server for one data directory.

use std::fs::{File, OpenOptions};
use std::path::Path;

use fs4::FileExt;

/// Held as long as the server runs; the system lets go of it however the process ends.
pub struct DataDirLock(#[expect(dead_code, reason = "holding the file is what locks")] File);

impl DataDirLock {
    pub fn take(data_dir: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(data_dir).map_err(|e| format!("{}: {e}", data_dir.display()))?;
        let path = data_dir.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|e| format!("{}: {e}", path.display()))?;
        match FileExt::try_lock(&file) {
            Ok(()) => Ok(Self(file)),
            Err(_) => Err(format!(
                "the data directory {} is in use by another techmart; stop it first, or give this one its own --data-dir",
                data_dir.display()
            )),
        }
    }
}
