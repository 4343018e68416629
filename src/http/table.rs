//! A table as JSON, as a workbook or as CSV: what a caller chooses with `format`.

use super::Reply;
use crate::kernel::actor::words;
use crate::kernel::error::Refusal;
use crate::papers::{CSV_MEDIA_TYPE, Sheet, XLSX_MEDIA_TYPE, csv, xlsx};

words! {
    /// The form of an answer that is a table.
    TableFormat { Json = "json", Xlsx = "xlsx", Csv = "csv" }
}

impl TableFormat {
    /// The table as a file of this name (without its ending). JSON is made by `json`; CSV is the first sheet.
    pub fn reply(
        self,
        name: &str,
        json: impl FnOnce() -> Result<Reply, Refusal>,
        sheets: impl FnOnce() -> Vec<Sheet>,
    ) -> Result<Reply, Refusal> {
        match self {
            Self::Json => json(),
            Self::Xlsx => Reply::file(XLSX_MEDIA_TYPE, &format!("{name}.xlsx"), xlsx::write(&sheets())?),
            Self::Csv => {
                let sheets = sheets();
                let bytes = sheets.first().map(csv::write).unwrap_or_default();
                Reply::file(CSV_MEDIA_TYPE, &format!("{name}.csv"), bytes)
            }
        }
    }
}
