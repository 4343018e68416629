//! The bid inside an envelope: a JSON document. Pure.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::score::Best;
use crate::kernel::actor::words;
use crate::kernel::money::{Fen, MAX_JSON_FEN};
use crate::kernel::party::PartyRef;

pub const BID_TYPE: &str = "techmart.bid.v1";
const OFFER_CHARS_MAX: usize = 1_200;
const TEXT_CHARS_MAX: usize = 200;
const ATTACHMENTS_MAX: usize = 10;

/// What a bidder offers. Unknown members are refused: they could not be judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedBid)]
pub struct Bid {
    /// `techmart.bid.v1`
    #[serde(rename = "type")]
    pub kind: String,
    /// URN of the sale.
    pub sale: String,
    /// The terms that the bidder saw: `terms_sha256` of the tender. A bid on other terms does not count.
    pub terms_sha256: String,
    /// The bidder, by the name and code under which it is registered.
    pub bidder: PartyRef,
    pub price_fen: Fen,
    /// What is offered, in the bidder's words.
    #[serde(default)]
    pub offer: String,
    /// Of the payment or the guarantee that is the deposit.
    #[serde(default)]
    pub deposit_reference: String,
    /// Documents handed in after the opening: bound here by their hashes.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedBidAttachment)]
pub struct Attachment {
    pub name: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

words! {
    /// Why an opened envelope does not count.
    #[schema(as = SealedBidFault)]
    Fault {
        Unreadable = "unreadable",
        Withdrawn = "withdrawn",
        OtherSale = "other_sale",
        OtherTerms = "other_terms",
        NotTheDepositor = "not_the_depositor",
        NotEligible = "not_eligible",
        Barred = "barred",
        PriceOutOfRange = "price_out_of_range",
        DepositMissing = "deposit_missing",
    }
}

impl Fault {
    /// The bid itself tells; the others are facts about its bidder or its envelope.
    pub const fn is_shown_by_the_bid(self) -> bool {
        matches!(self, Self::OtherSale | Self::OtherTerms | Self::PriceOutOfRange | Self::DepositMissing)
    }
}

/// What a bid is held against, apart from who sent it.
#[derive(Clone, Debug)]
pub struct Expected<'a> {
    pub sale: &'a str,
    pub terms_sha256: &'a str,
    pub best: Best,
    /// The highest price where the lowest wins; the lowest where the highest wins.
    pub bound: Option<Fen>,
    pub deposit: bool,
}

/// The bid that an envelope held, if it is one.
pub fn parse(body: &[u8]) -> Option<Bid> {
    let bid: Bid = serde_json::from_slice(body).ok()?;
    let texts = [&bid.bidder.urn, &bid.bidder.name, &bid.bidder.credit_code, &bid.deposit_reference];
    let short = |text: &str, max: usize| text.chars().count() <= max && !text.contains('\0');
    let hashed = |it: &Attachment| {
        short(&it.name, TEXT_CHARS_MAX)
            && it.sha256.len() == 64
            && it.sha256.chars().all(|c| c.is_ascii_hexdigit())
    };
    let fits = bid.kind == BID_TYPE
        && texts.into_iter().all(|text| short(text, TEXT_CHARS_MAX))
        && short(&bid.offer, OFFER_CHARS_MAX)
        && bid.attachments.len() <= ATTACHMENTS_MAX
        && bid.attachments.iter().all(hashed);
    fits.then_some(bid)
}

/// The first thing that is wrong with a bid, as far as the bid itself tells.
pub fn fault(bid: &Bid, expected: &Expected) -> Option<Fault> {
    if bid.sale != expected.sale {
        return Some(Fault::OtherSale);
    }
    if bid.terms_sha256 != expected.terms_sha256 {
        return Some(Fault::OtherTerms);
    }
    let beyond = |bound: Fen| match expected.best {
        Best::Highest => bid.price_fen < bound,
        Best::Lowest => bid.price_fen > bound,
    };
    if !(1..=MAX_JSON_FEN).contains(&bid.price_fen.0) || expected.bound.is_some_and(beyond) {
        return Some(Fault::PriceOutOfRange);
    }
    (expected.deposit && bid.deposit_reference.trim().is_empty()).then_some(Fault::DepositMissing)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bid() -> Bid {
        Bid {
            kind: BID_TYPE.into(),
            sale: "urn:sale".into(),
            terms_sha256: "ab".repeat(32),
            bidder: PartyRef { urn: "urn:a".into(), name: "示例".into(), credit_code: "x".into() },
            price_fen: Fen(100),
            offer: String::new(),
            deposit_reference: String::new(),
            attachments: vec![],
        }
    }

    fn expected(terms: &str) -> Expected<'_> {
        Expected { sale: "urn:sale", terms_sha256: terms, best: Best::Lowest, bound: None, deposit: false }
    }

    #[test]
    fn a_bid_is_read_back_and_nothing_else_is_one() {
        let text = serde_json::to_string(&bid()).unwrap();
        assert_eq!(parse(text.as_bytes()), Some(bid()));
        let more = text.replacen('{', "{\"more\":1,", 1);
        let other = text.replace("bid.v1", "bid.v2");
        let nul = text.replace("示例", "\\u0000");
        for bad in ["", "{}", "[]", &more, &other, &nul] {
            assert_eq!(parse(bad.as_bytes()), None, "{bad}");
        }
        let long = Bid { offer: "长".repeat(OFFER_CHARS_MAX + 1), ..bid() };
        assert_eq!(parse(&serde_json::to_vec(&long).unwrap()), None);
    }

    #[test]
    fn a_bid_counts_for_its_sale_its_terms_and_a_price_within_bounds() {
        let terms = "ab".repeat(32);
        let good = expected(&terms);
        assert_eq!(fault(&bid(), &good), None);
        assert_eq!(fault(&Bid { sale: "urn:b".into(), ..bid() }, &good), Some(Fault::OtherSale));
        assert_eq!(fault(&bid(), &expected("cd")), Some(Fault::OtherTerms));
        assert_eq!(fault(&Bid { price_fen: Fen(0), ..bid() }, &good), Some(Fault::PriceOutOfRange));
        let bound = |best, bound| Expected { best, bound: Some(Fen(bound)), ..good.clone() };
        assert_eq!(fault(&bid(), &bound(Best::Lowest, 99)), Some(Fault::PriceOutOfRange));
        assert_eq!(fault(&bid(), &bound(Best::Lowest, 100)), None);
        assert_eq!(fault(&bid(), &bound(Best::Highest, 101)), Some(Fault::PriceOutOfRange));
        assert_eq!(fault(&bid(), &bound(Best::Highest, 100)), None);
        let deposit = Expected { deposit: true, ..good };
        assert_eq!(fault(&bid(), &deposit), Some(Fault::DepositMissing));
        assert_eq!(fault(&Bid { deposit_reference: "保函1".into(), ..bid() }, &deposit), None);
    }
}
