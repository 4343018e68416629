//! kill -9 while the index is made and while it follows: what a restart finds is what a fresh build finds.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use techmart::demo;

use crate::support::Client;
use crate::support::process::{Installation, eventually};
use crate::support::records::{achievement, act, with};

/// Kills after the new index was begun, in milliseconds.
const KILLS_MS: [u64; 4] = [0, 5, 15, 40];
const POSTED: usize = 5;
const BEGINS_SECONDS: u64 = 30;

/// Everything that these questions find, with the facets; the times of an answer aside.
fn found(client: &Client) -> Option<Vec<Value>> {
    let questions = ["", "%E6%8A%80%E6%9C%AF", "%E6%B5%B7%E6%B0%B4%E7%A8%BB", "nxt", "%E9%B2%8E"];
    let ask = |question: &&str| {
        let path =
            format!("/api/v1/search?q={question}&limit=100&sort=newest&facets=kind,field,year,division");
        let answer = client.get(&path);
        (answer.status == 200).then(|| {
            let ids: Vec<&Value> =
                answer.body["items"].as_array().unwrap().iter().map(|hit| &hit["id"]).collect();
            json!({"total": answer.body["total"], "facets": answer.body["facets"], "ids": ids})
        })
    };
    questions.iter().map(ask).collect()
}

/// Waits until an index is begun; whether it was not in use yet then.
fn begun(index: &Path) -> bool {
    let since = Instant::now();
    loop {
        let names: Vec<String> = std::fs::read_dir(index)
            .map(|dir| dir.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect())
            .unwrap_or_default();
        if names.iter().any(|name| name.starts_with('g')) {
            return !names.iter().any(|name| name == "current");
        }
        assert!(since.elapsed().as_secs() < BEGINS_SECONDS, "no index is begun");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn sign_in(site: &Installation, login: &str) -> Client {
    let body = json!({"login": login, "password": demo::PASSWORD});
    let answer = site.client(None).post("/api/v1/auth/login", body).expect(200);
    site.client(answer.body["access_token"].as_str())
}

#[test]
fn killed_while_indexing_a_restart_finds_what_a_fresh_build_finds() {
    let mut site = Installation::on(crate::support::city::demo());
    site.start();
    let index = site.dir().join("index");
    let whole = eventually("the demo city is found", || {
        found(&site.client(None)).filter(|answers| answers[0]["total"]["count"].as_u64() > Some(30))
    });
    site.kill();
    let mut caught = 0;
    for wait in KILLS_MS {
        std::fs::remove_dir_all(&index).unwrap();
        site.spawn("serve");
        caught += usize::from(begun(&index));
        std::thread::sleep(Duration::from_millis(wait));
        site.kill();
    }
    assert!(caught > 0, "no kill came while an index was made");
    site.start();
    assert_eq!(eventually("search answers", || found(&site.client(None))), whole);

    // In the middle of following: what was acknowledged last is not committed to the index yet.
    let (university, operator) = (sign_in(&site, "university"), sign_in(&site, "operator"));
    for number in 0..POSTED {
        let body = with(achievement(), "title", json!(format!("海水稻耐盐育秧（示例{number}）")));
        let id = university.post("/api/v1/achievements", body).expect(201).id();
        act(&university, "achievements", &id, "submit").expect(200);
        let opinion = json!({"opinion": "材料齐全"});
        operator.post(&format!("/api/v1/achievements/{id}/publish"), opinion).expect(200);
    }
    site.kill();
    site.start();
    let count = |answers: &[Value]| answers[0]["total"]["count"].as_u64().unwrap();
    let followed = eventually("the last records are found", || {
        found(&site.client(None)).filter(|answers| count(answers) == count(&whole) + POSTED as u64)
    });
    site.kill();
    site.run(&["reindex"]);
    site.start();
    assert_eq!(
        eventually("search answers", || found(&site.client(None))),
        followed,
        "a fresh build finds the same"
    );
}
