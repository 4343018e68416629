//! Random histories: bids, maxima and matches by many threads over two instances, steps of the clock, commands that
//! break in the middle, closings by several at once. Every acknowledged act has its place in one order, in which an
//! independent small model names the same prices, ends and winner; and there is one result.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use techmart::app::{App, World};
use techmart::db::Db;
use techmart::identity::service::{SeedOrganisation, seed_organisation, seed_user};
use techmart::kernel::actor::{Actor, OrganisationKind, Role};
use techmart::kernel::codes::CreditCode;
use techmart::kernel::codes_common::CONFLICT;
use techmart::kernel::error::Refusal;
use techmart::kernel::money::Fen;
use techmart::kernel::random::SystemRandom;
use techmart::proof::SecretBox;
use techmart::trading::model::{Bid, BidKind, SaleId, State};
use techmart::trading::rules::book::Ask;
use techmart::trading::service::{self, Bidden};

use super::super::support::{City, config};
use super::*;

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn setting(name: &str, ordinary: usize) -> usize {
    std::env::var(name).ok().and_then(|count| count.parse().ok()).unwrap_or(ordinary)
}

/// The next of a small deterministic sequence (xorshift).
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

const START: i64 = 100_000;
const STEP: i64 = 1_000;
const EXTENSION_S: i64 = 5;

/// An acknowledged act.
#[derive(Clone, Debug)]
struct Done {
    bidder: i32,
    ask: Ask,
    answer: Bidden,
}

struct Scene {
    city: City,
    second: App,
    id: SaleId,
    actors: Vec<Actor>,
    secrets: SecretBox,
    done: Mutex<Vec<Done>>,
    closed: AtomicBool,
}

fn bidders(city: &City, count: usize) -> Vec<Actor> {
    let made = city.app.db.write_blocking("test.bidders", move |tx| {
        for number in 0..count {
            let new = SeedOrganisation {
                kind: OrganisationKind::Enterprise,
                name: format!("示例竞买单位{number}"),
                credit_code: CreditCode::with_checks("91459900", &format!("{:08}", 7_000_000 + number))
                    .unwrap()
                    .to_string(),
                division: "450700".into(),
                office_number: None,
                verified: true,
            };
            let organisation = seed_organisation(tx, &new)?;
            let login = format!("bidder.{number}");
            seed_user(tx, &organisation, &login, "示例竞买人", "-", &[Role::Member])?;
        }
        Ok(())
    });
    made.unwrap();
    (0..count).map(|number| city.actor(&format!("bidder.{number}"))).collect()
}

impl Scene {
    fn new(threads: usize) -> Self {
        let city = City::new();
        let actors = bidders(&city, threads);
        let mut draft = body(&city, "online_bidding", bidding_terms(&city));
        let code = |number: usize| {
            CreditCode::with_checks("91459900", &format!("{:08}", 7_000_000 + number)).unwrap().to_string()
        };
        draft["terms"]["priority_holders"] = json!([
            {"name": "示例甲", "credit_code": code(0), "rank": 2},
            {"name": "示例乙", "credit_code": code(1), "rank": 1},
        ]);
        let text = city.as_(SELLER).post("/api/v1/sales", draft).expect(201).id();
        publish(&city, &text).expect(200);
        let id: SaleId = text.parse().unwrap();
        let payer = city.actor(PAYER);
        for actor in &actors {
            let (actor, payer) = (actor.clone(), payer.clone());
            let enrolled = city.app.db.write_blocking("test.enrol", move |tx| {
                let deposit = service::enrol(tx, &actor, id)?.deposit.unwrap();
                service::confirm(tx, &payer, deposit.id, None, deposit.amount, "回单").map(drop)
            });
            enrolled.unwrap();
        }
        let set = city.app.db.write_blocking("test.extension", move |tx| {
            use diesel::prelude::*;
            let sql = format!("UPDATE sale_run SET extension_s = {EXTENSION_S}, last_part_s = 0");
            diesel::sql_query(sql).execute(&mut **tx).map(drop).map_err(Refusal::from)
        });
        set.unwrap();
        to_start(&city, &text);
        let near = city.now().plus_days(1).plus_seconds(-20);
        travel(&city, near);
        let world = World { clock: city.clock.clone(), random: Arc::new(SystemRandom) };
        let settings = config(&city.database, city.dir.path().to_owned());
        let second = actix_web::rt::System::new().block_on(App::open(settings, world)).unwrap();
        let secrets = city.app.gate.secrets().clone();
        let (done, closed) = (Mutex::default(), AtomicBool::new(false));
        Self { city, second, id, actors, secrets, done, closed }
    }

    fn db(&self, seed: u64) -> &Db {
        if seed.is_multiple_of(2) { &self.city.app.db } else { &self.second.db }
    }

