//! Signed notes, checkpoints and cosignatures as C2SP writes them (signed-note, tlog-checkpoint,
//! tlog-cosignature). Pure.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::proof::merkle::Hash;
use crate::proof::{PUBLIC_BYTES, PublicKey, SIGNATURE_BYTES, Signer};

/// A checkpoint of ours has about 250 bytes, and 150 for each cosignature.
pub const NOTE_BYTES_MAX: usize = 16 * 1024;
const SIGNATURES_MAX: usize = 64;
const KEY_ID_BYTES: usize = 4;
const TIME_BYTES: usize = 8;

/// What a key of a note signs; its number is part of the key's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The log's own signature.
    Log = 1,
    /// A witness's.
    Cosignature = 4,
}

/// Who may have signed a note, as it is handed around: `name+id+key`.
#[derive(Clone, Debug)]
pub struct VerifierKey {
    pub name: String,
    pub kind: Kind,
    key: PublicKey,
}

impl VerifierKey {
    pub fn new(name: &str, kind: Kind, key: PublicKey) -> Self {
        Self { name: name.to_owned(), kind, key }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '+');
        let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
        let (kind, bytes) = STANDARD.decode(key).ok()?.split_first().map(|(kind, b)| (*kind, b.to_vec()))?;
        let kind = [Kind::Log, Kind::Cosignature].into_iter().find(|known| *known as u8 == kind)?;
        let bytes: [u8; PUBLIC_BYTES] = bytes.try_into().ok()?;
        let parsed = Self::new(name, kind, PublicKey::from_bytes(bytes));
        (is_name(name) && hex::encode(parsed.id()) == id).then_some(parsed)
    }

    pub fn text(&self) -> String {
        let key = [&[self.kind as u8], self.key.bytes().as_slice()].concat();
        format!("{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(key))
    }

    fn id(&self) -> [u8; KEY_ID_BYTES] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.kind as u8])
            .chain_update(self.key.bytes())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }
}

/// A key's name has neither blanks nor plus signs.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c == '+')
}

/// A text with the lines below it that sign it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Ends with a newline.
    pub body: String,
    pub signatures: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub name: String,
    id: [u8; KEY_ID_BYTES],
    signature: Vec<u8>,
}

impl Line {
    fn parse(line: &str) -> Option<Self> {
        let (name, blob) = line.strip_prefix("— ")?.split_once(' ')?;
        let blob = STANDARD.decode(blob).ok()?;
        let (id, signature) = blob.split_first_chunk::<KEY_ID_BYTES>()?;
        is_name(name).then(|| Self { name: name.to_owned(), id: *id, signature: signature.to_vec() })
    }

    pub fn text(&self) -> String {
        let blob = [self.id.as_slice(), &self.signature].concat();
        format!("— {} {}\n", self.name, STANDARD.encode(blob))
    }

    fn is_of(&self, key: &VerifierKey) -> bool {
        self.name == key.name && self.id == key.id()
    }

    /// A line that a witness gave.
    pub fn read(text: &str) -> Option<Self> {
        Self::parse(text.strip_suffix('\n').unwrap_or(text))
    }

    /// When the witness cosigned this body, if it did.
    pub fn cosigned_at(&self, body: &str, key: &VerifierKey) -> Option<u64> {
        if key.kind != Kind::Cosignature || !self.is_of(key) {
            return None;
        }
        let (time, signature) = self.signature.split_first_chunk::<TIME_BYTES>()?;
        let signature: &[u8; SIGNATURE_BYTES] = signature.try_into().ok()?;
        let time = u64::from_be_bytes(*time);
        key.key.verify_bytes(cosigned_message(time, body).as_bytes(), signature).then_some(time)
    }
}

fn cosigned_message(time: u64, body: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{body}")
}

impl Note {
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > NOTE_BYTES_MAX || text.chars().any(|c| c.is_control() && c != '\n') {
            return None;
        }
        let split = text.rfind("\n\n")?;
        let (body, signatures) = (&text[..=split], text[split + 2..].strip_suffix('\n')?);
        let signatures: Option<Vec<Line>> = signatures.split('\n').map(Line::parse).collect();
        let signatures = signatures.filter(|lines| lines.len() <= SIGNATURES_MAX)?;
        Some(Self { body: body.to_owned(), signatures })
    }

    pub fn text(&self) -> String {
        let lines: String = self.signatures.iter().map(Line::text).collect();
        format!("{}\n{lines}", self.body)
    }

    /// Whether this key signed the body as the log itself.
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        key.kind == Kind::Log
            && self.signatures.iter().filter(|line| line.is_of(key)).any(|line| {
                line.signature
                    .as_slice()
                    .try_into()
                    .is_ok_and(|signature| key.key.verify_bytes(self.body.as_bytes(), signature))
            })
    }
}

