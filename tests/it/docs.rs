//! What the documents say of the program is so.

use std::path::Path;
use std::process::{Command, Stdio};

use techmart::config::SETTINGS;
use techmart::demo;

use crate::support::process::Installation;

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn the_table_of_settings_is_the_programs() {
    let page = read("docs/OPERATIONS.md");
    for (name, default, meaning) in SETTINGS {
        let default = if *default == "none" { "none".to_owned() } else { format!("`{default}`") };
        let row = format!("| `{name}` | {default} | {meaning} |");
        assert!(page.contains(&row), "docs/OPERATIONS.md lacks the line\n{row}");
    }
    let rows =
        page.lines().filter(|line| line.starts_with("| `TECHMART_") || line.contains("_URL` |")).count();
    assert_eq!(rows, SETTINGS.len(), "the table has a line that is no setting");
}

#[test]
fn every_link_between_the_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = [
        "README.md",
        "README.zh-CN.md",
        "CHANGELOG.md",
        "docs/ARCHITECTURE.md",
        "docs/OPERATIONS.md",
        "docs/LEDGER.md",
        "docs/SEARCH.md",
        "docs/federation/TMF-1.md",
        "docs/federation/commands.md",
        "docs/federation/proof.md",
        "docs/federation/records.md",
        "docs/federation/walkthrough.md",
        "docs/matching.md",
        "docs/ocds.md",
        "docs/notices.md",
        "docs/sealed-bids.md",
        "docs/story.md",
        "docs/trading.md",
    ];
    for page in pages {
        let text = read(page);
        for (_, rest) in text.match_indices("](").map(|(at, open)| text.split_at(at + open.len())) {
            let target = rest.split([')', '#']).next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let from = root.join(page).parent().unwrap().to_owned();
            assert!(from.join(target).exists(), "{page} links to {target}, which is not there");
        }
    }
}

/// The commands of a page: its blocks marked `sh`.
fn commands(page: &str) -> String {
    let blocks = read(page);
    let blocks = blocks.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    format!("set -euo pipefail\n{}", blocks.collect::<Vec<_>>().join("\n"))
}

#[test]
fn the_story_works_by_hand_against_the_demo() {
    let mut site = Installation::new();
    site.start_demo();
    let place = tempfile::tempdir().unwrap();
    let script = commands("docs/story.md");
    let mut bash = Command::new("bash");
    bash.args(["-c", &script]).current_dir(place.path()).env("B", site.base()).stdin(Stdio::null());
    let output = bash.output().expect("the story needs bash and curl");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().rev().take(3000).collect::<Vec<_>>();
    let tail = |bytes: &[u8]| said(bytes).into_iter().rev().collect::<String>();
    assert!(output.status.success(), "{}\n{}", tail(&output.stdout), tail(&output.stderr));
    let answered = String::from_utf8_lossy(&output.stdout).into_owned();
    for sign in
        ["\"technical_fen\":80001000", "idempotency-replayed: true", "\"verdict\":\"valid\"", "\"paid\""]
    {
        assert!(answered.contains(sign), "{sign} is not in what the story prints");
    }
    // The last step of the page: kill it, start it again, and nothing is lost or loaded twice.
    site.kill();
    site.start_demo();
    let login = serde_json::json!({"login": "payer", "password": demo::PASSWORD});
    let payer = site.client(None).post("/api/v1/auth/login", login).expect(200);
    let payer = site.client(payer.body["access_token"].as_str());
    let paid = payer.get("/api/v1/subsidy/batches?state=paid&limit=1").expect(200);
    assert_eq!(paid.body["items"][0]["total_fen"], 40_001);
}
