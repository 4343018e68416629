//! Which demand is well written. Pure.

use crate::kernel::error::Errors;
use crate::kernel::time::Day;
use crate::listing::{Form, Stage};

use super::content::Content;

const DESCRIPTION_CHARS_MIN: usize = 10;
const TEXT_CHARS_MAX: usize = 5_000;
const SHORT_TEXT_CHARS_MAX: usize = 2_000;
pub const LONGEST_DAYS: i64 = 3 * 365;

/// Every problem of a demand, with its pointer.
pub fn check(content: &Content, stage: Stage, today: Day, errors: &mut Errors) {
    let form = &mut Form { errors, stage, today };
    form.title(&content.title);
    form.required_code("/kind", "demand_kind", content.kind.as_deref());
    form.required_code("/source", "demand_source", content.source.as_deref());
    form.required_code("/technical_field", "technical_field", content.technical_field.as_deref());
    form.industry(content.industry.as_deref());
    form.division(content.division.as_deref());
    form.public_text("/description", &content.description, DESCRIPTION_CHARS_MIN, TEXT_CHARS_MAX);
    form.optional_text("/difficulty", &content.difficulty, TEXT_CHARS_MAX);
    form.optional_text("/indicators", &content.indicators, TEXT_CHARS_MAX);
    form.optional_text("/basis", &content.basis, SHORT_TEXT_CHARS_MAX);
    form.keywords(&content.keywords);
    form.price("/budget", content.budget);
    if content.deadline.is_none() {
        form.missing("/deadline");
    }
    form.last_day("/deadline", content.deadline, LONGEST_DAYS);
    form.codes("/cooperation_modes", "cooperation_mode", &content.cooperation_modes);
    form.optional_text("/wanted_experts", &content.wanted_experts, SHORT_TEXT_CHARS_MAX);
    form.contact(&content.contact);
    form.attachments(&content.attachments);
    form.confidential(content.confidential.as_deref());
    form.secrecy(content.secrecy.as_deref());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing::{Contact, Price};

    fn example() -> Content {
        Content {
            title: "海水稻耐盐基因筛选".into(),
            kind: Some("breakthrough".into()),
            source: Some("enterprise".into()),
            technical_field: Some("agriculture".into()),
            industry: Some("01".into()),
            division: Some("450721".into()),
            description: "在含盐千分之六的滩涂上亩产三百公斤以上的水稻品种。".into(),
            keywords: vec!["海水稻".into()],
            budget: Some(Price::Negotiable {}),
            deadline: Some("2027-06-30".parse().unwrap()),
            cooperation_modes: vec!["joint_development".into()],
            contact: Contact { name: "示例".into(), phone: None, email: Some("a@example.cn".into()) },
            secrecy: Some("open".into()),
            ..Content::default()
        }
    }

    fn problems(stage: Stage, content: &Content) -> String {
        let mut errors = Errors::new();
        check(content, stage, "2026-11-22".parse().unwrap(), &mut errors);
        let told: Vec<_> = errors.list().iter().map(|e| format!("{} {}", e.pointer, e.code.id)).collect();
        told.join(", ")
    }

    /// DOMAIN §6: fields of a demand.
    #[test]
    fn domain_6_a_demand_tells_all_that_is_missing() {
        assert_eq!(problems(Stage::Complete, &example()), "");
        let told = problems(Stage::Complete, &Content { title: "x".into(), ..Content::default() });
        for pointer in
            ["/kind", "/source", "/technical_field", "/description", "/keywords", "/budget", "/deadline"]
        {
            assert!(told.contains(&format!("{pointer} required")), "{pointer} in {told}");
        }
    }

    /// DOMAIN §6: a demand has a deadline; a draft may hold one that has passed, a submission may not.
    #[test]
    fn domain_6_the_deadline_lies_ahead() {
        let mut late = example();
        late.deadline = Some("2026-11-21".parse().unwrap());
        assert_eq!(problems(Stage::Draft, &late), "");
        assert_eq!(problems(Stage::Complete, &late), "/deadline last_day_past");
        late.deadline = Some("2036-11-21".parse().unwrap());
        assert_eq!(problems(Stage::Complete, &late), "/deadline last_day_too_far");
    }

    /// DOMAIN §6: budget or negotiable.
    #[test]
    fn domain_6_a_budget_is_positive_or_negotiable() {
        let mut demand = example();
        demand.budget = Some(Price::Fixed { amount_fen: -1 });
        assert_eq!(problems(Stage::Draft, &demand), "/budget/amount_fen price_not_positive");
        demand.budget = Some(Price::Range { low_fen: 100, high_fen: 200 });
        assert_eq!(problems(Stage::Draft, &demand), "");
    }
}
