use super::*;
use crate::contract::rules::form::tests::complete_form;
use crate::papers::xlsx::{self, Limits, Page, Value};

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The template, filled with cells by the titles of their columns.
fn filled(sheet: &str, lines: &[&[(&str, Value)]]) -> Page {
    let empty = template().into_iter().find(|it| it.name == sheet).unwrap();
    let titles: Vec<String> = empty.columns.iter().map(|column| column.title.clone()).collect();
    let mut rows = vec![titles.iter().map(|title| text(title)).collect::<Vec<_>>()];
    for line in lines {
        let mut row = vec![Value::Empty; titles.len()];
        for (title, value) in *line {
            let at = titles.iter().position(|known| known == title).unwrap_or_else(|| panic!("{title}"));
            row[at] = value.clone();
        }
        rows.push(row);
    }
    Page { name: sheet.to_owned(), rows }
}

#[test]
fn the_template_reads_back_and_offers_the_code_lists() {
    let bytes = xlsx::write(&template()).unwrap();
    let pages = xlsx::read_pages(&bytes, &Limits::default()).unwrap();
    let names: Vec<_> = pages.iter().map(|page| page.name.as_str()).collect();
    assert_eq!(names, ["申请", "扣除", "分期", "知识产权", "代码表"]);
    assert_eq!(read(&pages).unwrap_err().code(), "contract_import_empty");
    let class = template().remove(0).columns.into_iter().find(|it| it.title == "合同类别").unwrap();
    assert_eq!(class.choices.len(), 5);
}

#[test]
fn a_line_becomes_a_form_with_its_parts() {
    let main: &[(&str, Value)] = &[
        ("序号", Value::Number(1.0)),
        ("项目名称", text(" 坭兴陶低氮窑炉研制 ")),
        ("合同类别", text("技术开发合同")),
        ("合同子类", text("commissioned_development")),
        ("社会经济目标", Value::Number(7.0)),
        ("签订日期", text("2026年2月1日")),
        ("起始日期", Value::Day("2026-02-01".parse().unwrap())),
        ("书面合同", text("是")),
        ("关联交易", text("否")),
        ("合同成交额（元）", Value::Number(1_000_000.5)),
        ("卖方信用代码", text("91459900000000011X")),
        ("提成比例（%）", Value::Number(3.5)),
        ("涉及的知识产权", text("未涉及知识产权")),
    ];
    let deduction: &[(&str, Value)] =
        &[("序号", text("1")), ("费用类型", text("equipment")), ("金额（元）", text("1,000.10"))];
    let found = read(&[filled("申请", &[main]), filled("扣除", &[deduction])]).unwrap();
    assert!(found.problems.is_empty(), "{:?}", found.problems);
    let form = &found.entries[0].form;
    assert_eq!((form.title.as_str(), form.class.as_str()), ("坭兴陶低氮窑炉研制", "development"));
    assert_eq!((form.objective.as_str(), form.total_fen), ("07", 100_000_050));
    assert_eq!(form.signed_on, form.start_on);
    assert_eq!((form.written, form.related_party), (true, Some(false)));
    assert_eq!(form.deductions[0].amount_fen, 100_010);
    assert_eq!(form.payment.royalty.as_ref().unwrap().rate_ppm, 35_000);
    assert_eq!(form.ip[0].kind, "none");
}

#[test]
fn every_problem_names_its_cell() {
    let wrong: &[(&str, Value)] = &[
        ("序号", text("a")),
        ("项目名称", Value::Formula),
        ("合同类别", text("买卖合同")),
        ("签订日期", text("去年")),
        ("书面合同", text("也许")),
        ("合同成交额（元）", text("一百万")),
        ("卖方信用代码", Value::Number(914_599_000_000_000_110.0)),
        ("终止日期", Value::Fault("#N/A".into())),
    ];
    let again: &[(&str, Value)] = &[("序号", text("a"))];
    let stray: &[(&str, Value)] = &[("序号", text("9")), ("金额（元）", Value::Number(1.0))];
    let found = read(&[filled("申请", &[wrong, again]), filled("分期", &[stray])]).unwrap();
    let told: Vec<_> = found.problems.iter().map(|it| (it.cell.as_str(), it.code.id)).collect();
    assert_eq!(
        told,
        [
            ("B2", "contract_import_formula"),
            ("C2", "unknown_value"),
            ("J2", "invalid_value"),
            ("L2", "invalid_value"),
            ("M2", "invalid_value"),
            ("P2", "invalid_value"),
            ("S2", "contract_import_number_imprecise"),
            ("A3", "contract_import_key_twice"),
            ("A2", "contract_import_key_unknown"),
        ]
    );
    assert!(found.entries.is_empty());
}