    /// One bidder's acts until the sale is over.
    fn bid(&self, who: usize, acts: usize, mut seed: u64) {
        let mut known = START;
        for _ in 0..acts {
            if self.closed.load(Ordering::Acquire) {
                return;
            }
            let draw = next(&mut seed);
            let price = known + STEP * i64::try_from(draw % 4).unwrap();
            let ask = match draw / 7 % 6 {
                0 => Ask::Match,
                1 | 2 => Ask::UpTo(Fen(price + i64::try_from(draw / 11 % 9_000).unwrap())),
                _ => Ask::Bid(Fen(price)),
            };
            // Some break in the middle: by a refusal, or by a panic that the writer catches.
            let breaks = draw / 101 % 8;
            let (actor, secrets, id) = (self.actors[who].clone(), self.secrets.clone(), self.id);
            let answer = self.db(draw / 3).write_blocking("test.bid", move |tx| {
                let answer = service::bid(tx, &actor, &secrets, id, ask)?;
                assert!(breaks != 0, "the command breaks after it has written");
                if breaks == 1 { Err(Refusal::new(&CONFLICT)) } else { Ok(answer) }
            });
            match answer {
                Ok(written) => {
                    let answer = written.value;
                    known = answer.next.0;
                    self.done.lock().unwrap().push(Done { bidder: answer.number, ask, answer });
                }
                Err(refusal) if refusal.is(&techmart::trading::codes::SALE_BID_LOW) => {
                    let id = self.id;
                    let run = self.city.app.db.read_blocking(move |snapshot| service::run(snapshot, id));
                    known = run.unwrap().unwrap().price.0 + STEP;
                }
                Err(_) => {}
            }
        }
    }

    fn tend(&self, seed: u64) {
        let (secrets, id) = (self.secrets.clone(), self.id);
        self.db(seed).write_blocking("test.tend", move |tx| service::tend_run(tx, &secrets, id)).unwrap();
    }

    /// Steps of the clock, each with a sign of life, until the close.
    fn tick(&self, mut seed: u64) {
        while !self.closed.load(Ordering::Acquire) {
            let draw = next(&mut seed);
            self.city.clock.advance_seconds(i64::try_from(draw % 3).unwrap());
            self.tend(draw / 5);
            let id = self.id;
            let run =
                self.city.app.db.read_blocking(move |snapshot| service::run(snapshot, id)).unwrap().unwrap();
            self.closed.store(run.closed, Ordering::Release);
        }
    }

    fn close(&self, mut seed: u64) {
        while !self.closed.load(Ordering::Acquire) {
            self.tend(next(&mut seed));
        }
    }
}

/// The rules once more, small and on their own: what everybody stands for, and what follows from an act.
struct Model {
    /// Who leads, at which price, up to what, with which rank of priority.
    leader: Option<(i32, i64, i64)>,
    end: i64,
}

impl Model {
    fn rank(bidder: i32) -> Option<i32> {
        match bidder {
            1 => Some(2),
            2 => Some(1),
            _ => None,
        }
    }

    /// The lines that an act must have added, as (bidder, price, leads).
    fn act(&mut self, bidder: i32, ask: Ask, at: i64) -> Vec<(i32, i64, bool)> {
        let grid = |fen: i64| START + (fen - START) / STEP * STEP;
        let lines = match (self.leader, ask) {
            (None, Ask::Bid(fen)) => vec![(bidder, fen.0, true)],
            (None, Ask::UpTo(_)) => vec![(bidder, START, true)],
            (None, Ask::Match) => panic!("nothing to match"),
            (Some((leader, price, limit)), Ask::UpTo(fen)) if leader == bidder => {
                self.leader = Some((leader, price, limit.max(grid(fen.0))));
                return vec![];
            }
            (Some((leader, price, limit)), Ask::Match) => {
                assert!(
                    leader != bidder && Self::rank(leader).unwrap_or(i32::MAX) > Self::rank(bidder).unwrap()
                );
                let own = (bidder, price, true);
                if limit > price { vec![own, (leader, price + STEP, true)] } else { vec![own] }
            }
            (Some((leader, price, limit)), ask) => {
                let (own, proxy) = match ask {
                    Ask::Bid(fen) => (fen.0, false),
                    Ask::UpTo(fen) => (grid(fen.0), true),
                    Ask::Match => (0, false),
                };
                assert!(leader != bidder && own >= price + STEP && (own - START) % STEP == 0);
                match (own > limit, proxy) {
                    (true, false) => vec![(bidder, own, true)],
                    (true, true) if limit > price => {
                        vec![(leader, limit, true), (bidder, limit + STEP, true)]
                    }
                    (true, true) => vec![(bidder, price + STEP, true)],
                    (false, _) => vec![(bidder, own, false), (leader, limit.min(own + STEP), true)],
                }
            }
        };
        let limit_of = |who: i32| match (self.leader, ask) {
            (Some((leader, _, limit)), _) if leader == who => limit,
            (_, Ask::UpTo(fen)) if who == bidder => grid(fen.0),
            _ => 0,
        };
        let (leader, price, _) = *lines.iter().rev().find(|line| line.2).unwrap();
        self.leader = Some((leader, price, limit_of(leader).max(price)));
        assert!(at < self.end, "decided after the end");
        self.end = self.end.max(at + EXTENSION_S * 1_000_000);
        lines
    }
}

