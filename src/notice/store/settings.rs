//! Preferences and mail addresses.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::{notice_mail, notice_preference};
use crate::db::{Conn, from_json, saved, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::time::{Day, UtcTime};
use crate::notice::model::{Choice, Language, MailAddress, MailMode, Preferences, Recipient, Topic};

#[derive(Serialize, Deserialize)]
struct Chosen {
    topic: Topic,
    in_app: bool,
    mail: MailMode,
}

pub fn preferences(conn: &mut Conn, of: Recipient) -> Result<Preferences, Refusal> {
    let found: Option<(i64, String)> = notice_preference::table
        .find((of.user, of.organisation))
        .select((notice_preference::version, notice_preference::choices))
        .first(conn)
        .optional()?;
    let Some((version, choices)) = found else { return Ok(Preferences::default()) };
    let chosen: Vec<Chosen> = from_json(&choices)?;
    let choices = chosen.into_iter().map(|it| (it.topic, Choice { in_app: it.in_app, mail: it.mail }));
    Ok(Preferences { version, choices: choices.collect() })
}

/// Saves preferences whose version was raised by one.
pub fn save_preferences(conn: &mut Conn, of: Recipient, set: &Preferences) -> Result<(), Refusal> {
    use notice_preference as p;
    let chosen = |choices: &BTreeMap<Topic, Choice>| -> Vec<Chosen> {
        choices.iter().map(|(topic, it)| Chosen { topic: *topic, in_app: it.in_app, mail: it.mail }).collect()
    };
    let columns = (p::version.eq(set.version), p::choices.eq(to_json(&chosen(&set.choices))?));
    if set.version > 1 {
        let old = p::table.find((of.user, of.organisation)).filter(p::version.eq(set.version - 1));
        return saved(diesel::update(old).set(columns).execute(conn)?);
    }
    let key = (p::user_id.eq(of.user), p::organisation_id.eq(of.organisation));
    diesel::insert_into(p::table).values((key, columns)).execute(conn)?;
    Ok(())
}

#[derive(Insertable, Queryable, AsChangeset)]
#[diesel(table_name = notice_mail, treat_none_as_null = true)]
struct MailRow {
    user_id: UserId,
    version: i64,
    address: String,
    language: Language,
    confirmed: bool,
    code: Option<Vec<u8>>,
    code_until: UtcTime,
    codes_sent: i32,
    codes_day: Day,
}

pub fn mail_address(conn: &mut Conn, user: UserId) -> Result<Option<MailAddress>, Refusal> {
    let row: Option<MailRow> = notice_mail::table.find(user).first(conn).optional()?;
    Ok(row.map(|row| MailAddress {
        user: row.user_id,
        version: row.version,
        address: row.address,
        language: row.language,
        confirmed: row.confirmed,
        code: row.code,
        code_until: row.code_until,
        codes_sent: row.codes_sent,
        codes_day: row.codes_day,
    }))
}

/// Saves an address whose version was raised by one, or a first one.
pub fn save_mail_address(conn: &mut Conn, set: &MailAddress) -> Result<(), Refusal> {
    let row = MailRow {
        user_id: set.user,
        version: set.version,
        address: set.address.clone(),
        language: set.language,
        confirmed: set.confirmed,
        code: set.code.clone(),
        code_until: set.code_until,
        codes_sent: set.codes_sent,
        codes_day: set.codes_day,
    };
    if set.version > 1 {
        let old = notice_mail::table
            .filter(notice_mail::user_id.eq(set.user))
            .filter(notice_mail::version.eq(set.version - 1));
        return saved(diesel::update(old).set(row).execute(conn)?);
    }
    diesel::insert_into(notice_mail::table).values(row).execute(conn)?;
    Ok(())
}

pub fn delete_mail_address(conn: &mut Conn, user: UserId) -> Result<(), Refusal> {
    diesel::delete(notice_mail::table.find(user)).execute(conn)?;
    Ok(())
}
