//! The books as other programs read them.

use techmart::cli::export::{self, LedgerFormat};
use techmart::db::conn::{Conn, DatabaseUrl, Mode};

use super::*;

/// A connection of its own, as the command line has one.
fn reader(url: &str) -> Conn {
    Conn::open(&DatabaseUrl::parse(url).unwrap(), Mode::Read).unwrap()
}

fn exported_from(conn: &mut Conn, format: LedgerFormat) -> Vec<u8> {
    let mut out = vec![];
    export::ledger(conn, format, &mut out).unwrap();
    out
}

fn exported(city: &City, format: LedgerFormat) -> String {
    String::from_utf8(exported_from(&mut reader(&city.database.url()), format)).unwrap()
}

#[test]
fn the_journal_goes_out_as_hledger_and_as_csv() {
    let city = books();
    let journal = exported(&city, LedgerFormat::Hledger);
    let entry = "2026-03-02 * (2) test.moved \n";
    assert!(journal.contains(entry), "{journal}");
    assert!(journal.contains("    available:2026:TEST  CNY -4.00\n    committed:2026:TEST  CNY 4.00\n"));
    let table = exported(&city, LedgerFormat::Csv);
    let rows: Vec<&str> = table.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(rows.len(), 5);
    assert!(rows[3].starts_with("2,2026-03-02,") && rows[3].contains("available/2026/TEST,-400,600,k2,"));
}

#[test]
fn the_journal_goes_out_as_a_workbook() {
    let city = books();
    let book = exported_from(&mut reader(&city.database.url()), LedgerFormat::Xlsx);
    let rows = techmart::papers::xlsx::read(&book, &techmart::papers::xlsx::Limits::default()).unwrap();
    assert_eq!(rows.len(), 5);
    assert_eq!((rows[3][6].plain(), rows[3][7].plain()), ("available/2026/TEST".to_owned(), "-4".to_owned()));
}

/// Runs another accounting program; says so when it is not there.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    let found = std::process::Command::new(program).args(arguments).output();
    let Ok(done) = found else {
        eprintln!("skipped: {program} is not installed");
        return None;
    };
    let (out, error) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success() && !error.contains("error"), "{program} {arguments:?}: {out}{error}");
    Some(out)
}

/// `TECHMART_TEST_BEAN_CHECK` names the program where it is not on the path.
#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn bean_check() -> String {
    std::env::var("TECHMART_TEST_BEAN_CHECK").unwrap_or_else(|_| "bean-check".to_owned())
}

