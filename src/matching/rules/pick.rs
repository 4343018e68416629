//! Which candidates stand in a list, and in which order.
//!
//! Nobody is suggested everywhere: a record stands in at most [`EXPOSURE_MAX`] lists, and when these are full a list
//! takes it only where it fits better than in the weakest of them. Nobody waits forever: the last
//! [`INTRODUCED_MAX`] places of the first page belong to new records that hardly stand in any list yet.

/// Entries of a list.
pub const LIST_MAX: usize = 20;
/// Entries that are looked at first.
const PAGE: usize = 10;
/// Lists in which one record may stand.
pub const EXPOSURE_MAX: u32 = 60;
/// New records that a list introduces.
const INTRODUCED_MAX: usize = 2;
/// A record is new for so many days,
pub const NEW_DAYS: i64 = 30;
/// and hardly suggested while it stands in fewer lists than this.
const EXPOSURE_FLOOR: u32 = 3;
/// An introduced record is at least this share as good as the best.
const INTRODUCED_SHARE_MIN: f64 = 0.6;

/// A judged candidate, and how it stands in other lists.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub other: String,
    pub score: f64,
    /// Whether what both say is related at all.
    pub related: bool,
    /// Other lists in which it stands.
    pub exposure: u32,
    /// Its lowest score in these.
    pub weakest: f64,
    pub is_new: bool,
}

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picked {
    pub other: String,
    pub introduced: bool,
    /// It stands in as many lists as it may, and leaves the weakest of them for this one.
    pub displaces: bool,
}

/// The list from its candidates.
pub fn pick(mut candidates: Vec<Candidate>) -> Vec<Picked> {
    candidates.retain(|c| c.related && (c.exposure < EXPOSURE_MAX || c.score > c.weakest));
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.other.cmp(&b.other)));
    let best = candidates.first().map_or(0.0, |best| best.score);
    let deserves =
        |c: &Candidate| c.is_new && c.exposure < EXPOSURE_FLOOR && c.score >= best * INTRODUCED_SHARE_MIN;
    let behind: Vec<usize> =
        (PAGE - INTRODUCED_MAX..candidates.len()).filter(|at| deserves(&candidates[*at])).collect();
    let mut introduced: Vec<Candidate> = Vec::new();
    for at in behind.into_iter().take(INTRODUCED_MAX).rev() {
        introduced.insert(0, candidates.remove(at));
    }
    let names: Vec<String> = introduced.iter().map(|c| c.other.clone()).collect();
    let place = candidates.len().min(PAGE - introduced.len());
    candidates.splice(place..place, introduced);
    candidates.truncate(LIST_MAX);
    let displaces = |c: &Candidate| c.exposure >= EXPOSURE_MAX;
    candidates
        .iter()
        .map(|c| Picked {
            other: c.other.clone(),
            introduced: names.contains(&c.other),
            displaces: displaces(c),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(number: u32) -> Candidate {
        let score = 1.0 - f64::from(number) / 100.0;
        Candidate {
            other: format!("c{number:02}"),
            score,
            related: true,
            exposure: 5,
            weakest: 0.0,
            is_new: false,
        }
    }

    fn others(picked: &[Picked]) -> Vec<&str> {
        picked.iter().map(|p| p.other.as_str()).collect()
    }

    #[test]
    fn the_best_come_first_and_the_unrelated_not_at_all() {
        let mut candidates: Vec<Candidate> = (0..30).rev().map(candidate).collect();
        candidates[29].related = false;
        let picked = pick(candidates);
        assert_eq!(picked.len(), LIST_MAX);
        assert_eq!(others(&picked)[..3], ["c01", "c02", "c03"]);
    }

    #[test]
    fn a_record_in_enough_lists_comes_only_where_it_fits_better() {
        let mut full = candidate(0);
        (full.exposure, full.weakest) = (EXPOSURE_MAX, 1.0);
        assert_eq!(others(&pick(vec![full.clone(), candidate(1)])), ["c01"]);
        full.weakest = 0.3;
        let picked = pick(vec![full, candidate(1)]);
        assert_eq!((others(&picked), picked[0].displaces), (vec!["c00", "c01"], true));
    }

    #[test]
    fn new_records_get_the_last_places_of_the_first_page() {
        let mut candidates: Vec<Candidate> = (0..30).map(candidate).collect();
        for at in [15, 18, 25] {
            (candidates[at].is_new, candidates[at].exposure) = (true, 0);
        }
        let picked = pick(candidates.clone());
        assert_eq!(others(&picked)[7..11], ["c07", "c15", "c18", "c08"]);
        assert!(picked[8].introduced && picked[9].introduced && !picked[10].introduced);
        // Not if it does not fit: 0.85 of the best is a match, 0.5 is none.
        candidates.iter_mut().for_each(|c| c.score = if c.is_new { 0.5 } else { c.score });
        assert!(pick(candidates).iter().all(|p| !p.introduced));
    }
}
