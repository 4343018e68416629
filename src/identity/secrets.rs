//! Secrets that people carry: refresh tokens, invitations, API keys. Shown once; only their SHA-256 is kept,
//! which is enough for 256 random bits (a slow hash protects guessable secrets, and these are not).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::model::Secret;

/// What a secret is for; the prefix tells people and secret scanners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    Refresh,
    Invitation,
    ApiKey,
}

pub const SECRET_RANDOM_BYTES: usize = 32;
const RANDOM_CHARS: usize = 43;

impl SecretKind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Refresh => "tmr_",
            Self::Invitation => "tmi_",
            Self::ApiKey => "tm_",
        }
    }

    pub fn make(self, random: [u8; SECRET_RANDOM_BYTES]) -> Secret {
        Secret::new(format!("{}{}", self.prefix(), URL_SAFE_NO_PAD.encode(random)))
    }

    /// The hash to look for, or nothing if this cannot be such a secret.
    pub fn hash(self, text: &str) -> Option<String> {
        let fits = text.strip_prefix(self.prefix()).is_some_and(|random| random.len() == RANDOM_CHARS);
        fits.then(|| hex::encode(Sha256::digest(text)))
    }
}

/// The part of an API key that is shown in lists.
pub fn hint(secret: &Secret) -> String {
    secret.expose().chars().take(10).collect()
}

/// The key of a back-off row: tells nothing about who tried to sign in as whom.
pub fn backoff_key(login: &str, address: &str) -> String {
    hex::encode(Sha256::new().chain_update(login).chain_update([0]).chain_update(address).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_kind_and_never_printed() {
        let secret = SecretKind::ApiKey.make([9; 32]);
        assert!(secret.expose().starts_with("tm_"));
        assert!(SecretKind::ApiKey.hash(secret.expose()).is_some());
        assert_eq!(SecretKind::Refresh.hash(secret.expose()), None);
        assert_eq!(SecretKind::ApiKey.hash("tm_short"), None);
        assert!(!format!("{secret:?}").contains("tm_"));
        assert!(secret.expose().starts_with(&hint(&secret)));
    }

    #[test]
    fn accounts_and_addresses_do_not_run_together() {
        assert_ne!(backoff_key("ab", "c"), backoff_key("a", "bc"));
    }
}
