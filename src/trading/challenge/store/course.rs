//! The course of a challenge as the document that its row holds.

use serde::{Deserialize, Serialize};

use crate::db::{from_json, to_json};
use crate::kernel::error::Refusal;
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};
use crate::trading::challenge::model::{
    Agreement, Argument, Course, Ending, ProposalId, Selection, Stage, Verdict,
};

#[derive(Default, Serialize, Deserialize)]
struct CourseDoc {
    argument: Option<ArgumentDoc>,
    selection: Option<SelectionDoc>,
    agreement: Option<AgreementDoc>,
    ending: Option<EndingDoc>,
}

#[derive(Serialize, Deserialize)]
struct ArgumentDoc {
    verdict: Verdict,
    passes: u32,
    rejects: u32,
    words: String,
    at: UtcTime,
}

#[derive(Serialize, Deserialize)]
struct SelectionDoc {
    proposal: ProposalId,
    winner: PartyRef,
    price_fen: i64,
    words: String,
    at: UtcTime,
}

#[derive(Serialize, Deserialize)]
struct AgreementDoc {
    price_fen: i64,
    paper: String,
    signed_on: Day,
    offered_by: String,
    offered_at: UtcTime,
    confirmed_at: Option<UtcTime>,
}

#[derive(Serialize, Deserialize)]
struct EndingDoc {
    from: Stage,
    words: String,
    at: UtcTime,
}

pub fn write(course: &Course) -> Result<String, Refusal> {
    let course = course.clone();
    to_json(&CourseDoc {
        argument: course.argument.map(|it| ArgumentDoc {
            verdict: it.verdict,
            passes: it.passes,
            rejects: it.rejects,
            words: it.words,
            at: it.at,
        }),
        selection: course.selection.map(|it| SelectionDoc {
            proposal: it.proposal,
            winner: it.winner,
            price_fen: it.price.0,
            words: it.words,
            at: it.at,
        }),
        agreement: course.agreement.map(|it| AgreementDoc {
            price_fen: it.price.0,
            paper: it.paper,
            signed_on: it.signed_on,
            offered_by: it.offered_by,
            offered_at: it.offered_at,
            confirmed_at: it.confirmed_at,
        }),
        ending: course.ending.map(|it| EndingDoc { from: it.from, words: it.words, at: it.at }),
    })
}

pub fn read(text: &str, published_at: Option<UtcTime>) -> Result<Course, Refusal> {
    let doc: CourseDoc = from_json(text)?;
    Ok(Course {
        published_at,
        argument: doc.argument.map(|it| Argument {
            verdict: it.verdict,
            passes: it.passes,
            rejects: it.rejects,
            words: it.words,
            at: it.at,
        }),
        selection: doc.selection.map(|it| Selection {
            proposal: it.proposal,
            winner: it.winner,
            price: Fen(it.price_fen),
            words: it.words,
            at: it.at,
        }),
        agreement: doc.agreement.map(|it| Agreement {
            price: Fen(it.price_fen),
            paper: it.paper,
            signed_on: it.signed_on,
            offered_by: it.offered_by,
            offered_at: it.offered_at,
            confirmed_at: it.confirmed_at,
        }),
        ending: doc.ending.map(|it| Ending { from: it.from, words: it.words, at: it.at }),
    })
}
