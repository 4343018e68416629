//! Passwords: what is acceptable, and argon2id on one bounded thread of its own, so that a flood of logins
//! costs at most one core and never a thread that serves readers.

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use crossbeam_channel::{Receiver, Sender, TrySendError};
use tokio::sync::oneshot;

use super::codes::*;
use super::model::Secret;
use crate::kernel::error::{Errors, Refusal};

pub const PASSWORD_MIN_CHARS: usize = 10;
pub const PASSWORD_MAX_CHARS: usize = 128;
/// Logins that wait for the hashing thread; one takes about 20 ms, so the last waits about 1 s.
pub const QUEUE_JOBS: usize = 48;

/// The work of one hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl Cost {
    /// OWASP's first choice for argon2id: 19 MiB, t=2, p=1.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1024, passes: 2 };
    /// For tests that are not about hashing.
    pub const CHEAP: Self = Self { memory_kib: 8, passes: 1 };

    fn argon2(self) -> Result<Argon2<'static>, Refusal> {
        let params = Params::new(self.memory_kib, self.passes, 1, None).map_err(Refusal::internal)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    /// A PHC string with a fresh salt. Slow: only for the hashing thread and for commands of the machine.
    pub fn hash(self, password: &Secret) -> Result<String, Refusal> {
        let hash = self.argon2()?.hash_password(password.expose().as_bytes()).map_err(Refusal::internal)?;
        Ok(hash.to_string())
    }

    /// What is checked where there is no account: as much work as any other, and no password hashes to it. Nothing has
    /// to be hashed for it at the start.
    fn decoy(self) -> String {
        let (salt, hash) = ("A".repeat(22), "A".repeat(43));
        format!("$argon2id$v=19$m={},t={},p=1${salt}${hash}", self.memory_kib, self.passes)
    }

    fn verify(self, password: &Secret, stored: &str) -> Result<Verdict, Refusal> {
        let parsed = PasswordHash::new(stored).map_err(Refusal::internal)?;
        if self.argon2()?.verify_password(password.expose().as_bytes(), &parsed).is_err() {
            return Ok(Verdict::Wrong);
        }
        let present = Params::try_from(&parsed)
            .is_ok_and(|p| p.m_cost() == self.memory_kib && p.t_cost() == self.passes);
        Ok(Verdict::Right { rehashed: if present { None } else { Some(self.hash(password)?) } })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    /// With a new hash when the stored one was made at another cost.
    Right {
        rehashed: Option<String>,
    },
}

enum Job {
    Hash(Secret, oneshot::Sender<Result<String, Refusal>>),
    /// Without a stored hash (no such account) the work is done all the same: the time tells nothing.
    Verify(Secret, Option<String>, oneshot::Sender<Result<Verdict, Refusal>>),
}

/// The hashing thread's front. Clones share the thread; it ends with the last of them.
#[derive(Clone)]
pub struct Hasher {
    jobs: Sender<Job>,
    cost: Cost,
}

impl Hasher {
    pub fn start(cost: Cost) -> Result<Self, Refusal> {
        Self::start_bounded(cost, QUEUE_JOBS)
    }

    fn start_bounded(cost: Cost, queue: usize) -> Result<Self, Refusal> {
        let (jobs, waiting) = crossbeam_channel::bounded(queue);
        std::thread::Builder::new()
            .name("hashing".into())
            .spawn(move || work(cost, &waiting))
            .map_err(Refusal::internal)?;
        Ok(Self { jobs, cost })
    }

    pub const fn cost(&self) -> Cost {
        self.cost
    }

    pub async fn hash(&self, password: Secret) -> Result<String, Refusal> {
        let (answer, hashed) = oneshot::channel();
        self.send(Job::Hash(password, answer))?;
        hashed.await.map_err(Refusal::internal)?
    }

    pub async fn verify(&self, password: Secret, stored: Option<String>) -> Result<Verdict, Refusal> {
        let (answer, verdict) = oneshot::channel();
        self.send(Job::Verify(password, stored, answer))?;
        verdict.await.map_err(Refusal::internal)?
    }

