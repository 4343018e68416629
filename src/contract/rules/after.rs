//! Rules 17 and 18: amendments of what is registered, and technical income against the contract.

use serde_json::Value;

use crate::contract::codes;
use crate::contract::form::Form;
use crate::contract::model::{Amendment, AmendmentState, Difference, IncomeStatement, IncomeTotal, Opinion};
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::money::Fen;
use crate::kernel::text;
use crate::kernel::time::Day;

const REASON_CHARS_MAX: usize = 2_000;

/// What an amendment may change: parties, amounts, term and what goes with them; never the class, which was what
/// the contract was registered as (DOMAIN §2, after registration).
pub fn check_amendment(old: &Form, new: &Form, reason: &str) -> Errors {
    let mut errors = Errors::new();
    text::required(&mut errors, "/reason", reason, REASON_CHARS_MAX);
    for (pointer, same) in [
        ("/form/class", old.class == new.class),
        ("/form/sub_type", old.sub_type == new.sub_type),
        ("/form/import", old.import == new.import),
    ] {
        if !same {
            errors.add(pointer, &codes::AMENDMENT_OF_CLASS);
        }
    }
    if old == new {
        errors.add("/form", &codes::AMENDMENT_CHANGES_NOTHING);
    }
    errors
}

/// Rule 18 over rule 17: what was verified was received under the contract, so no amendment takes it out again.
pub fn check_income_kept(total: Fen, technical: Fen, verified: IncomeTotal, errors: &mut Errors) {
    for (pointer, amount, verified) in
        [("/form/total_fen", total, verified.received), ("/form/deductions", technical, verified.technical)]
    {
        if amount < verified {
            let verified = [("verified_fen", verified.0.to_string())];
            errors.add_with(pointer, &codes::AMENDMENT_BELOW_INCOME, &verified);
        }
    }
}

/// Every field that differs, by pointer; a list of another length differs as a whole.
pub fn differences(old: &Value, new: &Value) -> Vec<Difference> {
    let mut found = vec![];
    walk(String::new(), old, new, &mut found);
    found
}

fn walk(at: String, old: &Value, new: &Value, found: &mut Vec<Difference>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, after) in new {
                walk(format!("{at}/{name}"), old.get(name).unwrap_or(&Value::Null), after, found);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (n, (before, after)) in old.iter().zip(new).enumerate() {
                walk(format!("{at}/{n}"), before, after, found);
            }
        }
        (before, after) if before != after => {
            found.push(Difference { pointer: at, before: before.clone(), after: after.clone() });
        }
        _ => {}
    }
}

/// The second reviewer of a large contract, before or after, agrees or not, with an opinion.
pub fn consented(amendment: &Amendment, opinion: Opinion, large: bool) -> Result<Amendment, Refusal> {
    open(amendment)?;
    if !large {
        return Err(Refusal::new(&codes::NOT_LARGE));
    }
    said(&opinion)?;
    Ok(Amendment { consent: Some(opinion), ..amendment.clone() })
}

/// Approved: the next edition. A large contract needs the consent of somebody else.
pub fn approved(
    amendment: &Amendment,
    decision: Opinion,
    large: bool,
    edition: u32,
) -> Result<Amendment, Refusal> {
    open(amendment)?;
    said(&decision)?;
    match &amendment.consent {
        Some(consent) if !consent.agrees => return Err(Refusal::new(&codes::REVIEW_DISAGREES)),
        Some(consent) if large && consent.reviewer == decision.reviewer => {
            return Err(Refusal::new(&codes::SECOND_REVIEWER_SAME));
        }
        None if large => return Err(Refusal::new(&codes::SECOND_REVIEW_REQUIRED)),
        _ => {}
    }
    let (state, decision) = (AmendmentState::Approved, Some(decision));
    Ok(Amendment { state, decision, edition: Some(edition), ..amendment.clone() })
}

/// Refused by the office or taken back by the registrant.
pub fn ended(amendment: &Amendment, state: AmendmentState, decision: Opinion) -> Result<Amendment, Refusal> {
    open(amendment)?;
    if state == AmendmentState::Refused {
        said(&decision)?;
    }
    Ok(Amendment { state, decision: Some(decision), ..amendment.clone() })
}

fn open(amendment: &Amendment) -> Result<(), Refusal> {
    match amendment.state {
        AmendmentState::Proposed => Ok(()),
        state => Err(Refusal::new(&STATE_CONFLICT).with("state", state)),
    }
}

fn said(opinion: &Opinion) -> Result<(), Refusal> {
    let mut errors = Errors::new();
    if opinion.text.trim().is_empty() {
        errors.add("/opinion", &codes::OPINION_REQUIRED);
    }
    errors.check()
}

