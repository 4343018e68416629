//! The facets' values of every record, in memory and as small numbers: counting hits by facet is one addition for each.
//! The index's own columns are packed, and unpacking those of 200 000 hits takes ten times as long as finding them.
//!
//! But for its dead rows a segment never changes, so what was read of it holds as long as it is there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tantivy::columnar::StrColumn;
use tantivy::index::SegmentId;
use tantivy::{DocId, Searcher, SegmentReader};

use crate::search::model::Facet;

/// The values of all segments. Numbers of values are the same in all of them.
#[derive(Default)]
pub struct Values {
    segments: RwLock<HashMap<SegmentId, Arc<SegmentValues>>>,
    names: [Mutex<Names>; Facet::ALL.len()],
}

/// The values of a facet by their numbers.
#[derive(Default)]
struct Names {
    all: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, usize>,
}

/// The values of one segment's records.
pub struct SegmentValues {
    columns: [Column; Facet::ALL.len()],
}

/// Which of a few sets of values each record has.
#[derive(Default)]
pub struct Column {
    codes: Codes,
    /// The numbers of the values in each set, by code.
    sets: Vec<Vec<usize>>,
}

enum Codes {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl Default for Codes {
    fn default() -> Self {
        Codes::Narrow(vec![])
    }
}

impl Values {
    /// Reads the segments that are new and forgets those that are gone.
    pub fn follow(&self, searcher: &Searcher) -> tantivy::Result<()> {
        let readers = searcher.segment_readers();
        for reader in readers {
            self.of(reader)?;
        }
        let there = |id: &SegmentId| readers.iter().any(|reader| reader.segment_id() == *id);
        self.segments.write().unwrap_or_else(PoisonError::into_inner).retain(|id, _| there(id));
        Ok(())
    }

    pub fn of(&self, reader: &SegmentReader) -> tantivy::Result<Arc<SegmentValues>> {
        let id = reader.segment_id();
        let known = self.segments.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let mut columns: [Column; Facet::ALL.len()] = std::array::from_fn(|_| Column::default());
        for ((facet, column), names) in Facet::ALL.into_iter().zip(&mut columns).zip(&self.names) {
            if let Some(packed) = reader.fast_fields().str(facet.name())? {
                let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
                *column = Column::read(&packed, reader.max_doc(), &mut names)?;
            }
        }
        let values = Arc::new(SegmentValues { columns });
        self.segments.write().unwrap_or_else(PoisonError::into_inner).insert(id, Arc::clone(&values));
        Ok(values)
    }

    /// The values that were counted by their numbers.
    pub fn named(&self, facet: Facet, counts: &[u64]) -> Vec<(String, u64)> {
        let Some(names) = self.names.get(facet as usize) else { return vec![] };
        let names = names.lock().unwrap_or_else(PoisonError::into_inner);
        let counted = names.all.iter().zip(counts).filter(|(_, count)| **count > 0);
        counted.map(|(name, count)| (name.to_string(), *count)).collect()
    }
}

impl Names {
    fn number(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let (name, number): (Arc<str>, usize) = (name.into(), self.all.len());
        self.all.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        number
    }
}

impl SegmentValues {
    pub fn column(&self, facet: Facet) -> &Column {
        &self.columns[facet as usize]
    }
}

impl Column {
    fn read(packed: &StrColumn, records: DocId, names: &mut Names) -> tantivy::Result<Column> {
        let (mut numbers, mut name) = (Vec::with_capacity(packed.num_terms()), String::new());
        for ordinal in 0..packed.num_terms() as u64 {
            name.clear();
            packed.ord_to_str(ordinal, &mut name)?;
            numbers.push(names.number(&name));
        }
        let mut sets: Vec<Vec<usize>> = vec![];
        let mut known: HashMap<Vec<u64>, u32> = HashMap::new();
        // Most records have one value of a facet.
        let mut alone: Vec<Option<u32>> = vec![None; numbers.len()];
        let mut code = |ordinals: &[u64]| -> u32 {
            let one = if let [one] = ordinals { usize::try_from(*one).ok() } else { None };
            if let Some(code) = one.and_then(|one| alone.get(one).copied().flatten()) {
                return code;
            }
            let code = *known.entry(ordinals.to_vec()).or_insert_with(|| {
                let number = |ordinal: &u64| numbers.get(usize::try_from(*ordinal).ok()?).copied();
                sets.push(ordinals.iter().filter_map(number).collect());
                u32::try_from(sets.len() - 1).unwrap_or(u32::MAX)
            });
            if let Some(alone) = one.and_then(|one| alone.get_mut(one)) {
                *alone = Some(code);
            }
            code
        };
        let (mut codes, mut ordinals) = (Vec::with_capacity(records as usize), Vec::new());
        for record in 0..records {
            ordinals.clear();
            ordinals.extend(packed.term_ords(record));
            ordinals.sort_unstable();
            ordinals.dedup();
            codes.push(code(&ordinals));
        }
        let narrow: Result<Vec<u8>, _> = codes.iter().map(|code| u8::try_from(*code)).collect();
        let codes = narrow.map_or(Codes::Wide(codes), Codes::Narrow);
        Ok(Column { codes, sets })
    }

    /// A place for the count of each set.
    pub fn counts(&self) -> Vec<u64> {
        vec![0; self.sets.len()]
    }

    /// Adds these records to the counts of their sets.
    pub fn count(&self, records: &[DocId], counts: &mut [u64]) {
        fn add<T: Copy + Into<u32>>(codes: &[T], records: &[DocId], counts: &mut [u64]) {
            for record in records {
                let code = codes.get(*record as usize).map(|code| (*code).into());
                if let Some(count) = code.and_then(|code: u32| counts.get_mut(code as usize)) {
                    *count += 1;
                }
            }
        }
        match &self.codes {
            Codes::Narrow(codes) => add(codes, records, counts),
            Codes::Wide(codes) => add(codes, records, counts),
        }
    }

    /// Adds what was counted by set to the counts by value.
    pub fn spread(&self, by_set: &[u64], by_value: &mut Vec<u64>) {
        for (numbers, count) in self.sets.iter().zip(by_set) {
            for number in numbers {
                if by_value.len() <= *number {
                    by_value.resize(number + 1, 0);
                }
                if let Some(sum) = by_value.get_mut(*number) {
                    *sum += count;
                }
            }
        }
    }
}
