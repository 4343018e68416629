//! The master key and the box that private keys are kept in (XChaCha20-Poly1305).

use std::fmt;
use std::io::{Read, Write};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::kernel::random::Random;

pub const MASTER_KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// First byte of everything sealed, so that the construction can change one day.
const FORMAT: u8 = 1;

/// The one secret outside the database. Never printed, never logged.
#[derive(Clone)]
pub struct MasterKey([u8; MASTER_KEY_BYTES]);

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

#[derive(Debug)]
pub enum SecretError {
    /// Not 32 bytes in hexadecimal or base64.
    Unreadable,
    /// The key file may be read by others than its owner.
    TooOpen {
        mode: u32,
    },
    /// Sealed under another master key, for another use, or damaged.
    DoesNotOpen,
    Io(std::io::Error),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable => f.write_str("expected 32 bytes as 64 hexadecimal digits or as base64"),
            Self::TooOpen { mode } => write!(f, "the file is open to others (mode {mode:o}, expected 600)"),
            Self::DoesNotOpen => f.write_str("sealed under another master key, or damaged"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for SecretError {}

impl From<std::io::Error> for SecretError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

impl MasterKey {
    pub const fn from_bytes(bytes: [u8; MASTER_KEY_BYTES]) -> Self {
        Self(bytes)
    }

    /// 64 hexadecimal digits, or base64 of 32 bytes (`openssl rand -hex 32`, `openssl rand -base64 32`).
    pub fn from_text(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        let bytes = hex::decode(text)
            .ok()
            .or_else(|| STANDARD.decode(text).ok())
            .or_else(|| URL_SAFE_NO_PAD.decode(text).ok())
            .ok_or(SecretError::Unreadable)?;
        bytes.try_into().map(Self).map_err(|_| SecretError::Unreadable)
    }

    /// The key in `path`; made there at first start, readable by its owner alone.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self, SecretError> {
        match Self::load(path) {
            Err(SecretError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                Self::create(path, random)
            }
            other => other,
        }
    }

    fn load(path: &Path) -> Result<Self, SecretError> {
        use std::os::unix::fs::PermissionsExt;
        let mut file = std::fs::File::open(path)?;
        let mode = file.metadata()?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(SecretError::TooOpen { mode });
        }
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Self::from_text(&text)
    }

    /// Written aside and linked into place: a crash leaves either no key or a whole one, and of two
    /// processes that start together both end up with the same key.
    fn create(path: &Path, random: &dyn Random) -> Result<Self, SecretError> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut bytes = [0; MASTER_KEY_BYTES];
        random.fill(&mut bytes);
        let aside = path.with_extension(format!("{}.new", std::process::id()));
        let mut file =
            std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside)?;
        file.write_all(hex::encode(bytes).as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&aside, path);
        std::fs::remove_file(&aside)?;
        match linked {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Self::load(path),
            Err(error) => return Err(error.into()),
        }
        if let Some(directory) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
            std::fs::File::open(directory)?.sync_all()?;
        }
        Ok(Self(bytes))
    }
}

/// Seals and opens small secrets. `context` is bound to the ciphertext: what was sealed for one use does
/// not open for another.
#[derive(Clone)]
pub struct SecretBox {
    cipher: XChaCha20Poly1305,
    /// What keys for one purpose are made of.
    root: [u8; MASTER_KEY_BYTES],
}

impl fmt::Debug for SecretBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBox(…)")
    }
}

impl SecretBox {
    pub fn new(master: &MasterKey) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&master.0.into()), root: keyed(&master.0, "techmart/derive") }
    }

    /// A key for one purpose, from which neither the master key nor another purpose's key can be worked out.
    pub fn derive(&self, purpose: &str) -> [u8; MASTER_KEY_BYTES] {
        keyed(&self.root, purpose)
    }

    /// The nonce must be fresh: 24 random bytes from the transaction.
    pub fn seal(
        &self,
        nonce: [u8; NONCE_BYTES],
        context: &str,
        plain: &[u8],
    ) -> Result<Vec<u8>, SecretError> {
        let payload = Payload { msg: plain, aad: context.as_bytes() };
        let sealed =
            self.cipher.encrypt(&XNonce::from(nonce), payload).map_err(|_| SecretError::DoesNotOpen)?;
        Ok([&[FORMAT][..], &nonce, &sealed].concat())
    }

    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, SecretError> {
        let rest = sealed.strip_prefix(&[FORMAT]).ok_or(SecretError::DoesNotOpen)?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_BYTES>().ok_or(SecretError::DoesNotOpen)?;
        let payload = Payload { msg: body, aad: context.as_bytes() };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| SecretError::DoesNotOpen)
    }
}

