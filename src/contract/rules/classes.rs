//! Rules 6 and 7: classes, their sub-types and the questions that each class asks.

use super::form::{Check, MAX_TEXT_CHARS};
use crate::contract::codes;
use crate::contract::form::Form;
use crate::contract::model::{Class, Number, SubType};
use crate::kernel::text;
use crate::kernel::vocabulary::contract_class_of;

/// The class of a sub-type. Five classes since the Civil Code (2021-01-01); under the Contract Law, for cases
/// of 2019 and 2020, a licence is a transfer.
pub fn class_of(sub_type: SubType, five_classes: bool) -> Option<Class> {
    contract_class_of(sub_type.as_str(), five_classes).and_then(Class::parse)
}

pub(super) fn check(form: &Form, check: &mut Check<'_>) {
    let class = check.word("/class", "contract_class", &form.class, Class::parse);
    let sub_type = check.word("/sub_type", "contract_sub_type", &form.sub_type, SubType::parse);
    if let (Some(class), Some(sub_type)) = (class, sub_type) {
        belongs(class, sub_type, check);
    }
    for (pointer, value) in [("/novelty", &form.novelty), ("/ownership", &form.ownership)] {
        text::optional(&mut check.errors, pointer, value, MAX_TEXT_CHARS);
    }
    if check.complete() {
        if class == Some(Class::Development) && form.novelty.trim().is_empty() {
            check.errors.add("/novelty", &codes::NOVELTY_REQUIRED);
        }
        let transfer = class == Some(Class::Transfer) && !sub_type.is_some_and(SubType::is_licence);
        if transfer && form.ownership.trim().is_empty() {
            check.errors.add("/ownership", &codes::OWNERSHIP_REQUIRED);
        }
    }
    parent(form, sub_type, check);
}

fn belongs(class: Class, sub_type: SubType, check: &mut Check<'_>) {
    let Some(filing) = check.filing else {
        // Which law applies is known when the case is accepted: a draft may fit either.
        if Some(class) != class_of(sub_type, true) && Some(class) != class_of(sub_type, false) {
            check.errors.add("/sub_type", &codes::SUB_TYPE_OF_OTHER_CLASS);
        }
        return;
    };
    if !filing.profile.has_class(class.as_str()) {
        let profile = [("profile", filing.profile.code.clone())];
        check.errors.add_with("/class", &codes::CLASS_NOT_IN_PROFILE, &profile);
    } else if !filing.profile.has_sub_type(sub_type.as_str()) {
        let profile = [("profile", filing.profile.code.clone())];
        check.errors.add_with("/sub_type", &codes::SUB_TYPE_NOT_IN_PROFILE, &profile);
    } else if Some(class) != class_of(sub_type, filing.profile.licence_is_a_class()) {
        check.errors.add("/sub_type", &codes::SUB_TYPE_OF_OTHER_CLASS);
    }
}

