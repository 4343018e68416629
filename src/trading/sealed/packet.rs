//! What an opening officer gets: its share of the opening key and its share of the rehearsal key, sealed
//! together to the officer's own key. Pure.
//!
//! Both shares travel in one authenticated message. So an officer that hands in the right rehearsal share has
//! opened the message in which its share of the opening key lies, and nobody has seen that one.

use crate::proof::hpke::{self, HpkeError, KEY_BYTES};
use crate::proof::shares::{self, Share, ShareError};

/// `info` of HPKE. `aad` is the URN of the sale, a line feed, and the officer's number.
pub const INFO: &[u8] = b"techmart opening packet v1";
/// `info` of the rehearsal's message; `aad` is the URN of the sale.
pub const REHEARSAL_INFO: &[u8] = b"techmart opening rehearsal v1";
/// What the rehearsal's message says.
pub const REHEARSAL_TEXT: &[u8] = "开标演练".as_bytes();

const SHARE_BYTES: usize = 33;

/// Has no `Debug`: it is for no log.
pub struct Packet {
    pub opening: Share,
    pub rehearsal: Share,
}

fn aad(sale: &str, number: u8) -> Vec<u8> {
    format!("{sale}\n{number}").into_bytes()
}

pub fn seal(
    officer: &[u8; KEY_BYTES],
    sale: &str,
    packet: &Packet,
    random: [u8; KEY_BYTES],
) -> Result<Vec<u8>, HpkeError> {
    let plain = [packet.opening.as_bytes(), packet.rehearsal.as_bytes()].concat();
    hpke::seal(officer, INFO, &aad(sale, packet.opening.number()), &plain, random)
}

/// The officer's side: opens the packet and checks both shares against what was published.
pub fn open(
    private: &[u8; KEY_BYTES],
    sale: &str,
    number: u8,
    sealed: &[u8],
    commitments: &[[u8; 32]],
    rehearsal_commitments: &[[u8; 32]],
) -> Result<Packet, ShareError> {
    let plain = hpke::open(private, INFO, &aad(sale, number), sealed).map_err(|_| ShareError::Foreign)?;
    let (opening, rehearsal) = plain.split_at_checked(SHARE_BYTES).ok_or(ShareError::Malformed)?;
    let packet = Packet { opening: Share::from_bytes(opening)?, rehearsal: Share::from_bytes(rehearsal)? };
    shares::check(&packet.opening, commitments)?;
    shares::check(&packet.rehearsal, rehearsal_commitments)?;
    Ok(packet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proof::hpke::KeyPair;

    #[test]
    fn a_packet_opens_for_its_officer_and_only_with_the_published_shares() {
        let officer = KeyPair::generate([1; 32]);
        let opening = shares::split(&[5; 32], 2, 3, [6; 32]).unwrap();
        let rehearsal = shares::split(&[7; 32], 2, 3, [8; 32]).unwrap();
        let published = |shares: &[Share]| shares.iter().map(Share::commitment).collect::<Vec<_>>();
        let (first, second) = (published(&opening), published(&rehearsal));
        let packet = Packet { opening: opening[1].clone(), rehearsal: rehearsal[1].clone() };
        let sealed = seal(officer.public(), "urn:sale", &packet, [9; 32]).unwrap();
        let open = |sale: &str, number, first: &[[u8; 32]]| {
            open(officer.private(), sale, number, &sealed, first, &second)
        };
        let opened = open("urn:sale", 2, &first).ok().unwrap();
        assert!(opened.opening == opening[1] && opened.rehearsal == rehearsal[1]);
        assert_eq!(open("urn:sale", 1, &first).err(), Some(ShareError::Foreign));
        assert_eq!(open("urn:other", 2, &first).err(), Some(ShareError::Foreign));
        // The commitments published are those of another key: the officer notices before the deadline.
        assert_eq!(open("urn:sale", 2, &second).err(), Some(ShareError::Foreign));
    }
}
