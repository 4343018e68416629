//! The prepared city that every test's database is copied from.

use std::sync::Arc;

use techmart::app::{App, World};
use techmart::kernel::random::SystemRandom;
use techmart::kernel::time::FixedClock;

use super::database::TestDatabase;

/// Fills the template: schema and shipped data.
pub fn prepare(database: &TestDatabase) {
    let config = super::config(database, database.dir().path().to_owned());
    let clock = Arc::new(FixedClock::at(super::TODAY.parse().unwrap()));
    let world = World { clock, random: Arc::new(SystemRandom) };
    let runtime = actix_web::rt::System::new();
    let app = runtime.block_on(App::open(config, world)).expect("the template opens");
    app.settle().unwrap();
    // On SQLite the copy is of one file: everything must be out of the write-ahead log.
    app.db.write_blocking("test.checkpoint", |_| Ok(())).unwrap();
    drop(app);
    drop(runtime);
    super::database::checkpoint(database);
}
