//! Appropriations, closed years, and the accounts that hold what the batches say is held.

use std::collections::BTreeMap;

use super::super::super::model::{BatchState, PayeeRecord};
use super::super::super::store;
use super::super::money::{account, paid_of, parts};
use super::log::Said;
use super::money::Booked;
use super::{SLICE_ROWS, Stop, added, fault, moved};
use crate::db::Conn;
use crate::kernel::codes_common::NOT_FOUND;
use crate::kernel::money::Fen;
use crate::ledger::model::{AccountFilter, AccountKind, At};
use crate::ledger::service as ledger;

pub fn appropriations(conn: &mut Conn) -> Result<(), Stop> {
    let mut after = None;
    loop {
        let slice = store::scheme::appropriations_after(conn, after, SLICE_ROWS)?;
        let Some(last) = slice.last() else { return Ok(()) };
        after = Some(last.id);
        for it in slice {
            let at = |what| fault("subsidy_appropriation", it.id, what);
            let found = match ledger::transaction(conn, it.ledger_number) {
                Ok(found) => found,
                Err(refusal) if refusal.is(&NOT_FOUND) => return Err(at("its transaction is missing")),
                Err(refusal) => return Err(Stop::Refused(refusal)),
            };
            if moved(&found, AccountKind::Available, (it.year, None), Some(&it.scheme))? != it.amount {
                return Err(at("its transaction moved another amount"));
            }
        }
    }
}

/// What was left of a year is what the change log says.
pub fn closed_years(conn: &mut Conn, said: &Said) -> Result<(), Stop> {
    for closed in store::clawback::closed_years(conn)? {
        if said.lapsed(&closed.fund, closed.year) != Some(closed.lapsed) {
            let key = format!("{} {}", closed.fund, closed.year);
            return Err(fault("subsidy_closed_year", key, "what was left is not what the change log says"));
        }
    }
    Ok(())
}

const HELD: [AccountKind; 4] =
    [AccountKind::Reserved, AccountKind::Committed, AccountKind::Approved, AccountKind::ClawbackReceivable];

/// What the accounts must hold, by their paths.
#[derive(Default)]
pub struct Held(BTreeMap<String, Fen>);

impl Held {
    pub fn add(&mut self, it: &Booked) -> Result<(), Stop> {
        let kind = match it.batch.state {
            BatchState::Prepared => Some(AccountKind::Reserved),
            BatchState::Verified => Some(AccountKind::Committed),
            BatchState::Approved => Some(AccountKind::Approved),
            BatchState::Paid | BatchState::Returned | BatchState::Void => None,
        };
        if let Some(kind) = kind {
            for payee in &it.payees {
                self.promise(it, kind, payee)?;
            }
        }
        for (clawback, _) in &it.clawbacks {
            let (fund, year) = (clawback.fund.as_str(), clawback.budget_year);
            let receivable = account(AccountKind::ClawbackReceivable, year, fund, &clawback.beneficiary);
            self.put(receivable.path(), clawback.open())?;
        }
        Ok(())
    }

    fn promise(&mut self, it: &Booked, kind: AccountKind, payee: &PayeeRecord) -> Result<(), Stop> {
        let (year, urn) = (it.batch.budget_year, payee.party.urn.as_str());
        let paid = paid_of(&it.payments, payee)?;
        for (fund, due) in parts(&it.scheme, payee, payee.due)? {
            self.put(account(kind, year, &fund, urn).path(), due)?;
        }
        for (fund, part) in parts(&it.scheme, payee, paid)? {
            self.put(account(kind, year, &fund, urn).path(), Fen(-part.0))?;
        }
        Ok(())
    }

    fn put(&mut self, path: String, amount: Fen) -> Result<(), Stop> {
        let sum = self.0.entry(path).or_default();
        *sum = added(*sum, amount)?;
        Ok(())
    }

    /// Every account holds that, and no other account holds anything.
    pub fn check(mut self, conn: &mut Conn) -> Result<(), Stop> {
        for kind in HELD {
            let filter = AccountFilter { kind: Some(kind), ..AccountFilter::default() };
            let mut after = None;
            loop {
                let slice = ledger::balances(conn, &filter, At::default(), after, SLICE_ROWS)?;
                let Some(last) = slice.last() else { break };
                after = Some(last.account.path());
                for entry in slice {
                    let path = entry.account.path();
                    if self.0.remove(&path).unwrap_or_default() != entry.balance {
                        return Err(fault("account", path, "it does not hold what the batches say"));
                    }
                }
            }
        }
        match self.0.into_iter().find(|(_, amount)| !amount.is_zero()) {
            Some((path, _)) => Err(fault("account", path, "it does not hold what the batches say")),
            None => Ok(()),
        }
    }
}
