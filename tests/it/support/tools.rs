//! Programs of other people that judge what we write; where one is missing the test says so and goes on.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a program; `None`, and a word about it, where it is not installed.
pub fn run(program: &str, arguments: &[&str], dir: &Path) -> Option<String> {
    let run = Command::new(program).args(arguments).current_dir(dir).stdin(Stdio::null()).output();
    let Ok(output) = run else {
        println!("skipped: {program} is not installed");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {said}{complained}");
    Some(said)
}

/// A file among the test data that `TECHMART_TEST_DATA` names.
pub fn test_data(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os("TECHMART_TEST_DATA").map(|dir| PathBuf::from(dir).join(name));
    let found = found.filter(|path| path.exists());
    if found.is_none() {
        println!("skipped: {name} is not in TECHMART_TEST_DATA");
    }
    found
}
