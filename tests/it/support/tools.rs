//! Programs of other people that judge what we write; where one is missing the test says so and goes on.

use std::path::Path;
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
