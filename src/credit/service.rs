//! Keeping credit records, and asking who is barred.

use serde_json::{Value, json};

use super::model::{Barred, Content, CreditRecordId, Level, Record, State, Word};
use super::{rules, store};
use crate::audit;
use crate::db::{Conn, Snapshot, Tx, check_version};
use crate::identity;
use crate::kernel::actor::Actor;
use crate::kernel::change::{Audience, NewChange};
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::error::Refusal;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::permission::Permission;
use crate::kernel::time::Day;

/// Whether a unit is barred on a day (rule 3).
pub fn is_barred(conn: &mut Conn, credit_code: &str, on: Day) -> Result<bool, Refusal> {
    Ok(bar_of(conn, credit_code, on)?.is_some())
}

/// The record that bars a unit on a day.
pub fn bar_of(conn: &mut Conn, credit_code: &str, on: Day) -> Result<Option<Barred>, Refusal> {
    if credit_code.is_empty() {
        return Ok(None);
    }
    let one = PageQuery::new(Some(1), None)?;
    let found = store::in_force(conn, Level::SeriouslyUntrustworthy, on, Some(credit_code), &one)?;
    Ok(found.items.into_iter().next().map(barred))
}

/// Everybody who is barred today.
pub fn barred_units(snapshot: &mut Snapshot, page: &PageQuery) -> Result<Page<Barred>, Refusal> {
    let today = snapshot.now().day();
    Ok(store::in_force(snapshot, Level::SeriouslyUntrustworthy, today, None, page)?.map(barred))
}

fn barred(record: Record) -> Barred {
    let content = record.content;
    Barred {
        record: record.id,
        credit_code: content.credit_code,
        unit_name: content.unit_name,
        title: content.title,
        source: content.source,
        source_number: content.source_number,
        from: content.effective_on,
        to: content.expires_on,
    }
}

/// Enters a record about a unit.
pub fn record(tx: &mut Tx, actor: &Actor, content: &Content) -> Result<Record, Refusal> {
    actor.permit(Permission::CreditManage)?;
    let person = actor.person()?;
    rules::check(content).check()?;
    rules::not_ones_own(&own_code(tx, actor)?, &content.credit_code)?;
    let record = Record {
        id: tx.new_id(),
        version: 1,
        state: State::Standing(None),
        content: content.clone(),
        recorded_by: person.user,
        recorded_by_organisation: person.organisation,
        recorded_at: tx.now(),
        updated_at: tx.now(),
        published: false,
    };
    let published = record.bars_on(tx.now().day());
    let after = Record { published, ..record };
    store::insert(tx, &after)?;
    leave_trace(tx, actor, false, &after, "credit.recorded")?;
    Ok(after)
}

/// One slice of telling others who is barred since today, and who no more; how many there were (rule 7).
pub fn tell(tx: &mut Tx, actor: &Actor, limit: i64) -> Result<usize, Refusal> {
    let today = tx.now().day();
    let due = store::to_tell(tx, Level::SeriouslyUntrustworthy, today, limit)?;
    let count = due.len();
    for record in due {
        let (state, event) =
            (record.state.clone(), if record.published { "credit.expired" } else { "credit.published" });
        keep(tx, actor, record, state, event)?;
    }
    Ok(count)
}

/// Ends a record before its last day.
pub fn lift(
    tx: &mut Tx,
    actor: &Actor,
    id: CreditRecordId,
    expected: Option<i64>,
    reason: &str,
) -> Result<Record, Refusal> {
    let (found, word) = for_keeper(tx, actor, id, expected, "/reason", reason)?;
    let state = rules::lifted(&found, word)?;
    keep(tx, actor, found, state, "credit.lifted")
}

/// Answers the unit's appeal.
pub fn answer(
    tx: &mut Tx,
    actor: &Actor,
    id: CreditRecordId,
    expected: Option<i64>,
    upheld: bool,
    text: &str,
) -> Result<Record, Refusal> {
    let (found, word) = for_keeper(tx, actor, id, expected, "/text", text)?;
    let state = rules::answered(&found, upheld, word)?;
    keep(tx, actor, found, state, if upheld { "credit.lifted" } else { "credit.appeal_rejected" })
}

