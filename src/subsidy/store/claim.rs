//! Claims and their evidence; linked enterprises.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::db::conn::MultiBackend;
use crate::db::schema::{subsidy_batch, subsidy_claim, subsidy_evidence, subsidy_group_member, subsidy_line};
use crate::db::{Conn, on_each, saved};
use crate::files::model::FileId;
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::subsidy::model::{
    BatchId, BatchState, ClaimFilter, ClaimId, ClaimRecord, ClaimState, EvidenceRecord, InBatch, LinkedGroup,
};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = subsidy_claim, treat_none_as_null = true)]
struct ClaimRow {
    id: ClaimId,
    version: i64,
    number: String,
    state: ClaimState,
    scheme: String,
    scheme_version: i32,
    subject: String,
    once_key: String,
    beneficiary: String,
    beneficiary_name: String,
    beneficiary_code: String,
    organisation: OrganisationId,
    division: String,
    contract: Option<String>,
    title: String,
    event_on: Day,
    period: i32,
    requested_fen: Fen,
    awarded_fen: Option<Fen>,
    cap_group: String,
    bank: String,
    bank_account: String,
    opinion: String,
    awarded_seq: i64,
    created_by: UserId,
    reviewed_by: Option<UserId>,
    created_at: UtcTime,
    updated_at: UtcTime,
}

