//! Mandates and the contracts claimed under them.

use diesel::prelude::*;

use crate::brokerage::form::TermsForm;
use crate::brokerage::model::{Claim, ManagerId, Mandate, MandateId, MandateState, Side};
use crate::db::schema::{mandate, mandate_claim};
use crate::db::types::{from_json, stored_words, to_json};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

stored_words!(MandateState, Side);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = mandate, treat_none_as_null = true)]
struct Row {
    id: MandateId,
    version: i64,
    state: MandateState,
    title: String,
    client_urn: String,
    client_name: String,
    client_code: String,
    broker_urn: String,
    broker_name: String,
    broker_code: String,
    proposed_by: Side,
    about: Option<String>,
    terms: String,
    valid_from: Day,
    valid_to: Day,
    manager: Option<ManagerId>,
    intermediary: Option<String>,
    reason: String,
    accepted_at: Option<UtcTime>,
    ended_on: Option<Day>,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl Row {
    fn of(it: &Mandate) -> Result<Self, Refusal> {
        Ok(Self {
            id: it.id,
            version: it.version,
            state: it.state,
            title: it.title.clone(),
            client_urn: it.client.urn.clone(),
            client_name: it.client.name.clone(),
            client_code: it.client.credit_code.clone(),
            broker_urn: it.broker.urn.clone(),
            broker_name: it.broker.name.clone(),
            broker_code: it.broker.credit_code.clone(),
            proposed_by: it.proposed_by,
            about: it.about.clone(),
            terms: to_json(&TermsForm::of(&it.terms))?,
            valid_from: it.valid_from,
            valid_to: it.valid_to,
            manager: it.manager,
            intermediary: it.intermediary.clone(),
            reason: it.reason.clone(),
            accepted_at: it.accepted_at,
            ended_on: it.ended_on,
            created_at: it.created_at,
            updated_at: it.updated_at,
        })
    }

    fn build(self) -> Result<Mandate, Refusal> {
        Ok(Mandate {
            terms: from_json::<TermsForm>(&self.terms)?.read()?,
            id: self.id,
            version: self.version,
            state: self.state,
            title: self.title,
            client: PartyRef { urn: self.client_urn, name: self.client_name, credit_code: self.client_code },
            broker: PartyRef { urn: self.broker_urn, name: self.broker_name, credit_code: self.broker_code },
            proposed_by: self.proposed_by,
            about: self.about,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            manager: self.manager,
            intermediary: self.intermediary,
            reason: self.reason,
            accepted_at: self.accepted_at,
            ended_on: self.ended_on,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

fn build_all(rows: Vec<Row>) -> Result<Vec<Mandate>, Refusal> {
    rows.into_iter().map(Row::build).collect()
}

pub fn insert(conn: &mut Conn, it: &Mandate) -> Result<(), Refusal> {
    diesel::insert_into(mandate::table).values(Row::of(it)?).execute(conn)?;
    Ok(())
}

/// Writes a mandate back over the version before its own.
pub fn save(conn: &mut Conn, it: &Mandate) -> Result<(), Refusal> {
    let old = mandate::table.filter(mandate::id.eq(it.id)).filter(mandate::version.eq(it.version - 1));
    saved(diesel::update(old).set(Row::of(it)?).execute(conn)?)
}

pub fn find(conn: &mut Conn, id: MandateId) -> Result<Option<Mandate>, Refusal> {
    let row: Option<Row> = mandate::table.find(id).select(mandate::all_columns).first(conn).optional()?;
    row.map(Row::build).transpose()
}

/// An organisation's mandates, as client or broker, the newest first.
pub fn list(
    conn: &mut Conn,
    party: &str,
    state: Option<MandateState>,
    page: &PageQuery,
) -> Result<Page<Mandate>, Refusal> {
    let mut query = mandate::table
        .into_boxed()
        .filter(mandate::client_urn.eq(party.to_owned()).or(mandate::broker_urn.eq(party.to_owned())));
    if let Some(state) = state {
        query = query.filter(mandate::state.eq(state));
    }
    if let Some(after) = page.after::<MandateId>()? {
        query = query.filter(mandate::id.lt(after));
    }
    let rows: Vec<Row> =
        query.order(mandate::id.desc()).limit(page.limit + 1).select(mandate::all_columns).load(conn)?;
    Ok(Page::cut(build_all(rows)?, page.limit, |it| it.id))
}

/// The mandates between a broker and any of these parties (by URN or credit code) that were ever in force.
pub fn between(
    conn: &mut Conn,
    broker: &str,
    urns: &[&str],
    codes: &[&str],
    limit: i64,
) -> Result<Vec<Mandate>, Refusal> {
    let rows = mandate::table
        .filter(mandate::broker_urn.eq(broker))
        .filter(mandate::client_urn.eq_any(urns).or(mandate::client_code.eq_any(codes)))
        .filter(mandate::state.eq_any([MandateState::Active, MandateState::Ended]))
        .order(mandate::id.asc())
        .limit(limit)
        .select(mandate::all_columns)
        .load(conn)?;
    build_all(rows)
}

/// The mandates of these clients (by URN) that were in force on a day.
pub fn in_force(conn: &mut Conn, clients: &[&str], on: Day, limit: i64) -> Result<Vec<Mandate>, Refusal> {
    let rows = mandate::table
        .filter(mandate::client_urn.eq_any(clients))
        .filter(mandate::state.eq_any([MandateState::Active, MandateState::Ended]))
        .filter(mandate::valid_from.le(on).and(mandate::valid_to.ge(on)))
        .filter(mandate::ended_on.is_null().or(mandate::ended_on.ge(on)))
        .order(mandate::id.desc())
        .limit(limit)
        .select(mandate::all_columns)
        .load(conn)?;
    build_all(rows)
}

pub fn by_ids(conn: &mut Conn, ids: &[MandateId]) -> Result<Vec<Mandate>, Refusal> {
    let rows = mandate::table.filter(mandate::id.eq_any(ids)).select(mandate::all_columns).load(conn)?;
    build_all(rows)
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = mandate_claim)]
struct ClaimRow {
    mandate: MandateId,
    contract: String,
    number: String,
    agreed: bool,
    claimed_at: UtcTime,
    agreed_at: Option<UtcTime>,
}

impl From<ClaimRow> for Claim {
    fn from(row: ClaimRow) -> Self {
        let ClaimRow { mandate, contract, number, agreed, claimed_at, agreed_at } = row;
        Self { mandate, contract, number, agreed, claimed_at, agreed_at }
    }
}

pub fn insert_claim(conn: &mut Conn, it: &Claim) -> Result<(), Refusal> {
    let row = ClaimRow {
        mandate: it.mandate,
        contract: it.contract.clone(),
        number: it.number.clone(),
        agreed: it.agreed,
        claimed_at: it.claimed_at,
        agreed_at: it.agreed_at,
    };
    diesel::insert_into(mandate_claim::table).values(row).execute(conn)?;
    Ok(())
}

/// Agrees to an open claim; false if there is none.
pub fn agree(conn: &mut Conn, of: MandateId, contract: &str, at: UtcTime) -> Result<bool, Refusal> {
    let open = mandate_claim::table.find((of, contract)).filter(mandate_claim::agreed.eq(false));
    let rows = diesel::update(open)
        .set((mandate_claim::agreed.eq(true), mandate_claim::agreed_at.eq(at)))
        .execute(conn)?;
    Ok(rows == 1)
}

pub fn claims(conn: &mut Conn, of: MandateId, limit: i64) -> Result<Vec<Claim>, Refusal> {
    let rows: Vec<ClaimRow> = mandate_claim::table
        .filter(mandate_claim::mandate.eq(of))
        .order((mandate_claim::claimed_at.asc(), mandate_claim::contract.asc()))
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(Claim::from).collect())
}

/// The claims on a contract, whoever's.
pub fn claims_on(conn: &mut Conn, contract: &str) -> Result<Vec<Claim>, Refusal> {
    let rows: Vec<ClaimRow> = mandate_claim::table.filter(mandate_claim::contract.eq(contract)).load(conn)?;
    Ok(rows.into_iter().map(Claim::from).collect())
}

/// Mandates by the manager that they name.
pub fn of_manager(conn: &mut Conn, manager: ManagerId) -> Result<Vec<MandateId>, Refusal> {
    Ok(mandate::table.filter(mandate::manager.eq(manager)).select(mandate::id).load(conn)?)
}