/// 技术性收入核定: technical income is part of what was received, and all that was ever verified stays within the
/// contract's amounts (DOMAIN §2, states: "verified against the contract").
pub fn check_income(
    statement: &IncomeStatement,
    verified: IncomeTotal,
    total: Fen,
    technical: Fen,
    estimated: bool,
    today: Day,
) -> Errors {
    let mut errors = Errors::new();
    text::optional(&mut errors, "/note", &statement.note, REASON_CHARS_MAX);
    if statement.to_on < statement.from_on {
        errors.add("/to_on", &codes::DATES_OUT_OF_ORDER);
    }
    if statement.to_on > today {
        // DOMAIN §2: a statement comes after performance.
        errors.add("/to_on", &codes::INCOME_BEFORE_ITS_TIME);
    }
    if estimated {
        // DOMAIN §2: an estimate is corrected before any benefit is paid.
        errors.add("/received_fen", &codes::INCOME_OF_ESTIMATE);
    }
    if !statement.received.is_positive() {
        errors.add("/received_fen", &codes::AMOUNT_NOT_POSITIVE);
    }
    if statement.technical.is_negative() || statement.technical > statement.received {
        errors.add("/technical_fen", &codes::INCOME_TECHNICAL_EXCEEDS);
    }
    for (pointer, now, before, most) in [
        ("/received_fen", statement.received, verified.received, total),
        ("/technical_fen", statement.technical, verified.technical, technical),
    ] {
        if before.checked_add(now).is_none_or(|sum| sum > most) {
            let left = most.checked_sub(before).unwrap_or_default();
            errors.add_with(pointer, &codes::INCOME_EXCEEDS_CONTRACT, &[("left_fen", left.0.to_string())]);
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::contract::rules::form::tests::{complete_form, day};
    use crate::kernel::id::Id;
    use crate::kernel::time::UtcTime;

    fn opinion(by: u128, agrees: bool, text: &str) -> Opinion {
        let at = UtcTime::from_seconds(0);
        let reviewer = Id::from_uuid(uuid::Uuid::from_u128(by));
        Opinion { reviewer, name: "示例".into(), agrees, text: text.into(), at }
    }

    fn proposed() -> Amendment {
        Amendment {
            contract: Id::from_uuid(uuid::Uuid::from_u128(9)),
            position: 1,
            state: AmendmentState::Proposed,
            reason: "增加工作量".into(),
            form: complete_form(),
            proposed_by: Id::from_uuid(uuid::Uuid::from_u128(1)),
            proposed_at: UtcTime::from_seconds(0),
            consent: None,
            decision: None,
            base: Some(1),
            edition: None,
        }
    }

    fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
        result.unwrap_err().code()
    }

    /// DOMAIN §2, amendment: with a reason, changing something, never the class.
    #[test]
    fn domain_2_an_amendment_has_a_reason_and_leaves_the_class() {
        let old = complete_form();
        let mut new = old.clone();
        let codes = |new: &Form, reason: &str| -> Vec<_> {
            check_amendment(&old, new, reason).list().iter().map(|it| it.code.id).collect()
        };
        assert_eq!(codes(&new, ""), ["required", "contract_amendment_changes_nothing"]);
        new.total_fen += 1;
        assert!(codes(&new, "增加工作量").is_empty());
        new.class = "service".into();
        new.sub_type = "general_service".into();
        assert_eq!(codes(&new, "x"), ["contract_amendment_of_class"; 2]);
    }

    /// DOMAIN §2: the old edition is kept, and the difference shows field by field.
    #[test]
    fn domain_2_the_difference_names_every_field() {
        let old = json!({"a": 1, "b": {"c": [1, 2], "d": "x"}, "e": [1]});
        let new = json!({"a": 2, "b": {"c": [1, 3], "d": "x"}, "e": []});
        let found: Vec<_> = differences(&old, &new)
            .into_iter()
            .map(|it| (it.pointer, it.before.to_string(), it.after.to_string()))
            .collect();
        let expected = [("/a", "1", "2"), ("/b/c/1", "2", "3"), ("/e", "[1]", "[]")];
        assert_eq!(found, expected.map(|(p, b, a)| (p.to_owned(), b.to_owned(), a.to_owned())));
        assert!(differences(&old, &old).is_empty());
    }

    /// DOMAIN §2: large, before or after, needs a second reviewer other than the first.
    #[test]
    fn domain_2_a_large_amendment_needs_a_second_reviewer() {
        let open = proposed();
        assert_eq!(
            code(approved(&open, opinion(2, true, "同意"), true, 2)),
            "contract_second_review_required"
        );
        assert_eq!(code(consented(&open, opinion(3, true, "同意"), false)), "contract_not_large");
        assert_eq!(code(consented(&open, opinion(3, true, " "), true)), "validation_failed");
        let seen = consented(&open, opinion(3, true, "同意"), true).unwrap();
        assert_eq!(code(approved(&seen, opinion(3, true, "同意"), true, 2)), "contract_second_reviewer_same");
        let done = approved(&seen, opinion(2, true, "同意"), true, 2).unwrap();
        assert_eq!((done.state, done.edition), (AmendmentState::Approved, Some(2)));
        let against = consented(&open, opinion(3, false, "依据不足"), true).unwrap();
        assert_eq!(code(approved(&against, opinion(2, true, "同意"), true, 2)), "contract_review_disagrees");
        assert!(approved(&open, opinion(2, true, "同意"), false, 2).is_ok(), "a small one needs no consent");
        for act in [
            approved(&done, opinion(2, true, "x"), false, 3),
            ended(&done, AmendmentState::Refused, opinion(2, false, "x")),
            consented(&done, opinion(3, true, "x"), true),
        ] {
            assert_eq!(code(act), "state_conflict");
        }
        assert_eq!(code(ended(&open, AmendmentState::Refused, opinion(2, false, ""))), "validation_failed");
        assert!(ended(&open, AmendmentState::Withdrawn, opinion(1, false, "")).is_ok());
    }

    fn statement(received: i64, technical: i64) -> IncomeStatement {
        IncomeStatement {
            from_on: day("2026-01-01"),
            to_on: day("2026-06-30"),
            received: Fen(received),
            technical: Fen(technical),
            note: String::new(),
        }
    }

    /// DOMAIN §2: technical income is verified against the contract; an estimate is corrected first.
    #[test]
    fn domain_2_income_stays_within_the_contract() {
        let verified = IncomeTotal { received: Fen(60), technical: Fen(50) };
        let codes = |it: &IncomeStatement, estimated: bool| -> Vec<_> {
            let errors = check_income(it, verified, Fen(100), Fen(80), estimated, day("2026-06-30"));
            errors.list().iter().map(|it| (it.pointer.clone(), it.code.id)).collect()
        };
        assert!(codes(&statement(40, 30), false).is_empty());
        let exceeds = "contract_income_exceeds_contract";
        assert_eq!(codes(&statement(41, 30), false), [("/received_fen".into(), exceeds)]);
        assert_eq!(codes(&statement(40, 31), false), [("/technical_fen".into(), exceeds)]);
        assert_eq!(
            codes(&statement(10, 11), false),
            [("/technical_fen".into(), "contract_income_technical_exceeds")]
        );
        assert_eq!(
            codes(&statement(0, 0), false),
            [("/received_fen".into(), "contract_amount_not_positive")]
        );
        assert_eq!(codes(&statement(1, 1), true), [("/received_fen".into(), "contract_income_of_estimate")]);
        let early = IncomeStatement { to_on: day("2026-07-01"), ..statement(1, 1) };
        assert_eq!(codes(&early, false), [("/to_on".into(), "contract_income_before_its_time")]);
        let backwards = IncomeStatement { to_on: day("2025-12-31"), ..statement(1, 1) };
        assert_eq!(codes(&backwards, false), [("/to_on".into(), "contract_dates_out_of_order")]);
    }

    /// DOMAIN §2: income is verified against the contract, and stays within it when the contract is amended.
    #[test]
    fn domain_2_an_amendment_leaves_verified_income_within_the_contract() {
        let verified = IncomeTotal { received: Fen(60), technical: Fen(50) };
        let found = |total: i64, technical: i64| -> Vec<_> {
            let mut errors = Errors::new();
            check_income_kept(Fen(total), Fen(technical), verified, &mut errors);
            errors.list().iter().map(|it| (it.pointer.clone(), it.code.id)).collect()
        };
        let below = "contract_amendment_below_income";
        assert!(found(60, 50).is_empty());
        assert_eq!(found(59, 50), [("/form/total_fen".to_owned(), below)]);
        assert_eq!(found(60, 49), [("/form/deductions".to_owned(), below)]);
    }

    proptest! {
        /// However a contract's income is stated, what is verified never exceeds its amounts.
        #[test]
        fn domain_2_verified_income_never_exceeds(parts in proptest::collection::vec((1..60_i64, 0..60_i64), 1..20)) {
            let mut verified = IncomeTotal::default();
            for (received, technical) in parts {
                let stated = statement(received, technical);
                let today = day("2026-06-30");
                if check_income(&stated, verified, Fen(100), Fen(70), false, today).is_empty() {
                    verified.received = Fen(verified.received.0 + received);
                    verified.technical = Fen(verified.technical.0 + technical);
                }
                prop_assert!(verified.received <= Fen(100) && verified.technical <= Fen(70));
            }
        }
    }
}
