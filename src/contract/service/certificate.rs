//! The certificate: what it says, and whether a number and a code are those of one.

use serde_json::{Value, json};

use super::{office, reading};
use crate::contract::codes::CERTIFICATE_NOT_FOUND;
use crate::contract::model::{ContractId, Edition, Number, Record, Stage, State};
use crate::contract::rules::ip;
use crate::contract::store;
use crate::db::{Conn, Snapshot};
use crate::kernel::actor::Actor;
use crate::kernel::actor::words;
use crate::kernel::codes_common::STATE_CONFLICT;
use crate::kernel::error::Refusal;
use crate::kernel::time::Day;

/// `typ` of the signature's header.
pub const CERTIFICATE_KIND: &str = "certificate+jws";

/// Said on every certificate.
pub const NOTICE: &str = "本证明由平台以校验签名（ed25519）签发，可在线核验；平台校验签名不是电子印章。";

words! {
    /// Whether a certificate still says what is registered.
    Verdict {
        Valid = "valid",
        Amended = "amended",
        Cancelled = "cancelled",
        Revoked = "revoked",
    }
}

/// A certificate with what has become of it.
#[derive(Clone, Debug)]
pub struct Certified {
    pub record: Record,
    pub edition: Edition,
    pub verdict: Verdict,
    /// When it ceased to be valid, if an act ended it.
    pub ended_on: Option<Day>,
    pub law_zh: String,
}

/// The newest certificate of a contract that the actor may see.
pub fn certificate(snapshot: &mut Snapshot, actor: &Actor, id: ContractId) -> Result<Certified, Refusal> {
    let record = reading::visible(snapshot, actor, id)?;
    let stage = record.state.stage();
    let edition = store::latest_edition(snapshot, id)?;
    let edition = edition.ok_or_else(|| Refusal::new(&STATE_CONFLICT).with("state", stage))?;
    certified(snapshot, record, edition)
}

/// Whoever holds a certificate may see it, and what became of it.
pub fn verify(snapshot: &mut Snapshot, number: &str, code: &str) -> Result<Certified, Refusal> {
    let unknown = || Refusal::new(&CERTIFICATE_NOT_FOUND);
    let number = Number::parse(number).ok_or_else(unknown)?;
    let code = code.trim().to_uppercase();
    let edition = store::edition_by_code(snapshot, &number, &code)?.ok_or_else(unknown)?;
    let record = store::find(snapshot, edition.contract)?.ok_or_else(unknown)?;
    certified(snapshot, record, edition)
}

fn certified(conn: &mut Conn, record: Record, edition: Edition) -> Result<Certified, Refusal> {
    let (verdict, ended_on) = match &record.state {
        State::Cancelled(_, _, cancellation) => (Verdict::Cancelled, Some(cancellation.on)),
        State::Revoked(_, _, revocation) => (Verdict::Revoked, Some(revocation.on)),
        State::Registered(_, registration) if registration.edition > edition.edition => {
            (Verdict::Amended, None)
        }
        _ => (Verdict::Valid, None),
    };
    let file = record.state.file().ok_or_else(|| Refusal::internal("a certificate without a case"))?;
    let law_zh = office::profile(conn, file)?.values.law_zh;
    Ok(Certified { record, edition, verdict, ended_on, law_zh })
}

/// What is signed: the registration as it stood at this edition, whatever became of it later.
pub fn statement(certified: &Certified, node: &str, verify_url: &str) -> Value {
    let (edition, record) = (&certified.edition, &certified.record);
    let form = &edition.form;
    let registered_on = record.state.registration().map(|registration| registration.on);
    let licence = crate::contract::model::SubType::parse(&form.sub_type).is_some_and(|it| it.is_licence());
    json!({
        "type": "techmart.certificate.v1",
        "notice": NOTICE,
        "issuer": node,
        "verify": verify_url,
        "number": edition.number.as_str(),
        "edition": edition.edition,
        "issued_at": edition.at,
        "registered_on": registered_on,
        "law": certified.law_zh,
        "profile": record.state.file().map(|file| file.acceptance.profile.as_str()),
        "office": {"id": edition.office, "name": edition.office_name},
        "title": form.title,
        "class": form.class,
        "sub_type": form.sub_type,
        "technical_field": form.technical_field,
        "exclusivity": licence.then(|| ip::exclusivity(form.licence.as_ref())),
        "seller": {"name": form.seller.name, "credit_code": form.seller.credit_code, "division": form.seller.division},
        "buyer": {"name": form.buyer.name, "credit_code": form.buyer.credit_code, "division": form.buyer.division},
        "signed_on": form.signed_on,
        "start_on": form.start_on,
        "end_on": form.end_on,
        "total_fen": edition.total,
        "technical_fen": edition.technical,
        "estimated": form.estimated,
    })
}

impl Certified {
    pub fn stage(&self) -> Stage {
        self.record.state.stage()
    }
}
