//! `techmart bench balances`: what stands in large books at random pairs of dates, beside a bare SUM over the same rows.

use std::ops::Range;
use std::time::Instant;

use super::ledger::{ACTOR, BUDGET, CAUSE, Outcome, nonce, percentiles};
use super::{BalancesBench, store};
use crate::app::{World, open_db};
use crate::config::Config;
use crate::db::conn::Mode;
use crate::db::{Conn, Db, Tx, migrate};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::ledger::model::{AccountFilter, AccountKey, AccountKind, At, NewTransaction, Span, TrialLine};
use crate::ledger::service;

/// Transactions of one command while filling: nobody else waits here.
const FILL_AT_ONCE: u64 = 20;
/// Postings of one of them: one on a budget, the others on beneficiaries.
const FILL_POSTINGS: u64 = 50;
const BENEFICIARIES: u64 = 500;
const FIRST_YEAR: i32 = 2021;
const YEARS: u64 = 5;
const DAYS: u64 = YEARS * 365;
const SCHEMES: u64 = 8;
/// A sum over all postings takes its time: fewer of them are asked for.
const SUMS: usize = 20;

/// Every second transaction is on one hot budget.
fn budget(at: u64, kind: AccountKind, transactions: u64) -> AccountKey {
    let (year, scheme) =
        if at.is_multiple_of(2) { (0, 0) } else { (at * YEARS / transactions, at / 2 % SCHEMES) };
    AccountKey::budget(kind, FIRST_YEAR + i32::try_from(year).unwrap_or(0), &format!("BENCH-{scheme}"))
}

/// Fills a scratch database with transactions of many postings over five years, effective days out of order, each
/// sealed as any other, and asks for what stood at random pairs of dates.
pub fn run(config: &Config, bench: &BalancesBench) -> Outcome {
    migrate::run(&config.database)?;
    let world = World::real();
    let db = open_db(config, &world)?;
    let run = nonce(&world);
    appropriate(&db, &run)?;
    let begun = Instant::now();
    let transactions = bench.postings.div_ceil(FILL_POSTINGS).max(1);
    let mut done = 0;
    while done < transactions {
        let count = FILL_AT_ONCE.min(transactions - done);
        let run = run.clone();
        db.write_blocking("bench.fill", move |tx| fill(tx, &run, transactions, done..done + count))?;
        done += count;
    }
    let (postings, seconds) = (transactions * FILL_POSTINGS, begun.elapsed().as_secs_f64());
    println!(
        "{}: {postings} postings in {transactions} transactions booked in {seconds:.0} s",
        config.database
    );
    println!("{:<52} {:>9} {:>9}", "at random pairs of dates", "p50 ms", "p99 ms");
    let mut conn = Conn::open(&config.database, Mode::Read)?;
    let instants = booked(&mut conn)?;
    let mut ask = |name: &str, questions: usize, question: &Question| {
        ask(&mut conn, &instants, name, questions, question)
    };
    let hot = budget(0, AccountKind::Available, transactions);
    let (path, questions) = (hot.path(), bench.questions);
    ask("one balance of the hot budget", questions, &move |conn, at| {
        service::balance(conn, &hot, at).map(drop)
    })?;
    ask("  the same by a bare SUM", SUMS, &move |conn, at| store::balance_by_sum(conn, &path, at).map(drop))?;
    ask("a page of 100 accounts", questions.min(100), &|conn, at| {
        service::balances(conn, &AccountFilter::default(), at, None, 100).map(drop)
    })?;
    ask("statement of a beneficiary, a quarter", questions, &|conn, at| {
        let from = at.effective.map(|day| day.plus_days(-90));
        let span = Span { from, to: at.effective, booked: at.booked };
        service::beneficiary_statement(conn, &beneficiary(7), span, None, 100).map(drop)
    })?;
    ask("trial balance", questions, &|conn, at| service::trial_balance(conn, at).map(drop))?;
    ask("  the same by a bare SUM", SUMS, &|conn, at| store::trial_by_sum(conn, at).map(drop))?;
    ask("budget execution of a year", questions, &|conn, at| {
        service::execution(conn, FIRST_YEAR + 2, at).map(drop)
    })?;
    compare(&mut conn, &instants)
}

