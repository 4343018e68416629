//! Notices.

use diesel::prelude::*;

use crate::db::conn::MultiBackend;
use crate::db::schema::notice;
use crate::db::{Conn, on_each};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;
use crate::notice::model::{MailMark, Notice, NoticeId, Recipient, Topic};

#[derive(Insertable, Queryable, Clone)]
#[diesel(table_name = notice)]
struct Row {
    id: NoticeId,
    user_id: UserId,
    organisation_id: OrganisationId,
    dedup: String,
    topic: Topic,
    event: String,
    subject: String,
    title: String,
    link: String,
    at: UtcTime,
    in_app: bool,
    unread: bool,
    read_at: Option<UtcTime>,
    mail: MailMark,
}

impl From<Notice> for Row {
    fn from(it: Notice) -> Row {
        Row {
            id: it.id,
            user_id: it.to.user,
            organisation_id: it.to.organisation,
            dedup: it.dedup,
            topic: it.topic,
            event: it.event,
            subject: it.subject,
            title: it.title,
            link: it.link,
            at: it.at,
            in_app: it.in_app,
            unread: it.in_app && it.read_at.is_none(),
            read_at: it.read_at,
            mail: it.mail,
        }
    }
}

impl From<Row> for Notice {
    fn from(row: Row) -> Notice {
        Notice {
            id: row.id,
            to: Recipient { user: row.user_id, organisation: row.organisation_id },
            dedup: row.dedup,
            topic: row.topic,
            event: row.event,
            subject: row.subject,
            title: row.title,
            link: row.link,
            at: row.at,
            in_app: row.in_app,
            read_at: row.read_at,
            mail: row.mail,
        }
    }
}

