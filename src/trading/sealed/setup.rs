//! How a tender is run, as it travels and is stored: one shape for both. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::ballot::{CAPACITY_MAX, CAPACITY_MIN};
use super::score::{self, Weighing};
use crate::kernel::codes_common::{INVALID_VALUE, OUT_OF_RANGE};
use crate::kernel::error::Errors;
use crate::kernel::id::OrganisationId;
use crate::kernel::leaf::canonical;
use crate::kernel::party::PartyRef;
use crate::kernel::text;
use crate::proof::shares::SHARES_MAX;
use crate::trading::model::{Lot, Terms};
use crate::trading::sealed::codes::{SEALED_CAPACITY, SEALED_OFFICERS, SEALED_WEIGHTS};

const CRITERIA_MAX: usize = 20;
const NAME_CHARS_MAX: usize = 100;

/// Part of what bidders bid on: fixed before the publication.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedSetup)]
pub struct Setup {
    /// Price and weighted criteria; absent: the price alone decides.
    #[serde(default)]
    pub weights: Option<Weights>,
    /// Until the deadline a bidder may replace its envelope, and the last one counts. Else the first one is final.
    pub replacement: bool,
    /// Slots of the ballot box: a power of two. As many envelopes are in the tree, used or not.
    pub capacity: u32,
    pub custody: Custody,
}

/// Weights in whole hundredths of the total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedWeights)]
pub struct Weights {
    pub price: u32,
    pub criteria: Vec<Criterion>,
    /// One highest and one lowest of the members' points are left out of each mean.
    #[serde(default)]
    pub trim: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedCriterion)]
pub struct Criterion {
    pub name: String,
    pub weight: u32,
}

/// Who keeps the opening key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SealedCustody)]
pub enum Custody {
    /// Opening officers of different bodies; so many of them together.
    Officers { needed: u8, bodies: Vec<OrganisationId> },
    /// The server, sealed and apart from the bids; only the opening job uses it. For a small county.
    Server {},
}

impl Setup {
    pub fn weighing(&self) -> Weighing {
        self.weights.as_ref().map_or(Weighing::PriceOnly, |weights| Weighing::Weighted {
            price: weights.price,
            criteria: weights.criteria.iter().map(|criterion| criterion.weight).collect(),
            trim: weights.trim,
        })
    }

    pub fn needs_committee(&self) -> bool {
        self.weights.is_some()
    }

    pub fn check(&self, errors: &mut Errors) {
        let slots = usize::try_from(self.capacity).unwrap_or(0);
        if !slots.is_power_of_two() || !(CAPACITY_MIN..=CAPACITY_MAX).contains(&slots) {
            let params = [("min", CAPACITY_MIN.to_string()), ("max", CAPACITY_MAX.to_string())];
            errors.add_with("/capacity", &SEALED_CAPACITY, &params);
        }
        if let Some(weights) = &self.weights {
            weights.check(errors);
        }
        if let Custody::Officers { needed, bodies } = &self.custody {
            let distinct: std::collections::BTreeSet<_> = bodies.iter().collect();
            let count = u8::try_from(bodies.len()).unwrap_or(u8::MAX);
            if distinct.len() != bodies.len() || *needed < 2 || *needed > count || count > SHARES_MAX {
                errors.add_with("/custody", &SEALED_OFFICERS, &[("max", SHARES_MAX.to_string())]);
            }
        }
    }
}

/// The terms that a bidder bids on. A bid names their hash, so that a bid on other terms does not count. Until when
/// envelopes are taken is not among them: a later deadline voids none.
pub struct OnTerms<'a> {
    pub sale: &'a str,
    pub title: &'a str,
    pub seller: &'a PartyRef,
    pub lots: &'a [Lot],
    pub terms: &'a Terms,
    pub setup: &'a Setup,
    pub public_key: Option<&'a str>,
}

