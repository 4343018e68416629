//! Lists: an applicant's and a party's own, an office's work, what supervision sees, the register.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::helper_types::IntoBoxed;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::casework::Casework;
use super::nothing_due;
use super::row::Row;
use crate::contract::model::{
    ContractId, Kept, Number, Pending, Record, RegisteredContract, Stage, Standing, Summary, WorkFilter,
};
use crate::db::conn::MultiBackend;
use crate::db::schema::contract::contract::{self, dsl};
use crate::db::{Conn, from_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

type Query<'a> = IntoBoxed<'a, contract::table, MultiBackend>;

/// Whose contracts.
#[derive(Clone, Debug)]
pub enum Scope {
    /// What an organisation drew up, and what it is a party of once it is filed.
    Own { organisation: OrganisationId, credit_code: String },
    /// What was filed with an office.
    Office(OrganisationId),
    /// What was filed and has a side inside a division: the first digits of its code.
    Division(String),
    /// Everything that was filed.
    All,
}

/// How a list is narrowed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub stage: Option<Stage>,
    pub class: Option<String>,
    pub technical_field: Option<String>,
    pub office: Option<OrganisationId>,
    pub registered_from: Option<Day>,
    pub registered_to: Option<Day>,
    pub pending: Option<Pending>,
}

