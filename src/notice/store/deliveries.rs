//! Messages on their way.

use diesel::dsl::min;
use diesel::prelude::*;

use crate::db::conn::MultiBackend;
use crate::db::schema::notice_delivery;
use crate::db::{Conn, from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;
use crate::notice::model::{Channel, Delivery, DeliveryId, DeliveryState, EndpointId, Topic};

#[derive(Insertable, Queryable, AsChangeset)]
#[diesel(table_name = notice_delivery, treat_none_as_null = true)]
struct Row {
    id: DeliveryId,
    channel: Channel,
    state: DeliveryState,
    version: i64,
    user_id: Option<UserId>,
    organisation_id: OrganisationId,
    endpoint: Option<EndpointId>,
    topic: Topic,
    event: String,
    subject: String,
    link: String,
    notices: String,
    at: UtcTime,
    attempts: i32,
    next_at: UtcTime,
    created_at: UtcTime,
    ended_at: Option<UtcTime>,
    last_error: String,
}

impl Row {
    fn of(it: &Delivery) -> Result<Row, Refusal> {
        Ok(Row {
            id: it.id,
            channel: it.channel,
            state: it.state,
            version: it.version,
            user_id: it.user,
            organisation_id: it.organisation,
            endpoint: it.endpoint,
            topic: it.topic,
            event: it.event.clone(),
            subject: it.subject.clone(),
            link: it.link.clone(),
            notices: to_json(&it.notices)?,
            at: it.at,
            attempts: it.attempts,
            next_at: it.next_at,
            created_at: it.created_at,
            ended_at: it.ended_at,
            last_error: it.last_error.clone(),
        })
    }

    fn build(self) -> Result<Delivery, Refusal> {
        Ok(Delivery {
            id: self.id,
            channel: self.channel,
            state: self.state,
            version: self.version,
            user: self.user_id,
            organisation: self.organisation_id,
            endpoint: self.endpoint,
            topic: self.topic,
            event: self.event,
            subject: self.subject,
            link: self.link,
            notices: from_json(&self.notices)?,
            at: self.at,
            attempts: self.attempts,
            next_at: self.next_at,
            created_at: self.created_at,
            ended_at: self.ended_at,
            last_error: self.last_error,
        })
    }
}

fn built(rows: Vec<Row>) -> Result<Vec<Delivery>, Refusal> {
    rows.into_iter().map(Row::build).collect()
}

pub fn insert_delivery(conn: &mut Conn, new: &Delivery) -> Result<(), Refusal> {
    diesel::insert_into(notice_delivery::table).values(Row::of(new)?).execute(conn)?;
    Ok(())
}

/// Saves a message whose version was raised by one; false when somebody else was faster.
pub fn save_delivery(conn: &mut Conn, changed: &Delivery) -> Result<bool, Refusal> {
    let old = notice_delivery::table
        .filter(notice_delivery::id.eq(changed.id))
        .filter(notice_delivery::version.eq(changed.version - 1));
    Ok(diesel::update(old).set(Row::of(changed)?).execute(conn)? == 1)
}

pub fn delivery(conn: &mut Conn, id: DeliveryId) -> Result<Option<Delivery>, Refusal> {
    let row: Option<Row> = notice_delivery::table.find(id).first(conn).optional()?;
    row.map(Row::build).transpose()
}

/// What is due, the longest waiting first.
pub fn due(conn: &mut Conn, channel: Channel, now: UtcTime, limit: i64) -> Result<Vec<Delivery>, Refusal> {
    let rows: Vec<Row> = notice_delivery::table
        .filter(notice_delivery::channel.eq(channel))
        .filter(notice_delivery::state.eq(DeliveryState::Waiting))
        .filter(notice_delivery::next_at.le(now))
        .order((notice_delivery::next_at, notice_delivery::id))
        .limit(limit)
        .load(conn)?;
    built(rows)
}

/// Webhook messages that are due, at most `each` to an address and each address in its turn: whoever has many waiting,
/// or answers slowly, does not hold up the others.
pub fn due_in_turn(conn: &mut Conn, now: UtcTime, limit: i64, each: i64) -> Result<Vec<Delivery>, Refusal> {
    let addresses: Vec<Option<EndpointId>> = notice_delivery::table
        .filter(notice_delivery::channel.eq(Channel::Webhook))
        .filter(notice_delivery::state.eq(DeliveryState::Waiting))
        .filter(notice_delivery::next_at.le(now))
        .group_by(notice_delivery::endpoint)
        .order((min(notice_delivery::next_at), notice_delivery::endpoint))
        .limit(limit)
        .select(notice_delivery::endpoint)
        .load(conn)?;
    let mut turns: Vec<(usize, Row)> = Vec::new();
    for endpoint in addresses.into_iter().flatten() {
        let rows: Vec<Row> = notice_delivery::table
            .filter(notice_delivery::endpoint.eq(endpoint))
            .filter(notice_delivery::state.eq(DeliveryState::Waiting))
            .filter(notice_delivery::next_at.le(now))
            .order((notice_delivery::next_at, notice_delivery::id))
            .limit(each)
            .load(conn)?;
        turns.extend(rows.into_iter().enumerate());
    }
    turns.sort_by_key(|(turn, _)| *turn);
    turns.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    built(turns.into_iter().map(|(_, row)| row).collect())
}

pub fn waiting_to(conn: &mut Conn, endpoint: EndpointId) -> Result<i64, Refusal> {
    let waiting = notice_delivery::table
        .filter(notice_delivery::endpoint.eq(endpoint))
        .filter(notice_delivery::state.eq(DeliveryState::Waiting));
    Ok(waiting.count().get_result(conn)?)
}

/// Mails of a person since a time.
pub fn mails_since(conn: &mut Conn, user: UserId, since: UtcTime) -> Result<i64, Refusal> {
    let sent = notice_delivery::table
        .filter(notice_delivery::user_id.eq(user))
        .filter(notice_delivery::created_at.ge(since));
    Ok(sent.count().get_result(conn)?)
}

/// Messages about an event to one address since a time.
pub fn posted_since(
    conn: &mut Conn,
    endpoint: EndpointId,
    event: &str,
    since: UtcTime,
) -> Result<i64, Refusal> {
    let posted = notice_delivery::table
        .filter(notice_delivery::endpoint.eq(endpoint))
        .filter(notice_delivery::event.eq(event.to_owned()))
        .filter(notice_delivery::created_at.ge(since));
    Ok(posted.count().get_result(conn)?)
}

/// Whether an address has a message about an event of a record at a time.
pub fn is_posted(
    conn: &mut Conn,
    endpoint: EndpointId,
    event: &str,
    subject: &str,
    at: UtcTime,
) -> Result<bool, Refusal> {
    let same = notice_delivery::table
        .filter(notice_delivery::endpoint.eq(endpoint))
        .filter(notice_delivery::subject.eq(subject.to_owned()))
        .filter(notice_delivery::event.eq(event.to_owned()))
        .filter(notice_delivery::at.eq(at));
    Ok(same.count().get_result::<i64>(conn)? > 0)
}

/// Webhook messages of an organisation, the newest first.
pub fn webhook_page(
    conn: &mut Conn,
    organisation: OrganisationId,
    endpoint: Option<EndpointId>,
    state: Option<DeliveryState>,
    page: &PageQuery,
) -> Result<Page<Delivery>, Refusal> {
    let mut query = notice_delivery::table
        .into_boxed::<MultiBackend>()
        .filter(notice_delivery::organisation_id.eq(organisation))
        .filter(notice_delivery::channel.eq(Channel::Webhook));
    if let Some(endpoint) = endpoint {
        query = query.filter(notice_delivery::endpoint.eq(endpoint));
    }
    if let Some(state) = state {
        query = query.filter(notice_delivery::state.eq(state));
    }
    if let Some(after) = page.after::<DeliveryId>()? {
        query = query.filter(notice_delivery::id.lt(after));
    }
    let rows: Vec<Row> = query.order(notice_delivery::id.desc()).limit(page.limit + 1).load(conn)?;
    Ok(Page::cut(built(rows)?, page.limit, |it: &Delivery| it.id))
}

/// Ends what waits for an address that is no more; returns how many.
pub fn end_waiting(conn: &mut Conn, endpoint: EndpointId, now: UtcTime, why: &str) -> Result<usize, Refusal> {
    let waiting = notice_delivery::table
        .filter(notice_delivery::endpoint.eq(endpoint))
        .filter(notice_delivery::state.eq(DeliveryState::Waiting));
    let set = (
        notice_delivery::state.eq(DeliveryState::Dead),
        notice_delivery::version.eq(notice_delivery::version + 1),
        notice_delivery::ended_at.eq(now),
        notice_delivery::last_error.eq(why.to_owned()),
    );
    Ok(diesel::update(waiting).set(set).execute(conn)?)
}

/// Removes the oldest that ended before a time; returns how many.
pub fn sweep_deliveries(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<usize, Refusal> {
    let old: Vec<DeliveryId> = notice_delivery::table
        .filter(notice_delivery::state.ne(DeliveryState::Waiting))
        .filter(notice_delivery::next_at.lt(before))
        .limit(limit)
        .select(notice_delivery::id)
        .load(conn)?;
    Ok(diesel::delete(notice_delivery::table.filter(notice_delivery::id.eq_any(old))).execute(conn)?)
}
