//! What an event does to what is here. Pure.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use super::model::{Aside, Bucket, Event, Known, Standing, State, WITHDRAWN};
use crate::kernel::change::{Audience, Method};
use crate::kernel::id::parse_urn;
use crate::kernel::leaf;

/// Links that an event may travel: the longest path in three levels (TMF-1 rule 9).
pub const HOPS_MAX: i32 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Write,
    /// Older than what is here, or the same.
    PassOver,
    SetAside(Aside),
}

/// Judges an event against what is known of its subject (rules 1, 3 and 4).
pub fn judge(known: Option<&Known>, event: &Event, replaces: Option<i64>) -> Verdict {
    if !is_its_own(event) {
        return Verdict::SetAside(Aside::NotItsOwn);
    }
    if !data_fit(event) {
        return Verdict::SetAside(Aside::HashMismatch);
    }
    // Its data were erased since: the tombstone follows.
    if event.method == Method::Put && event.data.is_none() {
        return Verdict::PassOver;
    }
    let Some(known) = known else { return Verdict::Write };
    let epoch = replaces.unwrap_or(event.epoch);
    match (epoch, event.version).cmp(&(known.epoch, known.version)) {
        Ordering::Greater => Verdict::Write,
        Ordering::Less => Verdict::PassOver,
        Ordering::Equal if known.state == State::Withdrawn && event.method == Method::Put => Verdict::Write,
        Ordering::Equal if known.state == State::Live && is_withdrawal(event) => Verdict::Write,
        Ordering::Equal if same(known, event) => Verdict::PassOver,
        // What was erased here came to be known again by an older way.
        Ordering::Equal if known.state == State::Erased => Verdict::PassOver,
        Ordering::Equal => Verdict::SetAside(Aside::Equivocation),
    }
}

/// Whether a neighbour says that it gives a record no more.
pub fn is_withdrawal(event: &Event) -> bool {
    event.method == Method::Delete && event.reason.as_deref() == Some(WITHDRAWN)
}

/// Whether an event says of a record what is known of it.
pub fn same(known: &Known, event: &Event) -> bool {
    let gone = known.state != State::Live;
    let hash = event.data.as_ref().map(|data| data.hash.as_slice());
    gone == (event.method == Method::Delete) && (gone || known.hash.as_deref() == hash)
}

/// Whether a neighbour speaks of a record whose owner is a neighbour too, and speaks of it here itself: then what the
/// other says is no news, and only tells that it gives it as well (rule 8). What the owner gave no more stands with whoever
/// gives it still.
pub fn is_for_its_owner(via: &str, event: &Event, owner_lives: bool, known: Option<(&str, State)>) -> bool {
    let speaks = |(holder, state)| holder == event.origin.as_str() && state != State::Withdrawn;
    owner_lives && event.origin != via && known.is_none_or(speaks)
}

/// Whether what is known of a record is not what its owner says of it: later, or otherwise.
pub fn contradicts(known: &Known, event: &Event, replaces: Option<i64>) -> bool {
    let said = (replaces.unwrap_or(event.epoch), event.version);
    let here = (known.epoch, known.version);
    here > said || (here == said && !same(known, event))
}

fn is_its_own(event: &Event) -> bool {
    parse_urn(&event.subject).is_some_and(|(node, _, _)| node == event.origin)
}

fn data_fit(event: &Event) -> bool {
    let fits = event.data.as_ref().is_none_or(|data| leaf::data_hash(data.canonical.as_bytes()) == data.hash);
    fits && (event.method == Method::Put || event.data.is_none())
}

/// How a subject stands after an event that is written.
pub fn state_after(event: &Event) -> State {
    match event.method {
        Method::Put => State::Live,
        Method::Delete if event.is_erasure() => State::Erased,
        Method::Delete if is_withdrawal(event) => State::Withdrawn,
        Method::Delete => State::Deleted,
    }
}

/// To whom an event may be passed on from here: what is public to all, what is addressed towards its addressees.
pub fn audience_here(event: &Event, node: &str) -> Audience {
    if event.hops >= HOPS_MAX {
        return Audience::None;
    }
    match &event.audience {
        Audience::Public => Audience::Public,
        // The origin's parent alone: it has arrived.
        Audience::None | Audience::Parent => Audience::None,
        Audience::Nodes(nodes) if nodes.iter().all(|to| to == node || *to == event.origin) => Audience::None,
        Audience::Nodes(nodes) => Audience::Nodes(nodes.clone()),
    }
}

/// Cuts what a node has into buckets; the hash of a bucket says each subject, its version and its data.
pub fn buckets(after: &str, standings: &[Standing], size: usize) -> Vec<Bucket> {
    let mut from = after.to_owned();
    standings
        .chunks(size.max(1))
        .map(|slice| {
            let through = slice.last().map(|last| last.subject.clone()).unwrap_or_default();
            Bucket {
                after: std::mem::replace(&mut from, through.clone()),
                through,
                count: i64::try_from(slice.len()).unwrap_or(i64::MAX),
                hash: hash_of(slice),
            }
        })
        .collect()
}

