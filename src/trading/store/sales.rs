//! Sales and their lots.

use diesel::prelude::*;

use crate::db::schema::{sale, sale_lot, sale_protocol_due};
use crate::db::types::{from_json, stored_words, to_json};
use crate::db::{Conn, on_each, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::{UserId, urn};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::trading::model::{Mode, Sale, SaleId, State, Times};

stored_words!(Mode, State);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sale, treat_none_as_null = true)]
struct Row {
    id: SaleId,
    version: i64,
    mode: Mode,
    state: State,
    standing: String,
    title: String,
    seller_urn: String,
    seller_name: String,
    seller_code: String,
    lots: String,
    terms: String,
    reserve: Option<Vec<u8>>,
    rules: Option<String>,
    published_at: Option<UtcTime>,
    starts_at: Option<UtcTime>,
    ends_at: Option<UtcTime>,
    due_at: Option<UtcTime>,
    rerun_of: Option<SaleId>,
    run_number: i32,
    excluded: String,
    created_by: UserId,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl Row {
    fn of(it: &Sale) -> Result<Self, Refusal> {
        Ok(Self {
            id: it.id,
            version: it.version,
            mode: it.mode,
            state: it.state(),
            standing: to_json(&it.standing)?,
            title: it.title.clone(),
            seller_urn: it.seller.urn.clone(),
            seller_name: it.seller.name.clone(),
            seller_code: it.seller.credit_code.clone(),
            lots: to_json(&it.lots)?,
            terms: to_json(&it.terms)?,
            reserve: it.reserve.clone(),
            rules: it.rules.as_ref().map(to_json).transpose()?,
            published_at: it.times.published_at,
            starts_at: it.times.starts_at,
            ends_at: it.times.ends_at,
            due_at: it.times.due_at,
            rerun_of: it.rerun_of,
            run_number: it.run_number,
            excluded: to_json(&it.excluded)?,
            created_by: it.created_by,
            created_at: it.created_at,
            updated_at: it.updated_at,
        })
    }

    fn build(self, node: &str) -> Result<Sale, Refusal> {
        Ok(Sale {
            urn: urn(node, "sale", self.id),
            standing: from_json(&self.standing)?,
            lots: from_json(&self.lots)?,
            terms: from_json(&self.terms)?,
            rules: self.rules.as_deref().map(from_json).transpose()?,
            excluded: from_json(&self.excluded)?,
            seller: PartyRef { urn: self.seller_urn, name: self.seller_name, credit_code: self.seller_code },
            times: Times {
                published_at: self.published_at,
                starts_at: self.starts_at,
                ends_at: self.ends_at,
                due_at: self.due_at,
            },
            id: self.id,
            version: self.version,
            mode: self.mode,
            title: self.title,
            reserve: self.reserve,
            rerun_of: self.rerun_of,
            run_number: self.run_number,
            created_by: self.created_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

pub fn insert_sale(conn: &mut Conn, it: &Sale) -> Result<(), Refusal> {
    diesel::insert_into(sale::table).values(Row::of(it)?).execute(conn)?;
    put_lots(conn, it)
}

/// Writes a sale back over the version before its own.
pub fn save_sale(conn: &mut Conn, it: &Sale) -> Result<(), Refusal> {
    let old = sale::table.filter(sale::id.eq(it.id)).filter(sale::version.eq(it.version - 1));
    saved(diesel::update(old).set(Row::of(it)?).execute(conn)?)
}

/// The lots as they can be looked up; at most `LOTS_MAX` of them.
pub fn put_lots(conn: &mut Conn, it: &Sale) -> Result<(), Refusal> {
    diesel::delete(sale_lot::table.filter(sale_lot::sale.eq(it.id))).execute(conn)?;
    for (at, lot) in it.lots.iter().enumerate() {
        let position = i32::try_from(at).map_err(Refusal::internal)?;
        diesel::insert_into(sale_lot::table)
            .values((
                sale_lot::sale.eq(it.id),
                sale_lot::position.eq(position),
                sale_lot::about.eq(&lot.about),
            ))
            .execute(conn)?;
    }
    Ok(())
}

pub fn sale(conn: &mut Conn, id: SaleId, node: &str) -> Result<Option<Sale>, Refusal> {
    let row: Option<Row> = sale::table.find(id).select(sale::all_columns).first(conn).optional()?;
    row.map(|row| row.build(node)).transpose()
}

/// What a list of sales is narrowed to. Absent means any.
#[derive(Clone, Debug, Default)]
pub struct SaleFilter {
    pub states: Vec<State>,
    pub mode: Option<Mode>,
    pub seller: Option<String>,
    /// URN of a lot.
    pub about: Option<String>,
    /// Only what is or was before the public: a draft may be withdrawn too.
    pub published: bool,
}

/// The newest first.
pub fn sales(
    conn: &mut Conn,
    filter: &SaleFilter,
    page: &PageQuery,
    node: &str,
) -> Result<Page<Sale>, Refusal> {
    let mut query = sale::table.into_boxed();
    if !filter.states.is_empty() {
        query = query.filter(sale::state.eq_any(filter.states.clone()));
    }
    if filter.published {
        query = query.filter(sale::published_at.is_not_null());
    }
    if let Some(mode) = filter.mode {
        query = query.filter(sale::mode.eq(mode));
    }
    if let Some(seller) = &filter.seller {
        query = query.filter(sale::seller_urn.eq(seller.clone()));
    }
    if let Some(about) = &filter.about {
        let of = sale_lot::table.filter(sale_lot::about.eq(about.clone())).select(sale_lot::sale);
        query = query.filter(sale::id.eq_any(of));
    }
    if let Some(after) = page.after::<SaleId>()? {
        query = query.filter(sale::id.lt(after));
    }
    let rows: Vec<Row> =
        query.order(sale::id.desc()).limit(page.limit + 1).select(sale::all_columns).load(conn)?;
    let items = rows.into_iter().map(|row| row.build(node)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.limit, |it| it.id))
}

/// Sales that a job has something to do with by now, after one of them; the longest due first.
pub fn due_sales(
    conn: &mut Conn,
    now: UtcTime,
    after: Option<(UtcTime, SaleId)>,
    limit: i64,
) -> Result<Vec<(UtcTime, SaleId)>, Refusal> {
    let mut query = sale::table.into_boxed().filter(sale::due_at.le(now));
    if let Some((due, id)) = after {
        query = query.filter(sale::due_at.gt(due).or(sale::due_at.eq(due).and(sale::id.gt(id))));
    }
    Ok(query
        .order((sale::due_at.asc(), sale::id.asc()))
        .limit(limit)
        .select((sale::due_at.assume_not_null(), sale::id))
        .load(conn)?)
}

/// The sale that runs this one again, if there is one.
pub fn rerun_of(conn: &mut Conn, id: SaleId) -> Result<Option<SaleId>, Refusal> {
    Ok(sale::table.filter(sale::rerun_of.eq(id)).select(sale::id).first(conn).optional()?)
}

/// The sale has come to a result whose protocol is to be written.
pub fn protocol_due(conn: &mut Conn, id: SaleId) -> Result<(), Refusal> {
    let row = sale_protocol_due::sale.eq(id);
    on_each!(conn, c => {
        diesel::insert_into(sale_protocol_due::table).values(row).on_conflict_do_nothing().execute(c)
    })?;
    Ok(())
}

pub fn set_due(conn: &mut Conn, id: SaleId, due_at: Option<UtcTime>) -> Result<(), Refusal> {
    diesel::update(sale::table.filter(sale::id.eq(id))).set(sale::due_at.eq(due_at)).execute(conn)?;
    Ok(())
}
