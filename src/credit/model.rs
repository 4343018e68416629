//! Credit records. Pure.

use crate::kernel::actor::words;
use crate::kernel::id::{OrganisationId, UserId, ids};
use crate::kernel::time::{Day, UtcTime};

ids! {
    CreditRecordId of CreditRecordKind;
}

words! {
    #[schema(as = CreditKind)]
    Kind { Good = "good", Bad = "bad" }
}

words! {
    #[schema(as = CreditLevel)]
    Level {
        Excellent = "excellent",
        Good = "good",
        Ordinary = "ordinary",
        Untrustworthy = "untrustworthy",
        SeriouslyUntrustworthy = "seriously_untrustworthy",
    }
}

words! {
    #[schema(as = CreditState)]
    Stage { Standing = "standing", Appealed = "appealed", Lifted = "lifted" }
}

/// What somebody said of a record, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub by: UserId,
    pub at: UtcTime,
    pub text: String,
}

/// Where a record stands, with what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// With the last appeal and its answer, if there was one.
    Standing(Option<(Word, Word)>),
    Appealed(Word),
    /// With the appeal that was upheld, if it was one that lifted it.
    Lifted {
        appeal: Option<Word>,
        lifted: Word,
    },
}

impl State {
    pub const fn stage(&self) -> Stage {
        match self {
            Self::Standing(_) => Stage::Standing,
            Self::Appealed(_) => Stage::Appealed,
            Self::Lifted { .. } => Stage::Lifted,
        }
    }
}

/// What is entered about a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub credit_code: String,
    pub unit_name: String,
    pub kind: Kind,
    pub level: Level,
    pub title: String,
    /// Who established it.
    pub source: String,
    /// Number of the document that established it.
    pub source_number: String,
    pub effective_on: Day,
    pub expires_on: Option<Day>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: CreditRecordId,
    pub version: i64,
    pub state: State,
    pub content: Content,
    pub recorded_by: UserId,
    pub recorded_by_organisation: OrganisationId,
    pub recorded_at: UtcTime,
    pub updated_at: UtcTime,
    /// Whether other nodes were told, and not yet that it is over.
    pub published: bool,
}

/// A unit that is barred on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Barred {
    pub record: CreditRecordId,
    pub credit_code: String,
    pub unit_name: String,
    pub title: String,
    pub source: String,
    pub source_number: String,
    pub from: Day,
    pub to: Option<Day>,
}

impl Record {
    /// Rule 3.
    pub fn bars_on(&self, day: Day) -> bool {
        let content = &self.content;
        content.level == Level::SeriouslyUntrustworthy
            && self.state.stage() != Stage::Lifted
            && content.effective_on <= day
            && content.expires_on.is_none_or(|last| day <= last)
    }
}
