//! Statements of default.

use diesel::prelude::*;

use crate::db::schema::sale_default;
use crate::db::types::stored_words;
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::time::UtcTime;
use crate::trading::model::{DefaultGround, DefaultState, DefaultStatement, SaleId};

stored_words!(DefaultGround, DefaultState);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sale_default, treat_none_as_null = true)]
struct Row {
    sale: SaleId,
    number: i32,
    version: i64,
    state: DefaultState,
    place: i32,
    ground: DefaultGround,
    reason: String,
    stated_by: UserId,
    stated_at: UtcTime,
    decision: String,
    decided_by: Option<UserId>,
    decided_at: Option<UtcTime>,
}

impl From<&DefaultStatement> for Row {
    fn from(it: &DefaultStatement) -> Self {
        Self {
            sale: it.sale,
            number: it.number,
            version: it.version,
            state: it.state,
            place: it.place,
            ground: it.ground,
            reason: it.reason.clone(),
            stated_by: it.stated_by,
            stated_at: it.stated_at,
            decision: it.decision.clone(),
            decided_by: it.decided_by,
            decided_at: it.decided_at,
        }
    }
}

impl From<Row> for DefaultStatement {
    fn from(row: Row) -> Self {
        Self {
            sale: row.sale,
            number: row.number,
            version: row.version,
            state: row.state,
            place: row.place,
            ground: row.ground,
            reason: row.reason,
            stated_by: row.stated_by,
            stated_at: row.stated_at,
            decision: row.decision,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
        }
    }
}

pub fn insert_default(conn: &mut Conn, it: &DefaultStatement) -> Result<(), Refusal> {
    diesel::insert_into(sale_default::table).values(Row::from(it)).execute(conn)?;
    Ok(())
}

/// Writes a statement back over the version before its own.
pub fn save_default(conn: &mut Conn, it: &DefaultStatement) -> Result<(), Refusal> {
    let old = sale_default::table
        .filter(sale_default::sale.eq(it.sale))
        .filter(sale_default::number.eq(it.number))
        .filter(sale_default::version.eq(it.version - 1));
    saved(diesel::update(old).set(Row::from(it)).execute(conn)?)
}

/// The last statement of a sale.
pub fn last_default(conn: &mut Conn, sale: SaleId) -> Result<Option<DefaultStatement>, Refusal> {
    let row: Option<Row> = sale_default::table
        .filter(sale_default::sale.eq(sale))
        .order(sale_default::number.desc())
        .first(conn)
        .optional()?;
    Ok(row.map(DefaultStatement::from))
}
