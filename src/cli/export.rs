//! `techmart export`: what other programs take over, read beside a running server.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use crate::config::Config;
use crate::db::conn::{Conn, Mode};
use crate::db::migrate;
use crate::ledger::model::Transaction;
use crate::ledger::{export, service, sheets};
use crate::papers::{Sheet, csv, xlsx};

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
    /// A journal that `bean-check` takes
    Beancount,
    /// A workbook, one row for each posting
    Xlsx,
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
    let mut journal = Journal::begin(conn, format, &mut out)?;
    let mut after = 0;
    loop {
        let slice = service::journal(conn, after, SLICE_ROWS)?;
        let Some(last) = slice.last() else { break };
        after = last.number;
        journal.slice(&slice, &mut out)?;
    }
    journal.end(&mut out)?;
    out.flush()?;
    Ok(())
}

/// A journal that is being written, with what its form needs to remember.
enum Journal {
    Hledger(export::Closing),
    Beancount(export::BeancountNames, export::Closing),
    Csv(csv::Writer),
    Xlsx(Vec<Sheet>),
}

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

impl Journal {
    fn begin(conn: &mut Conn, format: LedgerFormat, out: &mut impl Write) -> Outcome<Self> {
        Ok(match format {
            LedgerFormat::Hledger => {
                out.write_all(export::HLEDGER_HEAD.as_bytes())?;
                for (account, _) in service::first_days(conn)? {
                    out.write_all(export::hledger_account(&account).as_bytes())?;
                }
                out.write_all(b"\n")?;
                Self::Hledger(export::Closing::default())
            }
            LedgerFormat::Beancount => {
                out.write_all(export::BEANCOUNT_HEAD.as_bytes())?;
                let mut names = export::BeancountNames::default();
                for (account, first) in service::first_days(conn)? {
                    out.write_all(names.open(&account, first).as_bytes())?;
                }
                out.write_all(b"\n")?;
                Self::Beancount(names, export::Closing::default())
            }
            LedgerFormat::Csv => {
                let mut table = csv::Writer::new(&export::csv_columns());
                out.write_all(&table.take())?;
                Self::Csv(table)
            }
            LedgerFormat::Xlsx => Self::Xlsx(vec![sheets::journal()]),
        })
    }

    fn slice(&mut self, slice: &[Transaction], out: &mut impl Write) -> Outcome<()> {
        match self {
            Self::Hledger(closing) => {
                for transaction in slice {
                    out.write_all(export::hledger(transaction).as_bytes())?;
                    closing.note(transaction);
                }
            }
            Self::Beancount(names, closing) => {
                for transaction in slice {
                    out.write_all(names.entry(transaction).as_bytes())?;
                    closing.note(transaction);
                }
            }
            Self::Csv(table) => {
                slice.iter().flat_map(export::csv_rows).for_each(|row| table.row(&row));
                out.write_all(&table.take())?;
            }
            Self::Xlsx(sheets) => add_rows(sheets, slice),
        }
        Ok(())
    }

    fn end(&mut self, out: &mut impl Write) -> Outcome<()> {
        match self {
            Self::Hledger(closing) => out.write_all(export::hledger_closing(closing).as_bytes())?,
            Self::Beancount(names, closing) => out.write_all(names.closing(closing).as_bytes())?,
            Self::Csv(_) => {}
            Self::Xlsx(sheets) => out.write_all(&xlsx::write(sheets)?)?,
        }
        Ok(())
    }
}

/// A full sheet is followed by another.
fn add_rows(sheets: &mut Vec<Sheet>, slice: &[Transaction]) {
    for row in slice.iter().flat_map(sheets::journal_rows) {
        if sheets.last().is_none_or(|sheet| sheet.rows.len() >= xlsx::ROWS_MAX) {
            let mut next = sheets::journal();
            next.name = format!("{}{}", next.name, sheets.len() + 1);
            sheets.push(next);
        }
        if let Some(sheet) = sheets.last_mut() {
            sheet.rows.push(row);
        }
    }
}
