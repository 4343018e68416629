//! Backup, restore and verify as an operator uses them.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::json;
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
    restore(&new, &target).unwrap();
    verify(&new, &[]).unwrap();
    let restored = City::on(other);
    let head = restored.app.db.read_blocking(|s| changes::head(s)).unwrap();
    assert_eq!((head.epoch, head.seq), (before.epoch + 1, before.seq));
    publish(&restored, 2);
    verify(&new, &[]).unwrap();
    assert!(restore(&new, &target).is_err(), "a restore never overwrites");
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
    assert!(restore(&new, place.path()).unwrap_err().to_string().contains("damaged"));
    assert!(!empty.path().join("techmart.db").exists());
}
