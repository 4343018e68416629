//! Amendments and statements of income.

use diesel::dsl::max;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::casework::{OpinionDoc, opinion, opinion_doc};
use crate::contract::model::{
    Amendment, AmendmentState, ContractId, Income, IncomeState, IncomeStatement, IncomeTotal,
};
use crate::db::schema::{contract_amendment, contract_income};
use crate::db::types::stored_words;
use crate::db::{Conn, from_json, saved, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::id::UserId;
use crate::kernel::money::Fen;
use crate::kernel::time::{Day, UtcTime};

stored_words!(AmendmentState, IncomeState);

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = contract_amendment, treat_none_as_null = true)]
struct AmendmentRow {
    contract: ContractId,
    position: i32,
    state: AmendmentState,
    reason: String,
    form: String,
    proposed_by: UserId,
    proposed_at: UtcTime,
    process: String,
    edition: Option<i32>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Process {
    consent: Option<OpinionDoc>,
    decision: Option<OpinionDoc>,
    base: Option<u32>,
}

impl AmendmentRow {
    fn of(it: &Amendment) -> Result<Self, Refusal> {
        let process = Process {
            consent: it.consent.as_ref().map(opinion_doc),
            decision: it.decision.as_ref().map(opinion_doc),
            base: it.base,
        };
        Ok(Self {
            contract: it.contract,
            position: it.position,
            state: it.state,
            reason: it.reason.clone(),
            form: to_json(&it.form)?,
            proposed_by: it.proposed_by,
            proposed_at: it.proposed_at,
            process: to_json(&process)?,
            edition: it.edition.map(i32::try_from).transpose().map_err(Refusal::internal)?,
        })
    }

    fn build(self) -> Result<Amendment, Refusal> {
        let process: Process = from_json(&self.process)?;
        Ok(Amendment {
            contract: self.contract,
            position: self.position,
            state: self.state,
            reason: self.reason,
            form: from_json(&self.form)?,
            proposed_by: self.proposed_by,
            proposed_at: self.proposed_at,
            consent: process.consent.map(opinion),
            decision: process.decision.map(opinion),
            base: process.base,
            edition: self.edition.map(u32::try_from).transpose().map_err(Refusal::internal)?,
        })
    }
}

/// Keeps a new amendment; its position is given here.
pub fn add_amendment(conn: &mut Conn, new: Amendment) -> Result<Amendment, Refusal> {
    let last: Option<i32> = contract_amendment::table
        .filter(contract_amendment::contract.eq(new.contract))
        .select(max(contract_amendment::position))
        .first(conn)?;
    let new = Amendment { position: last.unwrap_or(0) + 1, ..new };
    diesel::insert_into(contract_amendment::table).values(AmendmentRow::of(&new)?).execute(conn)?;
    Ok(new)
}

/// Writes an open amendment back.
pub fn save_amendment(conn: &mut Conn, changed: &Amendment) -> Result<(), Refusal> {
    let open = contract_amendment::table
        .filter(contract_amendment::contract.eq(changed.contract))
        .filter(contract_amendment::position.eq(changed.position))
        .filter(contract_amendment::state.eq(AmendmentState::Proposed));
    saved(diesel::update(open).set(AmendmentRow::of(changed)?).execute(conn)?)
}

/// Oldest first.
pub fn amendments(conn: &mut Conn, contract: ContractId) -> Result<Vec<Amendment>, Refusal> {
    let rows: Vec<AmendmentRow> = contract_amendment::table
        .filter(contract_amendment::contract.eq(contract))
        .order(contract_amendment::position)
        .load(conn)?;
    rows.into_iter().map(AmendmentRow::build).collect()
}

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = contract_income, treat_none_as_null = true)]
struct IncomeRow {
    contract: ContractId,
    position: i32,
    state: IncomeState,
    from_on: Day,
    to_on: Day,
    received_fen: Fen,
    technical_fen: Fen,
    note: String,
    stated_by: UserId,
    stated_at: UtcTime,
    opinion: String,
    decided_by: Option<UserId>,
    decided_at: Option<UtcTime>,
}

impl From<&Income> for IncomeRow {
    fn from(it: &Income) -> Self {
        let statement = &it.statement;
        Self {
            contract: it.contract,
            position: it.position,
            state: it.state,
            from_on: statement.from_on,
            to_on: statement.to_on,
            received_fen: statement.received,
            technical_fen: statement.technical,
            note: statement.note.clone(),
            stated_by: it.stated_by,
            stated_at: it.stated_at,
            opinion: it.opinion.clone(),
            decided_by: it.decided.map(|it| it.0),
            decided_at: it.decided.map(|it| it.1),
        }
    }
}

impl From<IncomeRow> for Income {
    fn from(row: IncomeRow) -> Self {
        Self {
            contract: row.contract,
            position: row.position,
            state: row.state,
            statement: IncomeStatement {
                from_on: row.from_on,
                to_on: row.to_on,
                received: row.received_fen,
                technical: row.technical_fen,
                note: row.note,
            },
            stated_by: row.stated_by,
            stated_at: row.stated_at,
            opinion: row.opinion,
            decided: row.decided_by.zip(row.decided_at),
        }
    }
}

/// Keeps a new statement; its position is given here.
pub fn add_income(conn: &mut Conn, new: Income) -> Result<Income, Refusal> {
    let last: Option<i32> = contract_income::table
        .filter(contract_income::contract.eq(new.contract))
        .select(max(contract_income::position))
        .first(conn)?;
    let new = Income { position: last.unwrap_or(0) + 1, ..new };
    diesel::insert_into(contract_income::table).values(IncomeRow::from(&new)).execute(conn)?;
    Ok(new)
}

/// Writes an undecided statement back.
pub fn save_income(conn: &mut Conn, changed: &Income) -> Result<(), Refusal> {
    let open = contract_income::table
        .filter(contract_income::contract.eq(changed.contract))
        .filter(contract_income::position.eq(changed.position))
        .filter(contract_income::state.eq(IncomeState::Stated));
    saved(diesel::update(open).set(IncomeRow::from(changed)).execute(conn)?)
}

/// Oldest first.
pub fn incomes(conn: &mut Conn, contract: ContractId) -> Result<Vec<Income>, Refusal> {
    let rows: Vec<IncomeRow> = contract_income::table
        .filter(contract_income::contract.eq(contract))
        .order(contract_income::position)
        .load(conn)?;
    Ok(rows.into_iter().map(Income::from).collect())
}

/// What is verified of these statements.
pub fn verified(incomes: &[Income]) -> Result<IncomeTotal, Refusal> {
    let of = |pick: fn(&IncomeStatement) -> Fen| {
        let verified = incomes.iter().filter(|it| it.state == IncomeState::Verified);
        Fen::sum(verified.map(|it| pick(&it.statement)))
    };
    let sums = of(|it| it.received).zip(of(|it| it.technical));
    let (received, technical) =
        sums.ok_or_else(|| Refusal::internal("the income of a contract overflows"))?;
    Ok(IncomeTotal { received, technical })
}
