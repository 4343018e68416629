//! Conversion projects.

use diesel::prelude::*;

use crate::contract::model::ContractId;
use crate::db::conn::MultiBackend;
use crate::db::schema::project::project;
use crate::db::types::stored_words;
use crate::db::{Conn, saved};
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::time::{Day, UtcTime};
use crate::project::model::{
    Contract, ConversionMode, ConversionProject, Count, ProjectFilter, ProjectId, ProjectStage, ProjectState,
};

stored_words!(ProjectStage, ConversionMode);

#[derive(Insertable, Queryable, AsChangeset)]
#[diesel(table_name = project)]
#[diesel(treat_none_as_null = true)]
struct Row {
    id: ProjectId,
    version: i64,
    state: ProjectStage,
    unit: String,
    year: i32,
    mode: ConversionMode,
    summary: String,
    contract_id: ContractId,
    contract_urn: String,
    contract_number: String,
    title: String,
    registered_on: Day,
    technical_fen: Fen,
    total_fen: Fen,
    seller: String,
    seller_division: String,
    buyer: String,
    buyer_division: String,
    declared_by: String,
    declared_at: UtcTime,
    ended_at: Option<UtcTime>,
    reason: String,
}

pub fn insert_project(conn: &mut Conn, new: &ConversionProject) -> Result<(), Refusal> {
    diesel::insert_into(project::table).values(Row::from(new)).execute(conn)?;
    Ok(())
}

/// Saves a project whose version was raised by one.
pub fn save_project(conn: &mut Conn, changed: &ConversionProject) -> Result<(), Refusal> {
    let old =
        project::table.filter(project::id.eq(changed.id)).filter(project::version.eq(changed.version - 1));
    saved(diesel::update(old).set(Row::from(changed)).execute(conn)?)
}

pub fn project(conn: &mut Conn, id: ProjectId) -> Result<Option<ConversionProject>, Refusal> {
    let row: Option<Row> = project::table.find(id).first(conn).optional()?;
    row.map(ConversionProject::try_from).transpose()
}

/// The project as which a contract counts now.
pub fn declared_of(conn: &mut Conn, contract_urn: &str) -> Result<Option<ConversionProject>, Refusal> {
    let row: Option<Row> = project::table
        .filter(project::contract_urn.eq(contract_urn))
        .filter(project::state.eq(ProjectStage::Declared))
        .first(conn)
        .optional()?;
    row.map(ConversionProject::try_from).transpose()
}

/// Newest first.
pub fn projects(
    conn: &mut Conn,
    filter: &ProjectFilter,
    page: &PageQuery,
) -> Result<Page<ConversionProject>, Refusal> {
    let mut query = project::table.into_boxed::<MultiBackend>();
    if let Some(unit) = &filter.unit {
        query = query.filter(project::unit.eq(unit.as_str()));
    }
    if let Some(year) = filter.year {
        query = query.filter(project::year.eq(year));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(project::state.eq(stage));
    }
    if let Some(number) = &filter.contract_number {
        query = query.filter(project::contract_number.eq(number));
    }
    if let Some((at, id)) = page.after::<(UtcTime, ProjectId)>()? {
        let same = project::declared_at.eq(at).and(project::id.lt(id));
        query = query.filter(project::declared_at.lt(at).or(same));
    }
    let rows: Vec<Row> =
        query.order((project::declared_at.desc(), project::id.desc())).limit(page.limit + 1).load(conn)?;
    let found = rows.into_iter().map(ConversionProject::try_from).collect::<Result<_, _>>()?;
    Ok(Page::cut(found, page.limit, |found: &ConversionProject| (found.declared_at, found.id)))
}

/// Declared projects by unit and year.
pub fn counts(conn: &mut Conn) -> Result<Vec<Count>, Refusal> {
    let rows: Vec<(String, i32, i64)> = project::table
        .filter(project::state.eq(ProjectStage::Declared))
        .group_by((project::unit, project::year))
        .select((project::unit, project::year, diesel::dsl::count_star()))
        .load(conn)?;
    Ok(rows.into_iter().map(|(unit, year, projects)| Count { unit, year, projects }).collect())
}

impl From<&ConversionProject> for Row {
    fn from(from: &ConversionProject) -> Self {
        let (from, contract) = (from.clone(), from.contract.clone());
        let state = from.state.stage();
        let (ended_at, reason) = match from.state {
            ProjectState::Declared => (None, String::new()),
            ProjectState::Withdrawn { at, reason } | ProjectState::Lapsed { at, reason } => {
                (Some(at), reason)
            }
        };
        Row {
            id: from.id,
            version: from.version,
            state,
            unit: from.unit.to_string(),
            year: from.year,
            mode: from.mode,
            summary: from.summary,
            contract_id: contract.id,
            contract_urn: contract.urn,
            contract_number: contract.number,
            title: contract.title,
            registered_on: contract.registered_on,
            technical_fen: contract.technical,
            total_fen: contract.total,
            seller: contract.seller,
            seller_division: contract.seller_division,
            buyer: contract.buyer,
            buyer_division: contract.buyer_division,
            declared_by: from.declared_by,
            declared_at: from.declared_at,
            ended_at,
            reason,
        }
    }
}

impl TryFrom<Row> for ConversionProject {
    type Error = Refusal;

    fn try_from(row: Row) -> Result<Self, Refusal> {
        let ended = || row.ended_at.ok_or_else(|| Refusal::internal("an ended project without its time"));
        let state = match row.state {
            ProjectStage::Declared => ProjectState::Declared,
            ProjectStage::Withdrawn => ProjectState::Withdrawn { at: ended()?, reason: row.reason },
            ProjectStage::Lapsed => ProjectState::Lapsed { at: ended()?, reason: row.reason },
        };
        Ok(ConversionProject {
            id: row.id,
            version: row.version,
            unit: DivisionCode::parse(&row.unit).map_err(Refusal::internal)?,
            year: row.year,
            mode: row.mode,
            summary: row.summary,
            contract: Contract {
                id: row.contract_id,
                urn: row.contract_urn,
                number: row.contract_number,
                standing: state.stage() != ProjectStage::Lapsed,
                title: row.title,
                registered_on: row.registered_on,
                technical: row.technical_fen,
                total: row.total_fen,
                seller: row.seller,
                seller_division: row.seller_division,
                buyer: row.buyer,
                buyer_division: row.buyer_division,
            },
            state,
            declared_by: row.declared_by,
            declared_at: row.declared_at,
        })
    }
}
