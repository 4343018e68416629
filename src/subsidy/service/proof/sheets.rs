//! Sheets: lines that follow from their facts, totals and payees that follow from the lines.

use std::collections::BTreeMap;

use super::super::super::model::{BatchRecord, BatchState, LineKind, LineRecord, SheetRecord};
use super::super::super::{rules, store};
use super::super::plan::base_of;
use super::super::read;
use super::log::{Said, contradicts};
use super::{Stop, fault, sum_of};
use crate::db::Conn;
use crate::kernel::money::Fen;

/// All sheets that a batch ever had; how many lines.
pub fn prove(conn: &mut Conn, said: &Said, batch: &BatchRecord) -> Result<i64, Stop> {
    let mut count = 0;
    for sheet in store::sheet::of_batch(conn, batch.id)? {
        let lines = store::sheet::lines(conn, sheet.id, None, i64::MAX)?;
        for line in &lines {
            check_line(conn, said, batch, &sheet, line)?;
        }
        check_sheet(&sheet, &lines)?;
        check_payees(conn, &sheet, &lines)?;
        count += i64::try_from(lines.len()).unwrap_or(i64::MAX);
    }
    // What went back books nothing, so that there is nothing to compute its corrections from.
    if !matches!(batch.state, BatchState::Returned | BatchState::Void) {
        for line in read::recomputed(conn, batch.clone())?.lines {
            if line.recomputed != line.line.amount {
                return Err(at(&batch.sheet, &line.line, "the amount does not follow from the facts"));
            }
        }
    }
    Ok(count)
}

fn at(sheet: &SheetRecord, line: &LineRecord, what: &'static str) -> Stop {
    fault("subsidy_line", format!("{} {}", sheet.id, line.position), what)
}

fn check_line(
    conn: &mut Conn,
    said: &Said,
    batch: &BatchRecord,
    sheet: &SheetRecord,
    line: &LineRecord,
) -> Result<(), Stop> {
    let amounts = (line.total, line.technical);
    if contradicts(said, &line.contract, line.contract_version, amounts)? {
        return Err(at(sheet, line, "the fact's amounts are not those in the change log"));
    }
    let Some(scheme) = store::scheme::version(conn, &batch.scheme, line.scheme_version)? else {
        return Err(at(sheet, line, "there is no such version of the scheme"));
    };
    let base = if line.ended { Fen::ZERO } else { base_of(scheme.base, line.total, line.technical) };
    if line.base != base {
        return Err(at(sheet, line, "the base does not follow from the fact"));
    }
    if sum_of(line.borne().into_iter().map(|(_, amount)| amount))? != line.amount {
        return Err(at(sheet, line, "the shares do not add up to the amount"));
    }
    Ok(())
}

fn check_sheet(sheet: &SheetRecord, lines: &[LineRecord]) -> Result<(), Stop> {
    let of_sheet = |what| Err(fault("subsidy_sheet", sheet.id, what));
    let counted: Vec<&LineRecord> = lines.iter().filter(|line| line.kind != LineKind::Correction).collect();
    if sum_of(lines.iter().map(|line| line.amount))? != sheet.total {
        return of_sheet("the total is not the sum of the lines");
    }
    if sum_of(counted.iter().map(|line| line.base))? != sheet.base {
        return of_sheet("the base is not the sum of the lines");
    }
    let (contracts, all) = (i32::try_from(counted.len()).ok(), i32::try_from(lines.len()).ok());
    if contracts != Some(sheet.contracts) || all != sheet.contracts.checked_add(sheet.corrections) {
        return of_sheet("the lines are not as many as it says");
    }
    Ok(())
}

fn check_payees(conn: &mut Conn, sheet: &SheetRecord, lines: &[LineRecord]) -> Result<(), Stop> {
    let mut balances: BTreeMap<String, (Fen, Fen)> =
        rules::balances(lines)?.into_iter().map(|(who, due, back)| (who, (due, back))).collect();
    for payee in store::payee::of_sheet(conn, sheet.id)? {
        let known = balances.remove(&payee.party.urn).unwrap_or_default();
        if known != (payee.due, payee.back) {
            let key = format!("{} {}", sheet.id, payee.position);
            return Err(fault("subsidy_payee", key, "what is due does not follow from the lines"));
        }
    }
    if balances.is_empty() { Ok(()) } else { Err(fault("subsidy_sheet", sheet.id, "a line has no payee")) }
}