impl ClaimRow {
    fn of(it: &ClaimRecord) -> Self {
        Self {
            id: it.id,
            version: it.version,
            number: it.number.clone(),
            state: it.state,
            scheme: it.scheme.clone(),
            scheme_version: it.scheme_version,
            subject: it.subject.clone(),
            once_key: it.once_key.clone(),
            beneficiary: it.beneficiary.urn.clone(),
            beneficiary_name: it.beneficiary.name.clone(),
            beneficiary_code: it.beneficiary.credit_code.clone(),
            organisation: it.organisation,
            division: it.division.clone(),
            contract: it.contract.clone(),
            title: it.title.clone(),
            event_on: it.event_on,
            period: it.event_on.year(),
            requested_fen: it.requested,
            awarded_fen: it.awarded,
            cap_group: it.cap_group.clone(),
            bank: it.bank.clone(),
            bank_account: it.bank_account.clone(),
            opinion: it.opinion.clone(),
            awarded_seq: it.awarded_seq,
            created_by: it.created_by,
            reviewed_by: it.reviewed_by,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}

impl From<ClaimRow> for ClaimRecord {
    fn from(row: ClaimRow) -> Self {
        Self {
            id: row.id,
            version: row.version,
            number: row.number,
            state: row.state,
            scheme: row.scheme,
            scheme_version: row.scheme_version,
            subject: row.subject,
            once_key: row.once_key,
            beneficiary: PartyRef {
                urn: row.beneficiary,
                name: row.beneficiary_name,
                credit_code: row.beneficiary_code,
            },
            organisation: row.organisation,
            division: row.division,
            contract: row.contract,
            title: row.title,
            event_on: row.event_on,
            requested: row.requested_fen,
            awarded: row.awarded_fen,
            cap_group: row.cap_group,
            bank: row.bank,
            bank_account: row.bank_account,
            opinion: row.opinion,
            awarded_seq: row.awarded_seq,
            created_by: row.created_by,
            reviewed_by: row.reviewed_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

pub fn insert(conn: &mut Conn, claim: &ClaimRecord) -> Result<(), Refusal> {
    diesel::insert_into(subsidy_claim::table).values(ClaimRow::of(claim)).execute(conn)?;
    Ok(())
}

/// Saves a claim whose `version` is the new one.
pub fn save(conn: &mut Conn, claim: &ClaimRecord) -> Result<(), Refusal> {
    let old = subsidy_claim::table.find(claim.id).filter(subsidy_claim::version.eq(claim.version - 1));
    saved(diesel::update(old).set(ClaimRow::of(claim)).execute(conn)?)
}

pub fn find(conn: &mut Conn, id: ClaimId) -> Result<Option<ClaimRecord>, Refusal> {
    let row: Option<ClaimRow> = subsidy_claim::table.find(id).first(conn).optional()?;
    Ok(row.map(ClaimRecord::from))
}

/// The claim that stands under a key.
pub fn by_key(conn: &mut Conn, scheme: &str, once_key: &str) -> Result<Option<ClaimRecord>, Refusal> {
    let row: Option<ClaimRow> = subsidy_claim::table
        .filter(subsidy_claim::scheme.eq(scheme))
        .filter(subsidy_claim::once_key.eq(once_key))
        .filter(subsidy_claim::state.ne(ClaimState::Withdrawn))
        .first(conn)
        .optional()?;
    Ok(row.map(ClaimRecord::from))
}

/// Claims are never deleted, so that their count gives the next serial number.
pub fn count(conn: &mut Conn, scheme: &str, period: i32) -> Result<i64, Refusal> {
    Ok(subsidy_claim::table
        .filter(subsidy_claim::scheme.eq(scheme))
        .filter(subsidy_claim::period.eq(period))
        .count()
        .get_result(conn)?)
}

pub fn of_contract(conn: &mut Conn, contract: &str) -> Result<Vec<ClaimRecord>, Refusal> {
    let rows: Vec<ClaimRow> = subsidy_claim::table
        .filter(subsidy_claim::contract.eq(contract))
        .order(subsidy_claim::number.asc())
        .load(conn)?;
    Ok(rows.into_iter().map(ClaimRecord::from).collect())
}

pub fn page(
    conn: &mut Conn,
    filter: &ClaimFilter,
    before: Option<ClaimId>,
    limit: i64,
) -> Result<Vec<ClaimRecord>, Refusal> {
    let mut query = subsidy_claim::table.into_boxed::<MultiBackend>();
    if let Some(scheme) = &filter.scheme {
        query = query.filter(subsidy_claim::scheme.eq(scheme.clone()));
    }
    if let Some(schemes) = &filter.schemes {
        query = query.filter(subsidy_claim::scheme.eq_any(schemes.clone()));
    }
    if let Some(state) = filter.state {
        query = query.filter(subsidy_claim::state.eq(state));
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(subsidy_claim::organisation.eq(organisation));
    }
    if let Some(id) = before {
        query = query.filter(subsidy_claim::id.lt(id));
    }
    let rows: Vec<ClaimRow> = query.order(subsidy_claim::id.desc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(ClaimRecord::from).collect())
}

/// In the order of their ids.
pub fn after(conn: &mut Conn, after: Option<ClaimId>, limit: i64) -> Result<Vec<ClaimRecord>, Refusal> {
    let mut query = subsidy_claim::table.into_boxed::<MultiBackend>();
    if let Some(id) = after {
        query = query.filter(subsidy_claim::id.gt(id));
    }
    let rows: Vec<ClaimRow> = query.order(subsidy_claim::id.asc()).limit(limit).load(conn)?;
    Ok(rows.into_iter().map(ClaimRecord::from).collect())
}

const IDLE: [BatchState; 2] = [BatchState::Returned, BatchState::Void];

/// Awarded claims of a scheme, up to a period, that no live batch holds, by their numbers.
pub fn awaiting(conn: &mut Conn, scheme: &str, period: i32, limit: i64) -> Result<Vec<ClaimRecord>, Refusal> {
    let booked = subsidy_line::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_line::sheet)))
        .filter(subsidy_line::cap_group.eq(subsidy_claim::cap_group))
        .filter(subsidy_line::period.eq(subsidy_claim::period))
        .filter(subsidy_line::number.eq(subsidy_claim::number))
        .filter(subsidy_batch::scheme.eq(subsidy_claim::scheme))
        .filter(subsidy_batch::state.ne_all(IDLE));
    let rows: Vec<ClaimRow> = subsidy_claim::table
        .filter(subsidy_claim::scheme.eq(scheme))
        .filter(subsidy_claim::state.eq(ClaimState::Awarded))
        .filter(subsidy_claim::period.le(period))
        .filter(not(exists(booked)))
        .order(subsidy_claim::number.asc())
        .limit(limit)
        .load(conn)?;
    Ok(rows.into_iter().map(ClaimRecord::from).collect())
}

/// The live batch that a claim is in.
pub fn in_batch(conn: &mut Conn, claim: &str) -> Result<Option<InBatch>, Refusal> {
    let found: Option<(BatchId, BatchState)> = subsidy_line::table
        .inner_join(subsidy_batch::table.on(subsidy_batch::sheet.eq(subsidy_line::sheet)))
        .filter(subsidy_line::contract.eq(claim))
        .filter(subsidy_batch::state.ne_all(IDLE))
        .order(subsidy_batch::id.asc())
        .select((subsidy_batch::id, subsidy_batch::state))
        .first(conn)
        .optional()?;
    Ok(found.map(|(batch, state)| InBatch { batch, state }))
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_evidence)]
struct EvidenceRow {
    claim: ClaimId,
    position: i32,
    item: String,
    file: FileId,
    name: String,
    media_type: String,
    size_bytes: i64,
    sha256: String,
}

/// Makes this the claim's evidence, instead of what it had.
pub fn attach(conn: &mut Conn, claim: ClaimId, evidence: &[EvidenceRecord]) -> Result<(), Refusal> {
    diesel::delete(subsidy_evidence::table.filter(subsidy_evidence::claim.eq(claim))).execute(conn)?;
    let row = |(position, it): (i32, &EvidenceRecord)| EvidenceRow {
        claim,
        position,
        item: it.item.clone(),
        file: it.file,
        name: it.name.clone(),
        media_type: it.media_type.clone(),
        size_bytes: it.size_bytes,
        sha256: it.sha256.clone(),
    };
    let rows: Vec<EvidenceRow> = (0..).zip(evidence).map(row).collect();
    on_each!(conn, c => diesel::insert_into(subsidy_evidence::table).values(rows).execute(c))?;
    Ok(())
}

pub fn evidence(conn: &mut Conn, claim: ClaimId) -> Result<Vec<EvidenceRecord>, Refusal> {
    let rows: Vec<EvidenceRow> = subsidy_evidence::table
        .filter(subsidy_evidence::claim.eq(claim))
        .order(subsidy_evidence::position.asc())
        .load(conn)?;
    let read = |row: EvidenceRow| EvidenceRecord {
        item: row.item,
        file: row.file,
        name: row.name,
        media_type: row.media_type,
        size_bytes: row.size_bytes,
        sha256: row.sha256,
    };
    Ok(rows.into_iter().map(read).collect())
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = subsidy_group_member)]
struct MemberRow {
    credit_code: String,
    name: String,
    actor: String,
    at: UtcTime,
    division: String,
}

