//! Engagements and their parties.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};

use crate::db::schema::engagement::{engagement, engagement_party};
use crate::db::types::{from_json, stored_words, to_json};
use crate::db::{Conn, saved};
use crate::engagement::model::{
    About, AboutKind, Answer, DeclineReason, Engagement, EngagementId, EnquirerContact, Filter, Outcome,
    PartyRole, Standing, State, Undertaking,
};
use crate::kernel::error::Refusal;
use crate::kernel::id::{self, UserId};
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;

stored_words!(AboutKind, State, DeclineReason, Outcome, PartyRole);

#[derive(Serialize, Deserialize)]
struct ContactDoc {
    name: String,
    phone: Option<String>,
    email: Option<String>,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = engagement, treat_none_as_null = true)]
struct Row {
    id: EngagementId,
    version: i64,
    about_kind: AboutKind,
    about: String,
    about_title: String,
    owner_urn: String,
    owner_name: String,
    owner_credit_code: String,
    enquirer_urn: String,
    enquirer_name: String,
    enquirer_credit_code: String,
    broker_urn: Option<String>,
    broker_name: Option<String>,
    broker_credit_code: Option<String>,
    state: State,
    enquiry: String,
    contact: String,
    asked_by: UserId,
    asked_at: UtcTime,
    answer_due_at: UtcTime,
    answered_by: Option<UserId>,
    answered_at: Option<UtcTime>,
    decline_reason: Option<DeclineReason>,
    answer: String,
    undertaking_sha256: Option<String>,
    undertaking_by: Option<UserId>,
    undertaking_at: Option<UtcTime>,
    outcome: Option<Outcome>,
    outcome_note: String,
    concluded_at: Option<UtcTime>,
    updated_at: UtcTime,
}

impl Row {
    fn of(of: &Engagement) -> Result<Self, Refusal> {
        let (answer, undertaking) = (of.standing.answer(), of.standing.undertaking());
        let broker = of.broker.as_ref();
        let contact = ContactDoc {
            name: of.contact.name.clone(),
            phone: of.contact.phone.clone(),
            email: of.contact.email.clone(),
        };
        let (decline_reason, outcome, outcome_note, concluded_at) = ending(&of.standing);
        Ok(Self {
            id: of.id,
            version: of.version,
            about_kind: of.about.kind,
            about: of.about.urn.clone(),
            about_title: of.about.title.clone(),
            owner_urn: of.owner.urn.clone(),
            owner_name: of.owner.name.clone(),
            owner_credit_code: of.owner.credit_code.clone(),
            enquirer_urn: of.enquirer.urn.clone(),
            enquirer_name: of.enquirer.name.clone(),
            enquirer_credit_code: of.enquirer.credit_code.clone(),
            broker_urn: broker.map(|party| party.urn.clone()),
            broker_name: broker.map(|party| party.name.clone()),
            broker_credit_code: broker.map(|party| party.credit_code.clone()),
            state: of.standing.state(),
            enquiry: of.enquiry.clone(),
            contact: to_json(&contact)?,
            asked_by: of.asked_by,
            asked_at: of.asked_at,
            answer_due_at: of.answer_due_at,
            answered_by: answer.map(|answer| answer.by),
            answered_at: answer.map(|answer| answer.at),
            decline_reason,
            answer: answer.map(|answer| answer.text.clone()).unwrap_or_default(),
            undertaking_sha256: undertaking.map(|undertaking| undertaking.sha256.clone()),
            undertaking_by: undertaking.map(|undertaking| undertaking.by),
            undertaking_at: undertaking.map(|undertaking| undertaking.at),
            outcome,
            outcome_note,
            concluded_at,
            updated_at: of.updated_at,
        })
    }

    fn build(self, node: &str) -> Result<Engagement, Refusal> {
        let standing = self.standing()?;
        let contact: ContactDoc = from_json(&self.contact)?;
        let party = |urn, name, credit_code| PartyRef { urn, name, credit_code };
        let broker = match (self.broker_urn, self.broker_name, self.broker_credit_code) {
            (Some(urn), Some(name), Some(code)) => Some(party(urn, name, code)),
            _ => None,
        };
        Ok(Engagement {
            id: self.id,
            urn: id::urn(node, "engagement", self.id),
            version: self.version,
            about: About { kind: self.about_kind, urn: self.about, title: self.about_title },
            owner: party(self.owner_urn, self.owner_name, self.owner_credit_code),
            enquirer: party(self.enquirer_urn, self.enquirer_name, self.enquirer_credit_code),
            broker,
            standing,
            enquiry: self.enquiry,
            contact: EnquirerContact { name: contact.name, phone: contact.phone, email: contact.email },
            asked_by: self.asked_by,
            asked_at: self.asked_at,
            answer_due_at: self.answer_due_at,
            updated_at: self.updated_at,
        })
    }

