//! The table of who sees what names every type that reaches the feed (TMF-1 rule 5 and "What travels").

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};
use techmart::federation::policy::TABLE;
use techmart::kernel::id::parse_urn;

use crate::support::database::TestDatabase;
use crate::support::{City, config};

/// Schemas of what is no record: they travel inside of commands or stay here.
const NO_RECORDS: [&str; 2] = ["bid", "command"];
/// Its projection is older than the schemas' names.
const WITHOUT_SCHEMA: &str = "organisation";

fn schemas(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            schemas(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let ends = text.match_indices(".v1\"").map(|(at, _)| at);
            let names = ends.filter_map(|at| text[..at].rsplit('"').next().map(str::to_owned));
            let plain = |name: &String| {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            };
            found.extend(names.filter(plain));
        }
    }
}

#[test]
fn tmf_5_the_policy_names_every_type_that_is_published() {
    let named: BTreeSet<String> = TABLE.iter().map(|row| row.entity.to_owned()).collect();
    let mut found = BTreeSet::from([WITHOUT_SCHEMA.to_owned()]);
    schemas(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    found.retain(|name| !NO_RECORDS.contains(&name.as_str()));
    assert_eq!(named, found, "the table left, the projections in the sources right");
    assert!(TABLE.iter().all(|row| row.part_of.is_none_or(|whole| named.contains(whole))));
}

/// The same for a city with something of everything.
#[test]
fn tmf_5_nothing_reaches_the_feed_that_the_policy_does_not_name() {
    let database = TestDatabase::empty();
    let config = config(&database, database.dir().path().to_owned());
    actix_web::rt::System::new().block_on(techmart::demo::load(&config)).unwrap();
    let city = City::on(database);
    city.settle();
    city.app.run_jobs().unwrap();
    let entries = city.app.db.read_blocking(|s| techmart::changes::feed::after(s, 0, 100_000)).unwrap();
    let of = |urn: &str| parse_urn(urn).map(|(_, entity, _)| entity.to_owned()).unwrap();
    let found: BTreeSet<String> = entries.iter().map(|entry| of(&entry.subject)).collect();
    assert!(found.len() >= 5, "{found:?}");
    for entity in &found {
        assert!(TABLE.iter().any(|row| row.entity == entity), "{entity} is in no row of the policy");
    }
    let shown = city.anonymous().get("/api/v1/federation/policy").expect(200).body;
    let rows = shown["items"].as_array().unwrap();
    assert_eq!(rows.len(), TABLE.len());
    let part = rows.iter().find(|row| row["type"] == "sealed_tender").unwrap();
    assert_eq!(part["part_of"], json!("sale"));
    assert_eq!(rows[0]["part_of"], Value::Null);
}
