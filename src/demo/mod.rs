//! The demo city: Qinzhou's real plan (divisions, topics, targets, schemes) with example units and people, all
//! marked 示例.
//!
//! Loaded by replaying a history with a clock of its own, through the same use-cases that serve people. Each
//! step is one command that also marks itself as done: kill it anywhere and start again, nothing comes twice.

mod challenges;
mod contracts;
mod engagements;
mod listings;
mod money;
mod notices;
mod outcome;
mod people;
mod sales;
mod store;
mod tenders;

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use crate::app::{App, World};
use crate::config::Config;
use crate::db::Tx;
use crate::files::Vault;
use crate::identity::model::Secret;
use crate::kernel::actor::Actor;
use crate::kernel::error::Refusal;
use crate::kernel::random::SystemRandom;
use crate::kernel::time::{Clock, Day, FixedClock, SystemClock};

pub use listings::example_achievement;
pub use people::{ACCOUNTS, Account};

/// Everybody's password in the demo city.
pub const PASSWORD: &str = "bai-haitun-2026";

/// Loads what is not there yet; returns how many steps ran.
pub async fn load(config: &Config) -> Result<usize, Refusal> {
    let clock = Arc::new(FixedClock::at(history_begins()));
    let world = World { clock: clock.clone(), random: Arc::new(SystemRandom) };
    let app = App::open(config.clone(), world).await?;
    let vault = Vault::new(&config.data_dir, config.bucket.as_ref())?;
    let loaded = tokio::task::spawn_blocking(move || {
        let loader = Loader { app, clock, vault, actors: RefCell::default(), ran: RefCell::new(0) };
        people::load(&loader)?;
        outcome::mandate(&loader)?;
        history(&loader)?;
        notices::load(&loader)?;
        listings::load(&loader)?;
        sales::announce(&loader)?;
        challenges::begin(&loader)?;
        tenders::begin(&loader)?;
        engagements::load(&loader)?;
        sales::list(&loader)?;
        recent(&loader)?;
        challenges::go_on(&loader)?;
        tenders::go_on(&loader)?;
        sales::bid(&loader)?;
        loader.clock.set(SystemClock.now());
        loader.app.settle()?;
        Ok(loader.ran.into_inner())
    });
    loaded.await.map_err(Refusal::internal)?
}

fn history_begins() -> crate::kernel::time::UtcTime {
    day(2019, 1, 7).start().plus_seconds(9 * 3600)
}

/// Three years of registered contracts, and after each the office's subsidy.
fn history(loader: &Loader) -> Result<(), Refusal> {
    let today = SystemClock.now().day();
    let deals = contracts::deals()?;
    for year in [2019, 2020, 2021] {
        for deal in &deals {
            if deal.on(today)?.year() == year {
                contracts::load_one(loader, deal, today)?;
            }
        }
        if year == 2021 {
            outcome::commission(loader)?;
            outcome::reward(loader)?;
        }
        money::batch(loader, year)?;
    }
    Ok(())
}

/// The cases on the offices' desks today.
fn recent(loader: &Loader) -> Result<(), Refusal> {
    let today = SystemClock.now().day();
    for deal in contracts::deals()?.iter().filter(|deal| deal.is_recent()) {
        contracts::load_one(loader, deal, today)?;
    }
    Ok(())
}

/// A day of the history.
fn day(year: i32, month: u32, day: u32) -> Day {
    // The history's days are written in the source; one that does not exist falls to the epoch and shows.
    Day::new(year, month, day).unwrap_or_else(|| crate::kernel::time::UtcTime::from_micros(0).day())
}

struct Loader {
    app: App,
    clock: Arc<FixedClock>,
    vault: Vault,
    actors: RefCell<HashMap<String, Actor>>,
    ran: RefCell<usize>,
}

impl Loader {
    /// Moves the history on to the morning of this day.
    fn on(&self, day: Day) {
        self.clock.set(day.start().plus_seconds(9 * 3600));
    }

    /// Runs a step unless it was done before.
    fn step<F>(&self, name: &str, command: F) -> Result<(), Refusal>
    where
        F: Fn(&mut Tx) -> Result<(), Refusal> + Send + 'static,
    {
        let name = name.to_owned();
        let ran = self.app.db.write_blocking("demo.step", move |tx| {
            if store::is_done(tx, &name)? {
                return Ok(false);
            }
            command(tx)?;
            let now = tx.now();
            store::mark_done(tx, &name, now)?;
            Ok(true)
        })?;
        *self.ran.borrow_mut() += usize::from(ran.value);
        Ok(())
    }

    fn is_done(&self, name: &str) -> Result<bool, Refusal> {
        let name = name.to_owned();
        self.app.db.read_blocking(move |snapshot| store::is_done(snapshot, &name))
    }

    /// The person with this login, acting for its organisation.
    fn actor(&self, login: &str) -> Result<Actor, Refusal> {
        if let Some(actor) = self.actors.borrow().get(login) {
            return Ok(actor.clone());
        }
        let person = self.app.gate.sign_in_as(login)?.grant.person;
        let actor = Actor::Person(Box::new(person));
        self.actors.borrow_mut().insert(login.to_owned(), actor.clone());
        Ok(actor)
    }

    fn hash(&self) -> Result<String, Refusal> {
        self.app.gate.hash_blocking(&Secret::new(PASSWORD.to_owned()))
    }
}
