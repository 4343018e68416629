//! Writing XLSX. Texts are written as texts, so no cell becomes a formula.

use rust_xlsxwriter::{
    DataValidation, DocProperties, ExcelDateTime, Format, FormatAlign, Formula, Note, Workbook, Worksheet,
    XlsxError,
};

use crate::kernel::error::Refusal;
use crate::kernel::time::Day;
use crate::papers::codes::SHEET_TOO_LARGE;
use crate::papers::{Cell, Column, Sheet};

/// Rows of one sheet: what the slow lane can hold in memory (about 1 KiB a row while it is written).
pub const ROWS_MAX: usize = 100_000;

/// A spreadsheet shows fifteen digits; a longer number would be changed silently, so it is written as text.
const EXACT_MAX: u64 = 999_999_999_999_999;

/// Rows below the titles of a form to be filled in that offer the column's choices.
const CHOICE_ROWS: u32 = 5_000;

/// Where the choices stand; a list inside the rule itself may have only 255 characters.
const CHOICES_SHEET: &str = "代码表";

/// Writes a workbook. The same tables give the same bytes.
pub fn write(sheets: &[Sheet]) -> Result<Vec<u8>, Refusal> {
    if sheets.iter().any(|sheet| sheet.rows.len() > ROWS_MAX) {
        return Err(Refusal::new(&SHEET_TOO_LARGE).with("max_rows", ROWS_MAX));
    }
    workbook(sheets).map_err(Refusal::internal)
}

fn workbook(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The file itself carries no time: what it says is dated by its words.
    let made = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let mut choices = Choices::default();
    for sheet in sheets {
        fill(book.add_worksheet(), sheet, &mut choices)?;
    }
    if !choices.lists.is_empty() {
        choices.fill(book.add_worksheet())?;
    }
    book.save_to_buffer()
}

fn fill(page: &mut Worksheet, sheet: &Sheet, choices: &mut Choices) -> Result<(), XlsxError> {
    page.set_name(&sheet.name)?;
    page.set_freeze_panes(1, 0)?;
    let title = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Center);
    for (at, column) in sheet.columns.iter().enumerate() {
        let at = column_number(at)?;
        page.write_string_with_format(0, at, &column.title, &title)?;
        page.set_column_width(at, f64::from(column.width_chars))?;
        if !column.note.is_empty() {
            page.insert_note(0, at, &Note::new(&column.note).add_author_prefix(false).set_width(260))?;
        }
        if let Some(rule) = choices.rule(column)? {
            page.add_data_validation(1, at, CHOICE_ROWS, at, &rule)?;
        }
    }
    let formats = Formats::new();
    for (row, cells) in sheet.rows.iter().enumerate() {
        let row = u32::try_from(row + 1).map_err(|_| XlsxError::RowColumnLimitError)?;
        for (at, cell) in cells.iter().enumerate() {
            write_cell(page, row, column_number(at)?, cell, &formats)?;
        }
    }
    Ok(())
}

struct Formats {
    text: Format,
    whole: Format,
    yuan: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            text: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            whole: Format::new().set_num_format("0").set_align(FormatAlign::Top),
            yuan: Format::new().set_num_format("#,##0.00").set_align(FormatAlign::Top),
            day: Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top),
        }
    }
}

fn write_cell(
    page: &mut Worksheet,
    row: u32,
    at: u16,
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Whole(number) if number.unsigned_abs() <= EXACT_MAX => {
            page.write_number_with_format(row, at, *number as f64, &formats.whole)?;
        }
        Cell::Yuan(amount) if amount.0.unsigned_abs() <= EXACT_MAX => {
            page.write_number_with_format(row, at, amount.0 as f64 / 100.0, &formats.yuan)?;
        }
        Cell::Day(day) => match serial_day(*day) {
            Some(date) => {
                page.write_datetime_with_format(row, at, &date, &formats.day)?;
            }
            None => {
                page.write_string_with_format(row, at, day.to_string(), &formats.text)?;
            }
        },
        other => {
            page.write_string_with_format(row, at, other.plain(), &formats.text)?;
        }
    }
    Ok(())
}

/// Spreadsheets count days from 1900 on.
fn serial_day(day: Day) -> Option<ExcelDateTime> {
    let (year, month) = (u16::try_from(day.year()).ok()?, u8::try_from(day.month()).ok()?);
    let of_month = u8::try_from(day.days_since(day.first_of_month()) + 1).ok()?;
    if year < 1900 { None } else { ExcelDateTime::from_ymd(year, month, of_month).ok() }
}

fn column_number(at: usize) -> Result<u16, XlsxError> {
    u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)
}

/// The lists that columns offer, each once.
#[derive(Default)]
struct Choices {
    lists: Vec<Vec<String>>,
}

impl Choices {
    fn rule(&mut self, column: &Column) -> Result<Option<DataValidation>, XlsxError> {
        if column.choices.is_empty() {
            return Ok(None);
        }
        let known = self.lists.iter().position(|list| *list == column.choices);
        let at = known.unwrap_or_else(|| {
            self.lists.push(column.choices.clone());
            self.lists.len() - 1
        });
        let letter = super::read::column_name(at);
        let range = format!("='{CHOICES_SHEET}'!${letter}$1:${letter}${}", column.choices.len());
        let rule = DataValidation::new()
            .allow_list_formula(Formula::new(range))
            .set_error_title("请从列表中选择")?
            .set_error_message("此列只接受下拉列表中的内容")?;
        Ok(Some(rule))
    }

    fn fill(&self, page: &mut Worksheet) -> Result<(), XlsxError> {
        page.set_name(CHOICES_SHEET)?;
        for (at, list) in self.lists.iter().enumerate() {
            for (row, choice) in list.iter().enumerate() {
                let row = u32::try_from(row).map_err(|_| XlsxError::RowColumnLimitError)?;
                page.write_string(row, column_number(at)?, choice)?;
            }
        }
        page.set_hidden(true);
        Ok(())
    }
}
