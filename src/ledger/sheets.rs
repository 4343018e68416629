//! The ledger's tables as sheets of a workbook.

use super::model::{AccountKey, AccountKind, Execution, Transaction, TrialLine};
use super::service::Statement;
use crate::kernel::money::Fen;
use crate::kernel::vocabulary;
use crate::papers::{Cell, Column, Sheet};

const WIDE_CHARS: u16 = 40;

fn columns(titles: &[&str]) -> Vec<Column> {
    titles.iter().map(|title| Column::new(*title).width(16)).collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn kind(kind: AccountKind) -> Cell {
    text(vocabulary::zh("account_kind", kind.as_str()))
}

fn year(year: Option<i32>) -> Cell {
    year.map_or(Cell::Empty, |year| Cell::Whole(year.into()))
}

fn account(key: &AccountKey) -> [Cell; 3] {
    [kind(key.kind), year(key.year), text(key.scheme.as_deref().unwrap_or_default())]
}

pub fn trial_balance(lines: &[TrialLine]) -> Sheet {
    let titles = ["账户类别", "预算年度", "补助办法", "账户数", "转入（元）", "转出（元）", "余额（元）"];
    let mut sheet = Sheet::new("试算平衡表", columns(&titles));
    for line in lines {
        sheet.rows.push(vec![
            kind(line.kind),
            year(line.year),
            text(line.scheme.as_deref().unwrap_or_default()),
            Cell::Whole(line.accounts),
            Cell::Yuan(line.inflow),
            Cell::Yuan(line.outflow),
            Cell::Yuan(line.balance),
        ]);
    }
    let total = |of: fn(&TrialLine) -> Fen| Cell::Yuan(Fen::sum(lines.iter().map(of)).unwrap_or_default());
    let (inflow, outflow) = (total(|line| line.inflow), total(|line| line.outflow));
    let balance = total(|line| line.balance);
    sheet.rows.push(vec![text("合计"), Cell::Empty, Cell::Empty, Cell::Empty, inflow, outflow, balance]);
    sheet
}

/// One row for each scheme, one column for each kind of account.
pub fn execution(name: &str, rows: &[Execution]) -> Sheet {
    let kinds: Vec<AccountKind> = AccountKind::ALL.iter().copied().filter(|kind| !kind.is_source()).collect();
    let mut titles = vec!["补助办法".to_owned(), "预算安排（元）".to_owned()];
    titles
        .extend(kinds.iter().map(|kind| format!("{}（元）", vocabulary::zh("account_kind", kind.as_str()))));
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let mut sheet = Sheet::new(name, columns(&titles));
    for row in rows {
        let appropriated = row.of(AccountKind::Appropriation);
        let mut cells =
            vec![text(&row.scheme), Cell::Yuan(appropriated.checked_neg().unwrap_or(appropriated))];
        cells.extend(kinds.iter().map(|kind| Cell::Yuan(row.of(*kind))));
        sheet.rows.push(cells);
    }
    sheet
}

/// The lines, and on a second sheet what stood on each account before and after.
pub fn statement(statement: &Statement) -> Vec<Sheet> {
    let titles = [
        "账户类别",
        "预算年度",
        "补助办法",
        "凭证号",
        "生效日期",
        "事项",
        "摘要",
        "金额（元）",
        "余额（元）",
    ];
    let mut lines = Sheet::new("明细", columns(&titles));
    for entry in &statement.lines {
        let mut cells = account(&entry.account).to_vec();
        let line = &entry.line;
        cells.extend([
            Cell::Whole(line.number),
            Cell::Day(line.effective),
            text(&line.kind),
            text(&line.note),
            Cell::Yuan(line.amount),
            Cell::Yuan(line.balance),
        ]);
        lines.rows.push(cells);
    }
    let titles = ["账户类别", "预算年度", "补助办法", "期初（元）", "转入（元）", "转出（元）", "期末（元）"];
    let mut accounts = Sheet::new("账户", columns(&titles));
    for movement in &statement.accounts {
        let mut cells = account(&movement.account).to_vec();
        let money = [movement.opening, movement.inflow, movement.outflow, movement.closing];
        cells.extend(money.map(Cell::Yuan));
        accounts.rows.push(cells);
    }
    vec![lines, accounts]
}

/// The head of the journal as a sheet; `journal_rows` fills it.
pub fn journal() -> Sheet {
    let titles = [
        "凭证号",
        "生效日期",
        "记账时间",
        "事项",
        "事由",
        "摘要",
        "账户",
        "金额（元）",
        "余额（元）",
        "业务号",
        "散列值",
    ];
    let columns = titles.iter().enumerate().map(|(at, title)| {
        Column::new(*title).width(if matches!(at, 4..=6 | 9 | 10) { WIDE_CHARS } else { 16 })
    });
    Sheet::new("日记账", columns.collect())
}

/// One row for each posting.
pub fn journal_rows(transaction: &Transaction) -> impl Iterator<Item = Vec<Cell>> + '_ {
    let t = transaction;
    t.postings.iter().map(|posting| {
        vec![
            Cell::Whole(t.number),
            Cell::Day(t.effective),
            text(&t.booked.rfc3339()),
            text(&t.kind),
            text(&t.cause),
            text(&t.note),
            text(&posting.account.path()),
            Cell::Yuan(posting.amount),
            Cell::Yuan(posting.balance),
            text(&t.external_key),
            text(&hex::encode(t.hash)),
        ]
    })
}