/// Issue, bulk import: everything at once. What cannot be read in one line hides nothing that is wrong in another.
#[test]
fn issue_a_bad_cell_leaves_the_other_lines_to_the_rules() {
    let bad: &[(&str, Value)] = &[("序号", text("1")), ("合同类别", text("买卖合同"))];
    let good: &[(&str, Value)] = &[("序号", text("2")), ("项目名称", text("示例"))];
    let found = read(&[filled("申请", &[bad, good])]).unwrap();
    assert_eq!(found.problems.len(), 1);
    assert_eq!(found.entries.len(), 1);
    assert_eq!((found.entries[0].cell(), found.entries[0].form.title.as_str()), ("A3", "示例"));
}

/// Issue, bulk import: nothing is guessed and nothing dropped: the right of the main sheet is among those listed.
#[test]
fn issue_a_right_named_in_the_main_sheet_is_not_dropped() {
    let patent: &[(&str, Value)] = &[("序号", text("1")), ("涉及的知识产权", text("patent_invention"))];
    let ip = |kind: &str| filled("知识产权", &[&[("序号", text("1")), ("种类", text(kind))]]);
    let found = read(&[filled("申请", &[patent]), ip("know_how")]).unwrap();
    let told: Vec<_> = found.problems.iter().map(|it| (it.column.as_str(), it.code.id)).collect();
    assert_eq!(told, [("涉及的知识产权", "contract_import_ip_not_listed")]);
    let found = read(&[filled("申请", &[patent]), ip("patent_invention")]).unwrap();
    assert!(found.problems.is_empty() && found.entries[0].form.ip.len() == 1);
}

/// Issue, every field of the national form: who brokered the deal.
#[test]
fn issue_a_line_names_its_broker() {
    let line: &[(&str, Value)] = &[("序号", text("1")), ("中介机构名称", text("示例中介"))];
    let found = read(&[filled("申请", &[line])]).unwrap();
    let broker = found.entries[0].form.broker.as_ref().unwrap();
    assert_eq!((broker.name.as_str(), broker.credit_code.as_str()), ("示例中介", ""));
}

/// A cell that shows 3.5% holds 0.035; typed as text or as a number it holds what it shows.
#[test]
fn a_percentage_is_what_its_cell_shows() {
    let rate = |value: Value| {
        let line: &[(&str, Value)] = &[("序号", text("1")), ("提成比例（%）", value)];
        let found = read(&[filled("申请", &[line])]).unwrap();
        found.entries[0].form.payment.royalty.as_ref().unwrap().rate_ppm
    };
    for value in [Value::Percent(0.035), Value::Number(3.5), text("3.5%"), text("3.5")] {
        assert_eq!(rate(value.clone()), 35_000, "{value:?}");
    }
    assert_eq!(rate(Value::Percent(0.000_001)), 1);
    assert_eq!(rate(Value::Percent(1.0)), 1_000_000);
}

#[test]
fn a_file_of_another_shape_is_refused_whole() {
    assert_eq!(read(&[]).unwrap_err().code(), "contract_import_sheet_missing");
    let mut page = filled("申请", &[]);
    page.rows[0][1] = text("合同名称");
    let refusal = read(&[page]).unwrap_err();
    assert_eq!(refusal.code(), "contract_import_columns_wrong");
    assert_eq!(refusal.params()[1].1, "项目名称");
    assert_eq!(refusal.params()[2].1, "合同名称");
    let lines: Vec<[(&str, Value); 1]> =
        (0..=ENTRIES_MAX).map(|at| [("序号", Value::Number(at as f64))]).collect();
    let lines: Vec<&[(&str, Value)]> = lines.iter().map(|line| line.as_slice()).collect();
    assert_eq!(read(&[filled("申请", &lines)]).unwrap_err().code(), "contract_import_too_many");
}

/// The template has a column for every field of the form.
#[test]
fn the_columns_cover_the_form() {
    let form = serde_json::to_value(complete_form()).unwrap();
    let covered = |pointer: &str| {
        super::columns::MAIN.iter().any(|field| field.pointer.starts_with(pointer))
            || super::columns::PARTS.iter().any(|part| part.pointer.starts_with(pointer))
    };
    let missing: Vec<_> =
        form.as_object().unwrap().keys().filter(|name| !covered(&format!("/{name}"))).collect();
    assert_eq!(missing, Vec::<&String>::new());
}