/// Newest first.
pub fn list(
    conn: &mut Conn,
    scope: &Scope,
    wanted: &Wanted,
    page: &PageQuery,
) -> Result<Page<Summary>, Refusal> {
    let after = page.after::<ContractId>()?;
    let mut rows: Vec<SummaryRow> = vec![];
    // Each part is a range of an index of its own; one query with OR would read the whole table.
    for part in parts(scope) {
        let mut query = narrowed(within(contract::table.into_boxed(), part), wanted);
        if let Some(after) = after {
            query = query.filter(dsl::id.lt(after));
        }
        let found: Vec<SummaryRow> =
            query.order(dsl::id.desc()).limit(page.limit + 1).select(SummaryRow::as_select()).load(conn)?;
        rows.extend(found);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    rows.dedup_by_key(|row| row.id);
    let items = rows.into_iter().map(SummaryRow::build).collect();
    Ok(Page::cut(items, page.limit, |item: &Summary| item.id))
}

/// Open cases of an office: running clocks by their last day, then what is to be accepted, then what is corrected. The index holds what it is narrowed by.
pub fn work(
    conn: &mut Conn,
    office: OrganisationId,
    filter: &WorkFilter,
    page: &PageQuery,
) -> Result<Page<Summary>, Refusal> {
    let mut query: Query<'_> =
        contract::table.into_boxed().filter(dsl::office.eq(office)).filter(dsl::due_on.lt(nothing_due()));
    if let Some(stage) = filter.stage {
        query = query.filter(dsl::state.eq(stage));
    }
    match filter.handler {
        Some(Some(handler)) => query = query.filter(dsl::handler.eq(handler)),
        Some(None) => query = query.filter(dsl::handler.is_null()),
        None => {}
    }
    if let Some(fen) = filter.large_from {
        let reviewed = dsl::state.ne_all([Stage::Submitted, Stage::CorrectionRequested]);
        query = query.filter(dsl::technical_fen.ge(fen)).filter(reviewed);
    }
    if let Some((due, id)) = page.after::<(Day, ContractId)>()? {
        query = query.filter(dsl::due_on.ge(due)).filter(dsl::due_on.gt(due).or(dsl::id.gt(id)));
    }
    let rows: Vec<SummaryRow> = query
        .order((dsl::due_on.asc(), dsl::id.asc()))
        .limit(page.limit + 1)
        .select(SummaryRow::as_select())
        .load(conn)?;
    let page = Page::cut(rows, page.limit, |row: &SummaryRow| (row.due_on, row.id));
    Ok(page.map(SummaryRow::build))
}

/// What these cases keep of their acceptance beside the columns.
pub fn kept(conn: &mut Conn, contracts: &[ContractId]) -> Result<HashMap<ContractId, Kept>, Refusal> {
    let rows: Vec<(ContractId, String)> = contract::table
        .filter(contract::id.eq_any(contracts))
        .select((contract::id, contract::casework))
        .load(conn)?;
    let read = |(id, doc): (ContractId, String)| {
        let casework = from_json::<Casework>(&doc)?;
        let kept = Kept { profile_version: casework.profile_version(), disputed: casework.disputed() };
        Ok((id, kept))
    };
    rows.into_iter().map(read).collect()
}

/// What counts of an office's register over a period, in the order of registration: contracts that stand, with a
/// final price. Neither whole rows nor their documents are read: there may be a hundred thousand of them.
pub fn standing(
    conn: &mut Conn,
    office: OrganisationId,
    from: Day,
    to: Day,
) -> Result<Vec<Standing>, Refusal> {
    type Found = (ContractId, i64, Option<String>, Option<Day>, Fen, Fen);
    let rows: Vec<Found> = contract::table
        .filter(contract::office.eq(office))
        .filter(contract::registered_on.between(from, to))
        .filter(contract::state.eq_any([Stage::Registered, Stage::Amended]))
        .filter(super::estimates::is_final())
        .order((contract::registered_on, contract::number))
        .select((
            contract::id,
            contract::version,
            contract::number,
            contract::registered_on,
            contract::total_fen,
            contract::technical_fen,
        ))
        .load(conn)?;
    let read = |(id, version, number, registered_on, total, technical): Found| {
        let number = number.as_deref().and_then(Number::parse);
        let (number, registered_on) = number
            .zip(registered_on)
            .ok_or_else(|| Refusal::internal(format!("a registered contract without its number: {id}")))?;
        Ok(Standing { id, version, number, registered_on, total, technical })
    };
    rows.into_iter().map(read).collect()
}

/// What a seller registered from one day to another, both included, in the order of registration.
pub fn sold(
    conn: &mut Conn,
    seller_code: &str,
    from: Day,
    to: Day,
) -> Result<Vec<RegisteredContract>, Refusal> {
    let rows: Vec<Row> = contract::table
        .filter(contract::seller_code.eq(seller_code))
        .filter(contract::registered_on.between(from, to))
        .order((contract::registered_on, contract::number))
        .select(contract::all_columns)
        .load(conn)?;
    as_registered(rows)
}

fn as_registered(rows: Vec<Row>) -> Result<Vec<RegisteredContract>, Refusal> {
    let records: Vec<Record> = rows.into_iter().map(Row::build).collect::<Result<_, _>>()?;
    Ok(records.iter().filter_map(Record::registered).collect())
}

/// One range of one index.
enum Part {
    Applicant(OrganisationId),
    Seller(String),
    Buyer(String),
    Office(OrganisationId),
    Division(String),
    All,
}

fn parts(scope: &Scope) -> Vec<Part> {
    match scope.clone() {
        Scope::Own { organisation, credit_code } => {
            vec![Part::Applicant(organisation), Part::Seller(credit_code.clone()), Part::Buyer(credit_code)]
        }
        Scope::Office(office) => vec![Part::Office(office)],
        Scope::Division(prefix) => vec![Part::Division(prefix)],
        Scope::All => vec![Part::All],
    }
}

fn within(query: Query<'_>, part: Part) -> Query<'_> {
    let filed = dsl::state.ne(Stage::Draft);
    match part {
        Part::Applicant(organisation) => {
            query.filter(dsl::applicant.eq(organisation)).filter(super::imports::is_shown())
        }
        Part::Seller(code) => query.filter(filed).filter(dsl::seller_code.eq(code)),
        Part::Buyer(code) => query.filter(filed).filter(dsl::buyer_code.eq(code)),
        Part::Office(office) => query.filter(dsl::office.eq(office)),
        Part::Division(prefix) => {
            let end = format!("{prefix}~");
            query.filter(filed).filter(
                dsl::seller_division
                    .between(prefix.clone(), end.clone())
                    .or(dsl::buyer_division.between(prefix, end)),
            )
        }
        Part::All => query.filter(filed),
    }
}

fn narrowed<'a>(mut query: Query<'a>, wanted: &Wanted) -> Query<'a> {
    if let Some(stage) = wanted.stage {
        query = query.filter(dsl::state.eq(stage));
    }
    if let Some(class) = wanted.class.clone() {
        query = query.filter(dsl::class.eq(class));
    }
    if let Some(field) = wanted.technical_field.clone() {
        query = query.filter(dsl::technical_field.eq(field));
    }
    if let Some(office) = wanted.office {
        query = query.filter(dsl::office.eq(office));
    }
    if let Some(from) = wanted.registered_from {
        query = query.filter(dsl::registered_on.ge(from));
    }
    if let Some(to) = wanted.registered_to {
        query = query.filter(dsl::registered_on.le(to));
    }
    // Literal, so that the index of what is pending is used.
    match wanted.pending {
        Some(Pending::Income) => {
            let stated = "contract.id IN (SELECT i.contract FROM contract_income i WHERE i.state = 'stated')";
            query = query.filter(sql::<Bool>(stated));
        }
        Some(Pending::Amendment) => {
            let open =
                "contract.id IN (SELECT a.contract FROM contract_amendment a WHERE a.state = 'proposed')";
            query = query.filter(sql::<Bool>(open));
        }
        None => {}
    }
    query
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contract)]
struct SummaryRow {
    id: ContractId,
    version: i64,
    applicant: OrganisationId,
    state: Stage,
    office: Option<OrganisationId>,
    title: String,
    class: String,
    sub_type: String,
    seller_urn: String,
    seller_name: String,
    seller_code: String,
    buyer_urn: String,
    buyer_name: String,
    buyer_code: String,
    total_fen: Fen,
    technical_fen: Fen,
    profile: String,
    accepted_on: Option<Day>,
    due_on: Day,
    number: Option<String>,
    registered_on: Option<Day>,
    updated_at: UtcTime,
    handler: Option<UserId>,
}

impl SummaryRow {
    fn build(self) -> Summary {
        let clocked = matches!(self.state, Stage::Accepted | Stage::Resubmitted);
        Summary {
            id: self.id,
            version: self.version,
            applicant: self.applicant,
            stage: self.state,
            office: self.office,
            title: self.title,
            class: self.class,
            sub_type: self.sub_type,
            seller: PartyRef { urn: self.seller_urn, name: self.seller_name, credit_code: self.seller_code },
            buyer: PartyRef { urn: self.buyer_urn, name: self.buyer_name, credit_code: self.buyer_code },
            total: self.total_fen,
            technical: self.technical_fen,
            profile: self.profile,
            accepted_on: self.accepted_on,
            due_on: clocked.then_some(self.due_on),
            number: self.number.as_deref().and_then(Number::parse),
            registered_on: self.registered_on,
            handler: self.handler,
            unverified: false,
            updated_at: self.updated_at,
        }
    }
}
