//! Trading profiles: dated configuration.

use diesel::prelude::*;

use crate::db::schema::trading_profile;
use crate::db::types::{from_json, to_json};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::time::{Day, UtcTime};
use crate::trading::model::TradingProfile;

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = trading_profile)]
struct Row {
    code: String,
    version: i64,
    effective_from: Day,
    confirmed: bool,
    body: String,
    changed_at: UtcTime,
}

impl Row {
    fn of(it: &TradingProfile, at: UtcTime) -> Result<Self, Refusal> {
        Ok(Self {
            code: it.code.clone(),
            version: it.version,
            effective_from: it.effective_from,
            confirmed: it.confirmed,
            body: to_json(&it.rules)?,
            changed_at: at,
        })
    }

    fn build(self) -> Result<TradingProfile, Refusal> {
        Ok(TradingProfile {
            rules: from_json(&self.body)?,
            code: self.code,
            version: self.version,
            effective_from: self.effective_from,
            confirmed: self.confirmed,
        })
    }
}

/// All of them, by the day they take effect.
pub fn profiles(conn: &mut Conn) -> Result<Vec<TradingProfile>, Refusal> {
    let rows: Vec<Row> = trading_profile::table
        .order((trading_profile::effective_from.asc(), trading_profile::code.asc()))
        .load(conn)?;
    rows.into_iter().map(Row::build).collect()
}

/// Writes a profile: new at version 1, else over the version before its own.
pub fn put_profile(conn: &mut Conn, it: &TradingProfile, at: UtcTime) -> Result<(), Refusal> {
    let row = Row::of(it, at)?;
    if it.version == 1 {
        diesel::insert_into(trading_profile::table).values(row).execute(conn)?;
        return Ok(());
    }
    let old = trading_profile::table
        .filter(trading_profile::code.eq(&it.code))
        .filter(trading_profile::version.eq(it.version - 1));
    saved(diesel::update(old).set(row).execute(conn)?)
}
