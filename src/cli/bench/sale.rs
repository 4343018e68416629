//! A running sale with admitted bidders, and the server that shows it: what `bench bids` and `bench listeners` measure.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};

use crate::achievement::model::Achievement;
use crate::app::{App, World};
use crate::config::Config;
use crate::db::Tx;
use crate::demo;
use crate::identity::service::{SeedOrganisation, seed_organisation, seed_user};
use crate::kernel::actor::{Actor, OrganisationKind, Role};
use crate::kernel::codes::CreditCode;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::random::{Random, SystemRandom};
use crate::kernel::time::{Clock, SystemClock, UtcTime};
use crate::listing::service::{create as create_record, publish as publish_record, submit as submit_record};
use crate::trading::model::{BiddingTerms, Lot, Mode, ModeTerms, SaleId, Terms};
use crate::trading::service;

pub const START_FEN: i64 = 100_000;
pub const INCREMENT_FEN: i64 = 100;
const DEPOSIT_FEN: i64 = 10_000;
const NOTICE_DAYS: i64 = 31;
const RUN_DAYS: i64 = 30;
/// Bidders of one command while enrolling.
const SLICE: usize = 20;

/// Real time, moved: a sale has thirty days of notice, which nobody waits for.
struct Shifted {
    micros: AtomicI64,
}

impl Clock for Shifted {
    fn now(&self) -> UtcTime {
        SystemClock.now().plus_micros(self.micros.load(Ordering::Acquire))
    }
}

/// What the measuring process needs to know; printed as one line of JSON.
#[derive(Serialize, Deserialize)]
pub struct Ready {
    pub address: String,
    pub sale: SaleId,
    /// One for each bidder.
    pub tokens: Vec<String>,
}

pub struct Running {
    pub app: App,
    pub sale: SaleId,
    pub bidders: Vec<Actor>,
    pub tokens: Vec<String>,
}

/// Puts up a sale, lets `count` bidders enrol, and moves the clock to where it runs.
pub async fn running(config: &Config, count: usize) -> Result<Running, Refusal> {
    demo::load(config).await?;
    let clock = Arc::new(Shifted { micros: AtomicI64::new(0) });
    let world = World { clock: clock.clone(), random: Arc::new(SystemRandom) };
    let app = App::open(config.clone(), world).await?;
    let prepared = tokio::task::spawn_blocking(move || prepare(app, count, &clock));
    prepared.await.map_err(Refusal::internal)?
}

fn prepare(app: App, count: usize, clock: &Shifted) -> Result<Running, Refusal> {
    let mut name = [0; 3];
    SystemRandom.fill(&mut name);
    let run = hex::encode(name);
    let logins: Vec<String> = (0..count).map(|number| format!("bench-{run}-{number}")).collect();
    people(&app, &run, &logins)?;
    let (university, operator) = (person(&app, "university")?, person(&app, "operator")?);
    let (seller, secrets) = (university.clone(), app.gate.secrets().clone());
    let sale = app.db.write_blocking("bench.sale", move |tx| {
        let id = put_up(tx, &seller, &operator)?;
        service::publish(tx, &seller, &secrets, id, None)?;
        Ok(id)
    })?;
    let sale = sale.value;
    let payer = person(&app, "payer")?;
    for some in logins.chunks(SLICE) {
        let actors = some.iter().map(|login| person(&app, login)).collect::<Result<Vec<_>, _>>()?;
        let payer = payer.clone();
        app.db.write_blocking("bench.enrol", move |tx| {
            actors.iter().try_for_each(|actor| enrol(tx, actor, &payer, sale))
        })?;
    }
    // The demo's history may end later than today: to the sale's own start, not by so many days.
    let run = app.db.read_blocking(move |snapshot| service::run(snapshot, sale))?;
    let starts_at = run.ok_or_else(|| Refusal::internal("the sale has no run"))?.starts_at;
    let ahead = starts_at.plus_seconds(1).micros() - SystemClock.now().micros();
    clock.micros.store(ahead, Ordering::Release);
    // What the month brought about is not measured.
    app.settle()?;
    app.run_jobs()?;
    let (mut bidders, mut tokens) = (Vec::new(), Vec::new());
    for login in logins {
        let admitted = app.gate.sign_in_as(&login)?;
        bidders.push(Actor::Person(Box::new(admitted.grant.person)));
        tokens.push(admitted.access_token);
    }
    Ok(Running { app, sale, bidders, tokens })
}

