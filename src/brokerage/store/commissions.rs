//! What the change log told of contracts and engagements, and the commissions computed on it.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date};

use crate::brokerage::model::{Commission, CommissionId, Introduction, MandateId, Outcome};
use crate::db::schema::{brokerage_contract, brokerage_engagement, commission};
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::{Day, UtcTime};

#[derive(Queryable, Insertable, AsChangeset, Clone)]
#[diesel(table_name = brokerage_contract, treat_none_as_null = true)]
struct OutcomeRow {
    contract: String,
    number: String,
    sub_type: String,
    seller: String,
    seller_code: String,
    buyer: String,
    buyer_code: String,
    engagement: Option<String>,
    total_fen: Fen,
    technical_fen: Fen,
    registered_on: Day,
    counts: bool,
    seq: i64,
}

impl From<OutcomeRow> for Outcome {
    fn from(row: OutcomeRow) -> Self {
        Self {
            contract: row.contract,
            number: row.number,
            sub_type: row.sub_type,
            seller: row.seller,
            seller_code: row.seller_code,
            buyer: row.buyer,
            buyer_code: row.buyer_code,
            engagement: row.engagement,
            total: row.total_fen,
            technical: row.technical_fen,
            registered_on: row.registered_on,
            counts: row.counts,
            seq: row.seq,
        }
    }
}

/// Keeps a contract as its latest change tells of it.
pub fn put_outcome(conn: &mut Conn, it: &Outcome) -> Result<(), Refusal> {
    let row = OutcomeRow {
        contract: it.contract.clone(),
        number: it.number.clone(),
        sub_type: it.sub_type.clone(),
        seller: it.seller.clone(),
        seller_code: it.seller_code.clone(),
        buyer: it.buyer.clone(),
        buyer_code: it.buyer_code.clone(),
        engagement: it.engagement.clone(),
        total_fen: it.total,
        technical_fen: it.technical,
        registered_on: it.registered_on,
        counts: it.counts,
        seq: it.seq,
    };
    let known = brokerage_contract::table.find(&it.contract);
    if diesel::update(known).set(row.clone()).execute(conn)? == 0 {
        diesel::insert_into(brokerage_contract::table).values(row).execute(conn)?;
    }
    Ok(())
}

pub fn outcome_by_number(conn: &mut Conn, number: &str) -> Result<Option<Outcome>, Refusal> {
    let row: Option<OutcomeRow> =
        brokerage_contract::table.filter(brokerage_contract::number.eq(number)).first(conn).optional()?;
    Ok(row.map(Outcome::from))
}

/// Keeps that an engagement names a broker.
pub fn put_introduction(conn: &mut Conn, it: &Introduction) -> Result<(), Refusal> {
    let row = (
        brokerage_engagement::engagement.eq(&it.engagement),
        brokerage_engagement::about.eq(&it.about),
        brokerage_engagement::broker.eq(&it.broker),
    );
    on_each!(&mut *conn, c => diesel::insert_into(brokerage_engagement::table)
        .values(row)
        .on_conflict(brokerage_engagement::engagement)
        .do_nothing()
        .execute(c))?;
    Ok(())
}

pub fn introduction(conn: &mut Conn, engagement: &str) -> Result<Option<Introduction>, Refusal> {
    let row: Option<(String, String, String)> =
        brokerage_engagement::table.find(engagement).first(conn).optional()?;
    Ok(row.map(|(engagement, about, broker)| Introduction { engagement, about, broker }))
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = commission)]
struct Row {
    id: CommissionId,
    mandate: MandateId,
    broker: String,
    client: String,
    contract: String,
    number: String,
    cause_seq: i64,
    cause_kind: String,
    base_fen: Fen,
    amount_fen: Fen,
    client_fen: Fen,
    day: Day,
    at: UtcTime,
}

impl From<Row> for Commission {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            mandate: row.mandate,
            broker: row.broker,
            client: row.client,
            contract: row.contract,
            number: row.number,
            cause_seq: row.cause_seq,
            cause_kind: row.cause_kind,
            base: row.base_fen,
            amount: row.amount_fen,
            client_part: row.client_fen,
            day: row.day,
            at: row.at,
        }
    }
}

pub fn insert_commission(conn: &mut Conn, it: &Commission) -> Result<(), Refusal> {
    let row = Row {
        id: it.id,
        mandate: it.mandate,
        broker: it.broker.clone(),
        client: it.client.clone(),
        contract: it.contract.clone(),
        number: it.number.clone(),
        cause_seq: it.cause_seq,
        cause_kind: it.cause_kind.clone(),
        base_fen: it.base,
        amount_fen: it.amount,
        client_fen: it.client_part,
        day: it.day,
        at: it.at,
    };
    diesel::insert_into(commission::table).values(row).execute(conn)?;
    Ok(())
}

