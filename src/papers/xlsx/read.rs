//! Reading XLSX that anybody may have made. Everything is bounded; a formula is reported, never computed.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::package::{Package, invalid};
use super::values::{Shown, attribute, formats, resolve, shared_texts, value};
use crate::kernel::error::Refusal;
use crate::kernel::time::Day;
use crate::papers::codes::{
    XLSX_CELL_TOO_LONG, XLSX_TOO_MANY_CELLS, XLSX_TOO_MANY_COLUMNS, XLSX_TOO_MANY_ROWS,
};

/// How much of a file is taken.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub file_bytes_max: usize,
    /// All unpacked parts together.
    pub inflated_bytes_max: u64,
    pub parts_max: usize,
    pub sheets_max: usize,
    pub rows_max: usize,
    pub columns_max: usize,
    /// Of all sheets together.
    pub cells_max: usize,
    pub cell_chars_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes_max: 10 * 1024 * 1024,
            inflated_bytes_max: 64 * 1024 * 1024,
            parts_max: 200,
            sheets_max: 20,
            rows_max: 20_000,
            columns_max: 200,
            cells_max: 500_000,
            cell_chars_max: 5_000,
        }
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Empty,
    Text(String),
    Number(f64),
    /// A number that its cell shows as a percentage: the stored 0.035 of a cell that says 3.5%.
    Percent(f64),
    Day(Day),
    Truth(bool),
    /// An error value such as `#N/A`.
    Fault(String),
    /// A formula, whatever it was last computed to.
    Formula,
}

/// What a part of one is rounded to before it is shown in percent: no binary fraction stands as 3.5000000000000004%.
const PERCENT_STEPS: f64 = 1e12;

/// A sheet by its name; rows count from the first of the sheet, each as long as its last filled cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub name: String,
    pub rows: Vec<Vec<Value>>,
}

impl Value {
    /// As a user would have typed it; a number without exponent and without trailing zeros.
    pub fn plain(&self) -> String {
        match self {
            Self::Empty | Self::Formula => String::new(),
            Self::Text(text) | Self::Fault(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Percent(part) => format!("{}%", (part * PERCENT_STEPS).round() / (PERCENT_STEPS / 100.0)),
            Self::Day(day) => day.to_string(),
            Self::Truth(truth) => truth.to_string(),
        }
    }
}

/// The cells of the first sheet.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Vec<Value>>, Refusal> {
    let first = read_pages(bytes, &Limits { sheets_max: 1, ..*limits })?.into_iter().next();
    Ok(first.map(|page| page.rows).unwrap_or_default())
}

/// The sheets in their order, at most `sheets_max`.
pub fn read_pages(bytes: &[u8], limits: &Limits) -> Result<Vec<Page>, Refusal> {
    let mut package = Package::open(bytes, limits)?;
    let base = workbook_path(&package.required("_rels/.rels")?)?;
    let (folder, file) = base.rsplit_once('/').unwrap_or(("", &base));
    let relations = relations(&package.required(&format!("{folder}/_rels/{file}.rels"))?)?;
    let book = workbook(&package.required(&base)?)?;
    let target = |id: &str| relations.iter().find(|it| it.id == id).map(|it| it.path(folder));
    let of_kind = |kind: &str| relations.iter().find(|it| it.kind.ends_with(kind)).map(|it| it.path(folder));
    let shared = match of_kind("/sharedStrings") {
        Some(path) => shared_texts(&package.part(&path)?.unwrap_or_default())?,
        None => vec![],
    };
    let formats = match of_kind("/styles") {
        Some(path) => formats(&package.part(&path)?.unwrap_or_default())?,
        None => vec![],
    };
    let mut left_cells = limits.cells_max;
    let mut pages = Vec::new();
    for (name, id) in book.sheets.iter().take(limits.sheets_max) {
        let path = target(id).ok_or_else(|| invalid(format!("sheet {name} has no part")))?;
        let xml = package.required(&path)?;
        let context =
            Context { name, shared: &shared, formats: &formats, since_1904: book.since_1904, limits };
        pages.push(Page { name: name.clone(), rows: context.rows(&xml, &mut left_cells)? });
    }
    if pages.is_empty() {
        return Err(invalid("no sheet"));
    }
    Ok(pages)
}

