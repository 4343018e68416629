//! CSV as spreadsheets open it: UTF-8 with a byte order mark, CRLF (RFC 4180), no cell that is a formula.

use super::{Cell, Column, Sheet};

/// So that spreadsheets take the file for UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What a spreadsheet takes for the beginning of a formula; some take the full-width forms too.
const STARTS_FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The whole table.
pub fn write(sheet: &Sheet) -> Vec<u8> {
    let mut writer = Writer::new(&sheet.columns);
    for row in &sheet.rows {
        writer.row(row);
    }
    writer.take()
}

/// The same for tables that are made piece by piece.
pub struct Writer {
    buffer: Vec<u8>,
}

impl Writer {
    /// Begins with the mark and the titles.
    pub fn new(columns: &[Column]) -> Self {
        let mut writer = Self { buffer: BYTE_ORDER_MARK.as_bytes().to_vec() };
        writer.record(columns.iter().map(|column| guarded(&column.title)));
        writer
    }

    pub fn row(&mut self, cells: &[Cell]) {
        self.record(cells.iter().map(|cell| match cell {
            Cell::Text(text) => guarded(text),
            other => other.plain(),
        }));
    }

    /// What has been written since it was last taken.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.buffer)
    }

    fn record(&mut self, cells: impl Iterator<Item = String>) {
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                self.buffer.push(b',');
            }
            if cell.contains([',', '"', '\r', '\n']) || cell.starts_with(' ') || cell.ends_with(' ') {
                self.buffer.push(b'"');
                self.buffer.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
                self.buffer.push(b'"');
            } else {
                self.buffer.extend_from_slice(cell.as_bytes());
            }
        }
        self.buffer.extend_from_slice(b"\r\n");
    }
}

/// A text that a spreadsheet would take for a formula is shown as text.
fn guarded(text: &str) -> String {
    if text.starts_with(STARTS_FORMULA) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Fen;
    use crate::kernel::time::Day;

    #[test]
    fn a_text_never_is_a_formula_and_a_number_stays_a_number() {
        for text in ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert!(guarded(text).starts_with('\''), "{text}");
        }
        assert_eq!(guarded("坭兴陶"), "坭兴陶");
        let mut sheet = Sheet::new("表", vec![Column::new("=标题"), Column::new("金额")]);
        sheet.rows.push(vec![Cell::text("=HYPERLINK(\"x\")"), Cell::Yuan(Fen(-105))]);
        sheet.rows.push(vec![Cell::Empty, Cell::Day(Day::new(2026, 3, 1).unwrap())]);
        let text = String::from_utf8(write(&sheet)).unwrap();
        assert_eq!(text, "\u{feff}'=标题,金额\r\n\"'=HYPERLINK(\"\"x\"\")\",-1.05\r\n,2026-03-01\r\n");
    }

    #[test]
    fn another_reader_finds_the_same_cells() {
        let texts = ["a,b", "行一\r\n行二", " 空格 ", "\"", "", "普通"];
        let mut sheet = Sheet::new("表", texts.iter().map(|_| Column::new("列")).collect());
        sheet.rows.push(texts.map(Cell::text).to_vec());
        let bytes = write(&sheet);
        let mut reader = ::csv::Reader::from_reader(&bytes[3..]);
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(record.iter().collect::<Vec<_>>(), texts);
    }
}
