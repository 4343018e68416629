//! Rule 11: what counts as the same contract (DOMAIN §2, after registration).

use sha2::{Digest, Sha256};

use crate::contract::form::{Form, Side};
use crate::files::folded;

/// The same parties, title, date and amount give the same key, however they are typed. `None` while one of them
/// is missing: nothing to compare yet.
pub fn deal_key(form: &Form) -> Option<String> {
    let signed = form.signed_on?;
    if form.title.trim().is_empty() || form.total_fen == 0 {
        return None;
    }
    let mut parties = [party_key(&form.seller)?, party_key(&form.buyer)?];
    // The buyer may file the same deal with the sides exchanged.
    parties.sort();
    let text =
        [&parties[0], &parties[1], &folded(&form.title), &signed.to_string(), &form.total_fen.to_string()]
            .map(String::as_str)
            .join("\u{1f}");
    Some(hex::encode(Sha256::digest(text)))
}

/// The same parties with the same title or the same amount, though not both: worth a look, no duplicate.
pub fn is_similar(one: &Form, other: &Form) -> bool {
    let title = folded(&one.title) == folded(&other.title);
    let amount = one.total_fen == other.total_fen && one.signed_on == other.signed_on;
    (title || amount) && deal_key(one) != deal_key(other)
}

fn party_key(side: &Side) -> Option<String> {
    let party = side.party();
    let key = if party.credit_code.is_empty() { folded(&party.name) } else { party.credit_code };
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::rules::form::tests::{complete_form, day};

    /// DOMAIN §2: the same parties, title, date and amount.
    #[test]
    fn domain_2_the_same_deal_has_the_same_key() {
        let form = complete_form();
        let key = deal_key(&form).unwrap();
        let mut same = form.clone();
        same.title = format!(" {}（", form.title.replace("Ａ", "a"));
        same.summary = "别的".into();
        assert_eq!(deal_key(&same), Some(key.clone()));
        std::mem::swap(&mut same.seller, &mut same.buyer);
        assert_eq!(deal_key(&same), Some(key.clone()), "filed by the other side");
        let mut others = vec![form.clone(); 4];
        others[0].total_fen += 1;
        others[1].signed_on = Some(day("2026-03-02"));
        others[2].title.push('二');
        others[3].buyer.credit_code = "91350100M000100Y43".into();
        for other in others {
            assert_ne!(deal_key(&other), Some(key.clone()));
        }
    }

    /// DOMAIN §2: what only resembles an earlier deal is shown, not stopped.
    #[test]
    fn domain_2_a_similar_deal_is_no_duplicate() {
        let form = complete_form();
        assert!(!is_similar(&form, &form), "the same deal is a duplicate");
        let mut dearer = form.clone();
        dearer.total_fen += 1;
        assert!(is_similar(&form, &dearer));
        dearer.title = "别的项目".into();
        assert!(!is_similar(&form, &dearer));
        dearer.total_fen = form.total_fen;
        assert!(is_similar(&form, &dearer));
    }

    #[test]
    fn an_unfinished_draft_is_no_duplicate_of_anything() {
        assert_eq!(deal_key(&Form::default()), None);
        let mut form = complete_form();
        form.signed_on = None;
        assert_eq!(deal_key(&form), None);
    }
}
