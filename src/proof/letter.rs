//! Letters from node to node: signed by the sender, encrypted to the recipient, carried by others as opaque bytes.
//!
//! What is signed is the canonical JSON (RFC 8785) of `{"body": …, "head": …}`, as a compact JWS; the JWS is then
//! encrypted (HPKE) with the head as associated data. So the head, which carriers read, can neither be altered nor
//! put on another letter, and a recipient cannot pass a letter on as if it had been written to somebody else.
//!
//! The encryption key of a node is the X25519 form of its Ed25519 key (RFC 7748 §4.1): who has pinned the one has
//! the other, and there is no second key to distribute, countersign and rotate.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::hpke;
use super::jws::{JwsError, PublicKey, Signer};
use super::keys::KeyRing;
use super::model::Purpose;
use crate::kernel::leaf::canonical;

/// Bytes of a sealed letter in base64.
pub const LETTER_BYTES_MAX: usize = 512 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterError {
    Malformed,
    /// Encrypted to a key that is not here, or under another head, or damaged.
    DoesNotOpen,
    /// Not signed by the sender, or for another purpose.
    NotSigned(JwsError),
    /// Signed with another head: written to somebody else, or an old letter in a new envelope.
    HeadDiffers,
}

impl fmt::Display for LetterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a letter"),
            Self::DoesNotOpen => f.write_str("encrypted to another key or under another head, or damaged"),
            Self::NotSigned(error) => write!(f, "the sender's signature: {error}"),
            Self::HeadDiffers => f.write_str("signed under another head"),
        }
    }
}

impl std::error::Error for LetterError {}

/// How a letter is closed and opened.
#[derive(Debug)]
pub enum Letter {}

impl Letter {
    /// Signs `body` under `head` as `kind` and encrypts it to the holder of `to`. `random` is fresh. The text is filled
    /// up to a multiple of `block_bytes`.
    pub fn seal(
        signer: &Signer,
        to: &PublicKey,
        kind: &str,
        head: &Value,
        body: &Value,
        block_bytes: usize,
        random: [u8; hpke::KEY_BYTES],
    ) -> Result<String, LetterError> {
        let text = padded(json!({ "head": head, "body": body, "pad": "" }), block_bytes)?;
        let signed = signer.sign(kind, &text).map_err(LetterError::NotSigned)?;
        let aad = canonical(head).map_err(|_| LetterError::Malformed)?;
        let public = to.agreement().ok_or(LetterError::DoesNotOpen)?;
        let sealed = hpke::seal(&public, kind.as_bytes(), &aad, signed.as_bytes(), random);
        Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(|_| LetterError::DoesNotOpen)?))
    }

    /// The body of a letter to the key `to_kid` of `own`, if one of the sender's keys signed it under this head.
    pub fn open(
        own: &KeyRing,
        to_kid: &str,
        sender: &KeyRing,
        kind: &str,
        head: &Value,
        sealed: &str,
    ) -> Result<Value, LetterError> {
        if sealed.len() > LETTER_BYTES_MAX {
            return Err(LetterError::Malformed);
        }
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| LetterError::Malformed)?;
        let private = own.opener(to_kid).ok_or(LetterError::DoesNotOpen)?;
        let aad = canonical(head).map_err(|_| LetterError::Malformed)?;
        let signed = hpke::open(private, kind.as_bytes(), &aad, &sealed);
        let signed = String::from_utf8(signed.map_err(|_| LetterError::DoesNotOpen)?);
        let signed = signed.map_err(|_| LetterError::Malformed)?;
        let text = sender.verify(Purpose::Node, kind, &signed).map_err(LetterError::NotSigned)?;
        let mut text: Value = serde_json::from_slice(&text).map_err(|_| LetterError::Malformed)?;
        if text["head"] != *head {
            return Err(LetterError::HeadDiffers);
        }
        Ok(text["body"].take())
    }
}

/// The canonical form of a text with a member `pad`, of which only the length matters.
fn padded(mut text: Value, block_bytes: usize) -> Result<Vec<u8>, LetterError> {
    let whole = |text: &Value| canonical(text).map_err(|_| LetterError::Malformed);
    let bytes = whole(&text)?.len();
    text["pad"] = "0".repeat(bytes.next_multiple_of(block_bytes.max(1)) - bytes).into();
    whole(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "test+jws";

    fn signer(byte: u8) -> Signer {
        Signer::from_seed(&[byte; 32]).unwrap()
    }

    fn ring(signers: &[u8]) -> KeyRing {
        let mut ring = KeyRing::default();
        signers.iter().for_each(|byte| ring.add_signer(Purpose::Node, signer(*byte)));
        ring
    }

    fn open(own: u8, sender: u8, head: &Value, sealed: &str) -> Result<Value, LetterError> {
        let own_ring = ring(&[own]);
        Letter::open(&own_ring, signer(own).public().kid(), &ring(&[sender]), KIND, head, sealed)
    }

    /// TMF-1 rule 11: signed by A, encrypted to B; carriers read nothing.
    #[test]
    fn tmf_1_rule_11_only_the_addressee_reads_and_only_the_sender_signs() {
        let (a, b) = (signer(1), signer(2));
        let head = json!({"from": "a", "to": "b", "key": "k"});
        let body = json!({"text": "报价三百万元"});
        let sealed = Letter::seal(&a, b.public(), KIND, &head, &body, 512, [9; 32]).unwrap();
        assert_eq!(open(2, 1, &head, &sealed), Ok(body.clone()));
        assert_eq!(open(3, 1, &head, &sealed), Err(LetterError::DoesNotOpen), "another addressee");
        let forged = open(2, 4, &head, &sealed);
        assert_eq!(forged, Err(LetterError::NotSigned(JwsError::UnknownKey)), "another sender");
        let readdressed = json!({"from": "a", "to": "c", "key": "k"});
        assert_eq!(open(2, 1, &readdressed, &sealed), Err(LetterError::DoesNotOpen));
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("报价"));
        for at in (0..bytes.len()).step_by(17) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            assert!(open(2, 1, &head, &URL_SAFE_NO_PAD.encode(damaged)).is_err(), "byte {at}");
        }
    }

    /// B opens A's letter and cannot hand it to C as if A had written to C.
    #[test]
    fn a_recipient_cannot_pass_a_letter_on_as_written_to_another() {
        let (a, b, c) = (signer(1), signer(2), signer(3));
        let to_b = json!({"from": "a", "to": "b"});
        let sealed = Letter::seal(&a, b.public(), KIND, &to_b, &json!({}), 512, [9; 32]).unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        let opener = ring(&[2]);
        let signed = hpke::open(
            opener.opener(b.public().kid()).unwrap(),
            KIND.as_bytes(),
            &canonical(&to_b).unwrap(),
            &bytes,
        );
        let to_c = json!({"from": "a", "to": "c"});
        let aad = canonical(&to_c).unwrap();
        let again =
            hpke::seal(&c.public().agreement().unwrap(), KIND.as_bytes(), &aad, &signed.unwrap(), [8; 32]);
        let again = URL_SAFE_NO_PAD.encode(again.unwrap());
        assert_eq!(open(3, 1, &to_c, &again), Err(LetterError::HeadDiffers));
    }

    /// The X25519 form of an Ed25519 key is the same from either half.
    #[test]
    fn both_halves_of_a_key_agree() {
        for byte in 0..32 {
            let key = signer(byte);
            let pair = hpke::KeyPair::from_private(&key.agreement()).unwrap();
            assert_eq!(Some(*pair.public()), key.public().agreement(), "{byte}");
        }
    }
}