    /// Whether another job would be taken now: asked before an attempt is counted.
    pub fn has_room(&self) -> Result<(), Refusal> {
        if self.jobs.is_full() { Err(busy()) } else { Ok(()) }
    }

    fn send(&self, job: Job) -> Result<(), Refusal> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => busy(),
            TrySendError::Disconnected(_) => Refusal::internal("the hashing thread has ended"),
        })
    }
}

fn busy() -> Refusal {
    Refusal::new(&LOGIN_BUSY).retry_after_seconds(2)
}

fn work(cost: Cost, waiting: &Receiver<Job>) {
    let decoy = cost.decoy();
    for job in waiting {
        // A caller that went away has closed its channel: its job is not worth doing.
        match job {
            Job::Hash(password, answer) if !answer.is_closed() => {
                answer.send(cost.hash(&password)).ok();
            }
            Job::Verify(password, stored, answer) if !answer.is_closed() => {
                let verdict = match stored {
                    Some(stored) => cost.verify(&password, &stored),
                    None => cost.verify(&password, &decoy).map(|_| Verdict::Wrong),
                };
                answer.send(verdict).ok();
            }
            Job::Hash(..) | Job::Verify(..) => {}
        }
    }
}

/// Long enough, not guessable offline within minutes, not the login itself (NIST SP 800-63B §5.1.1.2: length
/// and a list of known passwords, no rules of composition).
pub fn check_password(errors: &mut Errors, pointer: &str, password: &Secret, login: &str) {
    let chars = password.expose().chars().count();
    if chars < PASSWORD_MIN_CHARS {
        errors.add_with(pointer, &PASSWORD_TOO_SHORT, &[("min", PASSWORD_MIN_CHARS.to_string())]);
    } else if chars > PASSWORD_MAX_CHARS {
        errors.add_with(pointer, &PASSWORD_TOO_LONG, &[("max", PASSWORD_MAX_CHARS.to_string())]);
    } else if is_common(password.expose()) {
        errors.add(pointer, &PASSWORD_COMMON);
    }
    let name = login.split('@').next().unwrap_or(login);
    if name.len() >= 3 && password.expose().to_lowercase().contains(&name.to_lowercase()) {
        errors.add(pointer, &PASSWORD_LIKE_LOGIN);
    }
}

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("passwords.txt")
        .lines()
        .filter(|l| !l.starts_with("# "))
        .flat_map(str::split_whitespace)
        .collect()
});

/// Known passwords, also with the usual decorations: a capital, digits and signs around a known word, one
/// sign repeated, a run of the keyboard or the alphabet.
fn is_common(password: &str) -> bool {
    let folded = password.to_lowercase();
    let plain = folded.trim_matches(|c: char| !c.is_alphabetic());
    COMMON.contains(folded.as_str())
        || COMMON.contains(plain)
        || COMMON.contains(unleet(plain).as_str())
        || plain.len() < 3 && folded.chars().all(|c| c.is_ascii_digit()) && is_run(&folded)
        || distinct(&folded) < 4
        || is_run(&folded)
}

fn unleet(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '0' => 'o',
            '1' => 'l',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            c => c,
        })
        .collect()
}

fn distinct(text: &str) -> usize {
    text.chars().collect::<HashSet<_>>().len()
}

