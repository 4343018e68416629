//! Schemes and their versions.

use serde_json::json;

use super::super::codes::{
    SCHEME_CLAIMS_STANDING, SCHEME_CODE_INVALID, SCHEME_EXISTS, SCHEME_PERIOD_BOOKED, SCHEME_UNKNOWN,
    SCHEME_VERSION_DATE,
};
use super::super::model::{Base, BeneficiaryKind, Cap, CostShare, Formula, Procedure, Scheme};
use super::super::{rules, store};
use crate::audit;
use crate::db::{Conn, Tx};
use crate::identity::service::require_verified;
use crate::kernel::actor::Actor;
use crate::kernel::change::NewChange;
use crate::kernel::codes_common::OUT_OF_RANGE;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::Permission;
use crate::kernel::text;
use crate::kernel::time::Day;

const CODE_CHARS_MAX: usize = 32;
/// Days of a publicity, a commitment, a clawback.
const DAYS_MAX: u32 = 3660;
pub const TEXT_CHARS_MAX: usize = 500;
pub const YEAR_MIN: i32 = 2000;
pub const YEAR_MAX: i32 = 2100;

/// All versions of all schemes.
pub fn schemes(conn: &mut Conn) -> Result<Vec<Scheme>, Refusal> {
    store::scheme::all(conn)
}

/// The versions of one scheme, the newest first.
pub fn versions(conn: &mut Conn, code: &str) -> Result<Vec<Scheme>, Refusal> {
    let versions = store::scheme::versions(conn, code)?;
    if versions.is_empty() {
        return Err(Refusal::new(&SCHEME_UNKNOWN).with("scheme", code));
    }
    Ok(versions)
}

/// Whether the actor's authority may act on a scheme: it owns it, or lies above the owner.
pub fn in_scope(conn: &mut Conn, actor: &Actor, code: &str) -> Result<(), Refusal> {
    let owner = versions(conn, code)?[0].division.clone();
    rules::in_scope(&actor.person()?.division, &owner)
}

/// What a version says, whether it is the first of its scheme or a later one.
#[derive(Clone, Debug)]
pub struct NewVersion {
    pub valid_from: Day,
    pub base: Base,
    pub title_zh: String,
    pub title_en: String,
    pub source: String,
    pub formula: Formula,
    pub caps: Vec<Cap>,
    pub shares: Vec<CostShare>,
    pub evidence: Vec<String>,
    pub procedure: Procedure,
    pub note: String,
}

impl NewVersion {
    fn check(&self, after: Option<Day>) -> Result<(), Refusal> {
        let mut errors = Errors::new();
        for (pointer, value) in
            [("/title_zh", &self.title_zh), ("/title_en", &self.title_en), ("/source", &self.source)]
        {
            text::required(&mut errors, pointer, value, TEXT_CHARS_MAX);
        }
        text::optional(&mut errors, "/note", &self.note, TEXT_CHARS_MAX);
        for (at, evidence) in self.evidence.iter().enumerate() {
            text::required(&mut errors, &format!("/evidence/{at}"), evidence, TEXT_CHARS_MAX);
        }
        for (pointer, days) in [
            ("/procedure/publicity_days", self.procedure.publicity.map_or(0, |publicity| publicity.days)),
            ("/procedure/commitment_days", self.procedure.commitment_days.unwrap_or_default()),
            ("/procedure/clawback_days", self.procedure.clawback_days),
        ] {
            if days > DAYS_MAX {
                let bounds = [("min", "0".to_owned()), ("max", DAYS_MAX.to_string())];
                errors.add_with(pointer, &OUT_OF_RANGE, &bounds);
            }
        }
        if let Some(day) = after.filter(|day| self.valid_from <= *day) {
            errors.add_with("/valid_from", &SCHEME_VERSION_DATE, &[("day", day.to_string())]);
        }
        errors.check()?;
        rules::check_formula(&self.formula, &self.caps, &self.shares)
    }

    fn scheme(&self, code: &str, version: i32, division: &str, beneficiary: BeneficiaryKind) -> Scheme {
        Scheme {
            code: code.to_owned(),
            version,
            division: division.to_owned(),
            title_zh: self.title_zh.clone(),
            title_en: self.title_en.clone(),
            source: self.source.clone(),
            valid_from: self.valid_from,
            valid_to: None,
            beneficiary,
            base: self.base,
            formula: self.formula.clone(),
            caps: self.caps.clone(),
            shares: self.shares.clone(),
            evidence: self.evidence.clone(),
            procedure: self.procedure.clone(),
            note: self.note.clone(),
        }
    }
}

/// A scheme of the actor's own authority.
pub fn found(
    tx: &mut Tx,
    actor: &Actor,
    code: &str,
    beneficiary: BeneficiaryKind,
    new: &NewVersion,
) -> Result<Scheme, Refusal> {
    actor.permit(Permission::SubsidyApprove)?;
    require_verified(tx, actor)?;
    let good = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    if !(2..=CODE_CHARS_MAX).contains(&code.len()) || !code.chars().all(good) {
        let mut errors = Errors::new();
        errors.add("/code", &SCHEME_CODE_INVALID);
        errors.check()?;
    }
    new.check(None)?;
    if !store::scheme::versions(tx, code)?.is_empty() {
        return Err(Refusal::new(&SCHEME_EXISTS).with("scheme", code));
    }
    let division = actor.person()?.division.clone();
    keep(tx, actor, new.scheme(code, 1, &division, beneficiary))
}

/// Publishes a new version from a day on, which ends the one before. Its owner and its beneficiary stay; what
/// it pays on, and how, may change. Periods with a batch are closed to it, and days with a claim that stands.
pub fn publish(tx: &mut Tx, actor: &Actor, code: &str, new: &NewVersion) -> Result<Scheme, Refusal> {
    actor.permit(Permission::SubsidyApprove)?;
    require_verified(tx, actor)?;
    let known = versions(tx, code)?;
    let latest = &known[0];
    rules::in_scope(&actor.person()?.division, &latest.division)?;
    new.check(Some(latest.valid_from))?;
    if store::batch::any_from(tx, code, new.valid_from.year())? {
        return Err(Refusal::new(&SCHEME_PERIOD_BOOKED).with("year", new.valid_from.year()));
    }
    if let Some(number) = store::claim::standing_from(tx, code, new.valid_from)? {
        let refusal = Refusal::new(&SCHEME_CLAIMS_STANDING);
        return Err(refusal.with("number", number).with("day", new.valid_from));
    }
    store::scheme::end(tx, code, latest.version, new.valid_from.plus_days(-1))?;
    keep(tx, actor, new.scheme(code, latest.version + 1, &latest.division, latest.beneficiary))
}

fn keep(tx: &mut Tx, actor: &Actor, scheme: Scheme) -> Result<Scheme, Refusal> {
    store::scheme::insert(tx, &scheme)?;
    let urn = scheme_urn(tx.node(), &scheme.code);
    let facts = json!({"scheme": scheme.code, "version": scheme.version, "valid_from": scheme.valid_from});
    audit::service::record(tx, actor, "subsidy.scheme_published", &urn, &facts)?;
    tx.record(actor, NewChange::local("subsidy.scheme_published", urn, scheme.version.into(), facts));
    Ok(scheme)
}

pub fn scheme_urn(node: &str, code: &str) -> String {
    format!("urn:tm:{node}:subsidy_scheme:{code}")
}
