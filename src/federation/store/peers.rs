//! Rows of the neighbours.

use diesel::prelude::*;

use crate::db::schema::peer;
use crate::db::types::stored_words;
use crate::db::{Conn, from_json, saved, to_json};
use crate::federation::model::{Peer, Role, State};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;

stored_words!(Role, State);

#[derive(Insertable, Queryable, AsChangeset)]
#[diesel(table_name = peer)]
struct Row {
    node: String,
    version: i64,
    name: String,
    base_url: String,
    role: Role,
    state: State,
    keys: String,
    hidden: String,
    created_at: UtcTime,
    updated_at: UtcTime,
}

pub fn insert(conn: &mut Conn, new: &Peer) -> Result<(), Refusal> {
    diesel::insert_into(peer::table).values(Row::of(new)?).execute(conn)?;
    Ok(())
}

/// Saves a neighbour whose version was raised by one.
pub fn save(conn: &mut Conn, changed: &Peer) -> Result<(), Refusal> {
    let old = peer::table.filter(peer::node.eq(&changed.node).and(peer::version.eq(changed.version - 1)));
    saved(diesel::update(old).set(Row::of(changed)?).execute(conn)?)
}

pub fn find(conn: &mut Conn, node: &str) -> Result<Option<Peer>, Refusal> {
    let row: Option<Row> = peer::table.find(node).first(conn).optional()?;
    row.map(Row::read).transpose()
}

/// All of them, in the order of their nodes; there are as many as a node has neighbours.
pub fn all(conn: &mut Conn) -> Result<Vec<Peer>, Refusal> {
    let rows: Vec<Row> = peer::table.order(peer::node).load(conn)?;
    rows.into_iter().map(Row::read).collect()
}

impl Row {
    fn of(it: &Peer) -> Result<Self, Refusal> {
        Ok(Self {
            node: it.node.clone(),
            version: it.version,
            name: it.name.clone(),
            base_url: it.base_url.clone(),
            role: it.role,
            state: it.state,
            keys: to_json(&it.keys)?,
            hidden: to_json(&it.hidden)?,
            created_at: it.created_at,
            updated_at: it.updated_at,
        })
    }

    fn read(self) -> Result<Peer, Refusal> {
        Ok(Peer {
            node: self.node,
            version: self.version,
            name: self.name,
            base_url: self.base_url,
            role: self.role,
            state: self.state,
            keys: from_json(&self.keys)?,
            hidden: from_json(&self.hidden)?,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}
