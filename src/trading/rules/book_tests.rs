use proptest::prelude::*;

use super::super::silence::tests::{at, run};
use super::*;

fn who(number: i32) -> Who {
    Who { number, priority: None, matched: false, maximum: None }
}

fn holder(number: i32, rank: i32) -> Who {
    Who { priority: Some(rank), ..who(number) }
}

/// A running sale and the leader's maximum in the clear.
#[derive(Clone)]
struct Desk {
    run: Run,
    maximum: Option<Fen>,
    lines: Vec<Entry>,
}

impl Desk {
    fn new() -> Self {
        Self { run: run(), maximum: None, lines: vec![] }
    }

    fn ask(&mut self, who: Who, ask: Ask, second: i64) -> Result<Decided, &'static str> {
        let now = at(second);
        self.run.beat_at = self.run.beat_at.max(now.plus_seconds(-1));
        let decided = decide(&self.run, self.maximum, &who, ask, now).map_err(|refusal| refusal.code())?;
        self.run.price = decided.price;
        self.run.leader = Some(decided.leader);
        self.run.leader_priority = decided.leader_priority;
        self.maximum = decided.leader_maximum;
        self.run.ends_at = decided.ends_at;
        self.lines.extend(&decided.entries);
        Ok(decided)
    }

    fn bid(&mut self, number: i32, fen: i64) -> Result<Decided, &'static str> {
        self.ask(who(number), Ask::Bid(Fen(fen)), 10)
    }

    fn up_to(&mut self, number: i32, fen: i64) -> Result<Decided, &'static str> {
        self.ask(who(number), Ask::UpTo(Fen(fen)), 10)
    }

    fn stands(&self) -> (i32, i64) {
        (self.run.leader.unwrap_or(0), self.run.price.0)
    }
}

#[test]
fn domain_4_one_increment_above_and_on_the_grid() {
    let mut desk = Desk::new();
    assert_eq!(desk.bid(1, 99_000), Err("sale_bid_low"));
    assert_eq!(desk.bid(1, 100_500), Err("sale_bid_grid"));
    desk.bid(1, 100_000).unwrap();
    assert_eq!(desk.bid(1, 101_000), Err("sale_leading"));
    assert_eq!(desk.bid(2, 100_000), Err("sale_bid_low"));
    desk.bid(2, 105_000).unwrap();
    assert_eq!(desk.stands(), (2, 105_000));
    assert_eq!(desk.bid(1, MAX_JSON_FEN + 1), Err("sale_bid_large"));
}

#[test]
fn domain_4_a_bid_in_the_last_five_minutes_extends_to_five_minutes_after_it() {
    let mut desk = Desk::new();
    let end = desk.run.ends_at;
    assert!(!desk.ask(who(1), Ask::Bid(Fen(100_000)), 86_400 - 300).unwrap().extended);
    assert_eq!(desk.run.ends_at, end);
    let late = desk.ask(who(2), Ask::Bid(Fen(101_000)), 86_400 - 299).unwrap();
    assert!(late.extended);
    assert_eq!(desk.run.ends_at, at(86_400 + 1));
    assert_eq!(desk.ask(who(1), Ask::Bid(Fen(102_000)), 86_401), Err("sale_over"));
}

#[test]
fn domain_4_bids_are_taken_from_start_to_end_and_not_after_a_silence() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask(who(1), Ask::Bid(Fen(100_000)), -1), Err("sale_not_open"));
    let late = decide(&run(), None, &who(1), Ask::Bid(Fen(100_000)), at(100)).unwrap_err();
    assert_eq!(late.code(), "sale_stands_still");
    let closed = Run { closed: true, ..run() };
    assert_eq!(decide(&closed, None, &who(1), Ask::Match, at(1)).unwrap_err().code(), "sale_over");
}

/// DOMAIN §4, proxy: one increment above the second-highest maximum, at most its own rounded down to the grid.
#[test]
fn domain_4_a_maximum_bids_one_increment_above_the_second() {
    let mut desk = Desk::new();
    desk.up_to(1, 150_999).unwrap();
    assert_eq!(desk.stands(), (1, 100_000), "alone it is the start price");
    desk.bid(2, 120_000).unwrap();
    assert_eq!(desk.stands(), (1, 121_000));
    desk.up_to(3, 140_500).unwrap();
    assert_eq!(desk.stands(), (1, 141_000), "of 140 500 only 140 000 is on the grid");
    desk.up_to(2, 160_000).unwrap();
    assert_eq!(desk.stands(), (2, 151_000), "one increment above 150 000, the maximum of 1 on the grid");
    assert_eq!(desk.bid(3, 160_000).unwrap().leader, 2);
    assert_eq!(desk.stands(), (2, 160_000), "equal: the earlier wins at that price");
    assert_eq!(desk.maximum, None);
    desk.bid(3, 161_000).unwrap();
    assert_eq!(desk.stands(), (3, 161_000));
}

#[test]
fn domain_4_equal_maxima_the_earlier_wins_at_that_price() {
    let mut desk = Desk::new();
    desk.up_to(1, 130_000).unwrap();
    let decided = desk.up_to(2, 130_000).unwrap();
    assert_eq!(desk.stands(), (1, 130_000));
    assert_eq!(decided.entries.len(), 2, "the later bid is on the record, and lapsed at once");
    assert!(!decided.entries[0].leads && decided.entries[1].leads);
}

