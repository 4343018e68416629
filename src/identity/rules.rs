//! What may happen to organisations, members, logins and keys. Pure: the clock comes in as an argument.

use super::codes::*;
use super::model::{
    InvitationRecord, Organisation, OrganisationState, Profile, RefreshToken, Session, Standing,
};
use crate::kernel::actor::{OrganisationKind, Role};
use crate::kernel::codes_common::{EMAIL_INVALID, ORGANISATION_NOT_VERIFIED, PHONE_INVALID, STATE_CONFLICT};
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::permission::{Permission, role_fits};
use crate::kernel::text;
use crate::kernel::time::UtcTime;

pub const ACCESS_TOKEN_LIFE_S: i64 = 15 * 60;
pub const REFRESH_TOKEN_LIFE_S: i64 = 14 * 86_400;
pub const SESSION_LIFE_S: i64 = 90 * 86_400;
/// How long the successor of a used refresh token is given again, for answers that got lost.
pub const REFRESH_REPEAT_S: i64 = 20;
pub const INVITATION_LIFE_DAYS: i64 = 7;
pub const API_KEY_LIFE_DAYS_MAX: i64 = 730;
pub const API_KEYS_MAX: usize = 50;
/// Attempts before the first wait.
const FREE_ATTEMPTS: i64 = 5;
const BACKOFF_MAX_S: i64 = 900;
pub const BACKOFF_FORGET_S: i64 = 86_400;

/// Rule 1: which kinds register themselves; the operator is made on the machine.
pub fn check_open_kind(errors: &mut Errors, kind: OrganisationKind) {
    if kind == OrganisationKind::Operator {
        errors.add("/kind", &KIND_NOT_OPEN);
    }
}

/// Shapes of what an organisation says of itself; the credit code and the division are checked apart.
pub fn check_profile(errors: &mut Errors, profile: &Profile) {
    text::required(errors, "/name", &profile.name, 100);
    text::optional(errors, "/introduction", &profile.introduction, 2000);
    text::required(errors, "/contact/person", &profile.contact.person, 50);
    text::optional(errors, "/contact/address", &profile.contact.address, 200);
    if !is_phone(&profile.contact.phone) {
        errors.add("/contact/phone", &PHONE_INVALID);
    }
    if !profile.contact.email.is_empty() && !is_email(&profile.contact.email) {
        errors.add("/contact/email", &EMAIL_INVALID);
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (5..=20).contains(&digits)
        && text.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c))
        && text.len() <= 30
}

fn is_email(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_graphic() && c != '@';
    match text.split_once('@') {
        Some((local, host)) => {
            !local.is_empty()
                && host.contains('.')
                && local.chars().chain(host.chars()).all(plain)
                && text.len() <= 200
        }
        None => false,
    }
}

/// Folds a login as it is stored and compared.
pub fn fold_login(login: &str) -> String {
    login.trim().to_ascii_lowercase()
}

pub fn check_login(errors: &mut Errors, pointer: &str, login: &str) {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._@+-".contains(c);
    if !(3..=64).contains(&login.len()) || !login.chars().all(fits) {
        errors.add(pointer, &LOGIN_INVALID);
    }
}

/// An operator's decision on an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Verify { office_number: Option<String> },
    Refuse { reason: String },
    Suspend { reason: String },
    Reinstate,
}

/// Rules 2-4: pending → verified | refused; verified → suspended → verified.
pub fn decide(
    organisation: &Organisation,
    decision: Decision,
) -> Result<(Standing, Option<String>), Refusal> {
    use OrganisationState as S;
    let state = organisation.standing.state();
    let kept = organisation.office_number.clone();
    match (state, decision) {
        (S::Pending, Decision::Verify { office_number }) => {
            let number = check_office_number(organisation.kind, office_number.or(kept))?;
            Ok((Standing::Verified, number))
        }
        (S::Pending, Decision::Refuse { reason }) => Ok((Standing::Refused { reason: given(reason)? }, kept)),
        (S::Verified, Decision::Suspend { reason }) => {
            Ok((Standing::Suspended { reason: given(reason)? }, kept))
        }
        (S::Suspended, Decision::Reinstate) => Ok((Standing::Verified, kept)),
        (state, _) => Err(Refusal::new(&STATE_CONFLICT).with("state", state)),
    }
}

fn given(reason: String) -> Result<String, Refusal> {
    text::stated("/reason", &reason, 500)?;
    Ok(reason)
}

/// Rule 5: a registration office, and nobody else, has a two-digit number.
fn check_office_number(kind: OrganisationKind, number: Option<String>) -> Result<Option<String>, Refusal> {
    let mut errors = Errors::new();
    match (kind == OrganisationKind::RegistrationOffice, &number) {
        (true, None) => errors.add("/office_number", &OFFICE_NUMBER_REQUIRED),
        (false, Some(_)) => errors.add("/office_number", &OFFICE_NUMBER_UNEXPECTED),
        (true, Some(n)) if n.len() != 2 || n == "00" || !n.bytes().all(|b| b.is_ascii_digit()) => {
            errors.add("/office_number", &OFFICE_NUMBER_INVALID);
        }
        _ => {}
    }
    errors.check()?;
    Ok(number)
}

/// Rule 6: what the verification was about must be verified again when it changes; a refused organisation
/// that corrects itself asks again; a suspended one does not slip out.
pub fn standing_after_edit(organisation: &Organisation, profile: &Profile) -> Standing {
    let old = &organisation.profile;
    let same = old.name == profile.name
        && old.credit_code == profile.credit_code
        && old.division == profile.division;
    match &organisation.standing {
        Standing::Verified if !same => Standing::Pending,
        Standing::Refused { .. } => Standing::Pending,
        standing => standing.clone(),
    }
}

