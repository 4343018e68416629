//! Encryption to a public key: HPKE (RFC 9180), base mode, one shot.
//!
//! One suite: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. It is what a browser's WebCrypto has, so
//! that a bidder's own client can seal. What is sealed is `enc (32 bytes) ‖ ciphertext ‖ tag (16 bytes)`:
//! always [`OVERHEAD_BYTES`] longer than the plain text.
//!
//! Randomness comes in as 32 bytes of the caller (`tx.random()`): the input keying material of RFC 9180 §7.1.3,
//! fresh for every call.

use std::convert::Infallible;
use std::fmt;

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::{Kem, X25519HkdfSha256};
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, OpModeR, OpModeS, Serializable};

pub const KEY_BYTES: usize = 32;
/// What sealing adds: the encapsulated key and the tag.
pub const OVERHEAD_BYTES: usize = KEY_BYTES + 16;

type Suite = X25519HkdfSha256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HpkeError {
    /// Not a point that a secret can be agreed with.
    BadKey,
    /// Another key, another purpose, or damaged.
    DoesNotOpen,
}

impl fmt::Display for HpkeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadKey => "not a usable X25519 public key",
            Self::DoesNotOpen => "sealed to another key or for another purpose, or damaged",
        })
    }
}

impl std::error::Error for HpkeError {}

/// A recipient's keys. Has no `Debug`: the private half is for no log.
#[derive(Clone)]
pub struct KeyPair {
    private: [u8; KEY_BYTES],
    public: [u8; KEY_BYTES],
}

impl KeyPair {
    /// A fresh pair from 32 random bytes (`DeriveKeyPair` of RFC 9180 §7.1.3).
    pub fn generate(random: [u8; KEY_BYTES]) -> Self {
        let (private, public) = Suite::derive_keypair(&random);
        Self { private: private.to_bytes().into(), public: public.to_bytes().into() }
    }

    pub fn from_private(private: &[u8; KEY_BYTES]) -> Result<Self, HpkeError> {
        let key = <Suite as Kem>::PrivateKey::from_bytes(private).map_err(|_| HpkeError::BadKey)?;
        let public = Suite::sk_to_pk(&key).to_bytes().into();
        Ok(Self { private: key.to_bytes().into(), public })
    }

    pub const fn public(&self) -> &[u8; KEY_BYTES] {
        &self.public
    }

    pub const fn private(&self) -> &[u8; KEY_BYTES] {
        &self.private
    }

    pub fn open(&self, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, HpkeError> {
        open(&self.private, info, aad, sealed)
    }
}

/// `plain` for the holder of `public` alone. `info` names the purpose, `aad` what it belongs to; both are
/// bound to the result and not contained in it.
pub fn seal(
    public: &[u8; KEY_BYTES],
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    random: [u8; KEY_BYTES],
) -> Result<Vec<u8>, HpkeError> {
    let key = <Suite as Kem>::PublicKey::from_bytes(public).map_err(|_| HpkeError::BadKey)?;
    let (enc, body) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, Suite>(
        &OpModeS::Base,
        &key,
        info,
        plain,
        aad,
        &mut Given { bytes: random, used: 0 },
    )
    .map_err(|_| HpkeError::BadKey)?;
    Ok([enc.to_bytes().as_slice(), &body].concat())
}

pub fn open(private: &[u8; KEY_BYTES], info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, HpkeError> {
    let (enc, body) = sealed.split_at_checked(KEY_BYTES).ok_or(HpkeError::DoesNotOpen)?;
    let key = <Suite as Kem>::PrivateKey::from_bytes(private).map_err(|_| HpkeError::BadKey)?;
    let enc = <Suite as Kem>::EncappedKey::from_bytes(enc).map_err(|_| HpkeError::DoesNotOpen)?;
    hpke::single_shot_open::<AesGcm256, HkdfSha256, Suite>(&OpModeR::Base, &key, &enc, info, body, aad)
        .map_err(|_| HpkeError::DoesNotOpen)
}

/// Hands out the bytes that it was given, once: the one key that base mode generates takes all of them.
struct Given {
    bytes: [u8; KEY_BYTES],
    used: usize,
}

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        let left = &self.bytes[self.used..];
        assert!(into.len() <= left.len(), "HPKE asked for more randomness than one key takes");
        into.copy_from_slice(&left[..into.len()]);
        self.used += into.len();
        Ok(())
    }
}

impl TryCryptoRng for Given {}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    /// The published vector of RFC 9180 for mode_base, kem_id 0x0020, kdf_id 0x0001, aead_id 0x0002.
    #[test]
    fn the_suite_is_that_of_rfc_9180() {
        let recipient =
            KeyPair::generate(bytes("dac33b0e9db1b59dbbea58d59a14e7b5896e9bdf98fad6891e99d1686492b9ee"));
        let private = bytes("497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d");
        assert_eq!(
            hex::encode(recipient.public()),
            "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c"
        );
        assert_eq!(KeyPair::from_private(&private).unwrap().public(), recipient.public());
        let ikm = bytes("2cd7c601cefb3d42a62b04b7a9041494c06c7843818e0ce28a8f704ae7ab20f9");
        let (info, aad, plain) = (b"Ode on a Grecian Urn", b"Count-0", b"Beauty is truth, truth beauty");
        let sealed = seal(recipient.public(), info, aad, plain, ikm).unwrap();
        assert_eq!(
            hex::encode(&sealed),
            "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256\
             e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a"
        );
        assert_eq!(open(&private, info, aad, &sealed).unwrap(), plain);
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_for_its_purpose_and_unchanged() {
        let (ours, other) = (KeyPair::generate([1; 32]), KeyPair::generate([2; 32]));
        for length in [0, 1, 15, 16, 17, 4096] {
            let plain: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            let sealed = seal(ours.public(), b"info", b"aad", &plain, [3; 32]).unwrap();
            assert_eq!(sealed.len(), plain.len() + OVERHEAD_BYTES);
            assert_eq!(ours.open(b"info", b"aad", &sealed).unwrap(), plain);
            assert_eq!(other.open(b"info", b"aad", &sealed), Err(HpkeError::DoesNotOpen));
            assert_eq!(ours.open(b"other", b"aad", &sealed), Err(HpkeError::DoesNotOpen));
            assert_eq!(ours.open(b"info", b"other", &sealed), Err(HpkeError::DoesNotOpen));
        }
        let sealed = seal(ours.public(), b"i", b"a", b"plain", [4; 32]).unwrap();
        for position in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[position] ^= 1;
            assert!(ours.open(b"i", b"a", &damaged).is_err(), "byte {position}");
            assert!(ours.open(b"i", b"a", &sealed[..position]).is_err(), "cut at {position}");
        }
        assert_ne!(sealed, seal(ours.public(), b"i", b"a", b"plain", [5; 32]).unwrap());
    }

    /// RFC 9180 §7.1.4: an all-zero agreement is refused, as a recipient's key and as an encapsulated one.
    #[test]
    fn a_point_of_small_order_is_refused() {
        assert_eq!(seal(&[0; 32], b"", b"", b"x", [1; 32]), Err(HpkeError::BadKey));
        let ours = KeyPair::generate([1; 32]);
        assert_eq!(ours.open(b"", b"", &[0; 64]), Err(HpkeError::DoesNotOpen));
    }
}