/// What is booked for a contract under a mandate: how many lines, the fee and the client's part.
pub fn booked(conn: &mut Conn, of: MandateId, contract: &str) -> Result<(i64, Fen, Fen), Refusal> {
    let (lines, amount, client): (i64, i64, i64) = commission::table
        .filter(commission::mandate.eq(of))
        .filter(commission::contract.eq(contract))
        .select((
            diesel::dsl::count_star(),
            sql::<BigInt>("CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT)"),
            sql::<BigInt>("CAST(COALESCE(SUM(client_fen), 0) AS BIGINT)"),
        ))
        .first(conn)?;
    Ok((lines, Fen(amount), Fen(client)))
}

/// The mandates under which something is booked for a contract.
pub fn mandates_on(conn: &mut Conn, contract: &str) -> Result<Vec<MandateId>, Refusal> {
    Ok(commission::table
        .filter(commission::contract.eq(contract))
        .select(commission::mandate)
        .distinct()
        .load(conn)?)
}

/// The lines of a mandate, the oldest first.
pub fn of_mandate(conn: &mut Conn, of: MandateId, page: &PageQuery) -> Result<Page<Commission>, Refusal> {
    let mut query = commission::table.into_boxed().filter(commission::mandate.eq(of));
    if let Some(after) = page.after::<CommissionId>()? {
        query = query.filter(commission::id.gt(after));
    }
    let rows: Vec<Row> = query.order(commission::id.asc()).limit(page.limit + 1).load(conn)?;
    Ok(Page::cut(rows.into_iter().map(Commission::from).collect(), page.limit, |it| it.id))
}

/// A broker's lines between two days, the oldest first; everybody's without a broker.
pub fn between_days(
    conn: &mut Conn,
    broker: Option<&str>,
    (from, to): (Day, Day),
    after: Option<CommissionId>,
    limit: i64,
) -> Result<Vec<Commission>, Refusal> {
    let mut query = commission::table.into_boxed().filter(commission::day.between(from, to));
    if let Some(broker) = broker {
        query = query.filter(commission::broker.eq(broker.to_owned()));
    }
    if let Some(after) = after {
        query = query.filter(commission::id.gt(after));
    }
    let rows: Vec<Row> = query.order(commission::id.asc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(Commission::from).collect())
}

/// What a year brought a broker, by contract and client.
pub struct DealSum {
    pub broker: String,
    pub client: String,
    pub contract: String,
    pub amount: Fen,
    /// What the broker has of the contract from before these days: the deal was counted then.
    pub deal_known: bool,
    /// The same of this client alone.
    pub client_known: bool,
}

const EARLIER: &str = "(SELECT COALESCE(SUM(e.amount_fen), 0) FROM commission e \
    WHERE e.broker = commission.broker AND e.contract = commission.contract AND e.day < ";

pub fn deals_between(conn: &mut Conn, from: Day, to: Day) -> Result<Vec<DealSum>, Refusal> {
    let rows: Vec<(String, String, String, i64, bool, bool)> = commission::table
        .filter(commission::day.between(from, to))
        .group_by((commission::broker, commission::client, commission::contract))
        .order((commission::broker.asc(), commission::contract.asc()))
        .select((
            commission::broker,
            commission::client,
            commission::contract,
            sql::<BigInt>("CAST(SUM(amount_fen) AS BIGINT)"),
            sql::<Bool>(EARLIER).bind::<Date, _>(from).sql(") > 0"),
            sql::<Bool>(EARLIER).bind::<Date, _>(from).sql(" AND e.client = commission.client) > 0"),
        ))
        .load(conn)?;
    let deal = |(broker, client, contract, fen, deal_known, client_known)| DealSum {
        broker,
        client,
        contract,
        amount: Fen(fen),
        deal_known,
        client_known,
    };
    Ok(rows.into_iter().map(deal).collect())
}

/// The contracts of these URNs.
pub fn outcomes(conn: &mut Conn, contracts: &[String]) -> Result<Vec<Outcome>, Refusal> {
    let rows: Vec<OutcomeRow> =
        brokerage_contract::table.filter(brokerage_contract::contract.eq_any(contracts)).load(conn)?;
    Ok(rows.into_iter().map(Outcome::from).collect())
}

/// Deals on which something is earned under these mandates.
pub fn deals_of(conn: &mut Conn, mandates: &[MandateId]) -> Result<i64, Refusal> {
    let rows: Vec<(String, i64)> = commission::table
        .filter(commission::mandate.eq_any(mandates))
        .group_by(commission::contract)
        .select((commission::contract, sql::<BigInt>("CAST(SUM(amount_fen) AS BIGINT)")))
        .load(conn)?;
    let earned = rows.iter().filter(|(_, fen)| *fen > 0).count();
    Ok(i64::try_from(earned).unwrap_or(i64::MAX))
}
