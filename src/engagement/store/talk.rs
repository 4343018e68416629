//! Messages and meetings of an engagement.

use diesel::prelude::*;

use crate::db::schema::engagement::{engagement_meeting, engagement_message};
use crate::db::types::stored_words;
use crate::db::{Conn, saved};
use crate::engagement::model::{
    EngagementId, Meeting, MeetingId, MeetingMode, MeetingState, Message, MessageId,
};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::UtcTime;

stored_words!(MeetingMode, MeetingState);

#[derive(Queryable, Insertable)]
#[diesel(table_name = engagement_message)]
struct MessageRow {
    id: MessageId,
    engagement: EngagementId,
    party: String,
    party_name: String,
    author: UserId,
    author_name: String,
    text: String,
    sent_at: UtcTime,
}

pub fn insert_message(conn: &mut Conn, message: &Message) -> Result<(), Refusal> {
    let row = MessageRow {
        id: message.id,
        engagement: message.engagement,
        party: message.party.clone(),
        party_name: message.party_name.clone(),
        author: message.author,
        author_name: message.author_name.clone(),
        text: message.text.clone(),
        sent_at: message.sent_at,
    };
    diesel::insert_into(engagement_message::table).values(row).execute(conn)?;
    Ok(())
}

pub fn count_messages(conn: &mut Conn, id: EngagementId) -> Result<i64, Refusal> {
    let own = engagement_message::table.filter(engagement_message::engagement.eq(id));
    Ok(own.count().get_result(conn)?)
}

/// Who wrote a message or arranged a meeting, each once.
pub fn speakers(conn: &mut Conn, id: EngagementId) -> Result<Vec<UserId>, Refusal> {
    let own = engagement_message::table.filter(engagement_message::engagement.eq(id));
    let mut people: Vec<UserId> = own.select(engagement_message::author).distinct().load(conn)?;
    let own = engagement_meeting::table.filter(engagement_meeting::engagement.eq(id));
    people.extend(own.select(engagement_meeting::arranged_by).distinct().load::<UserId>(conn)?);
    Ok(people)
}

/// Messages in the order in which they were sent.
pub fn messages(conn: &mut Conn, id: EngagementId, page: &PageQuery) -> Result<Page<Message>, Refusal> {
    let mut query = engagement_message::table.into_boxed().filter(engagement_message::engagement.eq(id));
    if let Some(after) = page.after::<MessageId>()? {
        query = query.filter(engagement_message::id.gt(after));
    }
    let rows: Vec<MessageRow> = query
        .order(engagement_message::id)
        .limit(page.limit + 1)
        .select(engagement_message::all_columns)
        .load(conn)?;
    Ok(Page::cut(rows.into_iter().map(build).collect(), page.limit, |message| message.id))
}

pub fn message(conn: &mut Conn, id: MessageId) -> Result<Option<Message>, Refusal> {
    let row: Option<MessageRow> =
        engagement_message::table.find(id).select(engagement_message::all_columns).first(conn).optional()?;
    Ok(row.map(build))
}

fn build(row: MessageRow) -> Message {
    Message {
        id: row.id,
        engagement: row.engagement,
        party: row.party,
        party_name: row.party_name,
        author: row.author,
        author_name: row.author_name,
        text: row.text,
        sent_at: row.sent_at,
    }
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = engagement_meeting)]
struct MeetingRow {
    id: MeetingId,
    engagement: EngagementId,
    version: i64,
    state: MeetingState,
    starts_at: UtcTime,
    mode: MeetingMode,
    place: String,
    agenda: String,
    minutes: String,
    arranged_by: UserId,
    arranged_at: UtcTime,
}

impl From<&Meeting> for MeetingRow {
    fn from(meeting: &Meeting) -> Self {
        Self {
            id: meeting.id,
            engagement: meeting.engagement,
            version: meeting.version,
            state: meeting.state,
            starts_at: meeting.starts_at,
            mode: meeting.mode,
            place: meeting.place.clone(),
            agenda: meeting.agenda.clone(),
            minutes: meeting.minutes.clone(),
            arranged_by: meeting.arranged_by,
            arranged_at: meeting.arranged_at,
        }
    }
}

impl From<MeetingRow> for Meeting {
    fn from(row: MeetingRow) -> Self {
        Self {
            id: row.id,
            engagement: row.engagement,
            version: row.version,
            state: row.state,
            starts_at: row.starts_at,
            mode: row.mode,
            place: row.place,
            agenda: row.agenda,
            minutes: row.minutes,
            arranged_by: row.arranged_by,
            arranged_at: row.arranged_at,
        }
    }
}

pub fn insert_meeting(conn: &mut Conn, meeting: &Meeting) -> Result<(), Refusal> {
    diesel::insert_into(engagement_meeting::table).values(MeetingRow::from(meeting)).execute(conn)?;
    Ok(())
}

pub fn save_meeting(conn: &mut Conn, meeting: &Meeting) -> Result<(), Refusal> {
    let old = engagement_meeting::table
        .filter(engagement_meeting::id.eq(meeting.id))
        .filter(engagement_meeting::version.eq(meeting.version - 1));
    saved(diesel::update(old).set(MeetingRow::from(meeting)).execute(conn)?)
}

pub fn meeting(conn: &mut Conn, of: EngagementId, id: MeetingId) -> Result<Option<Meeting>, Refusal> {
    let row: Option<MeetingRow> = engagement_meeting::table
        .find(id)
        .filter(engagement_meeting::engagement.eq(of))
        .select(engagement_meeting::all_columns)
        .first(conn)
        .optional()?;
    Ok(row.map(Meeting::from))
}

/// Meetings in the order of their time; an engagement has few.
pub fn meetings(conn: &mut Conn, of: EngagementId, limit: i64) -> Result<Vec<Meeting>, Refusal> {
    let rows: Vec<MeetingRow> = engagement_meeting::table
        .filter(engagement_meeting::engagement.eq(of))
        .order((engagement_meeting::starts_at, engagement_meeting::id))
        .limit(limit)
        .select(engagement_meeting::all_columns)
        .load(conn)?;
    Ok(rows.into_iter().map(Meeting::from).collect())
}