/// Most steps from one character to the next are +1, -1 or 0 in one of the usual rows.
fn is_run(text: &str) -> bool {
    const ROWS: [&str; 5] =
        ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let chars: Vec<char> = text.chars().collect();
    let near = |a: char, b: char| {
        a == b
            || ROWS.iter().any(|row| {
                let pair: String = [a, b].iter().collect();
                let back: String = [b, a].iter().collect();
                row.contains(&pair) || row.contains(&back)
            })
    };
    let steps = chars.windows(2).filter(|pair| matches!(pair, [a, b] if near(*a, *b))).count();
    steps * 4 >= chars.len().saturating_sub(1) * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text.into())
    }

    fn codes(password: &str, login: &str) -> Vec<&'static str> {
        let mut errors = Errors::new();
        check_password(&mut errors, "/password", &secret(password), login);
        errors.list().iter().map(|e| e.code.id).collect()
    }

    #[test]
    fn a_password_is_long_and_not_known() {
        for good in ["坭兴陶与白海豚与茅尾海", "correct horse battery", "T9#kmPq2vLz!", "qinzhou-bay-lotus"]
        {
            assert!(codes(good, "li.wei").is_empty(), "{good}: {:?}", codes(good, "li.wei"));
        }
        assert_eq!(codes("T9#kmPq2v", "li.wei"), ["password_too_short"]);
        assert_eq!(codes(&"长".repeat(129), "li.wei"), ["password_too_long"]);
        for common in [
            "password123",
            "Password2026!",
            "P@ssw0rd2026",
            "1234567890",
            "0987654321",
            "qwertyuiop",
            "aaaaaaaaaa",
            "1212121212",
            "abcdefghijk",
            "woaini1314520",
            "iloveyou!!",
            "qwerty123456",
            "administrator",
            "a123456789",
        ] {
            assert_eq!(codes(common, "li.wei"), ["password_common"], "{common}");
        }
        assert_eq!(codes("li.wei-is-here-9", "li.wei@example.cn"), ["password_like_login"]);
    }

    #[tokio::test]
    async fn the_thread_hashes_and_verifies() {
        let hasher = Hasher::start(Cost::CHEAP).unwrap();
        let stored = hasher.hash(secret("correct horse")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        let right = hasher.verify(secret("correct horse"), Some(stored.clone())).await.unwrap();
        assert_eq!(right, Verdict::Right { rehashed: None });
        assert_eq!(hasher.verify(secret("wrong"), Some(stored.clone())).await.unwrap(), Verdict::Wrong);
        assert_eq!(hasher.verify(secret("nobody's password"), None).await.unwrap(), Verdict::Wrong);
        let dearer = Hasher::start(Cost { memory_kib: 16, passes: 1 }).unwrap();
        let Verdict::Right { rehashed: Some(new) } =
            dearer.verify(secret("correct horse"), Some(stored)).await.unwrap()
        else {
            panic!("the stored hash is of another cost");
        };
        assert!(new.contains("m=16"));
    }

    /// The one test with the real parameters (DESIGN: 19 MiB, t=2, p=1), and the reference vector's algorithm.
    #[test]
    fn the_real_parameters_are_owasps() {
        let stored = Cost::STANDARD.hash(&secret("correct horse battery")).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let right = Cost::STANDARD.verify(&secret("correct horse battery"), &stored).unwrap();
        assert_eq!(right, Verdict::Right { rehashed: None });
        let other = Cost::STANDARD.hash(&secret("correct horse battery")).unwrap();
        assert_ne!(stored, other, "every hash has its own salt");
    }

    /// A stranger's name costs what a known one does: the decoy is of the present parameters, and can be checked.
    #[test]
    fn the_decoy_is_a_hash_like_any_other() {
        let (decoy, real) = (Cost::CHEAP.decoy(), Cost::CHEAP.hash(&secret("correct horse")).unwrap());
        let parameters = "$argon2id$v=19$m=8,t=1,p=1$";
        assert!(decoy.starts_with(parameters) && real.starts_with(parameters), "{decoy}");
        assert_eq!(decoy.len(), real.len());
        assert_eq!(Cost::CHEAP.verify(&secret("correct horse"), &decoy).unwrap(), Verdict::Wrong);
    }

    /// A full queue refuses at once, and what was taken is still answered.
    #[tokio::test]
    async fn a_full_queue_is_refused_at_once() {
        let slow = Hasher::start_bounded(Cost { memory_kib: 4096, passes: 2 }, 1).unwrap();
        let attempts = (0..20).map(|_| slow.verify(secret("x"), None));
        let answers = futures_util::future::join_all(attempts).await;
        let busy = answers.iter().filter(|a| a.as_ref().is_err_and(|r| r.is(&LOGIN_BUSY))).count();
        let done = answers.iter().filter(|a| matches!(a, Ok(Verdict::Wrong))).count();
        assert!(busy >= 15 && done >= 1 && busy + done == 20, "{busy} refused, {done} done");
    }
}
