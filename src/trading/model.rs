//! The sale as an aggregate, who takes part, and what comes of it. Pure.

use crate::files::model::FileId;
use crate::kernel::actor::words;
use crate::kernel::id::{UserId, ids};
use crate::kernel::money::Fen;
use crate::kernel::party::PartyRef;
use crate::kernel::time::{Day, UtcTime};

pub use super::breach::{DefaultGround, DefaultState, DefaultStatement};
pub use super::profile::{Rules, TradingProfile};
pub use super::standing::{Outcome, Ranked, Signed, SignedBy, Standing, UnsoldReason};
pub use super::terms::{
    BiddingTerms, ListingTerms, Lot, ModeTerms, NegotiatedTerms, PriorityHolder, SealedTerms, Terms,
};

ids! {
    SaleId of SaleKind;
    DepositId of DepositKind;
}

words! {
    /// How a sale finds its price (DOMAIN §4).
    #[schema(as = SaleMode)]
    Mode {
        Negotiated = "negotiated",
        Listing = "listing",
        OnlineBidding = "online_bidding",
        Auction = "auction",
        SealedTender = "sealed_tender",
    }
}

impl Mode {
    /// Ascending bids of one running sale: online bidding, and the statutory auction on the same engine.
    pub const fn is_bidding(self) -> bool {
        matches!(self, Self::OnlineBidding | Self::Auction)
    }
}

words! {
    #[schema(as = SaleState)]
    State {
        Draft = "draft",
        PendingReview = "pending_review",
        Refused = "refused",
        Published = "published",
        Ended = "ended",
        Awarded = "awarded",
        Concluded = "concluded",
        Unsold = "unsold",
        Withdrawn = "withdrawn",
        Annulled = "annulled",
    }
}

impl State {
    /// Everybody may read it.
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::Draft | Self::PendingReview | Self::Refused)
    }

    /// Nothing more comes of it.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Concluded | Self::Unsold | Self::Withdrawn | Self::Annulled)
    }
}

words! {
    /// Where the clock finds a published sale.
    #[schema(as = SalePhase)]
    Phase { Notice = "notice", Open = "open", Suspended = "suspended", Closing = "closing", Over = "over" }
}

/// From when to when offers are taken. `due_at`: the first time that a job has something to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    pub published_at: Option<UtcTime>,
    pub starts_at: Option<UtcTime>,
    pub ends_at: Option<UtcTime>,
    pub due_at: Option<UtcTime>,
}

impl Times {
    pub fn is_open(&self, now: UtcTime) -> bool {
        self.starts_at.is_some_and(|start| start <= now) && self.ends_at.is_some_and(|end| now < end)
    }

    pub fn is_over(&self, now: UtcTime) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

/// A sale of one or several achievements, or of the solution of a demand.
#[derive(Clone, Debug, PartialEq)]
pub struct Sale {
    pub id: SaleId,
    pub urn: String,
    pub version: i64,
    pub mode: Mode,
    pub standing: Standing,
    pub title: String,
    /// Who runs the sale: the holder of the achievements, or of the demand whose solution is bought.
    pub seller: PartyRef,
    pub lots: Vec<Lot>,
    pub terms: Terms,
    /// The secret reserve, sealed.
    pub reserve: Option<Vec<u8>>,
    /// The rules it runs under, fixed when it is published.
    pub rules: Option<Rules>,
    pub times: Times,
    /// The sale that this one runs again.
    pub rerun_of: Option<SaleId>,
    /// 1 for the first run.
    pub run_number: i32,
    /// Credit codes of who may not take part.
    pub excluded: Vec<String>,
    pub created_by: UserId,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

impl Sale {
    pub fn state(&self) -> State {
        self.standing.state()
    }

    /// Everybody may read it: it is or was before the public.
    pub fn is_published(&self) -> bool {
        self.state().is_public() && self.times.published_at.is_some()
    }

    /// The solution of a demand is bought: whoever wins is paid.
    pub fn buys(&self) -> bool {
        self.lots.iter().any(Lot::is_demand)
    }

    pub fn is_seller(&self, organisation_urn: &str) -> bool {
        self.seller.urn == organisation_urn
    }

    pub fn phase(&self, now: UtcTime) -> Option<Phase> {
        match self.state() {
            State::Published if self.times.is_open(now) => Some(Phase::Open),
            State::Published if self.times.is_over(now) => Some(Phase::Closing),
            State::Published => Some(Phase::Notice),
            state => state.is_public().then_some(Phase::Over),
        }
    }

    /// What a bidder pays before it may take part; none where nothing is asked for.
    pub fn deposit(&self) -> Option<Fen> {
        let deposit = match &self.terms.mode {
            ModeTerms::Negotiated(_) => None,
            ModeTerms::Listing(terms) => terms.deposit_fen,
            ModeTerms::Bidding(terms) => Some(terms.deposit_fen),
            ModeTerms::Sealed(terms) => terms.deposit_fen,
        };
        deposit.filter(|fen| fen.is_positive())
    }

