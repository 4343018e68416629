//! How long an answer takes tells nothing of the envelopes: the public reads of a tender with an empty box and of one
//! with many envelopes differ by no more than chance.

use std::time::{Duration, Instant};

use super::*;
use crate::support::Client;

/// Everybody that may bid and belongs to no officer's body.
const DEPOSITORS: [&str; 6] = [
    "enterprise.member",
    "enterprise2.member",
    "broker.member",
    "broker2.member",
    "financier.member",
    "financier2.member",
];
/// What everybody may ask of a tender before its deadline.
const READS: [&str; 7] =
    ["", "/sealed", "/state", "/questions", "/corrections", "/calendar.ics", "/sealed/opening"];
/// Of so many pairs; more by TECHMART_TEST_TIMING_PAIRS.
const PAIRS: usize = 25;

#[expect(clippy::disallowed_methods, reason = "the suite's own settings")]
fn pairs() -> usize {
    std::env::var("TECHMART_TEST_TIMING_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(PAIRS)
}

fn median(of: &[f64]) -> f64 {
    let mut sorted = of.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// Whether pairs of times differ by more than chance and by something that could be measured from outside. The sign
/// of each pair stands against a coin (four standard deviations: once in 15 000 runs), whatever else the machine does;
/// and the median of the differences against a tenth of the median time.
fn differ(pairs: &[(f64, f64)]) -> bool {
    let slower = pairs.iter().filter(|(one, other)| other > one).count() as f64;
    let count = pairs.len() as f64;
    let by_chance = (slower - count / 2.0).abs() <= 4.0 * (count / 4.0).sqrt();
    let gaps: Vec<f64> = pairs.iter().map(|(one, other)| other - one).collect();
    let typical = median(&pairs.iter().map(|(one, _)| *one).collect::<Vec<_>>());
    !by_chance && median(&gaps).abs() > typical / 10.0
}

fn seconds(client: &Client, address: &str) -> f64 {
    let begun = Instant::now();
    let answer = client.get(address);
    let took = begun.elapsed();
    assert!(answer.status < 500 && took < Duration::from_secs(5), "{address}: {}", answer.text());
    took.as_secs_f64()
}

#[test]
fn the_measure_finds_a_difference_and_no_other() {
    let noise = |at: usize| 1.0 + 0.3 * (((at * 7_919) % 101) as f64 / 101.0);
    let same: Vec<(f64, f64)> = (0..PAIRS).map(|at| (noise(at), noise(at + 50))).collect();
    assert!(!differ(&same));
    let slower: Vec<(f64, f64)> = (0..PAIRS).map(|at| (noise(at), 1.4 * noise(at + 50))).collect();
    assert!(differ(&slower));
    // One request that waited for the disk is no difference.
    let mut stalled = same;
    stalled[3].1 = 50.0;
    assert!(!differ(&stalled));
}

/// Issue, done when: timing within noise.
#[test]
fn timing_tells_nothing_of_the_envelopes() {
    let city = City::new();
    let [empty, full] = [(), ()].map(|()| receiving(&city, terms(&city), setup(&city)).id);
    for (at, depositor) in DEPOSITORS.iter().enumerate() {
        deposit(&city, &full, depositor, 1_000 * (i64::try_from(at).unwrap() + 1));
    }
    city.settle();
    let reader = city.anonymous();
    for read in READS {
        let both = [path(&empty, read), path(&full, read)];
        // The first answers fill caches.
        for address in &both {
            seconds(&reader, address);
        }
        let measured: Vec<(f64, f64)> = (0..pairs())
            .map(|turn| {
                // Whoever goes first changes, so that what drifts meets both alike.
                let first = seconds(&reader, &both[turn % 2]);
                let second = seconds(&reader, &both[1 - turn % 2]);
                if turn.is_multiple_of(2) { (first, second) } else { (second, first) }
            })
            .collect();
        assert!(!differ(&measured), "{read}: {measured:?}");
    }
}
