//! A key split among several holders: any `needed` of them put it together again, fewer know nothing of it
//! (Shamir's scheme over GF(256), byte by byte).
//!
//! Shamir's scheme alone does not notice a wrong share: it would yield another key. So each share has a
//! *commitment*, the hash of it, which is published when the key is split; a share that is mistyped, invented
//! or from another split is refused by itself, with its holder known, before anything is put together.

use std::fmt;

use blahaj::{Share as Point, Sharks};
use rand::SeedableRng;
use rand::rngs::StdRng;
use sha2::{Digest, Sha256};

pub const SECRET_BYTES: usize = 32;
pub const SHARES_MAX: u8 = 15;
/// The number of the share (1 to 255), then one byte for each byte of the secret.
const SHARE_BYTES: usize = 1 + SECRET_BYTES;
const PREFIX: &str = "tms1";
const CHECK_DIGITS: usize = 8;
const COMMITMENT_LABEL: &[u8] = b"techmart share v1\0";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareError {
    /// `2 <= needed <= of <= 15` does not hold.
    BadNumbers,
    /// Not a share as we write them, or mistyped.
    Malformed,
    /// Not a share of this split.
    Foreign,
    /// The same share twice.
    Doubled,
    TooFew,
}

impl fmt::Display for ShareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadNumbers => "a key is split among 2 to 15 holders, of whom at least 2 are needed",
            Self::Malformed => "not a share, or mistyped",
            Self::Foreign => "not a share of this key",
            Self::Doubled => "the same share twice",
            Self::TooFew => "too few shares",
        })
    }
}

impl std::error::Error for ShareError {}

/// One holder's part. Has no `Debug`: it is for no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Share([u8; SHARE_BYTES]);

