//! Vectors as bytes, for keeping: restarts read them instead of learning again.

use std::collections::HashMap;

use super::{Vectors, Word};

/// Counts up when the layout changes; bytes of another layout are not read, and the model is learnt anew.
const LAYOUT: u8 = 1;

impl Vectors {
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![LAYOUT];
        bytes.extend((self.dims as u32).to_le_bytes());
        self.mean.iter().for_each(|x| bytes.extend(x.to_le_bytes()));
        let mut words: Vec<(&String, &Word)> = self.words.iter().collect();
        words.sort_unstable_by_key(|(text, _)| *text);
        for (text, word) in words {
            bytes.extend((text.len() as u32).to_le_bytes());
            bytes.extend(text.as_bytes());
            bytes.extend(word.at.iter().map(|step| step.to_le_bytes()[0]));
        }
        bytes
    }

    /// `None` for bytes that are none of ours.
    pub fn from_bytes(bytes: &[u8]) -> Option<Vectors> {
        let rest = bytes.strip_prefix(&[LAYOUT])?;
        let (dims, mut rest) = number(rest)?;
        let mut mean = Vec::with_capacity(dims.min(rest.len()));
        for _ in 0..dims {
            let (x, after) = rest.split_first_chunk::<4>()?;
            mean.push(f32::from_le_bytes(*x));
            rest = after;
        }
        let mut words = HashMap::new();
        while !rest.is_empty() {
            let (length, after) = number(rest)?;
            let (text, after) = after.split_at_checked(length)?;
            let (at, after) = after.split_at_checked(dims)?;
            let at = at.iter().map(|byte| i8::from_le_bytes([*byte])).collect();
            words.insert(String::from_utf8(text.to_vec()).ok()?, Word { at });
            rest = after;
        }
        Some(Vectors { dims, mean, words })
    }
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}