    /// The public price: start, asked or intended.
    pub fn price(&self) -> Option<Fen> {
        match &self.terms.mode {
            ModeTerms::Negotiated(terms) => Some(terms.price_fen),
            ModeTerms::Listing(terms) => Some(terms.price_fen),
            ModeTerms::Bidding(terms) => Some(terms.start_fen),
            ModeTerms::Sealed(terms) => terms.ceiling_fen,
        }
    }
}

/// Somebody who takes part in a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bidder {
    pub sale: SaleId,
    /// Within the sale: 1, 2, 3 …
    pub number: i32,
    /// The public name; the identity is secret until the end.
    pub alias: String,
    pub party: PartyRef,
    /// The deposit is confirmed, or none is asked for.
    pub admitted: bool,
    /// Of a priority holder: 1 before 2.
    pub priority: Option<i32>,
    pub matched: bool,
    /// The secret maximum, sealed.
    pub maximum: Option<Vec<u8>>,
    pub enrolled_by: UserId,
    pub enrolled_at: UtcTime,
}

words! {
    #[schema(as = SaleDepositState)]
    DepositState {
        Instructed = "instructed",
        Confirmed = "confirmed",
        Released = "released",
        Applied = "applied",
        Forfeited = "forfeited",
        Lapsed = "lapsed",
    }
}

impl DepositState {
    /// The money is in the platform's hands.
    pub const fn is_held(self) -> bool {
        matches!(self, Self::Confirmed)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposit {
    pub id: DepositId,
    pub version: i64,
    pub sale: SaleId,
    pub bidder: i32,
    /// Written on the transfer.
    pub reference: String,
    pub amount: Fen,
    pub state: DepositState,
    pub instructed_at: UtcTime,
    pub confirmed_at: Option<UtcTime>,
    pub voucher: String,
    pub settled_at: Option<UtcTime>,
    pub reason: String,
}

words! {
    /// What a bid was: typed by the bidder, made for it by its maximum, or a priority holder's match.
    #[schema(as = SaleBidKind)]
    BidKind { Plain = "plain", Proxy = "proxy", Match = "match" }
}

/// A decided bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    pub seq: i64,
    pub bidder: i32,
    pub price: Fen,
    pub kind: BidKind,
    /// It stood highest when it was decided.
    pub leads: bool,
    pub at: UtcTime,
}

/// The running state of a bidding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub sale: SaleId,
    pub closed: bool,
    pub starts_at: UtcTime,
    pub ends_at: UtcTime,
    pub start: Fen,
    pub increment: Fen,
    pub extension_s: i32,
    pub silence_s: i32,
    pub last_part_s: i32,
    pub seq: i64,
    /// Zero before the first bid.
    pub price: Fen,
    pub leader: Option<i32>,
    pub leader_priority: Option<i32>,
    /// Sealed.
    pub leader_maximum: Option<Vec<u8>>,
    pub extensions: i32,
    pub beat_at: UtcTime,
    /// The last bid of which other nodes were told, and when (rule 22).
    pub told_seq: i64,
    pub told_at: Option<UtcTime>,
}

words! {
    #[schema(as = SaleSuspensionReason)]
    SuspensionReason { PlatformFailure = "platform_failure", Decided = "decided" }
}

/// A time in which a sale stood still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    pub sale: SaleId,
    pub position: i32,
    pub reason: SuspensionReason,
    pub note: String,
    pub since: UtcTime,
    pub decided_at: UtcTime,
    pub resumes_at: UtcTime,
    pub old_ends_at: UtcTime,
    pub new_ends_at: UtcTime,
}

/// An offer in a listing; secret until the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub sale: SaleId,
    pub bidder: i32,
    pub version: i64,
    pub price: Fen,
    pub note: String,
    /// False after a correction, until the bidder confirms it.
    pub confirmed: bool,
    pub offered_at: UtcTime,
}

ids! {
    QuestionId of QuestionKind;
    ObjectionId of ObjectionKind;
}

/// A question to the seller. Published with its answer, without who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub id: QuestionId,
    pub sale: SaleId,
    /// URN of the organisation that asked.
    pub asker: String,
    pub text: String,
    pub asked_at: UtcTime,
    /// The answer and when it was given.
    pub answer: Option<(String, UtcTime)>,
}

words! {
    #[schema(as = SaleObjectionState)]
    ObjectionState { Open = "open", Dismissed = "dismissed", Upheld = "upheld", Withdrawn = "withdrawn" }
}

words! {
    /// What an objection is about.
    #[schema(as = SaleObjectionAbout)]
    ObjectionAbout {
        Rights = "rights",
        Price = "price",
        Relation = "relation",
        Eligibility = "eligibility",
        Procedure = "procedure",
        Result = "result",
        Other = "other",
    }
}

words! {
    /// What an objection asks for.
    #[schema(as = SaleObjectionRemedy)]
    ObjectionRemedy { Explain = "explain", Correct = "correct", Rerun = "rerun", Annul = "annul" }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    pub id: ObjectionId,
    pub version: i64,
    pub sale: SaleId,
    pub state: ObjectionState,
    pub party: PartyRef,
    pub person: UserId,
    pub about: ObjectionAbout,
    pub reason: String,
    pub evidence: String,
    /// Uploaded evidence, beside the words or instead of them.
    pub files: Vec<FileId>,
    pub remedy: ObjectionRemedy,
    pub made_at: UtcTime,
    /// The last day for the answer.
    pub due_on: Day,
    pub answer: String,
    pub answered_by: String,
    pub answered_at: Option<UtcTime>,
}

/// What was changed after publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    pub sale: SaleId,
    pub position: i32,
    pub reason: String,
    pub fields: Vec<String>,
    pub at: UtcTime,
}

/// The confirmation of a result (成交确认书).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    pub sale: SaleId,
    pub place: i32,
    /// Canonical JSON.
    pub body: String,
    pub sha256: String,
    pub at: UtcTime,
}
