//! Offers of listings, questions, objections, corrections, confirmations.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::{
    sale, sale_confirmation, sale_correction, sale_objection, sale_offer, sale_question,
};
use crate::db::types::{from_json, stored_words, to_json};
use crate::db::{Conn, saved};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::trading::model::{
    Confirmation, Correction, Objection, ObjectionAbout, ObjectionId, ObjectionRemedy, ObjectionState, Offer,
    Question, QuestionId, SaleId,
};

stored_words!(ObjectionState, ObjectionAbout, ObjectionRemedy);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sale_offer)]
struct OfferRow {
    sale: SaleId,
    bidder: i32,
    version: i64,
    price_fen: Fen,
    note: String,
    confirmed: bool,
    offered_at: UtcTime,
}

impl From<OfferRow> for Offer {
    fn from(row: OfferRow) -> Self {
        let OfferRow { sale, bidder, version, price_fen, note, confirmed, offered_at } = row;
        Self { sale, bidder, version, price: price_fen, note, confirmed, offered_at }
    }
}

/// Writes an offer: new at version 1, else over the version before its own.
pub fn put_offer(conn: &mut Conn, it: &Offer) -> Result<(), Refusal> {
    let row = OfferRow {
        sale: it.sale,
        bidder: it.bidder,
        version: it.version,
        price_fen: it.price,
        note: it.note.clone(),
        confirmed: it.confirmed,
        offered_at: it.offered_at,
    };
    if it.version == 1 {
        diesel::insert_into(sale_offer::table).values(row).execute(conn)?;
        return Ok(());
    }
    let old = sale_offer::table
        .filter(sale_offer::sale.eq(it.sale))
        .filter(sale_offer::bidder.eq(it.bidder))
        .filter(sale_offer::version.eq(it.version - 1));
    saved(diesel::update(old).set(row).execute(conn)?)
}

pub fn offer(conn: &mut Conn, sale: SaleId, bidder: i32) -> Result<Option<Offer>, Refusal> {
    let row: Option<OfferRow> = sale_offer::table.find((sale, bidder)).first(conn).optional()?;
    Ok(row.map(Offer::from))
}

/// All offers of a sale; it has at most `BIDDERS_MAX`.
pub fn offers(conn: &mut Conn, sale: SaleId) -> Result<Vec<Offer>, Refusal> {
    let rows: Vec<OfferRow> =
        sale_offer::table.filter(sale_offer::sale.eq(sale)).order(sale_offer::bidder.asc()).load(conn)?;
    Ok(rows.into_iter().map(Offer::from).collect())
}

/// After a correction every offer waits for its bidder's word.
pub fn unconfirm_offers(conn: &mut Conn, sale: SaleId) -> Result<(), Refusal> {
    diesel::update(sale_offer::table.filter(sale_offer::sale.eq(sale)))
        .set((sale_offer::confirmed.eq(false), sale_offer::version.eq(sale_offer::version + 1)))
        .execute(conn)?;
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = sale_question)]
struct QuestionRow {
    id: QuestionId,
    sale: SaleId,
    asker: String,
    text: String,
    asked_at: UtcTime,
    answer: String,
    answered_at: Option<UtcTime>,
}

impl From<QuestionRow> for Question {
    fn from(row: QuestionRow) -> Self {
        let QuestionRow { id, sale, asker, text, asked_at, answer, answered_at } = row;
        Self { id, sale, asker, text, asked_at, answer: answered_at.map(|at| (answer, at)) }
    }
}

pub fn insert_question(conn: &mut Conn, it: &Question) -> Result<(), Refusal> {
    let row = QuestionRow {
        id: it.id,
        sale: it.sale,
        asker: it.asker.clone(),
        text: it.text.clone(),
        asked_at: it.asked_at,
        answer: String::new(),
        answered_at: None,
    };
    diesel::insert_into(sale_question::table).values(row).execute(conn)?;
    Ok(())
}

/// Answers a question that waits; false if there is none.
pub fn answer_question(conn: &mut Conn, id: QuestionId, text: &str, at: UtcTime) -> Result<bool, Refusal> {
    let waiting =
        sale_question::table.filter(sale_question::id.eq(id)).filter(sale_question::answered_at.is_null());
    let set = (sale_question::answer.eq(text), sale_question::answered_at.eq(at));
    Ok(diesel::update(waiting).set(set).execute(conn)? == 1)
}

pub fn question(conn: &mut Conn, id: QuestionId) -> Result<Option<Question>, Refusal> {
    let row: Option<QuestionRow> = sale_question::table.find(id).first(conn).optional()?;
    Ok(row.map(Question::from))
}