/// Both programs take the journal, hold its balance assertions, and hledger's balances are ours.
fn prove_with_others(url: &str) {
    let mut conn = reader(url);
    let dir = tempfile::tempdir().unwrap();
    let mut file = |name: &str, format| {
        let path = dir.path().join(name);
        std::fs::write(&path, exported_from(&mut conn, format)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let beancount = file("books.beancount", LedgerFormat::Beancount);
    run(&bean_check(), &[&beancount]);
    let journal = file("books.journal", LedgerFormat::Hledger);
    if run("hledger", &["-f", &journal, "check", "--strict"]).is_none() {
        return;
    }
    let found =
        run("hledger", &["-f", &journal, "balance", "--flat", "-O", "csv", "--no-total", "-E"]).unwrap();
    let mut after = None;
    let mut accounts = 0;
    loop {
        let filter = AccountFilter::default();
        let page = service::balances(&mut conn, &filter, At::default(), after, 100).unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.account.path());
        for entry in &page {
            let name = entry.account.path().replace(':', ".").replace('/', ":");
            let yuan = if entry.balance.is_zero() {
                "0".to_owned()
            } else {
                format!("CNY {}", entry.balance.yuan())
            };
            let row = format!("\"{name}\",\"{yuan}\"");
            assert!(found.contains(&row), "{row} is not in {found}");
            accounts += 1;
        }
    }
    assert_eq!(found.lines().count(), accounts + 1);
}

/// Other accounting programs agree. They are not needed for the suite: without them the test says so.
#[test]
fn hledger_and_beancount_prove_the_exported_journal() {
    let city = books();
    prove_with_others(&city.database.url());
    // An assertion that does not hold is refused: the programs do look.
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("wrong.journal");
    let wrong = exported(&city, LedgerFormat::Hledger).replace("= CNY 6.00", "= CNY 6.01");
    std::fs::write(&path, wrong).unwrap();
    if let Ok(done) =
        std::process::Command::new("hledger").args(["-f", path.to_str().unwrap(), "check"]).output()
    {
        assert!(!done.status.success());
    }
}

/// The demo city's books: its budgets, batches and payments of three years.
#[test]
fn the_demo_citys_journal_is_proved_by_other_programs() {
    let database = super::super::support::city::demo();
    let mut conn = reader(&database.url());
    let outcome = service::verify(&mut conn).unwrap();
    assert!(matches!(outcome, Outcome::Proved(ref proved) if proved.transactions > 5), "{outcome:?}");
    prove_with_others(&database.url());
}

/// `TECHMART_TEST_YEAR_CONTRACTS` sets how many; `tests/thorough` runs twenty thousand.
#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn contracts() -> u64 {
    std::env::var("TECHMART_TEST_YEAR_CONTRACTS").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

/// A random year: every contract is promised, approved, paid in one or two parts, and some of it taken back.
#[test]
fn a_random_year_is_proved_by_other_programs() {
    let city = books();
    let start = transfer("year", Appropriation, Available, 900_000_000_000);
    post(&city, &start).unwrap();
    let (mut done, count) = (0, contracts());
    while done < count {
        let upto = count.min(done + 50);
        city.clock.advance_seconds(60);
        let book = move |tx: &mut techmart::db::Tx| {
            for number in done..upto {
                year_of_one_contract(tx, number)?;
            }
            Ok(())
        };
        city.app.db.write_blocking("test.year", book).unwrap();
        done = upto;
    }
    proved(&city);
    prove_with_others(&city.database.url());
}

fn year_of_one_contract(tx: &mut techmart::db::Tx, number: u64) -> Result<(), Refusal> {
    // A fixed stream of numbers: the same year in every run.
    let random = |salt: u64| {
        (number + 1).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(salt * 1_442_695_040_888_963_407)
            >> 33
    };
    let who = format!("urn:tm:test:organisation:{}", random(1) % 40);
    let fen = i64::try_from(random(2) % 5_000_000).unwrap() + 2;
    let part = i64::try_from(random(3)).unwrap() % fen;
    let day = |salt: u64| {
        let days = i64::try_from(random(salt) % 300).unwrap();
        Some("2026-01-01".parse::<techmart::kernel::time::Day>().unwrap().plus_days(days))
    };
    let owed = |kind| budget(kind).of(&who);
    let mut steps = vec![
        ("promised", budget(Available), budget(Committed), fen),
        ("approved", budget(Committed), owed(AccountKind::Approved), fen),
    ];
    if part > 0 {
        steps.push(("paid", owed(AccountKind::Approved), owed(AccountKind::Paid), part));
    }
    steps.push(("paid-rest", owed(AccountKind::Approved), owed(AccountKind::Paid), fen - part));
    if random(4) % 10 == 0 {
        steps.push(("clawback", owed(AccountKind::Paid), owed(AccountKind::ClawbackReceivable), fen));
    }
    for (salt, (step, from, to, fen)) in (5_u64..).zip(steps) {
        let cause = format!("urn:tm:test:contract:{number}");
        let mut new = NewTransaction::new("test.year", format!("year/{number}/{step}"), cause)
            .note(format!("第{number}份合同; \"{step}\" | \\"))
            .transfer(from, to, Fen(fen));
        new.effective = day(salt);
        service::post(tx, &Actor::System("test"), new)?;
    }
    Ok(())
}