/// A log's statement about itself: so many leaves, this root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// Lines behind the third are extensions; they are signed and passed over.
    pub fn parse(body: &str) -> Option<Self> {
        let mut lines = body.strip_suffix('\n')?.split('\n');
        let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
        let canonical = size == "0" || !size.starts_with('0');
        let size: u64 =
            size.parse().ok().filter(|_| canonical && size.bytes().all(|b| b.is_ascii_digit()))?;
        let root: Hash = STANDARD.decode(root).ok()?.try_into().ok()?;
        let good = !origin.is_empty() && lines.all(|line| !line.is_empty());
        good.then(|| Self { origin: origin.to_owned(), size, root })
    }

    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The note that the log signs; its name is the origin.
    pub fn sign(&self, signer: &Signer) -> Note {
        let body = self.body();
        let key = VerifierKey::new(&self.origin, Kind::Log, signer.public().clone());
        let signature = signer.sign_bytes(body.as_bytes()).to_vec();
        let line = Line { name: self.origin.clone(), id: key.id(), signature };
        Note { body, signatures: vec![line] }
    }
}

/// A witness's line below a checkpoint, as of this time.
pub fn cosign(name: &str, signer: &Signer, body: &str, time: u64) -> Line {
    let key = VerifierKey::new(name, Kind::Cosignature, signer.public().clone());
    let signature = signer.sign_bytes(cosigned_message(time, body).as_bytes());
    let signature = [time.to_be_bytes().as_slice(), &signature].concat();
    Line { name: name.to_owned(), id: key.id(), signature }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(byte: u8) -> Signer {
        Signer::from_seed(&[byte; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "urn:tm:cn-450700:tlog:1".into(), size: 20_852_163, root: [7; 32] }
    }

    /// C2SP signed-note: its example of a verifier key and a note.
    #[test]
    fn the_published_note_verifies() {
        let key =
            VerifierKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
        let text = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n\n\
                    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let note = Note::parse(text).unwrap();
        assert!(note.is_signed_by(&key));
        assert_eq!(
            (note.text().as_str(), key.text().as_str()),
            (text, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
        );
        let changed = Note::parse(&text.replace("answer", "cause")).unwrap();
        assert!(!changed.is_signed_by(&key));
    }

    #[test]
    fn a_checkpoint_is_signed_cosigned_and_read_again() {
        let (log, witness) = (signer(1), signer(2));
        let mut note = checkpoint().sign(&log);
        let log_key = VerifierKey::new(&checkpoint().origin, Kind::Log, log.public().clone());
        let name = "urn:tm:cn-450000:witness";
        let witness_key = VerifierKey::new(name, Kind::Cosignature, witness.public().clone());
        let line = cosign(name, &witness, &note.body, 1_700_000_000);
        assert_eq!(Line::read(&line.text()).unwrap(), line);
        note.signatures.push(line.clone());
        let again = Note::parse(&note.text()).unwrap();
        assert_eq!(again, note);
        assert_eq!(Checkpoint::parse(&again.body), Some(checkpoint()));
        assert!(again.is_signed_by(&VerifierKey::parse(&log_key.text()).unwrap()));
        assert_eq!(line.cosigned_at(&note.body, &witness_key), Some(1_700_000_000));
        assert_eq!(line.cosigned_at("other\n1\n", &witness_key), None);
        assert_eq!(line.cosigned_at(&note.body, &log_key), None);
        // A cosignature is no signature of the log, even under its name.
        let borrowed = VerifierKey::new(name, Kind::Log, witness.public().clone());
        assert!(!again.is_signed_by(&borrowed));
        let other = VerifierKey::new(&checkpoint().origin, Kind::Log, witness.public().clone());
        assert!(!again.is_signed_by(&other));
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        let good = checkpoint().body();
        for bad in [
            good.replace("20852163", "020852163"),
            good.replace("20852163", "-1"),
            good.replace("20852163", "+1"),
            good.replace("20852163", "99999999999999999999"),
            good.replace("urn:tm:cn-450700:tlog:1", ""),
            good.trim_end().to_owned(),
            "a\n1\nAA==\n".to_owned(),
            format!("{good}\n"),
        ] {
            assert_eq!(Checkpoint::parse(&bad), None, "{bad}");
        }
        assert!(Checkpoint::parse(&format!("{good}extension\n")).is_some());
        for bad in ["", "a\n\n", "a\n\n— x\n", "a\n\n— x AA==\n", "a\n\nx\n", "a\n\n— x+y AAAAAAAA\n"] {
            assert_eq!(Note::parse(bad), None, "{bad}");
        }
        assert!(VerifierKey::parse("x+00000000+AAAA").is_none());
    }
}
