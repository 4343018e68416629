//! A table as a room fills it, whatever file it becomes.

use crate::kernel::money::Fen;
use crate::kernel::time::Day;

/// The default width of a column, in characters.
const WIDTH_CHARS: u16 = 14;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub title: String,
    pub width_chars: u16,
    /// What a spreadsheet offers in the column's cells and insists on.
    pub choices: Vec<String>,
    /// Shown beside the column's title.
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Whole(i64),
    /// An amount, shown in yuan with two decimals.
    Yuan(Fen),
    Day(Day),
    Empty,
}

impl Sheet {
    pub fn new(name: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { name: name.into(), columns, rows: vec![] }
    }
}

impl Column {
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), width_chars: WIDTH_CHARS, choices: vec![], note: String::new() }
    }

    #[must_use]
    pub const fn width(mut self, chars: u16) -> Self {
        self.width_chars = chars;
        self
    }

    #[must_use]
    pub fn choices(mut self, choices: Vec<String>) -> Self {
        self.choices = choices;
        self
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// The value as CSV writes it, before the guard.
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Yuan(amount) => amount.yuan(),
            Self::Day(day) => day.to_string(),
            Self::Empty => String::new(),
        }
    }
}

impl From<Option<Day>> for Cell {
    fn from(day: Option<Day>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}