/// Makes these the members of a group; whoever was in another one leaves it.
pub fn set_group(conn: &mut Conn, group: &LinkedGroup, actor: &str, at: UtcTime) -> Result<(), Refusal> {
    let known = subsidy_group_member::table.filter(
        subsidy_group_member::name
            .eq(group.name.clone())
            .or(subsidy_group_member::credit_code.eq_any(group.credit_codes.clone())),
    );
    diesel::delete(known).execute(conn)?;
    let row = |code: &String| MemberRow {
        credit_code: code.clone(),
        name: group.name.clone(),
        actor: actor.to_owned(),
        at,
        division: group.division.clone(),
    };
    let rows: Vec<MemberRow> = group.credit_codes.iter().map(row).collect();
    on_each!(conn, c => diesel::insert_into(subsidy_group_member::table).values(rows).execute(c))?;
    Ok(())
}

/// The group of a unit, and the division that says so.
pub fn group_of(conn: &mut Conn, credit_code: &str) -> Result<Option<(String, String)>, Refusal> {
    Ok(subsidy_group_member::table
        .find(credit_code)
        .select((subsidy_group_member::name, subsidy_group_member::division))
        .first(conn)
        .optional()?)
}

/// The groups that setting this one changes, and the division of each.
pub fn groups_touched(
    conn: &mut Conn,
    name: &str,
    credit_codes: &[String],
) -> Result<Vec<(String, String)>, Refusal> {
    Ok(subsidy_group_member::table
        .filter(
            subsidy_group_member::name
                .eq(name)
                .or(subsidy_group_member::credit_code.eq_any(credit_codes.to_vec())),
        )
        .select((subsidy_group_member::name, subsidy_group_member::division))
        .distinct()
        .load(conn)?)
}

/// The newest claim of a beneficiary: where its money goes.
pub fn latest_of(conn: &mut Conn, scheme: &str, beneficiary: &str) -> Result<Option<ClaimRecord>, Refusal> {
    let row: Option<ClaimRow> = subsidy_claim::table
        .filter(subsidy_claim::scheme.eq(scheme))
        .filter(subsidy_claim::beneficiary.eq(beneficiary))
        .order(subsidy_claim::number.desc())
        .first(conn)
        .optional()?;
    Ok(row.map(ClaimRecord::from))
}

/// The number of a claim that stands for an event of this day or later.
pub fn standing_from(conn: &mut Conn, scheme: &str, day: Day) -> Result<Option<String>, Refusal> {
    let standing = [ClaimState::Submitted, ClaimState::Returned, ClaimState::Awarded];
    Ok(subsidy_claim::table
        .filter(subsidy_claim::scheme.eq(scheme))
        .filter(subsidy_claim::event_on.ge(day))
        .filter(subsidy_claim::state.eq_any(standing))
        .order(subsidy_claim::number.asc())
        .select(subsidy_claim::number)
        .first(conn)
        .optional()?)
}

/// Members by the name of their group, at most so many.
pub fn groups(conn: &mut Conn, limit: i64) -> Result<Vec<LinkedGroup>, Refusal> {
    let rows: Vec<MemberRow> = subsidy_group_member::table
        .order((subsidy_group_member::name.asc(), subsidy_group_member::credit_code.asc()))
        .limit(limit)
        .load(conn)?;
    let mut groups: Vec<LinkedGroup> = vec![];
    for row in rows {
        match groups.last_mut().filter(|group| group.name == row.name) {
            Some(group) => group.credit_codes.push(row.credit_code),
            None => groups.push(LinkedGroup {
                name: row.name,
                division: row.division,
                credit_codes: vec![row.credit_code],
            }),
        }
    }
    Ok(groups)
}
