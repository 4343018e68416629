//! The envelope of a sealed bid: bytes of one size, whatever is in it (docs/sealed-bids.md). Pure.
//!
//! ```text
//! envelope (4096) = version 0x01 ‖ enc (32) ‖ AES-256-GCM( plain (4047) ) ‖ tag (16)
//! plain   (4047)  = kind (1) ‖ length of body (2, big endian) ‖ body ‖ zeros
//! ```
//!
//! A bidder that withdraws replaces its envelope by one of kind *withdrawn*: so the box itself shows that it did.
//! The empty slots of a ballot box hold envelopes too, of kind *blank* and sealed to the same key: random bytes
//! would not do, because `enc` is a point of Curve25519 and not any 32 bytes.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::proof::hpke::{self, KEY_BYTES, OVERHEAD_BYTES};

pub const ENVELOPE_BYTES: usize = 4096;
const PLAIN_BYTES: usize = ENVELOPE_BYTES - 1 - OVERHEAD_BYTES;
const HEAD_BYTES: usize = 3;
pub const BODY_BYTES_MAX: usize = PLAIN_BYTES - HEAD_BYTES;

/// `info` of HPKE: what is sealed. `aad` is the URN of the sale.
pub const INFO: &[u8] = b"techmart sealed bid v1";

const VERSION: u8 = 1;
const KIND_BLANK: u8 = 0;
const KIND_BID: u8 = 1;
const KIND_WITHDRAWN: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EnvelopeError {
    /// Not 4096 bytes, or of another version.
    BadShape,
    /// The bid is longer than an envelope holds.
    TooLong,
    BadKey,
    /// Sealed to another key or for another sale, or damaged.
    DoesNotOpen,
    /// It opens, and does not hold what an envelope holds.
    BadContent,
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadShape => "an envelope is 4096 bytes beginning with 0x01",
            Self::TooLong => "the bid is longer than an envelope holds",
            Self::BadKey => "not a usable X25519 public key",
            Self::DoesNotOpen => "sealed to another key or for another sale, or damaged",
            Self::BadContent => "the envelope does not hold a bid",
        })
    }
}

impl std::error::Error for EnvelopeError {}

/// What an opened envelope holds.
#[derive(Clone, PartialEq, Eq)]
pub enum Opened {
    Blank,
    Bid(Vec<u8>),
    Withdrawn,
}

/// An envelope with this bid in it, which only the holder of the sale's opening key can open.
pub fn seal(
    public: &[u8; KEY_BYTES],
    sale: &str,
    body: &[u8],
    random: [u8; KEY_BYTES],
) -> Result<Vec<u8>, EnvelopeError> {
    seal_kind(public, sale, KIND_BID, body, random)
}

/// An envelope with nothing in it: from outside like any other.
pub fn seal_blank(
    public: &[u8; KEY_BYTES],
    sale: &str,
    random: [u8; KEY_BYTES],
) -> Result<Vec<u8>, EnvelopeError> {
    seal_kind(public, sale, KIND_BLANK, &[], random)
}

/// An envelope by which its bidder withdraws: from outside like any other.
pub fn seal_withdrawn(
    public: &[u8; KEY_BYTES],
    sale: &str,
    random: [u8; KEY_BYTES],
) -> Result<Vec<u8>, EnvelopeError> {
    seal_kind(public, sale, KIND_WITHDRAWN, &[], random)
}

fn seal_kind(
    public: &[u8; KEY_BYTES],
    sale: &str,
    kind: u8,
    body: &[u8],
    random: [u8; KEY_BYTES],
) -> Result<Vec<u8>, EnvelopeError> {
    if body.len() > BODY_BYTES_MAX {
        return Err(EnvelopeError::TooLong);
    }
    let length = u16::try_from(body.len()).map_err(|_| EnvelopeError::TooLong)?;
    let mut plain = Vec::with_capacity(PLAIN_BYTES);
    plain.push(kind);
    plain.extend(length.to_be_bytes());
    plain.extend(body);
    plain.resize(PLAIN_BYTES, 0);
    let sealed =
        hpke::seal(public, INFO, sale.as_bytes(), &plain, random).map_err(|_| EnvelopeError::BadKey)?;
    Ok([&[VERSION][..], &sealed].concat())
}

/// Whether these bytes have the form of an envelope; nobody but the opening key can tell more.
pub fn check_shape(envelope: &[u8]) -> Result<(), EnvelopeError> {
    if envelope.len() == ENVELOPE_BYTES && envelope[0] == VERSION {
        Ok(())
    } else {
        Err(EnvelopeError::BadShape)
    }
}

