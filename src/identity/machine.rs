//! What the machine itself may do: the command line, the demo city, the tests. Nothing here is reachable over HTTP.

use super::codes::CREDENTIALS_WRONG;
use super::gate::Gate;
use super::login::Admitted;
use super::model::{Membership, Secret};
use super::password::check_password;
use super::service::{self, Login, NewAccount, OperatorAccount};
use crate::kernel::actor::Actor;
use crate::kernel::codes::DivisionCode;
use crate::kernel::error::{Errors, Refusal};
use crate::proof;
use crate::proof::model::Purpose;

const MAKER: Actor = Actor::System("admin");

/// An operator account made on the machine.
#[derive(Clone, Debug)]
pub struct NewOperator {
    pub login: String,
    pub name: String,
    pub password: Secret,
    /// Of the operating organisation, if this is its first operator.
    pub organisation_name: Option<String>,
    pub credit_code: Option<String>,
    pub division: String,
}

/// The division that a node's id names: `cn-450700-hitech` lies in 450700.
pub fn division_of(node: &str) -> String {
    let code = node.split('-').find_map(|part| DivisionCode::parse(part).ok());
    code.map_or_else(|| "450700".to_owned(), |code| code.as_str().to_owned())
}

impl Gate {
    /// Hashes on the caller's thread.
    pub fn hash_blocking(&self, password: &Secret) -> Result<String, Refusal> {
        self.inner.hasher.cost().hash(password)
    }

    /// A session without a password, for tests and the machine's own tools; not reachable over HTTP.
    pub fn sign_in_as(&self, login: &str) -> Result<Admitted, Refusal> {
        let login = login.to_owned();
        let opened = self.inner.db.write_blocking("session.open", move |tx| {
            let account = service::login_account(tx, &login)?;
            let (user, _) = account.ok_or_else(|| Refusal::new(&CREDENTIALS_WRONG))?;
            let login = Login {
                user,
                organisation: None,
                address: String::new(),
                agent: String::new(),
                attempt_key: None,
                rehashed: None,
            };
            Ok((service::open_session(tx, &login)?, tx.now()))
        })?;
        self.admitted(opened)
    }

    pub fn create_operator(&self, new: &NewOperator) -> Result<Membership, Refusal> {
        let account =
            NewAccount { login: new.login.clone(), name: new.name.clone(), password: new.password.clone() };
        let mut errors = Errors::new();
        account.check(&mut errors, "");
        errors.check()?;
        let account = OperatorAccount {
            login: new.login.clone(),
            name: new.name.clone(),
            password_hash: self.hash_blocking(&new.password)?,
            organisation_name: new.organisation_name.clone(),
            credit_code: new.credit_code.clone(),
            division: new.division.clone(),
        };
        let made = self
            .inner
            .db
            .write_blocking("operator.create", move |tx| service::create_operator(tx, &account))?;
        Ok(made.value)
    }

    /// Sets a password without the old one and ends the person's sessions; says how many.
    pub fn reset_password(&self, login: &str, password: &Secret) -> Result<usize, Refusal> {
        let mut errors = Errors::new();
        check_password(&mut errors, "/password", password, login);
        errors.check()?;
        let (login, hash, ended) =
            (login.to_owned(), self.hash_blocking(password)?, self.inner.ended.clone());
        let written = self
            .inner
            .db
            .write_blocking("password.reset", move |tx| service::reset_password(tx, &ended, &login, &hash))?;
        Ok(written.value)
    }

    /// A new signing key; returns its kid. Running servers take it up within a second or two.
    pub fn rotate_key(&self, purpose: Purpose) -> Result<String, Refusal> {
        let secrets = self.inner.secrets.clone();
        self.inner
            .db
            .write_blocking("key.rotate", move |tx| proof::service::rotate(tx, &MAKER, &secrets, purpose))?;
        self.catch_up(0)?;
        Ok(self.keys().ring().signer(purpose)?.public().kid().to_owned())
    }

    pub fn revoke_key(&self, kid: &str) -> Result<(), Refusal> {
        let (secrets, kid) = (self.inner.secrets.clone(), kid.to_owned());
        self.inner
            .db
            .write_blocking("key.revoke", move |tx| proof::service::revoke(tx, &MAKER, &secrets, &kid))?;
        self.catch_up(0)
    }

    /// The first operator that the settings name; nothing if the login exists, whatever its password is now.
    pub fn ensure_operator(&self, login: &str, password: String, node: &str) -> Result<(), Refusal> {
        let wanted = login.to_owned();
        let known = self.inner.db.read_blocking(move |snapshot| service::login_account(snapshot, &wanted))?;
        if known.is_some() {
            return Ok(());
        }
        self.create_operator(&NewOperator {
            login: login.to_owned(),
            name: login.to_owned(),
            password: Secret::new(password),
            organisation_name: None,
            credit_code: None,
            division: division_of(node),
        })?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_node_lies_in_the_division_of_its_name() {
        for (node, division) in [("cn-450700", "450700"), ("cn-450721-x", "450721"), ("local-test", "450700")]
        {
            assert_eq!(super::division_of(node), division);
        }
    }
}