fn keyed(key: &[u8; MASTER_KEY_BYTES], text: &str) -> [u8; MASTER_KEY_BYTES] {
    let block: [u8; 64] = std::array::from_fn(|at| key.get(at).copied().unwrap_or(0));
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(&block.into());
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::SystemRandom;

    fn secret_box(byte: u8) -> SecretBox {
        SecretBox::new(&MasterKey::from_bytes([byte; 32]))
    }

    /// Rule 6: bound to its use, to the master key, and tamper-evident.
    #[test]
    fn a_sealed_secret_opens_only_for_its_use() {
        let sealed = secret_box(1).seal([7; 24], "key:a", b"seed").unwrap();
        assert_eq!(secret_box(1).open("key:a", &sealed).unwrap(), b"seed");
        assert!(secret_box(1).open("key:b", &sealed).is_err());
        assert!(secret_box(2).open("key:a", &sealed).is_err());
        for position in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[position] ^= 1;
            assert!(secret_box(1).open("key:a", &damaged).is_err(), "byte {position}");
        }
        assert!(secret_box(1).open("key:a", &sealed[..20]).is_err());
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_master_key() {
        let key = secret_box(1).derive("a");
        assert_eq!(key, secret_box(1).derive("a"));
        assert!(key != secret_box(1).derive("b") && key != secret_box(2).derive("a") && key != [1; 32]);
    }

    /// The draft's own test vector (draft-irtf-cfrg-xchacha-03, A.3.1), so that a foreign tool opens our boxes.
    #[test]
    fn sealing_is_the_published_construction() {
        let key: [u8; 32] = std::array::from_fn(|i| 0x80 + u8::try_from(i).unwrap());
        let nonce: [u8; 24] = std::array::from_fn(|i| 0x40 + u8::try_from(i).unwrap());
        let cipher = XChaCha20Poly1305::new(&key.into());
        let plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let aad = hex::decode("50515253c0c1c2c3c4c5c6c7").unwrap();
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: &aad }).unwrap();
        assert_eq!(hex::encode(&sealed[..16]), "bd6d179d3e83d43b9576579493c0e939");
        assert_eq!(hex::encode(&sealed[sealed.len() - 16..]), "c0875924c1c7987947deafd8780acf49");
    }

    #[test]
    fn a_master_key_is_hex_or_base64() {
        let hex = "00".repeat(32);
        let base64 = format!("{}=", "A".repeat(43));
        assert_eq!(MasterKey::from_text(&format!(" {hex}\n")).unwrap().0, [0; 32]);
        assert_eq!(MasterKey::from_text(&base64).unwrap().0, [0; 32]);
        for bad in ["", "short", &"00".repeat(31), "correct horse battery staple"] {
            assert!(MasterKey::from_text(bad).is_err(), "{bad}");
        }
        assert!(!format!("{:?}", MasterKey::from_bytes([255; 32])).contains("255"));
    }

    #[test]
    fn the_key_file_is_made_once_and_kept_private() {
        use std::os::unix::fs::PermissionsExt;
        let directory = std::env::temp_dir().join(format!("techmart-secret-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let path = directory.join("secret.key");
        let first = MasterKey::load_or_create(&path, &SystemRandom).unwrap();
        assert_eq!(MasterKey::load_or_create(&path, &SystemRandom).unwrap().0, first.0);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(MasterKey::load_or_create(&path, &SystemRandom), Err(SecretError::TooOpen { .. })));
        std::fs::remove_dir_all(&directory).unwrap();
    }
}
