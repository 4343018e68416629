//! Parts that parties of other nodes have in sales.

use diesel::prelude::*;

use crate::db::Conn;
use crate::db::schema::commands::command_part;
use crate::federation::commands::model::{OBJECTION_ENTITY, Part, PartId, PartOf, QUESTION_ENTITY};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::trading::model::SaleId;

#[derive(Queryable, Insertable)]
#[diesel(table_name = command_part)]
struct Row {
    id: PartId,
    sale: SaleId,
    entity: String,
    bidder: i32,
    about: String,
    node: String,
    due: bool,
    next_at: Option<UtcTime>,
}

impl Row {
    fn build(self) -> Result<Part, Refusal> {
        let of = match self.entity.as_str() {
            OBJECTION_ENTITY => PartOf::Objection(self.about.parse().map_err(Refusal::internal)?),
            QUESTION_ENTITY => PartOf::Question(self.about.parse().map_err(Refusal::internal)?),
            _ => PartOf::Bidder(self.bidder),
        };
        Ok(Part { id: self.id, sale: self.sale, node: self.node, of })
    }
}

fn columns(of: PartOf) -> (i32, String) {
    match of {
        PartOf::Bidder(number) => (number, String::new()),
        PartOf::Objection(id) => (0, id.to_string()),
        PartOf::Question(id) => (0, id.to_string()),
    }
}

/// Adds a part of which its node has to be told.
pub fn insert_part(conn: &mut Conn, of: &Part) -> Result<(), Refusal> {
    let (bidder, about) = columns(of.of);
    let entity = of.of.entity().to_owned();
    let (node, next_at) = (of.node.clone(), None);
    let row = Row { id: of.id, sale: of.sale, entity, bidder, about, node, due: true, next_at };
    diesel::insert_into(command_part::table).values(row).execute(conn)?;
    Ok(())
}

pub fn part(conn: &mut Conn, id: PartId) -> Result<Option<Part>, Refusal> {
    let found = command_part::table.find(id).select(command_part::all_columns);
    let row: Option<Row> = found.first(conn).optional()?;
    row.map(Row::build).transpose()
}

pub fn part_of(conn: &mut Conn, sale: SaleId, of: PartOf) -> Result<Option<Part>, Refusal> {
    let (bidder, about) = columns(of);
    let row: Option<Row> = command_part::table
        .filter(command_part::sale.eq(sale))
        .filter(command_part::entity.eq(of.entity()))
        .filter(command_part::bidder.eq(bidder))
        .filter(command_part::about.eq(about))
        .select(command_part::all_columns)
        .first(conn)
        .optional()?;
    row.map(Row::build).transpose()
}

/// Something happened in a sale: to everybody, or to some of its bidders.
pub fn mark_parts(conn: &mut Conn, sale: SaleId, bidders: Option<&[i32]>) -> Result<(), Refusal> {
    let of_sale = command_part::table.filter(command_part::sale.eq(sale));
    let due = command_part::due.eq(true);
    match bidders {
        None => diesel::update(of_sale).set(due).execute(conn)?,
        Some(numbers) => {
            let some = of_sale.filter(command_part::bidder.eq_any(numbers));
            diesel::update(some).set(due).execute(conn)?
        }
    };
    Ok(())
}

pub fn due_parts(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Part>, Refusal> {
    let rows: Vec<Row> = command_part::table
        .filter(command_part::due.eq(true))
        .filter(command_part::next_at.is_null().or(command_part::next_at.le(now)))
        .order(command_part::id)
        .limit(limit)
        .select(command_part::all_columns)
        .load(conn)?;
    rows.into_iter().map(Row::build).collect()
}

/// It stays due, and is not looked at before.
pub fn put_off_part(conn: &mut Conn, id: PartId, until: UtcTime) -> Result<(), Refusal> {
    diesel::update(command_part::table.find(id)).set(command_part::next_at.eq(until)).execute(conn)?;
    Ok(())
}

/// Whether its node has to be told of it.
pub fn mark_part(conn: &mut Conn, id: PartId, due: bool) -> Result<(), Refusal> {
    diesel::update(command_part::table.find(id)).set(command_part::due.eq(due)).execute(conn)?;
    Ok(())
}
