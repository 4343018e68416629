//! A flood of logins is bounded and does not reach those who read.

use futures_util::future::{join_all, select};
use techmart::db::Db;
use techmart::identity::model::Secret;
use techmart::identity::{Attempt, Cost, Gate};
use techmart::proof::MasterKey;

use crate::support::City;

const LOGINS: usize = 120;
const READS: usize = 300;

/// An unknown account costs the same work as a known one, at today's parameters.
fn attempt(number: usize) -> Attempt {
    Attempt {
        login: format!("nobody.{number}"),
        password: Secret::new("wrong".into()),
        organisation: None,
        address: format!("203.0.113.{number}"),
        agent: String::new(),
    }
}

async fn reads(gate: &Gate, db: &Db, token: &str) {
    for _ in 0..READS {
        gate.known(token).await.unwrap();
        db.read(|snapshot| techmart::changes::head(snapshot)).await.unwrap();
    }
}

/// Hundreds of authenticated reads are answered while the hashing thread is still busy with the flood, and
/// what does not fit is refused at once with 503.
#[test]
fn a_login_flood_does_not_starve_readers() {
    let city = City::new();
    // Dearer than the real parameters, so that the flood surely outlasts the reads.
    let cost = Cost { memory_kib: 64 * 1024, passes: 3 };
    let gate = Gate::open(&city.app.db, &MasterKey::from_bytes([0x42; 32]), cost).unwrap();
    let token = gate.sign_in_as("institute.member").unwrap().access_token;
    actix_web::rt::System::new().block_on(async {
        let flood = Box::pin(join_all((0..LOGINS).map(|number| gate.login(attempt(number)))));
        let reading = Box::pin(reads(&gate, &city.app.db, &token));
        let rest = match select(flood, reading).await {
            futures_util::future::Either::Left(_) => panic!("the flood ended before {READS} reads"),
            futures_util::future::Either::Right(((), flood)) => flood,
        };
        let codes: Vec<_> = rest.await.into_iter().map(|login| login.unwrap_err().code()).collect();
        let busy = codes.iter().filter(|code| **code == "login_busy").count();
        let wrong = codes.iter().filter(|code| **code == "credentials_wrong").count();
        assert_eq!(busy + wrong, LOGINS, "{codes:?}");
        assert!(busy >= LOGINS / 2 && wrong >= 10, "{busy} refused, {wrong} looked at");
    });
}
