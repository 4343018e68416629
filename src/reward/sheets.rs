//! The yearly report as sheets of a workbook.

use super::model::{Report, RewardForm};
use crate::kernel::money::Fen;
use crate::kernel::vocabulary;
use crate::papers::{Cell, Column, Sheet};

fn columns(titles: &[&str]) -> Vec<Column> {
    titles.iter().map(|title| Column::new(*title).width(18)).collect()
}

/// Shares are counted, money is shown in yuan.
fn quantity(form: RewardForm, quantity: Fen) -> Cell {
    if form == RewardForm::Equity { Cell::Whole(quantity.0) } else { Cell::Yuan(quantity) }
}

/// The plans, and on a second sheet the contracts by class.
pub fn report(report: &Report) -> Vec<Sheet> {
    let titles = [
        "合同登记编号",
        "项目名称",
        "奖酬形式",
        "确认日期",
        "到账收入（元）",
        "扣除费用（元）",
        "净收入、股份或营业利润",
        "奖酬总额",
        "主要贡献人员所得",
        "人数",
        "本年发放",
    ];
    let mut plans = Sheet::new("奖酬分配", columns(&titles));
    for plan in &report.plans {
        plans.rows.push(vec![
            Cell::text(&plan.number),
            Cell::text(&plan.title),
            Cell::text(vocabulary::zh("reward_form", plan.form.as_str())),
            plan.confirmed_on.map_or(Cell::Empty, Cell::Day),
            Cell::Yuan(plan.income),
            Cell::Yuan(plan.costs),
            quantity(plan.form, plan.base),
            quantity(plan.form, plan.reward),
            quantity(plan.form, plan.main),
            Cell::Whole(plan.people),
            quantity(plan.form, plan.paid),
        ]);
    }
    let titles = ["合同类别", "登记合同数", "合同成交额（元）", "技术交易额（元）"];
    let mut contracts = Sheet::new("登记合同", columns(&titles));
    for class in &report.contracts {
        contracts.rows.push(vec![
            Cell::text(vocabulary::zh("contract_class", &class.class)),
            Cell::Whole(class.contracts),
            Cell::Yuan(class.total),
            Cell::Yuan(class.technical),
        ]);
    }
    vec![plans, contracts]
}