struct Relation {
    id: String,
    kind: String,
    target: String,
}

impl Relation {
    fn path(&self, folder: &str) -> String {
        match self.target.strip_prefix('/') {
            Some(absolute) => absolute.to_owned(),
            None if folder.is_empty() => self.target.clone(),
            None => format!("{folder}/{}", self.target),
        }
    }
}

fn relations(xml: &str) -> Result<Vec<Relation>, Refusal> {
    let mut found = Vec::new();
    each_tag(xml, |tag| {
        if tag.local_name().as_ref() == "Relationship" {
            let of = |name| attribute(tag, name).unwrap_or_default();
            found.push(Relation { id: of("Id"), kind: of("Type"), target: of("Target") });
        }
    })?;
    Ok(found)
}

/// Where the package says that its workbook is.
fn workbook_path(xml: &str) -> Result<String, Refusal> {
    let found = relations(xml)?.into_iter().find(|it| it.kind.ends_with("/officeDocument"));
    found.map(|it| it.path("")).ok_or_else(|| invalid("no workbook"))
}

#[derive(Default)]
struct Workbook {
    sheets: Vec<(String, String)>,
    since_1904: bool,
}

fn workbook(xml: &str) -> Result<Workbook, Refusal> {
    let mut book = Workbook::default();
    each_tag(xml, |tag| match tag.local_name().as_ref() {
        "sheet" => {
            let of = |name| attribute(tag, name).unwrap_or_default();
            book.sheets.push((of("name"), of("id")));
        }
        "workbookPr" => {
            book.since_1904 = matches!(attribute(tag, "date1904").as_deref(), Some("1" | "true"));
        }
        _ => {}
    })?;
    Ok(book)
}

