//! Tables and the register as sheets, in the words of those who read them.

use crate::kernel::vocabulary::zh;
use crate::papers::{Cell, Column, Sheet};
use crate::statistics::model::{Dimension, Figures, Line, Record, Table};

/// Codes of divisions and their names.
pub type Names = [(String, String)];

const ALL: &str = "合计";

/// What a table counts by, as its title.
pub const fn title(by: Dimension) -> &'static str {
    match by {
        Dimension::Class => "合同类别",
        Dimension::TechnicalField => "技术领域",
        Dimension::IpKind => "知识产权",
        Dimension::SellerKind => "卖方单位性质",
        Dimension::BuyerKind => "买方单位性质",
        Dimension::PlanSource => "计划来源",
        Dimension::Month => "登记月份",
        Dimension::Flow => "技术流向",
    }
}

/// The words for a code.
pub fn label(by: Dimension, key: &str, names: &Names) -> String {
    let list = match by {
        Dimension::Class => "contract_class",
        Dimension::TechnicalField => "technical_field",
        Dimension::IpKind => "ip_involved",
        Dimension::SellerKind | Dimension::BuyerKind => "unit_kind",
        Dimension::PlanSource => "plan_source",
        Dimension::Month => return key.to_owned(),
        Dimension::Flow => return division(key, names),
    };
    zh(list, key).to_owned()
}

pub fn division(code: &str, names: &Names) -> String {
    names.iter().find(|(known, _)| known == code).map_or_else(|| code.to_owned(), |(_, name)| name.clone())
}

pub fn table(table: &Table, names: &Names) -> Sheet {
    let flow = table.by == Dimension::Flow;
    let keys = if flow { vec!["卖方地区", "买方地区"] } else { vec![title(table.by)] };
    let figures = ["合同项数", "合同成交额（元）", "技术交易额（元）"];
    let columns = keys.into_iter().map(|it| Column::new(it).width(24));
    let columns = columns.chain(figures.map(|it| Column::new(it).width(20))).collect();
    let mut sheet = Sheet::new(title(table.by), columns);
    let row = |keys: Vec<Cell>, it: Figures| {
        let figures = [Cell::Whole(it.contracts), Cell::Yuan(it.total), Cell::Yuan(it.technical)];
        keys.into_iter().chain(figures).collect::<Vec<Cell>>()
    };
    let keys = |line: &Line| {
        let to = line.to.as_deref().map(|to| Cell::text(division(to, names)));
        [Some(Cell::text(label(table.by, &line.key, names))), to].into_iter().flatten().collect()
    };
    sheet.rows = table.lines.iter().map(|line| row(keys(line), line.figures)).collect();
    let bottom = if flow { vec![Cell::text(ALL), Cell::Empty] } else { vec![Cell::text(ALL)] };
    sheet.rows.push(row(bottom, table.all));
    sheet
}

pub fn register_columns() -> Vec<Column> {
    [
        ("登记编号", 20),
        ("项目名称", 40),
        ("状态", 10),
        ("登记日期", 12),
        ("合同类别", 12),
        ("合同子类", 16),
        ("技术领域", 18),
        ("知识产权", 16),
        ("计划来源", 14),
        ("国民经济行业", 20),
        ("社会经济目标", 20),
        ("卖方", 30),
        ("卖方信用代码", 22),
        ("卖方单位性质", 16),
        ("卖方地区", 14),
        ("买方", 30),
        ("买方信用代码", 22),
        ("买方单位性质", 16),
        ("买方地区", 14),
        ("合同成交额（元）", 18),
        ("技术交易额（元）", 18),
        ("暂估", 8),
    ]
    .map(|(title, width)| Column::new(title).width(width))
    .to_vec()
}

pub fn register_row(record: &Record, names: &Names) -> Vec<Cell> {
    let word = |list: &str, code: &str| Cell::text(zh(list, code));
    vec![
        Cell::text(&record.number),
        Cell::text(&record.title),
        word("contract_state", record.stage.as_str()),
        Cell::Day(record.registered_on),
        word("contract_class", &record.class),
        word("contract_sub_type", &record.sub_type),
        word("technical_field", &record.technical_field),
        word("ip_involved", &record.ip_kind),
        word("plan_source", &record.plan_source),
        word("industry_class", &record.industry),
        word("socio_economic_objective", &record.objective),
        Cell::text(&record.seller.name),
        Cell::text(&record.seller.credit_code),
        word("unit_kind", &record.seller.kind),
        Cell::text(division(&record.seller.division, names)),
        Cell::text(&record.buyer.name),
        Cell::text(&record.buyer.credit_code),
        word("unit_kind", &record.buyer.kind),
        Cell::text(division(&record.buyer.division, names)),
        Cell::Yuan(record.total),
        Cell::Yuan(record.technical),
        Cell::text(if record.estimated { "是" } else { "" }),
    ]
}
