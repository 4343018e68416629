//! 技术性收入核定: the registrant states what it received, the office verifies it against the contract.

use serde_json::json;

use super::acts::{Note, keep, official_trail};
use super::office::official;
use super::{filing, reading};
use crate::contract::codes::NO_INCOME;
use crate::contract::model::{
    ContractId, Income, IncomeState, IncomeStatement, IncomeTotal, Record, State, StepKind,
};
use crate::contract::rules::after;
use crate::contract::store;
use crate::db::{Snapshot, Tx};
use crate::kernel::actor::Actor;
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::Refusal;
use crate::kernel::permission::Permission;
use crate::kernel::text;

/// After performance, or part of it.
pub fn state_income(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    statement: &IncomeStatement,
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractWrite)?;
    let record = filing::own(tx, actor, id, expected)?;
    standing(&record)?;
    check(tx, &record, statement)?;
    let income = Income {
        contract: id,
        position: 0,
        state: IncomeState::Stated,
        statement: statement.clone(),
        stated_by: actor.person()?.user,
        stated_at: tx.now(),
        opinion: String::new(),
        decided: None,
    };
    let income = store::add_income(tx, income)?;
    let detail = json!({
        "income": income.position,
        "received_fen": statement.received,
        "technical_fen": statement.technical,
    });
    keep(tx, actor, record, Note::with(StepKind::IncomeStated, &statement.note, detail))
}

/// Verified as stated, or returned with the reason.
pub fn decide_income(
    tx: &mut Tx,
    actor: &Actor,
    id: ContractId,
    expected: Option<i64>,
    position: i32,
    decision: (bool, &str),
) -> Result<Record, Refusal> {
    actor.permit(Permission::ContractRegister)?;
    let (record, _, person) = official(tx, actor, id, expected)?;
    standing(&record)?;
    let (agrees, words) = decision;
    text::stated("/opinion", words, super::acts::OPINION_CHARS_MAX)?;
    let incomes = store::incomes(tx, id)?;
    let income = incomes.iter().find(|it| it.position == position).cloned();
    let income = income.ok_or_else(|| Refusal::new(&NO_INCOME))?;
    if income.state != IncomeState::Stated {
        return Err(Refusal::new(&STATE_CONFLICT).with("state", income.state));
    }
    if agrees {
        // The contract, or what was verified, may have changed since it was stated.
        check(tx, &record, &income.statement)?;
    }
    let state = if agrees { IncomeState::Verified } else { IncomeState::Returned };
    let decided = Some((person.user, tx.now()));
    let income = Income { state, opinion: words.trim().to_owned(), decided, ..income };
    store::save_income(tx, &income)?;
    let total = store::verified(&store::incomes(tx, id)?)?;
    let facts = json!({
        "income": position,
        "income_received_fen": income.statement.received,
        "income_technical_fen": income.statement.technical,
        "verified_received_fen": total.received,
        "verified_technical_fen": total.technical,
    });
    let kind = if agrees { StepKind::IncomeVerified } else { StepKind::IncomeReturned };
    let note = Note { facts, ..Note::with(kind, words, json!({"income": position})) };
    let record = keep(tx, actor, record, note)?;
    official_trail(tx, actor, &record, kind)?;
    Ok(record)
}

/// Every statement of a contract, and what is verified in all.
pub fn incomes(
    snapshot: &mut Snapshot,
    actor: &Actor,
    id: ContractId,
) -> Result<(Vec<Income>, IncomeTotal), Refusal> {
    reading::visible(snapshot, actor, id)?;
    let incomes = store::incomes(snapshot, id)?;
    let total = store::verified(&incomes)?;
    Ok((incomes, total))
}

fn check(tx: &mut Tx, record: &Record, statement: &IncomeStatement) -> Result<(), Refusal> {
    let verified = store::verified(&store::incomes(tx, record.id)?)?;
    let (total, technical) = (record.total(), record.technical);
    let today = tx.now().day();
    after::check_income(statement, verified, total, technical, record.form.estimated, today).check()
}

fn standing(record: &Record) -> Result<(), Refusal> {
    match &record.state {
        State::Registered(..) => Ok(()),
        state => Err(Refusal::new(&STATE_CONFLICT).with("state", state.stage())),
    }
}
