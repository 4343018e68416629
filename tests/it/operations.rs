//! Backup, restore and verify as an operator uses them.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::json;
use techmart::app::{App, World, node_of, prepare};
use techmart::changes;
use techmart::cli::backup::{backup, restore};
use techmart::cli::verify::verify;
use techmart::config::Config;
use techmart::db::DatabaseUrl;
use techmart::kernel::actor::Actor;
use techmart::kernel::change::{Audience, NewChange};

use super::support::database::TestDatabase;
use super::support::{City, config};

fn publish(city: &City, number: i64) {
    let subject = "urn:tm:cn-450700:test:01980000-0000-7000-8000-000000000001".to_owned();
    let write = city.app.db.write_blocking("test", move |tx| {
        let (facts, public) = (json!({}), json!({ "number": number, "title": "坭兴陶" }));
        let change =
            NewChange::published("test.published", subject.clone(), number, Audience::Public, facts, public);
        tx.record(&Actor::System("test"), change);
        Ok(())
    });
    write.unwrap();
}

fn config_of(city: &City) -> Config {
    config(&city.database, city.dir.path().to_owned())
}

#[test]
fn verify_finds_a_changed_projection_and_a_missing_row() {
    let city = City::new();
    (1..=3).for_each(|number| publish(&city, number));
    let config = config_of(&city);
    verify(&config, &[]).unwrap();
    let head = city.app.db.read_blocking(|s| changes::head(s)).unwrap();
    let tamper = |sql: &str| {
        let sql = sql.replace("LAST", &head.seq.to_string());
        city.app.db.write_blocking("test", move |tx| Ok(tx.batch(&sql)?)).unwrap();
        verify(&config, &[]).unwrap_err().to_string()
    };
    let changed = tamper("UPDATE change SET public = '{\"number\":9}' WHERE seq = LAST - 1");
    assert!(changed.contains("projection"), "{changed}");
    let missing = tamper("DELETE FROM change WHERE seq = LAST - 1");
    assert!(missing.contains("missing"), "{missing}");
    let cut = tamper("DELETE FROM change WHERE seq >= LAST - 1");
    assert!(cut.contains("head"), "{cut}");
}

#[test]
fn a_backup_beside_a_running_server_restores_with_a_new_epoch() {
    let city = City::new();
    publish(&city, 1);
    let config = config_of(&city);
    let place = tempfile::tempdir().unwrap();
    let target = place.path().join("backup");
    if city.database.is_postgres() {
        assert!(backup(&config, &target).unwrap_err().to_string().contains("pg_dump"));
        return;
    }
    backup(&config, &target).unwrap();
    assert!(backup(&config, &target).is_err(), "a backup is never overwritten");
    let before = city.app.db.read_blocking(|s| changes::head(s)).unwrap();

    let other = TestDatabase::empty();
    let mut new = config.clone();
    new.data_dir = other.dir().path().to_owned();
    new.database = DatabaseUrl::Sqlite(new.data_dir.join("techmart.db"));
    restore(&new, &target, None).unwrap();
    verify(&new, &[]).unwrap();
    let restored = City::on(other);
    let head = restored.app.db.read_blocking(|s| changes::head(s)).unwrap();
    assert!(head.epoch > before.epoch, "epochs grow");
    assert_eq!(head.seq, before.seq);
    publish(&restored, 2);
    verify(&new, &[]).unwrap();
    assert!(restore(&new, &target, None).is_err(), "a restore never overwrites");
}

#[test]
fn a_damaged_backup_is_refused() {
    let city = City::new();
    if city.database.is_postgres() {
        return;
    }
    let config = config_of(&city);
    let place = tempfile::tempdir().unwrap();
    backup(&config, place.path()).unwrap();
    let file = place.path().join("techmart.db");
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    conn.batch_execute("UPDATE change_head SET seq = seq + 1").unwrap();
    drop(conn);
    let mut new = config.clone();
    let empty = tempfile::tempdir().unwrap();
    new.data_dir = empty.path().to_owned();
    new.database = DatabaseUrl::Sqlite(empty.path().join("techmart.db"));
    assert!(restore(&new, place.path(), None).unwrap_err().to_string().contains("damaged"));
    assert!(!empty.path().join("techmart.db").exists());
}

/// A database keeps whose it is: it is opened as no other node's, and the command line asks it where nobody says.
#[test]
fn a_database_is_opened_as_no_other_nodes() {
    let database = TestDatabase::empty();
    let named = |node: &str, named: bool| {
        let mut config = config(&database, database.dir().path().to_owned());
        config.node = node.to_owned();
        config.node_named = named;
        config
    };
    prepare(&named("cn-450721", true).database, "cn-450721").unwrap();
    let refused = prepare(&named("cn-450700", true).database, "cn-450700").unwrap_err();
    assert_eq!(refused.code(), "node_differs");
    assert!(refused.to_string().contains("cn-450721") && refused.to_string().contains("cn-450700"));
    let opened = App::open(named("cn-450700", false), World::real());
    let opened = actix_web::rt::System::new().block_on(opened);
    assert!(opened.is_err_and(|refusal| refusal.code() == "node_differs"), "serve would publish as another");
    assert_eq!(
        node_of(&named("cn-450700", false)).unwrap(),
        "cn-450721",
        "the command line asks the database"
    );
    assert!(node_of(&named("cn-450700", true)).is_err(), "unless it is told something else");
    verify(&named("cn-450700", false), &[]).unwrap();
    assert!(verify(&named("cn-450700", true), &[]).unwrap_err().to_string().contains("node_differs"));
}
