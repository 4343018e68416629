//! With whom a cap is counted: the beneficiary itself or its linked group, and everybody with whom any of them is
//! booked already in the period, so that a cap does not begin anew for whoever enters or leaves a group.

use std::collections::{BTreeMap, BTreeSet};

use super::super::model::{Circle, ClaimRecord};
use super::super::store;
use crate::db::Conn;
use crate::kernel::error::Refusal;

/// Cap groups counted together, by period and cap group.
#[derive(Clone, Debug, Default)]
pub struct Circles(BTreeMap<(i32, String), Vec<String>>);

impl Circles {
    pub fn kept(circles: Vec<Circle>) -> Self {
        let mut of = BTreeMap::new();
        for circle in circles {
            for name in &circle.cap_groups {
                of.insert((circle.period, name.clone()), circle.cap_groups.clone());
            }
        }
        Self(of)
    }

    /// The cap groups that count with this one, itself among them, in order.
    pub fn of(&self, period: i32, cap_group: &str) -> Vec<String> {
        let known = self.0.get(&(period, cap_group.to_owned()));
        known.cloned().unwrap_or_else(|| vec![cap_group.to_owned()])
    }

    /// Those of several cap groups, each once: what a sheet keeps.
    pub fn list(&self) -> Vec<Circle> {
        let of: BTreeSet<(i32, &Vec<String>)> =
            self.0.iter().map(|((period, _), cap_groups)| (*period, cap_groups)).collect();
        of.into_iter()
            .filter(|(_, cap_groups)| cap_groups.len() > 1)
            .map(|(period, cap_groups)| Circle { period, cap_groups: cap_groups.clone() })
            .collect()
    }
}

/// The circles of claims that are to be booked and of cap groups whose bookings are to be corrected.
pub fn circles(
    conn: &mut Conn,
    scheme: &str,
    claims: &[ClaimRecord],
    corrected: &[(i32, String)],
) -> Result<Circles, Refusal> {
    let mut periods: BTreeMap<i32, (Vec<(String, String)>, BTreeSet<String>)> = BTreeMap::new();
    for claim in claims {
        let (pairs, _) = periods.entry(claim.event_on.year()).or_default();
        pairs.push((claim.beneficiary.urn.clone(), claim.cap_group.clone()));
    }
    for (period, cap_group) in corrected {
        periods.entry(*period).or_default().1.insert(cap_group.clone());
    }
    let mut found = BTreeMap::new();
    for (period, (mut pairs, mut known)) in periods {
        let groups: BTreeSet<String> = pairs.iter().map(|(_, group)| group.clone()).collect();
        known.extend(groups.iter().cloned());
        // A further claim of a group counts with what its members have by themselves.
        let groups: Vec<String> = groups.into_iter().collect();
        pairs.extend(store::circle::members(conn, scheme, &groups)?);
        let sets = together(conn, scheme, period, pairs, known)?;
        for cap_groups in sets {
            for name in &cap_groups {
                found.insert((period, name.clone()), cap_groups.clone());
            }
        }
    }
    Ok(Circles(found))
}

/// Follows the pairs, and what is booked with any name in them, until nothing is added.
fn together(
    conn: &mut Conn,
    scheme: &str,
    period: i32,
    mut pairs: Vec<(String, String)>,
    mut known: BTreeSet<String>,
) -> Result<Vec<Vec<String>>, Refusal> {
    // Only names that something is or will be counted under are cap groups; the others tie them together.
    let asked = known.clone();
    loop {
        known.extend(pairs.iter().flat_map(|(a, b)| [a.clone(), b.clone()]));
        let names: Vec<String> = known.iter().cloned().collect();
        pairs = store::circle::booked_pairs(conn, scheme, period, &names)?
            .into_iter()
            .chain(pairs)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        if pairs.iter().all(|(a, b)| known.contains(a) && known.contains(b)) {
            break;
        }
    }
    let names: Vec<String> = known.iter().cloned().collect();
    let mut counted: BTreeSet<String> =
        store::circle::with_bookings(conn, scheme, period, &names)?.into_iter().collect();
    counted.extend(asked);
    Ok(united(&names, &pairs)
        .into_iter()
        .map(|set| set.into_iter().filter(|it| counted.contains(it)).collect())
        .collect())
}

/// The names in sets that the pairs tie together, each in order.
fn united(names: &[String], pairs: &[(String, String)]) -> Vec<Vec<String>> {
    let mut sets: Vec<BTreeSet<&String>> = names.iter().map(|name| BTreeSet::from([name])).collect();
    for (a, b) in pairs {
        let at = |sets: &[BTreeSet<&String>], name: &String| sets.iter().position(|set| set.contains(name));
        if let (Some(one), Some(other)) = (at(&sets, a), at(&sets, b))
            && one != other
        {
            let (low, high) = (one.min(other), one.max(other));
            let moved = sets.swap_remove(high);
            sets[low].extend(moved);
        }
    }
    sets.into_iter().map(|set| set.into_iter().cloned().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_share_one_are_one_circle() {
        let names: Vec<String> = ["a", "b", "c", "d", "g", "h"].map(str::to_owned).into();
        let pairs = [("a", "g"), ("b", "g"), ("b", "h"), ("c", "h")];
        let pairs: Vec<(String, String)> = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        let mut sets = united(&names, &pairs);
        sets.sort();
        assert_eq!(sets, [vec!["a", "b", "c", "g", "h"], vec!["d"]]);
    }
}
