//! `techmart match`: how good suggestions are, what weights the feedback would give, and the feedback itself.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::config::Config;
use crate::db::conn::{Conn, Mode};
use crate::db::migrate;
use crate::matching::model::{Feedback, PartKind, Weights};
use crate::matching::service::{self, Figures, Labels};
use crate::search::Analyzer;

/// What to do about suggestions.
#[derive(Subcommand)]
pub enum Match {
    /// Print nDCG@10, MRR and recall@5, against a labelled file or against the feedback kept so far
    Eval {
        /// Demands, achievements and grades; without it the feedback in the database counts
        #[arg(long, value_name = "FILE")]
        labels: Option<PathBuf>,
        /// Also fit weights to the judgements and print the figures with them; nothing is set
        #[arg(long)]
        fit: bool,
    },
    /// Write the feedback, one JSON document a line; works beside a running server
    Export {
        /// The file to write; the standard output when absent
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

impl Match {
    pub fn run(&self, config: impl FnOnce() -> Result<Config, Box<dyn std::error::Error>>) -> Outcome {
        let mut out = std::io::stdout().lock();
        match self {
            Self::Eval { labels: Some(path), fit } => {
                let labels = Labels::parse(&std::fs::read_to_string(path)?)?;
                against_labels(&labels, *fit, &mut out)
            }
            Self::Eval { labels: None, fit } => against_feedback(&mut open(&config()?)?, *fit, &mut out),
            Self::Export { to: Some(path) } => {
                export(&mut open(&config()?)?, &mut BufWriter::new(File::create(path)?))
            }
            Self::Export { to: None } => export(&mut open(&config()?)?, &mut out),
        }
    }
}

fn open(config: &Config) -> Result<Conn, Box<dyn std::error::Error>> {
    let mut conn = Conn::open(&config.database, Mode::Read)?;
    migrate::check(&mut conn)?;
    Ok(conn)
}

/// The shipped weights on a labelled file, with the field of both sides given and without.
pub fn against_labels(labels: &Labels, fit: bool, out: &mut impl Write) -> Outcome {
    let analyzer = Analyzer::shared();
    for (with_fields, title) in [(true, "fields given"), (false, "fields not given")] {
        let shipped = Weights::SHIPPED;
        line(out, title, "shipped weights", labels.evaluate(&analyzer, &shipped, with_fields))?;
        if fit {
            let fitted = service::fit(&labels.examples(&analyzer, &shipped, with_fields), &shipped);
            let figures = labels.evaluate(&analyzer, &fitted, with_fields);
            line(out, title, "fitted to these very labels", figures)?;
            weights(out, &fitted)?;
        }
    }
    Ok(())
}

/// The weights in force on what became of suggestions.
fn against_feedback(conn: &mut Conn, fit: bool, out: &mut impl Write) -> Outcome {
    let present = service::present(conn)?;
    let lists = service::examples(&all(conn)?);
    line(
        out,
        "feedback",
        &format!("weights version {}", present.version),
        service::figures(&lists, &present),
    )?;
    if fit {
        let fitted = service::fit(&lists, &present);
        line(out, "feedback", "fitted to this very feedback", service::figures(&lists, &fitted))?;
        weights(out, &fitted)?;
        writeln!(out, "Nothing was changed. An operator sets weights: POST /api/v1/admin/matches/weights")?;
    }
    Ok(())
}

fn all(conn: &mut Conn) -> Result<Vec<Feedback>, Box<dyn std::error::Error>> {
    let mut found: Vec<Feedback> = Vec::new();
    loop {
        let slice = service::export(conn, found.last().map(|last| last.id))?;
        if slice.is_empty() {
            return Ok(found);
        }
        found.extend(slice);
    }
}

fn line(out: &mut impl Write, of: &str, with: &str, figures: Figures) -> std::io::Result<()> {
    let Figures { lists, ndcg_10, mrr, recall_5 } = figures;
    writeln!(out, "{of}, {with}: nDCG@10 {ndcg_10:.3}  MRR {mrr:.3}  recall@5 {recall_5:.3}  ({lists} lists)")
}

fn weights(out: &mut impl Write, weights: &Weights) -> std::io::Result<()> {
    let part = |(kind, ppm): (&PartKind, &i64)| format!("\"{kind}\": {ppm}");
    let parts: Vec<String> = PartKind::ALL.iter().zip(&weights.ppm).map(part).collect();
    writeln!(out, "  weights: {{{}}}", parts.join(", "))
}

fn export(conn: &mut Conn, out: &mut impl Write) -> Outcome {
    for feedback in all(conn)? {
        let document = json!({
            "id": feedback.id,
            "at": feedback.at,
            "event": feedback.event,
            "side": feedback.side,
            "demand": feedback.demand,
            "achievement": feedback.achievement,
            "organisation": feedback.organisation,
            "source": feedback.source,
            "position": feedback.position,
            "reason": feedback.reason,
            "demand_parts": feedback.values.map(|(demand, _)| demand.0),
            "achievement_parts": feedback.values.map(|(_, achievement)| achievement.0),
            "weights_version": feedback.weights_version,
        });
        writeln!(out, "{document}")?;
    }
    out.flush()?;
    Ok(())
}
