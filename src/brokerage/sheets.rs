//! A broker's year and the figures of agencies as sheets of a workbook.

use super::model::Figures;
use super::service::Statement;
use crate::kernel::money::Fen;
use crate::papers::{Cell, Column, Sheet};

fn columns(titles: &[&str]) -> Vec<Column> {
    titles.iter().map(|title| Column::new(*title).width(18)).collect()
}

/// The lines, and on a second sheet the figures of the year.
pub fn statement(statement: &Statement) -> Vec<Sheet> {
    let titles = [
        "日期",
        "合同登记编号",
        "事由",
        "佣金基数（元）",
        "佣金（元）",
        "委托方承担（元）",
        "相对方承担（元）",
    ];
    let mut lines = Sheet::new(format!("{}年佣金明细", statement.year), columns(&titles));
    for line in &statement.lines {
        let rest = line.amount.checked_sub(line.client_part).unwrap_or_default();
        lines.rows.push(vec![
            Cell::Day(line.day),
            Cell::text(&line.number),
            Cell::text(&line.cause_kind),
            Cell::Yuan(line.base),
            Cell::Yuan(line.amount),
            Cell::Yuan(line.client_part),
            Cell::Yuan(rest),
        ]);
    }
    vec![lines, figures(statement.year, std::slice::from_ref(&statement.figures))]
}

pub fn figures(year: i32, rows: &[Figures]) -> Sheet {
    let titles = [
        "机构",
        "技术经理人数",
        "促成合同数",
        "合同成交额（元）",
        "技术交易额（元）",
        "服务单位数",
        "佣金（元）",
    ];
    let mut sheet = Sheet::new(format!("{year}年机构数据"), columns(&titles));
    let money = |fen: Fen| Cell::Yuan(fen);
    for row in rows {
        sheet.rows.push(vec![
            Cell::text(&row.name),
            Cell::Whole(row.staff),
            Cell::Whole(row.deals),
            money(row.total),
            money(row.technical),
            Cell::Whole(row.firms),
            money(row.commission),
        ]);
    }
    sheet
}
