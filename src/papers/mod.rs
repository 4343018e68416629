//! Papers and tables: how they are laid out, never what they say.
//!
//! A room builds a [`Sheet`] and hands it to [`csv`] or [`xlsx`]; what comes back from users as XLSX is read by
//! [`xlsx::read`], which trusts nothing of it. Official papers are drawn with [`pdf`]. No rules of the field live here.

pub mod codes;
pub mod csv;
pub mod pdf;
pub mod qr;
pub mod sheet;
pub mod xlsx;

pub use sheet::{Cell, Column, Sheet};

pub const XLSX_MEDIA_TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub const PDF_MEDIA_TYPE: &str = "application/pdf";
pub const CSV_MEDIA_TYPE: &str = "text/csv; charset=utf-8";
