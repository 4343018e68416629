//! What each room brings: routes, codes, followers, jobs and what can be found. The only file that names every room.

use std::sync::Arc;

use crate::achievement::{self, model::Achievement};
use crate::audit;
use crate::brokerage;
use crate::changes::{self, Follower, Job};
use crate::config::Config;
use crate::contract;
use crate::credit;
use crate::db::migrate;
use crate::demand::{self, model::Demand};
use crate::engagement;
use crate::federation::commands::{self, Desk};
use crate::federation::{self, Elsewhere, oai, tlog, transport};
use crate::files::{self, Vault};
use crate::http::{Routes, Sweep, health, outbound};
use crate::identity::{self, Gate};
use crate::kernel::codes_common;
use crate::kernel::error::Code;
use crate::ledger;
use crate::listing::{self, jobs::Expiry};
use crate::matching::{self, Alerts, Learning, Marks};
use crate::notice::{self, Digest, Due, Notices, SweepNotices};
use crate::papers;
use crate::project;
use crate::proof;
use crate::reference;
use crate::reward;
use crate::search::{self, Source, Sources};
use crate::statistics;
use crate::subsidy;
use crate::trading::{self, challenge, live, watch};

/// Every room's routes; the server tries their groups (`http::routes`) in the order in which they begin here, so what is
/// read most goes first.
pub(super) fn api_routes(routes: &mut Routes) {
    search::routes(routes);
    achievement::routes(routes);
    demand::routes(routes);
    engagement::routes(routes);
    contract::routes(routes);
    identity::routes(routes);
    files::routes(routes);
    project::routes(routes);
    subsidy::routes(routes);
    ledger::routes(routes);
    audit::routes(routes);
    reference::routes(routes);
    reward::routes(routes);
    brokerage::routes(routes);
    challenge::routes(routes);
    credit::routes(routes);
    health::routes(routes);
    statistics::routes(routes);
    matching::routes(routes);
    // `/sales/watched` before `/sales/{id}`.
    watch::routes(routes);
    live::routes(routes);
    trading::sealed::routes(routes);
    trading::protocol::routes(routes);
    trading::routes(routes);
    federation::api_routes(routes);
    notice::routes(routes);
}

/// Every room's codes.
pub(super) fn all_codes() -> Vec<&'static Code> {
    let rooms: &[&[&Code]] = &[
        codes_common::ALL,
        changes::codes::ALL,
        outbound::ALL,
        migrate::ALL,
        papers::codes::ALL,
        ledger::codes::ALL,
        subsidy::codes::ALL,
        reference::codes::ALL,
        proof::codes::ALL,
        identity::codes::ALL,
        files::codes::ALL,
        search::codes::ALL,
        listing::codes::ALL,
        achievement::codes::ALL,
        contract::codes::ALL,
        credit::codes::ALL,
        engagement::codes::ALL,
        matching::codes::ALL,
        notice::codes::ALL,
        project::codes::ALL,
        reward::codes::ALL,
        brokerage::codes::ALL,
        challenge::codes::ALL,
        statistics::codes::ALL,
        transport::codes::ALL,
        trading::codes::ALL,
        live::codes::ALL,
        watch::codes::ALL,
        tlog::codes::ALL,
        federation::codes::ALL,
        trading::sealed::codes::ALL,
        trading::protocol::codes::ALL,
        commands::codes::ALL,
    ];
    rooms.concat()
}

/// What follows the change log with a cursor in the database.
pub(super) fn all_followers(config: &Config, sources: &Sources, away: &Desk) -> Vec<Arc<dyn Follower>> {
    vec![
        Arc::new(contract::Awards),
        Arc::new(watch::News),
        Arc::new(project::Contracts),
        Arc::new(subsidy::Causes),
        Arc::new(brokerage::Commissions),
        Arc::new(statistics::Contracts { ocid_prefix: config.ocid_prefix.as_str().into() }),
        Arc::new(engagement::Contracts),
        Arc::new(Marks),
        Arc::new(oai::Outlet),
        Arc::new(Alerts::new(sources.clone())),
        Arc::new(Notices { mail_on: config.smtp.is_some() }),
        Arc::new(commands::Tell(away.clone())),
        Arc::new(commands::Take(away.clone())),
    ]
}

/// Every room's clock-driven work.
pub(super) fn all_jobs(config: &Config, vault: &Vault, sources: &Sources, gate: &Gate) -> Vec<Arc<dyn Job>> {
    let mail_on = config.smtp.is_some();
    vec![
        Arc::new(tlog::Grow::new(gate.keys().clone())),
        Arc::new(Sweep),
        Arc::new(subsidy::SweepSheets),
        Arc::new(subsidy::ExpireCommitments),
        Arc::new(contract::SweepImports),
        Arc::new(contract::ReckonDueDays),
        Arc::new(challenge::Deadlines),
        Arc::new(credit::Tell),
        Arc::new(statistics::CloseMonths),
        Arc::new(identity::SweepLogins),
        Arc::new(files::jobs::SweepFiles::new(vault.clone())),
        Arc::new(Expiry::<Achievement>::default()),
        Arc::new(Expiry::<Demand>::default()),
        Arc::new(Learning::new(sources.clone())),
        Arc::new(watch::Reminders),
        Arc::new(trading::TendSales::new(gate.secrets().clone())),
        Arc::new(Due { mail_on }),
        Arc::new(Digest { hour: config.digest_hour }),
        Arc::new(SweepNotices),
        Arc::new(trading::sealed::service::Closing::new(gate.secrets().clone())),
        Arc::new(trading::protocol::WriteProtocols::new(gate.keys().clone())),
    ]
}

/// What can be found, one source for each room that has something.
pub(super) fn sources(node: &Arc<str>) -> Vec<Arc<dyn Source>> {
    vec![
        Arc::new(achievement::Found::new(Arc::clone(node))),
        Arc::new(demand::Found::new(Arc::clone(node))),
        Arc::new(Elsewhere),
    ]
}
