//! Proposals of bidders.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::challenge::challenge_proposal;
use crate::db::types::stored_words;
use crate::db::{Conn, from_json, saved, to_json};
use crate::files::model::FileId;
use crate::kernel::error::Refusal;
use crate::kernel::id::{self, OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::page::{Page, PageQuery};
use crate::kernel::party::PartyRef;
use crate::kernel::time::UtcTime;
use crate::trading::challenge::model::{ChallengeId, Plan, Proposal, ProposalId, ProposalState};

stored_words!(ProposalState);

#[derive(Serialize, Deserialize)]
struct PlanDoc {
    summary: String,
    approach: String,
    team: String,
    months: u32,
    attachments: Vec<FileId>,
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = challenge_proposal)]
struct Row {
    id: ProposalId,
    version: i64,
    challenge: ChallengeId,
    organisation: OrganisationId,
    bidder_urn: String,
    bidder_name: String,
    bidder_credit_code: String,
    state: ProposalState,
    price_fen: Fen,
    plan: String,
    submitted_by: UserId,
    submitted_at: UtcTime,
    updated_at: UtcTime,
}

impl Row {
    fn of(of: &Proposal) -> Result<Self, Refusal> {
        let plan = PlanDoc {
            summary: of.plan.summary.clone(),
            approach: of.plan.approach.clone(),
            team: of.plan.team.clone(),
            months: of.plan.months,
            attachments: of.plan.attachments.clone(),
        };
        Ok(Self {
            id: of.id,
            version: of.version,
            challenge: of.challenge,
            organisation: of.organisation,
            bidder_urn: of.bidder.urn.clone(),
            bidder_name: of.bidder.name.clone(),
            bidder_credit_code: of.bidder.credit_code.clone(),
            state: of.state,
            price_fen: of.plan.price,
            plan: to_json(&plan)?,
            submitted_by: of.submitted_by,
            submitted_at: of.submitted_at,
            updated_at: of.updated_at,
        })
    }

    fn build(self, node: &str) -> Result<Proposal, Refusal> {
        let plan: PlanDoc = from_json(&self.plan)?;
        Ok(Proposal {
            id: self.id,
            urn: id::urn(node, "challenge_proposal", self.id),
            version: self.version,
            challenge: self.challenge,
            organisation: self.organisation,
            bidder: PartyRef {
                urn: self.bidder_urn,
                name: self.bidder_name,
                credit_code: self.bidder_credit_code,
            },
            state: self.state,
            plan: Plan {
                summary: plan.summary,
                approach: plan.approach,
                team: plan.team,
                months: plan.months,
                price: self.price_fen,
                attachments: plan.attachments,
            },
            submitted_by: self.submitted_by,
            submitted_at: self.submitted_at,
            updated_at: self.updated_at,
        })
    }
}

pub fn insert_proposal(conn: &mut Conn, of: &Proposal) -> Result<(), Refusal> {
    let row = Row::of(of)?;
    diesel::insert_into(challenge_proposal::table).values(&row).execute(conn)?;
    Ok(())
}

pub fn save_proposal(conn: &mut Conn, of: &Proposal) -> Result<(), Refusal> {
    let row = Row::of(of)?;
    let old = challenge_proposal::table
        .filter(challenge_proposal::id.eq(of.id))
        .filter(challenge_proposal::version.eq(of.version - 1));
    saved(diesel::update(old).set(&row).execute(conn)?)
}

pub fn find_proposal(
    conn: &mut Conn,
    of: ChallengeId,
    id: ProposalId,
    node: &str,
) -> Result<Option<Proposal>, Refusal> {
    let row: Option<Row> = challenge_proposal::table
        .find(id)
        .filter(challenge_proposal::challenge.eq(of))
        .select(challenge_proposal::all_columns)
        .first(conn)
        .optional()?;
    row.map(|row| row.build(node)).transpose()
}

/// The proposal of a bidder for a challenge, whatever became of it.
pub fn of_bidder(
    conn: &mut Conn,
    of: ChallengeId,
    bidder: &str,
    node: &str,
) -> Result<Option<Proposal>, Refusal> {
    let row: Option<Row> = challenge_proposal::table
        .filter(challenge_proposal::challenge.eq(of))
        .filter(challenge_proposal::bidder_urn.eq(bidder))
        .select(challenge_proposal::all_columns)
        .first(conn)
        .optional()?;
    row.map(|row| row.build(node)).transpose()
}

/// All proposals for a challenge that were not taken back.
pub fn proposals(
    conn: &mut Conn,
    of: ChallengeId,
    page: &PageQuery,
    node: &str,
) -> Result<Page<Proposal>, Refusal> {
    let mut query = challenge_proposal::table
        .into_boxed()
        .filter(challenge_proposal::challenge.eq(of))
        .filter(challenge_proposal::state.ne(ProposalState::Withdrawn));
    if let Some(after) = page.after::<ProposalId>()? {
        query = query.filter(challenge_proposal::id.gt(after));
    }
    let rows: Vec<Row> = query
        .order(challenge_proposal::id)
        .limit(page.limit + 1)
        .select(challenge_proposal::all_columns)
        .load(conn)?;
    built(rows, page, node)
}

/// How many proposals stand.
pub fn standing(conn: &mut Conn, of: ChallengeId) -> Result<i64, Refusal> {
    let standing = challenge_proposal::table
        .filter(challenge_proposal::challenge.eq(of))
        .filter(challenge_proposal::state.ne(ProposalState::Withdrawn));
    Ok(standing.count().get_result(conn)?)
}

/// A unit's own proposals, the newest first.
pub fn own_proposals(
    conn: &mut Conn,
    organisation: OrganisationId,
    page: &PageQuery,
    node: &str,
) -> Result<Page<Proposal>, Refusal> {
    let mut query =
        challenge_proposal::table.into_boxed().filter(challenge_proposal::organisation.eq(organisation));
    if let Some(after) = page.after::<ProposalId>()? {
        query = query.filter(challenge_proposal::id.lt(after));
    }
    let rows: Vec<Row> = query
        .order(challenge_proposal::id.desc())
        .limit(page.limit + 1)
        .select(challenge_proposal::all_columns)
        .load(conn)?;
    built(rows, page, node)
}

fn built(rows: Vec<Row>, page: &PageQuery, node: &str) -> Result<Page<Proposal>, Refusal> {
    let items = rows.into_iter().map(|row| row.build(node)).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(items, page.limit, |item| item.id))
}

/// Whatever still stands is not selected; returns whose it was.
pub fn settle(conn: &mut Conn, of: ChallengeId, now: UtcTime) -> Result<Vec<String>, Refusal> {
    let standing = challenge_proposal::table
        .filter(challenge_proposal::challenge.eq(of))
        .filter(challenge_proposal::state.eq(ProposalState::Submitted));
    let bidders: Vec<String> =
        standing.order(challenge_proposal::id).select(challenge_proposal::bidder_urn).load(conn)?;
    diesel::update(standing)
        .set((
            challenge_proposal::state.eq(ProposalState::NotSelected),
            challenge_proposal::version.eq(challenge_proposal::version + 1),
            challenge_proposal::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(bidders)
}
