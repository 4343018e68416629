//! Whether a form may be kept as a draft, and whether it may be filed. Every problem is told at once, each with
//! the pointer of its field.

use super::{amounts, classes, ip, parties, payment};
use crate::contract::codes;
use crate::contract::form::Form;
use crate::contract::model::{AttachmentKind, Class, SubType};
use crate::kernel::codes_common::{INVALID_VALUE, REQUIRED, TOO_MANY, UNKNOWN_VALUE};
use crate::kernel::error::Errors;
use crate::kernel::text;
use crate::kernel::time::Day;
use crate::kernel::vocabulary;
use crate::reference::model::Profile;

const MAX_TITLE_CHARS: usize = 200;
pub(super) const MAX_TEXT_CHARS: usize = 2_000;

/// What is known around the form when it is filed.
#[derive(Clone, Debug)]
pub struct Filing<'a> {
    /// The regulation profile that the case is judged by.
    pub profile: &'a Profile,
    /// The day of the first application: the contract was within its validity then.
    pub filed_on: Day,
    pub today: Day,
    /// Credit code of the organisation that files.
    pub applicant: &'a str,
    /// The registration that `parent_number` names, if it stands.
    pub parent: Option<(Class, SubType)>,
    /// What is attached, a kind once for each file.
    pub attached: &'a [AttachmentKind],
}

/// A form under examination: the problems so far, and whether it is to be filed or only kept.
pub(super) struct Check<'a> {
    pub errors: Errors,
    pub filing: Option<&'a Filing<'a>>,
}

impl Check<'_> {
    pub const fn complete(&self) -> bool {
        self.filing.is_some()
    }

    /// Missing is a problem only when filing.
    pub fn need(&mut self, pointer: &str, present: bool) {
        if !present && self.complete() {
            self.errors.add(pointer, &REQUIRED);
        }
    }

    pub fn need_text(&mut self, pointer: &str, value: &str, max_chars: usize) {
        self.need(pointer, !value.trim().is_empty());
        text::optional(&mut self.errors, pointer, value, max_chars);
    }

    /// An entry of a code list that the rules ask about.
    pub fn word<T>(
        &mut self,
        pointer: &str,
        list: &str,
        value: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.listed(pointer, list, value);
        parse(value)
    }

    /// An entry of a code list.
    pub fn listed(&mut self, pointer: &str, list: &str, value: &str) {
        if value.is_empty() {
            self.need(pointer, false);
        } else if !vocabulary::has(list, value) {
            let shown = value.chars().take(40).collect();
            self.errors.add_with(pointer, &UNKNOWN_VALUE, &[("value", shown), ("list", list.to_owned())]);
        }
    }

    pub fn at_most(&mut self, pointer: &str, count: usize, max: usize) {
        if count > max {
            self.errors.add_with(pointer, &TOO_MANY, &[("max", max.to_string())]);
        }
    }
}

/// A draft: what is filled in has to make sense, the rest may wait.
pub fn check_draft(form: &Form) -> Errors {
    run(form, None)
}

/// An application: everything that the law and the profile ask for.
pub fn check_filing(form: &Form, filing: &Filing<'_>) -> Errors {
    run(form, Some(filing))
}

fn run<'a>(form: &Form, filing: Option<&'a Filing<'a>>) -> Errors {
    let mut check = Check { errors: Errors::new(), filing };
    general(form, &mut check);
    dates(form, &mut check);
    parties::check(form, &mut check);
    amounts::check(form, &mut check);
    payment::check(form, &mut check);
    classes::check(form, &mut check);
    ip::check(form, &mut check);
    check.errors
}

fn general(form: &Form, check: &mut Check<'_>) {
    check.need_text("/title", &form.title, MAX_TITLE_CHARS);
    check.need_text("/summary", &form.summary, MAX_TEXT_CHARS);
    check.listed("/technical_field", "technical_field", &form.technical_field);
    check.listed("/plan_source", "plan_source", &form.plan_source);
    check.listed("/objective", "socio_economic_objective", &form.objective);
    check.listed("/industry", "industry_class", &form.industry);
    check.need("/related_party", form.related_party.is_some());
    if let Some(filing) = check.filing {
        // Civil Code art. 851 and 863; for consulting and service the registration rules ask the same.
        if !form.written {
            check.errors.add("/written", &codes::WRITTEN_FORM_REQUIRED);
        }
        if !filing.attached.contains(&AttachmentKind::MainText) {
            check.errors.add("/attachments", &codes::MAIN_TEXT_REQUIRED);
        }
        evidence(form, filing, &mut check.errors);
    }
}

/// What the profile asks an application of this class to bring, beside the main text.
fn evidence(form: &Form, filing: &Filing<'_>, errors: &mut Errors) {
    let wanted = filing.profile.evidence_for(&form.class).filter_map(AttachmentKind::parse);
    for kind in wanted.filter(|kind| *kind != AttachmentKind::MainText && !filing.attached.contains(kind)) {
        let name = vocabulary::zh("contract_attachment_kind", kind.as_str()).to_owned();
        let params = [("kind", kind.to_string()), ("name", name)];
        errors.add_with("/attachments", &codes::EVIDENCE_REQUIRED, &params);
    }
}

/// Signed, start, end; effective and within its validity when filed (DOMAIN §2, who, where, when).
fn dates(form: &Form, check: &mut Check<'_>) {
    check.need("/signed_on", form.signed_on.is_some());
    check.need("/start_on", form.start_on.is_some());
    check.need("/end_on", form.end_on.is_some());
    for (earlier, later, pointer) in [
        (form.signed_on, form.start_on, "/start_on"),
        (form.start_on.or(form.signed_on), form.end_on, "/end_on"),
    ] {
        if matches!((earlier, later), (Some(earlier), Some(later)) if earlier > later) {
            check.errors.add(pointer, &codes::DATES_OUT_OF_ORDER);
        }
    }
    let floor = Day::new(1985, 1, 1);
    for (day, pointer) in [(form.signed_on, "/signed_on"), (form.end_on, "/end_on")] {
        if let Some(day) = day
            && (Some(day) < floor || day.year() > 2200)
        {
            check.errors.add_with(pointer, &INVALID_VALUE, &[("reason", day.to_string())]);
        }
    }
    let Some(filing) = check.filing else { return };
    if form.signed_on.is_some_and(|signed| signed > filing.today) {
        check.errors.add("/signed_on", &codes::SIGNED_IN_FUTURE);
    }
    if let Some(end) = form.end_on.filter(|end| *end < filing.filed_on) {
        check.errors.add_with("/end_on", &codes::EXPIRED, &[("end_on", end.to_string())]);
    }
}

#[cfg(test)]
pub mod tests;