impl OnTerms<'_> {
    pub fn sha256(&self) -> serde_json::Result<String> {
        let mut terms = serde_json::to_value(self.terms)?;
        if let Some(mode) = terms["mode"].as_object_mut() {
            mode.remove("ends_at");
        }
        self.hashed(&terms)
    }

    /// As tenders that were published before the deadline was left out name their terms.
    pub fn sha256_with_deadline(&self) -> serde_json::Result<String> {
        self.hashed(&serde_json::to_value(self.terms)?)
    }

    fn hashed(&self, terms: &Value) -> serde_json::Result<String> {
        let document = json!({
            "sale": self.sale,
            "title": self.title,
            "seller": self.seller,
            "lots": self.lots,
            "terms": terms,
            "setup": self.setup,
            "public_key": self.public_key,
        });
        Ok(hex::encode(Sha256::digest(canonical(&document)?)))
    }
}

impl Weights {
    fn check(&self, errors: &mut Errors) {
        let count = self.criteria.len();
        if !(1..=CRITERIA_MAX).contains(&count) {
            let params = [("min", "1".to_owned()), ("max", CRITERIA_MAX.to_string())];
            errors.add_with("/weights/criteria", &OUT_OF_RANGE, &params);
        }
        for (at, criterion) in self.criteria.iter().enumerate() {
            text::required(errors, &format!("/weights/criteria/{at}/name"), &criterion.name, NAME_CHARS_MAX);
            if !(1..=score::WEIGHTS_SUM).contains(&criterion.weight) {
                let reason = [("reason", "1-100".to_owned())];
                errors.add_with(format!("/weights/criteria/{at}/weight"), &INVALID_VALUE, &reason);
            }
        }
        let sum = self.criteria.iter().fold(self.price, |sum, it| sum.saturating_add(it.weight));
        if sum != score::WEIGHTS_SUM {
            errors.add_with("/weights", &SEALED_WEIGHTS, &[("sum", score::WEIGHTS_SUM.to_string())]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup() -> Setup {
        let id = |n: u8| format!("01980000-0000-7000-8000-0000000000{n:02}").parse().unwrap();
        Setup {
            weights: None,
            replacement: true,
            capacity: 64,
            custody: Custody::Officers { needed: 2, bodies: vec![id(1), id(2), id(3)] },
        }
    }

    fn faults(setup: &Setup) -> Vec<&'static str> {
        let mut errors = Errors::new();
        setup.check(&mut errors);
        errors.list().iter().map(|error| error.code.id).collect()
    }

    #[test]
    fn officers_are_of_different_bodies() {
        assert!(faults(&setup()).is_empty());
        assert!(faults(&Setup { custody: Custody::Server {}, ..setup() }).is_empty());
        let Custody::Officers { bodies, .. } = setup().custody else { unreachable!() };
        let twice = vec![bodies[0], bodies[0]];
        for (needed, bodies) in [(1, bodies.clone()), (4, bodies), (2, twice), (0, vec![])] {
            let custody = Custody::Officers { needed, bodies };
            assert_eq!(faults(&Setup { custody, ..setup() }), ["sealed_officers"]);
        }
        for capacity in [0, 8, 63, 256] {
            assert_eq!(faults(&Setup { capacity, ..setup() }), ["sealed_capacity"]);
        }
    }

    #[test]
    fn weights_sum_to_a_hundred() {
        let criterion = |weight| Criterion { name: "技术方案".into(), weight };
        let weights = |price, list: &[u32]| {
            let criteria = list.iter().map(|weight| criterion(*weight)).collect();
            faults(&Setup { weights: Some(Weights { price, criteria, trim: false }), ..setup() })
        };
        assert!(weights(40, &[35, 25]).is_empty());
        assert!(weights(0, &[100]).is_empty());
        assert_eq!(weights(40, &[35, 26]), ["sealed_weights"]);
        assert_eq!(weights(100, &[]), ["out_of_range"]);
        assert_eq!(weights(100, &[0]), ["invalid_value"]);
        assert_eq!(weights(1, &[u32::MAX, u32::MAX])[2..], ["sealed_weights"]);
    }
}
