//! The ballot box of one sale: a fixed number of slots, each always with an envelope in it. Pure.
//!
//! It is stored as one sealed document of one size, written anew as a whole with each deposit, so that neither
//! the number of rows nor which of them changed tells anything. A slot that nobody has used holds a blank
//! envelope. Who deposited is kept only as a keyed hash, whose key lies in the box.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::envelope::{self, ENVELOPE_BYTES};
use crate::proof::merkle::{self, Hash};

pub const CAPACITY_MIN: usize = 16;
pub const CAPACITY_MAX: usize = 128;

const BLIND_BYTES: usize = 32;
const TAG_BYTES: usize = 32;
/// Of a tag: who it is; the rest tells under which name.
const WHO_BYTES: usize = 16;
/// used (1) ‖ tag (32) ‖ time in microseconds (8) ‖ hash of the replaced envelope (32) ‖ envelope
const SLOT_BYTES: usize = 1 + TAG_BYTES + 8 + 32 + ENVELOPE_BYTES;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoxError {
    /// The stored box is not one.
    Damaged,
    /// Every slot is used.
    Full,
    /// The bidder has deposited, and the sale's rule lets nobody replace an envelope.
    Deposited,
    /// The same envelope lies in the box for another bidder.
    Copied,
}

/// What became of a second envelope of one bidder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    Replaces,
    Refused,
}

#[derive(Clone)]
pub struct Slot {
    pub used: bool,
    tag: Hash,
    /// When it was received, in microseconds; 0 in an unused slot.
    pub at_micros: i64,
    /// SHA-256 of the envelope of the same bidder that this one replaced; zeros where it replaced none.
    pub replaced: Hash,
    pub envelope: Vec<u8>,
}

impl Slot {
    /// Whether the bidder of this tag deposited it, under whichever name.
    fn is_of(&self, tag: &Hash) -> bool {
        self.used && self.tag[..WHO_BYTES] == tag[..WHO_BYTES]
    }
}

/// Has no `Debug`: it is for no log.
#[derive(Clone)]
pub struct BallotBox {
    blind: [u8; BLIND_BYTES],
    slots: Vec<Slot>,
}

