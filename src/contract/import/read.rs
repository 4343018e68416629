//! From cells to forms. Every problem is told with its cell; nothing is guessed.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::ENTRIES_MAX;
use super::columns::{Field, KEY, Kind, MAIN, MAIN_SHEET, PARTS, Part};
use crate::contract::codes::{
    IMPORT_COLUMNS_WRONG, IMPORT_EMPTY, IMPORT_FORMULA, IMPORT_IP_NOT_LISTED, IMPORT_KEY_TWICE,
    IMPORT_KEY_UNKNOWN, IMPORT_NUMBER_IMPRECISE, IMPORT_SHEET_MISSING, IMPORT_TOO_MANY,
};
use crate::contract::form::Form;
use crate::kernel::codes_common::{INVALID_VALUE, REQUIRED, UNKNOWN_VALUE};
use crate::kernel::error::{Code, FieldError, Params, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::time::Day;
use crate::kernel::vocabulary;
use crate::papers::xlsx::{Page, Value, cell_name};

/// From here on a spreadsheet has already rounded.
const EXACT_MAX: f64 = 999_999_999_999_999.0;

#[derive(Clone, Debug)]
pub struct Problem {
    pub sheet: String,
    pub cell: String,
    pub column: String,
    pub code: &'static Code,
    pub params: Params,
}

/// Where a field of one application stands.
#[derive(Clone, Debug)]
struct Place {
    sheet: &'static str,
    cell: String,
    column: &'static str,
}

/// One application as it was read.
#[derive(Clone, Debug)]
pub struct Entry {
    pub form: Form,
    /// By the field's pointer.
    places: BTreeMap<String, Place>,
    own: Place,
}

#[derive(Debug, Default)]
pub struct Read {
    pub entries: Vec<Entry>,
    pub problems: Vec<Problem>,
}

impl Entry {
    /// Where a problem of the form stands in the file: the field's cell, else the nearest above it, else the line.
    pub fn problem(&self, error: &FieldError) -> Problem {
        let mut pointer = error.pointer.as_str();
        let place = loop {
            if let Some(place) = self.places.get(pointer) {
                break place;
            }
            match pointer.rfind('/') {
                Some(at) if at > 0 => pointer = &pointer[..at],
                _ => break &self.own,
            }
        };
        place.problem(error.code, error.params.clone())
    }
}

impl Entry {
    /// The cell that its line begins with.
    pub fn cell(&self) -> &str {
        &self.own.cell
    }

    /// A problem of the line as a whole.
    pub fn own_problem(&self, code: &'static Code, params: Params) -> Problem {
        self.own.problem(code, params)
    }
}

impl Place {
    fn problem(&self, code: &'static Code, params: Params) -> Problem {
        Problem {
            sheet: self.sheet.to_owned(),
            cell: self.cell.clone(),
            column: self.column.to_owned(),
            code,
            params,
        }
    }
}

/// The applications of a workbook. A file that is not one of this template at all is refused whole.
pub fn read(pages: &[Page]) -> Result<Read, Refusal> {
    let main = Table::find(pages, MAIN_SHEET, MAIN)?
        .ok_or_else(|| Refusal::new(&IMPORT_SHEET_MISSING).with("sheet", MAIN_SHEET))?;
    let mut reading = Reading::default();
    for (row, cells) in main.rows() {
        reading.application(&main, row, cells);
    }
    if reading.drafts.is_empty() {
        return Err(Refusal::new(&IMPORT_EMPTY));
    }
    if reading.drafts.len() > ENTRIES_MAX {
        return Err(Refusal::new(&IMPORT_TOO_MANY).with("max", ENTRIES_MAX));
    }
    for part in PARTS {
        let Some(table) = Table::find(pages, part.sheet, part.fields)? else { continue };
        for (row, cells) in table.rows() {
            reading.part(part, &table, row, cells);
        }
    }
    reading.finish()
}

/// A sheet whose columns are known.
struct Table<'a> {
    sheet: &'static str,
    rows: &'a [Vec<Value>],
    /// Column numbers: of the key, and of each field.
    key: usize,
    columns: Vec<(usize, &'static Field)>,
}

impl<'a> Table<'a> {
    fn find(
        pages: &'a [Page],
        sheet: &'static str,
        fields: &'static [Field],
    ) -> Result<Option<Self>, Refusal> {
        let Some(page) = pages.iter().find(|page| page.name.trim() == sheet) else { return Ok(None) };
        let head: Vec<String> = page
            .rows
            .first()
            .map(|cells| cells.iter().map(|cell| cell.plain().trim().to_owned()).collect())
            .unwrap_or_default();
        let at = |title: &str| head.iter().position(|found| found == title);
        let titles = || std::iter::once(KEY).chain(fields.iter().map(|field| field.title));
        let missing: Vec<&str> = titles().filter(|title| at(title).is_none()).collect();
        let known = |found: &str| found.is_empty() || titles().any(|title| title == found);
        let unknown: Vec<&str> = head.iter().map(String::as_str).filter(|found| !known(found)).collect();
        if !missing.is_empty() || !unknown.is_empty() {
            return Err(Refusal::new(&IMPORT_COLUMNS_WRONG)
                .with("sheet", sheet)
                .with("missing", missing.join("、"))
                .with("unknown", unknown.join("、").chars().take(200).collect::<String>()));
        }
        let columns = fields.iter().filter_map(|field| Some((at(field.title)?, field))).collect();
        Ok(Some(Self { sheet, rows: &page.rows, key: at(KEY).unwrap_or_default(), columns }))
    }

    /// The filled lines below the titles.
    fn rows(&self) -> impl Iterator<Item = (usize, &'a [Value])> {
        let lines = self.rows.iter().enumerate().skip(1).map(|(row, cells)| (row, cells.as_slice()));
        lines.filter(|(_, cells)| cells.iter().any(|cell| *cell != Value::Empty))
    }

    fn place(&self, row: usize, column: usize, title: &'static str) -> Place {
        Place { sheet: self.sheet, cell: cell_name(row, column), column: title }
    }
}

/// One application while its lines are gathered.
struct Draft {
    form: Json,
    ip: Option<Json>,
    /// A cell of it cannot be read, so the rules have nothing to judge.
    broken: bool,
    places: BTreeMap<String, Place>,
    own: Place,
}

impl Draft {
    /// One right may stand in the main sheet alone; where the sheet of rights has lines, it is among them.
    fn join_ip(&mut self) -> Option<Problem> {
        let kind = self.ip.take()?;
        match self.form.get("ip").and_then(Json::as_array) {
            None => push(&mut self.form, "/ip", serde_json::json!({"kind": kind})),
            Some(listed) if listed.iter().any(|asset| asset["kind"] == kind) => {}
            Some(_) => {
                self.broken = true;
                let shown = vocabulary::zh("ip_involved", kind.as_str().unwrap_or_default()).to_owned();
                let place = self.places.get("/ip").unwrap_or(&self.own);
                return Some(place.problem(&IMPORT_IP_NOT_LISTED, vec![("kind", shown)]));
            }
        }
        None
    }
}

#[derive(Default)]
struct Reading {
    drafts: Vec<Draft>,
    by_key: BTreeMap<String, usize>,
    problems: Vec<Problem>,
}

impl Reading {
    fn application(&mut self, table: &Table<'_>, row: usize, cells: &[Value]) {
        let own = table.place(row, table.key, KEY);
        let key = cells.get(table.key).map(Value::plain).unwrap_or_default().trim().to_owned();
        let before = self.problems.len();
        if key.is_empty() {
            self.problems.push(own.problem(&REQUIRED, vec![]));
        } else if self.by_key.contains_key(&key) {
            self.problems.push(own.problem(&IMPORT_KEY_TWICE, vec![("key", key.clone())]));
        }
        let form = Json::Object(Map::new());
        let mut draft = Draft { form, ip: None, broken: false, places: BTreeMap::new(), own: own.clone() };
        for (column, field) in &table.columns {
            let place = table.place(row, *column, field.title);
            match value(field.kind, cells.get(*column).unwrap_or(&Value::Empty)) {
                Ok(Some(value)) if field.pointer == "/ip" => draft.ip = Some(value),
                Ok(Some(value)) => set(&mut draft.form, field.pointer, value),
                Ok(None) => {}
                Err((code, params)) => self.problems.push(place.problem(code, params)),
            }
            draft.places.insert(field.pointer.to_owned(), place);
        }
        draft.broken = self.problems.len() > before;
        self.by_key.entry(key).or_insert(self.drafts.len());
        self.drafts.push(draft);
    }

    fn part(&mut self, part: &Part, table: &Table<'_>, row: usize, cells: &[Value]) {
        let own = table.place(row, table.key, KEY);
        let key = cells.get(table.key).map(Value::plain).unwrap_or_default().trim().to_owned();
        let draft = self.by_key.get(&key).and_then(|at| self.drafts.get_mut(*at));
        let Some(draft) = draft else {
            self.problems.push(own.problem(&IMPORT_KEY_UNKNOWN, vec![("key", key)]));
            return;
        };
        let before = self.problems.len();
        let at = draft.form.pointer(part.pointer).and_then(Json::as_array).map_or(0, Vec::len);
        let mut entry = Json::Object(Map::new());
        for (column, field) in &table.columns {
            let place = table.place(row, *column, field.title);
            match value(field.kind, cells.get(*column).unwrap_or(&Value::Empty)) {
                Ok(Some(value)) => set(&mut entry, field.pointer, value),
                // What an instalment cannot be without.
                Ok(None) if part.sheet == "分期" => {
                    self.problems.push(place.problem(&REQUIRED, vec![]));
                }
                Ok(None) => {}
                Err((code, params)) => self.problems.push(place.problem(code, params)),
            }
            draft.places.insert(format!("{}/{at}{}", part.pointer, field.pointer), place);
        }
        draft.places.insert(format!("{}/{at}", part.pointer), own);
        draft.broken |= self.problems.len() > before;
        push(&mut draft.form, part.pointer, entry);
    }

    /// The applications whose cells could all be read; those of the others are told with what else is wrong.
    fn finish(mut self) -> Result<Read, Refusal> {
        let mut entries = Vec::with_capacity(self.drafts.len());
        for mut draft in self.drafts {
            self.problems.extend(draft.join_ip());
            if draft.broken {
                continue;
            }
            complete(&mut draft.form);
            match serde_json::from_value::<Form>(draft.form) {
                Ok(form) => entries.push(Entry { form, places: draft.places, own: draft.own }),
                Err(error) => {
                    let reason = vec![("reason", error.to_string())];
                    self.problems.push(draft.own.problem(&INVALID_VALUE, reason));
                }
            }
        }
        Ok(Read { entries, problems: self.problems })
    }
}

/// A royalty and a broker have all their parts; what is left empty is told by the form's rules.
fn complete(form: &mut Json) {
    if let Some(broker) = form.pointer_mut("/broker").and_then(Json::as_object_mut) {
        for name in ["urn", "name", "credit_code"] {
            broker.entry(name).or_insert_with(|| Json::String(String::new()));
        }
    }
    if let Some(royalty) = form.pointer_mut("/payment/royalty").and_then(Json::as_object_mut) {
        royalty.entry("base").or_insert_with(|| Json::String(String::new()));
        royalty.entry("rate_ppm").or_insert_with(|| Json::from(0));
    }
}

/// Sets a value below objects that are made on the way.
fn set(form: &mut Json, pointer: &str, value: Json) {
    let mut at = form;
    let mut names = pointer.split('/').skip(1).peekable();
    while let Some(name) = names.next() {
        let Some(object) = at.as_object_mut() else { return };
        if names.peek().is_none() {
            object.insert(name.to_owned(), value);
            return;
        }
        at = object.entry(name).or_insert_with(|| Json::Object(Map::new()));
    }
}

fn push(form: &mut Json, pointer: &str, entry: Json) {
    if form.pointer(pointer).is_none() {
        set(form, pointer, Json::Array(vec![]));
    }
    if let Some(list) = form.pointer_mut(pointer).and_then(Json::as_array_mut) {
        list.push(entry);
    }
}

type Wrong = (&'static Code, Params);

fn invalid(reason: impl Into<String>) -> Wrong {
    (&INVALID_VALUE, vec![("reason", reason.into())])
}

/// What a cell says, as the form writes it; nothing for an empty one.
fn value(kind: Kind, cell: &Value) -> Result<Option<Json>, Wrong> {
    match cell {
        Value::Empty => return Ok(None),
        Value::Formula => return Err((&IMPORT_FORMULA, vec![])),
        Value::Fault(fault) => return Err(invalid(fault.clone())),
        _ => {}
    }
    let plain = cell.plain().trim().to_owned();
    let read = match kind {
        Kind::Text => match cell {
            Value::Number(number) if number.abs() > EXACT_MAX => {
                return Err((&IMPORT_NUMBER_IMPRECISE, vec![]));
            }
            _ => Json::String(plain),
        },
        Kind::Code(list) => Json::String(code(list, &plain)?.to_owned()),
        Kind::Day => match cell {
            Value::Day(day) => Json::String(day.to_string()),
            _ => Json::String(day(&plain).ok_or_else(|| invalid("应为日期，如 2026-03-01"))?.to_string()),
        },
        Kind::Yes | Kind::YesOrNo => match plain.as_str() {
            "是" | "true" => Json::Bool(true),
            "否" | "false" => Json::Bool(false),
            _ => return Err(invalid("应为“是”或“否”")),
        },
        Kind::Yuan => {
            let fen = Fen::parse_yuan(&plain).map_err(|_| invalid("应为金额，最多两位小数"))?;
            Json::from(fen.0)
        }
        Kind::Percent => Json::from(ppm(&plain).ok_or_else(|| invalid("应为百分数，如 3.5"))?),
    };
    Ok(Some(read))
}

fn code(list: &'static str, text: &str) -> Result<&'static str, Wrong> {
    let items = vocabulary::list(list).items;
    // A number cell drops leading noughts: 07 comes as 7.
    let padded = format!("{text:0>2}");
    let found = items.iter().find(|item| item.zh == text || item.code == text || item.code == padded);
    let shown = || vec![("value", text.chars().take(40).collect()), ("list", list.to_owned())];
    found.map(|item| item.code).ok_or_else(|| (&UNKNOWN_VALUE, shown()))
}

/// `2026-03-01`, `2026/3/1`, `2026年3月1日`.
fn day(text: &str) -> Option<Day> {
    let parts: Vec<&str> =
        text.split(['-', '/', '年', '月', '日', '.']).filter(|it| !it.is_empty()).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let day = Day::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    (1900..=2200).contains(&day.year()).then_some(day)
}

/// Percent with at most four decimals as parts per million.
fn ppm(text: &str) -> Option<i64> {
    let text = text.trim_end_matches(['%', '％']).trim();
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 3 || decimals.len() > 4 || !digits(whole) || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<4}").parse().ok()
}
