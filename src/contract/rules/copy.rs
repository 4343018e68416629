//! A new application from an earlier one.

use serde_json::Value;

use crate::contract::form::Form;
use crate::kernel::error::Refusal;

/// What belongs to the earlier deal alone: its days, who brokered it, whether its price was open or the technology came
/// from abroad, and the main contract it hung on.
const OWN: [&str; 8] =
    ["signed_on", "start_on", "end_on", "written", "broker", "estimated", "import", "parent_number"];

/// The form with what it leaves empty taken from an earlier one, whole sections at a time; but not the earlier
/// contract's days, nor a schedule of instalments.
pub fn filled(form: &Form, earlier: &Form) -> Result<Form, Refusal> {
    let value = |form: &Form| serde_json::to_value(form).map_err(Refusal::internal);
    let mut earlier = earlier.clone();
    earlier.payment.instalments.clear();
    let (mut own, earlier, empty) = (value(form)?, value(&earlier)?, value(&Form::default())?);
    let (Value::Object(own_fields), Value::Object(known)) = (&mut own, earlier) else {
        return Ok(form.clone());
    };
    for (name, known) in known.into_iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
        if let Some(field) = own_fields.get_mut(&name).filter(|field| Some(&**field) == empty.get(&name)) {
            *field = known;
        }
    }
    serde_json::from_value(own).map_err(Refusal::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::rules::form::tests::{complete_form, day};

    /// Issue: copy from an earlier contract. What is typed stays, and the new deal has days of its own.
    #[test]
    fn issue_a_copy_takes_what_the_form_leaves_empty() {
        let mut earlier = complete_form();
        earlier.payment.mode = "instalments".into();
        let instalment =
            crate::contract::form::Instalment { due_on: day("2026-06-01"), amount_fen: 100_000_000 };
        earlier.payment.instalments = vec![instalment];
        let broker = earlier.seller.party();
        (earlier.broker, earlier.estimated, earlier.import) = (Some(broker), true, true);
        earlier.parent_number = "2026450701000001".into();
        let typed =
            Form {
                title: "第二期（示例）".into(), signed_on: Some(day("2026-05-01")), ..Form::default()
            };
        let filled = filled(&typed, &earlier).unwrap();
        assert_eq!((filled.title.as_str(), filled.signed_on), ("第二期（示例）", Some(day("2026-05-01"))));
        assert_eq!((&filled.seller, &filled.class), (&earlier.seller, &earlier.class));
        assert_eq!((filled.start_on, filled.end_on, filled.written), (None, None, false));
        assert_eq!((&filled.broker, filled.estimated, filled.import), (&None, false, false));
        assert_eq!(filled.parent_number, "", "the earlier deal's main contract is not this one's");
        assert!(filled.payment.mode == "instalments" && filled.payment.instalments.is_empty());
    }
}
