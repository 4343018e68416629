//! Pages of a list: a bounded limit and an opaque cursor.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::codes_common::{CURSOR_INVALID, LIMIT_INVALID};
use super::error::Refusal;

pub const PAGE_ITEMS_MAX: i64 = 100;
pub const PAGE_ITEMS_DEFAULT: i64 = 20;
const CURSOR_BYTES_MAX: usize = 1024;

/// One page and, when there is more, the cursor of the next.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Opaque: pass it back as `cursor`. Null on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Takes up to `limit + 1` rows; the extra one only tells that there is a next page.
    pub fn cut<K: Serialize>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> Self {
        let size = usize::try_from(limit).unwrap_or(0);
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(|row| encode_cursor(&key(row))) } else { None };
        Self { items: rows, next }
    }

    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

/// What a caller asks of a list.
#[derive(Clone, Debug)]
pub struct PageQuery {
    pub limit: i64,
    pub cursor: Option<String>,
}

impl PageQuery {
    pub fn new(limit: Option<i64>, cursor: Option<String>) -> Result<Self, Refusal> {
        let limit = limit.unwrap_or(PAGE_ITEMS_DEFAULT);
        if !(1..=PAGE_ITEMS_MAX).contains(&limit) {
            return Err(Refusal::new(&LIMIT_INVALID).with("max", PAGE_ITEMS_MAX));
        }
        Ok(Self { limit, cursor })
    }

    /// The position to go on from, if any.
    pub fn after<K: DeserializeOwned>(&self) -> Result<Option<K>, Refusal> {
        self.cursor.as_deref().map(decode_cursor).transpose()
    }
}

pub fn encode_cursor<K: Serialize>(key: &K) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

pub fn decode_cursor<K: DeserializeOwned>(text: &str) -> Result<K, Refusal> {
    if text.len() > CURSOR_BYTES_MAX {
        return Err(Refusal::new(&CURSOR_INVALID));
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::new(&CURSOR_INVALID))?;
    serde_json::from_slice(&bytes).map_err(|_| Refusal::new(&CURSOR_INVALID))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_a_forged_one_is_refused() {
        let page = Page::cut(vec![1, 2, 3], 2, |n| *n);
        assert_eq!(page.items, [1, 2]);
        let next = page.next.unwrap();
        assert_eq!(decode_cursor::<i32>(&next).unwrap(), 2);
        assert_eq!(decode_cursor::<i32>("!!").unwrap_err().code(), "cursor_invalid");
        assert!(Page::cut(vec![1, 2], 2, |n| *n).next.is_none());
    }

    #[test]
    fn a_limit_is_bounded() {
        assert_eq!(PageQuery::new(None, None).unwrap().limit, PAGE_ITEMS_DEFAULT);
        for limit in [0, -1, 101] {
            assert_eq!(PageQuery::new(Some(limit), None).unwrap_err().code(), "limit_invalid");
        }
    }
}
