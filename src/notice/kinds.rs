//! The table: which changes are told, and to whom; `events.rs` has the words.

use serde_json::Value;

use crate::kernel::permission::Permission as P;

/// Whom the facts of a change name.
#[derive(Clone, Copy)]
pub enum To {
    /// An organisation by its URN.
    Urn(&'static str),
    /// An organisation by its id.
    Id(&'static str),
    /// An organisation by its credit code.
    Code(&'static str),
    /// Whoever operates this node.
    Operators,
    /// A bidder of the sale by its number: the log does not name it.
    Bidder(&'static str),
    /// The bidders of the sale whose numbers are in a range: the log does not name them.
    Bidders(&'static str),
    /// Whose deposit the change is about: the log does not name it.
    Depositor,
    /// Who made the objection that the change is about: the log does not name it.
    Objector,
    /// Persons, each for an organisation.
    Persons(&'static str),
}

/// A kind of change and what it means to somebody.
pub struct Line {
    pub change: &'static str,
    /// An entry of the facts and the value it must have.
    pub when: Option<(&'static str, &'static str)>,
    pub event: &'static str,
    pub to: &'static [To],
    /// Whose members' roles carry it.
    pub role: P,
    /// While one is unread, no further one of the same record.
    pub collapses: bool,
    /// Of a flood (the first lists of a node, new weights) a person is told of so many in a day; the list has them all.
    pub per_day_max: Option<i64>,
}

/// Where everything that was told is listed.
pub const INBOX: &str = "/api/v1/notices";

/// The change of the log that alerts of saved searches are.
pub const ALERTED: &str = "saved_search.alerted";

const OWNER: &[To] = &[To::Urn("owner")];
const BROKER: &[To] = &[To::Urn("broker")];
const ENQUIRER: &[To] = &[To::Urn("enquirer"), To::Urn("broker")];
const ENGAGED: &[To] = &[To::Urn("owner"), To::Urn("enquirer"), To::Urn("broker")];
const HOLDER: &[To] = &[To::Id("holder")];
const MATCHED: &[To] = &[To::Urn("holder")];
const OFFICE: &[To] = &[To::Id("office")];
const APPLICANT: &[To] = &[To::Id("applicant")];
const PARTIES: &[To] = &[To::Id("applicant"), To::Urn("seller"), To::Urn("buyer")];
const SELLER: &[To] = &[To::Urn("seller")];
const BUYER: &[To] = &[To::Urn("buyer")];
const EXCLUDED: &[To] = &[To::Urn("excluded")];
const DEAL: &[To] = &[To::Urn("seller"), To::Urn("winner")];
const POSTER: &[To] = MATCHED;
const WINNER: &[To] = &[To::Urn("winner")];
const CHALLENGED: &[To] = &[To::Urn("holder"), To::Urn("winner")];
const CLAIMANT: &[To] = &[To::Id("organisation")];
const DECIDER: &[To] = &[To::Id("decider")];
const BENEFICIARY: &[To] = &[To::Urn("beneficiary")];
const INSTITUTE: &[To] = &[To::Id("institute")];
const RECORDED: &[To] = &[To::Code("credit_code")];
const OPERATORS: &[To] = &[To::Operators];
const OUTBID: &[To] = &[To::Bidder("outbid")];
const BIDDERS: &[To] = &[To::Bidders("bidders")];
const DEPOSITOR: &[To] = &[To::Depositor];
const OBJECTOR: &[To] = &[To::Objector];
const WATCHERS: &[To] = &[To::Persons("recipients")];
const ITSELF: &[To] = &[To::Id("organisation")];

/// Who is told of what: `[recipients, role; …] { change => event; }`. A `[collapsing]` one is not told again of the same record
/// while it is unread, nor of more than the number behind it in a day; `if entry = value` asks for a value among the facts.
macro_rules! lines {
    ($([$($to:ident, $role:ident);+] $told:tt)*) => {
        static GROUPS: &[&[Line]] = &[$($(lines!(@group $to, $role, $told)),+),*];
    };
    (@group $to:ident, $role:ident, { $($change:literal => $event:literal $(if $entry:literal = $value:literal)?
        $([$collapsing:ident $($per_day:literal)?])?;)* }) => {
        &[$(Line {
            change: $change,
            when: lines!(@when $($entry $value)?),
            event: $event,
            to: $to,
            role: P::$role,
            collapses: lines!(@collapses $($collapsing)?),
            per_day_max: lines!(@per_day $($($per_day)?)?),
        }),*]
    };
    (@when) => { None };
    (@when $entry:literal $value:literal) => { Some(($entry, $value)) };
    (@collapses) => { false };
    (@collapses collapsing) => { true };
    (@per_day) => { None };
    (@per_day $number:literal) => { Some($number) };
}

lines! {
    [MATCHED, EngagementWrite] {
        "match.found" => "match_found" [collapsing 5];
    }
    [OWNER, EngagementWrite] {
        "engagement.enquired" => "enquiry_received";
    }
    [BROKER, EngagementWrite] {
        "engagement.enquired" => "enquiry_brokered";
    }
    [ENQUIRER, EngagementWrite] {
        "engagement.answered" => "enquiry_accepted" if "state" = "accepted";
        "engagement.answered" => "enquiry_declined" if "state" = "declined";
    }
    [ENGAGED, EngagementWrite] {
        "engagement.withdrawn" => "engagement_withdrawn";
        "engagement.concluded" => "engagement_concluded";
        "engagement.message_sent" => "message_received" [collapsing];
        "engagement.meeting_arranged" => "meeting_arranged";
        "engagement.meeting_ended" => "meeting_ended";
    }
    [HOLDER, AchievementWrite] {
        "achievement.published" => "listing_published";
        "achievement.returned" => "listing_returned";
        "achievement.expired" => "listing_expired";
    }
    [HOLDER, DemandWrite] {
        "demand.published" => "listing_published";
        "demand.returned" => "listing_returned";
        "demand.expired" => "listing_expired";
    }
    [SELLER, EngagementWrite] {
        "sale.published" => "sale_published";
        "sale.refused" => "sale_refused";
        "sale.extended" => "sale_extended";
        "sale.suspended" => "sale_suspended";
        "sale.unsold" => "sale_unsold";
        "sale.defaulted" => "sale_defaulted";
        "sale.winner_excluded" => "sale_winner_excluded";
        "sale.signing_confirmed" => "sale_signing_confirmed";
        "sealed_tender.seat_vacated" => "sealed_seat_vacated";
        "sale.objection_made" => "sale_objection_made";
        "sale.objection_withdrawn" => "sale_objection_withdrawn";
        "sale.objection_answered" => "sale_objection_decided";
    }
    [EXCLUDED, EngagementWrite] {
        "sale.winner_excluded" => "sale_excluded";
    }
    [WATCHERS, Session] {
        "sealed_tender.seat_vacated" => "sealed_seat_left";
    }
    [OBJECTOR, Session] {
        "sale.objection_answered" => "sale_objection_answered";
    }
    [OPERATORS, SaleReview] {
        "sale.objection_made" => "sale_objection_to_answer";
        "sale.default_stated" => "sale_default_to_decide";
    }
    [OUTBID, SaleBid] {
        "sale.bid_placed" => "sale_outbid" [collapsing];
    }
    [BIDDERS, SaleBid; WATCHERS, Session] {
        "sale_news.told" => "sale_followed_corrected" if "news" = "corrected";
        "sale_news.told" => "sale_followed_confirm_again" if "news" = "confirm_again";
        "sale_news.told" => "sale_followed_suspended" if "news" = "suspended";
        "sale_news.told" => "sale_followed_resumed" if "news" = "resumed";
        "sale_news.told" => "sale_followed_extended" if "news" = "extended";
        "sale_news.told" => "sale_followed_withdrawn" if "news" = "withdrawn";
        "sale_news.told" => "sale_followed_ended" if "news" = "ended";
        "sale_news.told" => "sale_followed_unsold" if "news" = "unsold";
        "sale_news.told" => "sale_followed_annulled" if "news" = "annulled";
    }
    [DEPOSITOR, SaleBid] {
        "sale_deposit.released" => "sale_deposit_released";
        "sale_deposit.forfeited" => "sale_deposit_forfeited";
    }
    [WATCHERS, Session] {
        "sale.reminder" => "sale_starts_soon" if "moment" = "start";
        "sale.reminder" => "sale_ends_soon" if "moment" = "end";
    }
    [DEAL, EngagementWrite] {
        "sale.ended" => "sale_ended";
        "sale.awarded" => "sale_awarded";
        "sale.annulled" => "sale_annulled";
        "sale.concluded" => "sale_concluded";
        "sale.signing_overdue" => "sale_signing_overdue";
        "sale.signing_moved" => "sale_signing_moved";
        "sale.default_stated" => "sale_default_stated";
        "sale.default_rejected" => "sale_default_rejected";
    }
    [POSTER, EngagementWrite] {
        "challenge.passed" => "challenge_passed";
        "challenge.rejected" => "challenge_rejected";
        "challenge.published" => "challenge_published";
        "challenge.failed" => "challenge_failed";
        "challenge.milestone_submitted" => "challenge_milestone_submitted";
    }
    [CHALLENGED, EngagementWrite] {
        "challenge.selected" => "challenge_selected";
        "challenge.signed" => "challenge_signed";
        "challenge.completed" => "challenge_completed";
        "challenge.cancelled" => "challenge_cancelled";
    }
    [WINNER, EngagementWrite] {
        "challenge.agreement_offered" => "challenge_agreement";
        "challenge.milestone_accepted" => "challenge_milestone_accepted";
        "challenge.milestone_returned" => "challenge_milestone_returned";
    }
    [OFFICE, ContractRegister] {
        "contract.submitted" => "contract_submitted";
        "contract.resubmitted" => "contract_resubmitted";
        "contract.amendment_proposed" => "contract_amendment_proposed";
        "contract.income_stated" => "contract_income_stated";
    }
    [APPLICANT, ContractWrite] {
        "contract.withdrawn" => "contract_award_ended" if "because" = "award_ended";
        "contract.accepted" => "contract_accepted";
        "contract.disputed" => "contract_disputed";
        "contract.correction_requested" => "contract_correction";
        "contract.refused" => "contract_refused";
        "contract.amendment_refused" => "contract_amendment_refused";
        "contract.income_returned" => "contract_income_returned";
        "contract.income_verified" => "contract_income_verified";
    }
    [BUYER, ContractWrite] {
        "contract.award_elsewhere" => "contract_award_elsewhere";
    }
    [PARTIES, ContractWrite] {
        "contract.registered" => "contract_registered";
        "contract.amended" => "contract_amended";
        "contract.cancelled" => "contract_cancelled";
        "contract.revoked" => "contract_revoked";
    }
    [CLAIMANT, SubsidyClaim] {
        "subsidy.claim_awarded" => "claim_awarded";
        "subsidy.claim_returned" => "claim_returned";
        "subsidy.claim_refused" => "claim_refused";
        "subsidy.claim_revoked" => "claim_revoked";
        "subsidy.claim_lapsed" => "claim_lapsed";
    }
    [BENEFICIARY, SubsidyRead] {
        "subsidy.batch_verified" => "subsidy_publicised";
        "subsidy.batch_approved" => "subsidy_approved";
        "subsidy.batch_paid" => "subsidy_paid";
        "subsidy.clawback_made" => "clawback_due";
    }
    [DECIDER, SubsidyApprove] {
        "subsidy.objection_made" => "objection_made";
    }
    [CLAIMANT, Session] {
        "subsidy.objection_answered" => "objection_answered";
    }
    [INSTITUTE, RewardWrite] {
        "reward_plan.publicised" => "reward_publicised";
        "reward_plan.confirmed" => "reward_confirmed";
    }
    [INSTITUTE, RewardDecide] {
        "reward_plan.objected" => "reward_objected";
    }
    [RECORDED, OrganisationManage] {
        "credit.recorded" => "credit_recorded";
        "credit.lifted" => "credit_lifted";
        "credit.appeal_rejected" => "credit_appeal_rejected";
    }
    [ITSELF, OrganisationManage] {
        "organisation.verified" => "organisation_verified";
        "organisation.refused" => "organisation_refused";
        "organisation.suspended" => "organisation_suspended";
        "organisation.reinstated" => "organisation_reinstated";
    }
    [OPERATORS, FederationManage] {
        "federation.equivocation" => "node_two_histories";
        "federation.alarm" => "peer_equivocation" if "what" = "equivocation" [collapsing];
        "federation.alarm" => "peer_gap" if "what" = "gap" [collapsing];
        "federation.alarm" => "peer_quarantine" if "what" = "quarantine" [collapsing];
        "federation.alarm" => "peer_lost_numbers" if "what" = "lost_numbers" [collapsing];
        "federation.alarm" => "peer_restored" if "what" = "epoch_changed" [collapsing];
        "federation.alarm" => "peer_unreachable" if "what" = "unreachable" [collapsing];
        "federation.alarm" => "peer_divergence" if "what" = "divergence" [collapsing];
        "federation.alarm" => "node_accused" if "what" = "accused" [collapsing];
    }
}

/// Where a record is looked at: the type in its URN and its address, to which the id is added.
const PLACES: &[(&str, &str)] = &[
    ("achievement", "/api/v1/achievements/"),
    ("demand", "/api/v1/demands/"),
    ("engagement", "/api/v1/engagements/"),
    ("contract", "/api/v1/contracts/"),
    ("sale", "/api/v1/sales/"),
    ("sale_run", "/api/v1/sales/"),
    ("sale_default", "/api/v1/sales/"),
    ("challenge", "/api/v1/challenges/"),
    ("subsidy_claim", "/api/v1/subsidy/claims/"),
    ("subsidy_batch", "/api/v1/subsidy/batches/"),
    ("subsidy_clawback", "/api/v1/subsidy/clawbacks/"),
    ("reward_plan", "/api/v1/rewards/"),
];

/// The address of a record; of what has none of its own, the list where it stands.
pub fn link(subject: &str) -> String {
    if let Some(node) = neighbour(subject) {
        return format!("/api/v1/federation/peers/{node}");
    }
    let Some((_, entity, id)) = crate::kernel::id::parse_urn(subject) else { return String::new() };
    match PLACES.iter().find(|(known, _)| *known == entity) {
        Some((_, place)) => format!("{place}{id}"),
        None if entity == "credit_record" => "/api/v1/credit-records/own".into(),
        None if entity == "organisation" => "/api/v1/organisations/own".into(),
        None => String::new(),
    }
}

/// The node of which `urn:tm:{node}:peer` and `urn:tm:{node}:tlog:{epoch}` tell.
fn neighbour(subject: &str) -> Option<&str> {
    let (node, rest) = subject.strip_prefix("urn:tm:")?.split_once(':')?;
    (rest == "peer" || rest.starts_with("tlog:")).then_some(node)
}

fn all() -> impl Iterator<Item = &'static Line> {
    GROUPS.iter().copied().flatten()
}

/// The lines of a change.
pub fn lines<'a>(kind: &'a str, facts: &'a Value) -> impl Iterator<Item = &'static Line> + 'a {
    let fits = |line: &&Line| line.when.is_none_or(|(entry, value)| facts[entry] == value);
    all().filter(move |line| line.change == kind).filter(fits)
}

/// How often a person is told of an event in a day, where that is bounded.
pub fn per_day_max(event: &str) -> Option<i64> {
    all().find(|line| line.event == event).and_then(|line| line.per_day_max)
}

pub fn is_told(kind: &str) -> bool {
    kind == ALERTED || all().any(|line| line.change == kind)
}

#[cfg(test)]
mod tests {
    use super::super::events;
    use super::*;

    #[test]
    fn every_line_has_its_words() {
        for line in all() {
            assert!(events::named(line.event).is_some(), "{} has no words", line.event);
        }
    }

    #[test]
    fn a_record_is_found_where_its_notice_leads() {
        let id = "01980000-0000-7000-8000-000000000001";
        assert_eq!(link(&format!("urn:tm:cn-450700:contract:{id}")), format!("/api/v1/contracts/{id}"));
        assert_eq!(link(&format!("urn:tm:cn-450700:credit_record:{id}")), "/api/v1/credit-records/own");
        assert_eq!(link("x"), "");
        for subject in ["urn:tm:cn-450721:peer", "urn:tm:cn-450721:tlog:2"] {
            assert_eq!(link(subject), "/api/v1/federation/peers/cn-450721");
        }
    }

    #[test]
    fn a_line_may_ask_for_a_value() {
        let facts = serde_json::json!({"state": "declined"});
        let events: Vec<_> = lines("engagement.answered", &facts).map(|line| line.event).collect();
        assert_eq!(events, ["enquiry_declined"]);
    }
}