/// The oldest first: answered ones; all of them; or those and one's own.
pub fn questions(
    conn: &mut Conn,
    sale: SaleId,
    all: bool,
    own: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Question>, Refusal> {
    let mut query = sale_question::table.into_boxed().filter(sale_question::sale.eq(sale));
    if !all {
        let own = own.unwrap_or("").to_owned();
        query = query.filter(sale_question::answered_at.is_not_null().or(sale_question::asker.eq(own)));
    }
    if let Some(after) = page.after::<QuestionId>()? {
        query = query.filter(sale_question::id.gt(after));
    }
    let rows: Vec<QuestionRow> = query.order(sale_question::id.asc()).limit(page.limit + 1).load(conn)?;
    Ok(Page::cut(rows.into_iter().map(Question::from).collect(), page.limit, |it| it.id))
}

/// How many questions of one asker wait for an answer.
pub fn waiting_questions(conn: &mut Conn, sale: SaleId, asker: &str) -> Result<i64, Refusal> {
    Ok(sale_question::table
        .filter(sale_question::sale.eq(sale))
        .filter(sale_question::asker.eq(asker))
        .filter(sale_question::answered_at.is_null())
        .count()
        .get_result(conn)?)
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = sale_objection, treat_none_as_null = true)]
struct ObjectionRow {
    id: ObjectionId,
    version: i64,
    sale: SaleId,
    state: ObjectionState,
    party_urn: String,
    party_name: String,
    party_code: String,
    person: UserId,
    about: ObjectionAbout,
    reason: String,
    evidence: String,
    remedy: ObjectionRemedy,
    made_at: UtcTime,
    due_on: Day,
    answer: String,
    answered_by: String,
    answered_at: Option<UtcTime>,
    files: String,
}

impl ObjectionRow {
    fn of(it: &Objection) -> Result<Self, Refusal> {
        Ok(Self {
            id: it.id,
            version: it.version,
            sale: it.sale,
            state: it.state,
            party_urn: it.party.urn.clone(),
            party_name: it.party.name.clone(),
            party_code: it.party.credit_code.clone(),
            person: it.person,
            about: it.about,
            reason: it.reason.clone(),
            evidence: it.evidence.clone(),
            remedy: it.remedy,
            made_at: it.made_at,
            due_on: it.due_on,
            answer: it.answer.clone(),
            answered_by: it.answered_by.clone(),
            answered_at: it.answered_at,
            files: to_json(&it.files)?,
        })
    }

    fn build(self) -> Result<Objection, Refusal> {
        Ok(Objection {
            files: from_json(&self.files)?,
            party: PartyRef { urn: self.party_urn, name: self.party_name, credit_code: self.party_code },
            id: self.id,
            version: self.version,
            sale: self.sale,
            state: self.state,
            person: self.person,
            about: self.about,
            reason: self.reason,
            evidence: self.evidence,
            remedy: self.remedy,
            made_at: self.made_at,
            due_on: self.due_on,
            answer: self.answer,
            answered_by: self.answered_by,
            answered_at: self.answered_at,
        })
    }
}

pub fn insert_objection(conn: &mut Conn, it: &Objection) -> Result<(), Refusal> {
    diesel::insert_into(sale_objection::table).values(ObjectionRow::of(it)?).execute(conn)?;
    Ok(())
}

pub fn save_objection(conn: &mut Conn, it: &Objection) -> Result<(), Refusal> {
    let old = sale_objection::table
        .filter(sale_objection::id.eq(it.id))
        .filter(sale_objection::version.eq(it.version - 1));
    saved(diesel::update(old).set(ObjectionRow::of(it)?).execute(conn)?)
}

pub fn objection(conn: &mut Conn, id: ObjectionId) -> Result<Option<Objection>, Refusal> {
    let row: Option<ObjectionRow> = sale_objection::table.find(id).first(conn).optional()?;
    row.map(ObjectionRow::build).transpose()
}

pub fn open_objections(conn: &mut Conn, sale: SaleId, party: Option<&str>) -> Result<i64, Refusal> {
    let mut query = sale_objection::table
        .into_boxed()
        .filter(sale_objection::sale.eq(sale))
        .filter(sale_objection::state.eq(ObjectionState::Open));
    if let Some(party) = party {
        query = query.filter(sale_objection::party_urn.eq(party.to_owned()));
    }
    Ok(query.count().get_result(conn)?)
}

