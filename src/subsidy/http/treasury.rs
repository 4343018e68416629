//! The table that goes to the treasury and comes back with what became of it.

use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::papers::{Cell, Column, Sheet, xlsx};
use crate::subsidy::codes::{REMITTANCE_CELL, REMITTANCE_COLUMN};
use crate::subsidy::model::Outcome;
use crate::subsidy::service::{Instruction, ReportRow};

/// A batch has at most some hundred payees: what is larger is no payment file.
pub const FILE_BYTES_MAX: usize = 1 << 20;

const INSTRUCTION: &str = "拨付指令号";
const OUTCOME: &str = "拨付结果";
const AMOUNT: &str = "实拨金额（元）";
const PAID_ON: &str = "拨付日期";
const REFERENCE: &str = "财政流水号";
const PAID: &str = "成功";
const FAILED: &str = "失败";

pub fn sheet(instructions: &[Instruction]) -> Sheet {
    let columns = vec![
        Column::new(INSTRUCTION).width(42),
        Column::new("收款单位").width(30),
        Column::new("统一社会信用代码").width(22),
        Column::new("开户银行").width(24),
        Column::new("银行账号").width(24),
        Column::new("应拨金额（元）").width(16),
        Column::new(OUTCOME).choices(vec![PAID.to_owned(), FAILED.to_owned()]),
        Column::new(AMOUNT).width(16),
        Column::new(PAID_ON).note("如 2026-03-02"),
        Column::new(REFERENCE).width(22),
    ];
    let mut sheet = Sheet::new("拨付清单", columns);
    let row = |it: &Instruction| {
        vec![
            Cell::text(it.instruction.clone()),
            Cell::text(it.payee.party.name.clone()),
            Cell::text(it.payee.party.credit_code.clone()),
            Cell::text(it.payee.bank.clone()),
            Cell::text(it.payee.bank_account.clone()),
            Cell::Yuan(it.amount),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
        ]
    };
    sheet.rows = instructions.iter().map(row).collect();
    sheet
}

/// The reported rows of a CSV or XLSX file; rows without a result are not reported yet.
pub fn rows(bytes: &[u8]) -> Result<Vec<ReportRow>, Refusal> {
    let table = if bytes.starts_with(b"PK") { workbook(bytes)? } else { text(bytes)? };
    let mut rows = table.into_iter();
    let titles = rows.next().unwrap_or_default();
    let column = |title: &str| {
        let at = titles.iter().position(|cell| cell.trim() == title);
        at.ok_or_else(|| Refusal::new(&REMITTANCE_COLUMN).with("title", title))
    };
    let at = [column(INSTRUCTION)?, column(OUTCOME)?, column(AMOUNT)?, column(PAID_ON)?, column(REFERENCE)?];
    let mut report = vec![];
    // The titles are the first row of the sheet.
    for (number, cells) in (2..).zip(rows) {
        let [instruction, outcome, amount, paid_on, reference] =
            at.map(|at| cells.get(at).map(|cell| cell.trim()).unwrap_or_default());
        if outcome.is_empty() {
            continue;
        }
        let wrong = |title: &str| Refusal::new(&REMITTANCE_CELL).with("row", number).with("title", title);
        let outcome = match outcome {
            PAID => Outcome::Paid,
            FAILED => Outcome::Failed,
            _ => return Err(wrong(OUTCOME)),
        };
        let amount = match amount {
            "" if outcome == Outcome::Failed => Fen::ZERO,
            text => Fen::parse_yuan(text).map_err(|_| wrong(AMOUNT))?,
        };
        let paid_on: Day = paid_on.parse().map_err(|_| wrong(PAID_ON))?;
        let (instruction, reference) = (instruction.to_owned(), reference.to_owned());
        report.push(ReportRow { instruction, outcome, amount, paid_on, reference });
    }
    Ok(report)
}

fn workbook(bytes: &[u8]) -> Result<Vec<Vec<String>>, Refusal> {
    let rows = xlsx::read(bytes, &xlsx::Limits::default())?;
    Ok(rows.into_iter().map(|row| row.iter().map(xlsx::Value::plain).collect()).collect())
}

/// RFC 4180, with or without the byte order mark; the guard against formulas is taken off again.
fn text(bytes: &[u8]) -> Result<Vec<Vec<String>>, Refusal> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Refusal::new(&REMITTANCE_COLUMN).with("title", INSTRUCTION).because(error))?;
    let (mut rows, mut row, mut cell, mut quoted) = (vec![], vec![], String::new(), false);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => cell.extend(rest.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            '\r' if !quoted => {}
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    let unguarded = |cell: String| cell.strip_prefix('\'').map(str::to_owned).unwrap_or(cell);
    Ok(rows.into_iter().map(|row| row.into_iter().map(unguarded).collect()).collect())
}