/// The unit concerned says why the record is wrong.
pub fn appeal(
    tx: &mut Tx,
    actor: &Actor,
    id: CreditRecordId,
    expected: Option<i64>,
    text: &str,
) -> Result<Record, Refusal> {
    actor.permit(Permission::OrganisationManage)?;
    let own = own_code(tx, actor)?;
    let found = store::find(tx, id)?.filter(|record| record.content.credit_code == own);
    let found = found.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    check_version(found.version, expected)?;
    rules::check_words("/text", text)?;
    let state = rules::appealed(&found, word(tx, actor, text)?)?;
    keep(tx, actor, found, state, "credit.appealed")
}

/// All records, or those of one unit, for those who keep them.
pub fn records(
    snapshot: &mut Snapshot,
    actor: &Actor,
    credit_code: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Record>, Refusal> {
    actor.permit(Permission::CreditManage)?;
    store::list(snapshot, credit_code, page)
}

/// The records about the caller's own organisation.
pub fn own(snapshot: &mut Snapshot, actor: &Actor, page: &PageQuery) -> Result<Page<Record>, Refusal> {
    let code = own_code(snapshot, actor)?;
    store::list(snapshot, Some(&code), page)
}

fn own_code(conn: &mut Conn, actor: &Actor) -> Result<String, Refusal> {
    Ok(identity::service::organisation(conn, actor.person()?.organisation)?.profile.credit_code)
}

fn for_keeper(
    tx: &mut Tx,
    actor: &Actor,
    id: CreditRecordId,
    expected: Option<i64>,
    pointer: &str,
    text: &str,
) -> Result<(Record, Word), Refusal> {
    actor.permit(Permission::CreditManage)?;
    let found = store::find(tx, id)?.ok_or_else(|| Refusal::new(&NOT_FOUND))?;
    rules::not_ones_own(&own_code(tx, actor)?, &found.content.credit_code)?;
    check_version(found.version, expected)?;
    rules::check_words(pointer, text)?;
    let word = word(tx, actor, text)?;
    Ok((found, word))
}

fn word(tx: &Tx, actor: &Actor, text: &str) -> Result<Word, Refusal> {
    Ok(Word { by: actor.person()?.user, at: tx.now(), text: text.trim().to_owned() })
}

fn keep(
    tx: &mut Tx,
    actor: &Actor,
    before: Record,
    state: State,
    event: &'static str,
) -> Result<Record, Refusal> {
    let was_published = before.published;
    let mut record = Record { version: before.version + 1, state, updated_at: tx.now(), ..before };
    record.published = record.bars_on(tx.now().day());
    store::save(tx, &record)?;
    leave_trace(tx, actor, was_published, &record, event)?;
    Ok(record)
}

/// The change, and the trail: a credit record is an official act.
fn leave_trace(
    tx: &mut Tx,
    actor: &Actor,
    was_published: bool,
    record: &Record,
    event: &'static str,
) -> Result<(), Refusal> {
    let subject = tx.urn("credit_record", record.id);
    let content = &record.content;
    let facts = json!({
        "record": record.id,
        "state": record.state.stage(),
        "kind": content.kind,
        "level": content.level,
        "credit_code": content.credit_code,
        "effective_on": content.effective_on,
        "expires_on": content.expires_on,
    });
    audit::service::record(tx, actor, event, &subject, &facts)?;
    let version = record.version;
    tx.record(
        actor,
        match (record.published, was_published) {
            (true, _) => {
                let public = projection(&subject, record);
                NewChange::published(event, subject, version, Audience::Public, facts, public)
            }
            (false, true) => NewChange::deleted(event, subject, version, Audience::Public, facts),
            (false, false) => NewChange::local(event, subject, version, facts),
        },
    );
    Ok(())
}

/// What the list of barred units says of it, and no more (rule 6): never who recorded it, or what was said of it.
fn projection(urn: &str, record: &Record) -> Value {
    let content = &record.content;
    json!({
        "schema": "credit_record.v1",
        "id": urn,
        "credit_code": content.credit_code,
        "unit_name": content.unit_name,
        "kind": content.kind,
        "level": content.level,
        "title": content.title,
        "source": content.source,
        "source_number": content.source_number,
        "effective_on": content.effective_on,
        "expires_on": content.expires_on,
    })
}
