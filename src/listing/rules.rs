//! What may happen to a listed record, and what results. Pure.

use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::Refusal;
use crate::kernel::id::{OrganisationId, UserId};
use crate::kernel::time::Day;

use super::codes::{CLASSIFIED, LAST_DAY_PAST, LAST_DAY_TOO_FAR, NOT_RESERVED, OWN_SUBMISSION, RESERVED};
use super::model::{Act, Revision, Standing, Submission};
use super::parts::Secrecy;

/// Rule 4: the one table of moves.
pub fn after(standing: Standing, act: Act) -> Result<Standing, Refusal> {
    use Standing::{Draft, Expired, Published, Returned, Submitted, Traded, Withdrawn};
    let next = match (act, standing) {
        // An edit takes what waits out of the queue: nobody approves a text that changes meanwhile.
        (Act::Edit, Draft | Submitted | Returned) => Draft,
        (Act::Edit, Published(_)) => Published(Revision::Draft),
        (Act::Submit, Draft | Returned) => Submitted,
        (Act::Submit, Published(Revision::Draft | Revision::Returned)) => Published(Revision::Submitted),
        (Act::Publish, Submitted | Published(Revision::Submitted)) => Published(Revision::None),
        (Act::Return, Submitted) => Returned,
        (Act::Return, Published(Revision::Submitted)) => Published(Revision::Returned),
        (Act::Withdraw, Draft | Submitted | Returned | Published(_) | Expired(_)) => Withdrawn,
        (Act::Renew, Published(revision)) => Published(revision),
        // A revision that waited when its record expired is submitted anew.
        (Act::Renew, Expired(Revision::Submitted)) => Published(Revision::Draft),
        (Act::Renew, Expired(revision)) => Published(revision),
        (Act::Expire, Published(revision)) => Expired(revision),
        (Act::Trade, Published(_)) => Traded,
        _ => return Err(Refusal::new(&STATE_CONFLICT).with("state", standing.state())),
    };
    Ok(next)
}

/// Rule 3: a second person reviews.
pub fn may_review(
    submission: Option<Submission>,
    holder: OrganisationId,
    reviewer: UserId,
    reviewer_of: OrganisationId,
) -> Result<(), Refusal> {
    let own = submission.is_some_and(|submission| submission.by == reviewer);
    if own || holder == reviewer_of { Err(Refusal::new(&OWN_SUBMISSION)) } else { Ok(()) }
}

/// Rule 7: a last day lies between today and the furthest allowed.
pub fn last_day(day: Day, today: Day, longest_days: i64) -> Result<(), Refusal> {
    let latest = today.plus_days(longest_days);
    if day < today {
        Err(Refusal::new(&LAST_DAY_PAST))
    } else if day > latest {
        Err(Refusal::new(&LAST_DAY_TOO_FAR).with("latest", latest))
    } else {
        Ok(())
    }
}

/// Rule 8: refused before anything is stored.
pub fn refuse_classified(secrecy: Option<&str>) -> Result<(), Refusal> {
    match secrecy.and_then(Secrecy::parse) {
        Some(Secrecy::Classified) => Err(Refusal::new(&CLASSIFIED)),
        _ => Ok(()),
    }
}

/// Rule 11: what is held for a deal stays.
pub fn is_free(reserved_for: Option<&str>) -> Result<(), Refusal> {
    match reserved_for {
        Some(_) => Err(Refusal::new(&RESERVED)),
        None => Ok(()),
    }
}

/// Rule 11: free, or held by this very deal.
pub fn is_free_for(reserved_for: Option<&str>, deal: &str) -> Result<(), Refusal> {
    match reserved_for {
        Some(other) if other != deal => Err(Refusal::new(&RESERVED)),
        _ => Ok(()),
    }
}

