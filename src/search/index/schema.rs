//! What stands in the index.
//!
//! One field of words and one of grams hold title, keywords and body together, the title repeated: a single field
//! keeps the pruning of block-max scores, which a union of a title and a body field would lose, and repetition
//! weighs the title before saturation, as BM25F does.

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, STORED, Schema, TextFieldIndexing, TextOptions,
};

use crate::search::model::{Facet, Measure};

pub const WORDS: &str = "words";
pub const GRAMS: &str = "grams";
/// Seconds of the first publication, then bits of the subject: newest first, and no two alike.
pub const NEWNESS: &str = "newness";
pub const PRICE_LOW: &str = "price_low";
pub const PRICE_HIGH: &str = "price_high";
pub const DEADLINE: &str = "deadline";
pub const TRL: &str = "trl_level";
pub const YEAR: &str = "year_number";

/// Bits of the subject in [`NEWNESS`].
pub const TIE_BITS: u32 = 31;

#[derive(Debug, Clone)]
pub struct Fields {
    /// The URN: replaced and deleted by.
    pub subject: Field,
    /// What an answer shows, so that answering needs no database.
    pub shown: Field,
    pub words: Field,
    pub grams: Field,
    /// Whole names, numbers and keywords, and the single ideographs of the title.
    pub exact: Field,
    /// What is offered to who is still typing; see [`super::entries`].
    pub entries: Field,
    pub newness: Field,
    pub price_low: Field,
    pub price_high: Field,
    pub deadline: Field,
    pub trl: Field,
    pub year: Field,
    facets: Vec<(Facet, Field)>,
}

impl Fields {
    pub fn facet(&self, facet: Facet) -> Option<Field> {
        self.facets.iter().find(|(known, _)| *known == facet).map(|(_, field)| *field)
    }

    /// The columns of a measure's lower and upper end.
    pub fn measure(&self, measure: Measure) -> (Field, Field) {
        match measure {
            Measure::Trl => (self.trl, self.trl),
            Measure::Year => (self.year, self.year),
            Measure::Price => (self.price_low, self.price_high),
            Measure::Published => (self.newness, self.newness),
            Measure::Deadline => (self.deadline, self.deadline),
        }
    }
}

pub fn build() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let fast = || NumericOptions::from(FAST);
    let fields = Fields {
        subject: schema.add_text_field("subject", raw(false)),
        shown: schema.add_bytes_field("shown", STORED),
        words: schema.add_text_field(WORDS, text(WORDS, IndexRecordOption::WithFreqs)),
        grams: schema.add_text_field(GRAMS, text(GRAMS, IndexRecordOption::WithFreqsAndPositions)),
        // With frequencies, though they say nothing here: only then does its union with words keep the pruning.
        exact: schema.add_text_field("exact", text("raw", IndexRecordOption::WithFreqs)),
        entries: schema.add_text_field("entries", raw(false)),
        newness: schema.add_u64_field(NEWNESS, fast() | INDEXED),
        price_low: schema.add_i64_field(PRICE_LOW, fast()),
        price_high: schema.add_i64_field(PRICE_HIGH, fast()),
        deadline: schema.add_i64_field(DEADLINE, fast()),
        trl: schema.add_i64_field(TRL, fast()),
        year: schema.add_i64_field(YEAR, fast()),
        facets: Facet::ALL.map(|facet| (facet, schema.add_text_field(facet.name(), raw(true)))).into(),
    };
    (schema.build(), fields)
}

fn text(tokenizer: &str, record: IndexRecordOption) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(record);
    TextOptions::default().set_indexing_options(indexing)
}

/// A code, found and counted as a whole.
fn raw(fast: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_fieldnorms(false)
        .set_index_option(IndexRecordOption::Basic);
    let options = TextOptions::default().set_indexing_options(indexing);
    if fast { options.set_fast("raw") } else { options }
}