impl BallotBox {
    /// A box of blank envelopes; as many slots as envelopes.
    pub fn new(blind: [u8; BLIND_BYTES], blanks: Vec<Vec<u8>>) -> Result<Self, BoxError> {
        let fits = blanks.len().is_power_of_two() && (CAPACITY_MIN..=CAPACITY_MAX).contains(&blanks.len());
        if !fits || blanks.iter().any(|blank| envelope::check_shape(blank).is_err()) {
            return Err(BoxError::Damaged);
        }
        let slot =
            |envelope| Slot { used: false, tag: [0; TAG_BYTES], at_micros: 0, replaced: [0; 32], envelope };
        Ok(Self { blind, slots: blanks.into_iter().map(slot).collect() })
    }

    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    fn mac(&self, text: &str) -> Result<Hash, BoxError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.blind).map_err(|_| BoxError::Damaged)?;
        mac.update(text.as_bytes());
        Ok(mac.finalize().into_bytes().into())
    }

    /// The keyed hash that stands for a bidder. What follows a line feed (the name that another node vouched for) is in
    /// its second half alone: by the first half a bidder is found again though it has another name by now.
    fn tag(&self, bidder: &str) -> Result<Hash, BoxError> {
        let who = bidder.split_once('\n').map_or(bidder, |(who, _)| who);
        let mut tag = self.mac(who)?;
        if who.len() < bidder.len() {
            let named = self.mac(bidder)?;
            tag[WHO_BYTES..].copy_from_slice(&named[WHO_BYTES..]);
        }
        Ok(tag)
    }

    /// The slot that a bidder's envelope lies in.
    pub fn find(&self, bidder: &str) -> Result<Option<&Slot>, BoxError> {
        let tag = self.tag(bidder)?;
        Ok(self.slots.iter().find(|slot| slot.is_of(&tag)))
    }

    /// Whether the envelope of this slot was deposited by this bidder, under this name where one is bound.
    pub fn is_from(&self, slot: usize, bidder: &str) -> Result<bool, BoxError> {
        let who = bidder.split_once('\n').map_or(bidder, |(who, _)| who);
        // The box of a tender that began before names were bound has the hash without one.
        let known = [self.tag(bidder)?, self.mac(who)?];
        Ok(self.slots.get(slot).is_some_and(|slot| slot.used && known.contains(&slot.tag)))
    }

    /// Puts an envelope in and returns its slot, of which the receipt speaks. The same envelope again changes
    /// nothing: its bidder gets the first receipt once more.
    pub fn deposit(
        &mut self,
        bidder: &str,
        envelope: Vec<u8>,
        at_micros: i64,
        second: Second,
        random: u64,
    ) -> Result<&Slot, BoxError> {
        let tag = self.tag(bidder)?;
        if let Some(same) = self.slots.iter().position(|slot| slot.envelope == envelope) {
            let same = &self.slots[same];
            return if same.is_of(&tag) { Ok(same) } else { Err(BoxError::Copied) };
        }
        let own = self.slots.iter().position(|slot| slot.is_of(&tag));
        let at = match own {
            Some(_) if second == Second::Refused => return Err(BoxError::Deposited),
            Some(own) => own,
            None => self.free_slot(random).ok_or(BoxError::Full)?,
        };
        let old = &self.slots[at];
        let replaced = if old.used { envelope::digest(&old.envelope) } else { [0; 32] };
        self.slots[at] = Slot { used: true, tag, at_micros, replaced, envelope };
        Ok(&self.slots[at])
    }

    /// Any free slot, so that the place does not tell the order of deposits.
    fn free_slot(&self, random: u64) -> Option<usize> {
        let free: Vec<usize> = (0..self.slots.len()).filter(|at| !self.slots[*at].used).collect();
        let pick = random.checked_rem(u64::try_from(free.len()).ok()?)?;
        free.get(usize::try_from(pick).ok()?).copied()
    }

    /// The leaves of the box's tree: every envelope, blank or not, in the order of slots.
    pub fn leaves(&self) -> Vec<Hash> {
        self.slots.iter().map(|slot| merkle::leaf(&slot.envelope)).collect()
    }

    pub fn root(&self) -> Hash {
        merkle::root(&self.leaves())
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BLIND_BYTES + self.slots.len() * SLOT_BYTES);
        bytes.extend(self.blind);
        for slot in &self.slots {
            bytes.push(u8::from(slot.used));
            bytes.extend(slot.tag);
            bytes.extend(slot.at_micros.to_be_bytes());
            bytes.extend(slot.replaced);
            bytes.extend(&slot.envelope);
        }
        bytes
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BoxError> {
        let (blind, rest) = bytes.split_first_chunk::<BLIND_BYTES>().ok_or(BoxError::Damaged)?;
        let slots = rest.chunks(SLOT_BYTES).map(read_slot).collect::<Option<Vec<_>>>();
        let slots = slots.filter(|slots| slots.len().is_power_of_two()).ok_or(BoxError::Damaged)?;
        Ok(Self { blind: *blind, slots })
    }
}