/// Rule 11: only the deal that holds a record lets it go.
pub fn is_held_by(reserved_for: Option<&str>, deal: &str) -> Result<(), Refusal> {
    if reserved_for == Some(deal) { Ok(()) } else { Err(Refusal::new(&NOT_RESERVED)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTS: [Act; 8] = [
        Act::Edit,
        Act::Submit,
        Act::Publish,
        Act::Return,
        Act::Withdraw,
        Act::Renew,
        Act::Expire,
        Act::Trade,
    ];

    fn allowed(standing: Standing) -> Vec<Act> {
        ACTS.into_iter().filter(|act| after(standing, *act).is_ok()).collect()
    }

    /// DOMAIN §6: draft → submitted → published | returned; published → withdrawn | traded | expired.
    #[test]
    fn rule_4_states_move_only_along_the_diagram() {
        use Standing::*;
        assert_eq!(allowed(Draft), [Act::Edit, Act::Submit, Act::Withdraw]);
        assert_eq!(allowed(Submitted), [Act::Edit, Act::Publish, Act::Return, Act::Withdraw]);
        assert_eq!(allowed(Returned), [Act::Edit, Act::Submit, Act::Withdraw]);
        assert_eq!(
            allowed(Published(Revision::None)),
            [Act::Edit, Act::Withdraw, Act::Renew, Act::Expire, Act::Trade]
        );
        assert_eq!(allowed(Expired(Revision::None)), [Act::Withdraw, Act::Renew]);
        assert_eq!(allowed(Withdrawn), []);
        assert_eq!(allowed(Traded), []);
    }

    #[test]
    fn rule_5_a_revision_never_leaves_the_published_state() {
        let mut standing = Standing::Published(Revision::None);
        for (act, revision) in [
            (Act::Edit, Revision::Draft),
            (Act::Submit, Revision::Submitted),
            (Act::Return, Revision::Returned),
            (Act::Submit, Revision::Submitted),
            (Act::Edit, Revision::Draft),
            (Act::Submit, Revision::Submitted),
            (Act::Publish, Revision::None),
        ] {
            standing = after(standing, act).unwrap();
            assert_eq!(standing, Standing::Published(revision), "{act:?}");
        }
    }

    #[test]
    fn every_standing_reads_back_from_its_columns() {
        use Standing::*;
        for standing in [
            Draft,
            Submitted,
            Returned,
            Published(Revision::Draft),
            Withdrawn,
            Traded,
            Expired(Revision::None),
        ] {
            assert_eq!(Standing::from_parts(standing.state(), standing.revision()), standing);
        }
    }

    #[test]
    fn rule_3_nobody_reviews_their_own_submission() {
        let ids: Vec<uuid::Uuid> = (1..=4_u128).map(uuid::Uuid::from_u128).collect();
        let (author, holder) = (UserId::from_uuid(ids[0]), OrganisationId::from_uuid(ids[1]));
        let (reviewer, operator) = (UserId::from_uuid(ids[2]), OrganisationId::from_uuid(ids[3]));
        let submission = Some(Submission { by: author, at: crate::kernel::time::UtcTime::from_micros(0) });
        assert!(may_review(submission, holder, reviewer, operator).is_ok());
        assert_eq!(may_review(submission, holder, author, operator).unwrap_err().code(), "own_submission");
        assert_eq!(may_review(submission, holder, reviewer, holder).unwrap_err().code(), "own_submission");
    }

    #[test]
    fn rule_7_a_last_day_is_neither_past_nor_endless() {
        let today: Day = "2026-11-22".parse().unwrap();
        assert!(last_day(today, today, 10).is_ok());
        assert!(last_day(today.plus_days(10), today, 10).is_ok());
        assert_eq!(last_day(today.plus_days(-1), today, 10).unwrap_err().code(), "last_day_past");
        assert_eq!(last_day(today.plus_days(11), today, 10).unwrap_err().code(), "last_day_too_far");
    }

    #[test]
    fn rule_8_classified_is_refused_by_name() {
        assert_eq!(refuse_classified(Some("classified")).unwrap_err().code(), "classified_refused");
        assert!(refuse_classified(Some("commercial")).is_ok());
    }

    #[test]
    fn rule_11_a_held_record_answers_to_its_deal_only() {
        assert!(
            is_free(None).is_ok()
                && is_free_for(Some("a"), "a").is_ok()
                && is_held_by(Some("a"), "a").is_ok()
        );
        assert_eq!(is_free(Some("a")).unwrap_err().code(), "reserved_for_a_deal");
        assert_eq!(is_free_for(Some("a"), "b").unwrap_err().code(), "reserved_for_a_deal");
        assert_eq!(is_held_by(None, "a").unwrap_err().code(), "not_reserved_by_this_deal");
    }
}
