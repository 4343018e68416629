//! Short-lived state that instances share: rate limits, single-use tickets, wake-ups, and the nonces of signed messages.
//! In the process, or in Redis when REDIS_URL is set. Redis away: limits and tickets become per instance, followers
//! poll; what must happen only once is refused.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use redis::AsyncCommands;
use redis::aio::ConnectionManager;

use crate::kernel::time::UtcTime;

/// Keys that the process remembers at most; beyond that the expired ones are dropped.
const KEYS_MAX: usize = 100_000;
const REDIS_TIMEOUT: Duration = Duration::from_millis(200);
/// How long a lost subscription waits before it tries again.
const RESUBSCRIBE_AFTER: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub struct Kv {
    redis: Option<Shared>,
    local: Arc<Mutex<HashMap<String, Window>>>,
    /// Names with the second in which each is forgotten.
    once: Arc<Mutex<HashMap<String, i64>>>,
    kept: Arc<Mutex<HashMap<String, Kept>>>,
}

#[derive(Clone)]
struct Shared {
    client: redis::Client,
    manager: ConnectionManager,
}

/// A value that is taken once, until it expires.
struct Kept {
    value: String,
    until: Instant,
}

/// Whether a name is new cannot be told at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forgetful;

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
        Self { redis: None, local: Arc::default(), once: Arc::default(), kept: Arc::default() }
    }

    /// Connects to Redis; an address that cannot be reached refuses the start, so that a typing error shows.
    pub async fn redis(url: &str) -> Result<Self, redis::RedisError> {
        let client = redis::Client::open(url)?;
        let manager = client.get_connection_manager().await?;
        Ok(Self {
            redis: Some(Shared { client, manager }),
            local: Arc::default(),
            once: Arc::default(),
            kept: Arc::default(),
        })
    }

    /// Keeps a value for `take`, for so many seconds.
    pub async fn keep(&self, key: &str, value: &str, seconds: u64) {
        if let Some(redis) = &self.redis {
            let (mut manager, name) = (redis.manager.clone(), format!("techmart:{key}"));
            let set = manager.set_ex::<_, _, ()>(name, value, seconds);
            if let Ok(Ok(())) = tokio::time::timeout(REDIS_TIMEOUT, set).await {
                return;
            }
            tracing::warn!("Redis does not answer; tickets are per instance");
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if kept.len() >= KEYS_MAX {
            kept.retain(|_, entry| entry.until > now);
        }
        if kept.len() < KEYS_MAX {
            let until = now + Duration::from_secs(seconds);
            kept.insert(key.to_owned(), Kept { value: value.to_owned(), until });
        }
    }

    /// Takes what was kept: once, whichever instance asks first.
    pub async fn take(&self, key: &str) -> Option<String> {
        if let Some(redis) = &self.redis {
            let mut manager = redis.manager.clone();
            let get = manager.get_del::<_, Option<String>>(format!("techmart:{key}"));
            if let Ok(Ok(Some(value))) = tokio::time::timeout(REDIS_TIMEOUT, get).await {
                return Some(value);
            }
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(key).filter(|entry| entry.until > Instant::now()).map(|entry| entry.value)
    }

    /// Whether there are other instances to tell and to hear.
    pub const fn is_shared(&self) -> bool {
        self.redis.is_some()
    }

    /// Tells all instances, this one among them. Nobody relies on it: who hears nothing polls.
    pub async fn tell(&self, channel: &str, word: &str) {
        let Some(redis) = &self.redis else { return };
        let mut manager = redis.manager.clone();
        let publish = manager.publish::<_, _, ()>(format!("techmart:{channel}"), word);
        if !matches!(tokio::time::timeout(REDIS_TIMEOUT, publish).await, Ok(Ok(()))) {
            tracing::debug!("Redis does not answer; other instances see it when they poll");
        }
    }

    /// Hears what any instance tells, until the future is dropped; comes back by itself when Redis was away.
    pub async fn hear(&self, channel: &str, mut heard: impl FnMut(String)) {
        let Some(redis) = &self.redis else { return };
        loop {
            if let Ok(mut subscription) = redis.client.get_async_pubsub().await
                && subscription.subscribe(format!("techmart:{channel}")).await.is_ok()
            {
                let mut messages = subscription.on_message();
                while let Some(message) = messages.next().await {
                    heard(message.get_payload().unwrap_or_default());
                }
            }
            tokio::time::sleep(RESUBSCRIBE_AFTER).await;
        }
    }

    /// Counts one use of `key` in its window of `window_seconds`.
    pub async fn allow(&self, key: &str, limit: u32, window_seconds: u32, now: UtcTime) -> Allowance {
        let window = i64::from(window_seconds);
        let start = now.seconds().div_euclid(window) * window;
        let reset = u32::try_from(start + window - now.seconds()).unwrap_or(window_seconds);
        if let Some(redis) = &self.redis {
            let name = format!("techmart:{key}:{start}");
            let counted =
                tokio::time::timeout(REDIS_TIMEOUT, count(redis.manager.clone(), &name, window)).await;
            if let Ok(Ok(count)) = counted {
                return Allowance::of(count, limit, reset);
            }
            tracing::warn!("Redis does not answer; rate limits are per instance");
        }
        Allowance::of(self.count_local(key, start + window, now.seconds()), limit, reset)
    }

    /// Whether the memory is of this process alone: it began with it and other instances have their own.
    pub const fn is_local(&self) -> bool {
        self.redis.is_none()
    }

    /// Remembers a name for some seconds; true for the first who brings it. Unlike a limit it never guesses.
    pub async fn once(&self, name: &str, seconds: u32, now: UtcTime) -> Result<bool, Forgetful> {
        let Some(redis) = &self.redis else {
            return self.once_local(name, now.seconds() + i64::from(seconds), now.seconds());
        };
        let name = format!("techmart:once:{name}");
        let set = tokio::time::timeout(REDIS_TIMEOUT, set_new(redis.manager.clone(), &name, seconds)).await;
        match set {
            Ok(Ok(new)) => Ok(new),
            Ok(Err(_)) | Err(_) => {
                tracing::warn!("Redis does not answer; signed messages are refused meanwhile");
                Err(Forgetful)
            }
        }
    }

    fn once_local(&self, name: &str, until: i64, now: i64) -> Result<bool, Forgetful> {
        let mut names = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= KEYS_MAX {
            names.retain(|_, until| *until > now);
        }
        if names.get(name).is_some_and(|until| *until > now) {
            return Ok(false);
        }
        // Full of what still lives: forgetting one of them would let it come twice.
        if names.len() >= KEYS_MAX {
            return Err(Forgetful);
        }
        names.insert(name.to_owned(), until);
        Ok(true)
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

async fn set_new(mut redis: ConnectionManager, name: &str, seconds: u32) -> redis::RedisResult<bool> {
    let set: Option<String> = redis::cmd("SET")
        .arg(name)
        .arg(1)
        .arg("NX")
        .arg("EX")
        .arg(seconds.max(1))
        .query_async(&mut redis)
        .await?;
    Ok(set.is_some())
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

    #[tokio::test]
    async fn a_name_comes_once_until_it_is_forgotten() {
        let kv = Kv::in_process();
        let now = UtcTime::from_seconds(600);
        assert_eq!(kv.once("a", 60, now).await, Ok(true));
        assert_eq!(kv.once("a", 60, now.plus_seconds(59)).await, Ok(false));
        assert_eq!(kv.once("b", 60, now).await, Ok(true));
        assert_eq!(kv.once("a", 60, now.plus_seconds(60)).await, Ok(true));
    }

    /// What still lives is never forgotten to make room.
    #[tokio::test]
    async fn a_full_memory_refuses_rather_than_forgets() {
        let kv = Kv::in_process();
        let now = UtcTime::from_seconds(600);
        for number in 0..KEYS_MAX {
            assert_eq!(kv.once_local(&number.to_string(), 660, 600), Ok(true));
        }
        assert_eq!(kv.once("new", 60, now).await, Err(Forgetful));
        assert_eq!(kv.once("7", 60, now).await, Ok(false));
        assert_eq!(kv.once("new", 60, now.plus_seconds(60)).await, Ok(true), "then there is room again");
    }

    #[tokio::test]
    async fn what_is_kept_is_taken_once_and_not_after_its_time() {
        let kv = Kv::in_process();
        kv.keep("ticket", "sale", 60).await;
        assert_eq!(kv.take("ticket").await.as_deref(), Some("sale"));
        assert_eq!(kv.take("ticket").await, None);
        kv.keep("late", "sale", 0).await;
        assert_eq!(kv.take("late").await, None);
    }
}
