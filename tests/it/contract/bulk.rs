//! The work list of an office with a hundred thousand open cases. Run with `--ignored`; it prints what it measured.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;

use crate::support::City;
use crate::support::contracts::{accepted, act, form, registrar, submitted_of};

const CASES: usize = 100_000;
const COLUMNS: &str = "version, applicant, created_by, state, office, title, class, sub_type, technical_field, \
    seller_urn, seller_name, seller_code, seller_division, buyer_urn, buyer_name, buyer_code, buyer_division, \
    total_fen, technical_fen, profile, accepted_on, form, casework, created_at, updated_at, handler";

/// Copies of one accepted case, due over sixty days.
fn seed(city: &City, from: &str) {
    let due = if city.database.is_postgres() {
        "due_on + (i % 60)"
    } else {
        "date(due_on, '+' || (i % 60) || ' days')"
    };
    let digits = "substr('000000000000' || CAST(i AS TEXT), length(CAST(i AS TEXT)) + 1)";
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CASES}) \
         INSERT INTO contract (id, due_on, {COLUMNS}) \
         SELECT '01980000-0000-7000-8000-' || {digits}, {due}, {COLUMNS} FROM n, contract WHERE id = '{from}'"
    );
    let analyze = "ANALYZE contract";
    let done = city.app.db.write_blocking("test.seed", move |tx| {
        let conn: &mut techmart::db::Conn = tx;
        diesel::sql_query(&sql).execute(conn)?;
        diesel::sql_query(analyze).execute(conn)?;
        Ok(())
    });
    done.unwrap();
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresPlan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// Issue: the work list with 100 000 cases answers in under 50 ms.
#[test]
#[ignore = "seeds 100 000 cases and measures; run it by name with --ignored --nocapture"]
fn issue_the_work_list_of_a_hundred_thousand_cases() {
    let city = City::new();
    let first = accepted(&city);
    submitted_of(&city, &form());
    seed(&city, &first);
    let (office, reviewer) = (registrar(&city), city.as_("registration_office.reviewer"));
    act(&office, &first, "claim", json!({})).expect(200);
    let next = office.get("/api/v1/contracts/work-list?limit=100").expect(200).body["next"]
        .as_str()
        .unwrap()
        .to_owned();
    let deep = format!("/api/v1/contracts/work-list?limit=100&cursor={next}");
    for (name, client, path) in [
        ("work list", &office, "/api/v1/contracts/work-list?limit=100"),
        ("next page", &office, deep.as_str()),
        ("mine", &office, "/api/v1/contracts/work-list?limit=100&handler=mine"),
        ("nobody's", &office, "/api/v1/contracts/work-list?limit=100&handler=nobody"),
        ("resubmitted (none)", &office, "/api/v1/contracts/work-list?limit=100&state=resubmitted"),
        ("second reviews (none)", &reviewer, "/api/v1/contracts/second-reviews?limit=100"),
    ] {
        let times = (0..21).map(|_| {
            let start = Instant::now();
            client.get(path).expect(200);
            start.elapsed()
        });
        println!("{name}: median {:?} of 21, {CASES} open cases", median(times.collect()));
    }
    by_index(&city, "state = 'resubmitted'", "contract_due");
    let handler = city.actor("registration_office.registrar").person().unwrap().user;
    by_index(&city, &format!("handler = '{handler}'"), "contract_handler");
}

/// The list, narrowed, is one range of an index: nothing is sorted.
fn by_index(city: &City, narrowed: &str, index: &str) {
    let office = city.organisation("registration_office");
    let query = format!(
        "SELECT * FROM contract WHERE office = '{office}' AND due_on < '9999-12-31' AND {narrowed} \
         ORDER BY due_on, id LIMIT 101"
    );
    let postgres = city.database.is_postgres();
    let plan = city.app.db.read_blocking(move |snapshot| {
        let conn: &mut techmart::db::Conn = snapshot;
        if postgres {
            let plan: Vec<PostgresPlan> = diesel::sql_query(format!("EXPLAIN {query}")).load(conn)?;
            return Ok(plan.into_iter().map(|row| row.line).collect::<Vec<_>>());
        }
        let plan: Vec<Plan> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(conn)?;
        Ok(plan.into_iter().map(|row| row.detail).collect())
    });
    let plan = plan.unwrap();
    assert!(!plan.iter().any(|step| step.contains("TEMP B-TREE") || step.contains("Sort")), "{plan:?}");
    assert!(plan.iter().any(|step| step.contains(index)), "by {index}: {plan:?}");
    println!("{plan:?}");
}
