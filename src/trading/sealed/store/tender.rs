//! Tenders and their opening officers.

use diesel::prelude::*;

use crate::db::schema::{sale, sealed_key, sealed_officer, sealed_tender};
use crate::db::types::{from_json, to_json};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::UtcTime;
use crate::proof::merkle::Hash;
use crate::trading::model::{Mode, SaleId, State};
use crate::trading::sealed::model::{Officer, Tender};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sealed_tender, treat_none_as_null = true)]
struct TenderRow {
    sale: SaleId,
    version: i64,
    setup: String,
    key_record: Option<String>,
    rehearsed_at: Option<UtcTime>,
    root: Option<Vec<u8>>,
    closed_at: Option<UtcTime>,
    terms_sha256: String,
    opened_at: Option<UtcTime>,
    opening_key: Option<Vec<u8>>,
    committee: String,
    evaluated_at: Option<UtcTime>,
}

impl TenderRow {
    fn of(it: &Tender) -> Result<Self, Refusal> {
        Ok(Self {
            sale: it.sale,
            version: it.version,
            setup: to_json(&it.setup)?,
            key_record: it.key.as_ref().map(to_json).transpose()?,
            rehearsed_at: it.rehearsed_at,
            root: it.root.map(|root| root.to_vec()),
            closed_at: it.closed_at,
            terms_sha256: it.terms_sha256.clone(),
            opened_at: it.opened_at,
            opening_key: it.opening_key.map(|key| key.to_vec()),
            committee: to_json(&it.committee)?,
            evaluated_at: it.evaluated_at,
        })
    }

    fn build(self) -> Result<Tender, Refusal> {
        Ok(Tender {
            sale: self.sale,
            version: self.version,
            setup: from_json(&self.setup)?,
            key: self.key_record.as_deref().map(from_json).transpose()?,
            rehearsed_at: self.rehearsed_at,
            root: self.root.as_deref().map(hash).transpose()?,
            closed_at: self.closed_at,
            terms_sha256: self.terms_sha256,
            opened_at: self.opened_at,
            opening_key: self.opening_key.as_deref().map(hash).transpose()?,
            committee: from_json(&self.committee)?,
            evaluated_at: self.evaluated_at,
        })
    }
}

/// A stored hash or key of 32 bytes.
pub(super) fn hash(bytes: &[u8]) -> Result<Hash, Refusal> {
    bytes.try_into().map_err(|_| Refusal::internal("a stored hash is not 32 bytes"))
}

pub fn insert_tender(conn: &mut Conn, it: &Tender) -> Result<(), Refusal> {
    diesel::insert_into(sealed_tender::table).values(TenderRow::of(it)?).execute(conn)?;
    Ok(())
}

/// Writes a tender back over the version before its own.
pub fn save_tender(conn: &mut Conn, it: &Tender) -> Result<(), Refusal> {
    let old = sealed_tender::table
        .filter(sealed_tender::sale.eq(it.sale))
        .filter(sealed_tender::version.eq(it.version - 1));
    saved(diesel::update(old).set(TenderRow::of(it)?).execute(conn)?)
}

pub fn tender(conn: &mut Conn, sale: SaleId) -> Result<Option<Tender>, Refusal> {
    let row: Option<TenderRow> = sealed_tender::table.find(sale).first(conn).optional()?;
    row.map(TenderRow::build).transpose()
}

/// Published tenders with something to do for the clock, after one of them. `over`: those whose time is over and whose
/// box is still to be closed, or whose key the server keeps; those that wait for their officers are not due. Else: those
/// that still take envelopes.
pub fn unopened(
    conn: &mut Conn,
    now: UtcTime,
    over: bool,
    after: Option<SaleId>,
    limit: i64,
) -> Result<Vec<SaleId>, Refusal> {
    let unopened = sealed_tender::table.filter(sealed_tender::opened_at.is_null());
    let mut query = sale::table.into_boxed();
    query = query.filter(sale::mode.eq(Mode::SealedTender)).filter(sale::state.eq(State::Published));
    query = if over {
        let kept = sealed_tender::sale.eq_any(sealed_key::table.select(sealed_key::sale));
        let due = unopened.filter(sealed_tender::closed_at.is_null().or(kept));
        query.filter(sale::ends_at.le(now)).filter(sale::id.eq_any(due.select(sealed_tender::sale)))
    } else {
        query.filter(sale::ends_at.gt(now)).filter(sale::id.eq_any(unopened.select(sealed_tender::sale)))
    };
    if let Some(after) = after {
        query = query.filter(sale::id.gt(after));
    }
    Ok(query.order(sale::id.asc()).limit(limit).select(sale::id).load(conn)?)
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sealed_officer, treat_none_as_null = true)]
struct OfficerRow {
    sale: SaleId,
    number: i32,
    body: OrganisationId,
    body_name: String,
    user_id: Option<UserId>,
    public_key: Option<Vec<u8>>,
    packet: Option<Vec<u8>>,
    rehearsal_share: Option<Vec<u8>>,
    opening_share: Option<Vec<u8>>,
}

impl OfficerRow {
    fn of(sale: SaleId, it: &Officer) -> Self {
        Self {
            sale,
            number: i32::from(it.number),
            body: it.body,
            body_name: it.body_name.clone(),
            user_id: it.user,
            public_key: it.public_key.map(|key| key.to_vec()),
            packet: it.packet.clone(),
            rehearsal_share: it.rehearsal_share.clone(),
            opening_share: it.opening_share.clone(),
        }
    }

    fn build(self) -> Result<Officer, Refusal> {
        Ok(Officer {
            number: u8::try_from(self.number).map_err(Refusal::internal)?,
            body: self.body,
            body_name: self.body_name,
            user: self.user_id,
            public_key: self.public_key.as_deref().map(hash).transpose()?,
            packet: self.packet,
            rehearsal_share: self.rehearsal_share,
            opening_share: self.opening_share,
        })
    }
}

/// In the order of their numbers.
pub fn officers(conn: &mut Conn, sale: SaleId) -> Result<Vec<Officer>, Refusal> {
    let rows: Vec<OfficerRow> = sealed_officer::table
        .filter(sealed_officer::sale.eq(sale))
        .order(sealed_officer::number.asc())
        .load(conn)?;
    rows.into_iter().map(OfficerRow::build).collect()
}

/// Names the officers anew; there are at most `SHARES_MAX`.
pub fn put_officers(conn: &mut Conn, sale: SaleId, officers: &[Officer]) -> Result<(), Refusal> {
    diesel::delete(sealed_officer::table.filter(sealed_officer::sale.eq(sale))).execute(conn)?;
    for officer in officers {
        diesel::insert_into(sealed_officer::table).values(OfficerRow::of(sale, officer)).execute(conn)?;
    }
    Ok(())
}

pub fn save_officer(conn: &mut Conn, sale: SaleId, officer: &Officer) -> Result<(), Refusal> {
    let old = sealed_officer::table
        .filter(sealed_officer::sale.eq(sale))
        .filter(sealed_officer::number.eq(i32::from(officer.number)));
    saved(diesel::update(old).set(OfficerRow::of(sale, officer)).execute(conn)?)
}