/// Both ways give the same trial balance: nothing is measured that is not right.
fn compare(conn: &mut Conn, instants: &[UtcTime]) -> Outcome {
    for number in 0..SUMS {
        let at = pair(number, instants);
        let (lines, bare) = (service::trial_balance(conn, at)?, store::trial_by_sum(conn, at)?);
        let turnover = |sum: (i64, i64), line: &TrialLine| {
            (sum.0.saturating_add(line.inflow.0), sum.1.saturating_add(line.outflow.0))
        };
        let whole = lines.iter().fold((0, 0), turnover);
        if (lines.len(), whole.0, whole.1) != bare {
            return Err(format!("at {at:?} the tables differ: {} {whole:?}, {bare:?}", lines.len()).into());
        }
    }
    println!("the sums agree at {SUMS} of the pairs");
    Ok(())
}

fn appropriate(db: &Db, run: &str) -> Outcome {
    for year in 0..YEARS {
        for scheme in 0..SCHEMES {
            let key = format!("bench/{run}/{year}/{scheme}");
            let year = FIRST_YEAR + i32::try_from(year)?;
            let of = |kind| AccountKey::budget(kind, year, &format!("BENCH-{scheme}"));
            let new = NewTransaction::new("bench.appropriated", key, CAUSE.to_owned())
                .effective(first_day())
                .transfer(of(AccountKind::Appropriation), of(AccountKind::Available), BUDGET);
            db.write_blocking("bench.fill", move |tx| service::post(tx, &ACTOR, new.clone()))?;
        }
    }
    Ok(())
}

fn fill(tx: &mut Tx, run: &str, transactions: u64, numbers: Range<u64>) -> Result<(), Refusal> {
    for at in numbers {
        // Five years in order, each transaction up to a month early or late.
        let jitter = i64::try_from(at.wrapping_mul(2_654_435_761) % 61).unwrap_or(0) - 30;
        let day = first_day().plus_days(i64::try_from(at * DAYS / transactions).unwrap_or(0) + jitter);
        let key = format!("fill/{run}/{at}");
        let mut new = NewTransaction::new("bench.promised", key, CAUSE.to_owned()).effective(day);
        for whose in 1..FILL_POSTINGS {
            let paid =
                budget(at, AccountKind::Approved, transactions).of(&beneficiary(at * FILL_POSTINGS + whose));
            new = new.transfer(budget(at, AccountKind::Available, transactions), paid, Fen(1));
        }
        service::post(tx, &ACTOR, new)?;
    }
    Ok(())
}

fn beneficiary(number: u64) -> String {
    format!("urn:tm:bench:organisation:{}", number % BENEFICIARIES)
}

fn first_day() -> Day {
    Day::new(FIRST_YEAR, 1, 1).unwrap_or(Day::FIRST)
}

/// Instants all over the filling: of every so many transactions.
fn booked(conn: &mut Conn) -> Result<Vec<UtcTime>, Refusal> {
    const STEP: i64 = 97;
    let mut found = vec![];
    let mut after = 0;
    loop {
        let slice = service::journal(conn, after, 1)?;
        let Some(one) = slice.first() else { return Ok(found) };
        found.push(one.booked);
        after += STEP;
    }
}

fn pair(number: usize, instants: &[UtcTime]) -> At {
    let days = i64::try_from(number).unwrap_or(0) * 1_597 % i64::try_from(DAYS).unwrap_or(1);
    let booked = instants.get(number.wrapping_mul(7_919) % instants.len().max(1)).copied();
    At { effective: Some(first_day().plus_days(days)), booked }
}

type Question = dyn Fn(&mut Conn, At) -> Result<(), Refusal>;

fn ask(conn: &mut Conn, instants: &[UtcTime], name: &str, questions: usize, question: &Question) -> Outcome {
    let mut took = vec![];
    for number in 0..questions {
        let at = pair(number, instants);
        let began = Instant::now();
        question(conn, at)?;
        took.push(began.elapsed().as_micros());
    }
    println!("{name:<52} {}", percentiles(&mut took));
    Ok(())
}
