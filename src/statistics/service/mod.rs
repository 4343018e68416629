//! Counting, listing, publishing.

mod close;
mod note;

pub use close::{close_next, last_closed_month, report_of, reports};
pub use note::note;

use super::codes::{PERIOD_INVALID, RECORD_NOT_FOUND};
use super::model::{Dimension, Filter, Record, Release, Scope, Table};
use super::{rules, store};
use crate::contract::model::ContractId;
use crate::db::{Conn, Snapshot};
use crate::kernel::actor::{Actor, OrganisationKind};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;
use crate::papers::codes::SHEET_TOO_LARGE;
use crate::reference;

/// Lines of one table: more pairs of divisions than a province has.
const LINES_MAX: i64 = 10_000;

/// Rows of the register in one file; about 30 MiB of CSV.
pub const REGISTER_ROWS_MAX: usize = 100_000;
const SLICE_ROWS: i64 = 1_000;

/// One table (rules 1 to 4).
pub fn table(
    snapshot: &mut Snapshot,
    actor: &Actor,
    by: Dimension,
    filter: &Filter,
) -> Result<Table, Refusal> {
    let scope = asked(actor, filter)?;
    let lines = store::lines(snapshot, by, filter, &scope, LINES_MAX)?;
    rules::table(by, lines).ok_or_else(|| Refusal::internal("a sum of amounts does not fit"))
}

/// The records behind a number, in the order of registration (rule 5).
pub fn records(
    snapshot: &mut Snapshot,
    actor: &Actor,
    filter: &Filter,
    page: &PageQuery,
) -> Result<Page<Record>, Refusal> {
    let scope = asked(actor, filter)?;
    let after = page.after::<(Day, String)>()?;
    let found = store::records(snapshot, filter, &scope, after, page.limit + 1)?;
    Ok(Page::cut(found, page.limit, |record: &Record| (record.registered_on, record.number.clone())))
}

/// Hands the register on slice by slice, so that only the file itself grows.
pub fn register(
    snapshot: &mut Snapshot,
    actor: &Actor,
    filter: &Filter,
    rows_max: usize,
    mut take: impl FnMut(&Record),
) -> Result<(), Refusal> {
    let scope = asked(actor, filter)?;
    let (mut after, mut rows) = (None, 0);
    loop {
        let slice = store::records(snapshot, filter, &scope, after, SLICE_ROWS)?;
        let Some(last) = slice.last() else { return Ok(()) };
        after = Some((last.registered_on, last.number.clone()));
        rows += slice.len();
        if rows > rows_max {
            return Err(Refusal::new(&SHEET_TOO_LARGE).with("max_rows", rows_max));
        }
        slice.iter().for_each(&mut take);
    }
}

/// What was published, in the order of the acts.
pub fn releases(snapshot: &mut Snapshot, page: &PageQuery) -> Result<Page<Release>, Refusal> {
    let after = page.after::<i64>()?.unwrap_or(0);
    let found = store::release_page(snapshot, after, page.limit + 1)?;
    Ok(Page::cut(found, page.limit, |release: &Release| release.seq))
}

/// All releases of one contract.
pub fn record(conn: &mut Conn, contract: ContractId) -> Result<Vec<Release>, Refusal> {
    let releases = store::releases_of(conn, contract)?;
    if releases.is_empty() { Err(Refusal::new(&RECORD_NOT_FOUND)) } else { Ok(releases) }
}

/// Chinese names of divisions, for papers.
pub fn division_names(conn: &mut Conn) -> Result<Vec<(String, String)>, Refusal> {
    let divisions = reference::service::divisions(conn)?;
    Ok(divisions.into_iter().map(|it| (it.code.as_str().to_owned(), it.name)).collect())
}

/// Permission, period, and whose registrations the reader may see (rule 6).
fn asked(actor: &Actor, filter: &Filter) -> Result<Scope, Refusal> {
    actor.permit(Permission::StatisticsRead)?;
    if !rules::is_period(filter.from, filter.to) {
        return Err(Refusal::new(&PERIOD_INVALID).with("max_years", rules::PERIOD_YEARS_MAX));
    }
    let person = actor.person()?;
    Ok(match person.kind {
        OrganisationKind::RegistrationOffice => Scope::Office(person.organisation),
        OrganisationKind::Government => {
            let code = DivisionCode::parse(&person.division).map_err(Refusal::internal)?;
            Scope::Division(code.significant().to_owned())
        }
        _ => Scope::All,
    })
}