/// False when the recipient was told of it before.
pub fn insert(conn: &mut Conn, new: Notice) -> Result<bool, Refusal> {
    let row = Row::from(new);
    let rows = on_each!(conn, c => diesel::insert_into(notice::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(rows == 1)
}

/// Whether the recipient has an unread notice of this event about this subject.
pub fn has_unread(conn: &mut Conn, to: Recipient, event: &str, subject: &str) -> Result<bool, Refusal> {
    let same = notice::table
        .filter(notice::user_id.eq(to.user))
        .filter(notice::organisation_id.eq(to.organisation))
        .filter(notice::unread.eq(true))
        .filter(notice::event.eq(event.to_owned()))
        .filter(notice::subject.eq(subject.to_owned()));
    let found: Option<NoticeId> = same.select(notice::id).first(conn).optional()?;
    Ok(found.is_some())
}

/// How often the recipient was told of this event since a time.
pub fn told_since(conn: &mut Conn, to: Recipient, event: &str, since: UtcTime) -> Result<i64, Refusal> {
    let told = notice::table
        .filter(notice::user_id.eq(to.user))
        .filter(notice::organisation_id.eq(to.organisation))
        .filter(notice::event.eq(event.to_owned()))
        .filter(notice::at.ge(since));
    Ok(told.count().get_result(conn)?)
}

/// What a recipient sees in the application, the newest first.
pub fn page_of(
    conn: &mut Conn,
    to: Recipient,
    unread: bool,
    topic: Option<Topic>,
    page: &PageQuery,
) -> Result<Page<Notice>, Refusal> {
    let mut query = notice::table
        .into_boxed::<MultiBackend>()
        .filter(notice::user_id.eq(to.user))
        .filter(notice::organisation_id.eq(to.organisation))
        .filter(notice::in_app.eq(true));
    if unread {
        query = query.filter(notice::unread.eq(true));
    }
    if let Some(topic) = topic {
        query = query.filter(notice::topic.eq(topic));
    }
    if let Some(after) = page.after::<NoticeId>()? {
        query = query.filter(notice::id.lt(after));
    }
    let rows: Vec<Row> = query.order(notice::id.desc()).limit(page.limit + 1).load(conn)?;
    Ok(Page::cut(rows.into_iter().map(Notice::from).collect(), page.limit, |it: &Notice| it.id))
}

/// How many unread ones of each topic there are, counted no further than `max`, and the newest of them.
pub fn unread(conn: &mut Conn, to: Recipient, max: i64) -> Result<(Vec<Topic>, Option<NoticeId>), Refusal> {
    let rows: Vec<(NoticeId, Topic)> = notice::table
        .filter(notice::user_id.eq(to.user))
        .filter(notice::organisation_id.eq(to.organisation))
        .filter(notice::unread.eq(true))
        .order(notice::id.desc())
        .limit(max)
        .select((notice::id, notice::topic))
        .load(conn)?;
    let newest = rows.first().map(|(id, _)| *id);
    Ok((rows.into_iter().map(|(_, topic)| topic).collect(), newest))
}

/// Marks one of the recipient's notices as read; none when it has no such one.
pub fn read(conn: &mut Conn, to: Recipient, id: NoticeId, now: UtcTime) -> Result<Option<Notice>, Refusal> {
    let own = notice::table
        .filter(notice::id.eq(id))
        .filter(notice::user_id.eq(to.user))
        .filter(notice::organisation_id.eq(to.organisation))
        .filter(notice::in_app.eq(true));
    let unread = own.filter(notice::unread.eq(true));
    diesel::update(unread).set((notice::unread.eq(false), notice::read_at.eq(now))).execute(conn)?;
    let row: Option<Row> = own.first(conn).optional()?;
    Ok(row.map(Notice::from))
}

/// Marks all up to one, or all there are, at most `max`; returns how many.
pub fn read_up_to(
    conn: &mut Conn,
    to: Recipient,
    up_to: Option<NoticeId>,
    now: UtcTime,
    max: i64,
) -> Result<usize, Refusal> {
    let mut query = notice::table
        .into_boxed::<MultiBackend>()
        .filter(notice::user_id.eq(to.user))
        .filter(notice::organisation_id.eq(to.organisation))
        .filter(notice::unread.eq(true));
    if let Some(up_to) = up_to {
        query = query.filter(notice::id.le(up_to));
    }
    let ids: Vec<NoticeId> = query.order(notice::id).limit(max).select(notice::id).load(conn)?;
    let these = notice::table.filter(notice::id.eq_any(ids));
    Ok(diesel::update(these).set((notice::unread.eq(false), notice::read_at.eq(now))).execute(conn)?)
}

pub fn by_ids(conn: &mut Conn, ids: &[NoticeId]) -> Result<Vec<Notice>, Refusal> {
    let rows: Vec<Row> = notice::table.filter(notice::id.eq_any(ids)).order(notice::id).load(conn)?;
    Ok(rows.into_iter().map(Notice::from).collect())
}

/// Who has notices from before `before` that wait for the digest.
pub fn waiting_for_digest(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<Recipient>, Refusal> {
    let rows: Vec<(UserId, OrganisationId)> = notice::table
        .filter(notice::mail.eq(MailMark::Daily))
        .filter(notice::at.lt(before))
        .select((notice::user_id, notice::organisation_id))
        .distinct()
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(|(user, organisation)| Recipient { user, organisation }).collect())
}

/// The oldest of them.
pub fn for_digest(
    conn: &mut Conn,
    to: Recipient,
    before: UtcTime,
    limit: i64,
) -> Result<Vec<NoticeId>, Refusal> {
    Ok(notice::table
        .filter(notice::user_id.eq(to.user))
        .filter(notice::organisation_id.eq(to.organisation))
        .filter(notice::mail.eq(MailMark::Daily))
        .filter(notice::at.lt(before))
        .order(notice::id)
        .limit(limit)
        .select(notice::id)
        .load(conn)?)
}

pub fn mark_mailed(conn: &mut Conn, ids: &[NoticeId]) -> Result<(), Refusal> {
    let these = notice::table.filter(notice::id.eq_any(ids));
    diesel::update(these).set(notice::mail.eq(MailMark::Done)).execute(conn)?;
    Ok(())
}

/// Removes the oldest from before a time; returns how many.
pub fn sweep(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<usize, Refusal> {
    let old: Vec<NoticeId> = notice::table
        .filter(notice::at.lt(before))
        .order(notice::at)
        .limit(limit)
        .select(notice::id)
        .load(conn)?;
    Ok(diesel::delete(notice::table.filter(notice::id.eq_any(old))).execute(conn)?)
}

/// Who has more than `keep`.
pub fn overfull(conn: &mut Conn, keep: i64, limit: i64) -> Result<Vec<Recipient>, Refusal> {
    let rows: Vec<(UserId, OrganisationId)> = notice::table
        .group_by((notice::user_id, notice::organisation_id))
        .having(diesel::dsl::count_star().gt(keep))
        .select((notice::user_id, notice::organisation_id))
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(|(user, organisation)| Recipient { user, organisation }).collect())
}

/// Removes the oldest of a recipient beyond `keep`.
pub fn trim(conn: &mut Conn, to: Recipient, keep: i64, limit: i64) -> Result<(), Refusal> {
    let old: Vec<NoticeId> = notice::table
        .filter(notice::user_id.eq(to.user))
        .filter(notice::organisation_id.eq(to.organisation))
        .order(notice::id.desc())
        .offset(keep)
        .limit(limit)
        .select(notice::id)
        .load(conn)?;
    if !old.is_empty() {
        diesel::delete(notice::table.filter(notice::id.eq_any(old))).execute(conn)?;
    }
    Ok(())
}
