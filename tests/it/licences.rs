//! Permissive licences only (DESIGN, Dependencies): over everything that the lock file can bring in.

use std::process::Command;

/// One of these must be among the alternatives of each package.
const PERMITTED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MPL-2.0",
    "PostgreSQL",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
    "0BSD",
    "bzip2-1.0.6",
    "OFL-1.1",
];

/// Whether an SPDX expression can be satisfied with permitted licences alone.
fn permitted(expression: &str) -> bool {
    let plain = expression.replace('/', " OR ");
    let parts = |text: &str, word: &str| text.split(word).map(|p| p.trim().to_owned()).collect::<Vec<_>>();
    // Parentheses group alternatives: `(A OR B) AND C`.
    let groups = parts(&plain, " AND ");
    groups.iter().all(|group| {
        let alternatives = parts(group.trim_matches(['(', ')']), " OR ");
        alternatives.iter().any(|licence| PERMITTED.contains(&licence.trim_matches(['(', ')'])))
    })
}

#[test]
fn every_dependency_has_a_permissive_licence() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let wrong: Vec<_> = packages
        .iter()
        .filter(|package| !permitted(package["license"].as_str().unwrap_or("")))
        .map(|package| format!("{} {}: {}", package["name"], package["version"], package["license"]))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_check_can_fail() {
    assert!(permitted("MIT OR GPL-3.0") && permitted("(MIT OR Apache-2.0) AND Unicode-3.0"));
    assert!(!permitted("GPL-3.0-or-later") && !permitted("MIT AND AGPL-3.0") && !permitted(""));
}