pub fn open(private: &[u8; KEY_BYTES], sale: &str, envelope: &[u8]) -> Result<Opened, EnvelopeError> {
    check_shape(envelope)?;
    let plain =
        hpke::open(private, INFO, sale.as_bytes(), &envelope[1..]).map_err(|_| EnvelopeError::DoesNotOpen)?;
    let (head, rest) = plain.split_first_chunk::<HEAD_BYTES>().ok_or(EnvelopeError::BadContent)?;
    let length = usize::from(u16::from_be_bytes([head[1], head[2]]));
    let (body, padding) = rest.split_at_checked(length).ok_or(EnvelopeError::BadContent)?;
    if padding.iter().any(|byte| *byte != 0) {
        return Err(EnvelopeError::BadContent);
    }
    match head[0] {
        KIND_BLANK if body.is_empty() => Ok(Opened::Blank),
        KIND_BID => Ok(Opened::Bid(body.to_vec())),
        KIND_WITHDRAWN if body.is_empty() => Ok(Opened::Withdrawn),
        _ => Err(EnvelopeError::BadContent),
    }
}

/// What a receipt names and a bidder looks for after the opening.
pub fn digest(envelope: &[u8]) -> [u8; 32] {
    Sha256::digest(envelope).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::hpke::KeyPair;

    const SALE: &str = "urn:tm:cn-450700:sale:01980000-0000-7000-8000-000000000001";

    #[test]
    fn every_envelope_has_one_size_and_gives_its_bid_back() {
        let key = KeyPair::generate([1; 32]);
        for length in [0, 1, 2, 500, BODY_BYTES_MAX] {
            let body = vec![b'x'; length];
            let sealed = seal(key.public(), SALE, &body, [2; 32]).unwrap();
            assert_eq!(sealed.len(), ENVELOPE_BYTES);
            assert!(open(key.private(), SALE, &sealed) == Ok(Opened::Bid(body)));
        }
        let long = vec![0; BODY_BYTES_MAX + 1];
        assert_eq!(seal(key.public(), SALE, &long, [2; 32]).err(), Some(EnvelopeError::TooLong));
        let blank = seal_blank(key.public(), SALE, [3; 32]).unwrap();
        assert_eq!(blank.len(), ENVELOPE_BYTES);
        assert!(open(key.private(), SALE, &blank) == Ok(Opened::Blank));
        let withdrawn = seal_withdrawn(key.public(), SALE, [4; 32]).unwrap();
        assert_eq!(withdrawn.len(), ENVELOPE_BYTES);
        assert!(open(key.private(), SALE, &withdrawn) == Ok(Opened::Withdrawn));
    }

    #[test]
    fn an_envelope_belongs_to_its_sale_and_is_whole_or_nothing() {
        let key = KeyPair::generate([1; 32]);
        let sealed = seal(key.public(), SALE, b"bid", [2; 32]).unwrap();
        assert_eq!(open(key.private(), "urn:other", &sealed).err(), Some(EnvelopeError::DoesNotOpen));
        for at in [1, 33, 40, ENVELOPE_BYTES - 1] {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert_eq!(open(key.private(), SALE, &damaged).err(), Some(EnvelopeError::DoesNotOpen), "{at}");
        }
        assert_eq!(check_shape(&sealed[1..]), Err(EnvelopeError::BadShape));
        let mut version = sealed;
        version[0] = 2;
        assert_eq!(check_shape(&version), Err(EnvelopeError::BadShape));
    }

    /// What a bidder's own client may have put in instead.
    #[test]
    fn what_is_no_bid_is_no_bid() {
        let key = KeyPair::generate([1; 32]);
        let sealed_plain = |plain: &[u8]| {
            let sealed = hpke::seal(key.public(), INFO, SALE.as_bytes(), plain, [2; 32]).unwrap();
            [&[VERSION][..], &sealed].concat()
        };
        let mut plain = vec![0; PLAIN_BYTES];
        for head in [[9, 0, 0], [KIND_BLANK, 0, 1], [KIND_BID, 0xff, 0xff]] {
            plain[..3].copy_from_slice(&head);
            let refused = open(key.private(), SALE, &sealed_plain(&plain));
            assert_eq!(refused.err(), Some(EnvelopeError::BadContent), "{head:?}");
        }
        plain[..3].copy_from_slice(&[KIND_BID, 0, 0]);
        plain[PLAIN_BYTES - 1] = 1;
        assert_eq!(open(key.private(), SALE, &sealed_plain(&plain)).err(), Some(EnvelopeError::BadContent));
    }
}
