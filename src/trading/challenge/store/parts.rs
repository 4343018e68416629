//! Opinions, milestones and evaluations of a challenge.

use diesel::prelude::*;

use crate::db::schema::challenge::{challenge_evaluation, challenge_milestone, challenge_opinion};
use crate::db::types::stored_words;
use crate::db::{Conn, from_json, saved, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};
use crate::trading::challenge::model::{
    ChallengeId, Evaluation, EvaluationResult, Milestone, MilestoneState, Opinion, OpinionId, ProposalId,
    Verdict,
};

stored_words!(Verdict, MilestoneState, EvaluationResult);

#[derive(Queryable, Insertable)]
#[diesel(table_name = challenge_opinion)]
struct OpinionRow {
    id: OpinionId,
    challenge: ChallengeId,
    proposal: Option<ProposalId>,
    expert: String,
    unit: String,
    verdict: Verdict,
    words: String,
    recorded_by: UserId,
    at: UtcTime,
}

pub fn insert_opinion(conn: &mut Conn, of: &Opinion) -> Result<(), Refusal> {
    let row = OpinionRow {
        id: of.id,
        challenge: of.challenge,
        proposal: of.proposal,
        expert: of.expert.clone(),
        unit: of.unit.clone(),
        verdict: of.verdict,
        words: of.words.clone(),
        recorded_by: of.recorded_by,
        at: of.at,
    };
    diesel::insert_into(challenge_opinion::table).values(row).execute(conn)?;
    Ok(())
}

/// Opinions in the order in which they were recorded; a challenge has few.
pub fn opinions(conn: &mut Conn, of: ChallengeId, limit: i64) -> Result<Vec<Opinion>, Refusal> {
    let rows: Vec<OpinionRow> = challenge_opinion::table
        .filter(challenge_opinion::challenge.eq(of))
        .order(challenge_opinion::id)
        .limit(limit)
        .select(challenge_opinion::all_columns)
        .load(conn)?;
    let build = |row: OpinionRow| Opinion {
        id: row.id,
        challenge: row.challenge,
        proposal: row.proposal,
        expert: row.expert,
        unit: row.unit,
        verdict: row.verdict,
        words: row.words,
        recorded_by: row.recorded_by,
        at: row.at,
    };
    Ok(rows.into_iter().map(build).collect())
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = challenge_milestone, treat_none_as_null = true)]
struct MilestoneRow {
    challenge: ChallengeId,
    number: i32,
    version: i64,
    title: String,
    due_on: Day,
    amount_fen: Fen,
    state: MilestoneState,
    report: String,
    files: String,
    opinion: String,
    submitted_at: Option<UtcTime>,
    accepted_at: Option<UtcTime>,
}

impl MilestoneRow {
    fn of(of: &Milestone) -> Result<Self, Refusal> {
        Ok(Self {
            challenge: of.challenge,
            number: of.number,
            version: of.version,
            title: of.title.clone(),
            due_on: of.due_on,
            amount_fen: of.amount,
            state: of.state,
            report: of.report.clone(),
            files: to_json(&of.files)?,
            opinion: of.opinion.clone(),
            submitted_at: of.submitted_at,
            accepted_at: of.accepted_at,
        })
    }

    fn build(self) -> Result<Milestone, Refusal> {
        Ok(Milestone {
            challenge: self.challenge,
            number: self.number,
            version: self.version,
            title: self.title,
            due_on: self.due_on,
            amount: self.amount_fen,
            state: self.state,
            report: self.report,
            files: from_json(&self.files)?,
            opinion: self.opinion,
            submitted_at: self.submitted_at,
            accepted_at: self.accepted_at,
        })
    }
}

pub fn insert_milestone(conn: &mut Conn, of: &Milestone) -> Result<(), Refusal> {
    let row = MilestoneRow::of(of)?;
    diesel::insert_into(challenge_milestone::table).values(&row).execute(conn)?;
    Ok(())
}

pub fn save_milestone(conn: &mut Conn, of: &Milestone) -> Result<(), Refusal> {
    let row = MilestoneRow::of(of)?;
    let old = challenge_milestone::table
        .filter(challenge_milestone::challenge.eq(of.challenge))
        .filter(challenge_milestone::number.eq(of.number))
        .filter(challenge_milestone::version.eq(of.version - 1));
    saved(diesel::update(old).set(&row).execute(conn)?)
}

pub fn milestone(conn: &mut Conn, of: ChallengeId, number: i32) -> Result<Option<Milestone>, Refusal> {
    let row: Option<MilestoneRow> = challenge_milestone::table
        .find((of, number))
        .select(challenge_milestone::all_columns)
        .first(conn)
        .optional()?;
    row.map(MilestoneRow::build).transpose()
}

/// Milestones in order; an agreement has few. Offering another agreement replaces them.
pub fn milestones(conn: &mut Conn, of: ChallengeId) -> Result<Vec<Milestone>, Refusal> {
    let rows: Vec<MilestoneRow> = challenge_milestone::table
        .filter(challenge_milestone::challenge.eq(of))
        .order(challenge_milestone::number)
        .select(challenge_milestone::all_columns)
        .load(conn)?;
    rows.into_iter().map(MilestoneRow::build).collect()
}

pub fn clear_milestones(conn: &mut Conn, of: ChallengeId) -> Result<(), Refusal> {
    let old = challenge_milestone::table.filter(challenge_milestone::challenge.eq(of));
    diesel::delete(old).execute(conn)?;
    Ok(())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = challenge_evaluation)]
struct EvaluationRow {
    challenge: ChallengeId,
    number: i32,
    result: EvaluationResult,
    score: Option<i32>,
    words: String,
    evaluated_on: Day,
    recorded_by: UserId,
    at: UtcTime,
}

pub fn insert_evaluation(conn: &mut Conn, of: &Evaluation) -> Result<(), Refusal> {
    let row = EvaluationRow {
        challenge: of.challenge,
        number: of.number,
        result: of.result,
        score: of.score,
        words: of.words.clone(),
        evaluated_on: of.evaluated_on,
        recorded_by: of.recorded_by,
        at: of.at,
    };
    diesel::insert_into(challenge_evaluation::table).values(row).execute(conn)?;
    Ok(())
}

/// Evaluations in order.
pub fn evaluations(conn: &mut Conn, of: ChallengeId) -> Result<Vec<Evaluation>, Refusal> {
    let rows: Vec<EvaluationRow> = challenge_evaluation::table
        .filter(challenge_evaluation::challenge.eq(of))
        .order(challenge_evaluation::number)
        .select(challenge_evaluation::all_columns)
        .load(conn)?;
    let build = |row: EvaluationRow| Evaluation {
        challenge: row.challenge,
        number: row.number,
        result: row.result,
        score: row.score,
        words: row.words,
        evaluated_on: row.evaluated_on,
        recorded_by: row.recorded_by,
        at: row.at,
    };
    Ok(rows.into_iter().map(build).collect())
}