fn check(scene: &Scene) {
    let id = scene.id;
    let (sale, bids, run) = scene
        .city
        .app
        .db
        .read_blocking(move |snapshot| {
            let node = snapshot.node().to_owned();
            let sale = service::load(snapshot, &node, id)?;
            Ok((sale, service::bids_after(snapshot, id, 0, i64::MAX)?, service::run(snapshot, id)?.unwrap()))
        })
        .unwrap();
    // Total order without holes.
    assert!(bids.iter().map(|bid| bid.seq).eq(1..=run.seq));
    let mut done = scene.done.lock().unwrap().clone();
    // A raised maximum adds no line: it stands after the line that it saw; several are the leader's own, rising.
    let amount = |done: &Done| if let Ask::UpTo(fen) = done.ask { fen.0 } else { 0 };
    done.sort_by_key(|it| (it.answer.run.seq, it.answer.bids.is_empty(), amount(it)));
    let start = scene_end(&run, &bids);
    let mut model = Model { leader: None, end: start };
    let mut at_line = 0;
    for act in &done {
        let first = bids.get(at_line);
        let at = first.map_or(0, |bid| bid.at.micros());
        let lines = model.act(act.bidder, act.ask, at);
        let written: Vec<&Bid> = bids.iter().skip(at_line).take(lines.len()).collect();
        let told: Vec<_> = written.iter().map(|bid| (bid.bidder, bid.price.0, bid.leads)).collect();
        assert_eq!(told, lines, "{act:?}");
        at_line += lines.len();
        if !lines.is_empty() {
            assert_eq!(act.answer.run.seq, i64::try_from(at_line).unwrap(), "acknowledged with its place");
            assert_eq!(act.answer.run.ends_at.micros(), model.end);
        }
    }
    assert_eq!(
        at_line,
        bids.len(),
        "nothing stands that was not acknowledged, and nothing acknowledged is lost"
    );
    let leading: Vec<&Bid> = bids.iter().filter(|bid| bid.leads).collect();
    for pair in leading.windows(2) {
        let by_match = pair[1].kind == BidKind::Match && pair[1].price == pair[0].price;
        assert!(pair[1].price > pair[0].price || by_match);
    }
    assert!(run.closed && bids.iter().all(|bid| bid.at < run.ends_at));
    let winner =
        sale.standing.outcome().and_then(|outcome| outcome.winner()).map(|it| (it.bidder, it.price_fen.0));
    assert_eq!(winner, model.leader.map(|(bidder, price, _)| (bidder, price)));
    let expected = if winner.is_some() { State::Awarded } else { State::Unsold };
    assert_eq!(sale.state(), expected);
    one_result(scene);
}

/// The end as it was before the first bid.
fn scene_end(run: &techmart::trading::model::Run, bids: &[Bid]) -> i64 {
    // Twenty seconds before it the history began, and the notice said a day.
    let noticed = run.starts_at.plus_days(1).micros();
    assert!(bids.first().is_none_or(|bid| bid.at.micros() < noticed));
    noticed
}

fn one_result(scene: &Scene) {
    let mut counts = [0; 3];
    let mut after = 0;
    loop {
        let changes = scene
            .city
            .app
            .db
            .read_blocking(move |snapshot| techmart::changes::read_after(snapshot, after, 1_000))
            .unwrap();
        let Some(last) = changes.last() else { break };
        after = last.seq;
        for (count, kind) in counts.iter_mut().zip(["sale.ended", "sale.awarded", "sale.unsold"]) {
            *count += changes.iter().filter(|change| change.kind == kind).count();
        }
    }
    assert!(counts == [1, 1, 0] || counts == [0, 0, 1], "{counts:?}");
}

#[test]
fn domain_4_random_histories_are_linearisable() {
    let threads = setting("TECHMART_TEST_BID_THREADS", 6);
    let acts = setting("TECHMART_TEST_BID_ACTS", 60);
    for history in 0..setting("TECHMART_TEST_BID_HISTORIES", 1) {
        let scene = Scene::new(threads);
        let seed = |n: usize| {
            0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(u64::try_from(history * 1_000 + n + 1).unwrap())
        };
        std::thread::scope(|scope| {
            let scene = &scene;
            for who in 0..threads {
                scope.spawn(move || scene.bid(who, acts, seed(who)));
            }
            for closer in 0..2 {
                scope.spawn(move || scene.close(seed(500 + closer)));
            }
            scope.spawn(move || scene.tick(seed(900)));
        });
        check(&scene);
    }
}