pub fn hash_of(slice: &[Standing]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for one in slice {
        let data = if one.gone { None } else { one.data_hash.as_deref() };
        let method = if one.gone { "DELETE" } else { "PUT" };
        let line = format!(
            "{}|{}|{method}|{}\n",
            one.subject,
            one.version,
            data.map(hex::encode).unwrap_or_default()
        );
        hash.update(line);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::change::RelayedData;
    use crate::kernel::time::UtcTime;
    use proptest::prelude::*;

    const SUBJECT: &str = "urn:tm:cn-450721:achievement:01980000-0000-7000-8000-000000000001";

    fn event(epoch: i64, version: i64, text: Option<&str>) -> Event {
        let canonical = text.map(|text| format!("\"{text}\""));
        Event {
            origin: "cn-450721".into(),
            epoch,
            seq: version,
            hops: 1,
            subject: SUBJECT.into(),
            version,
            method: if text.is_some() { Method::Put } else { Method::Delete },
            event_type: "cn.techmart.achievement.v1".into(),
            time: UtcTime::from_seconds(0),
            audience: Audience::Public,
            reason: None,
            data: canonical.map(|canonical| RelayedData {
                hash: leaf::data_hash(canonical.as_bytes()),
                canonical,
                salt: vec![1; 32],
            }),
        }
    }

    fn known(event: &Event) -> Known {
        let hash = event.data.as_ref().map(|data| data.hash.to_vec());
        let (epoch, version, state) = (event.epoch, event.version, state_after(event));
        Known { epoch, version, state, hash, via: event.origin.clone(), hops: event.hops }
    }

    /// TMF-1 rule 8.
    #[test]
    fn only_what_is_greater_is_written() {
        let here = known(&event(1, 5, Some("a")));
        let judge = |event: &Event| judge(Some(&here), event, None);
        assert_eq!(super::judge(None, &event(1, 1, Some("a")), None), Verdict::Write);
        assert_eq!(judge(&event(1, 6, Some("b"))), Verdict::Write);
        assert_eq!(judge(&event(2, 1, Some("b"))), Verdict::Write, "a new epoch is greater than any version");
        assert_eq!(judge(&event(1, 4, Some("b"))), Verdict::PassOver);
        assert_eq!(judge(&event(1, 5, Some("a"))), Verdict::PassOver);
        assert_eq!(judge(&event(1, 5, Some("b"))), Verdict::SetAside(Aside::Equivocation));
        assert_eq!(judge(&event(1, 5, None)), Verdict::SetAside(Aside::Equivocation));
        assert_eq!(judge(&event(1, 6, None)), Verdict::Write);
    }

    /// TMF-1 rule 1.
    #[test]
    fn nobody_writes_what_is_another_nodes() {
        let mut foreign = event(1, 1, Some("a"));
        foreign.origin = "cn-450700".into();
        assert_eq!(judge(None, &foreign, None), Verdict::SetAside(Aside::NotItsOwn));
        let mut forged = event(1, 1, Some("a"));
        forged.data.as_mut().unwrap().canonical.push(' ');
        assert_eq!(judge(None, &forged, None), Verdict::SetAside(Aside::HashMismatch));
    }

    /// TMF-1 rule 6: what a restored node says replaces what is here, even where it is older.
    #[test]
    fn the_snapshot_of_a_new_epoch_replaces() {
        let here = known(&event(1, 5, Some("a")));
        assert_eq!(judge(Some(&here), &event(1, 3, Some("b")), Some(2)), Verdict::Write);
        let replaced = Known { epoch: 2, version: 3, ..here };
        assert_eq!(judge(Some(&replaced), &event(1, 6, Some("c")), None), Verdict::PassOver);
    }

    /// TMF-1 rule 5: what may no longer be seen goes, and comes back with the same version.
    #[test]
    fn a_withdrawal_is_no_equivocation() {
        let here = known(&event(1, 5, Some("a")));
        let mut gone = event(1, 5, None);
        gone.reason = Some(WITHDRAWN.into());
        assert_eq!(judge(Some(&here), &gone, None), Verdict::Write);
        let withdrawn = known(&gone);
        assert_eq!(withdrawn.state, State::Withdrawn);
        assert_eq!(judge(Some(&withdrawn), &event(1, 5, Some("a")), None), Verdict::Write);
        assert_eq!(judge(Some(&withdrawn), &gone, None), Verdict::PassOver);
    }

    /// TMF-1 rule 9.
    #[test]
    fn what_is_passed_on_depends_on_audience_and_hops() {
        let mut one = event(1, 1, Some("a"));
        assert_eq!(audience_here(&one, "cn-450700"), Audience::Public);
        one.hops = HOPS_MAX;
        assert_eq!(audience_here(&one, "cn-450700"), Audience::None);
        one.hops = 1;
        one.audience = Audience::Parent;
        assert_eq!(audience_here(&one, "cn-450700"), Audience::None);
        one.audience = Audience::Nodes(vec!["cn-450700".into()]);
        assert_eq!(audience_here(&one, "cn-450700"), Audience::None, "it has arrived");
        assert_eq!(audience_here(&one, "cn-450000"), one.audience);
    }

    #[test]
    fn a_digest_sees_every_difference() {
        let one = |n: u8, version, gone| Standing {
            subject: format!("urn:{n}"),
            version,
            gone,
            data_hash: Some(vec![n]),
        };
        let base = [one(1, 1, false), one(2, 1, false), one(3, 1, false)];
        let cut = buckets("", &base, 2);
        assert_eq!((cut.len(), cut[0].through.as_str(), cut[1].after.as_str()), (2, "urn:2", "urn:2"));
        for other in [one(1, 2, false), one(1, 1, true), one(4, 1, false)] {
            assert_ne!(buckets("", &[other], 2)[0].hash, buckets("", &base[..1], 2)[0].hash);
        }
    }

    proptest! {
        /// Whatever the order in which the events of a record come, and however often, the last one stands.
        #[test]
        fn order_and_repetition_do_not_matter(order in proptest::collection::vec(1_i64..8, 1..40)) {
            let mut here: Option<Known> = None;
            for version in &order {
                let text = format!("v{version}");
                let one = event(1, *version, Some(&text));
                if judge(here.as_ref(), &one, None) == Verdict::Write {
                    here = Some(known(&one));
                }
            }
            prop_assert_eq!(here.map(|k| k.version), order.iter().max().copied());
        }
    }
}