    fn standing(&self) -> Result<Standing, Refusal> {
        let answer = self.answered_by.zip(self.answered_at).map(|(by, at)| Answer {
            by,
            at,
            text: self.answer.clone(),
        });
        let undertaking = match (&self.undertaking_sha256, self.undertaking_by, self.undertaking_at) {
            (Some(sha256), Some(by), Some(at)) => Some(Undertaking { sha256: sha256.clone(), by, at }),
            _ => None,
        };
        let note = self.outcome_note.clone();
        let standing = match (self.state, answer, self.decline_reason, self.outcome, self.concluded_at) {
            (State::Enquired, ..) => Standing::Enquired,
            (State::Accepted, Some(answer), ..) => Standing::Accepted { answer, undertaking },
            (State::Declined, Some(answer), Some(reason), ..) => Standing::Declined { answer, reason },
            (State::Withdrawn, answer, _, _, Some(at)) => {
                Standing::Withdrawn { answer, undertaking, reason: note, at }
            }
            (State::Concluded, Some(answer), _, Some(outcome), Some(at)) => {
                Standing::Concluded { answer, undertaking, outcome, note, at }
            }
            _ => return Err(Refusal::internal(format!("engagement {} is half written", self.id))),
        };
        Ok(standing)
    }
}

/// The columns of an end: decline reason, outcome, the words about it, and when.
fn ending(standing: &Standing) -> (Option<DeclineReason>, Option<Outcome>, String, Option<UtcTime>) {
    match standing {
        Standing::Enquired | Standing::Accepted { .. } => (None, None, String::new(), None),
        Standing::Declined { reason, .. } => (Some(*reason), None, String::new(), None),
        Standing::Withdrawn { reason, at, .. } => (None, None, reason.clone(), Some(*at)),
        Standing::Concluded { outcome, note, at, .. } => (None, Some(*outcome), note.clone(), Some(*at)),
    }
}

pub fn insert(conn: &mut Conn, of: &Engagement) -> Result<(), Refusal> {
    let row = Row::of(of)?;
    diesel::insert_into(engagement::table).values(&row).execute(conn)?;
    for role in PartyRole::ALL {
        if let Some(party) = of.party(*role) {
            diesel::insert_into(engagement_party::table)
                .values((
                    engagement_party::party.eq(&party.urn),
                    engagement_party::engagement.eq(of.id),
                    engagement_party::role.eq(*role),
                ))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Writes an engagement back over the version before its own.
pub fn save(conn: &mut Conn, of: &Engagement) -> Result<(), Refusal> {
    let row = Row::of(of)?;
    let old =
        engagement::table.filter(engagement::id.eq(of.id)).filter(engagement::version.eq(of.version - 1));
    saved(diesel::update(old).set(&row).execute(conn)?)
}

pub fn find(conn: &mut Conn, id: EngagementId, node: &str) -> Result<Option<Engagement>, Refusal> {
    let row: Option<Row> =
        engagement::table.find(id).select(engagement::all_columns).first(conn).optional()?;
    row.map(|row| row.build(node)).transpose()
}

/// The open engagement of an enquirer about a record, if there is one.
pub fn open_about(conn: &mut Conn, about: &str, enquirer: &str) -> Result<Option<EngagementId>, Refusal> {
    Ok(engagement::table
        .filter(engagement::about.eq(about))
        .filter(engagement::enquirer_urn.eq(enquirer))
        .filter(engagement::state.eq_any([State::Enquired, State::Accepted]))
        .select(engagement::id)
        .first(conn)
        .optional()?)
}

/// A party's engagements, the newest first.
pub fn list(
    conn: &mut Conn,
    party: &str,
    filter: &Filter,
    now: UtcTime,
    page: &PageQuery,
    node: &str,
) -> Result<Page<Engagement>, Refusal> {
    let mut query = engagement_party::table
        .inner_join(engagement::table)
        .filter(engagement_party::party.eq(party.to_owned()))
        .into_boxed();
    if let Some(role) = filter.role {
        query = query.filter(engagement_party::role.eq(role));
    }
    if let Some(state) = filter.state {
        query = query.filter(engagement::state.eq(state));
    }
    if let Some(about) = &filter.about {
        query = query.filter(engagement::about.eq(about.clone()));
    }
    let waiting = || sql::<Bool>("engagement.state = 'enquired'");
    query = match filter.overdue {
        None => query,
        Some(true) => query.filter(waiting()).filter(engagement::answer_due_at.lt(now)),
        Some(false) => {
            query.filter(engagement::state.ne(State::Enquired).or(engagement::answer_due_at.ge(now)))
        }
    };
    if let Some(after) = page.after::<EngagementId>()? {
        query = query.filter(engagement_party::engagement.lt(after));
    }
    let rows: Vec<Row> = query
        .order(engagement_party::engagement.desc())
        .limit(page.limit + 1)
        .select(engagement::all_columns)
        .load(conn)?;
    let items = rows.into_iter().map(|row| row.build(node)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.limit, |item| item.id))
}
