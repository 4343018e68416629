//! The prepared city that every test's database is copied from.

use std::sync::Arc;

use techmart::app::{App, World};
use techmart::config::Config;
use techmart::identity::model::Secret;
use techmart::identity::service::{SeedOrganisation, seed_organisation, seed_user};
use techmart::kernel::actor::{OrganisationKind, Role};
use techmart::kernel::codes::CreditCode;
use techmart::kernel::permission::role_fits;
use techmart::kernel::random::SystemRandom;
use techmart::kernel::time::FixedClock;

use super::database::TestDatabase;

/// Fills the template of most tests: schema, shipped data and people.
pub fn prepare(database: &TestDatabase) {
    opened(database, |_| (), people);
}

/// Fills the template of a node of this name: schema, shipped data and the node's keys.
pub fn prepare_node(database: &TestDatabase, id: &str) {
    opened(database, |config| config.node = id.to_owned(), |_| ());
}

fn opened(database: &TestDatabase, adjust: impl FnOnce(&mut Config), fill: impl FnOnce(&App)) {
    let mut config = super::config(database, database.dir().path().to_owned());
    adjust(&mut config);
    let clock = Arc::new(FixedClock::at(super::TODAY.parse().unwrap()));
    let world = World { clock, random: Arc::new(SystemRandom) };
    let runtime = actix_web::rt::System::new();
    let app = runtime.block_on(App::open(config, world)).expect("the template opens");
    fill(&app);
    app.settle().unwrap();
    // On SQLite the copy is of one file: everything must be out of the write-ahead log.
    app.db.write_blocking("test.checkpoint", |_| Ok(())).unwrap();
    drop(app);
    drop(runtime);
}

/// The demo city, loaded once for all tests that look at it; its attachments are not there.
pub fn demo() -> TestDatabase {
    TestDatabase::prepared("demo", |database| {
        let config = super::config(database, database.dir().path().to_owned());
        actix_web::rt::System::new().block_on(techmart::demo::load(&config)).unwrap();
    })
}

/// Everybody's password in the prepared city.
pub const PASSWORD: &str = "white-dolphin-bay-77";

/// `institute.member`, `institute2.member`, …: every role that a kind of organisation gives, in two
/// organisations of every kind.
pub fn personas() -> impl Iterator<Item = (String, OrganisationKind, Role)> {
    let fitting = |kind: &OrganisationKind| {
        let kind = *kind;
        Role::ALL.iter().copied().filter(move |role| role_fits(kind, *role)).map(move |role| (kind, role))
    };
    OrganisationKind::ALL
        .iter()
        .flat_map(fitting)
        .flat_map(|(kind, role)| ["", "2"].map(|n| (format!("{kind}{n}.{role}"), kind, role)))
}

/// The first of a kind sits in the city (450700), the second in a county (450721).
pub fn people(app: &App) {
    people_of(app, "0");
}

/// The same with credit codes of their own: those of two nodes are not the same enterprises.
pub fn people_of(app: &App, series: &'static str) {
    let hash = app.gate.hash_blocking(&Secret::new(PASSWORD.into())).unwrap();
    let made = app.db.write_blocking("test.people", move |tx| {
        for (at, kind) in OrganisationKind::ALL.iter().enumerate() {
            for (number, division) in [("", "450700"), ("2", "450721")] {
                let code = format!("{series}{:06}{}", at, if number.is_empty() { "1" } else { "2" });
                let office = (*kind == OrganisationKind::RegistrationOffice)
                    .then(|| if number.is_empty() { "01" } else { "02" }.to_owned());
                let new = SeedOrganisation {
                    kind: *kind,
                    name: format!("示例{kind}{number}"),
                    credit_code: CreditCode::with_checks("91459900", &code).unwrap().to_string(),
                    division: division.into(),
                    office_number: office,
                    verified: true,
                };
                let organisation = seed_organisation(tx, &new)?;
                if *kind == OrganisationKind::Government && number.is_empty() {
                    // Who verifies what the first preparer prepared: a second person of the same authority.
                    let name = "government.preparer.second";
                    seed_user(tx, &organisation, name, "第二经办人（示例）", &hash, &[Role::Preparer])?;
                }
                for (name, of, role) in personas() {
                    if of == *kind && name.starts_with(&format!("{kind}{number}.")) {
                        seed_user(tx, &organisation, &name, &format!("{name}（示例）"), &hash, &[role])?;
                    }
                }
            }
        }
        Ok(())
    });
    made.unwrap();
}
