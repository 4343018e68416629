//! What the city sees of its registration offices.

use crate::contract::codes::PERIOD_INVALID;
use crate::contract::model::{DueCase, OfficeReport};
use crate::contract::rules::{parties, supervision};
use crate::contract::store;
use crate::db::{Conn, Snapshot};
use crate::identity;
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

/// Two years' steps are counted in one read at most.
const PERIOD_DAYS_MAX: i64 = 731;

/// Every office under the actor's supervision over a period: its volumes, how long it took, what it refused and why.
pub fn office_reports(
    snapshot: &mut Snapshot,
    actor: &Actor,
    from: Day,
    to: Day,
) -> Result<Vec<OfficeReport>, Refusal> {
    actor.permit(Permission::ContractSupervise)?;
    let person = actor.person()?;
    if to < from || to.days_since(from) > PERIOD_DAYS_MAX {
        return Err(Refusal::new(&PERIOD_INVALID).with("max", PERIOD_DAYS_MAX));
    }
    let today = snapshot.now().day();
    let mut tallied = supervision::tally(&store::counted(snapshot, from, to)?);
    let mut reports = vec![];
    for office in identity::service::offices(snapshot)? {
        let own = person.kind != OrganisationKind::Government
            || parties::serves(&person.division, &office.division);
        if !own {
            continue;
        }
        let report = tallied.remove(&office.id).unwrap_or_else(|| supervision::empty(office.id));
        let (open_now, overdue_now) = store::open_now(snapshot, office.id, today)?;
        reports.push(OfficeReport { office_name: office.name, open_now, overdue_now, ..report });
    }
    Ok(reports)
}

/// Open cases whose last day lies between two days, both included, for who reminds the offices.
pub fn due_between(conn: &mut Conn, from: Day, to: Day, limit: i64) -> Result<Vec<DueCase>, Refusal> {
    let mut found = vec![];
    for office in identity::service::offices(conn)? {
        found.extend(store::due_between(conn, office.id, from, to, limit)?);
    }
    Ok(found)
}
