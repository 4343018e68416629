//! `techmart export`: what other programs take over, read beside a running server.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::config::Config;
use crate::db::conn::{Conn, Mode};
use crate::db::migrate;
use crate::ledger::{export, service};
use crate::papers;

/// What to export.
#[derive(Subcommand)]
pub enum Export {
    /// The journal of the books
    Ledger {
        /// The form of the text
        #[arg(long, value_enum, default_value = "hledger")]
        format: LedgerFormat,
        /// The file to write; the standard output when absent
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LedgerFormat {
    /// A journal that `hledger check` takes
    Hledger,
    /// One row for each posting, UTF-8 with a byte order mark
    Csv,
}

const SLICE_ROWS: i64 = 500;

impl Export {
    pub fn run(&self, config: &Config) -> Result<(), Box<dyn std::error::Error>> {
        let Self::Ledger { format, to } = self;
        let mut conn = Conn::open(&config.database, Mode::Read)?;
        migrate::check(&mut conn)?;
        conn.batch(if conn.is_postgres() {
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        } else {
            "BEGIN"
        })?;
        match to {
            Some(path) => ledger(&mut conn, *format, BufWriter::new(File::create(path)?)),
            None => ledger(&mut conn, *format, BufWriter::new(std::io::stdout().lock())),
        }
    }
}

/// Writes the whole journal in the order of the books.
pub fn ledger(
    conn: &mut Conn,
    format: LedgerFormat,
    mut out: impl Write,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut table = papers::csv::Writer::new(&export::csv_columns());
    if format == LedgerFormat::Hledger {
        out.write_all(export::HLEDGER_HEAD.as_bytes())?;
    }
    let mut after = 0;
    loop {
        let slice = service::journal(conn, after, SLICE_ROWS)?;
        match format {
            LedgerFormat::Hledger => {
                for transaction in &slice {
                    out.write_all(export::hledger(transaction).as_bytes())?;
                }
            }
            LedgerFormat::Csv => {
                slice.iter().flat_map(export::csv_rows).for_each(|row| table.row(&row));
                out.write_all(&table.take())?;
            }
        }
        let Some(last) = slice.last() else { break };
        after = last.number;
    }
    out.flush()?;
    Ok(())
}
