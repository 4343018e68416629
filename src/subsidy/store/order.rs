//! What the treasury was told to transfer.

use diesel::prelude::*;

use crate::db::schema::subsidy_order;
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::UtcTime;
use crate::subsidy::model::{BatchId, OrderRecord};

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_order)]
struct Row {
    batch: BatchId,
    payee: i32,
    amount_fen: Fen,
    actor: String,
    at: UtcTime,
}

pub fn insert(conn: &mut Conn, orders: &[OrderRecord]) -> Result<(), Refusal> {
    let row = |it: &OrderRecord| Row {
        batch: it.batch,
        payee: it.payee,
        amount_fen: it.amount,
        actor: it.actor.clone(),
        at: it.at,
    };
    let rows: Vec<Row> = orders.iter().map(row).collect();
    on_each!(conn, c => diesel::insert_into(subsidy_order::table).values(rows).execute(c))?;
    Ok(())
}

/// In the order of the payees; none while the batch is not ordered.
pub fn of_batch(conn: &mut Conn, batch: BatchId) -> Result<Vec<OrderRecord>, Refusal> {
    let rows: Vec<Row> = subsidy_order::table
        .filter(subsidy_order::batch.eq(batch))
        .order(subsidy_order::payee.asc())
        .load(conn)?;
    let read = |row: Row| OrderRecord {
        batch: row.batch,
        payee: row.payee,
        amount: row.amount_fen,
        actor: row.actor,
        at: row.at,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Takes an order back of which nothing was transferred.
pub fn recall(conn: &mut Conn, batch: BatchId) -> Result<(), Refusal> {
    diesel::delete(subsidy_order::table.filter(subsidy_order::batch.eq(batch))).execute(conn)?;
    Ok(())
}