/// Open objections whose last day lies in a time: sale, its title, objection, last day.
pub fn due_objections(
    conn: &mut Conn,
    from: Day,
    to: Day,
    limit: i64,
) -> Result<Vec<(SaleId, String, ObjectionId, Day)>, Refusal> {
    let due: Vec<(SaleId, ObjectionId, Day)> = sale_objection::table
        .filter(sale_objection::state.eq(ObjectionState::Open))
        .filter(sale_objection::due_on.between(from, to))
        .order((sale_objection::due_on.asc(), sale_objection::id.asc()))
        .limit(limit)
        .select((sale_objection::sale, sale_objection::id, sale_objection::due_on))
        .load(conn)?;
    let of: Vec<SaleId> = due.iter().map(|(id, ..)| *id).collect();
    let titles: Vec<(SaleId, String)> =
        sale::table.filter(sale::id.eq_any(of)).select((sale::id, sale::title)).load(conn)?;
    let titles: HashMap<SaleId, String> = titles.into_iter().collect();
    let titled = |(id, objection, on)| (id, titles.get(&id).cloned().unwrap_or_default(), objection, on);
    Ok(due.into_iter().map(titled).collect())
}

/// Since when and until when objections to a sale were open, of those that were open at or after a time.
pub fn objection_times(
    conn: &mut Conn,
    sale: SaleId,
    since: UtcTime,
) -> Result<Vec<(UtcTime, Option<UtcTime>)>, Refusal> {
    Ok(sale_objection::table
        .filter(sale_objection::sale.eq(sale))
        .filter(sale_objection::answered_at.is_null().or(sale_objection::answered_at.gt(since)))
        .order(sale_objection::made_at.desc())
        .limit(OBJECTION_TIMES_MAX)
        .select((sale_objection::made_at, sale_objection::answered_at))
        .load(conn)?)
}

/// More than so many after one award are not reckoned with.
const OBJECTION_TIMES_MAX: i64 = 500;

/// The newest first; of one party if it is named.
pub fn objections(
    conn: &mut Conn,
    sale: SaleId,
    party: Option<&str>,
    page: &PageQuery,
) -> Result<Page<Objection>, Refusal> {
    let mut query = sale_objection::table.into_boxed().filter(sale_objection::sale.eq(sale));
    if let Some(party) = party {
        query = query.filter(sale_objection::party_urn.eq(party.to_owned()));
    }
    if let Some(after) = page.after::<ObjectionId>()? {
        query = query.filter(sale_objection::id.lt(after));
    }
    let rows: Vec<ObjectionRow> = query.order(sale_objection::id.desc()).limit(page.limit + 1).load(conn)?;
    let items = rows.into_iter().map(ObjectionRow::build).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.limit, |it| it.id))
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = sale_correction)]
struct CorrectionRow {
    sale: SaleId,
    position: i32,
    reason: String,
    fields: String,
    at: UtcTime,
}

pub fn insert_correction(conn: &mut Conn, it: &Correction) -> Result<(), Refusal> {
    let row = CorrectionRow {
        sale: it.sale,
        position: it.position,
        reason: it.reason.clone(),
        fields: to_json(&it.fields)?,
        at: it.at,
    };
    diesel::insert_into(sale_correction::table).values(row).execute(conn)?;
    Ok(())
}

/// The oldest first.
pub fn corrections(conn: &mut Conn, sale: SaleId) -> Result<Vec<Correction>, Refusal> {
    let rows: Vec<CorrectionRow> = sale_correction::table
        .filter(sale_correction::sale.eq(sale))
        .order(sale_correction::position.asc())
        .load(conn)?;
    let build = |row: CorrectionRow| -> Result<Correction, Refusal> {
        Ok(Correction {
            sale: row.sale,
            position: row.position,
            reason: row.reason,
            fields: from_json(&row.fields)?,
            at: row.at,
        })
    };
    rows.into_iter().map(build).collect()
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = sale_confirmation)]
struct ConfirmationRow {
    sale: SaleId,
    place: i32,
    body: String,
    sha256: String,
    at: UtcTime,
}

pub fn insert_confirmation(conn: &mut Conn, it: &Confirmation) -> Result<(), Refusal> {
    let row = ConfirmationRow {
        sale: it.sale,
        place: it.place,
        body: it.body.clone(),
        sha256: it.sha256.clone(),
        at: it.at,
    };
    diesel::insert_into(sale_confirmation::table).values(row).execute(conn)?;
    Ok(())
}

/// The last confirmation of a sale: of whoever it was awarded to in the end.
pub fn confirmation(conn: &mut Conn, sale: SaleId) -> Result<Option<Confirmation>, Refusal> {
    let row: Option<ConfirmationRow> = sale_confirmation::table
        .filter(sale_confirmation::sale.eq(sale))
        .order(sale_confirmation::place.desc())
        .first(conn)
        .optional()?;
    Ok(row.map(|row| Confirmation {
        sale: row.sale,
        place: row.place,
        body: row.body,
        sha256: row.sha256,
        at: row.at,
    }))
}