fn read_slot(bytes: &[u8]) -> Option<Slot> {
    let (used, rest) = bytes.split_first()?;
    let (tag, rest) = rest.split_first_chunk::<TAG_BYTES>()?;
    let (at, rest) = rest.split_first_chunk::<8>()?;
    let (replaced, envelope) = rest.split_first_chunk::<32>()?;
    let envelope = (envelope.len() == ENVELOPE_BYTES).then(|| envelope.to_vec())?;
    let at_micros = i64::from_be_bytes(*at);
    Some(Slot { used: *used == 1, tag: *tag, at_micros, replaced: *replaced, envelope })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn envelope_of(byte: u8) -> Vec<u8> {
        let mut envelope = vec![byte; ENVELOPE_BYTES];
        envelope[0] = 1;
        envelope
    }

    fn fresh() -> BallotBox {
        BallotBox::new([7; 32], (0..16).map(|at| envelope_of(100 + at)).collect()).unwrap()
    }

    fn put(ballot: &mut BallotBox, bidder: &str, byte: u8, at: i64, second: Second) -> Result<i64, BoxError> {
        ballot.deposit(bidder, envelope_of(byte), at, second, 5).map(|slot| slot.at_micros)
    }

    #[test]
    fn a_bidder_has_one_slot_and_its_receipt_again_for_the_same_envelope() {
        let mut ballot = fresh();
        assert_eq!(put(&mut ballot, "urn:a", 1, 10, Second::Refused), Ok(10));
        assert_eq!(put(&mut ballot, "urn:a", 1, 11, Second::Refused), Ok(10));
        assert_eq!(put(&mut ballot, "urn:a", 2, 12, Second::Refused), Err(BoxError::Deposited));
        assert_eq!(ballot.find("urn:a").unwrap().unwrap().replaced, [0; 32]);
        assert_eq!(put(&mut ballot, "urn:a", 2, 12, Second::Replaces), Ok(12));
        assert_eq!(ballot.slots().iter().filter(|slot| slot.used).count(), 1);
        let slot = ballot.find("urn:a").unwrap().unwrap();
        assert_eq!((slot.at_micros, slot.replaced), (12, envelope::digest(&envelope_of(1))));
        assert!(ballot.find("urn:b").unwrap().is_none());
        assert_eq!(put(&mut ballot, "urn:b", 2, 13, Second::Replaces), Err(BoxError::Copied));
    }

    /// DOMAIN §4: nobody bids in another's name, and a bidder that another node renames keeps its one envelope.
    #[test]
    fn domain_4_a_name_from_elsewhere_is_bound_and_does_not_make_a_second_bidder() {
        let mut ballot = fresh();
        assert_eq!(put(&mut ballot, "urn:a x\n甲", 1, 10, Second::Refused), Ok(10));
        let at = ballot.slots().iter().position(|slot| slot.used).unwrap();
        assert!(ballot.is_from(at, "urn:a x\n甲").unwrap());
        for other in ["urn:a x\n乙", "urn:a x", "urn:a y\n甲"] {
            assert!(!ballot.is_from(at, other).unwrap(), "{other}");
        }
        assert_eq!(put(&mut ballot, "urn:a x\n乙", 2, 11, Second::Refused), Err(BoxError::Deposited));
        assert_eq!(put(&mut ballot, "urn:a x\n乙", 2, 12, Second::Replaces), Ok(12));
        assert!(ballot.is_from(at, "urn:a x\n乙").unwrap());
        // A box of before names were bound.
        assert_eq!(put(&mut ballot, "urn:b y", 3, 13, Second::Refused), Ok(13));
        let old = ballot.slots().iter().position(|slot| slot.at_micros == 13).unwrap();
        assert!(ballot.is_from(old, "urn:b y\n丙").unwrap());
    }

    #[test]
    fn the_box_has_one_size_and_reads_back() {
        let mut ballot = fresh();
        let empty = ballot.to_bytes();
        for bidder in 0..16_u8 {
            let urn = format!("urn:{bidder}");
            let at = i64::from(bidder) + 1;
            ballot
                .deposit(&urn, envelope_of(bidder + 1), at, Second::Refused, u64::from(bidder) * 31)
                .unwrap();
        }
        assert_eq!(put(&mut ballot, "urn:17", 17, 1, Second::Refused), Err(BoxError::Full));
        let full = ballot.to_bytes();
        assert_eq!(empty.len(), full.len());
        let read = BallotBox::from_bytes(&full).unwrap();
        assert_eq!(read.root(), ballot.root());
        for bidder in 0..16_u8 {
            let slot = read.find(&format!("urn:{bidder}")).unwrap().unwrap();
            assert_eq!(slot.envelope, envelope_of(bidder + 1));
        }
        assert!(BallotBox::from_bytes(&full[1..]).is_err());
        assert!(BallotBox::from_bytes(&[]).is_err());
    }

    #[test]
    fn a_box_has_a_power_of_two_of_slots() {
        for slots in [0, 8, 15, 17, 256] {
            let blanks = (0..slots).map(|_| envelope_of(1)).collect();
            assert!(BallotBox::new([0; 32], blanks).is_err(), "{slots}");
        }
    }

    #[test]
    fn every_envelope_is_proved_in_the_tree() {
        let mut ballot = fresh();
        ballot.deposit("urn:a", envelope_of(1), 10, Second::Refused, 5).unwrap();
        let (leaves, root) = (ballot.leaves(), ballot.root());
        for (at, slot) in ballot.slots().iter().enumerate() {
            let proof = merkle::inclusion(&leaves, at as u64);
            assert!(merkle::verify_inclusion(&merkle::leaf(&slot.envelope), at as u64, 16, &proof, &root));
        }
    }
}