fn each_tag(xml: &str, mut seen: impl FnMut(&BytesStart<'_>)) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(invalid)? {
            Event::Start(tag) | Event::Empty(tag) => seen(&tag),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

struct Context<'a> {
    name: &'a str,
    shared: &'a [String],
    formats: &'a [Shown],
    since_1904: bool,
    limits: &'a Limits,
}

/// A cell while its element is open.
struct Open {
    kind: String,
    shown: Shown,
    raw: String,
    formula: bool,
}

impl Context<'_> {
    fn rows(&self, xml: &str, left_cells: &mut usize) -> Result<Vec<Vec<Value>>, Refusal> {
        let mut reader = Reader::from_str(xml);
        let mut rows: Vec<Vec<Value>> = Vec::new();
        let (mut row, mut column, mut takes_text) = (0_usize, 0_usize, false);
        let mut open: Option<Open> = None;
        loop {
            match reader.read_event().map_err(invalid)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "row" => (row, column) = (row_number(&tag).unwrap_or(row), 0),
                    "c" => {
                        (row, column) = position(&tag).unwrap_or((row, column));
                        open = Some(self.begin(&tag));
                    }
                    "v" | "t" => takes_text = true,
                    "f" => open.iter_mut().for_each(|cell| cell.formula = true),
                    "rPh" => takes_text = false,
                    _ => {}
                },
                Event::Empty(tag) => match tag.local_name().as_ref() {
                    "row" => row = row_number(&tag).unwrap_or(row) + 1,
                    "c" => column = position(&tag).map_or(column, |(_, column)| column) + 1,
                    "f" => open.iter_mut().for_each(|cell| cell.formula = true),
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "row" => row += 1,
                    "v" | "t" => takes_text = false,
                    "c" => {
                        let value =
                            open.take().map_or(Ok(Value::Empty), |cell| self.end(&cell, row, column))?;
                        self.place(&mut rows, (row, column), value, left_cells)?;
                        column += 1;
                    }
                    "sheetData" => return Ok(rows),
                    _ => {}
                },
                Event::Text(text) if takes_text => push(&mut open, &text.xml10_content()),
                Event::CData(text) if takes_text => push(&mut open, &text.xml10_content()),
                Event::GeneralRef(reference) if takes_text => {
                    let mut char = String::new();
                    resolve(&reference, &mut char)?;
                    push(&mut open, &char);
                }
                Event::Eof => return Ok(rows),
                _ => {}
            }
        }
    }

    fn begin(&self, tag: &BytesStart<'_>) -> Open {
        let style = attribute(tag, "s").and_then(|style| style.parse::<usize>().ok());
        let shown = style.and_then(|style| self.formats.get(style)).copied().unwrap_or_default();
        let kind = attribute(tag, "t").unwrap_or_else(|| "n".to_owned());
        Open { kind, shown, raw: String::new(), formula: false }
    }

    fn end(&self, cell: &Open, row: usize, column: usize) -> Result<Value, Refusal> {
        if cell.formula {
            return Ok(Value::Formula);
        }
        let value = value(&cell.kind, &cell.raw, cell.shown, self.since_1904, self.shared)?;
        if let Value::Text(text) = &value
            && text.len() > self.limits.cell_chars_max
            && text.chars().count() > self.limits.cell_chars_max
        {
            let too_long = Refusal::new(&XLSX_CELL_TOO_LONG).with("cell", cell_name(row, column));
            return Err(too_long.with("max", self.limits.cell_chars_max));
        }
        Ok(value)
    }

    /// Puts a value where it belongs; only filled cells count.
    fn place(
        &self,
        rows: &mut Vec<Vec<Value>>,
        (row, column): (usize, usize),
        value: Value,
        left_cells: &mut usize,
    ) -> Result<(), Refusal> {
        if value == Value::Empty {
            return Ok(());
        }
        if row >= self.limits.rows_max {
            let refusal = Refusal::new(&XLSX_TOO_MANY_ROWS).with("sheet", self.name);
            return Err(refusal.with("max", self.limits.rows_max));
        }
        if column >= self.limits.columns_max {
            let refusal = Refusal::new(&XLSX_TOO_MANY_COLUMNS).with("sheet", self.name);
            return Err(refusal.with("max", self.limits.columns_max));
        }
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        let Some(cells) = rows.get_mut(row) else { return Ok(()) };
        let grown = (column + 1).saturating_sub(cells.len());
        *left_cells = left_cells
            .checked_sub(grown)
            .ok_or_else(|| Refusal::new(&XLSX_TOO_MANY_CELLS).with("max", self.limits.cells_max))?;
        if grown > 0 {
            cells.resize(column + 1, Value::Empty);
        }
        if let Some(cell) = cells.get_mut(column) {
            *cell = value;
        }
        Ok(())
    }
}

fn push(open: &mut Option<Open>, text: &str) {
    if let Some(cell) = open {
        cell.raw.push_str(text);
    }
}

fn row_number(tag: &BytesStart<'_>) -> Option<usize> {
    attribute(tag, "r")?.parse::<usize>().ok()?.checked_sub(1)
}

/// `B12` as (row, column), counted from nought.
fn position(tag: &BytesStart<'_>) -> Option<(usize, usize)> {
    let name = attribute(tag, "r")?;
    let digits = name.find(|char: char| char.is_ascii_digit())?;
    let (letters, number) = name.split_at(digits);
    let column = letters.bytes().try_fold(0_usize, |column, letter| {
        let value = usize::from(letter.to_ascii_uppercase().checked_sub(b'A')?);
        if value < 26 { column.checked_mul(26)?.checked_add(value + 1) } else { None }
    })?;
    Some((number.parse::<usize>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// How users call a cell: `B12`.
pub fn cell_name(row: usize, column: usize) -> String {
    format!("{}{}", column_name(column), row + 1)
}

pub(super) fn column_name(column: usize) -> String {
    let (mut rest, mut letters) = (column + 1, Vec::new());
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.into_iter().rev().collect()
}
