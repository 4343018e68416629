//! What followers learn of a contract, and what leaves the node.

use serde_json::{Value, json};

use crate::contract::model::Record;

/// For followers on this node: ids, codes, amounts and days; no free text about persons.
pub(super) fn facts(record: &Record) -> Value {
    let registration = record.state.registration();
    json!({
        "contract": record.id,
        "state": record.state.stage(),
        "version": record.version,
        "edition": registration.map(|registration| registration.edition),
        "office": record.state.submission().map(|submission| submission.office),
        "applicant": record.applicant,
        "number": registration.map(|registration| registration.number.as_str()),
        "registered_on": registration.map(|registration| registration.on),
        "total_fen": record.total(),
        "technical_fen": record.technical,
        "estimated": record.form.estimated,
        "class": record.form.class,
        "sub_type": record.form.sub_type,
        "seller": record.seller.urn,
        "seller_code": record.seller.credit_code,
        "seller_division": record.form.seller.division,
        "buyer": record.buyer.urn,
        "buyer_code": record.buyer.credit_code,
        "buyer_division": record.form.buyer.division,
        "engagement": record.engagement,
    })
}

/// `contract.v1`: what the parent may see (TMF-1, what travels). No contacts or identity numbers; the parties' names
/// where the regulation profile says so.
pub(super) fn public(record: &Record, subject: &str, with_names: bool) -> Value {
    let registration = record.state.registration();
    let form = &record.form;
    let name = |name: &str| with_names.then(|| name.to_owned());
    json!({
        "type": "contract.v1",
        "urn": subject,
        "version": record.version,
        "state": record.state.stage(),
        "edition": registration.map(|registration| registration.edition),
        "number": registration.map(|registration| registration.number.as_str()),
        "registered_on": registration.map(|registration| registration.on),
        "class": form.class,
        "sub_type": form.sub_type,
        "technical_field": form.technical_field,
        "industry": form.industry,
        "objective": form.objective,
        "plan_source": form.plan_source,
        "total_fen": record.total(),
        "technical_fen": record.technical,
        "estimated": form.estimated,
        "seller_name": name(&record.seller.name),
        "buyer_name": name(&record.buyer.name),
        "seller_division": form.seller.division,
        "buyer_division": form.buyer.division,
        "signed_on": form.signed_on,
        "start_on": form.start_on,
        "end_on": form.end_on,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::model::State;
    use crate::contract::rules::form::tests::complete_form;
    use crate::kernel::money::Fen;
    use crate::kernel::time::UtcTime;

    /// DESIGN, a change: no phone, mail or identity numbers in the projection; TMF-1: the parties' names as the
    /// profile says.
    #[test]
    fn tmf_1_the_projection_names_the_parties_only_as_the_profile_says() {
        let form = complete_form();
        let id = "01980000-0000-7000-8000-000000000001";
        let record = Record {
            id: id.parse().unwrap(),
            version: 1,
            applicant: id.parse().unwrap(),
            created_by: id.parse().unwrap(),
            state: State::Draft,
            seller: form.seller.party(),
            buyer: form.buyer.party(),
            technical: Fen(form.total_fen),
            engagement: None,
            form,
            handler: None,
            created_at: UtcTime::from_seconds(0),
            updated_at: UtcTime::from_seconds(0),
        };
        let subject = "urn:tm:cn-450700:contract:x";
        let named = public(&record, subject, true);
        assert_eq!(named["seller_name"], record.seller.name.as_str());
        assert_eq!(named["buyer_name"], record.buyer.name.as_str());
        assert!(!named.to_string().contains(&record.form.seller.phone));
        let public = public(&record, subject, false).to_string();
        for secret in [
            &record.form.title,
            &record.seller.name,
            &record.seller.credit_code,
            &record.buyer.credit_code,
            &record.form.seller.phone,
            &record.form.seller.contact,
            &record.form.seller.address,
        ] {
            assert!(!public.contains(secret.as_str()), "{secret}");
        }
        let facts = facts(&record).to_string();
        assert!(!facts.contains(&record.form.seller.phone) && !facts.contains(&record.seller.name));
    }
}
