//! The template to fill in, and the sheet that says what is wrong with a filled one.

use super::columns::{Field, KEY, Kind, MAIN, MAIN_SHEET, PARTS};
use super::read::Problem;
use crate::kernel::error::fill;
use crate::kernel::vocabulary;
use crate::papers::{Cell, Column, Sheet};

const YES: &str = "是";
const NO: &str = "否";

/// Empty sheets with the columns, their notes and their choices.
pub fn template() -> Vec<Sheet> {
    let main = sheet(MAIN_SHEET, MAIN, "每项申请一行，序号不得重复，供其余各表引用");
    let parts = PARTS.iter().map(|part| sheet(part.sheet, part.fields, "“申请”表中的序号，可多行"));
    std::iter::once(main).chain(parts).collect()
}

fn sheet(name: &str, fields: &[Field], key_note: &str) -> Sheet {
    let columns = fields.iter().map(|field| {
        Column::new(field.title).width(width(field)).note(field.note).choices(choices(field.kind))
    });
    let key = Column::new(KEY).width(8).note(key_note);
    Sheet::new(name, std::iter::once(key).chain(columns).collect())
}

const fn width(field: &Field) -> u16 {
    match field.kind {
        Kind::Text => 24,
        Kind::Yes | Kind::YesOrNo => 10,
        _ => 18,
    }
}

fn choices(kind: Kind) -> Vec<String> {
    match kind {
        Kind::Code(list) => vocabulary::list(list).items.iter().map(|item| item.zh.to_owned()).collect(),
        Kind::Yes | Kind::YesOrNo => vec![YES.to_owned(), NO.to_owned()],
        _ => vec![],
    }
}

/// One line for each problem, with its cell; the last says that there are `more` than these.
pub fn problems_sheet(problems: &[Problem], more: bool) -> Sheet {
    let columns = [("工作表", 12), ("单元格", 10), ("列", 20), ("问题", 60), ("代码", 32)];
    let columns = columns.map(|(title, width)| Column::new(title).width(width)).to_vec();
    let mut sheet = Sheet::new("问题", columns);
    sheet.rows = problems
        .iter()
        .map(|problem| {
            vec![
                Cell::text(&problem.sheet),
                Cell::text(&problem.cell),
                Cell::text(&problem.column),
                Cell::text(fill(problem.code.zh, &problem.params)),
                Cell::text(problem.code.id),
            ]
        })
        .collect();
    if more {
        let said = format!("问题超过 {} 处，其余未列出；更正后请再次试导入", problems.len());
        let mut row = vec![Cell::Empty; 3];
        row.push(Cell::text(said));
        sheet.rows.push(row);
    }
    sheet
}
