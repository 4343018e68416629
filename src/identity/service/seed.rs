//! Organisations and people made on the machine: by the command line, the demo city and the tests. The same
//! rules hold as over HTTP; what is skipped is the waiting for an operator.

use super::invitations::insert_user;
use super::organisations::{check_code_free, check_number_free, insert, record};
use crate::db::{Conn, Tx};
use crate::identity::model::{Contact, Membership, Organisation, Profile, Standing};
use crate::identity::{rules, store};
use crate::kernel::actor::{Actor, OrganisationKind, Role};
use crate::kernel::codes::CreditCode;
use crate::kernel::codes_common::CREDIT_CODE_INVALID;
use crate::kernel::error::{Errors, Refusal};
use crate::kernel::id::OrganisationId;

const MAKER: Actor = Actor::System("machine");

#[derive(Clone, Debug)]
pub struct SeedOrganisation {
    pub kind: OrganisationKind,
    pub name: String,
    pub credit_code: String,
    pub division: String,
    /// Of a registration office only.
    pub office_number: Option<String>,
    /// False leaves it pending.
    pub verified: bool,
}

pub fn seed_organisation(tx: &mut Tx, new: &SeedOrganisation) -> Result<Organisation, Refusal> {
    let code = CreditCode::parse(&new.credit_code).map_err(|_| Refusal::new(&CREDIT_CODE_INVALID))?;
    check_code_free(tx, code.as_str(), None)?;
    if let Some(number) = &new.office_number {
        check_number_free(tx, &new.division, number, None)?;
    }
    let profile = Profile {
        name: new.name.clone(),
        credit_code: code.as_str().to_owned(),
        division: new.division.clone(),
        introduction: String::new(),
        contact: Contact {
            person: "联系人（示例）".into(),
            phone: "0777-0000000".into(),
            ..Contact::default()
        },
    };
    let standing = if new.verified { Standing::Verified } else { Standing::Pending };
    let it = insert(tx, new.kind, profile, standing, new.office_number.clone())?;
    let kind = if new.verified { "organisation.verified" } else { "organisation.registered" };
    record(tx, &MAKER, kind, &it);
    Ok(it)
}

/// A person with a membership. The hash comes from `password::Cost::hash`; several people may share one.
pub fn seed_user(
    tx: &mut Tx,
    organisation: &Organisation,
    login: &str,
    name: &str,
    password_hash: &str,
    roles: &[Role],
) -> Result<Membership, Refusal> {
    let mut errors = Errors::new();
    rules::check_login(&mut errors, "/login", &rules::fold_login(login));
    rules::check_roles(&mut errors, organisation.kind, roles);
    errors.check()?;
    let user = insert_user(tx, login, name, password_hash)?;
    join(tx, organisation.id, user.id, roles)
}

fn join(
    tx: &mut Tx,
    organisation: OrganisationId,
    user: crate::kernel::id::UserId,
    roles: &[Role],
) -> Result<Membership, Refusal> {
    let roles = super::invitations::distinct(roles);
    let membership =
        Membership { id: tx.new_id(), version: 1, user, organisation, roles, active: true, since: tx.now() };
    store::insert_membership(tx, &membership)?;
    super::members::record(tx, &MAKER, "membership.begun", &membership);
    Ok(membership)
}

/// The account that verifies the others; made on the machine, because nobody could verify it.
#[derive(Clone, Debug)]
pub struct OperatorAccount {
    pub login: String,
    pub name: String,
    pub password_hash: String,
    /// Of the operating organisation, when it is made; a placeholder of the unused division 459900 otherwise.
    pub organisation_name: Option<String>,
    pub credit_code: Option<String>,
    pub division: String,
}

/// Whether anybody can verify organisations.
pub fn has_operator(conn: &mut Conn) -> Result<bool, Refusal> {
    Ok(!operators(conn)?.is_empty())
}

/// A node has one organisation that operates it, as a rule.
const OPERATORS_MAX: i64 = 10;

/// The organisations that operate this node, the first one first.
pub fn operators(conn: &mut Conn) -> Result<Vec<Organisation>, Refusal> {
    let filter = store::OrganisationFilter {
        states: vec![crate::identity::model::OrganisationState::Verified],
        kind: Some(OrganisationKind::Operator),
        ..store::OrganisationFilter::default()
    };
    store::organisations(conn, &filter, None, OPERATORS_MAX)
}

/// Adds an operator to the operating organisation, which is made with the first.
pub fn create_operator(tx: &mut Tx, new: &OperatorAccount) -> Result<Membership, Refusal> {
    let organisation = match operators(tx)?.into_iter().next() {
        Some(organisation) => organisation,
        None => {
            let placeholder = || CreditCode::with_checks("12459900", "00000000");
            let credit_code = match &new.credit_code {
                Some(code) => code.clone(),
                None => placeholder().map_err(|_| Refusal::new(&CREDIT_CODE_INVALID))?.as_str().to_owned(),
            };
            let name = new.organisation_name.clone().unwrap_or_else(|| "平台运营方".into());
            let (kind, division) = (OrganisationKind::Operator, new.division.clone());
            let seed =
                SeedOrganisation { kind, name, credit_code, division, office_number: None, verified: true };
            seed_organisation(tx, &seed)?
        }
    };
    let roles = [Role::Admin, Role::Operator, Role::Auditor];
    seed_user(tx, &organisation, &new.login, &new.name, &new.password_hash, &roles)
}
