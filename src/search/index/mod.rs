//! The index of this instance: its files, its writer, its readers.

pub mod entries;
pub mod place;
pub mod record;
pub mod schema;
pub mod values;

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::Schema;
use tantivy::tokenizer::{RawTokenizer, TokenizerManager};
use tantivy::{Index, IndexBuilder, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Term};

use self::schema::{Fields, GRAMS, WORDS};
use self::values::Values;
use super::analyzer::{self, Analyzer, GramTokenizer, WordTokenizer};
use super::model::Document;

/// Heap of the writer that follows: the least the library takes; it is part of the memory at rest.
pub const FOLLOW_HEAP_BYTES: usize = 15_000_000;
/// Heap of a rebuild: larger first segments, so fewer merges.
pub const BUILD_HEAP_BYTES: usize = 64_000_000;

/// Stored text is read in blocks; a hit costs unpacking one.
const STORE_BLOCK_BYTES: usize = 8_192;
const STORE_CACHE_BLOCKS: usize = 32;
/// A segment with more dead rows than this share is merged.
const DEAD_SHARE_MAX: f32 = 0.25;

/// How far the index has followed the change log. Saved in every commit, so index and cursor never part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The log's epoch: a restored database starts a new one, and the index is rebuilt.
    pub epoch: i64,
    pub seq: i64,
}

/// What a commit carries beside its rows.
#[derive(Serialize, Deserialize)]
struct Payload {
    version: String,
    #[serde(flatten)]
    cursor: Cursor,
}

/// Why an index that is there cannot be used.
#[derive(Debug)]
pub enum Unusable {
    /// None was ever finished.
    Missing,
    /// Made with another dictionary, schema or set of rules.
    Outdated(String),
    Damaged(String),
}

/// The reading side, shared by all queries.
pub struct Shelf {
    pub index: Index,
    pub fields: Fields,
    pub analyzer: Arc<Analyzer>,
    pub reader: IndexReader,
    pub values: Values,
}

/// The one writer of an index.
pub struct Scribe {
    writer: IndexWriter,
    shelf: Arc<Shelf>,
}

/// An empty index in `dir`, or in memory.
pub fn create(dir: Option<&Path>, analyzer: Arc<Analyzer>) -> tantivy::Result<Arc<Shelf>> {
    let (schema, fields) = schema::build();
    let builder = builder(schema, &analyzer);
    let index = match dir {
        Some(dir) => builder.create_in_dir(dir)?,
        None => builder.create_in_ram()?,
    };
    shelve(index, fields, analyzer)
}

/// The index in `dir` with its cursor, if it can go on from there.
pub fn open(dir: &Path, analyzer: Arc<Analyzer>) -> Result<(Arc<Shelf>, Cursor), Unusable> {
    let damaged = |error: tantivy::TantivyError| Unusable::Damaged(error.to_string());
    let directory = MmapDirectory::open(dir).map_err(|error| Unusable::Damaged(error.to_string()))?;
    if !Index::exists(&directory).map_err(|error| Unusable::Damaged(error.to_string()))? {
        return Err(Unusable::Missing);
    }
    let mut index = Index::open(directory).map_err(damaged)?;
    let payload = index.load_metas().map_err(damaged)?.payload.ok_or(Unusable::Missing)?;
    let payload: Payload =
        serde_json::from_str(&payload).map_err(|error| Unusable::Damaged(error.to_string()))?;
    let (schema, fields) = schema::build();
    if payload.version != analyzer::version() || index.schema() != schema {
        return Err(Unusable::Outdated(payload.version));
    }
    index.set_tokenizers(tokenizers(&analyzer));
    Ok((shelve(index, fields, analyzer).map_err(damaged)?, payload.cursor))
}

fn builder(schema: Schema, analyzer: &Arc<Analyzer>) -> IndexBuilder {
    // No thread of its own for packing stored text: the writer's one is enough for a city.
    let settings = IndexSettings {
        docstore_blocksize: STORE_BLOCK_BYTES,
        docstore_compress_dedicated_thread: false,
        ..IndexSettings::default()
    };
    Index::builder().schema(schema).settings(settings).tokenizers(tokenizers(analyzer))
}

fn tokenizers(analyzer: &Arc<Analyzer>) -> TokenizerManager {
    let tokenizers = TokenizerManager::new();
    tokenizers.register(WORDS, WordTokenizer::new(Arc::clone(analyzer)));
    tokenizers.register(GRAMS, GramTokenizer::new(false));
    tokenizers.register("raw", RawTokenizer::default());
    // The library asks for it by name even for fields that are not cut.
    tokenizers.register("default", RawTokenizer::default());
    tokenizers
}

fn shelve(index: Index, fields: Fields, analyzer: Arc<Analyzer>) -> tantivy::Result<Arc<Shelf>> {
    let reader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .doc_store_cache_num_blocks(STORE_CACHE_BLOCKS)
        .try_into()?;
    let shelf = Shelf { index, fields, analyzer, reader, values: Values::default() };
    shelf.values.follow(&shelf.reader.searcher())?;
    Ok(Arc::new(shelf))
}

impl Shelf {
    /// Shows what was committed.
    fn reload(&self) -> tantivy::Result<()> {
        self.reader.reload()?;
        self.values.follow(&self.reader.searcher())
    }

    /// Compares every file with its checksum.
    pub fn check(&self) -> Result<(), Unusable> {
        match self.index.validate_checksum() {
            Ok(broken) if broken.is_empty() => Ok(()),
            Ok(broken) => Err(Unusable::Damaged(format!("{broken:?}"))),
            Err(error) => Err(Unusable::Damaged(error.to_string())),
        }
    }
}

impl Scribe {
    pub fn new(shelf: &Arc<Shelf>, heap_bytes: usize) -> tantivy::Result<Scribe> {
        let options = IndexWriterOptions::builder()
            .num_worker_threads(1)
            .num_merge_threads(1)
            .memory_budget_per_thread(heap_bytes)
            .build();
        let writer = shelf.index.writer_with_options(options)?;
        let mut merging = LogMergePolicy::default();
        merging.set_del_docs_ratio_before_merge(DEAD_SHARE_MAX);
        writer.set_merge_policy(Box::new(merging));
        Ok(Scribe { writer, shelf: Arc::clone(shelf) })
    }

    /// Adds a record that is not in the index yet (a rebuild).
    pub fn add(&self, document: &Document) -> tantivy::Result<()> {
        self.writer.add_document(record::row(&self.shelf.fields, &self.shelf.analyzer, document)).map(drop)
    }

    pub fn replace(&self, document: &Document) -> tantivy::Result<()> {
        self.remove(&document.subject);
        self.add(document)
    }

    pub fn remove(&self, subject: &str) {
        self.writer.delete_term(Term::from_field_text(self.shelf.fields.subject, subject));
    }

    /// Makes everything up to `cursor` durable and visible.
    pub fn commit(&mut self, cursor: &Cursor) -> tantivy::Result<()> {
        let payload = Payload { version: analyzer::version(), cursor: cursor.clone() };
        let payload = serde_json::to_string(&payload).map_err(std::io::Error::from)?;
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.shelf.reload()
    }

    /// Waits for running merges and lets go of the index.
    pub fn finish(self) -> tantivy::Result<()> {
        self.writer.wait_merging_threads()?;
        self.shelf.reload()
    }
}