#[test]
fn domain_4_a_maximum_may_be_raised_never_lowered() {
    let mut desk = Desk::new();
    desk.up_to(1, 130_000).unwrap();
    let own = |maximum| Who { maximum: Some(Fen(maximum)), ..who(1) };
    assert_eq!(desk.ask(own(130_000), Ask::UpTo(Fen(129_000)), 11), Err("sale_maximum_lower"));
    assert_eq!(desk.ask(own(130_000), Ask::UpTo(Fen(130_000)), 11), Err("sale_maximum_lower"));
    let raised = desk.ask(own(130_000), Ask::UpTo(Fen(200_000)), 11).unwrap();
    assert!(raised.entries.is_empty() && !raised.extended, "nothing is bid");
    desk.bid(2, 150_000).unwrap();
    assert_eq!(desk.stands(), (1, 151_000));
}

#[test]
fn domain_4_a_maximum_extends_the_end_like_any_bid() {
    let mut desk = Desk::new();
    desk.up_to(1, 130_000).unwrap();
    assert!(desk.ask(who(2), Ask::UpTo(Fen(120_000)), 86_399).unwrap().extended);
}

/// DOMAIN §4, priority holder: matches once, wins if nobody goes higher; rank, then time.
#[test]
fn domain_4_a_priority_holder_matches_once() {
    let mut desk = Desk::new();
    assert_eq!(desk.ask(holder(7, 2), Ask::Match, 10), Err("sale_match_nothing"));
    desk.bid(1, 110_000).unwrap();
    assert_eq!(desk.ask(who(2), Ask::Match, 10), Err("sale_match_not_holder"));
    desk.ask(holder(7, 2), Ask::Match, 10).unwrap();
    assert_eq!(desk.stands(), (7, 110_000), "the price does not fall, nor rise");
    assert_eq!(desk.ask(holder(8, 2), Ask::Match, 10), Err("sale_match_outranked"), "then time");
    desk.ask(holder(9, 1), Ask::Match, 10).unwrap();
    assert_eq!(desk.stands(), (9, 110_000), "rank first");
    desk.bid(1, 111_000).unwrap();
    assert_eq!(desk.stands(), (1, 111_000), "unless somebody goes higher");
    let used = Who { matched: true, ..holder(9, 1) };
    assert_eq!(desk.ask(used, Ask::Match, 10), Err("sale_match_used"));
}

#[test]
fn domain_4_a_match_against_a_maximum_is_outbid_by_it() {
    let mut desk = Desk::new();
    desk.up_to(1, 105_000).unwrap();
    desk.ask(holder(7, 1), Ask::Match, 10).unwrap();
    assert_eq!(desk.stands(), (1, 101_000));
    assert_eq!(desk.maximum, Some(Fen(105_000)));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Bid(i32, i64),
    UpTo(i32, i64),
    Match(i32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        (1..6_i32, 0..40_i64).prop_map(|(who, k)| Step::Bid(who, 100_000 + 1_000 * k)),
        (1..6_i32, 99_000..140_000_i64).prop_map(|(who, max)| Step::UpTo(who, max)),
        (1..6_i32).prop_map(Step::Match),
    ];
    prop::collection::vec(one, 1..60)
}

proptest! {
    /// The price never falls and strictly rises but for a match; whoever leads is paid for by its own word.
    #[test]
    fn the_price_rises_but_for_a_match(steps in steps()) {
        let mut desk = Desk::new();
        let mut maxima: [Option<Fen>; 6] = [None; 6];
        let mut matched = [false; 6];
        for step in steps {
            let person = |n: i32| usize::try_from(n).unwrap();
            let (number, ask) = match step {
                Step::Bid(n, fen) => (n, Ask::Bid(Fen(fen))),
                Step::UpTo(n, fen) => (n, Ask::UpTo(Fen(fen))),
                Step::Match(n) => (n, Ask::Match),
            };
            let priority = (number <= 2).then_some(number);
            let at_desk = Who { number, priority, matched: matched[person(number)], maximum: maxima[person(number)] };
            let before = desk.lines.len();
            if desk.ask(at_desk, ask, 10).is_ok() {
                match ask {
                    Ask::UpTo(fen) => maxima[person(number)] = Some(fen),
                    Ask::Match => matched[person(number)] = true,
                    Ask::Bid(_) => {}
                }
                prop_assert!(desk.lines.len() <= before + 2);
            }
            let leading: Vec<_> = desk.lines.iter().filter(|line| line.leads).collect();
            for pair in leading.windows(2) {
                let by_match = pair[1].kind == BidKind::Match && pair[1].price == pair[0].price;
                prop_assert!(pair[1].price > pair[0].price || by_match, "{:?}", pair);
                prop_assert!(pair[1].bidder != pair[0].bidder || pair[1].kind == BidKind::Proxy);
            }
            prop_assert!(desk.lines.iter().all(|line| (line.price.0 - 100_000) % 1_000 == 0));
            prop_assert!(desk.lines.iter().all(|line| line.price <= desk.run.price));
            if let Some(maximum) = desk.maximum {
                prop_assert!(maximum > desk.run.price);
            }
        }
    }
}
