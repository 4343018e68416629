//! The ZIP package around the sheets, unpacked part by part within a budget.
//!
//! A part's declared size is not believed: it is read through a limit, so a bomb stops at the budget.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::Limits;
use crate::kernel::error::Refusal;
use crate::papers::codes::{
    XLSX_ENCRYPTED, XLSX_INFLATES_TOO_LARGE, XLSX_INVALID, XLSX_TOO_LARGE, XLSX_TOO_MANY_PARTS,
};

/// An old workbook or an encrypted one: an OLE compound file.
const COMPOUND_FILE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

pub struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    inflated_bytes_max: u64,
    left_bytes: u64,
}

impl<'a> Package<'a> {
    pub fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, Refusal> {
        if bytes.len() > limits.file_bytes_max {
            return Err(Refusal::new(&XLSX_TOO_LARGE).with("max_bytes", limits.file_bytes_max));
        }
        if bytes.starts_with(COMPOUND_FILE) {
            return Err(Refusal::new(&XLSX_ENCRYPTED));
        }
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(invalid)?;
        if archive.len() > limits.parts_max {
            return Err(Refusal::new(&XLSX_TOO_MANY_PARTS).with("max", limits.parts_max));
        }
        let budget = limits.inflated_bytes_max;
        Ok(Self { archive, inflated_bytes_max: budget, left_bytes: budget })
    }

    /// A part that must be there, as text.
    pub fn required(&mut self, path: &str) -> Result<String, Refusal> {
        self.part(path)?.ok_or_else(|| Refusal::new(&XLSX_INVALID).because(format!("no part {path}")))
    }

    pub fn part(&mut self, path: &str) -> Result<Option<String>, Refusal> {
        let Some(at) = self.archive.index_for_name(path) else { return Ok(None) };
        let entry = self.archive.by_index(at).map_err(invalid)?;
        let mut bytes = Vec::new();
        entry.take(self.left_bytes + 1).read_to_end(&mut bytes).map_err(invalid)?;
        let taken = bytes.len() as u64;
        if taken > self.left_bytes {
            return Err(Refusal::new(&XLSX_INFLATES_TOO_LARGE).with("max_bytes", self.inflated_bytes_max));
        }
        self.left_bytes -= taken;
        String::from_utf8(bytes).map(Some).map_err(invalid)
    }
}

pub fn invalid(reason: impl std::fmt::Display) -> Refusal {
    Refusal::new(&XLSX_INVALID).because(reason)
}
