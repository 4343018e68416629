//! Many standing questions, found by the rarest token of each.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::asked::Standing;
use super::probe::{Atom, Probe};
use crate::search::analyzer::Analyzer;

/// Questions by a key of their owner's. About 1 kB each.
pub struct Watch<K> {
    held: HashMap<K, Held>,
    /// The questions that a record with the token may answer.
    by_token: HashMap<Atom, Vec<K>>,
    /// Questions without tokens, asked of every record.
    always: HashSet<K>,
}

struct Held {
    standing: Standing,
    tokens: Vec<Atom>,
}

impl<K> Default for Watch<K> {
    fn default() -> Self {
        Watch { held: HashMap::new(), by_token: HashMap::new(), always: HashSet::new() }
    }
}

impl<K: Copy + Eq + Hash + Ord> Watch<K> {
    pub fn len(&self) -> usize {
        self.held.len()
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Adds a question, or replaces the one of this key.
    pub fn put(&mut self, key: K, standing: Standing, analyzer: &Analyzer) {
        self.remove(key);
        let tokens = standing.tokens(analyzer);
        match &tokens {
            Some(tokens) => {
                for token in tokens {
                    self.by_token.entry(token.clone()).or_default().push(key);
                }
            }
            None => {
                self.always.insert(key);
            }
        }
        self.held.insert(key, Held { standing, tokens: tokens.unwrap_or_default() });
    }

    pub fn remove(&mut self, key: K) {
        let Some(held) = self.held.remove(&key) else { return };
        self.always.remove(&key);
        for token in &held.tokens {
            if let Some(keys) = self.by_token.get_mut(token) {
                keys.retain(|other| *other != key);
                if keys.is_empty() {
                    self.by_token.remove(token);
                }
            }
        }
    }

    pub fn get(&self, key: K) -> Option<&Standing> {
        self.held.get(&key).map(|held| &held.standing)
    }

    /// The keys of the questions that find the record, in order.
    pub fn finding(&self, record: &Probe) -> Vec<K> {
        let mut found: Vec<K> = self.candidates(record).into_iter().collect();
        found.retain(|key| self.get(*key).is_some_and(|standing| standing.finds(record)));
        found.sort_unstable();
        found
    }

    /// The keys of the questions that share their rarest token with the record.
    pub fn candidates(&self, record: &Probe) -> HashSet<K> {
        let mut candidates = self.always.clone();
        for atom in record.atoms() {
            candidates.extend(self.by_token.get(atom).into_iter().flatten().copied());
        }
        candidates
    }
}
