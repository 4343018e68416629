//! What is told to whom. Pure.

use super::model::{Event, SavedSearchId, TOLD_MAX, Told};

/// The record as it is now, and the searches that find it, in order.
pub struct Present {
    pub version: i64,
    pub title: String,
    pub finding: Vec<SavedSearchId>,
}

/// Who is told what, and what is kept of it; nothing is kept of a record that is gone or that nobody is told of.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct News {
    pub events: Vec<(Event, Vec<SavedSearchId>)>,
    pub told: Option<Told>,
}

/// Rule 3: once for each version.
pub fn news(before: Option<Told>, present: Option<Present>) -> News {
    let before = before.unwrap_or_default();
    let Some(present) = present else {
        return News { events: events([(Event::Withdrawn, before.searches)]), told: None };
    };
    let finds = |id: &SavedSearchId| present.finding.binary_search(id).is_ok();
    let known = |id: &SavedSearchId| before.searches.contains(id);
    let (stayed, left): (Vec<_>, Vec<_>) = before.searches.iter().copied().partition(finds);
    let matched: Vec<_> = present.finding.iter().copied().filter(|id| !known(id)).collect();
    let changed = if before.version == present.version { vec![] } else { stayed.clone() };
    let mut searches = stayed;
    searches.extend(&matched);
    searches.truncate(TOLD_MAX);
    let told = Told { version: present.version, title: present.title, searches };
    let told = Some(told).filter(|told| !told.searches.is_empty());
    News { events: events([(Event::Matched, matched), (Event::Changed, changed), (Event::Left, left)]), told }
}

fn events<const N: usize>(all: [(Event, Vec<SavedSearchId>); N]) -> Vec<(Event, Vec<SavedSearchId>)> {
    all.into_iter().filter(|(_, ids)| !ids.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> SavedSearchId {
        SavedSearchId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn ids(numbers: &[u128]) -> Vec<SavedSearchId> {
        numbers.iter().map(|number| id(*number)).collect()
    }

    fn told(version: i64, searches: &[u128]) -> Option<Told> {
        Some(Told { version, title: "甲".into(), searches: ids(searches) })
    }

    fn present(version: i64, finding: &[u128]) -> Option<Present> {
        Some(Present { version, title: "乙".into(), finding: ids(finding) })
    }

    #[test]
    fn a_new_record_is_told_to_whom_it_answers() {
        let news = news(None, present(2, &[1, 3]));
        assert_eq!(news.events, [(Event::Matched, ids(&[1, 3]))]);
        assert_eq!(news.told.unwrap().searches, ids(&[1, 3]));
        assert_eq!(super::news(None, present(2, &[])), News::default());
    }

    #[test]
    fn who_was_told_is_told_of_the_change_and_others_of_the_record() {
        let news = news(told(2, &[1, 2]), present(3, &[2, 4]));
        let expected = [(Event::Matched, ids(&[4])), (Event::Changed, ids(&[2])), (Event::Left, ids(&[1]))];
        assert_eq!(news.events, expected);
        assert_eq!(news.told.unwrap(), Told { version: 3, title: "乙".into(), searches: ids(&[2, 4]) });
    }

    #[test]
    fn the_same_version_is_told_once() {
        let again = news(told(3, &[2]), present(3, &[2]));
        assert!(again.events.is_empty() && again.told.is_some());
        assert_eq!(news(told(3, &[2]), present(3, &[2, 5])).events, [(Event::Matched, ids(&[5]))]);
    }

    #[test]
    fn an_end_is_told_to_those_who_knew() {
        assert_eq!(news(told(3, &[2]), None).events, [(Event::Withdrawn, ids(&[2]))]);
        assert_eq!(news(None, None), News::default());
    }
}