fn person(app: &App, login: &str) -> Result<Actor, Refusal> {
    Ok(Actor::Person(Box::new(app.gate.sign_in_as(login)?.grant.person)))
}

fn people(app: &App, run: &str, logins: &[String]) -> Result<(), Refusal> {
    let hash = app.gate.hash_blocking(&crate::identity::model::Secret::new(demo::PASSWORD.to_owned()))?;
    let (run, logins) = (u32::from_str_radix(run, 16).unwrap_or(0), logins.to_vec());
    let seeded = app.db.write_blocking("bench.people", move |tx| {
        for (number, login) in (0..).zip(&logins) {
            // Eight characters of digits: the run and the bidder.
            let serial = format!("{:05}{number:03}", run % 100_000);
            let code = CreditCode::with_checks("91459900", &serial);
            let new = SeedOrganisation {
                kind: OrganisationKind::Enterprise,
                name: format!("竞买单位{serial}（示例）"),
                credit_code: code.map_err(|error| Refusal::internal(format!("{error:?}")))?.to_string(),
                division: "450700".into(),
                office_number: None,
                verified: true,
            };
            let organisation = seed_organisation(tx, &new)?;
            seed_user(tx, &organisation, login, login, &hash, &[Role::Admin, Role::Member])?;
        }
        Ok(())
    });
    seeded.map(drop)
}

fn put_up(tx: &mut Tx, seller: &Actor, operator: &Actor) -> Result<SaleId, Refusal> {
    let content = demo::example_achievement(tx.now().micros())?;
    let record = create_record::<Achievement>(tx, seller, &content)?;
    submit_record(tx, seller, record.id, None)?;
    let record = publish_record(tx, operator, record.id, None, "同意发布")?;
    let starts_at = tx.now().plus_days(NOTICE_DAYS);
    let terms = Terms {
        description: "专利权转让，含全部技术资料（示例）".into(),
        conditions: String::new(),
        payment: String::new(),
        contract_sub_type: None,
        priority_holders: vec![],
        related_parties: vec![],
        mode: ModeTerms::Bidding(BiddingTerms {
            start_fen: Fen(START_FEN),
            increment_fen: Fen(INCREMENT_FEN),
            deposit_fen: Fen(DEPOSIT_FEN),
            starts_at,
            ends_at: starts_at.plus_days(RUN_DAYS),
            movables: false,
            rank_two_follows: false,
            auctioneer: None,
        }),
    };
    let lots = vec![Lot { about: record.urn, title: String::new() }];
    let draft =
        service::SaleDraft {
            mode: Mode::OnlineBidding, title: "测速竞价（示例）".into(), lots, terms
        };
    Ok(service::create(tx, seller, &draft)?.id)
}

fn enrol(tx: &mut Tx, bidder: &Actor, payer: &Actor, sale: SaleId) -> Result<(), Refusal> {
    let enrolled = service::enrol(tx, bidder, sale)?;
    let deposit = enrolled.deposit.ok_or_else(|| Refusal::internal("no deposit was instructed"))?;
    service::confirm(tx, payer, deposit.id, None, deposit.amount, "示例回单")?;
    Ok(())
}

/// The server under measurement, as a process of its own.
pub fn serve(config: Config, count: usize) -> Result<(), Box<dyn std::error::Error>> {
    actix_web::rt::System::new().block_on(async move {
        let running = running(&config, count).await?;
        let background = running.app.spawn_background()?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let ready = Ready { address, sale: running.sale, tokens: running.tokens };
        println!("{}", crate::db::to_json(&ready)?);
        running.app.server(listener, config.workers, true)?.await?;
        background.stop();
        Ok(())
    })
}