/// Training only with a parent of development, transfer or licence; intermediation alone or with the main
/// contract; anything else stands alone.
fn parent(form: &Form, sub_type: Option<SubType>, check: &mut Check<'_>) {
    let number = form.parent_number.as_str();
    let takes_parent = matches!(sub_type, Some(SubType::Training | SubType::Intermediary));
    if number.is_empty() {
        if sub_type == Some(SubType::Training) && check.complete() {
            check.errors.add("/parent_number", &codes::PARENT_REQUIRED);
        }
        return;
    }
    if sub_type.is_some() && !takes_parent {
        check.errors.add("/parent_number", &codes::NOT_APPLICABLE);
        return;
    }
    let shown: String = number.chars().take(20).collect();
    if Number::parse(number).is_none() {
        check.errors.add_with("/parent_number", &codes::PARENT_NOT_FOUND, &[("number", shown)]);
        return;
    }
    let Some(filing) = check.filing else { return };
    match filing.parent {
        None => check.errors.add_with("/parent_number", &codes::PARENT_NOT_FOUND, &[("number", shown)]),
        Some((class, _)) => {
            let main = matches!(class, Class::Development | Class::Transfer | Class::Licence);
            if sub_type == Some(SubType::Training) && !main {
                check.errors.add("/parent_number", &codes::PARENT_UNSUITABLE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::rules::form::tests::{codes_of, codes_when, complete_form, profile_2000};

    /// Civil Code Part 3 ch. 20: every sub-type has its class; before 2021-01-01 there are four.
    #[test]
    fn civil_code_part_3_ch_20_five_classes_and_contract_law_four() {
        for sub_type in SubType::ALL {
            let (now, before) = (class_of(*sub_type, true), class_of(*sub_type, false));
            assert_ne!(before, Some(Class::Licence), "Contract Law: {sub_type}");
            assert_eq!(now == Some(Class::Licence), sub_type.is_licence(), "art. 863: {sub_type}");
            assert!(now == before || sub_type.is_licence());
        }
        for class in Class::ALL {
            assert!(SubType::ALL.iter().any(|sub_type| class_of(*sub_type, true) == Some(*class)), "{class}");
        }
    }

    /// Contract Law ch. 18: a case of 2019 or 2020 files a licence as a transfer.
    #[test]
    fn contract_law_ch_18_a_licence_is_a_transfer_before_2021() {
        let profile = profile_2000();
        let mut form = complete_form();
        form.class = "licence".into();
        form.sub_type = "know_how_licence".into();
        form.ip[0].kind = "know_how".into();
        let found = codes_when(&form, |filing| filing.profile = &profile);
        assert_eq!(found, [("/class", "contract_class_not_in_profile")]);
        form.class = "transfer".into();
        assert!(codes_when(&form, |filing| filing.profile = &profile).is_empty());
        assert_eq!(codes_of(&form), [("/sub_type", "contract_sub_type_of_other_class")]);
    }

    /// Civil Code art. 851: development says what is new; art. 862 (transfer): an ownership clause.
    #[test]
    fn each_class_asks_its_own_questions() {
        let mut form = complete_form();
        form.novelty.clear();
        assert_eq!(codes_of(&form), [("/novelty", "contract_novelty_required")]);
        form.class = "transfer".into();
        form.sub_type = "know_how_transfer".into();
        form.ip[0].kind = "know_how".into();
        assert_eq!(codes_of(&form), [("/ownership", "contract_ownership_required")]);
        form.ownership = "技术秘密归受让人所有".into();
        assert!(codes_of(&form).is_empty());
    }

    /// DOMAIN §2: training is registrable only with a parent development, transfer or licence contract.
    #[test]
    fn domain_2_training_needs_a_parent() {
        let mut form = complete_form();
        form.class = "service".into();
        form.sub_type = "training".into();
        assert_eq!(codes_of(&form), [("/parent_number", "contract_parent_required")]);
        form.parent_number = "2026450701000001".into();
        assert_eq!(codes_of(&form), [("/parent_number", "contract_parent_not_found")]);
        let with = |class, sub_type| codes_when(&form, |filing| filing.parent = Some((class, sub_type)));
        assert!(with(Class::Development, SubType::Commissioned).is_empty());
        assert!(with(Class::Licence, SubType::PatentLicence).is_empty());
        assert_eq!(
            with(Class::Service, SubType::General),
            [("/parent_number", "contract_parent_unsuitable")]
        );
    }

    /// DOMAIN §2: intermediary contracts alone or with the main contract; others stand alone.
    #[test]
    fn domain_2_intermediation_stands_alone_or_with_the_main_contract() {
        let mut form = complete_form();
        form.class = "service".into();
        form.sub_type = "intermediary".into();
        assert!(codes_of(&form).is_empty());
        form.parent_number = "2026450701000001".into();
        let parent = Some((Class::Development, SubType::Commissioned));
        assert!(codes_when(&form, |filing| filing.parent = parent).is_empty());
        form.sub_type = "general_service".into();
        assert_eq!(codes_of(&form), [("/parent_number", "contract_field_not_applicable")]);
    }
}
