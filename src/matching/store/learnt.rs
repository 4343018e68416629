//! Models and weights.

use diesel::dsl::max;
use diesel::prelude::*;

use crate::db::schema::matching::{match_model, match_model_part, match_weights};
use crate::db::{Conn, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::time::UtcTime;
use crate::matching::model::{PARTS, Weights};

/// A model that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct ModelHead {
    pub number: i64,
    /// Records that it was learnt from,
    pub records: i32,
    /// of so many that were published then.
    pub live: i64,
    pub learnt_at: UtcTime,
}

/// The newest finished model.
pub fn newest_model(conn: &mut Conn) -> Result<Option<ModelHead>, Refusal> {
    Ok(match_model::table
        .filter(match_model::ready.eq(true))
        .order(match_model::number.desc())
        .select((match_model::number, match_model::records, match_model::live, match_model::learnt_at))
        .first(conn)
        .optional()?)
}

/// Begins a model; nobody sees it before it is ready.
pub fn begin_model(conn: &mut Conn, records: i32, live: i64, at: UtcTime) -> Result<i64, Refusal> {
    let last: Option<i64> = match_model::table.select(max(match_model::number)).first(conn)?;
    let number = last.unwrap_or(0) + 1;
    let row = (
        match_model::number.eq(number),
        match_model::records.eq(records),
        match_model::live.eq(live),
        match_model::learnt_at.eq(at),
        match_model::ready.eq(false),
    );
    diesel::insert_into(match_model::table).values(row).execute(conn)?;
    Ok(number)
}

pub fn add_part(conn: &mut Conn, model: i64, number: i32, bytes: &[u8]) -> Result<(), Refusal> {
    let row = (
        match_model_part::model.eq(model),
        match_model_part::number.eq(number),
        match_model_part::bytes.eq(bytes.to_vec()),
    );
    diesel::insert_into(match_model_part::table).values(row).execute(conn)?;
    Ok(())
}

/// Makes a model the one in use.
pub fn finish_model(conn: &mut Conn, model: i64) -> Result<(), Refusal> {
    diesel::update(match_model::table.find(model)).set(match_model::ready.eq(true)).execute(conn)?;
    Ok(())
}

/// Removes some parts of other models than this one, and then the models; true while there are more.
pub fn sweep_models(conn: &mut Conn, but: i64, limit: i64) -> Result<bool, Refusal> {
    let old: Vec<(i64, i32)> = match_model_part::table
        .filter(match_model_part::model.lt(but))
        .limit(limit)
        .select((match_model_part::model, match_model_part::number))
        .load(conn)?;
    for key in &old {
        diesel::delete(match_model_part::table.find(*key)).execute(conn)?;
    }
    if old.is_empty() {
        diesel::delete(match_model::table.filter(match_model::number.lt(but))).execute(conn)?;
    }
    Ok(!old.is_empty())
}

/// The bytes of a model.
pub fn model_bytes(conn: &mut Conn, model: i64) -> Result<Vec<u8>, Refusal> {
    let parts: Vec<Vec<u8>> = match_model_part::table
        .filter(match_model_part::model.eq(model))
        .order(match_model_part::number)
        .select(match_model_part::bytes)
        .load(conn)?;
    Ok(parts.concat())
}

/// A set of weights as an operator set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightsSet {
    pub weights: Weights,
    pub note: String,
    pub actor: String,
    pub at: UtcTime,
    pub spread: bool,
}

type WeightsRow = (i64, String, String, String, UtcTime, bool);

fn build(row: WeightsRow) -> Result<WeightsSet, Refusal> {
    let (version, ppm, note, actor, at, spread) = row;
    let ppm: [i64; PARTS] = from_json(&ppm)?;
    Ok(WeightsSet { weights: Weights { version, ppm }, note, actor, at, spread })
}

pub fn insert_weights(conn: &mut Conn, set: &WeightsSet) -> Result<(), Refusal> {
    let row = (
        match_weights::version.eq(set.weights.version),
        match_weights::ppm.eq(to_json(&set.weights.ppm)?),
        match_weights::note.eq(&set.note),
        match_weights::actor.eq(&set.actor),
        match_weights::at.eq(set.at),
        match_weights::spread.eq(set.spread),
    );
    diesel::insert_into(match_weights::table).values(row).execute(conn)?;
    Ok(())
}

/// The weights in force, if an operator ever set any.
pub fn weights(conn: &mut Conn) -> Result<Option<WeightsSet>, Refusal> {
    let row: Option<WeightsRow> =
        match_weights::table.order(match_weights::version.desc()).first(conn).optional()?;
    row.map(build).transpose()
}

/// Weight sets before a version, the newest first.
pub fn weights_before(conn: &mut Conn, before: Option<i64>, limit: i64) -> Result<Vec<WeightsSet>, Refusal> {
    let rows: Vec<WeightsRow> = match_weights::table
        .filter(match_weights::version.lt(before.unwrap_or(i64::MAX)))
        .order(match_weights::version.desc())
        .limit(limit)
        .load(conn)?;
    rows.into_iter().map(build).collect()
}

/// All suggestions have been marked for these weights.
pub fn weights_spread(conn: &mut Conn, version: i64) -> Result<(), Refusal> {
    diesel::update(match_weights::table.find(version)).set(match_weights::spread.eq(true)).execute(conn)?;
    Ok(())
}
