//! The words of matchmaking. Pure.

use crate::kernel::actor::words;
use crate::kernel::id::ids;
use crate::kernel::time::UtcTime;

ids! {
    FeedbackId of FeedbackKind;
}

words! {
    /// The two kinds of records that are brought together.
    #[schema(as = MatchSide)]
    Side { Achievement = "achievement", Demand = "demand" }
}

impl Side {
    pub const fn other(self) -> Side {
        match self {
            Side::Achievement => Side::Demand,
            Side::Demand => Side::Achievement,
        }
    }
}

words! {
    /// What a score consists of.
    #[schema(as = MatchPart)]
    PartKind {
        Text = "text",
        Meaning = "meaning",
        Field = "field",
        Industry = "industry",
        Maturity = "maturity",
        Price = "price",
        Cooperation = "cooperation",
        Division = "division",
        Freshness = "freshness",
        Answering = "answering",
    }
}

/// Parts of a score.
pub const PARTS: usize = 10;

/// One value for each part, in the order of [`PartKind::ALL`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Values(pub [f64; PARTS]);

impl Values {
    pub fn get(&self, kind: PartKind) -> f64 {
        self.0.get(kind as usize).copied().unwrap_or(UNKNOWN)
    }

    pub fn set(&mut self, kind: PartKind, value: f64) {
        if let Some(place) = self.0.get_mut(kind as usize) {
            *place = value;
        }
    }
}

/// The value of a part that cannot be judged: neither for nor against.
pub const UNKNOWN: f64 = 0.5;

/// How much each part counts, in parts per million of the whole; versioned, and set by an operator only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weights {
    pub version: i64,
    pub ppm: [i64; PARTS],
}

/// What a weight set adds up to.
pub const WEIGHTS_SUM_PPM: i64 = 1_000_000;

impl Weights {
    /// The shipped weights, version 0. What the records say decides (text, meaning, field and industry are three
    /// quarters of the whole); of two that say the same, the riper, cheaper, nearer, fresher one comes first.
    pub const SHIPPED: Weights = Weights {
        version: 0,
        ppm: [400_000, 140_000, 120_000, 80_000, 70_000, 60_000, 40_000, 40_000, 20_000, 30_000],
    };

    pub fn of(&self, kind: PartKind) -> f64 {
        self.ppm.get(kind as usize).map_or(0.0, |ppm| *ppm as f64 / WEIGHTS_SUM_PPM as f64)
    }
}

/// The order of `PartKind` is the order of weights and values.
const _: () = assert!(PartKind::ALL.len() == PARTS);

/// What a pair is worth: each side's preference and both together.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub demand: Values,
    pub achievement: Values,
    pub demand_prefers: f64,
    pub achievement_prefers: f64,
    /// The geometric mean of both preferences.
    pub score: f64,
    /// The words that both records have, the most telling first.
    pub words: Vec<String>,
}

/// How an organisation answers what it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Answering {
    /// Enquiries that were answered or whose time for an answer is over.
    pub asked: u32,
    /// Answered within the time.
    pub answered: u32,
    /// Mean hours to an answer.
    pub mean_hours: f64,
}

/// An entry of a record's list of suggestions.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// URN of the record whose list it is.
    pub subject: String,
    /// URN of the suggested record.
    pub other: String,
    /// From 1.
    pub place: i32,
    pub verdict: Verdict,
    /// It stands here because it is new and was hardly suggested yet.
    pub introduced: bool,
    pub weights_version: i64,
    pub computed_at: UtcTime,
}

words! {
    /// What became of a suggestion.
    #[schema(as = MatchEvent)]
    Event {
        Shown = "shown",
        Opened = "opened",
        Declined = "declined",
        Enquired = "enquired",
        Accepted = "accepted",
        Contracted = "contracted",
    }
}

impl Event {
    /// What an event says about a pair when weights are fitted.
    pub const fn grade(self) -> f64 {
        match self {
            Event::Declined | Event::Shown => 0.0,
            Event::Opened => 1.0,
            Event::Enquired => 2.0,
            Event::Accepted => 3.0,
            Event::Contracted => 4.0,
        }
    }
}

/// A kept event, with what the platform thought of the pair at that time.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    pub id: FeedbackId,
    pub at: UtcTime,
    pub event: Event,
    /// Whose list it was.
    pub side: Side,
    pub demand: String,
    pub achievement: String,
    /// URN of the organisation that acted.
    pub organisation: String,
    /// A day, or the URN of the engagement or contract: the same act is kept once.
    pub source: String,
    /// The place in the list.
    pub position: Option<i32>,
    /// One of the eight reasons.
    pub reason: Option<String>,
    /// The demand side's and the achievement side's parts, if the pair was suggested.
    pub values: Option<(Values, Values)>,
    pub weights_version: Option<i64>,
}
