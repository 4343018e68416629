//! Challenges and their timeline.

use diesel::prelude::*;

use super::course;
use crate::db::schema::challenge::{challenge, challenge_step};
use crate::db::types::stored_words;
use crate::db::{Conn, saved};
use crate::demand::model::DemandId;
use crate::kernel::error::Refusal;
use crate::kernel::id::{self, OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::trading::challenge::model::{Act, Challenge, ChallengeId, Content, Filter, Stage, Step};

stored_words!(Stage, Act);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = challenge, treat_none_as_null = true)]
struct Row {
    id: ChallengeId,
    version: i64,
    demand: DemandId,
    organisation: OrganisationId,
    holder_urn: String,
    holder_name: String,
    holder_credit_code: String,
    stage: Stage,
    title: String,
    requirements: String,
    conditions: String,
    bounty_fen: Option<Fen>,
    deadline: Option<Day>,
    published_at: Option<UtcTime>,
    winner_urn: Option<String>,
    course: String,
    steps: i64,
    created_by: UserId,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl Row {
    fn of(of: &Challenge) -> Result<Self, Refusal> {
        Ok(Self {
            id: of.id,
            version: of.version,
            demand: of.demand,
            organisation: of.organisation,
            holder_urn: of.holder.urn.clone(),
            holder_name: of.holder.name.clone(),
            holder_credit_code: of.holder.credit_code.clone(),
            stage: of.stage,
            title: of.content.title.clone(),
            requirements: of.content.requirements.clone(),
            conditions: of.content.conditions.clone(),
            bounty_fen: of.content.bounty,
            deadline: of.content.deadline,
            published_at: of.course.published_at,
            winner_urn: of.winner().map(|winner| winner.urn.clone()),
            course: course::write(&of.course)?,
            steps: of.steps,
            created_by: of.created_by,
            created_at: of.created_at,
            updated_at: of.updated_at,
        })
    }

    fn build(self, node: &str) -> Result<Challenge, Refusal> {
        Ok(Challenge {
            id: self.id,
            urn: id::urn(node, "challenge", self.id),
            version: self.version,
            demand: self.demand,
            demand_urn: id::urn(node, "demand", self.demand),
            organisation: self.organisation,
            holder: PartyRef {
                urn: self.holder_urn,
                name: self.holder_name,
                credit_code: self.holder_credit_code,
            },
            stage: self.stage,
            content: Content {
                title: self.title,
                requirements: self.requirements,
                conditions: self.conditions,
                bounty: self.bounty_fen,
                deadline: self.deadline,
            },
            course: course::read(&self.course, self.published_at)?,
            steps: self.steps,
            created_by: self.created_by,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

pub fn insert(conn: &mut Conn, of: &Challenge) -> Result<(), Refusal> {
    let row = Row::of(of)?;
    diesel::insert_into(challenge::table).values(&row).execute(conn)?;
    Ok(())
}

/// Writes a challenge back over the version before its own.
pub fn save(conn: &mut Conn, of: &Challenge) -> Result<(), Refusal> {
    let row = Row::of(of)?;
    let old = challenge::table.filter(challenge::id.eq(of.id)).filter(challenge::version.eq(of.version - 1));
    saved(diesel::update(old).set(&row).execute(conn)?)
}

pub fn find(conn: &mut Conn, id: ChallengeId, node: &str) -> Result<Option<Challenge>, Refusal> {
    let row: Option<Row> = challenge::table.find(id).select(challenge::all_columns).first(conn).optional()?;
    row.map(|row| row.build(node)).transpose()
}

const OPEN: [Stage; 7] = [
    Stage::Collected,
    Stage::ExpertArgument,
    Stage::Published,
    Stage::ProposalReview,
    Stage::Signing,
    Stage::Milestones,
    Stage::Evaluation,
];

/// The open challenge about a demand, if there is one.
pub fn open_about(conn: &mut Conn, demand: DemandId) -> Result<Option<ChallengeId>, Refusal> {
    Ok(challenge::table
        .filter(challenge::demand.eq(demand))
        .filter(challenge::stage.eq_any(OPEN))
        .select(challenge::id)
        .first(conn)
        .optional()?)
}

/// Published challenges whose last day for proposals is over.
pub fn due(conn: &mut Conn, today: Day, limit: i64) -> Result<Vec<ChallengeId>, Refusal> {
    Ok(challenge::table
        .filter(challenge::stage.eq(Stage::Published))
        .filter(challenge::deadline.lt(today))
        .order((challenge::deadline, challenge::id))
        .limit(limit)
        .select(challenge::id)
        .load(conn)?)
}

/// What the public ever saw, the newest first.
pub fn list(
    conn: &mut Conn,
    filter: &Filter,
    page: &PageQuery,
    node: &str,
) -> Result<Page<Challenge>, Refusal> {
    let mut query = challenge::table.into_boxed().filter(challenge::published_at.is_not_null());
    if let Some(stage) = filter.stage {
        query = query.filter(challenge::stage.eq(stage));
    }
    if let Some(holder) = filter.holder {
        query = query.filter(challenge::organisation.eq(holder));
    }
    if let Some(after) = page.after::<ChallengeId>()? {
        query = query.filter(challenge::id.lt(after));
    }
    let rows: Vec<Row> =
        query.order(challenge::id.desc()).limit(page.limit + 1).select(challenge::all_columns).load(conn)?;
    built(rows, page, node)
}

/// The challenges that a unit opened or won, in every stage.
pub fn own(
    conn: &mut Conn,
    organisation: OrganisationId,
    urn: &str,
    page: &PageQuery,
    node: &str,
) -> Result<Page<Challenge>, Refusal> {
    let won = challenge::winner_urn.eq(urn.to_owned());
    let mine = challenge::organisation.eq(organisation).nullable().or(won);
    let mut query = challenge::table.into_boxed().filter(mine);
    if let Some(after) = page.after::<ChallengeId>()? {
        query = query.filter(challenge::id.lt(after));
    }
    let rows: Vec<Row> =
        query.order(challenge::id.desc()).limit(page.limit + 1).select(challenge::all_columns).load(conn)?;
    built(rows, page, node)
}

/// What waits for the organiser: the argument, the review, an evaluation; the oldest first.
pub fn waiting(conn: &mut Conn, page: &PageQuery, node: &str) -> Result<Page<Challenge>, Refusal> {
    let stages = [Stage::ExpertArgument, Stage::ProposalReview, Stage::Evaluation];
    let mut query = challenge::table.into_boxed().filter(challenge::stage.eq_any(stages));
    if let Some(after) = page.after::<ChallengeId>()? {
        query = query.filter(challenge::id.gt(after));
    }
    let rows: Vec<Row> =
        query.order(challenge::id).limit(page.limit + 1).select(challenge::all_columns).load(conn)?;
    built(rows, page, node)
}

fn built(rows: Vec<Row>, page: &PageQuery, node: &str) -> Result<Page<Challenge>, Refusal> {
    let items = rows.into_iter().map(|row| row.build(node)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.limit, |item| item.id))
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = challenge_step)]
struct StepRow {
    challenge: ChallengeId,
    number: i64,
    at: UtcTime,
    act: Act,
    stage: Stage,
    user_id: Option<UserId>,
    unit: String,
    words: String,
}

pub fn insert_step(conn: &mut Conn, step: &Step) -> Result<(), Refusal> {
    let row = StepRow {
        challenge: step.challenge,
        number: step.number,
        at: step.at,
        act: step.act,
        stage: step.stage,
        user_id: step.user,
        unit: step.unit.clone(),
        words: step.words.clone(),
    };
    diesel::insert_into(challenge_step::table).values(row).execute(conn)?;
    Ok(())
}

/// How often a proposal was selected so far.
pub fn selections(conn: &mut Conn, of: ChallengeId) -> Result<i64, Refusal> {
    let found = challenge_step::table
        .filter(challenge_step::challenge.eq(of))
        .filter(challenge_step::act.eq(Act::Select));
    Ok(found.count().get_result(conn)?)
}

/// The timeline in order.
pub fn steps(conn: &mut Conn, of: ChallengeId, page: &PageQuery) -> Result<Page<Step>, Refusal> {
    let mut query = challenge_step::table.into_boxed().filter(challenge_step::challenge.eq(of));
    if let Some(after) = page.after::<i64>()? {
        query = query.filter(challenge_step::number.gt(after));
    }
    let rows: Vec<StepRow> = query
        .order(challenge_step::number)
        .limit(page.limit + 1)
        .select(challenge_step::all_columns)
        .load(conn)?;
    let build = |row: StepRow| Step {
        challenge: row.challenge,
        number: row.number,
        at: row.at,
        act: row.act,
        stage: row.stage,
        user: row.user_id,
        unit: row.unit,
        words: row.words,
    };
    Ok(Page::cut(rows.into_iter().map(build).collect(), page.limit, |step| step.number))
}