impl Share {
    /// 1 for the first holder.
    pub const fn number(&self) -> u8 {
        self.0[0]
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ShareError> {
        let bytes: [u8; SHARE_BYTES] = bytes.try_into().map_err(|_| ShareError::Malformed)?;
        if bytes[0] == 0 { Err(ShareError::Malformed) } else { Ok(Self(bytes)) }
    }

    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// For the holder to keep: `tms1-<66 hexadecimal digits>-<8 check digits>`.
    pub fn to_text(&self) -> String {
        let body = hex::encode(self.0);
        let check = check_digits(&body);
        format!("{PREFIX}-{body}-{check}")
    }

    pub fn from_text(text: &str) -> Result<Self, ShareError> {
        let text = text.trim().to_ascii_lowercase();
        let mut parts = text.split('-');
        let (prefix, body, check) = (parts.next(), parts.next(), parts.next());
        let (Some(PREFIX), Some(body), Some(check), None) = (prefix, body, check, parts.next()) else {
            return Err(ShareError::Malformed);
        };
        if check != check_digits(body) {
            return Err(ShareError::Malformed);
        }
        Self::from_bytes(&hex::decode(body).map_err(|_| ShareError::Malformed)?)
    }

    /// What is published about this share when the key is split. It tells nothing of it: a share has 256 bits
    /// that nobody can guess.
    pub fn commitment(&self) -> [u8; 32] {
        Sha256::new().chain_update(COMMITMENT_LABEL).chain_update(self.0).finalize().into()
    }
}

fn check_digits(body: &str) -> String {
    let mut digits = hex::encode(Sha256::digest(body.as_bytes()));
    digits.truncate(CHECK_DIGITS);
    digits
}

/// `of` shares of `secret`, of which any `needed` give it back. `seed` is fresh randomness.
pub fn split(
    secret: &[u8; SECRET_BYTES],
    needed: u8,
    of: u8,
    seed: [u8; 32],
) -> Result<Vec<Share>, ShareError> {
    if needed < 2 || needed > of || of > SHARES_MAX {
        return Err(ShareError::BadNumbers);
    }
    let mut random = StdRng::from_seed(seed);
    let points = Sharks(needed).dealer_rng(secret, &mut random).take(usize::from(of));
    points.map(|point| Share::from_bytes(&Vec::from(&point))).collect()
}

/// Whether `share` is the one that its number's commitment stands for.
pub fn check(share: &Share, commitments: &[[u8; 32]]) -> Result<(), ShareError> {
    let expected = usize::from(share.number()).checked_sub(1).and_then(|at| commitments.get(at));
    if expected == Some(&share.commitment()) { Ok(()) } else { Err(ShareError::Foreign) }
}

/// The secret, from at least `needed` different shares of this split. Every given share is checked, so that
/// a wrong one is refused even where the others would do.
pub fn combine(
    needed: u8,
    commitments: &[[u8; 32]],
    given: &[Share],
) -> Result<[u8; SECRET_BYTES], ShareError> {
    let mut seen = [false; 256];
    for share in given {
        check(share, commitments)?;
        if std::mem::replace(&mut seen[usize::from(share.number())], true) {
            return Err(ShareError::Doubled);
        }
    }
    if needed < 2 || given.len() < usize::from(needed) {
        return Err(ShareError::TooFew);
    }
    let points: Vec<Point> = given
        .iter()
        .take(usize::from(needed))
        .map(|share| Point::try_from(share.as_bytes()).map_err(|_| ShareError::Malformed))
        .collect::<Result<_, _>>()?;
    let secret = Sharks(needed).recover(&points).map_err(|_| ShareError::TooFew)?;
    secret.try_into().map_err(|_| ShareError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = *b"0123456789abcdefFEDCBA9876543210";

    fn commitments(shares: &[Share]) -> Vec<[u8; 32]> {
        shares.iter().map(Share::commitment).collect()
    }

    fn refused<T>(result: Result<T, ShareError>) -> ShareError {
        result.err().unwrap()
    }

    #[test]
    fn any_three_of_five_give_the_key_back_and_two_do_not() {
        let shares = split(&SECRET, 3, 5, [7; 32]).unwrap();
        let published = commitments(&shares);
        for mask in 0_u32..32 {
            let given: Vec<Share> =
                (0..5).filter(|i| mask & (1 << i) != 0).map(|i| shares[i as usize].clone()).collect();
            let combined = combine(3, &published, &given);
            if given.len() >= 3 {
                assert!(combined == Ok(SECRET), "{mask:05b}");
            } else {
                assert_eq!(refused(combined), ShareError::TooFew, "{mask:05b}");
            }
        }
    }

    /// Two shares of three are consistent with every secret: the third can be chosen to yield any.
    #[test]
    fn too_few_shares_combined_yield_something_else() {
        let shares = split(&SECRET, 3, 5, [7; 32]).unwrap();
        let points: Vec<Point> =
            shares[..2].iter().map(|share| Point::try_from(share.as_bytes()).unwrap()).collect();
        assert_ne!(Sharks(2).recover(&points).unwrap(), SECRET);
    }

    #[test]
    fn a_wrong_or_doubled_share_is_refused() {
        let shares = split(&SECRET, 2, 3, [7; 32]).unwrap();
        let published = commitments(&shares);
        let given = |list: &[&Share]| list.iter().map(|share| (*share).clone()).collect::<Vec<_>>();
        let doubled = given(&[&shares[0], &shares[0]]);
        assert_eq!(refused(combine(2, &published, &doubled)), ShareError::Doubled);
        let again = split(&SECRET, 2, 3, [8; 32]).unwrap();
        assert_eq!(
            refused(combine(2, &published, &given(&[&shares[0], &shares[1], &again[2]]))),
            ShareError::Foreign
        );
        for byte in 0..SHARE_BYTES {
            let mut damaged = shares[1].clone();
            damaged.0[byte] ^= 4;
            assert_eq!(refused(combine(2, &published, &given(&[&shares[0], &damaged]))), ShareError::Foreign);
        }
    }

    #[test]
    fn a_share_is_read_back_as_it_was_written_and_a_slip_is_noticed() {
        let share = &split(&SECRET, 2, 2, [7; 32]).unwrap()[1];
        let text = share.to_text();
        assert!(Share::from_text(&format!(" {}\n", text.to_uppercase())) == Ok(share.clone()));
        for at in 0..text.len() {
            let mut slip = text.clone().into_bytes();
            slip[at] = if slip[at] == b'0' { b'1' } else { b'0' };
            let slip = String::from_utf8(slip).unwrap();
            assert_eq!(refused(Share::from_text(&slip)), ShareError::Malformed, "{slip}");
        }
        for bad in ["", "tms1", "tms1--", &text[..text.len() - 1], &format!("{text}-")] {
            assert_eq!(refused(Share::from_text(bad)), ShareError::Malformed, "{bad}");
        }
    }

    #[test]
    fn the_numbers_of_a_split_are_bounded() {
        for (needed, of) in [(0, 3), (1, 3), (4, 3), (2, 16)] {
            assert_eq!(refused(split(&SECRET, needed, of, [7; 32])), ShareError::BadNumbers);
        }
        assert_eq!(split(&SECRET, 15, 15, [7; 32]).unwrap().len(), 15);
    }
}
