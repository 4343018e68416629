//! Short-lived state that instances share: rate limits. In the process, or in Redis when REDIS_URL is set.
//! Redis away: limits become per instance, nothing else changes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use redis::aio::ConnectionManager;

use crate::kernel::time::UtcTime;

/// Keys that the process remembers at most; beyond that the expired ones are dropped.
const KEYS_MAX: usize = 100_000;
const REDIS_TIMEOUT: Duration = Duration::from_millis(200);

#[derive(Clone)]
pub struct Kv {
    redis: Option<ConnectionManager>,
    local: Arc<Mutex<HashMap<String, Window>>>,
}

struct Window {
    ends_at: i64,
    count: u32,
}

/// What is left of a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    pub granted: bool,
    pub limit: Option<u32>,
    pub remaining: u32,
    pub reset_seconds: u32,
}

impl Allowance {
    pub const fn unlimited() -> Self {
        Self { granted: true, limit: None, remaining: 0, reset_seconds: 0 }
    }

    fn of(count: u32, limit: u32, reset_seconds: u32) -> Self {
        let remaining = limit.saturating_sub(count);
        Self { granted: count <= limit, limit: Some(limit), remaining, reset_seconds }
    }
}

impl Kv {
    pub fn in_process() -> Self {
        Self { redis: None, local: Arc::default() }
    }

    /// Connects to Redis; an address that cannot be reached refuses the start, so that a typing error shows.
    pub async fn redis(url: &str) -> Result<Self, redis::RedisError> {
        let client = redis::Client::open(url)?;
        let manager = client.get_connection_manager().await?;
        Ok(Self { redis: Some(manager), local: Arc::default() })
    }

    /// Counts one use of `key` in its window of `window_seconds`.
    pub async fn allow(&self, key: &str, limit: u32, window_seconds: u32, now: UtcTime) -> Allowance {
        let window = i64::from(window_seconds);
        let start = now.seconds().div_euclid(window) * window;
        let reset = u32::try_from(start + window - now.seconds()).unwrap_or(window_seconds);
        if let Some(redis) = &self.redis {
            let name = format!("techmart:{key}:{start}");
            let counted = tokio::time::timeout(REDIS_TIMEOUT, count(redis.clone(), &name, window)).await;
            if let Ok(Ok(count)) = counted {
                return Allowance::of(count, limit, reset);
            }
            tracing::warn!("Redis does not answer; rate limits are per instance");
        }
        Allowance::of(self.count_local(key, start + window, now.seconds()), limit, reset)
    }

    fn count_local(&self, key: &str, ends_at: i64, now: i64) -> u32 {
        let mut windows = self.local.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= KEYS_MAX {
            windows.retain(|_, window| window.ends_at > now);
        }
        let window = windows.entry(key.to_owned()).or_insert(Window { ends_at, count: 0 });
        if window.ends_at <= now {
            *window = Window { ends_at, count: 0 };
        }
        window.count = window.count.saturating_add(1);
        window.count
    }
}

async fn count(mut redis: ConnectionManager, name: &str, window: i64) -> redis::RedisResult<u32> {
    let (count,): (u32,) = redis::pipe()
        .atomic()
        .incr(name, 1)
        .expire(name, window + 1)
        .ignore()
        .query_async(&mut redis)
        .await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_window_counts_and_then_begins_anew() {
        let kv = Kv::in_process();
        let now = UtcTime::from_seconds(600);
        for used in 1..=3 {
            let allowance = kv.allow("a", 2, 60, now).await;
            assert_eq!((allowance.granted, allowance.reset_seconds), (used <= 2, 60));
        }
        assert!(kv.allow("b", 2, 60, now).await.granted, "another key has its own window");
        assert!(kv.allow("a", 2, 60, now.plus_seconds(60)).await.granted);
    }
}
