//! Rows of tax rules.

use diesel::prelude::*;

use crate::db::schema::tax_rule;
use crate::db::{Conn, from_json, saved, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::time::{Day, UtcTime};
use crate::reference::model::TaxRules;

#[derive(Insertable, Queryable, AsChangeset)]
#[diesel(table_name = tax_rule)]
struct Row {
    code: String,
    version: i64,
    effective_from: Day,
    confirmed: bool,
    body: String,
    changed_at: UtcTime,
}

impl Row {
    fn of(rules: &TaxRules, now: UtcTime) -> Result<Self, Refusal> {
        Ok(Self {
            code: rules.code.clone(),
            version: rules.version,
            effective_from: rules.effective_from,
            confirmed: rules.confirmed,
            body: to_json(&rules.values)?,
            changed_at: now,
        })
    }
}

/// By the day they take effect.
pub fn tax_rules(conn: &mut Conn) -> Result<Vec<TaxRules>, Refusal> {
    let rows: Vec<Row> = tax_rule::table.order((tax_rule::effective_from, tax_rule::code)).load(conn)?;
    let build = |row: Row| {
        Ok(TaxRules {
            code: row.code,
            version: row.version,
            effective_from: row.effective_from,
            confirmed: row.confirmed,
            values: from_json(&row.body)?,
        })
    };
    rows.into_iter().map(build).collect()
}

/// Inserts the first version of a set, or saves the next over the one before.
pub fn put_tax_rules(conn: &mut Conn, rules: &TaxRules, now: UtcTime) -> Result<(), Refusal> {
    let row = Row::of(rules, now)?;
    if rules.version == 1 {
        diesel::insert_into(tax_rule::table).values(row).execute(conn)?;
        return Ok(());
    }
    let old = tax_rule::table.find(&rules.code).filter(tax_rule::version.eq(rules.version - 1));
    saved(diesel::update(old).set(row).execute(conn)?)
}