/// Rule 7: only a verified organisation acts officially; the session works all the same.
pub fn check_verified(organisation: &Organisation) -> Result<(), Refusal> {
    match &organisation.standing {
        Standing::Verified => Ok(()),
        Standing::Pending => Err(Refusal::new(&ORGANISATION_NOT_VERIFIED)),
        Standing::Refused { reason } => Err(Refusal::new(&ORGANISATION_REFUSED).with("reason", reason)),
        Standing::Suspended { reason } => Err(Refusal::new(&ORGANISATION_SUSPENDED).with("reason", reason)),
    }
}

/// Rule 8: an organisation gives only the roles of its kind, and at least one.
pub fn check_roles(errors: &mut Errors, kind: OrganisationKind, roles: &[Role]) {
    if roles.is_empty() {
        errors.add("/roles", &ROLES_REQUIRED);
    }
    for (index, role) in roles.iter().enumerate() {
        if !role_fits(kind, *role) {
            let role = [("role", role.as_str().to_owned())];
            errors.add_with(format!("/roles/{index}"), &ROLE_NOT_FOR_KIND, &role);
        }
    }
}

/// Rule 9: an organisation keeps an admin. `other_admins` are those besides the member who changes.
pub fn check_admin_left(was: &[Role], becomes: &[Role], other_admins: i64) -> Result<(), Refusal> {
    let lost = was.contains(&Role::Admin) && !becomes.contains(&Role::Admin);
    if lost && other_admins == 0 { Err(Refusal::new(&LAST_ADMIN)) } else { Ok(()) }
}

pub fn check_invitation(invitation: &InvitationRecord, now: UtcTime) -> Result<(), Refusal> {
    let open =
        invitation.accepted_at.is_none() && invitation.revoked_at.is_none() && now < invitation.expires_at;
    if open { Ok(()) } else { Err(Refusal::new(&INVITATION_INVALID)) }
}

/// What to do with a refresh token that was presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Its first use: give a new one.
    Rotate,
    /// Its answer may have got lost: give the same successor again.
    Repeat,
    /// Used before and the successor is out: somebody has a copy, the family ends.
    Reused,
    Invalid,
}

/// Rule 12. A successor that was used proves that the answer arrived, so a predecessor coming back is a
/// copy even within the 20 seconds.
pub fn refresh(token: &RefreshToken, successor_used: bool, session: &Session, now: UtcTime) -> Refresh {
    if session.revoked.is_some() || now >= session.ends_at || now >= token.expires_at {
        return Refresh::Invalid;
    }
    match token.used_at {
        None => Refresh::Rotate,
        Some(used) if !successor_used && now < used.plus_seconds(REFRESH_REPEAT_S) => Refresh::Repeat,
        Some(_) => Refresh::Reused,
    }
}

/// Failed or unfinished logins of one account from one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    pub count: i64,
    pub last_at: UtcTime,
}

/// Rule 11: five attempts are free, then each waits twice as long as the one before, at most 15 minutes;
/// a quiet day forgets. The attempt is counted before the password is looked at, so parallel guesses count too.
pub fn attempt(before: Option<Attempts>, now: UtcTime) -> Result<Attempts, Refusal> {
    let before = before.filter(|a| now < a.last_at.plus_seconds(BACKOFF_FORGET_S));
    let Some(before) = before else { return Ok(Attempts { count: 1, last_at: now }) };
    let free_at = before.last_at.plus_seconds(backoff_seconds(before.count));
    if now < free_at {
        let seconds = free_at.seconds() - now.seconds() + 1;
        let header = u32::try_from(seconds).unwrap_or(u32::MAX);
        return Err(Refusal::new(&LOGIN_BACKOFF).with("seconds", seconds).retry_after_seconds(header));
    }
    Ok(Attempts { count: before.count.saturating_add(1), last_at: now })
}

/// How long to wait after so many attempts without success.
pub fn backoff_seconds(attempts: i64) -> i64 {
    match attempts.saturating_sub(FREE_ATTEMPTS) {
        over if over < 0 => 0,
        over => 2_i64
            .checked_shl(u32::try_from(over).unwrap_or(u32::MAX).min(20))
            .unwrap_or(BACKOFF_MAX_S)
            .min(BACKOFF_MAX_S),
    }
}

/// The part of an address that counts for back-off: a /64 of IPv6 belongs to one party.
pub fn backoff_address(address: std::net::IpAddr) -> String {
    match address.to_canonical() {
        std::net::IpAddr::V4(v4) => v4.to_string(),
        std::net::IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Rule 13: a key has some of its maker's permissions, for a bounded time.
pub fn check_api_key(
    errors: &mut Errors,
    label: &str,
    scopes: &[Permission],
    days: i64,
    held: impl Fn(Permission) -> bool,
) {
    text::required(errors, "/label", label, 100);
    if scopes.is_empty() {
        errors.add("/scopes", &SCOPES_REQUIRED);
    }
    for (index, scope) in scopes.iter().enumerate() {
        // A key never makes keys, and never changes who belongs to the organisation.
        let personal = matches!(scope, Permission::ApiKeyManage | Permission::OrganisationManage);
        if personal || !held(*scope) {
            errors.add_with(format!("/scopes/{index}"), &SCOPE_NOT_HELD, &[("scope", scope.to_string())]);
        }
    }
    if !(1..=API_KEY_LIFE_DAYS_MAX).contains(&days) {
        errors.add_with("/days", &API_KEY_LIFE, &[("max", API_KEY_LIFE_DAYS_MAX.to_string())]);
    }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
